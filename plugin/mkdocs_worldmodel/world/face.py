# The face of a world: anything with a driver's seat.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario


class World(Protocol):
    """A simulator, a learned model, a recording: they look the same from outside.

    One that cannot drive for ever has an attribute `most_seconds` too: the longest scenario that it takes [s].
    """

    name: str
    version: str
    """Part of every run key: a world that may answer differently says so here."""

    def reset(self, scenario: Scenario, seed: int = 0) -> State:
        """Begin a scenario; the state at its start."""
        ...

    def step(self, action: EgoAction | None = None) -> State:
        """Go on by one step with the ego's action, or with the scenario's own driver where it is None.

        Raises:
            WorldError: before the first `reset`.
        """
        ...

    def run(self, scenario: Scenario, seed: int = 0) -> Rollout:
        """Drive a scenario to its end with its own drivers."""
        ...

    def run_many(self, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Iterator[RolloutBatch]:
        """Drive scenarios of equal structure; batches in order, small enough for memory."""
        ...

    def futures(
        self, scenario: Scenario, past: Rollout, row: int, *, seconds: float, count: int, seed: int,
        ego: Sequence[EgoAction] | None = None,
    ) -> RolloutBatch:  # fmt: skip
        """Return possible continuations of a run from one of its rows on: time 0 of the batch is that row.

        Nothing after the row is looked at; whose drivers are like what, and who turns where, is guessed.

        Args:
            scenario: what was run.
            past: the run.
            row: which row.
            seconds: how far they go [s].
            count: how many.
            seed: same arguments, same futures; fewer are the first of more.
            ego: the ego's commanded action for each step; after the last one it drives on by itself.

        Raises:
            WorldError: where an action is not finite, or nothing is asked for (no future, no time, no such row).
        """
        ...
