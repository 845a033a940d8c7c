# Reads rollouts: measures over time, contact, expectations, events in plain sentences. Drives nothing.
# All that is read from one run, in one value.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.expect import Expectation, Verdict, judge
from mkdocs_worldmodel.analysis.measures import Measures
from mkdocs_worldmodel.analysis.quantities import QUANTITIES, extreme, read
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import Violation, violations
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.sentences import narrate
from mkdocs_worldmodel.analysis.wording import Event
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario

VERSION = 5
"""Part of every figure key; raise it when any number or sentence changes."""

MOST = 2
"""So many rows at most say what only some runs have: a page has a budget, and every quantity can be asked for."""
CROSSING = 0.5
"""Sine of the angle from which on two paths cross (30°), so that a table gives their PET."""


@dataclass(frozen=True, slots=True)
class Number:
    """A row of the table of numbers."""

    label: Said
    value: float | None
    """In `unit`; None where it does not exist."""
    unit: str
    time: float | None
    """When [s]; None where it belongs to the whole run."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run means."""

    last: int
    """Last row that counts: the first contact, or the end. Nothing is modelled after a contact."""
    contact: Contact | None
    """The first, whoever it is between."""
    measures: Measures
    events: tuple[Event, ...]
    numbers: tuple[Number, ...]
    verdicts: tuple[Verdict, ...]
    violations: tuple[Violation, ...]
    """Rules that the ego broke."""
    readings: Readings
    """Everything else that can be measured."""


def analyse(scenario: Scenario, run: Rollout, expectations: Sequence[Expectation] = ()) -> Analysis:
    """Read one run."""
    readings = Readings(scenario, run)
    contact, last = readings.contacts[0] if readings.contacts else None, readings.last
    measures = readings.ahead_of(0)
    events = narrate(readings)
    verdicts = tuple(judge(e, readings) for e in expectations)
    numbers = (*_always(readings), *islice(_where_there(readings), MOST))
    return Analysis(last, contact, measures, events, numbers, verdicts, violations(readings, 0), readings)


# (label, quantity, which extreme, rows only where the value is above this)
_ROWS = (
    (say("Smallest time to collision (TTC)"), "ttc", "min", -np.inf),
    (say("Smallest time headway (THW)"), "thw", "min", -np.inf),
    (say("Smallest gap to the road user ahead"), "gap", "min", -np.inf),
    (say("Highest speed of the ego"), "speed", "max", -np.inf),
    (say("Lowest speed of the ego"), "speed", "min", -np.inf),
    (say("Strongest braking of the ego"), "deceleration", "max", 0.01),
    (say("Strongest acceleration of the ego"), "acceleration", "max", 0.01),
)
_MORE = (
    (say("Smallest distance to another road user"), "distance", "min", -np.inf),
    (say("Largest deceleration to avoid a crash (DRAC)"), "drac", "max", 0.01),
    (say("Smallest gap less the safe distance (RSS)"), "rss_margin", "min", -np.inf),
    (say("Largest jerk of the ego (mean over 0.5 s)"), "jerk", "size", 2.5),
)


def _always(r: Readings) -> Iterator[Number]:
    """Rows of every table; without a value where there is none."""
    yield Number(say("Duration"), float(r.run.time[r.last]), "s", None)
    yield Number(say("Distance driven by the ego"), float(read(r, "distance_driven")[r.last]), "m", None)
    for label, name, which, above in _ROWS:
        yield _extreme(r, label, name, which, above)


def _where_there(r: Readings) -> Iterator[Number]:
    """Rows of the tables that have something to say there, the most telling first."""
    if r.contact_of(0) is not None:
        yield Number(say("Speed of the ego at contact"), float(read(r, "impact_speed")) * 3.6, "km/h", None)
    if (pet := min((float(r.pet(0, j)) for j in _crossing(r)), default=np.inf)) < np.inf:
        yield Number(say("Smallest post-encroachment time (PET)"), pet, "s", None)
    for label, name, which, above in _MORE:
        if name == "distance" and np.isfinite(read(r, "gap")[: r.last + 1]).any():
            continue  # the gap says it
        number = _extreme(r, label, name, which, above)
        if number.value is not None:
            yield number


def _extreme(r: Readings, label: Said, name: str, which: str, above: float) -> Number:
    series, quantity = read(r, name), QUANTITIES[name]
    if which == "size":
        series, which = np.abs(series), "max"
    found = extreme(series, which, r.last)
    if found is None or not np.isfinite(found[0]) or found[0] <= above:
        return Number(label, None, quantity.unit, None)
    return Number(label, found[0] * quantity.factor, quantity.unit, float(r.run.time[found[1]]))


def _crossing(r: Readings) -> list[int]:
    """Road users whose way ever lies across the ego's."""
    rows, heading = slice(0, r.last + 1), r.run.heading
    across = np.abs(np.sin(heading[rows] - heading[rows, :1])) > CROSSING
    across &= (r.run.present[rows] == 1) & (r.run.speed[rows] > 0.0)
    return [j for j in r.others(0) if across[:, j].any()]
