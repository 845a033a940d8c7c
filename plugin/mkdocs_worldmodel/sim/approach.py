# Slowing down towards a place ahead (a bend, a stop line), and how soon one can be there.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]

_CREEPS, _CLOSE = 0.1, 0.05
"""Who is slower than this [m/s], and nearer than this to where it stops [m], stops at once."""
_NEAR = 0.005
"""Shortest distance over which braking is reckoned [m]."""


def slowed(v: F8, distance: F8, speed_there: F8 | float, deceleration: F8, dt: float) -> F8:
    """Largest acceleration [m/s²] with which one has at most `speed_there` in `distance` metres.

    Who comes early brakes with `deceleration` from where that suffices, and not before; who is late brakes evenly,
    and as hard as it takes. All arrays of one shape.
    """
    there = speed_there * speed_there
    left = there + 2.0 * deceleration * np.maximum(distance, 0.0)
    after = np.sqrt(there + 2.0 * deceleration * np.maximum(distance - v * dt, 0.0))
    a = np.where(v * v > left, -needed(v, distance, speed_there), (after - v) / dt)
    # nobody creeps for ever
    return np.where((there == 0.0) & (v < _CREEPS) & (distance < _CLOSE), -v / dt, a)


def needed(v: F8, distance: F8, speed_there: F8 | float = 0.0) -> F8:
    """Even deceleration that brings one to a speed within a distance [m/s²]."""
    return np.maximum(v * v - speed_there * speed_there, 0.0) / (2.0 * np.maximum(distance, _NEAR))


def soonest(distance: F8, v: F8, acceleration: F8, top: F8) -> F8:
    """Time for a distance by who speeds up to `top` [s]; 0 where it is passed, inf for who will not move."""
    top = np.maximum(top, v)
    d = np.maximum(distance, 0.0)
    speeding = (top * top - v * v) / (2.0 * acceleration)
    fast = (np.sqrt(v * v + 2.0 * acceleration * np.minimum(d, speeding)) - v) / acceleration
    time = fast + np.maximum(d - speeding, 0.0) / np.maximum(top, 1e-3)
    return np.where((top < 0.1) & (d > 0.0), np.inf, time)
