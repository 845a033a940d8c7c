# How far places are from all roads of a network, so that nothing of the roadside stands on one.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.gore import paint_gores
from mkdocs_worldmodel.camera.ground.junction_area import crossings_of, islands_of
from mkdocs_worldmodel.camera.ground.patches import STATIONS
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve, near_span, outer_edge
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]

_STEP = 2.0
"""Distance of the discs that cover roads [m]."""
_WIDE = 190.0
"""How far from their road places are asked about, and half of a wide road [m]."""
_CORNER = 3.5
"""Around the ways of a crossing lie its corners and their pavements [m]."""


class Clearance:
    """Covers roads with discs.

    Args:
        network: The roads.
        near: (M, 2) points of the run [m].
        reach: How far from them places are asked for [m].
    """

    def __init__(self, network: RoadNetwork, near: F8, reach: float) -> None:
        middles: list[tuple[bool, F8]] = []
        halves: list[F8] = []
        paved: list[F8] = []
        crossings = {crossing.junction for crossing in crossings_of(network)}
        for road in network.roads:
            curve = RoadCurve(road)
            part = near_span(curve, network, near, reach + _WIDE)
            if part is None:
                continue
            low, high = part
            s = np.linspace(low, high, max(2, int((high - low) / _STEP) + 2))
            around = _CORNER if road.junction in crossings else 0.0
            for wide, extra, out in ((False, around, halves), (True, 0.0, paved)):
                right, left = (outer_edge(road, sign, s, paved=wide) for sign in (-1, 1))
                x, y, _ = curve.place(s, 0.5 * (right + left))
                middles.append((wide, np.stack([x, y], axis=1)))
                out.append(0.5 * np.abs(left - right) + extra)
        for island in islands_of(network):
            for wide, out in ((False, halves), (True, paved)):
                middles.append((wide, np.array([[island.x, island.y]])))
                out.append(np.array([island.radius]))
        for tip in paint_gores(network, frozenset(crossings)).points:
            for patch in tip:
                a, b = patch[:STATIONS, :2], patch[: STATIONS - 1 : -1, :2]
                for wide, out in ((False, halves), (True, paved)):
                    middles.append((wide, 0.5 * (a + b)))
                    out.append(0.5 * np.hypot(*(a - b).T))
        self._all, self._paved = (
            _near(np.concatenate([m for kind, m in middles if kind is wide]), np.concatenate(half), near, reach)
            for wide, half in ((False, halves), (True, paved))
        )

    def __call__(self, x: F8, y: F8) -> F8:
        """Distance of places (N,) from the nearest road, pavements included; negative upon it [m]."""
        return _distance(self._all, x, y)

    def asphalt(self, x: F8, y: F8) -> F8:
        """Distance of places (N,) from the nearest carriageway; negative upon it [m]."""
        return _distance(self._paved, x, y)


Discs = tuple[F8, F8]
"""Middles (D, 2) and radii (D,) [m]."""


def _near(middles: F8, halves: F8, near: F8, reach: float) -> Discs:
    """Keep the discs that matter within `reach` of the run."""
    keep = np.zeros(len(middles), dtype=bool)
    for x, y in near:
        keep |= np.hypot(middles[:, 0] - x, middles[:, 1] - y) < reach + halves + 10.0
    return middles[keep], halves[keep]


def _distance(discs: Discs, x: F8, y: F8) -> F8:
    out: F8 = np.full(len(x), 1e3)
    middles, halves = discs
    if len(middles):
        for i in range(0, len(x), 256):
            d = np.hypot(x[i : i + 256, None] - middles[:, 0], y[i : i + 256, None] - middles[:, 1])
            out[i : i + 256] = (d - halves).min(axis=1)
    return out
