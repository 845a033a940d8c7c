# An author's checked block → a Scenario; or all that is impossible in it, each at its key.

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.scenario.cast import (
    EGO_COLOUR,
    behaviour_of,
    body_of,
    default_colour,
    default_driver,
    default_speed,
)
from mkdocs_worldmodel.scenario.environment import Environment, Sun
from mkdocs_worldmodel.scenario.layout import lay_out
from mkdocs_worldmodel.scenario.placing import Spot, check_places, place_actor, place_ego
from mkdocs_worldmodel.scenario.plot import plot
from mkdocs_worldmodel.scenario.road_user import DRIVERS, THINGS, Body, Leg, RoadUser
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.scenario.stage import EGO, Stage
from mkdocs_worldmodel.scenario.story import Condition
from mkdocs_worldmodel.scenario.travel import default_length, ego_start
from mkdocs_worldmodel.scenario.when import Conditions
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.environment import EnvironmentSpec
from mkdocs_worldmodel.spec.messages import did_you_mean
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.spec.users import ActorSpec, EgoSpec

DRIVER_GROUP = "mkdocs_worldmodel.drivers"
"""Entry points of other packages' drivers, for the ego."""
_RESERVED = {EGO: "describe the ego under ego:", "signals": "under do: it means the traffic lights"}


def compose(block: Block) -> Scenario:
    """Turn a checked block into a concrete scenario.

    Raises:
        SpecError: with all mistakes: lanes that do not exist, road users inside each other or off the road, a
            road that cannot be built, ways that lead nowhere, a story that contradicts itself.
    """
    spec = block.spec.scenario
    mistakes: list[Mistake] = []

    def wrong(path: KeyPath, message: str, hint: str = "") -> None:
        mistakes.append(block.sources.mistake(("scenario", *path), message, hint))

    if (problem := _unknown_driver(block.spec.driver)) is not None:
        mistakes.append(block.sources.mistake(("driver",), *problem))
    ego_body = body_of(spec.ego.kind, spec.ego.size)
    ego_s = ego_start(spec)
    layout = lay_out(
        spec.road, ego_speed=spec.ego.speed, ego_front=ego_s + ego_body.front,
        default_length=default_length(spec, ego_s),
        wrong=lambda path, message, hint: wrong(("road", *path), message, hint),
    )  # fmt: skip
    stage = Stage(spec, layout, wrong)
    spot, as_asked = place_ego(stage, ego_s)
    driver = block.spec.driver
    stage.users[EGO] = _user(stage, EGO, spec.ego, ego_body, spot, driver, EGO_COLOUR, block.spec.seed)
    for i, (name, actor) in enumerate(spec.actors.items()):
        if name in _RESERVED:
            wrong(("actors", name), f"an actor cannot be called {name}", _RESERVED[name])
            continue
        body = body_of(actor.kind, actor.size)
        place = place_actor(stage, name, actor, body)
        if place is not None:
            driver, colour = actor.driver or default_driver(actor), default_colour(actor.kind, i)
            stage.users[name] = _user(stage, name, actor, body, place, driver, colour, block.spec.seed)
    events = plot(stage)
    stop = _stop(stage, [e.name for e in events])
    if not as_asked:
        del stage.users[EGO]
    check_places(stage)
    if mistakes:
        raise SpecError(*mistakes)
    environment = _environment(spec.environment)
    return Scenario(layout.network, tuple(stage.users.values()), events, environment, spec.stop.time, stop)


def _environment(spec: EnvironmentSpec) -> Environment:
    sun = None if spec.sun is None else Sun(spec.sun.azimuth, spec.sun.elevation)
    return Environment(spec.time_of_day, spec.weather, spec.wetness, spec.visibility, sun)


def _unknown_driver(name: str) -> tuple[str, str] | None:
    known = [d for d in DRIVERS if d != "still"]
    if name in known:
        return None
    known += [entry.name for entry in metadata.entry_points(group=DRIVER_GROUP)]
    return None if name in known else (f"driver: '{name}' is unknown", did_you_mean(name, known))


def _stop(stage: Stage, events: Sequence[str]) -> Condition | None:
    when = stage.spec.stop.when
    return None if when is None else Conditions(stage, events).build(when, ("stop", "when"))


def _user(
    stage: Stage, name: str, spec: EgoSpec | ActorSpec, body: Body, spot: Spot, driver: str, colour: str, seed: int
) -> RoadUser:
    """A road user at its place, with its way and its driver's numbers."""
    path: KeyPath = (EGO,) if name == EGO else ("actors", name)
    actor = spec if isinstance(spec, ActorSpec) else None
    speed = spec.speed
    if speed is None:
        assert actor is not None
        speed = default_speed(actor, driver, stage.spec.ego.speed)
    for key, value in (("speed", speed), ("desired_speed", spec.desired_speed)):
        if value is not None and value > body.max_speed:
            most = f"{body.max_speed * 3.6:g} km/h are the most" if body.max_speed else "leave it out"
            stage.wrong((*path, key), f"{name} is {'a thing and does not move' if not body.max_speed else 'too fast'}",
                        most)  # fmt: skip
    if driver != "still" and spec.kind in THINGS:
        stage.wrong((*path, "driver"), f"{name} is a thing and nobody drives it", "leave driver: out")
    elif driver != "still" and spot.heading:
        stage.wrong((*path, "facing"), f"{name} would drive sideways", "say along or against, or driver: still")
    spread = Spread(stage.spec.traffic.spread if actor is not None else 0.0, seed, name)
    behaviour = behaviour_of(spec.kind, spec.behaviour, spread)
    return RoadUser(
        name, spec.kind, body, spot.road.id, spot.lane, spot.direction, spot.s, spot.t, speed, driver,
        spec.desired_speed if spec.desired_speed is not None else speed,
        (spec.colour or colour).lower(),
        behaviour.idm, behaviour.lane_change, behaviour.give_way, behaviour.careful, behaviour.aeb,
        route=_route(stage, spec, spot, driver, path),
        heading=spot.heading,
        present=actor is None or actor.present,
        follows_lane=driver != "still",
    )  # fmt: skip


def _route(stage: Stage, spec: EgoSpec | ActorSpec, spot: Spot, driver: str, path: KeyPath) -> tuple[Leg, ...]:
    """The way of who drives; () where it stays on its road anyway."""
    network = stage.layout.network
    against = isinstance(spec, ActorSpec) and spec.facing == "against"
    if driver == "still" or against:
        if spec.turn is not None:
            who = "drives against its lane" if against else "does not drive"
            stage.wrong((*path, "turn"), f"{path[-1]} {who} and takes no turn", "leave turn: out")
        return ()
    if len(network.roads) == 1 and spec.turn is None:
        return ()
    try:
        return find_route(
            network, spot.road.id, spot.direction, spot.lane, () if spec.turn is None else (spec.turn,), spot.s
        )
    except ValueError as error:
        message, hint = (*error.args, "")[:2]
        stage.wrong((*path, "turn" if spec.turn is not None else "lane"), message, hint)
        return ()
