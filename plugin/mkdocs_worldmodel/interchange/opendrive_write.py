# Our road network → ASAM OpenDRIVE 1.8. What is written is read back as it was, to a micrometre.

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from mkdocs_worldmodel.scenario.road import (
    Cubic,
    Geometry,
    Junction,
    Lane,
    LaneSection,
    Link,
    MarkType,
    Road,
    RoadKind,
    RoadNetwork,
    SignalType,
)

_KINDS: dict[RoadKind, str] = {"motorway": "motorway", "rural": "rural", "town": "town"}
_SIGNALS: dict[SignalType, str] = {
    "traffic light": "1000001", "pedestrian light": "1000002", "stop": "206", "give way": "205", "priority": "306",
    "speed limit": "274",
}  # fmt: skip
_STOP_LINE = "294"
_END_OF_LIMIT = "278"


def write_opendrive(network: RoadNetwork, name: str = "") -> str:
    """The network as the text of an OpenDRIVE file; the same network gives the same text."""
    root = ET.Element("OpenDRIVE")
    ET.SubElement(root, "header", revMajor="1", revMinor="8", name=name)
    for road in network.roads:
        _road(root, road)
    for controller in network.controllers:
        element = ET.SubElement(root, "controller", id=controller.name, name=controller.name)
        for signal in controller.signals:
            ET.SubElement(element, "control", signalId=signal, type="0")
    for junction in network.junctions:
        _junction(root, junction)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _number(value: float) -> str:
    return repr(float(value))


def _numbers(**values: float) -> dict[str, str]:
    return {key: _number(value) for key, value in values.items()}


def _road(root: ET.Element, road: Road) -> None:
    element = ET.SubElement(
        root, "road", name=road.name, length=_number(road.length), id=road.id, junction=road.junction or "-1",
        rule=road.rule,
    )  # fmt: skip
    link = ET.SubElement(element, "link")
    _link(link, "predecessor", road.predecessor)
    _link(link, "successor", road.successor)
    _kind_and_limits(element, road)
    plan = ET.SubElement(element, "planView")
    for geometry in road.geometries:
        _geometry(plan, geometry)
    lanes = ET.SubElement(element, "lanes")
    for cubic in road.lane_offset:
        ET.SubElement(lanes, "laneOffset", _cubic(cubic, "s"))
    for section in road.sections:
        _section(lanes, section)
    _furniture(element, road)


def _link(element: ET.Element, end: str, link: Link | None) -> None:
    if link is None:
        return
    attributes = {"elementType": link.kind, "elementId": link.id}
    if link.kind == "road":
        attributes["contactPoint"] = link.contact
    ET.SubElement(element, end, attributes)


def _kind_and_limits(element: ET.Element, road: Road) -> None:
    limits = [(0.0, road.speed_limit), *((each.s, each.limit) for each in road.speed_limits)]
    for s, limit in limits:
        kind = ET.SubElement(element, "type", s=_number(s), type=_KINDS[road.kind])
        if limit is not None or len(limits) > 1:
            most = "no limit" if limit is None else _number(limit)
            ET.SubElement(kind, "speed", max=most, unit="m/s")


def _geometry(plan: ET.Element, g: Geometry) -> None:
    element = ET.SubElement(plan, "geometry", _numbers(s=g.s, x=g.x, y=g.y, hdg=g.heading, length=g.length))
    if g.curvature_start != g.curvature_end:
        ET.SubElement(element, "spiral", _numbers(curvStart=g.curvature_start, curvEnd=g.curvature_end))
    elif g.curvature_start:
        ET.SubElement(element, "arc", _numbers(curvature=g.curvature_start))
    else:
        ET.SubElement(element, "line")


def _cubic(cubic: Cubic, key: str) -> dict[str, str]:
    return _numbers(**{key: cubic.s, "a": cubic.a, "b": cubic.b, "c": cubic.c, "d": cubic.d})


