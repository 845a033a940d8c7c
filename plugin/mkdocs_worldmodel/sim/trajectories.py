# Road users that follow straight lines between points, exactly: pedestrians, and whatever the story puts on a path.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS
from mkdocs_worldmodel.sim.motion import DT, wrapped
from mkdocs_worldmodel.sim.now import STANDING, Now
from mkdocs_worldmodel.sim.running import ACROSS, ALONG, Running

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_POINT = 1e-9
"""Nearer than this, a point is reached [m]."""


class Trajectory(Running):
    """Leads its actor from where it is along straight lines; it turns at the points.

    At the end walkers stand, others go on along the lane in which they are. Stopped on the way, a walker comes to
    rest, and others go on likewise.
    """

    moves = ends = (ALONG, ACROSS)
    on_path = True

    def __init__(self, number: int, event: str, place: int, copies: Sequence[Any], now: Now) -> None:
        super().__init__(number, event, place, copies, now)
        tb = self.motion.tables
        self.road, self.speed = self.roads(), self.numbers("speed")
        s = np.array([[p.s for p in c.points] for c in copies])
        t = np.array([[p.t for p in c.points] for c in copies])
        x, y, _ = tb.line.pose(self.road[:, None], s, t)
        # the first point is where the actor is when it begins
        self.x: F8 = np.concatenate([x[:, :1], x], axis=1)
        self.y: F8 = np.concatenate([y[:, :1], y], axis=1)
        self.metres: F8 = np.zeros_like(self.x)
        """(B, P) from the begin to each point."""
        self.timed = copies[0].points[0].time is not None
        self.times: F8 = np.array([[0.0, *(p.time or 0.0 for p in c.points)] for c in copies])
        self.done: F8 = np.zeros(len(copies))
        """Metres of it that are done."""
        self._since: F8 = np.zeros(len(copies))
        self._facing: F8 = np.zeros(len(copies))
        """Heading [rad]."""
        self.walks = tb.kinds[self.actor] in WALKERS | THINGS

    def begin(self, copies: Mask) -> Mask:
        m, n, b = self.motion, self.actor, np.flatnonzero(copies)
        x, y, heading = m.pose()
        self.x[copies, 0], self.y[copies, 0], self._facing[copies] = x[copies, n], y[copies, n], heading[copies, n]
        dx, dy = np.diff(self.x, axis=1), np.diff(self.y, axis=1)
        metres = np.cumsum(np.sqrt(dx * dx + dy * dy), axis=1)
        self.metres[copies, 1:] = metres[copies]
        self._since[copies] = self.now.time
        self.now.lateral.change.end(copies, n)
        m.offset[copies, n] = 0.0
        if self.timed:
            self.done[copies] = self._metres_at(np.zeros(len(copies)))[copies]
            speed = (self._metres_at(np.full(len(copies), DT)) - self.done) / DT
        else:
            self.done[copies] = 0.0
            own = np.where(m.v[:, n] > STANDING, m.v[:, n], m.desired[:, n])
            speed = np.where(np.isnan(self.speed), own, self.speed)
        m.v[copies, n] = speed[copies]
        m.desired[copies, n] = np.where(np.isnan(self.speed) & ~self.timed, m.desired[:, n], speed)[copies]
        over: Mask = copies & (self.metres[:, -1] <= _POINT) & (not self.timed)
        self._enter_road(b[m.road[b, n] != self.road[b]])
        moves = np.flatnonzero(copies & ~over)  # it turns at once to where it goes
        self._put(moves, self._pose(self.done))
        self._stand(over)
        return over

    def _enter_road(self, b: npt.NDArray[np.intp]) -> None:
        """Go over to the road in whose coordinates the points are."""
        m, n, line = self.motion, self.actor, self.motion.tables.line
        if not len(b):
            return
        x, y, heading = (each[b, n] for each in m.pose())
        s = np.array([line.project(int(r), xx, yy)[0] for r, xx, yy in zip(self.road[b], x, y, strict=True)])
        turned = np.cos(heading - line.heading_at(self.road[b], s))
        m.join(b, n, self.road[b], np.where(turned < 0.0, -1.0, 1.0))
        m.place(b, np.full(len(b), n), (x, y, heading), s)

    def command_path(self) -> None:
        m, n = self.motion, self.actor
        moving = self.active & m.present[:, n]
        if self.timed:
            since = self.now.time - self._since
            after = self._metres_at(since + DT)
            distance = after - self.done
            speed = distance / DT
            later = (self._metres_at(since + 2.0 * DT) - after) / DT
            later = np.where(since + DT >= self.times[:, -1] - 1e-9, speed, later)  # there it ends
            acceleration = (later - speed) / DT
        else:
            speed = m.v[:, n]
            # a walker stands at the last point; who goes on does not lose the rest of the step there
            distance = np.minimum(speed * DT, self.metres[:, -1] - self.done) if self.walks else speed * DT
            acceleration = np.zeros(len(speed))
        done = np.where(moving, self.done + distance, self.done)
        self._next = self._pose(done)
        m.v[moving, n], m.acceleration[moving, n] = speed[moving], acceleration[moving]
        m.distance[moving, n], m.curvature[moving, n] = distance[moving], 0.0
        m.yaw_rate[moving, n] = (wrapped(self._next[2] - self._facing) / DT)[moving]
        self.done = done

    def advance(self) -> Mask:
        self._put(np.flatnonzero(self.active), self._next)
        over = self.done >= self.metres[:, -1] - _POINT
        if self.timed:
            over = self.now.time - self._since >= self.times[:, -1] - 1e-9
        ended: Mask = self.active & over
        self._stand(ended)
        return ended

    def _stand(self, copies: Mask) -> None:
        """At the end walkers stand."""
        if self.walks:
            self.motion.v[copies, self.actor] = 0.0

    def leave(self, copies: Mask) -> None:
        m, n = self.motion, self.actor
        m.yaw_rate[copies, n] = 0.0
        if self.walks:
            m.keeps[copies, n] = True
            m.desired[copies, n] = 0.0
            return
        if self.timed:
            m.desired[copies, n] = m.v[copies, n]
        m.turn_round(copies & (np.cos(m.slant[:, n]) < 0.0), n)
        self.now.lateral.return_to_middle(copies, n)

    def _put(self, b: npt.NDArray[np.intp], pose: tuple[F8, F8, F8]) -> None:
        x, y, heading = pose
        self._facing[b] = heading[b]
        self.motion.place(b, np.full(len(b), self.actor), (x[b], y[b], heading[b]), self.motion.s[b, self.actor])

    def _metres_at(self, time: F8) -> F8:
        """Metres done at a time since the begin, (B,); after the end on at the last speed, unless it walks."""
        found = self.metres[:, 0]
        for k in range(self.times.shape[1] - 1):
            span = np.maximum(self.times[:, k + 1] - self.times[:, k], 1e-9)
            part = np.clip((time - self.times[:, k]) / span, 0.0, self._most(k, span > 1e-6))
            here = self.metres[:, k] + part * (self.metres[:, k + 1] - self.metres[:, k])
            found = np.where(time >= self.times[:, k], here, found)
        return found

    def _pose(self, done: F8) -> tuple[F8, F8, F8]:
        """x, y and heading after so many metres, (B,); at a point the heading is that of the piece that follows."""
        x, y = self.x[:, 0], self.y[:, 0]
        heading = self._facing
        for k in range(self.metres.shape[1] - 1):
            length = self.metres[:, k + 1] - self.metres[:, k]
            part = np.clip((done - self.metres[:, k]) / np.maximum(length, 1e-12), 0.0, self._most(k, length > _POINT))
            dx, dy = self.x[:, k + 1] - self.x[:, k], self.y[:, k + 1] - self.y[:, k]
            on = (length > _POINT) & ((done >= self.metres[:, k] - _POINT) | (k == 0))
            x = np.where(on, self.x[:, k] + part * dx, x)
            y = np.where(on, self.y[:, k] + part * dy, y)
            heading = np.where(on, np.arctan2(dy, dx), heading)
        return x, y, heading

    def _most(self, k: int, has_extent: Mask) -> F8:
        """How far piece k is followed, as a part of it: beyond its end only by those who go on after the last."""
        beyond = has_extent & (k + 2 == self.metres.shape[1]) & (not self.walks)
        return np.where(beyond, np.inf, 1.0)
