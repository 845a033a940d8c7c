# How far points lie outside of all lanes that vehicles may drive in: of any network, for many points at once.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road, RoadNetwork

F8 = npt.NDArray[np.float64]

FAR = 5.0
"""Distances are measured up to this; whoever is further away is this far [m]."""
_STEP = 4.0
"""Between the places of a road from which the nearest one is sought [m]."""
_BEYOND = 200.0
"""A road that leads out of the network is thought on for so long [m]."""
_NEWTON = 5
_NEAREST = 0.05
_AT_ONCE = 1_000_000
"""Distances held in memory together."""


class DrivableArea:
    """The drivable lanes of a network, in both directions."""

    def __init__(self, network: RoadNetwork) -> None:
        self._line = ReferenceLines(network.roads)
        self._roads = [_Stretch(road, self._line, i) for i, road in enumerate(network.roads)]

    def outside(self, x: F8, y: F8) -> F8:
        """How far points of any shape lie outside [m]: 0 inside, at most FAR. nan for nan."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        flat_x, flat_y = x.ravel(), y.ravel()
        out = np.where(np.isnan(flat_x) | np.isnan(flat_y), np.nan, FAR)
        for i, stretch in enumerate(self._roads):
            left = np.flatnonzero(out > 0.0)
            near = left[stretch.around(flat_x[left], flat_y[left])]
            if len(near):
                s, t = self._project(i, stretch, flat_x[near], flat_y[near])
                out[near] = np.minimum(out[near], stretch.aside(s, t))
        return out.reshape(x.shape)

    def _project(self, i: int, stretch: _Stretch, x: F8, y: F8) -> tuple[F8, F8]:
        """Nearest places (s, t) on the reference line of a road; s may lie beyond its ends."""
        s = np.empty_like(x)
        size = max(1, _AT_ONCE // len(stretch.s))
        for begin in range(0, len(x), size):
            c = slice(begin, begin + size)
            dx, dy = x[c, None] - stretch.x, y[c, None] - stretch.y
            s[c] = stretch.s[np.argmin(dx * dx + dy * dy, axis=1)]
        for _ in range(_NEWTON):
            px, py, h = self._line.pose(i, s)
            ahead, t = (x - px) * np.cos(h) + (y - py) * np.sin(h), (y - py) * np.cos(h) - (x - px) * np.sin(h)
            slope = 1.0 - self._line.curvature_at(i, s) * t
            s = s + np.clip(ahead / np.where(np.abs(slope) < _NEAREST, _NEAREST, slope), -2.0 * _STEP, 2.0 * _STEP)
        px, py, h = self._line.pose(i, s)
        return s, (y - py) * np.cos(h) - (x - px) * np.sin(h)


class _Stretch:
    """One road, a little longer where it leads out of the network."""

    def __init__(self, road: Road, line: ReferenceLines, i: int) -> None:
        self.road = road
        self.low = 0.0 if road.predecessor is not None else -_BEYOND
        self.high = road.length if road.successor is not None else road.length + _BEYOND
        self.s = np.linspace(self.low, self.high, 2 + int((self.high - self.low) / _STEP))
        self.x, self.y, _ = line.pose(i, self.s)
        inside = np.clip(self.s, 0.0, road.length)
        edges = [edge for strip in self._strips(inside) for edge in strip]
        self._reach = FAR + max((float(np.nanmax(np.abs(edge), initial=0.0)) for edge in edges), default=-np.inf)

    def around(self, x: F8, y: F8) -> npt.NDArray[np.bool_]:
        """Which points can be near it at all: in a box around it."""
        reach = self._reach
        near: npt.NDArray[np.bool_] = (x >= self.x.min() - reach) & (x <= self.x.max() + reach)
        near &= (y >= self.y.min() - reach) & (y <= self.y.max() + reach)
        return near

    def aside(self, s: F8, t: F8) -> F8:
        """How far (s, t) lie outside of its drivable lanes [m]."""
        beyond = np.maximum(np.maximum(self.low - s, s - self.high), 0.0)
        out = np.full(s.shape, np.inf)
        for low, high in self._strips(np.clip(s, 0.0, self.road.length)):
            out = np.fmin(out, np.maximum(np.maximum(low - t, t - high), 0.0))
        far: F8 = np.sqrt(out * out + beyond * beyond)
        return far

    def _strips(self, s: F8) -> list[tuple[F8, F8]]:
        """Right and left edges of each drivable lane as t [m]; nan where it is not there."""
        out = []
        ends = [*(section.s for section in self.road.sections[1:]), np.inf]
        for i, (section, end) in enumerate(zip(self.road.sections, ends, strict=True)):
            here = ((s >= section.s) | (i == 0)) & (s < end)
            if not here.any():
                continue
            for lane in section.lanes:
                if lane.type in DRIVABLE:
                    edges = np.full((2, *s.shape), np.nan)
                    edges[:, here] = np.sort(np.stack(lane_borders(self.road, section, lane, s[here])), axis=0)
                    out.append((edges[0], edges[1]))
        return out
