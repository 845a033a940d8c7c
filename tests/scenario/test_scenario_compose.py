from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Dynamics
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import KMH, lines, mistakes, said, scenario


def free_space(built: Scenario, i: int) -> float:
    """Metres of the ego's lane between its bumper and the nearest bumper of another, by adding up chords."""
    ego, other = built.users[0], built.users[i]
    ends = sorted((other.s + other.direction * other.body.front, other.s - other.direction * other.body.rear_overhang))
    line = ReferenceLines([built.network.roads[0]])

    # bodies are as long along the lane as they are: their s ends are where that many metres of lane lie
    def at(s: float, metres: float) -> float:
        return line.further(0, s, ego.t, metres)

    if other.s > ego.s:
        low = at(ego.s, ego.body.front)
        high = at(other.s, -(other.s - ends[0]))
    else:
        low, high = at(other.s, ends[1] - other.s), at(ego.s, -ego.body.rear_overhang)
    s = np.linspace(low, high, 4001)
    x, y, _ = line.pose(0, s, ego.t)
    return float(np.sum(np.hypot(np.diff(x), np.diff(y))))


ROADS = [
    "{lanes: 3}",
    "{lanes: 3, oncoming: 2, length: 900 m}",
    "{lanes: 3, oncoming: 2, length: 900 m, curve: {radius: 300 m, to: left}}",
    "{lanes: 3, oncoming: 2, length: 900 m, curve: {radius: 300 m, to: right}}",
    "{lanes: 3, oncoming: 2, length: 900 m, curve: {radius: 300 m, to: right, transition: 250 m}}",
    (
        "{lanes: 3, oncoming: 2, segments: [{length: 200 m}, {length: 120 m, curve: {radius: 60 m, to: left, "
        "transition: 20 m}}, {length: 30 m, curve: {radius: 50 m, to: right}}, {length: 400 m}]}"
    ),
]


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("kind", "lane"), [("car", 2), ("truck", 3), ("van", "{oncoming: 1}")])
@pytest.mark.parametrize("place", ["ahead", "behind"])
def test_free_space_is_bumper_to_bumper_along_the_lane_of_the_ego(
    road: str, kind: str, lane: object, place: str
) -> None:
    if "oncoming" in str(lane) and "oncoming" not in road:
        road = road.replace("}", ", oncoming: 1}")
    for distance in (0.0, 7.5, 100.0):
        built = scenario(f"""
            road: {road}
            ego: {{lane: 1, at: 250 m, kind: van, speed: 10 m/s}}
            actors: {{other: {{kind: {kind}, lane: {lane}, {place}: {distance} m, speed: 5 m/s}}}}
            """)
        assert free_space(built, 1) == pytest.approx(distance, abs=1e-5)
        assert (built.users[1].s > built.users[0].s) == (place == "ahead")


def test_lanes_count_from_the_outer_edge_of_either_side() -> None:
    built = scenario("""
        road: {lanes: 3, oncoming: 2, lane_width: 3 m, kind: rural}
        ego: {lane: 1}
        actors:
          a: {lane: 3, ahead: 10 m}
          b: {lane: {oncoming: 1}, ahead: 10 m}
          c: {lane: {oncoming: 2}, ahead: 10 m}
        """)
    assert [u.lane for u in built.users] == [-3, -1, 2, 1]
    assert [u.t for u in built.users] == [-7.5, -1.5, 4.5, 1.5]
    assert [u.direction for u in built.users] == [1, 1, -1, -1]
    road = built.network.roads[0]
    names = ["lane 1", "lane 3", "oncoming lane 1", "oncoming lane 2"]
    assert [lane_name(road, u.lane) for u in built.users] == names
    assert (lane_name(road, -4), lane_name(road, 0), lane_name(road, 9)) == (
        "the shoulder",
        "off the road",
        "off the road",
    )


