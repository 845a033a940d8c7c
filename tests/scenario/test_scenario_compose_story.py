# Stories as authors write them: every condition, every action, places, circles, names.

from __future__ import annotations

import pytest

from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import (
    AccelerationCondition,
    Action,
    AllOf,
    AnyOf,
    Condition,
    ContactCondition,
    DistanceCondition,
    DriverAction,
    Dynamics,
    EventCondition,
    KeepGapAction,
    LaneChangeAction,
    LaneCondition,
    LaneOffsetAction,
    Not,
    PositionCondition,
    PresenceAction,
    SignalAction,
    SignalCondition,
    SpeedAction,
    SpeedCondition,
    StandstillCondition,
    StopAction,
    TeleportAction,
    ThwCondition,
    TimeCondition,
    TimeToPositionCondition,
    TrajectoryAction,
    TravelledCondition,
    TtcCondition,
    Waypoint,
)
from mkdocs_worldmodel.spec.conditions import CONDITION_FIELDS, ConditionSpec, key_of
from mkdocs_worldmodel.spec.story import ACTION_FIELDS
from scenes import KMH, block, lines, mistakes, said, scenario

TOWN = """
    road: {kind: town, junction: {at: 200 m, control: signals}, crossings: {at: 100 m, name: zebra}}
    ego: {at: 40 m, speed: 10 m/s}
    actors:
      lorry: {kind: truck, lane: 1, ahead: 30 m, speed: 10 m/s}
      walker: {kind: pedestrian, lane: pavement, ahead: 10 m}
      left: {on: left, lane: 1, before: 20 m, speed: 5 m/s}
"""
FRONT = 40.0 + 4.284 - 0.81


def town(when: str = "{time: 1 s}", do: str = "{ego: {speed: {to: 3}}}") -> Scenario:
    other = "{name: other, when: {time: 0 s}, do: {ego: {speed: {to: 5}}}}"
    return scenario(f"{TOWN}\n    story:\n      - {other}\n      - {{when: {when}, do: {do}}}")


CONDITIONS: list[tuple[str, Condition]] = [
    ("time: 1.5 s", TimeCondition(1.5)),
    ("standstill: {for: 2 s}", StandstillCondition("ego", 2.0)),
    ("standstill: {of: lorry}", StandstillCondition("lorry", 0.0)),
    ("gap: {to: lorry, below: 20 m}", DistanceCondition("ego", "lorry", "<", 20.0)),
    ("gap: {of: lorry, to: left, above: 1 m, axis: across}", DistanceCondition("lorry", "left", ">", 1.0, "across")),
    ("distance: {to: walker, below: 30 m}", DistanceCondition("ego", "walker", "<", 30.0, "straight")),
    ("ttc: {to: lorry, below: 2 s}", TtcCondition("ego", "lorry", "<", 2.0)),
    ("thw: {to: lorry, above: 1 s}", ThwCondition("ego", "lorry", ">", 1.0)),
    ("speed: {above: 36 km/h}", SpeedCondition("ego", ">", 36 * KMH)),
    ("speed: {of: lorry, below: -2 m/s, relative_to: ego}", SpeedCondition("lorry", "<", -2.0, "ego")),
    ("acceleration: {below: -3 m/s²}", AccelerationCondition("ego", "<", -3.0)),
    ("reaches: {at: 120 m}", PositionCondition("ego", "1", 120.0)),
    ("reaches: {ahead: 60 m}", PositionCondition("ego", "1", FRONT + 60.0)),
    ("reaches: {of: lorry, place: junction}", PositionCondition("lorry", "1", 200.0)),
    ("reaches: {place: zebra}", PositionCondition("ego", "1", 98.0)),
    ("arrives_in: {place: junction, below: 2 s}", TimeToPositionCondition("ego", "1", 200.0, "<", 2.0)),
    ("arrives_in: {ahead: 5 m, above: 3 s}", TimeToPositionCondition("ego", "1", FRONT + 5.0, ">", 3.0)),
    ("travelled: {above: 100 m}", TravelledCondition("ego", 100.0)),
    ("lane: {of: lorry, is: {oncoming: 1}}", LaneCondition("lorry", 1, "1")),
    ("lane: {of: lorry, same_as: ego}", LaneCondition("lorry", None, None, "ego")),
    ("signal: {is: red}", SignalCondition("light ego", "red")),
    ("signal: {of: left, is: red amber}", SignalCondition("light left", "red amber")),
    ("signal: {is: off}", SignalCondition("light ego", "off")),
    ("started: other", EventCondition("other", "start")),
    ("ended: other", EventCondition("other", "end")),
    ("contact: {with: lorry}", ContactCondition("ego", "lorry")),
    ("contact: {of: lorry}", ContactCondition("lorry", None)),
    ("all: [{time: 1}, {time: 2}]", AllOf((TimeCondition(1.0), TimeCondition(2.0)))),
    ("any: [{time: 1}, {time: 2}]", AnyOf((TimeCondition(1.0), TimeCondition(2.0)))),
    ("not: {time: 1}", Not(TimeCondition(1.0))),
    ("time: 1, edge: rising, delay: 0.5 s", TimeCondition(1.0, edge="rising", delay=0.5)),
    ("time: 1, standstill: {}", AllOf((TimeCondition(1.0), StandstillCondition("ego", 0.0)))),
    ("time: 1, standstill: {}, delay: 2", AllOf((TimeCondition(1.0), StandstillCondition("ego", 0.0)), delay=2.0)),
    ("not: {any: [{time: 1, edge: falling}]}, delay: 1", Not(AnyOf((TimeCondition(1.0, edge="falling"),)), delay=1.0)),
]


