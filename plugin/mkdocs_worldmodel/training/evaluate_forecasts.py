# Forecasts of a world and of its baselines beside what then happened: how far off they are, and how often what they
# foretell goes wrong.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.drivable import DrivableArea
from mkdocs_worldmodel.analysis.forecast import (
    average,
    best,
    counted,
    distances,
    final,
    joint_best,
    joint_medoid,
    medoid,
    missed,
    missed_by_speed,
    pick,
)
from mkdocs_worldmodel.analysis.forecast_rates import Bodies, first_contacts, leaves_road, passes_red, touched
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS, Kind
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.baselines import BASELINES, EVERY, at_10hz, forecast_many
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.world.face import World
from mkdocs_worldmodel.world.simulator import Simulator

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HORIZONS = (1.0, 3.0, 6.0, 8.0)
"""[s]"""
ROW = 40
"""The present: 2 s are known."""
TRIES, FEW = 32, 6
"""Futures that are asked for; best-of-few looks at the first of them."""
WORLD, RANDOM = "world", "random lane followers"
"""Names, in results, of what is judged and of the baseline that has as many tries."""
SINGLE = tuple(name for name in BASELINES if name != RANDOM)
"""Baselines that know but one future."""
RATES = ("contact", "off road", "red light")
CLASSES = ("motor", "bicycle", "foot")
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """What happened after the present; (S, N, T) arrays of 10 Hz steps from the first one on."""

    x: F8
    y: F8
    heading: F8
    there: Mask
    """Who is judged: road users but things and the parked, as long as they are there."""
    speed: F8
    """(S, N) in the present [m/s]"""

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], runs: RolloutBatch, row: int, steps: int) -> Truth:
        """That of S runs of at least `row` + 1 rows; steps after a run's end do not count."""
        at = row + EVERY * np.arange(1, steps + 1)
        last = np.minimum(at, len(runs.time) - 1)
        alive = (runs.present > 0) & runs.valid()[..., None]
        there = np.swapaxes(alive[:, last] & (at < len(runs.time))[:, None], 1, 2)
        x, y, heading = (np.swapaxes(each[:, last], 1, 2) for each in (runs.x, runs.y, runs.heading))
        who = takes_part(scenarios) & alive[:, row]
        return cls(x, y, heading, there & who[..., None], runs.speed[:, row])


def takes_part(scenarios: Sequence[Scenario]) -> Mask:
    """Who is judged at all, (S, N): neither things nor the parked."""
    return np.array(
        [
            [user.kind in WALKERS or (user.kind not in THINGS and user.driver != "still") for user in each.users]
            for each in scenarios
        ]
    )


def begun(scenarios: Sequence[Scenario], runs: RolloutBatch, row: int) -> tuple[list[Scenario], RolloutBatch]:
    """Those runs that have not ended by a row."""
    on = np.flatnonzero(runs.rows > row + 1)
    return [scenarios[b] for b in on.tolist()], runs.some(on)


def known(runs: RolloutBatch, s: int, row: int) -> Rollout:
    """What a world is shown of a run: nothing after the present."""
    return runs.some(np.array([s]), slice(0, row + 1)).one(0)


def judge(
    world: World, scenarios: Sequence[Scenario], runs: RolloutBatch, row: int, *, seed: int, seconds: float = 8.0,
    tries: int = TRIES,
) -> Arrays:  # fmt: skip
    """Let the world and all baselines foretell S runs from a row on.

    Returns:
        arrays (S, …): `METHOD/MEASURE/TRIES` as in `scores`, `rate/EVENT/WHO` (S, N) as in `rates`, and `class`
        (S, N): place in CLASSES of everyone who is judged.
    """
    scenarios, runs = begun(scenarios, runs, row)
    if not scenarios:
        return {}
    steps = round(seconds / _STEP)
    truth = Truth.of(scenarios, runs, row, steps)
    out: Arrays = {"class": np.where(truth.there[..., 0], _classes(runs.kinds), np.nan)}
    for name in SINGLE:
        futures = forecast_many(name, scenarios, runs, row, seconds, 1, seed)
        out |= _named(name, scores(truth, futures[..., :2]))
    happened = [runs.some(np.array([s]), slice(row, row + steps * EVERY + 1)) for s in range(len(scenarios))]
    out |= _rated("data", scenarios, happened, truth)
    for name, asked in {WORLD: world, RANDOM: Simulator()}.items():
        told = [
            asked.futures(scenario, known(runs, s, row), row, seconds=seconds, count=tries, seed=seed + s)
            for s, scenario in enumerate(scenarios)
        ]
        futures = np.stack([at_10hz(batch, steps) for batch in told])
        out |= _named(name, scores(truth, futures[..., :2]))
        out |= _rated(name, scenarios, told, truth)
    return out


def _named(method: str, values: Mapping[str, F8]) -> Arrays:
    return {f"{method}/{name}": value for name, value in values.items()}


