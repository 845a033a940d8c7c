# A roundabout with a single lane: a small junction at each arm, and pieces of the ring between them.

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Connection, Cubic, Junction, LaneLink, Link, Road
from mkdocs_worldmodel.scenario.roads.crossing import limit_through
from mkdocs_worldmodel.scenario.roads.join import Pose, beside, join
from mkdocs_worldmodel.scenario.roads.shape import ArmShape, arms_around, lay_arm, one_lane, with_mouth
from mkdocs_worldmodel.scenario.roads.site import ROAD_NAMES, Site
from mkdocs_worldmodel.scenario.roads.strips import Strips
from mkdocs_worldmodel.spec.road import JunctionSpec

USUAL_RADIUS = 14.0
"""Of the ring's lane middle [m]; small roundabouts are 26 m to 40 m wide (German guideline FGSV Kreisverkehre)."""
_ENTRY_RADII = (10.0, 8.0, 6.0)
"""Of the middle of entries and exits [m]: the largest that leaves room on the ring."""
_SHORTEST = 2.0
"""Piece of the ring between two arms [m]."""


def lay_roundabout(
    site: Site, spec: JunctionSpec, mouth: Pose, lanes: int, oncoming: int, roads: dict[str, str]
) -> list[ArmShape]:
    """Lay a roundabout where the ego's road ends, at `mouth` (heading into it) with so many lanes."""
    arms = arms_around(spec, mouth[2], lanes, oncoming, roads)
    radius, half, distance = _ring(site, spec, arms)
    middle = beside(mouth, distance, 0.0)
    placed = [with_mouth(arm, middle, distance) for arm in arms]
    placed[0] = replace(placed[0], mouth=(mouth[0], mouth[1], mouth[2] - math.pi))
    side_limit = spec.side_speed_limit if spec.side_speed_limit is not None else site.speed_limit
    numbers = [f"J{len(site.junctions) + 1 + i}" for i in range(len(placed))]
    for arm, number in zip(placed[1:], numbers[1:], strict=True):
        lay_arm(site, arm, number, site.speed_limit if arm.slot == "ahead" else side_limit)
    ring = _Ring(middle, radius, half)
    pieces = [_ring_piece(site, ring, placed, i, numbers) for i in range(len(placed))]
    for i, arm in enumerate(placed):
        _lay_mouth(site, ring, arm, numbers[i], (pieces[i - 1].id, pieces[i].id))
    return placed


@dataclass(frozen=True, slots=True)
class _Ring:
    middle: Pose
    radius: float
    half: float
    """Half of the angle that an arm's junction takes of the ring [rad]."""

    def pose(self, bearing: float) -> Pose:
        """On the ring's lane middle, heading counter-clockwise."""
        x, y, _ = beside((self.middle[0], self.middle[1], bearing), self.radius, 0.0)
        return x, y, bearing + 0.5 * math.pi


def _gaps(arms: list[ArmShape]) -> list[float]:
    """Angle from each arm to the next one counter-clockwise [rad]."""
    out = [(b.bearing - a.bearing) % (2.0 * math.pi) for a, b in zip(arms, [*arms[1:], arms[0]], strict=True)]
    return [gap if gap > 1e-9 else 2.0 * math.pi for gap in out]


def _ring(site: Site, spec: JunctionSpec, arms: list[ArmShape]) -> tuple[float, float, float]:
    """Radius of the ring, half angle of an arm's junction, and distance of the arms' ends from the middle."""
    aside, narrowest = 0.5 * site.profile.width, min(_gaps(arms))
    radius = smallest = spec.radius if spec.radius is not None else USUAL_RADIUS
    # a ring that is too small grows until its arms find room
    while True:
        for entry in _ENTRY_RADII:
            # the arc from the arm's lane (`aside` of its middle) to the ring has radius `entry` at this half angle
            half = math.asin((entry + aside) / (radius + entry))
            if radius * (narrowest - 2.0 * half) >= _SHORTEST and radius > 2.0 * site.profile.width:
                if radius > smallest and spec.radius is not None:
                    site.wrong(("junction", "radius"), f"a ring of {smallest:g} m is too small for its arms",
                               f"with these lanes and angles it takes {radius:g} m")  # fmt: skip
                tangent = (radius * math.sin(half) - aside) / math.cos(half)
                return radius, half, radius * math.cos(half) + tangent * math.sin(half) + tangent
        radius += 1.0


def _ring_piece(site: Site, ring: _Ring, arms: list[ArmShape], i: int, numbers: list[str]) -> Road:
    """The ring from arm i to the next one."""
    gap = _gaps(arms)[i] - 2.0 * ring.half
    k, length = 1.0 / ring.radius, ring.radius * gap
    line = chain([(length, k, k)], ring.pose(arms[i].bearing + ring.half))
    profile = site.profile
    section = Strips(profile.side(1), ()).sections(0.0, length, profile.kind, profile.centre_mark(1, 0))[0]
    return site.add(Road(
        site.number(), length, line, (section,), profile.kind, site.speed_limit, (Cubic(0.0, 0.5 * profile.width),),
        predecessor=Link("junction", numbers[i]), successor=Link("junction", numbers[(i + 1) % len(arms)]),
        name=ROAD_NAMES["roundabout"],
    ))  # fmt: skip


def _lay_mouth(site: Site, ring: _Ring, arm: ArmShape, junction: str, ring_ids: tuple[str, str]) -> None:
    """Entry, exit and way on along the ring at one arm; who enters gives way."""
    width = site.profile.width
    before, after = ring.pose(arm.bearing - ring.half), ring.pose(arm.bearing + ring.half)
    old, new = ring_ids
    limit = limit_through(site, arm)
    arc = 2.0 * ring.half * ring.radius
    k = 1.0 / ring.radius

    def lay(
        start: Pose, pieces: list[tuple[float, float, float]], ends: tuple[Link, Link], lanes: tuple[int, int]
    ) -> Road:
        line = chain(pieces, start)
        # along entry and exit run the corner's strips; an arm without that direction has none
        edge = ends[0].id == arm.road or ends[1].id == arm.road
        section = one_lane(site.profile, lanes, edge=edge)
        return site.add(Road(
            site.number(), line[-1].s + line[-1].length, line, (section,), site.profile.kind, limit,
            (Cubic(0.0, 0.5 * width),), junction=junction, name=ROAD_NAMES["roundabout"],
            predecessor=ends[0], successor=ends[1],
        ))  # fmt: skip

    from_ring, to_ring, arm_link = (
        Link("road", old, "end"),
        Link("road", new, "start"),
        Link("road", arm.road, arm.contact),
    )
    onward = lay(before, [(arc, k, k)], (from_ring, to_ring), (-1, -1))
    connections = [Connection(old, onward.id, "start", (LaneLink(-1, -1),))]
    order: list[tuple[str, str]] = []
    if arm.outward:
        end = arm.pose_out(1, width)
        leave = lay(before, join(before, end), (from_ring, arm_link), (-1, arm.lane_out(1)))
        connections.append(Connection(old, leave.id, "start", (LaneLink(-1, -1),)))
    if arm.inward:
        start = arm.pose_in(1, width)
        enter = lay(start, join(start, after), (arm_link, to_ring), (arm.lane_in(1), -1))
        connections.append(Connection(arm.road, enter.id, "start", (LaneLink(arm.lane_in(1), -1),)))
        order.append((onward.id, enter.id))
    site.junctions.append(Junction(junction, tuple(connections), tuple(order), ROAD_NAMES["roundabout"]))
