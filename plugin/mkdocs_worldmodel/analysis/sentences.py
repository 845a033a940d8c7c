# What happened, as timed sentences: the text alternative of a figure.

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.ego_told import EgoTold
from mkdocs_worldmodel.analysis.manoeuvres import manoeuvres
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import Rule, violations
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.story_told import told
from mkdocs_worldmodel.analysis.wording import Event, called, introduced, kmh, metres, plain_name
from mkdocs_worldmodel.scenario.road_user import THINGS

_LABELS: dict[Rule, Said] = {
    "speeding": say("Speeding"),
    "red light": say("Red light run"),
    "wrong way": say("Wrong way"),
    "priority": say("Priority taken"),
}
TOGETHER = 0.1 + 1e-9
"""What happens within this time is one entry [s]."""
OPENING = 4
"""So many others at most does the first sentence place."""
_SIDES = {
    "front": say("the front"),
    "rear": say("the rear"),
    "left": say("the left side"),
    "right": say("the right side"),
}


def narrate(readings: Readings) -> tuple[Event, ...]:
    """Tell a run up to the last row that counts, in order of time."""
    scene = Scene(readings)
    contact = readings.contacts[0] if readings.contacts else None
    events = [*told(scene), *manoeuvres(scene), *EgoTold(scene).events(contact)]
    events += [Event(v.time, v.clause, _LABELS[v.rule], 1) for v in violations(readings) if v.rule in _LABELS]
    events.append(_ending(scene, contact))
    return (_opening(scene), *_together(events))


def summary(events: Sequence[Event], most: int = 3) -> list[Said]:
    """The most telling facts of a run, in order of time, each with when it was."""
    entries = [e for e in events[1:] if e.rank <= 1]
    chosen = sorted(sorted(entries, key=lambda e: e.rank)[:most], key=lambda e: e.time)
    return [say("At {time:.1f} s {clause}.", time=e.time, clause=e.clause) for e in chosen or events[-1:]]


def _together(events: list[Event]) -> list[Event]:
    """Events of one instant as one, in the order given: causes first. The most telling gives the label."""
    order = {event: n for n, event in enumerate(events)}
    groups: list[list[Event]] = []
    for event in sorted(events, key=lambda e: e.time):
        if groups and event.time - groups[-1][0].time <= TOGETHER:
            groups[-1].append(event)
        else:
            groups.append([event])
    out = []
    for group in groups:
        group.sort(key=order.__getitem__)
        best = min(group, key=lambda e: e.rank)
        out.append(Event(min(e.time for e in group), joined(_without_repeats(group)), best.label, best.rank))
    return out


def _without_repeats(group: list[Event]) -> list[Said]:
    """Their clauses; a place that was just given is not given again."""
    seen: set[Said] = set()
    out: list[Said] = []
    for event in group:
        values = dict(event.clause.values)
        clause, place = values.get("clause"), values.get("place")
        if isinstance(clause, Said) and isinstance(place, Said):
            out.append(clause if place in seen else event.clause)
            seen.add(place)
        else:
            out.append(event.clause)
    return list(dict.fromkeys(out))


def _opening(scene: Scene) -> Event:
    r = scene.run
    apart = np.hypot(r.x[0] - r.x[0, 0], r.y[0] - r.y[0, 0])
    there = [i for i in range(1, len(r.names)) if r.present[0, i]]
    others = sorted(there, key=lambda i: (_repeats(scene, i, there), float(apart[i])))
    parts = []
    for i in (0, *others[:OPENING]):
        who = introduced(r.names[i], r.kinds[i])
        clause = say("{who} {moves} {lane}", who=who, moves=scene.moves(i, 0), lane=scene.lane(i, 0))
        parts.append(scene.placed(clause, i, 0))
    if (more := len(others) - OPENING) > 0:
        one = say("1 more road user is on the road")
        parts.append(one if more == 1 else say("{number} more road users are on the road", number=more))
    return Event(0.0, joined(parts), say("Start"), 3)


def _repeats(scene: Scene, i: int, there: list[int]) -> bool:
    """Whether a thing is one of a row of alike, and not its first."""
    names = [re.sub(r"\d+$", "", scene.run.names[j]) for j in there]
    at = there.index(i)
    return scene.run.kinds[i] in THINGS and names[at] in names[:at]


def _ending(scene: Scene, contact: Contact | None) -> Event:
    r, time = scene.run, float(scene.run.time[scene.last])
    if contact is not None:
        sides = (_SIDES[contact.hit(contact.first).side], _SIDES[contact.hit(contact.second).side])
        clause = say(
            "{a} and {b} collide at a relative speed of {speed}: {side_a} of {a!d} meets {side_b} of {b!d}; "
            "the run ends here",
            a=scene.who(contact.first), b=scene.who(contact.second), speed=kmh(contact.closing),
            side_a=sides[0], side_b=sides[1],
        )  # fmt: skip
        return Event(contact.time, clause, say("Collision"), 0)
    reason, _, name = r.ended.partition(": ")
    if reason == "end of road":
        who = scene.who(r.names.index(name)) if name in r.names else called(plain_name(name))
        return Event(time, say("{who} reaches the end of the road; the run ends", who=who), say("End"), 3)
    state = say("the ego {moves}", moves=scene.moves(0, scene.last))
    if (lead := int(scene.measures.leader[0, scene.last])) >= 0:
        gap = metres(float(scene.measures.gap[0, scene.last]))
        state = say("{state}, {gap} behind {who!d}", state=state, gap=gap, who=scene.who(lead))
    if reason == "condition":
        clause = say("the run ends as its stop condition has come true; {state}", state=state)
        return Event(time, clause, say("End"), 3)
    return Event(time, say("the run ends; {state}", state=state), say("End"), 3)
