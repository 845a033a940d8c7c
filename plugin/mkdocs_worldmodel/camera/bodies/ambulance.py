# The body of an ambulance: a van with a raised roof, high-visibility stripes and blue lights.

from __future__ import annotations

from dataclasses import replace

from mkdocs_worldmodel.camera.bodies.van import panel_van
from mkdocs_worldmodel.camera.mesh import Mesh, MeshBuilder, Role, Size

ROOF = 0.93
"""Of the van below the blue lights, over the whole height."""


def ambulance(size: Size) -> Mesh:
    """Return the mesh of an ambulance."""
    van = replace(size, height=ROOF * size.height)
    h, half, x = van.height, 0.5 * size.width, size.x
    b = MeshBuilder()
    panel_van(b, van)
    # two rows of blocks in yellow and red along the sides, chevrons at the back
    count = max(6, round(size.length / 0.62))
    for i in range(count):
        low, high = x(0.02 + 0.86 * i / count), x(0.02 + 0.86 * (i + 1) / count)
        for row, (z0, z1) in enumerate(((0.335 * h, 0.40 * h), (0.40 * h, 0.465 * h))):
            role = Role.YELLOW if (i + row) % 2 else Role.RED
            b.side([(low, z0), (high, z0), (high, z1), (low, z1)], half + 0.007, role, 3.5)
    b.side(
        [(x(0.02), 0.90 * h), (x(0.60), 0.90 * h), (x(0.60), 0.945 * h), (x(0.02), 0.945 * h)],
        0.975 * half,
        Role.RED,
        3.5,
    )
    rear, middle = x(0.0) - 0.007, x(0.5)
    for i in range(6):
        ys = (-0.80 * half + 1.60 * half * i / 6, -0.80 * half + 1.60 * half * (i + 1) / 6)
        b.panel(rear, ys, (0.34 * h, 0.56 * h), Role.YELLOW if i % 2 else Role.RED, 5.5, middle)
    front = x(1.0) + 0.007
    b.panel(front, (-0.60 * half, 0.60 * half), (0.345 * h, 0.385 * h), Role.YELLOW, 5.5, middle)
    for s, role in ((1.0, Role.BEACON_LEFT), (-1.0, Role.BEACON_RIGHT)):
        for u in (0.63, 0.06):
            y0, y1 = sorted((s * 0.12 * half, s * 0.84 * half))
            b.block((x(u), y0, h - 0.03), (x(u + 0.055), y1, size.height), role, 9)
        b.panel(front, (s * 0.66 * half, s * 0.80 * half), (0.395 * h, 0.435 * h), role, 6, middle)
    b.block((x(0.63), -0.12 * half, h - 0.03), (x(0.685), 0.12 * half, size.height - 0.03), Role.BOX, 8)
    return b.build()
