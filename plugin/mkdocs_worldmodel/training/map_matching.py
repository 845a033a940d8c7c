# Which roads somebody drove on: from positions in the plane to a way over the roads of a network that is continuous
# over time. A hidden Markov model over (road, direction), solved by Viterbi's algorithm (Newson and Krumm 2009).

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]

FAR = 30.0
"""Who is further than this from all roads is not placed [m]."""
_BESIDE = 0.7
"""A position this far beside its lane counts as one [m]."""
_TURNED = 0.35
"""A heading this far from the road's counts as one [rad]."""
_BEYOND = 0.5
"""A position this far beyond the end of a road counts as one [m]."""
_MOST = 60.0
"""What a heading against the road counts."""
_WRONG_SIDE = 30.0
"""What a road without lanes in that direction counts."""
_ONWARD = 4.0
"""What going on to the next road counts."""
_MOST_CELLS = 3_000_000
"""Of the tables of a network."""
_LEAP = 400.0
"""What changing to a road that is not the next one counts: it happens only where there is no other way."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Where somebody was on the roads; arrays are (T,)."""

    road: I8
    """Place in the network's roads."""
    direction: I8
    """+1 driving with increasing s, -1 against."""
    s: F8
    """[m]"""
    t: F8
    """[m]"""
    lane: I8
    """Nearest lane for vehicles in that direction; 0 where that side has none."""
    aside: F8
    """Distance from the middle of that lane [m]; of who walks: outside of all lanes."""
    outside: F8
    """Distance from that lane itself [m]; inf where no road is near."""
    beyond: F8
    """How far it is before the begin or behind the end of the road [m]."""
    leaps: int
    """How often it changed to a road that does not follow."""


