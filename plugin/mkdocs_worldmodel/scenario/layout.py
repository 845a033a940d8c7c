# An author's `road:` → a road network in OpenDRIVE's terms, with the names under which a story finds its places.
# What roads can have lives in roads/, one file each; this file puts it together.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mkdocs_worldmodel.scenario.geometry import chain, cut_line, pose_on
from mkdocs_worldmodel.scenario.road import DRIVABLE, Geometry, Link, RoadNetwork, Signal, SpeedLimit
from mkdocs_worldmodel.scenario.roads.clash import clashes
from mkdocs_worldmodel.scenario.roads.course import impossible, pieces, road_kind, turning
from mkdocs_worldmodel.scenario.roads.crossing import lay_crossing
from mkdocs_worldmodel.scenario.roads.furniture import (
    BEFORE_CROSSING,
    furnish_junction,
    lay_pedestrian_crossing,
    reach,
    setback,
)
from mkdocs_worldmodel.scenario.roads.lane_words import edge_lane, lane_id, lane_name
from mkdocs_worldmodel.scenario.roads.main_road import lay_main_road
from mkdocs_worldmodel.scenario.roads.mirror import mirrored, mirrored_spec
from mkdocs_worldmodel.scenario.roads.roundabout import lay_roundabout
from mkdocs_worldmodel.scenario.roads.site import Arm, Site
from mkdocs_worldmodel.scenario.roads.stations import Stations
from mkdocs_worldmodel.scenario.roads.strips import profile
from mkdocs_worldmodel.spec.road import RoadSpec
from mkdocs_worldmodel.spec.text import KeyPath

__all__ = ["Arm", "Layout", "edge_lane", "lane_id", "lane_name", "lay_out", "road_kind", "turning"]

_ROOM = 50.0
"""Road beyond the last thing on it, where the author says no length [m]."""
_ARM_LENGTHS = (200.0, 5000.0)
"""At least and at most, of the arms beside the ego's road [m]."""
_SHORTEST_ARM = 60.0

