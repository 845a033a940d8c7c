# What a road user does along the road when the story does not command it.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]


def idm(v: F8, desired: F8, gap: F8, lead_speed: F8, p: dict[str, F8]) -> F8:
    """Acceleration of the Intelligent Driver Model [m/s²] (Treiber, Hennecke, Helbing 2000). Any shape.

    The free-road term never brakes harder than comfortably, so that a lower desired speed is approached
    like a driver would; the gap term is the paper's.

    Args:
        v: speed [m/s]
        desired: desired speed [m/s]
        gap: free gap to the leader [m], inf where there is none
        lead_speed: the leader's speed [m/s]
        p: the model's parameters as arrays, names as in `IdmParameters`
    """
    ratio = v / np.maximum(desired, 0.1)
    squared = ratio * ratio
    free = np.maximum(p["acceleration"] * (1.0 - squared * squared), -p["comfortable_deceleration"])
    root = np.sqrt(p["acceleration"] * p["comfortable_deceleration"])
    wanted = p["standstill_gap"] + np.maximum(0.0, v * p["time_headway"] + v * (v - lead_speed) / (2.0 * root))
    closeness = wanted / np.maximum(gap, 0.1)
    return free - p["acceleration"] * closeness * closeness


def hold(v: F8, desired: F8, dt: float) -> F8:
    """Acceleration that reaches the desired speed within one step; the body's limits are applied later."""
    return (desired - v) / dt
