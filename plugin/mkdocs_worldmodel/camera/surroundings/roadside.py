# What stands beside the road, placed once per run: each cell along a road draws its own things from a seed of its
# place, so nothing depends on what was drawn before.

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.junction_area import islands_of
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve, near_span, outer_edge, sections_of
from mkdocs_worldmodel.camera.surroundings.clearance import Clearance
from mkdocs_worldmodel.camera.surroundings.facades import STYLES
from mkdocs_worldmodel.camera.surroundings.foliage import BUSH, CONIFERS, TREES, WOODS
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]

_DEEP = 160.0
"""How far from its reference line a road's plants stand [m]."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A tree, shrub or wood."""

    x: float
    y: float
    kind: int
    height: float
    mirrored: bool
    tint: float


@dataclass(frozen=True, slots=True)
class House:
    """A building; x, y is the middle of its front, `heading` looks along the road."""

    x: float
    y: float
    heading: float
    side: int
    """-1: the front looks left of its heading, +1: right."""
    bays: int
    storeys: int
    depth: float
    style: int
    gabled: bool

    @property
    def middle(self) -> tuple[float, float]:
        """Of its ground plan [m]."""
        away = -0.5 * self.side * self.depth
        return self.x - away * float(np.sin(self.heading)), self.y + away * float(np.cos(self.heading))


@dataclass(frozen=True, slots=True)
class Post:
    """Something upright and thin: delineators, lamp posts."""

    x: float
    y: float
    heading: float
    side: int


@dataclass(slots=True)
class Roadside:
    """All that stands beside the roads of a run."""

    plants: list[Plant] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    lamps: list[Post] = field(default_factory=list)
    rails: list[F8] = field(default_factory=list)
    """Each (4, 2): points 4 m apart [m]."""
    signs: list[Post] = field(default_factory=list)


class _Side:
    """One side of one part of a road: turns (s, distance from the edge) into places."""

    def __init__(self, curve: RoadCurve, sign: int, part: tuple[float, float], seed: int) -> None:
        self.curve, self.sign, self.part, self.seed = curve, sign, part, seed

    def cells(self, length: float) -> F8:
        """Numbers of the cells of a length whose start lies in this part."""
        return np.arange(np.ceil(self.part[0] / length), np.ceil(self.part[1] / length), dtype=np.float64)

    def draws(self, cells: F8, what: int, count: int) -> F8:
        """Random numbers (cells, count) that belong to each cell."""
        rng = np.random.default_rng((self.seed, 1 + self.sign, what))
        draws: F8 = rng.random((2048, count))[cells.astype(int) % 2048]
        return draws

    def place(self, s: F8, away: F8 | float) -> tuple[F8, F8, F8]:
        """World x, y and heading of places `away` [m] outside the edge."""
        edge = outer_edge(self.curve.road, self.sign, s)
        return self.curve.place(s, edge + self.sign * np.asarray(away))

    def pavement(self, s: F8) -> F8:
        """Width of what lies between the asphalt and the edge [m]."""
        road = self.curve.road
        return np.abs(outer_edge(road, self.sign, s) - outer_edge(road, self.sign, s, paved=True))


def roadside_of(network: RoadNetwork, near: F8, reach: float) -> Roadside:
    """Place everything beside the roads, within `reach` [m] of the points `near` (M, 2)."""
    out = Roadside()
    clearance = Clearance(network, near, reach)
    for i, road in enumerate(network.roads):
        if road.junction is not None:
            continue
        curve = RoadCurve(road)
        part = near_span(curve, network, near, reach + _DEEP)
        for _, start, end in sections_of(road, *part) if part is not None else ():
            for sign in (-1, 1):
                side = _Side(curve, sign, (start, end), 11 + i)
                if road.kind == "town":
                    _town(out, side, clearance)
                else:
                    _country(out, side, clearance)
    _green(out, network)
    return _near(_apart(out, network), near, reach)


def _green(out: Roadside, network: RoadNetwork) -> None:
    """Plant the islands of roundabouts."""
    for island in islands_of(network):
        if island.radius < 4.0:
            continue
        out.plants.append(Plant(island.x, island.y, TREES[0], min(7.0, 0.8 * island.radius), False, 1.0))
        for n in range(5):
            angle, away = 2.0 * np.pi * n / 5 + 0.4, 0.42 * island.radius
            x, y = island.x + away * float(np.cos(angle)), island.y + away * float(np.sin(angle))
            out.plants.append(Plant(x, y, BUSH, 0.9 + 0.1 * n, n % 2 == 0, 0.95))


def _apart(out: Roadside, network: RoadNetwork) -> Roadside:
    """Leave out houses that overlap, and plants that hide signs and lights from who drives towards them."""
    kept: list[House] = []
    for house in out.houses if len(network.roads) > 1 else ():
        x, y = house.middle
        if all(np.hypot(x - other.middle[0], y - other.middle[1]) > 15.5 for other in kept):
            kept.append(house)
    posts = []
    for road, signal in network.signals():
        s = signal.s - signal.direction * np.array([0.0, 6.0, 12.0, 18.0])
        posts.append(np.stack(RoadCurve(road).place(s, signal.t)[:2], axis=1))
    plants, free = out.plants, np.concatenate(posts) if posts else np.zeros((0, 2))
    if len(free):
        plants = [p for p in plants if float(np.hypot(free[:, 0] - p.x, free[:, 1] - p.y).min()) > 3.2]
    return replace(out, houses=kept if len(network.roads) > 1 else out.houses, plants=plants)


