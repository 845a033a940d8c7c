# Controls of a chunk as the model says them, and the motion that follows from them: accelerations, and yaw rates as
# deviations from following the lane. Every sample is drivable, and a commanded token is followed exactly.

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import Pool

F8 = npt.NDArray[np.float64]
F4 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int64]

TICK = 0.1
"""Time of one control [s]."""
TICKS = 5
"""Controls of a chunk."""
CHUNK = TICK * TICKS
"""[s]"""
TOKEN = 2 * TICKS
"""Numbers of a token: five accelerations, five yaw rates."""
ACCELERATION = 1.2
"""Of a token's unit [m/s²]."""
_YAW, _YAW_SPREAD = 0.015, 1.3
_LATERAL = 7.0
"""Largest lateral acceleration: tyres on dry asphalt [m/s²]."""
_MOST = 12.0
"""Largest acceleration and deceleration at all [m/s²]."""
_CREEPS, _STARTS = 0.2, 0.5
"""Who is slower than this before and after a chunk stands [m/s], lest it creep over a stop line by small errors; unless
it starts in the chunk's last tick [m/s²]."""


class Motion(NamedTuple):
    """Where everyone is; arrays (B, N).

    Attributes:
        x, y: of the reference point [m].
        heading: [rad], counts on.
        speed: [m/s]
    """

    x: F8
    y: F8
    heading: F8
    speed: F8


class Lane(NamedTuple):
    """Which lane everyone follows; arrays (B, N).

    Attributes:
        corridor: number in the pool; -1 for who follows none.
        column: of the corridor.
        sample: how far along it [m].
    """

    corridor: I8
    column: I8
    sample: F8


def integrate(start: Motion, acceleration: F8, yaw_rate: F8) -> list[Motion]:
    """Motion at the end of each control.

    Args:
        start: (B, N)
        acceleration: (B, N, K) held for TICK each [m/s²]
        yaw_rate: (B, N, K) likewise [rad/s]
    """
    x, y, heading, speed = start
    out = []
    for k in range(acceleration.shape[-1]):
        after = np.maximum(0.0, speed + acceleration[..., k] * TICK)
        middle = heading + 0.5 * TICK * yaw_rate[..., k]
        distance = 0.5 * (speed + after) * TICK
        x, y = x + distance * np.cos(middle), y + distance * np.sin(middle)
        heading, speed = heading + TICK * yaw_rate[..., k], after
        out.append(Motion(x, y, heading, speed))
    return out


def _speeds(speed: F8, acceleration: F8) -> tuple[F8, F8, F8]:
    """Mean speed during, and metres up to the middle of, each control, (B, N, K); speed after all of them, (B, N)."""
    means, metres = [], []
    driven = np.zeros_like(speed)
    for k in range(acceleration.shape[-1]):
        after = np.maximum(0.0, speed + acceleration[..., k] * TICK)
        mean = 0.5 * (speed + after)
        means.append(mean)
        metres.append(driven + 0.5 * mean * TICK)
        driven, speed = driven + mean * TICK, after
    return np.stack(means, -1), np.stack(metres, -1), speed


def lane_yaw_rate(pool: Pool, lane: Lane, speed: F8, acceleration: F8) -> F8:
    """Yaw rate of who follows its lane with these accelerations, (B, N, K) [rad/s]; 0 for who follows none."""
    mean, metres, _ = _speeds(speed, acceleration)
    sample = np.rint(lane.sample[..., None] + metres).astype(np.int64)
    rows = pool.at(np.maximum(lane.corridor, 0)[..., None], sample)
    bend = pool.curvature[rows, lane.column[..., None]]
    return np.where(lane.corridor[..., None] >= 0, mean * bend, 0.0)


def encode(pool: Pool, lane: Lane, speed: F8, acceleration: F8, yaw_rate: F8) -> F4:
    """Controls → token, (B, N, 10): accelerations first."""
    beside = yaw_rate - lane_yaw_rate(pool, lane, speed, acceleration)
    parts = [acceleration / ACCELERATION, np.arcsinh(beside / _YAW) / _YAW_SPREAD]
    token: F4 = np.clip(np.concatenate(parts, axis=-1), -10.0, 10.0).astype(np.float32)
    return token


def yaw_beside(part: F4) -> F8:
    """Yaw-rate part of a token → yaw rate beyond following the lane [rad/s], any shape."""
    beside: F8 = np.sinh(part.astype(np.float64) * _YAW_SPREAD) * _YAW
    return beside


def decode(pool: Pool, lane: Lane, speed: F8, token: F4, min_radius: F8) -> tuple[F8, F8]:
    """Token → accelerations and yaw rates, (B, N, 5) [m/s², rad/s], within what a body can do; who creeps, stands.

    Args:
        pool: the corridors
        lane: that everyone follows
        speed: (B, N) at the begin [m/s]
        token: (B, N, 10)
        min_radius: (B, N) of the tightest turn [m]
    """
    acceleration = np.clip(token[..., :TICKS].astype(np.float64) * ACCELERATION, -_MOST, _MOST)
    *_, after = _speeds(speed, acceleration)
    creeps = (speed < _CREEPS) & (after < _CREEPS) & (acceleration[..., -1] < _STARTS)
    stops = np.stack([-speed / TICK, *[np.zeros_like(speed)] * (TICKS - 1)], axis=-1)
    acceleration = np.where(creeps[..., None], stops, acceleration)
    mean, *_ = _speeds(speed, acceleration)
    beside = yaw_beside(np.clip(token[..., TICKS:], -6.0, 6.0))
    yaw_rate = lane_yaw_rate(pool, lane, speed, acceleration) + beside
    most = np.minimum(mean / min_radius[..., None], _LATERAL / np.maximum(mean, 0.5))
    return acceleration, np.clip(yaw_rate, -most, most)


def controls_of(states: Sequence[Motion]) -> tuple[F8, F8]:
    """Accelerations and yaw rates, (…, K), that lead from the first of K + 1 moments to each one a control later."""
    acceleration, yaw_rate = [], []
    for now, after in pairwise(states):
        turned = np.remainder(after.heading - now.heading + np.pi, 2.0 * np.pi) - np.pi
        acceleration.append((after.speed - now.speed) / TICK)
        yaw_rate.append(turned / TICK)
    return np.stack(acceleration, axis=-1), np.stack(yaw_rate, axis=-1)