class Roads:
    """A network prepared for matching."""

    def __init__(self, network: RoadNetwork) -> None:
        """Prepare a network.

        Raises:
            SpecError: where it is too large for that.
        """
        if _size(network) > _MOST_CELLS:
            raise SpecError(Mistake("the road network is too large", "keep the roads around the traffic"))
        self.network = network
        self.lines, self.lanes = ReferenceLines(network.roads), LaneTable(network.roads)
        self._boxes = [self._box(i) for i in range(len(network.roads))]
        self._next = set(_follows(network))

    def _box(self, i: int) -> tuple[float, float, float, float]:
        road = self.network.roads[i]
        s = np.linspace(0.0, road.length, 2 + int(road.length / 5.0))
        x, y, _ = self.lines.pose(i, s)
        reach = FAR + _half_width(self, i, s)
        return float(x.min() - reach), float(x.max() + reach), float(y.min() - reach), float(y.max() + reach)

    def match(self, x: F8, y: F8, heading: F8, *, walks: bool = False) -> Matched | None:
        """The way of one road user; x, y, heading are (T,) of its reference point. None: it is near no road.

        Args:
            x: [m]
            y: [m]
            heading: [rad], counter-clockwise from +x.
            walks: whether it is somebody on foot: anywhere on the road, in any direction.
        """
        found = [c for c in self._candidates(x, y, heading, walks) if np.isfinite(c.cost).any()]
        if not found:
            return None
        cost = np.array([c.cost for c in found])
        if not np.isfinite(cost.min(axis=0)).any():
            return None
        way = self._viterbi(found, np.where(np.isfinite(cost), cost, 1e6), walks)
        at = (way, np.arange(len(x)))
        chosen = {
            key: np.array([getattr(c, key) for c in found])[at]
            for key in ("s", "t", "lane", "aside", "outside", "beyond")
        }
        road = np.array([c.road for c in found])[way]
        direction = np.array([c.direction for c in found])[way]
        steps = [(a, b) for a, b in pairwise(way.tolist()) if a != b]
        leaps = sum((found[a].at, found[b].at) not in self._next for a, b in steps)
        return Matched(road, direction, leaps=0 if walks else leaps, **chosen)

    # -- how well a position fits a road ---------------------------------------------------------------------

    def _candidates(self, x: F8, y: F8, heading: F8, walks: bool) -> Iterator[_Candidate]:
        for i, (west, east, south, north) in enumerate(self._boxes):
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            if near.size == 0:
                continue
            s, t = self.lines.project(i, x[near], y[near])
            back_x, back_y, road_heading = self.lines.pose(i, s, t)
            beyond = np.hypot(back_x - x[near], back_y - y[near])
            for direction in (1,) if walks else (1, -1):
                lane, aside, outside = (self._walked if walks else self._driven)(i, direction, s, t)
                turned = heading[near] - road_heading - (np.pi if direction < 0 else 0.0)
                turned = np.abs(np.remainder(turned + np.pi, 2.0 * np.pi) - np.pi)
                cost = (outside / _BESIDE) ** 2 + (beyond / _BEYOND) ** 2 + 0.1 * np.minimum(aside, 3.0)
                if not walks:
                    cost = cost + np.minimum((turned / _TURNED) ** 2, _MOST) + np.where(lane == 0, _WRONG_SIDE, 0.0)
                cost = np.where(outside + beyond < FAR, cost, np.inf)
                yield _Candidate(
                    i,
                    direction,
                    _among(len(x), near, cost, np.inf),
                    _among(len(x), near, s, 0.0),
                    _among(len(x), near, t, 0.0),
                    _among(len(x), near, lane, 0.0).astype(np.int64),
                    _among(len(x), near, aside, 0.0),
                    _among(len(x), near, outside, np.inf),
                    _among(len(x), near, beyond, np.inf),
                )

    def _driven(self, i: int, direction: int, s: F8, t: F8) -> tuple[I8, F8, F8]:
        """Nearest lane for that direction, distance from its middle, and from the lane itself."""
        sign = -direction if self.network.roads[i].rule == "RHT" else direction
        lane, aside, outside = np.zeros(s.shape, np.int64), np.full(s.shape, 99.0), np.full(s.shape, np.inf)
        for each in (int(k) for k in self.lanes.ids):
            at = np.full(s.shape, each)
            there = self.lanes.is_drivable(i, s, at) & (each != 0)
            if each * sign < 0:
                there &= self._both_ways(i, each)
            if not there.any():
                continue
            off = np.abs(t - self.lanes.middle(i, s, at).value)
            beside = np.maximum(0.0, off - 0.5 * self.lanes.width(i, s, at))
            better = there & ((beside < outside) | ((beside == outside) & (off < aside)))
            lane, aside = np.where(better, each, lane), np.where(better, off, aside)
            outside = np.where(better, beside, outside)
        reach = np.maximum(0.0, np.abs(t) - _half_width(self, i, s))
        none = lane == 0
        return lane, np.where(none, np.abs(t), aside), np.where(none, reach, outside)

    def _both_ways(self, i: int, lane: int) -> bool:
        sections = self.network.roads[i].sections
        return any(ln.id == lane and ln.type == "bidirectional" for section in sections for ln in section.lanes)

    def _walked(self, i: int, _: int, s: F8, t: F8) -> tuple[I8, F8, F8]:
        low, high = _borders(self, i, s)
        outside = np.maximum(0.0, np.maximum(low - t, t - high))
        return np.zeros(s.shape, np.int64), outside, outside

    # -- which way fits best over time -------------------------------------------------------------------------

    def _viterbi(self, found: list[_Candidate], cost: F8, walks: bool) -> I8:
        """Place in `found` for each instant."""
        count, rows = cost.shape
        change = np.full((count, count), _ONWARD if walks else _LEAP)
        np.fill_diagonal(change, 0.0)
        onward = [(a, b) for a in range(count) for b in range(count) if (found[a].at, found[b].at) in self._next]
        ends = np.array([self._ends(each) for each in found])
        to_end, from_begin = ends[:, 0], ends[:, 1]
        best = cost[:, 0].copy()
        came = np.zeros((rows, count), dtype=np.int64)
        for k in range(1, rows):
            step = change
            if onward and not walks:
                step = change.copy()
                for a, b in onward:
                    gap = 0.5 * (to_end[a, k - 1] + from_begin[b, k])
                    step[a, b] = min(_LEAP, _ONWARD + gap * gap)
            total = best[:, None] + step
            came[k] = total.argmin(axis=0)
            best = total[came[k], np.arange(count)] + cost[:, k]
        way = np.zeros(rows, dtype=np.int64)
        way[-1] = best.argmin()
        for k in range(rows - 1, 0, -1):
            way[k - 1] = came[k, way[k]]
        return way

    def _ends(self, candidate: _Candidate) -> tuple[F8, F8]:
        """Metres to the end of the road, and since its begin, as driven."""
        length = self.network.roads[candidate.road].length
        rest = length - candidate.s
        return (rest, candidate.s) if candidate.direction > 0 else (candidate.s, rest)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A road driven in a direction, and how well each instant fits; arrays are (T,)."""

    road: int
    direction: int
    cost: F8
    s: F8
    t: F8
    lane: I8
    aside: F8
    outside: F8
    beyond: F8

    @property
    def at(self) -> tuple[int, int]:
        return self.road, self.direction


def _among(rows: int, near: npt.NDArray[np.intp], values: npt.NDArray[np.generic], elsewhere: float) -> F8:
    """Values of the instants that are near, among all."""
    out = np.full(rows, elsewhere)
    out[near] = values
    return out


def _size(network: RoadNetwork) -> int:
    """Cells of the tables of all pieces and lanes of all roads."""
    lines = max(len(road.geometries) for road in network.roads)
    pieces = max(
        len(road.sections) + len(road.lane_offset) + sum(len(ln.widths) for sec in road.sections for ln in sec.lanes)
        for road in network.roads
    )
    reach = max((abs(ln.id) for road in network.roads for sec in road.sections for ln in sec.lanes), default=0)
    return len(network.roads) * max(lines, pieces * (2 * reach + 1))


def _borders(roads: Roads, i: int, s: F8) -> tuple[F8, F8]:
    """Outermost borders of all lanes of a road as t [m]."""
    low, high = np.zeros(s.shape), np.zeros(s.shape)
    piece = roads.lanes.piece(i, s)
    for k, each in enumerate(int(n) for n in roads.lanes.ids):
        there = roads.lanes.exists[i, piece, k]
        at = np.full(s.shape, each)
        middle, half = roads.lanes.middle(i, s, at).value, 0.5 * roads.lanes.width(i, s, at)
        low = np.where(there, np.minimum(low, middle - half), low)
        high = np.where(there, np.maximum(high, middle + half), high)
    return low, high


def _half_width(roads: Roads, i: int, s: F8) -> float:
    low, high = _borders(roads, i, s)
    return float(max(-low.min(), high.max()))


def _follows(network: RoadNetwork) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of (road, direction) of which the second can be driven after the first."""
    row = {road.id: i for i, road in enumerate(network.roads)}
    for i, road in enumerate(network.roads):
        for direction, link in ((1, road.successor), (-1, road.predecessor)):
            if link is not None and link.kind == "road":
                yield (i, direction), (row[link.id], 1 if link.contact == "start" else -1)
    for junction in network.junctions:
        for each in junction.connections:
            connecting = network.roads[row[each.connecting]]
            entered = connecting.predecessor if each.contact == "start" else connecting.successor
            ends = (entered.contact,) if entered is not None and entered.id == each.incoming else ("start", "end")
            for end in ends:
                way_in = (row[each.connecting], 1 if each.contact == "start" else -1)
                yield (row[each.incoming], 1 if end == "end" else -1), way_in