def _section(lanes: ET.Element, section: LaneSection) -> None:
    element = ET.SubElement(lanes, "laneSection", s=_number(section.s))
    for side, sign in (("left", 1), ("center", 0), ("right", -1)):
        if sign == 0:
            centre = ET.SubElement(ET.SubElement(element, side), "lane", id="0", type="none", level="false")
            _mark(centre, section.centre_mark)
            continue
        found = sorted(section.side(sign), key=lambda lane: -lane.id)
        parent = ET.SubElement(element, side) if found else element
        for lane in found:
            _lane(parent, lane)


def _lane(parent: ET.Element, lane: Lane) -> None:
    element = ET.SubElement(parent, "lane", id=str(lane.id), type=lane.type, level="false")
    link = ET.SubElement(element, "link")
    for end, other in (("predecessor", lane.predecessor), ("successor", lane.successor)):
        if other is not None:
            ET.SubElement(link, end, id=str(other))
    for cubic in lane.widths:
        ET.SubElement(element, "width", _cubic(cubic, "sOffset"))
    _mark(element, lane.mark)
    if lane.height:
        ET.SubElement(element, "height", _numbers(sOffset=0.0, inner=lane.height, outer=lane.height))


def _mark(lane: ET.Element, mark: MarkType) -> None:
    ET.SubElement(lane, "roadMark", sOffset="0.0", type=mark, color="standard")


def _furniture(element: ET.Element, road: Road) -> None:
    crosswalks = [each for each in road.objects if each.type == "crosswalk"]
    lines = [each for each in road.objects if each.type == "stop line"]
    objects = ET.SubElement(element, "objects") if crosswalks else element
    for each in crosswalks:
        middle, width = 0.5 * (each.t_low + each.t_high), each.t_high - each.t_low
        place = _numbers(s=each.s, t=middle, hdg=0.0, length=each.length, width=width)
        ET.SubElement(objects, "object", {"id": each.id, "type": "crosswalk", **place})
    signals = ET.SubElement(element, "signals") if road.signals or lines else element
    for signal in road.signals:
        dynamic = signal.type in {"traffic light", "pedestrian light"}
        number = _SIGNALS[signal.type] if signal.type != "speed limit" or signal.value is not None else _END_OF_LIMIT
        attributes = {"id": signal.id, **_numbers(s=signal.s, t=signal.t), "type": number,
                      "subtype": "-1", "country": "OpenDRIVE", "dynamic": "yes" if dynamic else "no",
                      "orientation": "+" if signal.direction > 0 else "-"}  # fmt: skip
        if signal.value is not None:
            attributes |= {"value": _number(signal.value), "unit": "m/s"}
        ET.SubElement(signals, "signal", attributes)
    for i, line in enumerate(lines):
        place = _numbers(s=line.s, t=0.5 * (line.t_low + line.t_high), width=line.t_high - line.t_low)
        name = f"stop line {road.id} {i + 1}"
        ET.SubElement(signals, "signal", {"id": name, **place, "type": _STOP_LINE, "subtype": "-1",
                       "country": "OpenDRIVE", "dynamic": "no", "orientation": "none"})  # fmt: skip


def _junction(root: ET.Element, junction: Junction) -> None:
    element = ET.SubElement(root, "junction", id=junction.id, name=junction.name)
    for i, each in enumerate(junction.connections):
        connection = ET.SubElement(
            element, "connection", id=str(i), incomingRoad=each.incoming, connectingRoad=each.connecting,
            contactPoint=each.contact,
        )  # fmt: skip
        for link in each.links:
            ET.SubElement(connection, "laneLink", {"from": str(link.incoming), "to": str(link.connecting)})
    _priorities(element, junction.priorities)


def _priorities(element: ET.Element, priorities: Iterable[tuple[str, str]]) -> None:
    for high, low in priorities:
        ET.SubElement(element, "priority", high=high, low=low)
