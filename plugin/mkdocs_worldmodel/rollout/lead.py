# Who is ahead of whom along a road. The simulator's drivers and the analysis ask the same question, so the
# answer lives below both.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]

MARGIN = 0.3
"""Two road users are in each other's way if their lateral extents come closer than this [m]."""
ACROSS = 0.5
"""Sine of the angle to the road beyond which a body stands across it, as people do who cross. Up to it, its bumpers
count as if it stood along the road: so they do for everyone who drives in lanes."""


@dataclass(frozen=True, slots=True)
class Extents:
    """Road users as intervals in road coordinates; all arrays (..., N)."""

    direction: F8
    s: F8
    t: F8
    front: F8
    """Reference point to front bumper, or to the foremost corner of who stands across [m]."""
    rear: F8
    """Reference point to rear bumper, or to the rearmost corner [m]."""
    low: F8
    """Smallest t that the body takes [m]."""
    high: F8
    speed: F8
    """Along its own direction [m/s]."""
    bend: F8
    """Heading of the road there, not wrapped [rad]: a lane's metres between two s are Δs - t · Δbend."""


def extents(direction: F8, s: F8, t: F8, slant: F8, speed: F8, bend: F8, body: tuple[F8, F8, F8]) -> Extents:
    """Road users as intervals; all arrays (..., N).

    Args:
        direction: +1 with increasing s, -1 against
        s: along the road [m]
        t: across the road [m]
        slant: heading relative to the road in its own direction [rad]
        speed: [m/s]
        bend: heading of the road's reference line at s, not wrapped [rad]
        body: length, width, rear overhang [m]
    """
    length, width, rear = body
    front = length - rear
    sine = direction * np.sin(slant)
    at_front, at_rear = t + sine * front, t - sine * rear
    half = 0.5 * width
    if (across := np.abs(sine) > ACROSS).any():
        half, cosine = np.broadcast_to(half, s.shape), np.cos(slant)
        turned = half * np.abs(sine)
        fore, aft = np.maximum(front * cosine, -rear * cosine), np.maximum(rear * cosine, -front * cosine)
        front, rear = np.where(across, fore + turned, front), np.where(across, aft + turned, rear)
        half, speed = np.where(across, half * np.abs(cosine), half), np.where(across, speed * cosine, speed)
    low = np.minimum(at_front, at_rear) - half
    high = np.maximum(at_front, at_rear) + half
    return Extents(direction, s, t, front, rear, low, high, speed, bend)


def leader(e: Extents, follower: int) -> tuple[npt.NDArray[np.intp], F8, F8]:
    """Find who is next ahead of one road user, in its way.

    Returns:
        index (...,) of the leader, -1 where there is none; free gap (...,) bumper to bumper along its own lane [m],
        inf where there is none; the leader's speed (...,) in the follower's direction [m/s], 0 where none.
        A gap below zero means that the bodies overlap lengthwise.
    """
    i = follower
    sign = e.direction[..., i, None]
    same = sign * e.direction
    # the end of the other that the follower would meet: its rear if it drives the same way, else its front
    near = np.where(same > 0, e.rear, e.front)
    along = sign * ((e.s - e.s[..., i, None]) - e.t[..., i, None] * (e.bend - e.bend[..., i, None]))
    gap = along - near - e.front[..., i, None]
    middle = 0.5 * (e.front - e.rear)
    ahead = along + same * middle - middle[..., i, None] > 0.0
    in_way = (e.low < e.high[..., i, None] + MARGIN) & (e.high > e.low[..., i, None] - MARGIN)
    valid = ahead & in_way
    valid[..., i] = False
    gap = np.where(valid, gap, np.inf)
    index = np.argmin(gap, axis=-1)
    nearest = np.take_along_axis(gap, index[..., None], -1)[..., 0]
    speed = np.take_along_axis(same * e.speed, index[..., None], -1)[..., 0]
    found = nearest < np.inf
    return np.where(found, index, -1), nearest, np.where(found, speed, 0.0)
