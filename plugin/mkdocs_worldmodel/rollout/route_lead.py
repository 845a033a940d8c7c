# Who is ahead of whom along routes that lead over several roads. On one road it gives what lead.py gives, bit for bit.
# The simulator asks at every step for B copies × N road users; all tables are made once.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.lane_middle import LaneMiddles
from mkdocs_worldmodel.rollout.lead import MARGIN, Extents
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]
Index = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class RoutePositions:
    """Where road users j are along the route of a follower i; arrays (..., N), or (..., followers, N) for all."""

    along: F8
    """Metres from i's reference point to j's along i's route, negative behind; nan where j is not on it. On i's own
    road along i's own lateral position, further on along the middle of the route's lanes."""
    same: F8
    """+1 where j drives the way that i's route goes there, -1 where it comes towards it."""
    lateral: F8
    """Of j's reference point, from the middle of the lane of i's route there, left of i's way positive [m]."""
    own_road: npt.NDArray[np.bool_]
    """Whether j is on the road on which i is."""
    way: F8
    """+1 where i's route goes with increasing s at j, -1 against."""


def route_of(user: RoadUser) -> tuple[Leg, ...]:
    """A road user's way; its own road alone where it has none."""
    return user.route or (Leg(user.road, user.direction, user.lane),)


class RouteTable:
    """The routes of N road users in B copies. Roads are named by their place in their copy's network.

    A road that stands twice in a route counts where it stands first.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        copies, users = len(scenarios), len(scenarios[0].users)
        self._roads = max(len(s.network.roads) for s in scenarios)
        shape = (copies, users, self._roads)
        # metres along the route of (s, lane's middle) on a road are `offset` + sign · (s - middle · bend)
        self._offset, self._sign, self._middle = np.full(shape, np.nan), np.ones(shape), np.zeros(shape)
        self._onward: F8 = np.zeros(shape)
        """The sign where the route leads over a road, 0 elsewhere."""
        self._leave: F8 = np.full(shape, np.nan)
        """Metres along the route where its road is left."""
        self._lane = np.zeros(shape, dtype=np.intp)
        self._exit_s, self._exit_bend = np.zeros(shape), np.zeros(shape)
        ways: dict[tuple[int, tuple[Leg, ...]], list[tuple[int, int]]] = {}
        networks: dict[RoadNetwork, int] = {}
        known: dict[int, int] = {}  # hashing a network takes long, and copies mostly share it
        for b, scenario in enumerate(scenarios):
            if id(scenario.network) not in known:
                known[id(scenario.network)] = networks.setdefault(scenario.network, len(networks))
            for i, user in enumerate(scenario.users):
                ways.setdefault((known[id(scenario.network)], route_of(user)), []).append((b, i))
        self._fill(list(networks), ways)
        self._varies = ~self.middles.plain[self._lane] & np.isfinite(self._offset)
        self._any_varies = bool(self._varies.any())
        self._base = (np.arange(copies * users, dtype=np.intp) * self._roads).reshape(copies, users)

    def _fill(
        self, networks: list[RoadNetwork], ways: dict[tuple[int, tuple[Leg, ...]], list[tuple[int, int]]]
    ) -> None:
        index = [{road.id: r for r, road in enumerate(network.roads)} for network in networks]
        lanes: dict[tuple[int, str, int, bool], int] = {}
        for n, legs in ways:
            for leg in legs:
                lanes.setdefault((n, leg.road, leg.lane, leg.direction > 0), len(lanes))
        roads: list[tuple[Road, int]] = [(networks[n].road(road), lane) for n, road, lane, _ in lanes]
        self.middles = LaneMiddles(roads, exit_at_end=[forward for *_, forward in lanes])
        line = ReferenceLines([road for road, _ in roads])
        every = np.arange(len(roads))
        ends = (np.zeros(len(roads)), line.length)
        metres = [self.middles.metres(every, s) for s in ends]
        bends = [line.heading_at(every, s) for s in ends]
        for (n, legs), who in ways.items():
            b, i = np.array(who).T
            driven = 0.0
            for leg in legs:
                m, r, forward = lanes[n, leg.road, leg.lane, leg.direction > 0], index[n][leg.road], leg.direction > 0
                first = np.isnan(self._offset[b[0], i[0], r])
                length = float(metres[1][m] - metres[0][m])
                if first:
                    middle, enter, leave = float(self.middles.constant[m]), int(not forward), int(forward)
                    sign = 1.0 if forward else -1.0
                    start = ends[enter][m] - middle * bends[enter][m]
                    if not self.middles.plain[m]:
                        start = metres[enter][m]
                    self._offset[b, i, r], self._sign[b, i, r] = driven - sign * start, sign
                    self._middle[b, i, r], self._lane[b, i, r] = middle, m
                    self._leave[b, i, r], self._onward[b, i, r] = driven + length, sign
                    self._exit_s[b, i, r], self._exit_bend[b, i, r] = ends[leave][m], bends[leave][m]
                driven += length

    def positions(self, road: Index, s: F8, t: F8, bend: F8, direction: F8) -> RoutePositions:
        """Where everyone is along everyone's route; arrays (B, ..., followers, N). See `seen_by`."""
        seen = [self.seen_by(i, road, s, t, bend, direction) for i in range(s.shape[-1])]
        return RoutePositions(*(np.stack([getattr(p, f.name) for p in seen], axis=-2) for f in fields(RoutePositions)))

    def seen_by(self, follower: int, road: Index, s: F8, t: F8, bend: F8, direction: F8) -> RoutePositions:
        """Where everyone is along the route of one of them.

        Args:
            follower: whose route
            road: (B, ..., N) place in the copy's network
            s: (B, ..., N) along that road [m]
            t: across it [m]
            bend: heading of the reference line at s, not wrapped [rad]
            direction: +1 who drives with increasing s, -1 against
        """
        i = follower
        own_road, sign, own_t, own_bend = (
            road[..., i, None],
            direction[..., i, None],
            t[..., i, None],
            bend[..., i, None],
        )
        here = road == own_road
        # as in lead.py, to the bit
        along = sign * ((s - s[..., i, None]) - own_t * (bend - own_bend))
        base = self._base[:, i].reshape(len(self._base), *(1,) * (road.ndim - 1))
        if self._roads == 1 and not self._any_varies:
            lateral = sign * (t - self._middle.take(base))
            return RoutePositions(along, sign * direction, lateral, here, np.broadcast_to(sign, here.shape))
        at, own = base + road, base + own_road
        way, middle = self._sign.take(at), self._middle.take(at)
        place = s - middle * bend
        if self._any_varies and (varies := self._varies.take(at)).any():
            lane, where = self._lane.take(at)[varies], s[varies]
            middle[varies], place[varies] = self.middles.t(lane, where), self.middles.metres(lane, where)
        rest = sign * ((self._exit_s.take(own) - s[..., i, None]) - own_t * (self._exit_bend.take(own) - own_bend))
        # who drives off its route, or against it, has nothing but its own road
        lost = ~(sign * self._onward.take(own) > 0.0)
        driven = np.where(lost, np.nan, self._leave.take(own) - rest)
        further = self._offset.take(at) + way * place - driven
        if lost.any():
            way = np.where(here, sign, way)
            middle = np.where(here & lost, own_t, middle)
        along = np.where(here, along, further)
        return RoutePositions(along, way * direction, way * (t - middle), here, way)


