# Values with units: '25 m', '85 km/h'. A bare number is SI.

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_FACTORS: dict[str, dict[str, float]] = {
    "length": {"m": 1.0, "km": 1000.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "mi": 1609.344},
    "speed": {"m/s": 1.0, "km/h": 1 / 3.6, "kph": 1 / 3.6, "kmh": 1 / 3.6, "mph": 0.44704},
    "time": {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0},
    "acceleration": {"m/s²": 1.0, "m/s^2": 1.0, "m/s2": 1.0, "g": 9.80665},
    "jerk": {"m/s³": 1.0, "m/s^3": 1.0, "m/s3": 1.0},
    "angle": {"rad": 1.0, "°": math.pi / 180, "deg": math.pi / 180},
    "share": {"%": 0.01},
    "picture width": {"px": 1.0},
}
_EXAMPLE = {
    "length": "25 m", "speed": "85 km/h", "time": "1.5 s", "acceleration": "3 m/s²", "jerk": "40 m/s³", "angle": "10°",
    "share": "10 %", "picture width": "320 px",
}  # fmt: skip
_BARE = {dimension: next(iter(units)) for dimension, units in _FACTORS.items()} | {"share": "parts of one"}
"""What a bare number is in."""
# a bare number above this is hardly SI: 70 m/s is 252 km/h, 6.3 rad is a full turn
_SUSPICIOUS = {"speed": (70.0, "km/h"), "angle": (6.3, "°"), "share": (1.0, "%")}
_SPACES = {0xA0: " ", 0x202F: " "}  # no-break spaces, as typographers put before units
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d].*?)?\s*", re.ASCII)


def parse_quantity(value: object, dimension: str) -> float:
    """Turn an author's value into SI.

    Raises:
        PydanticCustomError: with message and hint, where it is no number, has a unit of another dimension, is
            not finite, or is a bare number that can hardly be meant in SI.
    """
    example = f"write it like {_EXAMPLE[dimension]}"
    article = "an" if dimension[0] in "aeiou" else "a"
    units = _FACTORS[dimension]
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _mistake(f"{_short(value)} is not {article} {dimension}", example)
    unit = ""
    if isinstance(value, str):
        found = _QUANTITY.fullmatch(value.translate(_SPACES)) if len(value) <= 80 else None
        if found is None:
            raise _mistake(f"{_short(value)} is not {article} {dimension}", example)
        number, unit = float(found[1]), found[2] or ""
    else:
        try:
            number = float(value)
        except OverflowError:
            raise _mistake(f"this number is too large for {article} {dimension}", example) from None
    if unit and unit not in units:
        other = next((d for d, known in _FACTORS.items() if unit in known), None)
        reason = f": {unit} measures {other}" if other else f": unit '{unit[:20]}' is unknown"
        raise _mistake(f"{_short(value)} is not {article} {dimension}{reason}", example)
    if not math.isfinite(number):
        raise _mistake(f"{_short(value)} is not finite", example)
    if not unit and dimension in _SUSPICIOUS and abs(number) > _SUSPICIOUS[dimension][0]:
        si, meant = _BARE[dimension], _SUSPICIOUS[dimension][1]
        space = "" if meant == "°" else " "
        raise _mistake(f"a bare number is in {si}, and {number:g} {si} is hardly meant",
                       f"did you mean {number:g}{space}{meant}?")  # fmt: skip
    return number * units.get(unit, 1.0)


def measure_of(unit: str) -> tuple[str, float]:
    """What a unit measures, and what one of it is in SI; ('', 1) for what is no unit."""
    return next(((dimension, units[unit]) for dimension, units in _FACTORS.items() if unit in units), ("", 1.0))


def units_of(dimension: str) -> tuple[str, ...]:
    """Units of a dimension, SI first."""
    return tuple(_FACTORS.get(dimension, ()))


def _mistake(message: str, hint: str) -> PydanticCustomError:
    # the texts travel in the context: pydantic would format braces in a template
    return PydanticCustomError("worldmodel", "{message}", {"message": message, "hint": hint})


def _short(value: object) -> str:
    text = str(value) if isinstance(value, (str, int, float, bool)) else f"a {type(value).__name__}"
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"


def _quantity(dimension: str, **bounds: float) -> Any:
    parse: Callable[[object], float] = lambda value: parse_quantity(value, dimension)  # noqa: E731
    described = f"{dimension}, as '{_EXAMPLE[dimension]}'; a bare number is in {_BARE[dimension]}"
    schema = {"type": ["string", "number"], "description": described}
    limits: Any = Field(**bounds)  # type: ignore[call-overload]
    return Annotated[float, BeforeValidator(parse), limits, WithJsonSchema(schema)]


if TYPE_CHECKING:
    Length = float
    Distance = float
    Offset = float
    Coordinate = float
    LaneWidth = float
    Radius = float
    BodyLength = float
    BodyWidth = float
    BodyHeight = float
    Speed = float
    SpeedDifference = float
    Duration = float
    Moment = float
    Acceleration = float
    SignedAcceleration = float
    Jerk = float
    Angle = float
    Share = float
else:
    Length = _quantity("length", gt=0, le=20_000)
    Distance = _quantity("length", ge=0, le=20_000)
    Offset = _quantity("length", ge=-10, le=10)
    Coordinate = _quantity("length", ge=-20_000, le=20_000)
    LaneWidth = _quantity("length", ge=2, le=8)
    Radius = _quantity("length", ge=15, le=100_000)
    BodyLength = _quantity("length", ge=0.1, le=30)
    BodyWidth = _quantity("length", ge=0.1, le=5)
    BodyHeight = _quantity("length", ge=0.1, le=6)
    Speed = _quantity("speed", ge=0, le=100)
    SpeedDifference = _quantity("speed", ge=-100, le=100)
    Duration = _quantity("time", gt=0, le=600)
    Moment = _quantity("time", ge=0, le=600)
    Acceleration = _quantity("acceleration", gt=0, le=50)
    SignedAcceleration = _quantity("acceleration", ge=-50, le=50)
    Jerk = _quantity("jerk", gt=0, le=1000)
    Angle = _quantity("angle", gt=0, le=2 * math.pi)
    Share = _quantity("share", ge=0, le=0.5)
