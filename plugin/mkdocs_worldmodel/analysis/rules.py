# Rules of the road: who broke which, when, and by how much. Each rule is one short function over one road user.

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mkdocs_worldmodel.analysis.boxes import Bools
from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.wording import PLACES, called, kmh, metres, on_lane
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.rollout.route_lead import route_of
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road, Signal
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS

Rule = Literal["speeding", "red light", "lane", "solid line", "wrong way", "priority", "following"]

SPEEDING = 1.0 / 3.6
"""Faster than the limit by more than this is speeding [m/s]."""
LASTING = 0.5
"""Speeding, driving the wrong way and following too closely count if they last so long [s]."""
OVER_EDGE = 0.1
"""A body may stick out of the drivable lanes by this [m]."""
HINDERED, CONFLICT, NEAR = 2.0, 4.0, 50.0
"""Priority is taken from who brakes harder than this [m/s²] on course to touch within this time [s], on the road with
priority or not further before it than this [m]."""
_MOVES = 0.1
_RED = (ASPECTS.index("red"), ASPECTS.index("red amber"))
_LINE_REACH = 15.0
"""A stop line belongs to a light whose post stands within this of it [m]."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken by a road user."""

    time: float
    """When it begins [s]."""
    rule: Rule
    user: int
    clause: Said
    """What happened: a sentence without its beginning and end."""
    value: float
    """By how much, SI: speed above the limit, speed over the stop line, metres over the edge, speed the wrong way,
    deceleration of who had priority, metres missing to the safe distance; 0 for a solid line."""
    duration: float = 0.0
    """[s]; 0 for what happens at one moment."""


def violations(readings: Readings, user: int | None = None) -> tuple[Violation, ...]:
    """What rules were broken up to the last row that counts, by one vehicle or all of them, in order of time."""
    kinds = readings.run.kinds
    drivers = [i for i, kind in enumerate(kinds) if kind not in WALKERS | THINGS and user in {None, i}]
    found = [v for i in drivers for rule in _RULES for v in rule(readings, i)]
    return tuple(sorted(found, key=lambda v: (v.time, v.user, v.rule)))


def speeding(r: Readings, i: int) -> Iterator[Violation]:
    """Faster than the speed limit."""
    excess = r.run.speed[:, i] - r.place(i).limit
    for begin, end in _episodes(r, i, excess > SPEEDING, LASTING):
        k = begin + int(np.argmax(excess[begin:end]))
        limit = float(r.place(i).limit[k])
        text = say("{who} drives at {speed} where {limit} are allowed",
                   who=_who(r, i), speed=kmh(limit + float(excess[k])), limit=kmh(limit))  # fmt: skip
        yield _violation(r, "speeding", i, text, float(excess[k]), begin, end)


def red_light(r: Readings, i: int) -> Iterator[Violation]:
    """The front crosses the stop line while its light shows red (or red and amber)."""
    run = r.run
    front = run.length[i] - run.rear_overhang[i]
    for column, (road, signal) in enumerate(r.scenario.network.signals()):
        if signal.type != "traffic light" or column >= run.signals.shape[1]:
            continue
        on = (run.road[:, i] == _index(r, road)) & (run.direction[:, i] == signal.direction) & r.present(i)
        beyond = signal.direction * (run.s[:, i] - stop_line(road, signal)) + front
        crosses = on[1:] & on[:-1] & (beyond[:-1] < 0.0) & (beyond[1:] >= 0.0)
        for k in np.flatnonzero(crosses[: r.last]).tolist():
            if run.signals[k, column] not in _RED:
                continue
            part = float(beyond[k] / (beyond[k] - beyond[k + 1]))
            time = float(run.time[k] + part * (run.time[k + 1] - run.time[k]))
            speed = float(run.speed[k, i])
            text = say("{who} crosses the stop line at red, at {speed}", who=_who(r, i), speed=kmh(speed))
            yield Violation(time, "red light", i, text, speed)


