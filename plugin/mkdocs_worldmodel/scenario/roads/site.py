# The building site: roads, junctions and lights of a network while it is being laid out.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mkdocs_worldmodel.scenario.road import Junction, Road, RoadNetwork, RoadObject, Signal, SignalController
from mkdocs_worldmodel.scenario.roads.strips import Profile
from mkdocs_worldmodel.spec.text import KeyPath

Slot = Literal["ego", "ahead", "left", "right", "ramp", "exit"]
"""Where an arm lies, for traffic that keeps right."""
Wrong = Callable[[KeyPath, str, str], None]


@dataclass(frozen=True, slots=True)
class Arm:
    """A road that leads to the junction (or joins the ego's), and where one stops on it."""

    name: str
    """'ego', 'ahead', 'left', 'right', 'ramp' or 'exit'."""
    road: str
    """Its id."""
    toward: int
    """Direction (+1/-1 in s) in which one drives towards the junction; on the ego's own road +1."""
    stop_s: float | None
    """Where the front bumper of those who drive towards the junction stops [m]; of the ramp: where it joins.
    None: there is no junction here."""


ROAD_NAMES: Mapping[str, str] = {
    "ahead": "the road ahead",
    "left": "the left arm",
    "right": "the right arm",
    "ramp": "the ramp",
    "exit": "the exit",
    "junction": "the junction",
    "roundabout": "the roundabout",
}


@dataclass(slots=True)
class Site:
    """What stands already.

    Attributes:
        called: what an author calls the arm in a slot: left and right are exchanged where the network will be mirrored.
        crosswalks: name → (road, s of its middle); lights: arm or crossing → ids of the signals for who comes there.
    """

    profile: Profile
    speed_limit: float | None
    called: Mapping[str, str]
    wrong: Wrong
    arm_lengths: Mapping[str, float]
    """Of the roads beside the ego's, by what an author calls them [m]."""
    roads: dict[str, Road] = field(default_factory=dict)
    junctions: list[Junction] = field(default_factory=list)
    controllers: list[SignalController] = field(default_factory=list)
    arms: dict[str, Arm] = field(default_factory=dict)
    crosswalks: dict[str, tuple[str, float]] = field(default_factory=dict)
    lights: dict[str, tuple[str, ...]] = field(default_factory=dict)
    main: list[tuple[float, str]] = field(default_factory=list)
    """The ego's road where ramps cut it: (station at which a part begins, its id)."""

    def arm_length(self, slot: Slot) -> float:
        """How long the road of an arm is to be [m]."""
        return self.arm_lengths[self.called[slot]]

    def number(self) -> str:
        """Id of the next road."""
        return str(len(self.roads) + 1)

    def junction_number(self) -> str:
        """Id of the next junction."""
        return f"J{len(self.junctions) + 1}"

    def add(self, road: Road) -> Road:
        """Take in a road; its id is that of `number`."""
        self.roads[road.id] = road
        return road

    def add_arm(self, slot: Slot, road: Road, toward: int, stop_s: float | None) -> None:
        """Note a road as an arm."""
        name = self.called[slot]
        self.arms[name] = Arm(name, road.id, toward, stop_s)

    def furnish(self, road_id: str, *things: Signal | RoadObject) -> None:
        """Put signals and objects on a road."""
        road = self.roads[road_id]
        signals = tuple(each for each in things if isinstance(each, Signal))
        objects = tuple(each for each in things if isinstance(each, RoadObject))
        self.roads[road_id] = replace(road, signals=road.signals + signals, objects=road.objects + objects)

    def place(self, station: float) -> tuple[str, float]:
        """Road and s of a station of the ego's road."""
        begin, road = next(part for part in reversed(self.main) if part[0] <= station or part is self.main[0])
        return road, station - begin

    def network(self) -> RoadNetwork:
        """All of it."""
        return RoadNetwork(tuple(self.roads.values()), tuple(self.junctions), tuple(self.controllers))
