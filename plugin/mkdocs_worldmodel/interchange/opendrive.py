# ASAM OpenDRIVE (1.1 to 1.8) → our road network. What changes how somebody drives is read; elevation, banking and
# scenery are passed over with a note.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mkdocs_worldmodel.interchange.opendrive_direct import DirectJunction, Meeting
from mkdocs_worldmodel.interchange.opendrive_furniture import (
    read_kind,
    read_objects,
    read_signals,
    read_speed_limits,
)
from mkdocs_worldmodel.interchange.opendrive_lanes import MAX_LANE, read_lane_offset, read_sections
from mkdocs_worldmodel.interchange.opendrive_lines import read_line
from mkdocs_worldmodel.interchange.xml_tree import Element, XmlReading
from mkdocs_worldmodel.scenario.road import (
    Connection,
    Contact,
    Junction,
    Lane,
    LaneLink,
    LaneSection,
    Link,
    Road,
    RoadNetwork,
    TrafficRule,
)

_MOST_ROADS = 5000
_LONGEST = 1e6
"""Of a road [m]."""
_MOST_PIECES = 60_000
"""Of all reference lines."""
_MOST_LANES = 300_000
"""Of all sections."""
_AT_JUNCTION = "the junction"
"""How a page calls connecting roads and junctions without a name."""


def read_opendrive(text: bytes | str, *, file: str = "", note: Callable[[str], None] | None = None) -> RoadNetwork:
    """Read an OpenDRIVE file.

    Args:
        text: the file's bytes, or its decoded text.
        file: its name in messages.
        note: called with each thing that the file says and that was passed over.

    Raises:
        SpecError: with all mistakes, each with its line.
    """
    reading = XmlReading(file)
    network = _Network(reading, reading.parse(text, "OpenDRIVE")).read()
    reading.check()
    if note is not None:
        for each in reading.notes:
            note(each)
    return network


