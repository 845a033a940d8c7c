# The road as flat patches in world coordinates: carriageway, tyre tracks, marks, pavements, kerbs. Made once per
# run, drawn by the cameras (ground.py) and by the map (top_view.py).

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines, cubic_at, lane_borders
from mkdocs_worldmodel.scenario.road import Lane, LaneSection, MarkType, Road, RoadNetwork

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

STATIONS = 6
"""Points along each side of a patch; a patch has twice as many corners."""

EXTENSION = 320.0
"""How far a road goes on straight behind its open ends, so that no picture shows the end of the world [m]."""


class Material(IntEnum):
    """What a patch is made of, in the order of painting."""

    PAVED_GROUND = 0
    GRAVEL = 1
    ASPHALT = 2
    SHOULDER = 3
    REPAIR = 4
    TRACK = 5
    TRACK_CORE = 6
    MARK = 7
    PAVEMENT = 8
    JOINT = 9
    KERB_TOP = 10
    KERB_FACE = 11
    MEDIAN = 12


@dataclass(frozen=True, slots=True)
class Surface:
    """All patches of a network near a run, sorted by material, then road."""

    points: F8
    """(P, 2 * STATIONS, 3) corners in the world [m]."""
    material: Ints
    """(P,)"""
    layer: Ints
    """(P,) equal for patches that may be painted in one go: same material and road; ascending."""
    centre: F8
    """(P, 3)"""
    radius: F8
    """(P,)"""


class RoadCurve:
    """One road's (s, t) -> world, going on straight beyond its ends."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self._line = ReferenceLines([road])

    def place(self, s: F8, t: F8 | float) -> tuple[F8, F8, F8]:
        """Return x, y [m] and heading [rad] of points (s, t)."""
        s = np.asarray(s, dtype=np.float64)
        inside = np.clip(s, 0.0, self.road.length)
        x, y, heading = self._line.pose(0, inside, np.asarray(t, dtype=np.float64) + np.zeros(s.shape))
        beyond = s - inside
        return x + beyond * np.cos(heading), y + beyond * np.sin(heading), heading

    def step(self) -> float:
        """Distance of samples that keeps chords within about 1 cm of the curve [m]."""
        bend = max((max(abs(g.curvature_start), abs(g.curvature_end)) for g in self.road.geometries), default=0.0)
        return float(np.clip(np.sqrt(0.08 / max(bend, 1e-6)), 0.8, 5.0))


def span(road: Road, network: RoadNetwork) -> tuple[float, float]:
    """From where to where a road is drawn [m]: beyond its ends where no other road begins there."""
    ends = {other.id: _ends(other) for other in network.roads if other.id != road.id}
    start, end = _ends(road)
    low, high = -EXTENSION, road.length + EXTENSION
    for pair in ends.values():
        for place in pair:
            if float(np.hypot(*(place - start))) < 6.0:
                low = 0.0
            if float(np.hypot(*(place - end))) < 6.0:
                high = road.length
    return low, high


def _ends(road: Road) -> tuple[F8, F8]:
    x, y, _ = ReferenceLines([road]).pose(0, np.array([0.0, road.length]))
    return np.array([x[0], y[0]]), np.array([x[1], y[1]])


def sections_of(road: Road, low: float, high: float) -> Iterator[tuple[LaneSection, float, float]]:
    """Lane sections with the part of the road [m] that each one covers, extensions included."""
    for i, section in enumerate(road.sections):
        start = low if i == 0 else section.s
        end = high if i + 1 == len(road.sections) else road.sections[i + 1].s
        yield section, start, end


def border(road: Road, section: LaneSection, lane: Lane, s: F8) -> tuple[F8, F8]:
    """Inner and outer border t [m] of a lane; beyond the road's ends as at the end."""
    return lane_borders(road, section, lane, np.clip(s, max(section.s, 0.0), road.length))


def outer_border(road: Road, section: LaneSection, sign: int, s: F8) -> F8:
    """Outermost border t [m] of one side; the reference line where that side has no lanes."""
    lanes = section.side(sign)
    if lanes:
        return border(road, section, lanes[-1], s)[1]
    return cubic_at(road.lane_offset, np.clip(s, 0.0, road.length))


_PAVED = ("driving", "shoulder", "border", "biking", "curb")


