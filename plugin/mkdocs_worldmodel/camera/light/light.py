# How a scene is lit, as numbers: sun, sky, fog, exposure; weather.py says which numbers each weather has. Pictures
# are mixed in display (sRGB) values: cheap, and what a camera's tone curve makes of a scene anyway.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
RGB = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """How a scene is lit. Colours are display values, 1.0 = white."""

    ambient: RGB
    """On upright faces in shade."""
    hemisphere: float
    """Extra on faces that look up, taken from faces that look down."""
    sun: RGB
    """On faces that look into the sun; zero where the sky hides it."""
    ground: RGB
    """Ground in the open (ambient, sky and sun together)."""
    shadow: float
    """Share of the ground's light that is left in the sun's shadow."""
    contact: float
    """Share that is left under a vehicle."""
    azimuth: float
    """Of the sun, relative to the ego's first heading [rad]."""
    elevation: float
    """Of the sun [rad]."""
    zenith: RGB
    horizon: RGB
    glow: RGB
    """Of the sky around the sun."""
    clouds: float
    """0 none … 1 all over."""
    cloud: RGB
    """Colour of the lit side of clouds."""
    haze: RGB
    """What far things fade into."""
    extinction: float
    """[1/m]"""
    lamps: float
    """How strongly lamps show: 0 day … 1 night."""
    wetness: float = 0.0
    """Of the road: 0 dry … 1 wet."""
    falls: Literal["nothing", "rain", "snow"] = "nothing"
    snow: bool = False
    """Whether snow lies beside the road."""
    saturation: float = 1.0

    def direction(self, heading: float) -> F8:
        """Unit vector (3,) to the sun in the world, for a run that begins at `heading`."""
        a, e = heading + self.azimuth, self.elevation
        return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])

    @property
    def sight(self) -> float:
        """Distance at which 2 % of an object's own colour is left [m]."""
        return 3.9 / self.extinction

    def clear_view(self, distance: F8) -> F8:
        """Share of an object's own colour that is left at a distance [m]."""
        return np.asarray(np.exp(-self.extinction * distance))

    def shade(self, normals: F8, sun: F8) -> F8:
        """Light (..., 3) on faces with unit normals (..., 3); `sun` is the direction to it in the same frame."""
        toward = np.maximum(normals[..., 0] * sun[0] + normals[..., 1] * sun[1] + normals[..., 2] * sun[2], 0.0)
        up = self.hemisphere * normals[..., 2]
        base = np.array(self.ambient)
        shade: F8 = base * (1.0 + up[..., None]) + toward[..., None] * np.array(self.sun)
        return shade


def ego_headlights(x: F8, y: F8) -> F8:
    """Light of the ego's low beam on the ground at (x, y) of its own frame [m], 0…1; reaches further on the right."""
    ahead = np.maximum(x - 3.0, 1e-3)
    aside = np.arctan2(y - 0.0, ahead)
    reach = 30.0 + 16.0 * np.clip(-y / np.maximum(ahead, 1.0) * 4.0 + 0.3, 0.0, 1.0)
    rise = 1.0 - np.exp(-((ahead / 3.5) ** 2))
    fall = np.exp(-((ahead / reach) ** 2))
    spread = np.exp(-((aside / 0.50) ** 2))
    return np.where(x > 3.0, rise * fall * spread, 0.0)
