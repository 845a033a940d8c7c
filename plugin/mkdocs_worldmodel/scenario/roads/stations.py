# Where things lie along the ego's road: lanes that begin or end, ramp and exit, the stop line of a junction.
# An author's mistakes are told here and mended, so that a usable road follows all the same.

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mkdocs_worldmodel.scenario.roads.site import Wrong
from mkdocs_worldmodel.scenario.roads.strips import Profile, Strip, Strips
from mkdocs_worldmodel.spec.road import ExitSpec, PlaceSpec, RampSpec, RoadSpec, TaperSpec
from mkdocs_worldmodel.spec.text import KeyPath

GORE = 10.0
"""Length of the connecting roads where a ramp joins or an exit leaves [m]."""
EDGE_TAPER = 60.0
"""Over which the edge's strips make room for a ramp [m]."""
EXTRA_TAPER = {"motorway": 60.0, "rural": 40.0, "town": 25.0}
"""Over which the extra lane of a ramp or exit closes or opens [m]."""


@dataclass(frozen=True, slots=True)
class Gore:
    """Where the ego's road is cut because a ramp joins or an exit leaves: the connecting roads lie in between."""

    begin: float
    end: float
    kind: str
    """'ramp' or 'exit'"""
    speed_limit: float | None


class Stations:
    """Reads the places along the ego's road off the author's spec.

    Attributes:
        strips: lanes of the whole road; gores: where ramp and exit cut it, in order.
        end: how long it must be for all of that [m].
    """

    def __init__(self, spec: RoadSpec, profile: Profile, ego_front: float, wrong: Wrong) -> None:
        self.spec, self.profile, self.ego_front, self.wrong = spec, profile, ego_front, wrong
        self.end = 0.0
        self.gores: list[Gore] = []
        self._extras: list[Strip] = []
        self._merge_lanes()
        self.right: list[Strip] = list(profile.side(spec.lanes)[: spec.lanes])

    def station(self, place: PlaceSpec) -> float:
        """Metres from the road's beginning."""
        return place.at if place.at is not None else self.ego_front + (place.ahead or 0.0)

    # -- ramp and exit -------------------------------------------------------------------------------------

    def _merge_lanes(self) -> None:
        taper = EXTRA_TAPER[self.profile.kind]
        chosen: list[tuple[float, str, RampSpec | ExitSpec]] = [
            (self.station(each), name, each)
            for name, each in (("ramp", self.spec.ramp), ("exit", self.spec.exit))
            if each is not None
        ]
        taken = 0.0
        for station, name, each in sorted(chosen, key=lambda item: item[0]):
            key: KeyPath = (name, "at" if each.at is not None else "ahead")
            first = self.ego_front + (GORE if name == "ramp" else 0.0)
            begin = station
            if begin < first:
                self.wrong(key, f"the {name} begins behind the ego's front, which starts at {self.ego_front:.1f} m",
                           f"place the {name} at {first:.1f} m or later, or let the ego start earlier")  # fmt: skip
                begin = first
            if begin < taken:
                self.wrong(key, "ramp and exit overlap", f"place the {name} at {taken:.1f} m or later")
                begin = taken
            if name == "ramp":
                full = begin + each.length
                self._extras.append(Strip("entry", self.profile.width, 0.0, (begin, begin), (full, full + taper)))
                self.gores.append(Gore(begin - GORE, begin, name, each.speed_limit))
                taken = full + taper + GORE
            else:
                nose = begin + taper + each.length
                self._extras.append(Strip("exit", self.profile.width, 0.0, (begin, begin + taper), (nose, nose)))
                self.gores.append(Gore(nose, nose + GORE, name, each.speed_limit))
                taken = nose + GORE + EDGE_TAPER + GORE
            self.end = max(self.end, taken)

    def _edges(self) -> list[Strip]:
        """Edge strips of the right side: they make room at ramp and exit."""
        out: list[Strip] = []
        for strip in self.profile.edge(narrow=False):
            here = strip
            for gore in self.gores:
                if gore.kind == "ramp":
                    out.append(replace(here, closes=(max(here.opens[1], gore.begin - EDGE_TAPER), gore.begin)))
                    here = replace(strip, opens=(gore.end, gore.end))
                else:
                    out.append(replace(here, closes=(gore.begin, gore.begin)))
                    here = replace(strip, opens=(gore.end, gore.end + EDGE_TAPER))
            out.append(here)
        return out

    # -- lanes that begin or end ---------------------------------------------------------------------------

    def taper_lanes(self, length: float) -> None:
        """Let lanes begin and end on a road of that length (up to its junction)."""
        found: list[tuple[float, KeyPath, TaperSpec, bool]] = []
        for key, specs in (("lane_ends", self.spec.lane_ends), ("lane_begins", self.spec.lane_begins)):
            for i, each in enumerate(specs):
                found.append((self.station(each), (key, i), each, key == "lane_ends"))
        for begin, path, each, ends in sorted(found, key=lambda item: item[0]):
            end = begin + each.over
            key_there = (*path, "at" if each.at is not None else "ahead")
            if end > length:
                room = f"from {begin:.1f} m on there are {max(0.0, length - begin):.1f} m" if begin < length else (
                    f"the road ends at {length:.1f} m")  # fmt: skip
                self.wrong((*path, "over") if begin < length else key_there, "there is no room for the taper", room)
            elif any(begin < gore.end and gore.begin < end for gore in self.gores):
                self.wrong(key_there, "a lane cannot begin or end where a ramp joins or an exit leaves",
                           "place it before or after that")  # fmt: skip
            elif ends:
                self._end_lane(begin, end, each, path)
            else:
                self._begin_lane(begin, end, each, path)

    def _ordinary(self, s: float) -> list[int]:
        """Places in `right` of the lanes at s, lane 1 (the outermost) first; one that is closing counts."""
        return [i for i, strip in reversed(list(enumerate(self.right))) if strip.opens[0] <= s < strip.closes[1]]

    def _end_lane(self, begin: float, end: float, spec: TaperSpec, path: KeyPath) -> None:
        there = self._ordinary(begin)
        lanes = f"{len(there)} lane{'' if len(there) == 1 else 's'}"
        if spec.lane > len(there):
            self.wrong((*path, "lane"), f"there is no lane {spec.lane} at {begin:.1f} m", f"there are {lanes}")
            return
        strip = self.right[there[spec.lane - 1]]
        if begin < strip.opens[1] or begin < strip.closes[1] < math.inf:
            self.wrong((*path, "lane"), f"lane {spec.lane} begins or ends there already",
                       "a lane can end once, where it has its full width")  # fmt: skip
        elif sum(self.right[i].closes[1] == math.inf for i in there) < 2:
            self.wrong((*path, "lane"), "the last lane cannot end", "the ego's direction keeps at least one lane")
        else:
            self.right[there[spec.lane - 1]] = replace(strip, closes=(begin, end))

    def _begin_lane(self, begin: float, end: float, spec: TaperSpec, path: KeyPath) -> None:
        there = self._ordinary(begin)
        if spec.lane > len(there) + 1:
            self.wrong((*path, "lane"), f"there cannot be a lane {spec.lane} at {end:.1f} m",
                       f"with the new one there are {len(there) + 1} lanes")  # fmt: skip
        elif len(there) >= 8:
            self.wrong((*path, "lane"), "a direction has 8 lanes at most", "leave this one out")
        else:
            place = there[spec.lane - 2] if spec.lane > 1 else len(self.right)
            strip = Strip("driving", self.profile.width, opens=(begin, end))
            self.right.insert(place, strip)

    def strips(self) -> Strips:
        """All strips of the ego's road."""
        return Strips((*self.right, *self._extras, *self._edges()), self.profile.side(self.spec.oncoming))
