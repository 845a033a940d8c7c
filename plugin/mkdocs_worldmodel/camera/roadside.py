# What stands beside the road, placed once per run: each cell along a road draws its own things from a seed of its
# place, so nothing depends on what was drawn before.

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.facades import STYLES
from mkdocs_worldmodel.camera.foliage import BUSH, CONIFERS, TREES, WOODS
from mkdocs_worldmodel.camera.road_surface import RoadCurve, outer_border, sections_of, span
from mkdocs_worldmodel.scenario.road import LaneSection, RoadNetwork

F8 = npt.NDArray[np.float64]


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


class _Clearance:
    """Knows how far a place is from all carriageways."""

    def __init__(self, network: RoadNetwork) -> None:
        middles, halves = [], []
        for road in network.roads:
            curve = RoadCurve(road)
            for section, start, end in sections_of(road, *span(road, network)):
                s = np.arange(start, end, 6.0)
                low, high = (outer_border(road, section, sign, s) for sign in (-1, 1))
                x, y, _ = curve.place(s, 0.5 * (low + high))
                middles.append(np.stack([x, y], axis=1))
                halves.append(0.5 * (high - low))
        self._middle, self._half = np.concatenate(middles), np.concatenate(halves)

    def __call__(self, x: F8, y: F8) -> F8:
        out: F8 = np.empty(len(x))
        for i in range(0, len(x), 256):
            d = np.hypot(x[i : i + 256, None] - self._middle[:, 0], y[i : i + 256, None] - self._middle[:, 1])
            out[i : i + 256] = (d - self._half).min(axis=1)
        return out


class _Side:
    """One side of one part of a road: turns (s, distance from the edge) into places."""

    def __init__(self, curve: RoadCurve, section: LaneSection, sign: int, part: tuple[float, float], seed: int) -> None:
        self.curve, self.sign, self.part, self._section, self.seed = curve, sign, part, section, seed

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
        edge = outer_border(self.curve.road, self._section, self.sign, s)
        return self.curve.place(s, edge + self.sign * np.asarray(away))


def roadside_of(network: RoadNetwork, near: F8, reach: float) -> Roadside:
    """Place everything beside the roads, within `reach` [m] of the points `near` (M, 2)."""
    out = Roadside()
    clearance = _Clearance(network)
    for i, road in enumerate(network.roads):
        curve = RoadCurve(road)
        for section, start, end in sections_of(road, *span(road, network)):
            for sign in (-1, 1):
                side = _Side(curve, section, sign, (start, end), 11 + i)
                if road.kind == "town":
                    _town(out, side, clearance)
                else:
                    _country(out, side, clearance)
    return _near(out, near, reach)


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
    clearance: _Clearance,
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


def _posts(out: list[Post], side: _Side, length: float, away: float, shift: float = 0.0) -> None:
    s = side.cells(length) * length + shift
    if len(s):
        x, y, heading = side.place(s, away)
        out += [Post(float(a), float(b), float(h), side.sign) for a, b, h in zip(x, y, heading, strict=True)]


def _country(out: Roadside, side: _Side, clearance: _Clearance) -> None:
    motorway = side.curve.road.kind == "motorway"
    near = 8.0 if motorway else 4.0
    _scatter(out, side, clearance, 1, (15.0, 0.62), (near, near + 9.0), (*TREES, *TREES, *CONIFERS), (6.5, 12.5))
    _scatter(out, side, clearance, 2, (9.0, 0.42), (near - 2.5, near + 7.0), (BUSH,), (1.1, 2.6))
    _scatter(out, side, clearance, 3, (21.0, 0.6), (near + 14.0, near + 55.0), (*TREES, *CONIFERS), (8.0, 14.0))
    _scatter(out, side, clearance, 4, (34.0, 0.75), (near + 50.0, near + 130.0), WOODS, (9.0, 14.0))
    _posts(out.posts, side, 50.0, 1.35 if motorway else 0.5)
    if motorway:
        s = side.cells(12.0) * 12.0
        if len(s):
            x, y, _ = side.place(s[:, None] + np.arange(4.0) * 4.0, 0.85)
            out.rails += list(np.stack([x, y], axis=-1))
        if side.sign < 0:
            _posts(out.signs, side, 600.0, 2.6, 180.0)


def _town(out: Roadside, side: _Side, clearance: _Clearance) -> None:
    _posts(out.lamps, side, 36.0, -0.35, 9.0 if side.sign < 0 else 27.0)
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
