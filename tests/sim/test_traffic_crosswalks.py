"""Drivers and people on crossings."""

from __future__ import annotations

import numpy as np
import pytest
from junctions import drive, network, placed, scene

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.road_user import BODIES, RoadUser, YieldParameters
from mkdocs_worldmodel.scenario.story import Event, TimeCondition, TrajectoryAction, Waypoint

LAYOUT = network(lanes=1, oncoming=1, length=300.0, crossings=[{"at": 150.0, "width": 4.0, "control": "zebra"}])
EDGE = 148.0


def crossing(begins: float, side: int = -1, walk: float = 1.5, **more: object) -> RolloutBatch:
    """A car 100 m before a zebra, and somebody who begins to cross from its right (-1) or left (1) after some time."""
    car = placed(LAYOUT.network, "ego", "car", "1", -1, 1, EDGE - 100.0, 12.0, **more)
    body = BODIES["pedestrian"]
    person = RoadUser("anna", "pedestrian", body, "1", -1, 1, 150.0, side * 4.5, 0.0, "still", 0.0, "#ffffff",
                      heading=-side * np.pi / 2, follows_lane=False)  # fmt: skip
    path = TrajectoryAction("anna", "1", (Waypoint(150.0, -side * 5.0),), walk)
    event = Event("cross", TimeCondition(begins), (path,))
    return drive(scene(LAYOUT.network, [car, person], 25.0, (event,)))


def front(run: RolloutBatch) -> np.ndarray:
    return run.s[0, :, 0] + BODIES["car"].front


@pytest.mark.parametrize("side", [-1, 1])
def test_it_waits_before_the_crossing_until_the_person_has_left_its_lane_and_goes_on(side: int) -> None:
    run = crossing(5.5, side)
    slowest = int(np.argmin(run.speed[0, :, 0]))
    assert run.speed[0, slowest, 0] < 5.0
    in_lane = np.abs(run.t[0, :, 1] + 1.625) < 0.25 + 0.9
    assert np.all(front(run)[in_lane] <= EDGE)
    assert run.acceleration.min() > -4.0
    assert front(run)[-1] > 155.0


def test_for_somebody_who_stands_at_the_kerb_nobody_brakes() -> None:
    assert crossing(1000.0).acceleration[0, :, 0].min() == 0.0


def test_who_has_passed_before_the_person_comes_does_not_brake() -> None:
    assert crossing(9.0).acceleration[0, :, 0].min() == 0.0


def test_who_does_not_mind_people_brakes_later() -> None:
    careless = crossing(6.0, give_way=YieldParameters(pedestrians=False))
    careful = crossing(6.0)
    first = [int(np.argmax(run.acceleration[0, :, 0] < -0.5)) for run in (careful, careless)]
    assert careful.acceleration.min() < -0.5
    assert first[1] == 0 or first[0] < first[1]
