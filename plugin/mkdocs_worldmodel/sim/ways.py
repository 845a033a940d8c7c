# Everyone's way as a line: metres of lane along its route, for places on it and for where everyone is.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.sim.motion import Motion

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Passage:
    """A junction on a route."""

    junction: str
    legs: tuple[int, ...]
    """Numbers of the legs on its connecting roads."""
    line: float
    """Where the front waits before it, in metres of the route [m]; -inf where the route begins in it."""
    stop_sign: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Road users of one batch with the same route through the same network."""

    network: RoadNetwork
    legs: tuple[Leg, ...]
    copies: I8
    users: I8
    """(members,) each"""


class Ways:
    """Routes measured in metres of lane from their beginnings.

    Attributes:
        groups: road users by network and route; walkers and things, which have no way, are left out.
    """

    def __init__(self, motion: Motion, drives: Mask) -> None:
        """`drives`, (N,), tells who is a vehicle."""
        self.motion = motion
        tb = motion.tables
        road = np.maximum(tb.leg_road, 0)
        enter = np.where(tb.leg_direction > 0, 0.0, tb.line.length[road])
        self._enter, self._exit = enter, tb.line.length[road] - enter
        self._enter_heading = tb.line.heading_at(road, self._enter)
        self._exit_heading = tb.line.heading_at(road, self._exit)
        turned = self._exit_heading - self._enter_heading
        self.end: F8 = tb.leg_start + tb.leg_direction * ((self._exit - enter) - tb.leg_t * turned)
        """(B, N, K) where each leg ends [m]."""
        self._flat = np.arange(tb.road.size).reshape(tb.road.shape) * tb.leg_road.shape[2]
        self._paths: dict[tuple[int, tuple[Leg, ...], int, float, float, float], tuple[F8, F8, F8, F8]] = {}
        self.groups = self._group(np.flatnonzero(drives))

    def _group(self, users: npt.NDArray[np.intp]) -> list[Group]:
        found: dict[tuple[int, tuple[Leg, ...]], list[tuple[int, int]]] = {}
        scenarios = self.motion.tables.scenarios
        for b, scenario in enumerate(scenarios):
            for n in users.tolist():
                user = scenario.users[n]
                route = user.route or (Leg(user.road, user.direction, user.lane),)
                found.setdefault((id(scenario.network), route), []).append((b, n))
        return [
            Group(scenarios[who[0][0]].network, legs, *np.array(who, dtype=np.int64).T)
            for (_, legs), who in found.items()
        ]

    def driven(self) -> F8:
        """How far everyone's reference point has come along its route, (B, N) [m]."""
        m, at = self.motion, self._flat + self.motion.leg
        turned = self._exit_heading.take(at) - m.tables.line.heading_at(m.road, m.s)
        rest = m.direction * ((self._exit.take(at) - m.s) - m.t * turned)
        driven: F8 = self.end.take(at) - rest
        return driven

    def on_way(self) -> Mask:
        """Who is on its route, and there at all, (B, N)."""
        m = self.motion
        at = self._flat + m.leg
        on: Mask = (m.tables.leg_road.take(at) == m.road) & (m.tables.leg_direction.take(at) == m.direction) & m.present
        return on

    def place(self, group: Group, leg: int, s: float) -> float:
        """Metres of a group's route at s of a leg."""
        tb, b, n = self.motion.tables, group.copies[0], group.users[0]
        road = tb.leg_road[b, n, leg]
        turned = tb.line.heading_at(road, np.array([s]))[0] - self._enter_heading[b, n, leg]
        along = (s - self._enter[b, n, leg]) - tb.leg_t[b, n, leg] * turned
        return float(tb.leg_start[b, n, leg] + tb.leg_direction[b, n, leg] * along)

    def path(self, group: Group, leg: int, before: float, after: float, step: float) -> tuple[F8, F8, F8, F8]:
        """Points every `step` metres along a leg, and some metres of the legs before and after it.

        Returns:
            metres of the route, x, y [m], heading [rad].
        """
        # routes that begin alike are asked for alike
        key = (id(group.network), group.legs[: leg + 2], leg, before, after, step)
        if key not in self._paths:
            self._paths[key] = self._lay_path(group, leg, before, after, step)
        return self._paths[key]

    def _lay_path(self, group: Group, leg: int, before: float, after: float, step: float) -> tuple[F8, F8, F8, F8]:
        tb, b, n = self.motion.tables, group.copies[0], group.users[0]
        parts: list[tuple[F8, ...]] = []
        for k, low, high in (
            (leg - 1, self.end[b, n, leg - 1] - before, np.inf),
            (leg, -np.inf, np.inf),
            (leg + 1, -np.inf, self.end[b, n, leg] + after),
        ):
            if not 0 <= k < len(group.legs) or (k < leg and before <= 0.0) or (k > leg and after <= 0.0):
                continue
            enter, leave = self._enter[b, n, k], self._exit[b, n, k]
            count = 1 + max(1, int(np.ceil(abs(leave - enter) / step)))
            s = enter + (leave - enter) * np.arange(count) / (count - 1)
            road, t = tb.leg_road[b, n, k], tb.leg_t[b, n, k]
            heading = tb.line.heading_at(road, s)
            along = tb.leg_direction[b, n, k] * ((s - enter) - t * (heading - heading[0]))
            u = tb.leg_start[b, n, k] + along
            inside = (u >= low - step) & (u <= high + step)
            u, (x, y, heading) = u[inside], tb.line.pose(road, s[inside], t)
            if k > leg:  # a leg is in the lane in which it ends: here one is still in that which one came into
                dx, dy = parts[-1][1][-1] - x[0], parts[-1][2][-1] - y[0]
                beside = dx * dx + dy * dy > _BESIDE * _BESIDE
                x, y = (x + dx, y + dy) if beside else (x, y)
            against = 0.0 if tb.leg_direction[b, n, k] > 0 else np.pi
            parts.append((u, x, y, heading + against))
        u, x, y, heading = (np.concatenate(each) for each in zip(*parts, strict=True))
        return u, x, y, heading

    def passages(self, group: Group) -> list[Passage]:
        """The junctions on a group's route, in order."""
        roads = [group.network.road(leg.road) for leg in group.legs]
        out: list[Passage] = []
        k = 0
        while k < len(roads):
            junction = roads[k].junction
            if junction is None:
                k += 1
                continue
            first = k
            while k < len(roads) and roads[k].junction == junction:
                k += 1
            line, stop_sign = -np.inf, False
            if first:
                s, stop_sign = waiting_place(roads[first - 1], group.legs[first - 1].direction)
                line = self.place(group, first - 1, s)
            out.append(Passage(junction, tuple(range(first, k)), line, stop_sign))
        return out


_BESIDE = 1.0
"""Lanes whose middles are further apart than this where they meet are two [m]."""
_BEFORE = 30.0
"""How far before the end of a road its stop line is looked for [m]."""


def waiting_place(road: Road, direction: int) -> tuple[float, bool]:
    """Where the front waits before the junction at the end of a road (s), and whether a stop sign stands there."""
    end = road.length if direction > 0 else 0.0

    def ahead(s: float) -> float:
        return direction * (end - s)

    signs = [x for x in road.signals if x.direction == direction and x.type not in {"pedestrian light", "speed limit"}]
    signs = [x for x in signs if 0.0 <= ahead(x.s) <= _BEFORE]
    stop_sign = any(x.type == "stop" for x in signs)
    if signs:
        return min((x.s for x in signs), key=ahead), stop_sign
    walks = [x for x in road.objects if x.type == "crosswalk" and 0.0 <= ahead(x.s) <= 0.5 * _BEFORE]
    if walks:
        far = max(walks, key=lambda x: ahead(x.s))
        return far.s - direction * (0.5 * far.length + 1.0), stop_sign
    return end - direction * 0.5, stop_sign
