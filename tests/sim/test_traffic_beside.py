# Ways that run side by side: a cycle lane beside those who turn off, and a ramp's lane beside those who drive past it.

from __future__ import annotations

import numpy as np
import pytest
from junctions import comer, contacts, drive, junction, network, placed, scene

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.geometry import lane_centre
from mkdocs_worldmodel.scenario.layout import Layout
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind, RoadUser
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.scenario.scenario import Scenario


def cyclist(layout: Layout, before: float, speed: float = 5.5, turn: str = "straight") -> RoadUser:
    """On the cycle lane of the ego's road, its front so far from the stop line [m]."""
    arm = layout.arms["ego"]
    assert arm.stop_s is not None
    road = layout.network.road(arm.road)
    lane = next(ln.id for ln in road.sections[0].side(-1 if road.rule == "RHT" else 1) if ln.type == "biking")
    along, body = (-1 if lane < 0 else 1), BODIES["bicycle"]
    s = arm.stop_s - before - body.front
    route = find_route(layout.network, arm.road, 1, along, (turn,), s)
    return RoadUser("cyclist", "bicycle", body, arm.road, lane, 1, s, lane_centre(road, lane, s), speed, "idm", speed,
                    "#ffffff", route=route)  # fmt: skip


def hook(kind: Kind, before: float, keep: str = "right", control: str = "priority") -> Scenario:
    layout = junction(control, cycle_lane=1.8, keep=keep)
    ego = comer(layout, "ego", "ego", 40.0, 8.0, kind=kind, turn=keep)
    return scene(layout.network, [ego, cyclist(layout, before)], 40.0)


def first_on(run: RolloutBatch, user: int) -> float:
    """When somebody comes onto a connecting road [s]."""
    return float(run.time[np.argmax(run.road[0, :, user] != run.road[0, 0, user])])


@pytest.mark.parametrize("keep", ["right", "left"])
@pytest.mark.parametrize("kind", ["car", "truck", "bus"])
@pytest.mark.parametrize("before", [36.0, 42.0, 50.0])
def test_who_turns_off_lets_the_cyclist_beside_it_go_first(kind: Kind, before: float, keep: str) -> None:
    run = drive(hook(kind, before, keep))
    assert contacts(run) == []
    assert first_on(run, 1) < first_on(run, 0)
    assert run.speed[0, : run.rows[0], 0].min() < 0.7 * 8.0  # it waited
    assert run.road[0, run.rows[0] - 1, 0] != run.road[0, 0, 0]  # and turned


def test_it_does_not_wait_for_a_cyclist_who_is_far_behind() -> None:
    run = drive(hook("car", 150.0))
    assert first_on(run, 0) < 8.0


def test_a_cyclist_goes_straight_through_a_junction_from_cycle_lane_to_cycle_lane() -> None:
    layout = junction("priority", cycle_lane=1.8)
    cone = comer(layout, "ego", "right", 60.0, 0.0, driver="still")
    run = drive(scene(layout.network, [cone, cyclist(layout, 20.0)], 15.0))
    assert len(set(run.road[0, : run.rows[0], 1].tolist())) == 3
    np.testing.assert_allclose(run.y[0, : run.rows[0], 1], run.y[0, 0, 1], atol=0.05)


def test_a_cyclist_who_turns_takes_the_lane() -> None:
    layout = junction("priority", cycle_lane=1.8)
    cone = comer(layout, "ego", "right", 60.0, 0.0, driver="still")
    run = drive(scene(layout.network, [cone, cyclist(layout, 20.0, turn="left")], 20.0))
    assert run.lane[0, run.rows[0] - 1, 1] in {-1, 1}


def test_of_equal_copies_in_any_company_the_bytes_are_equal() -> None:
    scenes = [hook("car", before) for before in (36.0, 50.0)]
    together, alone = drive(*scenes), drive(scenes[1])
    rows = int(alone.rows[0])
    assert together.x[1, :rows].tobytes() == alone.x[0, :rows].tobytes()


def test_nobody_brakes_for_a_car_that_stays_in_the_entry_lane_beside() -> None:
    layout = network(kind="motorway", lanes=1, ramp={"at": 150.0, "length": 300.0})
    net, ramp = layout.network, layout.arms["ramp"]
    road = net.road(ramp.road)
    end = 0.0 if ramp.toward < 0 else road.length
    s = end - ramp.toward * 60.0
    lane = next(ln.id for ln in road.sections[0].lanes if ln.type in {"driving", "entry", "onRamp"})
    merger = placed(net, "merger", "car", ramp.road, lane, ramp.toward, s, 24.0)
    first = next(ln.id for ln in net.road("1").sections[0].side(-1) if ln.type == "driving")
    ego = placed(net, "ego", "car", "1", first, 1, 70.0, 25.0)
    run = drive(scene(net, [ego, merger], 4.0))
    gore = np.isin(run.road[0, :, 1], [run.road[0, 0, 1]])  # until it is beside
    assert run.acceleration[0, gore, 0].min() > -0.5
