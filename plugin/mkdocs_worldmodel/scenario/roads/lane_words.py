# Lanes as authors and pages call them ↔ OpenDRIVE lane ids.

from __future__ import annotations

from typing import Literal

from mkdocs_worldmodel.scenario.geometry import section_at
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, LaneType, Road

_EDGES: dict[str, LaneType] = {
    "shoulder": "shoulder",
    "pavement": "sidewalk",
    "cycle_lane": "biking",
    "parking": "parking",
}
_WORDS: dict[LaneType, str] = {
    "shoulder": "the shoulder",
    "sidewalk": "the pavement",
    "biking": "the cycle lane",
    "parking": "the parking lane",
}
_ADDED: dict[LaneType, str] = {"entry": "the entry lane", "exit": "the exit lane"}
"""Lanes that a ramp or an exit adds."""


def side_of(road: Road, direction: int) -> int:
    """Sign of the lane ids that drive in a direction (+1/-1 in s)."""
    return -direction if road.rule == "RHT" else direction


def lane_id(road: Road, lane: int, direction: int, s: float) -> int | None:
    """OpenDRIVE id, in the section at s, of an author's lane; None where there is no such lane.

    Lanes count from the outermost drivable one (1) of those who drive in `direction`; negative: of the other side.
    """
    sign = side_of(road, direction if lane > 0 else -direction)
    drivable = [ln.id for ln in section_at(road, s).side(sign) if ln.type in DRIVABLE]
    return drivable[-abs(lane)] if 1 <= abs(lane) <= len(drivable) else None


def edge_lane(road: Road, kind: str, direction: int, side: Literal["left", "right"], s: float) -> int | None:
    """Id of the strip along an edge at s: shoulder, pavement, cycle_lane or parking; None where there is none.

    `side` is that which one sees who drives in `direction`.
    """
    sign = -direction if side == "right" else direction
    found = [ln.id for ln in section_at(road, s).side(sign) if ln.type == _EDGES[kind]]
    return found[-1] if found else None


def lane_name(
    road: Road, lane: int, s: float = 0.0, direction: int | None = None, *, added_by_name: bool = False
) -> str:
    """How a page calls a lane at s: 'lane 2', 'oncoming lane 1', 'the shoulder', 'lane 1 of the left arm'.

    Oncoming is what drives against `direction`: where it is not given, against that of the ego's own road, or of those
    who drive towards the junction on an arm. Lanes are counted as authors count them, or `added_by_name`: the lane that
    a ramp or an exit adds is 'the entry lane', 'the exit lane', and the others keep the numbers that they have before
    and after it.
    """
    found = _lane(road, lane, s)
    if found is None or found.type not in {*DRIVABLE, *_WORDS}:
        return "off the road"
    if found.type not in DRIVABLE:
        word = _WORDS[found.type]
        return word if not road.name or road.junction is not None else f"{word} of {road.name}"
    drivable = [ln for ln in section_at(road, s).lanes if ln.type in DRIVABLE]
    if road.name and len(drivable) == 1:
        return road.name
    if added_by_name and found.type in _ADDED:
        return _ADDED[found.type]
    if added_by_name:
        drivable = [ln for ln in drivable if ln.type not in _ADDED]
    sign = 1 if lane > 0 else -1
    side = [ln.id for ln in drivable if ln.id * sign > 0]
    number = sum(abs(i) >= abs(lane) for i in side)
    mine = direction if direction is not None else -1 if road.name else 1
    word = f"lane {number}" if sign == side_of(road, mine) else f"oncoming lane {number}"
    return f"{word} of {road.name}" if road.name else word


def _lane(road: Road, lane: int, s: float) -> Lane | None:
    return next((ln for ln in section_at(road, s).lanes if ln.id == lane), None)
