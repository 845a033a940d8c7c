# Where traffic keeps left: the mirror image of a network, and the author's spec seen in that mirror.

from __future__ import annotations

import math
from dataclasses import replace

from mkdocs_worldmodel.scenario.road import (
    Cubic,
    Geometry,
    Junction,
    Lane,
    LaneLink,
    LaneSection,
    MarkType,
    Road,
    RoadNetwork,
    RoadObject,
    Signal,
)  # fmt: skip
from mkdocs_worldmodel.spec.road import ArmName, CurveSpec, JunctionSpec, RoadSpec

_MARKS: dict[MarkType, MarkType] = {"solid broken": "broken solid", "broken solid": "solid broken"}


def mirrored_spec(spec: RoadSpec) -> RoadSpec:
    """The road that, built for traffic that keeps right, is the mirror image of the author's."""
    segments = spec.segments and [each.model_copy(update={"curve": _curve(each.curve)}) for each in spec.segments]
    changed = {"keep": "right", "curve": _curve(spec.curve), "segments": segments, "junction": _junction(spec.junction)}
    return spec.model_copy(update=changed)


def _curve(curve: CurveSpec | None) -> CurveSpec | None:
    return curve and curve.model_copy(update={"to": "left" if curve.to == "right" else "right"})


def _junction(spec: JunctionSpec | None) -> JunctionSpec | None:
    if spec is None:
        return None
    swap: dict[ArmName, ArmName] = {"ahead": "ahead", "left": "right", "right": "left"}
    # the left arm lies at `angle`, the right one opposite to it: in the mirror the left one lies at π - angle
    angle = math.pi - spec.angle
    return spec.model_copy(update={"arms": [swap[name] for name in spec.names], "angle": angle})


def mirrored(network: RoadNetwork) -> RoadNetwork:
    """The mirror image in the x axis: left is right, lane ids change their sign, traffic keeps left."""
    junctions = tuple(_junction_links(junction) for junction in network.junctions)
    return RoadNetwork(tuple(_road(road) for road in network.roads), junctions, network.controllers)


def _road(road: Road) -> Road:
    return replace(
        road,
        geometries=tuple(_geometry(g) for g in road.geometries),
        sections=tuple(_section(section) for section in road.sections),
        lane_offset=tuple(Cubic(c.s, *(_minus(v) for v in (c.a, c.b, c.c, c.d))) for c in road.lane_offset),
        rule="LHT",
        signals=tuple(_signal(signal) for signal in road.signals),
        objects=tuple(_object(each) for each in road.objects),
    )


def _minus(value: float) -> float:
    return -value if value else 0.0


def _geometry(g: Geometry) -> Geometry:
    start, end = _minus(g.curvature_start), _minus(g.curvature_end)
    return Geometry(g.s, g.x, _minus(g.y), _minus(g.heading), g.length, start, end)


def _section(section: LaneSection) -> LaneSection:
    lanes = tuple(_lane(lane) for lane in section.lanes)
    return replace(section, lanes=lanes, centre_mark=_MARKS.get(section.centre_mark, section.centre_mark))


def _lane(lane: Lane) -> Lane:
    before, after = (None if i is None else -i for i in (lane.predecessor, lane.successor))
    mark = _MARKS.get(lane.mark, lane.mark)
    return replace(lane, id=-lane.id, mark=mark, predecessor=before, successor=after)


def _signal(signal: Signal) -> Signal:
    return replace(signal, t=_minus(signal.t))


def _object(each: RoadObject) -> RoadObject:
    return replace(each, t_low=_minus(each.t_high), t_high=_minus(each.t_low))


def _junction_links(junction: Junction) -> Junction:
    connections = tuple(
        replace(c, links=tuple(LaneLink(-link.incoming, -link.connecting) for link in c.links))
        for c in junction.connections
    )
    return replace(junction, connections=connections)
