# What is painted on a road: lane marks, crosswalks, stop and give-way lines, the bays of parking lanes.

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground.patches import STATIONS, Material, RoadBuilder, spread, stations
from mkdocs_worldmodel.camera.ground.road_curve import border, outer_border
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, LaneSection, LaneType, MarkType, Road, RoadObject

F8 = npt.NDArray[np.float64]

_MERGING: frozenset[LaneType] = frozenset({"entry", "exit", "onRamp", "offRamp"})
_NARROW = 0.9
"""Beside a lane that is narrower, no mark divides it from the next [m]."""
_APART = 0.3
"""Between the ends of a stop line and the lines along the road [m]."""
_HELD = 20.0
"""How far before a stop line the lines between lanes are solid [m]."""
_SHORT = 3.0
"""Length of a piece of line between crosswalks that is left out [m]."""
_BAY = 5.5
"""Length of a parking bay [m]."""


def lane_mark(
    b: RoadBuilder, section: LaneSection, lane: Lane | None, kind: MarkType, part: tuple[float, float]
) -> None:
    """Add the road mark on a lane's outer border, or on the reference line where lane is None."""
    if kind in ("none", "curb"):
        return
    road = b.curve.road
    motorway = road.kind == "motorway"
    outer = _beyond(section, lane)
    merging = kind == "broken" and any(each and each.type in _MERGING for each in (lane, outer))
    dash, period, half = (6.0, 18.0, 0.075) if motorway else (3.0, 9.0, 0.075)
    if merging:
        dash, period, half = (6.0, 12.0, 0.15) if motorway else (3.0, 6.0, 0.13)
    elif kind == "broken" and lane is not None and (lane.type == "biking" or (outer and outer.type == "biking")):
        dash, period, half = 1.0, 2.0, 0.09
    if kind == "solid":
        half = 0.13 if motorway else 0.065
    offsets = (-0.13, 0.13) if kind == "solid solid" else (0.0,)
    closed = _before_stop(road, lane) if kind == "broken" and lane is not None and not merging else []
    step = b.curve.step() if lane is None or _even(lane) else 0.5  # a line follows its taper to the tip
    for start, end, held in _pieces(_free(road, part, lane), closed):
        s = stations(start, end, step) if kind != "broken" or held else _dashes(start, end, dash, period)
        s = s[_divides(road, section, outer, s)]
        if len(s):
            t = outer_border(road, section, 0, s) if lane is None else border(road, section, lane, s)[1]
            for offset in offsets:
                b.strip(Material.MARK, s, (t + offset + half, t + offset - half))


def _beyond(section: LaneSection, lane: Lane | None) -> Lane | None:
    """The lane on the outer side of a lane."""
    if lane is None:
        return None
    return next((each for each in section.lanes if each.id == lane.id + (1 if lane.id > 0 else -1)), None)


def _even(lane: Lane) -> bool:
    """Tell whether a lane is equally wide all along."""
    return all(not (c.b or c.c or c.d) for c in lane.widths) and len({c.a for c in lane.widths}) == 1


def _divides(road: Road, section: LaneSection, outer: Lane | None, s: F8) -> npt.NDArray[np.bool_]:
    """Tell at which stations (P, STATIONS) the lane beyond a mark is wide enough to be divided from (P,)."""
    if outer is None or outer.type not in DRIVABLE or not len(s):
        return np.ones(len(s), dtype=bool)
    low, high = border(road, section, outer, s)
    return np.asarray(np.abs(high - low).min(axis=1) >= _NARROW)


def _dashes(start: float, end: float, dash: float, period: float) -> F8:
    begin = np.arange(np.ceil(start / period), np.ceil(end / period), dtype=np.float64) * period
    stop = np.minimum(begin + dash, end)
    return spread(begin, stop)


def _free(road: Road, part: tuple[float, float], lane: Lane | None) -> list[tuple[float, float]]:
    """Cut a part of a road where crosswalks lie, and stop lines on the lane's side: no lane mark goes through them."""
    crossed = []
    for each in road.objects:
        beside = each.type == "stop line" and (lane is None or (each.t_low + each.t_high) * lane.id < 0.0)
        if not beside:
            crossed.append((each.s - 0.5 * each.length - 0.4, each.s + 0.5 * each.length + 0.4))
    out, start = [], part[0]
    for low, high in sorted(crossed):
        if start < low < part[1]:
            out.append((start, low))
        start = max(start, high)
    rest = [*out, (start, part[1])] if start < part[1] else out
    # between a crosswalk and a junction no line is worth painting
    return rest if len(rest) < 2 else [(low, high) for low, high in rest if high - low > _SHORT]


