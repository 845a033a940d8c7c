# A bicycle and a motorcycle, each with its rider.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.camera.bodies.limbs import BICYCLE, MOTORCYCLE
from mkdocs_worldmodel.camera.bodies.people import rider
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size

_SEGMENTS = 10


def _hoop(b: MeshBuilder, x: float, radius: float, width: float) -> None:
    """Add a wheel that one sees through."""
    angles = np.arange(_SEGMENTS + 1) * (2.0 * np.pi / _SEGMENTS)
    ring = [
        [(x + r * float(np.cos(a)), 0.0, radius + r * float(np.sin(a))) for a in angles]
        for r in (radius, 0.86 * radius)
    ]
    for i in range(_SEGMENTS):
        b.sheet([ring[0][i], ring[0][i + 1], ring[1][i + 1], ring[1][i]], Role.TYRE, 0)
    # seen from the front or the back
    tread = (radius - 0.5 * width, radius + 0.5 * width)
    for z0, z1 in ((0.0, 2.0 * radius),):
        b.sheet(
            [(x, -0.5 * width, z0), (x, 0.5 * width, z0), (x, 0.5 * width, z1), (x, -0.5 * width, z1)], Role.TYRE, 0
        )
    hub = [(x + dx, 0.0, z) for dx, z in ((-0.04, tread[0]), (0.04, tread[0]), (0.04, tread[1]), (-0.04, tread[1]))]
    b.sheet(hub, Role.RIM, 0)


def _bar(b: MeshBuilder, p: tuple[float, float], q: tuple[float, float], thick: float, role: Role) -> None:
    """Add a straight tube in the middle plane from p to q (x, z)."""
    d = np.array(q) - np.array(p)
    n = np.array([-d[1], d[0]]) * (0.5 * thick / max(float(np.hypot(*d)), 1e-9))
    outline = [
        (p[0] + n[0], p[1] + n[1]),
        (q[0] + n[0], q[1] + n[1]),
        (q[0] - n[0], q[1] - n[1]),
        (p[0] - n[0], p[1] - n[1]),
    ]
    b.sheet([(x, 0.0, z) for x, z in outline], role, 0)


def bicycle(size: Size) -> Mesh:
    """Return the mesh of a bicycle and its rider, who pedals."""
    h, base, half = size.height, size.wheelbase, 0.5 * size.width
    b = MeshBuilder()
    b.begin(size.x(0.0), size.x(1.0))
    radius = min(0.34, 0.185 * h, size.rear_overhang)

    def at(x: float, z: float) -> tuple[float, float]:
        return (x * base, z * h)

    for x in (0.0, base):
        _hoop(b, x, radius, 0.045)
    hubs = ((0.0, radius), (base, radius))
    bracket, saddle, post, crown = at(*BICYCLE.pedals), at(0.22, 0.50), at(0.245, 0.44), at(0.80, 0.40)
    grip = at(*BICYCLE.bar)
    for p, q in ((hubs[0], bracket), (hubs[0], post), (bracket, post), (bracket, crown), (post, at(0.79, 0.43))):
        _bar(b, p, q, 0.045, Role.RIM)
    _bar(b, hubs[1], crown, 0.05, Role.RIM)
    _bar(b, crown, grip, 0.04, Role.TRIM)
    _bar(b, bracket, saddle, 0.04, Role.TRIM)
    b.block((saddle[0] - 0.14, -0.06, saddle[1] - 0.03), (saddle[0] + 0.14, 0.06, saddle[1]), Role.TRIM, 0)
    b.block((grip[0] - 0.03, -0.85 * half, grip[1] - 0.03), (grip[0] + 0.01, 0.85 * half, grip[1]), Role.TRIM, 0)
    # dynamo lamp, reflector with the tail lamp
    b.block((crown[0] + 0.06, -0.05, crown[1]), (crown[0] + 0.12, 0.05, crown[1] + 0.09), Role.HEADLAMP, 0)
    b.block((-0.10, -0.05, 0.38 * h), (-0.06, 0.05, 0.425 * h), Role.TAIL_LAMP, 0)
    rider(b, BICYCLE, size, Role.WHITE)
    return b.build()


