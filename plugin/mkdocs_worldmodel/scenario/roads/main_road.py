# The ego's road along its course: one road, or parts with a junction wherever a ramp joins or an exit leaves.

from __future__ import annotations

import math
from collections.abc import Sequence

from mkdocs_worldmodel.scenario.geometry import chain, cut_line, pose_on
from mkdocs_worldmodel.scenario.road import (
    Connection,
    Cubic,
    Geometry,
    Junction,
    Lane,
    LaneLink,
    LaneSection,
    Link,
    MarkType,
    Road,
    SpeedLimit,
)
from mkdocs_worldmodel.scenario.roads.course import Piece
from mkdocs_worldmodel.scenario.roads.site import ROAD_NAMES, Site
from mkdocs_worldmodel.scenario.roads.stations import Gore
from mkdocs_worldmodel.scenario.roads.strips import Strip, Strips

# Away from the road a ramp bends off by 0.15 rad (9°) at a radius of 300 m, and goes straight on from there.
_BEND_RADIUS = 300.0
_BEND_LENGTH = 45.0


def lay_main_road(
    site: Site,
    line: tuple[Geometry, ...],
    strips: Strips,
    gores: Sequence[Gore],
    limits: tuple[SpeedLimit, ...],
    centre: MarkType,
) -> None:
    """Lay the ego's road with ramps and exits; the first road is that on which the ego starts."""
    length = line[-1].s + line[-1].length
    begins = [0.0, *(gore.end for gore in gores)]
    ends = [*(gore.begin for gore in gores), length]
    kind, first_limit = site.profile.kind, site.speed_limit
    for k, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        whole = begin == 0.0 and end == length
        sections = strips.sections(begin, end, kind, centre)
        part = line if whole else cut_line(line, begin, end)
        road = Road(
            site.number(), end - begin, part, sections, kind, first_limit, speed_limits=_within(limits, begin, end),
            predecessor=Link("junction", f"J{k}") if k else None,
            successor=Link("junction", f"J{k + 1}") if k < len(gores) else None,
        )  # fmt: skip
        site.main.append((begin, site.add(road).id))
    for gore, before, after in zip(gores, site.main[:-1], site.main[1:], strict=True):
        _lay_gore(site, line, strips, gore, (before[1], after[1]), limits, centre)


def _within(limits: tuple[SpeedLimit, ...], begin: float, end: float) -> tuple[SpeedLimit, ...]:
    """Limits of a part of the road: what held before it holds from its beginning on."""
    held = [limit for limit in limits if limit.s <= begin and begin > 0.0]
    inside = [limit for limit in limits if begin <= limit.s < end and limit not in held]
    return tuple(SpeedLimit(max(0.0, limit.s - begin), limit.limit) for limit in (*held[-1:], *inside))


def _lay_gore(
    site: Site,
    line: tuple[Geometry, ...],
    strips: Strips,
    gore: Gore,
    parts: tuple[str, str],
    limits: tuple[SpeedLimit, ...],
    centre: MarkType,
) -> None:
    """The connecting roads of a ramp or exit, and the ramp itself."""
    kind, width, junction = site.profile.kind, site.profile.width, site.junction_number()
    before, after = parts
    piece = cut_line(line, gore.begin, gore.end)
    sections = strips.sections(gore.begin, gore.end, kind, centre, inside=True)
    through = site.add(Road(
        site.number(), gore.end - gore.begin, piece, sections, kind, site.speed_limit, junction=junction,
        predecessor=Link("road", before, "end"), successor=Link("road", after, "start"),
        speed_limits=_within(limits, gore.begin, gore.end),
    ))  # fmt: skip
    ids = strips.ids(gore.begin, gore.end)
    last_ids, next_ids = strips.just(gore.begin, -1), strips.just(gore.end, +1)
    drives = [ln.id for ln in sections[0].lanes if ln.type == "driving"]
    onward = [LaneLink(last_ids[key], i) for key, i in ids.items() if i in drives and key[0] < 0]
    back = [LaneLink(next_ids[key], i) for key, i in ids.items() if i in drives and key[0] > 0]
    connections = [Connection(before, through.id, "start", tuple(onward))]
    if back:
        connections.append(Connection(after, through.id, "end", tuple(back)))

    # the ramp's connecting road has the main road's reference line, and its lane beside the main road's lanes
    edge = -sum(i < 0 for i in drives) * width
    ramp_id = str(len(site.roads) + 2)
    extra = -sum(i < 0 for i in drives) - 1
    on_ramp = gore.kind == "ramp"
    links = (1, extra) if on_ramp else (extra, -1)
    lane = Lane(-1, "onRamp" if on_ramp else "offRamp", (Cubic(0.0, width),), _outer_mark(site), 0.0, *links)
    shoulders = _shoulders(site, -2)
    beside = site.add(Road(
        site.number(), gore.end - gore.begin, piece, (LaneSection(0.0, (lane, *shoulders)),), kind, gore.speed_limit,
        (Cubic(0.0, edge),), junction=junction, name=ROAD_NAMES[gore.kind],
        predecessor=Link("road", ramp_id if on_ramp else before, "start" if on_ramp else "end"),
        successor=Link("road", after if on_ramp else ramp_id, "start"),
    ))  # fmt: skip
    connections.append(Connection(ramp_id if on_ramp else before, beside.id, "start", (LaneLink(links[0], -1),)))
    site.junctions.append(Junction(junction, tuple(connections), name=ROAD_NAMES[gore.kind]))
    _lay_ramp(site, line, gore, edge, junction)


def _outer_mark(site: Site) -> MarkType:
    return "curb" if site.profile.kind == "town" and not site.profile.shoulder else "solid"


def _shoulders(site: Site, first: int) -> tuple[Lane, ...]:
    """Shoulder of a ramp, outside of its lane; there are neither pavements nor parking places along ramps."""
    strip = Strip("shoulder", site.profile.shoulder)
    return (Lane(first, strip.type, (strip.cubic(0.0),)),) if strip.width else ()


def _lay_ramp(site: Site, line: tuple[Geometry, ...], gore: Gore, edge: float, junction: str) -> None:
    """The ramp or exit; its reference line is its lane's border towards the main road, and runs away from it."""
    on_ramp, width = gore.kind == "ramp", site.profile.width
    x, y, heading = pose_on(line, gore.begin if on_ramp else gore.end, edge)
    start = (x, y, heading + math.pi) if on_ramp else (x, y, heading)
    side = 1.0 if on_ramp else -1.0  # both bend away from the main road
    k = side / _BEND_RADIUS
    length = max(2.0 * _BEND_LENGTH, site.arm_length("ramp" if on_ramp else "exit"))
    pieces: list[Piece] = [(_BEND_LENGTH, k, k), (length - _BEND_LENGTH, 0.0, 0.0)]
    lane = Lane(int(side), "onRamp" if on_ramp else "offRamp", (Cubic(0.0, width),), _outer_mark(site))
    section = LaneSection(0.0, (lane, *_shoulders(site, int(2 * side))), "solid")
    road = Road(
        site.number(), length, chain(pieces, start), (section,), site.profile.kind, gore.speed_limit,
        predecessor=Link("junction", junction), name=ROAD_NAMES[gore.kind],
    )  # fmt: skip
    site.add(road)
    site.add_arm("ramp" if on_ramp else "exit", road, -1, 0.0 if on_ramp else None)
