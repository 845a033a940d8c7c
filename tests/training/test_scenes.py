"""Random scenes: the same from the same seed, as varied as promised, and physically possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.boxes import overlap
from mkdocs_worldmodel.scenario.road_user import WALKERS
from mkdocs_worldmodel.training.scenes import ROAD_KINDS, Scenes, importance, scenes, state_at_10hz

SECONDS = 8.0


@cache
def some(kind: str, seed: int = 4, count: int = 24) -> tuple[Scenes, ...]:
    return tuple(scenes(kind, seed, count, SECONDS))


def batches() -> list[Scenes]:
    return [each for kind in ROAD_KINDS for seed in (4, 5) for each in some(kind, seed)]


def content(part: Sequence[Scenes]) -> bytes:
    arrays = [getattr(each.run, f.name) for each in part for f in fields(RolloutBatch)]
    return b"".join(a.tobytes() for a in arrays if isinstance(a, np.ndarray))


def there(run: RolloutBatch) -> np.ndarray:
    """(S, T, N) who is there."""
    here: np.ndarray = (run.present > 0) & run.valid()[:, :, None]
    return here


def driven(each: Scenes) -> np.ndarray:
    """(S, T, N) who is there and is driven."""
    drives = np.array([[user.driver == "idm" for user in scenario.users] for scenario in each.scenarios])
    who: np.ndarray = there(each.run) & drives[:, None, :]
    return who


@pytest.mark.parametrize("kind", ["merge", "signals"])
def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(kind: str) -> None:
    first = content(tuple(scenes(kind, 7, 6, 2.0)))
    assert content(tuple(scenes(kind, 7, 6, 2.0))) == first
    assert content(tuple(scenes(kind, 8, 6, 2.0))) != first


def test_a_batch_does_not_depend_on_how_many_follow() -> None:
    whole = len(next(iter(scenes("curves", 3, 1000, 0.05))).run)
    first = next(iter(scenes("curves", 3, whole, 0.5)))
    again = next(iter(scenes("curves", 3, whole + 70, 0.5)))
    same = content([first]) == content([again])
    assert same  # and no word on how megabytes differ
    assert sum(len(each.run) for each in scenes("curves", 3, whole + 2, 0.2)) == whole + 2


@pytest.mark.parametrize("kind", ROAD_KINDS)
def test_nobody_starts_inside_another_or_off_the_road(kind: str) -> None:
    for each in (*some(kind, 4), *some(kind, 5)):
        run, here = each.run, there(each.run)[:, 0]
        assert here[:, 0].all()  # the ego is always there
        assert (run.lane[:, 0][here] != 0).all()
        middle = 0.5 * run.length - run.rear_overhang
        x = run.x[:, 0] + middle * np.cos(run.heading[:, 0])
        y = run.y[:, 0] + middle * np.sin(run.heading[:, 0])
        for i, j in combinations(range(x.shape[1]), 2):
            pairs = [(a[:, i], a[:, j]) for a in (x, y, run.heading[:, 0], run.length, run.width)]
            assert not (overlap(*pairs) & here[:, i] & here[:, j]).any()


@pytest.mark.parametrize("kind", ROAD_KINDS)
def test_all_motion_is_possible(kind: str) -> None:
    for each in some(kind):
        run, who = each.run, driven(each)
        assert np.isfinite(run.x[there(run)]).all()
        body = [[user.body for user in scenario.users] for scenario in each.scenarios]
        strongest = np.array([[b.max_deceleration for b in row] for row in body])[:, None, :]
        tightest = np.array([[b.min_turn_radius for b in row] for row in body])[:, None, :]
        assert (run.acceleration >= -strongest - 1e-9)[who].all()
        assert (np.abs(run.yaw_rate) <= run.speed / tightest + 1e-9)[who].all()
        assert (np.abs(run.speed * run.yaw_rate) <= 7.5)[who].all()
        step = np.hypot(np.diff(run.x, axis=1), np.diff(run.y, axis=1))
        both = there(run)[:, 1:] & there(run)[:, :-1]
        assert (step <= 0.05 * run.speed[:, :-1] + 0.02)[both].all()


def test_people_turn_smoothly_and_cross_roads() -> None:
    crossed = 0
    for each in (*some("urban", 4), *some("urban", 5), *some("crossing", 4), *some("signals", 5)):
        run = each.run
        for n in [n for n, kind in enumerate(run.kinds) if kind in WALKERS]:
            here = there(run)[:, :, n]
            turned = np.abs(np.remainder(np.diff(run.heading[:, :, n], axis=1) + np.pi, 2 * np.pi) - np.pi)
            assert (turned[here[:, 1:]] <= 2.5 * 0.05 + 0.01).all()
            side = np.sign(run.t[:, :, n]) * here
            crossed += int(((side.min(axis=1) < 0) & (side.max(axis=1) > 0)).sum())
    assert crossed >= 2


def test_all_that_was_promised_occurs() -> None:
    every = batches()
    kinds = {kind for each in every for kind in each.run.kinds}
    assert {"car", "van", "truck", "bus", "motorcycle", "bicycle", "pedestrian"} <= kinds
    counts = np.concatenate([there(each.run)[:, 0].sum(axis=1) for each in every])
    assert counts.min() <= 3
    assert counts.max() >= 14
    assert {
        len(net.roads) == 1 for each in every for net in {id(s.network): s.network for s in each.scenarios}.values()
    }
    assert {user.driver for each in every for s in each.scenarios for user in s.users if user.present} == {
        "idm",
        "still",
    }


def test_on_junctions_all_turns_are_taken() -> None:
    for kind in ("crossing", "signals", "roundabout"):
        turned = set()
        for each in (*some(kind, 4), *some(kind, 5)):
            run = each.run
            first, last = run.heading[:, 0], run.heading[np.arange(len(run)), run.rows - 1]
            inside = np.array([[road.junction is not None for road in s.network.roads] for s in each.scenarios])
            passed = np.take_along_axis(inside, run.road.reshape(len(run), -1), axis=1).reshape(run.road.shape)
            passed = (passed & driven(each)).any(axis=1)
            change = np.degrees(np.remainder(last - first + np.pi, 2 * np.pi) - np.pi)[passed]
            turned |= {word for word, low, high in (("left", 60, 120), ("straight", -20, 20), ("right", -120, -60))
                       if ((change > low) & (change < high)).any()}  # fmt: skip
        assert turned == {"left", "straight", "right"}, kind


def test_lanes_are_changed_and_brakes_slammed_but_rarely() -> None:
    changes = hard = users = 0
    for each in (*some("motorway", 4), *some("motorway", 5), *some("merge", 4), *some("merge", 5)):
        run, who = each.run, driven(each)
        same = (np.diff(run.road, axis=1) == 0) & who[:, 1:] & who[:, :-1]
        changes += int(((np.diff(run.lane, axis=1) != 0) & same).sum())
        hard += int(((run.acceleration < -4.0) & who).any(axis=1).sum())
        users += int(who[:, 0].sum())
    assert changes > 0.05 * users
    assert 0.005 * users < hard < 0.35 * users


def test_few_touch_each_other_and_hardly_anybody_leaves_the_road() -> None:
    touched = users = outside = 0
    for each in batches():
        run, here = each.run, there(each.run)[:, ::4]
        middle = (0.5 * run.length - run.rear_overhang)[:, None, :]
        heading = run.heading[:, ::4]
        x, y = run.x[:, ::4] + middle * np.cos(heading), run.y[:, ::4] + middle * np.sin(heading)
        length, width = (np.broadcast_to(a[:, None, :], x.shape) for a in (run.length, run.width))
        for i, j in combinations(range(x.shape[2]), 2):
            pairs = [(a[..., i], a[..., j]) for a in (x, y, heading, length, width)]
            touched += 2 * int((overlap(*pairs) & here[..., i] & here[..., j]).any(axis=1).sum())
        motors = np.array([kind not in {"bicycle", *WALKERS} for kind in run.kinds])
        outside += int(((run.lane == 0) & driven(each) & motors).any(axis=1).sum())
        users += int(here[:, 0].sum())
    assert touched < 0.01 * users
    assert outside < 0.003 * users


def test_everyone_wanders_in_its_lane() -> None:
    each = some("curves")[0]
    run, who = each.run, driven(each)
    lanes = [t[w] for b in range(len(run)) for t, w in zip(run.t[b].T, who[b].T, strict=True) if w.sum() > 100]
    moved = np.array([t.max() - t.min() for t in lanes])
    assert 0.1 < np.median(moved) < 1.0


def test_states_are_those_of_every_second_row() -> None:
    run = some("signals")[0].run
    x, y, heading, speed, here, signals = state_at_10hz(run)
    count = len(run.time[::2])
    assert x.shape == y.shape == heading.shape == speed.shape == here.shape == (len(run), len(run.names), count)
    assert x.dtype == np.float32
    assert np.abs(x[:, 2, 7] - run.x[:, 14, 2]).max() < 1e-3
    assert (here[:, :, 0] == (run.present[:, 0] > 0)).all()
    assert signals.shape == (len(run), count, run.signals.shape[2])
    short = np.flatnonzero(run.rows < len(run.time))
    assert not any(here[b, :, (int(run.rows[b]) + 1) // 2 :].any() for b in short)


def test_an_emergency_braking_makes_a_scene_important() -> None:
    run = some("motorway")[0].run
    calm = importance(run)
    assert calm.shape == (len(run),)
    assert np.isfinite(calm).all()
    braking = np.array(run.acceleration)
    braking[0, 40:60, 0] = -8.0
    changed = RolloutBatch(**{f.name: getattr(run, f.name) for f in fields(RolloutBatch)} | {"acceleration": braking})
    assert importance(changed)[0] > calm[0] + 1.0
    assert (importance(changed)[1:] == calm[1:]).all()
