# What a road user does along the road when the story does not command it.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]


def idm(v: F8, desired: F8, gap: F8, lead_speed: F8, lead_acceleration: F8, p: dict[str, F8], dt: float) -> F8:
    """Acceleration of the Intelligent Driver Model [m/s²]. Any shape.

    Treiber, Hennecke, Helbing (2000), with the constant-acceleration heuristic of Kesting, Treiber, Helbing
    (2010), without which the model brakes at its limit for every vehicle that cuts in; `coolness` 0 gives the
    original. The free-road term never brakes harder than comfortably.

    Args:
        v: speed [m/s]
        desired: desired speed [m/s]
        gap: free gap to the leader [m], inf where there is none
        lead_speed: the leader's speed [m/s]
        lead_acceleration: the leader's acceleration, likewise in the follower's direction [m/s²]
        p: the model's parameters as arrays, names as in `IdmParameters`
        dt: the step [s]
    """
    a_max, b = p["acceleration"], p["comfortable_deceleration"]
    ratio = v / np.maximum(desired, 0.1)
    squared = ratio * ratio
    free = np.maximum(np.where(desired < 0.1, -b, a_max * (1.0 - squared * squared)), -b)
    # the desired speed is not overshot within a step, so a stop is a stop
    reach = (desired - v) / dt
    free = np.where(reach > 0.0, np.minimum(free, reach), np.maximum(free, reach))
    closing = v - lead_speed
    wanted = p["standstill_gap"] + np.maximum(0.0, v * p["time_headway"] + v * closing / (2.0 * np.sqrt(a_max * b)))
    space = np.clip(gap, 0.1, 1e6)
    closeness = np.where(gap < np.inf, wanted / space, 0.0)
    original = free - a_max * closeness * closeness
    # what would do if nobody changed their acceleration
    lead = np.minimum(lead_acceleration, a_max)
    divisor = lead_speed * lead_speed - 2.0 * space * lead
    # it stands before it is met; never so if it comes towards us
    stands = (lead_speed * closing <= -2.0 * space * lead) & (divisor > 0.0) & (lead_speed >= 0.0)
    stopping = v * v * lead / np.where(stands, divisor, 1.0)
    approach = np.maximum(closing, 0.0)
    heuristic = np.where(stands, stopping, lead - approach * approach / (2.0 * space))
    cool = p["coolness"]
    calmed = (1.0 - cool) * original + cool * (heuristic + b * np.tanh((original - heuristic) / b))
    return np.where((original >= heuristic) | (gap == np.inf), original, calmed)


def hold(v: F8, desired: F8, dt: float) -> F8:
    """Acceleration that reaches the desired speed within one step; the body's limits are applied later."""
    return (desired - v) / dt
