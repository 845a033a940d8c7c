# The tip between two roads that part or join at a small angle: hatched asphalt, as far as it is narrow.

from __future__ import annotations

from itertools import permutations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.patches import STATIONS, Material, PatchBuilder
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve, outer_edge
from mkdocs_worldmodel.scenario.road import Contact, Road, RoadNetwork

F8 = npt.NDArray[np.float64]

_LONGEST, _WIDEST, _ANGLE = 80.0, 5.5, 0.35
"""Of a tip: length, and width between the outermost driving lanes [m]; angle between the roads [rad]."""
_PERIOD, _BAR, _SLANT = 6, 1, 4
"""Of the hatching along the road: from bar to bar, how long one is, how far it slants [m, whole]."""
_LINE = 0.3
"""Room for the lines along its sides [m]."""


def paint_gores(network: RoadNetwork, crossings: frozenset[str]) -> PatchBuilder:
    """Return the tips at all junctions but the `crossings`."""
    b = PatchBuilder()
    for junction in network.junctions:
        if junction.id in crossings:
            continue
        mouths: list[tuple[Road, Contact]] = []
        for road in network.roads:
            start, end = road.predecessor, road.successor
            if road.junction is None and start and start.kind == "junction" and start.id == junction.id:
                mouths.append((road, "start"))
            if road.junction is None and end and end.kind == "junction" and end.id == junction.id:
                mouths.append((road, "end"))
        for right, left in permutations(mouths, 2):
            _tip(b, right, left)
    return b


def _side(mouth: tuple[Road, Contact], left: bool) -> tuple[F8, float]:
    """Edge (N, 2) of the driving lanes, metre by metre away from the junction, and the first direction away."""
    road, contact = mouth
    away = 1 if contact == "start" else -1
    d = np.arange(0.0, min(_LONGEST, road.length) + 0.5)
    s = d if contact == "start" else road.length - d
    x, y, heading = RoadCurve(road).place(s, outer_edge(road, away if left else -away, s, driven=True))
    return np.stack([x, y], axis=1), float(heading[0]) + (0.0 if away > 0 else np.pi)


def _tip(b: PatchBuilder, right: tuple[Road, Contact], left: tuple[Road, Contact]) -> None:
    """Add the tip between two mouths, if the one lies on the right of the other, seen from the junction."""
    (p, along), (q, other) = _side(right, left=True), _side(left, left=False)
    if abs(np.mod(along - other + np.pi, 2.0 * np.pi) - np.pi) > _ANGLE:
        return
    count = min(len(p), len(q))
    p, q = p[:count], q[:count]
    across = np.array([-np.sin(along), np.cos(along)])
    gap = ((q - p) * across).sum(axis=1)
    if not -0.5 < gap[0] < 1.5 or gap[-1] < 1.0:
        return
    beyond = np.flatnonzero(gap > _WIDEST)
    end = int(beyond[0]) if len(beyond) else count - 1
    pieces = [np.linspace(i, min(i + 5, end), STATIONS) for i in range(0, end, 5)]
    if not pieces:
        return
    at = np.stack(pieces)
    b.between(Material.ASPHALT, _points(p, at), _points(q, at))
    share = np.linspace(0.0, 1.0, STATIONS)
    for i in range(_PERIOD, end - _BAR - _SLANT, _PERIOD):
        if gap[i] > 2.5 * _LINE:
            ends = [_inner(p, q, i), _inner(q, p, i + _SLANT), _inner(p, q, i + _BAR), _inner(q, p, i + _SLANT + _BAR)]
            low, high = (a + (e - a) * share[:, None] for a, e in (ends[:2], ends[2:]))
            b.between(Material.MARK, low[None], high[None])


def _points(line: F8, at: F8) -> F8:
    """Points of a line at (fractional) places."""
    index = np.arange(len(line))
    return np.stack([np.interp(at, index, line[:, axis]) for axis in range(2)], axis=-1)


def _inner(line: F8, other: F8, i: int) -> F8:
    """A point of a line, moved towards the other one, off the mark along it."""
    way = other[i] - line[i]
    point: F8 = line[i] + way * (_LINE / max(float(np.hypot(*way)), 1e-6))
    return point
