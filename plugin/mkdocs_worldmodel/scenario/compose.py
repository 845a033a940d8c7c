# An author's checked block → a Scenario; or all that is geometrically impossible in it, each at its key.

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_centre
from mkdocs_worldmodel.scenario.layout import build_road, lane_id, turning
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Body, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Action, Dynamics, Event, LaneChangeAction, SpeedAction, TimeCondition
from mkdocs_worldmodel.spec.block import Block, Sources, did_you_mean
from mkdocs_worldmodel.spec.model import ScenarioSpec
from mkdocs_worldmodel.spec.story import DoSpec, LaneChangeSpec, SpeedChangeSpec
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.spec.users import ActorSpec

EGO = "ego"
EGO_COLOUR = "#2f7de1"
PALETTE = ("#d98324", "#c9c5bb", "#8a1c1c", "#e8e8e8", "#4b5a3a", "#5b6b7a", "#1f2a33", "#b9a44c")


def compose(block: Block) -> Scenario:
    """Turn a checked block into a concrete scenario.

    Raises:
        SpecError: with all mistakes: lanes that do not exist, road users inside each other or off the road, a
            road that cannot be built, a story about unknown road users.
    """
    return _Composer(block.spec.scenario, block.spec.driver, block.sources).scenario()


class _Composer:
    def __init__(self, spec: ScenarioSpec, ego_driver: str, sources: Sources) -> None:
        self.spec, self.ego_driver, self.sources = spec, ego_driver, sources
        self.mistakes: list[Mistake] = []
        self.nowhere: set[str] = set()
        """Road users whose lane does not exist."""
        self.ego_s = self._ego_start()
        self.road = self._road()
        self.line = ReferenceLines([self.road])

    def wrong(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.mistakes.append(self.sources.mistake(("scenario", *path), message, hint))

    def scenario(self) -> Scenario:
        users = self._users()
        events = tuple(self._event(i) for i in range(len(self.spec.story)))
        self._check_places([u for u in users if u.name not in self.nowhere])
        if self.mistakes:
            raise SpecError(*self.mistakes)
        environment = Environment(self.spec.environment.time_of_day, self.spec.environment.weather)
        return Scenario(RoadNetwork((self.road,)), tuple(users), events, environment, self.spec.stop.time)

    # -- the road ------------------------------------------------------------------------------------------

    def _ego_start(self) -> float:
        """Where the ego starts if it is not said: far enough along for all that is behind it [m]."""
        if self.spec.ego.at is not None:
            return self.spec.ego.at
        needed = [20.0]
        for name, actor in self.spec.actors.items():
            # a road whose length is not said is long enough for those who drive towards its beginning, too
            travel = self._travel(name) if actor.lane < 0 and self._open_ended() else 0.0
            if actor.behind is not None:
                needed.append(actor.behind + BODIES[actor.kind].length + travel)
            elif actor.ahead is not None:
                needed.append(travel - actor.ahead)
        return max(40.0, math.ceil(max(needed) + 20.0))

    def _open_ended(self) -> bool:
        return self.spec.road.length is None and self.spec.road.segments is None

    def _travel(self, name: str) -> float:
        """How far along the road a road user can come until the stop [m]."""
        user = self.spec.ego if name == EGO else self.spec.actors[name]
        told = [d.speed.to for e in self.spec.story for n, d in e.do.items() if n == name and d.speed is not None]
        own = user.speed if user.speed is not None else self.spec.ego.speed
        fastest = max(own, user.desired_speed or 0.0, *told)
        curve, side = self.spec.road.curve, self.spec.road.lanes
        if curve is None:
            return fastest * self.spec.stop.time
        # on the inside of a bend a metre of lane is more than a metre of road
        side = self.spec.road.oncoming if curve.to == "left" else self.spec.road.lanes
        inside = curve.radius - side * (self.spec.road.lane_width or 3.75)
        return fastest * self.spec.stop.time * curve.radius / max(inside, 0.25 * curve.radius)

    def _road(self) -> Road:
        spec = self.spec
        ends = [self.ego_s + self._travel(EGO)]
        for name, actor in spec.actors.items():
            start = actor.at if actor.at is not None else self.ego_s + (actor.ahead or 0.0) + 30.0
            ends.append(start + (self._travel(name) if actor.lane > 0 else 0.0))
        enough = max(ends) + 60.0
        road = build_road(spec.road, spec.ego.speed, 50.0 * math.ceil(enough / 50.0))
        if road.length > 20_000:
            self.wrong(("road",), f"the road is {road.length / 1000:.1f} km long", "20 km are the most")
        self._check_bends(road)
        return road

    def _check_bends(self, road: Road) -> None:
        sides = {+1: 0.0, -1: 0.0}
        for sign in sides:
            sides[sign] = sum(lane.widths[0].a for lane in road.sections[0].side(sign))
        for g in road.geometries:
            sharpest = max(g.curvature_start, g.curvature_end, key=abs)
            inner = sides[1 if sharpest > 0 else -1]
            if abs(sharpest) * (inner + 1.0) > 1.0:
                radius = 1.0 / abs(sharpest)
                self.wrong(("road",), f"a curve of {radius:g} m is too tight for this road",
                           f"its inner edge lies {inner:g} m from the reference line: use a larger radius")  # fmt: skip
                return
        if turning(road.geometries) > math.pi:
            width = sum(sides.values())
            s = np.linspace(0.0, road.length, min(2000, 2 + int(road.length / (0.5 * width))))
            x, y, _ = ReferenceLines([road]).pose(0, s)
            limit = max(width, float(s[1]))  # no crossing slips between two samples
            near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 < limit * limit
            apart = np.abs(s[:, None] - s) > math.pi * (limit + 5.0)
            if (near & apart).any():
                self.wrong(("road",), "the road runs into itself", "make it shorter or its curves wider")

    # -- road users ----------------------------------------------------------------------------------------

    def _users(self) -> list[RoadUser]:
        ego = self.spec.ego
        lane = self._lane_of(EGO, ego.lane, ("ego", "lane"))
        users = [self._user(EGO, BODIES[ego.kind], lane, self.ego_s, ego.speed, self.ego_driver, EGO_COLOUR)]
        for i, (name, actor) in enumerate(self.spec.actors.items()):
            if name == EGO:
                self.wrong(("actors", EGO), "an actor cannot be called ego", "describe the ego under ego:")
                continue
            lane = self._lane_of(name, actor.lane, ("actors", name, "lane"))
            body = BODIES[actor.kind]
            speed = actor.speed if actor.speed is not None else ego.speed
            s = self._place(actor, body, lane, users[0])
            users.append(self._user(name, body, lane, s, speed, actor.driver, PALETTE[i % len(PALETTE)]))
        return users

    def _user(self, name: str, body: Body, lane: int, s: float, speed: float, driver: str, colour: str) -> RoadUser:
        spec = self.spec.ego if name == EGO else self.spec.actors[name]
        desired = spec.desired_speed if spec.desired_speed is not None else speed
        direction = -1 if lane > 0 else 1
        t = lane_centre(self.road, lane, s)
        chosen = (spec.colour or colour).lower()
        return RoadUser(name, spec.kind, body, self.road.id, lane, direction, s, t, speed, driver, desired, chosen)

    def _lane_of(self, name: str, lane: int, path: KeyPath) -> int:
        found = self._lane(lane, path)
        if found is None:
            self.nowhere.add(name)
        return found or -1

    def _lane(self, lane: int, path: KeyPath) -> int | None:
        found = lane_id(self.spec.road, lane)
        if found is None:
            count, side = (self.spec.road.lanes, "") if lane > 0 else (self.spec.road.oncoming, "oncoming ")
            there = (
                f"the road has {count} {side}lane{'' if count == 1 else 's'}"
                if count
                else f"the road has no {side}lanes"
            )
            self.wrong(path, f"there is no {side}lane {abs(lane)}", there)
        return found

    def _place(self, actor: ActorSpec, body: Body, lane: int, ego: RoadUser) -> float:
        """Reference point of an actor along the road: free space is measured along the ego's lane."""
        if actor.at is not None:
            return actor.at
        # which end of the actor's body faces the ego depends on the way it drives
        toward_rear, toward_front = (body.front, body.length - body.front) if lane > 0 else (
            body.length - body.front, body.front
        )  # fmt: skip
        if actor.ahead is not None:
            distance = ego.body.front + actor.ahead + toward_rear
        else:
            assert actor.behind is not None
            distance = -(ego.body.rear_overhang + actor.behind + toward_front)
        return self.line.further(0, ego.s, ego.t, distance)

    def _check_places(self, users: list[RoadUser]) -> None:
        for u in users:
            path = self._path(u)
            low, high = (u.s - u.body.rear_overhang, u.s + u.body.front) if u.direction > 0 else (
                u.s - u.body.front, u.s + u.body.rear_overhang
            )  # fmt: skip
            if low < 0.0:
                self.wrong(path, f"{u.name} would start {-low:.1f} m before the road begins",
                           "place it later, or let the ego start later with at:")  # fmt: skip
            elif high > self.road.length:
                self.wrong(path, f"{u.name} would start {high - self.road.length:.1f} m beyond the road's end",
                           f"the road is {self.road.length:g} m long")  # fmt: skip
        middles = np.array([u.s + u.direction * u.body.centre for u in users])
        bends = self.line.heading_at(0, middles)
        for (i, a), (j, b) in combinations(enumerate(users), 2):
            along = abs(float(middles[i] - middles[j] - 0.5 * (a.t + b.t) * (bends[i] - bends[j])))
            need = 0.5 * (a.body.length + b.body.length)
            if along < need and abs(a.t - b.t) < 0.5 * (a.body.width + b.body.width):
                self.wrong(self._path(b), f"{a.name} and {b.name} are inside each other at the start",
                           f"move one by at least {need - along:.1f} m, or to another lane")  # fmt: skip

    def _path(self, user: RoadUser) -> KeyPath:
        return (EGO,) if user.name == EGO else ("actors", user.name)

    # -- the story -----------------------------------------------------------------------------------------

    def _event(self, i: int) -> Event:
        spec = self.spec.story[i]
        actions: list[Action] = []
        for name, do in spec.do.items():
            if name != EGO and name not in self.spec.actors:
                self.wrong(("story", i, "do", name), f"there is no road user '{name}'",
                           did_you_mean(name, [EGO, *self.spec.actors]))  # fmt: skip
                continue
            actions += self._actions(name, do, ("story", i, "do", name))
        return Event(self._event_name(i), TimeCondition(spec.when.time), tuple(actions))

    def _event_name(self, i: int) -> str:
        """Names are told apart by a number: firings refer to them."""
        names = [e.name or f"event {k + 1}" for k, e in enumerate(self.spec.story[: i + 1])]
        return f"{names[i]} ({names.count(names[i])})" if names[i] in names[:i] else names[i]

    def _actions(self, name: str, do: DoSpec, path: KeyPath) -> list[Action]:
        out: list[Action] = []
        if do.speed is not None:
            out.append(SpeedAction(name, do.speed.to, self._dynamics(do.speed)))
        if do.change_lane is not None:
            target = self._lane(do.change_lane.to, (*path, "change_lane", "to")) or -1
            out.append(LaneChangeAction(name, target, self._dynamics(do.change_lane)))
        return out

    def _dynamics(self, spec: LaneChangeSpec | SpeedChangeSpec) -> Dynamics:
        """Defaults: a lane change takes 4 s and is sinusoidal; a speed change is linear at 2 m/s²."""
        lane_change = isinstance(spec, LaneChangeSpec)
        shape = spec.shape or ("sinusoidal" if lane_change else "linear")
        if shape == "step":
            return Dynamics("step", "time", 0.0)
        if spec.over is not None:
            return Dynamics(shape, "time", spec.over)
        if spec.rate is not None:
            return Dynamics(shape, "rate", spec.rate)
        if spec.distance is not None:
            return Dynamics(shape, "distance", spec.distance)
        return Dynamics(shape, "time", 4.0) if lane_change else Dynamics(shape, "rate", 2.0)
