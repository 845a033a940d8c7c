# The simulator as a world.

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import VERSION, Simulation

_VALUES_AT_ONCE = 1_500_000
"""Copies x rows x road users of a batch: about 150 MB of records."""


class Simulator:
    """Kinematic bicycles, IDM traffic and the scenario's story; exact and fast."""

    name = "simulator"
    version = VERSION

    def __init__(self) -> None:
        self._simulation: Simulation | None = None

    def reset(self, scenario: Scenario, seed: int = 0) -> State:
        self._simulation = Simulation([scenario], [seed])
        return self._simulation.state(0)

    def step(self, action: EgoAction | None = None) -> State:
        if self._simulation is None:
            raise WorldError("reset the world before its first step")
        if action is None:
            self._simulation.decide()
        elif not (math.isfinite(action.acceleration) and math.isfinite(action.curvature)):
            raise WorldError(f"the ego's action is not finite: {action}")
        else:
            self._simulation.decide(np.array([action.acceleration]), np.array([action.curvature]))
        self._simulation.advance()
        return self._simulation.state(0)

    def run(self, scenario: Scenario, seed: int = 0) -> Rollout:
        return Simulation([scenario], [seed]).run().one(0)

    def run_many(self, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Iterator[RolloutBatch]:
        if not scenarios:
            return
        rows = max(s.stop_time for s in scenarios) / DT
        size = max(1, int(_VALUES_AT_ONCE / (rows * len(scenarios[0].users))))
        for i in range(0, len(scenarios), size):
            yield Simulation(scenarios[i : i + size], seeds[i : i + size]).run()
