# Random driven scenes of every road kind, many at once: what a traffic model is trained and tested on.

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road_user import WALKERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.training.people import EgoCommands, Habits, People, Walks
from mkdocs_worldmodel.training.scenes_cast import WAYS_MEET, Part, parts
from mkdocs_worldmodel.training.scenes_importance import importance
from mkdocs_worldmodel.training.scenes_placing import Placed, Scene
from mkdocs_worldmodel.training.scenes_roads import ROADS, DrawRoad, Ground, grounds

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

__all__ = ["ROAD_KINDS", "Scenes", "importance", "scenes", "state_at_10hz"]

ROAD_KINDS = ("motorway", "curves", "stop_and_go", "merge", "urban", "crossing", "signals", "roundabout")
"""`urban` are town roads with crossings, parked cars and cyclists; `crossing` junctions where one gives way, stops or
minds the right; `signals` junctions with lights."""

_COPIES = 192
"""Scenes of one batch."""
_NETWORKS = {True: 6, False: 24}
"""Networks of one batch: fewer with a junction, whose conflicts are found once for each."""
_CORNER = 10.0
"""People cross no nearer to the end of a road, where others come from around the corner, than this [m]."""
_WALK = 20.0
"""So far one walks to cross at a crossing; else one crosses soon, wherever one is [m]."""
_COMMANDED, _RECKLESS = 0.3, 0.1
"""Share of scenes in which the ego is commanded, and of these without regard to others."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """S scenes of one road kind with up to 16 road users each."""

    kind: str
    scenarios: tuple[Scenario, ...]
    run: RolloutBatch
    """Rows every 0.05 s, as the simulator gives them. Road users that are not in a scene are never present there."""


def scenes(
    kind: str, seed: int, count: int, seconds: float, *, road: DrawRoad | None = None, ego_stops: float = math.inf,
    prepare: Callable[[Simulation], None] | None = None,
) -> Iterator[Scenes]:  # fmt: skip
    """Drive random scenes, batch after batch.

    Args:
        kind: one of ROAD_KINDS.
        seed: the same seed gives the same scenes, byte by byte.
        count: how many scenes in all.
        seconds: how long each of them lasts, at most [s].
        road: draws other roads than those of the kind; the traffic on them is the kind's.
        ego_stops: from when on every ego brakes to a stop [s]; up to then nothing changes by it.
        prepare: is given each simulation before it runs.
    """
    for batch, first in enumerate(range(0, count, _COPIES)):
        copies = min(_COPIES, count - first)
        yield _batch(kind, (seed, batch), copies, seconds, road or ROADS[kind], ego_stops, prepare)


def _batch(
    kind: str, seed: tuple[int, int], count: int, seconds: float, road: DrawRoad, ego_stops: float,
    prepare: Callable[[Simulation], None] | None,
) -> Scenes:  # fmt: skip
    origin = np.random.SeedSequence([ROAD_KINDS.index(kind), *seed])
    words = origin.generate_state(8).tolist()
    rng = np.random.default_rng(origin.spawn(1)[0])
    networks = grounds(road, words, min(count, _NETWORKS[kind in WAYS_MEET]), seconds)
    uses = {each.use for each in networks[0].stretches}
    columns = parts(kind, rng, parking="park" in uses, pavement="walk" in uses,
                    walks=bool(networks[0].layout.crosswalks))  # fmt: skip
    builders = [Scene(ground) for ground in networks]
    most = len(columns)
    placed: list[Placed] = []
    scenarios: list[Scenario] = []
    for b in range(count):
        builder = builders[b % len(builders)]
        here = builder.populate(columns, int(rng.integers(max(2, most // 3), most + 1)), kind, rng)
        placed.append(here)
        scenarios.append(Scenario(builder.ground.layout.network, here.users, (), Environment(), seconds))
    commanded = rng.random(count) < _COMMANDED
    ego = EgoCommands(commanded, commanded & (rng.random(count) < _RECKLESS), ego_stops)
    seeds = [int(each) for each in rng.integers(0, 2**31, count)]
    walks = _walks(columns, [networks[b % len(networks)] for b in range(count)], placed, rng)
    simulation = People(scenarios, seeds, _habits(kind, columns, placed, rng), walks, ego)
    if prepare is not None:
        prepare(simulation)
    return Scenes(kind, tuple(scenarios), simulation.run())


def _habits(kind: str, columns: Sequence[Part], placed: Sequence[Placed], rng: np.random.Generator) -> Habits:
    shape = (len(placed), len(columns))
    leads = np.array([each.leads for each in placed])
    drives = np.array([part.role in {"drives", "cycles"} for part in columns])
    slow = np.array([0.5 if part.kind in {"bicycle", "motorcycle"} else 1.0 for part in columns])
    waves = rng.random(shape) < np.where(leads, 0.75 if kind == "stop_and_go" else 0.06, 0.02)
    return Habits(
        noise=np.where(drives, rng.uniform(0.1, 0.4, shape) * slow, 0.0),
        wander=np.where(drives, rng.uniform(0.08, 0.24, shape), 0.0),
        brakes=np.where(rng.random(shape) < 0.3, 0.012, 0.0),
        lapses=np.where(rng.random(shape) < 0.5, 0.03, 0.003),
        whims=np.where(rng.random(shape) < 0.4, 0.04, 0.008),
        wave=np.where(waves & drives, rng.uniform(0.15, 0.5, shape), 0.0),
        period=rng.uniform(8.0, 30.0, shape),
        phase=rng.uniform(0.0, 2.0 * np.pi, shape),
        square=rng.random(shape) < 0.4,
    )


def _walks(
    columns: Sequence[Part], networks: Sequence[Ground], placed: Sequence[Placed], rng: np.random.Generator
) -> Walks:  # fmt: skip
    users = np.array([n for n, part in enumerate(columns) if part.kind in WALKERS], dtype=np.int64)
    shape = (len(placed), len(users))
    crosses, zebra = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    at, to, light = np.zeros(shape), np.zeros(shape), np.full(shape, -1)
    caution = rng.uniform(0.5, 3.0, shape)
    careless = rng.random(shape) < 0.06
    for b, (ground, here) in enumerate(zip(networks, placed, strict=True)):
        layout = ground.layout
        columns_of = [signal.id for _, signal in layout.network.signals()]
        for i, n in enumerate(users.tolist()):
            user = here.users[n]
            road = layout.network.road(user.road)
            places = [(name, s) for name, (where, s) in layout.crosswalks.items() if where == user.road]
            ahead = [(name, s) for name, s in places if 0.0 < (s - user.s) * np.cos(user.heading) < _WALK]
            draw = float(rng.random())
            if not user.present or draw > 0.75:
                continue
            sides = [each.t for each in ground.stretches if each.use == "walk" and each.road.id == road.id]
            other = [t for t in sides if float(t[0]) * user.t < 0.0]
            if not other:
                continue
            crosses[b, i], to[b, i] = True, float(other[0][len(other[0]) // 2])
            if ahead:
                name, s = min(ahead, key=lambda each: abs(each[1] - user.s))
                at[b, i] = s + float(rng.uniform(-0.8, 0.8))
                lights = layout.lights.get(name, ())
                light[b, i] = columns_of.index(lights[0]) if lights else -1
                zebra[b, i] = any(x.type == "crosswalk" and abs(x.s - s) < 1e-6 for x in road.objects)
            else:
                at[b, i] = user.s + np.cos(user.heading) * float(rng.uniform(0.3, 4.0))
                # beside a crossing nobody crosses where others turn off
                crosses[b, i] = len(layout.arms) == 1 or _CORNER < at[b, i] < road.length - _CORNER
    caution = np.where(careless, -1.0, caution)
    return Walks(users, crosses, at, to, light, zebra, caution)


# -- what a model reads ------------------------------------------------------------------------------------------------


def state_at_10hz(run: RolloutBatch) -> tuple[F4, F4, F4, F4, Mask, npt.NDArray[np.int8]]:
    """States at 0.0, 0.1, 0.2 … s.

    Returns:
        x, y [m], heading [rad], speed [m/s], (S, N, T10) each; who is there, (S, N, T10) bool; what the signals show,
        (S, T10, Sig) places in `ASPECTS`.
    """
    every = slice(None, None, 2)
    valid = run.valid()[:, every, None]
    there = np.swapaxes((run.present[:, every] > 0) & valid, 1, 2)
    x, y, heading, speed = (
        np.ascontiguousarray(np.swapaxes(each[:, every], 1, 2), dtype=np.float32)
        for each in (run.x, run.y, run.heading, run.speed)
    )
    return x, y, heading, speed, np.ascontiguousarray(there), run.signals[:, every].astype(np.int8)
