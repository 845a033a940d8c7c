# The road as flat patches in world coordinates: carriageway, tyre tracks, marks, pavements, kerbs. Made once per
# run, drawn by the cameras (ground_view.py) and by the map (top_view.py).

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.arrows import paint_arrows
from mkdocs_worldmodel.camera.ground.gore import paint_gores
from mkdocs_worldmodel.camera.ground.guides import paint_guides
from mkdocs_worldmodel.camera.ground.junction_area import Crossing, crossings_of, paint_crossing, paint_islands
from mkdocs_worldmodel.camera.ground.markings import lane_mark, painted_objects, parking_bays
from mkdocs_worldmodel.camera.ground.patches import (
    STATIONS,
    Material,
    PatchBuilder,
    RoadBuilder,
    Surface,
    spread,
    stations,
)
from mkdocs_worldmodel.camera.ground.road_curve import PAVED, RoadCurve, border, near_span, outer_border, sections_of
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, LaneSection, RoadNetwork

F8 = npt.NDArray[np.float64]

_WIDE = 70.0
"""How far a road's patches reach from its reference line, and along it [m]."""


def _lanes(b: RoadBuilder, section: LaneSection, sign: int, part: tuple[float, float]) -> None:
    """Add the surfaces of one side of a section, from the reference line outwards."""
    road = b.curve.road
    s = stations(*part, b.curve.step())
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
        elif lane.type in PAVED:
            b.strip(Material.ASPHALT, s, (inner, outer))
            if lane.type == "shoulder":
                b.strip(Material.SHOULDER, s, (inner + sign * 0.12, outer))
            if lane.type == "biking":
                b.strip(Material.CYCLE_LANE, s, (inner + sign * 0.08, outer))
            if lane.type == "parking":
                b.strip(Material.PARKING, s, (inner + sign * 0.08, outer))
                parking_bays(b, section, lane, part)
            if lane.type in DRIVABLE:
                _wear(b, s, 0.5 * (inner + outer), np.abs(outer - inner))
                _repairs(b, section, lane, part)
        height = lane.height
        lane_mark(b, section, lane, lane.mark, part)


def _wear(b: RoadBuilder, s: F8, centre: F8, width: F8) -> None:
    """Add the two tyre tracks of a lane, each with a darker core; nobody drives where a lane tapers out."""
    wide = width.min(axis=1) > 1.8
    s, centre, width = s[wide], centre[wide], width[wide]
    gauge = np.minimum(0.78, 0.26 * width)
    for side in (-1.0, 1.0):
        for material, half in ((Material.TRACK, 0.34), (Material.TRACK_CORE, 0.20)):
            b.strip(material, s, (centre + side * gauge - half, centre + side * gauge + half))


def _repairs(b: RoadBuilder, section: LaneSection, lane: Lane, part: tuple[float, float]) -> None:
    """Add a mended rectangle of fresher asphalt here and there."""
    cells = np.arange(np.ceil(part[0] / 47.0), np.floor(part[1] / 47.0))
    rng = np.random.default_rng((abs(lane.id), lane.id > 0, 7))
    draws = rng.random((4096, 4))[(cells.astype(int)) % 4096]
    chosen = (draws[:, 0] < 0.3) & (cells * 47.0 + 41.0 < part[1])
    if not chosen.any():
        return
    begin = cells[chosen] * 47.0 + 30.0 * draws[chosen, 1]
    s = spread(begin, begin + 2.0 + 9.0 * draws[chosen, 2])
    inner, outer = border(b.curve.road, section, lane, s)
    low = 0.12 + 0.38 * (draws[chosen, 3:4] > 0.5)
    b.strip(Material.REPAIR, s, (inner + (outer - inner) * low, inner + (outer - inner) * (low + 0.40)))


