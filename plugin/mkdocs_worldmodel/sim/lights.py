# What the traffic lights show: programmes of phases that repeat, and what the story sets.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.road import SignalController
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class Lights:
    """The signals of B copies. Columns are those of `RoadNetwork.signals()`; `shown` is (B, S)."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        signals = [[signal.id for _, signal in s.network.signals()] for s in scenarios]
        controllers = [[(c.name, c.signals, len(c.phases)) for c in s.network.controllers] for s in scenarios]
        for b in range(len(scenarios)):
            if (signals[b], controllers[b]) != (signals[0], controllers[0]):
                raise WorldError(f"only scenarios with the same signals and programmes run as one batch: copy {b}")
        self.ids = signals[0]
        copies = range(len(scenarios))
        self._programmes = [
            _Programme([scenarios[b].network.controllers[c] for b in copies], self.ids)
            for c in range(len(scenarios[0].network.controllers))
        ]
        self._set: I4 = np.full((len(scenarios), len(self.ids)), -1, dtype=np.int32)
        """What the story has set for good; -1: nothing."""
        self.shown: I4 = np.zeros_like(self._set)
        self.show(0.0)

    def show(self, time: float) -> None:
        """Let the programmes go on to a time [s]."""
        for programme in self._programmes:
            programme.show(time, self.shown)
        self.shown = np.where(self._set >= 0, self._set, self.shown)

    def column(self, signal: str) -> int:
        """Column of a signal."""
        return self.ids.index(signal)

    def set_aspect(self, copies: Mask, signal: str, aspect: npt.NDArray[np.int64]) -> None:
        """Let one signal show an aspect (B,) from now on, in the copies of a (B,) mask."""
        self._set[copies, self.column(signal)] = aspect[copies]
        self.shown[copies, self.column(signal)] = aspect[copies]

    def jump(self, copies: Mask, controller: str, phase: npt.NDArray[np.int64], time: float) -> None:
        """Let a programme begin a phase, (B,), now."""
        programme = next(p for p in self._programmes if p.name == controller)
        programme.jump(copies, phase, time)
        for column in programme.columns:
            self._set[copies, column] = -1
        self.show(time)


class _Programme:
    """One controller in B copies."""

    def __init__(self, copies: Sequence[SignalController], ids: Sequence[str]) -> None:
        first = copies[0]
        self.name = first.name
        self.columns = [ids.index(s) for s in first.signals]
        self.ends: F8 = np.array([np.cumsum([p.duration for p in c.phases]) for c in copies])
        """(B, P) when each phase ends, counted from the programme's beginning [s]."""
        self.aspects: I4 = np.array(
            [[[ASPECTS.index(a) for a in p.aspects] for p in c.phases] for c in copies], dtype=np.int32
        )
        """(B, P, signals)"""
        self.since: F8 = -np.array([c.delay for c in copies])
        """(B,) when it last began [s]."""

    def show(self, time: float, shown: I4) -> None:
        into = np.remainder(time - self.since + 1e-9, self.ends[:, -1])
        phase = (into[:, None] >= self.ends).sum(axis=1)
        shown[:, self.columns] = self.aspects[np.arange(len(phase)), phase]

    def jump(self, copies: Mask, phase: npt.NDArray[np.int64], time: float) -> None:
        begin = np.where(phase > 0, self.ends[np.arange(len(phase)), np.maximum(phase - 1, 0)], 0.0)
        self.since[copies] = (time - begin)[copies]
