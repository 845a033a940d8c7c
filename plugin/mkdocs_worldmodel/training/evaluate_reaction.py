# Whether others answer to what the ego does: scenes with a follower behind the ego are driven twice by the simulator,
# once with the ego braking to a stop, with the same hidden drivers; the world is given the ego's actions of both.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.forecast_rates import NEVER, Bodies, first_contacts
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.training.baselines import EVERY, at_10hz
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.training.evaluate_forecasts import ROW, known
from mkdocs_worldmodel.training.scenes import scenes
from mkdocs_worldmodel.world.face import World

F8 = npt.NDArray[np.float64]

SECONDS, ANSWER, LATER = 8.0, 3.0, 6.0
"""How long is driven; when changes of speed, and when distances are compared [s]."""
TRIES = 8
"""Futures for each command."""
_NEAR = 40.0
"""A follower is no further behind than this [m]."""
_SLOWEST = 3.0
"""Ego and follower both drive at least this fast at the start [m/s]."""
_STEPS = round(SECONDS / DT)


@dataclass(frozen=True, slots=True)
class Pair:
    """One scene twice: as it went, and with the ego braking."""

    scenario: Scenario
    keeps: Rollout
    brakes: Rollout
    follower: int


def pairs(kind: str, seed: int, count: int) -> list[Pair]:
    """Those of some random scenes in which somebody follows the ego."""
    before = ROW * DT
    found = []
    keeping = scenes(kind, seed, count, before + SECONDS)
    braking = scenes(kind, seed, count, before + SECONDS, ego_stops=before)
    for free, stopped in zip(keeping, braking, strict=True):
        for b, scenario in enumerate(free.scenarios):
            if min(free.run.rows[b], stopped.run.rows[b]) <= ROW + _STEPS:
                continue  # the ego left the network
            keeps, brakes = free.run.one(b), stopped.run.one(b)
            follower = behind(scenario, keeps, ROW)
            if follower is not None:
                found.append(Pair(scenario, keeps, brakes, follower))
    return found


def behind(scenario: Scenario, run: Rollout, row: int) -> int | None:
    """Who follows the ego in its lane, near and moving; None where nobody does."""
    ahead = run.direction[row, 0] * (run.s[row, 0] - run.s[row])
    gap = ahead - run.rear_overhang[0] - (run.length - run.rear_overhang)
    drives = np.array([u.kind not in WALKERS | THINGS and u.driver != "still" for u in scenario.users])
    there = (run.present[row] > 0) & drives & (run.road[row] == run.road[row, 0])
    there &= (run.lane[row] == run.lane[row, 0]) & (run.direction[row] == run.direction[row, 0])
    there &= (ahead > 0.0) & (gap > 0.0) & (gap < _NEAR) & (run.speed[row] > _SLOWEST)
    if run.speed[row, 0] < _SLOWEST or not there.any():
        return None
    return int(np.argmin(np.where(there, ahead, np.inf)))


def actions(run: Rollout, row: int) -> list[EgoAction]:
    """What the ego did from a row on, step by step."""
    speed, turn = run.speed[row:-1, 0], run.yaw_rate[row:-1, 0]
    curvature = np.where(speed > 0.1, turn / np.maximum(speed, 0.1), 0.0)
    return [EgoAction(a, c) for a, c in zip(run.acceleration[row:-1, 0].tolist(), curvature.tolist(), strict=True)]


def with_accelerations(own: Sequence[EgoAction], speed: float, others: Sequence[EgoAction]) -> list[EgoAction]:
    """The own path with somebody else's accelerations, from a speed on [m/s]."""
    at, curvature = _distances(speed, own), [each.curvature for each in own]
    there = _distances(speed, others)
    return [
        EgoAction(other.acceleration, float(np.interp(where, at, curvature)))
        for other, where in zip(others, there.tolist(), strict=True)
    ]


def _distances(speed: float, done: Sequence[EgoAction]) -> F8:
    """How far one has come before each of some actions [m]."""
    change = np.cumsum([0.0, *(DT * each.acceleration for each in done)])
    speeds = np.maximum(speed + change, 0.0)
    return np.concatenate([[0.0], np.cumsum(DT * 0.5 * (speeds[1:-1] + speeds[:-2]))])


