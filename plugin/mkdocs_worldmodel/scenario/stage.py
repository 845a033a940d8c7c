# What all parts of composing share: the author's values, the laid-out roads, who is placed, and the mistakes.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.layout import Arm, Layout, lane_id
from mkdocs_worldmodel.scenario.road import Geometry, Road
from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.spec.keys import MAX_LANE
from mkdocs_worldmodel.spec.messages import did_you_mean
from mkdocs_worldmodel.spec.model import ScenarioSpec
from mkdocs_worldmodel.spec.text import KeyPath

EGO = "ego"
OWN_ROAD = "1"
"""Id of the ego's road."""

Wrong = Callable[[KeyPath, str, str], None]


@dataclass(slots=True)
class Stage:
    """A scenario on its way to be composed."""

    spec: ScenarioSpec
    layout: Layout
    wrong: Wrong
    """Notes a mistake: key path under `scenario`, message, hint."""
    users: dict[str, RoadUser] = field(default_factory=dict)
    """Those who could be placed."""
    lines: ReferenceLines = field(init=False)
    rows: dict[str, int] = field(init=False)
    """Road id → its row in `lines`."""
    course: ReferenceLines = field(init=False)
    """The ego's road from its beginning to its end, whatever parts it has."""

    def __post_init__(self) -> None:
        roads = self.layout.network.roads
        self.lines = ReferenceLines(roads)
        self.rows = {road.id: i for i, road in enumerate(roads)}
        self.course = ReferenceLines([self._whole()]) if len(self.layout.main) > 1 else ReferenceLines(roads[:1])

    def _whole(self) -> Road:
        """The ego's road as one, with the connecting roads between its parts."""
        pieces: list[Geometry] = []
        for begin, road_id in self.layout.main:
            road = self.road(road_id)
            through = [r for r in self.layout.network.roads if r.junction is not None and not r.name
                       and r.predecessor is not None and r.predecessor.id == road_id]  # fmt: skip
            pieces += [replace(g, s=g.s + begin) for g in road.geometries]
            pieces += [replace(g, s=g.s + begin + road.length) for r in through[:1] for g in r.geometries]
        return Road("", self.end, tuple(pieces), ())

    @property
    def ego(self) -> RoadUser:
        return self.users[EGO]

    @property
    def end(self) -> float:
        """Where the ego's road ends [m]."""
        begin, last = self.layout.main[-1]
        return begin + self.road(last).length

    def road(self, road_id: str) -> Road:
        return self.layout.network.roads[self.rows[road_id]]

    def is_own(self, road_id: str) -> bool:
        """Whether a road is a part of the ego's."""
        return any(part == road_id for _, part in self.layout.main)

    def arm_of(self, road_id: str) -> Arm | None:
        """The arm to which a road belongs."""
        if self.is_own(road_id):
            return self.layout.arms[EGO]
        return next((arm for arm in self.layout.arms.values() if arm.road == road_id), None)

    def ahead_of_ego(self, distance: float) -> float:
        """Station of the ego's road that lies so many metres of its lane ahead of its reference point [m]."""
        return self.course.further(0, self.ego.s, self.ego.t, distance)

    def who(self, name: str, path: KeyPath, *, but: str | None = None, doing: str = "") -> bool:
        """Whether there is such a road user, other than `but`; notes the mistake where not."""
        names = [EGO, *self.spec.actors]
        if name not in names:
            self.wrong(path, f"there is no road user '{name[:40]}'", did_you_mean(name, names))
            return False
        if name == but:
            self.wrong(path, f"{name} {doing} itself", f"name another road user than {name}")
            return False
        return True

    def lane(
        self, number: int, road: Road, toward: int, s: float, path: KeyPath, *, anywhere: bool = False
    ) -> int | None:
        """OpenDRIVE id of an author's lane at s; with `anywhere`, else of a lane that is elsewhere along the road.

        `toward` is the direction of those for whom positive numbers count. A lane that is not there is a mistake.
        """
        direction = toward if number > 0 else -toward
        places = [s, *(section.s + 1e-3 for section in road.sections if anywhere)]
        for place in places:
            if (found := lane_id(road, abs(number), direction, place)) is not None:
                return found
        side = "" if number > 0 else "oncoming "
        count = max(
            sum(lane_id(road, n, direction, place) is not None for n in range(1, MAX_LANE + 1)) for place in places
        )
        there = f"has {count} {side}lane{'' if count == 1 else 's'}" if count else f"has no {side}lanes"
        where = "" if anywhere or len(road.sections) == 1 else f" at {s:.1f} m"
        self.wrong(path, f"there is no {side}lane {abs(number)}{where}", f"{road.name or 'the road'} {there}{where}")
        return None