def stop_line(road: Road, signal: Signal) -> float:
    """The s at which one must stop at a light: its stop line's near edge, or where its post stands [m]."""
    lines = [
        o.s - signal.direction * 0.5 * o.length
        for o in road.objects
        if o.type == "stop line" and abs(o.s - signal.s) <= _LINE_REACH
    ]
    return min(lines, key=lambda s: abs(s - signal.s), default=signal.s)


def lane(r: Readings, i: int) -> Iterator[Violation]:
    """The body sticks out of the drivable lanes, or is elsewhere altogether.

    Not in junctions, where bodies swing out, and not for bicycles.
    """
    if r.run.kinds[i] == "bicycle":
        return
    place, e = r.place(i), r.extents
    out = np.fmax(place.low - e.low[0, :, i], e.high[0, :, i] - place.high)
    off = np.array([kind not in DRIVABLE for kind in place.type])
    in_junction = np.array([road.junction is not None for road in r.scenario.network.roads])[r.run.road[:, i]]
    wrong = (off | (out > OVER_EDGE)) & ~in_junction & (r.run.speed[:, i] > _MOVES)
    for begin, end in _episodes(r, i, wrong, 0.0):
        most = float(np.nanmax(out[begin:end], initial=0.0))
        kinds = [place.type[k] for k in range(begin, end) if off[k]]
        if kinds:
            text = say("{who} drives {where}", who=_who(r, i), where=_PLACES.get(kinds[0], _BESIDE))
        else:
            text = say("{who} sticks out of its lane, by up to {most}", who=_who(r, i), most=metres(most))
        yield _violation(r, "lane", i, text, most, begin, end)


_PLACES = {"shoulder": on_lane("the shoulder"), "sidewalk": on_lane("the pavement"),
           "biking": on_lane("the cycle lane"), "parking": on_lane("the parking lane"), "none": on_lane("off the road"),
           "median": say("on the median")}  # fmt: skip
_BESIDE = say("beside the drivable lanes")


def solid_line(r: Readings, i: int) -> Iterator[Violation]:
    """The reference point changes between drivable lanes over a solid line."""
    run = r.run
    changes = (run.lane[1:, i] != run.lane[:-1, i]) & (run.road[1:, i] == run.road[:-1, i])
    changes &= r.present(i)[1:] & r.present(i)[:-1]
    for k in (np.flatnonzero(changes[: r.last]) + 1).tolist():
        road = r.scenario.network.roads[int(run.road[k, i])]
        section = max((sec for sec in road.sections if sec.s <= run.s[k, i]), key=lambda sec: sec.s,
                      default=road.sections[0])  # fmt: skip
        a, b = sorted((int(run.lane[k - 1, i]), int(run.lane[k, i])), key=abs)
        lanes = {ln.id: ln for ln in section.lanes}
        if not {a, b} <= lanes.keys() or not {lanes[a].type, lanes[b].type} <= DRIVABLE:
            continue
        mark = section.centre_mark if a * b == -1 else lanes[a].mark if b - a in {1, -1} and a * b > 0 else "none"
        if mark in {"solid", "solid solid"}:
            yield Violation(float(run.time[k]), "solid line", i, say("{who} crosses a solid line", who=_who(r, i)), 0.0)


def wrong_way(r: Readings, i: int) -> Iterator[Violation]:
    """It drives against the direction of its lane."""
    speed = r.run.speed[:, i]
    for begin, end in _episodes(r, i, r.wrong_side(i) & (speed > _MOVES), LASTING):
        text = say("{who} drives against the direction of its lane", who=_who(r, i))
        yield _violation(r, "wrong way", i, text, float(speed[begin:end].max()), begin, end)


