# The record of one run: states, actions and story firings, as arrays with a leading time axis.

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road import Aspect
from mkdocs_worldmodel.scenario.road_user import Kind

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True, slots=True)
class Firing:
    """A story action that began, ended, or was stopped by another."""

    time: float
    """[s]"""
    event: str
    action: int
    """Place of the action in its event."""
    phase: str
    """'start', 'end', or 'stop' where another action took its place (OpenSCENARIO's transitions)"""


@dataclass(frozen=True, slots=True)
class Rollout:
    """What happened in one run. All state arrays are (T, N); the ego is road user 0.

    Positions are of the reference point: the middle of the rear axle, on the ground.
    """

    time: F8
    """(T,) [s]"""
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    length: F8
    """(N,) [m]"""
    width: F8
    """(N,) [m]"""
    height: F8
    """(N,) [m]"""
    rear_overhang: F8
    """(N,) from the reference point back to the rear bumper [m]"""
    wheelbase: F8
    """(N,) [m]"""
    direction: I4
    """+1 where it drives with increasing s, -1 against; (T, N) like all that follow"""
    x: F8
    y: F8
    heading: F8
    speed: F8
    acceleration: F8
    """Longitudinal, applied from this row's time on [m/s²]."""
    yaw_rate: F8
    """Applied from this row's time on [rad/s]."""
    road: I4
    """Which road it is on, as place in `roads`."""
    s: F8
    """Position along that road [m]."""
    t: F8
    """Lateral position on it [m]."""
    lane: I4
    """OpenDRIVE lane id at the reference point; 0 outside of all lanes."""
    present: I4
    """1 where it is there, 0 before it appears and after it vanishes."""
    signals: I4
    """(T, S) what the traffic lights show, as place in `ASPECTS`; columns as in `RoadNetwork.signals()`, others than
    lights show 'off'"""
    roads: tuple[str, ...]
    """Ids of the network's roads."""
    firings: tuple[Firing, ...]
    ended: str
    """Why the run ended: 'stop', 'condition' (the scenario's stop condition) or 'end of road: NAME'."""
    world: str
    """Name and version of the world that made it."""
    seed: int

    @property
    def dt(self) -> float:
        """Time between rows [s]."""
        return float(self.time[1] - self.time[0])

    @property
    def centre(self) -> F8:
        """(N,) from the reference point to the middle of the box, positive forward [m]."""
        return 0.5 * self.length - self.rear_overhang
