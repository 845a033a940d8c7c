# Road users on ramps, at junctions and beyond them: free metres, ways, and roads that are long enough.

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import LaneChangeAction, LaneCondition, PositionCondition
from scenes import scenario


def ends(built: Scenario, user: RoadUser) -> tuple[float, float]:
    """x of the rear-most and the foremost point of a body, on a straight road along x."""
    roads = built.network.roads
    row = [road.id for road in roads].index(user.road)
    x, _, heading = ReferenceLines(roads).pose(row, np.array([user.s]), np.array([user.t]))
    angle = float(heading[0]) + user.heading + (0.0 if user.direction > 0 else math.pi)
    points = [float(x[0]) + a * math.cos(angle) - b * math.sin(angle)
              for a in (-user.body.rear_overhang, user.body.front)
              for b in (-0.5 * user.body.width, 0.5 * user.body.width)]  # fmt: skip
    return min(points), max(points)


@pytest.mark.parametrize("distance", [0, 60, 107, 155, 300, 460, 700, 900])
@pytest.mark.parametrize("lane", ["3", "{oncoming: 1}"])
def test_free_metres_run_on_where_ramps_cut_the_road_into_parts(distance: int, lane: str) -> None:
    built = scenario(f"""
        road: {{lanes: 3, oncoming: 1, kind: rural, ramp: {{ahead: 150 m}}, exit: {{ahead: 600 m}}}}
        ego: {{speed: 20 m/s, lane: 2}}
        actors: {{a: {{kind: truck, lane: {lane}, ahead: {distance} m, speed: 1}}}}
        story: [{{when: {{reaches: {{ahead: {distance} m}}}}, do: {{ego: {{speed: {{to: 3}}}}}}}}]
        """)
    ego, a = (ends(built, user) for user in built.users)
    assert a[0] - ego[1] == pytest.approx(distance, abs=1e-6)
    trigger = built.events[0].trigger
    assert isinstance(trigger, PositionCondition)
    roads = built.network.roads
    row = [road.id for road in roads].index(trigger.road)
    x = float(ReferenceLines(roads).pose(row, np.array([trigger.s]))[0][0])
    assert x == pytest.approx(ego[1] + distance, abs=1e-6)


@pytest.mark.parametrize("keep", ["right", "left"])
@pytest.mark.parametrize("kind", ["car", "truck", "bicycle"])
def test_metres_before_and_after_the_junction_count_from_the_stop_line_and_the_junctions_edge(
    keep: str, kind: str
) -> None:
    built = scenario(f"""
        road: {{keep: {keep}, junction: {{at: 200 m}}, length: 210 m}}
        ego: {{at: 20 m}}
        actors:
          own: {{kind: {kind}, lane: 1, before: 12 m}}
          own_after: {{kind: {kind}, lane: {{oncoming: 1}}, after: 30 m}}
          left: {{kind: {kind}, on: left, lane: 1, before: 12 m}}
          right: {{kind: {kind}, on: right, lane: {{oncoming: 1}}, after: 7 m}}
          ahead: {{kind: {kind}, on: ahead, lane: 1, before: 0 m, turn: left}}
        """)
    own, own_after, left, right, ahead = built.users[1:]
    roads = {road.id: road for road in built.network.roads}
    assert own.s + own.body.front == pytest.approx(200.0 - 12.0)
    assert own_after.s + own_after.body.rear_overhang == pytest.approx(roads["1"].length - 30.0)
    assert left.direction == ahead.direction == own_after.direction == -1
    assert left.s - left.body.front == pytest.approx(ahead.s - ahead.body.front + 12.0)
    assert (right.direction, right.s - right.body.rear_overhang) == (1, pytest.approx(7.0))
    assert roads[left.road].name == "the left arm"
    assert roads[ahead.road].name == "the road ahead"


def test_whoever_drives_has_a_way_and_takes_the_turn_that_is_said() -> None:
    built = scenario("""
        road: {junction: {at: 200 m}, kind: town}
        ego: {turn: left}
        actors:
          straight: {lane: 1, ahead: 20 m}
          right: {lane: 1, ahead: 40 m, turn: right}
          oncoming: {on: ahead, lane: 1, before: 20 m, turn: left}
          leaves: {lane: {oncoming: 1}, ahead: 30 m}
          walker: {kind: pedestrian, lane: pavement, ahead: 30 m}
          wrong_way: {lane: 1, ahead: 90 m, facing: against}
        """)
    roads = {road.id: road.name for road in built.network.roads}
    goals = {u.name: roads[u.route[-1].road] if u.route else None for u in built.users}
    assert goals == {
        "ego": "the left arm", "straight": "the road ahead", "right": "the right arm", "oncoming": "the right arm",
        "leaves": "", "walker": None, "wrong_way": None,
    }  # fmt: skip
    for user in built.users:
        if user.route:
            assert (user.route[0].road, user.route[0].direction) == (user.road, user.direction)


def test_lanes_of_who_comes_from_a_ramp_are_those_of_the_road_behind_it() -> None:
    built = scenario("""
        road: {lanes: 2, kind: motorway, ramp: {ahead: 150 m}}
        ego: {speed: 20 m/s}
        actors: {merge: {on: ramp, lane: 1, before: 40 m, speed: 20 m/s}}
        story:
          - {when: {lane: {of: merge, is: 1}}, do: {merge: {change_lane: {to: 2}}}}
        """)
    (event,) = built.events
    (change,) = event.actions
    assert isinstance(event.trigger, LaneCondition)
    assert isinstance(change, LaneChangeAction)
    behind = built.network.road(built.users[1].route[-1].road)
    names = [lane_name(behind, lane, behind.length) for lane in (event.trigger.lane or 0, change.target_lane)]
    assert names == ["lane 1", "lane 2"]
    assert event.trigger.road is None


@settings(max_examples=30, deadline=None)
@given(
    speed=st.integers(1, 50),
    turn=st.sampled_from(["left", "right", "straight"]),
    other=st.integers(1, 30),
    before=st.integers(0, 300),
    at=st.integers(60, 200),
)
def test_roads_whose_length_is_not_said_are_long_enough_for_all_ways(
    speed: int, turn: str, other: int, before: int, at: int
) -> None:
    built = scenario(f"""
        road: {{junction: {{at: {at} m}}, kind: town}}
        ego: {{at: 40 m, speed: {speed} m/s, turn: {turn}}}
        actors:
          a: {{on: left, lane: 1, before: {before} m, speed: {other} m/s}}
          b: {{on: right, lane: {{oncoming: 1}}, after: {before} m, speed: {other} m/s}}
        stop: {{time: 9 s}}
        """)
    for user in built.users:
        lengths = {road.id: road.length for road in built.network.roads}
        left = sum(lengths[leg.road] for leg in user.route) - (
            user.s if user.direction > 0 else lengths[user.road] - user.s
        )
        assert left > user.speed * built.stop_time or user.name == "a"
    a = built.users[1]
    onward = sum(length for road, length in lengths.items() if road in {leg.road for leg in a.route[1:]})
    assert onward + a.s > a.speed * built.stop_time
