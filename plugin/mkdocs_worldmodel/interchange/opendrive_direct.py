# Direct junctions of OpenDRIVE (1.8, 12.5): roads that meet without connecting roads, as on- and off-ramps do. Ours
# always have some, so the last metres of the roads on one side of the junction become connecting roads.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mkdocs_worldmodel.interchange.opendrive_lanes import cut_cubics, sum_cubics
from mkdocs_worldmodel.interchange.xml_tree import XmlReading
from mkdocs_worldmodel.scenario.geometry import cut_line
from mkdocs_worldmodel.scenario.road import Connection, Contact, Lane, LaneLink, LaneSection, Link, Road

_LONGEST = 8.0
"""Of the connecting roads [m]."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two roads that meet in a direct junction, and which of their lanes go on as which."""

    road: str
    other: str
    contact: Contact
    """End of the other road."""
    links: tuple[LaneLink, ...]
    """From lanes of the road to lanes of the other."""


class DirectJunction:
    """A direct junction on its way to get connecting roads."""

    def __init__(self, reading: XmlReading, junction: str, roads: dict[str, Road]) -> None:
        self.reading, self.junction, self.roads = reading, junction, roads

    def connect(self, meetings: Sequence[Meeting]) -> tuple[Connection, ...]:
        """Shorten roads, add connecting ones among the junction's roads, and return its connections."""
        sides = self._sides(meetings)
        if sides is None:
            self.reading.note(f"junction {self.junction[:40]}: its roads meet in a circle and stay unconnected")
            return ()
        pairs: dict[tuple[str, str], dict[LaneLink, None]] = {}
        contacts: dict[str, Contact] = {each.other: each.contact for each in meetings}
        for each in meetings:
            swapped = not sides[each.road]
            pair = (each.other, each.road) if swapped else (each.road, each.other)
            links = [LaneLink(k.connecting, k.incoming) if swapped else k for k in each.links]
            pairs.setdefault(pair, {}).update(dict.fromkeys(links))
        whole = {name: self.roads[name] for name, _ in pairs}
        ends = {name: contacts.get(name) or self._end(road) for name, road in whole.items()}
        out: list[Connection] = []
        for (name, other), found in pairs.items():
            contact = contacts.get(other) or self._end(self.roads[other])
            between = self._between(whole[name], ends[name], Link("road", other, contact), tuple(found))
            if between is None:
                continue
            self.roads[between.id] = between
            out += _connections(between, name, other, ends[name], found)
        for name, road in whole.items():
            self.roads[name] = _shortened(road, ends[name])
        return tuple(out)

    def _sides(self, meetings: Sequence[Meeting]) -> dict[str, bool] | None:
        """Which roads are shortened, so that of two that meet it is always one; None where that cannot be."""
        side: dict[str, bool] = {}
        left = list(meetings)
        while left:
            ready = [m for m in left if m.road in side or m.other in side] or left[:1]
            for each in ready:
                side.setdefault(each.road, not side.get(each.other, False))
                side.setdefault(each.other, not side[each.road])
                if side[each.road] == side[each.other]:
                    return None
            left = [m for m in left if m not in ready]
        return side

    def _end(self, road: Road) -> Contact:
        """Which end of a road lies at the junction."""
        link = road.predecessor
        return "start" if link is not None and (link.kind, link.id) == ("junction", self.junction) else "end"

    def _between(self, road: Road, end: Contact, other: Link, links: Sequence[LaneLink]) -> Road | None:
        """The last metres of a road with the lanes that lead to another."""
        length = _reach(road, end)
        begin = road.length - length if end == "end" else 0.0
        section = road.sections[-1 if end == "end" else 0]
        onward = {each.incoming: each.connecting for each in links}
        kept = [lane for lane in section.lanes if lane.id in onward]
        if not kept:
            self.reading.note(f"junction {self.junction[:40]}: roads {road.id[:40]} and {other.id[:40]} share no lanes")
            return None
        offset = cut_cubics(road.lane_offset, begin)
        signs = {1 if lane.id > 0 else -1 for lane in kept}
        for lane in section.lanes if len(signs) == 1 else ():  # lanes further in belong to another way
            sign = min(signs)
            if lane.id * sign > 0 and abs(lane.id) < min(abs(each.id) for each in kept):
                offset = sum_cubics(offset, cut_cubics(lane.widths, begin - section.s), sign)
        lanes = tuple(_cut_lane(lane, begin - section.s, end, onward[lane.id]) for lane in kept)
        here = Link("road", road.id, end)
        return Road(
            _unused(f"{road.id} to {other.id}", self.roads),
            length,
            cut_line(road.geometries, begin, begin + length),
            (LaneSection(0.0, lanes, section.centre_mark),),
            road.kind,
            road.speed_limits[-1].limit if road.speed_limits and end == "end" else road.speed_limit,
            offset,
            road.rule,
            here if end == "end" else other,
            other if end == "end" else here,
            self.junction,
            name="the junction",
        )


