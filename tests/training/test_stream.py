"""Training data: what a shard holds, whoever makes it; that rare moments come more often; and who waits for whom."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, THING
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.training import stream
from mkdocs_worldmodel.training.data import Sequences, Tracks, _important, sequences, tracks, window
from mkdocs_worldmodel.training.scenes import Scenes, scenes
from mkdocs_worldmodel.training.stream import Source, Stream, held_out, shard
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

SMALL = Source(3, 4, scenes=2, kinds=("curves",))
NAMES = tuple(Sequences.__dataclass_fields__)


@cache
def small(number: int = 0, seed: int = 3) -> Sequences:
    return shard(replace(SMALL, seed=seed), number)


@cache
def driven() -> Scenes:
    return next(iter(scenes("signals", 6, 6, 9.0)))


@cache
def on_road() -> Tracks:
    return tracks(driven().scenarios, driven().run)


def same(one: Sequences, two: Sequences) -> bool:
    return all(getattr(one, name).tobytes() == getattr(two, name).tobytes() for name in NAMES)


# -- sequences -------------------------------------------------------------------------------------------------


def test_a_shard_is_the_same_from_the_same_seed_and_another_one_from_another() -> None:
    assert same(shard(SMALL, 0), small())
    assert not same(small(1), small())
    assert not same(small(0, 4), small())
    assert len(small().token) == SMALL.scenes


def test_held_out_seeds_are_never_those_of_training() -> None:
    trained = {seed * 1_000_003 + number for seed in (0, 1, 10**6) for number in range(5)}
    kept = {held_out(k) * 1_000_003 + number for k in range(5) for number in range(5)}
    assert not trained & kept
    assert held_out(0) > 10**6  # the largest seed that the command takes


def test_some_shards_are_of_scenes_that_were_driven_for_a_while_before() -> None:
    late = small(5)
    drives = scenes(SMALL.kinds[0], SMALL.seed * 1_000_003 + 5, SMALL.scenes, 2.0 * SMALL.seconds)
    speed = next(iter(drives)).run.speed[:, :, 0]  # of the egos
    for told in late.pose[:, 0, 0, 4]:
        assert np.abs(speed[:, 220:360] - told).min() < 1e-4
        assert np.abs(speed[:, :220] - told).min() > 1e-4


def test_where_a_model_begins_sequences_follow_what_it_did_and_nobody_is_new_to_the_scene() -> None:
    weights = str(Path(__file__).parents[1] / "data" / "tiny-weights")
    own = shard(replace(SMALL, weights=weights, own=1.0), 0)
    assert same(own, shard(replace(SMALL, weights=weights, own=1.0), 0))
    assert not same(own, small())
    there = own.pose[:, 0, :, -1] > 0.5
    assert (own.own[:, 0, :, -2:][there] == 1.0).all()


def test_who_ends_in_another_lane_changes_lanes() -> None:
    built = scenario("""
        road: {lanes: 3, length: 600 m}
        ego: {lane: 1, speed: 20 m/s, at: 50 m}
        actors:
          steady: {lane: 2, ahead: 40 m, speed: 20 m/s}
        story: [{when: {time: 2 s}, do: {ego: {change_lane: {to: 2, over: 3 s}}}}]
        stop: {time: 10 s}
        """)
    on = tracks([built], RolloutBatch.of(Simulator().run(built)))
    part = sequences(on, 14, np.random.default_rng(0), importance=False)
    assert part.changes[0, :2].tolist() == [True, False]
    early = sequences(window(on, 0.0, 2.0), 3, np.random.default_rng(0), importance=False)
    assert not early.changes.any()


def test_compact_sequences_tell_the_same_of_everyone_who_is_there() -> None:
    part = small()
    part = part.take(np.argsort(part.users))
    less = part.take(np.arange(1)).compact()
    there = (part.pose[0, ..., -1] > 0.5).any(axis=0)
    there[0] = True
    who = np.flatnonzero(there)
    assert less.own.shape[2] == part.users[0] == len(who) < part.own.shape[2]
    for name in ("own", "pose", "path", "token", "learns"):
        np.testing.assert_array_equal(getattr(less, name)[0], getattr(part, name)[0][:, who])
    np.testing.assert_array_equal(less.conflict[0], part.conflict[0][:, who][:, :, who])
    np.testing.assert_array_equal(less.changes[0], part.changes[0][who])
    both = part.compact()
    assert both.own.shape[2] == part.users.max()
    half = part.part(1, 3)
    np.testing.assert_array_equal(half.token, part.token[:, 1:3])
    np.testing.assert_array_equal(half.changes, part.changes)


def test_a_sequence_tells_what_is_seen_and_what_then_was_done() -> None:
    part = small()
    assert part.own.shape == (*part.token.shape[:3], OWN)
    assert all(np.isfinite(getattr(part, name)).all() for name in NAMES)
    present = part.pose[..., -1] > 0.5
    assert not (part.learns & ~present).any()
    assert part.learns.any()
    thing = part.pose[..., 10] > 0.5
    assert not (part.learns & thing).any()
    # what was done in one chunk is what is remembered in the next one
    both = part.learns[:, :-1] & part.learns[:, 1:]
    known = part.own[:, 1:, :, -1] > 0.5
    np.testing.assert_array_equal(known[both], True)
    past = part.own[:, 1:, :, -12:-2]
    np.testing.assert_allclose(past[both], np.clip(part.token[:, :-1], -8.0, 8.0)[both], atol=1e-6)


def test_nothing_that_is_seen_depends_on_what_comes_later() -> None:
    first = sequences(on_road(), 3, np.random.default_rng(0), importance=False)
    phase = int(np.random.default_rng(0).integers(5))
    total = (on_road().present.shape[1] - 1 - phase) // 5
    start = np.random.default_rng(0)
    start.integers(5)
    begins = start.choice(np.arange(total - 2), size=len(driven().scenarios))
    known = phase + 5 * (int(begins.max()) + 2)  # the frame at which the last chunk of all begins
    motion = on_road().motion
    random = np.random.default_rng(7)
    later = [v + (np.arange(v.shape[1]) > known)[None, :, None] * random.standard_normal(v.shape) for v in motion]
    other = replace(on_road(), motion=type(motion)(*later))
    again = sequences(other, 3, np.random.default_rng(0), importance=False)
    last = int(begins.argmax())
    for name in ("own", "pose", "path", "conflict"):
        one, two = (getattr(each, name)[last] for each in (first, again))
        assert one.tobytes() == two.tobytes(), name
    assert first.token[last, 2].tobytes() != again.token[last, 2].tobytes()
    assert first.token[last, :2].tobytes() == again.token[last, :2].tobytes()


def test_what_was_before_a_window_is_not_known_in_it() -> None:
    cut = window(on_road(), 3.0, 9.0)
    np.testing.assert_array_equal(cut.motion.x[:, 0], on_road().motion.x[:, 30])
    assert cut.present.shape[1] == 61
    for seed in range(40):
        part = sequences(cut, 10, np.random.default_rng(seed), importance=False)
        first = part.own[:, 0]
        begins = (first[..., -1] < 0.5) & (part.pose[:, 0, :, -1] > 0.5)
        assert (first[begins][:, 2] == 0.0).all()  # nor the acceleration that came before
        assert (part.pose[:, 0][begins][:, 5] == 0.0).all()
        if begins[:, 0].any():
            return
    pytest.fail("no sequence began at the window's begin")


def test_cones_and_boxes_are_seen_and_not_learned() -> None:
    kind = on_road().users.kind
    assert (kind[~on_road().present.any(axis=1)] == THING).any()  # places that nobody has count as such
    part = sequences(on_road(), 4, np.random.default_rng(1))
    assert not part.learns[(kind == THING)[:, None].repeat(4, 1)].any()


# -- rare moments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_sequences_begin_as_often_as_the_root_of_their_score_says(temperature: float) -> None:
    """X-Foresight's sampler: p ~ w^(1/T)."""
    random = np.random.default_rng(5)
    count, chunks = 40_000, 3
    rare = np.repeat(random.uniform(0.2, 6.0, (1, 9)).astype(np.float32), count, axis=0)
    starts = np.arange(9 - chunks + 1)
    found = np.bincount(_important(rare, starts, chunks, random, temperature), minlength=len(starts)) / count
    score = np.array([rare[0, s : s + chunks].sum() for s in starts])  # each third is one chunk long
    wanted = score ** (1.0 / temperature)
    np.testing.assert_allclose(found, wanted / wanted.sum(), atol=0.01)


