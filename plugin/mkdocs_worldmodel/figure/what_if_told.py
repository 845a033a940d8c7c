# A `what_if` figure in sentences: what is the same in all branches, where they part, and what then happens in each.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.wording import Event, called, metres
from mkdocs_worldmodel.figure import telling
from mkdocs_worldmodel.figure.bundle import Moment
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, SHORT, Way, Ways

MOST = 15
"""Sentences of a figure and its branches are so many at most; a page has a budget."""
_COMMA = "{a}, {b}"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, and the branches in which it is so."""

    event: Event
    branches: tuple[int, ...]
    needed: bool = False
    """Told in any case: how a branch begins and ends."""


def moments(ways: Ways) -> list[Moment]:
    """The figure's sentences, in order of time."""
    told = sorted(_chosen(ways), key=lambda h: h.event.time)
    return [
        Moment(h.event.time, telling.frame_at(h.event.time, ways.frames, ways.fps), _text(ways, h), _label(ways, h))
        for h in told
    ]


def alt(ways: Ways) -> Said:
    """What stands for the film: what each branch comes to."""
    film = say(
        "Generated film of {seconds:.1f} s: {number} branches side by side, each seen ahead and from above.",
        seconds=float(ways.times[-1]), number=len(ways),
    )  # fmt: skip
    return joined([film, *(_outcome(ways, i) for i in range(len(ways)))], "{a} {b}")


def happenings(ways: Ways) -> list[Happening]:
    """Everything that is told of any branch; what is the same in several is one."""
    found: dict[tuple[float, Said], tuple[Event, list[int], bool]] = {}
    for i, analysis in enumerate(ways.analyses):
        for n, event in enumerate(analysis.events):
            ends = n in {0, len(analysis.events) - 1}
            _, branches, needed = found.setdefault((event.time, event.clause), (event, [], ends))
            branches.append(i)
            found[event.time, event.clause] = (event, branches, needed or ends)
    return [Happening(event, tuple(branches), needed) for event, branches, needed in found.values()]


def _chosen(ways: Ways) -> Iterator[Happening]:
    """As many as a page has room for: beginnings, partings and ends, then the most telling."""
    every = tuple(range(len(ways)))
    partings = list(_partings(ways))
    events = [h for h in happenings(ways) if h.event.time > 0.0]
    opening = ways.analyses[0].events[0]
    needed = [Happening(opening, every), *partings, *(h for h in events if h.needed)]
    rest = sorted((h for h in events if not h.needed), key=lambda h: (h.event.rank, h.event.time))
    yield from needed
    yield from rest[: max(0, MOST - len(ways) - len(needed))]


def _partings(ways: Ways) -> Iterator[Happening]:
    """Where the ways part: at the start, and where commands are given."""
    every = tuple(range(len(ways)))
    names = joined([ways.label(i) for i in every], _COMMA)
    clause = say("the ways part: {branches}", branches=names)
    yield Happening(Event(ways.start, clause, say("The ways part"), 0), every, needed=True)
    otherwise = [
        say("{branch}: {clause}", branch=ways.label(i), clause=_otherwise(way))
        for i, way in enumerate(ways.ways)
        if way.parts_at_start
    ]
    if otherwise:
        yield Happening(Event(0.0, joined(otherwise), say("Starts otherwise"), 1), every, needed=True)


def _otherwise(way: Way) -> Said:
    """What is another from the start on."""
    parts = [say("{who} is not there", who=called(name)) for name in way.removed]
    parts += [say("{who} starts otherwise ({how})", who=called(name), how=how) for name, how in way.started]
    return joined(parts)


def _text(ways: Ways, h: Happening) -> Said:
    if len(h.branches) == len(ways):
        return say("{sentence!c}.", sentence=h.event.clause)
    if len(h.branches) == 1 and len(ways) <= SHORT:
        return say("{branch}: {clause}.", branch=ways.label(h.branches[0]), clause=h.event.clause)
    return say("{branch}: {clause}.", branch=_letters(h.branches), clause=h.event.clause)


def _label(ways: Ways, h: Happening) -> Said:
    if len(h.branches) == len(ways):
        return h.event.label
    return say("{branch}: {label}", branch=_letters(h.branches), label=h.event.label)


def _letters(branches: tuple[int, ...]) -> str:
    return ", ".join(LETTERS[i] for i in branches)


def _outcome(ways: Ways, i: int) -> Said:
    """What a branch comes to, in a sentence."""
    contact, run = ways.analyses[i].contact, ways.runs[i]
    if contact is not None:
        who = [called(run.names[j], run.kinds[j]) for j in (contact.first, contact.second)]
        return say("{branch}: contact of {one} and {other} at {time:.1f} s.", branch=ways.label(i), one=who[0],
                   other=who[1], time=contact.time)  # fmt: skip
    distance = ways.smallest(i, "distance")
    if distance is None:
        return say("{branch}: no contact.", branch=ways.label(i))
    return say("{branch}: no contact; smallest distance {distance}.", branch=ways.label(i), distance=metres(distance))
