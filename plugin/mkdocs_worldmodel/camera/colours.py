# Colours of road users, and of what bodies and signs are made of.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.mesh import Role
from mkdocs_worldmodel.rollout.rollout import Rollout

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

PALETTE = ("#c9ccd0", "#b3261e", "#f2f2ef", "#23364f", "#5b6066", "#e0a526", "#2d6e52", "#17181a", "#7d93a8", "#8a4b2b")
"""Colours of road users where none are given, by turns."""

_ALBEDO: dict[Role, tuple[float, float, float]] = {
    Role.GLASS: (38, 46, 54),
    Role.TRIM: (34, 35, 37),
    Role.TYRE: (28, 28, 30),
    Role.RIM: (150, 153, 158),
    Role.HEADLAMP: (214, 222, 230),
    Role.TAIL_LAMP: (128, 16, 18),
    Role.BRAKE_LAMP: (70, 12, 14),
    Role.PLATE: (214, 214, 206),
    Role.INDICATOR_LEFT: (150, 74, 22),
    Role.INDICATOR_RIGHT: (150, 74, 22),
    Role.BOX: (222, 224, 226),
    Role.GRILLE: (24, 25, 27),
    Role.SPOKE_GAP: (34, 35, 37),
    Role.SKIN: (214, 164, 132),
    Role.HAIR: (58, 42, 32),
    Role.CLOTH: (46, 54, 78),
    Role.SHOE: (36, 34, 36),
    Role.YELLOW: (222, 228, 36),
    Role.RED: (206, 42, 36),
    Role.ORANGE: (240, 98, 28),
    Role.WHITE: (240, 240, 236),
    Role.WOOD: (176, 136, 88),
    Role.BEACON_LEFT: (30, 60, 150),
    Role.BEACON_RIGHT: (30, 60, 150),
    Role.LAMP_RED: (58, 14, 14),
    Role.LAMP_AMBER: (60, 42, 10),
    Role.LAMP_GREEN: (10, 48, 28),
    Role.BLUE: (24, 84, 168),
    Role.WINDOW: (38, 46, 54),
}


def parse_colour(text: str) -> tuple[float, float, float]:
    """Return '#rrggbb' as red, green, blue (0…255)."""
    return (float(int(text[1:3], 16)), float(int(text[3:5], 16)), float(int(text[5:7], 16)))


def colours_of(rollout: Rollout, colours: Sequence[str] | None) -> list[tuple[float, float, float]]:
    """Return the colour of each road user; the palette by turns where none are given."""
    if colours is not None:
        return [parse_colour(c) for c in colours]
    return [parse_colour(PALETTE[i % len(PALETTE)]) for i in range(len(rollout.names))]


def albedo_of(role: Ints, paint: tuple[float, float, float]) -> F8:
    """Return the colour (F, 3) of faces by their roles (F,); `paint` is that of their body."""
    table = np.zeros((len(Role), 3))
    for key, value in _ALBEDO.items():
        table[key] = value
    table[Role.PAINT] = np.minimum(np.array(paint), 244.0)
    table[Role.SEAM] = np.array(paint) * 0.55
    return table[role]
