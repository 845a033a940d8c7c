# Actions that bring a road user to a speed or to a lateral position, along one of OpenSCENARIO's shapes.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.longitudinal import SCRIPTED
from mkdocs_worldmodel.sim.running import ACROSS, ALONG, Running
from mkdocs_worldmodel.sim.transition import Transitions

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class _Transition(Running):
    """Follows the slot in which its transition runs."""

    def slot(self) -> Transitions:
        """Where it runs."""
        raise NotImplementedError

    def advance(self) -> Mask:
        slot, n = self.slot(), self.actor
        over = ~slot.active[:, n] | (slot.progress[:, n] >= slot.span[:, n] - 1e-9) | (slot.action[:, n] != self.number)
        ended: Mask = self.active & over
        return ended

    def leave(self, copies: Mask) -> None:
        mine = copies & (self.slot().action[:, self.actor] == self.number)
        self.slot().end(mine, self.actor)


class SpeedChange(_Transition):
    """Brings its actor to a speed. Stopped half-way, its driver keeps the one that it then has."""

    moves = ends = (ALONG,)

    def slot(self) -> Transitions:
        return self.now.longitudinal.change

    def begin(self, copies: Mask) -> Mask:
        m, n, other = self.motion, self.actor, self.copies[0].relative_to
        target = self.numbers("target")
        if other is not None:
            target = np.maximum(0.0, target + m.v[:, self.now.user(other)])
        longitudinal = self.now.longitudinal
        over = longitudinal.command(copies, n, target, self.dynamics(), self.number)
        exact = over & (longitudinal.driver[:, n] == SCRIPTED)
        m.v[exact, n] = target[exact]
        return over

    def break_off(self, copies: Mask) -> None:
        self.motion.desired[copies, self.actor] = self.motion.v[copies, self.actor]


class _Lateral(_Transition):
    moves = ends = (ACROSS,)

    def slot(self) -> Transitions:
        return self.now.lateral.change

    def aim(self, copies: Mask, lane: I8, offset: F8) -> Mask:
        """Go to a lane and an offset from its middle, (B,) each; true where it is there at once."""
        m, n = self.motion, self.actor
        over = self.now.lateral.aim(copies, n, lane, offset, self.dynamics(), self.number)
        exact = over & (self.now.longitudinal.driver[:, n] == SCRIPTED)
        m.t[exact, n] = (m.middle().value + m.direction * m.offset)[exact, n]
        return over


class LaneChange(_Lateral):
    """Brings its actor to the middle of a lane. Stopped half-way, it stays in the lane in which it then is."""

    def begin(self, copies: Mask) -> Mask:
        lane = np.array([c.target_lane for c in self.copies])
        left = np.array([c.left for c in self.copies])
        if self.copies[0].relative_to is not None:
            lane = self._beside(left)
        elif left.any():
            lane = np.where(left != 0, self._beside(left), lane)
        return self.aim(copies, lane, np.zeros(len(copies)))

    def _beside(self, left: I8) -> I8:
        """Lane so many to the left of the actor's own, or of another's; the own where there is none."""
        m, n, other = self.motion, self.actor, self.copies[0].relative_to
        own = m.lane[:, n] if other is None else m.lane[:, self.now.user(other)]
        toward = np.where(m.direction[:, n] > 0, 1, -1) * left
        lane: I8 = own + toward
        lane = np.where((own < 0) & (lane >= 0), lane + 1, np.where((own > 0) & (lane <= 0), lane - 1, lane))
        there = m.tables.lanes.is_drivable(m.road[:, n], m.s[:, n], lane)
        return np.where(there, lane, m.lane[:, n])

    def break_off(self, copies: Mask) -> None:
        self.now.lateral.return_to_middle(copies, self.actor)


class LaneOffset(_Lateral):
    """Brings its actor to an offset from the middle of its lane. Stopped half-way, it keeps the one it then has."""

    def begin(self, copies: Mask) -> Mask:
        return self.aim(copies, self.motion.lane[:, self.actor], self.numbers("offset"))

    def break_off(self, copies: Mask) -> None:
        m, n = self.motion, self.actor
        m.offset[copies, n] = (m.direction * (m.t - m.middle().value))[copies, n]
