# The body of a hatchback, in the proportions of its dimensions.

from __future__ import annotations

from mkdocs_worldmodel.camera.bodies.wheels import wheels
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def car(size: Size) -> Mesh:
    """Return the mesh of a car."""
    h, half = size.height, 0.5 * size.width
    x = size.x
    b = MeshBuilder()
    b.begin(x(0.0), x(1.0))
    sill = 0.21
    stations = [  # share of the length, half width, sill, shoulder, top
        (0.0, 0.84, 0.30, 0.47, 0.60),
        (0.035, 0.955, 0.24, 0.50, 0.655),
        (0.30, 1.0, sill, 0.50, 0.67),
        (0.72, 1.0, sill, 0.49, 0.645),
        (0.93, 0.95, 0.22, 0.44, 0.555),
        (0.985, 0.86, 0.24, 0.40, 0.49),
        (1.0, 0.76, 0.26, 0.38, 0.455),
    ]
    b.loft([(x(u), half * w, lo, m * h, t * h) for u, w, lo, m, t in stations], 0)
    _greenhouse(b, size)
    # sills, bumpers, door seams
    b.side(
        [(x(0.20), sill), (x(0.80), sill), (x(0.80), sill + 0.10), (x(0.20), sill + 0.10)], half * 0.985, Role.TRIM, 3
    )
    for u in (0.335, 0.555, 0.735):
        b.side(
            [(x(u), 0.34), (x(u + 0.006), 0.34), (x(u + 0.006), 0.62 * h), (x(u), 0.62 * h)], half + 0.002, Role.SEAM, 3
        )
    for u in (0.37, 0.58):
        b.side(
            [(x(u), 0.535 * h), (x(u + 0.04), 0.535 * h), (x(u + 0.04), 0.55 * h), (x(u), 0.55 * h)],
            half + 0.003,
            Role.SEAM,
            3,
        )
    wheels(b, size, (0.0, size.wheelbase), 0.325, 1.17, 4)
    _car_ends(b, size)
    return b.build()


def _greenhouse(b: MeshBuilder, size: Size) -> None:
    h, half, x = size.height, 0.5 * size.width, size.x
    belt, roof = 0.655 * h, h
    base_w, roof_w = 0.90 * half, 0.69 * half
    tail, back, front, screen = x(0.035), x(0.135), x(0.49), x(0.735)
    inside = (x(0.4), 0.0, belt)
    lower, upper = roof - 0.035 * h, roof
    for s in (-1.0, 1.0):
        b.face(
            [
                (tail, s * base_w, belt),
                (screen, s * base_w, belt),
                (front, s * roof_w, lower),
                (back, s * roof_w, lower),
            ],
            Role.PAINT,
            1,
            inside,
        )
        for pane in (
            ((0.125, 0.03), (0.33, 0.03), (0.33, 0.88), (0.178, 0.88)),
            ((0.345, 0.03), (0.54, 0.03), (0.487, 0.88), (0.345, 0.88)),
            ((0.552, 0.03), (0.69, 0.03), (0.505, 0.88)),
        ):
            points = []
            for u, share in pane:
                y = base_w + (roof_w - base_w) * share + 0.004
                points.append((x(u), s * y, belt + (lower - belt) * share))
            b.face(points, Role.GLASS, 2, inside)
        # rail between side and roof: catches the light
        b.face(
            [
                (back, s * roof_w, lower),
                (front, s * roof_w, lower),
                (front - 0.04, s * roof_w * 0.90, upper),
                (back + 0.05, s * roof_w * 0.90, upper),
            ],
            Role.PAINT,
            1,
            inside,
            0.5,
        )
        b.next(beside=s * half)
        y0, y1 = s * (half * 0.93), s * (half + 0.13)
        b.block((x(0.655), min(y0, y1), belt - 0.01), (x(0.685), max(y0, y1), belt + 0.115), Role.PAINT, 9)
        b.panel(
            x(0.655) - 0.002,
            (s * (half + 0.01), s * (half + 0.12)),
            (belt + 0.005, belt + 0.10),
            Role.GLASS,
            10,
            x(0.8),
        )
        b.next()
    b.face(
        [
            (back + 0.05, -roof_w * 0.9, upper),
            (front - 0.04, -roof_w * 0.9, upper),
            (front - 0.04, roof_w * 0.9, upper),
            (back + 0.05, roof_w * 0.9, upper),
        ],
        Role.PAINT,
        1,
        inside,
    )
    for (xa, xb), layer_role in (((screen, front), Role.GLASS), ((tail, back), Role.GLASS)):
        b.face(
            [(xa, -base_w, belt), (xa, base_w, belt), (xb, roof_w, lower), (xb, -roof_w, lower)], Role.PAINT, 1, inside
        )
        end = 0.05 if xa > xb else -0.05
        b.face(
            [
                (xb, -roof_w, lower),
                (xb, roof_w, lower),
                (xb - end, roof_w * 0.9, upper),
                (xb - end, -roof_w * 0.9, upper),
            ],
            Role.PAINT,
            1,
            inside,
            0.5,
        )
        lo, hi = 0.06, 0.94
        points = []
        for share, s in ((lo, -1.0), (lo, 1.0), (hi, 1.0), (hi, -1.0)):
            w = (base_w + (roof_w - base_w) * share) * 0.925
            points.append((xa + (xb - xa) * share, s * w, belt + (lower - belt) * share + 0.004))
        b.face(points, layer_role, 2, inside)
    b.panel(x(0.118), (-0.18, 0.18), (lower + 0.008, lower + 0.034), Role.BRAKE_LAMP, 3, x(0.5))


