# Road users as authors write them: kinds, sizes, places, facings, drivers, numbers, spread.

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.scenario.cast import behaviour_of
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.overlap import Box, depth, extent, overlaps
from mkdocs_worldmodel.scenario.road_user import (
    BODIES,
    THINGS,
    WALKERS,
    AebParameters,
    CarefulParameters,
    IdmParameters,
    Kind,
    RoadUser,
    YieldParameters,
)
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.spec.users import BehaviourSpec
from scenes import KMH, block, scenario

KINDS: tuple[Kind, ...] = tuple(BODIES)


def corners(user: RoadUser) -> tuple[np.ndarray, np.ndarray]:
    """s and t of a body's corners on a straight road, worked out from the noun's definitions alone."""
    x = np.array([-user.body.rear_overhang, user.body.front, user.body.front, -user.body.rear_overhang])
    y = np.array([-0.5, -0.5, 0.5, 0.5]) * user.body.width
    angle = user.heading + (0.0 if user.direction > 0 else math.pi)
    s = user.s + x * math.cos(angle) - y * math.sin(angle)
    t = user.t + x * math.sin(angle) + y * math.cos(angle)
    return s, t


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("facing", ["along", "against", "left", "right"])
@pytest.mark.parametrize("lane", ["2", "{oncoming: 1}", "shoulder"])
def test_free_metres_are_those_between_the_bodies_for_all_kinds_and_facings(kind: Kind, facing: str, lane: str) -> None:
    still = "" if kind in WALKERS | THINGS else "driver: still,"
    built = scenario(f"""
        road: {{lanes: 2, oncoming: 1, kind: rural, length: 600 m}}
        ego: {{lane: 1, at: 200 m, kind: van}}
        actors:
          front: {{kind: {kind}, lane: {lane}, ahead: 12.5 m, facing: {facing}, {still} speed: 0}}
          rear: {{kind: {kind}, lane: {lane}, behind: 7.5 m, facing: {facing}, {still} speed: 0}}
        """)
    ego, front, rear = (corners(u)[0] for u in built.users)
    assert front.min() - ego.max() == pytest.approx(12.5, abs=1e-9)
    assert ego.min() - rear.max() == pytest.approx(7.5, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("facing", ["along", "against"])
def test_beside_the_ego_is_level_with_it(kind: Kind, facing: str) -> None:
    built = scenario(f"""
        road: {{lanes: 3, kind: motorway}}
        ego: {{lane: 1, kind: truck, speed: 5 m/s}}
        actors: {{a: {{kind: {kind}, lane: 3, beside: ego, facing: {facing}}}}}
        """)
    ego, other = (corners(u)[0] for u in built.users)
    assert ego.min() + ego.max() == pytest.approx(other.min() + other.max())


def test_words_for_edges_are_the_outer_edge_and_the_left_one_where_it_is_asked_for() -> None:
    built = scenario("""
        road: {lanes: 2, oncoming: 1, kind: town}
        actors:
          right: {kind: pedestrian, lane: pavement, ahead: 10 m}
          left: {kind: pedestrian, lane: {left: pavement}, ahead: 10 m}
        """)
    _, right, left = built.users
    road = built.network.roads[0]
    kinds = {lane.id: lane.type for lane in road.sections[0].lanes}
    assert (kinds[right.lane], kinds[left.lane]) == ("sidewalk", "sidewalk")
    assert right.lane < 0 < left.lane
    assert (right.direction, left.direction) == (1, -1)
    assert (right.driver, right.speed, right.follows_lane, right.route) == ("still", 0.0, False, ())


def test_an_offset_is_positive_to_the_own_left() -> None:
    built = scenario("""
        road: {lanes: 1, oncoming: 1, kind: rural, lane_width: 3 m}
        ego: {lane: 1, offset: 0.25 m}
        actors:
          oncoming: {lane: {oncoming: 1}, ahead: 30 m, offset: 0.5 m}
          wrong_way: {lane: 1, ahead: 80 m, offset: 0.5 m, facing: against}
        """)
    assert [u.t for u in built.users] == [-1.25, 1.0, -2.0]
    assert [u.direction for u in built.users] == [1, -1, -1]


def test_a_larger_body_has_its_axles_and_turning_circle_in_proportion() -> None:
    built = scenario("ego: {kind: truck, size: {length: 18 m, width: 2.5 m}}")
    body, usual = built.users[0].body, BODIES["truck"]
    assert (body.length, body.width, body.height) == (18.0, 2.5, usual.height)
    for name in ("wheelbase", "rear_overhang", "min_turn_radius", "front", "centre"):
        assert getattr(body, name) == pytest.approx(1.5 * getattr(usual, name))
    assert body.max_deceleration == usual.max_deceleration


def test_kinds_come_with_their_usual_drivers_speeds_and_colours() -> None:
    built = scenario("""
        road: {lanes: 2, oncoming: 1, kind: town, parking: 2.2 m}
        ego: {speed: 50 km/h}
        actors:
          bike: {kind: bicycle, lane: 1, ahead: 20 m}
          child: {kind: child, lane: pavement, ahead: 20 m}
          crate: {kind: obstacle, lane: 2, ahead: 90 m}
          ambulance: {kind: emergency, lane: 2, ahead: 20 m}
          bus: {kind: bus, lane: 1, ahead: 40 m}
          parked: {lane: parking, ahead: 30 m}
        """)
    users = {u.name: u for u in built.users}
    drivers = {name: u.driver for name, u in users.items()}
    assert drivers == {
        "ego": "idm", "bike": "idm", "child": "still", "crate": "still", "ambulance": "idm", "bus": "idm",
        "parked": "still",
    }  # fmt: skip
    assert users["bike"].speed == users["bike"].desired_speed == pytest.approx(15 * KMH)
    assert users["bus"].speed == pytest.approx(50 * KMH)
    assert users["parked"].speed == users["child"].speed == 0.0
    assert (users["parked"].follows_lane, users["bike"].follows_lane) == (False, True)
    assert users["bike"].idm.acceleration == 0.8
    assert (users["ambulance"].give_way.red, users["bus"].give_way.red) == (False, True)
    assert users["ambulance"].colour == "#ffffff"


def test_every_number_of_a_driver_can_be_said() -> None:
    built = scenario("""
        ego:
          behaviour:
            {time_headway: 1.1 s, standstill_gap: 3 m, acceleration: 1 m/s², comfortable_deceleration: 3 m/s²,
             coolness: 0.5, lane_changes: free, politeness: 0, safe_deceleration: 5 m/s², change_threshold: 0.1 m/s²,
             keep_outer_bias: 0 m/s², change_duration: 3 s, critical_gap: 6 s, minds_red: false, minds_priority: false,
             minds_pedestrians: false, lateral_acceleration: 3 m/s², careful: {perception: 0.5 s, risk_ttc: 3 s},
             aeb: {ttc: 1.6 s, field_of_view: 90°, jerk: 30 m/s³, range: 60 m}}
        """)
    ego = built.users[0]
    assert ego.idm == IdmParameters(1.1, 3.0, 1.0, 3.0, 0.5)
    change = ego.lane_change
    assert (change.free, change.politeness, change.threshold, change.safe_deceleration) == (True, 0.0, 0.1, 5.0)
    assert (change.bias, change.duration) == (0.0, 3.0)
    assert ego.give_way == YieldParameters(6.0, False, False, False, 3.0)
    assert ego.careful == replace(CarefulParameters(), perception=0.5, risk_ttc=3.0)
    assert ego.aeb == replace(AebParameters(), ttc=1.6, field_of_view=0.5 * math.pi, jerk=30.0, range=60.0)


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted", "careful", "aeb"])
def test_the_ego_can_have_each_of_our_drivers(driver: str) -> None:
    assert scenario("ego: {}", driver=driver).users[0].driver == driver


# -- spread ------------------------------------------------------------------------------------------------

TRAFFIC = """
    scenario:
      road: {{lanes: 2}}
      traffic: {{spread: {spread} %}}
      actors:
        a: {{lane: 1, ahead: 20 m, behaviour: {{time_headway: 1 s}}}}
        b: {{lane: 1, ahead: 60 m}}
    """


def spread_scenario(spread: int, seed: int = 0) -> Scenario:
    return compose(block(f"seed: {seed}" + TRAFFIC.format(spread=spread).replace("\n    ", "\n")))


def test_spread_changes_what_is_not_said_and_only_for_the_actors() -> None:
    usual, spread = spread_scenario(0), spread_scenario(20)
    assert usual.users[1].idm == replace(IdmParameters(), time_headway=1.0)
    assert spread.users[0] == usual.users[0]
    assert spread.users[1].idm.time_headway == 1.0
    for field in fields(IdmParameters)[1:4]:
        assert getattr(spread.users[1].idm, field.name) != getattr(spread.users[2].idm, field.name)


def test_spread_is_the_same_for_a_seed_and_a_name_whoever_else_is_there() -> None:
    assert spread_scenario(20) == spread_scenario(20)
    assert spread_scenario(20).users[2].idm != spread_scenario(20, seed=1).users[2].idm
    alone = compose(block("scenario: {road: {lanes: 2}, traffic: {spread: 20 %}, actors: {b: {lane: 1, ahead: 60 m}}}"))
    assert alone.users[1].idm == spread_scenario(20).users[2].idm


def test_draws_have_the_asked_for_deviation_and_are_cut_off() -> None:
    draws = np.array([Spread(0.1, 0, f"user{i}").around(2.0, "acceleration") for i in range(2000)])
    assert abs(draws.mean() - 2.0) < 0.02
    # a normal cut off at two deviations keeps its mass there: variance 1 - 2(2φ(2) - 3(1 - Φ(2))) = 0.921
    assert draws.std() == pytest.approx(0.2 * math.sqrt(0.921), rel=0.05)
    assert (draws.min(), draws.max()) == pytest.approx((1.6, 2.4), abs=1e-9)


@given(st.floats(0, 0.5), st.integers(0, 9), st.sampled_from(KINDS))
def test_spread_keeps_physical_bounds(share: float, seed: int, kind: Kind) -> None:
    behaviour = behaviour_of(kind, BehaviourSpec(), Spread(share, seed, "x"))
    assert 0.0 <= behaviour.idm.coolness <= 1.0
    assert min(behaviour.idm.acceleration, behaviour.idm.comfortable_deceleration, behaviour.idm.time_headway) >= 0.1
    assert behaviour.lane_change.duration >= 0.5


# -- bodies ------------------------------------------------------------------------------------------------

boxes = st.builds(
    Box, st.floats(-5, 5), st.floats(-5, 5), st.floats(-7, 7), st.floats(0.5, 6), st.floats(0.5, 3)
)  # fmt: skip


def inside(box: Box, x: np.ndarray, y: np.ndarray, margin: float) -> np.ndarray:
    c, s = math.cos(box.angle), math.sin(box.angle)
    along, across = (x - box.x) * c + (y - box.y) * s, (y - box.y) * c - (x - box.x) * s
    found: np.ndarray = (abs(along) < 0.5 * box.length - margin) & (abs(across) < 0.5 * box.width - margin)
    return found


@settings(max_examples=200)
@given(boxes, boxes)
def test_boxes_overlap_where_they_have_a_point_in_common(a: Box, b: Box) -> None:
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 81), np.linspace(-0.5, 0.5, 81))
    c, s = math.cos(a.angle), math.sin(a.angle)
    x, y = a.x + u * a.length * c - v * a.width * s, a.y + u * a.length * s + v * a.width * c
    common = bool(inside(b, x, y, 0.0).any())
    assert overlaps(a, b) == overlaps(b, a)
    if common:
        assert overlaps(a, b) or not bool(inside(b, x, y, 1e-3).any())
    elif overlaps(a, b):  # less than the grid can see
        assert min(depth(a, b, angle) for angle in (a.angle, a.angle + math.pi / 2)) < 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_reaches_as_far_as_its_corners(kind: Kind) -> None:
    body = BODIES[kind]
    assert extent(body, 0.0) == (body.rear_overhang, body.front)
    assert extent(body, math.pi / 2) == pytest.approx((body.width / 2, body.width / 2))
    assert extent(body, math.pi) == pytest.approx((body.front, body.rear_overhang))
