# The ground of junctions: one area of asphalt between the mouths of its arms, with kerbs and pavements around its
# corners, and the islands inside of rings. Junctions where roads only merge are drawn like any road.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.arrows import bend_of, turn_by
from mkdocs_worldmodel.camera.ground.patches import STATIONS, Material, PatchBuilder
from mkdocs_worldmodel.camera.ground.road_curve import PAVED, RoadCurve, outer_edge
from mkdocs_worldmodel.scenario.road import Contact, Junction, Link, Road, RoadKind, RoadNetwork

F8 = npt.NDArray[np.float64]

_SAMPLES = 3 * (STATIONS - 1) + 1
"""Points along a corner."""
_ROUND = 0.5523
"""Of a cubic Bezier that follows a quarter of a circle."""
_LARGEST_ISLAND = 60.0
"""Inner radius of a ring with an island in it [m]."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where the asphalt of an arm ends on one side of its mouth."""

    point: F8
    """(2,) [m]"""
    outward: F8
    """(2,) unit vector along the arm, away from the junction."""
    pavement: float
    """Width of the pavement beside it [m]."""
    height: float
    """Of that pavement [m]."""


@dataclass(frozen=True, slots=True)
class _Arm:
    """A road that leads to a junction, seen from the junction."""

    road: str
    contact: Contact
    middle: F8
    right: _Edge
    left: _Edge


@dataclass(frozen=True, slots=True)
class _Corner:
    """The border of a junction from one arm to the next, counter-clockwise; what is not road lies on its right."""

    line: F8
    """(_SAMPLES, 2) [m]"""
    begin: _Edge
    end: _Edge


@dataclass(frozen=True, slots=True)
class Crossing:
    """A junction with turns: its border, counter-clockwise."""

    junction: str
    kind: RoadKind
    centre: F8
    border: F8
    """(V, 2) closed: the last point is the first."""
    corners: tuple[_Corner, ...]


def crossings_of(network: RoadNetwork) -> list[Crossing]:
    """Return the junctions of a network whose ways turn."""
    out = []
    for junction in network.junctions:
        ways = [road for road in network.roads if road.junction == junction.id]
        if any(turn_by(bend_of(road)) for road in ways):
            found = _crossing(network, junction, ways)
            if found is not None:
                out.append(found)
    return out


def _mouths(road: Road) -> tuple[tuple[Link | None, Contact], ...]:
    return ((road.predecessor, "start"), (road.successor, "end"))


def _crossing(network: RoadNetwork, junction: Junction, ways: list[Road]) -> Crossing | None:
    arms = [
        _arm(road, contact)
        for road in network.roads
        if road.junction is None
        for link, contact in _mouths(road)
        if link is not None and link.kind == "junction" and link.id == junction.id
    ]
    if len(arms) < 2:
        return None
    centre = np.mean([arm.middle for arm in arms], axis=0)
    arms.sort(key=lambda arm: float(np.arctan2(*(arm.middle - centre)[::-1])))
    corners = tuple(
        _Corner(_corner_line(arm, after, ways), arm.left, after.right)
        for arm, after in zip(arms, [*arms[1:], arms[0]], strict=True)
    )
    border = np.concatenate([corner.line for corner in corners])
    return Crossing(junction.id, network.roads[0].kind, centre, np.concatenate([border, border[:1]]), corners)


def _arm(road: Road, contact: Contact) -> _Arm:
    s = np.array([0.0 if contact == "start" else road.length])
    away = 1 if contact == "start" else -1  # of s, and the sign of t on the left
    curve = RoadCurve(road)
    heading = float(curve.place(s, 0.0)[2][0])
    outward = away * np.array([np.cos(heading), np.sin(heading)])
    edges = []
    for sign in (-away, away):
        paved, outer = outer_edge(road, sign, s, paved=True), outer_edge(road, sign, s)
        x, y, _ = curve.place(s, paved)
        section = road.sections[0 if contact == "start" else -1]
        height = max((lane.height for lane in section.side(sign) if lane.type not in PAVED), default=0.0)
        edges.append(_Edge(np.array([x[0], y[0]]), outward, abs(float(outer[0] - paved[0])), height))
    return _Arm(road.id, contact, 0.5 * (edges[0].point + edges[1].point), edges[0], edges[1])


