# Lamps as seen by a camera: where they glow in the picture, how large and how bright.

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, sin

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light import RGB, Light
from mkdocs_worldmodel.camera.projection import View
from mkdocs_worldmodel.camera.vehicles import Lamp

F8 = npt.NDArray[np.float64]

_STREET: RGB = (1.0, 0.84, 0.58)
_RANGE = 260.0


@dataclass(frozen=True, slots=True)
class Glow:
    """A soft light in a picture."""

    distance: float
    """Along the ground, a little less than the lamp's, so that its own body does not cover it [m]."""
    u: float
    v: float
    radius: float
    """[px]"""
    colour: RGB
    """Light that it adds, 1.0 = white."""


def glows_in_view(view: View, light: Light, lamps: tuple[Lamp, ...], street: F8, flipped: bool = False) -> list[Glow]:
    """Return the lamps that shine towards the camera: those of road users, and street lamps (M, 3) [m].

    With `flipped` they are those that a wet road mirrors.
    """
    if light.lamps <= 0.4:
        street = street[:0]
    points = np.array([*((p.x, p.y, p.z) for p in lamps), *street.tolist()]).reshape(-1, 3)
    if not len(points):
        return []
    if flipped:
        points = points * np.array([1.0, 1.0, -1.0])
    cam = view.to_camera(points)
    uv = view.project(cam)
    reach = np.sqrt((cam * cam).sum(axis=1))
    eye_x, eye_y, _ = view.origin.tolist()
    away = np.hypot(points[:, 0] - eye_x, points[:, 1] - eye_y)
    scatter = 1.0 + 40.0 * min(light.extinction, 0.022)
    out = []
    for i in np.flatnonzero((cam[:, 2] > 0.4) & (reach < _RANGE)).tolist():
        strength, colour, size = 0.85 * light.lamps, _STREET, 1.0
        r = float(reach[i])
        flat = max(float(away[i]), 1e-3)
        if i < len(lamps):
            lamp = lamps[i]
            dx, dy = eye_x - lamp.x, eye_y - lamp.y
            ahead = (cos(lamp.facing) * dx + sin(lamp.facing) * dy) / flat
            if ahead <= 0.05:
                continue
            strength, colour, size = lamp.strength * min(1.0, ahead * 1.3), lamp.colour, lamp.size
        wanted = view.focal * size / r
        radius = min(max(wanted, 0.011 * view.width), 0.13 * view.width) * scatter
        faint = min(max(wanted / (0.004 * view.width), 0.3), 1.0)
        shown = strength * faint * exp(-0.5 * light.extinction * r)
        out.append(
            Glow(
                flat - 0.6,
                float(uv[i, 0]),
                float(uv[i, 1]),
                radius,
                (colour[0] * shown, colour[1] * shown, colour[2] * shown),
            )
        )
    return out
