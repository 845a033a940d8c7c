# What drivers do by themselves is told, with what they meet: no story asks for any of it.

from __future__ import annotations

import re
from itertools import pairwise

from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.sentences import summary
from mkdocs_worldmodel.rollout.record import quantised
from scenes import run, scenario


def read(text: str) -> Analysis:
    return analyse(scenario(text), quantised(run(text)))


def told(text: str) -> str:
    return "\n".join(f"{e.time:.1f} {e.text}" for e in read(text).events)


def test_a_lane_change_that_the_driver_decides_is_told_where_it_begins() -> None:
    found = told("""
        road: {lanes: 2, length: 800 m, kind: motorway, exit: {ahead: 300 m, length: 200 m}}
        ego: {lane: 1, speed: 25 m/s, turn: exit}
        stop: {time: 30 s}
        """)
    assert len(re.findall(r"ego begins to change from lane 1 to the exit lane", found)) == 1
    assert "the ego takes the exit" in found.lower()
    assert found.index("begins to change") < found.lower().index("takes the exit")


def test_a_lane_change_of_the_story_is_told_once() -> None:
    found = told("""
        ego: {lane: 1, speed: 20 m/s}
        actors: {van: {kind: van, lane: 2, ahead: 60 m, speed: 20 m/s}}
        story: [{when: {time: 1 s}, do: {van: {change_lane: {to: 1, over: 3 s}}}}]
        """)
    assert found.count("begins to change") == 1


def test_turning_and_the_sign_before_it_are_told() -> None:
    found = told("""
        road: {lanes: 1, oncoming: 1, junction: {ahead: 60 m, control: stop}, kind: town}
        ego: {lane: 1, speed: 12 m/s, turn: left}
        stop: {time: 25 s}
        """)
    braking, setting_off, turning = (
        next(line for line in found.splitlines() if words in line)
        for words in ("The ego brakes", "ego sets off", "turns left")
    )
    assert re.search(r"to a standstill at \d+\.\d s, .*, with a stop line \d+ m ahead", braking)
    assert float(braking.split()[0]) < float(setting_off.split()[0]) < float(turning.split()[0])


def test_braking_names_the_light() -> None:
    found = told("""
        road: {lanes: 1, oncoming: 1, kind: town, junction: {ahead: 80 m, control: signals, signals: {first: side}}}
        ego: {lane: 1, speed: 12 m/s}
        stop: {time: 9 s}
        """)
    assert re.search(r"The ego brakes from 43 km/h .*, with its light at red \d+ m ahead", found)


def test_who_walks_does_not_drive() -> None:
    found = told("""
        road: {lanes: 1, oncoming: 1, kind: town, crossings: [{ahead: 45 m}]}
        ego: {lane: 1, speed: 12 m/s}
        actors: {ann: {kind: pedestrian, lane: pavement, ahead: 47 m}, bob: {kind: child, lane: pavement, ahead: 120 m}}
        story:
          - {when: {time: 0.5 s}, do: {ann: {cross: {speed: 5 km/h}}}}
          - {when: {time: 1 s}, do: {bob: {cross: {speed: 12 km/h}}}}
        """)
    assert "The ann starts to walk at 5 km/h" in found
    assert "The bob starts to run at 12 km/h" in found
    assert not re.search(r"(ann|bob)[^;.]* drives", found)


def test_things_in_a_row_are_passed_in_one_sentence() -> None:
    cones = ", ".join(f"cone_{n}: {{kind: cone, lane: 1, ahead: {20 * n} m}}" for n in range(1, 5))
    found = told(f"road: {{lanes: 2}}\nego: {{lane: 2, speed: 20 m/s}}\nactors: {{{cones}}}")
    assert found.count("pass") == 1
    assert "begins to pass 4 things in a row, from cone 1 to cone 4" in found


def test_a_summary_has_the_most_telling_facts_in_order_with_their_times() -> None:
    events = read("""
        road: {lanes: 3, length: 600 m, kind: motorway}
        ego: {lane: 2, speed: 100 km/h}
        actors: {lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}}
        story: [{when: {time: 1.5 s}, do: {lorry: {change_lane: {to: 2, over: 3 s}}}}]
        """).events
    facts = [str(fact) for fact in summary(events)]
    assert 2 <= len(facts) <= 4
    assert facts[0].startswith("At 1.5 s the lorry begins to change from lane 1 to lane 2")
    assert "the ego brakes" in facts[1]
    times = [float(fact.split()[1]) for fact in facts]
    assert times == sorted(times)


def test_no_two_entries_are_closer_than_a_reader_can_tell() -> None:
    times = [e.time for e in read("""
        road: {lanes: 3}
        ego: {lane: 2, speed: 100 km/h}
        actors: {a: {lane: 1, ahead: 20 m, speed: 80 km/h}, b: {lane: 3, ahead: 60 m, speed: 70 km/h}}
        story: [{when: {time: 1 s}, do: {a: {change_lane: {to: 2}}, b: {change_lane: {to: 2}}}}]
        """).events]  # fmt: skip
    assert all(b - a > 0.1 for a, b in pairwise(times[1:]))


MERGE = """
    road: {lanes: 2, kind: motorway, ramp: {ahead: 60 m, length: 200 m}}
    ego: {lane: 1, speed: 95 km/h}
    actors: {merger: {on: ramp, lane: 1, before: 30 m, speed: 80 km/h, desired_speed: 100 km/h}}
    """


def test_lanes_that_a_ramp_or_an_exit_adds_have_names_and_the_others_keep_their_numbers() -> None:
    found = told(MERGE)
    assert "The merger begins to change from the entry lane to lane 1" in found
    assert "lane 3" not in found
    leaving = """
        road: {lanes: 2, length: 800 m, kind: motorway, exit: {ahead: 300 m, length: 200 m}}
        ego: {lane: 1, speed: 25 m/s, turn: exit}
        stop: {time: 25 s}
        """
    assert "The ego begins to change from lane 1 to the exit lane." in told(leaving)


def test_a_braking_names_the_end_of_the_lane_and_the_bend_for_which_it_is() -> None:
    ending = """
        road: {lanes: 2, kind: motorway, lane_ends: {lane: 1, ahead: 160 m, over: 60 m}}
        ego: {lane: 1, speed: 80 km/h}
        actors:
          front: {lane: 2, ahead: 8 m, speed: 75 km/h}
          back: {kind: van, lane: 2, behind: 25 m, speed: 75 km/h}
        """
    assert re.search(r"The ego brakes [^;]*, with the end of its lane 1\d\d m ahead", told(ending))
    turning = """
        road: {lanes: 1, oncoming: 1, kind: rural, segments: [
          {length: 120 m}, {length: 40 m, curve: {radius: 30 m, to: left}}, {length: 200 m}]}
        ego: {lane: 1, speed: 60 km/h}
        """
    assert re.search(r"The ego brakes [^;]*, before a bend with a radius of (2|3)\d m", told(turning))
