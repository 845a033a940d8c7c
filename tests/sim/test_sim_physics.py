from __future__ import annotations

import math

import numpy as np
import pytest

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import BODIES
from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.simulation import DT
from scenes import KMH, run, scenario

LIMITED = ("idm", "constant")


def row(time: float) -> int:
    return round(time / DT)


def driven(r: Rollout, i: int, start: float, end: float) -> float:
    return float(r.direction[0, i] * (r.s[row(end), i] - r.s[row(start), i]))


def phases(r: Rollout) -> list[tuple[float, str, str]]:
    return [(f.time, f.event, f.phase) for f in r.firings]


# -- straight on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
def test_twenty_metres_a_second_for_two_seconds_is_forty_metres(driver: str) -> None:
    r = run("ego: {speed: 20 m/s}\nstop: {time: 2 s}", driver=driver)
    assert r.time.tolist() == pytest.approx(np.arange(41) * 0.05)
    assert driven(r, 0, 0, 2) == pytest.approx(40.0, abs=1e-9)
    assert r.x[-1, 0] - r.x[0, 0] == pytest.approx(40.0, abs=1e-9)
    assert r.ended == "stop"


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
def test_who_stands_stays(driver: str) -> None:
    r = run(f"ego: {{speed: 0}}\nactors: {{a: {{lane: 1, ahead: 30 m, speed: 0, driver: {driver}}}}}", driver=driver)
    assert np.ptp(r.s, axis=0).tolist() == [0.0, 0.0]
    assert not r.speed.any()


def test_oncoming_road_users_drive_the_other_way_on_their_lane() -> None:
    r = run("""
        road: {lanes: 1, oncoming: 2, lane_width: 3 m, curve: {radius: 400 m, to: left}}
        ego: {speed: 10 m/s}
        actors: {a: {lane: {oncoming: 1}, ahead: 100 m, speed: 20 m/s}}
        stop: {time: 4 s}
        """)
    assert np.abs(r.t[:, 1] - 4.5).max() < 0.01
    # 4.5 m inside of a bend of 400 m a metre of lane is 400/395.5 m of road
    assert driven(r, 1, 0, 4) == pytest.approx(80.0 * 400 / 395.5, abs=1e-3)
    assert set(r.lane[:, 1].tolist()) == {2}
    turned = np.abs(np.remainder(r.heading[:, 1] - r.s[:, 1] / 400, 2 * math.pi) - math.pi)
    assert turned.max() < 0.01


def test_the_end_of_the_road_ends_the_run_when_the_front_bumper_is_there() -> None:
    r = run("road: {length: 100 m}\nego: {at: 40 m, speed: 20 m/s}")
    front = r.s[-1, 0] + BODIES["car"].front
    assert 100 - 20 * DT <= front <= 100
    assert r.ended == "end of road: ego"
    other = run("""
        road: {oncoming: 1, length: 300 m}
        ego: {at: 100 m, speed: 0}
        actors: {lorry: {kind: truck, lane: {oncoming: 1}, ahead: 20 m, speed: 20 m/s}}
        """)
    gone = np.flatnonzero(other.present[:, 1] == 0)
    assert other.s[gone[0] - 1, 1] >= BODIES["truck"].front > other.s[gone[0], 1], "whoever else leaves, vanishes"
    assert other.ended == "stop"


# -- speed changes -----------------------------------------------------------------------------------------

SHAPED = ["linear", "cubic", "sinusoidal"]


@pytest.mark.parametrize("shape", SHAPED)
@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
def test_a_speed_change_by_time_covers_the_mean_speed_times_the_time(shape: str, driver: str) -> None:
    r = run(f"""
        actors: {{a: {{lane: 2, ahead: 10 m, speed: 10 m/s, driver: {driver}}}}}
        story: [{{name: go, when: {{time: 1 s}}, do: {{a: {{speed: {{to: 20 m/s, over: 8 s, shape: {shape}}}}}}}}}]
        stop: {{time: 10 s}}
        """)
    assert driven(r, 1, 0, 1) == pytest.approx(10.0, abs=1e-9)
    assert driven(r, 1, 1, 9) == pytest.approx(120.0, abs=1e-6)
    assert driven(r, 1, 9, 10) == pytest.approx(20.0, abs=1e-6)
    p = (r.time[row(1) : row(9) + 1] - 1) / 8
    f = shapes.value(np.array(shapes.SHAPES.index(shape)), p)  # type: ignore[arg-type]
    assert np.abs(r.speed[row(1) : row(9) + 1, 1] - (10 + 10 * f)).max() < 1e-9
    assert phases(r) == [(1.0, "go", "start"), (9.0, "go", "end")]


