# The sky and everything too far away to move: a panorama, made once per run, from which each view takes its part.

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.projection import Picture, View
from mkdocs_worldmodel.scenario.road import RoadKind

F4 = npt.NDArray[Any]  # float32

_PER_DEGREE = 9.0
_WIDTH = int(360 * _PER_DEGREE)
_BELOW = 3.0
_ABOVE = 50.0
_HEIGHT = int((_BELOW + _ABOVE) * _PER_DEGREE)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int], octaves: int) -> F4:
    """Noise (H, W) with mean 0, about -1…1, that repeats across; `cells` of the coarsest octave (down, across)."""
    out = np.zeros(shape, dtype=np.float32)
    total = 0.0
    for octave in range(octaves):
        down, across = cells[0] << octave, cells[1] << octave
        grid = rng.random((down + 3, across)).astype(np.float32) * 2.0 - 1.0
        padded = np.concatenate([grid[:, -2:], grid, grid[:, :2]], axis=1)
        scale_x, scale_y = shape[1] / across, shape[0] / down
        matrix = np.array([[1 / scale_x, 0, 2.0], [0, 1 / scale_y, 1.0]])
        layer = cv2.warpAffine(
            padded,
            matrix,
            (shape[1], shape[0]),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        weight = 0.55**octave
        out += weight * layer
        total += weight
    return out / np.float32(total * 0.6)


@lru_cache(maxsize=2)
def panorama(light: Light, kind: RoadKind) -> Picture:
    """Paint the sky around (rows: elevation from above down, columns: azimuth from the first heading to the left)."""
    rng = np.random.default_rng(20)
    rows, columns = _HEIGHT // 2, _WIDTH // 2
    elevation = np.radians(_ABOVE - (np.arange(rows) + 0.5) * 2 / _PER_DEGREE).astype(np.float32)[:, None]
    azimuth = np.radians((np.arange(columns) + 0.5) * 2 / _PER_DEGREE).astype(np.float32)[None, :]
    lift = np.clip(elevation / np.radians(42.0), 0.0, 1.0) ** 0.62
    sky = (
        np.array(light.horizon, dtype=np.float32) * (1 - lift[..., None])
        + np.array(light.zenith, dtype=np.float32) * lift[..., None]
    )
    away = np.arccos(
        np.clip(
            np.sin(elevation) * np.sin(light.elevation)
            + np.cos(elevation) * np.cos(light.elevation) * np.cos(azimuth - light.azimuth),
            -1.0,
            1.0,
        )
    )
    low_sun = light.elevation < 0.2
    glow = 0.75 * np.exp(-((away / (0.55 if low_sun else 0.42)) ** 1.3)) * (1.0 if light.sun[0] else 0.35)
    sky = sky + (np.array(light.glow, dtype=np.float32) - sky) * glow[..., None]
    sky = _clouds(sky, light, rng, elevation, away)
    if light.sun[0] > 0.1:
        disc = np.exp(-((away / 0.028) ** 4)) + 0.35 * np.exp(-((away / 0.07) ** 2))
        sky += (np.float32(1.0) - sky) * np.clip(disc, 0.0, 1.0)[..., None]
    if light.lamps == 1.0 and 0.0 < light.clouds < 0.5:
        _stars(sky, rng)
    veil = np.exp(-np.maximum(elevation, 0.0) / (0.055 if light.extinction < 0.01 else 0.5))
    haze = np.array(light.haze, dtype=np.float32)
    sky += (haze - sky) * (np.float32(0.8 if light.extinction < 0.01 else 1.0) * veil)[..., None]
    half = (np.clip(sky, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    image = cv2.resize(half, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    _distance(image, light, kind, rng)
    return np.concatenate([image, image[:, : _WIDTH // 2 + 64]], axis=1)


def _clouds(sky: F4, light: Light, rng: np.random.Generator, elevation: F4, away: F4) -> F4:
    if light.clouds <= 0.0:
        return sky
    # clouds lie in a plane overhead: compress them towards the horizon
    noise = smooth_noise(rng, (len(elevation), away.shape[1]), (3, 10), 6)
    height = np.clip(0.16 / np.maximum(np.tan(np.maximum(elevation, 0.006)), 0.02), 0.0, 6.0)[:, 0]
    last = len(elevation) - 2
    rows = np.clip(last * (1.0 - height / 6.0) ** 1.6, 0, last).astype(np.float32)
    map_x, map_y = np.meshgrid(np.arange(away.shape[1], dtype=np.float32), rows)
    noise = cv2.remap(noise, map_x, map_y, cv2.INTER_LINEAR)
    above = np.roll(noise, 4, axis=0)
    if light.clouds < 1.0:
        cover = np.clip((noise - 0.12 + 0.35 * (light.clouds - 0.45)) * 2.4, 0.0, 1.0)
        cover *= np.clip(elevation / 0.05, 0.0, 1.0) * 0.92
    else:
        cover = np.clip(0.75 + 0.5 * noise, 0.0, 1.0)
    thickness = np.clip(0.55 + 1.1 * (noise - above) + 0.35 * noise, 0.0, 1.0)
    lit = np.array(light.cloud, dtype=np.float32)
    dark = lit * np.float32(0.80) * np.array([0.95, 0.98, 1.03], dtype=np.float32)
    if light.clouds < 1.0 and light.elevation < 0.2:
        warm = np.exp(-((away / 0.9) ** 2))[..., None]
        lit = lit + (np.array(light.glow, dtype=np.float32) - lit) * warm
        dark = dark * np.float32(0.75)
    colour = dark + (lit - dark) * thickness[..., None]
    mixed: F4 = sky + (colour - sky) * (cover * cover * (3 - 2 * cover))[..., None]
    return mixed


def _stars(sky: F4, rng: np.random.Generator) -> None:
    rows = rng.integers(0, int(len(sky) * 0.85), 420)
    columns = rng.integers(0, sky.shape[1], 420)
    bright = (0.12 + 0.4 * rng.random(420) ** 3).astype(np.float32)
    sky[rows, columns] += bright[:, None]


def _distance(image: Picture, light: Light, kind: RoadKind, rng: np.random.Generator) -> None:
    """Paint hills, woods and (in a town) roofs along the horizon, each ridge nearer and less hazy."""
    horizon = int(_ABOVE * _PER_DEGREE)
    ground = np.array(light.ground)
    ridges = [  # height [deg], roughness cells, octaves, distance [m], albedo
        (2.6, 7, 3, 4200.0, (0.36, 0.42, 0.44)),
        (1.5, 11, 5, 1900.0, (0.30, 0.38, 0.30)),
        (1.05, 40, 6, 800.0, (0.20, 0.29, 0.17)),
    ]
    for nearest, (top, cells, octaves, distance, albedo) in zip((False, False, True), ridges, strict=True):
        if nearest and kind == "town":
            _roofs(image, light, rng)
        noise = smooth_noise(rng, (8, _WIDTH), (2, cells), octaves)[4]
        clear = float(light.clear_view(np.array(0.72 * distance)))
        if clear < 0.01:
            continue
        white = np.array([0.80, 0.82, 0.86]) if light.snow else np.array(albedo)
        colour = 0.5 * (white + albedo) * ground * clear + np.array(light.haze) * (1 - clear)
        _fill_ridge(image, horizon - (top * (0.55 + 0.45 * noise)) * _PER_DEGREE, colour)
    base = np.clip(np.array([0.84, 0.86, 0.90] if light.snow else [0.30, 0.36, 0.22]) * ground, 0, 1)
    clear = float(light.clear_view(np.array(280.0)))
    mixed = (base * clear + np.array(light.haze) * (1 - clear)) * 255
    image[horizon + 2 :] = np.clip(mixed, 0, 255).astype(np.uint8)


def _roofs(image: Picture, light: Light, rng: np.random.Generator) -> None:
    """Paint a row of far houses, some with gables, some lit when it is dark."""
    horizon, x = int(_ABOVE * _PER_DEGREE), 0
    while x < _WIDTH:
        width, high = int(rng.integers(12, 40)), float(rng.uniform(1.0, 2.5)) * _PER_DEGREE
        clear = float(light.clear_view(np.array(float(rng.uniform(350.0, 700.0)))))
        wall = np.array([[0.52, 0.48, 0.44], [0.46, 0.36, 0.31], [0.55, 0.54, 0.52]])[rng.integers(0, 3)]
        haze = np.array(light.haze) * (1 - clear) * 255
        lit = wall * np.array(light.ground) * 0.8 * clear * 255
        tone, roof = lit + haze, lit * (1.35 if light.snow else 0.82) + haze
        top = int(horizon - high)
        outline = np.array([[x, top], [x + width // 2, top - width // 4], [x + width, top]], dtype=np.int32)
        if rng.random() < 0.6:
            cv2.fillConvexPoly(image, outline, roof.tolist(), cv2.LINE_AA)
        cv2.rectangle(image, (x, top), (x + width, horizon + 4), tone.tolist(), -1)
        if light.lamps > 0.5:
            for _ in range(3):
                u, v = x + int(rng.integers(2, width - 2)), top + int(rng.integers(2, max(4, int(high * 0.6))))
                image[v : v + 2, u : u + 1] = np.clip(tone + np.array([120, 90, 45]) * clear, 0, 255)
        x += width


def _fill_ridge(image: Picture, top: npt.NDArray[np.floating], colour: npt.NDArray[np.float64]) -> None:
    """Fill below a skyline given as rows (W,), with a soft edge."""
    rows = np.arange(image.shape[0], dtype=np.float32)[:, None]
    start = max(int(top.min()) - 2, 0)
    cover = np.clip(rows[start:] - top[None, :].astype(np.float32) + 0.5, 0.0, 1.0)[..., None]
    part = image[start:].astype(np.float32)
    value = np.clip(colour, 0, 1).astype(np.float32) * 255
    image[start:] = (part + (value - part) * cover + 0.5).astype(np.uint8)


class SkyView:
    """The part of the panorama that one camera looks at.

    High above the horizon the sky is soft: there every second pixel is taken and the picture made from these.
    """

    def __init__(self, view: View, picture: Picture) -> None:
        self.rows = int(np.clip(np.ceil(view.horizon + 2.0), 0, view.height))
        rays = view.rays()[: self.rows]
        azimuth = np.degrees(np.arctan2(rays[..., 1], rays[..., 0]))
        elevation = np.degrees(np.arctan2(rays[..., 2], np.hypot(rays[..., 0], rays[..., 1])))
        self._middle = float(np.degrees(np.arctan2(view.axes[2, 1], view.axes[2, 0])))
        around = (azimuth - self._middle + 180.0) % 360.0 - 180.0
        x = (around * _PER_DEGREE).astype(np.float32)
        y = np.clip((_ABOVE - elevation) * _PER_DEGREE - 0.5, 0, _HEIGHT - 1).astype(np.float32)
        self._low = float(x.min()) if self.rows else 0.0
        sharp = 0.13 * view.focal
        self._cut = 2 * (min(max(0, int(view.horizon - sharp)), self.rows) // 2)
        self._soft = (_halved(x[: self._cut]), _halved(y[: self._cut])) if self._cut else None
        self._sharp = (x[self._cut :], y[self._cut :])
        self._width = view.width
        self._picture = picture

    def paint(self, image: Picture, turned: float) -> None:
        """Fill the rows above the horizon; `turned` is the ego's heading since the start [rad]."""
        if not self.rows:
            return
        offset = (np.degrees(turned) + self._middle) * _PER_DEGREE - 0.5
        shift = np.float32((offset + self._low) % _WIDTH - self._low)
        if self._cut < self.rows:
            x, y = self._sharp
            cv2.remap(self._picture, x + shift, y, cv2.INTER_LINEAR, dst=image[self._cut : self.rows])
        if self._soft is not None:
            x, y = self._soft
            half = cv2.remap(self._picture, x + shift, y, cv2.INTER_LINEAR)
            cv2.resize(half, (self._width, self._cut), dst=image[: self._cut], interpolation=cv2.INTER_LINEAR)


def _halved(values: F4) -> F4:
    """Means of blocks of 2 x 2."""
    rows, columns = values.shape
    halved: F4 = values.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return halved
