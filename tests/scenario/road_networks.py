"""Networks of all kinds that authors can describe, and what the tests of roads measure on them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mkdocs_worldmodel.scenario.geometry import lane_borders, pose_on
from mkdocs_worldmodel.scenario.layout import Layout, lay_out
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, Road, RoadNetwork
from mkdocs_worldmodel.spec.road import RoadSpec

EGO_FRONT = 43.5
Spec = dict[str, Any]

PLAIN: dict[str, Spec] = {
    "plain": {},
    "two-way": {"lanes": 2, "oncoming": 1},
    "edges": {"kind": "town", "oncoming": 1, "cycle_lane": "1.5 m", "parking": "2.2 m", "shoulder": "1 m"},
    "bends": {
        "oncoming": 1,
        "segments": [
            {"length": 100, "speed_limit": "50 km/h"},
            {"length": 150, "curve": {"radius": 120, "to": "left", "transition": 40}},
            {"length": 100, "curve": {"radius": 200, "to": "right"}},
        ],
    },
    "lane ends": {"lanes": 3, "lane_ends": {"lane": 1, "at": 100, "over": 120}},
    "inner lane ends": {"lanes": 3, "oncoming": 1, "lane_ends": {"lane": 3, "at": 100}},
    "lane begins": {"lanes": 2, "lane_begins": [{"lane": 1, "at": 100}, {"lane": 3, "at": 150}]},
    "lanes begin and end": {
        "lanes": 2,
        "oncoming": 2,
        "curve": {"radius": 400, "to": "left"},
        "lane_begins": {"lane": 3, "at": 100},
        "lane_ends": [{"lane": 1, "at": 130}, {"lane": 2, "at": 300}],
    },
    "zebra": {"kind": "town", "oncoming": 1, "crossings": [{"ahead": 50}, {"at": 150, "control": "signals"}]},
}
RAMPS: dict[str, Spec] = {
    "ramp": {"lanes": 2, "kind": "motorway", "ramp": {"ahead": 100, "speed_limit": "80 km/h"}},
    "exit": {"lanes": 3, "kind": "motorway", "exit": {"ahead": 100}},
    "ramp and exit": {"lanes": 2, "oncoming": 1, "kind": "rural", "ramp": {"at": 150}, "exit": {"at": 600}},
    "exit and ramp": {"lanes": 1, "oncoming": 1, "kind": "town", "exit": {"at": 150}, "ramp": {"at": 600}},
    "ramp in a bend": {
        "lanes": 2,
        "curve": {"radius": 600, "to": "left"},
        "ramp": {"ahead": 100},
        "lane_ends": {"at": 600},
    },
    "ramp, exit, crossing": {
        "lanes": 2,
        "oncoming": 1,
        "ramp": {"at": 150},
        "exit": {"at": 600},
        "junction": {"at": 1100, "control": "signals", "crosswalks": True},
    },
}
JUNCTIONS: dict[str, Spec] = {
    "crossing": {"junction": {"ahead": 60}},
    "large crossing": {
        "lanes": 3,
        "oncoming": 2,
        "kind": "town",
        "cycle_lane": 1.5,
        "parking": 2.2,
        "junction": {"ahead": 60, "lanes": 2, "oncoming": 2, "control": "signals", "crosswalks": True},
    },
    "uneven crossing": {"lanes": 2, "oncoming": 1, "junction": {"ahead": 60, "lanes": 1, "oncoming": 3}},
    "sharp crossing": {"kind": "town", "junction": {"ahead": 60, "angle": "60°", "control": "stop"}},
    "blunt crossing": {"lanes": 2, "junction": {"ahead": 60, "angle": "120°", "control": "priority"}},
    "t": {"lanes": 3, "junction": {"ahead": 60, "kind": "t", "control": "give_way"}},
    "t on the right": {"junction": {"ahead": 60, "kind": "t", "arms": ["ahead", "right"], "control": "priority"}},
    "t on the left": {"junction": {"ahead": 60, "kind": "t", "arms": ["left", "ahead"], "angle": "75°"}},
    "crossing after a bend": {
        "segments": [{"length": 200}, {"length": 100, "curve": {"radius": 100, "to": "right"}}],
        "junction": {"at": 280},
    },
    "one-way side roads": {"junction": {"ahead": 60, "lanes": 2, "oncoming": 0}},
    "roundabout": {"junction": {"ahead": 60, "kind": "roundabout"}},
    "roundabout with three arms": {
        "kind": "town",
        "junction": {"ahead": 60, "kind": "roundabout", "arms": ["left", "right"], "radius": 20, "crosswalks": True},
    },
    "skew roundabout": {"junction": {"ahead": 60, "kind": "roundabout", "angle": "115°", "radius": 18}},
}
ALL = {**PLAIN, **RAMPS, **JUNCTIONS}


def laid_out(spec: Spec, **more: Any) -> Layout:
    """Lay out a road that has no mistake."""

    def wrong(*mistake: object) -> None:
        raise AssertionError(mistake)

    checked = RoadSpec.model_validate({**spec, **more})
    return lay_out(checked, ego_speed=13.9, ego_front=EGO_FRONT, default_length=400.0, wrong=wrong)


def drivable(road: Road, at_end: bool) -> list[Lane]:
    section = road.sections[-1 if at_end else 0]
    return [lane for lane in section.lanes if lane.type in DRIVABLE]


def drives(road: Road, lane: int) -> int:
    """Direction in which a lane is driven."""
    return -1 if (lane > 0) == (road.rule == "RHT") else 1


def lane_pose(road: Road, lane: int, at_end: bool) -> tuple[float, float, float, float]:
    """x, y of a lane's middle at an end of its road, heading of the road, width."""
    section = road.sections[-1 if at_end else 0]
    found = next(ln for ln in section.lanes if ln.id == lane)
    s = road.length if at_end else 0.0
    inner, outer = (float(v) for v in lane_borders(road, section, found, s))
    return *pose_on(road.geometries, s, 0.5 * (inner + outer)), abs(outer - inner)


def joints(network: RoadNetwork) -> Iterator[tuple[Road, int, bool, Road, int, bool]]:
    """(road, lane, at its end, next road, lane, at its end) wherever lanes of two roads are linked."""
    for road in network.roads:
        for at_end, link in ((False, road.predecessor), (True, road.successor)):
            if link is None or link.kind != "road":
                continue
            for lane in road.sections[-1 if at_end else 0].lanes:
                other = lane.successor if at_end else lane.predecessor
                if other is not None:
                    yield road, lane.id, at_end, network.road(link.id), other, link.contact == "end"


def angle_between(a: float, b: float) -> float:
    return abs(math.remainder(a - b, 2.0 * math.pi))
