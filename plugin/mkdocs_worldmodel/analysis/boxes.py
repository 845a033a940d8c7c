# Oriented boxes in the plane: do they overlap, how far apart are they, when would they touch.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout import boxes

F8 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes as arrays of one shape (or that broadcast to one)."""

    x: F8
    y: F8
    """Of the middle [m]."""
    heading: F8
    """[rad]"""
    length: F8
    width: F8

    def at(self, index: Any) -> Boxes:
        """Some of them; all arrays must have the same shape."""
        return Boxes(self.x[index], self.y[index], self.heading[index], self.length[index], self.width[index])

    def corners(self) -> tuple[F8, F8]:
        """(..., 4) x and y: front left, rear left, rear right, front right."""
        u = (0.5 * self.length)[..., None] * np.array([1.0, -1.0, -1.0, 1.0])
        v = (0.5 * self.width)[..., None] * np.array([1.0, 1.0, -1.0, -1.0])
        cos, sin = np.cos(self.heading)[..., None], np.sin(self.heading)[..., None]
        return self.x[..., None] + u * cos - v * sin, self.y[..., None] + u * sin + v * cos


def axes(a: Boxes, b: Boxes) -> tuple[F8, F8, F8, F8]:
    """The four directions along which two boxes can be separated.

    Returns:
        (4, ...): x and y of the unit vectors, the second's place along them as seen from the first [m], and the sum
        of half their extents [m]. The boxes overlap where |place| <= extents on all four.
    """
    cos_a, sin_a, cos_b, sin_b = np.cos(a.heading), np.sin(a.heading), np.cos(b.heading), np.sin(b.heading)
    dx, dy = b.x - a.x, b.y - a.y
    c, s = np.abs(cos_a * cos_b + sin_a * sin_b), np.abs(cos_a * sin_b - sin_a * cos_b)
    la, wa, lb, wb = 0.5 * a.length, 0.5 * a.width, 0.5 * b.length, 0.5 * b.width
    ux = np.stack(np.broadcast_arrays(cos_a, -sin_a, cos_b, -sin_b))
    uy = np.stack(np.broadcast_arrays(sin_a, cos_a, sin_b, cos_b))
    extent = np.stack(
        np.broadcast_arrays(la + lb * c + wb * s, wa + lb * s + wb * c, lb + la * c + wa * s, wb + la * s + wa * c)
    )
    return ux, uy, ux * dx + uy * dy, extent


def overlap(a: Boxes, b: Boxes) -> Bools:
    """Whether boxes overlap or touch."""
    return boxes.overlap((a.x, b.x), (a.y, b.y), (a.heading, b.heading), (a.length, b.length), (a.width, b.width))


def distance(a: Boxes, b: Boxes) -> F8:
    """Straight distance between boxes [m]; 0 where they overlap."""
    return boxes.distance((a.x, b.x), (a.y, b.y), (a.heading, b.heading), (a.length, b.length), (a.width, b.width))


def time_to_touch(a: Boxes, b: Boxes, vx: F8, vy: F8) -> F8:
    """When boxes first touch that keep their headings while the second moves by (vx, vy) past the first.

    Closed form: on each separating axis they overlap for an interval of time, and they touch when all four hold.

    Returns:
        [s], same unit of time as the velocity; 0 where they overlap already, inf where they never will.
    """
    ux, uy, place, extent = axes(a, b)
    rate = ux * vx + uy * vy
    still = np.abs(rate) < 1e-12
    rate = np.where(still, 1.0, rate)
    one, other = (-extent - place) / rate, (extent - place) / rate
    inside = np.abs(place) <= extent
    enter = np.where(still, np.where(inside, -np.inf, np.inf), np.minimum(one, other)).max(axis=0)
    leave = np.where(still, np.where(inside, np.inf, -np.inf), np.maximum(one, other)).min(axis=0)
    touch: F8 = np.where((enter <= leave) & (leave >= 0.0), np.maximum(enter, 0.0), np.inf)
    return touch
