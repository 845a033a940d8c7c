# Post-encroachment time: how long after one road user another comes to the same place. From the areas that their boxes
# really swept, without a grid.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.boxes import F8, Boxes, overlap

Index = npt.NDArray[np.intp]

_MOVED, _TURNED = 0.02, 0.01
"""Poses that differ by less are one place [m, rad]."""
_BLOCK = 24
"""Places of a path that are first looked at together."""
_HALVINGS = 8


def post_encroachment_time(a: Boxes, b: Boxes, time: F8) -> F8:
    """PET of two road users over a run, () [s]; inf where nobody ever comes to where the other was.

    The time from when the first leaves the area that the second sweeps in the run, until the second enters the area
    that the first swept (Allen, Shin, Cooper 1978). Where both are in the common area at once, as when one follows or
    merges behind the other, there is no such moment: then it is the smallest time between one leaving a place
    and the other reaching it; 0 where they touch.

    Args:
        a: (T,) of the one
        b: (T,) of the other, at the same times
        time: (T,) [s]
    """
    one, other = _places(a), _places(b)
    p, q = _meetings(a.at(one), b.at(other))
    if not len(p):
        return np.array(np.inf)
    results = []
    for first, second, k, n, ks, ns in ((a, b, one, other, p, q), (b, a, other, one, q, p)):
        leaves = _edge(first, second.at(n), time, _last_row(k, int(ks.max()), len(time)), forward=True)
        enters = _edge(second, first.at(k), time, int(n[ns.min()]), forward=False)
        results.append(enters - leaves)
    if (pet := max(results)) > 0.0:
        return np.array(pet)
    begin_a, end_a = time[one], time[np.append(one[1:] - 1, len(time) - 1)]
    begin_b, end_b = time[other], time[np.append(other[1:] - 1, len(time) - 1)]
    apart = np.maximum(begin_b[q] - end_a[p], begin_a[p] - end_b[q])
    return np.array(max(float(apart.min()), 0.0))


def _places(boxes: Boxes) -> Index:
    """First rows of the places along a path: who stands is in one place for long. NaN rows (absent) are none."""
    rows = np.flatnonzero(np.isfinite(boxes.x))
    if not len(rows):
        return rows
    kept, x, y, h = [int(rows[0])], boxes.x.tolist(), boxes.y.tolist(), boxes.heading.tolist()
    for k in rows[1:].tolist():
        n = kept[-1]
        if abs(x[k] - x[n]) + abs(y[k] - y[n]) > _MOVED or abs(h[k] - h[n]) > _TURNED:
            kept.append(k)
    return np.array(kept, dtype=np.intp)


def _last_row(places: Index, place: int, rows: int) -> int:
    """Last row of a place."""
    return int(places[place + 1]) - 1 if place + 1 < len(places) else rows - 1


def _meetings(a: Boxes, b: Boxes) -> tuple[Index, Index]:
    """Pairs of places at which two boxes overlap."""
    p, q = [], []
    for i, j in _near_blocks(a, b):
        u, v = np.arange(*i), np.arange(*j)
        one, other = a.at(np.repeat(u, len(v))), b.at(np.tile(v, len(u)))
        hit = np.flatnonzero(overlap(one, other))
        p.append(u[hit // len(v)])
        q.append(v[hit % len(v)])
    empty = np.zeros(0, dtype=np.intp)
    return np.concatenate([empty, *p]), np.concatenate([empty, *q])


def _near_blocks(a: Boxes, b: Boxes) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Blocks of places of either whose surrounding rectangles overlap."""
    (one, low_a, high_a), (other, low_b, high_b) = _blocks(a), _blocks(b)
    out = []
    for (begin, end), low, high in zip(one, low_a, high_a, strict=True):
        near = ((low_b <= high) & (high_b >= low)).all(axis=1)
        out += [((begin, end), other[n]) for n in np.flatnonzero(near).tolist()]
    return out


def _blocks(boxes: Boxes) -> tuple[list[tuple[int, int]], F8, F8]:
    spans = [(k, min(k + _BLOCK, len(boxes.x))) for k in range(0, len(boxes.x), _BLOCK)]
    x, y = boxes.corners()
    low = np.array([[x[u:v].min(), y[u:v].min()] for u, v in spans]).reshape(-1, 2)
    high = np.array([[x[u:v].max(), y[u:v].max()] for u, v in spans]).reshape(-1, 2)
    return spans, low, high


def _edge(mover: Boxes, area: Boxes, time: F8, row: int, *, forward: bool) -> float:
    """When a box that is in an area at a row leaves it before the next row, or entered it after the row before."""
    after = row + (1 if forward else -1)
    if not 0 <= after < len(time) or not np.isfinite(mover.x[after]):
        return float(time[row])
    inside, outside = 0.0, 1.0
    turn = float(np.remainder(mover.heading[after] - mover.heading[row] + np.pi, 2.0 * np.pi) - np.pi)
    for _ in range(_HALVINGS):
        part = 0.5 * (inside + outside)
        there = Boxes(
            mover.x[row] + part * (mover.x[after] - mover.x[row]),
            mover.y[row] + part * (mover.y[after] - mover.y[row]),
            mover.heading[row] + part * turn,
            mover.length[row],
            mover.width[row],
        )
        inside, outside = (part, outside) if overlap(there, area).any() else (inside, part)
    return float(time[row] + inside * (time[after] - time[row]))
