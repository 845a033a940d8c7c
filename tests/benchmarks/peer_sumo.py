"""The cut-ins of bench_simulator.py in SUMO (Lopez et al. 2018) through libsumo, in this process.

Measured with libsumo 1.28.0. Each scene has a road of its own in one network, so that SUMO may drive many of them side
by side.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import libsumo  # type: ignore[import-not-found, import-untyped, unused-ignore]
import numpy as np
from cut_in_scene import DURATION, LANES, LENGTH, START, WIDTH

from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

NOT_THE_SAME = "plain IDM, followers react when the change begins; it goes across evenly; states only, no criticality"
APART = 100.0
"""From one scene's road to the next [m]."""
FASTEST = 50.0
"""Speed limit of the roads; drivers want a factor of it [m/s]."""


def network(roads: int) -> Iterator[str]:
    """A .net.xml; lanes count from the right, and a lane's line is its middle."""
    yield '<net version="1.20"><location netOffset="0,0" convBoundary="0,0,0,0" origBoundary="0,0,0,0"'
    yield ' projParameter="!"/>'
    for b in range(roads):
        y = -APART * b
        yield f'<edge id="{b}" from="a{b}" to="b{b}" priority="1">'
        for i in range(LANES):
            middle = y - (LANES - 0.5 - i) * WIDTH
            yield f'<lane id="{b}_{i}" index="{i}" speed="{FASTEST}" length="{LENGTH}" width="{WIDTH}"'
            yield f' shape="0,{middle} {LENGTH},{middle}"/>'
        lanes = " ".join(f"{b}_{i}" for i in range(LANES))
        yield f'</edge><junction id="a{b}" type="dead_end" x="0" y="{y}" incLanes="" intLanes="" shape="0,{y}"/>'
        yield f'<junction id="b{b}" type="dead_end" x="{LENGTH}" y="{y}" incLanes="{lanes}" intLanes=""'
        yield f' shape="{LENGTH},{y}"/>'
    yield "</net>"


def traffic(scenarios: list[Scenario]) -> Iterator[str]:
    """A .rou.xml; positions are those of front bumpers."""
    yield f"<routes>{vehicle_type(scenarios[0].users[0])}"
    for b, scenario in enumerate(scenarios):
        yield f'<route id="{b}" edges="{b}"/>'
        for i, user in enumerate(scenario.users):
            yield f'<vehicle id="{b}.{i}" type="car" route="{b}" depart="0" departLane="{user.lane + LANES}"'
            yield f' departPos="{user.s + user.body.front}" departSpeed="{user.speed}" insertionChecks="none"'
            yield f' speedFactor="{user.desired_speed / FASTEST}"/>'
    yield "</routes>"


def vehicle_type(car: RoadUser) -> str:
    """All of them are such cars."""
    return (
        f'<vType id="car" carFollowModel="IDM" accel="{car.idm.acceleration}" tau="{car.idm.time_headway}"'
        f' decel="{car.idm.comfortable_deceleration}" emergencyDecel="{car.body.max_deceleration}"'
        f' minGap="{car.idm.standstill_gap}" length="{car.body.length}" width="{car.body.width}"'
        f' maxSpeed="{car.body.max_speed}"/>'
    )


def drive(scenarios: list[Scenario], dt: float) -> np.ndarray:
    """Side by side: states (B, T + 1, N, 3) of x and y of the boxes' middles [m], speed [m/s]."""
    with tempfile.TemporaryDirectory() as folder:
        net, rou = Path(folder, "net.xml"), Path(folder, "rou.xml")
        net.write_text("".join(network(len(scenarios))), encoding="utf-8")
        rou.write_text("".join(traffic(scenarios)), encoding="utf-8")
        options = f"--step-length {dt} --step-method.ballistic --lanechange.duration {DURATION} --collision.action none"
        options += " --no-warnings --no-step-log --xml-validation never"
        libsumo.start(["sumo", "-n", str(net), "-r", str(rou), *options.split()])
        try:
            states = drive_loaded(scenarios, dt)
        finally:
            libsumo.close()
    states[..., 0] -= 0.5 * scenarios[0].users[0].body.length
    states[..., 1] += APART * np.arange(len(scenarios))[:, None, None]
    return states


def drive_loaded(scenarios: list[Scenario], dt: float) -> np.ndarray:
    names = [f"{b}.{i}" for b, scenario in enumerate(scenarios) for i in range(len(scenario.users))]
    steps = round(scenarios[0].stop_time / dt)
    states = np.empty((steps + 1, len(names), 3))
    position, speed = libsumo.vehicle.getPosition, libsumo.vehicle.getSpeed
    for k in range(steps + 1):
        libsumo.simulationStep()  # the first one puts them on the road
        states[k] = [(*position(name), speed(name)) for name in names]
        if k == 0:
            for name in names:
                libsumo.vehicle.setLaneChangeMode(name, 0)  # by command alone
        if k == round(START / dt):
            for b, scenario in enumerate(scenarios):
                libsumo.vehicle.changeLane(f"{b}.1", 1, scenario.stop_time)
    return states.reshape(steps + 1, len(scenarios), -1, 3).transpose(1, 0, 2, 3).copy()