def test_what_is_not_said_is_as_the_manual_says() -> None:
    built = scenario("""
        ego: {speed: 50 km/h}
        actors: {a: {lane: 2, ahead: 10 m}, b: {lane: 2, behind: 10 m, desired_speed: 90 km/h}}
        story:
          - {when: {time: 1 s}, do: {a: {change_lane: {to: 1}, speed: {to: 10}}}}
          - name: jump
            when: {time: 2 s}
            do: {a: {change_lane: {to: 2, shape: step}}, b: {speed: {to: 3, over: 2 s}}}
        """)
    ego, a, b = built.users
    assert (ego.driver, a.driver, built.stop_time) == ("idm", "idm", 10.0)
    assert a.speed == ego.speed == a.desired_speed == pytest.approx(50 * KMH)
    assert b.desired_speed == pytest.approx(90 * KMH)
    assert [e.name for e in built.events] == ["event 1", "jump"]
    dynamics = [act.dynamics for e in built.events for act in e.actions]
    assert dynamics == [
        Dynamics("linear", "rate", 2.0),
        Dynamics("sinusoidal", "time", 4.0),
        Dynamics("step", "time", 0.0),
        Dynamics("linear", "time", 2.0),
    ]


def test_events_without_a_name_are_counted_and_keep_clear_of_given_names() -> None:
    built = scenario("""
        story:
          - {name: event 2, when: {time: 1 s}, do: {ego: {speed: {to: 10}}}}
          - {when: {time: 2 s}, do: {ego: {speed: {to: 11}}}}
          - {when: {time: 3 s}, do: {ego: {speed: {to: 12}}}}
        """)
    assert [e.name for e in built.events] == ["event 2", "event 2'", "event 3"]


# -- mistakes ----------------------------------------------------------------------------------------------


def test_all_impossible_things_at_once_each_at_its_line() -> None:
    found = mistakes("""\
        scenario:
          road: {lanes: 2, oncoming: 1, length: 200 m, kind: rural}
          ego: {lane: 1, at: 100 m, speed: 10 m/s}
          actors:
            nowhere: {lane: 3, ahead: 20 m}
            other_side:
              lane: {oncoming: 2}
              ahead: 20 m
            inside: {lane: 1, at: 103 m}
            before: {lane: 2, at: 0.5 m}
            beyond: {lane: 2, at: 198 m}
            far_beyond: {kind: truck, lane: 1, at: 5 km}
          story:
            - when: {time: 1 s}
              do:
                outside: {speed: {to: 3}}
                inside:
                  change_lane: {to: 4}
        """)
    assert lines(found) == [5, 7, 9, 10, 11, 12, 16, 18]
    text = said(found)
    for piece in (
        "there is no lane 3 (the road has 2 lanes)",
        "there is no oncoming lane 2 (the road has 1 oncoming lane)",
        "ego and inside are inside each other at the start (move one by at least 1.3 m",
        "before would start 0.3 m before the road begins",
        "beyond would start 1.5 m beyond the road's end (the road is 200 m long)",
        "there is no road user 'outside' (did you mean",
        "there is no lane 4",
    ):
        assert piece in text or (piece.endswith("did you mean") and "known" in text), text


def test_the_ego_cannot_be_an_actor_nor_drive_where_no_lane_is() -> None:
    found = mistakes("scenario:\n  ego:\n    lane: 5\n  actors:\n    ego: {lane: 1, ahead: 5 m}\n")
    assert lines(found) == [3, 5]


def test_a_road_without_oncoming_lanes_says_so() -> None:
    assert "the road has no oncoming lanes" in said(mistakes("scenario: {actors: {a: {lane: {oncoming: 1}, at: 90}}}"))


@pytest.mark.parametrize(("at", "clash"), [(104.3, False), (104.2, True), (100.0, True), (95.8, True), (95.6, False)])
def test_a_body_length_apart_is_apart(at: float, clash: bool) -> None:
    text = f"scenario: {{ego: {{lane: 1, at: 100}}, actors: {{a: {{lane: 1, at: {at}}}}}}}"
    if clash:
        assert "inside each other" in said(mistakes(text))
    else:
        scenario(f"ego: {{lane: 1, at: 100}}\nactors: {{a: {{lane: 1, at: {at}}}}}")


def test_neighbours_in_lanes_that_are_narrower_than_they_are_clash() -> None:
    road = "road: {lane_width: 2 m}, ego: {kind: truck, lane: 1, at: 100}"
    assert "inside each other" in said(
        mistakes(f"scenario: {{{road}, actors: {{a: {{kind: truck, lane: 2, at: 104}}}}}}")
    )


