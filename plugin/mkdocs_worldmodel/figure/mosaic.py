# How the camera views and the map share one picture: as the driver looks, all in multiples of 16 pixels.
#
# The unit is the height of a small view, which is two units wide; the largest view is twice or thrice that, each way.
# The map fills what the views leave, so no part of the picture is empty.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.rig import Camera

U8 = npt.NDArray[np.uint8]
Tile = tuple[int, int, int, int]
"""x, y, width, height"""

TOP = "top"
"""The map's name."""
MOST = (1920, 1088)
"""Width and height of the largest picture that players of H.264 level 4.0 must show [px]."""

_STEP = 16  # tiles begin and end where the encoder's blocks do
_MAIN: Tile = (0, 0, 4, 2)
_SHAPES = ((2, 1), (2, 2), (3, 2), (2, 4))
"""Rows and columns of small views beside the main one, which is as high as they are."""


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Places of all tiles.

    Attributes:
        main: name of the camera with the largest view: it looks ahead, if any does.
        tiles: name → (x, y, width, height) [px].
    """

    width: int
    height: int
    main: str
    tiles: dict[str, Tile]

    def compose(self, pictures: dict[str, U8]) -> U8:
        """One picture (height, width, 3) of all tiles."""
        out = np.empty((self.height, self.width, 3), dtype=np.uint8)
        for name, picture in pictures.items():
            x, y, w, h = self.tiles[name]
            out[y : y + h, x : x + w] = picture
        return out

    def size(self, name: str) -> tuple[int, int]:
        """(width, height) of a tile [px]."""
        return self.tiles[name][2:]


def layout(cameras: Sequence[Camera], width: int = 640) -> Mosaic:
    """Arrange cameras and the map.

    Args:
        cameras: one to twelve
        width: of the largest view [px]; the nearest that tiles can have, and no more than fits into MOST
    """
    main = min(cameras, key=lambda c: (round(math.degrees(abs(_wrapped(c.yaw)))), -c.fov))
    others = sorted((c for c in cameras if c is not main), key=lambda c: (-_leftness(c), -c.y))
    if not others:
        tiles = {main.name: _MAIN, TOP: (0, 2, 4, 1)}
    elif len(others) == 1:
        tiles = _pair(main, others[0])
    elif len(others) <= 3 and _leftness(others[0]) > 0.2 and _leftness(others[-1]) < -0.2:
        tiles = _below(main, others)
    else:
        tiles = _beside(main, others)
    across, down = (max(t[i] + t[i + 2] for t in tiles.values()) for i in (0, 1))
    wish = width // tiles[main.name][2]
    unit = min((wish + _STEP // 2) // _STEP, MOST[0] // across // _STEP, MOST[1] // down // _STEP) * _STEP
    places = {name: (x * unit, y * unit, w * unit, h * unit) for name, (x, y, w, h) in tiles.items()}
    return Mosaic(across * unit, down * unit, main.name, places)


def _wrapped(angle: float) -> float:
    """An angle within half a turn either way [rad]."""
    return math.remainder(angle, 2.0 * math.pi)


def _leftness(camera: Camera) -> float:
    """How far left a camera looks; straight ahead counts a little to the left, straight back a little to the right."""
    return round(math.sin(camera.yaw) + 0.1 * math.cos(camera.yaw), 3)


def _pair(main: Camera, other: Camera) -> dict[str, Tile]:
    """Two equal views side by side over the map."""
    left, right = sorted((main, other), key=lambda c: (-_leftness(c), -c.y))
    return {left.name: _MAIN, right.name: (4, 0, 4, 2), TOP: (0, 2, 8, 1)}


def _below(main: Camera, others: Sequence[Camera]) -> dict[str, Tile]:
    """Two or three views under the main one, which both sides share."""
    left, *back, right = others
    tiles = {main.name: _MAIN, left.name: (0, 2, 2, 1), right.name: (2, 2, 2, 1)}
    if not back:
        return tiles | {TOP: (0, 3, 4, 1)}
    camera, beside = ((0, 3, 2, 1), (2, 3, 2, 1))[:: 1 if _leftness(back[0]) > 0.0 else -1]
    return tiles | {back[0].name: camera, TOP: beside}


def _beside(main: Camera, others: Sequence[Camera]) -> dict[str, Tile]:
    """Columns of views on the sides of the main one; below, up to three in the corners with the map between them.

    `others`: from left to right.
    """
    rows, columns, corners = next((r, c, n) for r, c in _SHAPES if 0 <= (n := len(others) - r * c) <= min(3, r + c - 2))
    below = sorted(others, key=lambda c: (round(abs(math.sin(c.yaw)), 3), -abs(_wrapped(c.yaw))))[:corners]
    sides, below = [c for c in others if c not in below], [c for c in others if c in below]
    on_left = columns // 2 if columns > 1 else int(sum(map(_leftness, sides)) > 0.0)
    width = 2 * (rows + columns)
    tiles = {main.name: (2 * on_left, 0, 2 * rows, rows)}
    cut = rows * on_left
    for cameras, nearest, step in ((sides[:cut], 2 * on_left - 2, -2), (sides[cut:], 2 * (on_left + rows), 2)):
        for n, camera in enumerate(sorted(cameras, key=lambda c: abs(_wrapped(c.yaw)))):
            row, column = divmod(n, len(cameras) // rows)
            tiles[camera.name] = (nearest + step * column, row, 2, 1)
    first = corners // 2 if corners > 1 else sum(_leftness(c) > 0.0 for c in below)
    for n, camera in enumerate(below):
        tiles[camera.name] = (2 * n if n < first else width - 2 * (corners - n), rows, 2, 1)
    return tiles | {TOP: (2 * first, rows, width - 2 * corners, 1)}
