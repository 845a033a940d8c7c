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
    "angle": {"rad": 1.0, "°": math.pi / 180, "deg": math.pi / 180},
}
_EXAMPLE = {"length": "25 m", "speed": "85 km/h", "time": "1.5 s", "acceleration": "3 m/s²", "angle": "10°"}
# a bare number above this is hardly SI: 70 m/s is 252 km/h, 6.3 rad is a full turn
_SUSPICIOUS = {"speed": (70.0, "km/h"), "angle": (6.3, "°")}
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
        si, meant = next(iter(units)), _SUSPICIOUS[dimension][1]
        space = "" if meant == "°" else " "
        raise _mistake(f"a bare number is in {si}, and {number:g} {si} is hardly meant",
                       f"did you mean {number:g}{space}{meant}?")  # fmt: skip
    return number * units.get(unit, 1.0)


def _mistake(message: str, hint: str) -> PydanticCustomError:
    # the texts travel in the context: pydantic would format braces in a template
    return PydanticCustomError("worldmodel", "{message}", {"message": message, "hint": hint})


def _short(value: object) -> str:
    text = str(value) if isinstance(value, (str, int, float, bool)) else f"a {type(value).__name__}"
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"


def _quantity(dimension: str, **bounds: float) -> Any:
    parse: Callable[[object], float] = lambda value: parse_quantity(value, dimension)  # noqa: E731
    si = next(iter(_FACTORS[dimension]))
    described = f"{dimension}, as '{_EXAMPLE[dimension]}'; a bare number is in {si}"
    schema = {"type": ["string", "number"], "description": described}
    limits: Any = Field(**bounds)  # type: ignore[call-overload]
    return Annotated[float, BeforeValidator(parse), limits, WithJsonSchema(schema)]


if TYPE_CHECKING:
    Length = float
    Distance = float
    LaneWidth = float
    Radius = float
    Speed = float
    Duration = float
    Moment = float
    Acceleration = float
else:
    Length = _quantity("length", gt=0, le=20_000)
    Distance = _quantity("length", ge=0, le=20_000)
    LaneWidth = _quantity("length", ge=2, le=8)
    Radius = _quantity("length", ge=15, le=100_000)
    Speed = _quantity("speed", ge=0, le=100)
    Duration = _quantity("time", gt=0, le=600)
    Moment = _quantity("time", ge=0, le=600)
    Acceleration = _quantity("acceleration", gt=0, le=50)
