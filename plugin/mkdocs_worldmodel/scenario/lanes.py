# Lanes of many roads as tables, so that the middle of a lane is looked up for all road users of a batch at once.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import find_piece, piece_starts
from mkdocs_worldmodel.scenario.road import DRIVABLE, Cubic, LaneSection, Road

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Across:
    """A lateral position that varies along the road, in the road's coordinates."""

    value: F8
    """[m]"""
    slope: F8
    """Change per metre of s."""
    bend: F8
    """Second derivative [1/m]."""


class LaneTable:
    """Middles, widths and kinds of the lanes of R roads, by road, piece of the road, and lane id.

    A piece is a stretch on which all widths are one cubic each. Lane ids index from `-reach` to `reach`.

    Attributes:
        start: (R, P) where each piece begins [m]; inf where a road has no more pieces.
        exists, drivable: (R, P, L) bool.
        after, before: (R, P, L) id of the lane that continues this one in the next, in the previous piece; 0: none.
            At the ends of a road they are its lanes' own links (into the road that lies there).
    """

    def __init__(self, roads: Sequence[Road]) -> None:
        cuts = [_cuts(road) for road in roads]
        self.reach = max((abs(ln.id) for r in roads for sec in r.sections for ln in sec.lanes), default=0)
        pieces, ids = max(len(c) for c in cuts), 2 * self.reach + 1
        self.start: F8 = np.full((len(roads), pieces), np.inf)
        self._middle: F8 = np.zeros((len(roads), pieces, ids, 4))
        self._width: F8 = np.zeros((len(roads), pieces, ids, 4))
        self.exists = np.zeros((len(roads), pieces, ids), dtype=bool)
        self.drivable = np.zeros((len(roads), pieces, ids), dtype=bool)
        self.after: I8 = np.zeros((len(roads), pieces, ids), dtype=np.int64)
        self.before: I8 = np.zeros((len(roads), pieces, ids), dtype=np.int64)
        self._index = {id(road): i for i, road in enumerate(roads)}
        for i, road in enumerate(roads):
            self._fill(i, road, cuts[i])
        self._starts = piece_starts(self.start)
        self.single = pieces == 1
        self.constant = self.single and not self._middle[..., 1:].any()
        """Whether no lane's middle moves anywhere."""

    def _fill(self, i: int, road: Road, cuts: Sequence[float]) -> None:
        for p, s in enumerate(cuts):
            self.start[i, p] = s
            section, begins, ends = _around(road, s, cuts[p + 1] if p + 1 < len(cuts) else None)
            for sign in (1, -1):
                border = _polynomial(road.lane_offset, s)
                for lane in section.side(sign):
                    width = _polynomial(lane.widths, s - section.s)
                    at = lane.id + self.reach
                    self._width[i, p, at] = width
                    self._middle[i, p, at] = border + 0.5 * sign * width
                    border = border + sign * width
                    self.exists[i, p, at] = True
                    self.drivable[i, p, at] = lane.type in DRIVABLE
                    self.after[i, p, at] = (lane.successor or 0) if ends else lane.id
                    self.before[i, p, at] = (lane.predecessor or 0) if begins else lane.id

    def piece(self, road: Any, s: F8) -> Any:
        """Index of the piece that holds s on that road (the first also before 0)."""
        if self.single:
            return 0
        return find_piece(self._starts, road, s)

    def middle(self, road: Any, s: F8, lane: I8) -> Across:
        """Middle of a lane as t, with its derivatives; of a lane that is not there, the reference line."""
        piece, at = self.piece(road, s), np.clip(lane + self.reach, 0, 2 * self.reach)
        if self.constant:
            zeros = np.zeros(s.shape)
            return Across(self._middle[road, piece, at, 0] + zeros, zeros, zeros)
        return _evaluate(self._middle[road, piece, at], s - self.start[road, piece])

    def width(self, road: Any, s: F8, lane: I8) -> F8:
        """Width of a lane [m]; 0 where it is not there."""
        piece, at = self.piece(road, s), np.clip(lane + self.reach, 0, 2 * self.reach)
        return _evaluate(self._width[road, piece, at], s - self.start[road, piece]).value

    def is_drivable(self, road: Any, s: F8, lane: I8) -> npt.NDArray[np.bool_]:
        """Whether there is such a lane for motor vehicles."""
        inside = np.abs(lane) <= self.reach
        found: npt.NDArray[np.bool_] = self.drivable[road, self.piece(road, s), np.where(inside, lane, 0) + self.reach]
        return found & inside

    def at(self, road: Any, s: F8, t: F8) -> I8:
        """Id of the lane that holds each (s, t); 0 where there is none."""
        piece, found = self.piece(road, s), np.zeros(s.shape, dtype=np.int64)
        ds = s - self.start[road, piece]
        for i, lane in enumerate(self.ids.tolist()):
            if lane == 0:
                continue
            middle = _evaluate(self._middle[road, piece, i], ds).value
            half = 0.5 * _evaluate(self._width[road, piece, i], ds).value
            inside = (middle - half <= t) & (t < middle + half) & self.exists[road, piece, i]
            found = np.where(inside, lane, found)
        return found

    @cached_property
    def ids(self) -> I8:
        """(L,) lane ids in the order of the tables' last axis."""
        return np.arange(-self.reach, self.reach + 1)


def _evaluate(c: F8, ds: F8) -> Across:
    value = c[..., 0] + ds * (c[..., 1] + ds * (c[..., 2] + ds * c[..., 3]))
    slope = c[..., 1] + ds * (2.0 * c[..., 2] + ds * 3.0 * c[..., 3])
    return Across(value, slope, 2.0 * c[..., 2] + ds * 6.0 * c[..., 3])


def _cuts(road: Road) -> list[float]:
    """Where a piece of a road begins."""
    cuts = {0.0, *(section.s for section in road.sections)}
    cuts |= {c.s for c in road.lane_offset}
    for section in road.sections:
        cuts |= {section.s + c.s for lane in section.lanes for c in lane.widths}
    return sorted(s for s in cuts if s < road.length)


def _around(road: Road, s: float, end: float | None) -> tuple[LaneSection, bool, bool]:
    """The section that holds s, and whether the piece from s to `end` begins and ends with it."""
    k = max(i for i, section in enumerate(road.sections) if section.s <= s or i == 0)
    begins = s <= road.sections[k].s
    ends = end is None or (k + 1 < len(road.sections) and road.sections[k + 1].s <= end)
    return road.sections[k], begins, ends


def _polynomial(cubics: Sequence[Cubic], s: float) -> F8:
    """The piecewise cubic as one around s: coefficients of (s' - s)."""
    found = [c for c in cubics if c.s <= s]
    if not found:
        return np.zeros(4)
    c = found[-1]
    d = s - c.s
    return np.array([
        c.a + d * (c.b + d * (c.c + d * c.d)), c.b + d * (2.0 * c.c + 3.0 * d * c.d), c.c + 3.0 * d * c.d, c.d,
    ])  # fmt: skip
