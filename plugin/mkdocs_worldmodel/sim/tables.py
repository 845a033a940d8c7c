# B scenarios of equal structure, stacked into arrays.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_centre
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import DRIVERS, Body, IdmParameters, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Action, LaneChangeAction
from mkdocs_worldmodel.sim.shapes import PEAK_SLOPE, SHAPES

F8 = npt.NDArray[np.float64]

_BODY = tuple(f.name for f in fields(Body))
_IDM = tuple(f.name for f in fields(IdmParameters))


@dataclass(frozen=True, slots=True)
class ActionTable:
    """One action of the story in all copies; arrays are (B,)."""

    user: int
    is_lane_change: bool
    target: F8
    """Speed [m/s], or t of the target lane's centre [m]."""
    shape: npt.NDArray[np.int64]
    dimension: npt.NDArray[np.int64]
    """0 time, 1 rate, 2 distance"""
    value: F8
    peak: F8
    """Peak slope of the shape, to turn a rate into a duration."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """One event of the story in all copies."""

    name: str
    time: F8
    """(B,) when it starts [s]"""
    actions: tuple[ActionTable, ...]


class Tables:
    """What does not change while B copies run.

    Attributes:
        body, idm: name → (B, N) arrays of the fields of `Body` and `IdmParameters`.
        line, road: the distinct reference lines, and which of them each road user is on, (B, N).
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        first = scenarios[0]
        self.names = tuple(u.name for u in first.users)
        self.kinds = tuple(u.kind for u in first.users)
        for other in scenarios:
            same = [u.name for u in other.users] == list(self.names) and [
                [(type(a), a.actor) for a in e.actions] for e in other.events
            ] == [[(type(a), a.actor) for a in e.actions] for e in first.events]
            if not same:
                raise WorldError("only scenarios with the same road users and the same story run as one batch")
        self.scenarios = tuple(scenarios)
        self.roads = self._distinct_roads()
        self.line = ReferenceLines(self.roads)
        index = {id(r): i for i, r in enumerate(self.roads)}
        self.road = np.array([[index[id(self._own(s, u.road))] for u in s.users] for s in scenarios], dtype=np.intp)
        self.body = {name: self._stack(attrgetter(f"body.{name}")) for name in _BODY}
        self.idm = {name: self._stack(attrgetter(f"idm.{name}")) for name in _IDM}
        self.direction = self._stack(lambda u: u.direction)
        self.driver = self._stack(lambda u: DRIVERS.index(u.driver)).astype(np.int64)
        self.s = self._stack(lambda u: u.s)
        self.t = self._stack(lambda u: u.t)
        self.speed = self._stack(lambda u: u.speed)
        self.desired = self._stack(lambda u: u.desired_speed)
        self.stop = np.array([s.stop_time for s in scenarios])
        self.events = tuple(self._event(i) for i in range(len(first.events)))

    def _distinct_roads(self) -> tuple[Road, ...]:
        """Equal roads once; `_own` finds a scenario's road among them."""
        self._same: dict[int, Road] = {}
        distinct: dict[Road, Road] = {}
        for scenario in self.scenarios:
            for road in scenario.network.roads:
                if id(road) not in self._same:
                    self._same[id(road)] = distinct.setdefault(road, road)
        return tuple(distinct)

    def _own(self, scenario: Scenario, road_id: str) -> Road:
        return self._same[id(scenario.network.road(road_id))]

    def _stack(self, get: Callable[[RoadUser], float]) -> F8:
        return np.array([[get(u) for u in s.users] for s in self.scenarios], dtype=np.float64)

    def _event(self, i: int) -> EventTable:
        events = [s.events[i] for s in self.scenarios]
        actions = tuple(self._action([e.actions[j] for e in events]) for j in range(len(events[0].actions)))
        return EventTable(events[0].name, np.array([e.trigger.time for e in events]), actions)

    def _action(self, copies: list[Action]) -> ActionTable:
        user = self.names.index(copies[0].actor)
        targets = [
            self._lane_centre(b, user, a.target_lane) if isinstance(a, LaneChangeAction) else a.target
            for b, a in enumerate(copies)
        ]
        dynamics = [a.dynamics for a in copies]
        return ActionTable(
            user=user,
            is_lane_change=isinstance(copies[0], LaneChangeAction),
            target=np.array(targets),
            shape=np.array([SHAPES.index(d.shape) for d in dynamics]),
            dimension=np.array([("time", "rate", "distance").index(d.dimension) for d in dynamics]),
            value=np.array([d.value for d in dynamics]),
            peak=np.array([PEAK_SLOPE[d.shape] for d in dynamics]),
        )

    def _lane_centre(self, b: int, user: int, lane: int) -> float:
        road = self.roads[self.road[b, user]]
        return lane_centre(road, lane, self.scenarios[b].users[user].s)
