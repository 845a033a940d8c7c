# What stands at roads and is painted on them in OpenDRIVE (1.8, chapters 10.4, 13 and 14): speed limits, signals and
# crosswalks, as far as our roads know them.

from __future__ import annotations

import math

from mkdocs_worldmodel.interchange.xml_tree import Element, XmlReading
from mkdocs_worldmodel.scenario.road import RoadKind, RoadObject, Signal, SignalType, SpeedLimit, TrafficRule

_UNITS = {"": 1.0, "m/s": 1.0, "km/h": 1.0 / 3.6, "kmh": 1.0 / 3.6, "mph": 0.44704}
_KINDS: dict[str, RoadKind] = {
    "motorway": "motorway", "town": "town", "townExpressway": "town", "townCollector": "town", "townArterial": "town",
    "townPrivate": "town", "townLocal": "town", "townPlayStreet": "town", "lowSpeed": "town", "pedestrian": "town",
    "bicycle": "town",
}  # fmt: skip

# Types of the OpenDRIVE signal reference and of the German catalogue, from which it took its signs.
_LIGHTS: dict[str, SignalType] = {
    "1000001": "traffic light", "1000009": "traffic light", "1000010": "traffic light", "1000011": "traffic light",
    "1000012": "traffic light", "1000002": "pedestrian light",
}  # fmt: skip
_SIGNS: dict[str, SignalType] = {
    "205": "give way",
    "206": "stop",
    "301": "priority",
    "306": "priority",
    "274": "speed limit",
    "278": "speed limit",
    "282": "speed limit",
}
_OUR_CATALOGUES = {"", "opendrive", "de", "deu", "germany", "de_de"}
_ENDS = {"278", "282"}
"""Of a speed limit: none holds from there on."""
_STOP_LINE = "294"
_LINE = 0.5
"""Length of a stop line along the road [m]."""
_MOST_SIGNALS = 2000
"""Of one road."""


def read_kind(road: Element) -> RoadKind:
    """What kind of road it is; rural where the file does not say."""
    types = road.all("type")
    return _KINDS.get(types[0].attributes.get("type", ""), "rural") if types else "rural"


def read_speed_limits(reading: XmlReading, road: Element) -> tuple[SpeedLimit, ...]:
    """Limits in order: of the road, or where it has none the highest of its lanes."""
    found = {
        reading.number(kind, "s", 0.0, low=0.0): _limit(reading, kind.find("speed"))
        for kind in road.all("type")
        if kind.find("speed") is not None
    }
    for section in road.all("lanes", "laneSection") if not found else ():
        for speed in section.all("left", "lane", "speed") + section.all("right", "lane", "speed"):
            s = reading.number(section, "s", 0.0, low=0.0) + reading.number(speed, "sOffset", 0.0, low=0.0)
            found[s] = max(found.get(s) or 0.0, _limit(reading, speed) or 0.0) or None
    return tuple(SpeedLimit(s, limit) for s, limit in sorted(found.items()))


def _limit(reading: XmlReading, speed: Element | None) -> float | None:
    """In m/s; None: no limit."""
    if speed is None or speed.attributes.get("max", "no limit") in {"no limit", "undefined", ""}:
        return None
    unit = speed.attributes.get("unit", "")
    if unit not in _UNITS:
        reading.wrong_at(speed, f"a speed limit in {unit[:40]!r}", "m/s, km/h or mph")
    value = reading.number(speed, "max", low=-1.0, high=1000.0) * _UNITS.get(unit, 1.0)
    return value if value > 0.0 else None


