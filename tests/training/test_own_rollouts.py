"""A model begins a scene, and hands over to the drivers of the simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.training.own_rollouts import Beginner, beginner
from mkdocs_worldmodel.training.scenes import Scenes, scenes
from scenes import scenario

ROAD = """
    road: {lanes: 2, length: 900 m}
    ego: {lane: 1, speed: 20 m/s, at: 50 m}
    actors:
      other: {lane: 2, ahead: 30 m, speed: 20 m/s, driver: idm}
    stop: {time: 12 s}
    """


class Swerves:
    """Drives everyone but the ego: slower and slower, and to the left."""

    everyone = False

    def __init__(self) -> None:
        self.asked = 0

    def takes(self, simulation: Simulation, *, ego_commanded: bool) -> Any:
        self.asked += 1
        taken = np.ones(simulation.motion.s.shape, dtype=bool)
        taken[:, 0] = False
        return taken

    def controls(self, simulation: Simulation) -> tuple[Any, Any]:
        shape = simulation.motion.s.shape
        return np.full(shape, -1.0), np.full(shape, 0.02 if simulation.time < 1.0 else -0.02)


def drive(until: float) -> tuple[Any, Swerves]:
    simulation, swerves = Simulation([scenario(ROAD)], [1]), Swerves()
    simulation.policy = Beginner(swerves, until)
    return simulation.run(), swerves


def test_until_a_moment_somebody_drives_and_then_the_driver_of_the_simulation() -> None:
    run, swerves = drive(2.0)
    speed = run.speed[0, :, 1]
    np.testing.assert_allclose(speed[:41], 20.0 - 0.05 * np.arange(41), atol=1e-6)
    assert speed[41] > speed[40] - 0.05  # a driver who wants 20 m/s
    assert speed[-1] > 19.0
    assert swerves.asked == 40
    alone, _ = drive(0.0)
    np.testing.assert_allclose(run.speed[0, :, 0], alone.speed[0, :, 0])
    assert np.abs(alone.speed[0, :, 1] - 20.0).max() < 0.2


def test_who_was_driven_aside_comes_back_to_the_middle_of_a_lane_smoothly() -> None:
    run, _ = drive(2.0)
    y, yaw = run.y[0, :, 1], np.diff(run.heading[0, :, 1]) / 0.05
    assert abs(y[40] - y[0]) > 0.3
    middles = y[0] + 3.5 * np.arange(-1, 2)
    assert np.abs(middles - y[-1]).min() < 0.1
    assert np.abs(yaw[41:]).max() < 0.1


def test_a_model_begins_scenes_and_ends_as_people_drive() -> None:
    model = SceneModel.load(Path(__file__).parents[1] / "data" / "tiny-weights")

    def made(until: float | None) -> Scenes:
        prepare = None if until is None else beginner(model, until)
        return next(iter(scenes("curves", 4, 3, 6.0, prepare=prepare)))

    people, begun = made(None), made(2.0)
    assert begun.scenarios == people.scenarios
    np.testing.assert_array_equal(begun.run.x[:, 0], people.run.x[:, 0])
    assert np.nanmax(np.abs(begun.run.x[:, 40] - people.run.x[:, 40])) > 0.01
    assert np.isfinite(begun.run.x[begun.run.present > 0]).all()
    nobody = made(0.0)
    np.testing.assert_array_equal(nobody.run.x, people.run.x)


@pytest.mark.parametrize("commanded", [False, True])
def test_whoever_commands_the_ego_is_told_to_the_beginner(commanded: bool) -> None:
    told = []

    class Listens(Swerves):
        def takes(self, simulation: Simulation, *, ego_commanded: bool) -> Any:
            told.append(ego_commanded)
            return super().takes(simulation, ego_commanded=ego_commanded)

    simulation = Simulation([scenario(ROAD)], [1])
    simulation.policy = Beginner(Listens(), 1.0)
    if commanded:
        simulation.decide(np.zeros(1), np.zeros(1))
    else:
        simulation.decide()
    assert told == [commanded]
