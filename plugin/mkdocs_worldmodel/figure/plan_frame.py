# From the world to a plan view: turned so that the ego's road leads to the right, scaled to the picture's width.

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mkdocs_worldmodel.figure.svg import F8, simplified

WIDTH = 560.0
"""Of every plan view [px]: it fills a phone's screen, and letters of 19.5 px can be read there."""
WIDEST, NARROWEST = 112.0, 42.0
"""A picture shows at most and at least so many metres from left to right."""
STEEPEST = 0.72
"""Height of a picture / its width, at most."""
MARGIN = 6.0
"""Kept free around what a picture must show [m]."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A window on the world: `x`, `y` is its origin [m], `low` to `high` what it shows [m, along and to the left]."""

    x: float
    y: float
    cos: float
    sin: float
    scale: float
    """Pixels per metre."""
    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (0.0, 0.0)

    def metres(self, x: F8, y: F8) -> tuple[F8, F8]:
        """World → metres along and to the left of the origin."""
        dx, dy = x - self.x, y - self.y
        return dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin

    def of(self, x: F8, y: F8) -> tuple[F8, F8]:
        """World → picture."""
        u, v = self.metres(x, y)
        return (u - self.low[0]) * self.scale, -v * self.scale

    def shows(self, x: F8, y: F8, margin: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which points lie in the window, or within `margin` metres of it."""
        u, v = self.metres(x, y)
        inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (
            (u > self.low[0] - margin) & (u < self.high[0] + margin)
            & (v > self.low[1] - margin) & (v < self.high[1] + margin)
        )  # fmt: skip
        return inside

    def around(self, groups: Iterable[tuple[F8, F8]]) -> Frame:
        """The same, showing all groups of points (u, v) that fit, the first in any case."""
        low, high = np.full(2, np.inf), np.full(2, -np.inf)
        for u, v in groups:
            least = np.minimum(low, [u.min() - MARGIN, v.min() - 0.5 * MARGIN])
            most = np.maximum(high, [u.max() + MARGIN, v.max() + 0.5 * MARGIN])
            if np.isinf(low[0]) or (most[0] - least[0] <= WIDEST and most[1] - least[1] <= STEEPEST * WIDEST):
                low, high = least, most
        across = max(NARROWEST, float(high[0] - low[0]), float(high[1] - low[1]) / STEEPEST)
        spare = across - float(high[0] - low[0])
        left = float(low[0]) - 0.5 * spare
        return replace(self, scale=WIDTH / across, low=(left, float(low[1])), high=(left + across, float(high[1])))

    def as_high(self, right: float, left: float) -> Frame:
        """The same, reaching as far to the right and to the left of the origin [m] where there is room."""
        room = STEEPEST * (self.high[0] - self.low[0]) - (self.high[1] - self.low[1])
        up, down = max(0.0, left - self.high[1]), max(0.0, self.low[1] - right)
        over = max(0.0, up + down - max(room, 0.0))
        cut = min(over, max(up, down))  # first of what is farther away
        up, down = (up - cut, down - (over - cut)) if up > down else (up - (over - cut), down - cut)
        return replace(self, low=(self.low[0], self.low[1] - down), high=(self.high[0], self.high[1] + up))


def slim(x: F8, y: F8) -> tuple[F8, F8]:
    """A line with no more points than the eye can see."""
    keep = simplified(x, y, 0.6)
    return x[keep], y[keep]
