# The way of a road user through a network: road after road, at each junction as it is told, else straight on.

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mkdocs_worldmodel.scenario.road import DRIVABLE, Connection, Lane, LaneSection, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg

TURNS = ("left", "right", "straight", "exit")
MAX_LEGS = 30
MAX_WAYS = 16
_STRAIGHT = math.pi / 6
"""Ways that turn less than this go straight on [rad]."""
_MOST_AROUND = 12
"""Junctions of one roundabout that are looked at."""

At = tuple[str, int]
"""A road and the direction in which it is driven."""


@dataclass(frozen=True, slots=True)
class _Way:
    """From the end of a road through a junction, or through all of a roundabout, to the next road."""

    steps: tuple[tuple[Connection, At], ...]
    """(Connection, road after it), one for each junction on the way; of parallel connections the first."""
    turn: float
    """Change of heading on the way [rad], left positive."""
    leaves: bool
    """Whether it takes an exit."""

    @property
    def word(self) -> str:
        """What an author calls it; 'back' to where one comes from."""
        if self.leaves:
            return "exit"
        around = math.remainder(self.turn, 2.0 * math.pi)
        if abs(around) <= _STRAIGHT:
            return "straight"
        if abs(around) > math.pi - _STRAIGHT:
            return "back"
        return "left" if around > 0.0 else "right"


def find_route(
    network: RoadNetwork, road: str, direction: int, lane: int, turns: Sequence[str] = (), s: float | None = None
) -> tuple[Leg, ...]:
    """Find the way from a road on, until the network ends (or 30 legs).

    Args:
        network: all roads.
        road: id of the road on which one starts.
        direction: +1 with increasing s, -1 against.
        lane: OpenDRIVE id of the lane in which one starts.
        turns: left, right, straight or exit, one for each junction where there is a choice; then the way that turns
            least. In a roundabout the word chooses where to leave it. Ramps and exits mind `exit` alone.
        s: where one starts [m]; None: where that direction begins.

    Raises:
        ValueError: (message, hint) where there is no such way.
    """
    finder = _Finder(network)
    words, missed = list(turns), list[str]()

    def next_word(_: At, ways: list[_Way]) -> _Way:
        missed.extend(way.word for way in ways if way.word != "back")
        return finder.choose(ways, words)

    legs = finder.walk((road, direction), lane, s, next_word)
    words = [] if set(words) == {"straight"} <= set(missed) else words  # past a ramp or exit one goes straight on
    if words:
        known = f"from there one can go {', '.join(sorted(set(missed)))}" if missed else "its road leads to no junction"
        raise ValueError(f"there is no way {words[0]}", known)
    return legs


def routes_from(
    network: RoadNetwork, road: str, direction: int, lane: int, s: float | None = None
) -> list[tuple[Leg, ...]]:
    """Find every way on through the next junction where there is a choice; after it, the way that turns least.

    Args are those of `find_route`. In a roundabout, and before one, every exit is a way. A way may leave the first
    road in another lane than the own one goes on to (`Leg.lane` tells): that takes lane changes.

    Returns:
        At least one way, those that turn least first, at most MAX_WAYS.
    """
    finder = _Finder(network)
    found: list[tuple[Leg, ...]] = []
    options = 1
    while len(found) < min(options, MAX_WAYS):
        number, chosen = len(found), False

        def one(at: At, ways: list[_Way], number: int = number) -> _Way:
            nonlocal chosen, options
            every = ways if chosen else finder.whole(at, ways)
            if chosen or len(every) == 1:
                return finder.choose(every, [])
            chosen, options = True, len(every)
            return sorted(every, key=_inconvenience)[number]

        found.append(finder.walk((road, direction), lane, s, one))
    return found


