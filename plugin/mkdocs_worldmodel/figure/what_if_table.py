# The table of a `what_if` figure: what the branches come to, and how they differ from the first.

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mkdocs_worldmodel.analysis.quantities import QUANTITIES, read
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure.bundle import Table
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, Ways

Row = list[Said | str | None]
_SAME = 0.05
"""Values that differ by less are the same as the table shows them."""
_EXTREMES = (
    (say("Smallest distance to another road user"), "distance", Ways.smallest),
    (say("Smallest time to collision (TTC)"), "ttc", Ways.smallest),
    (say("Strongest braking of the ego"), "deceleration", Ways.largest),
    (say("Smallest gap to the road user ahead"), "gap", Ways.smallest),
    (say("Lowest speed of the ego"), "speed", Ways.smallest),
)
_CELLS = 44
"""So many cells at most does the table have: a page has a budget."""
COMPARABLE = 2
"""In so many branches at least there is somebody ahead in the same lane; else a row or chart of it says nothing."""
_ALONG = frozenset({"gap", "ttc"})
"""They need somebody ahead in the same lane."""


def table(ways: Ways) -> Table:
    """Branches side by side."""
    head: list[Said | str] = [say("From {time:.1f} s on", time=ways.start)]
    head += [ways.label(i) for i in range(len(ways))]
    return Table(say("What the branches come to"), head, list(_rows(ways)), [0, *range(1, len(ways) + 1)])


def differences(ways: Ways) -> list[dict[str, object]]:
    """The same numbers as values, SI, for the record."""
    out: list[dict[str, object]] = []
    for i, way in enumerate(ways.ways):
        contact, moved = ways.analyses[i].contact, ways.most_moved(i)
        names = ways.runs[i].names
        out.append({
            "branch": way.name,
            "contact": None if contact is None
            else {"time": round(contact.time, 6), "between": [names[contact.first], names[contact.second]]},
            **{f"{'min' if which is Ways.smallest else 'max'}_{name}": _rounded(which(ways, i, name))
               for _, name, which in _EXTREMES},
            "distance_driven": round(_driven(ways, i), 6),
            "most_moved": None if moved is None
            else {"name": names[moved.user], "distance": round(moved.distance, 6), "time": round(moved.time, 6)},
        })  # fmt: skip
    return out


def _rows(ways: Ways) -> Iterator[Row]:
    """As many as a page has room for, the most telling first."""
    yield [say("Contact"), *(_contact(ways, i) for i in range(len(ways)))]
    yield from islice(_extremes(ways), max(0, _CELLS // (len(ways) + 2) - 3))
    driven: list[float | None] = [_driven(ways, i) for i in range(len(ways))]
    yield [say("Distance driven until {time:.1f} s", time=ways.common_end), *_compared(driven, "m")]
    yield [say("Who is elsewhere than in {letter}", letter=LETTERS[0]), *(_moved(ways, i) for i in range(len(ways)))]


def _extremes(ways: Ways) -> Iterator[Row]:
    for label, name, which in _EXTREMES:
        values = [which(ways, i, name) for i in range(len(ways))]
        if name in _ALONG and sum(value is not None for value in values) < COMPARABLE:
            continue
        quantity = QUANTITIES[name]
        scaled = [None if value is None else value * quantity.factor for value in values]
        yield [label, *_compared(scaled, quantity.unit)]


def _compared(values: list[float | None], unit: str) -> Iterator[Said | None]:
    """Each value, with how much it differs from the first."""
    first = values[0]
    for i, value in enumerate(values):
        if value is None:
            yield None
            continue
        said = say("{value:.1f} {unit}", value=value, unit=unit)
        change = 0.0 if first is None else round(value, 1) - round(first, 1)
        if i and change > _SAME:
            said = say("{value} (+{change:.1f})", value=said, change=change)
        elif i and change < -_SAME:
            said = say("{value} (−{change:.1f})", value=said, change=-change)
        yield said


def _contact(ways: Ways, i: int) -> Said | None:
    contact, run = ways.analyses[i].contact, ways.runs[i]
    if contact is None:
        return None
    others = [called(run.names[j], run.kinds[j], article=False) for j in (contact.first, contact.second) if j]
    who = others[0] if len(others) == 1 else say("{a}, {b}", a=others[0], b=others[1])
    return say("{who}, {time:.1f} s", who=who, time=contact.time)


def _driven(ways: Ways, i: int) -> float:
    return float(read(ways.analyses[i].readings, "distance_driven")[round(ways.common_end / ways.dt)])


def _moved(ways: Ways, i: int) -> Said | str | None:
    if i == 0:
        return "–"
    moved, run = ways.most_moved(i), ways.runs[i]
    if moved is None:
        return say("nobody")
    who = called(run.names[moved.user], run.kinds[moved.user], article=False)
    return say("{who}, by {distance:.1f} m at {time:.1f} s", who=who, distance=moved.distance, time=moved.time)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
