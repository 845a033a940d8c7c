# Recorded states at any rate → rows of 0.05 s, with the rear axle as the reference point.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS
from mkdocs_worldmodel.training.track_table import Recorded

F8 = npt.NDArray[np.float64]

DT = 0.05
"""Of the rows [s]."""


@dataclass(frozen=True, slots=True)
class Rows:
    """States of one road user in the rows in which it is there; arrays are (T,)."""

    first: int
    """Its first row, counted from the beginning of the scene."""
    x: F8
    """Of the reference point [m]."""
    y: F8
    heading: F8
    """Counting on [rad]."""
    speed: F8

    def cut(self, begin: int, end: int) -> Rows:
        """The rows from `begin` to before `end`, counted from its first one."""
        part = slice(begin, end)
        return Rows(self.first + begin, self.x[part], self.y[part], self.heading[part], self.speed[part])

    @property
    def acceleration(self) -> F8:
        """From each row's time on [m/s²]; in the last row as in the one before."""
        return _rate(self.speed)

    @property
    def yaw_rate(self) -> F8:
        """From each row's time on [rad/s]; in the last row as in the one before."""
        return _rate(self.heading)


def _rate(values: F8) -> F8:
    rate = np.diff(values) / DT
    return np.append(rate, rate[-1:]) if len(rate) else np.zeros(1)


def resample(user: Recorded, begin: float) -> Rows | None:
    """States at the rows of a scene that begins at `begin` [s]; None where no row lies in its time.

    Between samples the reference point moves on the cubic that has the recorded positions, headings and speeds. Who
    walks may move in another direction than it looks: there it is a straight line.
    """
    time = user.time - begin
    first, last = int(np.ceil(time[0] / DT - 1e-6)), int(np.floor(time[-1] / DT + 1e-6))
    if last < first:
        return None
    at = np.clip(np.arange(first, last + 1) * DT, time[0], time[-1])
    heading = np.unwrap(user.heading)
    back = 0.5 * user.length - user.rear_overhang
    x, y = user.x - back * np.cos(heading), user.y - back * np.sin(heading)
    if user.kind in WALKERS | THINGS:
        across = np.interp(at, time, x), np.interp(at, time, y)
    else:
        across = (
            _hermite(at, time, x, user.speed * np.cos(heading)),
            _hermite(at, time, y, user.speed * np.sin(heading)),
        )
    return Rows(first, *across, np.interp(at, time, heading), np.interp(at, time, user.speed))


def _hermite(at: F8, time: F8, value: F8, slope: F8) -> F8:
    """Values of the piecewise cubic with these values and slopes at these times."""
    if len(time) == 1:
        return np.full(at.shape, value[0])
    k = np.clip(np.searchsorted(time, at, "right") - 1, 0, len(time) - 2)
    step = time[k + 1] - time[k]
    u = (at - time[k]) / step
    rise = value[k + 1] - value[k]
    a, b = step * slope[k] - rise, rise - step * slope[k + 1]
    result: F8 = value[k] + u * rise + u * (1.0 - u) * (a * (1.0 - u) + b * u)
    return result
