# Who gives way to whom in a crossing: (high, low) pairs of connecting roads, for every pair whose ways conflict.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.roads.site import Slot
from mkdocs_worldmodel.spec.road import JunctionControl

_PLACES: dict[Slot, int] = {"ego": 0, "right": 1, "ahead": 2, "left": 3}
_SAMPLES = 25


@dataclass(frozen=True, slots=True)
class Movement:
    """A way through the junction, as a connecting road."""

    road: Road
    start: Slot
    turn: Literal["right", "straight", "left"]
    goal: tuple[Slot, int]
    """Arm and lane (1: innermost) to which it leads."""
    lane: int
    """Lane that it comes from (1: innermost)."""


def priorities(movements: Sequence[Movement], control: JunctionControl, width: float) -> tuple[tuple[str, str], ...]:
    """All (high, low) pairs among movements that come closer to each other than 0.9 lane widths."""
    near = _conflicts([m.road for m in movements], 0.9 * width)
    pairs = (
        (a.road.id, b.road.id)
        for i, a in enumerate(movements)
        for j, b in enumerate(movements)
        if near[i, j] and _goes_first(a, b, control)
    )
    return tuple(pairs)


def _goes_first(a: Movement, b: Movement, control: JunctionControl) -> bool:
    """Whether b gives way to a, if their ways conflict."""
    apart = (_PLACES[a.start] - _PLACES[b.start]) % 4
    if apart == 0:  # lanes of one road that merge: the inner one goes on, the outer one gives way
        return a.goal == b.goal and a.lane < b.lane
    if apart == 2:  # they face each other
        return b.turn == "left" and a.turn != "left"
    if control == "right":
        return apart == 1
    if control == "signals":  # never green together
        return False
    main = {"ego", "ahead"} if control == "priority" else {"left", "right"}
    return a.start in main and b.start not in main


def _conflicts(roads: Sequence[Road], limit: float) -> npt.NDArray[np.bool_]:
    """(R, R) whether the middles of two connecting roads come closer than `limit` [m] anywhere."""
    if not roads:
        return np.zeros((0, 0), dtype=bool)
    line = ReferenceLines(roads)
    share = np.linspace(0.0, 1.0, _SAMPLES)
    s = line.length[:, None] * share
    x, y, _ = line.pose(np.arange(len(roads))[:, None], s)
    near = np.zeros((len(roads), len(roads)), dtype=bool)
    for i in range(len(roads)):
        gap = (x[:, :, None] - x[i]) ** 2 + (y[:, :, None] - y[i]) ** 2
        near[i] = (gap < limit * limit).any(axis=(1, 2))
    return near
