# Comparisons held against a run: which rows count, what was measured in them, and how a reader is told.

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mkdocs_worldmodel.analysis.expect.tree import (
    AllOf,
    AnyOf,
    Comparison,
    Constant,
    LaneIs,
    LaneOf,
    Not,
    Series,
    Sign,
    Statement,
    Summary,
    Term,
    Window,
)
from mkdocs_worldmodel.analysis.expect.windows import Bools, Rows, row_at, rows_from
from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.quantities import QUANTITIES, read
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.wording import called, lane_words
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.road import Road

EQUAL = 2e-6
"""States are rounded to 1e-6, so values that differ by less are equal."""
_NONE = {
    "ttc": ("none, as {user} did not close in on anyone", "none, as {user} and {other} did not close in"),
    "thw": ("none, as nobody was in the way of {user!d} or it stood",
            "none, as {other} was not ahead of {user!d} or it stood"),
    "gap": ("none, as nobody was in the way of {user!d}", "none, as {user} and {other} had no way in common"),
    "pet": ("none, as nobody came to where {user} was", "none, as {user} and {other} never came to one place"),
}  # fmt: skip
"""Why a quantity has no value: without and with a named other."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a statement."""

    held: bool | None
    """None: nothing was there to be judged. That neither holds nor, turned round, does not: it is missed."""
    clause: Said
    time: float | None = None


def compared(c: Comparison, readings: Readings) -> Outcome:
    """Hold a comparison against a run."""
    rows = _rows(c.window, readings, [t for t in c.terms if isinstance(t, Series)])
    if not rows.mask.any():
        return _unmeasured(c.window, rows)
    if not any(isinstance(t, Series) for t in c.terms):
        return _summaries(c, readings, rows)
    values = [_values(t, readings, rows.mask) for t in c.terms]
    known: Bools = rows.mask & ~np.isnan(np.stack(values)).any(axis=0)
    if not known.any():
        texts = [say("{text}", text=t.text) for t in c.terms if not isinstance(t, Constant)]
        return Outcome(None, say("{what}: never measured", what=joined(texts, "{a} and {b}")))
    fine = _all_pairs(values, c.signs)
    missed = np.flatnonzero(known & ~fine)
    at = int(missed[0]) if len(missed) else _closest(values, known)
    told = joined(
        [
            say("{what} was {value}", what=t.text, value=_said(float(v[at]), t, readings))
            for t, v in zip(c.terms, values, strict=True)
            if not isinstance(t, Constant)
        ],
        "{a} and {b}",
    )
    time = float(readings.run.time[at])
    if not len(missed) and known.sum() > 1:
        return Outcome(held=True, clause=say("{said} at {time:.2f} s at the closest", said=told, time=time), time=time)
    return Outcome(not len(missed), say("{said} at {time:.2f} s", said=told, time=time), time)


def _summaries(c: Comparison, readings: Readings, rows: Rows) -> Outcome:
    """Summaries alone: one value each."""
    found: list[tuple[float, int | None]] = []
    clauses = []
    for term in c.terms:
        if isinstance(term, Constant):
            found.append((term.value, None))
            continue
        assert isinstance(term, Summary)
        value, at = summarised(term, readings, rows.mask)
        if np.isnan(value):
            return Outcome(None, say("{what}: never measured", what=term.text))
        found.append((value, at))
        if not np.isfinite(value):
            clauses.append(say("{what}: {value}", what=term.text, value=_said(value, term, readings)))
            continue
        if at is None and value == 0.0 and QUANTITIES[term.series.quantity].worst == "max":
            clauses.append(say("{what}: none, as there was no contact", what=term.text))
            continue
        clause = say("{what} = {value}", what=term.text, value=_said(value, term, readings))
        if at is not None:
            clause = say("{said} at {time:.2f} s", said=clause, time=float(readings.run.time[at]))
            clause = _with_whom(clause, term.series, readings, at)
        clauses.append(clause)
    held = bool(_all_pairs([np.array([value]) for value, _ in found], c.signs)[0])
    at = next((at for value, at in found if at is not None and np.isfinite(value)), None)
    return Outcome(held, joined(clauses, "{a}, {b}"), float(readings.run.time[at]) if at is not None else None)


