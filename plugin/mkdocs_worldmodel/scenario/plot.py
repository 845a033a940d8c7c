# What happens: from an author's story to events, and what contradicts itself in them.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.cast import CYCLING, WALKING
from mkdocs_worldmodel.scenario.geometry import lane_borders, section_at
from mkdocs_worldmodel.scenario.placing import Spot, check_on_road, lane_on, runs_against
from mkdocs_worldmodel.scenario.road import Aspect
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS, RoadUser
from mkdocs_worldmodel.scenario.stage import EGO, Stage
from mkdocs_worldmodel.scenario.story import Dynamics
from mkdocs_worldmodel.scenario.when import Conditions, lane_for, lights, spot
from mkdocs_worldmodel.spec import story as spec
from mkdocs_worldmodel.spec.keys import LaneOf
from mkdocs_worldmodel.spec.text import KeyPath

_LENGTHWISE = ("speed", "stop", "keep_gap")
_SIDEWAYS = ("change_lane", "offset")
_CLASHES = (
    _LENGTHWISE, _SIDEWAYS, ("cross", "follow"), ("appear", "vanish"),
    *(("cross", key) for key in (*_LENGTHWISE, *_SIDEWAYS)), *(("follow", key) for key in (*_LENGTHWISE, *_SIDEWAYS)),
)  # fmt: skip
"""Of each of these groups a road user can do one thing at a time."""
_BEYOND = 2.0
"""Who crosses a road without a pavement walks so far beyond its lanes [m]."""
_SHORT = 1.0
"""Who stops at a crossing stops so far before it [m]."""


def event_names(spec_events: Sequence[spec.EventSpec], wrong: Callable[[KeyPath, str, str], None]) -> list[str]:
    """Names of all events; without a name they are counted. A name that is given twice is a mistake."""
    given = [e.name for e in spec_events]
    out: list[str] = []
    for i, name in enumerate(given):
        if not name:
            name = f"event {i + 1}"  # noqa: PLW2901
            while name in given or name in out:
                name += "'"  # noqa: PLW2901
        elif name in out:
            wrong(("story", i, "name"), f"two events are called '{name[:40]}'", "give each its own name")
        out.append(name)
    return out


def plot(stage: Stage) -> tuple[story.Event, ...]:
    """The story's events."""
    names = event_names(stage.spec.story, stage.wrong)
    conditions = Conditions(stage, names)
    events = []
    for i, event in enumerate(stage.spec.story):
        path: KeyPath = ("story", i)
        trigger = conditions.build(event.when, (*path, "when"))
        actions: list[story.Action] = []
        for name, do in event.do.users.items():
            actions += _actions(stage, name, do, (*path, "do", name))
        if event.do.signals is not None:
            actions += _signals(stage, event.do.signals, (*path, "do", "signals"))
        events.append(story.Event(names[i], trigger, tuple(actions), event.priority, event.times))
    _check_circles(stage, events)
    return tuple(events)


# -- actions -----------------------------------------------------------------------------------------------


def _actions(stage: Stage, name: str, do: spec.DoSpec, path: KeyPath) -> list[story.Action]:
    if not stage.who(name, path):
        return []
    given = do.given()
    for group in _CLASHES:
        first, *others = [key for key in group if key in given] or [""]
        for key in others:
            stage.wrong((*path, key), f"{name} cannot {_said(first)} and {_said(key)} at once",
                        "give each its own event, or leave one out")  # fmt: skip
    user = stage.users.get(name)
    if user is None:
        return []
    out: list[story.Action] = []
    for key in given:
        if not _able(stage, user, key, (*path, key)):
            continue
        action = _BUILDERS[key](stage, user, getattr(do, key), (*path, key))
        if action is not None:
            out.append(action)
    return out


def _said(key: str) -> str:
    return {"speed": "change its speed", "offset": "move sideways", "follow": "follow a path"}.get(
        key, key.replace("_", " ")
    )


def _able(stage: Stage, user: RoadUser, key: str, path: KeyPath) -> bool:
    """Whether one of its kind can do such a thing; notes the mistake where not."""
    kind = user.kind
    article = "an" if kind[0] in "aeiou" else "a"
    if user.name == EGO and key in {"appear", "vanish"}:
        stage.wrong(path, f"the ego cannot {key}", "the figure shows what it sees: end the run with stop:")
    elif kind in THINGS and key not in {"appear", "vanish", "teleport"}:
        stage.wrong(path, f"{article} {kind} does not move", "it can appear, vanish and teleport")
    elif kind in WALKERS and key in {"change_lane", "keep_gap", "driver"}:
        stage.wrong(path, f"{article} {kind} does not drive", "use cross, follow, speed or stop")
    elif key == "cross" and kind not in WALKERS and kind != "bicycle":
        stage.wrong(path, f"{article} {kind} does not walk across the road", "use follow: with the points of its path")
    else:
        return True
    return False


