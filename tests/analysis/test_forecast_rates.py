"""Contacts, red lights, drives off the road and occupancy of made-up traffic, and whether it is like other traffic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mkdocs_worldmodel.analysis.drivable import FAR, DrivableArea
from mkdocs_worldmodel.analysis.forecast_rates import (
    NEVER,
    Bodies,
    contact_chance,
    contact_times,
    first_contacts,
    leaves_road,
    occupancy,
    passes_red,
    touched,
)
from mkdocs_worldmodel.analysis.forecast_spread import driving, likeness, wasserstein
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import violations
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.locate import locate
from mkdocs_worldmodel.scenario.road import DRIVABLE
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

STEP = 0.1


def bodies(*tracks: tuple[float, float, float, float], steps: int = 51) -> Bodies:
    """One run of boxes 4 x 2 m that start at (x, y) and move with (vx, vy); their reference point is 1 m behind."""
    time = np.arange(steps) * STEP
    x, y, heading = (np.zeros((1, len(tracks), steps)) for _ in range(3))
    for n, (x0, y0, vx, vy) in enumerate(tracks):
        heading[0, n] = math.atan2(vy, vx)
        x[0, n] = x0 + vx * time - math.cos(heading[0, n, 0])
        y[0, n] = y0 + vy * time - math.sin(heading[0, n, 0])
    size = np.ones((1, len(tracks)))
    return Bodies(x, y, heading, 4.0 * size, 2.0 * size, size, np.ones(x.shape, dtype=bool))


# -- contacts ----------------------------------------------------------------------------------------------


def test_a_contact_is_when_the_boxes_meet() -> None:
    # 30 m between middles, 26 m between bumpers, closing at 10 m/s
    found = first_contacts(bodies((0.0, 0.0, 10.0, 0.0), (29.99, 0.0, 1e-9, 0.0), (29.99, 3.1, 1e-9, 0.0)))
    assert found[0, 0, 1] == found[0, 1, 0] == 26
    assert (found[0, 2] == NEVER).all(), "a metre aside nobody is touched"
    assert touched(found).tolist() == [[True, True, False]]
    assert contact_times(found, 0, STEP).tolist() == [[math.inf, pytest.approx(2.6), math.inf]]


def test_crossing_ways_touch_only_where_both_are_at_once() -> None:
    meets = first_contacts(bodies((-20.0, 0.0, 10.0, 0.0), (0.0, -20.0, 0.0, 10.0)))
    misses = first_contacts(bodies((-20.0, 0.0, 10.0, 0.0), (0.0, -27.0, 0.0, 10.0)))
    assert meets[0, 0, 1] == pytest.approx(17, abs=1)
    assert misses[0, 0, 1] == NEVER


def test_who_overlaps_from_the_start_has_no_new_contact_and_who_is_gone_none() -> None:
    one = bodies((0.0, 0.0, 10.0, 0.0), (3.0, 0.0, 10.0, 0.0))
    assert (first_contacts(one) == NEVER).all()
    two = bodies((0.0, 0.0, 10.0, 0.0), (30.0, 0.0, 1e-9, 0.0))
    two.there[0, 1, 20:] = False
    assert (first_contacts(two) == NEVER).all()


def test_bodies_of_forecasts_stand_scene_after_scene() -> None:
    states = np.arange(2 * 3 * 4 * 5 * 4, dtype=float).reshape(2, 3, 4, 5, 4)
    length = np.array([[4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]])
    there = np.ones((2, 4, 5), dtype=bool)
    there[1, 2] = False
    found = Bodies.foretold(states, (length, 0.5 * length, 0.25 * length), there)
    assert np.array_equal(found.y[4], states[1, 1, :, :, 1])
    assert found.length[4].tolist() == length[1].tolist()
    assert found.centre[4].tolist() == (0.25 * length[1]).tolist()
    assert found.there[:, 2].all(axis=-1).tolist() == [True] * 3 + [False] * 3


def test_only_pairs_that_are_asked_for_are_looked_at() -> None:
    three = bodies((0.0, 0.0, 10.0, 0.0), (30.0, 0.0, 1e-9, 0.0), (60.0, 0.0, -10.0, 0.0))
    every, of_ego = first_contacts(three), first_contacts(three, users=[0])
    assert np.array_equal(every[:, 0], of_ego[:, 0])
    assert every[0, 1, 2] < NEVER
    assert of_ego[0, 1, 2] == NEVER


def test_the_chance_of_a_contact_grows_with_time() -> None:
    times = np.array([[np.inf, 1.0], [np.inf, 2.5], [np.inf, np.inf], [np.inf, 6.0]])
    assert contact_chance(times, [0.5, 1.0, 3.0, 8.0]).tolist() == [[0.0, 0.0], [0.0, 0.25], [0.0, 0.5], [0.0, 0.75]]


# -- off the road ------------------------------------------------------------------------------------------


def test_distances_to_the_road_are_exact_on_a_straight_one() -> None:
    area = DrivableArea(scenario("road: {lanes: 2, lane_width: 3.5 m, shoulder: 2 m}\nego: {lane: 1}").network)
    y = np.array([[-3.5, -6.99, -7.01, -7.5, -11.0, -80.0, 0.4]])
    assert area.outside(np.full(y.shape, 100.0), y)[0] == pytest.approx([0.0, 0.0, 0.01, 0.5, 4.0, FAR, 0.4])
    assert np.isnan(area.outside(np.array([np.nan]), np.array([0.0]))).all()
    ends = area.outside(np.array([-50.0, 5000.0]), np.array([-3.5, -3.5]))
    assert ends.tolist() == [0.0, FAR], "out of the network the road goes on for a while"


@pytest.mark.parametrize(
    "road",
    [
        "{lanes: 2, oncoming: 1, curve: {radius: 120 m, to: left, transition: 40 m}}",
        "{kind: town, lanes: 2, oncoming: 2, cycle_lane: 1.5 m, junction: {at: 150 m, control: signals}}",
        "{kind: town, oncoming: 1, junction: {at: 150 m, kind: roundabout}}",
        "{kind: motorway, lanes: 2, ramp: {at: 150 m}}",
        "{lanes: 3, lane_ends: {lane: 1, at: 150 m, over: 80 m}}",
    ],
)
def test_inside_is_where_there_is_a_lane_to_drive_in(road: str) -> None:
    network = scenario(f"road: {road}\nego: {{lane: 1, at: 100 m}}").network
    rng = np.random.default_rng(1)
    x, y = rng.uniform(60.0, 240.0, 3000), rng.uniform(-45.0, 45.0, 3000)
    out = DrivableArea(network).outside(x, y)
    found, lane, s, _ = locate(network, x, y)
    types = {(r, sec.s, ln.id): ln.type for r, each in enumerate(network.roads) for sec in each.sections
             for ln in sec.lanes}  # fmt: skip
    for k in range(3000):
        sections = [sec.s for sec in network.roads[found[k]].sections if sec.s <= s[k]] if found[k] >= 0 else []
        drivable = bool(lane[k]) and types[found[k], sections[-1] if sections else 0.0, lane[k]] in DRIVABLE
        assert drivable == (out[k] == 0.0) or out[k] < 1e-6, k
    step = 0.02
    further = DrivableArea(network).outside(x + step, y)
    assert (np.abs(further - out) <= step + 1e-9).all(), "a distance changes no faster than one moves"


def test_who_leaves_the_road_is_seen_and_who_was_off_it_is_not() -> None:
    area = DrivableArea(scenario("road: {lanes: 1, lane_width: 3.5 m}\nego: {lane: 1}").network)
    x = np.tile(np.linspace(100.0, 150.0, 11), (4, 1))
    y = np.stack([np.full(11, -1.75), np.linspace(-1.75, -3.75, 11), np.linspace(-1.75, -3.65, 11), np.full(11, -9.0)])
    there = np.ones(x.shape, dtype=bool)
    assert leaves_road(area, x, y, there).tolist() == [False, True, False, False]
    there[1, 9:] = False
    assert not leaves_road(area, x, y, there).any(), "what is gone is not off the road"


# -- red lights --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["constant", "idm"])
@pytest.mark.parametrize("keep", ["right", "left"])
def test_red_lights_are_seen_as_the_rules_see_them(driver: str, keep: str) -> None:
    built = scenario(
        f"""
        road: {{keep: {keep}, kind: town, lanes: 2, oncoming: 2, junction: {{at: 150 m, control: signals}}}}
        ego: {{lane: 1, at: 60 m, speed: 40 km/h}}
        actors:
          b: {{lane: 2, ahead: 10 m, speed: 50 km/h, driver: {driver}}}
          left: {{on: left, lane: 1, before: 45 m, speed: 50 km/h, driver: {driver}}}
          right: {{on: right, lane: 1, before: 70 m, speed: 50 km/h, driver: {driver}}}
          ahead: {{on: ahead, lane: 1, before: 200 m, speed: 50 km/h, driver: {driver}}}
        stop: {{time: 14 s}}
        """,
        driver=driver,
    )
    run = Simulator().run(built)
    batch = RolloutBatch.of(run)
    found = passes_red(built.network, Bodies.of(batch, 2), batch.signals[:, ::2])[0]
    ruled = {v.user for v in violations(Readings(built, run)) if v.rule == "red light"}
    assert set(np.flatnonzero(found).tolist()) == ruled
    assert bool(ruled) == (driver == "constant")


# -- occupancy ---------------------------------------------------------------------------------------------


def test_occupancy_is_the_share_of_futures_that_cover_a_cell() -> None:
    one, other = bodies((0.0, 0.0, 1.0, 0.0)), bodies((3.0, 0.0, 1.0, 0.0))
    both = Bodies(*(np.concatenate([getattr(b, n) for b in (one, other)]) for n in
                    ("x", "y", "heading", "length", "width", "centre", "there")))  # fmt: skip
    x, y = np.arange(-4.9, 8.0, 0.2), np.arange(-2.9, 3.0, 0.2)
    found = occupancy(both, 0, x, y)
    assert found.shape == (1, len(y), len(x))
    row = found[0, np.argmin(np.abs(y - 0.1))]
    expected = 0.5 * ((np.abs(x) < 2.0).astype(float) + (np.abs(x - 3.0) < 2.0))
    assert row.tolist() == expected.tolist()
    assert found.sum() * 0.2 * 0.2 == pytest.approx(8.0), "a box of 4 x 2 m"


def test_occupancy_of_a_turned_box_has_its_area() -> None:
    turned = bodies((0.0, 0.0, 1.0, 0.6))
    grid = np.arange(-4.0, 4.0, 0.05)
    assert occupancy(turned, 0, grid, grid).sum() * 0.05 * 0.05 == pytest.approx(8.0, rel=0.01)
    gone = replace(turned, there=np.zeros(turned.x.shape, dtype=bool))
    assert not occupancy(gone, 0, grid, grid).any()


# -- likeness ----------------------------------------------------------------------------------------------


def test_the_wasserstein_distance_of_a_shift_is_the_shift() -> None:
    values = np.random.default_rng(2).normal(size=500)
    assert wasserstein(values, values + 1.5) == pytest.approx(1.5)
    assert wasserstein(values, values) == 0.0
    assert wasserstein(np.array([0.0, 1.0]), np.array([0.0])) == pytest.approx(0.5)
    assert wasserstein(np.zeros(3), np.full(7, 2.0)) == pytest.approx(2.0)


def test_likeness_says_both_sides() -> None:
    found = likeness(np.array([1.0, 3.0]), np.array([1.0, 3.0, 1.0, 3.0]))
    assert (found.mean, found.std, found.other_mean, found.other_std) == (2.0, 1.0, 2.0, 1.0)
    assert (found.distance, found.overlap) == (0.0, 1.0)
    assert likeness(np.array([0.0, 1.0]), np.array([5.0, 6.0])).overlap == 0.0
    assert np.isnan(likeness(np.zeros(0), np.ones(3)).distance)
    assert likeness(np.ones(3), np.ones(2)).overlap == 1.0


def test_driving_is_read_from_runs() -> None:
    built = scenario("""
        road: {lanes: 2, lane_width: 3.5 m}
        ego: {lane: 1, speed: 20 m/s}
        actors:
          a: {lane: 1, ahead: 30 m, speed: 20 m/s, driver: constant}
          b: {lane: 2, ahead: 60 m, speed: 20 m/s, driver: constant, offset: 0.5 m}
          parked: {lane: 2, ahead: 300 m, speed: 0, driver: still}
        story: [{when: {time: 2 s}, do: {b: {change_lane: {to: 1, over: 2 s}}}}]
        stop: {time: 6 s}
        """, driver="constant")  # fmt: skip
    other = scenario("ego: {lane: 1, speed: 20 m/s}\nstop: {time: 6 s}", driver="constant")
    found = driving([built], Simulation([built], [0]).run(), last=6.0)
    assert np.allclose(found.speed, 20.0)
    assert len(found.speed) == 3 * 61, "the parked do not drive"
    assert np.allclose(np.sort(found.lane_changes), [0.0, 0.0, 1.0 / 6.1])
    assert np.isclose(found.gap, 30.0).sum() == 61
    assert np.abs(found.lane_offset).max() <= 1.75
    early = driving([built], Simulation([built], [0]).run(), last=1.0)
    assert len(early.speed) == 3 * 11
    assert (early.lane_changes == 0.0).all()
    assert np.isclose(early.lane_offset, 0.5).sum() == 11
    alone = driving([other], Simulation([other], [0]).run())
    assert len(alone.gap) == 0
