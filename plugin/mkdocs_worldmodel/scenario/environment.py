# Light and weather of a scenario.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TimeOfDay = Literal["sunrise", "day", "dusk", "night"]
Weather = Literal["clear", "overcast", "rain", "fog", "snow"]
Wetness = Literal["dry", "moist", "wet"]

_WETNESS: dict[Weather, Wetness] = {"rain": "wet", "fog": "moist", "snow": "moist"}


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun stands."""

    azimuth: float
    """Counter-clockwise from where the ego looks at the start [rad]."""
    elevation: float
    """Above the horizon [rad]."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the cameras see besides the road; it does not change how anyone drives."""

    time_of_day: TimeOfDay = "day"
    weather: Weather = "clear"
    wetness: Wetness | None = None
    """Of the road; None: as the weather makes it."""
    visibility: float | None = None
    """Distance at which things fade into the haze [m]; None: as the weather makes it."""
    sun: Sun | None = None
    """None: as it stands at that time of day."""

    @property
    def surface(self) -> Wetness:
        """How wet the road is."""
        return self.wetness or _WETNESS.get(self.weather, "dry")
