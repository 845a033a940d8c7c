from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, road, steady

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import Violation, violations
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Junction, Road, RoadNetwork, RoadObject, Signal, SpeedLimit
from mkdocs_worldmodel.scenario.road_user import Leg

KMH = 1 / 3.6


def broken(*movers: Mover, rule: str = "", last: int | None = None, **options: object) -> list[Violation]:
    """Violations of one rule, or of all."""
    readings = Readings(*drive(*movers, **options), last)  # type: ignore[arg-type]
    return [v for v in violations(readings) if not rule or v.rule == rule]


def network(**more: object) -> RoadNetwork:
    return RoadNetwork((road(**more),))  # type: ignore[arg-type]


# -- speeding --------------------------------------------------------------------------------------------------


def test_speeding_is_told_with_the_limit_and_when_it_begins() -> None:
    limits = network(speed_limit=100 * KMH, speed_limits=(SpeedLimit(80.0, 50 * KMH), SpeedLimit(140.0, None)))
    (v,) = broken(Mover(steady(50.0, 20.0)), network=limits, rule="speeding", seconds=6.0)
    assert v.time == pytest.approx(1.5, abs=0.051)
    assert v.duration == pytest.approx(3.0, abs=0.11)
    assert v.value == pytest.approx(20.0 - 50 * KMH)
    assert str(v.clause) == "the ego drives at 72 km/h where 50 km/h are allowed"
    assert not broken(Mover(steady(50.0, 20.0)), network=network(), rule="speeding")


@pytest.mark.parametrize(
    ("speed", "seconds", "found"), [(50.9, 4.0, 0), (51.2, 4.0, 1), (60.0, 0.4, 0), (60.0, 0.6, 1)]
)
def test_a_little_too_fast_and_for_a_moment_is_no_speeding(speed: float, seconds: float, found: int) -> None:
    town = network(speed_limit=50 * KMH)
    assert len(broken(Mover(steady(50.0, speed * KMH)), network=town, seconds=seconds, rule="speeding")) == found


def test_pedestrians_and_things_break_no_rules() -> None:
    runs = Mover(steady(50.0, 4.0), -7.7, kind="pedestrian", turned=math.pi)
    cone = Mover(steady(80.0, 0.0), -1.0, kind="cone")
    found = broken(Mover(steady(20.0, 1.0)), runs, cone, network=network(speed_limit=2.0))
    assert not found


# -- red light -------------------------------------------------------------------------------------------------

LIGHT = Signal("light", "traffic light", 152.0, -6.0, 1)
LINE = RoadObject("stop line", 150.0, 0.5, -7.0, 0.0)
AT_LINE = 150.0 - 0.25 - CAR.front


