# The bodies of road users as meshes, in the proportions of their dimensions: a hatchback, a panel van, a box lorry.

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role
from mkdocs_worldmodel.scenario.road_user import Kind


@dataclass(frozen=True, slots=True)
class Size:
    """Dimensions of a body [m]; x counts from the rear axle."""

    length: float
    width: float
    height: float
    rear_overhang: float
    wheelbase: float

    def x(self, share: float) -> float:
        """X of a share of the length, counted from the rear bumper [m]."""
        return share * self.length - self.rear_overhang


def body_mesh(kind: Kind, size: Size) -> Mesh:
    """Return the mesh of a road user."""
    return {"car": _car, "van": _van, "truck": _truck}[kind](size)


def _wheels(b: MeshBuilder, size: Size, xs: tuple[float, ...], radius: float, arch: float, layer: int) -> None:
    y = 0.5 * size.width
    for x in xs:
        for side in (-1.0, 1.0):
            b.disc(x, side * (y - 0.004), radius, radius * arch, Role.TRIM, layer, half=True)
            b.disc(x, side * y, radius, radius, Role.TYRE, layer + 1)
            b.disc(x, side * (y + 0.004), radius, radius * 0.64, Role.RIM, layer + 2)
            b.disc(x, side * (y + 0.006), radius, radius * 0.20, Role.TRIM, layer + 3)