def following(r: Readings, i: int) -> Iterator[Violation]:
    """It is nearer to who drives ahead of it the same way than RSS's safe distance."""
    a = r.approach(i)
    missing = np.where(a.exists & (a.other_speed >= 0.0) & (a.speed > _MOVES), -r.rss_margin(i), 0.0)
    for begin, end in _episodes(r, i, missing > 0.0, LASTING):
        k = begin + int(np.argmax(missing[begin:end]))
        ahead = _who(r, int(r.ahead_of(i).leader[0, k]))
        safe = metres(float(r.rss_distance(i)[k]))
        text = say("{who} is {gap} behind {ahead!d}, where RSS asks for {safe}",
                   who=_who(r, i), gap=metres(float(a.gap[k])), ahead=ahead, safe=safe)  # fmt: skip
        yield _violation(r, "following", i, text, float(missing[k]), begin, end)


def priority(r: Readings, i: int) -> Iterator[Violation]:
    """It is on a road through a junction that gives way, and who has priority must brake for it, or they touch."""
    for junction in r.scenario.network.junctions:
        for high, low in junction.priorities:
            here = (r.run.road[:, i] == _index(r, r.scenario.network.road(low))) & r.present(i)
            if not here[: r.last + 1].any():
                continue
            for j in r.others(i):
                if r.run.kinds[j] in WALKERS | THINGS:
                    continue
                braking = -r.run.acceleration[:, j]
                hindered = here & _has_priority(r, j, high) & (braking > HINDERED) & (r.ttc_2d(j, i) < CONFLICT)
                contact = r.contact_of(i, j)
                if contact is not None and here[contact.row]:
                    hindered[contact.row] |= _has_priority(r, j, high)[contact.row]
                rows = np.flatnonzero(hindered[: r.last + 1])
                if not len(rows):
                    continue
                most = float(np.max(braking[rows], initial=0.0))
                effect = say("they collide") if contact is not None else (
                    say("{who} brakes by {most:.1f} m/s²", who=_who(r, j), most=most)
                )  # fmt: skip
                where = PLACES.get(junction.name) or say("{name}", name=junction.name)
                text = say("{who} does not give way to {other!d} in {place!d}; {effect}",
                           who=_who(r, i), other=_who(r, j), place=where, effect=effect)  # fmt: skip
                yield Violation(float(r.run.time[rows[0]]), "priority", i, text, most)


def _has_priority(r: Readings, j: int, high: str) -> Bools:
    """Whether a road user is on a connecting road of its route, or shortly before it."""
    legs = route_of(r.scenario.users[j])
    out = np.zeros(len(r.run.time), dtype=bool)
    for n, leg in enumerate(legs):
        if leg.road != high:
            continue
        out |= r.run.road[:, j] == _index(r, r.scenario.network.road(high))
        if n:
            before = r.scenario.network.road(legs[n - 1].road)
            s = r.run.s[:, j]
            left = before.length - s if legs[n - 1].direction > 0 else s
            out |= (r.run.road[:, j] == _index(r, before)) & (left <= NEAR)
    return out & r.present(j)


_RULES: tuple[Callable[[Readings, int], Iterator[Violation]], ...] = (
    speeding, red_light, lane, solid_line, wrong_way, priority, following,
)  # fmt: skip


def _index(r: Readings, road: Road) -> int:
    return r.run.roads.index(road.id)


def _who(r: Readings, i: int) -> Said:
    return called(r.run.names[i], r.run.kinds[i])


def _violation(r: Readings, rule: Rule, i: int, text: Said, value: float, begin: int, end: int) -> Violation:
    time: F8 = r.run.time
    return Violation(float(time[begin]), rule, i, text, value, float(time[end - 1] - time[begin]))


def _episodes(r: Readings, i: int, mask: Bools, shortest: float) -> Iterator[tuple[int, int]]:
    """Rows (first, one past the last) in which something holds without a break for so long [s]."""
    counts = (mask & r.present(i))[: r.last + 1]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], counts.astype(np.int8), [0]))))
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if r.run.time[end - 1] - r.run.time[begin] >= shortest - 1e-9:
            yield begin, end
