# Expectations held against runs: driven ones on a straight road, and drawn ones at a crossing and a junction.

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from mkdocs_worldmodel.analysis.expect import Verdict, check, judge, parse
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.rollout.record import quantised
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import (
    Connection,
    Cubic,
    Junction,
    Lane,
    LaneLink,
    LaneSection,
    Link,
    Road,
    RoadNetwork,
    RoadObject,
)
from mkdocs_worldmodel.scenario.road_user import BODIES, Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from scenes import run, scenario

FOLLOWING = """
    road: {lanes: 2, speed_limit: 90 km/h}
    ego: {speed: 100 km/h}
    actors: {lead_car: {lane: 1, ahead: 50 m, speed: 80 km/h, driver: constant}}
    stop: {time: 3 s}
    """
BRAKING = """
    road: {lanes: 3}
    ego: {lane: 2, speed: 20 m/s}
    actors:
      lorry: {kind: truck, lane: 1, ahead: 1 m, speed: 20 m/s, driver: constant}
      racer: {lane: 3, behind: 5 m, speed: 30 m/s, driver: constant}
    story:
      - {name: brake, when: {time: 1 s}, do: {ego: {speed: {to: 0, rate: 5 m/s²}}}}
      - {name: cut in, when: {time: 2 s}, do: {lorry: {change_lane: {to: 2, over: 2 s}}}}
      - {name: too late, when: {time: 60 s}, do: {lorry: {speed: {to: 0}}}}
    stop: {time: 8 s}
    """
CRASH = "ego: {speed: 10 m/s}\nactors: {red_van: {kind: van, lane: 1, ahead: 14.9 m, speed: 0}}"
CLOSE = 20 / 3.6


@cache
def readings(text: str) -> Readings:
    return Readings(scenario(text, driver="constant"), quantised(run(text, driver="constant")))


def verdict(where: str | Readings, text: str) -> Verdict:
    found = readings(where) if isinstance(where, str) else where
    e = parse(text)
    check(e, found.scenario)
    return judge(e, found)


@pytest.mark.parametrize(
    ("text", "held", "measured"),
    [
        ("min gap > 30 m", True, f"min gap = {50 - 3 * CLOSE:.2f} m at 3.00 s (behind the lead car)"),
        ("min gap > 34 m", False, f"min gap = {50 - 3 * CLOSE:.2f} m at 3.00 s (behind the lead car)"),
        ("min gap to lead_car > 30 m", True, f"min gap to lead_car = {50 - 3 * CLOSE:.2f} m at 3.00 s"),
        ("min gap of lead_car to ego > 30 m", True, f"min gap of lead_car to ego = {50 - 3 * CLOSE:.2f} m at 3.00 s"),
        ("max ttc < 9.1 s", True, f"max ttc = {50 / CLOSE:.2f} s at 0.00 s (behind the lead car)"),
        ("6 s < min ttc < 9 s", False, f"min ttc = {50 / CLOSE - 3:.2f} s at 3.00 s (behind the lead car)"),
        ("5 s < min ttc < 6.5 s", True, f"min ttc = {50 / CLOSE - 3:.2f} s at 3.00 s (behind the lead car)"),
        ("min gap > 40 m until 1 s", True, f"min gap = {50 - CLOSE:.2f} m at 1.00 s (behind the lead car)"),
        ("initial gap == 50 m", True, "initial gap = 50.00 m at 0.00 s (behind the lead car)"),
        ("final gap > 34 m", False, f"final gap = {50 - 3 * CLOSE:.2f} m at 3.00 s (behind the lead car)"),
        ("mean speed of ego == 100 km/h", True, "mean speed of ego = 100.00 km/h"),
        ("max speed of lead_car < max speed of ego", True,
         "max speed of lead_car = 80.00 km/h at 0.00 s, max speed of ego = 100.00 km/h at 0.00 s"),
        ("no collision", True, "no contact"),
        ("collision", False, "no contact"),
        ("impact_speed < 5 km/h", True, "impact_speed: none, as there was no contact"),
        ("ego.lane == 1", True, "ego.lane was lane 1 at 3.00 s"),
        ("ego.lane == 2", False, "ego.lane was lane 1 at 0.00 s"),
        ("ego.lane != lead_car.lane at 1 s", False, "ego.lane was lane 1 and lead_car.lane was lane 1 at 1.00 s"),
        ("no speeding", False, "the ego drives at 100 km/h where 90 km/h are allowed at 0.00 s"),
        ("no speeding of lead_car", True, "the lead car kept to the limit"),
        ("no violation", False, "the ego drives at 100 km/h where 90 km/h are allowed at 0.00 s"),
        ("no wrong way", True, "the ego kept to its direction"),
        ("stays in lane", True, "the ego stayed in its lane"),
        ("lead_car.speed < ego.speed", True,
         "lead_car.speed was 80.00 km/h and ego.speed was 100.00 km/h at 0.00 s at the closest"),
    ],
)  # fmt: skip
def test_what_is_measured_while_following(text: str, held: bool, measured: str) -> None:
    found = verdict(FOLLOWING, text)
    assert (found.held, str(found.measured)) == (held, measured)


