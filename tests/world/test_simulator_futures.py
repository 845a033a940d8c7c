"""The simulator's guesses at how a run goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import library_outcomes as library
from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.resume import resume
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.priors import PRIORS, drawn_driver, limit_at, usual_speed
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world.guesses import Guesses
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import block, scenario

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
    story: [{when: {time: 3 s}, do: {ego: {speed: {to: 0, over: 2 s}}}}]
    stop: {time: 14 s}
    """
ROW = 40


@cache
def driven() -> tuple[Scenario, Rollout]:
    built = scenario(TEXT)
    return built, Simulator().run(built)


def futures(count: int = 6, seed: int = 3, seconds: float = 8.0, ego: list[EgoAction] | None = None) -> RolloutBatch:
    return Simulator().futures(*driven(), ROW, seconds=seconds, count=count, seed=seed, ego=ego)


def test_futures_begin_where_the_run_is() -> None:
    _, run = driven()
    found = futures()
    assert found.x.shape == (6, 161, 5)
    assert found.time[0] == 0.0
    for name in ("x", "y", "speed", "present"):
        assert np.array_equal(getattr(found, name)[:, 0], np.tile(getattr(run, name)[ROW], (6, 1))), name
    assert np.allclose(found.heading[:, 0], run.heading[ROW])


def test_futures_differ_and_fewer_are_the_first_of_more() -> None:
    many = futures(6)
    assert len({many.x[k, -1, 0] for k in range(6)}) == 6
    assert futures(2).x.tobytes() == many.x[:2].tobytes()
    assert futures(6).x.tobytes() == many.x.tobytes()
    assert futures(6, seed=4).x.tobytes() != many.x.tobytes()


def test_every_way_through_the_junction_is_in_as_many_futures_as_can_be() -> None:
    built, run = driven()
    start = resume(built, run, ROW, seconds=8.0)
    guesses = Guesses(start.network)
    for count in (3, 6, 32):
        copies = guesses.futures(start, count, seed=1)
        for n, user in enumerate(start.users):
            if user.driver != "idm":
                continue
            ways = [copy.users[n].route for copy in copies]
            dealt = [ways.count(way) for way in guesses.routes(user)]
            assert sum(dealt) == count
            assert max(dealt) - min(dealt) <= 1
    assert len(guesses.routes(start.users[0])) == 3


def test_who_is_at_the_line_takes_a_way_that_its_lane_leads_to() -> None:
    start = resume(*driven(), ROW, seconds=8.0)
    ego = start.users[0]
    at_line = replace(ego, s=145.0)
    left = [way for way in Guesses(start.network).routes(ego) if way[0].lane != ego.lane]
    assert left, "from far away the left turn can be reached"
    assert {way[0].lane for way in Guesses(start.network).routes(at_line)} == {ego.lane}


def test_the_story_is_not_known() -> None:
    found = futures(6)
    assert found.firings == ((),) * 6
    assert (found.speed[:, 60, 0] > 3.0).all(), "the ego would stand by then if its future were known"


def test_the_driver_in_the_scenario_is_not_known() -> None:
    built, run = driven()
    other = replace(built, users=tuple(drawn_driver(u, 30.0, np.random.default_rng(7)) for u in built.users))
    secret = Simulator().futures(other, run, ROW, seconds=4.0, count=3, seed=3)
    assert secret.x.tobytes() == futures(3, seconds=4.0).x.tobytes()


def test_the_ego_does_as_commanded_and_then_drives_on_by_itself() -> None:
    _, run = driven()
    braked = futures(4, ego=[EgoAction(-2.0, 0.0)] * 40)
    speed = run.speed[ROW, 0] - 2.0 * braked.time[:41]
    assert np.allclose(braked.speed[:, :41, 0], speed)
    assert np.allclose(braked.acceleration[:, :40, 0], -2.0)
    assert (braked.acceleration[:, 41, 0] > -2.0).any()


@pytest.mark.parametrize(
    "wrong",
    [{"count": 0}, {"seconds": 0.0}, {"ego": [EgoAction(float("nan"), 0.0)]}, {"ego": [EgoAction(0.0, float("inf"))]}],
)
def test_what_cannot_be_foretold_is_said(wrong: dict[str, object]) -> None:
    with pytest.raises(WorldError):
        futures(**wrong)  # type: ignore[arg-type]


def test_a_row_that_is_not_there_cannot_be_gone_on_from() -> None:
    with pytest.raises(WorldError, match="row 999"):
        Simulator().futures(*driven(), 999, seconds=1.0, count=1, seed=0)


@pytest.mark.parametrize("name", library.names())
def test_every_scenario_of_the_library_can_be_gone_on_with(name: str) -> None:
    built = compose(block(f"scenario: {{from: library/{name}}}"))
    run = Simulator().run(built)
    found = Simulator().futures(built, run, len(run.time) // 2, seconds=1.0, count=2, seed=1)
    assert np.isfinite(found.x).all()
    assert np.isfinite(found.heading).all()
    assert (found.speed >= 0.0).all()


# -- priors ------------------------------------------------------------------------------------------------


def test_drivers_are_drawn_from_the_priors() -> None:
    built, _ = driven()
    rng = np.random.default_rng(0)
    car = [drawn_driver(built.users[0], 20.0, rng) for _ in range(2000)]
    desired = np.array([u.desired_speed for u in car])
    assert desired.mean() == pytest.approx(20.0, rel=0.01)
    assert desired.std() == pytest.approx(20.0 * PRIORS.speed_spread, rel=0.06)
    headway = np.array([u.idm.time_headway for u in car])
    assert PRIORS.time_headway[0] <= headway.min() < headway.max() <= PRIORS.time_headway[1]
    assert np.mean([u.lane_change.free for u in car]) == pytest.approx(PRIORS.free, abs=0.03)
    assert np.mean([u.give_way.red for u in car]) == pytest.approx(PRIORS.minds_red, abs=0.01)
    lorry = [drawn_driver(built.users[3], 30.0, rng).desired_speed for _ in range(50)]
    assert max(lorry) <= PRIORS.heavy


def test_what_is_usual_depends_on_the_limit_and_the_kind() -> None:
    road = driven()[0].network.roads[0]
    assert limit_at(road, 10.0) == pytest.approx(50 / 3.6)
    assert usual_speed("car", 13.9) == 13.9
    assert usual_speed("truck", None) == PRIORS.heavy
    assert usual_speed("car", None) == PRIORS.unlimited
    assert PRIORS.cyclist[0] < usual_speed("bicycle", 13.9) < PRIORS.cyclist[1]