class _Builder:
    """Collects patches of one road."""

    def __init__(self, curve: RoadCurve, layer: int) -> None:
        self.curve = curve
        self.layer = layer
        self.points: list[F8] = []
        self.materials: list[int] = []

    def strip(self, material: Material, s: F8, sides: tuple[F8, F8], z: tuple[float, float] = (0.0, 0.0)) -> None:
        """Add patches with stations s (P, STATIONS) between two lateral positions (P, STATIONS)."""
        if not len(s):
            return
        ax, ay, _ = self.curve.place(s, sides[0])
        bx, by, _ = self.curve.place(s, sides[1])
        a = np.stack([ax, ay, np.full(s.shape, z[0])], axis=-1)
        b = np.stack([bx, by, np.full(s.shape, z[1])], axis=-1)
        self.points.append(np.concatenate([a, b[:, ::-1]], axis=1))
        self.materials += [int(material)] * len(s)


def _stations(start: float, end: float, step: float) -> F8:
    """Cut [start, end] into patches: stations (P, STATIONS) [m]; cuts lie on whole multiples of the step."""
    length = step * (STATIONS - 1)
    cuts = np.arange(np.floor(start / length) + 1.0, np.ceil(end / length)) * length
    edges = np.concatenate([[start], cuts, [end]])
    edges = edges[np.concatenate([[True], np.diff(edges) > 1e-6])]
    return _between(edges[:-1], edges[1:])


def _between(start: F8, end: F8) -> F8:
    """Stations (P, STATIONS) from `start` to `end` (P,) [m]."""
    stations: F8 = start[:, None] + (end - start)[:, None] * np.linspace(0.0, 1.0, STATIONS)
    return stations


def _dashes(start: float, end: float, dash: float, period: float) -> F8:
    begin = np.arange(np.ceil(start / period), np.ceil(end / period), dtype=np.float64) * period
    stop = np.minimum(begin + dash, end)
    return _between(begin, stop)


def _mark(b: _Builder, section: LaneSection, lane: Lane | None, kind: MarkType, part: tuple[float, float]) -> None:
    """Add the road mark on a lane's outer border, or on the reference line where lane is None."""
    if kind in ("none", "curb"):
        return
    road = b.curve.road
    motorway = road.kind == "motorway"
    if kind == "broken":
        s = _dashes(*part, *((6.0, 18.0) if motorway else (3.0, 9.0)))
    else:
        s = _stations(*part, b.curve.step())
    half = 0.075 if motorway or kind == "broken" else 0.065
    if motorway and kind == "solid":
        half = 0.13
    offsets = (-0.13, 0.13) if kind == "solid solid" else (0.0,)
    t = outer_border(road, section, 0, s) if lane is None else border(road, section, lane, s)[1]
    for offset in offsets:
        b.strip(Material.MARK, s, (t + offset + half, t + offset - half))


def _lanes(b: _Builder, section: LaneSection, sign: int, part: tuple[float, float]) -> None:
    """Add the surfaces of one side of a section, from the reference line outwards."""
    road = b.curve.road
    s = _stations(*part, b.curve.step())
    height = 0.0
    for lane in section.side(sign):
        inner, outer = border(road, section, lane, s)
        if lane.type == "sidewalk":
            z = lane.height
            b.strip(Material.PAVEMENT, s, (inner, outer), (z, z))
            if z > height:
                b.strip(Material.KERB_TOP, s, (inner, inner + sign * 0.16), (z, z))
                b.strip(Material.KERB_FACE, s, (inner, inner), (0.0, z))
            _joints(b, section, lane, part)
        elif lane.type == "median":
            b.strip(Material.MEDIAN, s, (inner, outer), (lane.height, lane.height))
        elif lane.type in _PAVED:
            b.strip(Material.ASPHALT, s, (inner, outer))
            if lane.type == "shoulder":
                b.strip(Material.SHOULDER, s, (inner + sign * 0.12, outer))
            if lane.type == "driving":
                _wear(b, s, 0.5 * (inner + outer), np.abs(outer - inner))
                _repairs(b, section, lane, part)
        height = lane.height
        _mark(b, section, lane, lane.mark, part)


def _wear(b: _Builder, s: F8, centre: F8, width: F8) -> None:
    """Add the two tyre tracks of a lane, each with a darker core."""
    gauge = np.minimum(0.78, 0.26 * width)
    for side in (-1.0, 1.0):
        for material, half in ((Material.TRACK, 0.34), (Material.TRACK_CORE, 0.20)):
            b.strip(material, s, (centre + side * gauge - half, centre + side * gauge + half))


