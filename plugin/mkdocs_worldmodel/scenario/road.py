# The road model, in OpenDRIVE's terms: a reference line of lines, arcs and clothoids; lane sections with
# lanes whose widths are cubic polynomials; marks. One model for roads that authors describe and for .xodr files.
# Only nouns live here; geometry.py computes with them.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LaneType = Literal["driving", "shoulder", "border", "curb", "sidewalk", "median", "biking", "none"]
MarkType = Literal["solid", "broken", "solid solid", "none", "curb"]
RoadKind = Literal["motorway", "rural", "town"]
TrafficRule = Literal["RHT", "LHT"]


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


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """All roads of a scenario."""

    roads: tuple[Road, ...]

    def road(self, road_id: str) -> Road:
        """Return the road with that id; KeyError where there is none."""
        for road in self.roads:
            if road.id == road_id:
                return road
        raise KeyError(road_id)
