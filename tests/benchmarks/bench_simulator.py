"""Simulator rows of the budgets: `python tests/benchmarks/bench_simulator.py`.

2,500 concrete cut-ins of 10 s, events and criticality included, as one batch on one core, beside the same as single
runs (100 of them, extrapolated); and one scenario of 20 s alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mkdocs_worldmodel.analysis.contact import first_contacts
from mkdocs_worldmodel.analysis.measures import measure
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Dynamics, Event, LaneChangeAction, TimeCondition
from mkdocs_worldmodel.world.simulator import Simulator

COPIES, SINGLES = 2500, 100
WIDTH = 3.5
ROAD = Road(
    "1",
    900.0,
    chain([(900.0, 0.0, 0.0)]),
    (LaneSection(0.0, tuple(Lane(-i, "driving", (Cubic(0.0, WIDTH),)) for i in (1, 2, 3))),),
)


def user(name: str, lane: int, s: float, speed: float) -> RoadUser:
    return RoadUser(name, "car", BODIES["car"], "1", lane, 1, s, (lane + 0.5) * WIDTH, speed, "idm", speed, "#ffffff")


def cut_in(gap: float, slower: float, users: int, stop: float = 10.0) -> Scenario:
    """A car cuts in `gap` metres ahead at `slower` m/s less than the ego; further traffic drives around them."""
    ego = user("ego", -2, 150.0, 30.0)
    other = user("other", -3, 150.0 + BODIES["car"].length + gap, 30.0 - slower)
    more = [user(f"car_{i}", -1 - i % 2, 30.0 + 60.0 * i + (60.0 if i > 1 else 0.0), 28.0) for i in range(users - 2)]
    change = LaneChangeAction("other", -2, Dynamics("sinusoidal", "time", 3.0))
    events = (Event("cut in", TimeCondition(1.0), (change,)),)
    return Scenario(RoadNetwork((ROAD,)), (ego, other, *more), events, Environment(), stop)


def outcome(batch: RolloutBatch) -> tuple[np.ndarray, np.ndarray]:
    """Smallest TTC and whether there was a contact, (B,)."""
    ttc = np.where(batch.valid(), measure(batch, RoadNetwork((ROAD,))).ttc, np.inf).min(axis=1)
    return ttc, np.array([c is not None for c in first_contacts(batch)])


def sweep(scenarios: list[Scenario]) -> tuple[np.ndarray, np.ndarray]:
    found = [outcome(batch) for batch in Simulator().run_many(scenarios, range(len(scenarios)))]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def measured(work: Callable[[], object], times: int = 3) -> float:
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def row(what: str, budget: float, seconds: float) -> None:
    print(f"{what:<58} budget {budget:6.2f} s   measured {seconds:6.3f} s   ratio {seconds / budget:5.2f}")


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for users, budget in ((2, 1.5), (10, 6.0)):
        grid = [(g, d) for g in np.linspace(2.0, 60.0, 50) for d in np.linspace(0.0, 20.0, COPIES // 50)]
        scenarios = [cut_in(float(g), float(d), users) for g, d in grid]
        ttc, contact = sweep(scenarios)
        together = measured(lambda scenarios=scenarios: sweep(scenarios))  # type: ignore[misc]
        row(f"{COPIES} cut-ins of 10 s, {users} road users, one core", budget, together)
        some = scenarios[:: COPIES // SINGLES]
        alone = measured(lambda some=some: [sweep([s]) for s in some], 1) * COPIES / SINGLES  # type: ignore[misc]
        print(f"  as single runs {alone:.1f} s (from {SINGLES}), {alone / together:.0f} times as long;", end=" ")
        print(f"contacts {contact.mean():.0%}, TTC below 1.5 s {(ttc < 1.5).mean():.0%}")
    long = replace(cut_in(20.0, 10.0, 10), stop_time=20.0)
    row("a 20 s scenario of 10 road users alone", 0.4, measured(lambda: sweep([long])))


if __name__ == "__main__":
    main()
