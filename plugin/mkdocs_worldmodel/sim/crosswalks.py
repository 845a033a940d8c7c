# Giving way to people on pedestrian crossings.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.road import RoadObject
from mkdocs_worldmodel.scenario.road_user import WALKERS
from mkdocs_worldmodel.sim.approach import needed, slowed, soonest
from mkdocs_worldmodel.sim.light_stops import lights_on
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.ways import Group, Ways

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BEFORE = 1.0
"""How far before a crossing one waits [m]."""
_LIGHT = 15.0
"""A light no further than this before a crossing belongs to it [m]."""
_NEAR = 0.5
"""Room on either side of a vehicle and of a crossing that counts [m]."""
_EDGE = 1.5
"""People this far from the carriageway are about to step on it, if they move [m]."""
_WALKS = 0.1
"""[m/s]"""
_MARGIN = 1.0
"""A person reaches the lane this much later than the vehicle has left it, or it waits [s]."""
_BRAKING = 1.5
"""For people who are not in the way yet one brakes no harder than this many times comfortably."""
_DARK = (ASPECTS.index("off"), ASPECTS.index("amber flashing"))


class Crosswalks:
    """All crossings on all routes, and everyone who may walk on them; flat arrays (M,)."""

    def __init__(self, ways: Ways, lights: Lights) -> None:
        self.motion, self.lights = ways.motion, lights
        kinds = ways.motion.tables.kinds
        people = [n for n, kind in enumerate(kinds) if kind in WALKERS or kind == "bicycle"]
        self._walker = np.array([kind in WALKERS for kind in kinds])
        rows: list[tuple[float, ...]] = []
        for group in ways.groups if people else ():
            for found in _crossings(ways, group, lights):
                rows += [
                    (b, n, p, *found)
                    for b, n in zip(group.copies.tolist(), group.users.tolist(), strict=True)
                    for p in people
                    if p != n
                ]
        self.some = bool(rows)
        if not rows:
            return
        columns = [np.array(each) for each in zip(*rows, strict=True)]
        b, n, p, self.road, self.light = (each.astype(np.int64) for each in columns[:5])
        self.mine, self.person = (b, n), (b, p)
        self.begin, self.end, self.low_s, self.high_s, self.low_t, self.high_t, self.lane_t = columns[5:]

    def cap(self, a: F8, driven: F8, on_path: Mask) -> F8:
        """Accelerations (B, N), as far as people on crossings allow them; `on_path`: who follows a trajectory."""
        m, tb, mine, person = self.motion, self.motion.tables, self.mine, self.person
        v, front, rear = m.v[mine], tb.front[mine], tb.body["rear_overhang"][mine]
        half = 0.5 * tb.body["width"][mine] + _NEAR + 0.5 * tb.body["width"][person]
        aside = m.t[person] - self.lane_t
        across = m.direction[person] * m.v[person] * np.sin(m.slant[person])
        rest = np.maximum(np.abs(aside) - half, 0.0)
        toward = np.where(aside > 0.0, -across, across)
        moves = toward > _WALKS
        walks = m.present[person] & (self._walker[person[1]] | on_path[person]) & (m.road[person] == self.road)
        walks &= (m.s[person] >= self.low_s) & (m.s[person] <= self.high_s)
        walks &= (m.t[person] >= self.low_t) & (m.t[person] <= self.high_t)
        in_way = rest <= 0.0
        pace = np.where(moves, toward, 1.0)
        reaches, leaves = rest / pace, (rest + 2.0 * half) / pace
        place = driven[mine]
        top, own = m.desired[mine], tb.idm["acceleration"][mine]
        comes = soonest(self.begin - place - front, v, own, top)
        gone = soonest(self.end - place + rear, v, own, top)
        meets = moves & (reaches < gone + _MARGIN) & (leaves > comes)
        free = self.begin - _BEFORE - place - front
        shown = self.lights.shown[mine[0], np.maximum(self.light, 0)] if self.lights.shown.shape[1] else 0
        regulated = (self.light >= 0) & (shown != _DARK[0]) & (shown != _DARK[1])
        comfortable = tb.idm["comfortable_deceleration"][mine]
        hardest = np.where(in_way, tb.body["max_deceleration"][mine], _BRAKING * comfortable)
        stops = walks & (in_way | (meets & ~regulated)) & (free > -0.7 * _BEFORE)
        stops &= (needed(v, free) <= hardest) & (tb.give_way["pedestrians"][mine] > 0.5)
        cap = a.copy()
        np.minimum.at(cap, mine, np.where(stops, slowed(v, free, 0.0, comfortable, DT), np.inf))
        return cap


def exist(motion: Motion) -> bool:
    """Whether a batch has crossings at all."""
    return any(thing.type == "crosswalk" for road in motion.tables.roads for thing in road.objects)


def _crossings(ways: Ways, group: Group, lights: Lights) -> list[tuple[float, ...]]:
    """Road, light, begin and end in metres of the route, and where one walks (s, s, t, t) and drives (t)."""
    tb, b, n = ways.motion.tables, group.copies[0], group.users[0]
    signals = lights_on(ways, group)
    out: list[tuple[float, ...]] = []
    for k, leg in enumerate(group.legs):
        road = group.network.road(leg.road)
        walks: list[RoadObject] = [thing for thing in road.objects if thing.type == "crosswalk"]
        for walk in walks:
            half = 0.5 * walk.length
            begin, end = sorted((ways.place(group, k, walk.s - half), ways.place(group, k, walk.s + half)))
            before = [column for place, column in signals if begin - _LIGHT <= place <= begin + 1.0]
            light = lights.column(before[-1]) if before else -1
            row, lane = tb.leg_road[b, n, k], np.array([leg.lane])
            lane_t = float(tb.lanes.middle(np.array([row]), np.array([walk.s]), lane).value[0])
            out.append((float(row), float(light), begin, end, walk.s - half - _NEAR, walk.s + half + _NEAR,
                        walk.t_low - _EDGE, walk.t_high + _EDGE, lane_t))  # fmt: skip
    return out