@pytest.mark.parametrize(("shape", "peak"), [("linear", 1.0), ("cubic", 1.5), ("sinusoidal", math.pi / 2)])
def test_a_rate_is_the_largest_on_the_way(shape: str, peak: float) -> None:
    r = run(f"""
        actors: {{a: {{lane: 2, ahead: 10 m, speed: 20 m/s}}}}
        story: [{{when: {{time: 0 s}}, do: {{a: {{speed: {{to: 10 m/s, rate: 2 m/s², shape: {shape}}}}}}}}}]
        """)
    assert -r.acceleration[:, 1].min() == pytest.approx(2.0, abs=0.02)
    (end,) = (f.time for f in r.firings if f.phase == "end")
    assert end == pytest.approx(math.ceil(5 * peak / DT - 1e-9) * DT, abs=1e-6)


@pytest.mark.parametrize("shape", SHAPED)
def test_a_speed_change_by_distance_ends_at_that_distance(shape: str) -> None:
    r = run(f"""
        actors: {{a: {{lane: 2, ahead: 10 m, speed: 10 m/s, driver: scripted}}}}
        story: [{{when: {{time: 0 s}}, do: {{a: {{speed: {{to: 20 m/s, distance: 90 m, shape: {shape}}}}}}}}}]
        """)
    assert [f.time for f in r.firings] == [0.0, 6.0]
    assert driven(r, 1, 0, 6) == pytest.approx(90.0, abs=1e-6)
    assert r.speed[row(6), 1] == pytest.approx(20.0)


def test_a_step_is_at_once_for_the_scripted_and_at_the_limit_for_a_body() -> None:
    text = """
        actors: {{a: {{lane: 2, ahead: 10 m, speed: 10 m/s, driver: {}}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{speed: {{to: 40 m/s, shape: step}}}}}}}}]
        """
    scripted, limited = run(text.format("scripted")), run(text.format("constant"))
    assert scripted.speed[row(1) - 1 : row(1) + 1, 1].tolist() == [10.0, 40.0]
    assert limited.acceleration[:, 1].max() == pytest.approx(BODIES["car"].max_acceleration)
    assert [f.phase for f in limited.firings] == ["start", "end"]


@pytest.mark.parametrize(("kind", "rate"), [("car", 5.0), ("car", 9.0), ("van", 8.0), ("truck", 6.0)])
def test_the_stopping_distance_is_the_square_of_the_speed_over_twice_the_deceleration(kind: str, rate: float) -> None:
    r = run(f"""
        actors: {{a: {{kind: {kind}, lane: 2, ahead: 10 m, speed: 90 km/h}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{speed: {{to: 0, rate: {rate}}}}}}}}}]
        """)
    assert driven(r, 1, 1, 10) == pytest.approx(25 * 25 / 2 / rate, abs=0.01)
    assert r.speed[-1, 1] == 0.0


@pytest.mark.parametrize("kind", ["car", "van", "truck"])
@pytest.mark.parametrize("driver", LIMITED)
def test_nobody_exceeds_the_limits_of_a_body_nor_drives_backwards(kind: str, driver: str) -> None:
    r = run(f"""
        road: {{lanes: 3}}
        ego: {{lane: 2, speed: 30 m/s}}
        actors: {{a: {{kind: {kind}, lane: 1, ahead: 5 m, speed: 10 m/s, desired_speed: 60 m/s, driver: {driver}}}}}
        story:
          - {{when: {{time: 3 s}}, do: {{a: {{speed: {{to: 0, over: 0.1 s}}, change_lane: {{to: 2, over: 0.5 s}}}}}}}}
          - {{when: {{time: 9 s}}, do: {{a: {{speed: {{to: 50 m/s, rate: 40}}}}}}}}
        stop: {{time: 15 s}}
        """)
    body = BODIES[kind]  # type: ignore[index]
    assert r.acceleration[:, 1].max() <= body.max_acceleration + 1e-9
    assert r.acceleration[:, 1].min() >= -body.max_deceleration - 1e-9
    assert r.speed.min() >= 0.0
    assert np.diff(r.s, axis=0).min() >= -1e-9
    moving = r.speed[:, 1] > 0.1
    bend = np.abs(r.yaw_rate[moving, 1] / r.speed[moving, 1])
    assert bend.max() <= 1 / body.min_turn_radius + 1e-9
    assert (bend * r.speed[moving, 1] ** 2).max() <= 7.0 + 1e-9


# -- lanes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPED)
def test_a_scripted_lane_change_lies_exactly_on_its_shape_and_keeps_its_speed(shape: str) -> None:
    r = run(f"""
        road: {{lane_width: 3 m}}
        actors: {{a: {{lane: 2, ahead: 10 m, speed: 20 m/s, driver: scripted}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 1, over: 4 s, shape: {shape}}}}}}}}}]
        """)
    f = shapes.value(np.array(shapes.SHAPES.index(shape)), (r.time - 1) / 4)  # type: ignore[arg-type]
    assert np.abs(r.t[:, 1] - (-1.5 - 3 * f)).max() < 1e-9
    assert set(r.speed[:, 1].tolist()) == {20.0}
    assert [f.time for f in r.firings] == [1.0, 5.0]
    # the path is as long as the time allows: forward and sideways together
    ds, dt = np.diff(r.x[:, 1]), np.diff(r.y[:, 1])
    assert np.hypot(ds, dt) == pytest.approx(20 * DT, abs=1e-3)


