# When drivers change lanes by themselves: because theirs ends or leads elsewhere, or to get on faster (MOBIL: Kesting,
# Treiber, Helbing 2007, with its bias to the outer lane).

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.lead import MARGIN, Extents
from mkdocs_worldmodel.sim.approach import slowed
from mkdocs_worldmodel.sim.drivers import idm
from mkdocs_worldmodel.sim.lane_needs import LaneNeeds, Prospect
from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.perception import Perception
from mkdocs_worldmodel.sim.shapes import PEAK_SLOPE, SHAPES

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_EVERY = 5
"""Drivers think about their lane in every so many steps."""
_REST = 2.0
"""Nobody changes lanes again sooner than this [s]."""
_AHEAD = (12.0, 80.0)
"""A lane that ends, or leads elsewhere, is left from so many seconds before on, and so many metres for each lane."""
_BEFORE_END = 1.0
"""How far before the end of a lane one waits [m]."""
_ROOM = 40.0
"""Each further lane that must be crossed takes this much of the road; nobody begins with less [m]."""
_CLOSEST = 1.0
"""Bumper to bumper, nobody cuts in closer [m]."""
_URGENT = 2.0
"""At the end of its lane a driver asks this many times more of the one behind."""


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Who would be ahead and behind of a driver in a lane; arrays (B,)."""

    ahead: F8
    """Free gap [m]; inf where there is nobody."""
    ahead_speed: F8
    ahead_acceleration: F8
    behind: F8
    """Likewise [m]."""
    follower: npt.NDArray[np.intp]


class LaneChanges:
    """Lane changes that nobody but the driver itself wants."""

    def __init__(self, motion: Motion, lateral: Lateral, perception: Perception, needs: LaneNeeds) -> None:
        self.motion, self.lateral, self.perception, self.needs = motion, lateral, perception, needs
        self._step = -1
        self._free_from: F8 = np.full(motion.s.shape, -1e9)
        """When a driver may change lanes again [s]."""
        self._parameters = {**motion.tables.idm, "coolness": np.zeros(motion.s.shape)}
        self._cyclist: Mask = np.array([kind == "bicycle" for kind in motion.tables.kinds])
        self._copies = np.arange(motion.s.shape[0])
        self._outward: F8 = np.where(self._rule_left(), 1.0, -1.0)
        """(B, N) side of the outer lane, to the own left positive."""

    def _rule_left(self) -> Mask:
        left = np.array([road.rule == "LHT" for road in self.motion.tables.roads])
        found: Mask = left[self.motion.road]
        return found

    def cap(self, a: F8) -> F8:
        """Accelerations (B, N), as far as the ends of lanes allow them."""
        m, tb = self.motion, self.motion.tables
        if not (self.needs.some_end or self.needs.some_turn):
            return a
        own = self.needs.of(m.lane)
        room = own.left - tb.front - _BEFORE_END - _ROOM * np.maximum(own.lanes_off - 1, 0)
        stops = slowed(m.v, np.where(np.isfinite(room), room, 1e9), 0.0, tb.idm["comfortable_deceleration"], DT)
        stops = np.where((own.lanes_off > 0) & own.there & (room > -_BEFORE_END), stops, np.inf)
        return np.minimum(a, np.where(self.needs.in_junction(), np.inf, stops))

    def decide(self, who: Mask) -> None:
        """Let those who want and can, of `who` (B, N), begin to change lanes."""
        self._step += 1
        if self._step % _EVERY:
            return
        m, tb, time, slot = self.motion, self.motion.tables, self._step * DT, self.lateral.change
        slot.active &= (slot.action >= 0) | (slot.progress < slot.span - 1e-9)
        can = who & ~slot.active & (time >= self._free_from) & ~m.keeps & ~self.needs.in_junction()
        # cyclists stay on their cycle lane
        can &= ~self._cyclist | tb.lanes.is_drivable(m.road, m.s, m.lane)
        own = self.needs.of(m.lane)
        horizon = _AHEAD[0] * m.v + _AHEAD[1] * np.maximum(own.lanes_off, 1)
        needs = can & (own.lanes_off > 0) & (own.left < horizon)
        free = can & ~needs & (tb.lane_change["free"] > 0.5)
        if not (needs | free).any():
            return
        extents = self.perception.extents()
        sides = [(left, self._beside(left)) for left in (1, -1)]
        prospects = [self.needs.of(lane) for _, lane in sides]
        for n in np.flatnonzero((needs | free).any(axis=0)).tolist():
            self._decide_for(n, extents, (needs[:, n], free[:, n]), own, sides, prospects)

    def _beside(self, left: int) -> I8:
        """Lane next to everyone's own on its left (1) or right (-1); 0 where that is on the other side of the road."""
        m = self.motion
        lane: I8 = m.lane + np.where(m.direction > 0, left, -left)
        return np.where(lane * m.lane > 0, lane, 0)

    def _decide_for(
        self, n: int, e: Extents, wants: tuple[Mask, Mask], own: Prospect, sides: list[tuple[int, I8]],
        prospects: list[Prospect],
    ) -> None:  # fmt: skip
        m, tb, p = self.motion, self.motion.tables, self._of(n)
        needs, free = wants
        change = {name: values[:, n] for name, values in tb.lane_change.items()}
        seen = self._seen(n, e)
        here = m.middle().value[:, n]
        mine = self._neighbours(n, e, seen, here, here)
        a = self._follow(n, p, mine)
        # what the one behind gains when it is gone
        onward = mine.ahead + mine.behind + tb.body["length"][:, n]
        gain_behind = self._follower_gain(n, mine, (onward, mine.ahead_speed, mine.ahead_acceleration))
        best, choice = np.full(a.shape, 0.0), np.zeros(a.shape, dtype=np.int64)
        for (left, lanes), prospect in zip(sides, prospects, strict=True):
            lane = lanes[:, n]
            middle = tb.lanes.middle(m.road[:, n], m.s[:, n], lane).value
            there = self._neighbours(n, e, seen, middle, here)
            then = self._follow(n, p, there)
            loss = self._loss(n, there)
            better = needs & (prospect.lanes_off[:, n] < own.lanes_off[:, n])
            near = np.clip(1.0 - own.left[:, n] / (_AHEAD[0] * np.maximum(m.v[:, n], 1.0) + _AHEAD[1]), 0.0, 1.0)
            safe = change["safe_deceleration"] * np.where(needs, 1.0 + (_URGENT - 1.0) * near, 1.0)
            closest = np.minimum(there.ahead, there.behind) > _CLOSEST
            room = (prospect.lanes_off[:, n] == 0) | (prospect.left[:, n] > _ROOM)
            allowed = prospect.there[:, n] & room & closest & (loss[1] > -safe) & (then > -safe)
            outward = left * self._outward[:, n]
            gained = then - a + change["politeness"] * (loss[0] + gain_behind) + outward * change["bias"]
            wins = free & (prospect.lanes_off[:, n] <= own.lanes_off[:, n]) & (gained > change["threshold"])
            score = np.where(allowed & better, 1e6 + then, np.where(allowed & wins, gained, 0.0))
            choice = np.where(score > best, left, choice)
            best = np.maximum(best, score)
        if (choice != 0).any():
            self._begin(n, choice, e)

    def _begin(self, n: int, choice: I8, e: Extents) -> None:
        m, tb, copies = self.motion, self.motion.tables, choice != 0
        lane = m.lane[:, n] + np.where(m.direction[:, n] > 0, choice, -choice)
        zeros = np.zeros(len(choice))
        duration = tb.lane_change["duration"][:, n]
        dynamics = (zeros + SHAPES.index("sinusoidal"), zeros, duration, zeros + PEAK_SLOPE["sinusoidal"])
        self.lateral.aim(copies, n, lane, zeros, dynamics, action=-1)
        self._free_from[copies, n] = (self._step * DT + duration + _REST)[copies]
        # whoever decides after it sees it in both lanes
        middle, half = m.middle().value[:, n], 0.5 * tb.body["width"][:, n]
        e.low[copies, n] = np.minimum(e.low[:, n], middle - half)[copies]
        e.high[copies, n] = np.maximum(e.high[:, n], middle + half)[copies]

    # -- who is where --------------------------------------------------------------------------------------

    def _seen(self, n: int, e: Extents) -> tuple[F8, F8, F8, F8]:
        """Of everyone, (B, N): metres along the way of n (nan: not on it), whether they go the same way (+1, -1), and
        their edges across, in t of the road on which n is.
        """
        if self.perception.routes is None:
            sign = e.direction[:, n, None]
            along = sign * ((e.s - e.s[:, n, None]) - e.t[:, n, None] * (e.bend - e.bend[:, n, None]))
            return along, sign * e.direction, e.low, e.high
        seen = self.perception.positions(n, e)
        # on other roads, across is counted from the lane of the route
        shift = np.where(seen.own_road, 0.0, seen.way * seen.lateral - e.t)
        sign = e.direction[:, n, None] * seen.way
        middle = np.where(seen.own_road, 0.0, self.motion.middle().value[:, n, None])
        edges = [np.where(seen.own_road, edge, sign * (edge + shift) + middle) for edge in (e.low, e.high)]
        return seen.along, seen.same, np.minimum(*edges), np.maximum(*edges)

    def _neighbours(self, n: int, e: Extents, seen: tuple[F8, F8, F8, F8], middle: F8, own: F8) -> _Neighbours:
        along, same, low, high = seen
        m = self.motion
        # its body as it is now, in the middle of that lane
        shift = (middle - own)[:, None]
        in_way = (low < e.high[:, n, None] + shift + MARGIN) & (high > e.low[:, n, None] + shift - MARGIN)
        in_way[:, n] = False
        in_way &= ~np.isnan(along) & m.present
        ahead = along >= 0.0
        near = np.where(same > 0, e.rear, e.front)
        far = np.where(same > 0, e.front, e.rear)
        gap = np.where(in_way & ahead, along - near - e.front[:, n, None], np.inf)
        back = np.where(in_way & ~ahead & (same > 0), -along - far - e.rear[:, n, None], np.inf)
        first, follower = np.argmin(gap, axis=1), np.argmin(back, axis=1)
        at, behind = (self._copies, first), back[self._copies, follower]
        way = same[at]
        return _Neighbours(gap[at], way * e.speed[at], way * m.acceleration[at], behind, follower)

    # -- how they would drive ------------------------------------------------------------------------------

    def _of(self, n: int) -> dict[str, F8]:
        return {name: values[:, n] for name, values in self._parameters.items()}

    def _follow(self, n: int, p: dict[str, F8], there: _Neighbours) -> F8:
        """What a driver does behind those neighbours, (B,) [m/s²]."""
        m = self.motion
        found = np.isfinite(there.ahead)
        return idm(m.v[:, n], m.desired[:, n], there.ahead, np.where(found, there.ahead_speed, 0.0),
                   np.where(found, there.ahead_acceleration, 0.0), p, DT)  # fmt: skip

    def _behind(self, there: _Neighbours, lead: tuple[F8, F8, F8]) -> F8:
        """What the one behind does with a leader (gap, speed, acceleration), (B,)."""
        m, at = self.motion, (self._copies, there.follower)
        p = {name: values[at] for name, values in self._parameters.items()}
        return idm(m.v[at], m.desired[at], *lead, p, DT)

    def _loss(self, n: int, there: _Neighbours) -> tuple[F8, F8]:
        """Gain (below 0: loss) of the new follower, and its acceleration then, (B,)."""
        m, found = self.motion, np.isfinite(there.behind)
        then = self._behind(there, (there.behind, m.v[:, n], m.acceleration[:, n]))
        before = there.ahead + there.behind + m.tables.body["length"][:, n]
        now = self._behind(there, _nobody_at_inf(before, there.ahead_speed, there.ahead_acceleration))
        return np.where(found, then - now, 0.0), np.where(found, then, 0.0)

    def _follower_gain(self, n: int, mine: _Neighbours, onward: tuple[F8, F8, F8]) -> F8:
        """What the old follower gains, (B,)."""
        m, found = self.motion, np.isfinite(mine.behind)
        now = self._behind(mine, (mine.behind, m.v[:, n], m.acceleration[:, n]))
        then = self._behind(mine, _nobody_at_inf(*onward))
        return np.where(found, then - now, 0.0)


def _nobody_at_inf(gap: F8, speed: F8, acceleration: F8) -> tuple[Any, Any, Any]:
    found = np.isfinite(gap)
    return gap, np.where(found, speed, 0.0), np.where(found, acceleration, 0.0)