def _car(size: Size) -> Mesh:
    h, half = size.height, 0.5 * size.width
    x = size.x
    b = MeshBuilder()
    b.begin(x(0.0), x(1.0))
    sill = 0.21
    stations = [  # share of the length, half width, sill, shoulder, top
        (0.0, 0.84, 0.30, 0.47, 0.60), (0.035, 0.955, 0.24, 0.50, 0.655), (0.30, 1.0, sill, 0.50, 0.67),
        (0.72, 1.0, sill, 0.49, 0.645), (0.93, 0.95, 0.22, 0.44, 0.555), (0.985, 0.86, 0.24, 0.40, 0.49),
        (1.0, 0.76, 0.26, 0.38, 0.455),
    ]
    b.loft([(x(u), half * w, lo, m * h, t * h) for u, w, lo, m, t in stations], 0)
    _greenhouse(b, size)
    # sills, bumpers, door seams
    b.side([(x(0.20), sill), (x(0.80), sill), (x(0.80), sill + 0.10), (x(0.20), sill + 0.10)], half * 0.985,
           Role.TRIM, 3)
    for u in (0.335, 0.555, 0.735):
        b.side([(x(u), 0.34), (x(u + 0.006), 0.34), (x(u + 0.006), 0.62 * h), (x(u), 0.62 * h)], half + 0.002,
               Role.SEAM, 3)
    for u in (0.37, 0.58):
        b.side([(x(u), 0.535 * h), (x(u + 0.04), 0.535 * h), (x(u + 0.04), 0.55 * h), (x(u), 0.55 * h)],
               half + 0.003, Role.SEAM, 3)
    _wheels(b, size, (0.0, size.wheelbase), 0.325, 1.17, 4)
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
        b.face([(tail, s * base_w, belt), (screen, s * base_w, belt), (front, s * roof_w, lower),
                (back, s * roof_w, lower)], Role.PAINT, 1, inside)
        for pane in (((0.125, 0.03), (0.33, 0.03), (0.33, 0.88), (0.178, 0.88)),
                     ((0.345, 0.03), (0.54, 0.03), (0.487, 0.88), (0.345, 0.88)),
                     ((0.552, 0.03), (0.69, 0.03), (0.505, 0.88))):
            points = []
            for u, share in pane:
                y = base_w + (roof_w - base_w) * share + 0.004
                points.append((x(u), s * y, belt + (lower - belt) * share))
            b.face(points, Role.GLASS, 2, inside)
        # rail between side and roof: catches the light
        b.face([(back, s * roof_w, lower), (front, s * roof_w, lower), (front - 0.04, s * roof_w * 0.90, upper),
                (back + 0.05, s * roof_w * 0.90, upper)], Role.PAINT, 1, inside, 0.5)
        y0, y1 = s * (half * 0.93), s * (half + 0.13)
        b.block((x(0.655), min(y0, y1), belt - 0.01), (x(0.685), max(y0, y1), belt + 0.115), Role.PAINT, 9)
        b.panel(x(0.655) - 0.002, (s * (half + 0.01), s * (half + 0.12)), (belt + 0.005, belt + 0.10), Role.GLASS, 10,
                x(0.8))
    b.face([(back + 0.05, -roof_w * 0.9, upper), (front - 0.04, -roof_w * 0.9, upper),
            (front - 0.04, roof_w * 0.9, upper), (back + 0.05, roof_w * 0.9, upper)], Role.PAINT, 1, inside)
    for (xa, xb), layer_role in (((screen, front), Role.GLASS), ((tail, back), Role.GLASS)):
        b.face([(xa, -base_w, belt), (xa, base_w, belt), (xb, roof_w, lower), (xb, -roof_w, lower)], Role.PAINT, 1,
               inside)
        end = 0.05 if xa > xb else -0.05
        b.face([(xb, -roof_w, lower), (xb, roof_w, lower), (xb - end, roof_w * 0.9, upper),
                (xb - end, -roof_w * 0.9, upper)], Role.PAINT, 1, inside, 0.5)
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
        lamp = [(rear, s * 0.44 * half, 0.53 * h), (rear, s * 0.82 * half, 0.51 * h), (rear, s * 0.80 * half, 0.59 * h),
                (rear, s * 0.44 * half, 0.585 * h)]
        b.face(lamp, Role.TAIL_LAMP, 6, (middle, 0.0, 0.5))
        wrap = [(x(0.0), s * 0.825 * half, 0.51 * h), (x(0.036), s * 0.95 * half, 0.515 * h),
                (x(0.036), s * 0.93 * half, 0.585 * h), (x(0.0), s * 0.81 * half, 0.59 * h)]
        b.face([(px - 0.003, py * 1.006, pz) for px, py, pz in wrap], Role.TAIL_LAMP, 6, (middle, 0.0, 0.5))
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(rear - 0.003, (s * 0.66 * half, s * 0.80 * half), (0.535 * h, 0.565 * h), signal, 7,
                middle)
        head = [(x(1.0) + 0.006, s * 0.44 * half, 0.375 * h), (x(1.0) + 0.006, s * 0.75 * half, 0.37 * h),
                (x(0.985) + 0.008, s * 0.855 * half, 0.385 * h), (x(0.985) + 0.008, s * 0.82 * half, 0.465 * h),
                (x(1.0) + 0.006, s * 0.72 * half, 0.445 * h), (x(1.0) + 0.006, s * 0.44 * half, 0.425 * h)]
        b.face(head, Role.HEADLAMP, 6, (middle, 0.0, 0.5))
        b.panel(front + 0.004, (s * 0.62 * half, s * 0.74 * half), (0.42, 0.47), signal, 7, middle)