def read_signals(
    reading: XmlReading, road: Element, rule: TrafficRule, taken: set[str]
) -> tuple[tuple[Signal, ...], tuple[RoadObject, ...]]:
    """Signals of a road, and the stop lines among them. `taken` holds ids that other roads' signals have."""
    signals: list[Signal] = []
    lines: list[RoadObject] = []
    found = road.all("signals", "signal")
    if len(found) > _MOST_SIGNALS:
        reading.wrong_at(found[0], f"the road has {len(found)} signals", f"{_MOST_SIGNALS} are the most")
        return (), ()
    for element in found:
        s, t = reading.number(element, "s", low=-1e6, high=1e6), reading.number(element, "t", 0.0)
        kind = _kind(reading, element)
        if element.attributes.get("type") == _STOP_LINE and _is_ours(element):
            half = 0.5 * reading.number(element, "width", 0.0, low=0.0, high=100.0)
            lines.append(RoadObject("stop line", s, _LINE, t - half, t + half))
        if kind is None:
            continue
        value = None
        if kind == "speed limit" and element.attributes["type"] not in _ENDS:
            value = _sign_value(reading, element)
            if value is None:
                continue
        name = reading.text(element, "id")
        if name in taken:  # against the standard, and common
            reading.note("some signals have the same id: later ones got a number")
            name = next(each for each in (f"{name} {k}" for k in range(2, len(taken) + 3)) if each not in taken)
        taken.add(name)
        signals.append(Signal(name, kind, s, t, _direction(element, t, rule), value))
    if road.all("signals", "signalReference"):
        reading.note("signal references are not read: a signal holds for its own road")
    return tuple(signals), tuple(lines)


def _is_ours(element: Element) -> bool:
    return element.attributes.get("country", "").strip().lower() in _OUR_CATALOGUES


def _kind(reading: XmlReading, element: Element) -> SignalType | None:
    number = element.attributes.get("type", "").replace(".", "")
    kind = _LIGHTS.get(number) or (_SIGNS.get(number) if _is_ours(element) else None)
    if kind is None and number != _STOP_LINE:
        where = element.attributes.get("country", "")[:20] or "no country"
        reading.note(f"signals of type {number[:20] or '?'} ({where}) are not read")
    return kind


def _sign_value(reading: XmlReading, element: Element) -> float | None:
    """What a speed limit sign says [m/s]: its value, else its subtype in km/h."""
    unit = element.attributes.get("unit", "km/h")
    raw = element.attributes.get("value") or element.attributes.get("subtype", "")
    try:
        value = float(raw) * _UNITS.get(unit, _UNITS["km/h"])
    except ValueError:
        value = -1.0
    if not 0.0 < value < 200.0:
        reading.note(f"line {element.line}: a speed limit sign says no speed")
        return None
    return value


def _direction(element: Element, t: float, rule: TrafficRule) -> int:
    """For whom a signal holds; without an orientation for those on whose side its post stands."""
    orientation = element.attributes.get("orientation", "none")
    if orientation in {"+", "-"}:
        return 1 if orientation == "+" else -1
    return 1 if (t <= 0.0) == (rule == "RHT") else -1


def read_objects(reading: XmlReading, road: Element) -> tuple[RoadObject, ...]:
    """Crosswalks; other objects do not change how anyone drives."""
    out = []
    for element in road.all("objects", "object"):
        if element.attributes.get("type") != "crosswalk" and element.attributes.get("name") != "crosswalk":
            continue
        s, t = reading.number(element, "s", low=-1e6, high=1e6), reading.number(element, "t", 0.0)
        along, across = _extents(reading, element, s, t)
        if along[1] > along[0] and across[1] > across[0]:
            name = element.attributes.get("id", "")
            middle = 0.5 * (along[0] + along[1])
            out.append(RoadObject("crosswalk", middle, along[1] - along[0], across[0], across[1], name))
    return tuple(out)


def _extents(
    reading: XmlReading, element: Element, s: float, t: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """How far an object reaches along and across its road, in s and t."""
    hdg = reading.number(element, "hdg", 0.0, low=-1e4, high=1e4)
    cos, sin = math.cos(hdg), math.sin(hdg)
    on_road = [(reading.number(c, "s", low=-1e6), reading.number(c, "t")) for c in element.walk("cornerRoad")]
    corners = [(reading.number(c, "u"), reading.number(c, "v")) for c in element.walk("cornerLocal")]
    if not on_road and not corners:
        half = 0.5 * reading.number(element, "length", 0.0, low=0.0, high=1e4)
        wide = 0.5 * reading.number(element, "width", 0.0, low=0.0, high=1e4)
        corners = [(a * half, b * wide) for a in (-1, 1) for b in (-1, 1)]
    points = on_road or [(s + u * cos - v * sin, t + u * sin + v * cos) for u, v in corners]
    along, across = [p[0] for p in points], [p[1] for p in points]
    return (min(along), max(along)), (min(across), max(across))
