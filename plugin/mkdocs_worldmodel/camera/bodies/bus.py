# The body of a city bus: one long box of windows, doors on the side of the kerb, a lit destination in front.

from __future__ import annotations

from mkdocs_worldmodel.camera.bodies.wheels import wheels
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def bus(size: Size) -> Mesh:
    """Return the mesh of a bus."""
    h, half, x = size.height, 0.5 * size.width, size.x
    b = MeshBuilder()
    b.begin(x(0.0), x(1.0))
    roof = 0.965 * h
    stations = [
        (x(0.0), 0.96 * half, 0.34, 0.40 * h, 0.95 * roof),
        (x(0.012), half, 0.30, 0.40 * h, 0.985 * roof),
        (x(0.03), half, 0.30, 0.40 * h, roof),
        (x(0.97), half, 0.28, 0.40 * h, roof),
        (x(0.992), 0.985 * half, 0.28, 0.38 * h, 0.975 * roof),
        (x(1.0), 0.94 * half, 0.30, 0.36 * h, 0.92 * roof),
    ]
    b.loft(stations, 0)
    # the roof's air conditioning
    b.block((x(0.42), -0.62 * half, roof - 0.02), (x(0.66), 0.62 * half, h), Role.BOX, 1)
    sill, brow = 0.40 * h, 0.80 * h
    y, yt = half + 0.006, half * (1.0 - 0.05 * (brow - sill) / (roof - sill)) + 0.006
    b.side([(x(0.03), sill), (x(0.965), sill), (x(0.965), brow), (x(0.03), brow)], y, Role.WINDOW, 2, top=yt)
    b.next(pixels=6.0)
    upper = 0.5 * (sill + brow)
    b.side(
        [(x(0.03), upper), (x(0.965), upper), (x(0.965), brow), (x(0.03), brow)],
        0.5 * (y + yt) + 0.001,
        Role.WINDOW,
        3,
        0.4,
        top=yt + 0.001,
    )
    b.next()
    count = max(4, round(size.length / 1.5))
    for i in range(1, count):
        u = 0.03 + 0.935 * i / count
        post = [(x(u), sill), (x(u) + 0.07, sill), (x(u) + 0.07, brow), (x(u), brow)]
        b.side(post, y + 0.003, Role.TRIM, 4, top=yt + 0.003)
    b.side([(x(0.01), 0.30), (x(0.99), 0.30), (x(0.99), 0.44), (x(0.01), 0.44)], half * 0.985, Role.TRIM, 3)
    b.side(
        [(x(0.02), sill - 0.30), (x(0.98), sill - 0.30), (x(0.98), sill - 0.20), (x(0.02), sill - 0.20)],
        half + 0.004,
        Role.SEAM,
        3,
    )
    _doors(b, size, (0.36, brow), (y, yt))
    wheels(b, size, (0.0, size.wheelbase), 0.48, 1.14, 6)
    _ends(b, size)
    return b.build()


def _doors(b: MeshBuilder, size: Size, zs: tuple[float, float], ys: tuple[float, float]) -> None:
    """Add two doors of two leaves each on the right."""
    z0, z1 = zs
    inside = (size.x(0.5), 0.0, 1.0)
    # between the axles, and ahead of the front wheels
    for middle in (0.42 * size.wheelbase, size.wheelbase + 0.56 * (size.length - size.rear_overhang - size.wheelbase)):
        frame = 0.66
        for low, high, role, layer, out in (
            (-frame, frame, Role.TRIM, 4.5, 0.004),
            (-frame + 0.06, -0.03, Role.WINDOW, 5, 0.006),
            (0.03, frame - 0.06, Role.WINDOW, 5, 0.006),
        ):
            inset = 0.0 if role is Role.TRIM else 0.08
            points = [
                (middle + low, -(ys[0] + out), z0 + inset),
                (middle + high, -(ys[0] + out), z0 + inset),
                (middle + high, -(ys[1] + out), z1 - inset),
                (middle + low, -(ys[1] + out), z1 - inset),
            ]
            b.face(points, role, layer, inside)


def _ends(b: MeshBuilder, size: Size) -> None:
    h, half = size.height, 0.5 * size.width
    middle, rear, front = size.x(0.5), size.x(0.0) - 0.004, size.x(1.0) + 0.005
    # windscreen over nearly the whole front, the destination above it
    b.panel(front, (-0.90 * half, 0.90 * half), (0.34 * h, 0.90 * h), Role.GLASS, 5, middle)
    b.panel(front + 0.002, (-0.88 * half, 0.88 * half), (0.785 * h, 0.895 * h), Role.GRILLE, 6, middle)
    b.panel(front + 0.004, (-0.60 * half, 0.42 * half), (0.805 * h, 0.875 * h), Role.DISPLAY, 7, middle)
    b.panel(front + 0.004, (0.52 * half, 0.78 * half), (0.805 * h, 0.875 * h), Role.DISPLAY, 7, middle)
    b.panel(front, (-0.9 * half, 0.9 * half), (0.30, 0.46), Role.TRIM, 5, middle)
    b.panel(front + 0.003, (-0.26, 0.26), (0.40, 0.51), Role.PLATE, 6, middle)
    b.panel(front + 0.003, (-0.02, 0.02), (0.34 * h, 0.785 * h), Role.TRIM, 6, middle)
    b.panel(rear, (-0.78 * half, 0.78 * half), (0.56 * h, 0.82 * h), Role.WINDOW, 5, middle)
    b.panel(rear - 0.002, (-0.36 * half, 0.36 * half), (0.84 * h, 0.90 * h), Role.DISPLAY, 6, middle)
    b.panel(rear, (-0.72 * half, 0.72 * half), (0.21 * h, 0.42 * h), Role.SEAM, 5, middle)
    b.panel(rear, (-0.93 * half, 0.93 * half), (0.34, 0.52), Role.TRIM, 5, middle)
    b.panel(rear - 0.002, (-0.26, 0.26), (0.56, 0.68), Role.PLATE, 6, middle)
    for s in (-1.0, 1.0):
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        ys = (s * 0.80 * half, s * 0.93 * half)
        b.panel(rear - 0.002, ys, (0.24 * h, 0.38 * h), Role.TAIL_LAMP, 6, middle)
        b.panel(rear - 0.004, ys, (0.34 * h, 0.38 * h), signal, 7, middle)
        b.panel(front + 0.002, (s * 0.58 * half, s * 0.86 * half), (0.17 * h, 0.235 * h), Role.HEADLAMP, 6, middle)
        b.panel(front + 0.003, (s * 0.80 * half, s * 0.90 * half), (0.24 * h, 0.29 * h), signal, 7, middle)
        b.next(beside=s * half)
        y0, y1 = s * (half + 0.02), s * (half + 0.22)
        b.block((front - 0.12, min(y0, y1), 0.60 * h), (front - 0.02, max(y0, y1), 0.80 * h), Role.TRIM, 10)
        b.next()
