# What a forecast has to do with what then happened, in cases whose numbers are known.

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forecast_cases import BEHIND, as_it_came, fan_of, foretold, moved, order

from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_past import actions, continued, past
from mkdocs_worldmodel.figure.kinds import Run
from mkdocs_worldmodel.pipeline import driven
from mkdocs_worldmodel.rollout.record import STATES
from mkdocs_worldmodel.rollout.rollout import Rollout

ROW, STEPS = 20, 80


@pytest.fixture(scope="module")
def run() -> Rollout:
    asked = order()
    return driven(Run(asked.scenario, "simulator", 0))


def fan(run: Rollout, lorry: list[float], ego: list[float] | None = None, text: str = BEHIND) -> Fan:
    futures = moved(as_it_came(run, ROW, STEPS, len(lorry)), 1, lorry)
    return fan_of(order(text), run, futures if ego is None else moved(futures, 0, ego))


def test_futures_that_are_what_then_happened_are_not_off(run: Rollout) -> None:
    f = fan(run, [0.0] * 8)
    assert (f.at, f.horizon, f.reach, f.horizons) == (1.0, pytest.approx(4.0), pytest.approx(4.0), [1.0, 3.0, 4.0])
    for i in (0, 1, 2):
        assert [f.score(i, 4.0, n).final for n in (1, 6, 8)] == [0.0] * 3
        assert f.left(i) is None
        assert not f.missed(i, 4.0)
    assert f.joint(4.0, 6).average == 0.0


def test_distances_are_those_to_what_then_happened(run: Rollout) -> None:
    f = fan(run, [8.0, 4.0, 3.0, 2.0, 6.0, 3.5, 0.0])
    # after t of 4 s everyone has gained t / 4 of it; the means run over 0.1 s, 0.2 s … and so on
    assert f.score(1, 4.0, 6).final == pytest.approx(2.0)
    assert f.score(1, 4.0, 7).final == pytest.approx(0.0)
    assert f.score(1, 1.0, 6).final == pytest.approx(0.5)
    assert f.score(1, 4.0, 6).average == pytest.approx(2.0 * np.arange(1, 41).mean() / 40)
    assert f.score(1, 4.0, 1).final == pytest.approx(3.5)  # the one in the middle
    assert f.joint(4.0, 6).final == pytest.approx(2.0 / 3)  # of three road users one is off
    assert f.mean(4.0, 6).final == pytest.approx(2.0 / 3)
    assert f.spread(1) == pytest.approx(1.5)  # 4.5, 0.5, 0.5, 1.5, 2.5, 0, 3.5 from the middle


def test_together_the_future_counts_that_is_best_for_everyone(run: Rollout) -> None:
    f = fan(run, [6.0, 0.0], ego=[0.0, 6.0])
    assert [f.score(i, 4.0, 6).final for i in (0, 1)] == [pytest.approx(0.0), pytest.approx(0.0)]
    assert f.joint(4.0, 6).final == pytest.approx(6.0 / 3)


def test_a_road_user_leaves_its_fan_when_no_future_is_near_it(run: Rollout) -> None:
    f = fan(run, [8.0, 4.0, 6.0, 5.0])
    assert f.left(1) == pytest.approx(2.1)  # the nearest is 4 m off after 4 s: 2 m after 2 s
    assert f.left(0) is None
    assert f.missed(1, 4.0)
    assert not f.missed(1, 1.0)


def test_contacts_of_the_ego_are_counted_and_timed(run: Rollout) -> None:
    f = fan(run, [0.0] * 4, ego=[0.0, 120.0, 0.0, 240.0])
    assert f.contact_share(1) == 0.5
    # 60 m between bumpers, gained evenly in 2 s and in 1 s
    assert f.contacts[1] == [pytest.approx(1.0, abs=1e-3), pytest.approx(2.0, abs=1e-3)]
    assert f.contact_time(1) == pytest.approx(1.5, abs=1e-3)
    assert f.contact_share(2) == 0.0
    curve = f.contact_curve(1)
    assert [curve[k] for k in (5, 15, 25, 40)] == [0.0, 0.25, 0.5, 0.5]
    assert (np.diff(curve) >= 0.0).all()
    assert f.critical == 1
    assert f.true_contact(0) is None