def shows(*phases: tuple[float, str]) -> object:
    def at(time: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> object:
        out = np.zeros(len(time))
        for begin, aspect in phases:
            out[time >= begin - 1e-9] = ASPECTS.index(aspect)  # type: ignore[arg-type]
        return out

    return at


@pytest.mark.parametrize(("aspect", "found"), [("red", 1), ("red amber", 1), ("amber", 0), ("green", 0), ("off", 0)])
def test_crossing_the_stop_line_at_red_is_running_a_red_light(aspect: str, found: int) -> None:
    lights = network(signals=(LIGHT,), objects=(LINE,))
    ego = Mover(steady(AT_LINE - 20.0 * 1.03, 20.0))
    over = broken(ego, network=lights, signals=shows((0.0, aspect)), rule="red light")
    assert len(over) == found
    for v in over:
        assert v.time == pytest.approx(1.03, abs=1e-6)
        assert v.value == pytest.approx(20.0)


def test_the_light_counts_when_the_front_crosses_and_only_for_its_direction() -> None:
    lights = network(signals=(LIGHT,), objects=(LINE,))
    for shift, found in ((-0.1, 1), (0.1, 0)):
        # green from 0 s, red from 1 s
        ego = Mover(steady(AT_LINE - 20.0 * (1.0 - shift), 20.0))
        over = broken(ego, network=lights, signals=shows((0.0, "green"), (1.0, "red")), rule="red light")
        assert len(over) == found
    other_way = Mover(steady(190.0, -20.0), 0.5 * WIDTH, direction=-1)
    assert not broken(other_way, network=lights, signals=shows((0.0, "red")), rule="red light")
    stops = Mover(lambda time: AT_LINE - 20.0 + 19.0 * np.minimum(time, 1.0))
    assert not broken(stops, network=lights, signals=shows((0.0, "red")), rule="red light")
    # without a line, where its post stands
    ego = Mover(steady(152.0 - CAR.front - 20.0, 20.0))
    (v,) = broken(ego, network=network(signals=(LIGHT,)), signals=shows((0.0, "red")), rule="red light")
    assert v.time == pytest.approx(1.0, abs=1e-6)


# -- lanes -----------------------------------------------------------------------------------------------------


def test_who_drives_on_the_shoulder_or_beside_the_road_is_told_so() -> None:
    (v,) = broken(Mover(steady(50.0, 20.0), -2 * WIDTH - 1.0), rule="lane")
    assert str(v.clause) == "the ego drives on the shoulder"
    (v,) = broken(Mover(steady(50.0, 20.0), -15.0), rule="lane")
    assert str(v.clause) == "the ego drives off the road"
    assert not broken(Mover(steady(50.0, 0.0), -2 * WIDTH - 1.0), rule="lane"), "who is parked there drives nowhere"


@pytest.mark.parametrize(("over", "found"), [(-0.5, 0), (0.05, 0), (0.3, 1)])
def test_a_body_that_sticks_out_of_the_drivable_lanes_is_over_the_line(over: float, found: int) -> None:
    t = -2 * WIDTH + 0.5 * CAR.width - over
    found_ = broken(Mover(steady(50.0, 20.0), t), rule="lane")
    assert len(found_) == found
    for v in found_:
        assert v.value == pytest.approx(over)
        assert str(v.clause) == "the ego sticks out of its lane, by up to 0.3 m"


def test_a_solid_line_may_not_be_crossed_and_a_broken_one_may() -> None:
    overtakes = Mover(steady(50.0, 20.0), lambda time: -0.5 * WIDTH + np.clip(time, 0.0, 2.0) / 2.0 * WIDTH)
    (v,) = broken(overtakes, rule="solid line")
    assert v.time == pytest.approx(1.0, abs=0.051)
    changes = Mover(steady(50.0, 20.0), lambda time: -0.5 * WIDTH - np.clip(time, 0.0, 2.0) / 2.0 * WIDTH)
    assert not broken(changes, rule="solid line")


def test_who_drives_in_a_lane_of_the_other_direction_drives_the_wrong_way() -> None:
    (v,) = broken(Mover(steady(50.0, 20.0), 0.5 * WIDTH), rule="wrong way")
    assert v.duration == pytest.approx(4.0)
    assert not broken(Mover(steady(50.0, 20.0), 0.5 * WIDTH), network=network(rule="LHT"), rule="wrong way")
    assert not broken(Mover(steady(250.0, -20.0), 0.5 * WIDTH, direction=-1), rule="wrong way")
    brief = Mover(steady(50.0, 20.0), lambda time: np.where((time > 1.0) & (time < 1.4), 0.1, -0.5) * WIDTH)
    assert not broken(brief, rule="wrong way")


def test_who_follows_more_closely_than_rss_allows_is_told_by_how_much() -> None:
    close = Mover(steady(50.0 + CAR.length + 10.0, 20.0))
    (v,) = broken(Mover(steady(50.0, 20.0)), close, rule="following")
    assert v.user == 0
    assert str(v.clause).startswith("the ego is 10 m behind the other car, where RSS asks for ")
    far = Mover(steady(50.0 + CAR.length + 150.0, 20.0))
    assert not broken(Mover(steady(50.0, 20.0)), far, rule="following")


# -- priority --------------------------------------------------------------------------------------------------


def crossing() -> RoadNetwork:
    """The ego's road leads over a connecting road that has priority over one that crosses it from the right."""

    def straight(name: str, x: float, y: float, heading: float, length: float, junction: str | None = None) -> Road:
        (line,) = chain([(length, 0.0, 0.0)])
        return road(name, length, geometries=(replace(line, x=x, y=y, heading=heading),), junction=junction)

    roads = (straight("in", 0.0, 0.0, 0.0, 100.0), straight("through", 100.0, 0.0, 0.0, 30.0, "j"),
             straight("cross", 115.0, -15.0, math.pi / 2, 30.0, "j"))  # fmt: skip
    return RoadNetwork(roads, (Junction("j", (), (("through", "cross"),)),))


WAY = (Leg("in", 1, -1), Leg("through", 1, -1))


@pytest.mark.parametrize("braking", [0.5, 4.0])
def test_who_has_to_brake_for_one_that_must_give_way_was_denied_priority(braking: float) -> None:
    ego = Mover(lambda time: 60.0 + 15.0 * time - 0.5 * braking * time * time, acceleration=-braking, route=WAY)
    other = Mover(steady(0.5, 3.0), road=2)
    found = broken(ego, other, network=crossing(), rule="priority", seconds=2.0)
    assert len(found) == (1 if braking > 2.0 else 0)
    for v in found:
        assert v.user == 1
        assert v.value == pytest.approx(braking)
        assert str(v.clause) == "the other car does not give way to the ego in the junction; the ego brakes by 4.0 m/s²"


def test_who_brakes_though_the_other_will_be_gone_was_not_hindered() -> None:
    ego = Mover(lambda time: 40.0 + 8.0 * time - 2.0 * time * time, acceleration=-4.0, route=WAY)
    other = Mover(steady(10.0, 15.0), road=2)
    assert not broken(ego, other, network=crossing(), rule="priority", seconds=1.2)


def test_a_collision_with_who_must_give_way_takes_priority() -> None:
    ego, other = Mover(steady(60.0, 15.0), route=WAY), Mover(steady(0.5, 3.0), road=2)
    (v,) = broken(ego, other, network=crossing(), rule="priority", seconds=4.0)
    assert v.user == 1
    assert str(v.clause).endswith("they collide")
    # its lane lies half a lane's width right of its road's reference line
    reaches = (115.0 + 0.5 * WIDTH - 0.5 * CAR.width - 60.0 - CAR.front) / 15.0
    assert v.time == pytest.approx(reaches, abs=0.06)


def test_rules_are_told_up_to_what_counts_and_in_order() -> None:
    fast = (Mover(steady(50.0, 30.0), 0.5 * WIDTH), Mover(steady(90.0, 30.0), -2 * WIDTH - 1.0))
    found = broken(*fast, network=network(speed_limit=20.0))
    assert [v.time for v in found] == sorted(v.time for v in found)
    assert {v.rule for v in found} == {"speeding", "wrong way", "lane"}
    assert not broken(*fast, network=network(speed_limit=20.0), last=5, rule="speeding")