def summarised(term: Summary, readings: Readings, mask: Bools) -> tuple[float, int | None]:
    """A summary's value [SI] and its row. nan: never measured; inf: measured, but there was none."""
    series = _values(term.series, readings, mask)
    rows = np.flatnonzero(mask & _present(readings, term.series) & ~np.isnan(series))
    if not len(rows):
        # what large values make worse is 0 where it did not come to it: who hits nobody has no speed of impact
        number = QUANTITIES[term.series.quantity]
        return (0.0 if number.number and number.worst == "max" else float("nan")), None
    values = series[rows]
    if QUANTITIES[term.series.quantity].number:
        return float(values[0]), None
    if term.extreme == "mean":
        finite = values[np.isfinite(values)]
        return (float(np.mean(finite)) if len(finite) else float(values[0])), None
    k = {"min": int(np.argmin(values)), "max": int(np.argmax(values)), "first": 0, "final": -1}[term.extreme]
    return float(values[k]), int(rows[k])


def in_lane(c: LaneIs, readings: Readings) -> Outcome:
    """Hold 'ego.lane == 2' against a run."""
    rows = _rows(c.window, readings, [])
    me = readings.scenario.index(c.user)
    rows.mask[:] &= readings.present(me)
    if not rows.mask.any():
        return _unmeasured(c.window, rows)
    fine = _in_lane(c, readings)
    missed = np.flatnonzero(rows.mask & ~fine)
    at = int(missed[0]) if len(missed) else int(np.flatnonzero(rows.mask)[-1])
    time = float(readings.run.time[at])
    clause = say("{user}.lane was {lane}", user=c.user, lane=lane_words(_lane_names(readings, me)[at]))
    if isinstance(c.lane, LaneOf):
        other = lane_words(_lane_names(readings, readings.scenario.index(c.lane.user))[at])
        clause = joined([clause, say("{user}.lane was {lane}", user=c.lane.user, lane=other)], "{a} and {b}")
    return Outcome(not len(missed), say("{said} at {time:.2f} s", said=clause, time=time), time)


def true_rows(condition: Statement, readings: Readings) -> Bools:
    """(T,) where a condition after 'when' is true."""
    if isinstance(condition, LaneIs):
        return _in_lane(condition, readings)
    if isinstance(condition, Comparison):
        everywhere: Bools = np.ones(len(readings.run.time), dtype=bool)
        for term in condition.terms:
            if isinstance(term, Series):
                everywhere &= _present(readings, term)
        values = [_values(t, readings, everywhere) for t in condition.terms]
        everywhere &= _all_pairs(values, condition.signs)
        return everywhere
    if isinstance(condition, Not):
        return ~true_rows(condition.part, readings)
    assert isinstance(condition, AllOf | AnyOf)
    parts = np.stack([true_rows(part, readings) for part in condition.parts])
    out: Bools = (np.logical_and if isinstance(condition, AllOf) else np.logical_or).reduce(parts)
    return out


# -- rows ----------------------------------------------------------------------------------------------------------


def _rows(window: Window, readings: Readings, terms: list[Series]) -> Rows:
    rows = rows_from(readings, window.begin, window.until)
    if window.moment is not None:
        there = row_at(readings, window.moment)
        rows = Rows(rows.mask & there.mask, there.why_none or rows.why_none)
    for term in terms:
        rows = Rows(rows.mask & _present(readings, term), rows.why_none)
    if window.when is not None and rows.mask.any():
        rows = Rows(rows.mask & true_rows(window.when, readings))
    return rows


def _unmeasured(window: Window, rows: Rows) -> Outcome:
    """No rows: an implication whose condition is never true holds; a moment that never came is missed."""
    if window.when is not None and not rows.why_none:
        return Outcome(held=True, clause=say("what stands after 'when' was never true"))
    return Outcome(None, say("never measured, as {reason}", reason=rows.why_none or say("it was not there")))


def _present(readings: Readings, term: Series) -> Bools:
    users = [readings.scenario.index(name) for name in (term.user, term.other) if name is not None]
    there: Bools = (readings.run.present[:, users] == 1).all(axis=1)
    return there


# -- values --------------------------------------------------------------------------------------------------------


def _values(term: Term, readings: Readings, mask: Bools) -> F8:
    """(T,) values of a term, SI."""
    rows = len(readings.run.time)
    if isinstance(term, Constant):
        return np.full(rows, term.value)
    if isinstance(term, Summary):
        return np.full(rows, summarised(term, readings, mask)[0])
    index = readings.scenario.index
    other = index(term.other) if term.other is not None else None
    series = read(readings, term.quantity, index(term.user), other)
    # one number of the whole run stands in each of its rows
    return np.where(np.arange(rows) <= readings.last, np.broadcast_to(series, (rows,)), np.nan)


