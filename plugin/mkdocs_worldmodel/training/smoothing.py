# Positions as trackers and cameras see them → a motion with speeds: smoothed as far as their own noise asks for.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]

_JERK = 1.0
"""Spectral density of a driver's jerk, as white noise [m²/s⁵]: 3 m/s³ from one tenth of a second to the next."""
_YAW = 0.1
"""Spectral density of the yaw acceleration, as white noise [rad²/s³]: 1 rad/s² likewise."""
_EXACT = 0.02
"""No recording knows positions better than this [m]."""
_TRUE = 0.002
"""Nor headings [rad]."""
_BLOCK, _OVERLAP = 600, 60
"""Instants that are smoothed at once, and how many of them the next block has too."""


@dataclass(frozen=True, slots=True)
class Motion:
    """A smooth motion; arrays are (T,)."""

    x: F8
    """[m]"""
    y: F8
    heading: F8
    """Counting on [rad]."""
    speed: F8
    """Along the heading, at least 0 [m/s]."""
    noise: float
    """Standard deviation of the recorded positions around it, as estimated from their roughness [m]."""


def smooth_motion(time: F8, x: F8, y: F8, heading: F8) -> Motion:
    """The likeliest motion behind positions with white noise, of a driver whose jerk is white noise.

    Args:
        time: (T,) rising [s]; with less than five instants nothing is smoothed
        x: (T,) [m]
        y: (T,) [m]
        heading: (T,) counting on [rad]
    """
    smooth_x, noise_x = _smooth(time, x, 3, _JERK, _EXACT)
    smooth_y, noise_y = _smooth(time, y, 3, _JERK, _EXACT)
    smooth_heading, _ = _smooth(time, heading, 2, _YAW, _TRUE)
    speed = _rate(time, smooth_x) * np.cos(smooth_heading) + _rate(time, smooth_y) * np.sin(smooth_heading)
    return Motion(smooth_x, smooth_y, smooth_heading, np.maximum(speed, 0.0), float(np.hypot(noise_x, noise_y)))


def _rate(time: F8, values: F8) -> F8:
    """First derivative."""
    rate: F8 = np.gradient(values, time, edge_order=2) if len(time) > 2 else np.gradient(values, time)
    return rate


def _smooth(time: F8, values: F8, order: int, density: float, least: float) -> tuple[F8, float]:
    """Values and the noise around them, where their derivative of an order is white noise of some density."""
    if len(time) < 5:
        return values, 0.0
    rate = _derivative(time, order)
    rough = np.abs(_apply(rate, values)) / np.sqrt((rate * rate).sum(axis=1))
    # a normal distribution's standard deviation, whatever its outliers
    noise = max(least, 1.4826 * float(np.median(rough)))
    step = (time[order:] - time[:-order]) / order
    weight = noise * noise * step / density
    out = values.copy()
    for begin in range(0, len(time), _BLOCK - _OVERLAP):
        end = min(len(time), begin + _BLOCK)
        matrix = np.eye(end - begin)
        for k in range(begin, end - order):
            at = slice(k - begin, k - begin + order + 1)
            matrix[at, at] += weight[k] * rate[k][:, None] * rate[k]
        kept = begin + (_OVERLAP // 2 if begin else 0)
        out[kept:end] = np.linalg.solve(matrix, values[begin:end])[kept - begin :]
        if end == len(time):
            break
    return out, noise


def _derivative(time: F8, order: int) -> F8:
    """Weights (T - order, order + 1) of divided differences: the derivative of an order at any spacing."""
    count = len(time) - order
    at = np.stack([time[k : k + count] for k in range(order + 1)], axis=1)
    apart = at[:, :, None] - at[:, None, :] + np.eye(order + 1)
    weights: F8 = float(np.prod(np.arange(1, order + 1))) / apart.prod(axis=2)
    return weights


def _apply(rate: F8, values: F8) -> F8:
    order = rate.shape[1] - 1
    count = len(values) - order
    total = np.zeros(count)
    for k in range(order + 1):
        total += rate[:, k] * values[k : k + count]
    return total
