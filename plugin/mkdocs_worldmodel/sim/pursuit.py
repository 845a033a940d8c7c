# Speeds that follow from something else than a target speed: stopping at a place, keeping a gap.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.now import STANDING, Now
from mkdocs_worldmodel.sim.running import ALONG, Running

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_THERE = 1e-3
"""Nearer than this, a stopping place is reached [m]."""
_APPROACH, _DAMPING = 0.25, 1.0
"""Of the gap controller near its goal: critically damped at 0.5 rad/s [1/s, 1/s]."""
_SHARE = 0.6
"""Part of the limits with which a large gap is closed; the rest is for what the other does."""


class Stop(Running):
    """Stops with the front bumper at a place: evenly from the last step in which the deceleration is not exceeded."""

    moves = ends = (ALONG,)

    def __init__(self, number: int, event: str, place: int, copies: Sequence[Any], now: Now) -> None:
        super().__init__(number, event, place, copies, now)
        self.road, self.s, self.deceleration = self.roads(), self.numbers("s"), self.numbers("deceleration")
        self._even = np.zeros(len(copies))
        """Deceleration with which it brakes; 0 before."""

    def begin(self, copies: Mask) -> Mask:
        self._even[copies] = 0.0
        return np.zeros_like(copies)

    def command_speed(self, a: F8) -> None:
        v, left, chosen = self.motion.v[:, self.actor], self._left(), a[:, self.actor]
        even = v * v / (2.0 * np.maximum(left, 1e-6))
        begins = v * v > 2.0 * self.deceleration * (left - v * DT)
        # who was slowed down on the way, as by a leader, approaches anew
        goes_on = even > 0.9 * self._even
        brakes = begins | ((self._even > 0.0) & goes_on)
        self._even = np.where(brakes, np.maximum(even, 1e-12), 0.0)
        a[:, self.actor] = np.where(self.active & brakes, np.minimum(chosen, -even), chosen)

    def advance(self) -> Mask:
        m, n = self.motion, self.actor
        content = (self._left() < _THERE) | (m.desired[:, n] <= STANDING)
        stands: Mask = self.active & (m.v[:, n] <= 1e-9) & content
        m.desired[stands, n] = 0.0
        return stands

    def _left(self) -> F8:
        """Metres from the front bumper to the place, (B,); none where it is not on the route."""
        left = self.motion.metres_to(self.actor, self.road, self.s) - self.motion.tables.front[:, self.actor]
        return np.where(np.isnan(left), 0.0, left)


class KeepGap(Running):
    """Keeps a distance or a time gap to another, ahead or behind; its driver drives where the other is not there."""

    moves = ends = (ALONG,)

    def __init__(self, number: int, event: str, place: int, copies: Sequence[Any], now: Now) -> None:
        super().__init__(number, event, place, copies, now)
        self.other = now.user(copies[0].other)
        self.distance, self.time_gap = self.numbers("distance"), self.numbers("time_gap", 0.0)
        self.fastest, self.hardest = self.numbers("max_acceleration"), self.numbers("max_deceleration")
        self.duration = self.numbers("duration", np.inf)
        self._since = np.zeros(len(copies))

    def begin(self, copies: Mask) -> Mask:
        self._since[copies] = self.now.time
        return np.zeros_like(copies)

    def command_speed(self, a: F8) -> None:
        m, pairs, i, j = self.motion, self.now.pairs, self.actor, self.other
        gap, v, other = pairs.gap(i, j), m.v[:, i], pairs.speed_along(i, j)
        ahead = np.where(pairs.along(i, j) >= 0.0, 1.0, -1.0)
        wanted = np.where(np.isnan(self.distance), self.time_gap * v, self.distance)
        # positive: it must get on faster than the other
        missing = ahead * (np.abs(gap) - wanted)
        limit = _SHARE * np.where(missing > 0.0, self.hardest, self.fastest)
        # far from the goal no faster towards it than can be taken back, near to it in proportion
        near, far = limit / (_APPROACH * _APPROACH), np.abs(missing)
        root = np.sqrt(limit * np.maximum(2.0 * far - near, 0.0))
        faster = np.where(missing < 0.0, -1.0, 1.0) * np.where(far < near, _APPROACH * far, root)
        held = np.clip(_DAMPING * (other + faster - v), -self.hardest, self.fastest)
        there = self.active & ~np.isnan(gap) & m.present[:, j]
        a[:, i] = np.where(there, held, a[:, i])

    def advance(self) -> Mask:
        over: Mask = self.active & (self.now.time - self._since >= self.duration - 1e-9)
        return over

    def leave(self, copies: Mask) -> None:
        self.motion.desired[copies, self.actor] = self.motion.v[copies, self.actor]
