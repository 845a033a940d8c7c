# Pictures of trees, shrubs and woods, grown from a seed: overlapping balls of leaves, shaded from above, with ragged
# edges: (H, W, 4), colour multiplied by alpha, at halving sizes. Also the soft disc that lamps glow with.

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.light.sky import smooth_noise
from mkdocs_worldmodel.camera.projection import Picture

F4 = npt.NDArray[Any]  # float32


@dataclass(frozen=True, slots=True)
class Sprite:
    """An upright picture that always turns to the camera."""

    levels: tuple[Picture, ...]
    """(H, W, 4) premultiplied, or (H, W, 3) to be added; each half as large as the one before."""
    aspect: float
    """Width over height."""


def pyramid(image: Picture) -> tuple[Picture, ...]:
    """Return an image and its halves down to a few pixels."""
    levels = [image]
    while min(levels[-1].shape[:2]) > 3:
        h, w = levels[-1].shape[:2]
        levels.append(cv2.resize(levels[-1], (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA))
    return tuple(levels)


@dataclass(frozen=True, slots=True)
class _Plant:
    """Recipe of a plant; lengths in shares of the picture's height."""

    aspect: float
    form: str
    leaves: tuple[float, float, float]
    bark: tuple[float, float, float] = (0.30, 0.24, 0.19)
    crown: float = 0.32
    """Where the crown begins above the ground."""
    rough: float = 0.30


PLANTS: tuple[_Plant, ...] = (
    _Plant(0.92, "round", (0.30, 0.42, 0.16), crown=0.26),
    _Plant(0.78, "round", (0.36, 0.46, 0.18), crown=0.24),
    _Plant(0.66, "tall", (0.28, 0.40, 0.19), crown=0.20),
    _Plant(0.60, "tall", (0.42, 0.50, 0.22), (0.62, 0.60, 0.56), crown=0.26, rough=0.42),
    _Plant(0.48, "cone", (0.17, 0.29, 0.18), crown=0.09),
    _Plant(0.40, "cone", (0.20, 0.31, 0.17), crown=0.12),
    _Plant(1.50, "bush", (0.31, 0.41, 0.17), crown=0.0),
    _Plant(3.20, "wood", (0.26, 0.37, 0.17), crown=0.0),
    _Plant(3.20, "wood", (0.20, 0.31, 0.17), crown=0.0, rough=0.36),
)
TREES, CONIFERS, BUSH, WOODS = (0, 1, 2, 3), (4, 5), 6, (7, 8)


def _balls(plant: _Plant, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Centres (x, height) and radii of a crown's balls; x counts from the middle."""
    half, low = 0.5 * plant.aspect, plant.crown
    out: list[tuple[float, float, float]] = []
    if plant.form in ("round", "tall"):
        middle = low + 0.52 * (1 - low)
        for _ in range(26):
            a, d = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 1))
            r = rng.uniform(0.10, 0.17) * min(1.0, plant.aspect * 1.25)
            x = np.cos(a) * d * (half - r)
            h = middle + np.sin(a) * d * (0.5 * (1 - low) - r)
            squeeze = 1.0 - 0.28 * max(0.0, (low + 0.22 - h) / 0.22)
            out.append((float(x * squeeze), float(h), float(r)))
    elif plant.form == "cone":
        for i in range(30):
            h = low + (i / 30.0) * (0.97 - low)
            wide = half * 0.95 * (1.0 - (h - low) / (1.0 - low)) + 0.012
            for side in (-1.0, -0.3, 0.3, 1.0):
                x = side * wide * rng.uniform(0.55, 0.95)
                out.append((float(x), float(h - 0.02 * abs(side)), float(0.028 + 0.16 * wide)))
    elif plant.form == "bush":
        for _ in range(22):
            x = rng.uniform(-0.8, 0.8) * half
            r = rng.uniform(0.16, 0.28)
            out.append((float(x), float(max(0.12, rng.uniform(0.1, 0.62) * (1 - (x / half) ** 2))), float(r)))
    else:
        for _ in range(95):
            x = rng.uniform(-0.95, 0.95) * half
            edge = min(1.0, (half - abs(x)) / (0.25 * half))
            r = rng.uniform(0.09, 0.17) * (0.6 + 0.4 * edge)
            out.append((float(x), float(rng.uniform(0.05, 0.84) * (0.45 + 0.55 * edge)), float(r)))
    return out


