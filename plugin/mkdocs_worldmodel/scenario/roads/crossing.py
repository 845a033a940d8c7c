# A crossing or T-junction: how large it must be, its arms, and a connecting road for each movement through it.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Connection, Cubic, Junction, LaneLink, Link, Road
from mkdocs_worldmodel.scenario.roads.join import Pose, beside, join
from mkdocs_worldmodel.scenario.roads.right_of_way import Movement, priorities
from mkdocs_worldmodel.scenario.roads.shape import ArmShape, arms_around, lay_arm, one_lane, with_mouth
from mkdocs_worldmodel.scenario.roads.site import ROAD_NAMES, Site
from mkdocs_worldmodel.scenario.roads.strips import Profile
from mkdocs_worldmodel.spec.road import JunctionSpec

Turn = Literal["right", "straight", "left"]
_TURN_RADIUS = 8.0
"""Of the middle of a lane that turns right, at least [m]; cars turn at 5 m to 6 m, lorries of 12 m at 9 m."""
_LORRY_RADIUS = 10.0
"""The same outside of towns [m]."""
_KERB_RADIUS = 1.5
"""Of the outer edge of a corner, behind pavement and parking places, at least [m]."""


def lay_crossing(
    site: Site, spec: JunctionSpec, mouth: Pose, lanes: int, oncoming: int, roads: dict[str, str]
) -> list[ArmShape]:
    """Lay a crossing where the ego's road ends, at `mouth` (heading into the junction) with so many lanes."""
    junction = site.junction_number()
    arms = arms_around(spec, mouth[2], lanes, oncoming, roads)
    distances = _distances(arms, site.profile)
    middle = beside(mouth, distances[0], 0.0)
    placed = [with_mouth(arm, middle, d) for arm, d in zip(arms, distances, strict=True)]
    placed[0] = replace(placed[0], mouth=(mouth[0], mouth[1], mouth[2] - math.pi))
    side_limit = spec.side_speed_limit if spec.side_speed_limit is not None else site.speed_limit
    for arm in placed[1:]:
        lay_arm(site, arm, junction, site.speed_limit if arm.slot == "ahead" else side_limit)
    connections, movements = [], []
    for way in _ways(placed):
        road = _connect(site, way, junction, limit_through(site, way.start))
        link = LaneLink(way.start.lane_in(way.lane_in), -1)
        connections.append(Connection(way.start.road, road.id, "start", (link,)))
        movements.append(Movement(road, way.start.slot, way.turn, (way.end.slot, way.lane_out), way.lane_in))
    order = priorities(movements, spec.control or "right", site.profile.width)
    site.junctions.append(Junction(junction, tuple(connections), order))
    return placed


def limit_through(site: Site, arm: ArmShape) -> float | None:
    """Limit on the way through: that of the road one comes from."""
    road = site.roads[arm.road]
    return road.speed_limits[-1].limit if road.speed_limits and not arm.runs_away else road.speed_limit


def _distances(arms: Sequence[ArmShape], profile: Profile) -> list[float]:
    """How far from the middle each arm ends: so far that every corner has room for its curve."""
    out = [0.5 * profile.width] * len(arms)
    beyond = sum(strip.width for strip in profile.edge(narrow=False))
    smallest = _TURN_RADIUS if profile.kind == "town" else _LORRY_RADIUS
    # an arc along the outer border of the outermost lanes, half a lane inside of that of the lane's middle
    radius = max(smallest - 0.5 * profile.width, beyond + _KERB_RADIUS)
    for i, arm in enumerate(arms):
        j = (i + 1) % len(arms)
        angle = (arms[j].bearing - arm.bearing) % (2.0 * math.pi)
        if angle > math.pi - 1e-6:
            continue
        p, q = arm.inward * profile.width, arms[j].outward * profile.width
        tangent = radius / math.tan(0.5 * angle)
        out[i] = max(out[i], (q + p * math.cos(angle)) / math.sin(angle) + tangent)
        out[j] = max(out[j], (p + q * math.cos(angle)) / math.sin(angle) + tangent)
    return out


@dataclass(frozen=True, slots=True)
class _Way:
    start: ArmShape
    end: ArmShape
    lane_in: int
    lane_out: int
    turn: Turn
    edge: bool
    """Whether the corner's strips lie to its right."""


def _ways(arms: Sequence[ArmShape]) -> list[_Way]:
    """Right from the outermost lane, left from the innermost, straight on from all of them."""
    places = {"ego": 0, "right": 1, "ahead": 2, "left": 3}
    turns: dict[int, Turn] = {1: "right", 2: "straight", 3: "left"}
    out = []
    for i, arm in enumerate(arms):
        there = {turns[(places[other.slot] - places[arm.slot]) % 4]: other
                 for other in arms if other is not arm and other.outward}  # fmt: skip
        next_arm = arms[(i + 1) % len(arms)]
        for k in range(1, arm.inward + 1):
            for turn in _turns_of(k, arm.inward, set(there)):
                end = there[turn]
                goal = end.outward if turn == "right" else 1 if turn == "left" and k == 1 else min(k, end.outward)
                corner = end is next_arm and k == arm.inward and goal == end.outward
                out.append(_Way(arm, end, k, goal, turn, corner and turn != "left"))
    return out


def _turns_of(k: int, lanes: int, there: set[Turn]) -> list[Turn]:
    """Where the k-th of so many lanes leads (1: innermost); no lane leads nowhere."""
    out: list[Turn] = []
    if "right" in there and k == lanes:
        out.append("right")
    if "straight" in there:
        out.append("straight")
    if "left" in there and k == 1:
        out.append("left")
    if not out:
        out = ["left"] if "left" in there else ["right"] if "right" in there else []
    return out


def _connect(site: Site, way: _Way, junction: str, limit: float | None) -> Road:
    """A connecting road: its reference line is the middle of its one lane."""
    profile = site.profile
    start, end = way.start.pose_in(way.lane_in, profile.width), way.end.pose_out(way.lane_out, profile.width)
    line = chain(join(start, end), start)
    links = (way.start.lane_in(way.lane_in), way.end.lane_out(way.lane_out))
    return site.add(Road(
        site.number(), line[-1].s + line[-1].length, line, (one_lane(profile, links, edge=way.edge),), profile.kind,
        limit, (Cubic(0.0, 0.5 * profile.width),), junction=junction, name=ROAD_NAMES["junction"],
        predecessor=Link("road", way.start.road, way.start.contact),
        successor=Link("road", way.end.road, way.end.contact),
    ))  # fmt: skip
