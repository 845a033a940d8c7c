# An author's road (lanes, length, curve or segments) → a Road in OpenDRIVE's terms, and lane numbers both ways.

from __future__ import annotations

import math

from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Cubic, Geometry, Lane, LaneSection, MarkType, Road, RoadKind
from mkdocs_worldmodel.spec.road import CurveSpec, RoadSpec

# Lane widths [m]: German guidelines RAA (motorway 3.75), RAL (rural 3.50), RASt (town 3.25).
_WIDTH: dict[RoadKind, float] = {"motorway": 3.75, "rural": 3.5, "town": 3.25}


def road_kind(spec: RoadSpec, ego_speed: float) -> RoadKind:
    """What kind of road an author means who does not say it: by speed limit, else by the ego's speed [m/s]."""
    if spec.kind is not None:
        return spec.kind
    speed = spec.speed_limit if spec.speed_limit is not None else ego_speed
    if speed <= 60 / 3.6:
        return "town"
    return "motorway" if speed >= 79 / 3.6 and spec.lanes >= 2 and not spec.oncoming else "rural"


def pieces(spec: RoadSpec, default_length: float) -> list[tuple[float, float, float]]:
    """(length, curvature at start, at end) of each piece of the reference line; see `chain`."""
    if spec.segments is None:
        return _bend(spec.length or default_length, spec.curve)
    return [piece for segment in spec.segments for piece in _bend(segment.length, segment.curve)]


def _bend(length: float, curve: CurveSpec | None) -> list[tuple[float, float, float]]:
    if curve is None:
        return [(length, 0.0, 0.0)]
    k = (1.0 if curve.to == "left" else -1.0) / curve.radius
    ramp = min(curve.transition, 0.5 * length)
    arc = length - 2.0 * ramp
    all_three = [(ramp, 0.0, k), (arc, k, k), (ramp, k, 0.0)]
    return [p for p in all_three if p[0] > 0.0]


def lane_section(spec: RoadSpec, kind: RoadKind) -> LaneSection:
    """Lanes of an author's road, with the shoulders or pavements that its kind has."""
    width = (Cubic(0.0, spec.lane_width or _WIDTH[kind]),)

    def side(count: int, sign: int) -> list[Lane]:
        lanes = []
        for i in range(1, count + 1):
            outermost = i == count
            mark: MarkType = "broken" if not outermost else "curb" if kind == "town" else "solid"
            lanes.append(Lane(sign * i, "driving", width, mark))
        lanes.append(_edge(kind, sign * (count + 1), narrow=count == 0))
        return lanes

    centre: MarkType = "solid"
    if spec.oncoming:
        centre = "broken" if spec.lanes == spec.oncoming == 1 else "solid solid"
    elif kind == "town":
        centre = "curb"
    return LaneSection(0.0, (*side(spec.lanes, -1), *side(spec.oncoming, 1)), centre)


def _edge(kind: RoadKind, lane_id: int, *, narrow: bool) -> Lane:
    if kind == "town":
        return Lane(lane_id, "sidewalk", (Cubic(0.0, 2.5),), height=0.12)
    width = {"motorway": 0.75 if narrow else 2.5, "rural": 0.5}[kind]
    return Lane(lane_id, "shoulder", (Cubic(0.0, width),))


def build_road(spec: RoadSpec, ego_speed: float, default_length: float) -> Road:
    """The road an author describes, from the origin along +x. Road id '1'."""
    kind = road_kind(spec, ego_speed)
    geometries = chain(pieces(spec, default_length))
    length = geometries[-1].s + geometries[-1].length
    return Road("1", length, geometries, (lane_section(spec, kind),), kind, spec.speed_limit)


def turning(geometries: tuple[Geometry, ...]) -> float:
    """Sum of all bends without sign [rad]."""
    return math.fsum(0.5 * abs(g.curvature_start + g.curvature_end) * g.length for g in geometries)


def lane_id(spec: RoadSpec, lane: int) -> int | None:
    """OpenDRIVE id of an author's lane (negative: oncoming); None where the road has no such lane."""
    if lane > 0:
        return -(spec.lanes - lane + 1) if lane <= spec.lanes else None
    return spec.oncoming + lane + 1 if -lane <= spec.oncoming else None


def lane_name(road: Road, lane: int) -> str:
    """How a page calls a lane: 'lane 2', 'oncoming lane 1', 'the shoulder', 'off the road'."""
    if lane == 0:
        return "off the road"
    side = road.sections[0].side(1 if lane > 0 else -1)
    found = next((ln for ln in side if ln.id == lane), None)
    if found is None:
        return "off the road"
    if found.type != "driving":
        return "the pavement" if found.type == "sidewalk" else "the shoulder"
    count = sum(ln.type == "driving" for ln in side)
    number = count - abs(lane) + 1
    with_traffic = (lane < 0) == (road.rule == "RHT")
    return f"lane {number}" if with_traffic else f"oncoming lane {number}"
