# Who matters in a run as its ego sees it, and when it matters most.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.figure.svg import F8

Why = Literal["contact", "distance", "stop", "end"]

NEAR = 60.0
"""Who never comes nearer than this has nothing to do with the ego [m]."""
CROSSING = 0.5
"""Sine of the angle from which on two ways cross (30°)."""
_CROSSES = 5.0
"""Nor has who comes to where the ego was later than this, or the other way round [s]."""
_LEVEL = 0.05
"""Distances that differ by less are one: a queue that stands is as near as when it came to a stop [m]."""
_EARLY = 0.5
"""A moment before this is the start itself [s]."""


@dataclass(frozen=True, slots=True)
class Critical:
    """The moment that a run is about."""

    row: int
    why: Why
    """Contact; the smallest distance to who matters; else where the ego comes to a stop; else the end."""
    pair: tuple[int, ...]
    """Road users whom it is between; none where the ego is alone."""
    cast: tuple[int, ...]
    """Everyone who matters: the ego, whom it meets, then the others by how near they come."""

    @property
    def other(self) -> int | None:
        """Whom the ego meets."""
        return next((i for i in self.pair if i), None)


def who_matters(r: Readings) -> list[int]:
    """Those who touch the ego, whom the story moves, who are ever ahead in its way, or who cross its way.

    The one who comes nearest is first. Where there is nobody, whoever moves; else everyone.
    """
    run, rows = r.run, slice(0, r.last + 1)
    story = [run.names.index(a.actor) for e in r.scenario.events for a in e.actions if a.actor in run.names]
    leaders = np.unique(r.ahead_of(0).leader[0, rows]).tolist()
    found = {i for i in (*story, *leaders) if i > 0} | {i for c in r.contacts for i in (c.first, c.second) if i}
    found |= {j for j in r.others(0) if float(r.pet(0, j)) < _CROSSES and _moves(r, j)}
    found = {j for j in found if _nearest(r, j) < NEAR}
    if not found:
        near = [j for j in r.others(0) if _nearest(r, j) < NEAR]
        found = {j for j in near if _moves(r, j)} or set(near)
    return sorted(found, key=lambda j: (_nearest(r, j), j))


def critical(r: Readings) -> Critical:
    """The moment of contact; else that of the smallest distance between the ego and who matters."""
    mattering = who_matters(r)
    why: Why = "end"
    row, pair = r.last, tuple(j for j in (0, *mattering[:1]) if mattering)
    standing = np.flatnonzero(r.run.speed[: r.last + 1, 0] < 0.1)
    if r.contacts:
        c = r.contact_of(0) or r.contacts[0]
        row, why, pair = min(c.row, r.last), "contact", (c.first, c.second)
    elif mattering:
        nearest = int(np.flatnonzero(_distance(r, mattering[0]) <= _nearest(r, mattering[0]) + _LEVEL)[0])
        if r.run.time[nearest] >= _EARLY:
            row, why = nearest, "distance"
    elif len(standing) and r.run.time[standing[0]] >= _EARLY:
        row, why = int(standing[0]), "stop"
    met = [i for i in pair if i]
    return Critical(row, why, pair, tuple(dict.fromkeys((0, *met, *mattering))))


def _distance(r: Readings, j: int) -> F8:
    """Between the ego and another; inf on roads beside each other, as before a ramp joins, if they meet later."""
    rows, run = slice(0, r.last + 1), r.run
    distance: F8 = r.distance(0, j)[rows]
    beside = np.abs(np.sin(run.heading[rows, j] - run.heading[rows, 0])) < CROSSING
    meet = np.where(beside & (run.road[rows, j] != run.road[rows, 0]), np.inf, distance)
    return meet if np.isfinite(meet).any() else distance


def _nearest(r: Readings, j: int) -> float:
    return float(_distance(r, j).min())


def _moves(r: Readings, j: int) -> bool:
    return bool((r.run.speed[: r.last + 1, j] > 0.1).any())
