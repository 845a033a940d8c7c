# What lies ahead of the ego when it brakes: who or what a sentence names beside the braking. Facts of that moment;
# what its driver thinks, no record says.

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mkdocs_worldmodel.analysis.rules import stop_line
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.wording import ASPECT_WORDS, kmh, metres
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.geometry import lane_borders
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS

SOON = 0.3
"""What shows within this time after the braking began belongs to it [s]."""
_FAR, _SIGN, _WALKER, _JUNCTION = 150.0, 80.0, 70.0, 50.0
"""A light, a sign, who crosses and a junction count up to these distances [m]."""
_HEADWAY, _TTC, _COLLISION = 4.0, 12.0, 3.5
"""Who is ahead counts below this headway or time to collision; who crosses, below this time to touching [s]."""
_HARD, _HARD_HEADWAY, _HARD_TTC, _NEAR = 3.0, 1.5, 8.0, 30.0
"""For a braking that is harder than this [m/s²] these count [s], and who is nearest within this distance [m]."""
_MOVES_OVER, _OVER, _WITHIN = 0.15, 60.0, 1.0
"""Who comes nearer sideways by this [m] moves over; it counts up to this distance [m], and within this time [s]."""
_NARROW = 2.8
"""A lane that has become narrower than this has ended [m]."""
_SHARP, _SHARPER, _BEND = 100.0, 1.5, 8.0
"""A bend counts below this radius [m] where it is so many times sharper than the way that one is on; and within this
time [s]."""
_STOP = frozenset({"red", "amber", "red amber"})


def reason(scene: Scene, k: int, most: float, *, lead_told: bool) -> Said | None:
    """What to name beside a braking that begins at row k: the nearest of what one brakes for; None where none is.

    Args:
        scene: the run
        k: row
        most: strongest deceleration with which that braking begins [m/s²]
        lead_told: whether a sentence of that moment says already who is ahead
    """
    then = min(k + round(SOON / scene.run.dt), scene.last)
    led = k if scene.measures.leader[0, k] >= 0 else then
    found = [*_leader(scene, led, hard=most > _HARD), *_signs(scene, k), *_crossing(scene, then),
             *_moving_over(scene, k), *_lane_end(scene, k)]  # fmt: skip
    if found:
        text = min(found, key=lambda each: each[0])[1]
        told = lead_told and scene.lead(led) in dict(text.values).values()
        return None if told else text
    rest = (*_colliding(scene, then), *_junction(scene, k), *_limit(scene, k), *_bend(scene, k),
            *_near(scene, k, hard=most > _HARD))  # fmt: skip
    return next((text for _, text in rest), None)


_Found = Iterator[tuple[float, Said]]
"""(distance [m], words)"""


def _leader(scene: Scene, k: int, *, hard: bool) -> _Found:
    """Who is ahead; nobody brakes hard for somebody who is far ahead and hardly slower."""
    m = scene.measures
    headway, ttc = (_HARD_HEADWAY, _HARD_TTC) if hard else (_HEADWAY, _TTC)
    if m.leader[0, k] >= 0 and (m.thw[0, k] < headway or m.ttc[0, k] < ttc):
        gap = float(m.gap[0, k])
        yield gap, say("with {lead} {gap} ahead", lead=scene.lead(k), gap=metres(gap))


def _ahead(scene: Scene, k: int, s: float) -> float:
    """How far a station of the ego's road is before its front [m]."""
    r = scene.run
    return float(r.direction[k, 0] * (s - r.s[k, 0]) - (r.length[0] - r.rear_overhang[0]))


def _signs(scene: Scene, k: int) -> _Found:
    """Its light at red or amber, and lines at which it gives way."""
    road = scene.road(0, k)
    for column, (of, signal) in enumerate(scene.scenario.network.signals()):
        if of is not road or signal.direction != scene.run.direction[k, 0]:
            continue
        gap = _ahead(scene, k, stop_line(road, signal))
        if signal.type == "traffic light" and 0.0 < gap < _FAR:
            if (aspect := ASPECTS[int(scene.run.signals[k, column])]) in _STOP:
                yield gap, say("with its light at {aspect} {gap} ahead", aspect=ASPECT_WORDS[aspect], gap=metres(gap))
        elif 0.0 < gap < _SIGN and signal.type == "stop":
            yield gap, say("with a stop line {gap} ahead", gap=metres(gap))
        elif 0.0 < gap < _SIGN and signal.type == "give way":
            yield gap, say("with a give-way line {gap} ahead", gap=metres(gap))


def _crossing(scene: Scene, k: int) -> _Found:
    """Who moves across the ego's road."""
    r = scene.run
    across = np.abs(np.sin(r.heading[k] - r.heading[k, 0])) > 0.7
    for i in range(1, len(r.names)):
        gap = float(scene.along[k, i]) - float(r.length[0] - r.rear_overhang[0]) - 0.5 * float(r.width[i])
        light = r.kinds[i] in WALKERS or r.kinds[i] == "bicycle"
        if light and across[i] and r.present[k, i] and r.speed[k, i] > 0.1 and 0.0 < gap < _WALKER:
            yield gap, say("as {who} crosses {gap} ahead", who=scene.who(i), gap=metres(gap))


