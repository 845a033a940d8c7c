# Bends that drivers slow down for: on connecting roads, in roundabouts, and wherever a road turns sharply.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road import Geometry, Road
from mkdocs_worldmodel.sim.approach import slowed
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.ways import Group, Ways

F8 = npt.NDArray[np.float64]

_FASTEST = 70.0
"""Bends that may be driven at this speed are none [m/s]."""
_PARTS = 8
"""Into so many arcs a clothoid is cut."""
_FIRM = 2.0
"""Nobody brakes for a bend harder than this many times comfortably."""


class Bends:
    """All bends on all routes, as flat arrays."""

    def __init__(self, ways: Ways) -> None:
        self.motion = ways.motion
        copies, users, begin, end, curvature = [], [], [], [], []
        for group in ways.groups:
            for low, high, k in _bends(ways, group):
                copies.append(group.copies)
                users.append(group.users)
                begin.append(np.full(len(group.users), low))
                end.append(np.full(len(group.users), high))
                curvature.append(np.full(len(group.users), k))
        self.some = False
        if not copies:
            return
        self.at = (np.concatenate(copies), np.concatenate(users))
        self.begin, self.end = np.concatenate(begin), np.concatenate(end)
        limit = np.sqrt(self.motion.tables.give_way["turn_acceleration"][self.at] / np.concatenate(curvature))
        keep = limit < np.minimum(_FASTEST, self.motion.tables.body["max_speed"][self.at])
        self.at = (self.at[0][keep], self.at[1][keep])
        self.begin, self.end, self.limit = self.begin[keep], self.end[keep], limit[keep]
        self.some = bool(keep.any())

    def cap(self, a: F8, driven: F8, v: F8) -> F8:
        """Accelerations (B, N), as far as bends allow them."""
        b = self.motion.tables.idm["comfortable_deceleration"][self.at]
        speed, place = v[self.at], driven[self.at]
        most = slowed(speed, self.begin - place, self.limit, b, DT)
        most = np.where(place < self.end, np.maximum(most, -_FIRM * b), np.inf)
        cap = a.copy()
        np.minimum.at(cap, self.at, most)
        return cap

    def speed_between(self, b: int, n: int, low: float, high: float) -> float:
        """What the bends between two places of a route allow [m/s]; inf where there are none."""
        if not self.some:
            return np.inf
        mine = (self.at[0] == b) & (self.at[1] == n) & (self.begin < high) & (self.end > low)
        return float(self.limit[mine].min(initial=np.inf))


def _bends(ways: Ways, group: Group) -> list[tuple[float, float, float]]:
    """(begin, end, curvature) of all pieces of a route, in its metres."""
    out = []
    tb = ways.motion.tables
    for k, leg in enumerate(group.legs):
        road = group.network.road(leg.road)
        t = float(tb.leg_t[group.copies[0], group.users[0], k])
        for low, high, curvature in _arcs(road):
            bend = abs(curvature / max(1.0 - curvature * t, 0.02))
            if bend > 1e-6:
                ends = sorted((ways.place(group, k, low), ways.place(group, k, high)))
                out.append((ends[0], ends[1], bend))
    return out


def _arcs(road: Road) -> list[tuple[float, float, float]]:
    """(s, s, curvature) of arcs that the reference line consists of; of a clothoid's parts the sharper end's."""
    out = []
    for g in road.geometries:
        if g.curvature_start == g.curvature_end:
            out.append((g.s, g.s + g.length, g.curvature_start))
            continue
        for i in range(_PARTS):
            low, high = (_curvature(g, p / _PARTS) for p in (i, i + 1))
            sharper = low if abs(low) > abs(high) else high
            out.append((g.s + g.length * i / _PARTS, g.s + g.length * (i + 1) / _PARTS, sharper))
    return out


def _curvature(g: Geometry, part: float) -> float:
    return g.curvature_start + part * (g.curvature_end - g.curvature_start)


def fits(motion: Motion) -> bool:
    """Whether any road of a batch bends at all."""
    return any(g.curvature_start or g.curvature_end for road in motion.tables.roads for g in road.geometries)
