# Painting of single things: polygons, sprites, glows. Boxes are left, top, width, height in pixels.

from __future__ import annotations

from math import ceil, floor, log2

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.foliage import Sprite
from mkdocs_worldmodel.camera.light import RGB
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture

I4 = npt.NDArray[np.int32]
Box = tuple[float, float, float, float]

_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def paint_polygon(image: Picture, corners: I4, colour: RGB) -> None:
    """Fill a convex polygon given in fixed point, with smooth edges."""
    cv2.fillConvexPoly(image, corners, colour, cv2.LINE_AA, SUBPIXEL_BITS)


def _placed(image: Picture, sprite: Sprite, box: Box, mirrored: bool) -> tuple[Picture, Picture] | None:
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


def paint_sprite(image: Picture, sprite: Sprite, box: Box, mirrored: bool, gain: RGB, haze: RGB) -> None:
    """Blend a sprite into a box: its colour times `gain`, plus its alpha times `haze` (1.0 = white)."""
    found = _placed(image, sprite, box, mirrored)
    if found is None:
        return
    target, part = found
    mix = np.array([[gain[0], 0, 0, haze[0]], [0, gain[1], 0, haze[1]], [0, 0, gain[2], haze[2]]])
    rest = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(part, 3)), cv2.COLOR_GRAY2RGB)
    cv2.multiply(target, rest, dst=target, scale=1 / 255)
    cv2.add(target, cv2.transform(part, mix), dst=target)


def paint_glow(
    image: Picture, disc: Sprite, centre: tuple[float, float], radius: tuple[float, float], colour: RGB
) -> None:
    """Add a soft light of some radius (across, down) around a point."""
    box = (centre[0] - radius[0], centre[1] - radius[1], 2.0 * radius[0], 2.0 * radius[1])
    found = _placed(image, disc, box, mirrored=False)
    if found is not None:
        target, part = found
        mix = np.array([[colour[0], 0, 0, 0], [0, colour[1], 0, 0], [0, 0, colour[2], 0]])
        cv2.add(target, cv2.transform(part, mix), dst=target)