def test_a_lane_change_by_rate_and_by_distance_takes_its_closed_time() -> None:
    def end(dynamics: str) -> float:
        r = run(f"""
            road: {{lane_width: 3 m}}
            actors: {{a: {{lane: 2, ahead: 10 m, speed: 20 m/s, driver: scripted}}}}
            story: [{{when: {{time: 0 s}}, do: {{a: {{change_lane: {{to: 1, {dynamics}}}}}}}}}]
            """)
        return r.firings[-1].time

    assert end("rate: 1 m/s, shape: linear") == pytest.approx(3.0)
    assert end("rate: 1 m/s, shape: cubic") == pytest.approx(4.5)
    assert end("rate: 1 m/s") == pytest.approx(math.ceil(1.5 * math.pi / DT) * DT)
    assert end("distance: 60 m, shape: linear") == pytest.approx(3.0, abs=DT + 1e-9)


@pytest.mark.parametrize("v", [5, 10, 20, 30, 40])
@pytest.mark.parametrize("shape", ["cubic", "sinusoidal"])
def test_a_bicycle_arrives_in_the_middle_of_the_lane_and_stays(v: int, shape: str) -> None:
    r = run(f"""
        road: {{lane_width: 3.5 m}}
        actors: {{a: {{lane: 2, ahead: 10 m, speed: {v} m/s, driver: constant}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 1, shape: {shape}}}}}}}}}]
        stop: {{time: 12 s}}
        """)
    t = r.t[:, 1]
    assert t.min() > -5.25 - 0.1, "overshoot"
    assert np.abs(t[row(6) :] + 5.25).max() < 0.05
    during = slice(row(1), row(5))
    f = shapes.value(np.array(shapes.SHAPES.index(shape)), (r.time[during] - 1) / 4)  # type: ignore[arg-type]
    assert np.abs(t[during] - (-1.75 - 3.5 * f)).max() < 0.15


@pytest.mark.parametrize("v", [0.5, 2, 5, 10])
@pytest.mark.parametrize("dynamics", ["over: 0.5 s", "shape: step", "shape: linear, over: 1 s", "rate: 9 m/s"])
def test_a_hasty_change_over_many_lanes_never_turns_a_car_around(v: float, dynamics: str) -> None:
    r = run(f"""
        road: {{lanes: 6}}
        ego: {{speed: 5 m/s}}
        actors: {{a: {{lane: 6, ahead: 10 m, speed: {v} m/s, driver: constant}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 1, {dynamics}}}}}}}}}]
        stop: {{time: 60 s}}
        """)
    assert np.abs(r.heading[:, 1]).max() < math.radians(40)
    assert r.t[:, 1].min() > r.t[0, 0] - 0.3
    if v >= 2:
        assert r.t[-1, 1] == pytest.approx(r.t[0, 0], abs=0.02)


@pytest.mark.parametrize(("radius", "v"), [(60, 10), (120, 20), (800, 33)])
@pytest.mark.parametrize("to", ["left", "right"])
@pytest.mark.parametrize("transition", [0, 30])
@pytest.mark.parametrize("kind", ["car", "truck"])
def test_a_bicycle_keeps_its_lane_on_a_bend(radius: int, v: int, to: str, transition: int, kind: str) -> None:
    r = run(f"""
        road:
          lanes: 2
          oncoming: 1
          segments:
            - {{length: 100 m}}
            - {{length: 120 m, curve: {{radius: {radius} m, to: {to}, transition: {transition} m}}}}
            - {{length: 900 m}}
        ego: {{speed: {v} m/s, kind: {kind}}}
        actors: {{a: {{lane: {{oncoming: 1}}, ahead: 200 m, speed: {v} m/s}}}}
        stop: {{time: 12 s}}
        """)
    assert np.abs(r.t - r.t[0]).max() < 0.05
    assert set(map(tuple, r.lane.tolist())) == {(-2, 1)}


# -- following ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("v", [5, 15, 25])
def test_the_gap_settles_at_the_equilibrium_of_the_model(v: int) -> None:
    desired = 30
    r = run(f"""
        ego: {{lane: 1, speed: {v} m/s, desired_speed: {desired} m/s}}
        actors: {{lead: {{lane: 1, ahead: 50 m, speed: {v} m/s, driver: constant}}}}
        stop: {{time: 120 s}}
        """)
    gap = r.s[-1, 1] - r.s[-1, 0] - BODIES["car"].length
    assert gap == pytest.approx((2 + 1.5 * v) / math.sqrt(1 - (v / desired) ** 4), rel=0.01)
    assert r.speed[-1, 0] == pytest.approx(v, rel=1e-3)


