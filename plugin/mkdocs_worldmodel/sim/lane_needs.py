# Which lanes lead where a driver wants to go: where lanes end, and whether they lead to the next road of a route.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.motion import Motion
from mkdocs_worldmodel.sim.tables import lane_links
from mkdocs_worldmodel.sim.ways import Ways

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_NARROW = 2.8
"""A lane has ended where it is narrower than this, or than most of its width before [m]."""
_MOST = 0.9


@dataclass(frozen=True, slots=True)
class Prospect:
    """What lies ahead in a lane; arrays (B, N)."""

    there: Mask
    """Whether it is a lane to drive in, here."""
    lanes_off: I8
    """How many lanes it is away from one that leads on; 0: it leads on."""
    left: F8
    """Metres to where it ends, or where the route leaves it; inf where it leads on."""


class LaneNeeds:
    """Tables of lanes: where each ends and how each leaves its road, in both directions."""

    def __init__(self, motion: Motion, ways: Ways | None) -> None:
        self.motion = motion
        lanes = motion.tables.lanes
        shape = (2, *lanes.exists.shape)
        self.end_s: F8 = np.full(shape, np.nan)
        """(2, R, P, L) where a lane ends [m]; nan where it leads to the end of its road."""
        self.out: I8 = np.zeros(shape, dtype=np.int64)
        """(2, R, P, L) in which lane it then leaves its road; 0: it does not."""
        for side in (0, 1):
            for r in range(shape[1]):
                self._follow(side, r)
        self.some_end = bool(np.isfinite(self.end_s).any())
        self._lay_links(ways)
        self._junction = np.array([road.junction is not None for road in motion.tables.roads])

    def _follow(self, side: int, r: int) -> None:
        """Fill one road, from where it is left backwards."""
        lanes, length = self.motion.tables.lanes, float(self.motion.tables.line.length[r])
        pieces = [p for p in range(lanes.start.shape[1]) if np.isfinite(lanes.start[r, p])]
        links = lanes.after if side == 0 else lanes.before
        order = pieces[::-1] if side == 0 else pieces
        for rank, p in enumerate(order):
            low = float(lanes.start[r, p])
            high = float(lanes.start[r, p + 1]) if p + 1 in pieces else length
            for i in np.flatnonzero(lanes.drivable[r, p]).tolist():
                narrow = self._narrows(r, i - lanes.reach, (low, high), side)
                onward = int(links[r, p, i])
                at = onward + lanes.reach
                if narrow is not None:
                    self.end_s[side, r, p, i] = narrow
                elif rank == 0:
                    self.out[side, r, p, i] = i - lanes.reach
                elif onward == 0 or not lanes.drivable[r, order[rank - 1], at]:
                    self.end_s[side, r, p, i] = high if side == 0 else low
                else:
                    self.end_s[side, r, p, i] = self.end_s[side, r, order[rank - 1], at]
                    self.out[side, r, p, i] = self.out[side, r, order[rank - 1], at]

    def _narrows(self, r: int, lane: int, piece: tuple[float, float], side: int) -> float | None:
        """Where a lane has become too narrow within a piece, for those who drive that way."""
        lanes = self.motion.tables.lanes
        # its last point belongs to the next piece, where another lane may have this id
        s = np.linspace(piece[0], piece[1] - 1e-6, 2 + int(piece[1] - piece[0]))
        s = s if side == 0 else s[::-1]
        width = lanes.width(np.full(len(s), r), s, np.full(len(s), lane))
        low = (width < np.minimum(_NARROW, _MOST * width[0])) & (width < width[0] - 0.01)
        return float(s[np.argmax(low)]) if low.any() else None

    def _lay_links(self, ways: Ways | None) -> None:
        """Which lanes at the end of each leg lead on."""
        tb = self.motion.tables
        reach = tb.lanes.reach
        self._leads: Mask = np.ones((1, 2 * reach + 1), dtype=bool)
        """(U, L)"""
        self._row: I8 = np.zeros(tb.leg_road.shape, dtype=np.int64)
        rows = [self._leads[0]]
        for group in ways.groups if ways is not None else ():
            for k in range(len(group.legs) - 1):
                links = lane_links(group.network, group.legs[k], group.legs[k + 1])
                if links:
                    rows.append(np.isin(tb.lanes.ids, list(links)))
                    self._row[group.copies, group.users, k] = len(rows) - 1
        self._leads = np.stack(rows)
        self.some_turn = len(rows) > 1
        ids = np.abs(tb.lanes.ids[:, None] - tb.lanes.ids)
        self._off: I8 = np.where(self._leads[:, None, :], ids, 99).min(axis=2)
        """(U, L) how far each lane is from one that leads on."""

    def of(self, lane: I8) -> Prospect:
        """What lies ahead of everyone in a lane (B, N) of its road."""
        m, tb = self.motion, self.motion.tables
        lanes = tb.lanes
        inside = np.abs(lane) <= lanes.reach
        at = np.where(inside, lane, 0) + lanes.reach
        piece, side = lanes.piece(m.road, m.s), np.where(m.direction > 0, 0, 1)
        there = lanes.drivable[m.road, piece, at] & inside & (lane != 0)
        there &= lanes.width(m.road, m.s, lane) > _NARROW
        end_s, out = self.end_s[side, m.road, piece, at], self.out[side, m.road, piece, at]
        ends = np.isfinite(end_s)
        row = np.take_along_axis(self._row, m.leg[..., None], -1)[..., 0]
        off = np.where(ends, 1, self._off[row, out + lanes.reach])
        finish = np.where(m.direction > 0, tb.line.length[m.road], 0.0)
        left = m.direction * (np.where(ends, end_s, finish) - m.s)
        bad = off > 0
        return Prospect(there, off, np.where(bad, left, np.inf))

    def in_junction(self) -> Mask:
        """Who is on a connecting road."""
        inside: Mask = self._junction[self.motion.road]
        return inside