def test_with_importance_rare_chunks_come_more_often_and_nothing_is_left_out() -> None:
    random = np.random.default_rng(2)
    rare = np.full((20_000, 20), 0.3, dtype=np.float32)
    at = random.integers(0, 20, len(rare))
    rare[np.arange(len(rare)), at] = 8.0
    starts, chunks = np.arange(17), 4
    first = _important(rare, starts, chunks, random, 2.0)
    share = float(((at >= first) & (at < first + chunks)).mean())
    blind = float(np.mean([((at >= s) & (at < s + chunks)).mean() for s in starts]))
    assert share > 1.6 * blind
    assert set(first) == set(starts)


def test_sequences_hold_more_of_what_is_rare_than_without_importance() -> None:
    def mean(importance: bool) -> float:
        parts = [
            sequences(on_road(), 3, np.random.default_rng(k), importance=importance, temperature=0.25)
            for k in range(20)
        ]
        return float(np.mean([part.rare.mean() for part in parts]))

    assert mean(True) > 1.04 * mean(False)


# -- who makes them --------------------------------------------------------------------------------------------


def write(folder: Path, number: int, part: Sequences) -> None:
    (folder / f"{number}").mkdir(parents=True)
    for name in NAMES:
        np.save(folder / f"{number}" / f"{name}.npy", getattr(part, name))