@pytest.mark.parametrize("rate", [2, 4, 6, 9])
@pytest.mark.parametrize("headway", [0.9, 1.2, 1.8, 3.0])
def test_a_follower_never_hits_a_leader_that_brakes_from_100_km_h(rate: int, headway: float) -> None:
    r = run(f"""
        ego: {{speed: 100 km/h}}
        actors: {{lead: {{lane: 1, ahead: {100 * KMH * headway} m}}}}
        story: [{{when: {{time: 1 s}}, do: {{lead: {{speed: {{to: 0, rate: {rate} m/s²}}}}}}}}]
        stop: {{time: 40 s}}
        """)
    gap = r.s[:, 1] - r.s[:, 0] - BODIES["car"].length
    assert gap.min() > 0.5
    assert r.speed[-1, 0] < 0.1


def test_a_driver_brakes_fully_for_someone_who_comes_towards_it() -> None:
    r = run("""
        road: {lanes: 1, oncoming: 1}
        ego: {speed: 10 m/s}
        actors: {a: {lane: {oncoming: 1}, ahead: 80 m, speed: 10 m/s}}
        story: [{when: {time: 0 s}, do: {a: {change_lane: {to: 1, over: 1 s}}}}]
        """)
    assert (r.s[:, 1] - r.s[:, 0] - 2 * BODIES["car"].front).min() > 0.5, "both stand before they meet"
    assert r.speed[-1].max() < 0.5


def test_a_free_driver_reaches_its_desired_speed_from_below_and_above() -> None:
    for start in (5, 30):
        r = run(f"ego: {{speed: {start} m/s, desired_speed: 15 m/s}}\nstop: {{time: 60 s}}")
        assert r.speed[-1, 0] == pytest.approx(15.0, abs=0.05)
        assert np.all(np.diff(r.speed[:, 0]) * (15 - start) >= -1e-12)


def test_a_driver_that_wants_to_stand_stops() -> None:
    r = run("ego: {speed: 10 m/s, desired_speed: 0}\nstop: {time: 20 s}")
    assert r.speed[-1, 0] == 0.0
    assert driven(r, 0, 0, 20) == pytest.approx(25.0, abs=0.3)


# -- the story ---------------------------------------------------------------------------------------------


def test_an_action_that_takes_the_place_of_another_stops_it() -> None:
    r = run("""
        actors: {a: {lane: 2, ahead: 10 m, speed: 20 m/s}}
        story:
          - {name: out, when: {time: 1 s}, do: {a: {change_lane: {to: 1}}}}
          - {name: back, when: {time: 2 s}, do: {a: {change_lane: {to: 2, over: 2 s}}}}
          - {name: never, when: {time: 11 s}, do: {a: {change_lane: {to: 1}}}}
        """)
    assert phases(r) == [(1.0, "out", "start"), (2.0, "out", "stop"), (2.0, "back", "start"), (4.0, "back", "end")]
    assert r.t[-1, 1] == pytest.approx(r.t[0, 1], abs=0.01)


def test_speed_and_lane_change_at_once() -> None:
    r = run("""
        actors: {a: {lane: 2, ahead: 10 m, speed: 20 m/s}}
        story:
          - {name: both, when: {time: 1 s}, do: {a: {change_lane: {to: 1, over: 3 s}, speed: {to: 10, over: 2 s}}}}
        """)
    assert [(f.time, f.action, f.phase) for f in r.firings] == [
        (1.0, 0, "start"), (1.0, 1, "start"), (3.0, 0, "end"), (4.0, 1, "end"),
    ]  # fmt: skip
    assert r.speed[-1, 1] == pytest.approx(10.0, abs=0.01)


def test_a_firing_after_the_end_of_the_run_is_not_in_it() -> None:
    r = run("""
        road: {length: 120 m}
        ego: {speed: 20 m/s}
        story: [{when: {time: 1 s}, do: {ego: {change_lane: {to: 2, over: 5 s}}}}]
        """)
    assert r.ended == "end of road: ego"
    assert [f.phase for f in r.firings] == ["start"]


def test_an_event_between_two_steps_begins_with_the_next_one() -> None:
    built = scenario("story: [{when: {time: 1.01 s}, do: {ego: {speed: {to: 10 m/s}}}}]")
    assert built.events[0].trigger.time == 1.01
    r = run("story: [{when: {time: 1.01 s}, do: {ego: {speed: {to: 10 m/s}}}}]")
    assert r.firings[0].time == 1.05