Wrong = Callable[[KeyPath, str, str], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """A network and the names of its places."""

    network: RoadNetwork
    arms: Mapping[str, Arm]
    """Always 'ego'; 'ahead', 'left', 'right' of a junction; 'ramp', 'exit'."""
    crosswalks: Mapping[str, tuple[str, float]]
    """Name → (road id, s of its middle); those of a junction are called 'left_crosswalk' after their arm."""
    lights: Mapping[str, tuple[str, ...]]
    """Arm or crossing → ids of the signals for those who come from there: on crossings, people on foot."""
    main: tuple[tuple[float, str], ...] = field(default=((0.0, "1"),))
    """The ego's road, which ramps cut into parts: (station at which a part begins, road id)."""

    def place(self, station: float) -> tuple[str, float]:
        """Road id and s of a station of the ego's road: metres from its beginning, through all of its parts.

        Within the 10 m where a ramp joins or an exit leaves it is that much beyond the end of the part before.
        """
        begin, road = next(part for part in reversed(self.main) if part[0] <= station or part is self.main[0])
        return road, station - begin

    def station(self, road: str, s: float) -> float | None:
        """Metres from the beginning of the ego's road; None on other roads."""
        return next((begin + s for begin, part in self.main if part == road), None)


def lay_out(spec: RoadSpec, *, ego_speed: float, ego_front: float, default_length: float, wrong: Wrong) -> Layout:
    """Lay out the roads that an author describes. The ego's road is '1', from the origin along +x.

    Args:
        spec: the author's road.
        ego_speed: tells what kind of road is meant, where it is not said [m/s].
        ego_front: where the ego's front bumper starts along its road [m].
        default_length: of the ego's road where the author says none [m].
        wrong: is told each geometric mistake (key path under `road`, message, hint); a usable layout is returned
            all the same.
    """
    left = spec.keep == "left"
    called = dict(zip(_SLOTS, ("ego", "ahead", "right", "left", "ramp", "exit") if left else _SLOTS, strict=True))
    seen = mirrored_spec(spec) if left else spec
    lengths = dict.fromkeys(_SLOTS, min(max(default_length, _ARM_LENGTHS[0]), _ARM_LENGTHS[1]))
    while True:
        mistakes: list[tuple[KeyPath, str, str]] = []
        site = Site(
            profile(seen, road_kind(seen, ego_speed)), seen.speed_limit, called,
            lambda *mistake, found=mistakes: found.append(mistake), lengths,
        )  # fmt: skip
        _build(site, seen, ego_front, default_length)
        met = [] if mistakes else clashes(site)  # what is wrong anyway need not lie well
        if all(lengths[name] <= _SHORTEST_ARM for name, _ in met):
            break
        for name in {name for name, _ in met}:
            lengths[name] = max(_SHORTEST_ARM, 0.5 * lengths[name])
    for name, _ in met[:1]:
        key = name if name in {"ramp", "exit"} else "junction"
        mistakes.append(((key,), f"the arm '{name}' would lie on another road", "move it, or make the road straighter"))
    for mistake in mistakes:
        wrong(*mistake)
    network = mirrored(site.network()) if left else site.network()
    return Layout(network, site.arms, site.crosswalks, site.lights, tuple(site.main))


_SLOTS = ("ego", "ahead", "left", "right", "ramp", "exit")


def _build(site: Site, spec: RoadSpec, ego_front: float, default_length: float) -> None:
    stations = Stations(spec, site.profile, ego_front, site.wrong)
    line = _line(site, spec, stations, default_length)
    length = line[-1].s + line[-1].length
    stations.taper_lanes(length - (setback(spec.junction) if spec.junction else 0.0))
    strips = stations.strips()
    centre = site.profile.centre_mark(spec.lanes, spec.oncoming)
    lay_main_road(site, line, strips, stations.gores, _limits(site, spec, stations, length), centre)
    whole = replace(site.roads["1"], length=length, geometries=line,
                    sections=strips.sections(0.0, length, site.profile.kind, centre))  # fmt: skip
    found = impossible(whole)
    if found is not None:
        site.wrong((), *found)
    if spec.junction is None:
        site.add_arm("ego", site.roads["1"], 1, None)
    else:
        _lay_junction(site, spec, pose_on(line, length))
    _lay_crossings(site, spec, stations, length)
    _post_limits(site)


def _line(site: Site, spec: RoadSpec, stations: Stations, default_length: float) -> tuple[Geometry, ...]:
    """The reference line of the ego's road, up to its end or its junction."""
    told = spec.length is not None or spec.segments is not None
    junction = spec.junction
    if junction is None:
        ends = [stations.station(each) for each in (*spec.crossings, *spec.speed_limits)]
        ends += [stations.station(each) + each.over for each in (*spec.lane_ends, *spec.lane_begins)]
        needed = max([stations.end, *ends], default=0.0) + _ROOM if ends or stations.end else 0.0
        course = pieces(spec, max(default_length, needed))
        length = sum(piece[0] for piece in course)
        if told and stations.end > length:
            _too_short(site, spec, stations.end, length)
            course.append((stations.end - length, 0.0, 0.0))
        return chain(course)
    stop = stations.station(junction)
    key: KeyPath = ("junction", "at" if junction.at is not None else "ahead")
    if stop < stations.ego_front:
        site.wrong(key, f"the stop line lies {stations.ego_front - stop:.1f} m behind the ego's front at the start",
                   "place the junction further on, or let the ego start earlier")  # fmt: skip
    stop = max(stop, stations.ego_front, 1.0)
    if stop < stations.end:
        name = stations.gores[-1].kind
        site.wrong(key, f"the {name} needs {stations.end:.1f} m of road before the junction",
                   f"place the junction at {stations.end:.1f} m or later, or the {name} earlier")  # fmt: skip
        stop = stations.end
    end = stop + setback(junction)
    course = pieces(spec, end)
    length = sum(piece[0] for piece in course)
    if length < end:
        if told:
            site.wrong(key, f"the junction lies beyond the end of the road, at {length:g} m",
                       f"make the road {end:.1f} m long or leave its length out")  # fmt: skip
        course.append((end - length, 0.0, 0.0))
    line = chain(course)
    return line if abs(length - end) < 1e-9 else cut_line(line, 0.0, end)


def _too_short(site: Site, spec: RoadSpec, needed: float, length: float) -> None:
    for name in ("ramp", "exit"):
        if getattr(spec, name) is not None:
            site.wrong((name,), f"the road is too short for the {name}: it is {length:g} m long",
                       f"{needed:.1f} m are needed")  # fmt: skip
            return


def _limits(site: Site, spec: RoadSpec, stations: Stations, length: float) -> tuple[SpeedLimit, ...]:
    """Where the limit changes along the ego's road: with the segments, and where the author says."""
    found: list[SpeedLimit] = []
    s, held = 0.0, spec.speed_limit
    for segment in spec.segments or ():
        limit = segment.speed_limit if segment.speed_limit is not None else spec.speed_limit
        if limit != held and s < length:
            found.append(SpeedLimit(s, limit))
        s, held = s + segment.length, limit
    for i, each in enumerate(spec.speed_limits):
        at = stations.station(each)
        if at >= length:
            key: KeyPath = ("speed_limits", i, "at" if each.at is not None else "ahead")
            site.wrong(key, f"{at:.1f} m lies beyond the end of the road", f"it ends at {length:.1f} m")
        else:
            found = [limit for limit in found if limit.s != at] + [SpeedLimit(at, each.limit)]
    return tuple(sorted(found, key=lambda limit: limit.s))


def _post_limits(site: Site) -> None:
    """A sign wherever the limit changes along the ego's road."""
    for _, road_id in site.main:
        road = site.roads[road_id]
        for i, limit in enumerate(road.speed_limits):
            if limit.s > 0.0:
                post = -(reach(site, road_id, -1, limit.s)[1] + 0.5)
                sign = Signal(f"limit {road_id}.{i + 1}", "speed limit", limit.s, post, 1, limit.limit)
                site.furnish(road_id, sign)


def _lay_junction(site: Site, spec: RoadSpec, mouth: tuple[float, float, float]) -> None:
    junction = spec.junction
    assert junction is not None
    last = site.roads[site.main[-1][1]]
    lanes, oncoming = (sum(ln.type in DRIVABLE for ln in last.sections[-1].side(sign)) for sign in (-1, 1))
    # the arms' roads come next, counter-clockwise
    there = [slot for slot in ("right", "ahead", "left") if slot in junction.names]
    roads = {"ego": last.id} | {slot: str(len(site.roads) + 1 + i) for i, slot in enumerate(there)}
    site.roads[last.id] = replace(last, successor=Link("junction", site.junction_number()))
    lay = lay_roundabout if junction.kind == "roundabout" else lay_crossing
    arms = lay(site, junction, mouth, lanes, oncoming, roads)
    furnish_junction(site, junction, arms)


def _lay_crossings(site: Site, spec: RoadSpec, stations: Stations, length: float) -> None:
    """Places where people cross the ego's road."""
    taken: list[tuple[float, float]] = []
    end = length - (setback(spec.junction) if spec.junction else 0.0)
    for i, each in enumerate(spec.crossings):
        name = each.name or ("crossing" if i == 0 else f"crossing_{i + 1}")
        middle = stations.station(each) + (0.5 * each.width if each.at is None else 0.0)
        half = 0.5 * each.width + (BEFORE_CROSSING if each.control == "signals" else 0.0)
        low, high = middle - half, middle + half
        key: KeyPath = ("crossings", i, "at" if each.at is not None else "ahead")
        if name in site.crosswalks or name in _SLOTS or name == "junction":
            site.wrong(("crossings", i, "name"), f"the name {name} is taken", "give each crossing its own name")
        elif low < 0.0 or high > end:
            site.wrong(key, "the crossing does not lie on the ego's road",
                       f"the road {'has its stop line' if spec.junction else 'ends'} at {end:.1f} m")  # fmt: skip
        elif any(low < gore.end and gore.begin < high for gore in stations.gores):
            site.wrong(key, "nobody can cross where a ramp joins or an exit leaves", "place the crossing elsewhere")
        elif any(low < b and a < high for a, b in taken):
            site.wrong(key, "two crossings overlap", "place them apart")
        else:
            taken.append((low, high))
            lay_pedestrian_crossing(site, name, middle, each.width, each.control)
