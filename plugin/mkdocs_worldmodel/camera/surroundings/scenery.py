# The roadside as faces, sprites and house fronts, lit once for the run; each row only carries what is near into the
# ego's frame.

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.faces import Faces, offsets, sizes
from mkdocs_worldmodel.camera.light.light import Light, ego_headlights
from mkdocs_worldmodel.camera.projection import to_vehicle
from mkdocs_worldmodel.camera.surroundings.facades import STOREY, WALLS, Facade, facade
from mkdocs_worldmodel.camera.surroundings.foliage import Sprite, plants
from mkdocs_worldmodel.camera.surroundings.fronts import Fronts
from mkdocs_worldmodel.camera.surroundings.roadside import House, Post, Roadside

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_RANGE = {"plant": 230.0, "house": 155.0, "small": 110.0, "rail": 170.0}


@dataclass(frozen=True, slots=True)
class Upright:
    """Sprites in the ego's frame."""

    base: F8
    """(M, 3) middle of the lower edge [m]."""
    height: F8
    """(M,) [m]"""
    sprite: tuple[Sprite, ...]
    aspect: F8
    """(M,) width over height."""
    mirrored: npt.NDArray[np.bool_]
    gain: F8
    """(M, 3)"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The scenery around the ego at one row."""

    faces: Faces
    fronts: Fronts
    upright: Upright
    lamps: F8
    """(M, 3) heads of street lamps [m]."""


