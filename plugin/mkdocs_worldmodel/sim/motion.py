# Where everyone is and how everyone moves. Road coordinates (s, t, slant) are the state: a kinematic bicycle is
# integrated in them, and whoever comes to the end of a road goes on in the coordinates of the next one of its route.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.lanes import Across
from mkdocs_worldmodel.sim.tables import Tables

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DT = 0.05
"""Step [s]."""
NEAREST = 0.02
"""Nobody comes nearer to the centre of a bend than this part of its radius."""
_NEWTON = 4
"""Steps of Newton's method from one road's coordinates into the next one's: they agree at the joint already."""


class Motion:
    """The state of B copies of N road users; arrays are (B, N).

    Attributes:
        road, leg: where on its route everyone is; `direction` is +1 where that road is driven with increasing s.
        s, t: position of the reference point on the road [m].
        slant: heading relative to the driving direction of the road [rad].
        v: speed [m/s].
        acceleration, curvature, yaw_rate, distance: decided for the coming step [m/s², 1/m, rad/s, m].
        lane: the lane that is followed (OpenDRIVE id); `keeps` is true for whoever keeps its slant instead.
        offset: wanted lateral offset from the middle of the lane, positive to the own left [m].
        present: whether it is there at all.
        scripted: whether it follows its wanted line exactly in the coming step.
        guided: whether a policy drives it in the coming step, in place of its own driver.
        travelled: distance driven since the start [m].
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tb = tables
        self.road, self.leg = tb.road.copy(), np.zeros(tb.road.shape, dtype=np.int64)
        self.direction = tb.direction.copy()
        self.s, self.t, self.slant, self.v = tb.s.copy(), tb.t.copy(), tb.heading.copy(), tb.speed.copy()
        self.desired = tb.desired.copy()
        self.lane, self.keeps, self.present = tb.lane.copy(), ~tb.follows_lane, tb.present.copy()
        self._piece, self._piece_road = tb.lanes.piece(self.road, self.s), self.road.copy()
        shape = self.s.shape
        self.offset = np.where(self.keeps, 0.0, self.direction * (self.t - self.middle().value))
        self.acceleration, self.curvature = np.zeros(shape), np.zeros(shape)
        self.yaw_rate, self.distance, self.travelled = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.scripted: Mask = np.zeros(shape, dtype=bool)
        self.guided: Mask = np.zeros(shape, dtype=bool)
        self.along = np.ones(shape)
        """Metres of road per metre of path in the last step."""

    def middle(self) -> Across:
        """Middle of everyone's lane, in the road's coordinates."""
        return self.tables.lanes.middle(self.road, self.s, self.lane)

    def bend(self) -> F8:
        """Curvature of everyone's road in its own direction [1/m]."""
        return self.direction * self.tables.line.curvature_at(self.road, self.s)

    def advance(self) -> None:
        """Move everyone by one step with what was decided: bicycle in road coordinates, midpoint rule."""
        sign, line = self.direction, self.tables.line
        speed_after = np.maximum(0.0, self.v + self.acceleration * DT)
        w, bend = sign * self.t, self.bend()
        half = 0.5 * self.distance
        along = np.cos(self.slant) / np.maximum(1.0 - bend * w, NEAREST)
        mid_w = w + half * np.sin(self.slant)
        mid_slant = self.slant + half * (self.curvature - bend * along)
        mid_bend = sign * line.curvature_at(self.road, self.s + sign * half * along)
        along = np.cos(mid_slant) / np.maximum(1.0 - mid_bend * mid_w, NEAREST)
        self.s = self.s + sign * self.distance * along
        self.t = sign * (w + self.distance * np.sin(mid_slant))
        turned = self.slant + self.distance * (self.curvature - mid_bend * along)
        self.slant = np.where(self.keeps, self.slant, turned)
        self.along, self.v = along, speed_after
        self.travelled = self.travelled + self.distance

    def pose(self) -> tuple[F8, F8, F8]:
        """x, y [m] and heading [rad], not wrapped."""
        x, y, along = self.tables.line.pose(self.road, self.s, self.t)
        return x, y, along + self.slant + np.where(self.direction < 0, np.pi, 0.0)

    def place(self, b: npt.NDArray[np.intp], n: npt.NDArray[np.intp], pose: tuple[F8, F8, F8], guess: F8) -> None:
        """Put road users (index arrays) at x, y, heading on the road that they are on, from a guess of s."""
        line, road, s = self.tables.line, self.road[b, n], guess
        x, y, heading = pose
        for _ in range(_NEWTON):
            rx, ry, h = line.pose(road, s)
            ahead = (x - rx) * np.cos(h) + (y - ry) * np.sin(h)
            t = (y - ry) * np.cos(h) - (x - rx) * np.sin(h)
            slope = 1.0 - line.curvature_at(road, s) * t
            s = s + ahead / np.where(np.abs(slope) < NEAREST, NEAREST, slope)
        rx, ry, h = line.pose(road, s)
        self.s[b, n] = s
        self.t[b, n] = (y - ry) * np.cos(h) - (x - rx) * np.sin(h)
        against = np.where(self.direction[b, n] < 0, np.pi, 0.0)
        self.slant[b, n] = wrapped(heading - h - against)

    def join(self, b: npt.NDArray[np.intp], user: int, road: npt.NDArray[np.intp], otherwise: F8) -> None:
        """Let a road user belong to another road, in the copies of an index array: where on it is said elsewhere.

        On a road of its route it goes on along that; else to the end of that road, in the direction `otherwise`.
        """
        tb = self.tables
        on_route = tb.leg_road[b, user] == road[:, None]
        found = on_route.any(axis=1)
        leg = np.where(found, np.argmax(on_route, axis=1), tb.legs[b, user] - 1)
        self.road[b, user], self.leg[b, user] = road, leg
        self.direction[b, user] = np.where(found, tb.leg_direction[b, user, leg], otherwise)

    def turn_round(self, copies: Mask, user: int) -> None:
        """Let a road user drive its road the other way from now on, in the copies of a (B,) mask."""
        self.direction[copies, user] = -self.direction[copies, user]
        self.slant[copies, user] = wrapped(self.slant[copies, user] + np.pi)
        self.leg[copies, user] = self.tables.legs[copies, user] - 1

    def change_roads(self) -> None:
        """Whoever has passed the end of its road goes on along the next leg of its route."""
        tb = self.tables
        if not tb.several_roads:
            return
        while True:
            end = np.where(self.direction > 0, tb.line.length[self.road], 0.0)
            over = self.direction * (self.s - end)
            b, n = np.nonzero((over > 0.0) & (self.leg + 1 < tb.legs) & self.present)
            if not len(b):
                return
            x, y, heading = (each[b, n] for each in self.pose())
            leg = self.leg[b, n] + 1
            self.offset[b, n] += tb.kept_aside(b, n, leg, self.lane[b, n])
            self.lane[b, n] = tb.lane_after(b, n, leg, self.lane[b, n])
            self.leg[b, n], self.road[b, n] = leg, tb.leg_road[b, n, leg]
            self.direction[b, n] = sign = tb.leg_direction[b, n, leg]
            start = np.where(sign > 0, 0.0, tb.line.length[self.road[b, n]])
            self.place(b, n, (x, y, heading), start + sign * over[b, n])
            # a joint is passed for good, even if rounding puts the reference point a hair before it
            self.s[b, n] = np.where(sign > 0, np.maximum(self.s[b, n], start), np.minimum(self.s[b, n], start))

    def metres_to(self, user: int, road: npt.NDArray[np.intp], s: F8) -> F8:
        """Metres of lane from a road user to a place (B,) on its route; negative if passed, nan where not on it."""
        tb = self.tables
        leg = np.full(s.shape, -1)
        for k in range(tb.leg_road.shape[-1]):
            leg = np.where((leg < 0) & (tb.leg_road[:, user, k] == road), k, leg)
        here, copies = self.leg[:, user], np.arange(len(s))
        reached = tb.leg_start[copies, user, leg] + tb.into_leg(user, leg, s, tb.leg_t[copies, user, leg])
        driven = tb.leg_start[copies, user, here] + tb.into_leg(
            user, here, self.s[:, user], np.where(leg == here, self.t[:, user], tb.leg_t[copies, user, here])
        )
        same = self.direction[:, user] * (
            (s - self.s[:, user])
            - self.t[:, user] * (tb.line.heading_at(road, s) - tb.line.heading_at(road, self.s[:, user]))
        )
        at_home = road == self.road[:, user]
        lost = (leg < 0) | (tb.leg_road[copies, user, here] != self.road[:, user])
        return np.where(at_home, same, np.where(lost, np.nan, reached - driven))

    def lane_under(self, user: int) -> npt.NDArray[np.int64]:
        """Lane in which a road user's reference point is, (B,)."""
        return self.tables.lanes.at(self.road[:, user], self.s[:, user], self.t[:, user])

    def follow_lanes(self) -> None:
        """Whoever has come into the next piece of its road is in the lane that continues its own there."""
        lanes = self.tables.lanes
        if lanes.single:
            return
        piece = lanes.piece(self.road, self.s)
        b, n = np.nonzero((piece != self._piece) & (self.road == self._piece_road))
        if len(b):
            road, old, at = self.road[b, n], self._piece[b, n], self.lane[b, n] + lanes.reach
            onward = piece[b, n] > old
            next_lane = np.where(onward, lanes.after[road, old, at], lanes.before[road, old, at])
            self.lane[b, n] = np.where(next_lane != 0, next_lane, self.lane[b, n])
        self._piece, self._piece_road = piece, self.road.copy()

    def beyond(self) -> Mask:
        """Whose front has left the network at the end of its route."""
        length = self.tables.line.length[self.road]
        front = self.s + self.direction * self.tables.front
        left = np.where(self.direction > 0, front > length, front < 0.0)
        return left & (self.leg + 1 >= self.tables.legs)


def wrapped(angle: F8) -> F8:
    """Angle within [-π, π)."""
    inside: F8 = np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi
    return inside
