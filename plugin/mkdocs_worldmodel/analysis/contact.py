# Contact between road users: rigid oriented boxes, swept between the recorded rows. Roads do not matter here, only
# x, y and heading.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.boxes import F8, Boxes, axes
from mkdocs_worldmodel.analysis.sweep import Motion, first_touch
from mkdocs_worldmodel.rollout.batch import RolloutBatch

Side = Literal["front", "rear", "left", "right"]
Index = npt.NDArray[np.intp]

_CHUNK = 64
"""Copies looked at together: their positions stay in the processor's cache."""
_JUMP_FACTOR, _JUMP = 1.5, 0.5
"""Who goes further between two rows than its speed times the factor, plus so many metres, was put there (teleport,
sudden lane change) and sweeps over nothing on the way."""
_PATCH = 1e-3
"""Bodies are grown by this to find where they touch [m]."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a contact is for one of the two bodies."""

    side: Side
    """Which of its sides."""
    x: float
    y: float
    """Middle of where they touch, forward and to the left of its reference point [m]."""
    across: float
    """The same across its width: 0 at its right edge, 1 at its left."""
    overlap: float
    """Share of its width that the other takes, seen along its heading (0 to 1): Euro NCAP's overlap of two cars."""
    speed: float
    """Its speed at contact [m/s]."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The first touch of two road users."""

    row: int
    """First row at or after it."""
    first: int
    second: int
    """Which road users."""
    closing: float
    """Size of the difference of their velocities [m/s]."""
    time: float
    """When they touch [s]: between rows, positions are interpolated evenly and headings the shorter way."""
    hits: tuple[Hit, Hit]
    """Of the first and of the second."""

    def hit(self, user: int) -> Hit:
        """What it is for one of the two."""
        return self.hits[0 if user == self.first else 1]


def first_contacts(batch: RolloutBatch) -> list[Contact | None]:
    """The first contact of each copy, None where nobody touches."""
    best = np.full(len(batch), np.inf)
    found: list[tuple[int, float, int, int] | None] = [None] * len(batch)
    for i, j, b, k, part in _touches(batch, best):
        when = k + part
        earlier = when < best[b]
        best[b[earlier]] = when[earlier]
        for copy, row, at in zip(b[earlier].tolist(), k[earlier].tolist(), part[earlier].tolist(), strict=True):
            found[copy] = (row, at, i, j)
    return [None if f is None else _contact(batch, b, *f) for b, f in enumerate(found)]


def all_contacts(batch: RolloutBatch) -> list[tuple[Contact, ...]]:
    """For each copy, the first contact of each pair that touches, in order of time."""
    found: list[list[Contact]] = [[] for _ in range(len(batch))]
    for i, j, copies, rows, parts in _touches(batch, None):
        for b, k, part in zip(copies.tolist(), rows.tolist(), parts.tolist(), strict=True):
            found[b].append(_contact(batch, b, k, part, i, j))
    return [tuple(sorted(contacts, key=lambda c: c.time)) for contacts in found]


def _touches(batch: RolloutBatch, best: F8 | None) -> Iterator[tuple[int, int, Index, Index, F8]]:
    """Find the pairs that touch, and when each first does.

    Yields:
        the pair, and the copies, rows, and parts of the step to the next row. With `best` ((B,) rows), what comes
        later than that is left out.
    """
    x, y = (np.ascontiguousarray(np.moveaxis(a, 2, 0)) for a in (batch.x, batch.y))
    step = float(np.max(np.diff(batch.time), initial=0.0))
    front = np.maximum(batch.length - batch.rear_overhang, batch.rear_overhang)
    reach = np.sqrt(front * front + 0.25 * batch.width * batch.width)
    reach = reach + _JUMP_FACTOR * step * np.fmax.reduce(np.abs(batch.speed), axis=1) + _JUMP
    everyone = bool(batch.present.all())
    for i, j in combinations(range(len(batch.names)), 2):
        b, k = _near(x[i], y[i], x[j], y[j], reach[:, i] + reach[:, j])
        keep = k < batch.rows[b]
        if best is not None:
            keep &= k <= best[b]
        if not everyone:
            keep &= (batch.present[b, k, i] == 1) & (batch.present[b, k, j] == 1)
        b, k = b[keep], k[keep]
        if not len(b):
            continue
        one, other = _motion(batch, b, k, i), _motion(batch, b, k, j)
        part = first_touch(one, other)
        b, k, part = b[hit := np.isfinite(part)], k[hit], part[hit]
        if len(b):
            copies, at = np.unique(b, return_index=True)  # rows come in order of time
            yield i, j, copies, k[at], part[at]


def _near(x0: F8, y0: F8, x1: F8, y1: F8, reach: F8) -> tuple[Index, Index]:
    """Copies and rows in which two road users might touch before the next row."""
    limit = (reach * reach)[:, None]
    copies, rows = [], []
    for begin in range(0, len(x0), _CHUNK):
        c = slice(begin, begin + _CHUNK)
        dx, dy = x1[c] - x0[c], y1[c] - y0[c]
        dx *= dx
        dy *= dy
        dx += dy
        near = dx <= limit[c]
        if near.any():
            b, k = np.nonzero(near)
            copies.append(b + begin)
            rows.append(k)
    if not copies:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    return np.concatenate(copies), np.concatenate(rows)


