# Who goes which way: a small network that scores candidate routes by what a road user sees and did along each of them.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mkdocs_worldmodel.model.features import OWN
from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.training.scenes import scenes
from mkdocs_worldmodel.world.learned_futures import Ahead, Moment

F4 = npt.NDArray[np.float32]

WITH_CHOICE = ("merge", "crossing", "signals", "roundabout")
"""Road kinds on which there is more than one way."""
_ROWS = (40, 140, 240)
"""At which rows of a scene it is asked who goes where: 2 s, 7 s and 12 s."""
_SECONDS = 13.0
MOST = 8
"""Candidates of a road user."""


class RouteScore(nn.Module):
    """Logit of a candidate route, from what its road user sees along it."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(OWN, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, own: Tensor) -> Tensor:
        """(n, OWN) → (n,)"""
        out: Tensor = self.layers(own)[..., 0]
        return out


@dataclass(frozen=True, slots=True)
class Choices:
    """Road users before a choice.

    Attributes:
        own: (Q, MOST, OWN) what each sees along each candidate.
        there: (Q, MOST) which candidates there are.
        taken: (Q,) which it took.
    """

    own: F4
    there: npt.NDArray[np.bool_]
    taken: npt.NDArray[np.int64]


class _Asked(Ahead):
    """Candidates of a moment, without asking a model."""

    own: F4

    def _chances(self, options: Sequence[Any]) -> list[npt.NDArray[np.float64]]:
        self.own = self.seen(options)
        return [np.full(len(ways), 1.0 / len(ways)) for ways in self.moment.ways]


def choices(seed: int, count: int, kinds: Sequence[str] = WITH_CHOICE) -> Choices:
    """Road users before a choice in `count` scenes of each kind."""
    found = [each for kind in kinds for batch in scenes(kind, seed, count, _SECONDS) for each in _asked(batch)]
    own = np.zeros((len(found), MOST, OWN), dtype=np.float32)
    there = np.zeros((len(found), MOST), dtype=bool)
    for q, (seen, _) in enumerate(found):
        own[q, : len(seen)], there[q, : len(seen)] = seen, True
    return Choices(own, there, np.array([taken for _, taken in found], dtype=np.int64))


def _asked(batch: Any) -> Iterator[tuple[F4, int]]:
    for b, scenario in enumerate(batch.scenarios):
        run = batch.run.one(b)
        for row in _ROWS:
            if row >= len(run.time) - 1:
                continue
            moment = Moment.of(scenario, run, row, seconds=1.0, most=64, ego_commanded=False)
            if all(len(ways) == 1 for ways in moment.ways):
                continue
            asked = _Asked(None, moment, 1.0, 0, ego_commanded=False)  # type: ignore[arg-type]
            for m, n in enumerate(moment.columns.tolist()):
                ways, user = moment.ways[n][:MOST], moment.start.users[n]
                if len(ways) > 1 and run.present[row, n]:
                    truth = [k for k, way in enumerate(ways) if _same(way, user.route)]
                    if truth:
                        yield asked.own[: len(ways), m], truth[0]


def _same(way: Sequence[Leg], route: Sequence[Leg]) -> bool:
    roads, other = ([(leg.road, leg.direction) for leg in legs] for legs in (way, route))
    common = min(len(roads), len(other))
    return common > 0 and roads[:common] == other[:common]


def fit(data: Choices, *, seed: int = 1, epochs: int = 12) -> RouteScore:
    """Train a score by cross-entropy over each road user's candidates."""
    torch.manual_seed(seed)
    model = RouteScore()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    random = np.random.default_rng(seed)
    steps = epochs * (len(data.taken) // 256 + 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        order = random.permutation(len(data.taken))
        for i in range(0, len(order), 256):
            loss = _loss(model, data, order[i : i + 256])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def judged(model: RouteScore, data: Choices) -> dict[str, float]:
    """Mean log loss [nat], that of guessing blindly, and how often the likeliest route is the one that was taken."""
    every = np.arange(len(data.taken))
    score = _scores(model, data, every)
    blind = np.log(data.there.sum(axis=1)).mean()
    right = (score.argmax(-1).numpy() == data.taken).mean()
    return {"log_loss": float(_loss(model, data, every)), "blind": float(blind), "right": float(right), "n": len(every)}


def _scores(model: RouteScore, data: Choices, which: npt.NDArray[np.integer]) -> Tensor:
    score = model(torch.from_numpy(data.own[which]).flatten(0, 1)).view(len(which), MOST)
    return torch.where(torch.from_numpy(data.there[which]), score, -1e4)


def _loss(model: RouteScore, data: Choices, which: npt.NDArray[np.integer]) -> Tensor:
    return cross_entropy(_scores(model, data, which), torch.from_numpy(data.taken[which]))
