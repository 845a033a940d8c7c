# What drivers do by themselves, as timed sentences: lane changes that no story asks for, ways through junctions,
# and who passes whom.

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.story_told import action_of
from mkdocs_worldmodel.analysis.wording import PLACES, STANDING, Event, lane_words, moves
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.road import DRIVABLE
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS

_STAYS = 0.5
"""Who is in another lane for so long has changed to it [s]."""
_SIDEWAYS = 0.05
"""A change of lanes begins where one moves sideways faster than this [m/s]."""
_AFTER = 1.0
"""So long after the story moved somebody sideways, what it does is still the story's [s]."""
_TURN = 0.5
"""Who turns by more than this in a junction turns off [rad]."""
_NUMBER = re.compile(r"_*\d+$")
_ASIDE = (story.LaneChangeAction, story.TrajectoryAction, story.TeleportAction, story.LaneOffsetAction)


def manoeuvres(scene: Scene) -> list[Event]:
    """All of them, in no order."""
    kinds = scene.run.kinds
    drivers = [i for i, kind in enumerate(kinds) if kind not in WALKERS | THINGS]
    changes = [e for i in drivers for e in _lane_changes(scene, i)]
    return [*changes, *(e for i in drivers for e in _junctions(scene, i)), *_passings(scene)]


# -- lanes ---------------------------------------------------------------------------------------------------------


def _lane_changes(scene: Scene, i: int) -> Iterator[Event]:
    r, hold = scene.run, round(_STAYS / scene.run.dt)
    told = _sideways_by_story(scene, i)
    lane, road = r.lane[: scene.last + 1, i], r.road[: scene.last + 1, i]
    for k in (np.flatnonzero((lane[1:] != lane[:-1]) & (road[1:] == road[:-1])) + 1).tolist():
        stays = (lane[k : k + hold] == lane[k]).all() and (lane[max(0, k - hold) : k] == lane[k - 1]).all()
        in_junction = scene.road(i, k).junction is not None
        if not stays or in_junction or lane[k] == 0 or lane[k - 1] == 0 or not r.present[k - 1 : k + 1, i].all():
            continue
        if any(begin <= r.time[k] <= end for begin, end in told):
            continue
        sideways = np.abs(np.diff(r.t[: k + 1, i])) / r.dt > _SIDEWAYS
        still = np.flatnonzero(~sideways | (road[1 : k + 1] != road[:k]))
        k0 = int(still[-1]) + 1 if len(still) else 0
        old, new = scene.lane_called(int(lane[k - 1]), i, k), scene.lane_called(int(lane[k]), i, k)
        clause = say("{who} begins to change from {old} to {new}", who=scene.who(i), old=old, new=new)
        label = say("{name!c} changes to {lane}", name=scene.name(i), lane=new)
        yield Event(float(r.time[k0]), scene.placed(clause, i, k0), label, 1 if i == 0 else 2)


def _sideways_by_story(scene: Scene, i: int) -> list[tuple[float, float]]:
    """Spans of time [s] in which the story moves a road user sideways."""
    spans: dict[tuple[str, int], tuple[float, float]] = {}
    for f in scene.run.firings:
        action = action_of(scene, f)
        if isinstance(action, _ASIDE) and action.actor == scene.run.names[i]:
            begin = f.time if f.phase == "start" else spans.get((f.event, f.action), (f.time, 0.0))[0]
            spans[f.event, f.action] = (begin, np.inf if f.phase == "start" else f.time + _AFTER)
    return list(spans.values())


# -- junctions -----------------------------------------------------------------------------------------------------


def _junctions(scene: Scene, i: int) -> Iterator[Event]:
    r = scene.run
    names = [_junction_name(scene, int(road)) for road in r.road[: scene.last + 1, i].tolist()]
    there = r.present[: scene.last + 1, i] == 1
    for k in range(1, len(names)):
        if not there[k] or not there[k - 1] or names[k] == names[k - 1]:
            continue
        before, now = names[k - 1], names[k]
        if now:
            out = next((n for n in range(k, len(names)) if names[n] != now), None)
            yield _entered(scene, i, k, out, now)
        elif before == "the roundabout":
            clause = say("{who} leaves the roundabout into {road}", who=scene.who(i), road=_road(scene, i, k))
            label = say("{name!c} leaves the roundabout", name=scene.name(i))
            yield Event(float(r.time[k]), clause, label, 1 if i == 0 else 2)


def _junction_name(scene: Scene, road: int) -> str:
    """'the junction', 'the roundabout' or 'the exit' where a road is part of one; else nothing."""
    each = scene.scenario.network.roads[road]
    if each.name == "the roundabout":
        return each.name
    return each.name if each.junction is not None and each.name in {"the junction", "the exit"} else ""


