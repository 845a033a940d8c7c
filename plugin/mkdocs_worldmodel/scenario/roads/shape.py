# What the arms of a junction have in common, whether it is a crossing or a roundabout.

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Contact, Lane, LaneSection, Link, MarkType, Road
from mkdocs_worldmodel.scenario.roads.join import Pose, beside
from mkdocs_worldmodel.scenario.roads.site import ROAD_NAMES, Site, Slot
from mkdocs_worldmodel.scenario.roads.strips import Profile, Strips
from mkdocs_worldmodel.spec.road import JunctionSpec


@dataclass(frozen=True, slots=True)
class ArmShape:
    """An arm as seen from the middle of the junction."""

    slot: Slot
    bearing: float
    """Direction in which it lies, seen from the middle [rad]; so that headings count on along the ego's ways."""
    inward: int
    """Lanes towards the junction."""
    outward: int
    """Lanes away from it."""
    road: str
    """Id of its road."""
    mouth: Pose = (0.0, 0.0, 0.0)
    """Where its reference line meets the junction, heading away from it."""

    @property
    def runs_away(self) -> bool:
        """Whether s grows away from the junction; on the ego's road it grows towards it."""
        return self.slot != "ego"

    @property
    def contact(self) -> Contact:
        """End of its road that lies at the junction."""
        return "start" if self.runs_away else "end"

    def lane_in(self, k: int) -> int:
        """OpenDRIVE id of the k-th lane (1: innermost) towards the junction."""
        return k if self.runs_away else -k

    def lane_out(self, k: int) -> int:
        """OpenDRIVE id of the k-th lane away from it."""
        return -k if self.runs_away else k

    def pose_in(self, k: int, width: float) -> Pose:
        """Where the k-th lane enters the junction, heading into it."""
        x, y, heading = beside(self.mouth, 0.0, (k - 0.5) * width)
        return x, y, heading + math.pi

    def pose_out(self, k: int, width: float) -> Pose:
        """Where the k-th lane leaves it."""
        return beside(self.mouth, 0.0, -(k - 0.5) * width)


def arms_around(spec: JunctionSpec, heading: float, lanes: int, oncoming: int, roads: dict[str, str]) -> list[ArmShape]:
    """All arms counter-clockwise, the ego's first; `roads` has the id of each one's road.

    The ego's road arrives with `heading` [rad] and so many lanes.
    """
    out = [ArmShape("ego", heading - math.pi, lanes, oncoming, roads["ego"])]
    side = spec.oncoming, spec.lanes
    bearings: dict[Slot, float] = {"right": spec.angle - math.pi, "ahead": 0.0, "left": spec.angle}
    for slot, bearing in bearings.items():
        if slot in roads:
            inward, outward = (oncoming, lanes) if slot == "ahead" else side
            out.append(ArmShape(slot, heading + bearing, inward, outward, roads[slot]))
    return out


def lay_arm(site: Site, arm: ArmShape, junction: str, limit: float | None) -> Road:
    """The road of an arm: straight away from the junction."""
    length, kind = site.arm_length(arm.slot), site.profile.kind
    strips = Strips(site.profile.side(arm.outward), site.profile.side(arm.inward))
    sections = strips.sections(0.0, length, kind, site.profile.centre_mark(arm.outward, arm.inward))
    return site.add(Road(
        site.number(), length, chain([(length, 0.0, 0.0)], arm.mouth), sections, kind, limit,
        predecessor=Link("junction", junction), name=ROAD_NAMES[site.called[arm.slot]],
    ))  # fmt: skip


def with_mouth(arm: ArmShape, middle: Pose, distance: float) -> ArmShape:
    """The arm, its road beginning so far from the middle of the junction."""
    mouth = beside((middle[0], middle[1], arm.bearing), distance, 0.0)
    return replace(arm, mouth=mouth)


def edge_lanes(profile: Profile, start: int, end: int) -> tuple[Lane, ...]:
    """Strips along a corner, beside lane -1; `start`, `end` are the lanes of the arms beside which theirs lie."""
    strips = profile.edge(narrow=False)
    section = Strips((*profile.side(1),), ()).sections(0.0, 1.0, profile.kind, "none")[0]
    edges = [lane for lane in section.lanes if lane.id < -1]
    step_in, step_out = (1 if start > 0 else -1), (1 if end > 0 else -1)
    assert len(edges) == len(strips)
    return tuple(
        replace(lane, predecessor=start + step_in * (i + 1), successor=end + step_out * (i + 1))
        for i, lane in enumerate(edges)
    )


def one_lane(profile: Profile, links: tuple[int, int], *, edge: bool) -> LaneSection:
    """Lane section of a connecting road; `edge`: with the strips of a corner to its right."""
    mark: MarkType = "none"
    if edge:
        mark = Strips(profile.side(1), ()).sections(0.0, 1.0, profile.kind, "none")[0].lanes[0].mark
    strip = profile.side(1)[0]
    lane = Lane(-1, strip.type, (strip.cubic(0.0),), mark, 0.0, *links)
    return LaneSection(0.0, (lane, *(edge_lanes(profile, *links) if edge else ())))
