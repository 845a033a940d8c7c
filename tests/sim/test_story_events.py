"""Events: what starts, what takes whose place, what ends, and what is logged of it."""

from __future__ import annotations

import time

import numpy as np
import pytest
from story_scenes import (
    AT_ONCE,
    PRIORITIES,
    change_lane,
    event,
    marks,
    over,
    run,
    scenario,
    speed,
    stop_at,
    user,
    walk,
    walker,
    with_lights,
)

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.story import (
    AllOf,
    Event,
    EventCondition,
    KeepGapAction,
    Priority,
    SignalAction,
    SpeedCondition,
    TimeCondition,
    TravelledCondition,
)
from mkdocs_worldmodel.sim.simulation import Simulation


def two(priority: Priority) -> Rollout:
    """A speed change from 1 s to 5 s, and at 2 s a lane change of 1 s of the same car."""
    return run(events=(
        event(1.0, speed("ego", 10.0, over(4.0)), name="first"),
        event(2.0, change_lane("ego", -1, over(1.0)), name="second", priority=priority),
    ))  # fmt: skip


def test_parallel_events_go_on_side_by_side() -> None:
    assert marks(two("parallel")) == [
        (1.0, "first", "start"), (2.0, "second", "start"), (3.0, "second", "end"), (5.0, "first", "end"),
    ]  # fmt: skip


def test_an_event_that_overrides_ends_those_with_an_actor_in_common() -> None:
    assert marks(two("override")) == [
        (1.0, "first", "start"), (2.0, "first", "stop"), (2.0, "second", "start"), (3.0, "second", "end"),
    ]  # fmt: skip


def test_an_event_that_skips_waits_until_no_other_of_its_actors_runs() -> None:
    assert marks(two("skip")) == [
        (1.0, "first", "start"), (5.0, "first", "end"), (5.0, "second", "start"), (6.0, "second", "end"),
    ]  # fmt: skip


@pytest.mark.parametrize("priority", PRIORITIES)
def test_events_of_other_road_users_are_no_rivals(priority: Priority) -> None:
    r = run(user(), user("other", s=300.0), events=(
        event(1.0, speed("other", 10.0, over(4.0)), name="first"),
        event(2.0, speed("ego", 10.0, over(1.0)), name="second", priority=priority),
    ))  # fmt: skip
    assert (2.0, "second", "start") in marks(r)
    assert (5.0, "first", "end") in marks(r)


def test_an_override_ends_whole_events_with_all_of_their_actors() -> None:
    r = run(user(), user("other", s=300.0), events=(
        event(1.0, speed("other", 10.0, over(4.0)), speed("ego", 10.0, over(8.0)), name="first"),
        event(2.0, change_lane("ego", -1, over(1.0)), name="second", priority="override"),
    ))  # fmt: skip
    assert [m for m in marks(r) if m[2] == "stop"] == [(2.0, "first", "stop")] * 2
    assert r.speed[-1].tolist() == pytest.approx([18.75, 17.5])


def test_lights_with_other_names_are_no_rivals_though_none_of_them_is_a_road_user() -> None:
    r = run(network=with_lights(), events=(
        event(1.0, SignalAction("a", None, "off"), speed("ego", 10.0, over(4.0)), name="first"),
        event(2.0, SignalAction("b", None, "off"), name="second", priority="override"),
        event(3.0, SignalAction("b", None, "red"), name="third", priority="skip"),
    ))  # fmt: skip
    assert (5.0, "first", "end") in marks(r)
    assert (3.0, "third", "start") in marks(r)


def test_a_newer_action_takes_the_place_of_an_older_one_for_the_same_motion_alone() -> None:
    r = run(events=(
        event(1.0, speed("ego", 10.0, over(4.0)), change_lane("ego", -1, over(4.0)), name="both"),
        event(2.0, stop_at("ego", 200.0, 3.0), name="stop"),
    ))  # fmt: skip
    found = [(f.time, f.event, f.action, f.phase) for f in r.firings]
    assert (2.0, "both", 0, "stop") in found
    assert (5.0, "both", 1, "end") in found
    assert r.speed[-1, 0] == 0.0


