"""Every condition of the story: it is true in the first step in which it should be, and not before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from story_scenes import (
    FRONT,
    LEFT_BEND,
    RIGHT_BEND,
    WIDTH,
    change_lane,
    event,
    over,
    run,
    speed,
    started,
    stop_at,
    user,
    walk,
    walker,
    with_lights,
)

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import BODIES, RoadUser
from mkdocs_worldmodel.scenario.story import (
    AccelerationCondition,
    AllOf,
    Condition,
    ContactCondition,
    DistanceCondition,
    Event,
    EventCondition,
    LaneCondition,
    Not,
    PositionCondition,
    PresenceAction,
    Rule,
    SignalCondition,
    SpeedCondition,
    StandstillCondition,
    TeleportAction,
    ThwCondition,
    TimeCondition,
    TimeToPositionCondition,
    TravelledCondition,
    TtcCondition,
)
from mkdocs_worldmodel.sim.simulation import DT

CAR = BODIES["car"].length


def first_true(condition: Condition, *users: RoadUser, events: Sequence[Event] = (), **values: Any) -> float | None:
    """When a condition is first true: it makes an event start that does nothing to anybody."""
    watch = event(condition, speed("watcher", 0.0), name="watch")
    users = users or (user(),)
    all_users = (*users, user("watcher", "cone", s=900.0, t=20.0, lane=-3))
    r = run(*all_users, events=(*events, watch), **values)
    times = started(r, "watch")
    return times[0] if times else None


def lead(gap: float, v: float, **values: Any) -> RoadUser:
    """A car so many free metres ahead of the ego."""
    return user("lead", s=100.0 + CAR + gap, speed=v, **values)


# -- time, speed, standstill -------------------------------------------------------------------------------


@pytest.mark.parametrize(("time", "step"), [(0.0, 0.0), (1.0, 1.0), (1.01, 1.05), (1.05, 1.05), (9.99, 10.0)])
def test_a_time_is_reached_in_the_first_step_that_is_not_earlier(time: float, step: float) -> None:
    assert first_true(TimeCondition(time)) == step


def test_a_time_after_the_end_is_never_reached() -> None:
    assert first_true(TimeCondition(10.01)) is None


@pytest.mark.parametrize(
    ("rule", "when"), [("<", 2.05), ("<=", 2.0), ("==", 2.0), (">", None), (">=", 0.0)],
)  # fmt: skip
def test_a_speed_compares_as_its_rule_says(rule: Rule, when: float | None) -> None:
    # 20 m/s, from 1 s on 5 m/s less every second: 15 m/s at 2 s
    braking = event(1.0, speed("ego", 0.0, over(4.0)))
    found = first_true(SpeedCondition("ego", rule, 15.0), events=[braking])
    assert found == (0.0 if rule == ">" else when)


def test_a_speed_may_be_relative_to_that_of_another() -> None:
    braking = event(1.0, speed("lead", 10.0, over(4.0)))
    found = first_true(SpeedCondition("lead", "<=", -5.0, "ego"), user(), lead(50.0, 20.0), events=[braking])
    assert found == 3.0


def test_an_acceleration_is_that_of_the_step_before() -> None:
    braking = event(1.0, speed("ego", 0.0, over(5.0)))
    assert first_true(AccelerationCondition("ego", "<", -3.9), events=[braking]) == 1.05
    assert first_true(AccelerationCondition("ego", "<", -4.1), events=[braking]) is None


@pytest.mark.parametrize(("duration", "when"), [(0.0, 5.0), (0.05, 5.05), (1.5, 6.5)])
def test_a_standstill_counts_from_the_moment_of_standing(duration: float, when: float) -> None:
    braking = event(1.0, speed("ego", 0.0, over(4.0)))
    assert first_true(StandstillCondition("ego", duration), events=[braking]) == when


def test_a_standstill_counts_anew_after_driving_on() -> None:
    story = [event(0.0, speed("ego", 0.0), name="a"), event(2.0, speed("ego", 5.0), name="b"),
             event(3.0, speed("ego", 0.0), name="c")]  # fmt: skip
    found = first_true(StandstillCondition("ego", 2.5), user(speed=0.0, driver="scripted"), events=story)
    assert found == 5.55, "a stop at once is seen in the step after"


# -- distances ---------------------------------------------------------------------------------------------


def test_the_gap_along_the_road_is_bumper_to_bumper() -> None:
    # 50 m that shrink by 10 m/s: 30 m after 2 s, and less in the step after that
    two = user(speed=10.0), lead(50.0, 0.0)
    assert first_true(DistanceCondition("ego", "lead", "<=", 30.0), *two) == 2.0
    assert first_true(DistanceCondition("ego", "lead", "<", 30.0), *two) == 2.05


@pytest.mark.parametrize("bend", [LEFT_BEND, RIGHT_BEND])
def test_the_gap_along_a_bend_is_in_metres_of_lane(bend: Road) -> None:
    s = ReferenceLines([bend]).further(0, 200.0, -1.5 * WIDTH, CAR + 50.01)
    two = user(on=bend, s=200.0, speed=10.0), user("lead", on=bend, s=s, speed=0.0)
    assert first_true(DistanceCondition("ego", "lead", "<=", 30.0), *two, network=bend) == 2.05


@pytest.mark.parametrize(("free", "when"), [(True, 2.0), (False, 2.0 + CAR / 10)])
def test_a_distance_may_be_between_reference_points(free: bool, when: float) -> None:
    c = DistanceCondition("ego", "lead", "<=", 30.0, "along", free)
    found = first_true(c, user(speed=10.0), lead(50.0, 0.0))
    assert found == pytest.approx(math.ceil(when / DT - 1e-9) * DT)


def test_a_distance_has_no_sign() -> None:
    found = first_true(DistanceCondition("lead", "ego", "<=", 30.0), user(speed=10.0), lead(50.0, 0.0))
    assert found == 2.0


def test_overlapping_lengthwise_there_is_no_distance() -> None:
    c = DistanceCondition("ego", "lead", "==", 0.0)
    assert first_true(c, user(speed=10.0), lead(20.0, 0.0, lane=-1)) == 2.0


def test_the_lateral_distance_is_from_side_to_side() -> None:
    # lane middles 7 m apart; the change of 7 m takes 7 s: 1 m/s
    other = user("other", lane=-3, s=200.0, driver="scripted")
    change = event(0.0, change_lane("other", -1, over(7.0)))
    ego = user(lane=-1)
    between = 7.0 - BODIES["car"].width
    c = DistanceCondition("ego", "other", "<=", between - 2.0, "across")
    found = first_true(c, ego, other, events=[change])
    # slanted by 1 in 20 it reaches further: half its length times the sine, and its middle is ahead of its axle
    sine = 1.0 / 20.0
    near = 0.5 * CAR * sine + BODIES["car"].centre * sine
    assert found == pytest.approx(2.0 - near, abs=2 * DT)
    c = DistanceCondition("ego", "other", "<=", 5.0, "across", False)
    assert first_true(c, ego, other, events=[change]) == 2.0


def test_the_lateral_distance_to_someone_across_the_road_counts_the_length() -> None:
    long = user("other", "bus", s=200.0, t=-40.0, lane=-3, heading=math.pi / 2, follows_lane=False, speed=0.0)
    front = -40.0 + BODIES["bus"].front
    gap = -1.5 * WIDTH - BODIES["car"].width / 2 - front
    assert first_true(DistanceCondition("ego", "other", "<=", gap + 1e-6, "across"), user(), long) == 0.0
    assert first_true(DistanceCondition("ego", "other", "<=", gap - 1e-6, "across"), user(), long) is None


def test_the_straight_distance_is_from_box_to_box() -> None:
    # the walker 3 m beside the car's side: nearest to the front corner, then to the side
    t = -1.5 * WIDTH - BODIES["car"].width / 2 - 3.0 - 0.25
    who = walker(s=100.0 + FRONT + 20.0, t=t)
    side_on = DistanceCondition("ego", "walker", "<=", 3.0, "straight")
    diagonal = DistanceCondition("ego", "walker", "<=", 5.0, "straight")
    ego = user(speed=10.0)
    # 5 m: 4 m ahead and 3 m aside, its near face 0.3 m before its middle
    assert first_true(diagonal, ego, who) == pytest.approx(math.ceil((20 - 4 - 0.3) / 10 / DT) * DT)
    assert first_true(side_on, ego, who) == pytest.approx(math.ceil((20 - 0.3) / 10 / DT) * DT)
    points = DistanceCondition("ego", "walker", "<=", math.hypot(who.s - 110.0, who.t + 1.5 * WIDTH), "straight", False)
    assert first_true(points, ego, who) == 1.0


# -- criticality -------------------------------------------------------------------------------------------


def test_a_time_to_collision_fires_in_the_first_step_in_which_it_is_below() -> None:
    # 50 m at 10 m/s closing: 5 s, below 2 s after 3 s, so one step later
    two = user(speed=20.0), lead(50.0, 10.0)
    assert first_true(TtcCondition("ego", "lead", "<", 2.0), *two) == 3.05
    assert first_true(TtcCondition("ego", "lead", "<=", 2.0), *two) == 3.0
    assert first_true(TtcCondition("lead", "ego", "<", 2.0), *two) == 3.05, "the one ahead looks back"


def test_a_time_to_collision_is_false_while_the_gap_grows_or_stays() -> None:
    assert first_true(TtcCondition("ego", "lead", "<", 1e6), user(speed=20.0), lead(50.0, 20.0)) is None
    assert first_true(TtcCondition("ego", "lead", ">", 0.0), user(speed=20.0), lead(50.0, 30.0)) is None


def test_a_time_to_collision_with_someone_who_comes_towards_one_counts_both_speeds() -> None:
    oncoming = user("lead", lane=1, s=100.0 + 2 * FRONT + 150.0, speed=10.0)
    assert first_true(TtcCondition("ego", "lead", "<=", 2.0), user(speed=20.0), oncoming) == 3.0


def test_a_time_headway_is_the_gap_over_the_own_speed() -> None:
    two = user(speed=20.0), lead(60.0, 10.0)
    assert first_true(ThwCondition("ego", "lead", "<=", 2.0), *two) == 2.0
    assert first_true(ThwCondition("lead", "ego", "<", 1e6), *two, stop_time=5.0) is None, "nobody is ahead"


# -- places ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("s", "when"), [(100.0 + FRONT + 40.0, 2.0), (100.0 + FRONT + 40.5, 2.05), (50.0, 0.0)])
def test_a_place_is_reached_in_the_first_step_with_the_front_there(s: float, when: float) -> None:
    assert first_true(PositionCondition("ego", "1", s)) == when


def test_a_place_is_reached_by_oncoming_traffic_in_its_own_direction() -> None:
    other = user("other", lane=1, s=300.0)
    assert first_true(PositionCondition("other", "1", 300.0 - FRONT - 40.0), user(), other) == 2.0


def test_the_time_to_a_place_is_the_way_over_the_speed() -> None:
    place = 100.0 + FRONT + 100.0
    assert first_true(TimeToPositionCondition("ego", "1", place, "<=", 2.0)) == 3.0
    assert first_true(TimeToPositionCondition("ego", "1", place, "<=", 2.0), user(speed=0.0)) is None
    assert first_true(TimeToPositionCondition("ego", "1", 50.0, "<", 1e6)) is None, "it is passed"


def test_whoever_has_travelled_far_enough_has() -> None:
    assert first_true(TravelledCondition("ego", 30.0)) == 1.5


def test_a_lane_is_that_under_the_reference_point() -> None:
    change = event(1.0, change_lane("ego", -1, over(6.98)))  # it is over the line after 3.49 s
    ego = user(driver="scripted")
    assert first_true(LaneCondition("ego", -1), ego, events=[change]) == 4.5
    assert first_true(LaneCondition("ego", -1, "1"), ego, events=[change]) == 4.5
    other = user("other", lane=-1, s=200.0)
    assert first_true(LaneCondition("ego", None, same_as="other"), ego, other, events=[change]) == 4.5
    assert first_true(LaneCondition("ego", 1), ego, events=[change]) is None


def test_a_signal_shows_what_its_programme_says() -> None:
    assert first_true(SignalCondition("a", "green"), network=with_lights()) == 0.0
    assert first_true(SignalCondition("a", "red"), network=with_lights()) == 4.0
    assert first_true(SignalCondition("a", "amber"), network=with_lights()) is None


def test_a_contact_is_the_first_step_with_an_overlap() -> None:
    two = user(speed=10.0), lead(20.0, 0.0)
    assert first_true(ContactCondition("ego", "lead"), *two) in (2.0, 2.05)
    assert first_true(ContactCondition("lead"), *two) in (2.0, 2.05)
    beside = user("lead", lane=-1, s=120.0, speed=0.0)
    assert first_true(ContactCondition("ego"), user(speed=10.0), beside) is None


# -- of the story itself -----------------------------------------------------------------------------------


def test_an_event_has_started_one_step_after_and_has_ended_when_its_last_action_has() -> None:
    both = event(1.0, speed("ego", 10.0, over(2.0)), change_lane("ego", -1, over(4.0)), name="both")
    assert first_true(EventCondition("both", "start"), events=[both]) == 1.05
    assert first_true(EventCondition("both", "end"), events=[both]) == 5.0


def test_an_event_that_has_ended_stays_so_while_it_runs_again() -> None:
    again = event(TimeCondition(1.0), speed("ego", 10.0, over(2.0)), name="again", executions=2)
    late = AllOf((EventCondition("again", "end"), TimeCondition(3.5)))
    assert first_true(late, events=[again]) == 3.5


def test_an_event_that_was_stopped_has_ended() -> None:
    slow = event(1.0, speed("ego", 10.0, over(8.0)), name="slow")
    other = event(2.0, speed("ego", 15.0), name="other")
    assert first_true(EventCondition("slow", "end"), events=[slow, other]) == 2.05


def test_what_is_said_of_somebody_who_is_not_there_is_false() -> None:
    ghost = walker(present=False)
    appears = event(3.0, PresenceAction("walker", True))
    for c in (
        SpeedCondition("walker", "<=", 1.0), StandstillCondition("walker", 0.0), LaneCondition("walker", -3),
        DistanceCondition("ego", "walker", ">", 0.0), PositionCondition("walker", "1", 100.0),
        SpeedCondition("ego", ">", 1.0, "walker"), DistanceCondition("ego", "walker", ">", 0.0, "straight"),
        AccelerationCondition("walker", ">=", 0.0), TravelledCondition("walker", 0.0),
    ):  # fmt: skip
        assert first_true(c, user(), ghost, events=[appears]) == 3.05, c
    assert first_true(Not(SpeedCondition("walker", "<", 1.0)), user(), ghost) == 0.0


def test_a_vanished_road_user_touches_nobody() -> None:
    gone = event(0.0, PresenceAction("lead", False))
    assert first_true(ContactCondition("ego"), user(speed=10.0), lead(20.0, 0.0), events=[gone]) is None


def test_a_standstill_begins_when_one_appears() -> None:
    appears = event(3.0, PresenceAction("walker", True))
    found = first_true(StandstillCondition("walker", 1.0), user(), walker(present=False), events=[appears])
    assert found == pytest.approx(4.05)


def test_a_place_on_a_bend_counts_metres_of_lane() -> None:
    r = run(user(on=LEFT_BEND, s=200.0, driver="scripted"), network=LEFT_BEND, stop_time=4.0,
            events=(event(PositionCondition("ego", "1", 260.0), speed("ego", 20.0)),))  # fmt: skip
    (when,) = started(r)
    k = round(when / DT)
    # in the lane, 5.25 m right of the line, a metre of road is 1.0525 m of lane
    assert r.s[k, 0] + FRONT / (1 + 5.25 * 0.01) >= 260.0 - 1e-6 > r.s[k - 1, 0] + FRONT / (1 + 5.25 * 0.01)


def test_who_was_teleported_away_from_its_road_has_no_way_to_a_place_on_it() -> None:
    # the same road again is no other road: the metres count from where it now is
    jump = event(1.0, TeleportAction("ego", "1", -2, 400.0, -1.5 * WIDTH, None))
    assert first_true(PositionCondition("ego", "1", 350.0), events=[jump]) == 1.05


def test_a_stop_makes_a_standstill_and_that_the_next_event() -> None:
    stop = event(0.0, stop_at("ego", 100.0 + FRONT + 50.0, 4.0))
    assert first_true(AllOf((StandstillCondition("ego", 1.0), EventCondition("e", "end"))), events=[stop]) is not None


def test_a_walker_on_its_way_is_met_by_every_kind_of_distance() -> None:
    cross = event(0.0, walk("walker", (150.0, 3.0), speed=1.5))
    for axis in ("along", "across", "straight"):
        c = DistanceCondition("ego", "walker", "<", 5.0, axis)
        assert first_true(c, user(), walker(), events=[cross]) is not None


def test_rounding_makes_no_comparison_true() -> None:
    # 0.1 * 3 is a hair more than 0.3
    ego = user(speed=0.1 * 3, driver="scripted")
    for rule, true in (("<", False), (">", False), ("<=", True), (">=", True), ("==", True)):
        found = first_true(SpeedCondition("ego", rule, 0.3), ego)
        assert (found == 0.0) is true, rule
