# Whether bodies overlap: oriented boxes, told apart by separating axes (Gottschalk, Lin, Manocha 1996).

from __future__ import annotations

import math
from dataclasses import dataclass

from mkdocs_worldmodel.scenario.road_user import Body

_TOUCH = 1e-6
"""Boxes that touch do not overlap [m]."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the ground, [m] and [rad]."""

    x: float
    y: float
    angle: float
    length: float
    width: float

    @property
    def radius(self) -> float:
        """Of the circle around it."""
        return 0.5 * math.hypot(self.length, self.width)

    def reach(self, angle: float) -> float:
        """From its middle to its farthest corner in a direction [m]."""
        turn = self.angle - angle
        return 0.5 * (self.length * abs(math.cos(turn)) + self.width * abs(math.sin(turn)))


def depth(a: Box, b: Box, angle: float) -> float:
    """How far two boxes reach into each other along a direction; 0 or less where that direction separates them [m]."""
    apart = abs((b.x - a.x) * math.cos(angle) + (b.y - a.y) * math.sin(angle))
    return a.reach(angle) + b.reach(angle) - apart


def overlaps(a: Box, b: Box) -> bool:
    """Whether two boxes have more in common than their borders."""
    axes = (a.angle, a.angle + 0.5 * math.pi, b.angle, b.angle + 0.5 * math.pi)
    return all(depth(a, b, angle) > _TOUCH for angle in axes)


def extent(body: Body, heading: float) -> tuple[float, float]:
    """How far a body reaches back and forth from its reference point, turned by `heading` from its direction [m]."""
    c, s = math.cos(heading), abs(math.sin(heading)) * 0.5 * body.width
    ends = (-body.rear_overhang * c, body.front * c)
    return s - min(ends), s + max(ends)