def _connections(between: Road, name: str, other: str, end: Contact, links: Iterable[LaneLink]) -> list[Connection]:
    """Of the ways that lead into a connecting road at either end, for those who drive there."""
    forward = {lane.id for lane in between.sections[0].lanes if _drives(lane, between, 1)}
    back = {lane.id for lane in between.sections[0].lanes if _drives(lane, between, -1)}
    away, toward = (forward, back) if end == "end" else (back, forward)
    first: Contact = "start" if end == "end" else "end"
    last: Contact = "end" if end == "end" else "start"
    out = []
    leaving = tuple(LaneLink(k.incoming, k.incoming) for k in links if k.incoming in away)
    entering = tuple(LaneLink(k.connecting, k.incoming) for k in links if k.incoming in toward)
    if leaving:
        out.append(Connection(name, between.id, first, leaving))
    if entering:
        out.append(Connection(other, between.id, last, entering))
    return out


def _drives(lane: Lane, road: Road, direction: int) -> bool:
    """Whether traffic in a lane drives in that direction of its road."""
    with_s = (lane.id < 0) == (road.rule == "RHT")
    return lane.type == "bidirectional" or with_s == (direction > 0)


def _reach(road: Road, end: Contact) -> float:
    """How many metres of a road become connecting roads: of its outermost section half, at most."""
    if end == "end":
        return min(_LONGEST, 0.5 * (road.length - road.sections[-1].s))
    first = road.sections[1].s if len(road.sections) > 1 else road.length
    return min(_LONGEST, 0.5 * first)


def _shortened(road: Road, end: Contact) -> Road:
    """A road without its last or first metres; in the latter case its s is counted from the new begin."""
    length = _reach(road, end)
    left = road.length - length
    if end == "end":
        line = cut_line(road.geometries, 0.0, left)
        signals = tuple(replace(each, s=min(each.s, left)) for each in road.signals)
        return replace(road, length=left, geometries=line, signals=signals)

    def moved(s: float) -> float:
        return max(0.0, s - length)

    first = road.sections[0]
    lanes = tuple(replace(ln, widths=cut_cubics(ln.widths, length)) for ln in first.lanes)
    sections = (replace(first, lanes=lanes), *(replace(each, s=each.s - length) for each in road.sections[1:]))
    return replace(
        road,
        length=left,
        geometries=cut_line(road.geometries, length, road.length),
        sections=sections,
        lane_offset=cut_cubics(road.lane_offset, length),
        signals=tuple(replace(each, s=moved(each.s)) for each in road.signals),
        objects=tuple(replace(each, s=moved(each.s)) for each in road.objects),
        speed_limits=tuple(replace(each, s=moved(each.s)) for each in road.speed_limits),
    )


def _cut_lane(lane: Lane, begin: float, end: Contact, onward: int) -> Lane:
    before, after = (lane.id, onward) if end == "end" else (onward, lane.id)
    return replace(lane, widths=cut_cubics(lane.widths, begin), predecessor=before, successor=after)


def _unused(name: str, taken: dict[str, Road]) -> str:
    return next(each for each in (name, *(f"{name} {k}" for k in range(2, len(taken) + 3))) if each not in taken)
