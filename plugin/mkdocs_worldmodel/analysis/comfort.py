# Comfort of any road user: how it is accelerated, lengthwise and sideways, and how suddenly.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]

JERK_WINDOW = 0.5
"""Jerk is the mean over half a second, as UN R79 measures lateral jerk [s]."""


def jerk(acceleration: F8, time: F8) -> F8:
    """Mean change of an acceleration (T,) over JERK_WINDOW around each row [m/s³]; at the ends over what is left."""
    half = 0.5 * JERK_WINDOW
    low, high = np.maximum(time - half, time[0]), np.minimum(time + half, time[-1])
    width = np.maximum(high - low, 1e-9)
    mean: F8 = (np.interp(high, time, acceleration) - np.interp(low, time, acceleration)) / width
    return mean


def lateral_acceleration(speed: F8, yaw_rate: F8) -> F8:
    """Of the reference point, positive to the left [m/s²]."""
    return speed * yaw_rate