def _corner_line(arm: _Arm, after: _Arm, ways: list[Road]) -> F8:
    """Points from the left edge of an arm to the right edge of the next one: along a way that turns there, or round."""
    a, b = arm.left, after.right
    best, found = 9.0, None
    for road in ways:
        ends = {(link.id, link.contact) for link in (road.predecessor, road.successor) if link is not None}
        if ends != {(arm.road, arm.contact), (after.road, after.contact)}:
            continue
        s = np.linspace(0.0, road.length, _SAMPLES)
        for sign in (-1, 1):
            x, y, _ = RoadCurve(road).place(s, outer_edge(road, sign, s, paved=True))
            line = np.stack([x, y], axis=1)
            if np.hypot(*(line[-1] - a.point)) < np.hypot(*(line[0] - a.point)):
                line = line[::-1]
            miss = float(np.hypot(*(line[0] - a.point)) + np.hypot(*(line[-1] - b.point)))
            if miss < best:
                best, found = miss, line
    if found is None:
        return _round_corner(a, b)
    share = np.linspace(0.0, 1.0, _SAMPLES)[:, None]
    moved: F8 = found + (a.point - found[0]) * (1.0 - share) + (b.point - found[-1]) * share
    return moved


def _round_corner(a: _Edge, b: _Edge) -> F8:
    """A curve that leaves both edges straight on."""
    u, v, way = -a.outward, -b.outward, b.point - a.point
    cross = float(u[0] * v[1] - u[1] * v[0])
    if abs(cross) > 0.17:
        ahead = float(way[0] * v[1] - way[1] * v[0]) / cross
        behind = float(way[0] * u[1] - way[1] * u[0]) / cross
    else:
        ahead = behind = -1.0
    if ahead <= 0.0 or behind <= 0.0:
        ahead = behind = 0.6 * float(np.hypot(*way))
        first, second = a.point + u * (ahead / 3), b.point + v * (behind / 3)
    else:
        first, second = a.point + u * (_ROUND * ahead), b.point + v * (_ROUND * behind)
    w = np.linspace(0.0, 1.0, _SAMPLES)[:, None]
    line: F8 = (
        (1 - w) * (1 - w) * (1 - w) * a.point
        + 3 * w * (1 - w) * (1 - w) * first
        + 3 * w * w * (1 - w) * second
        + w * w * w * b.point
    )
    return line


def paint_crossing(crossing: Crossing) -> PatchBuilder:
    """Return the ground of a crossing."""
    b = PatchBuilder()
    b.fan(Material.ASPHALT, crossing.centre, crossing.border)
    for corner in crossing.corners:
        _around(b, corner, crossing.kind)
    return b


def _groups(line: F8) -> F8:
    """A line of points (V, 2) as pieces (P, STATIONS, 2) that share their ends."""
    step = STATIONS - 1
    return np.stack([line[i : i + STATIONS] for i in range(0, len(line) - 1, step)])


def _around(b: PatchBuilder, corner: _Corner, kind: RoadKind) -> None:
    """Add what lies behind a corner: kerb and pavement, gravel in the open, paved ground in a town."""
    line = corner.line
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    right = np.stack([along[:, 1], -along[:, 0]], axis=1)
    share = np.linspace(0.0, 1.0, len(line))[:, None]
    wide = corner.begin.pavement + (corner.end.pavement - corner.begin.pavement) * share
    height = max(corner.begin.height, corner.end.height)

    def strip(material: Material, low: F8 | float, high: F8 | float, z: tuple[float, float]) -> None:
        b.between(material, _groups(line + right * low), _groups(line + right * high), z)

    if kind == "town":
        _paved_ground(b, corner)
    else:
        strip(Material.GRAVEL, -0.2, wide + (1.1 if kind == "motorway" else 0.55), (0.0, 0.0))
    if wide.max() > 0.1:
        strip(Material.PAVEMENT, 0.0, wide, (height, height))
        for row in (0.36, 0.68):
            strip(Material.JOINT, wide * row - 0.015, wide * row + 0.015, (height, height))
        strip(Material.KERB_TOP, 0.0, np.minimum(0.16, wide), (height, height))
        strip(Material.KERB_FACE, 0.0, 0.0, (0.0, height))


