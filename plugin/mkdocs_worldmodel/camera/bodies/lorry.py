# The body of a rigid box lorry: chassis, box and cab.

from __future__ import annotations

from mkdocs_worldmodel.camera.bodies.wheels import wheels
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def lorry(size: Size) -> Mesh:
    """Return the mesh of a lorry."""
    h, half, x = size.height, 0.5 * size.width, size.x
    b = MeshBuilder()
    cab = x(1.0) - max(2.2, size.length - size.rear_overhang - size.wheelbase + 0.5)
    box_front = cab - 0.18
    floor = 1.02
    rear = x(0.0)
    b.begin(rear, box_front)
    b.block((rear + 0.1, -0.42 * size.width, 0.62), (box_front, 0.42 * size.width, floor), Role.TRIM, 0)
    b.side(
        [(1.1, 0.45), (size.wheelbase - 0.9, 0.45), (size.wheelbase - 0.9, 0.92), (1.1, 0.92)],
        half - 0.06,
        Role.GRILLE,
        1,
    )
    wheels(b, size, (0.0, -1.32), 0.50, 1.02, 2)
    b.block((rear, -half, floor), (box_front, half, h), Role.BOX, 6)
    b.side(
        [
            (rear + 0.25, floor + 0.55 * (h - floor)),
            (box_front - 0.25, floor + 0.55 * (h - floor)),
            (box_front - 0.25, floor + 0.83 * (h - floor)),
            (rear + 0.25, floor + 0.83 * (h - floor)),
        ],
        half + 0.004,
        Role.PAINT,
        7,
    )
    for z0, z1 in ((floor, floor + 0.09), (h - 0.08, h)):
        b.side([(rear, z0), (box_front, z0), (box_front, z1), (rear, z1)], half + 0.004, Role.SEAM, 7)
    _box_from_near(b, size, (rear, box_front), floor)
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


def _box_from_near(b: MeshBuilder, size: Size, span: tuple[float, float], floor: float) -> None:
    """Add soft light on the box's sides, the joints of their panels, and the rails of the side guards."""
    half, tall = 0.5 * size.width, size.height - floor
    (rear, front), steps = span, 8
    b.next(pixels=40.0)
    for i in range(steps):
        z0, z1 = floor + tall * i / steps, floor + tall * (i + 1) / steps
        lean = 0.36 * (i + 0.5) / steps - 0.18
        b.side([(rear, z0), (front, z0), (front, z1), (rear, z1)], half + 0.001, Role.BOX, 6.2, lean)
    joints = max(2, round((front - rear) / 1.25))
    for i in range(1, joints):
        u = rear + (front - rear) * i / joints
        b.side([(u, floor), (u + 0.03, floor), (u + 0.03, floor + tall), (u, floor + tall)], half, Role.BOX, 6.4, -0.5)
    b.next()
    for z in (0.52, 0.74):
        back, ahead = 1.15, size.wheelbase - 0.95
        b.side([(back, z), (ahead, z), (ahead, z + 0.10), (back, z + 0.10)], half - 0.055, Role.RIM, 1.5)


def _cab(b: MeshBuilder, size: Size, cab: float) -> None:
    h, half = size.height, 0.5 * size.width
    front = size.x(1.0)
    top = min(3.05, 0.82 * h)
    b.begin(cab, front)
    rows = [
        (cab, 0.97 * half, 0.55, 1.5, top),
        (cab + 0.3, 0.98 * half, 0.42, 1.5, top),
        (front - 0.42, 0.98 * half, 0.36, 1.5, top - 0.04),
        (front - 0.06, 0.96 * half, 0.34, 1.5, 1.68),
        (front, 0.90 * half, 0.36, 1.0, 1.55),
    ]
    b.loft(rows, 0)
    b.loft(
        [
            (cab + 0.02, 0.86 * half, top - 0.02, top + 0.2, min(h - 0.1, 3.7)),
            (cab + 0.55, 0.82 * half, top - 0.02, top + 0.2, min(h - 0.15, 3.6)),
            (front - 0.62, 0.74 * half, top - 0.06, top, top + 0.06),
        ],
        1,
    )
    inside = (0.5 * (cab + front), 0.0, 1.2)
    glass = []
    for share, s in ((0.04, -1.0), (0.04, 1.0), (0.92, 1.0), (0.92, -1.0)):
        x = front - 0.06 + (-0.36) * share
        glass.append((x + 0.008, s * 0.86 * half, 1.68 + (top - 0.04 - 1.68) * share))
    b.face(glass, Role.GLASS, 2, inside)
    b.side(
        [(cab + 0.85, 1.68), (front - 0.22, 1.68), (front - 0.42, top - 0.28), (cab + 0.85, top - 0.28)],
        0.985 * half,
        Role.GLASS,
        2,
        top=0.955 * half,
    )
    b.next(pixels=6.0)
    middle = 0.5 * (1.68 + top - 0.28)
    sky = [(cab + 0.85, middle), (front - 0.32, middle), (front - 0.42, top - 0.28), (cab + 0.85, top - 0.28)]
    b.side(sky, 0.971 * half, Role.GLASS, 2.5, 0.45, top=0.956 * half)
    b.side([(cab + 0.88, 1.36), (cab + 1.1, 1.36), (cab + 1.1, 1.42), (cab + 0.88, 1.42)], 0.99 * half, Role.TRIM, 2.5)
    b.next()
    for u in (cab + 0.78, front - 0.30):
        b.side(
            [(u, 0.75), (u + 0.02, 0.75), (u + 0.02, top - 0.2), (u, top - 0.2)],
            0.99 * half,
            Role.SEAM,
            2,
            top=0.95 * half,
        )
    wheels(b, size, (size.wheelbase,), 0.50, 1.12, 3)
    for zs in ((0.62, 0.86), (0.98, 1.20), (1.26, 1.48)):
        b.panel(front + 0.006, (-0.60 * half, 0.60 * half), zs, Role.GRILLE, 7, cab)
    b.panel(front + 0.006, (-0.9 * half, 0.9 * half), (0.36, 0.50), Role.TRIM, 7, cab)
    b.panel(front + 0.009, (-0.26, 0.26), (0.52, 0.63), Role.PLATE, 8, cab)
    for s in (-1.0, 1.0):
        b.panel(front + 0.006, (s * 0.66 * half, s * 0.89 * half), (0.62, 0.80), Role.HEADLAMP, 8, cab)
        signal = Role.INDICATOR_LEFT if s > 0 else Role.INDICATOR_RIGHT
        b.panel(front + 0.007, (s * 0.80 * half, s * 0.89 * half), (0.82, 0.90), signal, 9, cab)
        b.next(beside=s * half)
        y0, y1 = s * (half + 0.02), s * (half + 0.22)
        b.block((front - 0.30, min(y0, y1), 1.75), (front - 0.18, max(y0, y1), 2.45), Role.TRIM, 10)
        b.next()
