# Forecasts for the tests of this room: runs of the simulator, and futures made by hand from what then happened.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.kinds import Order, Request, Run
from mkdocs_worldmodel.pipeline import carry_out, driven, imagined, understand
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import STATES
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.spec.block import Place

BEHIND = """\
figure: forecast
scenario:
  road: {lanes: 2, length: 600 m}
  ego: {lane: 1, speed: 20 m/s, desired_speed: 20 m/s}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 60 m, speed: 20 m/s, driver: constant}
    car: {lane: 2, ahead: 10 m, speed: 20 m/s, driver: constant}
  stop: {time: 6 s}
driver: constant
at: 1 s
horizon: 4 s
futures: 8
film: none
"""
"""Everyone keeps 20 m/s."""


def order(text: str = BEHIND, folder: Path = Path()) -> Order[Any]:
    return understand(text, Place(folder, (folder,)))


def answer(asked: Request) -> Rollout | RolloutBatch:
    """As the pipeline answers, without a store."""
    return driven(asked) if isinstance(asked, Run) else imagined(asked)


def foretold(asked: Order[Any]) -> tuple[Rollout, RolloutBatch]:
    """What happened and the futures, as the simulator has them."""
    got: tuple[Rollout, RolloutBatch] = carry_out(asked.kind.plan(asked), answer)
    return got


def as_it_came(run: Rollout, row: int, steps: int, count: int) -> RolloutBatch:
    """Futures that are all what then happened."""
    states = {name: getattr(run, name)[row : row + steps + 1] for name in STATES}
    one = RolloutBatch.of(replace(run, time=run.dt * np.arange(steps + 1), firings=(), ended="stop", **states))
    return one.some(np.zeros(count, dtype=np.int64))


def moved(futures: RolloutBatch, user: int, ahead: Sequence[float]) -> RolloutBatch:
    """The same, a road user gaining so many metres along x in each of them, evenly from none at the start."""
    share = np.arange(len(futures.time)) / (len(futures.time) - 1)
    x = futures.x.copy()
    x[:, :, user] += np.array(ahead)[:, None] * share
    return replace(futures, x=x)


def fan_of(asked: Order[Any], run: Rollout, futures: RolloutBatch) -> Fan:
    row = round(asked.options.at / run.dt)
    return Fan(asked.scenario, run, row, futures, commanded=asked.options.commanded, fps=10)