def _grow(plant: _Plant, seed: int, height: int) -> tuple[F4, F4]:
    """Return albedo times relief (H, W, 3) and alpha (H, W)."""
    rng = np.random.default_rng((77, seed))
    width = int(height * plant.aspect) + 2
    y = (1.0 - (np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    x = (((np.arange(width, dtype=np.float32) + 0.5) - 0.5 * width) / height)[None, :]
    clumps = smooth_noise(rng, (height, width), (height // 12, max(width // 12, 2)), 2)
    fine = smooth_noise(rng, (height, width), (height // 4, max(width // 4, 2)), 1)
    depth = np.full((height, width), -1.0, dtype=np.float32)
    relief: F4 = np.zeros((height, width), dtype=np.float32)
    for cx, cy, r in _balls(plant, rng):
        x0, x1 = (int(np.clip((cx + e * r * 1.3) * height + 0.5 * width, 0, width)) for e in (-1, 1))
        y0, y1 = (int(np.clip((1.0 - cy + e * r * 1.3) * height, 0, height)) for e in (-1, 1))
        if x1 <= x0 or y1 <= y0:
            continue
        part = (slice(y0, y1), slice(x0, x1))
        dx, dy = (x[:, x0:x1] - cx) / r, (y[y0:y1] - cy) / r
        inside = 1.0 - dx * dx - dy * dy + plant.rough * clumps[part] + 0.22 * fine[part]
        bulge = np.sqrt(np.clip(inside, 0.0, None)) * r + 0.10 * cy + rng.uniform(0, 0.05)
        front = (inside > 0.0) & (bulge > depth[part])
        depth[part] = np.where(front, bulge, depth[part])
        lit = 0.66 + 0.20 * np.clip(dy * 0.8 - dx * 0.35, -1, 1) + 0.34 * (cy - 0.5)
        relief[part] = np.where(front, lit, relief[part])
    leaf: F4 = cv2.GaussianBlur((depth > -1.0).astype(np.float32), (3, 3), 0.7)
    relief = cv2.GaussianBlur(relief, (3, 3), 0.8) / np.maximum(leaf, 0.2)
    relief *= 1.0 + 0.20 * clumps + 0.16 * fine
    hue = 0.06 * smooth_noise(rng, (height, width), (6, 6), 2)
    colour: F4 = np.array(plant.leaves, dtype=np.float32) * (relief * 1.42)[..., None]
    colour[..., 0] *= 1.0 + hue * 2.0
    colour[..., 2] *= 1.0 - hue
    alpha: F4 = leaf
    if plant.crown > 0.03:
        half = 0.016 * (1.0 + 0.9 * np.clip(1.0 - y / 0.12, 0, 1) ** 2) * (1.25 - 0.6 * y)
        bend = 0.02 * np.sin(y * 5.0 + seed)
        trunk = np.clip((half - np.abs(x - bend)) * height + 0.5, 0, 1) * (y < plant.crown + 0.25)
        round_off = 0.75 + 0.5 * np.clip(-(x - bend) / np.maximum(half, 1e-4), -1, 1)
        bark = np.array(plant.bark, dtype=np.float32) * (round_off * (1.0 + 0.25 * fine))[..., None]
        colour = colour * leaf[..., None] + bark * (1 - leaf[..., None])
        alpha = np.maximum(leaf, trunk)
    return np.clip(colour, 0, 1), np.clip(alpha, 0, 1)


@lru_cache(maxsize=1)
def _grown() -> tuple[tuple[F4, F4], ...]:
    return tuple(_grow(plant, i, 288 if plant.form != "wood" else 176) for i, plant in enumerate(PLANTS))


@lru_cache(maxsize=4)
def plants(light: Light) -> tuple[Sprite, ...]:
    """Return the pictures of PLANTS under a light."""
    out = []
    up = np.array(light.ambient) * (1.0 + 0.25 * light.hemisphere) + 0.62 * np.array(light.sun)
    for (colour, alpha), plant in zip(_grown(), PLANTS, strict=True):
        grey = colour.mean(axis=-1, keepdims=True)
        lit = (grey + (colour - grey) * light.saturation) * up.astype(np.float32)
        if light.snow:  # on what looks up, which the relief shows brighter
            frost = np.clip((grey / max(float(grey.max()), 1e-6) - 0.30) * 2.2, 0.0, 0.85) * alpha[..., None]
            lit = lit + (np.float32(0.93) * np.array(light.ground, dtype=np.float32) - lit) * frost
        rgb = np.clip(lit, 0, 1) * alpha[..., None]
        image = np.concatenate([rgb, alpha[..., None]], axis=-1)
        out.append(Sprite(pyramid((image * 255 + 0.5).astype(np.uint8)), plant.aspect))
    return tuple(out)


@lru_cache(maxsize=1)
def glow() -> Sprite:
    """Return a soft white disc without alpha: painting it adds light."""
    a = (np.arange(64) + 0.5 - 32) / 32
    r = np.sqrt(a[:, None] ** 2 + a[None, :] ** 2)
    value = 0.75 * np.exp(-((r / 0.13) ** 2)) + 0.30 * np.exp(-((r / 0.36) ** 2)) * np.clip(1 - r, 0, 1)
    image = np.repeat(np.clip(value * 255, 0, 255)[..., None], 3, axis=2)
    return Sprite(pyramid(image.astype(np.uint8)), 1.0)
