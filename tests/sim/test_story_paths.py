"""Trajectories: straight lines between points, exactly, with true speeds, accelerations and yaw rates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from story_scenes import (
    LEFT_BEND,
    RIGHT_BEND,
    STRAIGHT,
    WIDTH,
    change_lane,
    event,
    marks,
    over,
    road,
    row,
    run,
    speed,
    user,
    walk,
    walker,
)

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Kind
from mkdocs_worldmodel.sim.simulation import DT

ROADS = [STRAIGHT, LEFT_BEND, RIGHT_BEND]


def turned(a: np.ndarray) -> np.ndarray:
    return np.asarray(np.remainder(a + math.pi, 2.0 * math.pi) - math.pi)


def corners(r: Rollout, n: int) -> np.ndarray:
    """Steps in which a road user does not move straight on, (T - 1,)."""
    dx, dy = np.diff(r.x[:, n]), np.diff(r.y[:, n])
    return np.asarray(np.abs(np.hypot(dx, dy) - r.speed[:-1, n] * DT) > 1e-9)


# -- walkers -----------------------------------------------------------------------------------------------


def test_a_walker_crosses_six_metres_at_one_and_a_half_in_four_seconds() -> None:
    r = run(user(), walker(t=-8.0), events=(event(1.0, walk("walker", (150.0, -2.0), speed=1.5)),))
    assert marks(r) == [(1.0, "e", "start"), (5.0, "e", "end")]
    assert r.t[row(1) : row(5) + 1, 1] == pytest.approx(-8.0 + 1.5 * (r.time[row(1) : row(5) + 1] - 1.0), abs=1e-6)
    assert r.s[:, 1] == pytest.approx(150.0, abs=1e-6)
    assert set(r.speed[row(1) : row(5), 1].tolist()) == {1.5}
    assert r.speed[row(5) :, 1].tolist() == [0.0] * (row(5) + 1)
    assert np.ptp(r.t[row(5) :, 1]) == 0.0
    assert r.heading[row(1) :, 1] == pytest.approx(math.pi / 2)
    assert not r.acceleration[:, 1].any()


def test_a_way_that_ends_between_two_steps_ends_at_its_point() -> None:
    r = run(user(), walker(t=-8.0), events=(event(0.0, walk("walker", (150.0, -6.9), speed=1.5)),))
    assert r.t[-1, 1] == pytest.approx(-6.9, abs=1e-9)
    assert marks(r)[-1][0] == pytest.approx(math.ceil(1.1 / 1.5 / DT) * DT)


@pytest.mark.parametrize("given", [None, 2.0])
def test_a_walker_without_a_speed_for_the_way_takes_its_own(given: float | None) -> None:
    who = walker(t=-8.0, desired_speed=1.2)
    r = run(user(), who, events=(event(1.0, walk("walker", (150.0, -2.0), speed=given)),), stop_time=12.0)
    assert r.speed[row(2), 1] == (given or 1.2)
    assert r.speed[-1, 1] == 0.0


def test_a_walker_turns_on_the_spot_at_its_corners() -> None:
    # 3 m at 2 m/s are 30 steps, so the corners fall on rows
    points = ((150.0, -5.0), (153.0, -5.0), (153.0, -8.0))
    r = run(user(), walker(t=-8.0), events=(event(1.0, walk("walker", *points, speed=2.0)),))
    k = row(1)
    for piece, heading in enumerate((math.pi / 2, 0.0, -math.pi / 2)):
        assert r.heading[k + 30 * piece : k + 30 * piece + 30, 1] == pytest.approx(heading)
    assert (r.s[-1, 1], r.t[-1, 1]) == (pytest.approx(153.0), pytest.approx(-8.0))
    assert r.yaw_rate[k + 29, 1] == pytest.approx(-math.pi / 2 / DT)
    others = np.delete(r.yaw_rate[k:, 1], [29, 59])
    assert np.abs(others).max() < 1e-9


@pytest.mark.parametrize("on", ROADS)
@pytest.mark.parametrize("kind", ["pedestrian", "bicycle", "car", "child"])
@pytest.mark.parametrize("timed", [False, True])
def test_what_is_recorded_of_a_path_is_true(on: Road, kind: Kind, timed: bool) -> None:
    points: list[tuple[float, ...]] = [(260.0, -7.0), (262.5, -1.3), (275.0, -1.0), (274.0, 2.7)]
    if timed:
        points = [(*p, t) for p, t in zip(points, (1.03, 3.0, 5.5, 8.21), strict=True)]
    who = user("who", kind, on=on, s=255.0, t=-9.0, lane=-3, speed=2.0, driver="still", follows_lane=False)
    r = run(user(on=on, s=5.0, speed=1.0), who, network=on, stop_time=20.0,
            events=(event(1.0, walk("who", *points, speed=None if timed else 3.0)),))  # fmt: skip
    (end,) = (f.time for f in r.firings if f.phase == "end")
    during = slice(row(1), row(end))
    heading, steps = r.heading[:, 1], np.arange(row(1), row(end))
    straight = steps[~corners(r, 1)[during]]
    assert len(straight) > 0.9 * len(steps)
    # where it moves straight on, it moves along its heading, as fast as it says
    dx, dy = np.diff(r.x[:, 1])[straight], np.diff(r.y[:, 1])[straight]
    assert dx == pytest.approx(r.speed[straight, 1] * DT * np.cos(heading[straight]), abs=1e-9)
    assert dy == pytest.approx(r.speed[straight, 1] * DT * np.sin(heading[straight]), abs=1e-9)
    # at corners too: yaw rate and acceleration are the changes of heading and speed; the end of a walk is at once
    assert r.yaw_rate[during, 1] * DT == pytest.approx(turned(np.diff(heading))[during], abs=1e-9)
    until = slice(row(1), row(end) - 1)
    assert r.acceleration[until, 1] * DT == pytest.approx(np.diff(r.speed[:, 1])[until], abs=1e-9)


@pytest.mark.parametrize("on", ROADS)
def test_lines_are_straight_in_the_plane_and_s_t_are_those_of_the_road(on: Road) -> None:
    r = run(user(on=on, s=5.0, speed=1.0), walker(on=on, s=250.0, t=-8.0), network=on, stop_time=25.0,
            events=(event(0.0, walk("walker", (280.0, 6.0), speed=2.0)),))  # fmt: skip
    line = ReferenceLines([on])
    (x0, x1), (y0, y1), _ = line.pose(0, np.array([250.0, 280.0]), np.array([-8.0, 6.0]))
    off = (r.x[:, 1] - x0) * (y1 - y0) - (r.y[:, 1] - y0) * (x1 - x0)
    assert np.abs(off).max() / math.hypot(x1 - x0, y1 - y0) < 1e-9
    s, t = line.project(0, r.x[:, 1], r.y[:, 1])
    assert np.abs(s - r.s[:, 1]).max() < 1e-9
    assert np.abs(t - r.t[:, 1]).max() < 1e-9
    assert (r.x[-1, 1], r.y[-1, 1]) == (pytest.approx(x1, abs=1e-6), pytest.approx(y1, abs=1e-6))


@pytest.mark.parametrize("on", ROADS)
@pytest.mark.parametrize("kind", ["pedestrian", "car"])
def test_a_timed_way_is_at_every_point_at_its_time(on: Road, kind: Kind) -> None:
    points = ((255.0, -6.0, 2.0), (255.0, -6.0, 3.0), (260.0, 0.0, 5.5), (262.0, 3.0, 6.0))
    who = user("who", kind, on=on, s=250.0, t=-6.0, lane=-2, speed=3.0, driver="still")
    r = run(user(on=on, s=5.0, speed=1.0), who, network=on, events=(event(1.0, walk("who", *points)),))
    for s, t, time in points:
        at = row(1.0 + time)
        assert (r.s[at, 1], r.t[at, 1]) == (pytest.approx(s, abs=1e-6), pytest.approx(t, abs=1e-6))
    assert marks(r) == [(1.0, "e", "start"), (7.0, "e", "end")]
    if on is STRAIGHT:
        assert r.speed[row(1.5), 1] == pytest.approx((r.s[row(3), 1] - r.s[row(1), 1]) / 2.0)
    assert r.speed[row(3.5), 1] == pytest.approx(0.0, abs=1e-9), "it waits"


def test_a_walk_to_where_one_is_is_over_at_once_and_a_timed_one_waits() -> None:
    here = event(1.0, walk("walker", (150.0, -8.0), speed=1.0))
    assert marks(run(user(), walker(t=-8.0), events=(here,))) == [(1.0, "e", "start"), (1.0, "e", "end")]
    waits = event(1.0, walk("walker", (150.0, -8.0, 2.0)))
    assert marks(run(user(), walker(t=-8.0), events=(waits,))) == [(1.0, "e", "start"), (3.0, "e", "end")]


def test_a_walker_that_is_stopped_comes_to_rest() -> None:
    r = run(user(), walker(t=-8.0), events=(
        event(0.0, walk("walker", (150.0, 4.0), speed=1.5), name="cross"),
        event(2.0, speed("walker", 0.0, over(1.0)), name="waits"),
    ))  # fmt: skip
    assert marks(r)[1:] == [(2.0, "cross", "stop"), (2.0, "waits", "start"), (3.0, "waits", "end")]
    # 3 m, and 0.75 m while it slows down
    assert r.t[-1, 1] == pytest.approx(-8.0 + 3.0 + 0.75, abs=1e-6)
    assert np.abs(np.diff(r.speed[row(0.05) :, 1])).max() <= 1.5 * DT + 1e-9


def test_a_walker_may_cross_and_come_back() -> None:
    cross = event(0.0, walk("walker", (150.0, -5.0), speed=1.5), name="cross")
    back = event(5.0, walk("walker", (150.0, -8.0), speed=1.0), name="back")
    r = run(user(), walker(t=-8.0), events=(cross, back))
    assert marks(r) == [(0.0, "cross", "start"), (2.0, "cross", "end"), (5.0, "back", "start"), (8.0, "back", "end")]
    assert r.t[-1, 1] == pytest.approx(-8.0)


def test_the_same_way_can_be_walked_again_from_elsewhere() -> None:
    again = event(0.0, walk("walker", (150.0, -5.0), (150.0, -8.0), speed=1.5), executions=3)
    r = run(user(), walker(t=-8.0), events=(again,), stop_time=15.0)
    assert [m[0] for m in marks(r)] == [0.0, 4.0, 4.0, 8.0, 8.0, 12.0]


# -- vehicles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ROADS)
@pytest.mark.parametrize("driver", ["scripted", "constant", "idm"])
def test_a_vehicle_goes_on_along_the_lane_into_which_the_path_led_it(on: Road, driver: str) -> None:
    who = user(on=on, s=150.0, speed=10.0, driver=driver)
    r = run(who, network=on, events=(event(1.0, walk("ego", (200.0, -3.0))),), stop_time=20.0)
    (end,) = (f.time for f in r.firings if f.phase == "end")
    after = r.t[row(end) :, 0]
    assert np.abs(np.diff(r.t[row(1) :, 0])).max() < 0.15, "no jump"
    assert after[-1] == pytest.approx(-0.5 * WIDTH, abs=0.02)
    assert r.lane[-1, 0] == -1
    assert np.hypot(np.diff(r.x[:, 0]), np.diff(r.y[:, 0])) == pytest.approx(0.5, abs=0.02), "nor a lost step"
    assert set(np.round(r.speed[:, 0], 9).tolist()) == {10.0}


def test_a_vehicle_on_a_path_minds_nobody() -> None:
    r = run(user(driver="idm"), user("lead", s=140.0, speed=0.0),
            events=(event(0.0, walk("ego", (200.0, -1.5 * WIDTH))),), stop_time=4.0)  # fmt: skip
    assert set(r.speed[:, 0].tolist()) == {20.0}


def test_after_a_timed_path_a_vehicle_keeps_the_speed_that_it_had_at_its_end() -> None:
    r = run(user(), events=(event(0.0, walk("ego", (140.0, -1.5 * WIDTH, 2.0), (152.0, -1.5 * WIDTH, 3.0))),))
    assert r.speed[row(1), 0] == pytest.approx(20.0)
    assert r.speed[row(2.5) :, 0] == pytest.approx(12.0)


def test_a_path_against_the_traffic_turns_the_vehicle_round_for_good() -> None:
    points = ((140.0, -1.5 * WIDTH), (146.0, -2.0), (140.0, 0.5 * WIDTH), (130.0, 0.5 * WIDTH))
    r = run(user(speed=5.0), events=(event(0.0, walk("ego", *points)),), stop_time=20.0)
    assert r.t[-1, 0] == pytest.approx(0.5 * WIDTH, abs=0.02)
    assert np.diff(r.s[row(12) :, 0]) == pytest.approx(-0.25, abs=1e-3)
    assert set(r.direction[row(16) :, 0].tolist()) == {-1}
    assert np.abs(np.hypot(np.diff(r.x[:, 0]), np.diff(r.y[:, 0]))).max() < 0.2501


def test_a_path_takes_the_place_of_a_lane_change_and_of_a_speed_change_and_they_of_it() -> None:
    r = run(user(driver="scripted"), events=(
        event(0.0, change_lane("ego", -1, over(5.0)), speed("ego", 10.0, over(5.0)), name="both"),
        event(2.0, walk("ego", (300.0, -WIDTH)), name="path"),
        event(3.0, speed("ego", 20.0, over(2.0)), name="faster"),
    ))  # fmt: skip
    assert [m for m in marks(r) if m[2] == "stop"] == [
        (2.0, "both", "stop"),
        (2.0, "both", "stop"),
        (3.0, "path", "stop"),
    ]
    assert r.speed[row(2) : row(3), 0] == pytest.approx(16.0)
    assert np.abs(np.diff(r.t[:, 0])).max() < 0.1


def test_points_on_another_road_lead_over_to_it() -> None:
    # a side road that meets the main one at a right angle, 40 m from its start
    main = road((300.0, 0.0, 0.0), name="1")
    side = replace(road((40.0, 0.0, 0.0), name="2", lanes=1, oncoming=0), geometries=(
        replace(road((40.0, 0.0, 0.0)).geometries[0], x=150.0, y=-60.0, heading=math.pi / 2),))  # fmt: skip
    network = RoadNetwork((main, side))
    rider = user("rider", "bicycle", on=side, s=10.0, lane=-1, speed=5.0, driver="constant")
    path = walk("rider", (150.0, -20.0), (150.0, -2.0), (180.0, -0.5 * WIDTH))
    r = run(user(on=main, s=5.0, speed=1.0), rider, network=network, events=(event(1.0, path),), stop_time=20.0)
    assert (r.present[:, 1] == 1).all()
    steps = np.hypot(np.diff(r.x[:, 1]), np.diff(r.y[:, 1]))
    assert steps.max() < 5.0 * DT + 1e-3
    assert (steps < 5.0 * DT - 1e-3).sum() <= 2, "but for the two corners"
    assert r.roads[r.road[-1, 1]] == "1"
    assert (r.y[-1, 1], r.t[-1, 1]) == (pytest.approx(-0.5 * WIDTH, abs=0.02), pytest.approx(-0.5 * WIDTH, abs=0.02))
    s, t = ReferenceLines([main]).project(0, r.x[row(1) :, 1], r.y[row(1) :, 1])
    assert s == pytest.approx(r.s[row(1) :, 1], abs=1e-6)
    assert t == pytest.approx(r.t[row(1) :, 1], abs=1e-6)