def test_two_actions_of_one_event_for_the_same_motion_leave_the_later_one() -> None:
    lead = user("lead", s=200.0)
    gap = KeepGapAction("ego", "lead", 20.0, None, 2.0, 3.0, 4.0)
    r = run(user(), lead, events=(
        event(1.0, speed("ego", 10.0, over(4.0)), gap, name="both"),
        event(EventCondition("both", "end"), speed("lead", 10.0, over(1.0)), name="after"),
    ))  # fmt: skip
    assert marks(r)[:4] == [(1.0, "both", "start"), (1.0, "both", "stop"), (1.0, "both", "start"), (5.0, "both", "end")]
    assert marks(r)[4] == (5.0, "after", "start"), "the event goes on while one of its actions does"


def test_an_event_starts_as_often_as_it_may_and_only_when_it_has_ended() -> None:
    wave = event(TimeCondition(1.0), speed("ego", 10.0, over(1.0)), name="down", executions=3)
    r = run(user(driver="scripted"), events=(wave,))
    # the second and third time the speed is there already
    assert [m[0] for m in marks(r)] == [1.0, 2.0, 2.0, 2.0, 2.05, 2.05]
    up = event(SpeedCondition("ego", "<=", 10.0), speed("ego", 20.0, over(1.0)), name="up", executions=9)
    down = event(SpeedCondition("ego", ">=", 20.0), speed("ego", 10.0, over(1.0)), name="down", executions=2)
    r = run(user(driver="scripted"), events=(up, down))
    assert marks(r) == [
        (0.0, "down", "start"), (1.0, "down", "end"), (1.0, "up", "start"), (2.0, "up", "end"),
        (2.0, "down", "start"), (3.0, "down", "end"), (3.0, "up", "start"), (4.0, "up", "end"),
    ]  # fmt: skip


def test_an_edge_starts_an_event_once_for_every_time_that_it_becomes_true() -> None:
    again = event(SpeedCondition("ego", "<", 15.0, edge="rising"), change_lane("ego", -1, AT_ONCE), executions=9)
    story = [event(float(k), speed("ego", 10.0 if k % 2 else 20.0, over(0.5)), name=f"{k}") for k in range(1, 9)]
    r = run(user(driver="scripted"), events=(*story, again))
    assert [m[0] for m in marks(r) if m[1:] == ("e", "start")] == [1.3, 3.3, 5.3, 7.3]


def test_all_triggers_are_looked_at_before_anything_starts() -> None:
    # both see 20 m/s at 1 s; the second comes later in the story and has the last word
    early = AllOf((TimeCondition(1.0), SpeedCondition("ego", ">=", 20.0)))
    r = run(user(driver="scripted"), events=(
        event(early, speed("ego", 5.0), name="one"), event(early, speed("ego", 9.0), name="two"),
    ))  # fmt: skip
    assert r.speed[-1, 0] == 9.0
    assert [m[0] for m in marks(r)] == [1.0] * 4


def test_what_starts_in_the_last_row_is_logged_and_what_starts_later_is_not() -> None:
    r = run(events=(event(4.0, speed("ego", 1.0, over(1.0)), name="a"), event(4.01, speed("ego", 1.0), name="b")),
            stop_time=4.0)  # fmt: skip
    assert marks(r) == [(4.0, "a", "start")]
    assert r.time[-1] == pytest.approx(4.0)
    ends = run(events=(event(3.0, speed("ego", 1.0, over(1.0)), name="a"),), stop_time=4.0)
    assert marks(ends) == [(3.0, "a", "start"), (4.0, "a", "end")]


def test_firings_are_in_the_order_of_time_and_each_action_starts_and_ends_once() -> None:
    story = tuple(event(0.1 * k, speed("ego", 10.0 + k, over(0.7)), name=f"{k}") for k in range(40))
    r = run(events=story)
    times = [f.time for f in r.firings]
    assert times == sorted(times)
    for k in range(40):
        own = [f.phase for f in r.firings if f.event == f"{k}"]
        assert own == ["start", "end" if k == 39 else "stop"]


# -- the stop condition ------------------------------------------------------------------------------------


