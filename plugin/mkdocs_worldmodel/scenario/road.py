# The road model, in OpenDRIVE's terms: a reference line of lines, arcs and clothoids; lane sections with
# lanes whose widths are cubic polynomials; marks. One model for roads that authors describe and for .xodr files.
# Only nouns live here; geometry.py computes with them.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LaneType = Literal[
    "driving", "shoulder", "border", "curb", "sidewalk", "median", "biking", "none", "stop", "parking", "entry", "exit",
    "onRamp", "offRamp", "bidirectional",
]  # fmt: skip
MarkType = Literal["solid", "broken", "solid solid", "solid broken", "broken solid", "none", "curb"]
RoadKind = Literal["motorway", "rural", "town"]
TrafficRule = Literal["RHT", "LHT"]
Contact = Literal["start", "end"]
SignalType = Literal["traffic light", "pedestrian light", "stop", "give way", "priority", "speed limit"]
ObjectType = Literal["crosswalk", "stop line"]
Aspect = Literal["off", "red", "red amber", "green", "amber", "amber flashing"]

DRIVABLE: frozenset[LaneType] = frozenset({"driving", "entry", "exit", "onRamp", "offRamp", "bidirectional"})
"""Lanes that motor vehicles drive in."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """One piece of a reference line: curvature goes linearly from `curvature_start` to `curvature_end`.

    Line: both 0; arc: both equal; spiral (clothoid): different. OpenDRIVE 1.8, 9.3-9.5.
    """

    s: float
    """Where the piece begins along the road [m]."""
    x: float
    y: float
    heading: float
    """[rad], counter-clockwise from +x."""
    length: float
    curvature_start: float
    """[1/m], positive to the left."""
    curvature_end: float


@dataclass(frozen=True, slots=True)
class Cubic:
    """a + b ds + c ds² + d ds³ with ds = s - `s` (s counted from the start of what it belongs to) [m]."""

    s: float
    a: float
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of a section; ids as in OpenDRIVE: negative right of the reference line, positive left."""

    id: int
    type: LaneType
    widths: tuple[Cubic, ...]
    mark: MarkType = "none"
    """Road mark on the lane's outer border."""
    height: float = 0.0
    """Height of the lane's surface above the carriageway, as for a pavement behind a kerb [m]."""
    predecessor: int | None = None
    """Lane that leads into this one where s begins: in the section before, or in the road that precedes."""
    successor: int | None = None
    """Lane that follows where s ends: in the next section, or in the road that succeeds. None: the lane ends."""


@dataclass(frozen=True, slots=True)
class LaneSection:
    """Lanes from `s` to the next section. `lanes` has no entry for the centre lane 0."""

    s: float
    lanes: tuple[Lane, ...]
    centre_mark: MarkType = "none"

    def side(self, sign: int) -> tuple[Lane, ...]:
        """Lanes of one side, from the reference line outwards (sign -1: right, +1: left)."""
        return tuple(sorted((ln for ln in self.lanes if ln.id * sign > 0), key=lambda ln: abs(ln.id)))


@dataclass(frozen=True, slots=True)
class Link:
    """What lies at an end of a road: another road's start or end, or a junction (OpenDRIVE 1.8, 10.3)."""

    kind: Literal["road", "junction"]
    id: str
    contact: Contact = "start"
    """Which end of the other road; means nothing for a junction."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A traffic light or sign at a road; it holds for traffic in `direction` from its stop line on."""

    id: str
    type: SignalType
    s: float
    t: float
    """Where its post stands [m]."""
    direction: int
    """+1: for traffic with increasing s, -1: against."""
    value: float | None = None
    """Of a speed limit [m/s]."""


@dataclass(frozen=True, slots=True)
class RoadObject:
    """Something painted across a road, as a quadrangle in road coordinates."""

    type: ObjectType
    s: float
    """Of its middle [m]."""
    length: float
    """Along the road [m]."""
    t_low: float
    t_high: float
    id: str = ""
    """Of a crosswalk, as stories and checks call it."""


@dataclass(frozen=True, slots=True)
class SpeedLimit:
    """Holds from `s` on, to the next one [m, m/s]; None: no limit."""

    s: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Road:
    """One road. Lengths in metres, speeds in metres per second."""

    id: str
    length: float
    geometries: tuple[Geometry, ...]
    sections: tuple[LaneSection, ...]
    kind: RoadKind = "rural"
    speed_limit: float | None = None
    lane_offset: tuple[Cubic, ...] = (Cubic(0.0, 0.0),)
    rule: TrafficRule = "RHT"
    predecessor: Link | None = None
    successor: Link | None = None
    junction: str | None = None
    """Of a connecting road: the junction that it belongs to."""
    signals: tuple[Signal, ...] = ()
    objects: tuple[RoadObject, ...] = ()
    speed_limits: tuple[SpeedLimit, ...] = ()
    """Where the limit changes along the road; before the first of them `speed_limit` holds."""
    name: str = ""
    """How a page calls it: '' for the ego's own road, else such as 'the left arm', 'the ramp', 'the roundabout'."""


@dataclass(frozen=True, slots=True)
class LaneLink:
    """Lane of the incoming road → lane of the connecting road."""

    incoming: int
    connecting: int


@dataclass(frozen=True, slots=True)
class Connection:
    """A way through a junction: traffic of `incoming` may take `connecting` from its `contact` end on."""

    incoming: str
    connecting: str
    contact: Contact
    links: tuple[LaneLink, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """Where roads meet (OpenDRIVE 1.8, 12). Connecting roads lie inside of it and may overlap."""

    id: str
    connections: tuple[Connection, ...]
    priorities: tuple[tuple[str, str], ...] = ()
    """(high, low) pairs of connecting roads: who is on `low` gives way. Right of way by signs, to the right, to
    oncoming traffic and in a roundabout is all written out here."""
    name: str = "the junction"


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a signal programme."""

    name: str
    duration: float
    """[s]"""
    aspects: tuple[Aspect, ...]
    """One for each signal of the controller."""


@dataclass(frozen=True, slots=True)
class SignalController:
    """Signals that change together (OpenSCENARIO TrafficSignalController): its phases repeat."""

    name: str
    signals: tuple[str, ...]
    """Ids of signals."""
    phases: tuple[Phase, ...]
    delay: float = 0.0
    """How long the first phase has run already at time 0 [s]; may exceed it."""


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """All roads of a scenario. The first is the one on which the ego starts."""

    roads: tuple[Road, ...]
    junctions: tuple[Junction, ...] = ()
    controllers: tuple[SignalController, ...] = ()

    def road(self, road_id: str) -> Road:
        """Return the road with that id; KeyError where there is none."""
        for road in self.roads:
            if road.id == road_id:
                return road
        raise KeyError(road_id)

    def junction(self, junction_id: str) -> Junction:
        """Return the junction with that id; KeyError where there is none."""
        for junction in self.junctions:
            if junction.id == junction_id:
                return junction
        raise KeyError(junction_id)

    def signals(self) -> tuple[tuple[Road, Signal], ...]:
        """All signals with their roads, in a fixed order: that of the columns of `Rollout.signals`."""
        return tuple((road, signal) for road in self.roads for signal in road.signals)