def route_leader(e: Extents, seen: RoutePositions, follower: int) -> tuple[npt.NDArray[np.intp], F8, F8]:
    """Find who is next ahead of one road user on its route, in its way: `lead.leader` over several roads.

    On the follower's own road, in its way is whose lateral extent comes within MARGIN of its own, as in `leader`;
    further on, whose extent comes within MARGIN of the follower's own around the middle of its route's lane.

    Args:
        e: (..., N)
        seen: (..., N) by the follower
        follower: who asks

    Returns:
        index, gap, speed: (...,), see `leader`.
    """
    i = follower
    near = np.where(seen.same > 0, e.rear, e.front)
    gap = seen.along - near - e.front[..., i, None]
    middle = 0.5 * (e.front - e.rear)
    ahead = seen.along + seen.same * middle - middle[..., i, None] > 0.0
    in_way = (e.low < e.high[..., i, None] + MARGIN) & (e.high > e.low[..., i, None] - MARGIN)
    if not seen.own_road.all():
        aside = seen.lateral + seen.way * (0.5 * (e.low + e.high) - e.t)
        half = 0.5 * (e.high - e.low)
        in_way = np.where(seen.own_road, in_way, np.abs(aside) < half + half[..., i, None] + MARGIN)
    valid = ahead & in_way
    valid[..., i] = False
    gap = np.where(valid, gap, np.inf)
    index = np.argmin(gap, axis=-1)
    nearest = np.take_along_axis(gap, index[..., None], -1)[..., 0]
    speed = np.take_along_axis(seen.same * e.speed, index[..., None], -1)[..., 0]
    found = nearest < np.inf
    return np.where(found, index, -1), nearest, np.where(found, speed, 0.0)