class _Collector:
    """Collects the faces of objects."""

    def __init__(self) -> None:
        self.points: list[F8] = []
        self.facing: list[tuple[float, float, float]] = []
        self.albedo: list[tuple[float, float, float]] = []
        self.owner: list[int] = []
        self.rank: list[int] = []
        self.reach: list[float] = []

    def begin(self, reach: float) -> int:
        self.reach.append(reach)
        return len(self.reach) - 1

    def quad(
        self,
        points: F8,
        albedo: tuple[float, float, float],
        rank: int,
        facing: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        self.points.append(points)
        self.albedo.append(albedo)
        self.facing.append(facing)
        self.owner.append(len(self.reach) - 1)
        self.rank.append(rank)

    def plate(
        self,
        at: tuple[float, float],
        along: tuple[float, float],
        span: tuple[float, float],
        zs: tuple[float, float],
        albedo: tuple[float, float, float],
        rank: int,
    ) -> None:
        """Add an upright rectangle through `at`, from span[0] to span[1] along a direction."""
        (x, y), (dx, dy) = at, along
        a, b = (x + dx * span[0], y + dy * span[0]), (x + dx * span[1], y + dy * span[1])
        self.quad(np.array([(*a, zs[0]), (*b, zs[0]), (*b, zs[1]), (*a, zs[1])]), albedo, rank)


class Scenery:
    """All scenery of a run."""

    def __init__(self, roadside: Roadside, light: Light, sun: F8) -> None:
        self._light = light
        c = _Collector()
        for rail in roadside.rails:
            _rail(c, rail)
        for post in roadside.posts:
            _delineator(c, post)
        for lamp in roadside.lamps:
            _street_lamp(c, lamp, light)
        for sign in roadside.signs:
            _gantry(c, sign)
        self._fronts: list[tuple[F8, Facade, float, int]] = []
        for house in roadside.houses:
            self._house(c, house, sun)
        self._heads = np.array([_lamp_head(p) for p in roadside.lamps]).reshape(-1, 3)
        self._points = np.array(c.points).reshape(-1, 4, 3)
        self._size = sizes(self._points)
        self._facing = np.array(c.facing).reshape(-1, 3)
        normal = self._facing.copy()
        normal[~normal.any(axis=1)] = (0.0, 0.0, 0.3)
        self._colour = np.minimum(np.array(c.albedo).reshape(-1, 3) * light.shade(normal, sun), 255.0)
        self._owner = np.array(c.owner, dtype=np.intp)
        self._rank = np.array(c.rank, dtype=np.float64)
        self._reach = np.array(c.reach)
        self._centre = np.zeros((len(c.reach), 3))
        self._radius = np.zeros(len(c.reach))
        for i in range(len(c.reach)):
            p = self._points[self._owner == i].reshape(-1, 3)
            self._centre[i] = 0.5 * (p.min(axis=0) + p.max(axis=0))
            self._radius[i] = np.sqrt(((p - self._centre[i]) ** 2).sum(axis=1).max())
        pictures = plants(light)
        self._plants = np.array([(p.x, p.y, 0.0) for p in roadside.plants]).reshape(-1, 3)
        self._height = np.array([p.height for p in roadside.plants])
        self._sprite = [pictures[p.kind] for p in roadside.plants]
        self._aspect = np.array([s.aspect for s in self._sprite])
        self._mirrored = np.array([p.mirrored for p in roadside.plants], dtype=bool)
        self._tint = np.array([p.tint for p in roadside.plants])
        self._front_corners = np.array([f[0] for f in self._fronts]).reshape(-1, 4, 3)
        self._front_owner = np.array([f[3] for f in self._fronts], dtype=np.intp)
        self._front_gain = np.array([f[2] for f in self._fronts])

    def at(self, ego: tuple[float, float, float]) -> Surroundings:
        """Return what is near the ego's pose (x, y, heading)."""
        near = np.hypot(self._centre[:, 0] - ego[0], self._centre[:, 1] - ego[1]) < self._reach
        number = np.cumsum(near) - 1
        mine = near[self._owner]
        centre = to_vehicle(self._centre[near], *ego)
        owner = number[self._owner[mine]]
        facing = to_vehicle(self._facing[mine], 0.0, 0.0, ego[2])
        points = to_vehicle(self._points[mine], *ego)
        colour = self._hazy(self._colour[mine], points.mean(axis=1))
        pose = np.concatenate([centre[:, :2], np.zeros((len(centre), 1))], axis=1)
        wide = np.broadcast_to(np.array([-1e6, 1e6]), (int(mine.sum()), 2))
        faces = Faces(
            points,
            facing,
            offsets(facing, points),
            self._size[mine],
            colour,
            owner,
            self._rank[mine],
            np.zeros(len(points)),
            wide,
            centre,
            self._radius[near],
            pose,
        )
        index = np.flatnonzero(near[self._front_owner])
        fronts = Fronts(
            to_vehicle(self._front_corners[index], *ego),
            tuple(self._fronts[i][1] for i in index),
            self._front_gain[index],
            centre[number[self._front_owner[index]]],
        )
        heads = to_vehicle(self._heads, *ego)
        heads = heads[np.hypot(heads[:, 0], heads[:, 1]) < 130.0]
        return Surroundings(faces, fronts, self._upright(ego), heads)

    def _upright(self, ego: tuple[float, float, float]) -> Upright:
        distance = np.hypot(self._plants[:, 0] - ego[0], self._plants[:, 1] - ego[1])
        index = np.flatnonzero(distance < min(_RANGE["plant"], self._light.sight))
        base = to_vehicle(self._plants[index], *ego)
        gain = np.repeat(self._tint[index][:, None], 3, axis=1)
        if self._light.lamps > 0.0:
            beam = ego_headlights(base[:, 0], 0.55 * base[:, 1]) * self._light.lamps**2
            gain = gain * (1.0 + 3.0 * beam[:, None] * np.array([1.0, 0.95, 0.8]))
        return Upright(
            base,
            self._height[index],
            tuple(self._sprite[i] for i in index),
            self._aspect[index],
            self._mirrored[index],
            gain,
        )

    def _hazy(self, colour: F8, centre: F8) -> F8:
        light = self._light
        if light.lamps > 0.0:
            beam = ego_headlights(centre[:, 0], 0.8 * centre[:, 1]) * light.lamps**2
            colour = np.minimum(colour * (1.0 + 3.2 * beam[:, None]), 255.0)
        clear = light.clear_view(np.hypot(centre[:, 0], centre[:, 1]))[:, None]
        return np.asarray(colour * clear + np.array(light.haze) * 255.0 * (1.0 - clear))

    def _house(self, c: _Collector, house: House, sun: F8) -> None:
        owner = c.begin(_RANGE["house"])
        along = np.array([np.cos(house.heading), np.sin(house.heading)])
        back = np.array([-along[1], along[0]]) * -house.side
        half = 1.5 * house.bays
        high = house.storeys * STOREY + 0.5
        front = np.array([house.x, house.y])
        corner = [
            front - along * half,
            front + along * half,
            front + along * half + back * house.depth,
            front - along * half + back * house.depth,
        ]
        if house.side > 0:
            corner = [corner[1], corner[0], corner[3], corner[2]]
        wall = WALLS[house.style % len(WALLS)]
        side_bays = max(2, int(house.depth / 3.0))
        for i in range(4):
            a, b = corner[i], corner[(i + 1) % 4]
            quad = np.array([(*a, 0.0), (*b, 0.0), (*b, high), (*a, high)])
            edge = b - a
            normal = np.array([edge[1], -edge[0], 0.0]) / float(np.hypot(*edge))
            if float((normal[:2] * (a - front - 0.5 * back * house.depth)).sum()) < 0.0:
                quad, normal = quad[[1, 0, 3, 2]], -normal
            texture = facade(house.style, house.bays if i % 2 == 0 else side_bays, house.storeys, self._light, i != 0)
            flat = self._light.shade(normal[None], sun)[0].mean() / np.mean(self._light.ambient)
            self._fronts.append((quad, texture, float(flat), owner))
        self._roof(c, corner, high, wall, house)

    def _roof(
        self, c: _Collector, corner: list[F8], high: float, wall: tuple[float, float, float], house: House
    ) -> None:
        snow, flat = (228.0, 231.0, 238.0), (120.0, 118.0, 114.0)
        tiles = ((132.0, 72.0, 56.0), (92.0, 84.0, 84.0), (116.0, 84.0, 68.0))[house.style % 3]
        if self._light.snow:
            tiles = snow
        a, b, d, e = (np.array([*p, high]) for p in corner)
        if not house.gabled:
            c.quad(np.stack([a, b, d, e]), snow if self._light.snow else flat, 0, (0.0, 0.0, 1.0))
            return
        rise = np.array([0.0, 0.0, 0.30 * house.depth])
        left, right = 0.5 * (a + e) + rise, 0.5 * (b + d) + rise
        for p, q, r, s in ((a, b, right, left), (d, e, left, right)):
            c.quad(np.stack([p, q, r, s]), tiles, 1, _normal(p, q, r, left - rise * 3.0))
        for p, q, top in ((b, d, right), (e, a, left)):
            c.quad(np.stack([p, q, top, top]), wall, 0, _normal(p, q, top, 0.5 * (a + d)))


def _normal(a: F8, b: F8, c: F8, inside: F8) -> tuple[float, float, float]:
    n = np.cross(b - a, c - a)
    n /= float(np.sqrt((n * n).sum()))
    if float((n * (a - inside)).sum()) < 0.0:
        n = -n
    return (float(n[0]), float(n[1]), float(n[2]))


def _rail(c: _Collector, line: F8) -> None:
    c.begin(_RANGE["rail"])
    steel, shade, post = (176.0, 180.0, 184.0), (118.0, 122.0, 128.0), (104.0, 106.0, 110.0)
    for a, b in pairwise(line):
        for z0, z1, albedo in ((0.44, 0.53, steel), (0.53, 0.62, shade), (0.62, 0.75, steel)):
            c.quad(np.array([(*a, z0), (*b, z0), (*b, z1), (*a, z1)]), albedo, 1)
        d = (b - a) / float(np.hypot(*(b - a)))
        c.plate((float(a[0]), float(a[1])), (float(d[0]), float(d[1])), (-0.05, 0.05), (0.0, 0.70), post, 0)


def _cross(
    c: _Collector, p: Post, half: float, zs: tuple[float, float], albedo: tuple[float, float, float], rank: int
) -> None:
    """Add two rectangles that cross: a post that looks the same from all around."""
    along = (float(np.cos(p.heading)), float(np.sin(p.heading)))
    for direction in (along, (-along[1], along[0])):
        c.plate((p.x, p.y), direction, (-half, half), zs, albedo, rank)


def _delineator(c: _Collector, p: Post) -> None:
    c.begin(_RANGE["small"])
    _cross(c, p, 0.06, (0.0, 1.0), (228.0, 228.0, 224.0), 0)
    _cross(c, p, 0.061, (0.66, 0.88), (40.0, 40.0, 42.0), 1)
    _cross(c, p, 0.03, (0.70, 0.84), (236.0, 236.0, 220.0) if p.side > 0 else (236.0, 150.0, 60.0), 2)


def _lamp_head(p: Post) -> tuple[float, float, float]:
    reach = 1.5 * -p.side
    return (p.x - np.sin(p.heading) * reach, p.y + np.cos(p.heading) * reach, 7.0)


def _street_lamp(c: _Collector, p: Post, light: Light) -> None:
    c.begin(_RANGE["house"])
    metal = (92.0, 98.0, 102.0)
    _cross(c, p, 0.09, (0.12, 1.2), metal, 0)
    _cross(c, p, 0.055, (1.2, 7.0), metal, 0)
    across = (-float(np.sin(p.heading)) * -p.side, float(np.cos(p.heading)) * -p.side)
    c.plate((p.x, p.y), across, (0.0, 1.3), (7.0, 7.09), metal, 1)
    shine = (255.0, 232.0, 190.0) if light.lamps > 0.4 else (200.0, 202.0, 200.0)
    lift = 1.0 if light.lamps <= 0.4 else 1.0 / min(light.ambient)
    head = tuple(v * lift for v in shine)
    c.plate((p.x, p.y), across, (1.15, 1.85), (6.96, 7.08), (head[0], head[1], head[2]), 2)


def _gantry(c: _Collector, p: Post) -> None:
    """Add a sign board on two legs that looks against the traffic of the right-hand side."""
    c.begin(_RANGE["house"])
    across = (float(np.sin(p.heading)), -float(np.cos(p.heading)))
    for leg in (0.5, 3.5):
        c.plate((p.x, p.y), across, (leg, leg + 0.14), (0.0, 2.0), (120.0, 124.0, 128.0), 0)
    c.plate((p.x, p.y), across, (0.0, 4.2), (1.9, 4.4), (236.0, 238.0, 240.0), 1)
    c.plate((p.x, p.y), across, (0.08, 4.12), (1.98, 4.32), (28.0, 76.0, 158.0), 2)
    for z, low, high in ((3.75, 0.5, 2.7), (3.1, 0.5, 3.4), (2.45, 0.5, 2.2)):
        c.plate((p.x, p.y), across, (low, high), (z, z + 0.26), (232.0, 236.0, 240.0), 3)