def _moving_over(scene: Scene, k: int) -> _Found:
    """Who comes over from a lane beside the ego's."""
    r, then = scene.run, min(k + round(_WITHIN / scene.run.dt), scene.last)
    rows = [k, then]
    if r.road[k, 0] != r.road[then, 0]:
        return
    for i in range(1, len(r.names)):
        if scene.run.kinds[i] in WALKERS | THINGS or not r.present[k : then + 1, i].all():
            continue
        apart = np.abs(r.t[rows, i] - r.t[rows, 0])
        beside = (r.road[rows, i] == r.road[k, 0]).all() and r.direction[k, i] == r.direction[k, 0]
        comes = apart[0] - apart[1] > _MOVES_OVER
        gap = float(scene.along[k, i] - (r.length[0] - r.rear_overhang[0]) - r.rear_overhang[i])
        lanes = r.lane[k, i] != r.lane[k, 0] and apart[0] < 1.5 * _width(scene, k)
        if beside and comes and lanes and 0.0 < gap < _OVER:
            yield gap, say("as {who} moves over {gap} ahead", who=scene.who(i), gap=metres(gap))


def _width(scene: Scene, k: int) -> float:
    """Width of the lane in which the ego is [m]; 0 outside of all."""
    return next((width for _, width in _lane_ahead(scene, k, 1.0)), 0.0)


def _lane_ahead(scene: Scene, k: int, reach: float) -> Iterator[tuple[float, float]]:
    """The ego's lane along its road: metres ahead of its front, and width [m]; 0 where a lane just stops."""
    r, road = scene.run, scene.road(0, k)
    lane_id, direction, s = int(r.lane[k, 0]), int(r.direction[k, 0]), float(r.s[k, 0])
    ends = [*(section.s for section in road.sections[1:]), road.length]
    spans = list(zip(road.sections, ends, strict=True))
    for section, end in spans if direction > 0 else spans[::-1]:
        low, high = (max(section.s, s), end) if direction > 0 else (section.s, min(end, s))
        if low > high:
            continue
        lane = next((each for each in section.lanes if each.id == lane_id), None)
        if lane is None:
            return
        places = np.linspace(low, high, 2 + int(high - low))[::direction]
        inner, outer = lane_borders(road, section, lane, places)
        for place, width in zip(places.tolist(), np.abs(outer - inner).tolist(), strict=True):
            if (ahead := _ahead(scene, k, place)) > reach:
                return
            yield ahead, width
        lane_id = (lane.successor if direction > 0 else lane.predecessor) or 0
        last = high == road.length if direction > 0 else low == 0.0
        if lane_id == 0 and not last:
            yield _ahead(scene, k, high if direction > 0 else low), 0.0


def _lane_end(scene: Scene, k: int) -> _Found:
    """Where its lane ends."""
    first = 0.0
    for gap, width in _lane_ahead(scene, k, _FAR):
        first = first or width
        if width < min(_NARROW, first - 0.01):
            if gap > 0.0:
                yield gap, say("with the end of its lane {gap} ahead", gap=metres(gap))
            return


def _bend(scene: Scene, k: int) -> _Found:
    """The sharpest bend that it drives soon after, where that is much sharper than where it is."""
    r, end = scene.run, min(k + round(_BEND / scene.run.dt), scene.last)
    sharp = np.abs(r.yaw_rate[k : end + 1, 0]) / np.maximum(r.speed[k : end + 1, 0], 1.0)
    if (most := float(sharp.max())) > max(1.0 / _SHARP, _SHARPER * float(sharp[0])):
        yield 0.0, say("before a bend with a radius of {radius}", radius=metres(1.0 / most))


def _colliding(scene: Scene, k: int) -> _Found:
    """Who would touch it soon if both went on as they do."""
    for i in range(1, len(scene.run.names)):
        ttc = float(scene.readings.ttc_2d(0, i)[k])
        if scene.run.kinds[i] not in THINGS and 0.0 < ttc < _COLLISION:
            yield ttc, say("on course to collide with {who} in {ttc:.1f} s", who=scene.who(i), ttc=ttc)


def _junction(scene: Scene, k: int) -> _Found:
    road: Road = scene.road(0, k)
    link = road.successor if scene.run.direction[k, 0] > 0 else road.predecessor
    if link is None or link.kind != "junction":
        return
    name = next((j.name for j in scene.scenario.network.junctions if j.id == link.id), "")
    gap = _ahead(scene, k, road.length if scene.run.direction[k, 0] > 0 else 0.0)
    if name == "the junction" and 0.0 < gap < _JUNCTION:
        yield gap, say("with the junction {gap} ahead", gap=metres(gap))


def _limit(scene: Scene, k: int) -> _Found:
    limit = float(scene.readings.place(0).limit[k])
    if scene.run.speed[k, 0] > limit + 0.5:
        yield 0.0, say("where {limit} are allowed", limit=kmh(limit))


def _near(scene: Scene, k: int, *, hard: bool) -> _Found:
    """For a hard braking that nothing else goes with: who is nearest."""
    r = scene.run
    others = [i for i in range(1, len(r.names)) if r.present[k, i] and r.kinds[i] not in THINGS]
    if hard and others:
        apart = {i: float(scene.readings.distance(0, i)[k]) for i in others}
        i = min(others, key=apart.__getitem__)
        if apart[i] < _NEAR:
            yield apart[i], say("with {who} {place}", who=scene.who(i), place=scene.where(i, k))
