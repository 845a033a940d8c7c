# All that is read from one run, in one value.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact, first_contacts
from mkdocs_worldmodel.analysis.expect import QUANTITIES, Expectation, Verdict, judge, series_of
from mkdocs_worldmodel.analysis.measures import Measures, measure
from mkdocs_worldmodel.analysis.sentences import Event, narrate
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario

VERSION = 1
"""Part of every figure key; raise it when any number or sentence changes."""


@dataclass(frozen=True, slots=True)
class Number:
    """A row of the table of numbers."""

    label: str
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
    measures: Measures
    events: tuple[Event, ...]
    numbers: tuple[Number, ...]
    verdicts: tuple[Verdict, ...]


def analyse(scenario: Scenario, run: Rollout, expectations: Sequence[Expectation] = ()) -> Analysis:
    """Read one run."""
    batch = RolloutBatch.of(run)
    measures = measure(batch, scenario.network)
    contact = first_contacts(batch)[0]
    last = contact.row if contact is not None else len(run.time) - 1
    events = narrate(scenario, run, measures, contact, last)
    verdicts = tuple(judge(e, run, measures, contact, last) for e in expectations)
    return Analysis(last, contact, measures, events, _numbers(run, measures, last), verdicts)


_ROWS = (
    ("Smallest time to collision (TTC)", "ttc", np.argmin),
    ("Smallest time headway (THW)", "thw", np.argmin),
    ("Smallest gap to the road user ahead", "gap", np.argmin),
    ("Highest speed of the ego", "speed", np.argmax),
    ("Lowest speed of the ego", "speed", np.argmin),
    ("Strongest braking of the ego", "deceleration", np.argmax),
    ("Strongest acceleration of the ego", "acceleration", np.argmax),
)


def _numbers(run: Rollout, measures: Measures, last: int) -> tuple[Number, ...]:
    rows = [Number("Duration", float(run.time[last]), "s", None)]
    distance = float(np.sum(0.5 * (run.speed[1 : last + 1, 0] + run.speed[:last, 0])) * run.dt)
    rows.append(Number("Distance driven by the ego", distance, "m", None))
    for label, quantity, pick in _ROWS:
        series = series_of(quantity, run, measures)[: last + 1]
        k = int(pick(series))
        value = float(series[k])
        exists = np.isfinite(value) and (value > 0.01 or quantity not in {"deceleration", "acceleration"})
        _, unit, factor = QUANTITIES[quantity]
        rows.append(Number(label, value * factor if exists else None, unit, float(run.time[k]) if exists else None))
    return tuple(rows)
