# What moves on a body, and the proportions of people: people.py and wheels.py build with them, motion.py moves them.

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Limb(IntEnum):
    """What moves as one piece, the wheels of an axle too; 0 is the body itself."""

    TRUNK = 1
    LEFT_THIGH = 2
    LEFT_SHIN = 3
    RIGHT_THIGH = 4
    RIGHT_SHIN = 5
    LEFT_ARM = 6
    RIGHT_ARM = 7
    HEAD = 8
    LEFT_FRONT = 9
    RIGHT_FRONT = 10
    REAR = 11
    SECOND_REAR = 12


COUNT = len(Limb) + 1

LEGS = (
    (1.0, Limb.LEFT_THIGH, Limb.LEFT_SHIN, Limb.LEFT_ARM),
    (-1.0, Limb.RIGHT_THIGH, Limb.RIGHT_SHIN, Limb.RIGHT_ARM),
)
"""Of each side (+1: left): thigh, shin, arm."""


@dataclass(frozen=True, slots=True)
class Build:
    """Heights of a person's joints, as shares of its own."""

    head: float
    """From the chin to the crown."""
    chin: float
    shoulder: float
    hip: float
    knee: float
    hand: float
    girth: float = 1.0
    """Of trunk and limbs over an adult's."""


ADULT = Build(0.135, 0.865, 0.815, 0.50, 0.275, 0.445)
CHILD = Build(0.185, 0.815, 0.755, 0.46, 0.25, 0.415, 1.12)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a rider sits: x in shares of the wheelbase from the rear axle, z of the body's height."""

    tall: float
    """The rider's height if it stood, over the body's."""
    hip: tuple[float, float]
    bar: tuple[float, float]
    """What its hands hold."""
    pedals: tuple[float, float]
    """The bottom bracket, or the foot rests."""
    crank: float
    """Length of the cranks over the body's height; 0 where there are none."""
    lean: float
    """Of the trunk, forward [rad]."""


BICYCLE = Seat(0.935, (0.20, 0.515), (0.79, 0.575), (0.40, 0.155), 0.085, 0.42)
MOTORCYCLE = Seat(1.10, (0.27, 0.520), (0.70, 0.665), (0.36, 0.215), 0.0, 0.50)
