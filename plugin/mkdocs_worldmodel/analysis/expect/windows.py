# Which rows of a run an expectation is about.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.rollout.rollout import Rollout

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that count, and why there are none."""

    mask: Bools
    """(T,)"""
    why_none: Said | None = None


def event_time(readings: Readings, event: str, phase: str) -> float | None:
    """When an event first started, or when all actions of its first start had ended; None: never up to the end."""
    run = readings.run
    name = event_called(tuple(e.name for e in readings.scenario.events), event)
    firings = [f for f in run.firings if f.event == name and f.time <= run.time[readings.last] + 1e-9]
    starts = [f for f in firings if f.phase == "start"]
    if not starts:
        return None
    if phase == "start":
        return starts[0].time
    actions = {f.action for f in starts if f.time == starts[0].time}
    ends = {a: [f.time for f in firings if f.action == a and f.phase != "start"] for a in actions}
    return max(times[0] for times in ends.values()) if all(ends.values()) else None


def event_called(names: tuple[str, ...], name: str) -> str | None:
    """The event that an author means: small and large letters are the same, and '1' is 'event 1'."""
    wanted = " ".join(name.lower().split())
    alike = {" ".join(n.lower().split()): n for n in reversed(names)}
    return alike.get(wanted) or alike.get(f"event {wanted}")


def rows_from(readings: Readings, begin: float | str | None, until: float | str | None) -> Rows:
    """Rows from a time, or an event's start, up to another."""
    run = readings.run
    mask = np.arange(len(run.time)) <= readings.last
    if isinstance(begin, str):
        time = event_time(readings, begin, "start")
        if time is None:
            return Rows(np.zeros_like(mask), say("'{event}' never started", event=begin))
        begin = time
    if begin is not None:
        mask &= run.time >= begin - 1e-9
    if isinstance(until, str):
        time = event_time(readings, until, "start")
        mask &= run.time < (np.inf if time is None else time - 1e-9)
        return Rows(mask, say("'{event}' started before", event=until))
    if until is not None:
        mask &= run.time <= until + 1e-9
    return Rows(mask, _ended(readings))


def row_at(readings: Readings, moment: float | str) -> Rows:
    """One row: the first, the last, or the one at a time."""
    run = readings.run
    mask = np.zeros(len(run.time), dtype=bool)
    if isinstance(moment, str):
        mask[readings.last if moment == "end" else 0] = True
        return Rows(mask)
    k = nearest_row(run, moment)
    if k <= readings.last and abs(float(run.time[k]) - moment) <= 0.5 * run.dt + 1e-9:
        mask[k] = True
    return Rows(mask, _ended(readings))


def nearest_row(run: Rollout, time: float) -> int:
    """The row nearest to a time [s]."""
    return int(np.argmin(np.abs(run.time - time)))


def _ended(readings: Readings) -> Said:
    return say("the run ended at {time:.2f} s", time=float(readings.run.time[readings.last]))
