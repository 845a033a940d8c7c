"""The learned world's row of the budgets: `python tests/benchmarks/bench_learned.py [WEIGHTS]`.

32 futures of 8 s of 16 road users, beside the same of the simulator, on a motorway and at a crossing with lights; with
WEIGHTS, a folder, those instead of the ones that come with the package. Run it on an idle machine.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from bench_simulator import measured, row

from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.scenes import scenes
from mkdocs_worldmodel.world.face import World
from mkdocs_worldmodel.world.learned import Learned
from mkdocs_worldmodel.world.simulator import Simulator

FUTURES, SECONDS, USERS, BUDGET = 32, 8.0, 16, 4.0
ROW = 40
"""2 s are known."""
KINDS = ("motorway", "signals")


def fullest(kind: str) -> tuple[Scenario, Rollout]:
    """The first random scene of a kind in which all of 16 road users are there."""
    for seed in range(1000):
        some = next(scenes(kind, seed, 16, ROW * 0.05 + 0.05))
        full = np.flatnonzero((some.run.present[:, ROW].sum(axis=1) == USERS) & (some.run.rows > ROW))
        if len(full):
            return some.scenarios[full[0]], some.run.one(int(full[0]))
    raise RuntimeError(f"no {kind} scene has {USERS} road users")


def imagined(world: World, scenario: Scenario, past: Rollout) -> None:
    told = world.futures(scenario, past, ROW, seconds=SECONDS, count=FUTURES, seed=1)
    if len(told) != FUTURES or len(told.time) != round(SECONDS / 0.05) + 1:
        raise RuntimeError("these are not the futures that were asked for")


def main() -> None:
    weights = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}")
    begun = time.perf_counter()
    learned = Learned(SceneModel.load(weights))
    print(f"{learned.version}; loaded in {time.perf_counter() - begun:.2f} s")
    for kind in KINDS:
        scenario, past = fullest(kind)
        seconds = measured(lambda scenario=scenario, past=past: imagined(learned, scenario, past))  # type: ignore[misc]
        simulated = measured(lambda scenario=scenario, past=past: imagined(Simulator(), scenario, past))  # type: ignore[misc]
        row(f"{FUTURES} futures of {SECONDS:g} s, {USERS} road users, {kind}", BUDGET, seconds)
        print(f"  the simulator's {simulated:.2f} s: the learned world takes {seconds / simulated:.1f} times as long")


if __name__ == "__main__":
    main()