def _repairs(b: _Builder, section: LaneSection, lane: Lane, part: tuple[float, float]) -> None:
    """Add a mended rectangle of fresher asphalt here and there."""
    cells = np.arange(np.ceil(part[0] / 47.0), np.floor(part[1] / 47.0))
    rng = np.random.default_rng((abs(lane.id), lane.id > 0, 7))
    draws = rng.random((4096, 4))[(cells.astype(int)) % 4096]
    chosen = draws[:, 0] < 0.3
    if not chosen.any():
        return
    begin = cells[chosen] * 47.0 + 30.0 * draws[chosen, 1]
    s = _between(begin, begin + 2.0 + 9.0 * draws[chosen, 2])
    inner, outer = border(b.curve.road, section, lane, s)
    low = 0.12 + 0.38 * (draws[chosen, 3:4] > 0.5)
    b.strip(Material.REPAIR, s, (inner + (outer - inner) * low, inner + (outer - inner) * (low + 0.40)))


def _joints(b: _Builder, section: LaneSection, lane: Lane, part: tuple[float, float]) -> None:
    """Add the joints between a pavement's slabs: one across each metre, one along the middle."""
    across = np.arange(np.ceil(part[0]), np.ceil(part[1]), dtype=np.float64)
    inner, outer = border(b.curve.road, section, lane, across)
    s = across[:, None] + np.array([0.0, 0.0, 0.0, 0.03, 0.03, 0.03])
    z = (lane.height, lane.height)
    t0, t1 = np.repeat(inner[:, None], STATIONS, axis=1), np.repeat(outer[:, None], STATIONS, axis=1)
    b.strip(Material.JOINT, s, (t0, t1), z)
    along = _stations(*part, b.curve.step())
    inner, outer = border(b.curve.road, section, lane, along)
    for share in (0.36, 0.68):
        t = inner + (outer - inner) * share
        b.strip(Material.JOINT, along, (t - 0.015, t + 0.015), z)


def _roadside(b: _Builder, section: LaneSection, part: tuple[float, float]) -> None:
    """Add what lies beside the outermost lanes: gravel in the open, paved ground in a town."""
    road = b.curve.road
    s = _stations(*part, b.curve.step())
    for sign in (-1, 1):
        edge = outer_border(road, section, sign, s)
        if road.kind == "town":
            b.strip(Material.PAVED_GROUND, s, (edge - sign * 0.2, edge + sign * 26.0))
        else:
            b.strip(Material.GRAVEL, s, (edge - sign * 0.2, edge + sign * (1.1 if road.kind == "motorway" else 0.55)))


def runs_of(keys: Ints) -> list[tuple[int, int]]:
    """Start and end of each run of equal keys."""
    if not len(keys):
        return []
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])).tolist()
    return list(zip(starts, [*starts[1:], len(keys)], strict=True))


def surface_of(network: RoadNetwork, near: F8, reach: float) -> Surface:
    """Cut the roads that come within `reach` [m] of the points `near` (M, 2) into patches."""
    points: list[F8] = []
    materials: list[int] = []
    layers: list[int] = []
    for i, road in enumerate(network.roads):
        curve = RoadCurve(road)
        b = _Builder(curve, i)
        for section, start, end in sections_of(road, *span(road, network)):
            part = (start, end)
            _roadside(b, section, part)
            for sign in (-1, 1):
                _lanes(b, section, sign, part)
            _mark(b, section, None, section.centre_mark, part)
        points += b.points
        materials += b.materials
        layers += [m * len(network.roads) + i for m in b.materials]
    corners = np.concatenate(points)
    material, layer = np.array(materials, dtype=np.intp), np.array(layers, dtype=np.intp)
    centre = 0.5 * (corners.min(axis=1) + corners.max(axis=1))
    radius = np.sqrt(((corners - centre[:, None]) ** 2).sum(axis=-1).max(axis=1))
    keep = np.zeros(len(corners), dtype=bool)
    for x, y in near:
        keep |= np.hypot(centre[:, 0] - x, centre[:, 1] - y) < reach + radius
    order = np.flatnonzero(keep)[np.argsort(layer[keep], kind="stable")]
    return Surface(corners[order], material[order], layer[order], centre[order], radius[order])
