# Distances of a top view: those that matter, as long as they are, and drawn in one of several places.

from __future__ import annotations

import numpy as np
import pytest

import scenes
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.figure.plan_dimensions import Dimension, Dimensions, crossing
from mkdocs_worldmodel.figure.plan_frame import Frame
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.world.simulator import Simulator

SCALE = 10.0


def readings(text: str, driver: str = "constant") -> Readings:
    made = scenes.scenario(text, driver=driver)
    return Readings(made, Simulator().run(made))


def at(r: Readings, row: int = 0) -> Dimensions:
    """Distances in a frame of 10 pixels a metre with the ego at its origin."""
    x, y = float(r.run.x[row, 0]), float(r.run.y[row, 0])
    frame = Frame(x, y, 1.0, 0.0, SCALE, (-50.0, -50.0), (150.0, 50.0))
    return Dimensions(r, row, frame, ReferenceLines(r.scenario.network.roads))


def length(dimension: Dimension, shift: float = 0.0) -> float:
    """Of its line as drawn [m]."""
    x, y = dimension.at(shift)
    return float(np.hypot(np.diff(x), np.diff(y)).sum()) / SCALE


TWO = """
    road: {{lanes: 2, lane_width: 3.5 m{road}}}
    ego: {{speed: 50 km/h}}
    actors: {{other: {{lane: {lane}, {place}, speed: 0}}}}
    stop: {{time: 2 s}}
"""


@pytest.mark.parametrize("place", ["ahead: 30 m", "behind: 12.5 m"])
def test_a_gap_is_bumper_to_bumper(place: str) -> None:
    (gap,) = at(readings(TWO.format(road="", lane=1, place=place))).between(1)
    assert str(gap.said) == {"ahead: 30 m": "30 m", "behind: 12.5 m": "12 m"}[place]
    assert length(gap) == pytest.approx(gap.metres, abs=1e-6)


def test_a_gap_in_a_bend_is_that_along_the_lane() -> None:
    road = ", curve: {radius: 80 m, to: left}"
    (gap,) = at(readings(TWO.format(road=road, lane=1, place="ahead: 40 m"))).between(1)
    assert gap.metres == pytest.approx(40.0, abs=0.05)
    x, y = gap.at(0.0)
    assert np.hypot(x[-1] - x[0], y[-1] - y[0]) / SCALE < 39.7, "the line bends"
    assert length(gap) == pytest.approx(40.0, abs=0.3)


def test_who_is_in_the_next_lane_is_measured_along_and_across() -> None:
    gap, lateral = at(readings(TWO.format(road="", lane=2, place="ahead: 10 m"))).between(1)
    assert gap.metres == pytest.approx(10.0, abs=0.01)
    assert lateral.metres == pytest.approx(3.5 - 1.789, abs=0.001)
    assert length(lateral) == pytest.approx(lateral.metres, abs=1e-6)


def test_beside_each_other_only_the_space_across_is_measured() -> None:
    (lateral,) = at(readings(TWO.format(road="", lane=2, place="beside: ego"))).between(1)
    assert lateral.metres == pytest.approx(3.5 - 1.789, abs=0.001)


def test_the_width_of_the_lane_is_the_roads() -> None:
    width = at(readings(TWO.format(road="", lane=1, place="ahead: 30 m"))).lane_width()
    assert width is not None
    assert str(width.said) == "3.5 m"
    assert length(width) == pytest.approx(3.5, abs=1e-6)


def test_a_stop_line_is_measured_from_the_front() -> None:
    r = readings("road: {kind: town, junction: {ahead: 40 m, control: stop}}\nego: {speed: 30 km/h}\nstop: {time: 1 s}")
    line = at(r).stop_line()
    assert line is not None
    assert line.metres == pytest.approx(40.0, abs=0.6)
    later = at(r, 20).stop_line()
    assert later is not None
    assert line.metres - later.metres == pytest.approx(30 / 3.6, abs=0.05), "one second nearer"


def test_no_distance_is_measured_to_whom_the_ego_touches() -> None:
    r = readings(TWO.format(road="", lane=1, place="ahead: 10 m").replace("2 s", "5 s"))
    assert r.contacts
    assert at(r, r.last).between(1) == []


CROSSES = """
    road: {kind: town, junction: {ahead: 40 m, control: priority}}
    ego: {speed: 40 km/h}
    actors: {crosser: {on: right, lane: 1, before: 60 m, speed: 40 km/h, driver: constant}}
    stop: {time: 9 s}
"""


def test_ways_that_cross_are_measured_up_to_where_they_do() -> None:
    r = readings(CROSSES)
    found = crossing(r, 1)
    assert found is not None
    fronts = []
    for i, row in zip((0, 1), found, strict=True):
        ahead, h = float(r.run.length[i] - r.run.rear_overhang[i]), r.run.heading[row, i]
        fronts.append((r.run.x[row, i] + ahead * np.cos(h), r.run.y[row, i] + ahead * np.sin(h)))
    assert np.hypot(*np.subtract(*fronts)) < 1.5
    mine, its = at(r).ways(1)
    assert mine.metres == pytest.approx(float(r.run.time[found[0]]) * 40 / 3.6, abs=0.2), "at constant speed"
    assert its.metres == pytest.approx(float(r.run.time[found[1]]) * 40 / 3.6, abs=0.2)


def test_ways_side_by_side_do_not_cross() -> None:
    assert crossing(readings(TWO.format(road="", lane=2, place="ahead: 10 m")), 1) is None


def test_a_short_dimension_has_its_arrows_outside() -> None:
    """Its line is 5 px long; the drawing reaches two arrowheads further at both ends."""
    (gap,) = at(readings(TWO.format(road="", lane=1, place="ahead: 0.5 m"))).between(1)
    candidate = next(iter(gap.candidates()))
    xs = [x for line in candidate.lines for x, _ in line]
    assert max(xs) - min(xs) == pytest.approx(5.0 + 4 * 8.0, abs=0.1)
    (gap,) = at(readings(TWO.format(road="", lane=1, place="ahead: 20 m"))).between(1)
    xs = [x for line in next(iter(gap.candidates())).lines for x, _ in line]
    assert max(xs) - min(xs) == pytest.approx(200.0, abs=0.1)
