# The branches of a `what_if` figure after they were driven: what each run means, and what holds for all of them.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.differences import Moved, most_moved
from mkdocs_worldmodel.analysis.expect import Expectation, Verdict
from mkdocs_worldmodel.analysis.quantities import extreme, read
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.figure import telling
from mkdocs_worldmodel.figure.plan_cast import critical
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario

LETTERS = "ABCDEF"
"""Stand for the branches in pictures, where their names have no room."""
SHORT = 4
"""Of more branches a page says less: letters for names, no charts of what is hard to tell apart."""
MOVED = 0.5
"""Who is never farther than this from where it is in the first branch does not answer to what is changed [m]."""
_BEFORE = 0.5
"""So long before a contact one sees what is about to happen [s]."""


@dataclass(frozen=True, slots=True)
class Way:
    """One branch."""

    name: str
    scenario: Scenario
    expectations: tuple[Expectation, ...]
    started: tuple[tuple[str, str], ...]
    """(road user, 'speed: 60 km/h'): who starts otherwise."""
    removed: tuple[str, ...]
    silent: tuple[tuple[str, int], ...]
    """(event, action): actions that are no commands, and are not told."""

    @property
    def parts_at_start(self) -> bool:
        """Whether it is another run from the first moment on."""
        return bool(self.started or self.removed)


class Ways:
    """All branches, driven.

    Attributes:
        start: when they part [s].
        ways, runs, analyses: one a branch.
        fps: pictures a second of the film, and values a second of the charts.
        rows: for each branch the run's row of each of its film frames.
        frames: of the film: as many as the longest branch has.
    """

    def __init__(self, start: float, ways: Sequence[Way], runs: Sequence[Rollout], fps: int) -> None:
        self.start, self.ways, self.fps = start, ways, fps
        self.runs = [_told(run, way) for run, way in zip(runs, ways, strict=True)]
        self.analyses: list[Analysis] = [
            analyse(way.scenario, run, way.expectations) for way, run in zip(ways, self.runs, strict=True)
        ]
        self.rows = [telling.film_rows(a.last, self.runs[0].dt, fps) for a in self.analyses]
        self.frames = max(map(len, self.rows))

    def __len__(self) -> int:
        return len(self.ways)

    @property
    def dt(self) -> float:
        """Time between rows [s]."""
        return self.runs[0].dt

    @cached_property
    def first(self) -> int:
        """Row in which they part; the last that all have, where one has come to its end before."""
        return min(round(self.start / self.dt), *(a.last for a in self.analyses))

    @property
    def times(self) -> F8:
        """(F,) of the film frames [s]."""
        times: F8 = np.arange(self.frames) / self.fps
        return times

    def label(self, i: int) -> Said:
        """'B brake'."""
        return say("{letter} {name}", letter=LETTERS[i], name=self.ways[i].name)

    def end(self, i: int) -> float:
        """When a branch ends [s]."""
        return float(self.runs[i].time[self.analyses[i].last])

    @cached_property
    def common_end(self) -> float:
        """Up to when all branches go on [s]."""
        return min(map(self.end, range(len(self))))

    def verdicts(self) -> list[Verdict]:
        """Of all branches, each with its branch's name."""
        return [
            replace(verdict, text=f"{LETTERS[i]} {way.name}: {verdict.text}")
            for i, way in enumerate(self.ways)
            for verdict in self.analyses[i].verdicts
        ]

    def curve(self, i: int, values: F8) -> F8:
        """(F,) a series of a branch's run at the film frames; nan after the branch's end."""
        curve = np.full(self.frames, np.nan)
        rows = self.rows[i]
        curve[: len(rows)] = values[rows]
        return curve

    def smallest(self, i: int, quantity: str) -> float | None:
        """Of a quantity of a branch's ego since the ways parted [SI]; None where there is none."""
        return self._extreme(i, quantity, "min")

    def largest(self, i: int, quantity: str) -> float | None:
        """The same, and 0 where it is never above: who only speeds up brakes by nothing."""
        value = self._extreme(i, quantity, "max")
        return None if value is None else max(value, 0.0)

    def _extreme(self, i: int, quantity: str, which: str) -> float | None:
        analysis = self.analyses[i]
        found = extreme(read(analysis.readings, quantity)[self.first :], which, analysis.last - self.first)
        return None if found is None or not np.isfinite(found[0]) else float(found[0])

    def most_moved(self, i: int) -> Moved | None:
        """Who answers most: the road user that is farthest from where it is in the first branch."""
        last = min(self.analyses[0].last, self.analyses[i].last)
        return most_moved(self.runs[i], self.runs[0], last, MOVED) if i else None

    @cached_property
    def moment(self) -> float:
        """The moment that shows best what the branches lead to [s]: the first contact, else the nearest approach."""
        contacts = [a.contact.time for a in self.analyses if a.contact is not None]
        if contacts:
            return min(contacts)
        found = [(self.smallest(i, "distance"), critical(a.readings)) for i, a in enumerate(self.analyses)]
        moments = [
            (distance, float(self.runs[i].time[moment.row]))
            for i, (distance, moment) in enumerate(found)
            if distance is not None and moment.why == "distance"
        ]
        after = [m for m in moments if m[1] > self.start + _BEFORE]
        return min(after)[1] if after else self.common_end

    @cached_property
    def poster(self) -> int:
        """Film frame that stands for the film: shortly before the first contact, else where the branches show most."""
        if any(a.contact is not None for a in self.analyses):
            return telling.frame_at(max(self.moment - _BEFORE, 0.0), self.frames, self.fps)
        each = [
            telling.telling_frame(analysis, run, len(rows), self.fps)
            for analysis, run, rows in zip(self.analyses, self.runs, self.rows, strict=True)
        ]
        after = sorted(k for k in each if k > self.start * self.fps)
        return after[len(after) // 2] if after else self.frames // 2


def _told(run: Rollout, way: Way) -> Rollout:
    """A run with what there is to tell of it: without the firings that are no commands."""
    silent = set(way.silent)
    return replace(run, firings=tuple(f for f in run.firings if (f.event, f.action) not in silent))
