# The figure kind `what_if`: one start, several branches, side by side.

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.values import Value, values
from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.figure import (
    made,
    pictures,
    rollout_figure,
    what_if_chart,
    what_if_film,
    what_if_plan,
    what_if_table,
    what_if_told,
)
from mkdocs_worldmodel.figure.bundle import Bundle, Download, Film
from mkdocs_worldmodel.figure.film import FPS, Filming
from mkdocs_worldmodel.figure.kinds import Order, Run
from mkdocs_worldmodel.figure.mosaic import layout
from mkdocs_worldmodel.figure.rollout_figure import states_csv
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, Way, Ways
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.branches import branches
from mkdocs_worldmodel.scenario.rig import Camera, rig_of
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.spec.what_if import WhatIfSpec

VERSION = 1
"""Raise it when any picture or text of the figure changes."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an author chose."""

    start: float
    """When the ways part [s]."""
    ways: tuple[Way, ...]
    camera: Camera
    film: Filming | None
    """None: no film."""


def options(block: Block, scenario: Scenario, film: Filming | None) -> tuple[Options, Sequence[Mistake]]:
    """The branches, each a scenario of its own; and what their changes make doubtful.

    Raises:
        SpecError: with all mistakes of the branches.
    """
    assert isinstance(block.spec, WhatIfSpec)
    ways: list[Way] = []
    mistakes: list[Mistake] = []
    doubts: list[Mistake] = []
    for branch in branches(block, scenario):
        doubts += branch.doubts
        try:
            chosen, _ = rollout_figure.options(branch.block, branch.scenario, None)
        except SpecError as error:
            mistakes += error.mistakes
        else:
            ways.append(Way(branch.name, branch.scenario, chosen.expectations, branch.started, branch.removed,
                            branch.silent))  # fmt: skip
    if mistakes:
        raise SpecError(*mistakes)
    cameras = rig_of(block.spec.cameras)
    ahead = layout(cameras).main
    return Options(block.spec.start, tuple(ways), next(c for c in cameras if c.name == ahead), film), doubts


def expected(chosen: Options) -> list[KeyPath]:
    """Where expectations stand in the block."""
    return [("what_if", way.name, "expect", i) for way in chosen.ways for i in range(len(way.expectations))]


def plan(order: Order[Options]) -> Generator[tuple[Run, ...], tuple[Rollout, ...], tuple[Rollout, ...]]:
    """The runs that the figure needs: one a branch, of which none needs another."""
    return (yield tuple(Run(way.scenario, order.world, order.seed) for way in order.options.ways))


def verdicts(order: Order[Options], runs: tuple[Rollout, ...]) -> list[Verdict]:
    """Whether what is expected of the branches held."""
    return _ways(order, runs).verdicts()


def draw(order: Order[Options], runs: tuple[Rollout, ...], folder: Path) -> Bundle:
    """Draw the figure's files into a folder, and return all else."""
    return _Drawing(order, runs, folder).bundle()


def version() -> dict[str, Any]:
    """What changes the bytes of a drawn figure besides its runs and its options."""
    return {**rollout_figure.version(), "what_if": VERSION}


def _ways(order: Order[Options], runs: tuple[Rollout, ...]) -> Ways:
    film = order.options.film
    return Ways(order.options.start, order.options.ways, runs, FPS if film is None else film.fps)


class _Drawing:
    def __init__(self, order: Order[Options], runs: tuple[Rollout, ...], folder: Path) -> None:
        self.order, self.options, self.folder = order, order.options, folder
        self.ways = _ways(order, runs)

    def bundle(self) -> Bundle:
        ways = self.ways
        film, strip_size = self.pictures()
        svg, span = what_if_chart.draw(ways)
        return Bundle(
            kind="what_if",
            alt=what_if_told.alt(ways),
            film=film,
            moments=what_if_told.moments(ways),
            series=what_if_chart.series(ways),
            keys=what_if_chart.keys(ways),
            chart=svg,
            chart_x=span,
            tops=[what_if_plan.top(ways)],
            strip=pictures.STRIP if film else "",
            strip_size=strip_size,
            strip_frames=what_if_film.strip_frames(ways) if film else [],
            numbers=[],
            values=self.values(),
            verdicts=ways.verdicts(),
            made=self.made(),
            downloads=self.downloads(film),
            social=pictures.SOCIAL if film else "",
            tables=[what_if_table.table(ways)],
            strip_alt=self.strip_alt() if film else None,
        )

    def pictures(self) -> tuple[Film | None, list[int]]:
        """The film and what comes with it; the strip's size [px]."""
        if self.options.film is None:
            return None, [0, 0]
        return what_if_film.draw(self.ways, self.options.camera, self.options.film, self.folder)

    def strip_alt(self) -> Said:
        """What the strip shows."""
        frames = what_if_film.strip_frames(self.ways)
        times = joined([say("{time:.1f} s", time=k / self.ways.fps) for k in frames], "{a}, {b}")
        names = joined([self.ways.label(i) for i in range(len(self.ways))], "{a}, {b}")
        return say("A row for each branch, from top to bottom: {branches}; left to right: {times}.",
                   branches=names, times=times)  # fmt: skip

    def made(self) -> list[list[Said | str]]:
        """How it was made: of the scenario, and what a command is."""
        rows = made.rows(self.order.scenario, self.ways.runs[0], self.ways.fps if self.options.film else None)
        if any(way.silent for way in self.options.ways):
            said = say("does what it is told and nothing else, from {time:.1f} s on", time=self.options.start)
            rows.append([say("Commanded ego"), said])
        return rows

    def values(self) -> dict[str, Value]:
        """Of every branch's ego, as 'brake.min_ttc'; a branch's name without what a value's name cannot have."""
        found: dict[str, Value] = {}
        for way, analysis in zip(self.ways.ways, self.ways.analyses, strict=True):
            name = re.sub(r"[^a-z0-9]+", "_", way.name.lower()).strip("_") or LETTERS[len(found)]
            own = values(analysis.readings)
            found |= {f"{name}.{label}": value for label, value in own.items() if "." not in label}
        return found

    # -- downloads -------------------------------------------------------------------------------------------

    def downloads(self, film: Film | None) -> list[Download]:
        """Write the files that a reader can take away."""
        out = [Download(film.file, say("Film"), Path(film.file).suffix)] if film else []
        for i, (way, run) in enumerate(zip(self.ways.ways, self.ways.runs, strict=True)):
            letter = LETTERS[i].lower()
            self.write(f"states-{letter}.csv", states_csv(run, way.scenario, self.ways.analyses[i].last))
            label = say("States of {branch} (CSV)", branch=self.ways.label(i))
            out.append(Download(f"states-{letter}.csv", label, f"-{letter}.csv"))
        self.write("what-if.json", self.record())
        return [*out, Download("what-if.json", say("Record (JSON)"), ".json")]

    def write(self, name: str, text: str) -> None:
        """Write a file of the figure."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def record(self) -> str:
        """What the figure says, as JSON."""
        run = self.ways.runs[0]
        record = {
            "world": run.world,
            "seed": run.seed,
            "from": self.options.start,
            "branches": what_if_table.differences(self.ways),
            "expectations": [
                {"text": v.text, "held": v.held, "measured": str(v.measured)} for v in self.ways.verdicts()
            ],
        }
        return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
