# Lanes as strips along a road that open and close somewhere; strips → lane sections with their links and marks.

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from mkdocs_worldmodel.scenario.road import DRIVABLE, Cubic, Lane, LaneSection, LaneType, MarkType, RoadKind
from mkdocs_worldmodel.spec.road import RoadSpec

# Lane widths [m]: German guidelines RAA (motorway 3.75), RAL (rural 3.50), RASt (town 3.25).
_WIDTH: dict[RoadKind, float] = {"motorway": 3.75, "rural": 3.5, "town": 3.25}
KERB = 0.12
"""Height of a pavement above the carriageway [m]."""
_ALWAYS = (-math.inf, -math.inf)
_NEVER = (math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Strip:
    """A lane along a road, as wide as `width` [m] between its tapers.

    It widens smoothly over `opens` and narrows over `closes` (from, to) [m]; at once where both are equal.
    """

    type: LaneType
    width: float
    height: float = 0.0
    opens: tuple[float, float] = _ALWAYS
    closes: tuple[float, float] = _NEVER

    def covers(self, begin: float, end: float) -> bool:
        """Whether it is there from `begin` to `end`, if at its tips without width."""
        return self.opens[0] <= begin and end <= self.closes[1]

    def cubic(self, s: float) -> Cubic:
        """Width from s on, up to the next end of a taper."""
        if self.opens[0] <= s < self.opens[1]:
            return _taper(self.width, self.opens, s, rising=True)
        if self.closes[0] <= s < self.closes[1]:
            return _taper(self.width, self.closes, s, rising=False)
        return Cubic(0.0, self.width)


def _taper(width: float, span: tuple[float, float], s: float, *, rising: bool) -> Cubic:
    """Width w (3 u² - 2 u³), u from 0 to 1 along the span (or w minus that), expanded around s: smooth at its ends."""
    length, d = span[1] - span[0], s - span[0]
    sign = 1.0 if rising else -1.0
    c, e = 3.0 * sign * width / (length * length), -2.0 * sign * width / (length * length * length)
    a = (0.0 if rising else width) + d * d * (c + d * e)
    return Cubic(0.0, a, d * (2.0 * c + 3.0 * d * e), c + 3.0 * d * e, e)


@dataclass(frozen=True, slots=True)
class Profile:
    """What all roads of a scenario have in common across: lane width, and strips along the edges."""

    kind: RoadKind
    width: float
    """Of a lane [m]."""
    cycle_lane: float
    parking: float
    shoulder: float
    """All of them widths [m], 0: none."""
    narrow_shoulder: float
    """Of a side without lanes [m]."""
    pavement: float

    def edge(self, *, narrow: bool) -> tuple[Strip, ...]:
        """Strips beside the outermost lane, from within; `narrow` beside a side without lanes."""
        strips = (
            Strip("biking", 0.0 if narrow else self.cycle_lane),
            Strip("parking", 0.0 if narrow else self.parking),
            Strip("shoulder", self.narrow_shoulder if narrow else self.shoulder),
            Strip("sidewalk", self.pavement, KERB),
        )
        return tuple(strip for strip in strips if strip.width > 0.0)

    def side(self, count: int) -> tuple[Strip, ...]:
        """One side of a road with that many lanes."""
        return (*(Strip("driving", self.width) for _ in range(count)), *self.edge(narrow=count == 0))

    def centre_mark(self, lanes: int, oncoming: int) -> MarkType:
        """Between the two directions, or along the left edge of a one-way road."""
        if lanes and oncoming:
            return "broken" if lanes == oncoming == 1 else "solid solid"
        return "curb" if self.kind == "town" else "solid"


def profile(spec: RoadSpec, kind: RoadKind) -> Profile:
    """The author's widths, or those that are usual on roads of that kind."""
    usual = {"motorway": (2.5, 0.75, 0.0), "rural": (0.5, 0.5, 0.0), "town": (0.0, 0.0, 2.5)}[kind]
    shoulder, narrow = usual[:2] if spec.shoulder is None else (spec.shoulder, spec.shoulder)
    pavement = usual[2] if spec.pavement is None else spec.pavement
    width = spec.lane_width or _WIDTH[kind]
    return Profile(kind, width, spec.cycle_lane or 0.0, spec.parking or 0.0, shoulder, narrow, pavement)


@dataclass(frozen=True, slots=True)
class Strips:
    """All strips of a road, from the reference line outwards."""

    right: tuple[Strip, ...]
    left: tuple[Strip, ...]

    def ids(self, begin: float, end: float) -> dict[tuple[int, int], int]:
        """Lane ids from `begin` to `end`, by (sign of the side, place among the side's strips)."""
        out: dict[tuple[int, int], int] = {}
        for sign, side in ((-1, self.right), (1, self.left)):
            there = [i for i, strip in enumerate(side) if strip.covers(begin, end)]
            out |= {(sign, i): sign * (place + 1) for place, i in enumerate(there)}
        return out

    def breaks(self, begin: float, end: float) -> list[float]:
        """Where lane sections begin and end between `begin` and `end`, both included."""
        tapers = {s for strip in (*self.right, *self.left) for s in (*strip.opens, *strip.closes)}
        return [begin, *sorted(s for s in tapers if begin < s < end), end]

    def sections(
        self, begin: float, end: float, kind: RoadKind, centre: MarkType, *, inside: bool = False
    ) -> tuple[LaneSection, ...]:
        """Lane sections from `begin` to `end`, their s counted from `begin`.

        Lanes are linked from section to section; at both ends they are left unlinked, or with `inside` linked to
        the same strips of the roads before and after, as a connecting road's lanes are.
        """
        cuts = self.breaks(begin, end)
        spans = list(pairwise(cuts))
        ids = [self.ids(low, high) for low, high in spans]
        nothing: dict[tuple[int, int], int] = {}
        before = [self.just(begin, -1) if inside else nothing, *ids[:-1]]
        after = [*ids[1:], self.just(end, +1) if inside else nothing]
        out = []
        for k, (low, _) in enumerate(spans):
            lanes = []
            for key, lane_id in ids[k].items():
                strip = self._strip(key)
                outer = next((self._strip(other) for other, i in ids[k].items() if i == lane_id + key[0]), None)
                mark = _mark(strip, outer, kind, inside=inside)
                links = before[k].get(key), after[k].get(key)
                lanes.append(Lane(lane_id, strip.type, (strip.cubic(low),), mark, strip.height, *links))
            out.append(LaneSection(low - begin, tuple(lanes), centre))
        return tuple(out)

    def _strip(self, key: tuple[int, int]) -> Strip:
        return (self.right if key[0] < 0 else self.left)[key[1]]

    def just(self, s: float, step: int) -> dict[tuple[int, int], int]:
        """Ids just before (`step` -1) or after s."""
        return self.ids(math.nextafter(s, -math.inf), s) if step < 0 else self.ids(s, math.nextafter(s, math.inf))


def _mark(strip: Strip, outer: Strip | None, kind: RoadKind, *, inside: bool) -> MarkType:
    """Mark on a strip's outer border."""
    if strip.type in DRIVABLE:
        if outer is not None and outer.type in DRIVABLE:
            return "broken"
        if outer is None and inside:  # a ramp's or exit's lane lies beside it
            return "broken"
        if outer is not None and outer.type in {"biking", "parking"}:
            return "solid" if outer.type == "biking" else "broken"
        return "curb" if kind == "town" or (outer is not None and outer.type == "sidewalk") else "solid"
    if outer is not None and outer.type == "sidewalk":
        return "curb"
    return "solid" if strip.type in {"biking", "parking"} else "none"
