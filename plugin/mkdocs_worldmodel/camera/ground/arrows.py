# Arrows on the lanes before a crossing: which ways each lane leads, and how that is painted.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.patches import Material, PatchBuilder
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve, border
from mkdocs_worldmodel.scenario.road import DRIVABLE, Contact, Junction, Lane, LaneSection, Road, RoadNetwork

F8 = npt.NDArray[np.float64]
Outline = list[tuple[float, float]]
"""Corners along and to the left of the way of who drives over it [m]."""

_TURN = 0.5
"""A way that bends by more is a turn [rad]."""
_BEFORE = (12.0, 34.0)
"""From the stop line back to where arrows begin [m]."""
_LENGTH = 5.0


def turn_by(bend: float) -> int:
    """+1 for a way to the left, -1 to the right, 0 straight on; from how much it bends [rad]."""
    return 0 if abs(bend) < _TURN else int(np.sign(bend))


def bend_of(road: Road) -> float:
    """How far a road turns to the left from its start to its end [rad]."""
    return sum(0.5 * (g.curvature_start + g.curvature_end) * g.length for g in road.geometries)


def turns_of_lanes(network: RoadNetwork, junction: Junction) -> dict[tuple[str, int], frozenset[int]]:
    """Return where each lane (road id, lane id) that leads to a junction goes on: turns as `turn_by` says."""
    bends = {road.id: bend_of(road) for road in network.roads if road.junction == junction.id}
    out: dict[tuple[str, int], frozenset[int]] = {}
    for way in junction.connections:
        if way.connecting not in bends:
            continue
        turn = turn_by(bends[way.connecting] * (1.0 if way.contact == "start" else -1.0))
        for link in way.links:
            key = (way.incoming, link.incoming)
            out[key] = out.get(key, frozenset()) | {turn}
    return out


def paint_arrows(network: RoadNetwork, crossings: frozenset[str]) -> PatchBuilder:
    """Return the arrows before all crossings: on roads where lanes differ in where they lead."""
    b = PatchBuilder()
    for junction in network.junctions:
        if junction.id not in crossings:
            continue
        turns = turns_of_lanes(network, junction)
        for road in network.roads:
            mine = {lane: found for (name, lane), found in turns.items() if name == road.id}
            if len(set(mine.values())) > 1:
                contact: Contact = "end" if _ends_at(road, junction) else "start"
                for lane, found in mine.items():
                    _on_lane(b, road, contact, lane, found)
    return b


def _ends_at(road: Road, junction: Junction) -> bool:
    return road.successor is not None and road.successor.kind == "junction" and road.successor.id == junction.id


def _on_lane(b: PatchBuilder, road: Road, contact: Contact, number: int, turns: frozenset[int]) -> None:
    """Add the arrows of one lane, two where there is room."""
    section: LaneSection = road.sections[-1 if contact == "end" else 0]
    lane: Lane | None = next((each for each in section.lanes if each.id == number), None)
    if lane is None or lane.type not in DRIVABLE:
        return
    way = 1 if contact == "end" else -1
    lines = [o.s for o in road.objects if o.type == "stop line" and (o.t_low + o.t_high) * number > 0.0]
    stop = (max(lines) if way > 0 else min(lines)) if lines else (road.length if way > 0 else 0.0)
    curve = RoadCurve(road)
    for before in _BEFORE:
        tail = stop - way * before
        if not 2.0 < tail < road.length - 2.0:
            continue
        middle = float(np.mean([t[0] for t in border(road, section, lane, np.array([tail]))]))
        for outline in arrow(turns):
            points = np.array(outline)
            x, y, _ = curve.place(tail + way * points[:, 0], middle + way * points[:, 1])
            b.polygon(Material.MARK, np.stack([x, y], axis=1))


def arrow(turns: frozenset[int]) -> list[Outline]:
    """Return an arrow for some turns, in convex pieces that hardly overlap; it begins at (0, 0)."""
    ahead = 0 in turns
    stem = 3.3 if ahead else 2.6
    out: list[Outline] = [[(0.0, 0.075), (stem, 0.075), (stem, -0.075), (0.0, -0.075)]]
    if ahead:
        out.append([(stem, 0.34), (_LENGTH, 0.0), (stem, -0.34)])
    for side in sorted(turns - {0}):
        begin = 1.5 if ahead else 2.6
        bow = [(begin - 0.20, 0.075), (begin + 0.75, 0.62), (begin + 0.52, 0.78), (begin - 0.20, 0.30)]
        head = [(begin + 1.25, 0.42), (begin + 1.30, 1.32), (begin + 0.05, 1.02)]
        out += [[(x, side * y) for x, y in piece] for piece in (bow, head)]
    return out
