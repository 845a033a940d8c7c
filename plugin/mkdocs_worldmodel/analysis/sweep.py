# When two moving boxes first touch between two moments: conservative advancement, so that nothing tunnels.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.boxes import F8, Boxes, axes

_TOUCH = 1e-6
"""Boxes that come this close touch [m]."""
_SKIP = 1e-3
"""Two corners may graze each other by less than this without being noticed [m]."""
_STILL = 1e-9
"""What moves less than this does not move [m]."""
_MOST_STEPS = 4000
"""Bounds the work for boxes that go very far in one step."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Boxes that go evenly from one pose to another; arrays of one shape."""

    start: Boxes
    dx: F8
    """How far the middle goes [m]."""
    dy: F8
    turn: F8
    """By how much the heading changes [rad]."""

    def at(self, part: F8) -> Boxes:
        """Where they are after a part (0 to 1) of the way."""
        b = self.start
        return Boxes(b.x + part * self.dx, b.y + part * self.dy, b.heading + part * self.turn, b.length, b.width)

    def some(self, index: Any) -> Motion:
        """Some of them."""
        return Motion(self.start.at(index), self.dx[index], self.dy[index], self.turn[index])


def first_touch(a: Motion, b: Motion) -> F8:
    """Part of the way (0 to 1) after which two moving boxes first touch; inf where they do not.

    In each step all go on for as long as some separating axis is certain to keep them apart: its gap over the
    fastest that it can close. Without turning that is exact in one step; with turning it converges.
    """
    out = np.full(a.dx.shape, np.inf)
    part = np.zeros(a.dx.shape)
    open_ = np.arange(a.dx.size)
    for _ in range(_MOST_STEPS):
        one, other, now = a.some(open_), b.some(open_), part[open_]
        ux, uy, place, extent = axes(one.at(now), other.at(now))
        gap = np.abs(place) - extent
        touching = gap.max(axis=0) <= _TOUCH
        out[open_[touching]] = now[touching]
        speed, rate = _closing(one, other, ux, uy, place, 1.0 - now)
        safe = np.where(gap > 0.0, gap / np.maximum(rate, _STILL), 0.0).max(axis=0)
        least = np.clip(_SKIP / np.maximum(speed, _STILL), 1.0 / _MOST_STEPS, 1.0)
        now = now + np.maximum(safe, least)
        part[open_] = now
        open_ = open_[~touching & (now <= 1.0)]
        if not len(open_):
            break
    return out


def _closing(a: Motion, b: Motion, ux: F8, uy: F8, place: F8, rest: F8) -> tuple[F8, F8]:
    """Bound how fast boxes close over the rest of the way.

    Returns:
        the relative speed of any two points (...), and how fast each axis can close (4, ...), both per whole way.
    """
    vx, vy = b.dx - a.dx, b.dy - a.dy
    v = np.sqrt(vx * vx + vy * vy)
    wa, wb = np.abs(a.turn), np.abs(b.turn)
    ra, rb = (0.5 * np.sqrt(m.start.length * m.start.length + m.start.width * m.start.width) for m in (a, b))
    dx, dy = b.start.x - a.start.x, b.start.y - a.start.y
    far = np.sqrt(dx * dx + dy * dy) + v
    spin = wa * ra + wb * rb
    axis_turn = np.stack((wa, wa, wb, wb))
    closing = np.maximum(-np.sign(place) * (ux * vx + uy * vy), 0.0)
    return v + spin, closing + axis_turn * (far + rest * v) + spin
