# Forecasts that a learned model has to beat: of motion alone, and of drivers who follow their lanes. All look at the
# rows of a run up to one of them, and at nothing after it.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.resume import resume_batch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.sim.under_way import take_up
from mkdocs_worldmodel.training.fitted_drivers import fit
from mkdocs_worldmodel.world.guesses import Guesses

F8 = npt.NDArray[np.float64]

EVERY = 2
"""A forecast has every second row of a run: 10 Hz."""
_LATELY = 4
"""Turn rate and acceleration are means over so many steps."""
_COPIES = 768
"""Copies that are simulated together."""
_APART = 7919
"""Between the seeds of two scenes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be foretold."""

    scenarios: Sequence[Scenario]
    """What was run, one for each of S copies."""
    runs: RolloutBatch
    row: int
    """The present: all rows up to it are looked at."""
    seconds: float
    """How far [s]: the T steps are 0.1, 0.2 … `seconds` after the present."""
    count: int
    """How many futures."""
    seeds: Sequence[int]
    """Of all that is drawn, one for each scene."""

    @property
    def steps(self) -> int:
        """T."""
        return max(1, round(self.seconds / (DT * EVERY)))

    def starts(self) -> list[Scenario]:
        """The scenarios that begin in the present."""
        return resume_batch(self.scenarios, self.runs, self.row, seconds=self.seconds)


def forecast_many(
    name: str, scenarios: Sequence[Scenario], runs: RolloutBatch, row: int, seconds: float, count: int, seed: int
) -> F8:
    """Let a baseline foretell S scenes of equal structure.

    Returns:
        (S, K, N, T, 4): x, y of the reference point [m], heading [rad], speed [m/s]; K is `count`, or 1 for baselines
        that know but one future. nan for runs that have ended before the row. See `Question` for the arguments.

    Raises:
        KeyError: where there is no such baseline.
    """
    on = np.flatnonzero(runs.rows > row)
    seeds = [seed + _APART * s for s in on.tolist()]
    asked = Question([scenarios[s] for s in on.tolist()], runs.some(on), row, seconds, count, seeds)
    if not len(on):
        return np.full((len(runs), count, len(runs.names), asked.steps, 4), np.nan)
    futures = BASELINES[name](asked)
    out = np.full((len(runs), *futures.shape[1:]), np.nan)
    out[on] = futures
    return out


def forecast(name: str, scenario: Scenario, past: Rollout, row: int, seconds: float, count: int, seed: int) -> F8:
    """One scene's futures, (K, N, T, 4); see `forecast_many`."""
    futures: F8 = forecast_many(name, [scenario], RolloutBatch.of(past), row, seconds, count, seed)[0]
    return futures


# -- motion alone ------------------------------------------------------------------------------------------


def constant_velocity(q: Question) -> F8:
    """Everyone goes straight on at its speed."""
    still = np.zeros(q.runs.x[:, q.row].shape)
    return _moved(q, still, still)


def constant_turn_and_acceleration(q: Question) -> F8:
    """Everyone goes on to turn and to accelerate as lately; nobody goes backwards, or turns while it stands."""
    if q.row == 0:
        return constant_velocity(q)
    lately = slice(max(q.row - _LATELY, 0), q.row)
    return _moved(q, q.runs.acceleration[:, lately].mean(axis=1), q.runs.yaw_rate[:, lately].mean(axis=1))


def _moved(q: Question, acceleration: F8, yaw_rate: F8) -> F8:
    """(S, 1, N, T, 4) with constant accelerations [m/s²] and turn rates [rad/s], (S, N) each."""
    runs, row = q.runs, q.row
    time = np.arange(1, q.steps * EVERY + 1) * DT
    v0, a = runs.speed[:, row, :, None], acceleration[..., None]
    speed = np.maximum(v0 + a * time, 0.0)
    before = np.concatenate([v0, speed[..., :-1]], axis=-1)
    moving = 0.5 * (speed + before)
    turned = np.where(moving > 0.0, yaw_rate[..., None], 0.0) * DT
    heading = runs.heading[:, row, :, None] + np.cumsum(turned, axis=-1)
    half_way = heading - 0.5 * turned
    x = runs.x[:, row, :, None] + np.cumsum(moving * np.cos(half_way) * DT, axis=-1)
    y = runs.y[:, row, :, None] + np.cumsum(moving * np.sin(half_way) * DT, axis=-1)
    futures = np.stack([x, y, heading, speed], axis=-1)[:, :, EVERY - 1 :: EVERY]
    return futures[:, None]


