# Criticality along the road, of two road users: TTC, THW, DRAC, required deceleration. Names and formulas after
# Westhofen et al. 2023, "Criticality metrics for automated driving". What does not exist is inf where small values are
# critical and 0 where large ones are; nan is never returned.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis import rss
from mkdocs_worldmodel.analysis.rss import RssParameters

F8 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STANDS = 0.1
"""Slower than this nobody has a time headway [m/s]."""
CLOSES = 1e-6
"""A gap that closes slower than this does not close [m/s]."""


@dataclass(frozen=True, slots=True)
class Approach:
    """Another road user as seen along one's own route; arrays (T,). Speeds and accelerations along that route."""

    exists: Bools
    """Both are there and the other is on the route, ahead or behind."""
    ahead: Bools
    """The other is ahead: its middle lies further along the route."""
    gap: F8
    """Free length between the two bodies, 0 where they overlap lengthwise; inf where it does not exist [m]."""
    speed: F8
    acceleration: F8
    other_speed: F8
    """Negative where the other comes towards [m/s]."""
    other_acceleration: F8

    @property
    def closing(self) -> F8:
        """How fast the gap shrinks [m/s], negative where it grows."""
        return np.where(self.ahead, 1.0, -1.0) * (self.speed - self.other_speed)


def time_to_collision(a: Approach) -> F8:
    """Gap / closing speed at constant speeds [s]; 0 where the bodies overlap lengthwise and close in."""
    closes = a.exists & (a.closing > CLOSES)
    return np.where(closes, _finite(a.gap) / np.where(closes, a.closing, 1.0), np.inf)


def time_headway(a: Approach) -> F8:
    """Gap / own speed [s], to who is ahead."""
    follows = a.exists & a.ahead & (a.speed > STANDS)
    return np.where(follows, _finite(a.gap) / np.where(follows, a.speed, 1.0), np.inf)


def drac(a: Approach) -> F8:
    """Deceleration rate to avoid a crash: closing² / (2 gap), the other keeping its speed [m/s²]."""
    closes = a.exists & (a.closing > CLOSES)
    with np.errstate(divide="ignore"):
        needed = a.closing * a.closing / (2.0 * np.where(closes, a.gap, np.inf))
    return np.where(closes, needed, 0.0)


def required_deceleration(a: Approach) -> F8:
    """Smallest constant deceleration with which one never touches who is ahead [m/s²].

    The other keeps its acceleration until it stands. inf where braking alone cannot help: it comes towards and will
    not stop in time.
    """
    v, u, b = a.speed, a.other_speed, a.other_acceleration
    gap = np.where(a.exists & a.ahead, a.gap, np.inf)
    brakes = u * b < 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        stop_time = np.where(brakes, -u / np.where(brakes, b, 1.0), np.inf)
        # the other stands when they meet: one must stop before its place
        room = gap + np.where(brakes, -u * u / (2.0 * np.where(brakes, b, 1.0)), 0.0)
        to_stand = np.where(room > 0.0, v * v / (2.0 * np.where(room > 0.0, room, 1.0)), np.inf)
        # else both move on at one speed when they are nearest
        closing = v - u
        moving = np.where(closing > CLOSES, closing * closing / (2.0 * gap), 0.0) - b
        meets_moving = (closing > CLOSES) & (2.0 * gap <= stop_time * closing) & (u >= 0.0)
        stands = np.abs(u) <= CLOSES
        to_stand = np.where(brakes | stands, to_stand, np.where(u < 0.0, np.inf, 0.0))
        needed = np.where(meets_moving & ~stands, np.maximum(moving, 0.0), to_stand)
    return np.where(np.isfinite(gap) & (v > CLOSES), needed, 0.0)


def safe_distance(a: Approach, p: RssParameters, wrong_side: Bools) -> F8:
    """RSS's safe distance along the road [m]; 0 where there is nobody.

    Args:
        a: the approach
        p: proper response
        wrong_side: where it is oneself who drives against the lane's direction
    """
    v, u = np.maximum(a.speed, 0.0), a.other_speed
    following = np.where(a.ahead, rss.same_direction(v, np.maximum(u, 0.0), p), rss.same_direction(np.abs(u), v, p))
    meeting = np.where(wrong_side, rss.opposite_direction(-u, v, p), rss.opposite_direction(v, -u, p))
    towards = (u < -CLOSES) & a.ahead
    return np.where(a.exists & (a.ahead | (u >= 0.0)), np.where(towards, meeting, following), 0.0)


def _finite(gap: F8) -> F8:
    return np.where(np.isfinite(gap), gap, 0.0)
