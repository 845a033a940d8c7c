"""A run that is resumed in one of its rows goes on as it did, and knows nothing of what came after."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.resume import resume, resume_batch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.sim.under_way import take_up
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

TOWN = """
    road: {kind: town, oncoming: 1, junction: {at: 150 m, control: CONTROL}}
    ego: {lane: 1, speed: 40 km/h, at: 60 m, turn: left}
    actors:
      leader: {lane: 1, ahead: 12 m, speed: 35 km/h, turn: right}
      oncoming: {on: ahead, lane: 1, before: 60 m, speed: 45 km/h}
      left: {on: left, lane: 1, before: 30 m, speed: 40 km/h}
      right: {on: right, lane: 1, before: 50 m, speed: 40 km/h, turn: left}
      bike: {kind: bicycle, on: right, lane: 1, before: 20 m}
    stop: {time: 14 s}
    """
BEND = """
    road: {lanes: 2, oncoming: 1, length: 900 m, curve: {radius: 300 m, to: left, transition: 60 m}}
    ego: {lane: 1, speed: 80 km/h}
    actors:
      lorry: {kind: truck, lane: 1, ahead: 40 m, speed: 55 km/h}
      car: {lane: 2, ahead: 10 m, speed: 75 km/h}
      oncoming: {lane: {oncoming: 1}, ahead: 300 m, speed: 80 km/h}
    stop: {time: 14 s}
    """
MERGE = """
    road: {kind: motorway, lanes: 2, ramp: {ahead: 40 m}}
    ego: {lane: 1, speed: 100 km/h}
    actors:
      lorry: {kind: truck, lane: 1, ahead: 60 m, speed: 80 km/h}
      joins: {on: ramp, lane: 1, before: 90 m, speed: 85 km/h}
    stop: {time: 14 s}
    """
SCENES = {
    "bend": BEND,
    "merge": MERGE,
    **{c: TOWN.replace("CONTROL", c) for c in ("signals", "right", "stop", "priority")},
}


def went_on(built: Scenario, run: Rollout, row: int) -> Rollout:
    """The run resumed in a row, to its end."""
    simulation = Simulation([resume(built, run, row, seconds=built.stop_time - float(run.time[row]))], [0])
    take_up(simulation, run.acceleration[None, row - 1])
    return simulation.run().one(0)


@pytest.mark.parametrize("row", [40, 120, 160])
@pytest.mark.parametrize("name", SCENES)
def test_a_resumed_run_goes_on_as_it_did(name: str, row: int) -> None:
    built = scenario(SCENES[name])
    run = Simulator().run(built)
    again = went_on(built, run, row)
    assert len(again.time) == len(run.time) - row
    # a lane change under way is gone on with, though where it began is not known: the only difference there may be
    near = 0.1 if name == "merge" else 1e-6
    for each in ("x", "y", "speed"):
        assert np.abs(getattr(again, each) - getattr(run, each)[row:]).max() < near, each
    for each in ("present", "signals", "road"):
        assert np.array_equal(getattr(again, each), getattr(run, each)[row:]), each


def test_a_run_resumed_at_its_start_is_the_scenario_without_its_story() -> None:
    built = scenario(BEND)
    start = resume(built, Simulator().run(built), 0, seconds=14.0)
    bodies = [replace(user, heading=0.0) for user in start.users]
    assert bodies == list(built.users)
    assert start.network is built.network


def test_nothing_after_the_row_is_looked_at() -> None:
    built = scenario(SCENES["signals"])
    run = Simulator().run(built)
    spoilt: dict[str, Any] = {}
    for f in fields(run):
        value = getattr(run, f.name)
        if isinstance(value, np.ndarray) and len(value) == len(run.time):
            spoilt[f.name] = value.copy()
            spoilt[f.name][101:] = -99
    assert resume(built, replace(run, **spoilt), 100, seconds=5.0) == resume(built, run, 100, seconds=5.0)


def test_the_rest_of_the_route_begins_where_one_is() -> None:
    built = scenario(SCENES["priority"])
    run = Simulator().run(built)
    for row in range(0, len(run.time), 20):
        for n, (user, later) in enumerate(zip(built.users, resume(built, run, row, seconds=1.0).users, strict=True)):
            assert later.route == user.route[len(user.route) - len(later.route) :]
            assert later.route[0].road == later.road == run.roads[run.road[row, n]]
            assert later.route[0].direction == later.direction


def test_who_has_left_its_route_gets_a_new_one() -> None:
    built = scenario(SCENES["right"])
    run = Simulator().run(built)
    astray = replace(built, users=tuple(replace(user, route=built.users[0].route) for user in built.users))
    for n, user in enumerate(resume(astray, run, 20, seconds=1.0).users):
        way = find_route(built.network, user.road, user.direction, user.lane, (), user.s)
        assert user.route == (built.users[0].route if user.road == built.users[0].road else way), n


def test_who_is_not_there_stays_away_and_who_appears_has_come() -> None:
    built = scenario("""
        road: {lanes: 2}
        ego: {lane: 1, speed: 20 m/s}
        actors:
          comes: {lane: 1, present: false, ahead: 80 m, speed: 20 m/s}
          goes: {lane: 2, ahead: 50 m, speed: 20 m/s}
        story:
          - {when: {time: 2 s}, do: {comes: {appear: true}}}
          - {when: {time: 3 s}, do: {goes: {vanish: true}}}
        stop: {time: 6 s}
        """)
    run = Simulator().run(built)
    there = {row: [u.present for u in resume(built, run, row, seconds=1.0).users] for row in (20, 50, 80)}
    assert there == {20: [True, False, True], 50: [True, True, True], 80: [True, True, False]}
    assert not went_on(built, run, 20).present[:, 1].any()


# -- drivers -----------------------------------------------------------------------------------------------


def test_whoever_drives_is_an_idm_driver_whatever_the_story_did() -> None:
    built = scenario(
        """
        ego: {lane: 1, speed: 20 m/s}
        actors:
          a: {lane: 1, ahead: 80 m, speed: 20 m/s, driver: scripted}
          b: {lane: 2, ahead: 50 m, speed: 20 m/s, driver: constant}
          parked: {lane: parking, ahead: 70 m, speed: 0, driver: still}
        road: {kind: town, parking: 2.5 m, lanes: 2}
        story: [{when: {time: 0 s}, do: {a: {speed: {to: 10, over: 2 s}}, b: {speed: {to: 15, over: 2 s}}}}]
        stop: {time: 6 s}
        """,
        driver="careful",
    )
    run = Simulator().run(built)
    start = resume(built, run, 60, seconds=3.0)
    assert [user.driver for user in start.users] == ["idm", "idm", "constant", "still"]
    assert not start.events
    assert start.stop is None
    assert start.users[2].desired_speed == pytest.approx(15.0), "it keeps the speed that it has"
    again = went_on(built, run, 60)
    assert np.allclose(again.speed[:, 2], 15.0)
    assert np.ptp(again.x[:, 3]) == np.ptp(again.y[:, 3]) == 0.0, "the parked stay"


def test_who_walks_goes_on_the_same_way() -> None:
    built = scenario("""
        road: {kind: town, oncoming: 1}
        ego: {lane: 1, speed: 0}
        actors: {p: {kind: pedestrian, lane: pavement, ahead: 30 m, facing: left}}
        story: [{when: {time: 1 s}, do: {p: {cross: {speed: 1.5 m/s, to: left}}}}]
        stop: {time: 6 s}
        """)
    run = Simulator().run(built)
    assert run.speed[60, 1] == pytest.approx(1.5)
    again = went_on(built, run, 60)
    assert np.allclose(again.speed[:, 1], 1.5)
    walked = 1.5 * again.time[-1]
    gone = np.hypot(again.x[-1, 1] - run.x[60, 1], again.y[-1, 1] - run.y[60, 1])
    assert gone == pytest.approx(walked)
    assert again.heading[-1, 1] == pytest.approx(run.heading[60, 1])


# -- lanes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [2.0, 3.0, 5.0])
@pytest.mark.parametrize(("begin", "to"), [(1, 2), (2, 1), (2, 3)])
def test_who_changes_lanes_belongs_to_the_lane_for_which_it_heads(begin: int, to: int, over: float) -> None:
    built = scenario(f"""
        road: {{lanes: 3}}
        ego: {{lane: {begin}, speed: 25 m/s}}
        story: [{{when: {{time: 1 s}}, do: {{ego: {{change_lane: {{to: {to}, over: {over} s}}}}}}}}]
        stop: {{time: 9 s}}
        """)
    run = Simulator().run(built)
    lane = {time: resume(built, run, round(time * 20), seconds=1.0).users[0].lane for time in np.arange(0.5, 8.9, 0.1)}
    before, after = built.users[0].lane, int(run.lane[-1, 0])
    assert before != after
    for time, belongs in lane.items():
        part = (time - 1.0) / over
        if part <= 0.1:
            assert belongs == before, time
        if part >= 0.35:
            assert belongs == after, time
    seen = list(lane.values())
    assert seen == [before] * seen.index(after) + [after] * (len(seen) - seen.index(after)), "never back, never further"


@pytest.mark.parametrize("part", [0.4, 0.5, 0.7])
def test_a_lane_change_is_gone_on_with_at_its_own_pace(part: float) -> None:
    built = scenario("""
        road: {lanes: 2}
        ego: {lane: 1, speed: 25 m/s}
        story: [{when: {time: 1 s}, do: {ego: {change_lane: {to: 2, over: 4 s, shape: sinusoidal}}}}]
        stop: {time: 9 s}
        """)
    run = Simulator().run(built)
    row = round((1.0 + 4.0 * part) * 20)
    again = went_on(built, run, row)
    assert np.abs(again.y[:, 0] - run.y[row:, 0]).max() < 0.15


def test_who_rides_aside_stays_aside_and_who_wanders_comes_back() -> None:
    built = scenario("""
        road: {lanes: 1}
        ego: {lane: 1, speed: 20 m/s}
        actors: {bike: {kind: bicycle, lane: 1, ahead: 60 m, speed: 5 m/s}}
        stop: {time: 8 s}
        """)
    run = Simulator().run(built)
    aside = replace(run, t=run.t + 0.4, y=run.y + 0.4)
    again = went_on(built, aside, 20)
    assert again.t[-1, 0] == pytest.approx(run.t[-1, 0], abs=0.02)
    assert again.t[-1, 1] == pytest.approx(run.t[-1, 1] + 0.4, abs=0.02)


# -- lights ------------------------------------------------------------------------------------------------


def test_lights_that_the_story_has_set_stay_set_and_programmes_go_on_from_where_they_jumped() -> None:
    for do in ("{phase: 2}", "{left: off}", "{ego: green}"):
        built = scenario(f"""
            road: {{kind: town, oncoming: 1, junction: {{at: 150 m, control: signals}}}}
            ego: {{lane: 1, at: 20 m, speed: 5 m/s}}
            story:
              - {{when: {{time: 1.35 s}}, do: {{signals: {do}}}}}
              - {{when: {{time: 9 s}}, do: {{signals: {{phase: 1}}}}}}
            stop: {{time: 60 s}}
            """)
        run = Simulator().run(built)
        for row in (10, 100):
            later = Simulator().run(resume(built, run, row, seconds=60.0)).signals
            known = (27 if row == 10 else 180) - row
            assert np.array_equal(later[:known], run.signals[row : row + known])
        assert not np.array_equal(later[: 1000 - 100], run.signals[100:1000]), "of the later jump nothing is known"


# -- batches -----------------------------------------------------------------------------------------------


def test_a_batch_resumes_as_one_by_one_and_shares_networks() -> None:
    built = scenario(SCENES["signals"])
    others = [replace(built, users=(replace(built.users[0], speed=v), *built.users[1:])) for v in (8.0, 10.0, 12.0)]
    runs = Simulation(others, [0, 1, 2]).run()
    together = resume_batch(others, runs, 60, seconds=5.0)
    assert together == [resume(each, runs.one(b), 60, seconds=5.0) for b, each in enumerate(others)]
    assert len({id(each.network) for each in together}) == 1


def test_a_row_that_is_not_there_is_said() -> None:
    built = scenario(BEND)
    with pytest.raises(ValueError, match="no row 999"):
        resume(built, Simulator().run(built), 999, seconds=1.0)
