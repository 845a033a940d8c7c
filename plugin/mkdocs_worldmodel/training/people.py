# Drivers with human flaws: the simulator's own drivers, who tire, startle, wander in their lane, stop for no reason,
# and people on foot who walk along and across. All of it is drawn from the seeds of the scenarios.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT, wrapped
from mkdocs_worldmodel.sim.shapes import PEAK_SLOPE, SHAPES
from mkdocs_worldmodel.sim.simulation import Simulation

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_ALONG, _WAITS, _CROSSES, _DONE = range(4)
_TURNS_AT = 2.5
"""How fast people on foot turn [rad/s]."""
_CORNER = 1.5
"""So near to the end of their road they turn back [m]."""
_NOISE_TIME, _WANDER_TIME, _SMOOTHING = 1.5, 4.0, 0.8
"""Correlation times of acceleration noise and wandering, and over what wandering is smoothed [s]."""
_FADES_IN = 4.0
"""After a lane change wandering begins again over this time [s]."""
_FOOT = 0.3
"""Time constant of a foot on pedals [s]; slower than `_ROLLS` [m/s] one stops exactly."""
_ROLLS = 1.5
_STOPS_WITH = 5.0
"""Deceleration of egos that are told to stop [m/s²]."""
_WAKES = 3.5
"""Who must brake harder than this notices it, however inattentive [m/s²]."""
_STILL = DRIVERS.index("still")
_GREEN = ASPECTS.index("green")
_SINUSOIDAL = float(SHAPES.index("sinusoidal"))


@dataclass(frozen=True, slots=True)
class Habits:
    """Flaws of the drivers of B copies; arrays (B, N), rates per second.

    Attributes:
        noise: standard deviation of the acceleration noise [m/s²].
        wander: standard deviation of the place in the lane [m].
        brakes: how often one brakes hard without reason; lapses: how often one holds one's acceleration for up to
            1.5 s; whims: how often one changes one's mind about the desired speed.
        wave: share of the desired speed by which it swings; period [s] and phase [rad] of that; `square` where it
            jumps between stop and go.
    """

    noise: F8
    wander: F8
    brakes: F8
    lapses: F8
    whims: F8
    wave: F8
    period: F8
    phase: F8
    square: Mask


@dataclass(frozen=True, slots=True)
class Walks:
    """What people on foot mean to do; arrays (B, W).

    Attributes:
        users: (W,) their columns.
        crosses: whether they cross the road at all; at: where along it [m]; to: the lateral position that they go to
            [m]; light: column of the signal that they mind, -1 without one; zebra: whether vehicles must wait;
            caution: time that must be left before the next vehicle comes [s].
    """

    users: I8
    crosses: Mask
    at: F8
    to: F8
    light: I8
    zebra: Mask
    caution: F8


@dataclass(frozen=True, slots=True)
class EgoCommands:
    """Where the ego is commanded, (B,), and where without regard to others."""

    commanded: Mask
    reckless: Mask
    stops: float = math.inf
    """From when on every ego brakes to a stop, whatever else it would do [s]."""


