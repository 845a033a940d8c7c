# Right of way in junctions by gap acceptance: who must give way waits at its line until the way is free for long
# enough; who has entered leaves the junction; nobody drives into somebody who stands in its way.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.approach import needed, slowed, soonest
from mkdocs_worldmodel.sim.conflicts import CROSS, MERGE, Conflicts
from mkdocs_worldmodel.sim.light_stops import BEFORE_LINE
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.ways import Ways

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BEFORE_OTHER = 1.0
"""Nobody is still in somebody's way when the other is that near to it [s]."""
_AFTER_OTHER = 0.5
"""Nobody comes sooner after the other has left [s]."""
_HARDEST = 0.9
"""Who could stop at the line only by more than this part of full braking drives on."""
_ENTERED = 0.5
"""Who is this far beyond the line has entered [m]."""
_AT_LINE = 3.0
"""Who stands within this distance of the line waits there [m]."""
_BEFORE_SWEPT = 0.5
"""Likewise before a place that the other's body sweeps over [m]."""
_STANDS = 0.1
"""[m/s]"""
_PATIENCE = 1.0
"""After waiting so long [s], one of several who wait for each other goes."""


class RightOfWay:
    """Who waits for whom; arrays of conflicts are (M,)."""

    def __init__(self, motion: Motion, ways: Ways, conflicts: Conflicts) -> None:
        self.motion = motion
        self.all = conflicts
        self.meeting = conflicts.of_kind(CROSS, MERGE)
        c = self.meeting
        self._mine, self._theirs = (c.copy, c.own), (c.copy, c.other)
        junctions = int(c.junction.max()) + 1 if len(c) else 1
        self._slot = c.copy * junctions + c.junction
        self._slots = junctions * motion.s.shape[0]
        shape = motion.s.shape
        self._released: F8 = np.full(shape, np.nan)
        """The line over which somebody goes first though it had to wait; nan: none."""
        self._stood: F8 = np.full(shape, np.nan)
        """The line at which somebody has come to a standstill."""
        self._since: F8 = np.full(shape, np.inf)
        """When somebody came to stand [s]."""
        self._time = 0.0
        self._lay_stop_signs(ways)

    def _lay_stop_signs(self, ways: Ways) -> None:
        signs = [
            (b, n, passage.line)
            for group in ways.groups
            for passage in ways.passages(group)
            if passage.stop_sign
            for b, n in zip(group.copies.tolist(), group.users.tolist(), strict=True)
        ]
        self._signs = tuple(np.array(each) for each in zip(*signs, strict=True)) if signs else None

    @property
    def some(self) -> bool:
        """Whether there is anything to do."""
        return len(self.all) > 0 or self._signs is not None

    def cap(self, a: F8, driven: F8, held: F8, on_way: Mask) -> F8:
        """Accelerations (B, N), as far as the right of way allows them.

        Args:
            a: what drivers want [m/s²]
            driven: see `Ways.driven`
            held: see `LightStops.held`
            on_way: who follows its route
        """
        m = self.motion
        stands = m.v < _STANDS
        self._since = np.where(stands, np.minimum(self._since, self._time), np.inf)
        self._time += DT
        cap = a.copy()
        if self._signs is not None:
            self._mind_stop_signs(cap, driven)
        if len(self.meeting):
            self._mind_others(cap, driven, held, on_way)
        return cap

    def _mind_stop_signs(self, cap: F8, driven: F8) -> None:
        m, tb = self.motion, self.motion.tables
        assert self._signs is not None
        b, n, line = self._signs
        at = (b, n)
        free, v = line - driven[at] - tb.front[at], m.v[at]
        here = (v < _STANDS) & (free > -BEFORE_LINE) & (free < 1.5)
        self._stood[b[here], n[here]] = line[here]
        stops = (self._stood[at] != line) & (free > -BEFORE_LINE) & (tb.give_way["priority"][at] > 0.5)
        comfortable = tb.idm["comfortable_deceleration"][at]
        stops &= needed(v, free) <= _HARDEST * tb.body["max_deceleration"][at]
        np.minimum.at(cap, at, np.where(stops, slowed(v, free - BEFORE_LINE, 0.0, comfortable, DT), np.inf))

    def _mind_others(self, cap: F8, driven: F8, held: F8, on_way: Mask) -> None:
        m, tb, c = self.motion, self.motion.tables, self.meeting
        mine, theirs = self._mine, self._theirs
        place, other_place, v, other_v = driven[mine], driven[theirs], m.v[mine], m.v[theirs]
        own_a, other_a = tb.idm["acceleration"][mine], tb.idm["acceleration"][theirs]
        free = c.line - place - tb.front[mine]
        # before the line, and before the place where the other's body sweeps over the way to it
        room = np.minimum(free - BEFORE_LINE, c.enter - place - _BEFORE_SWEPT)
        entered = (free < -_ENTERED) | (self._released[mine] == c.line)
        other_entered = (c.other_line - other_place - tb.front[theirs] < -_ENTERED) | (
            self._released[theirs] == c.other_line
        )

        # when everyone is where they could touch: the other as soon and as late as may be
        top = np.minimum(m.desired[mine], c.turn)
        other_top = np.minimum(m.desired[theirs], c.other_turn)
        comes = soonest(c.enter - place, v, own_a, m.desired[mine])
        leaves = soonest(c.leave - place, np.minimum(v, top), own_a, top)
        to_line = soonest(free, v, own_a, m.desired[mine])
        other_comes = soonest(c.other_enter - other_place, other_v, other_a, m.desired[theirs])
        other_leaves = soonest(c.other_leave - other_place, np.minimum(other_v, other_top), 0.5 * other_a, other_top)
        stuck = (other_v < _STANDS) & (m.acceleration[theirs] <= 0.0)
        other_leaves = np.where(stuck, np.inf, other_leaves)

        there = on_way[mine] & on_way[theirs] & (place < c.leave) & (other_place < c.other_leave)
        there &= tb.give_way["priority"][mine] > 0.5
        earlier = (other_comes < comes) | ((other_comes == comes) & (c.other < c.own))
        minds = other_entered | (c.rank > 0.0) | ((c.rank == 0.0) & earlier)
        minds &= other_entered | (held[theirs] > c.other_enter)
        # who stands in the other's way already goes first, whatever its rank
        in_way, other_in_way = place >= c.enter, other_place >= c.other_enter
        minds = np.where(in_way == other_in_way, minds, other_in_way)
        gap = np.where(c.rank > 0.0, to_line + tb.give_way["critical_gap"][mine], 0.0)
        # at the line one may have to stay, in the way of whom has entered already
        swept = c.enter + tb.front[mine] < c.line
        leaves = np.where(swept & other_entered, np.inf, leaves)
        overlap = (other_comes < np.maximum(leaves + _BEFORE_OTHER, gap)) & (other_leaves + _AFTER_OTHER > comes)
        blocked = there & ~entered & minds & overlap
        room = np.where(in_way, free - BEFORE_LINE, room)
        blocked &= needed(v, room) <= _HARDEST * tb.body["max_deceleration"][mine]
        blocked &= ~self._release(blocked, room, v, other_entered | (other_in_way & ~in_way))
        comfortable = tb.idm["comfortable_deceleration"][mine]
        waits = slowed(v, room, 0.0, comfortable, DT)
        np.minimum.at(cap, mine, np.where(blocked, waits, np.inf))

        # inside: nobody drives into where another is, or will be first
        first = (other_place >= c.other_enter) | (other_entered & earlier)
        inside = there & entered & (place < c.enter) & first & (other_leaves + _AFTER_OTHER > comes)
        inside &= c.kind == CROSS
        np.minimum.at(
            cap, mine, np.where(inside, slowed(v, c.enter - place - _BEFORE_SWEPT, 0.0, comfortable, DT), np.inf)
        )

    def _release(self, blocked: Mask, room: F8, v: F8, other_first: Mask) -> Mask:
        """Of those who all stand and wait for each other, let the one go that has waited longest; (M,)."""
        c, m = self.meeting, self.motion
        shape = m.s.shape
        waits_here = blocked & (v < _STANDS) & (room < _AT_LINE)
        if not waits_here.any():
            return np.zeros(len(c), dtype=bool)
        moving = np.zeros(shape, dtype=bool)
        patient = self._time - self._since > _PATIENCE
        # waits here for somebody who can go on; what is to be waited for further on holds nobody here
        going = waits_here & (other_first | ~patient[self._theirs])
        moving[c.copy[going], c.own[going]] = True
        free_to_go = waits_here & ~moving[self._mine] & patient[self._mine]
        turn = self._since[self._mine] + 1e-7 * c.own
        first = np.full(self._slots, np.inf)
        np.minimum.at(first, self._slot, np.where(free_to_go, turn, np.inf))
        goes: Mask = free_to_go & (turn == first[self._slot])
        self._released[c.copy[goes], c.own[goes]] = c.line[goes]
        return goes
