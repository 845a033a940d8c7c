# Leaders on another connecting road: who will be ahead where two ways come together, and who is still in the way
# where two ways part.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.conflicts import MERGE, PART, Conflicts
from mkdocs_worldmodel.sim.motion import Motion
from mkdocs_worldmodel.sim.ways import Ways

F8 = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

_ENTERED = 0.5
"""As in right_of_way.py [m]."""


class Merging:
    """Compares how far both are from where their ways come together, or from where they part."""

    def __init__(self, motion: Motion, ways: Ways, conflicts: Conflicts) -> None:
        self.motion, self.ways = motion, ways
        self.pairs = conflicts.of_kind(MERGE, PART)
        self.some = len(self.pairs) > 0

    def nearer(self, index: Index, gap: F8, speed: F8) -> tuple[Index, F8, F8]:
        """Leaders as `Perception.leaders` finds them, with those on other connecting roads where these are nearer."""
        c, m, tb = self.pairs, self.motion, self.motion.tables
        mine, theirs = (c.copy, c.own), (c.copy, c.other)
        driven, on_way = self.ways.driven(), self.ways.on_way()
        place, other = driven[mine], driven[theirs]
        front, rear, other_front = tb.front[mine], tb.body["rear_overhang"][theirs], tb.front[theirs]
        there = on_way[mine] & on_way[theirs]
        rest, other_rest = c.end - place, c.other_end - other
        both_in = (place + front > c.line + _ENTERED) & (other + other_front > c.other_line + _ENTERED)
        first = (other_rest < rest) | ((other_rest == rest) & (c.other < c.own))
        joins = (c.kind == MERGE) & both_in & first & (other_rest >= 0.0)
        done, other_done = place - c.begin, other - c.other_begin
        parts = (c.kind == PART) & (other_done > 0.0) & (other < c.other_leave) & (done < other_done)
        room = np.where(c.kind == MERGE, rest - other_rest, other_done - done) - rear - front
        room = np.where(there & (joins | parts), room, np.inf)
        nearest = gap.copy()
        np.minimum.at(nearest, mine, room)
        won = (room < gap[mine]) & (room == nearest[mine])
        index, speed = index.copy(), speed.copy()
        # of equally near ones the first counts, whatever their order
        chosen = np.full(gap.shape, gap.shape[1])
        np.minimum.at(chosen, mine, np.where(won, c.other, gap.shape[1]))
        some = chosen < gap.shape[1]
        b, n = np.nonzero(some)
        index[b, n], speed[b, n] = chosen[b, n], m.v[b, chosen[b, n]]
        return index, nearest, speed
