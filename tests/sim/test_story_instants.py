"""Actions of the story that are over at once: teleport, appear and vanish, hand over, lights."""

from __future__ import annotations

import numpy as np
import pytest
from story_scenes import (
    AT_ONCE,
    LEFT_BEND,
    RIGHT_BEND,
    STRAIGHT,
    WIDTH,
    change_lane,
    event,
    marks,
    over,
    row,
    run,
    speed,
    started,
    user,
    walk,
    walker,
    with_lights,
)

from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.road import Phase, Road, SignalController
from mkdocs_worldmodel.scenario.story import (
    ContactCondition,
    DriverAction,
    PresenceAction,
    SignalAction,
    TeleportAction,
)
from mkdocs_worldmodel.sim.simulation import DT

MIDDLE = {-1: -0.5 * WIDTH, -2: -1.5 * WIDTH, -3: -2.5 * WIDTH, 1: 0.5 * WIDTH}


# -- at once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [STRAIGHT, LEFT_BEND, RIGHT_BEND])
@pytest.mark.parametrize("driver", ["scripted", "constant"])
def test_a_teleport_puts_one_where_it_says_and_there_it_drives_on(on: Road, driver: str) -> None:
    ego = user(on=on, driver=driver, s=120.0)
    jump = TeleportAction("ego", "1", -1, 300.0, MIDDLE[-1] + 0.3, 10.0)
    r = run(ego, network=on, events=(event(2.0, jump),))
    k = row(2)
    assert (r.s[k, 0], r.t[k, 0], r.speed[k, 0]) == (300.0, pytest.approx(MIDDLE[-1] + 0.3), 10.0)
    assert r.s[k - 1, 0] < 165.0
    assert np.abs(r.t[k:, 0] - MIDDLE[-1] - 0.3).max() < 0.02
    assert set(r.speed[k:, 0].tolist()) == {10.0}
    here = np.hypot(np.diff(r.x[k:, 0]), np.diff(r.y[k:, 0]))
    assert here == pytest.approx(10.0 * DT, rel=1e-4)
    assert marks(r) == [(2.0, "e", "start"), (2.0, "e", "end")]


def test_a_teleport_without_a_speed_keeps_it_and_ends_what_was_under_way() -> None:
    r = run(user(driver="scripted"), events=(
        event(1.0, change_lane("ego", -1, over(4.0)), speed("ego", 10.0, over(4.0)), name="both"),
        event(3.0, TeleportAction("ego", "1", -3, 500.0, MIDDLE[-3], None), name="jump"),
    ))  # fmt: skip
    assert [m[1:] for m in marks(r)[2:]] == [("both", "stop"), ("both", "stop"), ("jump", "start"), ("jump", "end")]
    assert r.speed[row(3) :, 0] == pytest.approx(15.0)
    assert r.t[row(3) :, 0] == pytest.approx(MIDDLE[-3])


def test_whoever_is_not_there_yet_stands_where_it_was_placed_and_is_in_nobodys_way() -> None:
    other = user("other", s=160.0, speed=5.0, present=False)
    r = run(user(driver="idm"), other, events=(event(3.0, PresenceAction("other", True)),), stop_time=6.0)
    assert r.present[:, 1].tolist() == [0] * row(3) + [1] * (row(6) - row(3) + 1)
    assert set(r.s[: row(3) + 1, 1].tolist()) == {160.0}
    assert r.s[-1, 1] == pytest.approx(160.0 + 15.0)
    assert r.speed[: row(3), 0].min() > 19.0


def test_whoever_vanishes_does_nothing_any_more() -> None:
    other = user("other", s=160.0)
    r = run(user(), other, events=(
        event(1.0, speed("other", 0.0, over(5.0)), name="slow"),
        event(2.0, PresenceAction("other", False), name="gone"),
        event(4.0, speed("other", 9.0, over(5.0)), name="late"),
    ))  # fmt: skip
    assert marks(r) == [
        (1.0, "slow", "start"), (2.0, "slow", "stop"), (2.0, "gone", "start"), (2.0, "gone", "end"),
        (4.0, "late", "start"), (4.0, "late", "stop"),
    ]  # fmt: skip
    assert np.ptp(r.s[row(2) :, 1]) == 0.0


