# Road users: what kinds there are, how large they are and what they can do.

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["car", "van", "truck"]
DriverName = Literal["idm", "constant", "scripted"]


@dataclass(frozen=True, slots=True)
class Body:
    """Dimensions [m] and limits of a road user. Its reference point is the middle of the rear axle, on the ground."""

    length: float
    width: float
    height: float
    wheelbase: float
    rear_overhang: float
    """From the rear axle back to the rear bumper."""
    max_acceleration: float
    """[m/s²]"""
    max_deceleration: float
    """[m/s²], positive."""
    min_turn_radius: float
    """Of the rear axle's middle [m]."""

    @property
    def front(self) -> float:
        """From the reference point to the front bumper [m]."""
        return self.length - self.rear_overhang

    @property
    def centre(self) -> float:
        """From the reference point to the middle of the box, positive forward [m]."""
        return 0.5 * self.length - self.rear_overhang


# Car: a VW Golf VIII (data sheet: 4.284 x 1.789 x 1.456, wheelbase 2.636, turning circle 10.9 m).
# Van: a Mercedes-Benz Sprinter 319 standard (5.932 x 2.020 x 2.638, wheelbase 3.665, turning circle 13.4 m).
# Truck: a rigid box lorry of 12 m, the length and width (2.55 m) that EU directive 96/53/EC allows at most.
# Longitudinal limits: full braking 0.9 g for a car on dry asphalt, 0.8 g van, 0.6 g lorry (UN R13 asks >= 5 m/s²).
BODIES: dict[Kind, Body] = {
    "car": Body(4.284, 1.789, 1.456, 2.636, 0.81, 3.0, 9.0, 4.8),
    "van": Body(5.932, 2.020, 2.638, 3.665, 1.26, 2.5, 8.0, 5.6),
    "truck": Body(12.0, 2.55, 3.8, 6.0, 3.6, 1.2, 6.0, 9.0),
}


@dataclass(frozen=True, slots=True)
class IdmParameters:
    """The Intelligent Driver Model's parameters (Treiber, Hennecke, Helbing 2000), exponent 4."""

    time_headway: float = 1.5
    """[s]"""
    standstill_gap: float = 2.0
    """[m]"""
    acceleration: float = 1.4
    """[m/s²]"""
    comfortable_deceleration: float = 2.0
    """[m/s²]"""
    coolness: float = 0.99
    """0: the original model; 1: trusts that others keep their acceleration (Kesting, Treiber, Helbing 2010)."""


@dataclass(frozen=True, slots=True)
class RoadUser:
    """A road user and how it starts."""

    name: str
    kind: Kind
    body: Body
    road: str
    lane: int
    """OpenDRIVE lane id."""
    direction: int
    """+1 where it drives with increasing s, -1 against."""
    s: float
    """Of its reference point [m]."""
    t: float
    """Lateral position [m], left of the reference line positive."""
    speed: float
    """[m/s]"""
    driver: DriverName
    desired_speed: float
    """[m/s]; what its driver returns to when nothing is in the way."""
    colour: str
    """'#rrggbb'"""
    idm: IdmParameters = field(default_factory=IdmParameters)