def _dynamics(value: spec.LaneChangeSpec | spec.OffsetSpec | spec.SpeedChangeSpec, usual: Dynamics) -> Dynamics:
    """How a change goes, with what is usual where nothing is said."""
    shape = value.shape or usual.shape
    if shape == "step":
        return Dynamics("step", "time", 0.0)
    if value.over is not None:
        return Dynamics(shape, "time", value.over)
    if value.rate is not None:
        return Dynamics(shape, "rate", value.rate)
    if value.distance is not None:
        return Dynamics(shape, "distance", value.distance)
    return Dynamics(shape, usual.dimension, usual.value)


def _speed(stage: Stage, user: RoadUser, value: spec.SpeedChangeSpec, path: KeyPath) -> story.Action | None:
    dynamics = _dynamics(value, Dynamics("linear", "rate", 2.0))
    if value.to is not None:
        return story.SpeedAction(user.name, value.to, dynamics)
    other = value.relative_to or user.name
    if not stage.who(other, (*path, "relative_to")):
        return None
    return story.SpeedAction(user.name, value.by or 0.0, dynamics, other)


def _stop(stage: Stage, user: RoadUser, value: spec.BrakeSpec, path: KeyPath) -> story.Action | None:
    if value.at is None and value.ahead is None and value.place is None:
        return story.SpeedAction(user.name, 0.0, Dynamics("linear", "rate", value.rate))
    place = spot(stage, value, user.name, path, short=_SHORT)
    return None if place is None else story.StopAction(user.name, *place, value.rate)


def _keep_gap(stage: Stage, user: RoadUser, value: spec.KeepGapSpec, path: KeyPath) -> story.Action | None:
    if not stage.who(value.to, (*path, "to"), but=user.name, doing="cannot keep a gap to"):
        return None
    return story.KeepGapAction(user.name, value.to, value.distance, value.time, value.max_acceleration,
                               value.max_deceleration, value.duration)  # fmt: skip


def _change_lane(stage: Stage, user: RoadUser, value: spec.LaneChangeSpec, path: KeyPath) -> story.Action | None:
    dynamics = _dynamics(value, Dynamics("sinusoidal", "time", 4.0))
    if isinstance(value.to, LaneOf):
        if not stage.who(value.to.user, (*path, "to", "as"), but=user.name, doing="cannot change to the lane of"):
            return None
        return story.LaneChangeAction(user.name, 0, dynamics, 0, value.to.user)
    if isinstance(value.to, str):
        return story.LaneChangeAction(user.name, 0, dynamics, 1 if value.to == "left" else -1)
    target = lane_for(stage, user, value.to, (*path, "to"))
    return None if target is None else story.LaneChangeAction(user.name, target, dynamics)


def _offset(_stage: Stage, user: RoadUser, value: spec.OffsetSpec, _path: KeyPath) -> story.Action:
    return story.LaneOffsetAction(user.name, value.to, _dynamics(value, Dynamics("sinusoidal", "time", 2.0)))


def _cross(stage: Stage, user: RoadUser, value: spec.CrossSpec, path: KeyPath) -> story.Action:
    road = stage.road(user.road)
    section = section_at(road, user.s)
    arm = stage.arm_of(user.road)
    toward = arm.toward if arm is not None else 1
    edges: dict[int, float] = {}
    for sign in (+1, -1):
        edge = float(road.lane_offset[0].a)
        for lane in section.side(sign):
            inner, outer = lane_borders(road, section, lane, user.s)
            if lane.type == "sidewalk":
                edge = float(0.5 * (inner + outer)) - sign * _BEYOND
                break
            edge = float(outer)
        edges[sign] = edge + sign * _BEYOND
    if value.to is not None:
        sign = toward if value.to == "left" else -toward
    else:
        sign = 1 if abs(edges[+1] - user.t) > abs(edges[-1] - user.t) else -1
    own = user.speed or (CYCLING if user.kind == "bicycle" else WALKING)
    _check_speed(stage, user, value.speed, (*path, "speed"))
    return story.TrajectoryAction(
        user.name, user.road, (story.Waypoint(user.s, edges[sign]),), value.speed if value.speed is not None else own
    )


def _follow(stage: Stage, user: RoadUser, value: spec.FollowSpec, path: KeyPath) -> story.Action:
    d = user.direction
    points = tuple(
        story.Waypoint(user.s + d * p[0], user.t + d * p[1], p[2] if len(p) == 3 else None) for p in value.points
    )
    road = stage.road(user.road)
    for i, point in enumerate(points):
        if not 0.0 <= point.s <= road.length:
            stage.wrong((*path, "points", i), f"this point lies {max(-point.s, point.s - road.length):.1f} m off the "
                        "road's end", f"{user.name} starts at {user.s:g} m of {road.length:g} m")  # fmt: skip
            break
    _check_speed(stage, user, value.speed, (*path, "speed"))
    speed = value.speed
    if speed is None and points[0].time is None and user.speed == 0.0:
        speed = CYCLING if user.kind == "bicycle" else WALKING if user.kind in WALKERS else None
        if speed is None and user.driver == "still":
            stage.wrong(path, f"{user.name} stands, and it is not said how fast it moves", "give speed: or times")
    return story.TrajectoryAction(user.name, user.road, points, speed)


