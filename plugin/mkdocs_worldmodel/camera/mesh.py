# Meshes of flat convex faces, and the few shapes that bodies are made of. A face knows its role (which colour and
# light it takes) and its place in the painting order within its object.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.faces import SMALLEST

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

CORNERS = 12
"""Corners of a face; faces with fewer repeat some."""


Point = tuple[float, float, float]


class Role(IntEnum):
    """What a face is."""

    PAINT = 0
    GLASS = 1
    TRIM = 2
    TYRE = 3
    RIM = 4
    HEADLAMP = 5
    TAIL_LAMP = 6
    BRAKE_LAMP = 7
    PLATE = 8
    INDICATOR_LEFT = 9
    INDICATOR_RIGHT = 10
    BOX = 11
    GRILLE = 12
    SEAM = 13
    SKIN = 14
    HAIR = 15
    CLOTH = 16
    SHOE = 17
    YELLOW = 18
    RED = 19
    ORANGE = 20
    WHITE = 21
    WOOD = 22
    BEACON_LEFT = 23
    BEACON_RIGHT = 24
    DISPLAY = 25
    WINDOW = 26
    LAMP_RED = 27
    LAMP_AMBER = 28
    LAMP_GREEN = 29
    BLUE = 30
    SPOKE_GAP = 31


@dataclass(frozen=True, slots=True)
class Mesh:
    """Faces of one object in its own frame (x forward, y left, z up; origin as the road user's)."""

    points: F8
    """(F, CORNERS, 3) [m]"""
    normal: F8
    """(F, 3) unit, outwards; it may lean away from the plane's own where a panel is rounded."""
    facing: F8
    """(F, 3) unit, the plane's own normal: decides whether the face is seen."""
    role: Ints
    """(F,)"""
    part: Ints
    """(F,) which of `parts` it belongs to."""
    layer: F8
    """(F,) painting order within the part."""
    beside: F8
    """(F,) the y beyond which a face sticks out to one side [m]; 0 = it does not."""
    pixels: F8
    """(F,) how large a face must be in a picture to be shown [px]."""
    parts: F8
    """(Q, 2) from x to x of each part [m]; parts do not overlap along x."""
    limb: Ints
    """(F,) which limb a face moves with (bodies/limbs.py); 0 = with the body."""
    hubs: tuple[tuple[int, Point], ...] = ()
    """Limbs that are wheels, with their middles [m]."""


def _crossed(a: F8, b: F8) -> F8:
    """Cross products of rows (N, 3); numpy's own takes five times as long for so few."""
    x, y, z = a.T
    u, v, w = b.T
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)


