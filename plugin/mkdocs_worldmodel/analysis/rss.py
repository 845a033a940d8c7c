# Responsibility-Sensitive Safety: which distances are safe (Shalev-Shwartz, Shammah, Shashua 2017: On a Formal Model of
# Safe and Scalable Self-driving Cars, definitions 1, 2 and 6).

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RssParameters:
    """What everyone may be expected to do; the same for all.

    Defaults: the values with which ad-rss is commonly run, as by CARLA's RSS sensor; the paper leaves them to
    regulation.
    """

    response_time: float = 1.0
    """[s]"""
    acceleration: float = 3.5
    """At most, during the response time [m/s²]."""
    deceleration: float = 4.0
    """At least, after it [m/s²]."""
    correct_deceleration: float = 3.0
    """At least, of who meets someone in its own lane that comes towards it [m/s²]."""
    full_deceleration: float = 8.0
    """At most, of who drives ahead [m/s²]."""
    lateral_acceleration: float = 0.2
    """At most, during the response time [m/s²]."""
    lateral_deceleration: float = 0.8
    """At least, after it [m/s²]."""
    lateral_margin: float = 0.1
    """For lateral wandering, μ [m]."""


def same_direction(rear: F8, front: F8, p: RssParameters) -> F8:
    """Safe distance along the road between two that drive the same way, from their speeds [m].

    The rear one accelerates for the response time and then brakes gently; the front one brakes fully at once.
    """
    after = rear + p.response_time * p.acceleration
    distance = (
        p.response_time * (rear + 0.5 * p.acceleration * p.response_time)
        + after * after / (2.0 * p.deceleration)
        - front * front / (2.0 * p.full_deceleration)
    )
    return np.maximum(distance, 0.0)


def opposite_direction(correct: F8, wrong: F8, p: RssParameters) -> F8:
    """Safe distance between two that come towards each other [m], from their speeds, both positive.

    Both accelerate for the response time; then who is in its own lane brakes gently, the other as one must.
    """
    one, other = correct + p.response_time * p.acceleration, np.abs(wrong) + p.response_time * p.acceleration
    distance: F8 = (
        0.5 * (correct + one) * p.response_time
        + one * one / (2.0 * p.correct_deceleration)
        + 0.5 * (np.abs(wrong) + other) * p.response_time
        + other * other / (2.0 * p.deceleration)
    )
    return distance


def lateral(left: F8, right: F8, p: RssParameters) -> F8:
    """Safe lateral distance between who is on the left and who is on the right [m].

    Both speeds are positive to the right: the left one comes nearer with a positive, the right one with a negative one.
    Both drift towards each other for the response time and then brake laterally; who moves away then need not brake.
    The margin is added to what is needed, as the paper writes it; ad-rss takes max(0, margin + bracket).
    """
    half = 0.5 * p.response_time
    one, other = left + p.response_time * p.lateral_acceleration, right - p.response_time * p.lateral_acceleration
    toward, against = np.maximum(one, 0.0), np.minimum(other, 0.0)
    bracket = (left + one) * half + toward * toward / (2.0 * p.lateral_deceleration)
    bracket = bracket - ((right + other) * half - against * against / (2.0 * p.lateral_deceleration))
    return p.lateral_margin + np.maximum(bracket, 0.0)