def _near(all_of: Roadside, near: F8, reach: float) -> Roadside:
    """Keep what lies near the run."""

    def keep(x: float, y: float) -> bool:
        return bool((np.hypot(near[:, 0] - x, near[:, 1] - y) < reach).any())

    return Roadside(
        [p for p in all_of.plants if keep(p.x, p.y)],
        [h for h in all_of.houses if keep(h.x, h.y)],
        [p for p in all_of.posts if keep(p.x, p.y)],
        [p for p in all_of.lamps if keep(p.x, p.y)],
        [r for r in all_of.rails if keep(float(r[0, 0]), float(r[0, 1]))],
        [p for p in all_of.signs if keep(p.x, p.y)],
    )


def _scatter(
    out: Roadside,
    side: _Side,
    clearance: Clearance,
    what: int,
    cell: tuple[float, float],
    away: tuple[float, float],
    kinds: tuple[int, ...],
    heights: tuple[float, float],
) -> None:
    """Plant one of `kinds` in some cells; `cell` is their length [m] and the share of them that bears a plant."""
    length, chance = cell
    cells = side.cells(length)
    if not len(cells):
        return
    d = side.draws(cells, what, 6)
    apart = away[0] + (away[1] - away[0]) * d[:, 1]
    x, y, _ = side.place((cells + 0.1 + 0.8 * d[:, 2]) * length, apart)
    free = clearance(x, y) > min(apart.min(), away[0]) - 0.3
    for i in np.flatnonzero((d[:, 0] < chance) & free).tolist():
        height = heights[0] + (heights[1] - heights[0]) * float(d[i, 3])
        kind = kinds[int(d[i, 4] * len(kinds)) % len(kinds)]
        tint = 0.86 + 0.24 * float(d[i, 5])
        out.plants.append(Plant(float(x[i]), float(y[i]), kind, height, bool(d[i, 5] < 0.5), tint))


def _posts(out: list[Post], side: _Side, clearance: Clearance, length: float, away: float, shift: float = 0.0) -> None:
    s = side.cells(length) * length + shift
    if len(s):
        # posts within the edge stand on the pavement, beside it where there is none
        beside = np.maximum(away, 0.5 - side.pavement(s))
        x, y, heading = side.place(s, beside)
        free = clearance.asphalt(x, y) > 0.3
        places = zip(x[free], y[free], heading[free], strict=True)
        out += [Post(float(a), float(b), float(h), side.sign) for a, b, h in places]


def _country(out: Roadside, side: _Side, clearance: Clearance) -> None:
    motorway = side.curve.road.kind == "motorway"
    near = 8.0 if motorway else 4.0
    _scatter(out, side, clearance, 1, (15.0, 0.62), (near, near + 9.0), (*TREES, *TREES, *CONIFERS), (6.5, 12.5))
    _scatter(out, side, clearance, 2, (9.0, 0.42), (near - 2.5, near + 7.0), (BUSH,), (1.1, 2.6))
    _scatter(out, side, clearance, 3, (21.0, 0.6), (near + 14.0, near + 55.0), (*TREES, *CONIFERS), (8.0, 14.0))
    _scatter(out, side, clearance, 4, (34.0, 0.75), (near + 50.0, near + 130.0), WOODS, (9.0, 14.0))
    _posts(out.posts, side, clearance, 50.0, 1.35 if motorway else 0.5)
    if motorway:
        s = side.cells(12.0) * 12.0
        if len(s):
            x, y, _ = side.place(s[:, None] + np.arange(4.0) * 4.0, 0.85)
            free = clearance.asphalt(x.ravel(), y.ravel()).reshape(x.shape).min(axis=1) > 0.55
            out.rails += list(np.stack([x, y], axis=-1)[free])
        if side.sign < 0:
            _posts(out.signs, side, clearance, 600.0, 2.6, 180.0)


def _town(out: Roadside, side: _Side, clearance: Clearance) -> None:
    _posts(out.lamps, side, clearance, 36.0, -0.35, 9.0 if side.sign < 0 else 27.0)
    _scatter(out, side, clearance, 1, (18.0, 0.55), (1.0, 1.8), TREES[1:], (5.5, 8.0))
    _scatter(out, side, clearance, 2, (12.0, 0.35), (2.2, 3.2), (BUSH,), (0.9, 1.5))
    _scatter(out, side, clearance, 3, (26.0, 0.6), (22.0, 45.0), TREES, (8.0, 13.0))
    cells = side.cells(21.0)
    if not len(cells):
        return
    d = side.draws(cells, 5, 6)
    s = (cells + 0.5) * 21.0 + 1.6 * (d[:, 1] - 0.5)
    x, y, heading = side.place(s, 4.0 + 1.6 * d[:, 2])
    back_x, back_y, _ = side.place(s, 15.0)
    free = (clearance(x, y) > 3.0) & (clearance(back_x, back_y) > 6.0)
    for along in (-9.0, 9.0):
        for away in (4.0, 15.0):
            corner = side.place(s + along, away)
            free &= clearance(corner[0], corner[1]) > 1.2
    for i in np.flatnonzero(free & (d[:, 3] < 0.90)).tolist():
        # the size goes with the style, so that a street needs few textures
        style = int(d[i, 5] * STYLES)
        storeys = 2 + (style // 2) % 4
        out.houses.append(
            House(
                float(x[i]),
                float(y[i]),
                float(heading[i]),
                -side.sign,
                4 + (style // 5) % 3,
                storeys,
                9.2 + 3.0 * (style % 2),
                style,
                storeys < 5 and bool(d[i, 4] < 0.75),
            )
        )
