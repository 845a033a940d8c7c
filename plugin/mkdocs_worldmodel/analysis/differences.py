# How two runs of the same road users differ: who is elsewhere than in the other, by how much, and when.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import Rollout

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moved:
    """Who is farthest from where it is in the other run."""

    user: int
    distance: float
    """[m]"""
    time: float
    """When that is first so [s]."""


def displacement(one: Rollout, other: Rollout, last: int) -> F8:
    """(last + 1, N) how far everyone is from where it is in the other run at the same time [m].

    Args:
        one: a run, and
        other: another of the same road users in the same order, with the same step
        last: the last row that counts in both
    """
    if one.names != other.names or one.dt != other.dt:
        raise ValueError("these are not runs of the same road users")
    rows = slice(0, last + 1)
    apart = np.hypot(one.x[rows] - other.x[rows], one.y[rows] - other.y[rows])
    both = (one.present[rows] == 1) & (other.present[rows] == 1)
    away: F8 = np.where(both, apart, 0.0)
    return away


def most_moved(one: Rollout, other: Rollout, last: int, least: float = 0.0) -> Moved | None:
    """Which of the others, the ego aside, is farthest away; None where nobody is farther than `least` [m]."""
    away = displacement(one, other, last)[:, 1:]
    if not away.size or away.max() <= least:
        return None
    row, user = np.unravel_index(int(np.argmax(away)), away.shape)
    return Moved(int(user) + 1, float(away[row, user]), float(one.time[row]))