def react(world: World, found: Sequence[Pair], seed: int, *, tries: int = TRIES) -> Arrays:
    """Let the world answer to the ego's actions in every pair.

    Returns:
        arrays (P, …), of K futures where it says so: `change/data` (P, 1) and `change/world` (P, K): of the follower's
        speed after 3 s, braking against not braking; `contact/data`, `contact/world` whether anybody touches the
        braking ego, `replayed/data`, `replayed/world` likewise if all others did what they do where it does not brake;
        `distance/TRUTH/COMMAND` (P, K) of the follower after 6 s from where it then was, where the ego braked or not
        (TRUTH `brakes`, `keeps`), told of that or of another scene's accelerations (COMMAND `own`, `another's`);
        `path` (P, 1) how far the ego is from where the same actions led it in the simulator, at the end.
    """
    out: dict[str, list[F8]] = {}
    for p, pair in enumerate(found):
        own = {name: actions(run, ROW) for name, run in (("keeps", pair.keeps), ("brakes", pair.brakes))}
        another = actions(found[(p + 1) % len(found)].keeps, ROW)
        own["another's"] = with_accelerations(own["keeps"], float(pair.keeps.speed[ROW, 0]), another)
        told = {name: _answers(world, pair, done, seed + p, tries) for name, done in own.items()}
        if len(found) == 1:
            told.pop("another's")
        for name, value in _measured(pair, told).items():
            out.setdefault(name, []).append(value)
    return {name: np.stack(values) for name, values in out.items()}


def _answers(world: World, pair: Pair, done: Sequence[EgoAction], seed: int, tries: int) -> RolloutBatch:
    past = known(RolloutBatch.of(pair.keeps), 0, ROW)
    return world.futures(pair.scenario, past, ROW, seconds=SECONDS, count=tries, seed=seed, ego=done)


def _measured(pair: Pair, told: dict[str, RolloutBatch]) -> dict[str, F8]:
    n = pair.follower
    truths = {name: _from(run) for name, run in (("keeps", pair.keeps), ("brakes", pair.brakes))}
    states = {name: at_10hz(batch, _STEPS // EVERY) for name, batch in told.items()}
    true = {name: at_10hz(batch, _STEPS // EVERY) for name, batch in truths.items()}
    soon, later = (round(time / (DT * EVERY)) - 1 for time in (ANSWER, LATER))
    out = {
        "change/data": (true["brakes"] - true["keeps"])[:, n, soon, 3],
        "change/world": (states["brakes"] - states["keeps"])[:, n, soon, 3],
        "contact/data": _touched(truths["brakes"], truths["brakes"]),
        "contact/world": _touched(told["brakes"], told["brakes"]),
        "replayed/data": _touched(truths["brakes"], truths["keeps"]),
        "replayed/world": _touched(told["brakes"], told["keeps"]),
        "path": np.hypot(*(states["brakes"] - true["brakes"])[:1, 0, -1, :2].T),
    }
    for truth, place in true.items():
        for command in ("own", "another's"):
            name = truth if command == "own" else command
            if name in states:
                off = states[name][:, n, later, :2] - place[:, n, later, :2]
                out[f"distance/{truth}/{command}"] = np.hypot(off[:, 0], off[:, 1])
    return out


def _from(run: Rollout) -> RolloutBatch:
    return RolloutBatch.of(run).some(np.array([0]), slice(ROW, ROW + _STEPS + 1))


def _touched(ego: RolloutBatch, others: RolloutBatch) -> F8:
    """Whether the ego of some runs touches anybody who does what it does in others, (K,)."""
    own, rest = Bodies.of(ego, EVERY), Bodies.of(others, EVERY)
    steps = min(own.x.shape[-1], rest.x.shape[-1])

    def mixed(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(own, name)[:, :1, :steps], getattr(rest, name)[:, 1:, :steps]], axis=1)

    both = replace(rest, **{name: mixed(name) for name in ("x", "y", "heading", "there")})
    touched = first_contacts(both, [0])[:, 0].min(axis=-1) < NEVER
    return np.asarray(touched, dtype=np.float64)
