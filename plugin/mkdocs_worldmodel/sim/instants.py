# Actions that are over at once: teleport, appear and vanish, hand over to a driver, set lights.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.sim.now import Now
from mkdocs_worldmodel.sim.running import ACROSS, ALONG, Running
from mkdocs_worldmodel.sim.tables import driver_index

Mask = npt.NDArray[np.bool_]


class Teleport(Running):
    """Puts its actor somewhere else. On a road off its route it goes on in the direction of the lane's traffic."""

    ends = (ALONG, ACROSS)

    def __init__(self, number: int, event: str, place: int, copies: Sequence[Any], now: Now) -> None:
        super().__init__(number, event, place, copies, now)
        self.road, self.lane = self.roads(), np.array([c.lane for c in copies])
        self.s, self.t, self.speed = self.numbers("s"), self.numbers("t"), self.numbers("speed")
        right = np.array([self.motion.tables.roads[r].rule == "RHT" for r in self.road])
        self.direction = np.where((self.lane < 0) == right, 1.0, -1.0)

    def begin(self, copies: Mask) -> Mask:
        m, n, b = self.motion, self.actor, np.flatnonzero(copies)
        m.join(b, n, self.road[b], self.direction[b])
        m.lane[b, n], m.s[b, n], m.t[b, n] = self.lane[b], self.s[b], self.t[b]
        m.slant[b, n] = np.where(m.keeps[b, n], m.slant[b, n], 0.0)
        beside = (m.direction * (m.t - m.middle().value))[b, n]
        m.offset[b, n] = np.where(m.keeps[b, n], 0.0, beside)
        self.now.lateral.change.end(copies, n)
        given = copies & ~np.isnan(self.speed)
        m.v[given, n] = m.desired[given, n] = self.speed[given]
        return copies


class Presence(Running):
    """Lets its actor appear or vanish."""

    ends = (ALONG, ACROSS)

    def begin(self, copies: Mask) -> Mask:
        self.motion.present[copies, self.actor] = np.array([c.present for c in self.copies])[copies]
        return copies


class HandOver(Running):
    """Gives its actor another driver."""

    ends = (ALONG, ACROSS)

    def begin(self, copies: Mask) -> Mask:
        longitudinal, n = self.now.longitudinal, self.actor
        longitudinal.driver[copies, n] = np.array([driver_index(c.driver) for c in self.copies])[copies]
        # whoever drives exactly from now on does not jump to the middle of its lane
        self.now.lateral.smooth(copies & ~self.motion.keeps[:, n], n)
        return copies


class SetLights(Running):
    """Lets a controller jump to a phase, or one signal show an aspect."""

    def column(self) -> int:
        return -1

    def begin(self, copies: Mask) -> Mask:
        first, lights = self.copies[0], self.now.lights
        if first.aspect is None:
            lights.jump(copies, first.actor, np.array([c.phase for c in self.copies]), self.now.time)
        else:
            lights.set_aspect(copies, first.actor, np.array([ASPECTS.index(c.aspect) for c in self.copies]))
        return copies
