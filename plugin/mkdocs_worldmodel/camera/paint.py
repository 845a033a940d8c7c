# Painting of single things: sprites, glows. Boxes are left, top, width, height in pixels; colours are
# diagonal matrices, because OpenCV multiplies channels fastest so.

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.projection import Picture
from mkdocs_worldmodel.camera.surroundings.foliage import Sprite

F8 = npt.NDArray[np.float64]
Floats = Sequence[float]

_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def diagonal(colours: F8) -> F8:
    """Colours (N, 3) as matrices (N, 3, 3)."""
    return colours[:, :, None] * np.eye(3)


def _placed(image: Picture, sprite: Sprite, box: Floats, mirrored: bool) -> tuple[Picture, Picture] | None:
    """The part of the picture under a box and the sprite warped onto it; None where they do not meet."""
    left, top, width, height = box
    rows, columns = image.shape[:2]
    x0, x1 = max(floor(left), 0), min(ceil(left + width), columns)
    y0, y1 = max(floor(top), 0), min(ceil(top + height), rows)
    if x0 >= x1 or y0 >= y1:
        return None
    reduction = log2(max(sprite.levels[0].shape[1] / width, 1.0)) + 0.35
    source = sprite.levels[min(int(reduction), len(sprite.levels) - 1)]
    kx, ky = source.shape[1] / width, source.shape[0] / height
    shift_x = (left + width - x0 - 0.5) * kx - 0.5 if mirrored else (x0 + 0.5 - left) * kx - 0.5
    matrix = np.array([[-kx if mirrored else kx, 0.0, shift_x], [0.0, ky, (y0 + 0.5 - top) * ky - 0.5]])
    return image[y0:y1, x0:x1], cv2.warpAffine(source, matrix, (x1 - x0, y1 - y0), flags=_LINEAR)


def paint_sprite(image: Picture, sprite: Sprite, box: Floats, mirrored: bool, gain: F8, haze: F8) -> None:
    """Blend a sprite into a box: its colour times `gain` (3, 3), plus its alpha times `haze` (3, 3)."""
    found = _placed(image, sprite, box, mirrored)
    if found is None:
        return
    target, part = found
    alpha = cv2.cvtColor(cv2.extractChannel(part, 3), cv2.COLOR_GRAY2RGB)
    cv2.multiply(target, cv2.bitwise_not(alpha), dst=target, scale=1 / 255)
    cv2.add(target, cv2.transform(cv2.cvtColor(part, cv2.COLOR_RGBA2RGB), gain), dst=target)
    cv2.add(target, cv2.transform(alpha, haze), dst=target)


def paint_glow(image: Picture, disc: Sprite, place: Floats, stretch: tuple[float, float], colour: F8) -> None:
    """Add a soft light; `place` is its centre and radius, stretched across and down; `colour` (3, 3)."""
    u, v, radius = place
    wide, tall = radius * stretch[0], radius * stretch[1]
    found = _placed(image, disc, (u - wide, v - tall, 2.0 * wide, 2.0 * tall), mirrored=False)
    if found is not None:
        target, part = found
        cv2.add(target, cv2.transform(part, colour), dst=target)