class _Network:
    """A file on its way to become a network."""

    def __init__(self, reading: XmlReading, root: Element) -> None:
        self.reading, self.root = reading, root
        self._signals: set[str] = set()

    def read(self) -> RoadNetwork:
        elements = self.root.all("road")
        if not elements:
            self.reading.wrong_at(self.root, "the file has no roads", "a <road> is needed")
        if len(elements) > _MOST_ROADS:
            self.reading.wrong_at(self.root, f"the file has {len(elements)} roads", f"{_MOST_ROADS} are the most")
        self.reading.check()
        if self.root.find("header", "offset") is not None:
            self.reading.note("the header's offset is not added: positions are as they stand in the file")
        roads: dict[str, Road] = {}
        pieces = lanes = 0
        for element in elements:
            road = self._road(element)
            pieces += len(road.geometries)
            lanes += sum(len(section.lanes) for section in road.sections)
            if pieces > _MOST_PIECES or lanes > _MOST_LANES:
                self.reading.wrong_at(element, "the roads up to here are too many", "leave out what is far away")
                break
            if road.id in roads:
                self.reading.wrong_at(element, f"there are two roads {road.id[:40]!r}", "each road has its own id")
            roads[road.id] = road
        self.reading.check()
        junctions = tuple(self._junctions(roads))
        known = {junction.id for junction in junctions}
        linked = {each: self._linked(road, roads, known) for each, road in roads.items()}
        return RoadNetwork(tuple(self._lanes_linked(road, linked) for road in linked.values()), junctions)

    # -- roads ---------------------------------------------------------------------------------------------

    def _road(self, element: Element) -> Road:
        reading = self.reading
        road_id = reading.text(element, "id")
        length = reading.number(element, "length", low=0.0, high=_LONGEST)
        line = read_line(reading, element)
        reach = line[-1].s + line[-1].length if line else 0.0
        if reach > _LONGEST:
            reading.wrong_at(element, f"the road's line reaches {reach:g} m", f"{_LONGEST:g} m are the most")
        if line and abs(reach - length) > 0.1:
            reading.note(f"road {road_id[:40]}: its length is {length:.2f} m, its line reaches {reach:.2f} m")
        rule: TrafficRule = "LHT" if element.attributes.get("rule") == "LHT" else "RHT"
        offset = read_lane_offset(reading, element, reach)
        limits = read_speed_limits(reading, element)
        signals, lines = read_signals(reading, element, rule, self._signals)
        junction = element.attributes.get("junction", "-1")
        inside = junction not in {"-1", ""}
        if any(profile.children for profile in element.all("elevationProfile") + element.all("lateralProfile")):
            reading.note("elevation and banking are not read: all roads are level")
        return Road(
            road_id,
            reach,
            line,
            read_sections(reading, element, reach, offset),
            kind=read_kind(element),
            speed_limit=limits[0].limit if limits and limits[0].s <= 0.0 else None,
            lane_offset=offset,
            rule=rule,
            predecessor=self._link(element, "predecessor"),
            successor=self._link(element, "successor"),
            junction=junction if inside else None,
            signals=signals,
            objects=(*read_objects(reading, element), *lines),
            speed_limits=tuple(each for each in limits if each.s > 0.0),
            name=element.attributes.get("name") or (_AT_JUNCTION if inside else f"road {road_id}"),
        )

    def _link(self, road: Element, end: str) -> Link | None:
        link = road.find("link", end)
        if link is None:
            return None
        other = self.reading.text(link, "elementId")
        if link.attributes.get("elementType", "road") == "junction":
            return Link("junction", other)
        # without a contact point roads run on as they came
        contact = link.attributes.get("contactPoint", "start" if end == "successor" else "end")
        return Link("road", other, self._contact(link, contact))

    def _contact(self, at: Element, word: str) -> Contact:
        if word not in {"start", "end"}:
            self.reading.wrong_at(at, f"contactPoint of <{at.name}> is {word[:40]!r}", "start or end")
        return "end" if word == "end" else "start"

    def _linked(self, road: Road, roads: dict[str, Road], junctions: set[str]) -> Road:
        """A road without links to what is not in the file."""

        def kept(link: Link | None) -> Link | None:
            if link is None or link.id in (roads if link.kind == "road" else junctions):
                return link
            self.reading.note(f"road {road.id[:40]} is linked to {link.kind} {link.id[:40]}, which is not there")
            return None

        return replace(road, predecessor=kept(road.predecessor), successor=kept(road.successor))

    def _lanes_linked(self, road: Road, roads: dict[str, Road]) -> Road:
        """A road whose lanes are linked only to lanes that are there."""
        before, after = _ids_at(roads, road.predecessor), _ids_at(roads, road.successor)
        out: list[LaneSection] = []
        for i, section in enumerate(road.sections):
            low = _ids(road.sections[i - 1]) if i else before
            high = _ids(road.sections[i + 1]) if i + 1 < len(road.sections) else after
            lanes = tuple(self._lane_linked(lane, low, high, road.id) for lane in section.lanes)
            out.append(replace(section, lanes=lanes))
        return replace(road, sections=tuple(out))

    def _lane_linked(self, lane: Lane, low: set[int] | None, high: set[int] | None, road: str) -> Lane:
        def kept(link: int | None, there: set[int] | None) -> int | None:
            if link is None or there is None or link in there:
                return link
            self.reading.note(f"road {road[:40]}: lane {lane.id} is linked to a lane {link} that is not there")
            return None

        return replace(lane, predecessor=kept(lane.predecessor, low), successor=kept(lane.successor, high))

    # -- junctions -----------------------------------------------------------------------------------------

    def _junctions(self, roads: dict[str, Road]) -> list[Junction]:
        out: dict[str, Junction] = {}
        for element in self.root.all("junction"):
            name = self.reading.text(element, "id")
            if name in out:
                self.reading.wrong_at(element, f"there are two junctions {name[:40]!r}", "each junction has its own id")
            if element.attributes.get("type") == "virtual":
                self.reading.note(f"junction {name[:40]} is virtual: its connections are not read")
                continue
            direct = [self._meeting(each, roads) for each in element.all("connection")]
            meetings = [each for each in direct if each is not None]
            if meetings:
                ours = DirectJunction(self.reading, name, roads).connect(meetings)
                out[name] = Junction(name, ours, (), element.attributes.get("name") or _AT_JUNCTION)
                continue
            connections = [self._connection(each, name, roads) for each in element.all("connection")]
            order = [
                (self.reading.text(each, "high"), self.reading.text(each, "low")) for each in element.all("priority")
            ]
            inner = {road.id for road in roads.values() if road.junction == name}
            out[name] = Junction(
                name,
                tuple(each for each in connections if each is not None),
                tuple((high, low) for high, low in order if high in inner and low in inner),
                element.attributes.get("name") or _AT_JUNCTION,
            )
        for road in roads.values():
            if road.junction is not None and road.junction not in out:
                self.reading.note(f"road {road.id[:40]} is in junction {road.junction[:40]}, which is not there")
                out[road.junction] = Junction(road.junction, ())
        return list(out.values())

    def _meeting(self, element: Element, roads: dict[str, Road]) -> Meeting | None:
        """Of a direct junction; some files say connectingRoad there, too."""
        names = element.attributes
        incoming, other = names.get("incomingRoad", ""), names.get("linkedRoad", names.get("connectingRoad", ""))
        if incoming not in roads or other not in roads or roads[other].junction is not None:
            return None
        contact = self._contact(element, names.get("contactPoint", "start"))
        return Meeting(incoming, other, contact, tuple(self._lane_links(element)))

    def _lane_links(self, element: Element) -> list[LaneLink]:
        number = self.reading.whole
        return [
            LaneLink(number(each, "from", most=MAX_LANE), number(each, "to", most=MAX_LANE))
            for each in element.all("laneLink")
        ]

    def _connection(self, element: Element, junction: str, roads: dict[str, Road]) -> Connection | None:
        incoming, connecting = (self.reading.text(element, key) for key in ("incomingRoad", "connectingRoad"))
        if incoming not in roads or connecting not in roads:
            missing = incoming if incoming not in roads else connecting
            self.reading.note(f"junction {junction[:40]}: a connection of road {missing[:40]}, which is not there")
            return None
        contact = self._contact(element, element.attributes.get("contactPoint", "start"))
        links = self._lane_links(element)
        begin = _ids(roads[connecting].sections[0 if contact == "start" else -1])
        if not links:  # "may be omitted where all incoming lanes are linked to lanes of the same id" (1.4H, 5.5.2)
            links = [LaneLink(each, each) for each in sorted(begin & _ids_of(roads[incoming]))]
        links = [each for each in links if each.connecting in begin and each.incoming in _ids_of(roads[incoming])]
        return Connection(incoming, connecting, contact, tuple(links))


def _ids(section: LaneSection) -> set[int]:
    return {lane.id for lane in section.lanes}


def _ids_of(road: Road) -> set[int]:
    """Lanes at either end of a road."""
    return _ids(road.sections[0]) | _ids(road.sections[-1])


def _ids_at(roads: dict[str, Road], link: Link | None) -> set[int] | None:
    """Lanes where a link leads; None where it leads to no road, so that lanes' links mean nothing."""
    if link is None or link.kind != "road":
        return None
    return _ids(roads[link.id].sections[0 if link.contact == "start" else -1])