@pytest.mark.parametrize("to", ["left", "right"])
def test_touching_bumpers_on_a_bend_are_no_clash(to: str) -> None:
    scenario(f"""
        road: {{lanes: 2, oncoming: 1, length: 150 m, curve: {{radius: 40 m, to: {to}}}}}
        ego: {{at: 60 m, speed: 5 m/s}}
        actors: {{a: {{lane: 1, ahead: 0.01 m}}, b: {{lane: 1, behind: 0.01 m}}}}
        """)


@pytest.mark.parametrize(
    ("road", "message"),
    [
        ("{lanes: 4, curve: {radius: 15 m, to: right}, length: 90 m}", "too tight"),
        ("{lanes: 1, oncoming: 4, curve: {radius: 15 m, to: left}, length: 90 m}", "too tight"),
        ("{lanes: 2, curve: {radius: 50 m, to: left}, length: 400 m}", "runs into itself"),
        ("{lanes: 2, curve: {radius: 50 m, to: left}, length: 308 m}", "runs into itself"),
        (
            "{segments: [{length: 200 m}, {length: 235.6 m, curve: {radius: 50 m, to: left}}, {length: 200 m}]}",
            "runs into itself",
        ),
        ("{segments: [" + "{length: 300 m}," * 99 + "]}", "29.7 km long"),
    ],
)
def test_a_road_that_cannot_be_built_is_a_mistake_at_the_road(road: str, message: str) -> None:
    found = mistakes(f"scenario:\n  ego: {{speed: 5 m/s}}\n  road: {road}\n")
    assert message in said(found)
    assert {m.line for m in found} == {3}


@pytest.mark.parametrize(
    "road",
    [
        "{lanes: 1, curve: {radius: 15 m, to: left}, length: 60 m}",
        "{lanes: 2, curve: {radius: 50 m, to: left}, length: 240 m}",
        "{segments: [{length: 200 m}, {length: 157 m, curve: {radius: 50 m, to: left}}, {length: 200 m}]}",
        "{segments: [{length: 99 m, curve: {radius: 50, to: left}}, {length: 157, curve: {radius: 50 m, to: right}}]}",
    ],
)
def test_hairpins_and_roundabouts_can_be_built(road: str) -> None:
    scenario(f"ego: {{speed: 5 m/s}}\nroad: {road}\nstop: {{time: 1 s}}")


# -- default road ------------------------------------------------------------------------------------------

speeds = st.integers(0, 60)


@settings(max_examples=25, deadline=None)
@given(
    ego=speeds,
    other=speeds,
    told=speeds,
    distance=st.integers(0, 200),
    place=st.sampled_from(["ahead", "behind"]),
    lane=st.sampled_from(["2", "{oncoming: 1}"]),
    curve=st.sampled_from(
        ["", ", curve: {radius: 800 m, to: left}", ", curve: {radius: 500 m, to: right, transition: 50 m}"]
    ),
)
def test_a_road_whose_length_is_not_said_is_long_enough(
    ego: int, other: int, told: int, distance: int, place: str, lane: str, curve: str
) -> None:
    built = scenario(
        f"""
        road: {{lanes: 2, oncoming: 1{curve}}}
        ego: {{speed: {ego} m/s}}
        actors: {{a: {{kind: truck, lane: {lane}, {place}: {distance} m, speed: {other} m/s}}}}
        story:
          - {{when: {{time: 0.5 s}}, do: {{a: {{speed: {{to: {told}, shape: step}}}}, ego: {{speed: {{to: {told}}}}}}}}}
        stop: {{time: 8 s}}
        """,
        driver="constant",
    )
    assert Simulator().run(built).ended == "stop"


def test_every_kind_of_road_has_its_lane_width() -> None:
    widths = {}
    for kind, shoulder in itertools.product(("motorway", "rural", "town"), (True,)):
        road = scenario(f"road: {{kind: {kind}}}").network.roads[0]
        widths[kind] = road.sections[0].side(-1)[0].widths[0].a
        assert (road.sections[0].side(-1)[-1].type != "driving") == shoulder
    assert widths == {"motorway": 3.75, "rural": 3.5, "town": 3.25}