@pytest.mark.parametrize(("text", "noun"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_a_condition_means_its_noun(text: str, noun: Condition) -> None:
    assert town(f"{{{text}}}").events[1].trigger == noun


def test_every_condition_there_is_is_tried() -> None:
    tried = {text.split(":")[0] for text, _ in CONDITIONS}
    assert tried == {key_of(ConditionSpec, field) for field in CONDITION_FIELDS}


def test_the_stop_has_a_condition_too() -> None:
    built = scenario("stop: {time: 5 s, when: {standstill: {for: 1 s}}}")
    assert (built.stop_time, built.stop) == (5.0, StandstillCondition("ego", 1.0))


LATER = Dynamics("sinusoidal", "time", 4.0)
ACTIONS: list[tuple[str, Action]] = [
    ("ego: {change_lane: {to: {oncoming: 1}}}", LaneChangeAction("ego", 1, LATER)),
    ("ego: {change_lane: {to: left, over: 2 s}}", LaneChangeAction("ego", 0, Dynamics("sinusoidal", "time", 2.0), 1)),
    (
        "ego: {change_lane: {to: right, rate: 1 m/s, shape: cubic}}",
        LaneChangeAction("ego", 0, Dynamics("cubic", "rate", 1.0), -1),
    ),
    ("ego: {change_lane: {to: {as: lorry}}}", LaneChangeAction("ego", 0, LATER, 0, "lorry")),
    ("ego: {speed: {to: 36 km/h}}", SpeedAction("ego", 10.0, Dynamics("linear", "rate", 2.0))),
    ("ego: {speed: {by: -2, relative_to: lorry}}", SpeedAction("ego", -2.0, Dynamics("linear", "rate", 2.0), "lorry")),
    ("ego: {speed: {by: 2, distance: 9 m}}", SpeedAction("ego", 2.0, Dynamics("linear", "distance", 9.0), "ego")),
    (
        "ego: {speed: {relative_to: lorry, shape: step}}",
        SpeedAction("ego", 0.0, Dynamics("step", "time", 0.0), "lorry"),
    ),
    ("ego: {stop: {rate: 4 m/s²}}", SpeedAction("ego", 0.0, Dynamics("linear", "rate", 4.0))),
    ("ego: {stop: {}}", SpeedAction("ego", 0.0, Dynamics("linear", "rate", 2.0))),
    ("ego: {stop: {at: 150 m, rate: 3}}", StopAction("ego", "1", 150.0, 3.0)),
    ("ego: {stop: {place: junction}}", StopAction("ego", "1", 200.0, 2.0)),
    ("ego: {stop: {place: zebra}}", StopAction("ego", "1", 97.0, 2.0)),
    ("ego: {offset: {to: -0.5 m}}", LaneOffsetAction("ego", -0.5, Dynamics("sinusoidal", "time", 2.0))),
    (
        "ego: {keep_gap: {to: lorry, distance: 20 m, for: 10 s}}",
        KeepGapAction("ego", "lorry", 20.0, None, 2.0, 3.5, 10.0),
    ),
    (
        "ego: {keep_gap: {to: lorry, time: 1.5 s, max_acceleration: 1, max_deceleration: 5}}",
        KeepGapAction("ego", "lorry", None, 1.5, 1.0, 5.0),
    ),
    ("lorry: {teleport: {at: 90 m, speed: 3}}", TeleportAction("lorry", "1", -1, 90.0, -1.625, 3.0)),
    ("lorry: {appear: true}", PresenceAction("lorry", True)),
    ("lorry: {vanish: true}", PresenceAction("lorry", False)),
    ("ego: {driver: aeb}", DriverAction("ego", "aeb")),
    ("signals: {phase: 2}", SignalAction("junction", 1, None)),
    ("signals: {left: green}", SignalAction("light left", None, "green")),
    ("signals: {left: off}", SignalAction("light left", None, "off")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "noun"), ACTIONS, ids=[text for text, _ in ACTIONS])
def test_an_action_means_its_noun(text: str, noun: Action) -> None:
    (action,) = town(do=f"{{{text}}}").events[1].actions
    assert action == noun


def test_every_action_there_is_is_tried() -> None:
    tried = {text.split("{")[1].split(":")[0] for text, _ in ACTIONS}
    assert tried - {"phase", "left"} == set(ACTION_FIELDS) - {"cross", "follow"}


@pytest.mark.parametrize("keep", ["right", "left"])
@pytest.mark.parametrize(
    ("road", "lane", "to", "side", "reach"),
    [
        ("kind: town, oncoming: 1", "pavement", "", "inner", 3.25 + 1.25),
        ("kind: town, oncoming: 1", "{SIDE: pavement}", "", "outer", 2 * 3.25 + 1.25),
        ("kind: rural, oncoming: 1", "shoulder", "", "inner", 3.5 + 0.5 + 2.0),
        ("kind: town, oncoming: 1", "pavement", ", to: SIDE", "inner", 3.25 + 1.25),
        ("kind: town, oncoming: 1", "1", ", to: OUTER", "outer", 2 * 3.25 + 1.25),
    ],
)
def test_who_crosses_walks_to_the_other_pavement_or_beyond_the_lanes(
    keep: str, road: str, lane: str, to: str, side: str, reach: float
) -> None:
    inner, outer = ("left", "right") if keep == "right" else ("right", "left")
    words = {"SIDE": inner, "OUTER": outer}
    for word, meant in words.items():
        lane, to = lane.replace(word, meant), to.replace(word, meant)
    built = scenario(f"""
        road: {{{road}, keep: {keep}}}
        actors: {{walker: {{kind: pedestrian, lane: {lane}, ahead: 10 m}}}}
        story: [{{when: {{time: 1}}, do: {{walker: {{cross: {{speed: 5 km/h{to}}}}}}}}}]
        """)
    walker = built.users[1]
    (action,) = built.events[0].actions
    sign = 1 if (side == "inner") == (keep == "right") else -1
    assert isinstance(action, TrajectoryAction)
    assert action.speed == pytest.approx(5 * KMH)
    assert action.points == (Waypoint(walker.s, pytest.approx(sign * reach)),)  # type: ignore[arg-type]


def test_points_of_a_path_count_in_the_own_direction_from_the_start() -> None:
    built = scenario("""
        road: {oncoming: 1}
        actors:
          a: {kind: bicycle, lane: 1, ahead: 30 m}
          b: {kind: bicycle, lane: {oncoming: 1}, ahead: 60 m}
        story:
          - when: {time: 1 s}
            do:
              a: {follow: {points: [[10 m, 0 m, 2 s], [20 m, 1.5 m, 4]]}}
              b: {follow: {points: [[10 m, 1 m]], speed: 4 m/s}}
        """)
    _, a, b = built.users
    first, second = built.events[0].actions
    assert first == TrajectoryAction("a", "1", (Waypoint(a.s + 10, a.t, 2.0), Waypoint(a.s + 20, a.t + 1.5, 4.0)))
    assert second == TrajectoryAction("b", "1", (Waypoint(b.s - 10, b.t - 1.0),), 4.0)


def test_teleporting_ahead_and_behind_is_bumper_to_bumper_from_where_the_ego_starts() -> None:
    built = scenario("""
        road: {lanes: 2, oncoming: 1, length: 500 m}
        ego: {at: 200 m}
        actors: {a: {kind: truck, lane: 1, ahead: 30 m}}
        story:
          - {when: {time: 1 s}, do: {a: {teleport: {ahead: 50 m, lane: 2}}}}
          - {when: {time: 2 s}, do: {a: {teleport: {behind: 40 m, lane: {oncoming: 1}}}}}
        """)
    ego, a = built.users
    ahead, behind = (e.actions[0] for e in built.events)
    assert isinstance(ahead, TeleportAction)
    assert isinstance(behind, TeleportAction)
    assert ahead.s - a.body.rear_overhang - (ego.s + ego.body.front) == pytest.approx(50.0)
    assert (ahead.lane, behind.lane) == (-1, 1)
    assert ego.s - ego.body.rear_overhang - (behind.s + a.body.rear_overhang) == pytest.approx(40.0)


def test_several_actions_start_together_and_events_keep_their_words() -> None:
    built = scenario("""
        road: {lanes: 2}
        actors: {a: {lane: 1, ahead: 30 m, present: false}}
        story:
          - name: all at once
            when: {time: 1 s}
            do: {a: {change_lane: {to: 2}, speed: {to: 10}, appear: true}}
            priority: override
            times: 3
        """)
    (event,) = built.events
    assert (event.priority, event.executions) == ("override", 3)
    assert [type(a) for a in event.actions] == [PresenceAction, SpeedAction, LaneChangeAction]
    assert not built.users[1].present


# -- circles and names -------------------------------------------------------------------------------------


def story(*whens: str) -> str:
    events = "\n".join(
        f"  - {{name: e{i}, when: {w}, do: {{ego: {{speed: {{to: {i}}}}}}}}}" for i, w in enumerate(whens)
    )
    return f"scenario:\n story:\n{events}\n"


@pytest.mark.parametrize(
    ("whens", "wrong_lines", "words"),
    [
        (["{started: e0}"], [3], "'e0' waits for itself"),
        (["{time: 1, ended: e0}"], [3], "'e0' waits for itself"),
        (["{started: e1}", "{started: e0}"], [3, 4], "'e0' waits for 'e1', which waits for it"),
        (["{all: [{started: e1}, {time: 1}]}", "{started: e2}", "{ended: e0}"], [3, 4, 5], "which waits for it"),
        (["{any: [{started: e0}, {ended: e0}]}"], [3], "'e0' waits for itself"),
        (["{started: e1}", "{started: e1}"], [4], "'e1' waits for itself"),
    ],
)
def test_events_that_wait_in_a_circle_are_mistakes(whens: list[str], wrong_lines: list[int], words: str) -> None:
    found = mistakes(story(*whens))
    assert lines(found) == wrong_lines
    assert words in said(found)


@pytest.mark.parametrize(
    "whens",
    [
        ["{any: [{started: e0}, {time: 1}]}"],
        ["{time: 1, not: {started: e0}}"],
        ["{time: 1}", "{started: e0}", "{started: e1, ended: e0}"],
        ["{any: [{started: e1}, {time: 1}]}", "{started: e0}"],
    ],
)
def test_events_that_can_start_may_wait_for_one_another(whens: list[str]) -> None:
    assert len(compose(block(story(*whens))).events) == len(whens)


@pytest.mark.parametrize("keep", ["right", "left"])
def test_keeping_left_is_the_mirror_image(keep: str) -> None:
    """All of t, lanes, offsets and turns change their sign, all of s and every number stays."""
    other = {"right": "left", "left": "right"}
    near, far = other[keep], keep

    def composed(keep: str, near: str, far: str, sign: str) -> Scenario:
        return scenario(f"""
            road: {{keep: {keep}, kind: town, lanes: 2, oncoming: 1, junction: {{at: 150 m, control: signals}}}}
            ego: {{at: 40 m, lane: 2, turn: {near}, offset: {sign}0.2 m}}
            actors:
              a: {{lane: 1, ahead: 20 m, offset: {sign}0.3 m, turn: {far}}}
              b: {{on: {near}, lane: 1, before: 10 m, speed: 3}}
              c: {{kind: child, lane: pavement, ahead: 50 m, facing: {near}}}
              d: {{kind: child, lane: {{{near}: pavement}}, ahead: 50 m}}
            story:
              - {{when: {{signal: {{of: {near}, is: green}}}}, do: {{a: {{change_lane: {{to: {near}}}}}}}}}
              - {{when: {{lane: {{is: 1}}}}, do: {{c: {{cross: {{}}}}, ego: {{offset: {{to: {sign}0.5 m}}}}}}}}
              - when: {{reaches: {{of: b, place: junction}}}}
                do: {{d: {{follow: {{points: [[3 m, {sign}2 m]]}}}}}}
            """)

    here, mirrored = composed(keep, near, far, "-"), composed(other[keep], far, near, "")
    for u, m in zip(here.users, mirrored.users, strict=True):
        assert (u.s, u.direction, u.speed, u.driver) == (m.s, m.direction, m.speed, m.driver)
        assert (u.t, u.lane, u.heading) == (pytest.approx(-m.t), -m.lane, -m.heading)
        assert [(leg.direction, leg.lane) for leg in u.route] == [(leg.direction, -leg.lane) for leg in m.route]
    (change,), (cross, aside), (follow,) = (e.actions for e in here.events)
    (change_m,), (cross_m, aside_m), (follow_m,) = (e.actions for e in mirrored.events)
    assert isinstance(change, LaneChangeAction)
    assert isinstance(change_m, LaneChangeAction)
    assert change.left == -change_m.left
    assert isinstance(aside, LaneOffsetAction)
    assert isinstance(aside_m, LaneOffsetAction)
    assert aside.offset == -aside_m.offset
    for a, m in ((cross, cross_m), (follow, follow_m)):
        assert isinstance(a, TrajectoryAction)
        assert isinstance(m, TrajectoryAction)
        assert [(p.s, p.t) for p in a.points] == [(p.s, pytest.approx(-p.t)) for p in m.points]
    lane, lane_m = here.events[1].trigger, mirrored.events[1].trigger
    assert isinstance(lane, LaneCondition)
    assert isinstance(lane_m, LaneCondition)
    assert lane.lane == -(lane_m.lane or 0)
