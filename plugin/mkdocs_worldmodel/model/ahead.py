# Where a chunk leads: into another, past a red light, off the road. It can be looked at before it is driven.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import Pool
from mkdocs_worldmodel.model.features import ASPECT_GROUPS, KINDS, Users, locate
from mkdocs_worldmodel.model.kinematics import TICKS, Lane, Motion, integrate
from mkdocs_worldmodel.rollout.boxes import overlap

F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FURTHER = 10
"""Ticks after a chunk that are looked at: 1 s. Most of what lies further ahead passes by itself."""
_EVERY = 2
"""Of them, one in so many."""
_OFF = 0.3
"""Whose reference point lies further outside of all lanes than this is off the road [m]."""
_RED = [ASPECT_GROUPS["red"], ASPECT_GROUPS["red amber"]]


def ahead(start: Motion, acceleration: F8, yaw_rate: F8) -> list[Motion]:
    """Where a chunk leads, and what follows if then everyone goes on to brake and to turn as it did on average.

    Args:
        start: (B, M)
        acceleration: (B, M, 5) [m/s²]
        yaw_rate: (B, M, 5) [rad/s]

    Returns:
        states in the order of time, the first of them `start`.
    """
    chunk = integrate(start, acceleration, yaw_rate)
    braking = np.minimum(acceleration.mean(axis=-1, keepdims=True), 0.0)
    turning = yaw_rate.mean(axis=-1, keepdims=True)
    onward = integrate(chunk[-1], *(np.repeat(each, FURTHER, axis=-1) for each in (braking, turning)))
    return [start, *chunk, *onward[_EVERY - 1 :: _EVERY]]


def first_contacts(users: Users, present: Mask, states: list[Motion]) -> I8:
    """Which of the states is the first in which each two overlap, (B, M, M).

    It is the number of states where they never do, and where they do from the first one on.

    Args:
        users: bodies
        present: (B, M) who is there
        states: (B, M) each
    """
    x, y, heading = (np.stack([getattr(each, name) for each in states]) for name in ("x", "y", "heading"))
    centre = users.front - 0.5 * users.length
    x, y = x + centre * np.cos(heading), y + centre * np.sin(heading)  # (T, B, M)
    reach = 0.5 * np.hypot(users.length, users.width)
    i, j = np.triu_indices(x.shape[-1], 1)
    dx, dy, most = x[..., i] - x[..., j], y[..., i] - y[..., j], reach[:, i] + reach[:, j]
    near = (dx * dx + dy * dy <= most * most) & present[:, i] & present[:, j]  # (T, B, pairs)
    t, b, pair = np.nonzero(near)
    p, q = i[pair], j[pair]
    hit = overlap(
        (x[t, b, p], x[t, b, q]), (y[t, b, p], y[t, b, q]), (heading[t, b, p], heading[t, b, q]),
        (users.length[b, p], users.length[b, q]), (users.width[b, p], users.width[b, q]),
    )  # fmt: skip
    never = len(states)
    first: I8 = np.full((x.shape[1], x.shape[2], x.shape[2]), never, dtype=np.int64)
    np.minimum.at(first, (b[hit], p[hit], q[hit]), t[hit])
    first = np.minimum(first, np.swapaxes(first, 1, 2))
    return np.where(first == 0, never, first)


def first_red(pool: Pool, users: Users, lane: Lane, signals: I1, states: list[Motion]) -> I8:
    """In which of the states the front of each is first beyond a line whose light now shows red, (B, M).

    It is the number of states where it never is, and where it is from the first one on.

    Args:
        pool: the corridors
        users: bodies and corridors
        lane: where everyone is on its corridor in the first state
        signals: (B, S) groups of what lights show
        states: (B, M) each
    """
    never, shape = len(states), lane.sample.shape
    if not signals.shape[1]:
        return np.full(shape, never, dtype=np.int64)
    lights = pool.lights[np.maximum(lane.corridor, 0)]  # (B, M, L, 2)
    column = np.clip(lights[..., 1].astype(np.int64), 0, signals.shape[1] - 1)
    shown = signals[np.arange(shape[0])[:, None, None], column]
    closed = np.isin(shown, _RED) & (lane.corridor >= 0)[..., None]
    driven = _driven(states)  # (T - 1, B, M)
    front = (lane.sample + users.front)[..., None]
    left = lights[..., 0] - front  # (B, M, L)
    beyond = ((left >= 0.0) & closed & (driven[..., None] > left)).any(axis=-1)
    return np.where(beyond.any(axis=0), 1 + np.argmax(beyond, axis=0), never)


def first_off(pool: Pool, users: Users, lane: Lane, states: list[Motion]) -> I8:
    """In which of the states each motor vehicle is off its road, (B, M): that at the end of the chunk, or the last.

    It is the number of states where it never is, and where it is from the first one on.

    Args:
        pool: the corridors
        users: bodies and corridors
        lane: where everyone is on its corridor in the first state
        states: (B, M) each
    """
    driven = np.concatenate([np.zeros((1, *lane.sample.shape)), _driven(states)])
    motor = (users.kind < KINDS["bicycle"]) & (lane.corridor >= 0)
    at_first = _outside(pool, lane, states[0])
    first = np.full(lane.sample.shape, len(states))
    for k in (len(states) - 1, TICKS):
        off = _outside(pool, lane._replace(sample=lane.sample + driven[k]), states[k])
        first = np.where(motor & off & ~at_first, k, first)
    return first


def _outside(pool: Pool, lane: Lane, motion: Motion) -> Mask:
    """Who is outside of all lanes of its corridor, (B, M); nobody beyond its end."""
    lane, offset = locate(pool, lane, motion.x, motion.y)
    corridor = np.maximum(lane.corridor, 0)
    row = pool.at(corridor, np.rint(lane.sample).astype(np.int64))
    beside = np.abs(offset) > 0.5 * pool.width[row, lane.column] + _OFF
    outside: Mask = (beside | ~pool.exists[row, lane.column]) & (lane.sample < pool.end[corridor])
    return outside


def _driven(states: list[Motion]) -> F8:
    """Metres up to each of the states but the first, (T - 1, B, M)."""
    x, y = (np.stack([getattr(each, name) for each in states]) for name in ("x", "y"))
    return np.cumsum(np.hypot(np.diff(x, axis=0), np.diff(y, axis=0)), axis=0)
