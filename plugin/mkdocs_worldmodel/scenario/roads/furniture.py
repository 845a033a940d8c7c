# What stands at the arms of a junction and at crossings: stop lines, signs, crosswalks, lights and their programmes.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mkdocs_worldmodel.scenario.geometry import section_at
from mkdocs_worldmodel.scenario.road import DRIVABLE, Aspect, Phase, RoadObject, Signal, SignalController, SignalType
from mkdocs_worldmodel.scenario.roads.course import width_at
from mkdocs_worldmodel.scenario.roads.shape import ArmShape
from mkdocs_worldmodel.scenario.roads.site import Site
from mkdocs_worldmodel.spec.road import JunctionControl, JunctionSpec, SignalsSpec

CROSSWALK = 4.0
"""Length of a junction's crosswalk along the road [m]."""
_LINE = 0.5
"""Length of a stop line along the road [m]."""
_ASIDE = 0.5
"""Of a post, beyond the edge of the carriageway [m]."""
BEFORE_CROSSING = 1.5
"""From the stop line to a crossing with lights [m]."""


def setback(spec: JunctionSpec) -> float:
    """From where one stops to where the road ends at the junction [m]."""
    return 1.0 + _LINE + 1.0 + CROSSWALK if spec.crosswalks else 1.0


def reach(site: Site, road_id: str, sign: int, s: float) -> tuple[float, float]:
    """How far (without sign) a side's lanes for vehicles, and all but its pavement, reach at s [m]."""
    road = site.roads[road_id]
    section = section_at(road, s)
    lanes = beyond = 0.0
    for lane in section.side(sign):
        if lane.type == "sidewalk":
            break
        beyond += width_at(lane, s - section.s)
        if lane.type in DRIVABLE:
            lanes = beyond
    return lanes, beyond


def furnish_junction(site: Site, spec: JunctionSpec, arms: list[ArmShape]) -> None:
    """Stop lines, signs or lights, and crosswalks at all arms; who stops where."""
    control: JunctionControl = "give_way" if spec.kind == "roundabout" else spec.control or "right"
    vehicles: dict[str, str] = {}
    walkers: dict[str, tuple[str, ...]] = {}
    for arm in arms:
        road, name = site.roads[arm.road], site.called[arm.slot]
        toward = -1 if arm.runs_away else 1
        distance = setback(spec)

        def station(d: float, length: float = road.length, away: bool = arm.runs_away) -> float:
            return d if away else length - d

        # with an arm that nobody comes from there is still a place where one would stop
        site.add_arm(arm.slot, road, toward, station(distance))
        side = -toward
        lanes, beyond = reach(site, road.id, side, station(distance))
        other = reach(site, road.id, -side, station(distance))[1]
        sign = _sign(control, arm, spec)
        post = side * (beyond + _ASIDE)
        if arm.inward and sign is not None:
            light = Signal(
                f"{'light' if sign == 'traffic light' else 'sign'} {name}", sign, station(distance), post, toward
            )
            site.furnish(road.id, light)
            if sign == "traffic light":
                vehicles[arm.slot] = light.id
                site.lights[name] = (light.id,)
        if arm.inward and sign not in {None, "priority"}:
            low, high = sorted((0.0, side * lanes))
            site.furnish(road.id, RoadObject("stop line", station(distance - 0.5 * _LINE), _LINE, low, high))
        if spec.crosswalks:
            across = sorted((side * beyond, -side * other))
            walk = f"{name}_crosswalk"
            s = station(1.0 + 0.5 * CROSSWALK)
            ids = _crosswalk(site, road.id, walk, s, CROSSWALK, (across[0], across[1]), lights=control == "signals")
            if ids:
                walkers[arm.slot] = ids
    if control == "signals":
        site.controllers.append(_programme(spec.signals or SignalsSpec(), vehicles, walkers))


def _sign(control: JunctionControl, arm: ArmShape, spec: JunctionSpec) -> SignalType | None:
    """What stands at an arm."""
    if spec.kind == "roundabout":
        return "give way"
    on_main = arm.slot in {"ego", "ahead"}
    signs: dict[JunctionControl, tuple[SignalType | None, SignalType | None]] = {
        "right": (None, None),
        "priority": ("priority", "give way"),
        "give_way": ("give way", "priority"),
        "stop": ("stop", "priority"),
        "signals": ("traffic light", "traffic light"),
    }
    return signs[control][0 if on_main else 1]


