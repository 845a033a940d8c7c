# A brake that builds up with limited jerk, stepped so that the speed after every step is that of the continuous curve.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]


def press(level: F8, span: F8, jerk: F8, full: F8, dt: float) -> tuple[F8, F8]:
    """Hold the brake for the last `span` seconds of a step of `dt`. Any shape.

    Args:
        level: deceleration when it begins [m/s²]
        span: how much of the step is braked [s], 0 to dt
        jerk: [m/s³]
        full: where the build-up ends [m/s²]; a level beyond it drops to it
        dt: the step [s]

    Returns:
        The mean deceleration over the whole step and the level at its end [m/s²].
    """
    begin = np.minimum(level, full)
    rise = np.minimum((full - begin) / jerk, span)
    end = begin + jerk * rise
    mean = (0.5 * (begin + end) * rise + end * (span - rise)) / dt
    return mean, end
