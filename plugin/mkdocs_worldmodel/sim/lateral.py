# How everyone keeps to its lane and changes it: the path that is wanted, and a bicycle that follows it.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.motion import DT, NEAREST, Motion
from mkdocs_worldmodel.sim.transition import Transitions

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LATERAL_LIMIT = 7.0
"""Largest lateral acceleration of the bicycle [m/s²]: tyres on dry asphalt."""
_RETURN = 3.0
"""How long a return to the wanted line takes after something else moved a road user [s]."""
_STEEPEST = 0.5
"""Largest sine of the angle to the lane at which the bicycle changes lanes."""


class Lateral:
    """The wanted lateral position: middle of the lane + offset, and a deviation that goes to 0 during a change.

    Attributes:
        change: transitions of that deviation [m], in the own direction (left positive).
    """

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self.change = Transitions(motion.s.shape)

    def wanted(self) -> F8:
        """Lateral position that is wanted now [m], left of the reference line in the own direction positive."""
        m = self.motion
        return m.direction * m.middle().value + m.offset + self.change.value()

    def aim(
        self, copies: Mask, user: int, lane: I8, offset: F8, dynamics: tuple[F8, F8, F8, F8], action: int
    ) -> Mask:  # fmt: skip
        """Let a road user go to a lane (B,) and an offset (B,) from its middle, in the copies of a (B,) mask.

        `dynamics` are shape, dimension (0 time, 1 rate, 2 distance), value and peak slope of the shape, (B,) each;
        `action` is the number of the story's action, -1 for one of a driver. Returns (B,) where it is there at once.
        """
        m = self.motion
        shape, dimension, value, peak = dynamics
        m.lane[copies, user], m.offset[copies, user] = lane[copies], offset[copies]
        m.keeps[copies, user] = False
        here = m.direction[:, user] * m.t[:, user]
        there = m.direction[:, user] * m.middle().value[:, user] + m.offset[:, user]
        deviation = here - there
        by_rate = peak * np.abs(deviation) / np.where(value > 0.0, value, np.inf)
        span = np.where(dimension == 1, by_rate, value)
        instant: Mask = copies & ((span <= 0.0) | (peak == 0.0) | (deviation == 0.0))
        self.change.begin(copies, user, deviation, np.zeros_like(deviation), span, shape.astype(np.int64),
                          by_distance=dimension == 2, action=action)  # fmt: skip
        self.change.end(instant, user)
        return instant

    def smooth(self, copies: Mask, user: int) -> None:
        """Let a road user come smoothly to where it is wanted, in the copies of a (B,) mask."""
        m = self.motion
        shape, zeros = np.full(len(copies), shapes.SHAPES.index("sinusoidal")), np.zeros(len(copies))
        dynamics = (shape.astype(np.float64), zeros, zeros + _RETURN, zeros + shapes.PEAK_SLOPE["sinusoidal"])
        self.aim(copies, user, m.lane[:, user], m.offset[:, user], dynamics, action=-1)

    def return_to_middle(self, copies: Mask, user: int) -> None:
        """Let a road user come smoothly to the middle of the lane in which it is, or else of the one that it had."""
        m = self.motion
        under = m.lane_under(user)
        drivable = m.tables.lanes.is_drivable(m.road[:, user], m.s[:, user], under)
        m.lane[:, user] = np.where(copies & drivable, under, m.lane[:, user])
        m.offset[copies, user] = 0.0
        self.smooth(copies, user)

    def decide(self) -> None:
        """Curvature of a bicycle that follows the wanted path: feed-forward and feedback."""
        m, tb, slot = self.motion, self.motion.tables, self.change
        w, bend = m.direction * m.t, m.bend()
        middle = m.middle()
        target = m.direction * middle.value + m.offset
        slope, curve = (np.zeros(w.shape), np.zeros(w.shape)) if tb.lanes.constant else (
            middle.slope.copy(), m.direction * middle.bend
        )  # fmt: skip
        if slot.active.any():
            p = slot.progress / slot.span
            first, second = shapes.slopes(slot.shape, p)
            # progress per metre: by time it is 1/v
            per_metre = np.where(slot.by_distance, 1.0, 1.0 / np.maximum(m.v, 1.0)) / slot.span
            size = slot.target - slot.start
            target = target + np.where(slot.active, slot.value(), 0.0)
            steep = np.where(slot.active, size * first * per_metre, 0.0)
            slope = slope + steep
            drivable = slot.active & (np.abs(steep) < _STEEPEST)
            curve = curve + np.where(drivable, size * second * per_metre * per_metre, 0.0)
        # e'' = -2 k e' - k² e: critically damped over a distance of 1/k, at an angle that stays within bounds
        k = 1.0 / np.maximum(3.0, 0.4 * m.v)
        sine, cosine = np.sin(m.slant), np.cos(m.slant)
        wanted = curve - 2.0 * k * (sine - np.clip(slope - 0.5 * k * (w - target), -_STEEPEST, _STEEPEST))
        sharpest = self.sharpest()
        road = bend * cosine / np.maximum(1.0 - bend * w, NEAREST)
        curvature = np.clip(road + wanted / np.maximum(cosine, 0.1), -sharpest, sharpest)
        m.curvature = np.where(m.keeps, road, curvature)
        m.yaw_rate = m.v * m.curvature

    def sharpest(self) -> F8:
        """Largest curvature (B, N) that steering and tyres allow [1/m]."""
        v = np.maximum(self.motion.v, 0.1)
        return np.minimum(1.0 / self.motion.tables.body["min_turn_radius"], _LATERAL_LIMIT / (v * v))

    def advance(self) -> Mask:
        """Go on with what is under way; true where a change has come to its end, (B, N)."""
        if not self.change.active.any():
            return self.change.active
        return self.change.advance(DT, self.motion.distance * self.motion.along)

    def follow_exactly(self, who: Mask, before: F8) -> None:
        """Put the scripted, (B, N), on the wanted path; `before` is where they were [m, own direction]."""
        m = self.motion
        who = who & ~m.keeps
        exact = self.wanted()
        ds = np.where(m.distance > 1e-9, m.distance, np.inf)
        m.t = np.where(who, m.direction * exact, m.t)
        m.slant = np.where(who, np.arcsin(np.clip((exact - before) / ds, -1.0, 1.0)), m.slant)
