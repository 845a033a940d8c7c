# How eventful scenes are: rare and critical moments can then be drawn more often for training.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_WINDOWS = 3
_ALONG, _ACROSS = 1.0, 1.0
"""What accelerations along and across count, in a score of 1 for each m/s²."""
_LANE_CHANGE = 2.0
"""What a lane change counts."""
_CRITICAL, _NEAR_CONTACT = 3.0, 4.0
"""Below this time to collision a moment counts [s]; how much where it goes to 0."""
_EVERY = 10
"""Times to collision are looked at in every so many rows."""
_BESIDE = 0.3
"""Bodies that would pass each other with less room than this are on a collision course [m]."""


def importance(run: RolloutBatch) -> F8:
    """How eventful each scene is, (S,): temporal importance after X-Foresight, for all road users at once.

    For a road user it is the sum, over three equal windows, of the largest `|a_x| + |a_y|` in it [m/s²], plus a part
    for lane changes and one for the smallest time to collision. A scene has the root mean square of its road users,
    in which one emergency braking weighs more than the unrest of all others.
    """
    there = (run.present > 0) & run.valid()[:, :, None]
    effort = _ALONG * np.abs(run.acceleration) + _ACROSS * np.abs(run.speed * run.yaw_rate)
    effort = np.where(there, np.minimum(effort, 12.0), 0.0)
    score = sum((part.max(axis=1) for part in np.array_split(effort, _WINDOWS, axis=1)), np.zeros(effort[:, 0].shape))
    score = score + _LANE_CHANGE * _lane_changes(run, there)
    score = score + _NEAR_CONTACT * np.clip(1.0 - _least_ttc(run, there) / _CRITICAL, 0.0, 1.0)
    users = np.maximum(there.any(axis=1).sum(axis=1), 1)
    root: F8 = np.sqrt((score * score).sum(axis=1) / users)
    return root


def _lane_changes(run: RolloutBatch, there: Mask) -> F8:
    """How often everyone comes from one lane into another on one road, (S, N)."""
    lane, road = run.lane, run.road
    changes = (lane[:, 1:] != lane[:, :-1]) & (road[:, 1:] == road[:, :-1]) & there[:, 1:] & there[:, :-1]
    changes &= (lane[:, 1:] != 0) & (lane[:, :-1] != 0) & (run.speed[:, 1:] > 0.5)
    counted: F8 = changes.sum(axis=1).astype(np.float64)
    return counted


def _least_ttc(run: RolloutBatch, there: Mask) -> F8:
    """Smallest time to collision of everyone with anyone if nobody changed their velocity, (S, N) [s]."""
    rows = slice(None, None, _EVERY)
    heading, speed = run.heading[:, rows], run.speed[:, rows]
    cos, sin = np.cos(heading), np.sin(heading)
    centre = (0.5 * run.length - run.rear_overhang)[:, None, :]
    x, y = run.x[:, rows] + centre * cos, run.y[:, rows] + centre * sin
    dx, dy = _between(x), _between(y)
    vx, vy = _between(speed * cos), _between(speed * sin)
    apart, relative = np.sqrt(dx * dx + dy * dy), np.sqrt(vx * vx + vy * vy)
    closing = -(dx * vx + dy * vy) / np.maximum(apart, 1e-6)
    aside = np.abs(dx * vy - dy * vx) / np.maximum(relative, 1e-6)
    room = 0.5 * (run.width[:, None, :, None] + run.width[:, None, None, :]) + _BESIDE
    free = np.maximum(apart - 0.5 * (run.length[:, None, :, None] + run.length[:, None, None, :]), 0.0)
    meets = (closing > 0.1) & (aside < room) & there[:, rows, :, None] & there[:, rows, None, :]
    meets &= ~np.eye(x.shape[2], dtype=bool)
    ttc: F8 = np.where(meets, free / np.maximum(closing, 0.1), np.inf).min(axis=(1, 3))
    return ttc


def _between(value: F8) -> F8:
    """(S, T, N) → differences of all pairs, (S, T, N, N)."""
    difference: F8 = value[:, :, None, :] - value[:, :, :, None]
    return difference
