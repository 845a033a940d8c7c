# Whom drivers follow: the next ahead in their way, on one road or along routes over several.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.lead import Extents, leader
from mkdocs_worldmodel.rollout.route_lead import RoutePositions, RouteTable, route_leader
from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.merging import Merging
from mkdocs_worldmodel.sim.motion import Motion

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_AWAY = 1e7
"""Where the absent are put, so that they are in nobody's way [m]."""


class Perception:
    """What everyone sees of the others."""

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self.lateral: Lateral | None = None
        """Where drivers change lanes by themselves: they are in both lanes from the beginning."""
        self.routes = RouteTable(motion.tables.scenarios) if motion.tables.several_roads else None
        self.merging: Merging | None = None
        """Finds leaders on other connecting roads of junctions."""
        self._copies = np.arange(motion.s.shape[0])[:, None]

    def extents(self) -> Extents:
        """Everyone as intervals in the coordinates of its road, (B, N); whoever is turned takes other ones."""
        m, body = self.motion, self.motion.tables.body
        t = np.where(m.present, m.t, _AWAY)
        cosine, sine = np.cos(m.slant), np.sin(m.slant)
        front, rear, half = m.tables.front, body["rear_overhang"], 0.5 * body["width"]
        aside = half * np.abs(sine)
        forward = np.maximum(front * cosine, -rear * cosine) + aside
        back = np.maximum(rear * cosine, -front * cosine) + aside
        at_front, at_rear = t + m.direction * sine * front, t - m.direction * sine * rear
        flat = half * np.abs(cosine)
        low, high = np.minimum(at_front, at_rear) - flat, np.maximum(at_front, at_rear) + flat
        if self.lateral is not None:
            changes = self.lateral.change.active & (self.lateral.change.action < 0) & m.present
            if changes.any():
                there = m.middle().value + m.direction * m.offset
                low = np.where(changes, np.minimum(low, there - half), low)
                high = np.where(changes, np.maximum(high, there + half), high)
        bend = m.tables.line.heading_at(m.road, m.s)
        return Extents(m.direction, m.s, t, forward, back, low, high, m.v * cosine, bend)

    def positions(self, follower: int, e: Extents) -> RoutePositions:
        """Where everyone is along one's route, (B, N)."""
        assert self.routes is not None
        road = self.motion.tables.own_road[self._copies, self.motion.road]
        return self.routes.seen_by(follower, road, e.s, e.t, e.bend, e.direction)

    def leaders(self, e: Extents) -> tuple[npt.NDArray[np.intp], F8, F8]:
        """Who is next ahead of everyone: index, free gap [m] and speed in the own direction [m/s], (B, N) each."""
        users = range(e.s.shape[1])
        if self.routes is None:
            found = [leader(e, i) for i in users]
        else:
            found = [route_leader(e, self.positions(i, e), i) for i in users]
        index, gap, speed = (np.stack(each, axis=1) for each in zip(*found, strict=True))
        if self.merging is not None:
            index, gap, speed = self.merging.nearer(index, gap, speed)
        return index, gap, speed
