"""What the model is shown at the wheel is what it was trained on, and depends on nobody's company."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import Observation
from mkdocs_worldmodel.model.kinematics import Motion
from mkdocs_worldmodel.model.scene import Corridors, class_of, signal_groups
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.training.data import sequences, tracks
from mkdocs_worldmodel.training.scenes import Scenes, scenes
from mkdocs_worldmodel.world.learned_scenes import MIDWAY, Followed, seated, seats
from scenes import scenario

SECONDS = 6.0
CHUNKS = 12


@cache
def driven(kind: str) -> Scenes:
    return next(iter(scenes(kind, 11, 4, SECONDS)))


def followed(of: Scenes, copies: list[int]) -> list[tuple[Observation, np.ndarray]]:  # type: ignore[type-arg]
    """What is seen in each chunk of some of the scenes, and the tokens of what was done."""
    run, scenarios = of.run, [of.scenarios[b] for b in copies]
    users = len(run.names)
    corridors = Corridors(scenarios, seconds=SECONDS)
    placed, lane = corridors.place(scenarios, seats(np.tile(np.arange(users), (len(copies), 1))))

    def motion(row: int) -> Motion:
        states = (getattr(run, name)[copies, row] for name in ("x", "y", "heading", "speed"))
        return Motion(*(seated(each) for each in states))

    def present(row: int) -> np.ndarray:  # type: ignore[type-arg]
        there: np.ndarray = seated((run.present[copies, row] > 0) & run.valid()[copies, row, None])  # type: ignore[type-arg]
        return there

    scene, out = Followed(corridors.pool, placed, lane, motion(0)), []
    for first in range(0, 10 * CHUNKS, 10):
        seen = scene.begin(motion(first), present(first), signal_groups(run.signals[copies, first]))
        scene.look_up(motion(first + 2 * MIDWAY))
        alive = np.logical_and.reduce([present(first + 2 * tick) for tick in range(6)])
        out.append((seen, scene.end([motion(first + 2 * tick) for tick in range(6)], alive)))
    return out


@pytest.mark.parametrize("kind", ["signals", "roundabout", "merge"])
def test_the_world_sees_what_training_saw(kind: str) -> None:
    of = driven(kind)
    whole = tracks(of.scenarios, of.run)
    from_the_start = next(seed for seed in range(99) if np.random.default_rng(seed).integers(5) == 0)
    trained = sequences(whole, CHUNKS, np.random.default_rng(from_the_start), importance=False)
    users = len(of.run.names)
    for k, (seen, token) in enumerate(followed(of, list(range(len(of.scenarios))))):
        there = seen.pose[:, :users, -1] > 0.5
        assert there.any()
        assert np.array_equal(there, trained.pose[:, k, :users, -1] > 0.5)
        learns = trained.learns[:, k, :users]
        assert np.allclose(token[:, :users][learns], trained.token[:, k, :users][learns], atol=1e-5)
        if not k:
            continue  # what everyone did last is known from the second chunk on
        for name in ("own", "pose", "path"):
            ours, its = getattr(seen, name)[:, :users], getattr(trained, name)[:, k, :users]
            assert np.allclose(ours[there], its[there], atol=2e-3), (name, k)
        pairs = there[:, :, None] & there[:, None, :]
        ours, its = seen.conflict[:, :users, :users], trained.conflict[:, k, :users, :users]
        assert np.allclose(ours[pairs], its[pairs], atol=1e-2)


def test_what_is_seen_of_a_scene_does_not_depend_on_the_others() -> None:
    of = driven("signals")
    together, alone = followed(of, [0, 1, 2, 3]), followed(of, [2])
    for (seen, token), (own_seen, own_token) in zip(together, alone, strict=True):
        assert np.array_equal(token[2], own_token[0])
        for name in Observation._fields:
            assert np.array_equal(getattr(seen, name)[2], getattr(own_seen, name)[0]), name


def test_a_scene_without_lanes_to_follow_has_a_pool_all_the_same() -> None:
    built = scenario("road: {lanes: 1}\nego: {lane: 1}\nstop: {time: 1 s}")
    built = replace(built, users=(replace(built.users[0], driver="still"),))
    corridors = Corridors([built], seconds=1.0)
    users, lane = corridors.place([built], np.array([[0, -1]]))
    assert users.corridor.tolist() == [[-1, -1]]
    assert lane.sample.tolist() == [[0.0, 0.0]]
    assert users.kind[0, 0] == class_of(built.users[0])


def test_equal_networks_and_ways_share_their_corridor() -> None:
    text = "road: {lanes: 2}\nego: {lane: 1}\nactors: {a: {lane: 1, ahead: 20 m}, b: {lane: 2, ahead: 20 m}}"
    copies = [scenario(text), scenario(text), scenario(text.replace("lanes: 2", "lanes: 2, length: 700 m"))]
    corridors = Corridors(copies, seconds=4.0)
    users, _ = corridors.place(copies, np.tile(np.arange(3), (3, 1)))
    assert users.corridor[0].tolist() == users.corridor[1].tolist()
    assert users.corridor[0, 0] == users.corridor[0, 1] != users.corridor[0, 2]
    assert not set(users.corridor[2]) & set(users.corridor[0])


def test_lights_are_told_as_the_groups_that_the_model_knows() -> None:
    groups = signal_groups(np.array([[ASPECTS.index("green"), ASPECTS.index("red"), ASPECTS.index("off")]]))
    assert groups.tolist() == [[0, 2, -1]]
