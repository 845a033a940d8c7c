# Who matters in a run, and when: the second top view.

from __future__ import annotations

import numpy as np
import pytest

import scenes
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.figure.plan_cast import Critical, critical
from mkdocs_worldmodel.world.simulator import Simulator


def found(text: str, driver: str = "idm") -> tuple[Readings, Critical]:
    made = scenes.scenario(text, driver=driver)
    readings = Readings(made, Simulator().run(made))
    return readings, critical(readings)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("child-behind-parked-cars", "child"),
        ("pedestrian-farside", "adult"),
        ("cut-in", "challenger"),
        ("motorway-merge", "merger"),
        ("ccc-crossing", "target"),
        ("roundabout", "circling"),
        ("lead-vehicle-stopped", "last"),
        ("emergency-vehicle", "ambulance"),
        ("stop-sign", "main"),
    ],
)
@pytest.mark.parametrize("driver", ["idm", "constant"])
def test_the_run_is_about_whom_its_author_meant(name: str, other: str, driver: str) -> None:
    readings, moment = found(f"from: library/{name}", driver)
    assert moment.other is not None
    assert readings.run.names[moment.other] == other


def test_a_contact_is_the_moment() -> None:
    readings, moment = found("from: library/ccr-stationary", "constant")
    assert (moment.why, moment.row) == ("contact", readings.contacts[0].row)


def test_else_it_is_where_the_two_are_nearest() -> None:
    readings, moment = found("from: library/pedestrian-nearside", "idm")
    assert moment.why == "distance"
    distance = readings.distance(0, 1)[: readings.last + 1]
    assert distance[moment.row] <= distance.min() + 0.05
    assert (distance[: moment.row] > distance.min() + 0.05).all(), "the first such row, not a queue's last"


def test_roads_beside_each_other_bring_nobody_near() -> None:
    """On the ramp the merger is nearer than it ever is on the ego's road."""
    readings, moment = found("from: library/motorway-merge")
    assert readings.run.road[moment.row, 0] == readings.run.road[moment.row, moment.other]


def test_who_is_nearest_at_the_start_gives_the_end() -> None:
    readings, moment = found("ego: {speed: 0}\nactors: {van: {lane: 1, ahead: 5 m, speed: 30 km/h}}", "constant")
    assert (moment.why, moment.row) == ("end", readings.last)


def test_alone_the_ego_s_stop_is_the_moment() -> None:
    text = """
        road: {kind: town, junction: {ahead: 50 m, control: stop}}
        ego: {speed: 40 km/h}
        story: [{when: {time: 0 s}, do: {ego: {stop: {rate: 3 m/s²}}}}]
        stop: {time: 9 s}
    """
    readings, moment = found(text)
    assert (moment.why, moment.pair) == ("stop", ())
    assert readings.run.speed[moment.row, 0] < 0.1
    assert (readings.run.speed[: moment.row, 0] >= 0.1).all()


def test_alone_without_a_stop_it_is_the_end() -> None:
    readings, moment = found("ego: {speed: 40 km/h}")
    assert (moment.why, moment.row, moment.cast) == ("end", readings.last, (0,))


def test_the_nearest_of_those_who_matter_comes_first() -> None:
    readings, moment = found("from: library/stop-and-go")
    nearest = [float(np.min(readings.distance(0, j))) for j in moment.cast[1:]]
    assert nearest == sorted(nearest)
