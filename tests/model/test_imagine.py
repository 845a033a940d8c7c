"""Futures out of a situation: chunk after chunk, with a very small network that is not trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from looking import Drive

from mkdocs_worldmodel.model.features import THING
from mkdocs_worldmodel.model.imagine import Situation, begin, imagine, observed
from mkdocs_worldmodel.model.kinematics import TICK, TICKS, TOKEN, Motion, integrate
from mkdocs_worldmodel.model.runtime import SceneModel

TINY = Path(__file__).parent.parent / "data" / "tiny-weights"
TEXT = """
    road: {kind: town, lanes: 1, oncoming: 1, junction: {at: 100 m, control: signals}}
    ego: {lane: 1, speed: 10 m/s, at: 40 m, turn: straight}
    actors:
      behind: {lane: 1, behind: 15 m, speed: 10 m/s}
      oncoming: {on: ahead, lane: 1, before: 70 m, speed: 8 m/s, turn: straight}
      walker: {kind: pedestrian, lane: pavement, ahead: 30 m, facing: left}
      box: {kind: obstacle, lane: 1, ahead: 45 m}
    stop: {time: 4 s}
    """
CHUNKS = 4
Given = Callable[[int], tuple[np.ndarray, np.ndarray]]


@cache
def drive() -> Drive:
    return Drive.of(TEXT)


@cache
def model() -> SceneModel:
    return SceneModel.load(TINY, threads=1)


@cache
def situation() -> Situation:
    """After a second that was seen."""
    of = drive()
    now = begin(model(), of.pool, of.users, of.start, of.motion(0), of.present(0))
    for row in (0, 10):
        states = [of.motion(row + 2 * k) for k in range(1, TICKS + 1)]
        now = observed(model(), now, states, of.present(row + 10), of.signals(row))
    return now


def futures(
    now: Situation, seeds: list[int], given: Given | None = None, chunks: int = CHUNKS
) -> tuple[np.ndarray, np.ndarray]:
    """States (K, T, N, 4) and who is there (K, T, N), each future with noise of its own seed."""
    shape = (chunks, now.present.shape[1], TOKEN)
    noise = np.stack([np.random.default_rng(s).standard_normal(shape) for s in seeds], 1).astype(np.float32)
    copies = np.zeros(len(seeds), dtype=np.int64)
    shown = drive().signals(20)[copies]
    states, there = imagine(model(), now.take(copies), chunks, lambda k: shown, lambda k: noise[k], given)
    return np.stack([np.stack(s, -1) for s in states], 1), np.stack(there, 1)


def ego(acceleration: list[float], count: int) -> Given:
    """The ego's acceleration in each chunk is commanded, the others' are not."""

    def given(k: int) -> tuple[np.ndarray, np.ndarray]:
        a, w = (np.full((count, len(drive().run.names), TICKS), np.nan) for _ in range(2))
        a[:, 0], w[:, 0] = acceleration[k], 0.02
        return a, w

    return given


def test_the_same_noise_gives_the_same_futures_and_another_noise_others() -> None:
    first, again = futures(situation(), [1, 2, 1])[0], futures(situation(), [1, 2, 1])[0]
    assert first.tobytes() == again.tobytes()
    np.testing.assert_allclose(first[0], first[2], atol=1e-6)
    assert np.abs(first[0] - first[1]).max() > 0.05


def test_a_future_does_not_depend_on_the_others_of_its_batch() -> None:
    alone, among = futures(situation(), [3])[0], futures(situation(), [1, 2, 3, 4])[0]
    np.testing.assert_allclose(alone[0], among[2], atol=1e-5)


def test_what_is_commanded_later_changes_nothing_before() -> None:
    for k in range(1, CHUNKS):
        usual = [0.5, -0.5, 0.5, -0.5]
        other = usual[:k] + [-3.0] * (CHUNKS - k)
        one, two = (futures(situation(), [1, 2], ego(each, 2))[0] for each in (usual, other))
        assert one[:, : TICKS * k].tobytes() == two[:, : TICKS * k].tobytes()
        assert np.abs(one[:, TICKS * k :, 0] - two[:, TICKS * k :, 0]).max() > 0.01
        if k < CHUNKS - 1:
            assert np.abs(one[:, TICKS * (k + 1) :, 1:3] - two[:, TICKS * (k + 1) :, 1:3]).max() > 1e-4  # they answer


def test_more_chunks_begin_as_fewer_do() -> None:
    of = drive()
    shape = (len(of.run.names), TOKEN)
    noise = [np.random.default_rng(k).standard_normal((1, *shape)).astype(np.float32) for k in range(3)]
    long, short = (
        imagine(model(), situation(), chunks, lambda k: of.signals(20), lambda k: noise[k])[0] for chunks in (3, 1)
    )
    assert len(long) == 3 * TICKS
    for one, two in zip(short, long, strict=False):
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))


def test_commanded_actions_are_driven_exactly() -> None:
    commands = [1.0, -2.0, 0.0, 1.5]
    states, _ = futures(situation(), [1, 2], ego(commands, 2))
    now = Motion(*(v[:, :1] for v in situation().take(np.zeros(2, dtype=int)).motion))
    wanted = integrate(now, np.repeat(commands, TICKS)[None, None] + np.zeros((2, 1, 1)), np.full((2, 1, 20), 0.02))
    np.testing.assert_array_equal(states[:, :, 0], np.stack([np.stack(s, -1)[:, 0] for s in wanted], 1))


def test_things_stay_where_they_are_and_everybody_moves_as_far_as_its_speed_says() -> None:
    states, _ = futures(situation(), [1, 2, 3])
    things = situation().users.kind[0] == THING
    assert things.sum() == 1
    start = np.stack(situation().motion, -1)
    np.testing.assert_array_equal(states[:, :, things], np.broadcast_to(start[:, None, things], (3, 20, 1, 4)))
    both = np.concatenate([np.repeat(start[:, None], 3, 0), states], 1)
    driven = np.hypot(*np.moveaxis(np.diff(both[..., :2], axis=1), -1, 0))
    mean = 0.5 * (both[:, 1:, :, 3] + both[:, :-1, :, 3])
    np.testing.assert_allclose(driven, mean * TICK, atol=1e-9)
    assert (states[..., 3] >= 0.0).all()


def test_who_comes_to_the_end_of_its_way_is_gone_for_good_and_the_others_go_on() -> None:
    now = situation()
    corridor = now.users.corridor[0, 0]
    x, y = now.pool.xy[now.pool.base[corridor] + now.pool.end[corridor] - 12, 2]
    heading = now.pool.heading[now.pool.base[corridor] + now.pool.end[corridor] - 12, 2]
    moved = [v.copy() for v in now.motion]
    for value, new in zip(moved, (x, y, heading, 10.0), strict=True):
        value[0, 0] = new
    lane = now.lane._replace(sample=now.lane.sample.copy())
    lane.sample[0, 0] = float(now.pool.end[corridor] - 12)
    states, there = futures(replace(now, motion=Motion(*moved), lane=lane), [1, 2], ego([0.0] * CHUNKS, 2))
    assert there[:, 0, 0].all()
    assert not there[:, -1, 0].any()
    assert (np.diff(there[:, :, 0].astype(int), axis=1) <= 0).all()
    assert there[:, :, 1:].all()
    assert np.isfinite(states).all()


def test_no_number_is_ever_missing_however_far_it_goes() -> None:
    states, _ = futures(situation(), [5, 6], None, 24)
    assert np.isfinite(states).all()
    wild = replace(situation(), motion=situation().motion._replace(speed=np.full_like(situation().motion.speed, 90.0)))
    assert np.isfinite(futures(wild, [7], None, 8)[0]).all()


def test_a_situation_taken_twice_is_the_same_twice() -> None:
    now = situation().take(np.array([0, 0]))
    for one, two in ((now.motion.x, situation().motion.x), (now.window.key.swapaxes(0, 1), None)):
        assert one[0].tobytes() == one[1].tobytes()
        assert two is None or one[0].tobytes() == two[0].tobytes()
    assert now.past.tokens.shape == (2, len(drive().run.names), 2, TOKEN)
    assert now.past.known.all()


@pytest.mark.parametrize("commanded", [True, False])
def test_what_was_seen_is_remembered_with_who_was_commanded(commanded: bool) -> None:
    of = drive()
    told = np.zeros(of.present(0).shape, dtype=bool)
    told[:, 0] = commanded
    before = begin(model(), of.pool, of.users, of.start, of.motion(0), of.present(0))
    states = [of.motion(2 * k) for k in range(1, TICKS + 1)]
    plain, now = (
        observed(model(), before, states, of.present(10), of.signals(0), each) for each in (None, told)
    )  # fmt: skip
    assert (plain.window.key.tobytes() == now.window.key.tobytes()) is not commanded
    np.testing.assert_allclose(now.motion.x, of.run.x[None, 10])
    assert now.past.known[..., 1].all()
    assert not now.past.known[..., 0].any()
