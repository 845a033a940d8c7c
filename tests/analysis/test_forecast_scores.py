"""Scores of forecasts: small cases by hand, and what must hold for all."""

from __future__ import annotations

import numpy as np
import pytest

from mkdocs_worldmodel.analysis import forecast as f

RNG = np.random.default_rng(5)
TRUTH = RNG.normal(size=(4, 3, 10, 2)).cumsum(axis=2)
FUTURES = TRUTH[:, None] + RNG.normal(size=(4, 6, 3, 10, 2)).cumsum(axis=3)
ALL = np.ones((4, 3, 10), dtype=bool)


def straight(*ends: float) -> np.ndarray:
    """(1, K, 1, 2, 2) futures along x that end there, half-way after the first of two steps."""
    return np.array([[[[0.5 * end, 0.0], [end, 0.0]]] for end in ends])[None]


def test_errors_by_hand() -> None:
    truth, futures = straight(10.0)[:, 0], straight(13.0, 6.0)
    mask = np.ones((1, 1, 2), dtype=bool)
    off = f.distances(truth, futures)
    assert off.tolist() == [[[[1.5, 3.0]], [[2.0, 4.0]]]]
    assert f.average(off, mask, 2).tolist() == [[[2.25], [3.0]]]
    assert f.average(off, mask, 1).tolist() == [[[1.5], [2.0]]]
    assert f.final(off, mask, 2).tolist() == [[[3.0], [4.0]]]
    assert f.best(f.final(off, mask, 2), 2).tolist() == [[3.0]]


def test_a_perfect_forecast_has_no_error_and_all_share_its_shift() -> None:
    shifted = TRUTH[:, None] + np.array([3.0, 4.0])
    off = f.distances(TRUTH, shifted)
    assert np.allclose(off, 5.0)
    assert np.allclose(f.average(off, ALL, 10), 5.0)
    assert not f.distances(TRUTH, TRUTH[:, None]).any()


def test_more_tries_are_never_worse_and_joint_scores_never_better() -> None:
    values = f.final(f.distances(TRUTH, FUTURES), ALL, 10)
    one, three, six = (f.best(values, k) for k in (1, 3, 6))
    assert (six <= three).all()
    assert (three <= one).all()
    assert (f.joint_best(values, 6) >= six.mean(axis=1) - 1e-12).all()
    assert np.allclose(f.joint_best(values, 1), one.mean(axis=1))


def test_joint_scores_judge_one_future_for_all() -> None:
    # of two road users, the first future is right for one, the second for the other
    values = np.array([[[0.0, 6.0], [4.0, 0.0]]])
    assert f.best(values, 2).tolist() == [[0.0, 0.0]]
    assert f.joint_best(values, 2).tolist() == [2.0]


def test_who_is_not_there_up_to_the_horizon_is_not_judged() -> None:
    mask = ALL.copy()
    mask[0, 1, 6:] = False
    truth = np.where(mask[..., None], TRUTH, np.nan)
    off = f.distances(truth, FUTURES)
    early, late = f.average(off, mask, 6), f.average(off, mask, 7)
    assert not np.isnan(early).any()
    assert np.isnan(late[0, :, 1]).all()
    assert np.isnan(late).sum() == 6
    assert np.isnan(f.final(off, mask, 10)).sum() == 6
    assert not np.isnan(f.joint_best(late, 6)).any(), "the others are judged"
    nobody = np.zeros_like(ALL)
    assert np.isnan(f.joint_best(f.final(off, nobody, 3), 6)).all()


# -- medoids -----------------------------------------------------------------------------------------------


def test_the_medoid_is_the_one_in_the_middle() -> None:
    futures = straight(0.0, 100.0, 9.0, 11.0, 10.0)
    mask = np.ones((1, 1, 2), dtype=bool)
    assert f.medoid(futures, mask).tolist() == [[4]]
    assert f.joint_medoid(futures, mask).tolist() == [4]
    assert f.pick(futures, f.medoid(futures, mask)).tolist() == straight(10.0).tolist()


def test_each_road_user_has_its_own_medoid_and_the_scene_one_for_all() -> None:
    own, scene = f.medoid(FUTURES, ALL), f.joint_medoid(FUTURES, ALL)
    assert own.shape == (4, 3)
    for s in range(4):
        total = np.zeros((6, 3))
        for k in range(6):
            total[k] = np.linalg.norm(FUTURES[s] - FUTURES[s, k], axis=-1).mean(axis=-1).sum(axis=0)
        assert own[s].tolist() == total.argmin(axis=0).tolist()
        assert scene[s] == total.sum(axis=1).argmin()
    assert np.array_equal(f.pick(FUTURES, scene)[:, 0], FUTURES[np.arange(4), scene])
    assert np.array_equal(f.pick(FUTURES, own)[2, 0, 1], FUTURES[2, own[2, 1], 1])