@pytest.mark.parametrize(
    ("text", "held", "time"),
    [
        ("ego stops", True, 5.0),
        ("ego does not stop", False, 5.0),
        ("ego stops within 60 m", True, 5.0),  # 20 m at speed, 40 m of braking
        ("ego stops within 59 m", False, 5.0),
        ("stops within 5.1 s", True, 5.0),
        ("stops within 4 s", False, 5.0),
        ("lorry stops", False, 0.0),
        ("ego.speed > 15 m/s", False, 2.0),
        ("ego.speed >= 15 m/s until 2 s", True, 2.0),
        ("ego.speed >= 15 m/s until cut in", True, 1.95),
        ("ego.speed < 16 m/s after cut in", True, 2.0),
        ("ego.speed < 14 m/s after cut in", False, 2.0),
        ("ego.speed <= 10 m/s from 3 s to 4 s", True, 3.0),
        ("ego.speed == 10 m/s at 3 s", True, 3.0),
        ("ego.speed == 20 m/s at start", True, 0.0),
        ("ego.speed == 0 at end", True, 8.0),
        ("ego.speed < 16 m/s when lorry.lane == ego.lane", True, None),
        ("ego.speed < 1 m/s when lorry.lane == 1", False, 0.0),
        ("ego.speed < 1 m/s when ego.lane == 1", True, None),
        ("ego.speed < 1 m/s when (lorry.lane == 1 and not ego.speed > 0.5 m/s)", True, None),
        ("ego.speed < 1 m/s at 20 s", False, None),
        ("ego.speed < 99 m/s after too late", False, None),
        ("not ego.speed > 99 m/s after too late", False, None),
        ("ego.speed < 99 m/s until too late", True, 0.0),
        ("lorry.lane == 1 until cut in", True, 1.95),
        ("lorry.lane == 2 at end", True, 8.0),
        ("lorry stays in lane", False, None),
        ("racer passes ego", True, 1.3),
        ("racer passes ego within 1 s", False, 1.3),
        ("ego passes lorry", False, None),
        ("racer does not pass ego", False, 1.3),
        ("lorry passes ego", False, None),
        ("event brake starts before 2 s", True, 1.0),
        ("event brake starts before 1 s", False, 1.0),
        ("brake starts within 1 s", True, 1.0),
        ("brake starts after 1 s", False, 1.0),
        ("brake starts before cut in", True, 1.0),
        ("cut in starts before brake", False, 2.0),
        ("brake starts before too late", True, 1.0),
        ("brake starts after too late", False, 1.0),
        ('"cut in" ends', True, 4.0),
        ("too late starts", False, None),
        ("too late does not start", True, None),
        ("no collision and ego stops", True, None),
        ("no collision and not ego stops", False, 5.0),
        ("collision or ego stops", True, 5.0),
        ("collision or lorry stops", False, None),
        ("not (collision or lorry stops)", True, None),
    ],
)
def test_what_is_judged_while_braking(text: str, held: bool, time: float | None) -> None:
    found = verdict(BRAKING, text)
    assert found.held == held, found.measured
    if time is not None:
        assert found.time == pytest.approx(time, abs=0.051), found.measured


def test_what_was_never_there_is_said_and_missed_both_ways() -> None:
    for text in ("ego.speed < 99 m/s at 20 s", "not ego.speed < 99 m/s at 20 s"):
        found = verdict(BRAKING, text)
        assert (found.held, found.time) == (False, None)
        assert str(found.measured) == "never measured, as the run ended at 8.00 s"
    found = verdict(BRAKING, "ego.speed < 99 m/s after too late")
    assert (found.held, str(found.measured)) == (False, "never measured, as 'too late' never started")
    found = verdict(BRAKING, "ego.speed < 1 m/s when ego.lane == 1")
    assert (found.held, str(found.measured)) == (True, "what stands after 'when' was never true")


@pytest.mark.parametrize(
    ("sign", "held"), [("<", False), ("<=", True), ("==", True), ("!=", False), (">", False), (">=", True)]
)
def test_a_value_at_the_limit_is_equal_in_spite_of_rounding(sign: str, held: bool) -> None:
    # 100 km/h and 80 km/h have no finite decimals in m/s
    for speed in (100, 80):
        text = f"ego: {{speed: {speed} km/h}}\nstop: {{time: 1 s}}"
        assert verdict(text, f"max speed {sign} {speed} km/h").held == held
        assert verdict(text, f"ego.speed {sign} {speed} km/h").held == held


