# Where road users can start: the lanes of a network as stretches, with the speeds at which one may be under way there.

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.layout import Layout
from mkdocs_worldmodel.scenario.road import DRIVABLE, LaneType, Road

F8 = npt.NDArray[np.float64]
Use = Literal["drive", "cycle", "walk", "park"]

KMH = 1.0 / 3.6
_GRID = 4.0
"""Lanes are looked at every so many metres."""
_NARROWEST: dict[Use, float] = {"drive": 2.6, "cycle": 0.9, "walk": 1.0, "park": 1.7}
"""Where a lane is narrower than this, as on a taper, nobody starts [m]."""
_IN_BENDS = 1.8
"""Lateral acceleration at the start [m/s²]."""
_CALM = 1.8
"""Who starts before a bend can come to its speed with this deceleration [m/s²]."""
_FIRM = 1.6
"""Who starts before a junction or the end of a lane can stop there with this deceleration [m/s²]."""
_TO_LINE = 11.0
"""From the reference point of a car that waits at a junction to the end of its road [m]."""
_USES: dict[LaneType, Use] = {
    "biking": "cycle", "sidewalk": "walk", "parking": "park", "driving": "drive", "entry": "drive", "exit": "drive",
    "onRamp": "drive", "offRamp": "drive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of one lane where road users can start, sampled every few metres along the driving direction."""

    use: Use
    road: Road
    lane: int
    direction: int
    s: F8
    """(G,) in driving order [m]."""
    t: F8
    """(G,) middle of the lane [m]."""
    x: F8
    y: F8
    """(G,) where that is [m]."""
    limit: F8
    """(G,) speed limit, or what is usual without one [m/s]."""
    most: F8
    """(G,) highest speed at which one may start there: bends, junctions and lane ends ahead included [m/s]."""
    near: int
    """Place in `s` that is nearest to the focus of the network."""
    distance: float
    """From there to the focus [m]."""
    rank: int
    """0 for the outermost lane of its direction, then 1, 2 … inwards."""
    to_junction: bool
    """Whether it leads to a junction where one turns or gives way."""

    step: float
    """Metres of road between samples."""

    def place(self, u: float) -> int:
        """Sample at or before u metres from the beginning, in driving direction."""
        return min(max(int(u / self.step), 0), len(self.s) - 1)

    def middle(self, u: float) -> tuple[float, float, float, float]:
        """Of the lane, u metres from the beginning: t, x, y [m] and its heading [rad], between samples in a line."""
        i = min(self.place(u), len(self.s) - 2)
        part = u / self.step - i
        t, x, y = (float((1.0 - part) * each[i] + part * each[i + 1]) for each in (self.t, self.x, self.y))
        return t, x, y, math.atan2(self.y[i + 1] - self.y[i], self.x[i + 1] - self.x[i])


def stretches(layout: Layout, focus: tuple[float, float]) -> tuple[Stretch, ...]:
    """All pieces of lanes outside of junctions, nearest to the focus first."""
    network = layout.network
    lines, lanes = ReferenceLines(network.roads), LaneTable(network.roads)
    # through the gores of ramps and exits one drives on at full speed
    gores = {junction.id for junction in network.junctions if {"ramp", "exit"} & set(layout.arms)}
    out: list[Stretch] = []
    for row, road in enumerate(network.roads):
        if road.junction is not None or road.length < 3.0 * _GRID:
            continue
        there = {(ln.id, _USES[ln.type]) for sec in road.sections for ln in sec.lanes if ln.type in _USES}
        for lane, use in sorted(there):
            out += _of_lane(lines, lanes, row, road, lane, use, focus, gores)
    return tuple(sorted(out, key=lambda each: (each.distance, each.road.id, each.lane, each.s[0])))


def _of_lane(
    lines: ReferenceLines, lanes: LaneTable, row: int, road: Road, lane: int, use: Use, focus: tuple[float, float],
    gores: AbstractSet[str],
) -> list[Stretch]:  # fmt: skip
    sign = _flow(road, lane)
    count = int(road.length / _GRID)
    s = np.linspace(0.0, road.length, count + 1)
    ids = np.full(s.shape, lane)
    there = lanes.width(row, s, ids) >= _NARROWEST[use]
    there &= lanes.is_drivable(row, s, ids) == (use == "drive")
    t = lanes.middle(row, s, ids).value
    x, y, _ = lines.pose(row, s, t)
    away = np.hypot(x - focus[0], y - focus[1])
    limit, bend = _limits(road, s), lines.curvature_at(row, s)
    bend = np.abs(bend / np.maximum(1.0 - bend * t, 0.05))
    cap = np.minimum(1.1 * limit, np.sqrt(_IN_BENDS / np.maximum(bend, 1e-6)))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    rank = _rank(road, lane)
    out = []
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if high - low < 4:
            continue
        ends_road = (high == len(s)) if sign > 0 else (low == 0)
        link = road.successor if sign > 0 else road.predecessor
        onward = ends_road and (link is None or link.kind == "road" or link.id in gores)
        order = slice(low, high) if sign > 0 else slice(high - 1, low - 1 if low else None, -1)
        most = _brought_down(cap[order], math.inf if onward else 0.0)
        near = int(np.argmin(away[order]))
        out.append(Stretch(use, road, lane, sign, s[order], t[order], x[order], y[order], limit[order], most, near,
                           float(away[order][near]), rank, ends_road and not onward, road.length / count))  # fmt: skip
    return out


def _brought_down(cap: F8, at_end: float) -> F8:
    """Speeds from which one can come down to those further on."""
    out, held = np.empty(cap.shape), math.inf
    rest = at_end * at_end - 2.0 * _FIRM * _TO_LINE
    for i in range(len(cap) - 1, -1, -1):
        held = min(float(cap[i]), math.sqrt(held * held + 2.0 * _CALM * _GRID) if held < math.inf else math.inf)
        out[i] = min(held, math.sqrt(max(rest, 0.0)))
        rest += 2.0 * _FIRM * _GRID
    return out


def _limits(road: Road, s: F8) -> F8:
    limit = np.full(s.shape, road.speed_limit or 130.0 * KMH)
    for change in road.speed_limits:
        limit = np.where(s >= change.s, change.limit or 130.0 * KMH, limit)
    return limit


def _flow(road: Road, lane: int) -> int:
    """Direction of traffic in a lane."""
    sign = -1 if lane > 0 else 1
    return sign if road.rule == "RHT" else -sign


def _rank(road: Road, lane: int) -> int:
    """How many lanes lie outside of one, on its side."""
    beside = {ln.id for sec in road.sections for ln in sec.lanes if ln.type in DRIVABLE and ln.id * lane > 0}
    return sum(abs(each) > abs(lane) for each in beside)
