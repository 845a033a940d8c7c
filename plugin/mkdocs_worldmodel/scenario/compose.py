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
from mkdocs_worldmodel.scenario.road_user import BODIES, Body, DriverName, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Action, Dynamics, Event, LaneChangeAction, SpeedAction, TimeCondition
from mkdocs_worldmodel.spec.block import Block, Sources, did_you_mean
from mkdocs_worldmodel.spec.model import ActorSpec, DoSpec, LaneChangeSpec, ScenarioSpec, SpeedChangeSpec
from mkdocs_worldmodel.spec.text import KeyPath

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
    def __init__(self, spec: ScenarioSpec, ego_driver: DriverName, sources: Sources) -> None:
        self.spec, self.ego_driver, self.sources = spec, ego_driver, sources
        self.mistakes: list[Mistake] = []
        self.ego_s = self._ego_start()
        self.road = self._road()
        self.line = ReferenceLines([self.road])

    def wrong(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.mistakes.append(self.sources.mistake(("scenario", *path), message, hint))

    def scenario(self) -> Scenario:
        users = self._users()
        events = tuple(self._event(i) for i in range(len(self.spec.story)))
        if not self.mistakes:
            self._check_places(users)
        if self.mistakes:
            raise SpecError(*self.mistakes)
        environment = Environment(self.spec.environment.time_of_day, self.spec.environment.weather)
        return Scenario(RoadNetwork((self.road,)), tuple(users), events, environment, self.spec.stop.time)

    # -- the road ------------------------------------------------------------------------------------------

    def _ego_start(self) -> float:
        """Where the ego starts if it is not said: far enough along for all that is behind it [m]."""
        if self.spec.ego.at is not None:
            return self.spec.ego.at
        actors = self.spec.actors.values()
        behind: list[float] = [a.behind + BODIES[a.kind].length for a in actors if a.behind is not None]
        return max(40.0, math.ceil(max(behind, default=0.0) + 20.0))

    def _road(self) -> Road:
        spec = self.spec
        speeds = [spec.ego.speed, spec.ego.desired_speed or 0.0]
        starts = [self.ego_s]
        for actor in spec.actors.values():
            speeds += [actor.speed or 0.0, actor.desired_speed or 0.0]
            starts += [actor.at or 0.0, self.ego_s + (actor.ahead or 0.0) + 30.0]
        for event in spec.story:
            speeds += [d.speed.to for d in event.do.values() if d.speed is not None]
        enough = max(starts) + max(speeds) * spec.stop.time + 60.0
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
            step = 5.0 + sum(sides.values())
            s = np.arange(0.0, road.length, step)
            if len(s) > 2000:
                s = np.linspace(0.0, road.length, 2000)
            x, y, _ = ReferenceLines([road]).pose(0, s)
            near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 < sum(sides.values()) ** 2
            apart = np.abs(s[:, None] - s) > math.pi * (sum(sides.values()) + 5.0)
            if (near & apart).any():
                self.wrong(("road",), "the road runs into itself", "make it shorter or its curves wider")

    # -- road users ----------------------------------------------------------------------------------------

    def _users(self) -> list[RoadUser]:
        ego = self.spec.ego
        lane = self._lane(ego.lane, ("ego", "lane"))
        users = [self._user(EGO, BODIES[ego.kind], lane, self.ego_s, ego.speed, self.ego_driver, EGO_COLOUR)]
        for i, (name, actor) in enumerate(self.spec.actors.items()):
            if name == EGO:
                self.wrong(("actors", EGO), "an actor cannot be called ego", "describe the ego under ego:")
                continue
            lane = self._lane(actor.lane, ("actors", name, "lane"))
            body = BODIES[actor.kind]
            speed = actor.speed if actor.speed is not None else ego.speed
            s = self._place(actor, body, lane, users[0])
            users.append(self._user(name, body, lane, s, speed, actor.driver, PALETTE[i % len(PALETTE)]))
        return users

    def _user(
        self, name: str, body: Body, lane: int, s: float, speed: float, driver: DriverName, colour: str
    ) -> RoadUser:
        spec = self.spec.ego if name == EGO else self.spec.actors[name]
        desired = spec.desired_speed if spec.desired_speed is not None else speed
        direction = -1 if lane > 0 else 1
        t = lane_centre(self.road, lane, s)
        chosen = (spec.colour or colour).lower()
        return RoadUser(name, spec.kind, body, self.road.id, lane, direction, s, t, speed, driver, desired, chosen)

    def _lane(self, lane: int, path: KeyPath) -> int:
        found = lane_id(self.spec.road, lane)
        if found is None:
            count, side = (self.spec.road.lanes, "") if lane > 0 else (self.spec.road.oncoming, "oncoming ")
            there = (
                f"the road has {count} {side}lane{'' if count == 1 else 's'}"
                if count
                else f"the road has no {side}lanes"
            )
            self.wrong(path, f"there is no {side}lane {abs(lane)}", there)
            return -1
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
        s = ego.s + distance
        start = float(self.line.pose(0, np.array([ego.s]))[2][0])
        for _ in range(8):  # along the lane: metres of s less t times the bend between the two
            bend = float(self.line.pose(0, np.array([s]))[2][0]) - start
            s = ego.s + distance + ego.t * bend
        return s

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
        for a, b in combinations(users, 2):
            along = abs((a.s + a.direction * a.body.centre) - (b.s + b.direction * b.body.centre))
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
        return Event(spec.name or f"event {i + 1}", TimeCondition(spec.when.time), tuple(actions))

    def _actions(self, name: str, do: DoSpec, path: KeyPath) -> list[Action]:
        out: list[Action] = []
        if do.speed is not None:
            out.append(SpeedAction(name, do.speed.to, self._dynamics(do.speed)))
        if do.change_lane is not None:
            target = self._lane(do.change_lane.to, (*path, "change_lane", "to"))
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
