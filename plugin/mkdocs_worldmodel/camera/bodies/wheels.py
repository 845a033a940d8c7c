# Wheels of vehicles on four and more: they turn with the way that is driven, the front ones steer.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.camera.bodies.limbs import Limb
from mkdocs_worldmodel.camera.mesh import CORNERS, MeshBuilder, Point, Role, Size

_TREAD = 0.22
"""Width of a tyre [m]."""


def wheels(b: MeshBuilder, size: Size, xs: tuple[float, ...], radius: float, arch: float, layer: float) -> None:
    """Add a wheel with its arch on both sides at each x; `arch` is the arch's radius over the wheel's."""
    y = 0.5 * size.width
    for x in xs:
        front = x > 0.5 * size.wheelbase
        for side in (-1.0, 1.0):
            b.arch(x, side * (y - 0.004), radius, radius * arch, Role.TRIM, layer)
            rear = Limb.REAR if x > -0.1 else Limb.SECOND_REAR
            limb = (Limb.LEFT_FRONT if side > 0 else Limb.RIGHT_FRONT) if front else rear
            b.wheel(limb, (x, side * y, radius))
            _tread(b, (x, side * y, radius))
            # seen past the body a wheel is behind it; the body's side alone shows it whole
            b.next(beside=side * y)
            b.disc(x, side * y, radius, radius, Role.TYRE, layer + 1)
            b.disc(x, side * (y + 0.004), radius, radius * 0.64, Role.RIM, layer + 2)
            b.disc(x, side * (y + 0.006), radius, radius * 0.20, Role.TRIM, layer + 3)
            _from_near(b, (x, side * y, radius), layer)
            b.limb(0)


def _from_near(b: MeshBuilder, centre: Point, layer: float) -> None:
    """Add what makes a large wheel round, the gaps between its spokes, and the middle of its hub."""
    x, y, radius = centre
    out = 0.005 if y > 0.0 else -0.005
    b.next(beside=y, pixels=40.0)
    b.disc(x, y, radius, radius, Role.TYRE, layer + 1, turn=0.0)
    b.disc(x, y + out, radius, radius * 0.64, Role.RIM, layer + 2, turn=0.0)
    b.next(beside=y, pixels=4.0)
    for spoke in range(5):
        middle = (0.1 + spoke / 5) * 2.0 * np.pi
        wedge = [(0.25, -0.26), (0.25, 0.26), (0.54, 0.40), (0.57, 0.0), (0.54, -0.40)]
        at = [(share * radius * np.cos(middle + a), share * radius * np.sin(middle + a)) for share, a in wedge]
        b.face([(x + dx, y + out, radius + dz) for dx, dz in at], Role.SPOKE_GAP, layer + 2.5, (x, 0.0, radius))
    b.disc(x, y + out, radius, radius * 0.11, Role.RIM, layer + 3.5)
    b.next()


def _tread(b: MeshBuilder, hub: Point) -> None:
    """Add what one sees of a tyre below the body and where it steers out: its side that looks in, its tread."""
    x, y, radius = hub
    inner = y - (_TREAD if y > 0.0 else -_TREAD)
    b.next(pixels=6.0)
    angles = np.arange(CORNERS) * (2.0 * np.pi / CORNERS)
    ring = [(x + radius * float(np.cos(a)), inner, radius + radius * float(np.sin(a))) for a in angles]
    b.face(ring, Role.TYRE, -1, (x, y, radius))
    rim = [[(px, side, pz) for px, _, pz in ring] for side in (inner, y)]
    b.next(pixels=4.0)
    for i in range(CORNERS):
        j = (i + 1) % CORNERS
        b.face([rim[0][i], rim[0][j], rim[1][j], rim[1][i]], Role.TYRE, -1, (x, 0.5 * (inner + y), radius))
