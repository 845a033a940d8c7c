# OpenSCENARIO's transition shapes: f goes from 0 to 1 while p goes from 0 to 1.

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.story import Shape

F8 = npt.NDArray[np.float64]

SHAPES: tuple[Shape, ...] = get_args(Shape)
PEAK_SLOPE: dict[Shape, float] = {"linear": 1.0, "cubic": 1.5, "sinusoidal": np.pi / 2, "step": 0.0}
"""Largest df/dp: turns OpenSCENARIO's `rate` (the peak) into a duration."""

_LINEAR, _CUBIC, _SINUSOIDAL = (SHAPES.index(s) for s in ("linear", "cubic", "sinusoidal"))


def value(shape: npt.NDArray[np.int64], p: F8) -> F8:
    """f(p), held at 0 and 1 outside of [0, 1]."""
    q = np.clip(p, 0.0, 1.0)
    f = np.where(shape == _LINEAR, q, 1.0 * (p > 0.0))
    f = np.where(shape == _CUBIC, q * q * (3.0 - 2.0 * q), f)
    return np.where(shape == _SINUSOIDAL, 0.5 * (1.0 - np.cos(np.pi * q)), f)


def slopes(shape: npt.NDArray[np.int64], p: F8) -> tuple[F8, F8]:
    """df/dp and d²f/dp² inside of [0, 1], 0 outside."""
    inside = (p >= 0.0) & (p <= 1.0)
    first = np.where(shape == _LINEAR, 1.0, 0.0)
    first = np.where(shape == _CUBIC, 6.0 * p * (1.0 - p), first)
    first = np.where(shape == _SINUSOIDAL, 0.5 * np.pi * np.sin(np.pi * p), first)
    second = np.where(shape == _CUBIC, 6.0 - 12.0 * p, 0.0)
    second = np.where(shape == _SINUSOIDAL, 0.5 * np.pi * np.pi * np.cos(np.pi * p), second)
    return np.where(inside, first, 0.0), np.where(inside, second, 0.0)


def integral(shape: npt.NDArray[np.int64], p: F8) -> F8:
    """∫ f from 0 to p, with f held at 1 beyond p = 1: distances of speed transitions in closed form."""
    q = np.clip(p, 0.0, 1.0)
    area = np.where(shape == _LINEAR, 0.5 * q * q, q)
    area = np.where(shape == _CUBIC, q * q * q * (1.0 - 0.5 * q), area)
    area = np.where(shape == _SINUSOIDAL, 0.5 * (q - np.sin(np.pi * q) / np.pi), area)
    return area + np.maximum(p - 1.0, 0.0)
