# B scenarios of equal structure, stacked into arrays: all that does not change while they run.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import (
    DRIVERS,
    AebParameters,
    Body,
    CarefulParameters,
    IdmParameters,
    LaneChangeParameters,
    Leg,
    RoadUser,
    YieldParameters,
)
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_TURN = 0.5
"""A road that bends by more than this turns off [rad]."""

THIRD_PARTY = len(DRIVERS)
"""Index of a driver from another package."""


class Tables:
    """What does not change while B copies run.

    Attributes:
        body, idm, lane_change, give_way, careful, aeb: name → (B, N) arrays of the fields of those.
        roads, line, lanes: the distinct roads of all copies, their reference lines and their lanes.
        road, direction, s, t, heading, speed, desired, driver, lane, present: (B, N) how everyone starts.
        leg_road, leg_direction, leg_lane: (B, N, K) everyone's route; -1, 0, 0 after its end.
        legs: (B, N) how many legs each route has.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        first = scenarios[0]
        self.scenarios = tuple(scenarios)
        self.names = tuple(u.name for u in first.users)
        self.kinds = tuple(u.kind for u in first.users)
        if any([u.name for u in other.users] != list(self.names) for other in scenarios):
            raise WorldError("only scenarios with the same road users and the same story run as one batch")
        self._share_roads()
        self.line, self.lanes = ReferenceLines(self.roads), LaneTable(self.roads)
        self.body = self._group("body", Body)
        self.idm = self._group("idm", IdmParameters)
        self.lane_change = self._group("lane_change", LaneChangeParameters)
        self.give_way = self._group("give_way", YieldParameters)
        self.careful = self._group("careful", CarefulParameters)
        self.aeb = self._group("aeb", AebParameters)
        self.front = self.body["length"] - self.body["rear_overhang"]
        self.direction = self._stack(lambda u: u.direction)
        self.driver = self._stack(lambda u: driver_index(u.driver)).astype(np.int64)
        self.lane = self._stack(lambda u: u.lane).astype(np.int64)
        self.s, self.t = self._stack(lambda u: u.s), self._stack(lambda u: u.t)
        self.heading = self._stack(lambda u: u.heading)
        self.speed, self.desired = self._stack(lambda u: u.speed), self._stack(lambda u: u.desired_speed)
        self.present = self._stack(lambda u: u.present).astype(bool)
        self.follows_lane = self._stack(lambda u: u.follows_lane).astype(bool)
        self.stop = np.array([s.stop_time for s in scenarios])
        self.road = np.array([[self.place(b, u.road) for u in s.users] for b, s in enumerate(scenarios)], dtype=np.intp)
        self._lay_routes()
        self._measure_routes()
        self.several_roads = any(len(s.network.roads) > 1 for s in scenarios)
        """Whether anybody can come from one road to another."""

    # -- roads and routes ----------------------------------------------------------------------------------

    def _share_roads(self) -> None:
        """Equal roads once; each copy knows where its roads are among them."""
        distinct: dict[Road, int] = {}
        known: dict[int, dict[str, int]] = {}
        for scenario in self.scenarios:
            network = scenario.network
            if id(network) not in known:
                known[id(network)] = {r.id: distinct.setdefault(r, len(distinct)) for r in network.roads}
        self.roads = tuple(distinct)
        self._places = [known[id(s.network)] for s in self.scenarios]
        self.own_road = np.zeros((len(self.scenarios), len(self.roads)), dtype=np.int32)
        """(B, R) distinct road → place in the copy's own network."""
        for b, (scenario, place) in enumerate(zip(self.scenarios, self._places, strict=True)):
            for i, road in enumerate(scenario.network.roads):
                self.own_road[b, place[road.id]] = i

    def place(self, b: int, road_id: str) -> int:
        """Which of `roads` is that road of a copy's network."""
        return self._places[b][road_id]

    def _lay_routes(self) -> None:
        routes = [[_route(u) for u in s.users] for s in self.scenarios]
        self.legs = np.array([[len(r) for r in of_copy] for of_copy in routes])
        shape = (*self.s.shape, int(self.legs.max()))
        self.leg_road = np.full(shape, -1, dtype=np.intp)
        self.leg_direction, self.leg_lane = np.zeros(shape), np.zeros(shape, dtype=np.int64)
        self._link: I8 = np.zeros(shape, dtype=np.int64)
        self._lane_links: list[I8] = []
        found: dict[tuple[int, int, int, int], int] = {}
        for b, of_copy in enumerate(routes):
            for n, route in enumerate(of_copy):
                for k, leg in enumerate(route):
                    self.leg_road[b, n, k] = self.place(b, leg.road)
                    self.leg_direction[b, n, k], self.leg_lane[b, n, k] = leg.direction, leg.lane
                    if k:
                        key = (id(self.scenarios[b].network), self.leg_road[b, n, k - 1], leg.direction,
                               self.leg_road[b, n, k])  # fmt: skip
                        if key not in found:
                            found[key] = len(self._lane_links)
                            links = lane_links(self.scenarios[b].network, route[k - 1], leg)
                            self._lane_links.append(self._as_row(links, leg.lane))
                        self._link[b, n, k] = found[key]
        self._rows = np.stack(self._lane_links) if self._lane_links else np.zeros((1, 1), dtype=np.int64)

    def _measure_routes(self) -> None:
        """How far along everyone's route each leg begins, in metres of lane."""
        self.leg_t = np.zeros(self.leg_road.shape)
        """(B, N, K) middle of each leg's lane where it is entered [m]."""
        self.leg_start = np.zeros(self.leg_road.shape)
        """(B, N, K) metres of lane from the begin of the route [m]."""
        for n in range(self.leg_road.shape[1]):
            for k in range(self.leg_road.shape[2]):
                road, sign = np.maximum(self.leg_road[:, n, k], 0), self.leg_direction[:, n, k]
                entry = np.where(sign > 0, 0.0, self.line.length[road])
                self.leg_t[:, n, k] = self.lanes.middle(road, entry, self.leg_lane[:, n, k]).value
                if k + 1 < self.leg_road.shape[2]:
                    leg, exit_ = np.full(len(road), k), self.line.length[road] - entry
                    self.leg_start[:, n, k + 1] = self.leg_start[:, n, k] + self.into_leg(
                        n, leg, exit_, self.leg_t[:, n, k]
                    )

    def into_leg(self, user: int, leg: I8, s: F8, t: F8) -> F8:
        """Metres of lane at t from the begin of a leg (B,) to s."""
        copies = np.arange(len(s))
        road, sign = np.maximum(self.leg_road[copies, user, leg], 0), self.leg_direction[copies, user, leg]
        entry = np.where(sign > 0, 0.0, self.line.length[road])
        turned = self.line.heading_at(road, s) - self.line.heading_at(road, entry)
        metres: F8 = sign * ((s - entry) - t * turned)
        return metres

    def _as_row(self, links: dict[int, int], otherwise: int) -> I8:
        """(L,) lane before → lane after; from a lane that does not lead on, into the nearest that does."""
        reach = self.lanes.reach
        ids = range(-reach, reach + 1)
        if not links:
            return np.array([otherwise for _ in ids])
        return np.array([links[min(links, key=lambda known: abs(known - lane))] for lane in ids])

    def lane_after(self, b: I8, n: I8, leg: I8, lane: I8) -> I8:
        """Lane into which a lane of the leg before leads, where leg number `leg` begins."""
        at = np.clip(lane, -self.lanes.reach, self.lanes.reach) + self.lanes.reach
        after: I8 = self._rows[self._link[b, n, leg], at]
        return after

    def kept_aside(self, b: I8, n: I8, leg: I8, lane: I8) -> F8:
        """How far beside the lane into which it comes somebody goes on, left positive [m]; 0 for most.

        Who comes from a strip beside the lanes, as a cycle lane is, rides straight on through a junction where the
        strip is not drawn; in a turn it takes the lane.
        """
        old, new, sign = self.leg_road[b, n, leg - 1], self.leg_road[b, n, leg], self.leg_direction[b, n, leg - 1]
        end = np.where(sign > 0, self.line.length[old], 0.0)
        after = self.lane_after(b, n, leg, lane)
        start = np.where(self.leg_direction[b, n, leg] > 0, 0.0, self.line.length[new])
        kept = ~self.lanes.is_drivable(old, end, lane) & self.lanes.is_drivable(new, start, after)
        kept &= ~self.turns(b, n, leg)
        along = self.leg_lane[b, n, leg - 1]
        aside = sign * (self.lanes.middle(old, end, lane).value - self.lanes.middle(old, end, along).value)
        return np.where(kept, aside, 0.0)

    def turns(self, b: I8, n: I8, leg: I8) -> Mask:
        """Whether the road of a leg turns off."""
        road = self.leg_road[b, n, leg]
        length = self.line.length[road]
        turned = self.line.heading_at(road, length) - self.line.heading_at(road, np.zeros(length.shape))
        bent: Mask = np.abs(turned) > _TURN
        return bent

    # -- stacking ------------------------------------------------------------------------------------------

    def _stack(self, get: Callable[[RoadUser], float]) -> F8:
        return np.array([[get(u) for u in s.users] for s in self.scenarios], dtype=np.float64)

    def _group(self, name: str, parameters: type) -> dict[str, F8]:
        return {f.name: self._stack(attrgetter(f"{name}.{f.name}")) for f in fields(parameters)}


@cache
def driver_index(name: str) -> int:
    """Number of a driver, as arrays hold it."""
    return DRIVERS.index(name) if name in DRIVERS else THIRD_PARTY


def _route(user: RoadUser) -> tuple[Leg, ...]:
    return user.route or (Leg(user.road, user.direction, user.lane),)


def lane_links(network: RoadNetwork, leg: Leg, following: Leg) -> dict[int, int]:
    """Lanes at the end of a leg → lanes of the leg that follows, where they lead on."""
    road, after = network.road(leg.road), network.road(following.road)
    if after.junction is not None and road.junction != after.junction:
        junction = network.junction(after.junction)
        connections = [c for c in junction.connections if c.incoming == road.id and c.connecting == after.id]
        return {link.incoming: link.connecting for c in connections for link in c.links}
    last = road.sections[-1 if leg.direction > 0 else 0]
    to = [(ln.id, ln.successor if leg.direction > 0 else ln.predecessor) for ln in last.lanes]
    return {lane: other for lane, other in to if other is not None}
