"""Simulator rows of the budgets: `python tests/benchmarks/bench_simulator.py`.

2,500 concrete cut-ins of 10 s, events and criticality included, as one batch on one core, beside the same as single
runs (100 of them, extrapolated) and beside other simulators, where they are installed (`pip install highway-env
libsumo`); and one scenario of 20 s alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import version

import numpy as np
from cut_in_scene import ROAD, cut_in, grid, touched

from mkdocs_worldmodel.analysis.contact import first_contacts
from mkdocs_worldmodel.analysis.measures import measure
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world.simulator import Simulator

COPIES, SINGLES, DT = 2500, 100, 0.05


@dataclass(frozen=True, slots=True)
class Peer:
    """Another simulator; `module` lies beside this file and has `drive` and NOT_THE_SAME."""

    package: str
    module: str
    ways: tuple[tuple[int, int], ...]
    """It drives every n-th of the scenarios, extrapolated (a prime takes all gaps and speeds in turn), m at once."""


PEERS = (
    Peer("highway-env", "peer_highway_env", ((61, 1),)),
    Peer("libsumo", "peer_sumo", ((23, 1), (1, 100))),
)


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


def beside(peer: Peer, scenarios: list[Scenario], ours: float, contact: np.ndarray) -> None:
    """The rows of a peer; `ours` [s] and `contact` (B,) are of our batch of all scenarios."""
    try:
        module = import_module(peer.module)
    except ImportError as error:
        print(f"  {peer.package}: not measured ({error}); to have it: pip install {peer.package}")
        return
    for every, at_once in peer.ways:
        some = scenarios[::every]
        parts = [some[i : i + at_once] for i in range(0, len(some), at_once)]
        states: list[np.ndarray] = []
        work = partial(run_peer, module.drive, parts, states)
        seconds = measured(work) * len(scenarios) / len(some)
        theirs = np.concatenate([touched(s, scenarios[0]) for s in states])
        how = "one by one" if at_once == 1 else f"{at_once} at once"
        print(f"  {peer.package} {version(peer.package)} {how} {seconds:.1f} s (from {len(some)}),", end=" ")
        print(f"{seconds / ours:.1f} times as long;", end=" ")
        print(f"contacts {theirs.mean():.0%}, ours of these {contact[::every].mean():.0%}")
    print(f"    not the same: {module.NOT_THE_SAME}")


def run_peer(
    drive: Callable[[list[Scenario], float], np.ndarray], parts: list[list[Scenario]], states: list[np.ndarray]
) -> None:
    states[:] = [drive(part, DT) for part in parts]


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for users, budget in ((2, 1.5), (10, 6.0)):
        scenarios = grid(users, COPIES)
        ttc, contact = sweep(scenarios)
        together = measured(lambda scenarios=scenarios: sweep(scenarios))  # type: ignore[misc]
        row(f"{COPIES} cut-ins of 10 s, {users} road users, one core", budget, together)
        some = scenarios[:: COPIES // SINGLES]
        alone = measured(lambda some=some: [sweep([s]) for s in some], 1) * COPIES / SINGLES  # type: ignore[misc]
        print(f"  as single runs {alone:.1f} s (from {SINGLES}), {alone / together:.0f} times as long;", end=" ")
        print(f"contacts {contact.mean():.0%}, TTC below 1.5 s {(ttc < 1.5).mean():.0%}")
        for peer in PEERS:
            beside(peer, scenarios, together, contact)
    long = cut_in(20.0, 10.0, 10, stop=20.0)
    row("a 20 s scenario of 10 road users alone", 0.4, measured(lambda: sweep([long])))


if __name__ == "__main__":
    main()
