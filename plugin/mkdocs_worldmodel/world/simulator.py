# The simulator as a world.

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.resume import resume
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import VERSION, Simulation
from mkdocs_worldmodel.sim.under_way import take_up
from mkdocs_worldmodel.world.guesses import Guesses

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
        else:
            _check(action)
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

    def futures(
        self, scenario: Scenario, past: Rollout, row: int, *, seconds: float, count: int, seed: int,
        ego: Sequence[EgoAction] | None = None,
    ) -> RolloutBatch:  # fmt: skip
        """Lane followers with drivers drawn from the priors; all ways on are represented as far as `count` allows."""
        if not (0 <= row < len(past.time) and count > 0 and seconds >= DT):
            raise WorldError(f"there is nothing to foretell: {count} futures of {seconds} s from row {row}")
        for action in ego or ():
            _check(action)
        start = resume(scenario, past, row, seconds=seconds)
        guesses = Guesses(start.network).futures(start, count, seed)
        simulation = Simulation(guesses, [seed] * count)
        led_here = past.acceleration[row - 1] if row else np.zeros_like(past.acceleration[0])
        take_up(simulation, np.broadcast_to(led_here, (count, len(led_here))))
        return simulation.run(ego or ())


def _check(action: EgoAction) -> None:
    if not (math.isfinite(action.acceleration) and math.isfinite(action.curvature)):
        raise WorldError(f"the ego's action is not finite: {action}")