def _along(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


class MeshBuilder:
    """Collects faces."""

    def __init__(self) -> None:
        self._points: list[F8] = []
        self._normal: list[F8] = []
        self._facing: list[F8] = []
        self._tags: list[tuple[int, int, float, float, float, int]] = []
        self._beside = 0.0
        self._pixels = SMALLEST
        self._limb = 0
        self._hubs: dict[int, Point] = {}
        self._parts: list[tuple[float, float]] = []

    def begin(self, low: float, high: float) -> None:
        """Start a new part that lies between two x [m]."""
        self._parts.append((low, high))

    def next(self, beside: float = 0.0, pixels: float = SMALLEST) -> None:
        """Say how the faces that follow are shown: see Mesh."""
        self._beside, self._pixels = beside, pixels

    def limb(self, number: int) -> None:
        """Say which limb the faces that follow move with; 0 = the body."""
        self._limb = number

    def wheel(self, number: int, hub: Point) -> None:
        """Say which wheel the faces that follow belong to, and where its middle is."""
        self._limb, self._hubs[number] = number, hub

    def face(
        self, points: Sequence[Sequence[float]], role: Role, layer: float, inside: Sequence[float], lean: float = 0.0
    ) -> None:
        """Add a convex face; its normal points away from `inside`; `lean` tilts the shading normal up (+)."""
        p = np.array(points, dtype=np.float64)
        ahead = np.concatenate([p[1:], p[:1]])
        n = _crossed(p, ahead).sum(axis=0)
        n /= max(float(np.sqrt((n * n).sum())), 1e-12)
        if float((n * (p.mean(axis=0) - np.array(inside))).sum()) < 0.0:
            n = -n
        shading = n + np.array([0.0, 0.0, lean])
        shading /= float(np.sqrt((shading * shading).sum()))
        self._add(p, shading, n, role, layer)

    def sheet(self, points: Sequence[Sequence[float]], role: Role, layer: float) -> None:
        """Add a convex face that shows both of its sides and is lit from above."""
        self._add(np.array(points, dtype=np.float64), np.array([0.0, 0.0, 0.6]), np.zeros(3), role, layer)

    def _add(self, p: F8, shading: F8, facing: F8, role: Role, layer: float) -> None:
        # corners are repeated evenly: faces.py takes the first and the seventh for opposite ones
        self._points.append(p[np.arange(CORNERS) * len(p) // CORNERS])
        self._normal.append(shading)
        self._facing.append(facing)
        self._tags.append((int(role), len(self._parts) - 1, layer, self._beside, self._pixels, self._limb))

    def arch(self, x: float, y: float, z: float, radius: float, role: Role, layer: float) -> None:
        """Add the upper half of an upright disc that looks to the side on which it lies."""
        self._round(x, y, z, radius, role, layer, np.linspace(0.0, np.pi, CORNERS))

    def disc(self, x: float, y: float, z: float, radius: float, role: Role, layer: float, turn: float = 0.5) -> None:
        """Add an upright disc that looks to the side on which it lies, turned by some corners."""
        self._round(x, y, z, radius, role, layer, (np.arange(CORNERS) + turn) * (2.0 * np.pi / CORNERS))

    def disc_ahead(self, x: float, z: float, radius: float, role: Role, layer: float) -> None:
        """Add an upright disc in the middle that looks ahead."""
        angles = (np.arange(CORNERS) + 0.5) * (2.0 * np.pi / CORNERS)
        points = [(x, radius * float(np.cos(a)), z + radius * float(np.sin(a))) for a in angles]
        self.face(points, role, layer, (x - 1.0, 0.0, z))

    def _round(
        self, x: float, y: float, z: float, radius: float, role: Role, layer: float, angles: npt.NDArray[np.floating]
    ) -> None:
        points = [(x + radius * float(np.cos(a)), y, z + radius * float(np.sin(a))) for a in angles]
        self.face(points, role, layer, (x, 0.0, z))

    def loft(
        self,
        stations: Sequence[tuple[float, float, float, float, float]],
        layer: float,
        roles: Sequence[Role] | None = None,
        role: Role = Role.PAINT,
    ) -> None:
        """Add a hull through cross-sections (x, half width, z of sill, shoulder and top), from back to front.

        `roles` colours the faces on top, one for each gap between stations.
        """
        first, last = stations[0], stations[-1]
        heart = (0.5 * (first[0] + last[0]), 0.0, 0.5 * (first[2] + max(s[4] for s in stations)))
        for i, (a, b) in enumerate(pairwise(stations)):
            for side in (-1.0, 1.0):
                low = [(s[0], side * s[1] * 0.965, s[2]) for s in (a, b)]
                mid = [(s[0], side * s[1], s[3]) for s in (a, b)]
                top = [(s[0], side * s[1] * 0.95, s[4]) for s in (a, b)]
                self.face([low[0], low[1], mid[1], mid[0]], role, layer, heart, -0.22)
                self.face([mid[0], mid[1], top[1], top[0]], role, layer, heart, 0.42)
                self._crease(low, mid, top, role, layer, heart)
            crown = [(s[0], side * s[1] * 0.95, s[4]) for s, side in ((a, -1.0), (b, -1.0), (b, 1.0), (a, 1.0))]
            self.face(crown, roles[i] if roles else role, layer, (heart[0], 0.0, first[2]))
        for s, lean in ((first, 0.1), (last, 0.1)):
            w = s[1]
            outline = [(s[0], -0.965 * w, s[2]), (s[0], -w, s[3]), (s[0], -0.95 * w, s[4])]
            outline += [(s[0], 0.95 * w, s[4]), (s[0], w, s[3]), (s[0], 0.965 * w, s[2])]
            self.face(outline, role, layer, heart, lean)

    def _crease(
        self, low: list[Point], mid: list[Point], top: list[Point], role: Role, layer: float, heart: Point
    ) -> None:
        """Add strips that soften the change of light between the lower and the upper side, seen from near."""
        self.next(pixels=40.0)
        lines = [[_along(a, b, share) for a, b in zip(low, mid, strict=True)] for share in (0.30, 0.65)]
        lines += [[_along(a, b, share) for a, b in zip(mid, top, strict=True)] for share in (0.0, 0.25, 0.50)]
        for (below, above), lean in zip(pairwise(lines), (-0.09, 0.04, 0.17, 0.30), strict=True):
            self.face([below[0], below[1], above[1], above[0]], role, layer + 0.5, heart, lean)
        self.next()

    def block(self, low: Sequence[float], high: Sequence[float], role: Role, layer: float) -> None:
        """Add a box between two corners (without its underside)."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        heart = (0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.5 * (z0 + z1))
        for y in (y0, y1):
            self.face([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)], role, layer, heart)
        for x in (x0, x1):
            self.face([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)], role, layer, heart)
        self.face([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], role, layer, heart)

    def panel(
        self, x: float, ys: tuple[float, float], zs: tuple[float, float], role: Role, layer: float, middle: float
    ) -> None:
        """Add an upright rectangle across the vehicle; it looks away from `middle` (an x)."""
        (y0, y1), (z0, z1) = ys, zs
        self.face([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)], role, layer, (middle, 0.0, z0))

    def side(
        self,
        outline: Sequence[tuple[float, float]],
        y: float,
        role: Role,
        layer: float,
        lean: float = 0.0,
        top: float | None = None,
    ) -> None:
        """Add a face (x, z) on both sides at distance y from the middle (leaning in to `top` at its upper end)."""
        low, high = min(z for _, z in outline), max(z for _, z in outline)
        inner = y if top is None else top
        for s in (-1.0, 1.0):
            points = [(x, s * (y + (inner - y) * (z - low) / max(high - low, 1e-9)), z) for x, z in outline]
            self.face(points, role, layer, (points[0][0], 0.0, points[0][2]), lean)

    def column(
        self,
        rings: Sequence[tuple[float, float, float, float, float]],
        role: Role,
        layer: float,
        corners: int = 6,
        caps: bool = True,
    ) -> None:
        """Add a hull through level rings (x, y, z, half depth, half width), from below upwards."""
        angles = (np.arange(corners) + 0.5) * (2.0 * np.pi / corners)
        across, aside = np.cos(angles) / np.cos(angles).max(), np.sin(angles) / np.sin(angles).max()
        loops = [
            [(x + dx * u, y + dy * v, z) for u, v in zip(across.tolist(), aside.tolist(), strict=True)]
            for x, y, z, dx, dy in rings
        ]
        for (low, high), (a, b) in zip(pairwise(loops), pairwise(rings), strict=True):
            heart = [0.5 * (p + q) for p, q in zip(a[:3], b[:3], strict=True)]
            for i in range(corners):
                j = (i + 1) % corners
                self.face([low[i], low[j], high[j], high[i]], role, layer, heart)
        if caps:
            for loop, ring, lift in ((loops[0], rings[0], 1.0), (loops[-1], rings[-1], -1.0)):
                self.face(loop, role, layer, (ring[0], ring[1], ring[2] + lift))

    def build(self) -> Mesh:
        """Return the mesh."""
        tags = np.array(self._tags)
        return Mesh(
            np.stack(self._points),
            np.stack(self._normal),
            np.stack(self._facing),
            tags[:, 0].astype(np.intp),
            tags[:, 1].astype(np.intp),
            tags[:, 2],
            tags[:, 3],
            tags[:, 4],
            np.array(self._parts),
            tags[:, 5].astype(np.intp),
            tuple(self._hubs.items()),
        )


def mirrored(mesh: Mesh) -> Mesh:
    """Exchange left and right."""
    flip = np.array([1.0, -1.0, 1.0])
    role = mesh.role.copy()
    for a, b in ((Role.INDICATOR_LEFT, Role.INDICATOR_RIGHT), (Role.BEACON_LEFT, Role.BEACON_RIGHT)):
        role[mesh.role == a], role[mesh.role == b] = b, a
    points, normal, facing = mesh.points * flip, mesh.normal * flip, mesh.facing * flip
    hubs = tuple((number, (x, -y, z)) for number, (x, y, z) in mesh.hubs)
    return replace(mesh, points=points, normal=normal, facing=facing, role=role, beside=-mesh.beside, hubs=hubs)


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
