# One moment of a world, and what an ego driver may command.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import Kind

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EgoAction:
    """What the ego is commanded for one step."""

    acceleration: float
    """[m/s²]"""
    curvature: float
    """Of the path of the rear axle's middle [1/m], positive to the left."""


@dataclass(frozen=True, slots=True)
class State:
    """All road users at one time; arrays are (N,), the ego first."""

    time: float
    """[s]"""
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    x: F8
    y: F8
    heading: F8
    speed: F8
    acceleration: F8
    """Of the step that led here [m/s²]."""
    yaw_rate: F8
    """Of the step that led here [rad/s]."""
    lane: npt.NDArray[np.int32]
    road: npt.NDArray[np.int32]
    """Place in the network's roads."""
    present: npt.NDArray[np.int32]
    """1 where it is there."""
    signals: npt.NDArray[np.int32]
    """(S,) as in `Rollout.signals`"""
    ego_action: EgoAction
    """Of the step that led here."""