def _car_ends(b: MeshBuilder, size: Size) -> None:
    h, half, x = size.height, 0.5 * size.width, size.x
    middle = x(0.5)
    rear, front = x(0.0) - 0.004, x(1.0) + 0.004
    b.panel(rear, (-0.80 * half, 0.80 * half), (0.30, 0.40), Role.TRIM, 5, middle)
    b.panel(rear, (-0.80 * half, 0.80 * half), (0.565 * h, 0.575 * h), Role.SEAM, 5, middle)
    b.panel(rear - 0.003, (-0.26, 0.26), (0.47, 0.585), Role.PLATE, 6, middle)
    b.panel(front, (-0.60 * half, 0.60 * half), (0.28, 0.41), Role.GRILLE, 5, middle)
    b.panel(front, (-0.42 * half, 0.42 * half), (0.52, 0.60), Role.GRILLE, 5, middle)
    b.panel(front + 0.003, (-0.26, 0.26), (0.39, 0.50), Role.PLATE, 6, middle)
    for s in (-1.0, 1.0):
        lamp = [
            (rear, s * 0.44 * half, 0.53 * h),
            (rear, s * 0.82 * half, 0.51 * h),
            (rear, s * 0.80 * half, 0.59 * h),
            (rear, s * 0.44 * half, 0.585 * h),
        ]
        b.face(lamp, Role.TAIL_LAMP, 6, (middle, 0.0, 0.5))
        wrap = [
            (x(0.0), s * 0.825 * half, 0.51 * h),
            (x(0.036), s * 0.95 * half, 0.515 * h),
            (x(0.036), s * 0.93 * half, 0.585 * h),
            (x(0.0), s * 0.81 * half, 0.59 * h),
        ]
        b.face([(px - 0.003, py * 1.006, pz) for px, py, pz in wrap], Role.TAIL_LAMP, 6, (middle, 0.0, 0.5))
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(rear - 0.003, (s * 0.66 * half, s * 0.80 * half), (0.535 * h, 0.565 * h), signal, 7, middle)
        nose, corner = x(1.0) + 0.006, x(0.985) + 0.010
        head = [
            (nose, s * 0.44 * half, 0.375 * h),
            (nose, s * 0.75 * half, 0.37 * h),
            (nose, s * 0.75 * half, 0.445 * h),
            (nose, s * 0.44 * half, 0.425 * h),
        ]
        wrap = [
            (nose, s * 0.75 * half, 0.37 * h),
            (corner, s * 0.85 * half, 0.385 * h),
            (corner, s * 0.835 * half, 0.465 * h),
            (nose, s * 0.74 * half, 0.445 * h),
        ]
        for outline in (head, wrap):
            b.face(outline, Role.HEADLAMP, 6, (middle, 0.0, 0.5))
        b.panel(front + 0.004, (s * 0.62 * half, s * 0.74 * half), (0.42, 0.47), signal, 7, middle)
