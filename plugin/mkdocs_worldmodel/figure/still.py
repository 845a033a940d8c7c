# Still pictures: poster and strip of key moments, as JPEG with a note that they are generated.

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.figure.film import NOTICE

U8 = npt.NDArray[np.uint8]

COLUMNS, CELL, CELL_MAP = 3, (320, 160), (320, 80)
"""A row of the strip; size of a moment's view and of its map [px]."""


def write_jpeg(picture: U8, path: Path, *, most: int, world: str) -> None:
    """Write a picture (H, W, 3) sRGB in the best quality that keeps the file within `most` bytes, else smaller."""
    note = NOTICE.format(world=world).encode("ascii", "replace")
    comment = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
    shrunk = picture
    while True:
        for quality in (88, 82, 76, 70, 64, 58, 52, 46, 40, 34):
            options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
            done, data = cv2.imencode(".jpg", shrunk[:, :, ::-1], options)
            if not done:
                raise ValueError(f"{path.name} could not be encoded")
            content = data.tobytes()
            if len(content) + len(comment) <= most or shrunk.shape[1] < 64:
                path.write_bytes(content[:2] + comment + content[2:])
                return
        width, height = shrunk.shape[1] * 3 // 4, shrunk.shape[0] * 3 // 4
        shrunk = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def strip(cells: Sequence[tuple[U8, U8]]) -> U8:
    """Put key moments side by side, three in a row, each numbered.

    Args:
        cells: of each moment a front view (any size 2:1) and a map (CELL_MAP)
    """
    (w, h), top = CELL, CELL_MAP[1]
    rows = (len(cells) + COLUMNS - 1) // COLUMNS
    gap = 8
    height, width = rows * (h + top) + (rows - 1) * gap, COLUMNS * w + (COLUMNS - 1) * gap
    out = np.full((height, width, 3), 255, dtype=np.uint8)
    out[:] = (22, 24, 28)
    for i, (front, plan) in enumerate(cells):
        x, y = (i % COLUMNS) * (w + gap), (i // COLUMNS) * (h + top + gap)
        how = cv2.INTER_AREA if front.shape[1] > w else cv2.INTER_CUBIC
        out[y : y + h, x : x + w] = cv2.resize(front, (w, h), interpolation=how)
        out[y + h : y + h + top, x : x + w] = plan
        cv2.circle(out, (x + 18, y + 18), 13, (22, 24, 28), -1, cv2.LINE_AA)
        size, _ = cv2.getTextSize(str(i + 1), cv2.FONT_HERSHEY_DUPLEX, 0.55, 1)
        at = (x + 18 - size[0] // 2, y + 18 + size[1] // 2)
        cv2.putText(out, str(i + 1), at, cv2.FONT_HERSHEY_DUPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return out