def _all_pairs(values: list[F8], signs: tuple[Sign, ...]) -> Bools:
    """Where each pair of neighbours is as its sign says; nowhere where a value is nan."""
    out: Bools = np.ones(values[0].shape, dtype=bool)
    for a, b, sign in zip(values[:-1], values[1:], signs, strict=True):
        with np.errstate(invalid="ignore"):
            equal = (a == b) | (np.abs(a - b) <= EQUAL)
            less, more = (a < b) & ~equal, (a > b) & ~equal
        out &= {"<": less, "<=": less | equal, ">": more, ">=": more | equal, "==": equal, "!=": less | more}[sign]
    return out


def _closest(values: list[F8], rows: Bools) -> int:
    """The row in which neighbours come closest: that which tells most where all is well."""
    with np.errstate(invalid="ignore"):
        apart = np.min([np.abs(a - b) for a, b in pairwise(values)], axis=0)
    return int(np.argmin(np.where(rows & ~np.isnan(apart), apart, np.inf)))


def _in_lane(c: LaneIs, readings: Readings) -> Bools:
    same: Bools
    me = readings.scenario.index(c.user)
    if isinstance(c.lane, LaneOf):
        run, other = readings.run, readings.scenario.index(c.lane.user)
        same = (run.road[:, me] == run.road[:, other]) & (run.lane[:, me] == run.lane[:, other])
        same &= readings.present(other)
    else:
        same = np.array([name == c.lane.name for name in _lane_names(readings, me)])
    out: Bools = same == c.equal
    return out


def _lane_names(readings: Readings, user: int) -> list[str]:
    """The lane of a road user in each row, as authors count: 'lane 2', 'oncoming lane 1', 'the shoulder'."""
    run, known = readings.run, {}
    rows = []
    columns = (run.road[:, user], run.lane[:, user], run.direction[:, user], run.s[:, user])
    for road, lane, direction, s in zip(*(column.tolist() for column in columns), strict=True):
        there = readings.scenario.network.roads[road]
        key = road, lane, direction, sum(section.s <= s for section in there.sections)
        if key not in known:
            known[key] = lane_as_counted(there, lane, s, direction)
        rows.append(known[key])
    return rows


def lane_as_counted(road: Road, lane: int, s: float, direction: int) -> str:
    """A lane as authors count on its road; which road it is means nothing: 'lane 1 of the ramp' is lane 1.

    On the ego's own road as the ego counts, elsewhere as the road user does that drives there in `direction`.
    """
    name = lane_name(road, lane, s, direction if road.name else None)
    if road.name and name == road.name:
        return "lane 1"  # the only one there is
    return name.removesuffix(f" of {road.name}") if road.name else name


def _said(value: float, term: Term, readings: Readings) -> Said:
    """A value in the unit of the page, or why there is none."""
    series = term.series if isinstance(term, Summary) else term
    assert isinstance(series, Series)
    quantity = QUANTITIES[series.quantity]
    if np.isfinite(value):
        shown = value * quantity.factor
        return say("{n:.2f} {unit}", n=shown, unit=quantity.unit) if quantity.unit else say("{n:.2f}", n=shown)
    reason = _NONE.get(series.quantity, ("none", "none"))[series.other is not None]
    people = {"user": series.user, "other": series.other}
    called_ = {name: _who(readings, readings.scenario.index(user)) for name, user in people.items() if user is not None}
    return say(reason, **{name: who for name, who in called_.items() if f"{{{name}" in reason})


def _who(readings: Readings, user: int) -> Said:
    return called(readings.run.names[user], readings.run.kinds[user])


def _with_whom(clause: Said, term: Series, readings: Readings, row: int) -> Said:
    """Adds whom a value is about where no other is named: '... (behind the lorry)'."""
    quantity, me = QUANTITIES[term.quantity], readings.scenario.index(term.user)
    if not quantity.pair or term.other is not None:
        return clause
    if quantity.anyone:
        if quantity.number or quantity.worst not in {"min", "max"}:
            return clause
        others = [i for i in range(len(readings.run.names)) if i != me]
        values = {i: float(read(readings, term.quantity, me, i)[row]) for i in others}
        pick = min if quantity.worst == "min" else max
        if not values:
            return clause
        return say("{clause} (to {who!d})", clause=clause, who=_who(readings, pick(values, key=values.__getitem__)))
    leader = int(readings.ahead_of(me).leader[0, row])
    return say("{clause} (behind {who!d})", clause=clause, who=_who(readings, leader)) if leader >= 0 else clause