@pytest.mark.parametrize(
    ("text", "held", "measured"),
    [
        ("min ttc > 2 s", True, "min ttc: none, as the ego did not close in on anyone"),
        ("max ttc < 2 s", False, "max ttc: none, as the ego did not close in on anyone"),
        ("min gap > 3 m", True, "min gap: none, as nobody was in the way of the ego"),
        ("ego.ttc > 2 s", True, "ego.ttc was none, as the ego did not close in on anyone at 0.00 s at the closest"),
    ],
)
def test_what_does_not_exist_is_said_to_be_so(text: str, held: bool, measured: str) -> None:
    found = verdict("ego: {speed: 10 m/s}\nstop: {time: 2 s}", text)
    assert (found.held, str(found.measured)) == (held, measured)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("no collision", False),
        ("collision", True),
        ("no collision with red_van", False),
        ("ego collides with red_van", True),
        ("red_van collides", True),
        ("red_van does not collide", False),
    ],
)
def test_a_collision_is_told_with_names_and_time(text: str, held: bool) -> None:
    found = verdict(CRASH, text)
    assert (found.held, str(found.measured)) == (held, "the ego and the red van collide at 1.49 s")
    assert found.time == pytest.approx(1.49)


# -- drawn runs ------------------------------------------------------------------------------------------------

DT = 0.1
BODY = BODIES["car"]


def road(name: str, x: float, length: float, **more: object) -> Road:
    piece = chain([(length, 0.0, 0.0)])[0]
    from dataclasses import replace

    lanes = (Lane(-1, "driving", (Cubic(0.0, 3.5),)), Lane(1, "driving", (Cubic(0.0, 3.5),)))
    return replace(Road(name, length, (replace(piece, x=x),), (LaneSection(0.0, lanes),)), **more)  # type: ignore[arg-type]


def network() -> RoadNetwork:
    """100 m with a crossing at 50 m and a stop line 2 m before the junction; 20 m inside of it; 100 m beyond."""
    objects = (RoadObject("crosswalk", 50.0, 4.0, -5.0, 5.0, "zebra"), RoadObject("stop line", 98.0, 0.3, -3.5, 0.0))
    into, out = Link("junction", "j"), Link("road", "out")
    roads = (
        road("in", 0.0, 100.0, successor=into, objects=objects),
        road("way", 100.0, 20.0, junction="j", predecessor=Link("road", "in", "end"), successor=out),
        road("out", 120.0, 100.0, predecessor=into),
    )
    return RoadNetwork(roads, (Junction("j", (Connection("in", "way", "start", (LaneLink(-1, -1),)),)),))


def drawn(**ways: np.ndarray) -> Readings:
    """Road users that drive straight through, by their distance from the beginning; 'walker' walks over the zebra."""
    time = np.arange(len(next(iter(ways.values())))) * DT
    legs = (Leg("in", 1, -1), Leg("way", 1, -1), Leg("out", 1, -1))
    users, columns = [], []
    starts = (0.0, 100.0, 120.0)
    for name, way in ways.items():
        walker = name == "walker"
        body = BODIES["pedestrian" if walker else "car"]
        x = np.full(len(time), 50.0) if walker else way
        t = way if walker else np.full(len(time), -1.75)
        on = np.searchsorted(starts, x, side="right") - 1
        speed = np.gradient(way, DT)
        heading = np.full(len(time), np.pi / 2 if walker else 0.0)
        columns.append((x, t, on, x - np.array(starts)[on], speed, heading))
        kind = "pedestrian" if walker else "car"
        users.append(RoadUser(name, kind, body, "in", -1, 1, float(x[0]), float(t[0]), float(speed[0]), "constant",
                              10.0, "#ffffff", route=() if walker else legs))  # fmt: skip
    x, t, on, s, speed, heading = (np.stack(c, axis=1) for c in zip(*columns, strict=True))
    zeros, ones = np.zeros(x.shape), np.ones(x.shape, dtype=np.int32)
    bodies = [u.body for u in users]
    made = Rollout(
        time=time, names=tuple(ways), kinds=tuple(u.kind for u in users),
        length=np.array([b.length for b in bodies]), width=np.array([b.width for b in bodies]),
        height=np.array([b.height for b in bodies]), rear_overhang=np.array([b.rear_overhang for b in bodies]),
        wheelbase=np.array([b.wheelbase for b in bodies]), direction=ones, x=x, y=t, heading=heading, speed=speed,
        acceleration=zeros, yaw_rate=zeros, road=on.astype(np.int32), s=s, t=t, lane=-ones, present=ones,
        signals=np.zeros((len(time), 0), dtype=np.int32), roads=("in", "way", "out"), firings=(), ended="stop",
        world="drawn", seed=0,
    )  # fmt: skip
    return Readings(Scenario(network(), tuple(users), (), Environment(), float(time[-1])), made)


