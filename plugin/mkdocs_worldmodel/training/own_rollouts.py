# Learning from one's own mistakes: the model drives the first seconds of a scene, then the simulator's drivers take
# over from wherever that led, and what they do there is learned (DAgger, Ross and others 2011; X-World's self-forcing
# has the same end). Without it a model has never seen the places to which its own small errors lead.

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.sim.policy import Policy
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.world.learned import take_wheel

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

Prepare = Callable[[Simulation], None]
"""What is done with a simulation before it runs."""


class Beginner:
    """Somebody who drives until a moment, and then hands over to the drivers of the simulation.

    Args:
        driver: who
        until: when it hands over [s]
    """

    everyone = False

    def __init__(self, driver: Policy, until: float) -> None:
        self.driver, self.until, self._drove = driver, until, np.zeros((0, 0), dtype=bool)

    def takes(self, simulation: Simulation, *, ego_commanded: bool) -> Mask:
        if simulation.time >= self.until - 1e-9:
            if self._drove.any():
                for n in np.flatnonzero(self._drove.any(axis=0)).tolist():
                    simulation.lateral.return_to_middle(self._drove[:, n], n)
            self._drove = np.zeros(simulation.motion.s.shape, dtype=bool)
            return self._drove
        self._drove = self.driver.takes(simulation, ego_commanded=ego_commanded)
        return self._drove

    def controls(self, simulation: Simulation) -> tuple[F8, F8]:
        if not self._drove.any():
            return np.zeros(simulation.motion.s.shape), np.zeros(simulation.motion.s.shape)
        return self.driver.controls(simulation)


def beginner(model: SceneModel, until: float) -> Prepare:
    """Let a model begin a scene; it drives all vehicles that the simulator would drive."""

    def prepare(simulation: Simulation) -> None:
        simulation.policy = Beginner(take_wheel(model, simulation), until)

    return prepare
