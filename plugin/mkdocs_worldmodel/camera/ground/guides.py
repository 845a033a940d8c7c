# What leads through a crossing: dotted lines beside the ways of who turns across oncoming traffic, and cycle lanes
# that go on straight.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.arrows import bend_of, turn_by
from mkdocs_worldmodel.camera.ground.patches import STATIONS, Material, PatchBuilder
from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve, border
from mkdocs_worldmodel.scenario.road import DRIVABLE, Contact, Link, Road, RoadNetwork

F8 = npt.NDArray[np.float64]

_DASH, _HALF = 1.0, 0.06
"""Length of a dash, and of the gap after it; half its width [m]."""
_CYCLE_DASH = 0.5


def paint_guides(network: RoadNetwork, crossings: frozenset[str]) -> PatchBuilder:
    """Return the lines through all crossings with lights."""
    b = PatchBuilder()
    roads = {road.id: road for road in network.roads}
    cycled: set[tuple[str, str]] = set()
    across = 1 if network.roads[0].rule == "RHT" else -1
    for way in network.roads:
        ends = _arms(way, roads)
        if way.junction not in crossings or ends is None or not _lights(ends[0][0]):
            continue
        turn = turn_by(bend_of(way))
        if turn == across and _lanes(*ends[0]) > 1:
            _guide(b, way, -across)
        elif turn == 0 and (pair := (ends[0][0].id, ends[1][0].id)) not in cycled:
            cycled.add(pair)  # once for all lanes that go straight on
            _cycle_lane(b, ends)
    return b


def _arms(way: Road, roads: dict[str, Road]) -> tuple[tuple[Road, Contact], tuple[Road, Contact]] | None:
    """The arms that a way comes from and goes to, each with its end at the crossing."""

    def arm(link: Link | None) -> tuple[Road, Contact] | None:
        road = roads.get(link.id) if link is not None and link.kind == "road" else None
        return None if link is None or road is None else (road, link.contact)

    come, go = arm(way.predecessor), arm(way.successor)
    return None if come is None or go is None else (come, go)


def _lights(road: Road) -> bool:
    return any(signal.type == "traffic light" for signal in road.signals)


def _inward(road: Road, contact: Contact) -> int:
    """Sign of the lanes that lead to the crossing."""
    forward = -1 if road.rule == "RHT" else 1
    return forward if contact == "end" else -forward


def _lanes(road: Road, contact: Contact) -> int:
    section = road.sections[-1 if contact == "end" else 0]
    return sum(lane.type in DRIVABLE for lane in section.side(_inward(road, contact)))


def _guide(b: PatchBuilder, way: Road, side: int) -> None:
    """Add a dotted line along one border of a way's lane."""
    start = np.arange(_DASH, way.length - _DASH, 2.0 * _DASH)
    s = start[:, None] + np.linspace(0.0, _DASH, STATIONS)
    section = way.sections[0]
    lane = next((each for each in section.lanes if each.type in DRIVABLE), None)
    if lane is None or not len(s):
        return
    borders = np.stack(border(way, section, lane, s))
    t = borders.max(axis=0) if side > 0 else borders.min(axis=0)
    curve = RoadCurve(way)
    low, high = (np.stack(curve.place(s, t + beside)[:2], axis=-1) for beside in (-_HALF, _HALF))
    b.between(Material.MARK, low, high)


def _cycle_lane(b: PatchBuilder, ends: tuple[tuple[Road, Contact], tuple[Road, Contact]]) -> None:
    """Add the cycle lane of who goes straight on, where both arms have one: coloured, between broken lines."""
    (come, c), (go, g) = ends
    first, last = _biking(come, c, _inward(come, c)), _biking(go, g, -_inward(go, g))
    if first is None or last is None:
        return
    (inner0, outer0), (inner1, outer1) = first, last
    length = float(np.hypot(*(inner1 - inner0)))
    share = np.linspace(0.0, 1.0, STATIONS)[:, None]
    b.between(
        Material.CYCLE_LANE,
        (inner0 + (inner1 - inner0) * share)[None],
        (outer0 + (outer1 - outer0) * share)[None],
    )
    across = (outer0 - inner0) / max(float(np.hypot(*(outer0 - inner0))), 1e-6)
    start = np.arange(0.0, length - _CYCLE_DASH, 2.0 * _CYCLE_DASH)
    at = ((start[:, None] + np.linspace(0.0, _CYCLE_DASH, STATIONS)) / length)[..., None]
    for a, e in ((inner0, inner1), (outer0, outer1)):
        line = a + (e - a) * at
        b.between(Material.MARK, line - across * _HALF, line + across * _HALF)


def _biking(road: Road, contact: Contact, side: int) -> tuple[F8, F8] | None:
    """Inner and outer border (2,) of an arm's cycle lane at the crossing."""
    section = road.sections[-1 if contact == "end" else 0]
    lane = next((each for each in section.side(side) if each.type == "biking"), None)
    if lane is None:
        return None
    s = np.array([road.length if contact == "end" else 0.0])
    curve = RoadCurve(road)
    inner, outer = (np.array([float(v[0]) for v in curve.place(s, t)[:2]]) for t in border(road, section, lane, s))
    return inner, outer
