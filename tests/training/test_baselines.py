"""What a learned model has to beat."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.resume import resume_batch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.priors import drawn_driver, usual_driver
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.training.baselines import BASELINES, forecast, forecast_many
from mkdocs_worldmodel.training.fitted_drivers import fit
from mkdocs_worldmodel.world.guesses import Guesses
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

MOTION = ["constant velocity", "constant turn rate and acceleration"]
DRIVERS = ["lane follower", "fitted lane follower", "random lane followers"]
ROW = 60
TOWN = """
    road: {kind: town, lanes: 2, oncoming: 2, speed_limit: 50 km/h, junction: {at: 150 m, control: signals}}
    ego: {lane: 1, speed: 40 km/h, at: 60 m}
    actors:
      beside: {lane: 2, ahead: 20 m, speed: 35 km/h}
      oncoming: {on: ahead, lane: 1, before: 60 m, speed: 45 km/h}
      right: {on: right, lane: 1, before: 50 m, speed: 40 km/h}
      bike: {kind: bicycle, on: right, lane: 1, before: 20 m}
      walker: {kind: pedestrian, lane: pavement, ahead: 30 m, facing: left}
    stop: {time: 14 s}
    """
BEND = """
    road: {lanes: 1, length: 350 m, speed_limit: 50 km/h, curve: {radius: 80 m, to: left, transition: 30 m}}
    ego: {lane: 1, speed: 50 km/h}
    stop: {time: 12 s}
    """


@cache
def driven(text: str) -> tuple[Scenario, Rollout]:
    built = scenario(text)
    return built, Simulator().run(built)


def told(name: str, text: str = TOWN, count: int = 4, seed: int = 2, seconds: float = 6.0) -> np.ndarray:
    return forecast(name, *driven(text), ROW, seconds, count, seed)


def made_up(x: float, y: float, heading: float, speed: float, acceleration: float, yaw_rate: float) -> Rollout:
    """A run of one car that was there all the time and moved so."""
    _, run = driven(BEND)
    values: dict[str, Any] = {"x": x, "y": y, "heading": heading, "speed": speed, "acceleration": acceleration}
    return replace(run, **{k: np.full_like(run.x, v) for k, v in (values | {"yaw_rate": yaw_rate}).items()})


# -- motion alone ------------------------------------------------------------------------------------------


def test_constant_velocity_goes_straight_on() -> None:
    run = made_up(3.0, 4.0, 0.5, 10.0, -2.0, 0.3)
    found = forecast(MOTION[0], driven(BEND)[0], run, ROW, 2.0, 6, 0)
    assert found.shape == (1, 1, 20, 4)
    time = 0.1 * np.arange(1, 21)
    assert np.allclose(found[0, 0, :, 0], 3.0 + 10.0 * np.cos(0.5) * time)
    assert np.allclose(found[0, 0, :, 1], 4.0 + 10.0 * np.sin(0.5) * time)
    assert (found[0, 0, :, 2:] == [0.5, 10.0]).all()


def test_constant_turn_rate_drives_a_circle() -> None:
    run = made_up(0.0, 0.0, 0.0, 10.0, 0.0, 0.2)
    found = forecast(MOTION[1], driven(BEND)[0], run, ROW, 8.0, 1, 0)[0, 0]
    time = 0.1 * np.arange(1, 81)
    assert np.allclose(found[:, 2], 0.2 * time)
    assert np.allclose(found[:, 0], 50.0 * np.sin(0.2 * time), atol=1e-3)
    assert np.allclose(found[:, 1], 50.0 * (1.0 - np.cos(0.2 * time)), atol=1e-3)


def test_constant_deceleration_ends_in_a_standstill() -> None:
    run = made_up(0.0, 0.0, 0.0, 10.0, -4.0, 0.1)
    found = forecast(MOTION[1], driven(BEND)[0], run, ROW, 6.0, 1, 0)[0, 0]
    assert found[9, 3] == pytest.approx(6.0)
    assert (found[25:, 3] == 0.0).all()
    arc = 10.0 * 10.0 / (2.0 * 4.0)
    length = np.hypot(*np.diff(np.vstack([[0.0, 0.0], found[:, :2]]), axis=0).T).sum()
    assert length == pytest.approx(arc, rel=1e-3)
    assert np.ptp(found[26:, :3], axis=0).max() == 0.0, "nobody turns on the spot"


# -- what all of them mind ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BASELINES)
def test_nothing_after_the_present_is_looked_at(name: str) -> None:
    built, run = driven(TOWN)
    spoilt: dict[str, Any] = {}
    for f in fields(run):
        value = getattr(run, f.name)
        if isinstance(value, np.ndarray) and len(value) == len(run.time):
            spoilt[f.name] = value.copy()
            spoilt[f.name][ROW + 1 :] = -7
    for later in ("acceleration", "yaw_rate"):  # what is decided in the present is not known yet
        spoilt[later][ROW] = -7.0
    blind = forecast(name, built, replace(run, **spoilt), ROW, 6.0, 4, 2)
    assert blind.tobytes() == told(name).tobytes()


@pytest.mark.parametrize("name", BASELINES)
def test_the_drivers_and_their_ways_are_not_known(name: str) -> None:
    built, run = driven(TOWN)
    rng = np.random.default_rng(1)
    users = tuple(drawn_driver(user, 25.0, rng) if user.driver == "idm" else user for user in built.users)
    turned = tuple(
        replace(user, route=way)
        if user.driver == "idm" and (way := Guesses(built.network).routes(user)[-1])[0].road == user.road
        else user
        for user in users
    )
    assert any(a.route != b.route for a, b in zip(turned, built.users, strict=True))
    assert np.array_equal(run.road[ROW], run.road[0]), "nobody has turned yet"
    secret = forecast(name, replace(built, users=turned), run, ROW, 6.0, 4, 2)
    assert secret.tobytes() == told(name).tobytes()


@pytest.mark.parametrize("name", BASELINES)
def test_many_scenes_are_foretold_as_each_alone(name: str) -> None:
    built, _ = driven(TOWN)
    copies = [replace(built, users=(replace(built.users[0], speed=v), *built.users[1:])) for v in (8.0, 10.0, 12.0)]
    runs = Simulation(copies, [0, 1, 2]).run()
    many = forecast_many(name, copies, runs, ROW, 4.0, 3, 5)
    for s in range(3):
        alone = forecast(name, copies[s], runs.one(s), ROW, 4.0, 3, 5 + 7919 * s)
        assert alone.tobytes() == many[s].tobytes()


def test_of_a_run_that_has_ended_nothing_is_foretold() -> None:
    built, run = driven(BEND)
    batch = RolloutBatch.of(run)
    both = RolloutBatch(**{
        f.name: np.concatenate([value, value])
        if isinstance(value := getattr(batch, f.name), np.ndarray) and f.name != "time"
        else value * 2 if f.name in {"firings", "ended", "seeds"} else value
        for f in fields(batch)
    })  # fmt: skip
    both.rows[1] = ROW
    for name in BASELINES:
        found = forecast_many(name, [built, built], both, ROW, 2.0, 2, 0)
        assert np.isfinite(found[0]).all(), name
        assert np.isnan(found[1]).all(), name
        assert np.isnan(forecast_many(name, [built], both.some(np.array([1])), ROW, 2.0, 2, 0)).all()


@pytest.mark.parametrize("name", [*MOTION, *DRIVERS])
def test_forecasts_begin_in_the_present(name: str) -> None:
    _, run = driven(TOWN)
    found = told(name)
    gone = np.hypot(found[:, :, 0, 0] - run.x[ROW], found[:, :, 0, 1] - run.y[ROW])
    assert np.allclose(gone, 0.1 * run.speed[ROW], atol=0.04)


# -- drivers -----------------------------------------------------------------------------------------------


def test_lane_followers_stay_in_the_bend_that_others_leave() -> None:
    _, run = driven(BEND)
    off = {name: np.hypot(*(told(name, BEND, seconds=5.0)[0, 0, -1, :2] - [run.x[160, 0], run.y[160, 0]]))
           for name in (MOTION[0], DRIVERS[0])}  # fmt: skip
    assert off[DRIVERS[0]] < 3.0
    assert off[MOTION[0]] > 20.0


def test_random_lane_followers_are_the_simulators_futures() -> None:
    built, run = driven(TOWN)
    futures = Simulator().futures(built, run, ROW, seconds=6.0, count=4, seed=2)
    found = told("random lane followers")
    for c, name in enumerate(("x", "y", "heading", "speed")):
        assert np.array_equal(found[..., c], np.swapaxes(getattr(futures, name)[:, 2::2], 1, 2)), name


def test_who_leaves_the_network_goes_straight_on() -> None:
    text = "road: {lanes: 1, length: 150 m}\nego: {lane: 1, at: 60 m, speed: 20 m/s}\nstop: {time: 9 s}"
    built, run = driven(text)
    assert run.ended.startswith("end of road")
    found = forecast("lane follower", built, run, 20, 6.0, 1, 0)[0, 0]
    assert np.allclose(np.diff(found[30:, 0]), 0.1 * found[-1, 3])
    assert found[-1, 0] > 150.0


@pytest.mark.parametrize(("wanted", "headway"), [(1.3, 1.5), (0.75, 1.5), (1.0, 0.8), (1.0, 2.2)])
def test_a_fit_finds_the_driver(wanted: float, headway: float) -> None:
    text = """
        road: {lanes: 1, speed_limit: 80 km/h, length: 900 m}
        ego: {lane: 1, speed: 50 km/h}
        actors: {lead: {lane: 1, ahead: GAP m, speed: 55 km/h, driver: constant}}
        stop: {time: 10 s}
        """.replace("GAP", "25" if headway != 1.5 else "300")
    built, run = driven(text)
    base = usual_driver(built.users[0], Guesses(built.network).wanted(resume_batch(
        [built], RolloutBatch.of(run), ROW, seconds=1.0)[0].users[0]))  # fmt: skip
    ego = replace(base, desired_speed=wanted * base.desired_speed, idm=replace(base.idm, time_headway=headway))
    known = replace(built, users=(ego, built.users[1]))
    truth = Simulator().run(known)
    runs = RolloutBatch.of(truth)
    starts = [Guesses(each.network).likeliest(each) for each in resume_batch([known], runs, ROW, seconds=5.0)]
    speeds, headways, _ = fit(starts, runs, ROW)
    if headway == 1.5:
        assert speeds[0, 0] == pytest.approx(ego.desired_speed, rel=0.15)
    else:
        assert headways[0, 0] == pytest.approx(headway, abs=0.4)
    ends = {name: forecast(name, known, truth, ROW, 6.0, 1, 0)[0, 0, -1, 0] for name in DRIVERS[:2]}
    off = {name: abs(x - truth.x[ROW + 120, 0]) for name, x in ends.items()}
    assert off["fitted lane follower"] < 0.5 * off["lane follower"]


def test_without_a_past_a_fit_is_the_usual_driver() -> None:
    built, run = driven(TOWN)
    first, fitted = (forecast(name, built, run, 0, 3.0, 1, 0) for name in DRIVERS[:2])
    assert first.tobytes() == fitted.tobytes()
