# What can never happen although it is well-formed is told, and what can happen is not.

from __future__ import annotations

import pytest

from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from scenes import block, said

BASE = """\
scenario:
  road: {lanes: 2, kind: town, JUNCTION}
  ego: {lane: 1, at: 60 m, speed: 10 m/s}
  actors:
    car: {lane: 1, ahead: 30 m}
    bike: {kind: bicycle, lane: 2, ahead: 30 m, PRESENT}
  stop: {time: 10 s}
  story:
  - name: first
    when: WHEN
    do: DO
  - name: second
    when: {time: 2 s}
    do: {car: {speed: {to: 5}}}
"""
EVENT, WHEN, DO = 9, 10, 11


def told(when: str = "{time: 1 s}", do: str = "{ego: {speed: {to: 5}}}", junction: str = "", present: str = "") -> str:
    road = f"oncoming: 1, junction: {{at: 200 m, {junction}}}" if junction else ""
    text = BASE.replace("WHEN", when).replace("DO", do).replace("JUNCTION", road).replace("PRESENT", present)
    found = block(text)
    return said(doubts(found, compose(found)))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{time: 10.1 s}", "this time is never reached: the run ends at 10 s"),
        ("{time: 8 s, delay: 3 s}", "this time is never reached"),
        ("{all: [{time: 3}, {time: 11}]}", "this time is never reached"),
        ("{any: [{time: 3}, {time: 11}]}", "this time is never reached"),
        ("{standstill: {for: 11 s}}", "nobody stands that long"),
        ("{speed: {of: bike, above: 60 km/h}}", "bike is never that fast (50.4 km/h are the most)"),
        ("{travelled: {of: bike, above: 200 m}}", "bike never comes that far (140 m are the most)"),
        ("{acceleration: {above: 4}}", "ego never accelerates that hard"),
        ("{acceleration: {below: -9.5}}", "ego never brakes that hard"),
        ("{reaches: {at: 50 m}}", "ego is past this place at the start, so this holds at once"),
        ("{reaches: {of: car, ahead: 20 m}}", "car is past this place at the start"),
        ("{arrives_in: {at: 50 m, below: 2 s}}", "ego is past this place at the start"),
        ("{lane: {is: 2}}", "ego never leaves its lane"),
        ("{lane: {of: car, is: 2}}", "car never leaves its lane"),
    ],
)
def test_conditions_that_never_hold_are_told_at_their_line(when: str, words: str) -> None:
    found = told(when)
    assert words in found
    assert found.startswith(f"{WHEN}: ")


@pytest.mark.parametrize(
    "when",
    [
        "{time: 10 s}",
        "{not: {time: 11 s}}",
        "{standstill: {for: 9 s}}",
        "{speed: {of: bike, above: 50 km/h}}",
        "{speed: {of: bike, above: 60 km/h, relative_to: car}}",
        "{reaches: {at: 70 m}}",
        "{reaches: {of: car, ahead: 40 m}}",
        "{lane: {is: 1}}",
        "{lane: {same_as: bike}}",
        "{started: second}",
    ],
)
def test_conditions_that_can_hold_are_not_told(when: str) -> None:
    assert told(when) == ""


@pytest.mark.parametrize(
    ("when", "do", "words"),
    [
        ("{reaches: {of: bike, place: junction}}", "{ego: {speed: {to: 5}}}", ""),
        ("{reaches: {place: right_crosswalk}}", "{ego: {speed: {to: 5}}}", "ego never comes along there"),
        ("{signal: {is: off}}", "{ego: {speed: {to: 5}}}", "this light never shows off (it shows amber, green, red"),
        ("{signal: {is: off}}", "{signals: {ego: off}}", ""),
        ("{signal: {is: red}}", "{ego: {speed: {to: 5}}}", ""),
    ],
)
def test_places_off_the_way_and_colours_that_no_light_shows(when: str, do: str, words: str) -> None:
    found = told(when, do, junction="control: signals, crosswalks: true")
    assert words in found if words else found == ""


def test_an_event_that_waits_for_one_that_never_starts_never_starts() -> None:
    text = """\
        scenario:
          story:
          - {name: a, when: {time: 20 s}, do: {ego: {speed: {to: 5}}}}
          - {name: b, when: {started: a}, do: {ego: {speed: {to: 5}}}}
          - {name: c, when: {any: [{ended: b}, {time: 1 s}]}, do: {ego: {speed: {to: 5}}}}
          - {name: d, when: {ended: c}, do: {ego: {speed: {to: 5}}}}
          stop: {when: {all: [{started: b}, {time: 1}]}}
        """
    found = block(text)
    told_at = [(m.line, m.message) for m in doubts(found, compose(found))]
    assert told_at == [
        (3, "this time is never reached: the run ends at 10 s"),
        (4, "the event 'a' never starts"),
        (5, "the event 'b' never starts"),
        (7, "the event 'b' never starts"),
    ]


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ("{ego: {change_lane: {to: 1}}}", "ego is in that lane already"),
        ("{ego: {change_lane: {to: right}}}", "there is no lane to the right of ego"),
        ("{bike: {change_lane: {to: left}}}", "there is no lane to the left of bike"),
        ("{bike: {speed: {to: 60 km/h}}}", "bike is never that fast"),
        ("{ego: {stop: {at: 10 m}}}", "ego is past this place at the start, so it stops at once"),
        ("{car: {appear: true}}", "car is there already"),
    ],
)
def test_actions_that_change_nothing_are_told_at_their_line(do: str, words: str) -> None:
    found = told(do=do)
    assert words in found
    assert found.startswith(f"{DO}: ")


@pytest.mark.parametrize(
    "do",
    [
        "{ego: {change_lane: {to: 2}}}",
        "{ego: {change_lane: {to: left}}}",
        "{ego: {teleport: {at: 90 m, lane: 2, speed: 0}, change_lane: {to: 1}}}",
        "{bike: {speed: {to: 40 km/h}}}",
        "{ego: {stop: {at: 90 m}}}",
        "{car: {vanish: true}}",
    ],
)
def test_actions_that_do_something_are_not_told(do: str) -> None:
    assert told(do=do) == ""


def test_who_never_appears_is_told_at_its_line() -> None:
    assert told(present="present: false").startswith("6: bike never appears")
    assert told(present="present: false", do="{bike: {appear: true}}") == ""
    late = told(present="present: false", when="{time: 30 s}", do="{bike: {appear: true}}")
    assert "bike never appears" in late
    assert "this time is never reached" in late


def test_free_drivers_and_those_of_other_packages_may_be_in_any_lane() -> None:
    text = """\
        scenario:
          ego: {behaviour: {lane_changes: free}}
          story: [{when: {lane: {is: 2}}, do: {ego: {speed: {to: 5}}}}]
        """
    found = block(text)
    assert doubts(found, compose(found)) == []