def test_whoever_leaves_the_network_stops_its_actions_in_that_step() -> None:
    other = user("other", s=930.0)
    r = run(user(), other, events=(event(0.0, speed("other", 10.0, over(20.0))),))
    gone = float(r.time[np.flatnonzero(r.present[:, 1] == 0)[0]])
    assert marks(r)[-1] == (pytest.approx(gone), "e", "stop")


def test_one_appears_before_it_does_the_rest_whatever_comes_first_in_the_event() -> None:
    for actions in (
        (walk("walker", (150.0, -3.0), speed=1.5), PresenceAction("walker", True)),
        (PresenceAction("walker", True), walk("walker", (150.0, -3.0), speed=1.5)),
    ):
        r = run(user(), walker(present=False), events=(event(1.0, *actions),))
        assert r.t[-1, 1] == pytest.approx(-3.0)
        assert sorted(f.phase for f in r.firings) == ["end", "end", "start", "start"]


def test_a_new_driver_ends_what_the_story_had_one_do() -> None:
    r = run(user(), user("lead", s=200.0, speed=0.0), stop_time=20.0, events=(
        event(0.5, speed("ego", 25.0, over(20.0)), name="faster"),
        event(1.0, DriverAction("ego", "idm"), name="driver"),
        event(ContactCondition("ego"), speed("ego", 0.0), name="hit"),
    ))  # fmt: skip
    assert (1.0, "faster", "stop") in marks(r)
    assert started(r, "hit") == []
    assert r.speed[-1, 0] < 0.5


# -- lights ------------------------------------------------------------------------------------------------


def shown(r: Rollout, column: int = 0) -> list[str]:
    return [ASPECTS[i] for i in r.signals[:, column]]


def test_a_programme_repeats_and_knows_how_far_it_was_at_the_start() -> None:
    for delay in (0.0, 3.0, 23.0):
        phases = (Phase("go", 4.0, ("green", "red")), Phase("stop", 6.0, ("red", "green")))
        r = run(network=with_lights(controller=SignalController("lights", ("a", "b"), phases, delay)), stop_time=25.0)
        into = np.remainder(np.round(r.time + delay, 6), 10.0)
        assert shown(r) == ["green" if p < 4.0 else "red" for p in into.tolist()]
        assert shown(r, 1) == ["red" if p < 4.0 else "green" for p in into.tolist()]


def test_a_controller_jumps_to_a_phase_and_goes_on_from_there() -> None:
    r = run(network=with_lights(), events=(event(1.0, SignalAction("lights", 1, None)),), stop_time=12.0)
    assert shown(r) == ["green"] * row(1) + ["red"] * row(6) + ["green"] * row(4) + ["red"] * (row(1) + 1)


def test_a_signal_that_is_set_stays_so_until_its_controller_jumps() -> None:
    r = run(network=with_lights(), stop_time=16.0, events=(
        event(1.0, SignalAction("a", None, "amber flashing"), name="set"),
        event(13.0, SignalAction("lights", 0, None), name="jump"),
    ))  # fmt: skip
    assert shown(r) == ["green"] * row(1) + ["amber flashing"] * row(12) + ["green"] * (row(3) + 1)
    assert shown(r, 1) == ["red"] * row(4) + ["green"] * row(6) + ["red"] * (row(6) + 1)
    assert marks(r) == [(1.0, "set", "start"), (1.0, "set", "end"), (13.0, "jump", "start"), (13.0, "jump", "end")]


def test_a_step_at_the_very_start_is_in_the_first_row() -> None:
    r = run(user(driver="scripted"), events=(event(0.0, speed("ego", 7.0, AT_ONCE), change_lane("ego", -1, AT_ONCE)),))
    assert (r.speed[0, 0], r.t[0, 0]) == (7.0, MIDDLE[-1])