def test_steps_that_do_not_count_do_not_move_the_medoid() -> None:
    mask = ALL.copy()
    mask[..., 5:] = False
    wild = FUTURES.copy()
    wild[..., 5:, :] += RNG.normal(size=wild[..., 5:, :].shape) * 100.0
    assert np.array_equal(f.medoid(wild, mask), f.medoid(FUTURES, mask))


# -- misses ------------------------------------------------------------------------------------------------


def test_a_miss_is_further_off_than_two_metres() -> None:
    values = np.array([[[1.9, 2.1, np.nan], [5.0, 2.2, np.nan]]])
    found = f.missed(values, 2)
    assert found[0, :2].tolist() == [0.0, 1.0]
    assert np.isnan(found[0, 2])


@pytest.mark.parametrize(
    ("speed", "seconds", "along", "across"),
    [(20.0, 8.0, 6.0, 3.0), (20.0, 5.0, 3.6, 1.8), (1.0, 8.0, 3.0, 1.5), (20.0, 4.0, 2.8, 1.4), (6.2, 3.0, 1.5, 0.75)],
)
def test_thresholds_grow_with_time_and_speed(speed: float, seconds: float, along: float, across: float) -> None:
    heading = 0.7
    e, n = np.array([np.cos(heading), np.sin(heading)]), np.array([-np.sin(heading), np.cos(heading)])
    truth = np.array([[[3.0, 4.0]]])
    for off, miss in (
        (0.99 * along * e + 0.99 * across * n, 0.0), (1.01 * along * e, 1.0), (-1.01 * across * n, 1.0)
    ):  # fmt: skip
        future = (truth + off)[:, None]
        found = f.missed_by_speed(truth, np.array([[heading]]), np.array([[speed]]), future, seconds, 1)
        assert found.tolist() == [[miss]]


def test_one_try_that_hits_is_enough() -> None:
    truth = np.zeros((1, 1, 2))
    futures = np.array([[[[9.0, 0.0]], [[0.5, 0.0]]]])
    still = np.zeros((1, 1))
    assert f.missed_by_speed(truth, still, still, futures, 8.0, 2).item() == 0.0
    assert f.missed_by_speed(truth, still, still, futures, 8.0, 1).item() == 1.0
    assert np.isnan(f.missed_by_speed(truth * np.nan, still, still, futures, 8.0, 2)).all()


# -- intervals ---------------------------------------------------------------------------------------------


def test_the_mean_is_that_of_all_values_and_the_interval_holds_it() -> None:
    values = RNG.normal(3.0, 1.0, size=(200, 5))
    values[:20, 2:] = np.nan
    found = f.interval(values)
    assert found.mean == pytest.approx(np.nanmean(values))
    assert found.low < found.mean < found.high
    assert (found.scenes, found.values) == (200, 200 * 5 - 20 * 3)
    assert found == f.interval(values)
    assert found.low != f.interval(values, seed=1).low


def test_intervals_are_as_wide_as_the_law_of_large_numbers_says() -> None:
    values = RNG.normal(size=(400, 1))
    found = f.interval(values, draws=4000)
    expected = 2.0 * 1.96 * values.std() / 20.0
    assert found.high - found.low == pytest.approx(expected, rel=0.1)


def test_road_users_of_one_scene_are_not_independent() -> None:
    scenes = RNG.normal(size=(100, 1))
    alone, copied = f.interval(scenes), f.interval(np.repeat(scenes, 16, axis=1))
    assert (alone.low, alone.high) == pytest.approx((copied.low, copied.high))


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    covered = [
        each.low <= 0.0 <= each.high
        for each in (f.interval(RNG.normal(size=(60, 3)), seed, draws=400) for seed in range(300))
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


def test_a_ratio_compares_the_same_scenes() -> None:
    others = RNG.uniform(1.0, 9.0, size=(80, 4))
    found = f.ratio(0.6 * others, others)
    assert (found.mean, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6))
    noisy = f.ratio(0.6 * others + RNG.normal(0.0, 0.1, others.shape), others)
    assert noisy.low < noisy.mean < noisy.high
    assert noisy.high - noisy.low < 0.05, "what both share does not count"
    with pytest.raises(ValueError, match="same scenes"):
        f.ratio(others, others[1:])


def test_nothing_to_judge_gives_nan_and_no_warning() -> None:
    found = f.interval(np.full((5, 2), np.nan))
    assert np.isnan([found.mean, found.low, found.high]).all()
    assert (found.scenes, found.values) == (0, 0)