def _paved_ground(b: PatchBuilder, corner: _Corner) -> None:
    """Add the ground of a block between two arms; what lies beside the arms belongs to them."""
    a, e = corner.begin, corner.end
    across, reach = np.array([-a.outward[1], a.outward[0]]), 26.0
    over = np.array([e.outward[1], -e.outward[0]])
    cross = float(across[0] * over[1] - across[1] * over[0])
    way = e.point - a.point
    out = float(way[0] * over[1] - way[1] * over[0]) / cross if abs(cross) > 0.2 else -1.0
    if 0.0 < out < 60.0:
        b.fan(Material.PAVED_GROUND, a.point + across * out, corner.line)
    else:
        ends = np.stack([e.point + over * reach, a.point + across * reach])
        b.fan(Material.PAVED_GROUND, ends.mean(axis=0), np.concatenate([ends[1:], corner.line, ends[:1]]))


@dataclass(frozen=True, slots=True)
class Island:
    """What lies inside of a ring of road."""

    x: float
    y: float
    radius: float
    """Of its kerb [m]."""
    ring: frozenset[str]
    """Ids of the roads around it."""


def islands_of(network: RoadNetwork) -> list[Island]:
    """Return the islands of a network: inside of arcs that together go once around."""
    turned: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}
    ring: dict[tuple[int, int], list[str]] = {}
    for road in network.roads:
        for g in road.geometries:
            k = g.curvature_start
            if k != g.curvature_end or abs(k) * (_LARGEST_ISLAND + 20.0) < 1.0 or abs(k) * 2.0 > 1.0:
                continue
            x, y = g.x - np.sin(g.heading) / k, g.y + np.cos(g.heading) / k
            inner = abs(float(outer_edge(road, 1 if k > 0 else -1, np.array([g.s]), paved=True)[0]))
            key = (round(x / 2.0), round(y / 2.0))
            turned.setdefault(key, []).append((x, y, 1.0 / abs(k) - inner, abs(k) * g.length))
            ring.setdefault(key, []).append(road.id)
    out = []
    for key, arcs in turned.items():
        if sum(arc[3] for arc in arcs) > 5.5:
            x, y = (float(np.mean([arc[i] for arc in arcs])) for i in range(2))
            radius = min(arc[2] for arc in arcs)
            if 1.0 < radius < _LARGEST_ISLAND:
                out.append(Island(x, y, radius, frozenset(ring[key])))
    return out


def paint_islands(network: RoadNetwork) -> PatchBuilder:
    """Return the ground of all islands: kerb, a paved ring that long vehicles run over, grass."""
    b = PatchBuilder()
    town = network.roads[0].kind == "town"
    for island in islands_of(network):
        centre, height = np.array([island.x, island.y]), 0.12
        angles = np.linspace(0.0, 2.0 * np.pi, 8 * (STATIONS - 1) + 1)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        grass = max(island.radius - (1.5 if town else 1.0), 0.5 * island.radius)
        rings = [centre + circle * r for r in (island.radius, island.radius - 0.2, grass)]
        b.fan(Material.PAVEMENT, centre, rings[1], height)
        b.between(Material.KERB_TOP, _groups(rings[0]), _groups(rings[1]), (height, height))
        b.between(Material.KERB_FACE, _groups(rings[0]), _groups(rings[0]), (0.0, height))
        b.fan(Material.MEDIAN, centre, rings[2], height)
    return b