def test_the_band_holds_four_fifths_of_the_futures(run: Rollout) -> None:
    f = fan(run, [float(n) for n in range(11)])
    low, median, high = f.band(1)[:, -1]
    assert (low, median, high) == (pytest.approx(61.0), pytest.approx(65.0), pytest.approx(69.0))
    assert f.true_distance(1) == pytest.approx(np.full(41, 60.0), abs=1e-5)


def test_the_truth_ends_with_its_run(run: Rollout) -> None:
    short = replace(run, time=run.time[:61], **{name: getattr(run, name)[:61] for name in STATES})
    f = fan_of(order(), short, moved(as_it_came(run, ROW, STEPS, 8), 1, [4.0] * 8))
    assert f.reach == pytest.approx(2.0)
    assert f.horizons == [1.0, pytest.approx(2.0)]
    assert f.score(1, f.reach, 6).final == pytest.approx(2.0)
    assert not np.isfinite(f.true_distance(1)[21:]).any()


def test_who_stands_is_not_judged() -> None:
    asked = order(BEHIND.replace("    car:", "    parked: {lane: 2, ahead: 250 m, speed: 0, driver: still}\n    car:"))
    f = fan_of(asked, *foretold(asked))
    assert [f.run.names[i] for i in f.there] == ["ego", "lorry", "parked", "car"]
    assert [f.run.names[i] for i in f.judged] == ["ego", "lorry", "car"]
    assert 2 not in f.told


def test_an_ego_that_is_told_what_to_do_is_not_judged_and_does_it() -> None:
    text = BEHIND.replace("driver: constant\nat", "ego: as driven\nat").replace(
        "desired_speed: 20", "desired_speed: 30"
    )
    asked = order(text)
    f = fan_of(asked, *foretold(asked))
    assert f.judged == [1, 2]
    far = np.hypot(f.futures.x[:, -1, 0] - f.run.x[100, 0], f.futures.y[:, -1, 0] - f.run.y[100, 0])
    assert float(far.max()) < 0.05


# -- what the world is given ---------------------------------------------------------------------------------


def test_the_past_ends_at_the_moment(run: Rollout) -> None:
    known = past(run, ROW)
    assert {len(getattr(known, name)) for name in STATES} == {ROW + 1}
    assert float(known.time[-1]) == pytest.approx(1.0)
    assert all(firing.time <= 1.0 for firing in known.firings)


def test_a_future_continues_the_run(run: Rollout) -> None:
    f = fan(run, [4.0, 0.0])
    whole = continued(run, ROW, f.futures, 1)
    assert whole.x == pytest.approx(run.x[: ROW + STEPS + 1], abs=1e-6)
    assert np.diff(whole.time) == pytest.approx(np.full(ROW + STEPS, run.dt))


def test_actions_are_those_of_the_run() -> None:
    asked = order("figure: forecast\nscenario: library/left-turn-at-lights\n")
    run = driven(Run(asked.scenario, "simulator", 0))
    told = actions(run, 40, 10_000)
    assert len(told) == len(run.time) - 41
    # driven again from the same pose, they lead to the same place
    x, y, heading, speed = (float(getattr(run, name)[40, 0]) for name in ("x", "y", "heading", "speed"))
    for action in told:
        gone = max(0.0, speed * run.dt + 0.5 * action.acceleration * run.dt**2)
        turn = gone * action.curvature
        x, y = x + gone * np.cos(heading + 0.5 * turn), y + gone * np.sin(heading + 0.5 * turn)
        heading, speed = heading + turn, max(0.0, speed + action.acceleration * run.dt)
    assert np.hypot(x - run.x[-1, 0], y - run.y[-1, 0]) < 0.1
