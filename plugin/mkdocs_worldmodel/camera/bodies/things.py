# What lies or stands in the way: a stack of crates on a pallet, a traffic cone.

from __future__ import annotations

from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size


def obstacle(size: Size) -> Mesh:
    """Return the mesh of an obstacle: crates on a pallet, as large as its body."""
    back, front, half, h = size.x(0.0), size.x(1.0), 0.5 * size.width, size.height
    deck = min(0.15, 0.3 * h)
    b = MeshBuilder()
    b.begin(back, front)
    b.block((back, -half, 0.0), (front, half, deck), Role.WOOD, 0)
    b.next(pixels=5.0)
    for share in (0.12, 0.56):
        low, high = (back + (front - back) * s for s in (share, share + 0.32))
        b.side([(low, 0.02), (high, 0.02), (high, 0.6 * deck), (low, 0.6 * deck)], half + 0.003, Role.GRILLE, 1)
        for x in (back - 0.003, front + 0.003):
            ys = (-half + 2.0 * half * share, -half + 2.0 * half * (share + 0.32))
            b.panel(x, ys, (0.02, 0.6 * deck), Role.GRILLE, 1, 0.5 * (back + front))
    b.next()
    x0, x1, y = back + 0.03 * size.length, front - 0.03 * size.length, 0.96 * half
    b.block((x0, -y, deck), (x1, y, h), Role.PAINT, 2)
    middle = 0.5 * (x0 + x1)
    for share in (0.12, 0.80):
        z0, z1 = deck + (h - deck) * share, deck + (h - deck) * (share + 0.08)
        b.side([(x0, z0), (x1, z0), (x1, z1), (x0, z1)], y + 0.003, Role.SEAM, 3)
        for x in (x0 - 0.003, x1 + 0.003):
            b.panel(x, (-y, y), (z0, z1), Role.SEAM, 3, middle)
    # what makes it plain from afar: a red and white strip around
    z0, z1 = deck + 0.36 * (h - deck), deck + 0.64 * (h - deck)
    for i in range(6):
        role = Role.RED if i % 2 else Role.WHITE
        s0, s1 = i / 6, (i + 1) / 6
        low, high = x0 + (x1 - x0) * s0, x0 + (x1 - x0) * s1
        b.side([(low, z0), (high, z0), (high, z1), (low, z1)], y + 0.004, role, 4)
        for x in (x0 - 0.004, x1 + 0.004):
            b.panel(x, (-y + 2.0 * y * s0, -y + 2.0 * y * s1), (z0, z1), role, 4, middle)
    return b.build()


def cone(size: Size) -> Mesh:
    """Return the mesh of a traffic cone: orange with two white bands on a dark foot."""
    x, h, half, deep = size.x(0.5), size.height, 0.5 * size.width, 0.5 * size.length
    b = MeshBuilder()
    b.begin(size.x(0.0), size.x(1.0))
    foot = 0.06 * h
    b.block((x - deep, -half, 0.0), (x + deep, half, foot), Role.GRILLE, 0)

    def ring(share: float) -> tuple[float, float, float, float, float]:
        radius = 0.76 - 0.62 * share
        return (x, 0.0, foot + share * (h - foot), radius * deep, radius * half)

    bands = ((0.0, 0.28, Role.ORANGE), (0.28, 0.52, Role.WHITE), (0.52, 0.66, Role.ORANGE))
    for low, high, role in (*bands, (0.66, 0.84, Role.WHITE), (0.84, 1.0, Role.ORANGE)):
        b.column([ring(low), ring(high)], role, 1, 8, caps=False)
    top = ring(1.0)
    b.column([top, (top[0], top[1], top[2] + 1e-3, 0.5 * top[3], 0.5 * top[4])], Role.ORANGE, 2, 8)
    return b.build()
