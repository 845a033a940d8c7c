# Futures: from a moment and what led to it, chunk after chunk, everybody at once.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import Pool
from mkdocs_worldmodel.model.features import THING, Observation, Past, Users, locate, observe
from mkdocs_worldmodel.model.kinematics import (
    TICKS,
    TOKEN,
    Lane,
    Motion,
    controls_of,
    decode,
    encode,
    integrate,
)
from mkdocs_worldmodel.model.runtime import SceneModel, Window

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Situation:
    """B scenes with N road users at the begin of a chunk, and what is remembered of the chunks before."""

    pool: Pool
    users: Users
    lane: Lane
    motion: Motion
    present: Mask
    """(B, N)"""
    past: Past
    window: Window

    def take(self, scenes: npt.NDArray[np.integer]) -> Situation:
        """Some of the scenes; one may come several times."""
        return Situation(
            self.pool, self.users.take(scenes), Lane(*(each[scenes] for each in self.lane)),
            Motion(*(each[scenes] for each in self.motion)), self.present[scenes],
            Past(*(each[scenes] for each in self.past)), self.window.take(scenes),
        )  # fmt: skip


def begin(model: SceneModel, pool: Pool, users: Users, lane: Lane, motion: Motion, present: Mask) -> Situation:
    """A situation without a past.

    Args:
        model: that will go on from here
        pool: the corridors
        users: bodies and corridors
        lane: where everyone is, to within some metres
        motion: where everyone is
        present: (B, N)
    """
    shape = present.shape
    here, _ = locate(pool, lane, motion.x, motion.y)
    nothing = Past(np.zeros((*shape, 2, TOKEN), dtype=np.float32), np.zeros((*shape, 2), dtype=bool))
    return Situation(pool, users, here, motion, present, nothing, model.window(*shape))


def observed(
    model: SceneModel, now: Situation, states: list[Motion], present: Mask, signals: I1, commanded: Mask | None = None
) -> Situation:
    """The situation after a chunk that was seen to happen.

    Args:
        model: that remembers it
        now: the situation before
        states: everybody after each of the chunk's five controls
        present: (B, N) who is there at its end
        signals: (B, Q) what lights showed at its begin, as groups of ASPECT_GROUPS
        commanded: (B, N) whose actions were given from outside
    """
    return _after(model, now, states, present, signals, commanded)


def imagine(
    model: SceneModel,
    now: Situation,
    chunks: int,
    signals: Callable[[int], I1],
    noise: Callable[[int], F4],
    given: Callable[[int], tuple[F8, F8]] | None = None,
) -> tuple[list[Motion], list[Mask]]:
    """Let everybody go on.

    Args:
        model: that is asked
        now: where it begins
        chunks: how many chunks of half a second
        signals: chunk → (B, Q) what lights show at its begin
        noise: chunk → (B, N, 10) standard normal
        given: chunk → accelerations and yaw rates (B, N, 5) that are commanded; NaN where nobody commands

    Returns:
        states every 0.1 s, the present one not among them, and who is there then, (B, N) each.
    """
    out: list[Motion] = []
    there: list[Mask] = []
    for k in range(chunks):
        shown = signals(k)
        _, offset = locate(now.pool, now.lane, now.motion.x, now.motion.y)
        seen = observe(now.pool, now.users, now.motion, now.present, now.lane, offset, now.past, shown)
        fixed = np.full((*now.present.shape, TOKEN), np.nan, dtype=np.float32)
        still = now.users.kind == THING
        fixed[still] = 0.0
        nothing = np.full((*still.shape, TICKS), np.nan)
        acceleration, yaw_rate = (nothing, nothing) if given is None else given(k)
        told = ~np.isnan(acceleration[..., 0])
        if told.any():
            tokens = encode(now.pool, now.lane, now.motion.speed, np.nan_to_num(acceleration), np.nan_to_num(yaw_rate))
            fixed[told] = tokens[told]
        token = model.chunk(seen, fixed, noise(k), now.window)
        a, w = decode(now.pool, now.lane, now.motion.speed, token, now.users.min_radius)
        a, w = np.where(told[..., None], acceleration, a), np.where(told[..., None], yaw_rate, w)
        hold = (still | ~now.present)[..., None]
        a, w = np.where(hold, 0.0, a), np.where(hold, 0.0, w)
        states = integrate(now.motion, a, w)
        lane, _ = locate(now.pool, now.lane, states[-1].x, states[-1].y)
        gone = (lane.corridor >= 0) & (lane.sample + now.users.front > now.pool.end[np.maximum(lane.corridor, 0)])
        present = now.present & ~gone
        out += states
        there += [now.present] * (TICKS - 1) + [present]
        now = _after(model, now, states, present, shown, told | still, seen=seen)
    return out, there


def _after(
    model: SceneModel, now: Situation, states: list[Motion], present: Mask, signals: I1, commanded: Mask | None,
    seen: Observation | None = None,
) -> Situation:  # fmt: skip
    """What is remembered of a chunk is what came of it: who stands cannot brake, however it was told to."""
    if seen is None:
        _, offset = locate(now.pool, now.lane, now.motion.x, now.motion.y)
        seen = observe(now.pool, now.users, now.motion, now.present, now.lane, offset, now.past, signals)
    token = encode(now.pool, now.lane, now.motion.speed, *controls_of([now.motion, *states]))
    given = np.zeros(now.present.shape, dtype=bool) if commanded is None else commanded
    window = model.remember(seen, token, now.window, commanded=given)
    end = states[-1]
    lane, _ = locate(now.pool, now.lane, states[len(states) // 2].x, states[len(states) // 2].y)
    lane, _ = locate(now.pool, lane, end.x, end.y)
    past = Past(
        np.stack([now.past.tokens[..., 1, :], token], axis=-2),
        np.stack([now.past.known[..., 1], now.present & present], axis=-1),
    )
    return replace(now, lane=lane, motion=end, present=present, past=past, window=window)
