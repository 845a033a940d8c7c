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

    @property
    def words(self) -> str:
        """Such as 'dusk, rain, road moist, visibility 400 m'; defaults are not named."""
        parts: list[str] = [self.time_of_day, self.weather]
        if self.wetness is not None:
            parts.append(f"road {self.wetness}")
        if self.visibility is not None:
            parts.append(f"visibility {self.visibility:g} m")
        if self.sun is not None:
            azimuth, elevation = (angle * 57.29577951308232 for angle in (self.sun.azimuth, self.sun.elevation))
            parts.append(f"sun at {azimuth:.0f}°, {elevation:.0f}° high")
        return ", ".join(parts)