def _motion(batch: RolloutBatch, b: Index, k: Index, user: int) -> Motion:
    """A road user's box from rows k to the next ones."""
    after = np.minimum(k + 1, batch.rows[b] - 1)
    start, end = _boxes(batch, b, k, user), _boxes(batch, b, after, user)
    dx, dy = (getattr(batch, n)[b, after, user] - getattr(batch, n)[b, k, user] for n in ("x", "y"))
    fastest = np.maximum(np.abs(batch.speed[b, k, user]), np.abs(batch.speed[b, after, user]))
    most = _JUMP_FACTOR * fastest * (batch.time[after] - batch.time[k]) + _JUMP
    goes_on = (dx * dx + dy * dy <= most * most) & (batch.present[b, after, user] == 1)
    turn = np.remainder(end.heading - start.heading + np.pi, 2.0 * np.pi) - np.pi
    return Motion(start, *(np.where(goes_on, d, 0.0) for d in (end.x - start.x, end.y - start.y, turn)))


def _boxes(batch: RolloutBatch, b: Index, k: Index, user: int) -> Boxes:
    length, width = batch.length[b, user], batch.width[b, user]
    ahead, heading = 0.5 * length - batch.rear_overhang[b, user], batch.heading[b, k, user]
    x = batch.x[b, k, user] + ahead * np.cos(heading)
    return Boxes(x, batch.y[b, k, user] + ahead * np.sin(heading), heading, length, width)


# -- one contact -----------------------------------------------------------------------------------------------


def _contact(batch: RolloutBatch, b: int, k: int, part: float, i: int, j: int) -> Contact:
    at, row = (np.array([v], dtype=np.intp) for v in (b, k))
    after = min(k + 1, int(batch.rows[b]) - 1)
    one, other = (_motion(batch, at, row, user).at(np.array([part])) for user in (i, j))
    speeds = [(1.0 - part) * float(batch.speed[b, k, u]) + part * float(batch.speed[b, after, u]) for u in (i, j)]
    v, h = np.array(speeds), np.array([one.heading[0], other.heading[0]])
    vx, vy = v * np.cos(h), v * np.sin(h)
    closing = float(np.sqrt((vx[0] - vx[1]) * (vx[0] - vx[1]) + (vy[0] - vy[1]) * (vy[0] - vy[1])))
    ux, uy, place, extent = (a[:, 0] for a in axes(one, other))
    axis = int(np.argmax(np.abs(place) - extent))
    toward = 1.0 if place[axis] >= 0.0 else -1.0
    normal = (toward * float(ux[axis]), toward * float(uy[axis]))
    patch = _patch(one, other)
    centres = 0.5 * batch.length[b] - batch.rear_overhang[b]
    hits = (
        _hit(one, other, patch, normal, float(centres[i]), speeds[0]),
        _hit(other, one, patch, (-normal[0], -normal[1]), float(centres[j]), speeds[1]),
    )
    time = float(batch.time[k]) + part * (float(batch.time[after]) - float(batch.time[k]))
    return Contact(k if part == 0.0 else after, i, j, closing, time, hits)


def _hit(own: Boxes, other: Boxes, patch: tuple[float, float], normal: tuple[float, float], centre: float,
         speed: float) -> Hit:  # fmt: skip
    cos, sin = float(np.cos(own.heading[0])), float(np.sin(own.heading[0]))
    forward, left = normal[0] * cos + normal[1] * sin, normal[1] * cos - normal[0] * sin
    side: Side = "front" if forward > 0.0 else "rear"
    if abs(left) > abs(forward):
        side = "left" if left > 0.0 else "right"
    dx, dy = patch[0] - float(own.x[0]), patch[1] - float(own.y[0])
    half = 0.5 * float(own.width[0])
    x, y = dx * cos + dy * sin, min(max(dy * cos - dx * sin, -half), half)
    corner_x, corner_y = other.corners()
    lateral = (corner_y[0] - own.y[0]) * cos - (corner_x[0] - own.x[0]) * sin
    shared = min(float(lateral.max()), half) - max(float(lateral.min()), -half)
    return Hit(side, x + centre, y, 0.5 + 0.5 * y / half, max(shared, 0.0) / (2.0 * half), speed)


def _patch(a: Boxes, b: Boxes) -> tuple[float, float]:
    """Middle of where two boxes touch: of the area that they share once grown a little."""
    grown = [Boxes(c.x, c.y, c.heading, c.length + _PATCH, c.width + _PATCH).corners() for c in (a, b)]
    (one, other) = ([(float(x), float(y)) for x, y in zip(cx[0], cy[0], strict=True)] for cx, cy in grown)
    points = clipped(one, other)
    if not points:
        return float(0.5 * (a.x[0] + b.x[0])), float(0.5 * (a.y[0] + b.y[0]))
    # the middle of the extremes, as the area of two faces that just touch is next to nothing
    (ax, ay), (bx, by) = max(
        combinations(points, 2),
        key=lambda p: (p[0][0] - p[1][0]) ** 2 + (p[0][1] - p[1][1]) ** 2,
        default=(points[0],) * 2,
    )
    return 0.5 * (ax + bx), 0.5 * (ay + by)


def clipped(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Corners of what two convex polygons (counter-clockwise) share (Sutherland and Hodgman 1974)."""
    points = one
    for (ax, ay), (bx, by) in zip(other, other[1:] + other[:1], strict=True):
        side = [(bx - ax) * (py - ay) - (by - ay) * (px - ax) for px, py in points]
        kept: list[tuple[float, float]] = []
        for n, (p, here) in enumerate(zip(points, side, strict=True)):
            q, there = points[n - 1], side[n - 1]
            if (here >= 0.0) != (there >= 0.0):
                share = there / (there - here)
                kept.append((q[0] + share * (p[0] - q[0]), q[1] + share * (p[1] - q[1])))
            if here >= 0.0:
                kept.append(p)
        points = kept
    return points
