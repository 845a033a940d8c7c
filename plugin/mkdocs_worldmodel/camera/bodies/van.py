# The body of a panel van, in the proportions of its dimensions; an ambulance is built on it.

from __future__ import annotations

from mkdocs_worldmodel.camera.bodies.wheels import wheels
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def _strip(x0: float, x1: float, z0: float, z1: float) -> list[tuple[float, float]]:
    """Outline of a rectangle on a side."""
    return [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]


def van(size: Size) -> Mesh:
    """Return the mesh of a van."""
    b = MeshBuilder()
    panel_van(b, size)
    return b.build()


def panel_van(b: MeshBuilder, size: Size) -> None:
    """Add a panel van."""
    h, half, x = size.height, 0.5 * size.width, size.x
    b.begin(x(0.0), x(1.0))
    stations = [
        (0.0, 0.95, 0.42, 0.45, 0.965),
        (0.015, 0.975, 0.36, 0.45, 0.985),
        (0.35, 1.0, 0.34, 0.45, 1.0),
        (0.66, 1.0, 0.34, 0.45, 0.995),
        (0.70, 0.99, 0.34, 0.45, 0.965),
        (0.865, 0.97, 0.34, 0.36, 0.52),
        (0.965, 0.93, 0.34, 0.32, 0.44),
        (1.0, 0.80, 0.36, 0.28, 0.36),
    ]
    rows = [(x(u), half * w, lo, max(m * h, lo + 0.2), t * h) for u, w, lo, m, t in stations]
    b.loft(rows, 0)
    top, base = rows[4], rows[5]
    inside = (x(0.5), 0.0, 1.0)
    glass = []
    for share, s in ((0.04, -1.0), (0.04, 1.0), (0.93, 1.0), (0.93, -1.0)):
        w = (base[1] + (top[1] - base[1]) * share) * 0.875
        glass.append(
            (base[0] + (top[0] - base[0]) * share + 0.004, s * w, base[4] + (top[4] - base[4]) * share + 0.006)
        )
    b.face(glass, Role.GLASS, 2, inside)
    y, yt = half * 0.992 + 0.004, half * 0.955
    b.side(
        [(x(0.61), 0.53 * h), (x(0.80), 0.53 * h), (x(0.705), 0.83 * h), (x(0.61), 0.83 * h)], y, Role.GLASS, 3, top=yt
    )
    b.next(pixels=6.0)
    # sky in the window, rail of the sliding door, handles
    sky = [(x(0.61), 0.68 * h), (x(0.7525), 0.68 * h), (x(0.705), 0.83 * h), (x(0.61), 0.83 * h)]
    b.side(sky, 0.5 * (y + yt) + 0.001, Role.GLASS, 4, 0.45, top=yt + 0.001)
    b.side(_strip(x(0.27), x(0.415), 0.60 * h, 0.614 * h), half + 0.003, Role.SEAM, 4)
    for u in (0.435, 0.615):
        b.side(_strip(x(u), x(u + 0.03), 0.475 * h, 0.49 * h), half + 0.004, Role.TRIM, 4)
    b.next()
    for u in (0.60, 0.415, 0.255):
        seam = [(x(u), 0.42), (x(u + 0.005), 0.42), (x(u + 0.005), 0.93 * h), (x(u), 0.93 * h)]
        b.side(seam, half + 0.002, Role.SEAM, 3, top=yt)
    b.side([(x(0.12), 0.50), (x(0.86), 0.50), (x(0.86), 0.60), (x(0.12), 0.60)], half + 0.004, Role.TRIM, 3)
    wheels(b, size, (0.0, size.wheelbase), 0.345, 1.14, 4)
    middle, rear, front = x(0.5), x(0.0) - 0.004, x(1.0) + 0.005
    b.panel(rear, (-0.93 * half, 0.93 * half), (0.42, 0.56), Role.TRIM, 5, middle)
    b.panel(rear, (-0.012, 0.012), (0.58, 0.95 * h), Role.SEAM, 5, middle)
    b.panel(rear, (-0.93 * half, 0.93 * half), (0.72, 0.735), Role.SEAM, 5, middle)
    b.panel(rear - 0.002, (0.12, 0.64), (0.80, 0.92), Role.PLATE, 6, middle)
    b.panel(front, (-0.62 * half, 0.62 * half), (0.40, 0.52), Role.GRILLE, 5, middle)
    b.panel(front, (-0.50 * half, 0.50 * half), (0.66, 0.86), Role.GRILLE, 5, middle)
    b.panel(front + 0.003, (-0.26, 0.26), (0.53, 0.64), Role.PLATE, 6, middle)
    for s in (-1.0, 1.0):
        b.panel(rear, (s * 0.14 * half, s * 0.82 * half), (0.60 * h, 0.84 * h), Role.GLASS, 5, middle)
        b.panel(rear - 0.002, (s * 0.85 * half, s * 0.95 * half), (0.74, 1.12), Role.TAIL_LAMP, 6, middle)
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(rear - 0.004, (s * 0.85 * half, s * 0.95 * half), (1.00, 1.12), signal, 7, middle)
        b.panel(front, (s * 0.54 * half, s * 0.79 * half), (0.70, 0.90), Role.HEADLAMP, 6, middle)
        b.next(beside=s * half)
        y0, y1 = s * half * 0.97, s * (half + 0.20)
        b.block((x(0.80), min(y0, y1), 0.52 * h), (x(0.815), max(y0, y1), 0.66 * h), Role.TRIM, 9)
        b.next()
