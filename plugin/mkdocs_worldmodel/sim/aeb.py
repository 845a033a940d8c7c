# A plain automatic emergency brake: it looks whether somebody's box, going on as now, meets the driver's path while
# the driver is there, and brakes for that at the last moment that its parameters allow.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.sim.brake import press
from mkdocs_worldmodel.sim.sight import F8, Mask, Sight, extent

_MARGIN = 0.1
"""Added to the path on both sides [m]."""
_HELD_MARGIN = 0.5
"""The same once it brakes, so that it does not let go and brake again [m]."""
_HORIZON = 8.0
"""It goes on braking for whatever it would meet within this time [s] ..."""
_CREEP = 1.0
"""... at this speed at least: it stands until the path ahead is free [m/s]."""
_RESERVE = 0.2
"""Time that it leaves before the last moment to brake [s]."""


@dataclass(frozen=True, slots=True)
class _Course:
    """Where everybody is relative to the middle of the driver's box, and moves; all (B, N)."""

    along: F8
    """[m]"""
    across: F8
    speed: F8
    """Over ground, along the path [m/s]."""
    across_speed: F8
    touch: F8
    """Distance along at which the boxes touch [m]."""
    reach: F8
    """Half of the other's width across the path [m]."""


class AebDriver:
    """One column of road users with an emergency brake, in B copies; otherwise they do what the base does."""

    def __init__(self, copies: int, users: int) -> None:
        self._targets: Mask = np.zeros((copies, users), dtype=bool)
        """For whom it brakes; it keeps them in mind where they leave its field of view."""
        self._since = np.full(copies, -np.inf)
        """Since when it has decided to brake [s]."""
        self._level = np.zeros(copies)
        self._warned: Mask = np.zeros(copies, dtype=bool)
        """Where it has braked before."""

    def act(self, sight: Sight, base_acceleration: F8, p: dict[str, F8], dt: float) -> F8:
        """Acceleration for the coming step (B,) [m/s²]. Call it once a step, in order.

        Args:
            sight: what the driver sees now
            base_acceleration: what the driver does without the brake (B,) [m/s²]
            p: fields of `AebParameters`, (B,) each
            dt: the step [s]
        """
        box = extent(sight.length, sight.width, sight.heading)
        course, seen = _course(sight, box), _seen(sight, box, p)
        full = np.minimum(p["deceleration"], sight.max_deceleration)
        left, inside = _meets(course, sight, sight.own_speed, _MARGIN)
        # whoever is not in the path yet may stop or be past in time: for them it brakes at the last moment only
        rate, jerk = np.maximum(full, 0.1), np.maximum(p["jerk"], 0.1)
        build_up = p["delay"] + 0.5 * full / jerk + _RESERVE
        last = build_up[:, None] + 0.5 * (sight.own_speed[:, None] - course.speed) / rate[:, None]
        limit = np.where(inside, p["ttc"][:, None], np.minimum(p["ttc"][:, None], last))
        alarm = seen & (left < limit) & (sight.own_speed > 0.0)[:, None]
        still, _ = _meets(course, sight, np.maximum(sight.own_speed, _CREEP), _HELD_MARGIN)
        braking = (self._since >= 0.0)[:, None]
        self._targets = alarm | (braking & (seen | self._targets) & sight.there & (still < _HORIZON))
        self._since = np.where(self._targets.any(axis=1), np.maximum(self._since + dt, 0.0), -np.inf)
        # braking begins inside of this step where its moment does
        span = np.clip(self._since + dt - p["delay"], 0.0, dt)
        brakes = span > 1e-9
        span = np.where(brakes, span, 0.0)
        mean, level = press(np.where(brakes, self._level, 0.0), span, jerk, full, dt)
        self._level = np.where(brakes, level, 0.0)
        # a driver for whom it has braked does not speed up again behind somebody in its path
        self._warned = self._warned | brakes
        behind = (sight.there & (sight.gap < p["range"][:, None]) & (sight.aside < 0.0)).any(axis=1)
        base_acceleration = np.where(self._warned & behind, np.minimum(base_acceleration, 0.0), base_acceleration)
        return np.where(brakes, np.minimum(base_acceleration, -mean) + 0.0, base_acceleration)


def _course(sight: Sight, box: tuple[F8, F8]) -> _Course:
    """Along the road for those ahead on it, whatever its bends; straight ahead for all others, as at a junction."""
    on_way = sight.gap < np.inf
    long, wide = box
    touch = long + 0.5 * sight.own_length[:, None]
    ahead = np.where(on_way, sight.gap, 0.0) + touch
    centre = (sight.own_front - 0.5 * sight.own_length)[:, None]
    return _Course(
        along=np.where(on_way, ahead, sight.dx - centre),
        across=np.where(on_way, sight.across, sight.dy),
        speed=np.where(on_way, sight.speed, sight.vx),
        across_speed=np.where(on_way, sight.across_speed, sight.vy),
        touch=touch,
        reach=np.where(on_way, sight.reach, wide),
    )


def _seen(sight: Sight, box: tuple[F8, F8], p: dict[str, F8]) -> Mask:
    """Who has a part of the box within range and field of view of a sensor at the front bumper (B, N)."""
    long, wide = box
    dx, dy = sight.dx - sight.own_front[:, None], np.abs(sight.dy)
    near_x, near_y = np.maximum(dx - long, 0.0), np.maximum(dy - wide, 0.0)
    reach = p["range"][:, None]
    half = 0.5 * p["field_of_view"][:, None]
    within = near_y * np.cos(half) <= (dx + long) * np.sin(half)
    near: Mask = (dx + long > 0.0) & (near_x * near_x + near_y * near_y <= reach * reach)
    return sight.there & within & near


def _meets(course: _Course, sight: Sight, own_speed: F8, margin: float) -> tuple[F8, Mask]:
    """When the driver's front is level with each box that it meets if all go on as now [s]; and who is in the path.

    Both (B, N); inf for those that it does not meet, or is level with already. Somebody may also walk into its side
    later than that: it is the time that is left to stop short of them.
    """
    width = course.reach + 0.5 * sight.own_width[:, None] + margin
    enters, leaves = _within(course.across, course.across_speed, width)
    reaches, passes = _within(course.along, course.speed - own_speed[:, None], course.touch)
    hit = np.maximum(enters, reaches)
    met = (reaches > 0.0) & (course.along > 0.0) & (hit < np.minimum(leaves, passes)) & (leaves > 0.0)
    return np.where(met, reaches, np.inf), np.abs(course.across) < width


def _within(place: F8, speed: F8, size: F8) -> tuple[F8, F8]:
    """From when to when something lies within ±size of 0 [s], moving at constant speed; (inf, -inf): never."""
    moves = np.abs(speed) > 1e-9
    rate = np.where(moves, speed, 1.0)
    one, two = (-size - place) / rate, (size - place) / rate
    inside = np.abs(place) < size
    begin = np.where(moves, np.minimum(one, two), np.where(inside, -np.inf, np.inf))
    end = np.where(moves, np.maximum(one, two), np.where(inside, np.inf, -np.inf))
    return begin, end
