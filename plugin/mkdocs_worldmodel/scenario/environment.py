# Light and weather of a scenario.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TimeOfDay = Literal["day", "dusk", "night"]
Weather = Literal["clear", "overcast", "rain", "fog"]


@dataclass(frozen=True, slots=True)
class Environment:
    """What the cameras see besides the road; it does not change how anyone drives."""

    time_of_day: TimeOfDay = "day"
    weather: Weather = "clear"
