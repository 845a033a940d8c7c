# The story: events with a trigger and actions, in OpenSCENARIO's terms (conditions, transition dynamics).

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["linear", "cubic", "sinusoidal", "step"]
Dimension = Literal["time", "rate", "distance"]


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a transition goes (OpenSCENARIO TransitionDynamics)."""

    shape: Shape
    dimension: Dimension
    value: float
    """[s], [m/s² or m/s: the largest rate on the way] or [m]; 0 with a step."""


@dataclass(frozen=True, slots=True)
class SpeedAction:
    """Bring a road user to a speed [m/s]."""

    actor: str
    target: float
    dynamics: Dynamics


@dataclass(frozen=True, slots=True)
class LaneChangeAction:
    """Bring a road user to the middle of a lane (OpenDRIVE lane id)."""

    actor: str
    target_lane: int
    dynamics: Dynamics


Action = SpeedAction | LaneChangeAction


@dataclass(frozen=True, slots=True)
class TimeCondition:
    """True from that simulation time on [s]."""

    time: float


@dataclass(frozen=True, slots=True)
class Event:
    """Actions that start together, once, when the trigger becomes true."""

    name: str
    trigger: TimeCondition
    actions: tuple[Action, ...]
