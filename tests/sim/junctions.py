"""Networks with a junction and road users on their ways through it, for the tests of traffic."""

from __future__ import annotations

from typing import Any

import numpy as np

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.boxes import overlap
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import lane_centre
from mkdocs_worldmodel.scenario.layout import Layout, lay_out
from mkdocs_worldmodel.scenario.road import DRIVABLE, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, RoadUser
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Event
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.spec.road import RoadSpec

ARMS = ("ego", "right", "ahead", "left")


def network(**road: Any) -> Layout:
    """What an author writes under `road:`, laid out; a mistake fails."""

    def wrong(path: object, message: str, hint: str) -> None:
        raise AssertionError((path, message, hint))

    spec = RoadSpec.model_validate({"kind": "town", **road})
    return lay_out(spec, ego_speed=13.9, ego_front=0.0, default_length=300.0, wrong=wrong)


def junction(control: str = "right", **more: Any) -> Layout:
    """A crossing whose stop line on the ego's road lies at 150 m."""
    inside: dict[str, Any] = {"at": 150.0, "control": control}
    for key in ("arms", "kind", "crosswalks", "signals", "lanes", "oncoming", "radius"):
        if key in more:
            inside[key] = more.pop(key)
    if inside.get("kind") == "roundabout":
        del inside["control"]
    return network(junction=inside, **more)


def comer(layout: Layout, name: str, arm: str, before: float, speed: float = 10.0, **more: Any) -> RoadUser:
    """Somebody whose front is `before` metres from the stop line of an arm, and how it goes on (`turn`)."""
    at = layout.arms[arm]
    assert at.stop_s is not None
    kind, turn = more.pop("kind", "car"), more.pop("turn", "straight")
    lane = more.pop("lane", None)
    body = BODIES[kind]
    road = layout.network.road(at.road)
    s = at.stop_s - at.toward * (before + body.front)
    if lane is None:  # the outermost
        side = -at.toward if road.rule == "RHT" else at.toward
        lane = max((ln.id for ln in road.sections[0].side(side) if ln.type in DRIVABLE), key=abs)
    return placed(layout.network, name, kind, at.road, lane, at.toward, s, speed, turn=turn, **more)


def placed(
    net: RoadNetwork, name: str, kind: Any, road_id: str, lane: int, direction: int, s: float, speed: float, *,
    turn: str | None = None, driver: str = "idm", desired: float | None = None, **more: Any,
) -> RoadUser:  # fmt: skip
    """Somebody in the middle of a lane."""
    road = net.road(road_id)
    t = lane_centre(road, lane, s)
    route = find_route(net, road_id, direction, lane, (turn,) if turn else (), s)
    return RoadUser(name, kind, BODIES[kind], road_id, lane, direction, s, t, speed, driver,
                    speed if desired is None else desired, "#ffffff", route=route, **more)  # fmt: skip


def scene(net: RoadNetwork, users: list[RoadUser], stop: float = 60.0, events: tuple[Event, ...] = ()) -> Scenario:
    return Scenario(net, tuple(users), events, Environment(), stop)


def drive(*scenarios: Scenario) -> RolloutBatch:
    return Simulation(scenarios, range(len(scenarios))).run()


def contacts(run: RolloutBatch) -> list[tuple[int, float, str, str]]:
    """(copy, time, name, name) of the first overlap of each pair."""
    out = []
    centre = 0.5 * run.length - run.rear_overhang
    x = run.x + centre[:, None] * np.cos(run.heading)
    y = run.y + centre[:, None] * np.sin(run.heading)
    for b in range(len(run)):
        k = int(run.rows[b])
        for i in range(len(run.names)):
            for j in range(i + 1, len(run.names)):
                hit = overlap(
                    (x[b, :k, i], x[b, :k, j]), (y[b, :k, i], y[b, :k, j]),
                    (run.heading[b, :k, i], run.heading[b, :k, j]),
                    (run.length[b, i], run.length[b, j]), (run.width[b, i], run.width[b, j]),
                )  # fmt: skip
                hit &= (run.present[b, :k, i] & run.present[b, :k, j]) > 0
                if hit.any():
                    out.append((b, float(run.time[np.argmax(hit)]), run.names[i], run.names[j]))
    return out


def still_there(run: RolloutBatch) -> list[tuple[int, str]]:
    """Who has not left the network by the end of a copy."""
    return [
        (b, name)
        for b in range(len(run))
        for n, name in enumerate(run.names)
        if run.present[b, run.rows[b] - 1, n] and not run.ended[b].startswith("end of road")
    ]