def _before_stop(road: Road, lane: Lane) -> list[tuple[float, float]]:
    """Where nobody may change lanes any more: the last metres before the stop lines of a lane."""
    way = 1 if (lane.id < 0) == (road.rule == "RHT") else -1
    lines = [each.s for each in road.objects if each.type == "stop line" and (each.t_low + each.t_high) * lane.id > 0.0]
    return [(min(s, s - way * _HELD), max(s, s - way * _HELD)) for s in lines]


def _pieces(free: list[tuple[float, float]], closed: list[tuple[float, float]]) -> list[tuple[float, float, bool]]:
    """Cut parts of a road where others begin and end; tells which pieces lie in these."""
    out = []
    for start, end in free:
        cuts = sorted({start, end, *(s for pair in closed for s in pair if start < s < end)})
        for a, e in pairwise(cuts):
            out.append((a, e, any(low <= a and e <= high for low, high in closed)))
    return out


def painted_objects(b: RoadBuilder) -> None:
    """Add what is painted across a road."""
    road = b.curve.road
    for each in road.objects:
        if each.type == "crosswalk":
            lights = any(g.type == "pedestrian light" and abs(g.s - each.s) < 4.0 for g in road.signals)
            _walk_lines(b, each) if lights else _zebra(b, each)
        else:
            gives_way = any(g.type == "give way" and abs(g.s - each.s) < 8.0 for g in road.signals)
            _stop_line(b, each, broken=gives_way)


def _zebra(b: RoadBuilder, walk: RoadObject) -> None:
    """Stripes along the road, half a metre wide and as far apart."""
    wide = walk.t_high - walk.t_low
    count = max(1, round((wide - 0.5) / 1.0))
    gap = (wide - 0.5 * count) / (count + 1)
    low = walk.t_low + gap + np.arange(count) * (0.5 + gap)
    s = np.broadcast_to(walk.s + walk.length * np.linspace(-0.5, 0.5, STATIONS), (count, STATIONS))
    t = np.repeat(low[:, None], STATIONS, axis=1)
    b.strip(Material.MARK, s, (t, t + 0.5))


def _walk_lines(b: RoadBuilder, walk: RoadObject) -> None:
    """Where lights hold back the traffic: a broken line on either side of who walks."""
    wide = walk.t_high - walk.t_low
    count = max(1, round((wide + 0.2) / 0.7))
    period = (wide + 0.2) / count
    low = walk.t_low + np.arange(count) * period
    t = np.repeat(low[:, None], STATIONS, axis=1)
    for side in (-0.5, 0.5):
        s = np.broadcast_to(walk.s + side * walk.length + np.linspace(-0.06, 0.06, STATIONS), (count, STATIONS))
        b.strip(Material.MARK, s, (t, t + period - 0.2))


def _stop_line(b: RoadBuilder, line: RoadObject, *, broken: bool) -> None:
    """A bar across the lanes; where traffic gives way, a row of blocks."""
    low, high, thick = line.t_low + _APART, line.t_high - _APART, max(line.length, 0.4)
    count = max(1, round((high - low + 0.25) / 0.75)) if broken else max(1, round((high - low) / 1.5))
    period = (high - low + (0.25 if broken else 0.0)) / count
    edge = low + np.arange(count) * period
    s = np.broadcast_to(line.s + thick * np.linspace(-0.5, 0.5, STATIONS), (count, STATIONS))
    t = np.repeat(edge[:, None], STATIONS, axis=1)
    b.strip(Material.MARK, s, (t, t + period - (0.25 if broken else 0.0)))


def parking_bays(b: RoadBuilder, section: LaneSection, lane: Lane, part: tuple[float, float]) -> None:
    """Add the lines between the bays of a parking lane."""
    road = b.curve.road
    sign = 1 if lane.id > 0 else -1
    for start, end in _free(road, part, lane):
        across = np.arange(np.ceil(start / _BAY), np.ceil(end / _BAY), dtype=np.float64) * _BAY
        if not len(across):
            continue
        inner, outer = border(road, section, lane, across)
        wide = np.abs(outer - inner) > 1.5
        s = across[wide, None] + np.array([0.0, 0.0, 0.0, 0.1, 0.1, 0.1])
        low, high = (np.repeat(t[wide, None], STATIONS, axis=1) for t in (inner + sign * 0.1, outer - sign * 0.1))
        b.strip(Material.MARK, s, (low, high))
