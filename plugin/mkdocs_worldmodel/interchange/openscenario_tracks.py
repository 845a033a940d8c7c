# Recorded traffic in ASAM OpenSCENARIO XML (1.0 to 1.3): who follows a polyline with times, and how large they are.
# Nothing else of a scenario is read here; what else it says is told.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.interchange.xml_tree import Element, XmlReading
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind

F8 = npt.NDArray[np.float64]

LONG_CAR = 7.0
"""What is called a car and longer than this is a lorry: converters of traffic recordings call everything a car [m]."""
_CATEGORIES: dict[str, Kind] = {
    "car": "car", "van": "van", "truck": "truck", "bus": "bus", "motorbike": "motorcycle", "bicycle": "bicycle",
    "semitrailer": "truck", "trailer": "truck",
}  # fmt: skip
_CONTAINERS = {
    "Action", "PrivateAction", "GlobalAction", "RoutingAction", "EntityAction", "LongitudinalAction", "LateralAction",
    "FollowTrajectoryAction",
}  # fmt: skip
_IMPLIED = {
    "AddEntityAction": "somebody is there from the first to the last point of the trajectory",
    "DeleteEntityAction": "somebody is there from the first to the last point of the trajectory",
}


@dataclass(frozen=True, slots=True)
class Track:
    """What somebody was recorded to do."""

    name: str
    kind: Kind
    length: float
    """[m]"""
    width: float
    """[m]"""
    height: float
    """[m]"""
    centre: float
    """From the recorded point to the middle of the box, positive forward [m]."""
    line: int
    """Of the file."""
    time: F8
    """(T,) rising [s]"""
    x: F8
    """(T,) of the recorded point [m]"""
    y: F8
    heading: F8
    """(T,) counter-clockwise from +x, counting on [rad]"""


@dataclass(frozen=True, slots=True)
class Recording:
    """The recorded traffic of one file."""

    roads: str
    """Path of the road network, as the file says it; '' where it says none."""
    tracks: tuple[Track, ...]
    notes: tuple[str, ...]
    """What the file says and was not read."""


def read_recording(text: bytes | str, *, file: str = "") -> Recording:
    """Read the trajectories of an OpenSCENARIO file.

    Args:
        text: the file's bytes, or its decoded text.
        file: its name in messages.

    Raises:
        SpecError: with all mistakes, each with its line; also where nobody follows a trajectory with times.
    """
    reading = XmlReading(file)
    root = reading.parse(text, "OpenSCENARIO")
    entities = {reading.text(each, "name"): each for each in root.all("Entities", "ScenarioObject")}
    points = _trajectories(reading, root, entities)
    reading.check()
    tracks = []
    for name, (element, rows) in points.items():
        track = _track(reading, name, entities[name], element, rows)
        if track is not None:
            tracks.append(track)
    for name in entities.keys() - points.keys():
        reading.note(f"{name[:40]} follows no trajectory with times and is left out")
    if not points:
        reading.wrong_at(root, "nobody follows a trajectory with times", "only such recordings are read")
    _tell_rest(reading, root)
    reading.check()
    logic = root.find("RoadNetwork", "LogicFile")
    order = list(entities)
    tracks.sort(key=lambda each: order.index(each.name))
    return Recording(
        "" if logic is None else logic.attributes.get("filepath", ""), tuple(tracks), tuple(sorted(reading.notes))
    )


Rows = list[tuple[float, float, float, float]]


def _trajectories(reading: XmlReading, root: Element, entities: dict[str, Element]) -> dict[str, tuple[Element, Rows]]:
    """(time, x, y, heading) of all points by entity; heading NaN where the file says none."""
    found: dict[str, tuple[Element, Rows]] = {}
    for group in root.walk("ManeuverGroup"):
        actors = [reading.text(each, "entityRef") for each in group.all("Actors", "EntityRef")]
        for event in group.walk("Event"):
            for action in event.walk("FollowTrajectoryAction"):
                rows = _points(reading, action, event)
                for actor in actors if rows else ():
                    if actor not in entities:
                        reading.wrong_at(group, f"there is no entity {actor[:40]!r}", "name one of <Entities>")
                        continue
                    earlier = found.setdefault(actor, (action, []))[1]
                    if earlier and rows[0][0] <= earlier[-1][0]:
                        reading.wrong_at(action, f"two trajectories of {actor[:40]} overlap in time")
                    earlier += rows
    return found