def _road(scene: Scene, i: int, k: int) -> Said:
    """The road on which somebody is: 'the left arm', 'the ego's road'."""
    name = scene.road(i, k).name
    return lane_words(name) if name in PLACES else say("the ego's road")


def _entered(scene: Scene, i: int, k: int, out: int | None, what: str) -> Event:
    r, who, name = scene.run, scene.who(i), scene.name(i)
    time, rank = float(r.time[k]), 1 if i == 0 else 2
    if what == "the exit":
        return Event(time, say("{who} takes the exit", who=who), say("{name!c} takes the exit", name=name), rank)
    if what == "the roundabout" or out is None:
        place = PLACES[what]
        return Event(time, say("{who} enters {place}", who=who, place=place),
                     say("{name!c} enters {place}", name=name, place=place), rank)  # fmt: skip
    if i:
        ends = _road(scene, i, k - 1), _road(scene, i, out)
        clause = say("{who} enters the junction, on its way from {start} to {finish}",
                     who=who, start=ends[0], finish=ends[1])  # fmt: skip
        return Event(time, clause, say("{name!c} enters {place}", name=name, place=PLACES[what]), rank)
    turn = float(np.angle(np.exp(1j * (r.heading[out, i] - r.heading[k, i]))))
    if turn > _TURN:
        return Event(time, say("{who} enters the junction and turns left", who=who),
                     say("{name!c} turns left", name=name), rank)  # fmt: skip
    if turn < -_TURN:
        return Event(time, say("{who} enters the junction and turns right", who=who),
                     say("{name!c} turns right", name=name), rank)  # fmt: skip
    return Event(time, say("{who} enters the junction and goes straight on", who=who),
                 say("{name!c} enters {place}", name=name, place=PLACES[what]), rank)  # fmt: skip


# -- passing -------------------------------------------------------------------------------------------------------


def _passings(scene: Scene) -> list[Event]:
    """Who passes whom, bumper past bumper; a head-on contact is none."""
    out: list[Event] = []
    r = scene.run
    middle = scene.along + (r.direction * r.direction[:, :1] * r.centre - r.centre[0])
    rows: list[tuple[int, int]] = []
    sides = {}
    for i in range(1, len(r.names)):
        sides[i] = np.nan_to_num(np.sign(middle[: scene.last + 1, i]))  # 0 where it is on another road
        there = (r.present[: scene.last + 1, i] == 1) & (sides[i] != 0)
        rows += [(k, i) for k in (np.flatnonzero(there[1:] & (sides[i][1:] * sides[i][:-1] < 0)) + 1).tolist()]
    told: set[str] = set()
    for k, i in sorted(rows):
        who, name, falls_back = scene.who(i), scene.name(i), sides[i][k] < 0
        series = _NUMBER.sub("", r.names[i])
        if series != r.names[i] and r.kinds[i] in THINGS:
            if series not in told:
                told.add(series)
                out.append(_row_passed(scene, k, [j for _, j in sorted(rows) if _NUMBER.sub("", r.names[j]) == series]))
            continue
        if r.speed[: scene.last + 1, i].max() < STANDING and not _on_lanes(scene, i, k):
            continue  # parked beside the road: the opening says so
        if r.direction[k, i] != r.direction[k, 0] and r.kinds[i] not in WALKERS | THINGS:
            clause = say("the ego and {who} pass each other", who=who)
            label = say("{name!c} passes", name=name)
        elif falls_back:
            now = scene.moves(i, k)
            clause = say("the ego passes {who}, which {moves} {lane}", who=who, moves=now, lane=scene.lane(i, k))
            label = say("Ego passes {name}", name=name)
        else:
            now = moves(float(r.speed[k, i]), r.kinds[i])
            clause = say("{who} passes the ego; it {moves} {lane}", who=who, moves=now, lane=scene.lane(i, k))
            label = say("{name!c} passes", name=name)
        out.append(Event(float(r.time[k]), clause, label, 2))
    return out


def _on_lanes(scene: Scene, i: int, k: int) -> bool:
    return scene.readings.place(i).type[k] in DRIVABLE


def _row_passed(scene: Scene, k: int, users: list[int]) -> Event:
    """Things that stand in a row are passed in one sentence."""
    first, last, time = scene.who(users[0]), scene.who(users[-1]), float(scene.run.time[k])
    if len(users) == 1:
        return Event(time, say("the ego passes {who}", who=first), say("Ego passes {name}", name=first), 2)
    clause = say("the ego begins to pass {count} things in a row, from {first} to {last}",
                 count=len(users), first=first, last=last)  # fmt: skip
    return Event(time, clause, say("Ego passes {name}", name=first), 2)