def _rated(who: str, scenarios: Sequence[Scenario], told: Sequence[RolloutBatch], truth: Truth) -> Arrays:
    found = [rates(scenario, batch) for scenario, batch in zip(scenarios, told, strict=True)]
    starts = truth.there[..., 0]
    return {f"rate/{name}/{who}": np.where(starts, np.stack([each[name] for each in found]), np.nan) for name in RATES}


def _classes(kinds: Sequence[Kind]) -> F8:
    named = ["foot" if kind in WALKERS else "bicycle" if kind == "bicycle" else "motor" for kind in kinds]
    return np.array([float(CLASSES.index(name)) for name in named])


# -- distances -------------------------------------------------------------------------------------------------


def scores(truth: Truth, futures: F8) -> dict[str, F8]:
    """All measures of forecasts, as far as the truth goes.

    Args:
        truth: of S scenes
        futures: (S, K, N, T, 2) x, y [m]

    Returns:
        `MEASURE/TRIES`, (S, N, H) each, the joint ones (S, H), for all HORIZONS: H of them. Tries are `1` (the medoid
        of all where there are several), `6` and `32`, each the best of the first so many, and `mean` over all.
    """
    where = np.stack([truth.x, truth.y], axis=-1)
    off = distances(where, futures)
    alone, off_alone, off_together = futures, off, off
    if futures.shape[1] > 1:
        starts = np.broadcast_to(truth.there[..., :1], truth.there.shape)
        alone = pick(futures, medoid(futures, starts))
        off_alone = distances(where, alone)
        off_together = distances(where, pick(futures, joint_medoid(futures, starts)))
    out: dict[str, F8] = {}
    for h, horizon in enumerate(HORIZONS):
        steps = round(horizon / _STEP)
        if steps <= off.shape[-1]:
            measured = _alone(truth, alone, off_alone, off_together, steps) | _of_many(truth, futures, off, steps)
            for name, value in measured.items():
                out.setdefault(name, np.full((*value.shape, len(HORIZONS)), np.nan))[..., h] = value
    return out


def _alone(truth: Truth, futures: F8, off: F8, off_together: F8, steps: int) -> dict[str, F8]:
    """Measures of the one future that stands for all, (S, 1, N, …)."""
    ade, fde = average(off, truth.there, steps), final(off, truth.there, steps)
    return {
        "ADE/1": best(ade, 1),
        "FDE/1": best(fde, 1),
        "joint ADE/1": joint_best(average(off_together, truth.there, steps), 1),
        "joint FDE/1": joint_best(final(off_together, truth.there, steps), 1),
        "missed/1": missed(fde, 1),
        "missed by speed/1": _missed_by_speed(truth, futures, steps, 1),
    }


def _of_many(truth: Truth, futures: F8, off: F8, steps: int) -> dict[str, F8]:
    """Measures of several futures (S, K, N, …) at one horizon; nothing of one alone."""
    tries = futures.shape[1]
    if tries == 1:
        return {}
    ade, fde = average(off, truth.there, steps), final(off, truth.there, steps)
    out = {"ADE/mean": ade.mean(axis=1), "FDE/mean": fde.mean(axis=1)}
    for few in sorted({min(FEW, tries), tries}):
        out |= {
            f"ADE/{few}": best(ade, few),
            f"FDE/{few}": best(fde, few),
            f"joint ADE/{few}": joint_best(ade, few),
            f"joint FDE/{few}": joint_best(fde, few),
            f"missed/{few}": missed(fde, few),
            f"missed by speed/{few}": _missed_by_speed(truth, futures, steps, few),
        }
    return out


def _missed_by_speed(truth: Truth, futures: F8, steps: int, tries: int) -> F8:
    last = steps - 1
    judged = counted(truth.there, steps)[..., None]
    there = np.where(judged, np.stack([truth.x[..., last], truth.y[..., last]], axis=-1), np.nan)
    return missed_by_speed(there, truth.heading[..., last], truth.speed, futures[..., last, :], steps * _STEP, tries)


# -- what goes wrong ---------------------------------------------------------------------------------------------


def rates(scenario: Scenario, told: RolloutBatch) -> dict[str, F8]:
    """In which share of some runs of one scenario something happens to everyone, (N,) each.

    `contact` is any new one with anybody; `off road` counts motor vehicles alone, `red light` vehicles where there are
    lights: nan for others.
    """
    bodies = Bodies.of(told, EVERY)
    drives = np.array([kind not in WALKERS | THINGS for kind in told.kinds])
    motor = drives & np.array([kind != "bicycle" for kind in told.kinds])
    off = leaves_road(DrivableArea(scenario.network), bodies.x, bodies.y, bodies.there).mean(axis=0)
    lights = any(signal.type == "traffic light" for _, signal in scenario.network.signals())
    red = passes_red(scenario.network, bodies, told.signals[:, ::EVERY]).mean(axis=0)
    return {
        "contact": touched(first_contacts(bodies)).mean(axis=0),
        "off road": np.where(motor, off, np.nan),
        "red light": np.where(drives & lights, red, np.nan),
    }
