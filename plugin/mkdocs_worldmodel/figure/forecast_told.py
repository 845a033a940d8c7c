# A `forecast` figure in sentences: what is foretold, how sure it is, what then happened, and whether it lay within the
# fan of the futures. Times count from the forecast's moment.

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from mkdocs_worldmodel.analysis.forecast import MISSED
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.wording import PLACES, Event, called
from mkdocs_worldmodel.figure import telling
from mkdocs_worldmodel.figure.bundle import Moment
from mkdocs_worldmodel.figure.forecast_fan import Fan

_IN_FULL = 2
"""So many road users have all their sentences; a page has a budget, and the table has the numbers of all."""
_ROADS = 4
"""So many roads are named at most."""


def moments(fan: Fan) -> list[Moment]:
    """The figure's sentences, in order of time."""
    told = sorted(events(fan), key=lambda e: e.time)
    return [Moment(e.time, telling.frame_at(e.time, len(fan.rows), fan.fps), e.text, e.label) for e in told]


def alt(fan: Fan) -> Said:
    """What stands for the film."""
    film = say(
        "Generated film of {seconds:.1f} s: on the left the median of {count} futures, on the right what then "
        "happened, each seen ahead and from above.",
        seconds=(len(fan.rows) - 1) / fan.fps, count=fan.count,
    )  # fmt: skip
    told = [*_contacts(fan), *(_of(fan, i) for i in fan.told[:2] if _known(fan, i)), *_ending(fan)]
    return joined([film, *(event.text for event in told)], "{a} {b}")


def events(fan: Fan) -> Iterator[Event]:
    """All that is told."""
    yield Event(0.0, _foretold(fan), say("Forecast"), 0)
    yield from _contacts(fan)
    for i in fan.told:
        if _known(fan, i):
            yield from _left(fan, i)
            if i in fan.told[:_IN_FULL]:
                yield from _roads(fan, i)
                yield _of(fan, i)
    yield from _ending(fan)


def _foretold(fan: Fan) -> Said:
    clause = say(
        "the world {world} foretells {horizon:.1f} s in {count} futures; it knows the {at:.1f} s before, and nothing "
        "of what comes after",
        world=fan.futures.world, horizon=fan.horizon, count=fan.count, at=fan.at,
    )  # fmt: skip
    return joined([clause, say("the ego is told to do what it then did")]) if fan.commanded else clause


def _contacts(fan: Fan) -> Iterator[Event]:
    """How likely the ego touches whom, and what it then did."""
    for i in fan.others:
        if (time := fan.contact_time(i)) is not None:
            number = round(fan.contact_share(i) * fan.count)
            who = called(fan.run.names[i], fan.run.kinds[i])
            if number == 1:
                clause = say("in one of {count} futures the ego now touches {who}", count=fan.count, who=who)
            else:
                clause = say("in {number} of {count} futures the ego touches {who}, in half of these by now",
                             number=number, count=fan.count, who=who)  # fmt: skip
            yield Event(time, clause, say("Contact in {number} of {count}", number=number, count=fan.count), 1)
    if not fan.contacts and fan.others:
        yield Event(fan.horizon, say("in none of the futures has the ego touched anybody"), say("No contact"), 2)


def _roads(fan: Fan, i: int) -> Iterator[Event]:
    """Which way it goes at a junction, where that is open."""
    names = [road.name for road in fan.scenario.network.roads]
    found = Counter(names[road] for road in fan.futures.road[:, fan.known, i].tolist())
    if len(found) < 2:
        return
    parts = [say("on {road} in {number}", number=n, road=_road(name)) for name, n in found.most_common(_ROADS)]
    clause = say(
        "{who} is by now {roads} of {count} futures; it then was on {road}",
        who=called(fan.run.names[i], fan.run.kinds[i]), roads=joined(parts, "{a}, {b}"), count=fan.count,
        road=_road(names[int(fan.run.road[fan.row + fan.known, i])]),
    )  # fmt: skip
    who = called(fan.run.names[i], fan.run.kinds[i], article=False)
    yield Event(fan.reach, clause, say("{who}: which way", who=who), 2)


def _road(name: str) -> Said:
    return PLACES.get(name) or (say("{name}", name=name) if name else say("the ego's road"))


def _known(fan: Fan, i: int) -> bool:
    """Whether a road user's forecast can be compared with what happened at the end."""
    return i in fan.judged and bool(np.isfinite(fan.score(i, fan.reach, 1).final))


def _left(fan: Fan, i: int) -> Iterator[Event]:
    """When what happened to a road user was no longer among its futures."""
    who, short = (called(fan.run.names[i], fan.run.kinds[i], article=a) for a in (True, False))
    if (left := fan.left(i)) is not None:
        clause = say(
            "{who} leaves its fan: none of its futures is within {limit:.0f} m any more", who=who, limit=MISSED
        )
        yield Event(left, clause, say("{who} leaves its fan", who=short), 1)


def _of(fan: Fan, i: int) -> Event:
    """How sure the forecast of a road user is, and how right it was."""
    who, short = (called(fan.run.names[i], fan.run.kinds[i], article=a) for a in (True, False))
    off, best = fan.score(i, fan.reach, 1).final, fan.score(i, fan.reach, fan.count).final
    clause = say(
        "{who} is {off:.1f} m from where its median future has it, and {nearest:.1f} m from the nearest of its "
        "futures; half of these end within {spread:.1f} m of the median one",
        who=who, off=off, nearest=best, spread=fan.spread(i),
    )  # fmt: skip
    return Event(fan.reach, clause, say("{who}: {off:.1f} m off", who=short, off=off), 2)


def _ending(fan: Fan) -> Iterator[Event]:
    """How what then happened ends, if it does before the forecast."""
    contact = fan.analysis.contact
    if contact is not None and contact.time <= fan.at + fan.horizon:
        who = [called(fan.run.names[j], fan.run.kinds[j]) for j in (contact.first, contact.second)]
        clause = say("what then happened: contact of {one} and {other}", one=who[0], other=who[1])
        yield Event(contact.time - fan.at, clause, say("Collision"), 0)
    elif fan.known < fan.steps:
        clause = say("the run ends; what is foretold beyond it is compared with nothing")
        yield Event(fan.reach, clause, say("End"), 1)