def _joints(b: RoadBuilder, section: LaneSection, lane: Lane, part: tuple[float, float]) -> None:
    """Add the joints between a pavement's slabs: one across each metre, one along the middle."""
    across = np.arange(np.ceil(part[0]), np.ceil(part[1]), dtype=np.float64)
    inner, outer = border(b.curve.road, section, lane, across)
    s = across[:, None] + np.array([0.0, 0.0, 0.0, 0.03, 0.03, 0.03])
    z = (lane.height, lane.height)
    t0, t1 = np.repeat(inner[:, None], STATIONS, axis=1), np.repeat(outer[:, None], STATIONS, axis=1)
    b.strip(Material.JOINT, s, (t0, t1), z)
    along = stations(*part, b.curve.step())
    inner, outer = border(b.curve.road, section, lane, along)
    for share in (0.36, 0.68):
        t = inner + (outer - inner) * share
        b.strip(Material.JOINT, along, (t - 0.015, t + 0.015), z)


def _roadside(b: RoadBuilder, section: LaneSection, part: tuple[float, float]) -> None:
    """Add what lies beside the outermost lanes: gravel in the open, paved ground in a town."""
    road = b.curve.road
    s = stations(*part, b.curve.step())
    for sign in (-1, 1):
        edge = outer_border(road, section, sign, s)
        if road.kind == "town":
            b.strip(Material.PAVED_GROUND, s, (edge - sign * 0.2, edge + sign * 26.0))
        else:
            b.strip(Material.GRAVEL, s, (edge - sign * 0.2, edge + sign * (1.1 if road.kind == "motorway" else 0.55)))


def surface_of(network: RoadNetwork, near: F8, reach: float) -> Surface:
    """Cut the roads that come within `reach` [m] of the points `near` (M, 2) into patches."""
    crossings = {crossing.junction: crossing for crossing in crossings_of(network)}
    builders: list[PatchBuilder] = []
    for road in network.roads:
        b = RoadBuilder(RoadCurve(road))
        builders.append(b)
        part = near_span(b.curve, network, near, reach + _WIDE)
        if part is None:
            continue
        for section, start, end in sections_of(road, *part):
            part = (start, end)
            if road.junction in crossings:
                _bare(b, section, part)
                continue
            _roadside(b, section, part)
            for sign in (-1, 1):
                _lanes(b, section, sign, part)
            lane_mark(b, section, None, section.centre_mark, part)
        painted_objects(b)
    areas: list[Crossing] = list(crossings.values())
    builders += [paint_crossing(crossing) for crossing in areas]
    builders.append(paint_islands(network))
    builders.append(paint_arrows(network, frozenset(crossings)))
    builders.append(paint_guides(network, frozenset(crossings)))
    builders.append(paint_gores(network, frozenset(crossings)))
    return _joined(builders, near, reach)


def _bare(b: RoadBuilder, section: LaneSection, part: tuple[float, float]) -> None:
    """Add the asphalt of a connecting road; what lies around it belongs to its junction."""
    s = stations(*part, b.curve.step())
    right, left = (outer_border(b.curve.road, section, sign, s, paved=True) for sign in (-1, 1))
    b.strip(Material.ASPHALT, s, (right, left))


def _joined(builders: list[PatchBuilder], near: F8, reach: float) -> Surface:
    """All patches within reach, in painting order."""
    corners = np.concatenate([np.zeros((0, 2 * STATIONS, 3)), *(points for b in builders for points in b.points)])
    material = np.array([m for b in builders for m in b.materials], dtype=np.intp)
    owner = np.repeat(np.arange(len(builders)), [len(b.materials) for b in builders])
    layer = material * len(builders) + owner
    centre = 0.5 * (corners.min(axis=1) + corners.max(axis=1))
    radius = np.sqrt(((corners - centre[:, None]) ** 2).sum(axis=-1).max(axis=1))
    keep = np.zeros(len(corners), dtype=bool)
    for x, y in near:
        keep |= np.hypot(centre[:, 0] - x, centre[:, 1] - y) < reach + radius
    order = np.flatnonzero(keep)[np.argsort(layer[keep], kind="stable")]
    return Surface(corners[order], material[order], layer[order], centre[order], radius[order])
