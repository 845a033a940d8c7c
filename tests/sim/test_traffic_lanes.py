"""Lane changes that drivers make by themselves: needed ones, and those of MOBIL."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from junctions import comer, contacts, drive, network, placed, scene, still_there

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.layout import Layout
from mkdocs_worldmodel.scenario.road_user import BODIES, LaneChangeParameters, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

FREE = LaneChangeParameters(free=True)


def watched(layout: Layout, users: list[RoadUser], stop: float = 90.0) -> Scenario:
    side = -1 if layout.network.roads[0].rule == "RHT" else 1
    cone = RoadUser("ego", "cone", BODIES["cone"], "1", side, 1, 0.5, 30.0, 0.0, "still", 0.0, "#ffffff",
                    follows_lane=False)  # fmt: skip
    return scene(layout.network, [cone, *users], stop)


def motorway(lanes: int = 2, **more: object) -> Layout:
    return network(kind="motorway", lanes=lanes, length=1500.0, **more)


def on(layout: Layout, name: str, lane: int, s: float, speed: float, desired: float, **more: object) -> RoadUser:
    """`lane` counts from the inner edge, as ids do."""
    side = -1 if layout.network.roads[0].rule == "RHT" else 1
    return placed(layout.network, name, "car", "1", side * lane, 1, s, speed, desired=desired, **more)


def lanes(run: RolloutBatch, name: str) -> list[int]:
    """Lanes in the order in which they are driven, without signs."""
    n = run.names.index(name)
    seen = np.abs(run.lane[0, run.present[0, :, n] > 0, n])
    return [int(seen[0]), *(int(b) for a, b in pairwise(seen) if a != b)]


@pytest.mark.parametrize("keep", ["right", "left"])
def test_who_is_free_to_passes_a_slower_one_and_comes_back_to_the_outer_lane(keep: str) -> None:
    layout = motorway(keep=keep)
    run = drive(watched(layout, [on(layout, "fast", 2, 50.0, 30.0, 33.0, lane_change=FREE),
                                 on(layout, "slow", 2, 150.0, 20.0, 20.0)], 40.0))  # fmt: skip
    assert lanes(run, "fast")[:3] == [2, 1, 2]
    assert contacts(run) == []
    assert run.speed[0, :, 1].min() > 26.0


def test_who_is_not_free_to_stays_behind() -> None:
    layout = motorway()
    users = [on(layout, "fast", 2, 50.0, 30.0, 33.0), on(layout, "slow", 2, 150.0, 20.0, 20.0)]
    run = drive(watched(layout, users, 40.0))
    assert lanes(run, "fast") == [2]


def test_a_change_takes_as_long_as_the_driver_likes() -> None:
    layout = motorway()
    users = [on(layout, "fast", 1, 50.0, 30.0, 30.0, lane_change=LaneChangeParameters(free=True, duration=6.0))]
    t = drive(watched(layout, users, 20.0)).t[0, :, 1]
    moved = np.flatnonzero(np.abs(np.diff(t)) > 1e-4)
    assert (moved[-1] - moved[0]) * 0.05 == pytest.approx(6.0, abs=1.0)
    assert t[-1] == pytest.approx(-1.5 * 3.75, abs=0.05)


@pytest.mark.parametrize(("behind", "goes"), [(15.0, False), (150.0, True)])
def test_nobody_cuts_in_before_somebody_fast(behind: float, goes: bool) -> None:
    layout = motorway()
    users = [on(layout, "mine", 2, 300.0, 20.0, 30.0, lane_change=FREE), on(layout, "slow", 2, 340.0, 20.0, 20.0),
             on(layout, "fast", 1, 300.0 - behind - 4.3, 30.0, 30.0)]  # fmt: skip
    run = drive(watched(layout, users, 3.0))
    assert (np.abs(run.t[0, -1, 1] + 1.5 * 3.75) > 0.5) is np.bool_(goes)
    assert contacts(run) == []


def test_politeness_and_bias_keep_a_driver_from_small_advantages() -> None:
    layout = motorway()
    calm = LaneChangeParameters(free=True, threshold=5.0)
    users = [on(layout, "mine", 2, 50.0, 25.0, 27.0, lane_change=calm), on(layout, "slow", 2, 110.0, 24.0, 24.0)]
    assert lanes(drive(watched(layout, users, 30.0)), "mine") == [2]


def dense(rng: np.random.Generator, layout: Layout, count: int, lanes: int) -> list[RoadUser]:
    """Traffic from 10 m to 60 m apart, the more so the first."""
    places = dict.fromkeys(range(1, lanes + 1), 380.0)
    spacing = rng.uniform(12.0, 50.0)
    users = []
    for k in range(count):
        lane = 1 + k % lanes
        places[lane] -= BODIES["car"].length + spacing * rng.uniform(0.8, 1.5)
        if places[lane] < 10.0:
            places[lane] = 400.0 + 45.0 * k
        users.append(on(layout, f"m{k}", lane, places[lane], rng.uniform(21.0, 24.0), rng.uniform(22.0, 33.0)))
    return users


@pytest.mark.parametrize("keep", ["right", "left"])
def test_from_a_ramp_all_merge_without_contact_at_any_density(keep: str) -> None:
    layout = network(kind="motorway", lanes=2, length=1200.0, ramp={"at": 400.0, "length": 200.0}, keep=keep)
    rng = np.random.default_rng(5)
    scenes = []
    for _ in range(50):
        apart = rng.uniform(25.0, 50.0)
        ramp = [comer(layout, f"r{k}", "ramp", 20.0 + k * apart, 20.0, desired=rng.uniform(24.0, 30.0), turn=None)
                for k in range(3)]  # fmt: skip
        scenes.append(watched(layout, [*dense(rng, layout, 8, 2), *ramp]))
    run = drive(*scenes)
    assert contacts(run) == []
    assert [who for who in still_there(run) if who[1] != "ego"] == []


def test_where_a_lane_ends_all_merge_in_time() -> None:
    layout = network(kind="motorway", lanes=3, length=1200.0, lane_ends={"lane": 1, "at": 500.0, "over": 100.0})
    rng = np.random.default_rng(6)
    run = drive(*(watched(layout, dense(rng, layout, 9, 3)) for _ in range(50)))
    assert contacts(run) == []
    assert [who for who in still_there(run) if who[1] != "ego"] == []


def test_who_finds_no_gap_waits_at_the_end_of_its_lane() -> None:
    layout = network(kind="motorway", lanes=2, length=1200.0, lane_ends={"lane": 1, "at": 300.0, "over": 100.0})
    wall = [on(layout, f"w{k}", 1, 290.0 + 10.0 * k, 0.0, 0.0, driver="constant") for k in range(12)]
    run = drive(watched(layout, [on(layout, "mine", 2, 60.0, 20.0, 20.0), *wall], 60.0))
    assert run.speed[0, -1, 1] == 0.0
    assert 280.0 < run.s[0, -1, 1] < 350.0
    assert contacts(run) == []
    assert run.acceleration[0, :, 1].min() > -2.5


@pytest.mark.parametrize("start", [1, 2])
def test_who_leaves_by_an_exit_is_in_its_lane_in_time(start: int) -> None:
    layout = network(kind="motorway", lanes=2, length=1200.0, exit={"at": 500.0, "length": 150.0})
    run = drive(watched(layout, [on(layout, "mine", start, 60.0, 25.0, 25.0, turn="exit")], 60.0))
    roads = [run.roads[r] for r in run.road[0, :, 1]]
    assert roads[-1] == "5"
    assert run.speed[0, :, 1].min() > 20.0
    assert not run.present[0, -1, 1]


def test_a_copy_changes_lanes_alike_in_any_company() -> None:
    layout = network(kind="motorway", lanes=3, length=900.0, lane_ends={"lane": 1, "at": 400.0, "over": 100.0})
    rng = np.random.default_rng(8)
    scenes = [watched(layout, dense(rng, layout, 6, 3), 30.0) for _ in range(6)]
    together = drive(*scenes)
    for b, one in enumerate(scenes):
        alone, mine = drive(one).one(0), together.one(b)
        there = alone.present > 0
        for name in ("x", "y", "heading", "speed", "acceleration"):
            assert np.array_equal(getattr(alone, name)[there], getattr(mine, name)[there]), name


def test_others_on_a_connecting_road_are_seen_from_the_road_before() -> None:
    layout = network(kind="town", junction={"at": 150.0, "control": "priority"})
    users = [comer(layout, "first", "ego", 10.0, 3.0, desired=3.0), comer(layout, "second", "ego", 70.0, 12.0)]
    run = drive(watched(layout, users, 40.0))
    assert contacts(run) == []
    assert run.acceleration[0, :, 2].min() > -4.0


def test_where_the_innermost_lane_ends_the_others_keep_theirs() -> None:
    from scenes import run

    r = run("""
        road: {lanes: 3, kind: motorway, lane_ends: {lane: 3, ahead: 160 m, over: 60 m}}
        ego: {lane: 2, speed: 80 km/h}
        actors: {lorry: {kind: truck, lane: 1, ahead: 20 m, speed: 80 km/h}}
        stop: {time: 16 s}
        """)
    assert list(r.lane[-1]) == [-1, -2], "ids count from the middle of the road, where a lane is missing now"
    assert r.t[-1] == pytest.approx([-0.5 * 3.75, -1.5 * 3.75], abs=0.01)
    assert r.acceleration[:, 1].min() > -0.1, "nobody brakes whose lane goes on"
