# What lies between two road users: for the story's conditions, and for actions that look at one other.

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout import boxes
from mkdocs_worldmodel.sim.motion import Motion

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


R = TypeVar("R")


def _once(method: Callable[..., R]) -> Callable[..., R]:
    """Compute a distance once in a moment, however many ask for it."""

    @wraps(method)
    def remembered(self: Pairs, *args: Any, **kwargs: Any) -> R:
        key = (method.__name__, args, tuple(kwargs.items()))
        if key not in self.known:
            self.known[key] = method(self, *args, **kwargs)
        found: R = self.known[key]
        return found

    return remembered


class Pairs:
    """Distances between road users i and j in all copies, (B,) each, at the present moment."""

    def __init__(self, motion: Motion) -> None:
        self.motion = motion
        self.known: dict[Any, Any] = {}
        """What was computed in this moment."""

    def forget(self) -> None:
        """Somebody has moved."""
        self.known.clear()

    # -- along and across the road -------------------------------------------------------------------------

    @_once
    def along(self, i: int, j: int) -> F8:
        """Metres of lane from i's reference point to j's along i's route, negative behind; nan where j is not on it."""
        m = self.motion
        line, sign = m.tables.line, m.direction[:, i]
        bend = line.heading_at(m.road[:, j], m.s[:, j]) - line.heading_at(m.road[:, i], m.s[:, i])
        here = sign * ((m.s[:, j] - m.s[:, i]) - m.t[:, i] * bend)
        if not m.tables.several_roads:
            return here
        ahead = m.metres_to(i, m.road[:, j], m.s[:, j])
        behind = -m.metres_to(j, m.road[:, i], m.s[:, i])
        return np.where(m.road[:, i] == m.road[:, j], here, np.where(np.isnan(ahead), behind, ahead))

    @_once
    def gap(self, i: int, j: int) -> F8:
        """Free distance from i to j along i's route [m]: negative where j is behind, nan where not on the route.

        0 where their bodies overlap lengthwise.
        """
        along = self.along(i, j)
        to_front, to_rear = self._ends(i, np.ones(len(along)))
        far, near = self._ends(j, self._same_way(i, j))
        ahead = along - to_front - near
        behind = along + to_rear + far
        return np.where(ahead > 0.0, ahead, np.where(behind < 0.0, behind, 0.0 * along))

    @_once
    def across(self, i: int, j: int, *, free: bool) -> F8:
        """Lateral distance on the road of i [m], without sign; between the bodies if `free`."""
        m = self.motion
        if free:
            (mid_i, half_i), (mid_j, half_j) = self._sides(i), self._sides(j)
            apart = np.maximum(0.0, np.abs(mid_j - mid_i) - half_i - half_j)
        else:
            apart = np.abs(m.t[:, j] - m.t[:, i])
        return np.where(m.road[:, i] == m.road[:, j], apart, np.nan)

    @_once
    def speed_along(self, i: int, j: int) -> F8:
        """Speed of j in the direction in which i drives [m/s]."""
        m = self.motion
        return m.v[:, j] * np.cos(m.slant[:, j]) * self._same_way(i, j)

    def closing(self, i: int, j: int) -> F8:
        """Speed at which i closes in on j along the road [m/s]; positive: nearer."""
        closing = self.speed_along(i, i) - self.speed_along(i, j)
        return np.where(self.along(i, j) >= 0.0, closing, -closing)

    @_once
    def _same_way(self, i: int, j: int) -> F8:
        """+1 where j drives along its road as i does or will by its route, else -1, (B,)."""
        m = self.motion
        by_route = self._leg_direction(i, m.road[:, j]) * m.direction[:, j]
        other = self._leg_direction(j, m.road[:, i]) * m.direction[:, i]
        signs = np.where(by_route != 0.0, by_route, other)
        signs = np.where(m.road[:, i] == m.road[:, j], m.direction[:, i] * m.direction[:, j], signs)
        return np.where(signs < 0.0, -1.0, 1.0)

    def _leg_direction(self, user: int, road: npt.NDArray[np.intp]) -> F8:
        """In which direction a road user's route goes along a road; 0 where it does not, (B,)."""
        tb = self.motion.tables
        found: F8 = np.zeros(len(road))
        for k in range(tb.leg_road.shape[-1]):
            here = (found == 0.0) & (tb.leg_road[:, user, k] == road)
            found = np.where(here, tb.leg_direction[:, user, k], found)
        return found

    def _ends(self, user: int, way: F8) -> tuple[F8, F8]:
        """How far a body reaches ahead of and behind its reference point, along its road or against (way -1)."""
        m, rear = self.motion, self.motion.tables.body["rear_overhang"][:, user]
        front, half = m.tables.front[:, user], 0.5 * m.tables.body["width"][:, user]
        forward = way * np.cos(m.slant[:, user])
        aside = half * np.abs(np.sin(m.slant[:, user]))
        foremost = np.where(forward > 0.0, front, -rear) * forward + aside
        rearmost = np.where(forward > 0.0, rear, -front) * forward + aside
        return foremost, rearmost

    def _sides(self, user: int) -> tuple[F8, F8]:
        """Middle of a body as t, and half of what it takes across the road."""
        m, body = self.motion, self.motion.tables.body
        length, sine = body["length"][:, user], np.sin(m.slant[:, user])
        middle = m.t[:, user] + m.direction[:, user] * sine * (0.5 * length - body["rear_overhang"][:, user])
        return middle, 0.5 * (body["width"][:, user] * np.abs(np.cos(m.slant[:, user])) + length * np.abs(sine))

    # -- in the plane --------------------------------------------------------------------------------------

    @_once
    def straight(self, i: int, j: int, *, free: bool) -> F8:
        """Distance as the crow flies [m]: between the boxes if `free`, else between the reference points."""
        if not free:
            x, y, _ = self._poses()
            dx, dy = x[:, j] - x[:, i], y[:, j] - y[:, i]
            return np.sqrt(dx * dx + dy * dy)
        return boxes.distance(*self._boxes(i, j))

    @_once
    def touch(self, i: int, j: int) -> Mask:
        """Whether their boxes overlap now."""
        there = self.motion.present[:, i] & self.motion.present[:, j]
        hit: Mask = boxes.overlap(*self._boxes(i, j)) & there
        return hit

    def touches_anybody(self, i: int) -> Mask:
        """Whether i's box overlaps with anybody's now."""
        hit = np.zeros(len(self.motion.s), dtype=bool)
        for j in range(self.motion.s.shape[1]):
            if j != i:
                hit |= self.touch(i, j)
        return hit

    @_once
    def _poses(self) -> tuple[F8, F8, F8]:
        return self.motion.pose()

    def _boxes(self, i: int, j: int) -> Any:
        body = self.motion.tables.body
        x, y, heading = self._poses()
        pairs = []
        for user in (i, j):
            length, h = body["length"][:, user], heading[:, user]
            ahead = 0.5 * length - body["rear_overhang"][:, user]
            box = (x[:, user] + ahead * np.cos(h), y[:, user] + ahead * np.sin(h), h, length, body["width"][:, user])
            pairs.append(box)
        return tuple(zip(*pairs, strict=True))
