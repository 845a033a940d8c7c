# Areas that overlap, as roads do in a junction → their common outline: far fewer points, and no seams.

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.figure.plan_labels import Box
from mkdocs_worldmodel.figure.svg import F8, outline

_FINE, _PARTS = 4, 4
"""Cells of the grid in which areas are joined, to the pixel; binary digits of a corner's place in its cell."""
_TOLERANCE = 1.0
"""[px]"""

Grid = npt.NDArray[np.uint8]


class Areas:
    """A grid in which areas are joined; what lies outside of its box is cut off."""

    def __init__(self, box: Box) -> None:
        self._left, self._top = box.left, box.top
        self._shape = tuple(round(size * _FINE) for size in (box.bottom - box.top, box.right - box.left))

    def joined(self, areas: Iterable[tuple[F8, F8]]) -> Grid:
        """Outlines [px], (N,) x and y each → where any of them lies."""
        grid = np.zeros(self._shape, dtype=np.uint8)
        for x, y in areas:
            corners = np.stack([x - self._left, y - self._top], axis=-1) * _FINE - 0.5
            cv2.fillPoly(grid, [np.rint(corners * 2**_PARTS).astype(np.int32)], 255, shift=_PARTS)
        return grid

    def data(self, grid: Grid) -> str:
        """Path data around what is set, holes the other way round."""
        found, _ = cv2.findContours(grid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        out = ""
        for contour in found:
            points = cv2.approxPolyDP(contour, _TOLERANCE * _FINE, closed=True)[:, 0].astype(np.float64)
            if len(points) > 2:
                x, y = ((points + 0.5) / _FINE + (self._left, self._top)).T
                out += outline(x, y, close=True)
        return out