def test_the_run_ends_in_the_row_in_which_its_stop_condition_is_true() -> None:
    r = run(stop=TravelledCondition("ego", 30.0))
    assert (r.time[-1], r.ended) == (pytest.approx(1.5), "condition")
    r = run(stop=TravelledCondition("ego", 30.5))
    assert r.time[-1] == pytest.approx(1.55)
    delayed = run(stop=TravelledCondition("ego", 30.0, delay=1.0))
    assert delayed.time[-1] == pytest.approx(2.5)


def test_a_stop_condition_at_or_after_the_stop_time_changes_nothing() -> None:
    for when in (4.0, 5.0):
        r = run(stop=TimeCondition(when), stop_time=4.0)
        assert (r.time[-1], r.ended) == (pytest.approx(4.0), "stop")


def test_a_stop_condition_from_the_start_leaves_two_rows() -> None:
    r = run(stop=TimeCondition(0.0))
    assert (len(r.time), r.ended) == (2, "condition")


def test_what_starts_in_the_row_of_the_stop_condition_is_logged() -> None:
    r = run(events=(event(2.0, speed("ego", 1.0, over(1.0))),), stop=EventCondition("e", "start"))
    assert marks(r) == [(2.0, "e", "start")]
    assert r.time[-1] == pytest.approx(2.05)


# -- an ego that is steered from outside -------------------------------------------------------------------


def test_whoever_steers_the_ego_takes_it_off_its_path() -> None:
    path = event(0.0, walk("ego", (150.0, -5.25), (150.0, 10.0)), name="path")
    simulation = Simulation([scenario(user(), walker(), events=(path,))], [0])
    for _ in range(100):
        simulation.decide(np.array([0.0]), np.array([0.0]))
        simulation.advance()
    assert simulation.motion.s[0, 0] == pytest.approx(200.0)
    assert simulation.motion.t[0, 0] == pytest.approx(-5.25)
    assert [f.phase for f in simulation.director.firings[0]] == ["start", "stop"]


# -- what is no batch --------------------------------------------------------------------------------------

BASE = event(1.0, speed("ego", 10.0, over(1.0)))
LEAD = user("lead", s=200.0)


@pytest.mark.parametrize(
    "other",
    [
        (),
        (BASE, event(2.0, speed("ego", 1.0), name="more")),
        (event(1.0, speed("ego", 10.0, over(1.0)), name="another name"),),
        (event(1.0, speed("lead", 10.0, over(1.0))),),
        (event(1.0, speed("ego", 10.0, over(1.0), "lead")),),
        (event(1.0, change_lane("ego", -1, over(1.0))),),
        (event(1.0, speed("ego", 10.0, over(1.0)), priority="skip"),),
        (event(TravelledCondition("ego", 1.0), speed("ego", 10.0, over(1.0))),),
        (event(TimeCondition(1.0, edge="rising"), speed("ego", 10.0, over(1.0))),),
    ],
)
def test_another_structure_is_no_batch(other: tuple[Event, ...]) -> None:
    copies = [scenario(user(), LEAD, events=events) for events in ((BASE,), other)]
    with pytest.raises(WorldError, match=r"same story run as one batch.*copy 1"):
        Simulation(copies, [0, 0])


def test_another_number_of_points_or_points_with_and_without_times_are_no_batch() -> None:
    ways = [walk("ego", (200.0, 0.0)), walk("ego", (200.0, 0.0), (210.0, 0.0)), walk("ego", (200.0, 0.0, 1.0))]
    for way in ways[1:]:
        with pytest.raises(WorldError, match="same story"):
            Simulation([scenario(events=(event(1.0, w),)) for w in (ways[0], way)], [0, 0])


def test_a_stop_condition_in_some_copies_alone_is_no_batch() -> None:
    with pytest.raises(WorldError, match="same story"):
        Simulation([scenario(), scenario(stop=TimeCondition(1.0))], [0, 0])


def test_a_thousand_conditions_and_actions_cost_in_proportion() -> None:
    def seconds(count: int) -> float:
        triggers = [AllOf(tuple(TravelledCondition("ego", 1.0 + k) for k in range(10))) for _ in range(count // 10)]
        story = tuple(event(t, speed("ego", 10.0, over(1.0)), name=f"{k}") for k, t in enumerate(triggers))
        begin = time.process_time()
        run(events=story, stop_time=10.0)
        return time.process_time() - begin

    few = min(seconds(100) for _ in range(3))
    assert seconds(1000) < 20.0 * few + 1.0
