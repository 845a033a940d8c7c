# Light and weather as numbers: sun, sky, fog, exposure. Pictures are mixed in display (sRGB) values: cheap, and
# what a camera's tone curve makes of a scene anyway.

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.environment import Environment

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
    wet: bool = False
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


_DAY = Light(
    ambient=(0.60, 0.635, 0.70),
    hemisphere=0.30,
    sun=(0.46, 0.42, 0.35),
    ground=(1.0, 0.985, 0.95),
    shadow=0.58,
    contact=0.40,
    azimuth=2.15,
    elevation=0.72,
    zenith=(0.27, 0.47, 0.78),
    horizon=(0.76, 0.85, 0.92),
    glow=(1.0, 0.97, 0.88),
    clouds=0.45,
    cloud=(0.98, 0.98, 0.99),
    haze=(0.75, 0.82, 0.89),
    extinction=0.0011,
    lamps=0.0,
)

_DUSK = Light(
    ambient=(0.36, 0.355, 0.45),
    hemisphere=0.35,
    sun=(0.46, 0.24, 0.10),
    ground=(0.50, 0.45, 0.50),
    shadow=0.86,
    contact=0.48,
    azimuth=0.42,
    elevation=0.055,
    zenith=(0.15, 0.20, 0.40),
    horizon=(0.93, 0.60, 0.40),
    glow=(1.0, 0.80, 0.45),
    clouds=0.5,
    cloud=(0.86, 0.48, 0.44),
    haze=(0.66, 0.46, 0.43),
    extinction=0.0013,
    lamps=0.6,
)

_NIGHT = Light(
    ambient=(0.205, 0.225, 0.305),
    hemisphere=0.40,
    sun=(0.07, 0.075, 0.10),
    ground=(0.235, 0.25, 0.325),
    shadow=0.88,
    contact=0.55,
    azimuth=-0.9,
    elevation=0.75,
    zenith=(0.030, 0.045, 0.105),
    horizon=(0.135, 0.16, 0.26),
    glow=(0.20, 0.22, 0.31),
    clouds=0.35,
    cloud=(0.125, 0.14, 0.21),
    haze=(0.105, 0.125, 0.20),
    extinction=0.0014,
    lamps=1.0,
)

_COVER: dict[str, RGB] = {"day": (0.77, 0.79, 0.81), "dusk": (0.43, 0.425, 0.475), "night": (0.125, 0.14, 0.185)}
"""Colour of a covered sky."""

_BY_TIME = {"day": _DAY, "dusk": _DUSK, "night": _NIGHT}


def _mix(a: RGB, b: RGB, share: float) -> RGB:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _times(a: RGB, b: RGB | float) -> RGB:
    f = (b, b, b) if isinstance(b, float) else b
    return (a[0] * f[0], a[1] * f[1], a[2] * f[2])


def light_of(environment: Environment) -> Light:
    """Return the light for a time of day and weather."""
    clear = _BY_TIME[environment.time_of_day]
    if environment.weather == "clear":
        return clear
    # without the sun, colours go towards the grey of a covered sky at that time
    day = 1.0 - clear.lamps
    cover = _COVER[environment.time_of_day]
    covered = replace(
        clear,
        ambient=_times(_mix(_mix(clear.ambient, clear.ground, 0.45), cover, 0.65), 0.97),
        hemisphere=0.34,
        sun=(0.0, 0.0, 0.0),
        ground=_times(_mix(clear.ground, cover, 0.55), 0.94),
        shadow=1.0,
        contact=0.5,
        zenith=_mix(_mix(clear.zenith, clear.horizon, 0.4), cover, 0.85),
        horizon=_mix(clear.horizon, _times(cover, 1.14), 0.8),
        glow=_times(_mix(clear.horizon, cover, 0.6), 0.6 + 0.4 * day),
        clouds=1.0,
        cloud=_times(cover, 1.1),
        haze=_mix(clear.haze, cover, 0.72),
        extinction=0.0022,
        saturation=0.9,
    )
    if environment.weather == "overcast":
        return covered
    if environment.weather == "rain":
        return replace(
            covered,
            ambient=_times(covered.ambient, 0.90),
            ground=_times(covered.ground, 0.86),
            zenith=_times(covered.zenith, 0.80),
            horizon=_times(covered.horizon, 0.86),
            cloud=_times(covered.cloud, 0.80),
            haze=_times(covered.haze, 0.88),
            extinction=0.0060,
            lamps=max(0.35, clear.lamps),
            wet=True,
            saturation=0.78,
        )
    haze = _times(_mix(covered.horizon, cover, 0.75), 1.05 + 0.25 * clear.lamps)
    return replace(
        covered,
        zenith=_mix(covered.zenith, haze, 0.9),
        horizon=haze,
        cloud=haze,
        clouds=0.0,
        haze=haze,
        extinction=0.022,
        lamps=max(0.35, clear.lamps),
        saturation=0.75,
    )


def ego_headlights(x: F8, y: F8) -> F8:
    """Light of the ego's low beam on the ground at (x, y) of its own frame [m], 0…1; reaches further on the right."""
    ahead = np.maximum(x - 3.0, 1e-3)
    aside = np.arctan2(y - 0.0, ahead)
    reach = 30.0 + 16.0 * np.clip(-y / np.maximum(ahead, 1.0) * 4.0 + 0.3, 0.0, 1.0)
    rise = 1.0 - np.exp(-((ahead / 3.5) ** 2))
    fall = np.exp(-((ahead / reach) ** 2))
    spread = np.exp(-((aside / 0.50) ** 2))
    return np.where(x > 3.0, rise * fall * spread, 0.0)
