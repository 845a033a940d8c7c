# What a world that foretells is given, the run up to one of its rows and nothing of what came after; and what it gives
# back, which is checked: it may be anybody's world.

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import STATES
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction

_STARTS = 0.5
"""Futures begin where the run is in that row, within this [m]."""
_MOVES = 0.001
"""Who goes less far than this in a step does not turn [m]."""


def past(run: Rollout, row: int) -> Rollout:
    """The run up to a row: whoever has it cannot look at what came after."""
    known: dict[str, Any] = {name: getattr(run, name)[: row + 1] for name in STATES}
    time = run.time[: row + 1]
    firings = tuple(f for f in run.firings if f.time <= float(time[-1]) + 1e-9)
    return replace(run, time=time, firings=firings, ended="", **known)


def actions(run: Rollout, row: int, steps: int) -> tuple[EgoAction, ...]:
    """What the ego did in each of so many steps from a row on, fewer where the run is shorter."""
    last = min(row + steps, len(run.time) - 1)
    rows = slice(row, last + 1)
    x, y, heading = run.x[rows, 0], run.y[rows, 0], run.heading[rows, 0]
    gone = np.hypot(np.diff(x), np.diff(y))
    turned = np.remainder(np.diff(heading) + np.pi, 2.0 * np.pi) - np.pi
    curvature = np.where(gone > _MOVES, turned / np.maximum(gone, _MOVES), 0.0)
    accelerations = run.acceleration[row:last, 0]
    return tuple(EgoAction(float(a), float(c)) for a, c in zip(accelerations, curvature, strict=True))


def checked(futures: RolloutBatch, run: Rollout, row: int, seconds: float, count: int) -> RolloutBatch:
    """Futures as a world gave them, cut to what was asked for.

    Raises:
        WorldError: where they are no futures of this row: other road users, other steps, elsewhere, too short, not
            finite.
    """
    rows = round(seconds / run.dt) + 1
    if (wrong := _wrong(futures, run, row, rows, count)) is not None:
        raise WorldError(f"the world '{futures.world}' gave no futures of this run: {wrong}")
    return _cut(futures, rows)


def continued(run: Rollout, row: int, futures: RolloutBatch, k: int) -> Rollout:
    """The run up to a row as one of its futures goes on from there."""
    future = futures.one(k)
    states: dict[str, Any] = {
        name: np.concatenate([getattr(run, name)[:row], getattr(future, name)]) for name in STATES
    }
    time = np.concatenate([run.time[:row], run.time[row] + future.time])
    firings = tuple(f for f in run.firings if f.time <= float(run.time[row]) + 1e-9)
    return replace(future, time=time, firings=firings, **states)


def _wrong(futures: RolloutBatch, run: Rollout, row: int, rows: int, count: int) -> str | None:
    """What is wrong with futures, if anything; `rows`: as many as they must have."""
    if futures.names != run.names or futures.roads != run.roads:
        return "they have other road users, or other roads"
    if len(futures) != count:
        return f"there are {len(futures)} instead of {count}"
    if len(futures.time) < rows or int(futures.rows.min()) < rows:
        return f"one has {min(len(futures.time), int(futures.rows.min()))} rows instead of {rows}"
    if np.abs(futures.time[:rows] - run.dt * np.arange(rows)).max() > 1e-6:
        return f"their rows are not {run.dt:g} s apart"
    for name in STATES:
        states = getattr(futures, name)
        if states.shape[:2] != (count, len(futures.time)) or states.shape[2:] != getattr(run, name).shape[1:]:
            return f"{name} has another shape"
        if not np.isfinite(states[:, :rows]).all():
            return f"{name} is not finite"
    there = run.present[row] == 1
    apart = np.hypot(futures.x[:, 0] - run.x[row], futures.y[:, 0] - run.y[row])[:, there]
    if apart.size and float(apart.max()) > _STARTS:
        return f"one begins {float(apart.max()):.1f} m from where the run is"
    return None


def _cut(futures: RolloutBatch, rows: int) -> RolloutBatch:
    """The first rows of all."""
    arrays: dict[str, Any] = {name: getattr(futures, name)[:, :rows] for name in STATES}
    return replace(futures, time=futures.time[:rows], rows=np.full(len(futures), rows, dtype=np.int32), **arrays)
