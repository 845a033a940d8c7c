"""How forecasts are judged against what then happened."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.training.baselines import EVERY, forecast_many
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.training.evaluate_forecasts import (
    HORIZONS,
    RANDOM,
    RATES,
    ROW,
    SINGLE,
    WORLD,
    Truth,
    judge,
    known,
    rates,
    scores,
    takes_part,
)
from mkdocs_worldmodel.training.scenes import Scenes, scenes
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import run, scenario

STEPS = 80


@cache
def driven(kind: str = "urban", count: int = 2) -> Scenes:
    return next(scenes(kind, 5, count, 10.0))


@cache
def judged() -> Arrays:
    some = driven()
    return judge(Simulator(), some.scenarios, some.run, ROW, seed=3, tries=8)


def straight(users: int = 3, there: np.ndarray | None = None) -> Truth:
    """Everyone drives along x at 10 m/s."""
    x = np.broadcast_to(np.arange(1.0, STEPS + 1.0), (1, users, STEPS)).copy()
    alive = np.ones(x.shape, dtype=bool) if there is None else there
    return Truth(x, np.zeros_like(x), np.zeros_like(x), alive, np.full((1, users), 10.0))


def beside(truth: Truth, offsets: list[float]) -> np.ndarray:
    """Futures that lie that far to the left all the time, (1, K, N, T, 2)."""
    where = np.stack([truth.x, truth.y], axis=-1)[:, None]
    return where + np.array(offsets)[None, :, None, None, None] * np.array([0.0, 1.0])


def test_a_future_that_is_the_truth_is_off_by_nothing() -> None:
    truth = straight()
    found = scores(truth, beside(truth, [0.0]))
    assert {name.split("/")[1] for name in found} == {"1"}
    assert all((value == 0.0).all() for value in found.values())
    assert found["FDE/1"].shape == (1, 3, len(HORIZONS))
    assert found["joint FDE/1"].shape == (1, len(HORIZONS))


def test_distances_of_constant_offsets_are_these_offsets() -> None:
    truth = straight()
    offsets = [5.0, 4.0, 3.0, 2.5, 6.0, 7.0, 1.0]
    found = scores(truth, beside(truth, offsets))
    for measure in ("ADE", "FDE"):
        assert found[f"{measure}/6"] == pytest.approx(2.5)
        assert found[f"{measure}/7"] == pytest.approx(1.0)
        assert found[f"{measure}/mean"] == pytest.approx(np.mean(offsets))
        assert found[f"{measure}/1"] == pytest.approx(4.0)  # the medoid
        assert found[f"joint {measure}/6"] == pytest.approx(2.5)
    assert (found["missed/6"] == 1.0).all()
    assert (found["missed/7"] == 0.0).all()
    assert (found["missed by speed/7"][0, 0] == [1.0, 1.0, 0.0, 0.0]).all()  # 1 m aside is too much up to 3 s


def test_the_joint_score_wants_one_future_for_all() -> None:
    truth = straight(2)
    futures = beside(truth, [0.0, 4.0])
    futures[:, :, 1] = futures[:, ::-1, 1]  # each is right where the other is wrong
    found = scores(truth, futures)
    assert (found["FDE/2"] == 0.0).all()
    assert found["joint FDE/2"] == pytest.approx(2.0)


def test_who_leaves_before_a_horizon_is_not_judged_at_it() -> None:
    there = np.ones((1, 3, STEPS), dtype=bool)
    there[0, 1, 40:] = False
    truth = straight(3, there)
    found = scores(truth, beside(truth, [1.0]))["FDE/1"]
    assert np.isnan(found[0, 1]).tolist() == [False, False, True, True]
    assert not np.isnan(found[0, [0, 2]]).any()


def test_horizons_beyond_what_was_seen_stay_empty() -> None:
    truth = straight()
    short = Truth(truth.x[..., :30], truth.y[..., :30], truth.heading[..., :30], truth.there[..., :30], truth.speed)
    found = scores(short, beside(short, [1.0, 2.0]))
    for value in found.values():
        assert not np.isnan(value[..., :2]).any()
        assert np.isnan(value[..., 2:]).all()


def test_the_truth_is_what_happened_after_the_present() -> None:
    some = driven()
    truth = Truth.of(some.scenarios, some.run, ROW, STEPS)
    assert (truth.x[:, :, 9] == some.run.x[:, ROW + 20]).all()
    assert (truth.speed == some.run.speed[:, ROW]).all()


def test_things_and_the_parked_are_not_judged_and_people_on_foot_are() -> None:
    built = scenario(
        """
        road: {kind: town, lanes: 2}
        ego: {lane: 1, speed: 30 km/h}
        actors:
          parked: {lane: 2, ahead: 60 m, speed: 0 km/h, driver: still}
          cone: {kind: cone, lane: 1, ahead: 90 m}
          walker: {kind: pedestrian, lane: pavement, ahead: 30 m}
          bike: {kind: bicycle, lane: 1, ahead: 30 m}
        stop: {time: 4 s}
        """
    )
    assert takes_part([built])[0].tolist() == [True, False, False, True, True]


def test_the_simulator_is_as_good_as_itself() -> None:
    found = judged()
    names = [name for name in found if name.startswith(f"{WORLD}/")]
    assert len(names) == 6 * 3 + 2
    for name in names:
        assert np.array_equal(found[name], found[name.replace(WORLD, RANDOM, 1)], equal_nan=True)
    for event in RATES:
        assert np.array_equal(found[f"rate/{event}/world"], found[f"rate/{event}/{RANDOM}"], equal_nan=True)


def test_worlds_are_shown_nothing_after_the_present() -> None:
    some = driven()
    past = known(some.run, 1, ROW)
    assert len(past.time) == len(past.x) == len(past.signals) == ROW + 1
    assert (past.x == some.run.x[1, : ROW + 1]).all()
    told, full = (
        Simulator().futures(some.scenarios[1], run, ROW, seconds=1.0, count=2, seed=1)
        for run in (past, some.run.one(1))
    )
    assert (told.x == full.x).all()


def test_single_guesses_are_those_of_the_baselines() -> None:
    some, found = driven(), judged()
    futures = forecast_many(SINGLE[0], some.scenarios, some.run, ROW, 8.0, 1, 3)[:, 0]
    at = ROW + EVERY * 60
    off = np.hypot(futures[:, :, 59, 0] - some.run.x[:, at], futures[:, :, 59, 1] - some.run.y[:, at])
    seen = ~np.isnan(found[f"{SINGLE[0]}/FDE/1"][..., 2])
    assert seen.any()
    assert found[f"{SINGLE[0]}/FDE/1"][..., 2][seen] == pytest.approx(off[seen])


def test_runs_that_have_ended_by_the_present_are_left_out() -> None:
    some = driven()
    assert judge(Simulator(), some.scenarios, some.run.some(np.arange(2), slice(0, ROW)), ROW, seed=3) == {}


def test_who_runs_into_another_has_a_contact() -> None:
    text = """
        road: {lanes: 2}
        ego: {lane: 1, speed: 50 km/h}
        actors:
          stands: {lane: 1, ahead: 30 m, speed: 0 km/h, driver: still}
          far: {lane: 2, ahead: 80 m, speed: 50 km/h}
        stop: {time: 5 s}
        """
    driven_into = run(text, driver="constant")
    found = rates(scenario(text, driver="constant"), RolloutBatch.of(driven_into))
    assert found["contact"].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(found["red light"]).all()  # there are no lights
    assert found["off road"].tolist() == [0.0, 0.0, 0.0]


def test_who_passes_a_red_light_is_counted() -> None:
    text = """
        road: {kind: town, lanes: 1, speed_limit: 50 km/h, junction: {at: 100 m, control: signals, signals: {first: side, green: 30 s}}}
        ego: {lane: 1, speed: 50 km/h, at: 30 m}
        stop: {time: 10 s}
        """  # noqa: E501 - as an author writes it
    passed = rates(scenario(text, driver="constant"), RolloutBatch.of(run(text, driver="constant")))
    waited = rates(scenario(text), RolloutBatch.of(run(text)))
    assert passed["red light"].tolist() == [1.0]
    assert waited["red light"].tolist() == [0.0]
