# Lamps as seen by a camera: where they glow in the picture, how large and how bright.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicle_lamps import Lamp
from mkdocs_worldmodel.camera.light.light import RGB, Light
from mkdocs_worldmodel.camera.paint import diagonal
from mkdocs_worldmodel.camera.projection import Rig

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_STREET: RGB = (1.0, 0.84, 0.58)
_RANGE = 260.0


@dataclass(frozen=True, slots=True)
class Lamps:
    """All lamps that shine at one row, in the ego's frame."""

    place: F8
    """(M, 3) [m]"""
    facing: F8
    """(M, 2) unit vector; zeros where it shines all around."""
    light: F8
    """(M, 3) colour times strength."""
    size: F8
    """(M,) radius of the glow [m]."""


def lamps_of(light: Light, lamps: tuple[Lamp, ...], street: F8) -> Lamps:
    """Join the lamps of road users with street lamps (M, 3) [m]."""
    if light.lamps <= 0.4:
        street = street[:0]
    table = np.array([(p.x, p.y, p.z, p.facing, p.strength, p.size, *p.colour) for p in lamps]).reshape(-1, 9)
    everywhere = np.zeros((len(street), 2))
    return Lamps(
        np.concatenate([table[:, :3], street]),
        np.concatenate([np.stack([np.cos(table[:, 3]), np.sin(table[:, 3])], axis=1), everywhere]),
        np.concatenate([table[:, 6:] * table[:, 4:5], np.full((len(street), 3), _STREET) * (0.85 * light.lamps)]),
        np.concatenate([table[:, 5], np.ones(len(street))]),
    )


@dataclass(frozen=True, slots=True)
class Glows:
    """Soft lights in the pictures of a rig, camera by camera."""

    camera: Ints
    """(G,) ascending."""
    distance: F8
    """(G,) along the ground, a little less than the lamp's, so that its own body does not cover it [m]."""
    centre: F8
    """(2, G) [px]"""
    radius: F8
    """(G,) [px]"""
    disc: list[list[float]]
    """Of each one: centre across and down, radius [px]."""
    colour: F8
    """(G, 3, 3) light that it adds, 1.0 = white."""


def glows_in_views(rig: Rig, light: Light, lamps: Lamps) -> Glows:
    """Return the lamps that shine towards the cameras."""
    right, down, depth = rig.place(lamps.place)
    reach = np.sqrt(right * right + down * down + depth * depth)
    back_x, back_y = (rig.origin[:, i, None] - lamps.place[:, i] for i in range(2))
    away = np.maximum(np.hypot(back_x, back_y), 1e-3)
    ahead = (lamps.facing[:, 0] * back_x + lamps.facing[:, 1] * back_y) / away
    ahead[:, ~lamps.facing.any(axis=1)] = 1.0
    at = np.nonzero((depth > 0.4) & (reach < _RANGE) & (ahead > 0.05))
    camera, lamp = at
    focal, (width, height) = rig.focal[camera], rig.size[camera].T
    wanted = focal * lamps.size[lamp] / reach[at]
    radius = np.clip(wanted, 0.011 * width, 0.13 * width) * (1.0 + 40.0 * min(light.extinction, 0.022))
    faint = np.clip(wanted / (0.004 * width), 0.3, 1.0)
    shown = np.minimum(1.0, ahead[at] * 1.3) * faint * np.exp(-0.5 * light.extinction * reach[at])
    scale = focal / depth[at]
    centre = np.stack([0.5 * width + right[at] * scale, 0.5 * height + down[at] * scale])
    return Glows(
        camera,
        away[at] - 0.6,
        centre,
        radius,
        np.concatenate([centre, radius[None]]).T.tolist(),
        diagonal(lamps.light[lamp] * shown[:, None]),
    )
