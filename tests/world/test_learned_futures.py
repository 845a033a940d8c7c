"""What the learned world foretells: from where, for whom, on which ways, and that it knows nothing of what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pretended import Pretended, accelerating, lively, world

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.features import OWN
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.joined import joined
from mkdocs_worldmodel.rollout.resume import resume
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world import learned
from mkdocs_worldmodel.world.guesses import Guesses
from mkdocs_worldmodel.world.learned import Learned
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

TEXT = """
    road:
      {kind: town, lanes: 2, oncoming: 2, speed_limit: 50 km/h,
       junction: {at: 150 m, lanes: 2, oncoming: 2, control: signals}}
    ego: {lane: 1, speed: 40 km/h, at: 40 m}
    actors:
      beside: {lane: 2, ahead: 10 m, speed: 45 km/h}
      oncoming: {on: ahead, lane: 1, before: 60 m, speed: 45 km/h}
      lorry: {kind: truck, on: right, lane: 1, before: 50 m, speed: 40 km/h}
      walker: {kind: pedestrian, lane: pavement, ahead: 30 m, facing: left}
      cone: {kind: cone, lane: 1, ahead: 80 m}
    story: [{when: {time: 3 s}, do: {ego: {speed: {to: 0, over: 2 s}}}}]
    stop: {time: 10 s}
    """
ROW = 40
Own = npt.NDArray[np.float32]


@cache
def driven() -> tuple[Scenario, Rollout]:
    built = scenario(TEXT)
    return built, Simulator().run(built)


def futures(of: Learned, count: int = 4, seed: int = 3, seconds: float = 4.0, **more: Any) -> RolloutBatch:
    return of.futures(*driven(), ROW, seconds=seconds, count=count, seed=seed, **more)


def same(a: RolloutBatch, b: RolloutBatch, copies: int) -> bool:
    names = [f.name for f in fields(a) if isinstance(getattr(a, f.name), np.ndarray) and f.name != "time"]
    return all(getattr(a, name)[:copies].tobytes() == getattr(b, name)[:copies].tobytes() for name in names)


def test_futures_begin_where_the_run_is_and_everybody_but_things_moves() -> None:
    _, run = driven()
    found = futures(world(lively))
    assert found.x.shape == (4, 81, 6)
    for name in ("x", "y", "speed", "present"):
        assert np.array_equal(getattr(found, name)[:, 0], np.tile(getattr(run, name)[ROW], (4, 1))), name
    moving = futures(world(accelerating(0.5)))
    moved = np.hypot(moving.x[:, -1] - moving.x[:, 0], moving.y[:, -1] - moving.y[:, 0])
    assert (moved[:, :5] > 0.0).all(), "the walker too"
    assert (moved[:, 5] == 0.0).all()
    assert len({found.x[k, -1, 0] for k in range(4)}) == 4


def test_fewer_futures_are_the_first_of_more_and_the_seed_decides() -> None:
    many = futures(world(lively), 5, seconds=2.0)
    assert same(futures(world(lively), 2, seconds=2.0), many, 2)
    assert same(futures(world(lively), 5, seconds=2.0), many, 5)
    assert not same(futures(world(lively), 5, seed=4, seconds=2.0), many, 1)


def test_futures_are_the_same_however_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = futures(world(lively), 5, seconds=2.0)
    monkeypatch.setattr(learned, "_AT_ONCE", 12)  # two copies of six road users
    assert same(futures(world(lively), 5, seconds=2.0), whole, 5)


def test_nothing_after_the_row_is_known() -> None:
    built, run = driven()
    spoilt = {
        name: np.concatenate([getattr(run, name)[: ROW + 1], getattr(run, name)[ROW + 1 :] * np.nan])
        for name in ("x", "y", "s", "t", "speed", "heading", "acceleration", "yaw_rate")
    }
    later = world(lively).futures(built, replace(run, **spoilt), ROW, seconds=2.0, count=2, seed=3)
    assert same(later, futures(world(lively), 2, seconds=2.0), 2)
    assert later.firings == ((), ())
    assert (later.speed[:, 30, 0] > 3.0).all(), "the story would stop the ego"


def test_the_model_is_shown_what_everyone_did_in_the_last_two_seconds() -> None:
    _, run = driven()
    model = Pretended(accelerating(0.0))
    futures(Learned(model), 2, seconds=1.0)
    shown = model.remembered[:4]
    assert all(tokens.shape == (2, 8, 10) for tokens, _ in shown)
    for k, (tokens, commanded) in enumerate(shown):
        v = run.speed[ROW - 40 + 10 * k : ROW - 40 + 10 * k + 11 : 2, :4]
        assert np.allclose(np.swapaxes(tokens[0, :4, :5], 0, 1) * 1.2, np.diff(v, axis=0) / 0.1, atol=1e-3)
        assert commanded.all(axis=0).nonzero()[0].tolist() == [5]
    seen, _ = model.asked[0]
    history = seen.own[0, 0, -22:-2]
    assert np.allclose(history, np.concatenate([shown[2][0][0, 0], shown[3][0][0, 0]]), atol=1e-6)
    assert seen.own[0, 0, -2:].tolist() == [1.0, 1.0]


def test_a_run_that_has_only_begun_has_less_to_show() -> None:
    built, run = driven()
    for row, chunks in ((0, 0), (9, 0), (10, 1), (25, 2)):
        model = Pretended(accelerating(0.0))
        found = Learned(model).futures(built, run, row, seconds=0.5, count=1, seed=0)
        assert len(model.remembered) == chunks + 1
        assert np.array_equal(found.x[0, 0], run.x[row])


# -- ways ------------------------------------------------------------------------------------------------------


def ways(found: RolloutBatch, n: int) -> list[str]:
    """Where somebody has come to in each future: names of roads."""
    return [found.roads[r] for r in found.road[:, -1, n]]


def through(score: Callable[[Own], Any] | None, count: int = 16) -> RolloutBatch:
    """Everybody drives on at its speed for long enough to be through the junction."""
    return futures(Learned(Pretended(accelerating(0.0), score=score)), count, seconds=14.0)


def test_where_all_ways_are_equally_likely_each_has_its_share() -> None:
    start = resume(*driven(), ROW, seconds=14.0)
    guesses, found = Guesses(start.network), through(None)
    for n in range(4):
        options = guesses.routes(start.users[n])
        ends = ways(found, n)
        shares = [ends.count(name) for name in set(ends)]
        assert len(shares) == len({route[-1].road for route in options})
        assert max(shares) - min(shares) <= 2


def test_the_way_that_the_model_finds_likely_is_taken() -> None:
    seen: list[int] = []

    def second(own: Own) -> Any:
        assert own.shape[1] == OWN
        seen.append(len(own))
        return np.where(np.arange(len(own)) == 1, 50.0, 0.0)

    found = through(second, 4)
    start = resume(*driven(), ROW, seconds=14.0)
    routes = Guesses(start.network).routes(start.users[0])
    assert seen == [len(Guesses(start.network).routes(user)) for user in start.users[:4]]
    assert set(ways(found, 0)) == {routes[1][-1].road}


def test_a_commanded_ego_knows_its_way_and_does_as_it_is_told() -> None:
    actions = [EgoAction(-1.0, 0.0)] * 60
    model = Pretended(accelerating(0.5), score=lambda own: np.arange(len(own)) * 50.0)
    found = futures(Learned(model), 3, ego=actions)
    _, run = driven()
    expected = run.speed[ROW, 0] - found.time[:61]
    assert np.allclose(found.speed[:, :61, 0], expected)
    assert (found.speed[:, -1, 0] > found.speed[:, 60, 0]).all(), "then the model drives it on"
    assert [c[:, 0].all() for _, c in model.remembered[:10]] == [True] * 10
    assert not np.isnan(model.asked[0][1][:, 0]).any()
    its = Simulator().futures(*driven(), ROW, seconds=4.0, count=3, seed=3, ego=actions)
    for name in ("x", "y", "heading"):
        assert np.array_equal(getattr(found, name)[:, :61, 0], getattr(its, name)[:, :61, 0])


def test_whom_the_model_does_not_know_the_simulator_drives() -> None:
    found = futures(world(accelerating(-9.0), most_users=3), 2)
    assert found.world.endswith("; 3 of 6 road users by the simulator")
    assert (found.speed[:, -1, [0, 1, 4]] == 0.0).all(), "the ego and the two nearest: the walker is one of them"
    assert (found.speed[:, -1, [2, 3]] > 1.0).all()


# -- mistakes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"count": 0}, "nothing to foretell"),
        ({"count": 10**6}, "at most 256 futures of 24 s, not 1000000 of 4 s"),
        ({"seconds": 25.0}, "at most 256 futures of 24 s, not 4 of 25 s"),
        ({"seconds": 0.0}, "nothing to foretell"),
        ({"ego": [EgoAction(0.0, float("inf"))]}, "not finite"),
    ],
)
def test_what_cannot_be_made_is_said(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        futures(world(lively), **wrong)


def test_a_row_that_is_not_in_the_run_is_said() -> None:
    with pytest.raises(WorldError, match="row 999"):
        world(lively).futures(*driven(), 999, seconds=1.0, count=1, seed=0)


def test_a_past_that_is_no_number_is_said() -> None:
    built, run = driven()
    speed = run.speed.copy()
    speed[30, 2] = np.nan
    with pytest.raises(WorldError, match=r"the run's speed of oncoming at 1\.5 s is not a number"):
        world(lively).futures(built, replace(run, speed=speed), ROW, seconds=1.0, count=1, seed=0)


def test_a_guess_that_is_no_number_is_said() -> None:
    with pytest.raises(WorldError, match="guess of a way"):
        futures(world(lively, score=lambda own: np.full(len(own), np.nan)))


# -- batches together ------------------------------------------------------------------------------------------


def test_joined_batches_are_their_copies_in_order() -> None:
    one, two = futures(world(lively), 2, seconds=1.0), futures(world(lively), 3, seconds=2.0)
    both = joined([one, two])
    assert len(both) == 5
    assert len(both.time) == 41
    assert both.rows.tolist() == [21, 21, 41, 41, 41]
    for k, (batch, b) in enumerate([(one, 0), (one, 1), (two, 0), (two, 1), (two, 2)]):
        assert both.one(k).x.tobytes() == batch.one(b).x.tobytes()
        assert both.one(k).signals.tobytes() == batch.one(b).signals.tobytes()
