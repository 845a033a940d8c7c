"""Scenarios as the model sees them along their runs, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mkdocs_worldmodel.model.corridor import Pool
from mkdocs_worldmodel.model.features import AHEAD, BESIDE, CLASSES, Observation, Past, Users, locate, observe
from mkdocs_worldmodel.model.kinematics import TOKEN, Lane, Motion
from mkdocs_worldmodel.model.scene import Corridors, signal_groups
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

_LANES = 3 + 3 * len(AHEAD) + 4 * len(BESIDE) + 4 + 3
WAY = slice(_LANES + CLASSES + 3, _LANES + CLASSES + 11)
"""Of `Observation.own`: limits, bends, how near the junction is."""
LIGHT = slice(WAY.stop, WAY.stop + 6)
"""How near a green, amber, red, red and amber light is, any light, and how hard one would have to brake for it."""
SIGNS = slice(LIGHT.stop, LIGHT.stop + 3)
"""How near a give way sign, a stop sign, a crosswalk is."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A scenario, what the simulator made of it, and its road users on their corridors; B = 1."""

    scenario: Scenario
    run: Rollout
    pool: Pool
    users: Users
    start: Lane

    @classmethod
    def of(cls, text: str) -> Drive:
        built = scenario(text)
        run = Simulator().run(built)
        corridors = Corridors([built], seconds=float(run.time[-1]))
        users, lane = corridors.place([built], np.arange(len(built.users))[None])
        return cls(built, run, corridors.pool, users, lane)

    def motion(self, row: int) -> Motion:
        return Motion(*(getattr(self.run, name)[None, row].copy() for name in ("x", "y", "heading", "speed")))

    def present(self, row: int) -> Any:
        return self.run.present[None, row] > 0

    def lane(self, row: int) -> tuple[Lane, Any]:
        """Where everyone is and how far left of the lane's middle, found by following from the start on."""
        lane, offset = self.start, np.zeros(self.start.sample.shape)
        for each in [0, 0, 0, *range(5, row, 5), row]:
            lane, offset = locate(self.pool, lane, self.motion(each).x, self.motion(each).y)
        return lane, offset

    def signals(self, row: int) -> Any:
        return signal_groups(self.run.signals[None, row])

    def seen(self, row: int, past: Past | None = None) -> Observation:
        told = nothing(self.present(row).shape) if past is None else past
        return observe(
            self.pool, self.users, self.motion(row), self.present(row), *self.lane(row), told, self.signals(row)
        )


def nothing(shape: tuple[int, ...]) -> Past:
    """No past."""
    return Past(np.zeros((*shape, 2, TOKEN), dtype=np.float32), np.zeros((*shape, 2), dtype=bool))