class _Finder:
    """Looks up roads, lanes and ways of one network."""

    def __init__(self, network: RoadNetwork) -> None:
        self.roads = {road.id: road for road in network.roads}
        self.junctions = {junction.id: junction for junction in network.junctions}

    def walk(
        self, here: At, lane: int, start: float | None, choose: Callable[[At, list[_Way]], _Way]
    ) -> tuple[Leg, ...]:
        """Go from road to road, by the way that is chosen at each junction, until the network ends (or 30 legs)."""
        legs: list[Leg] = []
        while len(legs) < MAX_LEGS:
            natural = self.follow(here, lane, start)
            start = None
            onward = self.road_after(here)
            if onward is not None:
                out = self.lane_after(here, natural)
                legs.append(Leg(*here, natural))
                here, lane = onward, out
                continue
            ways = self.ways(here)
            if not ways:
                legs.append(Leg(*here, natural))
                break
            for connection, after in choose(here, ways).steps:
                chosen = self.parallel(connection, after, here[0], natural)
                link = min(chosen.links, key=lambda each: abs(each.incoming - natural))
                legs.append(Leg(*here, link.incoming))
                way_in = (chosen.connecting, 1 if chosen.contact == "start" else -1)
                last = self.follow(way_in, link.connecting, None)
                legs.append(Leg(*way_in, last))
                here, lane = after, self.lane_after(way_in, last)
                natural = self.follow(here, lane, None)
        return tuple(legs[:MAX_LEGS])

    # -- roads ---------------------------------------------------------------------------------------------

    def road_after(self, at: At) -> At | None:
        """The road that follows directly, and the direction in which it is then driven."""
        road, direction = self.roads[at[0]], at[1]
        link = road.successor if direction > 0 else road.predecessor
        if link is None or link.kind != "road":
            return None
        return link.id, 1 if link.contact == "start" else -1

    def ways(self, at: At) -> list[_Way]:
        """All ways through the junction at the end of a road; a roundabout's as if it were one junction."""
        direct = self._through(at)
        out: list[_Way] = []
        for way in direct:
            after = way.steps[-1][1]
            out += self._around(way, after) if self._is_ring(after) and not self._is_ring(at) else [way]
        return out

    def whole(self, at: At, ways: list[_Way]) -> list[_Way]:
        """The ways at the end of a road; on a ring, those out of all of its exits."""
        return self._around(_Way((), 0.0, leaves=False), at) if self._is_ring(at) else ways

    def _through(self, at: At) -> list[_Way]:
        """Ways through one junction, one for each road that it leads to."""
        road = self.roads[at[0]]
        link = road.successor if at[1] > 0 else road.predecessor
        if link is None or link.kind != "junction":
            return []
        found: dict[At, _Way] = {}
        contact = "end" if at[1] > 0 else "start"
        for each in self.junctions[link.id].connections:
            if each.incoming != road.id or not each.links:
                continue
            between = self.roads[each.connecting]
            entered = between.predecessor if each.contact == "start" else between.successor
            after = self.road_after((between.id, 1 if each.contact == "start" else -1))
            if after is None or entered is None or entered.contact != contact:
                continue
            turn = _turning(between) * (1 if each.contact == "start" else -1)
            leaves = _types(self.roads[after[0]]) == {"offRamp"}
            found.setdefault(after, _Way(((each, after),), turn, leaves))
        return list(found.values())

    def _is_ring(self, at: At) -> bool:
        """Whether one comes back to a road by driving on, from junction to junction: a piece of a roundabout."""
        seen, open_ends = {at}, [at]
        while open_ends and len(seen) < 4 * _MOST_AROUND:
            here = open_ends.pop()
            for way in self._through(here):
                after = way.steps[-1][1]
                if after == at:
                    return True
                if after not in seen:
                    seen.add(after)
                    open_ends.append(after)
        return False

    def _around(self, entry: _Way, begin: At) -> list[_Way]:
        """An entry and all exits that can be reached from it along the ring, from the piece `begin` on."""
        out: list[_Way] = []
        way, ring = entry, begin
        for _ in range(_MOST_AROUND):
            turn = way.turn + _turning(self.roads[ring[0]]) * ring[1]
            on: _Way | None = None
            for each in self._through(ring):
                longer = _Way((*way.steps, *each.steps), turn + each.turn, each.leaves)
                if self._is_ring(each.steps[-1][1]):
                    on = longer
                else:
                    out.append(longer)
            if on is None or on.steps[-1][1] == begin:
                break
            way, ring = on, on.steps[-1][1]
        return out

    def choose(self, ways: list[_Way], words: list[str]) -> _Way:
        """The way of the next word, which is used up; without one the way that turns least.

        Raises:
            ValueError: (message, hint) where no way is of that word.
        """
        there = {way.word for way in ways}
        turns = any(word in {"left", "right", "back"} for word in there)
        if words and (turns or words[0] == "exit") and not (words[0] == "exit" and "exit" not in there):
            word = words.pop(0)
            matching = [way for way in ways if way.word == word]
            if not matching:
                ways_there = ", ".join(sorted(there - {"back"})) or "back"
                raise ValueError(f"there is no way {word}", f"from there one can go {ways_there}")
            ways = matching
        return min(ways, key=_inconvenience)

    # -- lanes ---------------------------------------------------------------------------------------------

    def parallel(self, like: Connection, after: At, incoming: str, lane: int) -> Connection:
        """The connection to the same road that is nearest to a lane."""
        junction = next(j for j in self.junctions.values() if like in j.connections)
        same = [
            each
            for each in junction.connections
            if each.incoming == incoming
            and each.links
            and self.road_after((each.connecting, 1 if each.contact == "start" else -1)) == after
        ]
        return min(same, key=lambda each: min(abs(link.incoming - lane) for link in each.links))

    def follow(self, at: At, lane: int, s: float | None) -> int:
        """The lane in which a road is left by who keeps the lane as long as it is there."""
        road, direction = self.roads[at[0]], at[1]
        sections = list(road.sections) if direction > 0 else list(reversed(road.sections))
        if s is not None:
            passed = [sec for sec in sections if (_end(road, sec) <= s if direction > 0 else sec.s >= s)]
            sections = sections[len(passed) :] or sections[-1:]
        lane = _nearest(sections[0], lane)
        for old, new in pairwise(sections):
            found = _lane(old, lane)
            link = None if found is None else found.successor if direction > 0 else found.predecessor
            lane = _nearest(new, link if link is not None else lane)
        return lane

    def lane_after(self, at: At, lane: int) -> int:
        """The lane of the next road that continues one."""
        road, direction = self.roads[at[0]], at[1]
        found = _lane(road.sections[-1] if direction > 0 else road.sections[0], lane)
        link = None if found is None else found.successor if direction > 0 else found.predecessor
        return lane if link is None else link


def _inconvenience(way: _Way) -> tuple[bool, float, bool, float]:
    around = math.remainder(way.turn, 2.0 * math.pi)
    return way.word == "back", round(abs(around), 6), way.leaves, around


def _turning(road: Road) -> float:
    return math.fsum(0.5 * (g.curvature_start + g.curvature_end) * g.length for g in road.geometries)


def _types(road: Road) -> set[str]:
    return {lane.type for section in road.sections for lane in section.lanes if lane.type in DRIVABLE}


def _end(road: Road, section: LaneSection) -> float:
    later = [other.s for other in road.sections if other.s > section.s]
    return min(later, default=road.length)


def _lane(section: LaneSection, lane: int) -> Lane | None:
    return next((ln for ln in section.lanes if ln.id == lane), None)


def _nearest(section: LaneSection, lane: int) -> int:
    """The drivable lane of the same side that is nearest to a lane; the lane itself where there is none."""
    there = [ln.id for ln in section.lanes if ln.type in DRIVABLE and ln.id * lane > 0]
    return min(there, key=lambda each: (abs(each - lane), abs(each)), default=lane)