def _van(size: Size) -> Mesh:
    h, half, x = size.height, 0.5 * size.width, size.x
    b = MeshBuilder()
    b.begin(x(0.0), x(1.0))
    stations = [
        (0.0, 0.95, 0.42, 0.45, 0.965), (0.015, 0.975, 0.36, 0.45, 0.985), (0.35, 1.0, 0.34, 0.45, 1.0),
        (0.66, 1.0, 0.34, 0.45, 0.995), (0.70, 0.99, 0.34, 0.45, 0.965), (0.865, 0.97, 0.34, 0.36, 0.52),
        (0.965, 0.93, 0.34, 0.32, 0.44), (1.0, 0.80, 0.36, 0.28, 0.36),
    ]
    rows = [(x(u), half * w, lo, max(m * h, lo + 0.2), t * h) for u, w, lo, m, t in stations]
    b.loft(rows, 0)
    top, base = rows[4], rows[5]
    inside = (x(0.5), 0.0, 1.0)
    glass = []
    for share, s in ((0.04, -1.0), (0.04, 1.0), (0.93, 1.0), (0.93, -1.0)):
        w = (base[1] + (top[1] - base[1]) * share) * 0.875
        glass.append((base[0] + (top[0] - base[0]) * share + 0.004, s * w,
                      base[4] + (top[4] - base[4]) * share + 0.006))
    b.face(glass, Role.GLASS, 2, inside)
    y, yt = half * 0.992 + 0.004, half * 0.955
    b.side([(x(0.61), 0.53 * h), (x(0.80), 0.53 * h), (x(0.705), 0.83 * h), (x(0.61), 0.83 * h)], y, Role.GLASS, 3,
           top=yt)
    for u in (0.60, 0.415, 0.255):
        seam = [(x(u), 0.42), (x(u + 0.005), 0.42), (x(u + 0.005), 0.93 * h), (x(u), 0.93 * h)]
        b.side(seam, half + 0.002, Role.SEAM, 3, top=yt)
    b.side([(x(0.12), 0.50), (x(0.86), 0.50), (x(0.86), 0.60), (x(0.12), 0.60)], half + 0.004, Role.TRIM, 3)
    _wheels(b, size, (0.0, size.wheelbase), 0.345, 1.14, 4)
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
        b.panel(rear - 0.002, (s * 0.85 * half, s * 0.95 * half), (0.74, 1.12), Role.TAIL_LAMP, 6,
                middle)
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(rear - 0.004, (s * 0.85 * half, s * 0.95 * half), (1.00, 1.12), signal, 7, middle)
        b.panel(front, (s * 0.54 * half, s * 0.79 * half), (0.70, 0.90), Role.HEADLAMP, 6, middle)
        y0, y1 = s * half * 0.97, s * (half + 0.20)
        b.block((x(0.80), min(y0, y1), 0.52 * h), (x(0.815), max(y0, y1), 0.66 * h), Role.TRIM, 9)
    return b.build()


def _truck(size: Size) -> Mesh:
    h, half, x = size.height, 0.5 * size.width, size.x
    b = MeshBuilder()
    cab = x(1.0) - max(2.2, size.length - size.rear_overhang - size.wheelbase + 0.5)
    box_front = cab - 0.18
    floor = 1.02
    rear = x(0.0)
    b.begin(rear, box_front)
    b.block((rear + 0.1, -0.42 * size.width, 0.62), (box_front, 0.42 * size.width, floor), Role.TRIM, 0)
    b.side([(1.1, 0.45), (size.wheelbase - 0.9, 0.45), (size.wheelbase - 0.9, 0.92), (1.1, 0.92)], half - 0.06,
           Role.GRILLE, 1)
    _wheels(b, size, (0.0, -1.32), 0.50, 1.02, 2)
    b.block((rear, -half, floor), (box_front, half, h), Role.BOX, 6)
    b.side([(rear + 0.25, floor + 0.55 * (h - floor)), (box_front - 0.25, floor + 0.55 * (h - floor)),
            (box_front - 0.25, floor + 0.83 * (h - floor)), (rear + 0.25, floor + 0.83 * (h - floor))], half + 0.004,
           Role.PAINT, 7)
    for z0, z1 in ((floor, floor + 0.09), (h - 0.08, h)):
        b.side([(rear, z0), (box_front, z0), (box_front, z1), (rear, z1)], half + 0.004, Role.SEAM, 7)
    middle = x(0.5)
    b.panel(rear - 0.004, (-0.012, 0.012), (floor, h), Role.SEAM, 7, middle)
    for y in (-0.55, 0.55):
        b.panel(rear - 0.006, (y * half - 0.016, y * half + 0.016), (floor + 0.05, h - 0.05), Role.RIM, 8, middle)
    b.panel(rear - 0.004, (-half, half), (h - 0.10, h), Role.SEAM, 7, middle)
    b.panel(rear - 0.004, (-half * 0.98, half * 0.98), (floor - 0.14, floor), Role.TRIM, 7, middle)
    b.panel(rear - 0.004, (-half * 0.9, half * 0.9), (0.48, 0.62), Role.GRILLE, 7, middle)
    b.panel(rear - 0.006, (-0.26, 0.26), (0.66, 0.78), Role.PLATE, 8, middle)
    for s in (-1.0, 1.0):
        b.panel(rear - 0.008, (s * 0.62 * half, s * 0.93 * half), (0.74, 0.90), Role.TAIL_LAMP, 8, middle)
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(rear - 0.010, (s * 0.84 * half, s * 0.93 * half), (0.74, 0.90), signal, 9, middle)
    _cab(b, size, cab)
    return b.build()


