"""Short ways to a scenario of nouns with a story, and to its run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import chain, lane_centre
from mkdocs_worldmodel.scenario.road import (
    Cubic,
    Lane,
    LaneSection,
    Phase,
    Road,
    RoadNetwork,
    Signal,
    SignalController,
)
from mkdocs_worldmodel.scenario.road_user import BODIES, THINGS, WALKERS, Kind, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import (
    Action,
    Condition,
    Dynamics,
    Event,
    LaneChangeAction,
    LaneOffsetAction,
    Priority,
    Shape,
    SpeedAction,
    StopAction,
    TimeCondition,
    TrajectoryAction,
    Waypoint,
)
from mkdocs_worldmodel.sim.simulation import DT, Simulation

WIDTH = 3.5
FRONT = BODIES["car"].front


def road(*pieces: tuple[float, float, float], name: str = "1", lanes: int = 3, oncoming: int = 1) -> Road:
    """A road of pieces (length, curvature at start, at end); its lanes are 3.5 m wide, the outermost a pavement."""
    pieces = pieces or ((1000.0, 0.0, 0.0),)
    ids = [*range(-lanes, 0), *range(1, oncoming + 1)]
    across = [Lane(i, "driving", (Cubic(0.0, WIDTH),)) for i in ids]
    across.append(Lane(-lanes - 1, "sidewalk", (Cubic(0.0, 2.0),)))
    length = sum(p[0] for p in pieces)
    return Road(name, length, chain(list(pieces)), (LaneSection(0.0, tuple(across)),))


STRAIGHT = road()
LEFT_BEND = road((100.0, 0.0, 0.0), (60.0, 0.0, 0.01), (300.0, 0.01, 0.01), (300.0, 0.01, 0.0))
RIGHT_BEND = road((100.0, 0.0, 0.0), (60.0, 0.0, -0.01), (300.0, -0.01, -0.01), (300.0, -0.01, 0.0))
LIGHTS = SignalController(
    "lights", ("a", "b"), (Phase("go", 4.0, ("green", "red")), Phase("stop", 6.0, ("red", "green")))
)


def with_lights(base: Road = STRAIGHT, controller: SignalController = LIGHTS) -> RoadNetwork:
    """A road with two traffic lights, `a` and `b`, and a programme."""
    signals = tuple(Signal(i, "traffic light", 300.0, 6.0, 1) for i in ("a", "b"))
    return RoadNetwork((replace(base, signals=signals),), controllers=(controller,))


def user(name: str = "ego", kind: Kind = "car", on: Road = STRAIGHT, **values: Any) -> RoadUser:
    """A road user; by default a car at s = 100 m in the rightmost lane but one that drives at 20 m/s, whatever comes.

    Of its lane it takes the middle unless `t` says otherwise.
    """
    lane = values.pop("lane", -2)
    values.setdefault("t", lane_centre(on, lane, 0.0))
    speed = values.pop("speed", 0.0 if kind in WALKERS | THINGS else 20.0)
    still = kind in WALKERS | THINGS
    given = {
        "direction": 1 if lane < 0 else -1, "s": 100.0, "driver": "still" if still else "constant",
        "desired_speed": speed, "colour": "#ffffff", "follows_lane": not still, **values,
    }  # fmt: skip
    return RoadUser(name=name, kind=kind, body=BODIES[kind], road=on.id, lane=lane, speed=speed, **given)


def walker(name: str = "walker", s: float = 150.0, t: float = -9.0, **values: Any) -> RoadUser:
    """A pedestrian who stands beside the road."""
    return user(name, "pedestrian", s=s, t=t, lane=-3, **values)


def event(trigger: Condition | float, *actions: Action, name: str = "e", **values: Any) -> Event:
    """An event; a number stands for a time."""
    when = TimeCondition(trigger) if isinstance(trigger, int | float) else trigger
    return Event(name, when, actions, **values)


def scenario(
    *users: RoadUser, events: tuple[Event, ...] = (), network: RoadNetwork | Road = STRAIGHT, stop_time: float = 10.0,
    stop: Condition | None = None,
) -> Scenario:  # fmt: skip
    """A scenario; alone with its events it has one car, `ego`."""
    net = RoadNetwork((network,)) if isinstance(network, Road) else network
    return Scenario(net, users or (user(on=net.roads[0]),), events, Environment(), stop_time, stop)


def run(*users: RoadUser, **values: Any) -> Rollout:
    """Drive a scenario; arguments as for `scenario`."""
    return Simulation([scenario(*users, **values)], [0]).run().one(0)


def marks(r: Rollout) -> list[tuple[float, str, str]]:
    """The firings as (time, event, phase)."""
    return [(f.time, f.event, f.phase) for f in r.firings]


def started(r: Rollout, name: str = "e") -> list[float]:
    """When an event's first action started."""
    return [f.time for f in r.firings if (f.event, f.action, f.phase) == (name, 0, "start")]


def row(time: float) -> int:
    """Row of a time."""
    return round(time / DT)


def over(seconds: float, shape: Shape = "linear") -> Dynamics:
    """A transition by time."""
    return Dynamics(shape, "time", seconds)


AT_ONCE = Dynamics("step", "time", 0.0)


def speed(actor: str, target: float, dynamics: Dynamics = AT_ONCE, relative_to: str | None = None) -> SpeedAction:
    """Bring an actor to a speed."""
    return SpeedAction(actor, target, dynamics, relative_to)


def stop_at(actor: str, s: float, deceleration: float, on: str = "1") -> StopAction:
    """Stop with the front at s."""
    return StopAction(actor, on, s, deceleration)


def change_lane(actor: str, lane: int, dynamics: Dynamics, **values: Any) -> LaneChangeAction:
    """Change to a lane."""
    return LaneChangeAction(actor, lane, dynamics, **values)


def offset(actor: str, metres: float, dynamics: Dynamics) -> LaneOffsetAction:
    """Keep an offset from the middle of the lane."""
    return LaneOffsetAction(actor, metres, dynamics)


def walk(actor: str, *points: tuple[float, ...], speed: float | None = None, on: str = "1") -> TrajectoryAction:
    """Follow points (s, t) or (s, t, time)."""
    return TrajectoryAction(actor, on, tuple(Waypoint(*p) for p in points), speed)


PRIORITIES: tuple[Priority, ...] = ("override", "parallel", "skip")
