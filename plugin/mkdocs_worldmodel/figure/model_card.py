# The figure kind `model_card`: what a learned model is, how it was made, and how good it is. All of it is told by the
# files that lie beside its weights; nothing is driven.

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.errors import Mistake
from mkdocs_worldmodel.figure import model_card_chart as chart
from mkdocs_worldmodel.figure import model_card_drives as drives
from mkdocs_worldmodel.figure import model_card_facts as facts
from mkdocs_worldmodel.figure import model_card_scores as scores
from mkdocs_worldmodel.figure.bundle import Bundle, Download, Table
from mkdocs_worldmodel.figure.chart import LEFT, RIGHT
from mkdocs_worldmodel.figure.film import Filming
from mkdocs_worldmodel.figure.kinds import Order, Plan
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.model_card import ModelCardSpec
from mkdocs_worldmodel.spec.model_card_files import CURVES, RESULTS, STUDY, TRAIN, Weights, read_weights
from mkdocs_worldmodel.spec.model_card_results import Results
from mkdocs_worldmodel.spec.text import KeyPath

VERSION = 1
"""Raise it when any picture or text of the figure changes."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an author chose, and what the weights say of themselves."""

    parts: tuple[str, ...]
    weights: Weights
    packaged: bool
    """Whether these are the weights that come with the package."""


def options(block: Block, scenario: Scenario, film: Filming | None) -> tuple[Options, Sequence[Mistake]]:
    """The parts, and all that they tell; there is no scenario, and no film.

    Raises:
        SpecError: where the weights' files cannot be read.
    """
    del scenario, film
    assert isinstance(block.spec, ModelCardSpec)
    named = block.spec.weights
    weights = read_weights(block, named)
    return Options(tuple(block.spec.parts), weights, named is None), ()


def expected(chosen: Options) -> list[KeyPath]:
    """Nothing: goals that a model does not reach are told, and are no mistake of the page."""
    del chosen
    return []


def plan(order: Order[Options]) -> Plan:
    """Nothing is driven."""
    del order
    yield from ()


def verdicts(order: Order[Options], driven: None) -> list[Verdict]:
    """None."""
    del order, driven
    return []


def draw(order: Order[Options], driven: None, folder: Path) -> Bundle:
    """Write the figure's files, and return all else."""
    del driven
    return _Drawing(order.options, folder).bundle()


def version() -> dict[str, Any]:
    """What changes the bytes of a drawn figure besides its options."""
    return {"model_card": VERSION}


_SCORES: Mapping[str, tuple[str, Callable[[Results], Table]]] = {
    "goals": ("goals", drives.goals),
    "scores": ("forecasts", scores.distances),
    "baselines": ("forecasts", scores.baselines),
    "rates": ("forecasts", scores.events),
    "long": ("long", drives.long),
    "reaction": ("reaction", drives.reaction),
    "recorded": ("recorded", scores.recorded),
    "elsewhere": ("off_training", scores.elsewhere),
}
"""Part → what of the results it shows, and its table."""
_OF_EACH = frozenset({"goals", "scores", "rates", "elsewhere"})
"""Parts that show each of what there is; the others that of all roads together."""


class _Drawing:
    def __init__(self, options: Options, folder: Path) -> None:
        self.weights, self.parts, self.packaged, self.folder = options.weights, options.parts, options.packaged, folder
        self.curves = self.weights.curves if "curves" in self.parts else None
        measured = self.weights.measured()
        self.others = measured is not None and measured.world.weights != self.weights.digest
        """Whether what lies there was measured of other weights: it is not shown."""
        self.results = None if self.others else measured

    def bundle(self) -> Bundle:
        return Bundle(
            kind="model_card",
            alt=self.alt(),
            film=None,
            moments=[],
            series={},
            keys=chart.keys(self.curves) if self.curves is not None else [],
            chart="".join(self.charts()),
            chart_x=[LEFT, RIGHT],
            tops=[],
            strip="",
            strip_size=[0, 0],
            strip_frames=[],
            numbers=[],
            values={**facts.values(self.weights), **(scores.values(self.results) if self.results is not None else {})},
            verdicts=[],
            made=facts.made(self.weights, self.results, packaged=self.packaged),
            downloads=self.downloads(),
            tables=list(self.tables()),
        )

    def charts(self) -> Iterator[str]:
        """Drawings of the parts that have one."""
        if self.curves is not None:
            yield chart.training(self.curves)
        if "scores" in self.parts and self.results is not None and self.results.forecasts:
            yield scores.drawn(self.results)

    def tables(self) -> Iterator[Table]:
        """Of the parts, in the order in which their author names them."""
        missing = []
        for part in self.parts:
            if part == "facts":
                yield facts.table(self.weights, packaged=self.packaged)
            elif part == "curves":
                if self.weights.curves is None:
                    why = say("not there: {file}", file=CURVES)
                    yield _missing(say("Training curves"), why, say("to make it: {command}", command=TRAIN))
            elif part == "study":
                yield self.study()
            elif self.results is not None and self.told(part, self.results):
                yield _SCORES[part][1](self.results)
            else:
                missing.append(part)
        if missing:
            why = say("not there: {file}", file=RESULTS)
            if self.others:
                why = say("{file} tells of other weights", file=RESULTS)
            elif self.results is not None:
                why = say("not in {file}", file=RESULTS)
            yield _missing(say("Not measured: {parts}", parts=", ".join(missing)), why,
                           say("to measure it: {command}", command=facts.evaluate(packaged=self.packaged)))  # fmt: skip

    def told(self, part: str, results: Results) -> bool:
        """Whether results have what a part shows."""
        found = getattr(results, _SCORES[part][0])
        return bool(found) if part in _OF_EACH else found is not None and scores.ALL in found

    def study(self) -> Table:
        """Of small models."""
        if self.weights.study is None:
            how = "python -m mkdocs_worldmodel.training.study FOLDER"
            why = say("not there: {file}", file=STUDY)
            return _missing(say("Small models"), why, say("to measure it: {command}", command=how))
        return drives.study(self.weights.study)

    def alt(self) -> Said:
        """What the card is about, in one sentence."""
        number = self.weights.model.parameters / 1e6
        return say("Card of a learned world model with {parameters:.2f} million parameters, weights {digest}.",
                   parameters=number, digest=self.weights.digest[: facts.SHORT])  # fmt: skip

    def downloads(self) -> list[Download]:
        """Write the files that a reader can take away."""
        out = []
        if self.curves is not None:
            self.write(CURVES, json.dumps(asdict(self.curves)) + "\n")
            out.append(Download(CURVES, say("Training curves (JSON)"), "-curves.json"))
        if self.results is not None and self.weights.results is not None and "goals" in self.parts:
            self.write(RESULTS, self.weights.results)  # not with every part: it is long
            out.append(Download(RESULTS, say("Results (JSON)"), "-results.json"))
        return out

    def write(self, name: str, text: str) -> None:
        """Write a file of the figure."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")


def _missing(what: Said, why: Said, hint: Said) -> Table:
    """Says plainly that there is nothing to show, and how it comes to be."""
    return Table(what, [what, say("What to do")], [[why, hint]])
