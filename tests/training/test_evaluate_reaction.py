"""Whether others answer to what the ego does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.training.evaluate_forecasts import ROW
from mkdocs_worldmodel.training.evaluate_reaction import Pair, actions, behind, pairs, react, with_accelerations
from mkdocs_worldmodel.training.evaluate_tables import reaction
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import run, scenario

KIND, SEED, COUNT = "stop_and_go", 3, 4


class Deaf(Simulator):
    """A simulator whose others do what they would do if nobody commanded the ego."""

    def futures(
        self, scenario: Scenario, past: Rollout, row: int, *, seconds: float, count: int, seed: int,
        ego: Sequence[EgoAction] | None = None,
    ) -> RolloutBatch:  # fmt: skip
        free, commanded = (
            super(Deaf, self).futures(scenario, past, row, seconds=seconds, count=count, seed=seed, ego=each)
            for each in (None, ego)
        )
        for name in ("x", "y", "heading", "speed"):
            getattr(free, name)[:, :, 0] = getattr(commanded, name)[:, :, 0]
        return free


@cache
def found() -> list[Pair]:
    return pairs(KIND, SEED, COUNT)


@cache
def answered(world: type[Simulator]) -> Arrays:
    return react(world(), found(), SEED, tries=2)


def test_a_scene_with_a_braking_ego_is_the_same_up_to_then() -> None:
    assert found()
    for pair in found():
        for name in ("x", "y", "speed", "heading", "acceleration"):
            keeps, brakes = getattr(pair.keeps, name), getattr(pair.brakes, name)
            assert (keeps[:ROW] == brakes[:ROW]).all()
        assert (pair.keeps.x[ROW] == pair.brakes.x[ROW]).all()


def test_the_ego_brakes_to_a_stop() -> None:
    for pair in found():
        v0, speed = pair.brakes.speed[ROW, 0], pair.brakes.speed[ROW:, 0]
        assert speed == pytest.approx(np.maximum(v0 - 5.0 * 0.05 * np.arange(len(speed)), 0.0), abs=1e-6)


def test_the_follower_is_the_next_behind_in_the_same_lane() -> None:
    text = """
        road: {lanes: 3}
        ego: {lane: 2, speed: 80 km/h}
        actors:
          next: {lane: 2, behind: 20 m, speed: 80 km/h}
          later: {lane: 2, behind: 35 m, speed: 80 km/h}
          beside: {lane: 1, behind: 5 m, speed: 80 km/h}
          ahead: {lane: 2, ahead: 20 m, speed: 80 km/h}
        stop: {time: 1 s}
        """
    built = scenario(text)
    assert behind(built, run(text), 0) == [user.name for user in built.users].index("next")
    assert behind(scenario(far := text.replace("20 m", "50 m").replace("35 m", "80 m")), run(far), 0) is None
    assert behind(scenario(slow := text.replace("80 km/h", "5 km/h")), run(slow), 0) is None


def test_actions_of_another_are_driven_along_the_own_path() -> None:
    bend = [EgoAction(0.0, 0.001 * k) for k in range(40)]  # at 10 m/s half a metre of path each
    assert with_accelerations(bend, 10.0, bend) == pytest.approx(bend)
    slower = with_accelerations(bend, 10.0, [EgoAction(-2.0, 9.9)] * 40)
    assert {each.acceleration for each in slower} == {-2.0}
    way = 10.0 * 0.05 * np.arange(40) - 0.5 * 2.0 * (0.05 * np.arange(40)) ** 2
    assert [each.curvature for each in slower] == pytest.approx((0.001 * way / 0.5).tolist())


def test_recorded_actions_lead_along_the_recorded_path() -> None:
    pair = found()[0]
    done = actions(pair.brakes, ROW)
    assert len(done) == 160
    assert answered(Simulator)["path"].max() < 0.05


def test_drivers_who_see_the_ego_brake_and_the_deaf_do_not() -> None:
    hears, deaf = reaction(answered(Simulator)), reaction(answered(Deaf))
    assert hears["scenes"] == deaf["scenes"] == len(found()) >= 2
    assert hears["same direction"]["each future"][0] > 0.8
    assert hears["change"]["ratio"][0] == pytest.approx(1.0, abs=0.4)
    assert deaf["same direction"]["each future"] == [0.0, 0.0, 0.0]
    assert deaf["change"]["world"] == [0.0, 0.0, 0.0]
    # who does not hear does the same as those who are replayed
    assert deaf["contact"]["world"]["reacting"] == deaf["contact"]["world"]["replayed"]
    assert hears["contact"]["world"]["reacting"][0] < hears["contact"]["world"]["replayed"][0]


def test_another_scenes_commands_make_it_worse_for_those_who_hear() -> None:
    hears, deaf = (reaction(answered(each))["another's commands"]["brakes"] for each in (Simulator, Deaf))
    assert hears["ratio"][0] > 1.5
    assert deaf["ratio"][0] == pytest.approx(1.0)
