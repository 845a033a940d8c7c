# Which light each time of day and weather has.

from __future__ import annotations

from dataclasses import replace

from mkdocs_worldmodel.camera.light.light import RGB, Light
from mkdocs_worldmodel.scenario.environment import Environment, Sun, TimeOfDay, Wetness

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

_SUNRISE = Light(
    ambient=(0.50, 0.50, 0.58),
    hemisphere=0.32,
    sun=(0.56, 0.38, 0.22),
    ground=(0.86, 0.76, 0.73),
    shadow=0.68,
    contact=0.46,
    azimuth=-0.62,
    elevation=0.13,
    zenith=(0.30, 0.42, 0.68),
    horizon=(0.98, 0.79, 0.68),
    glow=(1.0, 0.90, 0.68),
    clouds=0.5,
    cloud=(0.96, 0.72, 0.68),
    haze=(0.80, 0.70, 0.68),
    extinction=0.0018,
    lamps=0.35,
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

_COVER: dict[TimeOfDay, RGB] = {
    "sunrise": (0.60, 0.60, 0.64), "day": (0.77, 0.79, 0.81),
    "dusk": (0.43, 0.425, 0.475), "night": (0.125, 0.14, 0.185),
}  # fmt: skip
"""Colour of a covered sky."""

_BY_TIME: dict[TimeOfDay, Light] = {"sunrise": _SUNRISE, "day": _DAY, "dusk": _DUSK, "night": _NIGHT}

_WETNESS: dict[Wetness, float] = {"dry": 0.0, "moist": 0.4, "wet": 1.0}
_GOLDEN = 0.45
"""Below this elevation the light of a day's sun grows warm [rad]."""
_CONTRAST = 3.9
"""Extinction times the distance at which 2 % of a thing's own colour is left, which is where sight ends."""


def _mix(a: RGB, b: RGB, share: float) -> RGB:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _times(a: RGB, b: RGB | float) -> RGB:
    f = (b, b, b) if isinstance(b, float) else b
    return (a[0] * f[0], a[1] * f[1], a[2] * f[2])


def light_of(environment: Environment) -> Light:
    """Return the light for a time of day and weather."""
    light = _BY_TIME[environment.time_of_day]
    if environment.sun is not None:
        light = _sunlit(light, environment.sun, environment.time_of_day)
    if environment.weather != "clear":
        light = _covered(light, _COVER[environment.time_of_day])
        light = _falling(light, environment)
    extinction = light.extinction if environment.visibility is None else _CONTRAST / environment.visibility
    return replace(light, wetness=_WETNESS[environment.surface], extinction=extinction)


def _sunlit(clear: Light, sun: Sun, time: TimeOfDay) -> Light:
    """The light with the sun where it stands; a low one is warmer and lights the ground less."""
    light = replace(clear, azimuth=sun.azimuth, elevation=sun.elevation)
    low = 1.0 - sun.elevation / _GOLDEN
    if time != "day" or low <= 0.0:
        return light
    return replace(
        light,
        ambient=_mix(light.ambient, (0.52, 0.53, 0.60), low),
        sun=_mix(light.sun, (0.58, 0.40, 0.22), low),
        ground=_mix(light.ground, (0.80, 0.73, 0.66), low),
        shadow=light.shadow + 0.10 * low,
        horizon=_mix(light.horizon, (0.95, 0.86, 0.76), low),
        glow=_mix(light.glow, (1.0, 0.90, 0.68), low),
        cloud=_mix(light.cloud, (0.98, 0.90, 0.82), low),
        haze=_mix(light.haze, (0.83, 0.78, 0.74), low),
    )


def _covered(clear: Light, cover: RGB) -> Light:
    """Without the sun, colours go towards the grey of a covered sky at that time."""
    day = 1.0 - clear.lamps
    return replace(
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


def _falling(covered: Light, environment: Environment) -> Light:
    """What rain, fog and snow make of a covered sky."""
    if environment.weather == "rain":
        # in the dark a camera opens up, and low clouds throw the light of lamps back
        dark = max(0.0, covered.lamps - 0.4) / 0.6
        return replace(
            covered,
            ambient=_times(covered.ambient, 0.90 + 0.34 * dark),
            ground=_times(covered.ground, 0.86 + 0.42 * dark),
            zenith=_times(covered.zenith, 0.80 + 0.40 * dark),
            horizon=_times(covered.horizon, 0.86 + 0.50 * dark),
            cloud=_times(covered.cloud, 0.80 + 0.45 * dark),
            haze=_times(covered.haze, 0.88 + 0.30 * dark),
            extinction=0.0060,
            lamps=max(0.35, covered.lamps),
            falls="rain",
            saturation=0.78,
        )
    if environment.weather == "snow":
        haze = _times(covered.horizon, 1.02)
        return replace(
            covered,
            ambient=_times(covered.ambient, 1.06),
            hemisphere=0.12,  # snow on the ground lights faces from below
            horizon=haze,
            haze=haze,
            extinction=0.0098,
            lamps=max(0.35, covered.lamps),
            falls="snow",
            snow=True,
            saturation=0.80,
        )
    if environment.weather == "fog":
        haze = _times(_mix(covered.horizon, _COVER[environment.time_of_day], 0.75), 1.05 + 0.25 * covered.lamps)
        return replace(
            covered,
            zenith=_mix(covered.zenith, haze, 0.9),
            horizon=haze,
            cloud=haze,
            clouds=0.0,
            haze=haze,
            extinction=0.022,
            lamps=max(0.35, covered.lamps),
            saturation=0.75,
        )
    return covered
