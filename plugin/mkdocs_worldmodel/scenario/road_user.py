# Road users: what kinds there are, how large they are, what they can do, and how their drivers are parametrised.

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "car", "van", "truck", "bus", "emergency", "motorcycle", "bicycle", "pedestrian", "child", "obstacle", "cone"
]
DRIVERS = ("idm", "constant", "scripted", "careful", "aeb", "still")
"""Our drivers. `still` is that of pedestrians and things: nothing but what the story or their path has them do."""

WALKERS: frozenset[Kind] = frozenset({"pedestrian", "child"})
"""They turn on the spot and walk in any direction."""
THINGS: frozenset[Kind] = frozenset({"obstacle", "cone"})
"""They never move by themselves."""
TWO_WHEELERS: frozenset[Kind] = frozenset({"motorcycle", "bicycle"})


@dataclass(frozen=True, slots=True)
class Body:
    """Dimensions [m] and limits of a road user. Its reference point is the middle of the rear axle, on the ground."""

    length: float
    width: float
    height: float
    wheelbase: float
    rear_overhang: float
    """From the rear axle back to the rear bumper. Pedestrians and things: half of the length."""
    max_acceleration: float
    """[m/s²]"""
    max_deceleration: float
    """[m/s²], positive."""
    min_turn_radius: float
    """Of the rear axle's middle [m]."""
    max_speed: float = 100.0
    """[m/s]"""

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
# Bus: a Mercedes-Benz Citaro solo (data sheet: 12.135 x 2.55 x 3.12, wheelbase 5.90, turning circle 21.2 m).
# Emergency: an ambulance of the van's size with a raised roof (EN 1789 allows 3.0 m).
# Motorcycle: the powered two-wheeler target of Euro NCAP is 2.13 x 0.75 (rider included 1.45 m high).
# Bicycle: Euro NCAP's bicyclist target: 1.89 x 0.50 x 1.86; adult pedestrian 0.60 x 0.50 x 1.80, child 0.50 x 0.50 x
# 1.154 (EPTa, EPTc, EBTa: articulated targets of ISO 19206-2 and -4).
# Lorry and bus turn within the circle of 12.5 m radius of directive 96/53/EC and the Citaro's 10.6 m: for the middle of
# the rear axle that is sqrt(R² - (wheelbase + front overhang of 2.4 m, bus: wheelbase)²) - half of the width.
# Longitudinal limits: full braking 0.9 g for a car on dry asphalt, 0.8 g van, 0.6 g lorry (UN R13 asks >= 5 m/s²),
# 0.8 g motorcycle, 0.5 g bicycle (before its rider goes over the bar); a bus with standing passengers brakes at 0.6 g.
BODIES: dict[Kind, Body] = {
    "car": Body(4.284, 1.789, 1.456, 2.636, 0.81, 3.0, 9.0, 4.8),
    "van": Body(5.932, 2.020, 2.638, 3.665, 1.26, 2.5, 8.0, 5.6),
    "truck": Body(12.0, 2.55, 3.8, 6.0, 3.6, 1.2, 6.0, 8.0),
    "bus": Body(12.135, 2.55, 3.12, 5.9, 3.44, 1.2, 6.0, 7.5),
    "emergency": Body(5.932, 2.020, 2.9, 3.665, 1.26, 2.5, 8.0, 5.6),
    "motorcycle": Body(2.13, 0.75, 1.45, 1.45, 0.34, 5.0, 8.0, 2.5),
    "bicycle": Body(1.89, 0.5, 1.86, 1.05, 0.42, 1.2, 5.0, 1.5, 14.0),
    "pedestrian": Body(0.6, 0.5, 1.8, 0.3, 0.3, 2.0, 3.0, 0.1, 5.0),
    "child": Body(0.5, 0.5, 1.154, 0.25, 0.25, 2.0, 3.0, 0.1, 4.0),
    "obstacle": Body(1.0, 1.0, 0.6, 0.5, 0.5, 0.0, 9.0, 0.1, 0.0),
    "cone": Body(0.4, 0.4, 0.75, 0.2, 0.2, 0.0, 9.0, 0.1, 0.0),
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
class LaneChangeParameters:
    """MOBIL (Kesting, Treiber, Helbing 2007): when a driver changes lanes by itself."""

    free: bool = False
    """Whether it changes lanes to get on faster; it changes where its lane ends or its route asks for it anyway."""
    politeness: float = 0.2
    """How much the others' loss counts."""
    threshold: float = 0.2
    """Gain in acceleration that is worth a change [m/s²]."""
    safe_deceleration: float = 4.0
    """The new follower must not have to brake harder [m/s²]."""
    bias: float = 0.3
    """Extra gain in favour of the outer lane, as where one keeps to the outer side [m/s²]."""
    duration: float = 4.0
    """Of a change [s]."""


@dataclass(frozen=True, slots=True)
class YieldParameters:
    """How a driver crosses, merges and minds signals (gap acceptance)."""

    critical_gap: float = 4.0
    """Time that the other must be away from the conflict [s] (HCM 2010, exhibit 20-11: 4.1 s for left turns)."""
    red: bool = True
    """Stops at red lights."""
    priority: bool = True
    """Gives way where it must."""
    pedestrians: bool = True
    """Gives way to people on crossings."""
    turn_acceleration: float = 2.0
    """Lateral acceleration that it accepts in bends and turns [m/s²]; it slows down before them."""


@dataclass(frozen=True, slots=True)
class CarefulParameters:
    """The careful and competent human driver of UN Regulation 157, annex 3, guidance on traffic disturbances, table 1.

    In the regulation's first version this is annex 4, appendix 3.
    """

    wandering: float = 0.375
    """Distance of a vehicle from the middle of its lane that is still taken for wandering in it [m]."""
    perception: float = 0.4
    """Risk evaluation time [s]."""
    delay: float = 0.75
    """From the end of perception to the begin of braking [s]."""
    jerk_time: float = 0.6
    """To full braking [s]."""
    deceleration: float = 0.774 * 9.80665
    """Full braking [m/s²]."""
    wrapped_deceleration: float = 0.85 * 9.80665
    """Full braking once a vehicle that cut in overlaps over the whole width, again built up within 0.6 s [m/s²]."""
    risk_ttc: float = 2.0
    """A cut-in is a risk below this time to collision [s]."""
    risk_headway: float = 2.0
    """Cut-outs and hard braking of a leader are a risk below this time headway [s]."""
    lead_deceleration: float = 5.0
    """A leader that brakes harder than this is a risk [m/s²]."""


@dataclass(frozen=True, slots=True)
class AebParameters:
    """A plain automatic emergency brake on top of a driver that otherwise keeps its speed."""

    ttc: float = 1.2
    """It brakes below this time to collision [s]."""
    delay: float = 0.2
    """From the decision to the first deceleration [s]."""
    deceleration: float = 9.0
    """[m/s²]"""
    jerk: float = 40.0
    """Build-up [m/s³]."""
    field_of_view: float = 1.0471975511965976
    """It sees road users within half of this angle to either side [rad]."""
    range: float = 80.0
    """[m]"""


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a route: a road driven from one of its ends to the other, in a lane."""

    road: str
    direction: int
    """+1 where it is driven with increasing s, -1 against."""
    lane: int
    """OpenDRIVE lane id in which the leg is to be left (in the road's last section on the way)."""


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
    driver: str
    """One of DRIVERS, or for the ego one of another package."""
    desired_speed: float
    """[m/s]; what its driver returns to when nothing is in the way."""
    colour: str
    """'#rrggbb'"""
    idm: IdmParameters = field(default_factory=IdmParameters)
    lane_change: LaneChangeParameters = field(default_factory=LaneChangeParameters)
    give_way: YieldParameters = field(default_factory=YieldParameters)
    careful: CarefulParameters = field(default_factory=CarefulParameters)
    aeb: AebParameters = field(default_factory=AebParameters)
    route: tuple[Leg, ...] = ()
    """Its way, first the road on which it starts; () stands for that road alone."""
    heading: float = 0.0
    """Relative to its driving direction along the road [rad], counter-clockwise; for pedestrians and things."""
    present: bool = True
    """False: it appears when the story says so."""
    follows_lane: bool = True
    """False for whoever keeps a lateral position of its own at the start: pedestrians, things, the parked."""