# -- drivers -----------------------------------------------------------------------------------------------


def lane_follower(q: Question) -> F8:
    """Usual IDM drivers who want to drive between what they do and what is usual there, and turn least."""
    return _simulated(q, [[guesses.likeliest(start)] for guesses, start in _guessing(q.starts())])


def fitted_lane_follower(q: Question) -> F8:
    """As `lane_follower`, with each driver's desired speed, headway and acceleration fitted to its last 2 s."""
    usual = [guesses.likeliest(start) for guesses, start in _guessing(q.starts())]
    wanted, headway, acceleration = fit(usual, q.runs, q.row)
    fitted = []
    for s, start in enumerate(usual):
        users = tuple(
            user
            if user.driver != "idm"
            else replace(
                user,
                desired_speed=min(float(wanted[s, n]), user.body.max_speed),
                idm=replace(user.idm, time_headway=float(headway[s, n]), acceleration=float(acceleration[s, n])),
            )
            for n, user in enumerate(start.users)
        )
        fitted.append([replace(start, users=users)])
    return _simulated(q, fitted)


def random_lane_followers(q: Question) -> F8:
    """Drivers drawn from the priors of the training scenes, who take all ways in turn: `Simulator.futures`."""
    drawn = [
        guesses.futures(start, q.count, seed)
        for seed, (guesses, start) in zip(q.seeds, _guessing(q.starts()), strict=True)
    ]
    return _simulated(q, drawn)


BASELINES: dict[str, Callable[[Question], F8]] = {
    "constant velocity": constant_velocity,
    "constant turn rate and acceleration": constant_turn_and_acceleration,
    "lane follower": lane_follower,
    "fitted lane follower": fitted_lane_follower,
    "random lane followers": random_lane_followers,
}
"""By name; all but the last give one future."""


def _guessing(starts: Sequence[Scenario]) -> Iterator[tuple[Guesses, Scenario]]:
    """Each start with the guesses of its network."""
    known: dict[int, Guesses] = {}
    for start in starts:
        if id(start.network) not in known:
            known[id(start.network)] = Guesses(start.network)
        yield known[id(start.network)], start


def _simulated(q: Question, guesses: Sequence[Sequence[Scenario]]) -> F8:
    """(S, K, N, T, 4) from K scenarios for each scene; scenes on one network run together, as far as they fit."""
    tries, steps, runs, row = len(guesses[0]), q.steps, q.runs, q.row
    out = np.empty((len(guesses), tries, len(runs.names), steps, 4))
    led_here = runs.acceleration[:, row - 1] if row else np.zeros(runs.x[:, 0].shape)
    first: dict[int, int] = {}
    for s, of_scene in enumerate(guesses):
        first.setdefault(id(of_scene[0].network), s)
    order = sorted(range(len(guesses)), key=lambda s: first[id(guesses[s][0].network)])
    size = max(1, _COPIES // tries)
    for begin in range(0, len(order), size):
        part = order[begin : begin + size]
        copies = [scenario for s in part for scenario in guesses[s]]
        simulation = Simulation(copies, [0] * len(copies))
        take_up(simulation, np.repeat(led_here[part], tries, axis=0))
        out[part] = at_10hz(simulation.run(), steps).reshape(len(part), *out.shape[1:])
    return out


def at_10hz(batch: RolloutBatch, steps: int) -> F8:
    """(B, N, T, 4) of a batch; who leaves the network, or is in a copy that ends, goes straight on at its speed."""
    at = np.arange(1, steps + 1) * EVERY
    there = (batch.present == 1) & batch.valid()[..., None]
    last = np.maximum(there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1), 0)
    last = np.where(there.any(axis=1), last, 0)
    row = np.minimum(at[None, :, None], last[:, None])
    x, y, heading, speed = (
        np.take_along_axis(values, row, axis=1) for values in (batch.x, batch.y, batch.heading, batch.speed)
    )
    further = speed * (at[None, :, None] - row) * DT
    states = np.stack([x + further * np.cos(heading), y + further * np.sin(heading), heading, speed], axis=-1)
    return np.swapaxes(states, 1, 2)
