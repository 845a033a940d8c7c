# The present moment of B copies: all that the story's conditions look at and its actions act on.

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.longitudinal import Longitudinal
from mkdocs_worldmodel.sim.motion import Motion
from mkdocs_worldmodel.sim.pairs import Pairs

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

STANDING = 1e-3
"""Slower than this, a road user stands [m/s]."""


class Progress(Protocol):
    """How far the story is: what conditions about events ask. Each returns (B,)."""

    def has_started(self, event: str) -> Mask: ...

    def has_ended(self, event: str) -> Mask: ...


class Now:
    """Everyone's motion, the lights, and the time.

    Attributes:
        stood: (B, N) how long everyone has stood [s]; -1 for whoever moves.
    """

    def __init__(
        self, motion: Motion, lateral: Lateral, longitudinal: Longitudinal, lights: Lights, progress: Progress
    ) -> None:
        self.motion, self.lateral, self.longitudinal = motion, lateral, longitudinal
        self.lights, self.progress = lights, progress
        self.pairs = Pairs(motion)
        self.time = 0.0
        self._since: F8 = np.full(motion.s.shape, np.inf)
        """When everyone came to stand; inf for whoever moves."""
        self.stood: F8 = np.full(motion.s.shape, -1.0)

    def advance(self, time: float) -> None:
        """Note a new moment."""
        self.time = time
        stands = (self.motion.v <= STANDING) & self.motion.present
        self._since = np.where(stands, np.minimum(self._since, time), np.inf)
        self.stood = np.where(stands, time - np.where(stands, self._since, 0.0), -1.0)
        self.pairs.forget()

    def user(self, name: str) -> int:
        """Column of a road user."""
        return self.motion.tables.names.index(name)
