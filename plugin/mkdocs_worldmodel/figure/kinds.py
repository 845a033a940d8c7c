# The kinds of figures, and what a kind is: a module with the functions of `Kind`. A new one is a line in KINDS here and
# one in spec/kinds.py, whose model says what its block may hold.

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.errors import Mistake
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.film import Filming
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.text import KeyPath

KINDS: dict[str, str] = {
    "rollout": "mkdocs_worldmodel.figure.rollout_figure",
    "what_if": "mkdocs_worldmodel.figure.what_if",
    "forecast": "mkdocs_worldmodel.figure.forecast",
    "model_card": "mkdocs_worldmodel.figure.model_card",
}
"""`figure:` of a block → the kind's module; imported when a block asks for one."""


# -- what a plan asks for ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario, driven once; the answer is a Rollout."""

    scenario: Scenario
    world: str
    seed: int


@dataclass(frozen=True, slots=True)
class Futures:
    """Ways in which a run may go on from one of its rows; the answer is a RolloutBatch whose time 0 is that row."""

    scenario: Scenario
    past: Rollout
    """Nothing after `row` is looked at."""
    row: int
    seconds: float
    count: int
    seed: int
    world: str
    ego: tuple[EgoAction, ...] | None = None
    """What the ego is told to do in each step; None: nothing."""


Request = Run | Futures
Plan = Generator[Request | tuple[Request, ...], Any, Any]
"""Yields what a figure needs and is sent the answer, a tuple for a tuple (of which none needs another); what it returns
is what `draw` draws. It may look at answers before it asks for more."""


# -- what a kind is ------------------------------------------------------------------------------------------------

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class Order(Generic[Options]):
    """A block that was understood, and what its figure is kept under."""

    block: Block
    scenario: Scenario
    options: Options
    """What the kind makes of the block: all that can change its figure besides scenario, world and seed."""
    key: str
    doubts: tuple[Mistake, ...]
    """What is well-formed and can yet never happen; said as warnings."""

    @property
    def world(self) -> str:
        """In which it is driven."""
        return self.block.spec.world

    @property
    def seed(self) -> int:
        """Of everything that is drawn at random."""
        return self.block.spec.seed

    @property
    def kind(self) -> Kind:
        """What draws it."""
        return kind(self.block.spec.figure)


class Kind(Protocol):
    """What a kind's module has."""

    def options(self, block: Block, scenario: Scenario, film: Filming | None) -> tuple[Any, Sequence[Mistake]]:
        """What the block asks for: a frozen dataclass of plain values, as it is a part of the figure's key.

        Beside it, what of the kind's own keys is well-formed and can yet never happen.

        Raises:
            SpecError: with all mistakes that only this kind can see.
        """
        ...

    def expected(self, options: Any) -> Sequence[KeyPath]:
        """Where in the block the expectations stand, in the order of `verdicts`."""
        ...

    def plan(self, order: Any) -> Plan:
        """What the figure needs."""
        ...

    def verdicts(self, order: Any, driven: Any) -> Sequence[Verdict]:
        """Whether what is expected held, without pictures. `driven`: what the plan returned."""
        ...

    def draw(self, order: Any, driven: Any, folder: Path) -> Bundle:
        """Draw the figure's files into a folder, and return all else. `driven`: what the plan returned."""
        ...

    def version(self) -> dict[str, Any]:
        """What changes a figure's bytes besides its order."""
        ...


def kind(name: str) -> Kind:
    """The module of a kind."""
    return cast("Kind", import_module(KINDS[name]))


def versions() -> dict[str, dict[str, Any]]:
    """Of all kinds."""
    return {name: kind(name).version() for name in KINDS}