def _points(reading: XmlReading, action: Element, event: Element) -> Rows:
    """Points of one trajectory in simulation time."""
    timing = action.find("TimeReference", "Timing")
    polyline = next(iter(action.walk("Polyline")), None)
    if timing is None or polyline is None:
        what = "has no <Timing>" if timing is None else "is no polyline"
        reading.note(f"line {action.line}: a trajectory {what} and is not read")
        return []
    scale, offset = reading.number(timing, "scale", 1.0, low=1e-6), reading.number(timing, "offset", 0.0)
    if timing.attributes.get("domainAbsoluteRelative", "absolute") == "relative":
        offset += _start(reading, event)
    rows: Rows = []
    for vertex in polyline.all("Vertex"):
        position = vertex.find("Position", "WorldPosition")
        if position is None:
            reading.wrong_at(vertex, "a point is not given as <WorldPosition>", "other positions are not read here")
            break
        time = offset + scale * reading.number(vertex, "time")
        if rows and time <= rows[-1][0]:
            reading.wrong_at(vertex, f"the time {time:g} s does not rise", f"more than {rows[-1][0]:g} s")
            break
        heading = reading.number(position, "h", low=-1e4, high=1e4) if "h" in position.attributes else np.nan
        rows.append((time, reading.number(position, "x"), reading.number(position, "y"), heading))
    return rows


def _start(reading: XmlReading, event: Element) -> float:
    """When an event starts, where that is a matter of time alone [s]."""
    conditions = [c for trigger in event.all("StartTrigger") for c in trigger.walk("Condition")]
    at = conditions[0].find("ByValueCondition", "SimulationTimeCondition") if len(conditions) == 1 else None
    if at is None:
        reading.wrong_at(event, "its relative times begin when something happens", "a start at a time can be read")
        return 0.0
    return max(0.0, reading.number(at, "value")) + reading.number(conditions[0], "delay", 0.0, low=0.0)


def _track(reading: XmlReading, name: str, entity: Element, action: Element, rows: Rows) -> Track | None:
    kind = _kind(reading, name, entity)
    centre, size = (next(iter(entity.walk(each)), None) for each in ("Center", "Dimensions"))
    if kind is None or centre is None or size is None:
        why = (
            "comes from a catalog, which is not read" if entity.find("CatalogReference") is not None else "has no size"
        )
        reading.wrong_at(entity, f"{name[:40]} follows a trajectory and {why}", "give it a <BoundingBox>")
        return None
    if len(rows) < 2:
        reading.note(f"{name[:40]} is recorded at one instant alone and is left out")
        return None
    length = reading.number(size, "length", low=0.05, high=100.0)
    if kind == "car" and length > LONG_CAR:
        reading.note(f"what is called a car and longer than {LONG_CAR:g} m is taken for a lorry")
        kind = "truck"
    time, x, y, heading = np.array(rows, dtype=np.float64).T
    return Track(
        name,
        kind,
        length,
        reading.number(size, "width", low=0.05, high=100.0),
        reading.number(size, "height", BODIES[kind].height, low=0.0, high=100.0),
        reading.number(centre, "x", low=-50.0, high=50.0),
        action.line,
        time,
        x,
        y,
        _headings(x, y, heading),
    )


def _headings(x: F8, y: F8, heading: F8) -> F8:
    """Headings that count on; where the file gives none, those of the motion, and while standing the last one."""
    if np.isnan(heading).any():
        dx, dy = np.gradient(x), np.gradient(y)
        moves = np.hypot(dx, dy) > 0.01
        known = np.flatnonzero(moves)
        if known.size == 0:
            return np.nan_to_num(heading)
        last = np.maximum.accumulate(np.where(moves, np.arange(len(x)), known[0]))
        heading = np.where(np.isnan(heading), np.arctan2(dy, dx)[last], heading)
    unwrapped: F8 = np.unwrap(heading)
    return unwrapped


def _kind(reading: XmlReading, name: str, entity: Element) -> Kind | None:
    vehicle, person = entity.find("Vehicle"), entity.find("Pedestrian")
    if person is not None:
        return "pedestrian"
    if vehicle is not None:
        if vehicle.attributes.get("role") in {"ambulance", "fire", "police"}:
            return "emergency"
        category = vehicle.attributes.get("vehicleCategory", "")
        if category not in _CATEGORIES:
            reading.wrong_at(vehicle, f"{name[:40]} is a vehicle of category {category[:40]!r}",
                             f"one of {', '.join(_CATEGORIES)}")  # fmt: skip
            return "car"
        return _CATEGORIES[category]
    return "obstacle" if entity.find("MiscObject") is not None else None


def _tell_rest(reading: XmlReading, root: Element) -> None:
    """Note the actions of the story that are not read."""
    for event in root.walk("Event"):
        for element in (each for action in event.all("Action") for each in _actions(action)):
            reading.note(
                f"{element.name} is not read" + (f": {_IMPLIED[element.name]}" if element.name in _IMPLIED else "")
            )
    if root.find("Storyboard", "Init", "Actions", "Private") is not None:
        reading.note("initial actions are not read: the trajectories say where everybody begins")


def _actions(action: Element) -> list[Element]:
    found: list[Element] = []
    waiting = list(action.children)
    while waiting:
        each = waiting.pop()
        if each.name in _CONTAINERS - {"FollowTrajectoryAction"}:
            waiting += each.children
        elif each.name.endswith("Action") and each.name not in _CONTAINERS:
            found.append(each)
    return found
