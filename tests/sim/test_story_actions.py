"""Every action of the story, against closed forms: speeds, stops, gaps, lanes, lights, and what is over at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from story_scenes import (
    FRONT,
    LEFT_BEND,
    RIGHT_BEND,
    WIDTH,
    change_lane,
    event,
    marks,
    offset,
    over,
    road,
    row,
    run,
    speed,
    stop_at,
    user,
)

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import BODIES
from mkdocs_worldmodel.scenario.story import (
    DriverAction,
    Dynamics,
    KeepGapAction,
    Shape,
)
from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.simulation import DT

CAR = BODIES["car"].length
MIDDLE = {-1: -0.5 * WIDTH, -2: -1.5 * WIDTH, -3: -2.5 * WIDTH, 1: 0.5 * WIDTH}


# -- speed -------------------------------------------------------------------------------------------------


def test_a_relative_speed_is_that_of_the_other_at_the_start_plus_so_much() -> None:
    lead = user("lead", s=300.0)
    r = run(user(speed=10.0), lead, events=(
        event(0.0, speed("lead", 10.0, over(4.0)), name="slows"),
        event(2.0, speed("ego", -3.0, over(2.0), "lead")),
    ))  # fmt: skip
    assert r.speed[row(2), 1] == pytest.approx(15.0)
    assert r.speed[row(4) :, 0] == pytest.approx(12.0)


def test_a_relative_speed_is_never_backward() -> None:
    r = run(
        user(speed=5.0), user("lead", s=300.0, speed=2.0), events=(event(0.0, speed("ego", -9.0, over(1.0), "lead")),)
    )
    assert r.speed[:, 0].min() == 0.0


def test_a_speed_change_that_is_stopped_leaves_the_speed_that_it_has_reached() -> None:
    # another event takes its place half-way, for its lane alone
    r = run(user(), events=(
        event(1.0, speed("ego", 10.0, over(10.0)), name="slow"),
        event(3.0, change_lane("ego", -1, over(2.0)), name="aside", priority="override"),
    ))  # fmt: skip
    assert marks(r)[:3] == [(1.0, "slow", "start"), (3.0, "slow", "stop"), (3.0, "aside", "start")]
    assert r.speed[row(3) :, 0] == pytest.approx(18.0)


# -- stop --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["constant", "scripted", "idm"])
@pytest.mark.parametrize(("v", "rate"), [(20.0, 4.0), (13.7, 2.5), (5.0, 1.0), (1.0, 3.0), (0.3, 2.0)])
def test_a_stop_ends_with_the_front_at_the_place_braking_evenly(driver: str, v: float, rate: float) -> None:
    place = 100.0 + FRONT + 8.0 * v
    r = run(user(speed=v, driver=driver), events=(event(0.5, stop_at("ego", place, rate)),), stop_time=40.0)
    assert r.speed[-1, 0] == 0.0
    assert r.s[-1, 0] + FRONT == pytest.approx(place, abs=1e-6)
    braking = r.acceleration[r.acceleration[:, 0] < -1e-6, 0][:-1]  # in the last one it stops on the way
    assert np.ptp(braking) < 1e-6 if len(braking) else v < rate
    assert braking.size == 0 or -rate - 1e-9 <= braking.min()
    assert braking.size == 0 or braking.max() <= -rate * (1.0 - 2.0 * DT * rate / v) + 1e-9
    assert [p for _, _, p in marks(r)] == ["start", "end"]


@pytest.mark.parametrize("bend", [LEFT_BEND, RIGHT_BEND])
@pytest.mark.parametrize("lane", [-3, 1])
def test_a_stop_on_a_bend_is_at_its_place_too(bend: Road, lane: int) -> None:
    ego = user(on=bend, lane=lane, s=150.0 if lane < 0 else 600.0)
    r = run(ego, network=bend, events=(event(0.0, stop_at("ego", 350.0, 3.0)),), stop_time=30.0)
    t, turned = r.t[-1, 0], r.s[-1, 0] - 350.0
    curvature = 0.01 if bend is LEFT_BEND else -0.01
    sign = 1.0 if lane < 0 else -1.0
    assert -sign * turned * (1.0 - t * curvature) == pytest.approx(FRONT, abs=1e-5)


def test_a_stop_begun_too_late_brakes_as_hard_as_it_must() -> None:
    # 20 m/s and 40 m: 5 m/s² instead of 2
    r = run(user(), events=(event(1.0, stop_at("ego", 100.0 + FRONT + 20.0 + 40.0, 2.0)),))
    assert r.s[-1, 0] + FRONT == pytest.approx(160.0 + FRONT, abs=1e-6)
    assert r.acceleration[row(1) : row(4.5), 0] == pytest.approx(-5.0)
    assert marks(r) == [(1.0, "e", "start"), (5.0, "e", "end")]


def test_a_stop_that_is_not_possible_brakes_at_the_limit_and_ends_beyond() -> None:
    r = run(user(), events=(event(1.0, stop_at("ego", 100.0 + FRONT + 20.0 + 10.0, 2.0)),))
    assert r.acceleration[:, 0].min() == pytest.approx(-BODIES["car"].max_deceleration)
    assert r.s[-1, 0] == pytest.approx(120.0 + 400.0 / 18.0, abs=0.05)
    assert marks(r)[-1][2] == "end"


def test_a_place_that_is_passed_stops_at_once() -> None:
    r = run(user(driver="scripted"), events=(event(1.0, stop_at("ego", 90.0, 2.0)),))
    assert marks(r) == [(1.0, "e", "start"), (1.05, "e", "end")]
    assert r.speed[row(1.05), 0] == 0.0


def test_whoever_is_held_up_on_the_way_to_its_stop_goes_on_to_it() -> None:
    # the one ahead stands in the way for a while, within the braking distance, and then drives off
    lead = user("lead", s=160.0, speed=0.0)
    place = 180.0 + FRONT
    r = run(user(driver="idm"), lead, stop_time=60.0, events=(
        event(0.0, stop_at("ego", place, 2.0), name="stop"),
        event(15.0, speed("lead", 20.0, over(10.0)), name="off"),
    ))  # fmt: skip
    assert r.speed[row(14), 0] == pytest.approx(0.0, abs=0.05)
    assert r.s[row(14), 0] < 160.0 - CAR
    assert (r.s[-1, 0] + FRONT, r.speed[-1, 0]) == (pytest.approx(place, abs=1e-3), 0.0)
    assert ("stop", "end") in [m[1:] for m in marks(r)]


def test_whoever_stands_and_wants_to_has_stopped() -> None:
    r = run(user(speed=0.0), events=(event(1.0, stop_at("ego", 300.0, 2.0)),))
    assert marks(r) == [(1.0, "e", "start"), (1.05, "e", "end")]


def test_after_a_stop_one_stands_until_the_story_says_otherwise() -> None:
    place = 100.0 + FRONT + 60.0
    r = run(user(driver="idm"), stop_time=30.0, events=(
        event(0.0, stop_at("ego", place, 5.0), name="stop"), event(20.0, speed("ego", 10.0, over(5.0)), name="go"),
    ))  # fmt: skip
    assert np.ptp(r.s[row(10) : row(20) + 1, 0]) == 0.0
    assert r.speed[row(25), 0] == pytest.approx(10.0)


# -- gaps --------------------------------------------------------------------------------------------------


def keep(distance: float | None = None, time_gap: float | None = None, **values: float) -> KeepGapAction:
    limits = {"max_acceleration": 2.0, "max_deceleration": 3.0, **values}
    return KeepGapAction("ego", "lead", distance, time_gap, limits["max_acceleration"], limits["max_deceleration"],
                         values.get("duration"))  # fmt: skip


def gaps(r: Rollout) -> np.ndarray:
    return np.asarray(r.s[:, 1] - r.s[:, 0] - CAR)


@pytest.mark.parametrize("begin", [5.0, 12.0, 40.0, 150.0])
@pytest.mark.parametrize(("distance", "time_gap"), [(20.0, None), (None, 1.5), (8.0, None), (None, 3.0)])
@pytest.mark.parametrize("v", [15.0, 25.0])
def test_a_gap_is_reached_without_overshoot(
    begin: float, distance: float | None, time_gap: float | None, v: float
) -> None:
    long = road((4000.0, 0.0, 0.0))
    two = user(on=long), user("lead", on=long, s=100.0 + CAR + begin, speed=v)
    r = run(*two, network=long, events=(event(0.0, keep(distance, time_gap)),), stop_time=100.0)
    wanted = distance if distance is not None else (time_gap or 0.0) * v
    found = gaps(r)
    assert found[-1] == pytest.approx(wanted, rel=1e-3)
    assert r.speed[-1, 0] == pytest.approx(v, rel=1e-3)
    change = abs(begin - wanted)
    # the approach itself may begin with a wrong speed, which takes its room: 2.5 m/s away or towards
    beyond = found - wanted if begin < wanted else wanted - found
    settled = beyond[row(20) :] if v != 20.0 else beyond
    assert settled.max() <= 0.1 * change + 0.05
    assert r.acceleration[:, 0].max() <= 2.0 + 1e-9
    assert r.acceleration[:, 0].min() >= -3.0 - 1e-9


def test_a_gap_from_equal_speeds_is_reached_without_passing_it_by_a_tenth() -> None:
    for begin, wanted in ((100.0, 20.0), (60.0, 20.0), (10.0, 60.0), (25.0, 20.0)):
        long = road((4000.0, 0.0, 0.0))
        two = user(on=long), user("lead", on=long, s=100.0 + CAR + begin)
        r = run(*two, network=long, events=(event(0.0, keep(wanted)),), stop_time=60.0)
        passed = (gaps(r) - wanted) * np.sign(wanted - begin)
        assert passed.max() <= 0.1 * abs(wanted - begin), (begin, wanted)


def test_a_gap_to_someone_behind_is_kept_from_the_front() -> None:
    long = road((4000.0, 0.0, 0.0))
    two = user(on=long, s=300.0), user("lead", on=long, s=300.0 - CAR - 40.0, speed=18.0)
    r = run(*two, network=long, events=(event(0.0, keep(15.0)),), stop_time=60.0)
    assert r.s[-1, 0] - r.s[-1, 1] - CAR == pytest.approx(15.0, abs=0.05)


def test_a_gap_is_kept_while_the_leader_brakes() -> None:
    long = road((4000.0, 0.0, 0.0))
    two = user(on=long), user("lead", on=long, s=100.0 + CAR + 25.0)
    r = run(*two, network=long, stop_time=40.0, events=(
        event(0.0, keep(25.0), name="keep"), event(5.0, speed("lead", 5.0, over(10.0)), name="brake"),
    ))  # fmt: skip
    assert np.abs(gaps(r) - 25.0).max() < 7.0
    assert gaps(r)[-1] == pytest.approx(25.0, abs=0.05)


def test_a_gap_ends_after_its_time_and_leaves_the_speed() -> None:
    two = user(speed=15.0), user("lead", s=200.0, speed=18.0)
    r = run(*two, events=(event(1.0, keep(20.0, duration=3.0)),))
    assert marks(r) == [(1.0, "e", "start"), (4.0, "e", "end")]
    assert np.ptp(r.speed[row(4) :, 0]) < 1e-9


def test_a_gap_to_nobody_is_left_to_the_driver() -> None:
    two = user(speed=15.0), user("lead", s=200.0, speed=18.0, present=False)
    r = run(*two, events=(event(1.0, keep(20.0)),))
    assert set(r.speed[:, 0].tolist()) == {15.0}


# -- lanes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["linear", "cubic", "sinusoidal"])
@pytest.mark.parametrize("metres", [0.6, -0.4])
@pytest.mark.parametrize("lane", [-2, 1])
def test_an_offset_is_taken_along_its_shape_to_the_own_left(shape: Shape, metres: float, lane: int) -> None:
    ego = user(lane=lane, driver="scripted", s=400.0)
    r = run(ego, events=(event(1.0, offset("ego", metres, over(4.0, shape))),))
    f = shapes.value(np.array(shapes.SHAPES.index(shape)), (r.time - 1.0) / 4.0)
    sign = 1.0 if lane < 0 else -1.0
    assert np.abs(r.t[:, 0] - MIDDLE[lane] - sign * metres * f).max() < 1e-9
    assert marks(r) == [(1.0, "e", "start"), (5.0, "e", "end")]


def test_a_bicycle_takes_its_offset_and_keeps_it() -> None:
    r = run(user(driver="idm"), events=(event(1.0, offset("ego", 0.5, over(3.0, "sinusoidal"))),))
    assert np.abs(r.t[row(6) :, 0] - MIDDLE[-2] - 0.5).max() < 0.01


def test_an_offset_by_rate_and_by_distance() -> None:
    def end(dynamics: Dynamics) -> float:
        return marks(run(user(driver="scripted"), events=(event(0.0, offset("ego", 1.0, dynamics)),)))[-1][0]

    assert end(Dynamics("linear", "rate", 0.5)) == pytest.approx(2.0)
    assert end(Dynamics("sinusoidal", "rate", 0.5)) == pytest.approx(math.ceil(math.pi / DT) * DT)
    assert end(Dynamics("linear", "distance", 40.0)) == pytest.approx(2.0, abs=DT + 1e-9)


@pytest.mark.parametrize(
    ("lane", "left", "to"),
    [(-2, 1, -1), (-2, -1, -3), (-3, 2, -1), (-1, 1, 1), (1, 1, -1), (-3, -1, -3), (-2, -9, -2), (1, -1, 1)],
)
def test_a_relative_lane_counts_drivable_lanes_to_the_own_left(lane: int, left: int, to: int) -> None:
    ego = user(lane=lane, driver="scripted", s=400.0)
    r = run(ego, events=(event(1.0, change_lane("ego", 0, over(3.0), left=left)),))
    assert r.t[-1, 0] == pytest.approx(MIDDLE[to])


@pytest.mark.parametrize(("left", "to"), [(0, -3), (1, -2), (2, -1)])
def test_a_lane_relative_to_another_counts_from_where_it_is(left: int, to: int) -> None:
    r = run(user(lane=-1, driver="scripted"), user("other", lane=-3, s=300.0),
            events=(event(1.0, change_lane("ego", 0, over(3.0), left=left, relative_to="other")),))  # fmt: skip
    assert r.t[-1, 0] == pytest.approx(MIDDLE[to])


@pytest.mark.parametrize("driver", ["scripted", "constant", "idm"])
@pytest.mark.parametrize(("when", "lane"), [(1.5, -2), (4.0, -1)])
def test_a_lane_change_that_is_stopped_ends_smoothly_in_the_lane_in_which_it_then_is(
    driver: str, when: float, lane: int
) -> None:
    r = run(user(driver=driver), stop_time=15.0, events=(
        event(1.0, change_lane("ego", -1, over(4.0)), name="change"),
        event(when, speed("ego", 15.0, over(1.0)), name="other", priority="override"),
    ))  # fmt: skip
    assert (when, "change", "stop") in marks(r)
    assert r.t[-1, 0] == pytest.approx(MIDDLE[lane], abs=0.02)
    assert np.abs(np.diff(r.t[:, 0])).max() < 0.09, "nobody jumps"


def test_an_offset_that_is_stopped_is_kept_as_it_then_is() -> None:
    r = run(user(driver="scripted"), events=(
        event(1.0, offset("ego", 1.0, over(4.0)), name="aside"),
        event(2.0, speed("ego", 15.0, over(1.0)), name="other", priority="override"),
    ))  # fmt: skip
    assert r.t[row(2) :, 0] == pytest.approx(MIDDLE[-2] + 0.25)


def test_whoever_becomes_scripted_on_its_way_back_does_not_jump() -> None:
    r = run(user(driver="constant"), stop_time=15.0, events=(
        event(1.0, change_lane("ego", -1, over(4.0)), name="change"),
        event(2.5, DriverAction("ego", "scripted"), name="driver"),
    ))  # fmt: skip
    assert np.abs(np.diff(r.t[:, 0])).max() < 0.09
    assert r.t[-1, 0] == pytest.approx(MIDDLE[-2], abs=1e-9)
