# What an author may write about light and weather.

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from mkdocs_worldmodel.spec.keys import Model, wrong
from mkdocs_worldmodel.spec.units import Length, parse_quantity

_LOW = 15.0
"""The sun stands no higher soon after it rises and before it sets [°]."""
_SCHEMA = {"type": ["string", "number"], "description": "angle, as '20°'; a bare number is in rad"}


def _azimuth(value: object) -> float:
    angle = parse_quantity(value, "angle")
    if not -2.0 * math.pi - 1e-9 <= angle <= 2.0 * math.pi + 1e-9:
        raise wrong(f"{math.degrees(angle):g}° is more than a full turn", "write it like 135°, or -45°")
    return angle


def _elevation(value: object) -> float:
    angle = parse_quantity(value, "angle")
    if not math.radians(1.0) - 1e-9 <= angle <= 0.5 * math.pi + 1e-9:
        raise wrong(f"the sun cannot shine from {math.degrees(angle):g}° above the horizon", "1° to 90° are possible")
    return angle


if TYPE_CHECKING:
    Azimuth = float
    Elevation = float
else:
    Azimuth = Annotated[float, BeforeValidator(_azimuth), WithJsonSchema(_SCHEMA)]
    Elevation = Annotated[float, BeforeValidator(_elevation), WithJsonSchema(_SCHEMA)]


class SunSpec(Model):
    """Where the sun stands: it decides where shadows fall and how long they are."""

    azimuth: Azimuth = Field(
        description="Counter-clockwise from where the ego looks at the start: 0° ahead, 90° on its left, 180° behind."
    )
    elevation: Elevation = Field(description="Above the horizon; 15° at most at sunrise and dusk.")


class EnvironmentSpec(Model):
    """Light and weather: what the cameras see; it does not change how anyone drives."""

    time_of_day: Literal["sunrise", "day", "dusk", "night"] = Field(default="day", description="Light.")
    weather: Literal["clear", "overcast", "rain", "fog", "snow"] = Field(default="clear", description="Weather.")
    wetness: Literal["dry", "moist", "wet"] | None = Field(
        default=None, description="Of the road; default: wet in rain, moist in fog and snow, else dry."
    )
    visibility: Annotated[Length, Field(ge=10)] | None = Field(
        default=None,
        description="How far one can see; default: 180 m in fog, 400 m in snow, 650 m in rain, kilometres otherwise.",
    )
    sun: SunSpec | None = Field(default=None, description="Where the sun stands; default: as at that time of day.")

    @field_validator("sun")
    @classmethod
    def _risen(cls, sun: SunSpec | None, info: ValidationInfo) -> SunSpec | None:
        """At a sun that cannot stand there at that time of day; times that are wrong themselves say so elsewhere."""
        time = info.data.get("time_of_day", "day")
        if sun is not None and time == "night":
            raise wrong("at night there is no sun", "leave sun out, or write time_of_day: dusk")
        if sun is not None and time != "day" and sun.elevation > math.radians(_LOW) + 1e-9:
            raise wrong(f"at {time} the sun stands low", f"write an elevation up to {_LOW:g}°, or time_of_day: day")
        return sun