def motorcycle(size: Size) -> Mesh:
    """Return the mesh of a motorcycle and its rider."""
    h, base, half = size.height, size.wheelbase, 0.5 * size.width
    k = h / 1.45
    b = MeshBuilder()
    b.begin(size.x(0.0), size.x(1.0))
    radius = min(0.31 * k, 0.95 * size.rear_overhang)
    for x, width in ((0.0, 0.075), (base, 0.055)):
        for side in (-1.0, 1.0):
            b.disc(x, side * width, radius, radius, Role.TYRE, 0)
            b.disc(x, side * (width + 0.004), radius, 0.62 * radius, Role.RIM, 0)
            b.disc(x, side * (width + 0.006), radius, 0.26 * radius, Role.TRIM, 0)
        tread = [(x - radius, y, z) for y, z in ((-width, 0.4), (width, 0.4), (width, 1.6), (-width, 1.6))]
        for sign in (1.0, -1.0):
            b.face([(x + sign * radius * 0.8, y, z * radius) for _, y, z in tread], Role.TYRE, 0, (x, 0.0, radius))
    # engine, tank, seat and tail, fairing with its screen, fork
    b.column(
        [(0.47 * base, 0.0, z * k, 0.24 * k, w) for z, w in ((0.20, 0.15), (0.36, 0.19), (0.55, 0.16))], Role.GRILLE, 0
    )
    tank = ((0.54, 0.17, 0.13), (0.70, 0.24, 0.16), (0.80, 0.21, 0.14), (0.86, 0.10, 0.08))
    b.column([(0.56 * base, 0.0, z * k, d * k, w) for z, d, w in tank], Role.PAINT, 0, 8)
    b.column([(0.16 * base, 0.0, z * k, 0.30 * k, 0.12) for z in (0.66, 0.745)], Role.TRIM, 0, 8)
    tail = size.x(0.0)
    b.block((tail + 0.06, -0.09, 0.62 * k), (0.10 * base, 0.09, 0.76 * k), Role.PAINT, 0)
    b.block((tail + 0.10, -0.05, 0.34 * k), (tail + 0.30, 0.05, 0.62 * k), Role.TRIM, 0)
    for y in (-0.09, 0.09):
        b.sheet(
            [(base, y, radius), (base + 0.05, y, radius), (0.78 * base, y, 0.86 * k), (0.74 * base, y, 0.86 * k)],
            Role.RIM,
            0,
        )
    fairing = ((0.56, 0.08, 0.10), (0.70, 0.15, 0.19), (0.86, 0.15, 0.20), (0.95, 0.07, 0.15))
    b.column([((0.86 - 0.25 * (z - 0.56)) * base, 0.0, z * k, d, w) for z, d, w in fairing], Role.PAINT, 0, 8)
    b.column(
        [((0.765 - 0.25 * (z - 0.95)) * base, 0.0, z * k, 0.05, w) for z, w in ((0.95, 0.14), (1.10, 0.09))],
        Role.GLASS,
        0,
        8,
    )
    bar = (MOTORCYCLE.bar[0] * base, MOTORCYCLE.bar[1] * h)
    b.block((bar[0] - 0.03, -0.92 * half, bar[1] - 0.03), (bar[0] + 0.02, 0.92 * half, bar[1]), Role.TRIM, 0)
    for side in (-1.0, 1.0):
        mirror = [
            (bar[0], side * y, z * k)
            for y, z in ((0.74 * half, 1.02), (0.98 * half, 1.02), (0.98 * half, 1.09), (0.74 * half, 1.09))
        ]
        b.sheet(mirror, Role.TRIM, 0)
        signal = Role.INDICATOR_LEFT if side > 0 else Role.INDICATOR_RIGHT
        ys = (side * 0.10, side * 0.19)
        b.panel(tail + 0.08, ys, (0.64 * k, 0.71 * k), signal, 0, base)
        b.panel(0.93 * base, (side * 0.12, side * 0.20), (0.66 * k, 0.72 * k), signal, 0, 0.0)
    front = 0.86 * base + 0.17
    b.face(
        [(front, y, z * k) for y, z in ((-0.10, 0.68), (0.10, 0.68), (0.12, 0.80), (-0.12, 0.80))],
        Role.HEADLAMP,
        1,
        (0.0, 0.0, 0.7),
    )
    b.panel(tail + 0.05, (-0.085, 0.085), (0.66 * k, 0.74 * k), Role.TAIL_LAMP, 1, base)
    b.panel(tail + 0.09, (-0.09, 0.09), (0.40 * k, 0.52 * k), Role.PLATE, 1, base)
    rider(b, MOTORCYCLE, size, Role.WHITE)
    return b.build()
