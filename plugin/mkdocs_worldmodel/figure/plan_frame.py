# From the world to a plan view: turned so that the ego drives to the right, scaled to the picture's width.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.figure.svg import F8, simplified


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


def slim(x: F8, y: F8) -> tuple[F8, F8]:
    """A line with no more points than the eye can see."""
    keep = simplified(x, y, 0.8)
    return x[keep], y[keep]