def _check_speed(stage: Stage, user: RoadUser, speed: float | None, path: KeyPath) -> None:
    if speed is not None and speed > user.body.max_speed:
        stage.wrong(path, f"{user.name} is not that fast", f"{user.body.max_speed * 3.6:g} km/h are the most")


def _teleport(stage: Stage, user: RoadUser, value: spec.TeleportSpec, path: KeyPath) -> story.Action | None:
    arm = stage.layout.arms[EGO]
    if value.lane is None and not stage.is_own(user.road):
        stage.wrong(path, f"it is not said in which lane {user.name} is then", "give lane:")
        return None
    ahead = user.direction > 0 if value.lane is None else not runs_against(stage, value.lane, arm)
    back, forth = user.body.rear_overhang, user.body.front
    low, high = (back, forth) if ahead else (forth, back)
    if value.at is not None:
        station, key = value.at, "at"
    elif value.ahead is not None:
        station, key = stage.ahead_of_ego(stage.ego.body.front + value.ahead + low), "ahead"
    else:
        station, key = stage.ahead_of_ego(-(stage.ego.body.rear_overhang + (value.behind or 0.0) + high)), "behind"
    road_id, s = stage.layout.place(station)
    road = stage.road(road_id)
    lane, direction = user.lane, user.direction
    if value.lane is not None:
        found = lane_on(stage, value.lane, arm, road, s, (*path, "lane"))
        if found is None:
            return None
        lane, direction = found
    place = Spot(road, lane, direction, s, 0.0)
    check_on_road(stage, replace(user, direction=direction), road_id, s, (*path, key), "be put")
    return story.TeleportAction(user.name, road_id, lane, s, place.t, value.speed)


def _presence(present: bool) -> Callable[[Stage, RoadUser, Any, KeyPath], story.Action]:
    return lambda _stage, user, _value, _path: story.PresenceAction(user.name, present)


def _driver(_stage: Stage, user: RoadUser, value: str, _path: KeyPath) -> story.Action:
    return story.DriverAction(user.name, value)


_BUILDERS: dict[str, Callable[[Stage, RoadUser, Any, KeyPath], story.Action | None]] = {
    "appear": _presence(True), "teleport": _teleport, "driver": _driver, "speed": _speed, "stop": _stop,
    "keep_gap": _keep_gap, "change_lane": _change_lane, "offset": _offset, "cross": _cross, "follow": _follow,
    "vanish": _presence(False),
}  # fmt: skip


def _signals(stage: Stage, value: spec.LightsSpec, path: KeyPath) -> list[story.Action]:
    controllers = stage.layout.network.controllers
    if value.phase is None:
        return [
            story.SignalAction(signal, None, cast("Aspect", aspect))
            for name, aspect in value.shown.items()
            for signal in lights(stage, name, (*path, name))
        ]
    if not controllers:
        stage.wrong((*path, "phase"), "there are no traffic lights", "give the junction control: signals")
        return []
    count = len(controllers[0].phases)
    if value.phase > count:
        stage.wrong((*path, "phase"), f"there is no phase {value.phase}", f"the programme has {count} phases")
        return []
    return [story.SignalAction(controllers[0].name, value.phase - 1, None)]


# -- circles -----------------------------------------------------------------------------------------------


def _needs(condition: story.Condition) -> set[str]:
    """Events without which a condition cannot come true."""
    if isinstance(condition, story.EventCondition):
        return {condition.event}
    if isinstance(condition, story.AllOf):
        return set().union(*(_needs(c) for c in condition.conditions))
    if isinstance(condition, story.AnyOf):
        return set.intersection(*(_needs(c) for c in condition.conditions))
    return set()


def _check_circles(stage: Stage, events: Sequence[story.Event]) -> None:
    """Note events that wait for themselves, alone or in a circle."""
    names = {e.name for e in events}
    needs = {e.name: _needs(e.trigger) & names for e in events}
    open_events = dict(needs)
    while free := [name for name, waits in open_events.items() if not waits & open_events.keys()]:
        for name in free:
            del open_events[name]
    for i, event in enumerate(events):
        if event.name in open_events and event.name in _reach(event.name, needs):
            others = " and ".join(f"'{n[:40]}'" for n in sorted(needs[event.name] & open_events.keys() - {event.name}))
            what = f"waits for {others}, which waits for it" if others else "waits for itself"
            stage.wrong(("story", i, "when"), f"'{event.name[:40]}' {what}", "let one of them start by time or place")


def _reach(name: str, needs: dict[str, set[str]]) -> set[str]:
    """Events that an event waits for, directly or through others."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in needs[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found
