# Scenes as the learned model follows them, chunk after chunk: where everyone is on its corridor, what everyone has done
# of late. The same for a past that is read from a record and for a run under way.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import MIDDLE, Pool
from mkdocs_worldmodel.model.features import Observation, Past, Users, locate, observe
from mkdocs_worldmodel.model.kinematics import TICK, TICKS, TOKEN, Lane, Motion, controls_of, decode, encode

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MIDWAY = TICKS // 2
"""After so many ticks of a chunk everyone is looked up on its corridor once more, so that nobody is lost."""
_SEATS = 4
"""Scenes are filled up with nobody to a multiple of this: only so many numbers at a time give the same bits in
onnxruntime, whoever else is in the batch (vector instructions, and the rest after them, round differently)."""
_FASTEST = 120.0
"""Who moved faster than this was put elsewhere by the story [m/s]."""


def seated(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(…, road users) → (…, M): zeros for nobody."""
    missing = -values.shape[-1] % _SEATS
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)])


def seats(columns: I8) -> I8:
    """(B, road users) → (B, M): -1 for nobody."""
    return seated(columns + 1) - 1


class Followed:
    """B scenes of M road users, filled up with nobody.

    Attributes:
        users: what does not change about them.
        lane, offset: where everyone was on its corridor when the chunk began; motion: likewise on the ground.
        past: the last two chunks.
        signals: groups of what lights showed when the chunk began, (B, S).
    """

    def __init__(self, pool: Pool, users: Users, lane: Lane, motion: Motion) -> None:
        """`motion` is where everyone begins, `lane` says about where that is on the corridors."""
        self.pool, self.users, self.motion = pool, users, motion
        for _ in range(3):  # the metres of a lane are not those of its road: come nearer step by step
            lane, offset = locate(pool, lane, motion.x, motion.y)
        self.lane, self.offset = lane, offset
        self._here, self._last = lane, motion
        self.signals = np.zeros((len(motion.x), 0), dtype=np.int8)
        shape = motion.x.shape
        self.past = Past(np.zeros((*shape, 2, TOKEN), dtype=np.float32), np.zeros((*shape, 2), dtype=bool))

    def leave(self, who: Mask) -> None:
        """Who (B, M) has left its way for good is on no corridor any more."""
        if (who & (self.users.corridor >= 0)).any():
            self.users = replace(self.users, corridor=np.where(who, -1, self.users.corridor))
            self._here = self._here._replace(corridor=self.users.corridor)

    def begin(self, motion: Motion, present: Mask, signals: I1) -> Observation:
        """Begin a chunk; what the model is told of it.

        Args:
            motion: of everyone now, (B, M)
            present: who is there, (B, M)
            signals: (B, S) groups of what lights show
        """
        self.offset = self.look_up(motion)
        self.lane, self.motion, self.signals = self._here, motion, signals
        return observe(self.pool, self.users, motion, present, self.lane, self.offset, self.past, signals)

    def look_up(self, motion: Motion) -> F8:
        """Find everyone on its corridor; metres left of the middle of its lane, (B, M)."""
        moved = np.hypot(motion.x - self._last.x, motion.y - self._last.y)
        elsewhere = (moved > _FASTEST * (MIDWAY + 1) * TICK) & (self._here.corridor >= 0)
        if elsewhere.any():
            lost = self._here._replace(corridor=np.where(elsewhere, self._here.corridor, -1))
            found, _ = locate(self.pool, lost, motion.x, motion.y, anywhere=True)
            column = np.where(elsewhere, MIDDLE, self._here.column)
            self._here = Lane(self._here.corridor, column, np.where(elsewhere, found.sample, self._here.sample))
        self._here, offset = locate(self.pool, self._here, motion.x, motion.y)
        self._last = motion
        return offset

    def held(self, acceleration: F8, yaw_rate: F8) -> F4:
        """Tokens (B, M, 10) of who keeps to an acceleration and a yaw rate, (B, M), through the chunk."""
        held = (np.repeat(each[..., None], TICKS, axis=-1) for each in (acceleration, yaw_rate))
        return encode(self.pool, self.lane, self.motion.speed, *held)

    def controls(self, token: F4) -> tuple[F8, F8]:
        """Accelerations and yaw rates of the chunk that tokens (B, M, 10) stand for, (B, M, 5)."""
        return decode(self.pool, self.lane, self.motion.speed, token, self.users.min_radius)

    def end(self, states: Sequence[Motion], alive: Mask) -> F4:
        """End a chunk; its tokens as it really was, (B, M, 10), zeros for who was not there throughout.

        Args:
            states: at its begin and after each of its ticks
            alive: (B, M) who was there throughout
        """
        for before, after in pairwise(states):
            alive = alive & (np.hypot(after.x - before.x, after.y - before.y) < _FASTEST * TICK)
        token = encode(self.pool, self.lane, self.motion.speed, *controls_of(states)) * alive[..., None]
        self.past = Past(
            np.stack([self.past.tokens[..., 1, :], token], axis=-2), np.stack([self.past.known[..., 1], alive], axis=-1)
        )
        return token
