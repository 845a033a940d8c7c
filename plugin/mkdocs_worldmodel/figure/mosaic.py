# How the camera views and the top view share one picture: as the driver looks, all in multiples of 16 pixels.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.rig import Camera

U8 = npt.NDArray[np.uint8]

TOP = "top"
_BACKGROUND = (22, 24, 28)
_ALL: dict[str, tuple[int, int, int, int]] = {
    "front_left": (0, 0, 320, 160),
    "rear_left": (0, 160, 320, 160),
    "front_wide": (320, 0, 640, 320),
    "front_right": (960, 0, 320, 160),
    "rear_right": (960, 160, 320, 160),
    "front_narrow": (0, 320, 320, 160),
    TOP: (320, 320, 640, 160),
    "rear": (960, 320, 320, 160),
}


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Places of all tiles.

    Attributes:
        tiles: name → (x, y, width, height) [px]; the top view is called 'top'.
    """

    width: int
    height: int
    tiles: dict[str, tuple[int, int, int, int]]

    def compose(self, pictures: dict[str, U8]) -> U8:
        """One picture (height, width, 3) of all tiles."""
        out = np.empty((self.height, self.width, 3), dtype=np.uint8)
        out[:] = _BACKGROUND
        for name, picture in pictures.items():
            x, y, w, h = self.tiles[name]
            out[y : y + h, x : x + w] = picture
        return out

    def size(self, name: str) -> tuple[int, int]:
        """(width, height) of a tile [px]."""
        return self.tiles[name][2:]


def layout(cameras: Sequence[Camera]) -> Mosaic:
    """Arrange one to seven cameras and the top view."""
    names = [c.name for c in cameras]
    if set(names) | {TOP} == set(_ALL):
        return Mosaic(1280, 480, _ALL)
    if len(names) == 1:
        return Mosaic(640, 480, {names[0]: (0, 0, 640, 320), TOP: (0, 320, 640, 160)})
    if len(names) == 2:
        return Mosaic(1280, 480, {names[0]: (0, 0, 640, 320), names[1]: (640, 0, 640, 320), TOP: (0, 320, 1280, 160)})
    # the first camera is large, the others stand beside it; an odd one stands beside the top view, so no tile is empty
    beside = len(names) - 1
    columns = 1 if beside <= 3 else 2
    width = 640 + 320 * columns
    tiles = {names[0]: (0, 0, 640, 320), TOP: (0, 320, width - 320 * (beside % 2), 160)}
    for i, name in enumerate(names[1:]):
        column, row = (0, i) if columns == 1 else ((i % 2, i // 2) if i < 4 else (1, 2))
        tiles[name] = (640 + 320 * column, 160 * row, 320, 160)
    return Mosaic(width, 480, tiles)