class People(Simulation):
    """A simulation of B copies whose road users have flaws."""

    def __init__(
        self, scenarios: Sequence[Scenario], seeds: Sequence[int], habits: Habits, walks: Walks, ego: EgoCommands
    ) -> None:  # fmt: skip
        super().__init__(scenarios, seeds)
        self.habits, self.walks, self.ego = habits, walks, ego
        self._rng = np.random.default_rng(list(seeds))
        shape = self.motion.s.shape
        self._moves: Mask = self.motion.tables.follows_lane & (self.motion.tables.driver != _STILL)
        self._noise = self._rng.standard_normal(shape) * habits.noise
        self._drift = self._rng.standard_normal(shape)
        self._place, self._worn, self._ramp = self._drift * habits.wander, np.zeros(shape), np.zeros(shape)
        self._foot: F8 = np.zeros(shape)
        self._usual = self.motion.desired.copy()
        self._brakes_until, self._brake = np.full(shape, -1.0), np.zeros(shape)
        self._lapse_until, self._held = np.full(shape, -1.0), np.zeros(shape)
        self._command, self._next_command = np.zeros(shape[0]), np.zeros(shape[0])
        self._next_swerve: F8 = 1.0 + 11.0 * self._rng.random((shape[0],))
        self._phase = np.where(walks.crosses, _ALONG, _DONE)
        self._way = np.where(np.cos(self.motion.slant[:, walks.users]) > 0.0, 1.0, -1.0)
        """Along which direction of the road each walks."""
        self._pace = self.motion.desired[:, walks.users].copy()

    def decide(self, ego_acceleration: F8 | None = None, ego_curvature: F8 | None = None) -> None:
        """Let everyone choose, with all flaws."""
        self._change_minds()
        self._wander()
        self._swerve()
        self._walk()
        super().decide(ego_acceleration, ego_curvature)

    # -- along the road ------------------------------------------------------------------------------------

    def _heed(self, a: F8) -> F8:
        """What drivers want and the rules allow, (B, N), as people do it."""
        m, h, time, rng = self.motion, self.habits, self.time, self._rng
        a = self._press(super()._heed(a))
        chance, how_long, how_much = rng.random((3, *a.shape))
        starts = (chance < h.brakes * DT) & (time > self._brakes_until) & (m.v > 2.0)
        self._brakes_until = np.where(starts, time + 0.5 + 2.0 * how_long, self._brakes_until)
        self._brake = np.where(starts, 2.5 + 4.5 * how_much, self._brake)
        dozes = (chance > 1.0 - h.lapses * DT) & (time > self._lapse_until) & (m.v > 2.0)
        self._lapse_until = np.where(dozes, time + 0.3 + 1.2 * how_long, self._lapse_until)
        self._held = np.where(dozes, m.acceleration, self._held)
        keep = DT / _NOISE_TIME
        self._noise += -keep * self._noise + h.noise * np.sqrt(2.0 * keep) * rng.standard_normal(a.shape)
        noisy = a + self._noise * np.clip((m.v - 0.3) / 3.0, 0.0, 1.0)
        noisy = np.where((time < self._lapse_until) & (a > -_WAKES), np.maximum(self._held, a - 3.0), noisy)
        noisy = np.where(time < self._brakes_until, np.minimum(noisy, -self._brake), noisy)
        a = np.where(self._moves, noisy, a)
        commanded = self._commanded(a[:, 0])
        a[:, 0] = -_STOPS_WITH if time > self.ego.stops - 0.5 * DT else commanded
        return a

    def _press(self, a: F8) -> F8:
        """Accelerations (B, N) as a foot on pedals gives them: not at once, but for the last moment of a stop."""
        follows = np.where(self.motion.v > _ROLLS, DT / _FOOT, 1.0)
        self._foot = self._foot + follows * (a - self._foot)
        return self._foot

    def _commanded(self, wanted: F8) -> F8:
        """The ego's acceleration, (B,), where somebody commands it."""
        rng, ego = self._rng, self.ego
        draw, how_long, dull = rng.standard_normal(wanted.shape), rng.random(wanted.shape), rng.random(wanted.shape)
        fresh = self.time >= self._next_command
        strength = np.where(dull < 0.25, 0.0, np.where(dull > 0.85, -2.0 - 1.5 * np.abs(draw), 1.2 * draw))
        self._command = np.where(fresh, strength, self._command)
        self._next_command = np.where(fresh, self.time + 0.8 + 3.2 * how_long, self._next_command)
        fast = self.motion.v[:, 0] > 1.15 * self._usual[:, 0]
        command = np.where(fast, np.minimum(self._command, 0.0), self._command)
        careful = np.minimum(command, np.where(wanted < -1.5, wanted, np.inf))
        return np.where(ego.commanded, np.where(ego.reckless, command, careful), wanted)

    def _change_minds(self) -> None:
        """Desired speeds: now and then another one; in waves it swings all the time."""
        m, h = self.motion, self.habits
        fresh = self._rng.random(m.s.shape) < h.whims * DT
        if fresh.any():
            factor = self._rng.uniform(0.55, 1.1, m.s.shape)
            self._usual = np.where(fresh, m.tables.desired * factor, self._usual)
        swing = np.sin(2.0 * np.pi * self.time / h.period + h.phase)
        swing = np.where(h.square, np.sign(swing), swing)
        m.desired = np.where(self._moves, self._usual * (1.0 + h.wave * np.minimum(swing - 1.0, 0.0)), m.desired)

    # -- across it -----------------------------------------------------------------------------------------

    def _wander(self) -> None:
        """Move the wanted place in the lane; a lane change begins at the place that one has."""
        m, h, change = self.motion, self.habits, self.lateral.change
        keep, smooth = DT / _WANDER_TIME, DT / _SMOOTHING
        self._drift += -keep * self._drift + np.sqrt(2.0 * keep) * self._rng.standard_normal(m.s.shape)
        self._place += smooth * (self._drift * h.wander - self._place)
        begins = change.active & (change.progress <= 1.5 * DT)
        self._ramp = np.where(begins, 0.0, np.minimum(1.0, self._ramp + DT / _FADES_IN))
        self._worn = np.where(begins, 0.0, self._worn)
        aside = np.where(self._moves, self._ramp * self._place, 0.0)
        m.offset = m.offset + (aside - self._worn)
        self._worn = aside

    def _swerve(self) -> None:
        """Commanded egos now and then leave the middle of their lane, or their lane."""
        due = self.ego.commanded & (self.time >= self._next_swerve)
        if not due.any():
            return
        rng, m, count = self._rng, self.motion, len(due)
        wait, over, side, kind, size = rng.random((5, count))
        self._next_swerve = np.where(due, self.time + 2.5 + 8.0 * wait, self._next_swerve)
        left = np.where(side < 0.5, 1, -1)
        lane = m.lane[:, 0]
        beside = lane + (left * m.direction[:, 0]).astype(np.int64)
        free = self._free_beside(left) | self.ego.reckless
        changes = due & free & (kind < 0.45) & (beside * lane > 0)
        changes &= m.tables.lanes.is_drivable(m.road[:, 0], m.s[:, 0], beside)
        zeros = np.zeros(count)
        dynamics = (zeros + _SINUSOIDAL, zeros, 1.2 + 3.0 * over, zeros + PEAK_SLOPE["sinusoidal"])
        self.lateral.aim(changes, 0, beside, zeros, dynamics, action=-1)
        aside = left * np.where(free, 0.3 + 0.7 * size, 0.3 * size)
        offset = np.where(m.offset[:, 0] * m.offset[:, 0] > 0.16, 0.0, aside)
        self.lateral.aim(due & ~changes, 0, lane, offset, dynamics, action=-1)

    def _free_beside(self, left: I8) -> Mask:
        """Where nobody is, or soon will be, beside the ego on that side, (B,)."""
        m, tb = self.motion, self.motion.tables
        sign = m.direction[:, :1]
        ahead = sign * (m.s - m.s[:, :1])
        closing = np.where(ahead > 0.0, 1.0, -1.0) * (m.v[:, :1] - sign * m.direction * m.v)
        near = np.abs(ahead) - 0.5 * (tb.body["length"] + tb.body["length"][:, :1]) < 5.0 + 3.0 * np.maximum(
            closing, 0.0
        )
        aside = left[:, None] * sign * (m.t - m.t[:, :1])
        there = near & (aside > 0.5) & (aside < 5.5) & (m.road == m.road[:, :1]) & m.present
        free: Mask = ~there[:, 1:].any(axis=1)
        return free

    # -- on foot -------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        w, m = self.walks, self.motion
        if not len(w.users):
            return
        at, phase = np.ix_(np.arange(len(m.s)), w.users), self._phase
        s, t, slant = m.s[at], m.t[at], m.slant[at]
        arrives = (phase == _ALONG) & (self._way * (w.at - s) <= 0.3)
        phase = np.where(arrives, _WAITS, phase)
        if (phase == _WAITS).any():
            phase = np.where((phase == _WAITS) & self._may_cross(s, t), _CROSSES, phase)
        across = np.where(w.to > t, 0.5 * np.pi, -0.5 * np.pi)
        phase = np.where((phase == _CROSSES) & (np.abs(w.to - t) < 0.3), _DONE, phase)
        facing = (phase == _WAITS) | (phase == _CROSSES)
        # at the end of the road, or at the corner of a junction, they turn back
        room = np.where(self._way > 0.0, m.tables.line.length[m.road[at]] - s, s)
        self._way = np.where((room < _CORNER) & ~facing, -self._way, self._way)
        goal = np.where(facing, across, np.where(self._way > 0.0, 0.0, np.pi))
        turn = wrapped(goal - slant)
        m.slant[at] = slant + np.clip(turn, -_TURNS_AT * DT, _TURNS_AT * DT)
        turned = np.abs(turn) < 0.6
        pace = np.where((phase == _WAITS) | ((phase == _CROSSES) & ~turned), 0.0, self._pace)
        now = m.v[at]
        m.desired[at] = now + np.clip(pace - now, -2.0 * DT, 1.2 * DT)
        self._phase = phase

    def _may_cross(self, s: F8, t: F8) -> Mask:
        """Whether lights and vehicles let people (B, W) step onto the road."""
        w, m = self.walks, self.motion
        shown = self.lights.shown
        green: Mask = np.ones(s.shape, dtype=bool)
        if shown.shape[1]:
            green = (w.light < 0) | (np.take_along_axis(shown, np.maximum(w.light, 0), axis=1) == _GREEN)
        road = m.road[:, w.users]
        same = (m.road[:, None, :] == road[:, :, None]) & (m.present & self._moves)[:, None, :]
        sign = m.direction[:, None, :]
        ahead = sign * (s[:, :, None] - m.s[:, None, :]) - m.tables.front[:, None, :]
        v = m.v[:, None, :]
        crossing = np.abs(w.to - t) / np.maximum(self._pace, 0.3)
        comes = ahead / np.maximum(v, 0.3)
        brakes = v * v / (2.0 * np.maximum(ahead - 1.0, 0.5))
        length = m.tables.body["length"][:, None, :]
        stands_there = same & (ahead < 1.0) & (ahead > -(1.0 + length))
        comes_near = same & (ahead > -(2.0 + length)) & (v > 0.3)
        waits_for = comes_near & np.where(w.zebra[:, :, None], brakes > 2.2, comes < (crossing + w.caution)[:, :, None])
        waits_for |= stands_there
        may: Mask = green & ~waits_for.any(axis=2)
        return may

    def _scripted(self) -> Mask:
        """People on foot keep to their way exactly: their yaw rates are those of their headings."""
        scripted = super()._scripted()
        scripted[:, self.walks.users] = True
        return scripted
