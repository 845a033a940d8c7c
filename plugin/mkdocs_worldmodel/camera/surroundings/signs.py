# Traffic lights and signs as meshes: their face looks along +x, the post stands at the origin.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.camera.mesh import CORNERS, Mesh, MeshBuilder, Role
from mkdocs_worldmodel.scenario.road import Signal, SignalType

LAMP_HEIGHTS: dict[SignalType, dict[Role, float]] = {
    "traffic light": {Role.LAMP_RED: 3.22, Role.LAMP_AMBER: 2.84, Role.LAMP_GREEN: 2.46},
    "pedestrian light": {Role.LAMP_RED: 2.66, Role.LAMP_GREEN: 2.38},
}
"""Middle of each lamp [m]."""

FACE = 0.16
"""How far the lamps stand ahead of their post [m]."""

_INSIDE = (-9.0, 0.0, 2.0)

_LEVEL = {"d": 0.0, "g": 0.5, "a": 1.0}
"""Height of level strokes."""
_UPRIGHT = {
    "e": (0.0, 0.0, 0.5),
    "c": (1.0, 0.0, 0.5),
    "f": (0.0, 0.5, 0.5),
    "b": (1.0, 0.5, 0.5),
    "i": (0.5, 0.0, 1.0),
}
"""Place across and up of upright strokes, and their length."""
_SEGMENTS = {"0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc"} | {
    "5": "afgcd", "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcdfg",
    "S": "afgcd", "T": "ai", "O": "abcdef", "P": "abfge",
}  # fmt: skip
"""Strokes of each digit and letter, named as on a seven-segment display; i is upright in the middle."""


def sign_mesh(signal: Signal) -> Mesh:
    """Return the mesh of a signal."""
    b = MeshBuilder()
    b.begin(-1.0, 1.0)
    if signal.type in LAMP_HEIGHTS:
        _light(b, signal.type)
        return b.build()
    top = {"stop": 2.75, "give way": 2.7, "priority": 2.8, "speed limit": 2.7}[signal.type]
    b.column([(0.0, 0.0, 0.0, 0.035, 0.035), (0.0, 0.0, top, 0.035, 0.035)], Role.RIM, 0, 4)
    if signal.type == "stop":
        _disc(b, 2.35, 0.47, Role.WHITE, 2, 8)
        _disc(b, 2.35, 0.43, Role.RED, 3, 8)
        b.next(pixels=2.4)  # from afar a plain red octagon is what one knows it by
        for i, letter in enumerate("STOP"):
            _strokes(b, _SEGMENTS[letter], (-0.34 + 0.18 * i, 2.21), (0.14, 0.28), Role.WHITE)
        b.next()
    elif signal.type == "give way":
        _plate(b, [(-0.55, 2.78), (0.55, 2.78), (0.0, 1.84)], Role.RED, 2)
        _plate(b, [(-0.36, 2.68), (0.36, 2.68), (0.0, 2.06)], Role.WHITE, 3)
    elif signal.type == "priority":
        for half, role, layer in ((0.52, Role.WHITE, 2), (0.36, Role.YELLOW, 3)):
            _plate(b, [(-half, 2.35), (0.0, 2.35 - half), (half, 2.35), (0.0, 2.35 + half)], role, layer)
    else:
        _limit(b, signal.value)
    return b.build()


def _light(b: MeshBuilder, kind: SignalType) -> None:
    lamps = LAMP_HEIGHTS[kind]
    low, high = min(lamps.values()), max(lamps.values())
    large = kind == "traffic light"
    radius = 0.155 if large else 0.115
    half, margin = (0.24, 0.26) if large else (0.17, 0.19)
    b.column([(0.0, 0.0, 0.0, 0.06, 0.06), (0.0, 0.0, high + margin, 0.06, 0.06)], Role.RIM, 0, 4)
    if large:
        # a dark board with a light rim behind the lamps: they show against a bright sky
        for out, role, layer in ((0.16, Role.WHITE, 1), (0.12, Role.TRIM, 1.5)):
            outline = [(-half - out, low - margin - out), (half + out, low - margin - out)]
            outline += [(half + out, high + margin + out), (-half - out, high + margin + out)]
            _plate(b, outline, role, layer, back=role is Role.WHITE)
    b.block((0.03, -half, low - margin), (FACE - 0.02, half, high + margin), Role.GRILLE, 2)
    for role, z in lamps.items():
        b.disc_ahead(FACE, z, radius, role, 3)


def _plate(
    b: MeshBuilder, outline: list[tuple[float, float]], role: Role, layer: float, *, back: bool | None = None
) -> None:
    """Add a plate (y, z) that looks ahead; its back is bare metal."""
    x = 0.05 + 0.004 * layer
    b.face([(x, y, z) for y, z in outline], role, layer, _INSIDE)
    if back if back is not None else layer == 2:
        b.face([(0.04, y, z) for y, z in outline], Role.RIM, 1, (9.0, 0.0, 2.0))


def _disc(b: MeshBuilder, z: float, radius: float, role: Role, layer: float, corners: int = CORNERS) -> None:
    angles = (np.arange(corners) + 0.5) * (2.0 * np.pi / corners)
    _plate(b, [(radius * float(np.cos(a)), z + radius * float(np.sin(a))) for a in angles], role, layer)


def _limit(b: MeshBuilder, value: float | None) -> None:
    """A speed limit: a red ring around its number; without one, the end of all limits."""
    _disc(b, 2.35, 0.45, Role.RED if value is not None else Role.GRILLE, 2)
    _disc(b, 2.35, 0.345 if value is not None else 0.42, Role.WHITE, 3)
    if value is None:
        for shift in (-0.16, -0.08, 0.0, 0.08, 0.16):
            outline = [(0.22 + shift, 2.55), (0.25 + shift, 2.55), (-0.22 + shift, 2.13), (-0.25 + shift, 2.13)]
            _plate(b, outline, Role.GRILLE, 4)
        return
    text = str(min(round(value * 3.6), 999))
    wide, gap = (0.13, 0.06) if len(text) > 2 else (0.17, 0.09)
    # seen from ahead, +y is on the right-hand side of who looks at the sign
    start = -0.5 * (len(text) * (wide + gap) - gap)
    for i, digit in enumerate(text):
        _strokes(b, _SEGMENTS[digit], (start + i * (wide + gap), 2.18), (wide, 0.34), Role.GRILLE)


def _strokes(b: MeshBuilder, names: str, corner: tuple[float, float], extent: tuple[float, float], role: Role) -> None:
    """Add a digit or letter: `corner` is its lower left one (y, z), `extent` its width and height [m]."""
    (y, z), (wide, tall), stroke = corner, extent, 0.055
    for name in names:
        if name in _LEVEL:
            z0 = z + _LEVEL[name] * (tall - stroke)
            outline = [(y, z0), (y + wide, z0), (y + wide, z0 + stroke), (y, z0 + stroke)]
        else:
            across, up, share = _UPRIGHT[name]
            y0, z0 = y + across * (wide - stroke), z + up * (tall - stroke)
            z1 = z0 + share * (tall - stroke) + stroke
            outline = [(y0, z0), (y0 + stroke, z0), (y0 + stroke, z1), (y0, z1)]
        _plate(b, outline, role, 4)