def _cab(b: MeshBuilder, size: Size, cab: float) -> None:
    h, half = size.height, 0.5 * size.width
    front = size.x(1.0)
    top = min(3.05, 0.82 * h)
    b.begin(cab, front)
    rows = [(cab, 0.97 * half, 0.55, 1.5, top), (cab + 0.3, 0.98 * half, 0.42, 1.5, top),
            (front - 0.42, 0.98 * half, 0.36, 1.5, top - 0.04), (front - 0.06, 0.96 * half, 0.34, 1.5, 1.68),
            (front, 0.90 * half, 0.36, 1.0, 1.55)]
    b.loft(rows, 0)
    b.loft([(cab + 0.02, 0.86 * half, top - 0.02, top + 0.2, min(h - 0.1, 3.7)),
            (cab + 0.55, 0.82 * half, top - 0.02, top + 0.2, min(h - 0.15, 3.6)),
            (front - 0.62, 0.74 * half, top - 0.06, top, top + 0.06)], 1)
    inside = (0.5 * (cab + front), 0.0, 1.2)
    glass = []
    for share, s in ((0.04, -1.0), (0.04, 1.0), (0.92, 1.0), (0.92, -1.0)):
        x = front - 0.06 + (-0.36) * share
        glass.append((x + 0.008, s * 0.86 * half, 1.68 + (top - 0.04 - 1.68) * share))
    b.face(glass, Role.GLASS, 2, inside)
    b.side([(cab + 0.85, 1.68), (front - 0.22, 1.68), (front - 0.42, top - 0.28), (cab + 0.85, top - 0.28)],
           0.985 * half, Role.GLASS, 2, top=0.955 * half)
    for u in (cab + 0.78, front - 0.30):
        b.side([(u, 0.75), (u + 0.02, 0.75), (u + 0.02, top - 0.2), (u, top - 0.2)], 0.99 * half, Role.SEAM, 2,
               top=0.95 * half)
    _wheels(b, size, (size.wheelbase,), 0.50, 1.12, 3)
    for zs in ((0.62, 0.86), (0.98, 1.20), (1.26, 1.48)):
        b.panel(front + 0.006, (-0.60 * half, 0.60 * half), zs, Role.GRILLE, 7, cab)
    b.panel(front + 0.006, (-0.9 * half, 0.9 * half), (0.36, 0.50), Role.TRIM, 7, cab)
    b.panel(front + 0.009, (-0.26, 0.26), (0.52, 0.63), Role.PLATE, 8, cab)
    for s in (-1.0, 1.0):
        b.panel(front + 0.006, (s * 0.66 * half, s * 0.89 * half), (0.62, 0.80), Role.HEADLAMP, 8, cab)
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(front + 0.007, (s * 0.80 * half, s * 0.89 * half), (0.82, 0.90), signal, 9, cab)
        y0, y1 = s * (half + 0.02), s * (half + 0.22)
        b.block((front - 0.30, min(y0, y1), 1.75), (front - 0.18, max(y0, y1), 2.45), Role.TRIM, 10)