def test_a_child_process_makes_the_shards_that_the_parent_would_make(tmp_path: Path) -> None:
    made = Stream(tmp_path, SMALL, first=5, workers=1, ahead=1)
    try:
        assert same(next(iter(made)), small(5))
        assert made.next == 5
    finally:
        made.close()
    assert not (tmp_path / "5").exists()


def test_a_process_that_has_died_is_said_instead_of_waited_for(tmp_path: Path) -> None:
    made = Stream(tmp_path, SMALL, workers=1)
    os.kill(made._children[0].pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="makes training data has ended: shard 0 is missing"):
        next(iter(made))
    made.close()


def test_shards_that_wait_from_an_earlier_run_are_used_and_halves_are_thrown_away(tmp_path: Path) -> None:
    for number in (7, 9):
        write(tmp_path, number, small(number % 2))
    (tmp_path / ".8").mkdir()
    made = Stream(tmp_path, SMALL, first=7, step=2, workers=0)
    parts = iter(made)
    assert same(next(parts), small(1))
    assert same(next(parts), small(1))
    assert made.next == 9
    assert list(tmp_path.iterdir()) == []


def test_every_process_makes_its_own_shards_and_none_too_far_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, most = [], 0

    def consume(_: float) -> None:
        nonlocal most
        waiting = sorted(int(each.name) for each in tmp_path.iterdir())
        most = max(most, len(waiting))
        (tmp_path / f"{waiting[0]}").rename(tmp_path.parent / f"taken-{waiting[0]}")
        taken.append(waiting[0])

    monkeypatch.setattr(stream, "shard", lambda source, number: small(number % 2))
    monkeypatch.setattr(stream.time, "sleep", consume)
    monkeypatch.setattr(stream.os, "nice", lambda by: by)
    monkeypatch.setattr(stream.os, "getppid", lambda: 1 if len(taken) < 4 else 2)
    stream._make(tmp_path, SMALL, 2, 3, 1)
    assert taken == [1, 4, 7, 10]
    assert most == 2
