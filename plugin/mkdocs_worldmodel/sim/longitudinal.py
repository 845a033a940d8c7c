# How everyone's speed is decided: by its driver, by the story, within what its body can do.

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.drivers import hold, idm
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.perception import Perception
from mkdocs_worldmodel.sim.transition import Transitions

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

IDM, CAREFUL, SCRIPTED, STILL = (DRIVERS.index(name) for name in ("idm", "careful", "scripted", "still"))


class Longitudinal:
    """Decides acceleration and the distance of the coming step.

    Attributes:
        driver: (B, N) who drives, as index into DRIVERS.
        change: transitions of speed that the story commands.
    """

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self.perception = Perception(motion)
        self.driver = motion.tables.driver.copy()
        self.change = Transitions(motion.s.shape)

    def command(self, copies: Mask, user: int, target: F8, dynamics: tuple[F8, F8, F8, F8], action: int) -> Mask:
        """Bring a road user to a speed (B,) in the copies of a mask; true where it has it at once, (B,)."""
        m = self.motion
        shape, dimension, value, peak = dynamics
        start = m.v[:, user]
        change = np.abs(target - start)
        by_rate = peak * change / np.where(value > 0.0, value, np.inf)
        span = np.where(dimension == 1, by_rate, value)
        # all shapes are point-symmetric, so the mean speed is half-way: the time for a distance is closed
        mean = np.maximum(0.5 * (start + target), 1e-6)
        span = np.where(dimension == 2, value / mean, span)
        m.desired[copies, user] = target[copies]
        instant: Mask = copies & ((span <= 0.0) | (peak == 0.0) | (change == 0.0))
        self.change.begin(copies, user, start, target, span, shape.astype(np.int64),
                          by_distance=np.zeros(len(copies), dtype=bool), action=action)  # fmt: skip
        self.change.end(instant, user)
        return instant

    def decide(self, rules: Callable[[F8], F8], story: Callable[[F8], F8]) -> None:
        """Let everyone's driver, and the story, choose acceleration and distance for the coming step.

        Args:
            rules: lowers the accelerations (B, N) that drivers chose to what the rules of traffic allow
            story: puts the accelerations (B, N) that it commands in the place of those that drivers chose
        """
        m, tb = self.motion, self.motion.tables
        a = hold(m.v, m.desired, DT)
        follows = ((self.driver == IDM) | (self.driver == CAREFUL)) & ~m.guided
        if follows.any():
            index, gap, lead_speed = self.perception.leaders(self.perception.extents())
            own_way = m.direction * np.take_along_axis(m.direction * m.acceleration, np.maximum(index, 0), 1)
            lead_a = np.where(index >= 0, own_way, 0.0)
            a = np.where(follows, idm(m.v, m.desired, gap, lead_speed, lead_a, tb.idm, DT), a)
        self.apply(story(rules(a)))

    def apply(self, a: F8) -> None:
        """Take what the drivers chose, (B, N), unless the story commands a speed; keep within the bodies' limits."""
        m, tb, slot = self.motion, self.motion.tables, self.change
        if slot.active.any():
            before, after = slot.progress / slot.span, (slot.progress + DT) / slot.span
            wanted = slot.start + (slot.target - slot.start) * shapes.value(slot.shape, after)
            a = np.where(slot.active, (wanted - m.v) / DT, a)
        free = np.clip(a, -tb.body["max_deceleration"], tb.body["max_acceleration"])
        a = np.where(self.driver == SCRIPTED, a, free)
        stops = m.v + a * DT < 0.0
        distance = np.where(stops, 0.5 * m.v * m.v / np.where(stops, -a, 1.0), m.v * DT + 0.5 * a * DT * DT)
        if slot.active.any():
            # on a profile the distance is known in closed form, as long as the limits did not cut in
            area = shapes.integral(slot.shape, after) - shapes.integral(slot.shape, before)
            on_profile = slot.active & ~stops & (np.abs(m.v + a * DT - wanted) < 1e-9)
            expected = slot.start + (slot.target - slot.start) * shapes.value(slot.shape, before)
            on_profile &= np.abs(m.v - expected) < 1e-9
            exact = slot.start * DT + (slot.target - slot.start) * slot.span * area
            distance = np.where(on_profile, exact, distance)
        m.acceleration = np.where(m.present, np.where(stops, -m.v / DT, a), 0.0)
        m.distance = np.where(m.present, distance, 0.0)

    def advance(self) -> Mask:
        """Go on with the story's speed changes; true where one has come to its end, (B, N)."""
        if not self.change.active.any():
            return self.change.active
        return self.change.advance(DT, self.motion.distance)
