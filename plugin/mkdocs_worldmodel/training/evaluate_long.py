# Long drives of a world beside those of the data: whether traffic still looks like traffic after 24 s.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.drivable import DrivableArea
from mkdocs_worldmodel.analysis.forecast_rates import Bodies, first_contacts, leaves_road
from mkdocs_worldmodel.analysis.forecast_spread import driving
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.road_user import WALKERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.baselines import EVERY
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.training.evaluate_forecasts import ROW, begun, known, takes_part
from mkdocs_worldmodel.training.scenes import Scenes
from mkdocs_worldmodel.world.face import World

F8 = npt.NDArray[np.float64]

SECONDS = 24.0
WINDOWS = ((0.0, 8.0), (8.0, 16.0), (16.0, 24.0))
"""Parts of a drive that are compared [s]."""
SPREADS = ("speed", "acceleration", "gap", "lane_offset")
"""What is compared as a distribution, as in `analysis.forecast_spread.Driving`."""
DATA, WORLD = "data", "world"
_KEPT = 200
"""Values of each distribution that are kept of a scene and window; so every scene counts the same."""


def drive_on(world: World, scenes: Scenes, seed: int) -> Arrays:
    """Let the world go on with every scene once.

    Returns:
        arrays (S, …) for each window w: `SPREAD/WHO/w` (S, 200), nan where there was less; `lane_changes/WHO/w`
        (S, N) per second; `contact/WHO/w` and `off road/WHO/w` (S, N) per second, of who was there in all of it.
    """
    scenarios, runs = begun(scenes.scenarios, scenes.run, ROW)
    random = np.random.default_rng(seed)
    out: dict[str, list[F8]] = {}
    last = ROW + round(SECONDS / float(runs.time[1]))
    for s, scenario in enumerate(scenarios):
        told = world.futures(scenario, known(runs, s, ROW), ROW, seconds=SECONDS, count=1, seed=seed + s)
        for who, run in ((DATA, runs.some(np.array([s]), slice(ROW, last + 1))), (WORLD, told)):
            for name, value in (_spreads(scenario, run, random) | _trouble(scenario, run)).items():
                of, window = name.split("/")
                out.setdefault(f"{of}/{who}/{window}", []).append(value)
    return {name: _stacked(values) for name, values in out.items()}


def _stacked(values: list[F8]) -> F8:
    """(S, …) of rows that are not equally long: nan at their ends."""
    out = np.full((len(values), max(len(value) for value in values)), np.nan)
    for row, value in zip(out, values, strict=True):
        row[: len(value)] = value
    return out


def _spreads(scenario: Scenario, run: RolloutBatch, random: np.random.Generator) -> dict[str, F8]:
    """Distributions in each window, and lane changes per second of everyone."""
    out: dict[str, F8] = {}
    begin = float(run.time[0])
    for w, (first, last) in enumerate(WINDOWS):
        if begin + first + 1.0 > float(run.time[-1]):  # the run has ended: nobody drives any more
            out |= {f"{name}/{w}": np.empty(0) for name in (*SPREADS, "lane_changes")}
            continue
        seen = driving([scenario], run, begin + first, begin + last)
        for name in SPREADS:
            values = getattr(seen, name)
            out[f"{name}/{w}"] = random.choice(values, min(_KEPT, len(values)), replace=False)
        out[f"lane_changes/{w}"] = seen.lane_changes
    return out


def _trouble(scenario: Scenario, run: RolloutBatch) -> dict[str, F8]:
    """New contacts, and drives off the road, per second in each window, (N,); nan for who is not there all the time."""
    bodies = Bodies.of(run, EVERY)
    steps, area = bodies.x.shape[-1], DrivableArea(scenario.network)
    judged = takes_part([scenario])[0]
    motor = judged & np.array([kind not in WALKERS and kind != "bicycle" for kind in run.kinds])
    touch = first_contacts(bodies)[0].min(axis=-1)
    step = EVERY * float(run.time[1] - run.time[0])
    out: dict[str, F8] = {}
    for w, (first, last) in enumerate(WINDOWS):
        low, high = round(first / step), round(last / step)
        part = slice(low, high + 1)
        there = bodies.there[0, :, part]
        whole = (there.all(axis=-1) & judged) if steps > high else np.zeros(len(judged), dtype=bool)
        hit = (touch > low) & (touch <= high)
        off = leaves_road(area, bodies.x[0, :, part], bodies.y[0, :, part], there) if steps > high else hit
        out[f"contact/{w}"] = np.where(whole, hit / (last - first), np.nan)
        out[f"off road/{w}"] = np.where(whole & motor, off / (last - first), np.nan)
    return out