def _crosswalk(
    site: Site, road: str, name: str, s: float, width: float, across: tuple[float, float], *, lights: bool
) -> tuple[str, ...]:
    """Paint a crosswalk, with a light on either side of the road; ids of these lights."""
    site.furnish(road, RoadObject("crosswalk", s, width, *across, name))
    site.crosswalks[name] = (road, s)
    if not lights:
        return ()
    first = Signal(f"walk {name} 1", "pedestrian light", s, across[0] - _ASIDE, 1)
    second = Signal(f"walk {name} 2", "pedestrian light", s, across[1] + _ASIDE, -1)
    site.furnish(road, first, second)
    site.lights[name] = (first.id, second.id)
    return site.lights[name]


_Group = Literal["ego", "side"]


@dataclass(frozen=True, slots=True)
class _Head:
    """A light and the road whose programme it follows; people have green while that road's vehicles have red."""

    id: str
    group: _Group
    walks: bool


def _programme(spec: SignalsSpec, vehicles: dict[str, str], walkers: dict[str, tuple[str, ...]]) -> SignalController:
    """Green for the ego's road and the side roads in turn, with amber, all red, and red and amber in between."""

    def group(slot: str) -> _Group:
        return "ego" if slot in {"ego", "ahead"} else "side"

    heads = [_Head(light, group(slot), walks=False) for slot, light in vehicles.items()]
    heads += [_Head(light, group(slot), walks=True) for slot, lights in walkers.items() for light in lights]

    def aspects(turn: _Group, shown: Aspect) -> tuple[Aspect, ...]:
        def of(head: _Head) -> Aspect:
            if head.walks:
                return "green" if head.group != turn and shown == "green" else "red"
            return shown if head.group == turn else "red"

        return tuple(of(head) for head in heads)

    order: list[_Group] = ["ego", "side"] if spec.first == "ego" else ["side", "ego"]
    steps: tuple[tuple[str, float, Aspect], ...] = (
        ("green", spec.green, "green"), ("amber", spec.amber, "amber"), ("all red", spec.all_red, "red"),
    )  # fmt: skip
    phases = []
    for k, turn in enumerate(order):
        phases += [Phase(f"{turn} {name}", time, aspects(turn, shown)) for name, time, shown in steps]
        following = order[1 - k]
        phases.append(Phase(f"{following} red amber", spec.red_amber, aspects(following, "red amber")))
    return SignalController("junction", tuple(head.id for head in heads), tuple(phases), spec.delay)


# A crossing on the open road: vehicles have green for 20 s, people for 10 s, who need 5 s to clear it (at 1.2 m/s
# they come 6 m far: half of it, which the phase before their red gives once more).
_CROSSING_PHASES: tuple[tuple[str, float, Aspect, Aspect], ...] = (
    ("drive", 20.0, "green", "red"),
    ("amber", 3.0, "amber", "red"),
    ("all red", 2.0, "red", "red"),
    ("walk", 10.0, "red", "green"),
    ("clear", 5.0, "red", "red"),
    ("red amber", 1.0, "red amber", "red"),
)


def lay_pedestrian_crossing(site: Site, name: str, station: float, width: float, control: str) -> None:
    """A place where people cross the ego's road: `control` is zebra, signals or none (unmarked)."""
    road, s = site.place(station)
    right, left = reach(site, road, -1, s)[1], reach(site, road, 1, s)[1]
    if control == "none":
        site.crosswalks[name] = (road, s)
        return
    walks = _crosswalk(site, road, name, s, width, (-right, left), lights=control == "signals")
    if control != "signals":
        return
    lights = []
    away = 0.5 * width + BEFORE_CROSSING
    for direction, edge in ((1, -(right + _ASIDE)), (-1, left + _ASIDE)):
        lanes = reach(site, road, -direction, s)[0]
        if lanes == 0.0:
            continue
        word = "ego" if direction > 0 else "oncoming"
        lights.append(Signal(f"light {name} {word}", "traffic light", s - direction * away, edge, direction))
        low, high = sorted((0.0, -direction * lanes))
        line = RoadObject("stop line", s - direction * (away - 0.5 * _LINE), _LINE, low, high)
        site.furnish(road, lights[-1], line)
    site.lights.setdefault("ego", (lights[0].id,))
    phases = tuple(
        Phase(step, time, (*(drive for _ in lights), *(walk for _ in walks)))
        for step, time, drive, walk in _CROSSING_PHASES
    )
    ids = (*(light.id for light in lights), *walks)
    site.controllers.append(SignalController(name, ids, phases))