def stopping_at(s: float, rows: int = 201) -> np.ndarray:
    """The reference point moves at 10 m/s, and stands from `s` on."""
    return np.minimum(10.0 * DT * np.arange(rows), s)


def test_stopping_before_a_crossing_means_the_front_before_its_stripes() -> None:
    edge = 48.0 - BODY.front
    before, on_it = drawn(ego=stopping_at(edge - 1.0)), drawn(ego=stopping_at(edge + 1.0))
    found = verdict(before, "ego stops before zebra")
    assert (found.held, "1.00 m before the zebra" in str(found.measured)) == (True, True), found.measured
    found = verdict(on_it, "ego stops before zebra")
    assert (found.held, "1.00 m beyond the zebra" in str(found.measured)) == (False, True), found.measured
    assert verdict(before, "ego stops before zebra within 1.1 m").held
    assert not verdict(before, "ego stops before zebra within 0.9 m").held
    assert verdict(on_it, "ego stops before junction").held
    far = verdict(drawn(ego=stopping_at(1000.0)), "ego stops before zebra")
    assert str(far.measured).startswith("the ego does not stop")


def test_stopping_before_the_junction_means_before_its_stop_line() -> None:
    assert verdict(drawn(ego=stopping_at(98.0 - BODY.front - 0.5)), "stops before junction").held
    assert not verdict(drawn(ego=stopping_at(98.0 - BODY.front + 0.5)), "stops before junction").held
    assert not verdict(drawn(ego=stopping_at(130.0)), "stops before junction").held


def test_a_place_that_lies_behind_at_the_start_is_not_on_the_way() -> None:
    scene = drawn(ego=60.0 + stopping_at(10.0))
    with pytest.raises(ValueError, match="does not lead to the zebra"):
        check(parse("stops before zebra"), scene.scenario)


def test_who_passes_first_is_who_has_left_the_place_first() -> None:
    first, second = 30.0 + stopping_at(1000.0), stopping_at(1000.0)
    scene = drawn(ego=first, other=second)
    for place, leaves in (("junction", 9.0), ("zebra", 2.2 + BODY.rear_overhang / 10.0)):
        found = verdict(scene, f"ego passes {place} before other")
        assert found.held
        assert found.time == pytest.approx(leaves, abs=DT)
        assert not verdict(scene, f"other passes {place} before ego").held
    assert verdict(scene, "ego passes junction within 10 s").held
    assert not verdict(scene, "ego passes junction within 8 s").held
    assert not verdict(drawn(ego=stopping_at(110.0)), "ego passes junction").held


def test_a_walker_has_passed_a_crossing_when_it_is_over_the_road() -> None:
    rows = np.arange(201) * DT
    scene = drawn(ego=stopping_at(30.0), walker=6.0 - rows)
    found = verdict(scene, "walker passes zebra before ego")
    assert found.held
    assert found.time == pytest.approx(11.0, abs=2 * DT)
    assert not verdict(scene, "ego passes zebra before walker").held
    assert verdict(scene, "min distance to walker > 1 m").held


def test_places_and_names_get_hints() -> None:
    scene = drawn(ego=stopping_at(30.0))
    for text, hint in (("stops before zebar", "did you mean zebra?"), ("passes juntion", "did you mean junction?")):
        with pytest.raises(ValueError, match="there is no") as error:
            check(parse(text), scene.scenario)
        assert error.value.args[1] == hint


def test_whoever_stands_from_the_start_and_drives_later_has_not_stopped() -> None:
    later = np.maximum(stopping_at(1000.0) - 20.0, 0.0)
    assert not verdict(drawn(ego=later), "ego stops").held
    assert verdict(drawn(ego=np.zeros(50)), "ego stops").held


def test_a_second_lane_is_not_the_oncoming_one() -> None:
    text = "road: {lanes: 2, oncoming: 1, kind: rural}\nego: {lane: 2, speed: 10 m/s}\nstop: {time: 1 s}"
    held = {lane: verdict(text, f"ego.lane == {lane}").held for lane in ("1", "2", "oncoming 1", "shoulder")}
    assert held == {"1": False, "2": True, "oncoming 1": False, "shoulder": False}
