# House fronts as textures: walls, windows, doors, shops, cornices. Some windows are lit when it is dark.

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.projection import Picture

PIXELS = 12.0
"""Per metre of a facade's finest texture."""

WALLS: tuple[tuple[float, float, float], ...] = (
    (206, 190, 164),
    (178, 104, 80),
    (214, 208, 198),
    (156, 150, 146),
    (198, 164, 122),
    (148, 86, 70),
    (188, 194, 190),
    (222, 212, 180),
)

STYLES = 24

STOREY = 3.1
"""[m]"""


@dataclass(frozen=True, slots=True)
class Facade:
    """Textures of one front: `levels[i][j]` is reduced 2^i times down and 2^j times across."""

    levels: tuple[tuple[Picture, ...], ...]
    mean: tuple[float, float, float]


@lru_cache(maxsize=64)
def facade(style: int, bays: int, storeys: int, light: Light, blank: bool) -> Facade:
    """Return a front of `bays` windows across (3 m each) and some storeys; `blank` has no doors and few windows."""
    rng = np.random.default_rng((91, style, bays, storeys, int(blank)))
    p = PIXELS
    width, height = int(bays * 3.0 * p), int((storeys * STOREY + 0.5) * p)
    wall = np.array(WALLS[style % len(WALLS)], dtype=float)
    image = np.empty((height, width, 3), dtype=np.float32)
    image[:] = wall
    if style % len(WALLS) in (1, 5):
        image[::4] *= 0.93
        image *= 1.0 + 0.04 * rng.standard_normal((height, width, 1)).astype(np.float32)
    else:
        rough = rng.standard_normal((6, 8)).astype(np.float32)
        soft = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
        image *= 1.0 + 0.025 * soft[..., None]
    image[int(height - 0.7 * p) :] *= 0.80
    glow = np.zeros((height, width, 3), dtype=np.float32)
    shops = not blank and style % 3 == 0
    for storey in range(storeys):
        base = height - storey * STOREY * p
        for bay in range(bays):
            _bay(image, glow, rng, (bay, storey), float(base), light, blank, shops)
        if storey == 0 and not blank:
            y = int(base - STOREY * p)
            image[y : y + 3] = wall * 1.08
            image[y + 3 : y + 5] *= 0.72
    image[: int(0.35 * p)] = np.minimum(wall * 1.1, 240)
    image[int(0.35 * p) : int(0.5 * p)] *= 0.62
    lit = image * np.array(light.ambient, dtype=np.float32) + glow * 255.0
    texture = np.clip(lit, 0, 255).astype(np.uint8)
    rows: list[Picture] = [texture]
    while rows[-1].shape[0] > 12:
        h, w = rows[-1].shape[:2]
        rows.append(cv2.resize(rows[-1], (w, h // 2), interpolation=cv2.INTER_AREA))
    levels = []
    for row in rows:
        across: list[Picture] = [row]
        while across[-1].shape[1] > 8:
            h, w = across[-1].shape[:2]
            across.append(cv2.resize(across[-1], (w // 2, h), interpolation=cv2.INTER_AREA))
        levels.append(tuple(across))
    mean = texture.reshape(-1, 3).mean(axis=0)
    return Facade(tuple(levels), (float(mean[0]), float(mean[1]), float(mean[2])))


def _bay(
    image: npt.NDArray[np.float32],
    glow: npt.NDArray[np.float32],
    rng: np.random.Generator,
    place: tuple[int, int],
    base: float,
    light: Light,
    blank: bool,
    shops: bool,
) -> None:
    """Paint one window, door or shop front; place is (bay, storey)."""
    p = PIXELS
    bay, storey = place
    draws = rng.random(6)
    if blank and draws[0] < 0.72:
        return
    left = (bay * 3.0 + 0.85) * p
    wide, low, high = 1.3 * p, 0.95 * p, 2.45 * p
    if storey == 0 and shops:
        left, wide, low, high = (bay * 3.0 + 0.25) * p, 2.5 * p, 0.45 * p, 2.55 * p
    elif storey == 0 and bay % 3 == 1:
        left, wide, low, high = (bay * 3.0 + 0.95) * p, 1.1 * p, 0.05 * p, 2.3 * p
    x0, x1, y0, y1 = int(left), int(left + wide), int(base - high), int(base - low)
    frame = 2
    image[y0 - frame : y1 + frame, x0 - frame : x1 + frame] = (225, 223, 216)
    image[y1 + frame : y1 + frame + 2, x0 - 3 : x1 + 3] *= 0.78
    shade = np.linspace(1.0, 0.72, max(y1 - y0, 1), dtype=np.float32)[:, None, None]
    pane = np.array([74, 92, 110]) if light.lamps < 0.9 else np.array([46, 54, 70])
    sky = np.array(light.horizon) * 60.0
    door = storey == 0 and bay % 3 == 1 and not shops
    image[y0:y1, x0:x1] = (np.array([84, 62, 48]) if door else (pane * (0.7 + 0.5 * draws[1]) + sky * draws[2])) * shade
    if not door:
        image[y0:y1, (x0 + x1) // 2 : (x0 + x1) // 2 + 1] = (214, 212, 206)
    chance = (0.42 if not shops or storey else 0.9) * light.lamps if light.lamps > 0.4 else 0.06 * light.lamps
    if not door and draws[3] < chance:
        warm = np.array([1.0, 0.80, 0.46]) if draws[4] < 0.75 else np.array([0.86, 0.90, 1.0])
        glow[y0:y1, x0:x1] = warm * (0.45 + 0.4 * draws[5]) * (0.55 + 0.45 * shade)
        glow[y0:y1, (x0 + x1) // 2 : (x0 + x1) // 2 + 1] *= 0.45
