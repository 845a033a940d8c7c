# What authors get wrong about road users and the story: each at its line, with words that help; the library;
# and drivers of other packages.

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.scenario import compose as composing
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from mkdocs_worldmodel.spec import block as blocks
from mkdocs_worldmodel.spec.block import LIBRARY, Place, parse_block
from scenes import block, mistakes, said

BASE = """\
scenario:
  road: {lanes: 2, oncoming: 1, kind: town, junction: {at: 200 m, kind: t, arms: [left, ahead]}}
  ego: {lane: 2, at: 50 m, speed: 10 m/s}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 20 m}
    child: {kind: child, lane: pavement, ahead: 40 m}
    cone: {kind: cone, lane: 1, ahead: 90 m}
"""
ACTOR = 8
"""Line of an actor that a test adds; a story's event stands two lines further down."""
EVENT = 9

ACTORS: list[tuple[str, str]] = [
    ("{lane: 3, ahead: 5 m}", "there is no lane 3 (the road has 2 lanes)"),
    ("{lane: {oncoming: 2}, ahead: 5 m}", "there is no oncoming lane 2 (the road has 1 oncoming lane)"),
    ("{lane: cycle_lane, ahead: 5 m}", "the road has no cycle lane (give the road one with cycle_lane: 2 m)"),
    ("{lane: {left: parking}, ahead: 5 m}", "the road has no parking on the left"),
    ("{lane: pavment, ahead: 5 m}", "this is no lane"),
    ("{lane: {middle: pavement}, ahead: 5 m}", "this is no lane"),
    ("{on: right, lane: 1, before: 5 m}", "the road has no arm 'right' (known: ahead, left)"),
    ("{on: ramp, lane: 1, before: 5 m}", "the road has no arm 'ramp'"),
    ("{on: lft, lane: 1, before: 5 m}", "did you mean left?"),
    ("{on: left, lane: 2, before: 5 m}", "there is no lane 2 (the left arm has 1 lane)"),
    ("{on: left, lane: 1, ahead: 5 m}", "ahead tells a place on the ego's road, not on another"),
    ("{on: left, lane: 1, after: 5 m}", "new drives towards the junction in that lane (give before:, or the lane of"),
    ("{on: left, lane: {oncoming: 1}, before: 5 m}", "new drives away from the junction in that lane (give after:"),
    ("{on: left, lane: 1, before: 5 m, after: 5 m}", "before and after contradict each other"),
    ("{on: left, lane: 1}", "it is not said where it starts"),
    ("{on: left, lane: 1, before: 9 km}", "beyond the left arm's end"),
    ("{lane: 1, before: 300 m}", "before the road begins"),
    ("{lane: 1, beside: lorry}", "'lorry' is unknown (known: ego)"),
    ("{lane: 1, at: 202 m}", "beyond the road's end"),
    ("{lane: 1, at: 0.2 m}", "would start 0.6 m before the road begins"),
    ("{lane: 1, ahead: 22 m}", "lorry and new are inside each other at the start (move one by at least"),
    ("{lane: 1, beside: ego}", ""),
    ("{kind: truck, lane: 1, beside: ego, facing: left, driver: still}", "ego and new are inside each other"),
    ("{kind: truck, lane: 1, ahead: 17 m, facing: right, driver: still}", ""),
    ("{kind: truck, lane: 1, ahead: 18 m, facing: right, driver: still}", "lorry and new are inside each other"),
    ("{lane: 1, ahead: 60 m, facing: right}", "new would drive sideways"),
    ("{lane: 1, ahead: 60 m, facing: backwards}", "facing: 'backwards' is unknown"),
    ("{kind: bicycle, lane: 1, ahead: 60 m, speed: 80 km/h}", "new is too fast (50.4 km/h are the most)"),
    ("{kind: cone, lane: 1, ahead: 60 m, speed: 3}", "new is a thing and does not move"),
    ("{kind: cone, lane: 1, ahead: 60 m, driver: idm}", "new is a thing and nobody drives it"),
    ("{kind: hgv, lane: 1, ahead: 60 m}", "did you mean truck?"),
    ("{lane: 1, ahead: 60 m, turn: right}", "there is no way right"),
    ("{lane: 1, ahead: 60 m, turn: exit}", "there is no way exit"),
    ("{lane: {oncoming: 1}, ahead: 60 m, turn: left}", "there is no way left (its road leads to no junction)"),
    ("{kind: child, lane: pavement, ahead: 60 m, turn: left}", "new does not drive and takes no turn"),
    ("{lane: 1, ahead: 60 m, size: {length: 50 m}}", "out of range"),
    ("{lane: 1, ahead: 60 m, size: {lenght: 5 m}}", "did you mean length?"),
    ("{lane: 1, ahead: .nan}", "not finite"),
    ("{lane: 1, ahead: .inf}", "not finite"),
    ("{lane: 1, ahead: 60 m, offset: 40 m}", "out of range"),
    ("{lane: 1, ahead: 60 m, present: 1}", "neither true nor false"),
    ("{lane: 1, ahead: 60 m, behaviour: {time_headway: 0 s}}", "out of range"),
    ("{lane: 1, ahead: 60 m, behaviour: {lane_changes: always}}", "known: free, needed"),
    ("{lane: 1, ahead: 60 m, behaviour: {coolness: 2}}", "out of range"),
    ("{lane: 1, ahead: 60 m, behaviour: {minds_red: maybe}}", "neither true nor false"),
    ("{lane: 1, ahead: 60 m, behaviour: {aeb: {range: 5 s}}}", "s measures time"),
    ("{lane: 1, ahead: 60 m, behaviour: {politness: 1}}", "did you mean politeness?"),
]


@pytest.mark.parametrize(("actor", "words"), ACTORS, ids=[text for text, _ in ACTORS])
def test_a_road_user_that_cannot_be_is_a_mistake_at_its_line(actor: str, words: str) -> None:
    text = f"{BASE}    new: {actor}\n"
    if not words:
        compose(block(text))
        return
    found = mistakes(text)
    assert words in said(found)
    assert [m.line for m in found] == [ACTOR] * len(found)


WHENS: list[tuple[str, str]] = [
    ("{}", "no condition is given"),
    ("{tiem: 1}", "did you mean time?"),
    ("{ttc: {to: lory, below: 2 s}}", "there is no road user 'lory' (did you mean lorry?)"),
    ("{ttc: {of: lory, to: ego, below: 2 s}}", "there is no road user 'lory'"),
    ("{ttc: {to: ego, below: 2 s}}", "ego is compared with itself"),
    ("{gap: {of: lorry, to: lorry, below: 2 m}}", "lorry is compared with itself"),
    ("{speed: {relative_to: ego, above: 2}}", "ego is compared with itself"),
    ("{lane: {same_as: ego}}", "ego is compared with itself"),
    ("{contact: {with: ego}}", "ego is compared with itself"),
    ("{gap: {to: lorry}}", "nothing to compare with"),
    ("{gap: {to: lorry, below: 2 m, above: 1 m}}", "below and above contradict each other"),
    ("{gap: {below: 2 m}}", "gap.to' is missing"),
    ("{gap: {to: lorry, below: 2 s}}", "s measures time"),
    ("{gap: {to: lorry, below: 2 m, axis: up}}", "known: along, across"),
    ("{speed: {below: -3}}", "a speed is never below zero"),
    ("{reaches: {at: 300 m}}", "this place lies 99.0 m beyond the road's end"),
    ("{reaches: {place: zebra}}", "there is no place 'zebra' (known: junction)"),
    ("{reaches: {place: junktion}}", "did you mean junction?"),
    ("{reaches: {at: 3, ahead: 3}}", "at and ahead contradict each other"),
    ("{reaches: {}}", "it is not said where"),
    ("{arrives_in: {place: junction}}", "nothing to compare with"),
    ("{lane: {is: 4}}", "there is no lane 4 (the road has 2 lanes)"),
    ("{lane: {}}", "it is not said which lane"),
    ("{lane: {is: left}}", "this is no lane"),
    ("{signal: {is: red}}", "there is no traffic light for the ego's road (give the junction control: signals)"),
    ("{signal: {of: rihgt, is: red}}", "there is no traffic light for 'rihgt'"),
    ("{signal: {is: yellow}}", "did you mean amber?"),
    ("{started: nothing}", "there is no event 'nothing' (known: event 1)"),
    ("{ended: event 7}", "did you mean event 1?"),
    ("{started: event 1}", "'event 1' waits for itself"),
    ("{all: []}", "all is empty"),
    ("{any: [{time: 1}, {started: x}]}", "there is no event 'x'"),
    ("{all: [{any: [{not: {ttc: {to: x, below: 1}}}]}]}", "there is no road user 'x'"),
    ("{time: 1, edge: up}", "'up' is unknown"),
    ("{time: -1 s}", "out of range"),
    ("{time: 1, delay: .inf}", "not finite"),
    ("{standstill: {for: -1 s}}", "out of range"),
    ("5", "a mapping is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "words"), WHENS, ids=[text for text, _ in WHENS])
def test_a_condition_that_cannot_be_is_a_mistake_at_its_line(when: str, words: str) -> None:
    found = mistakes(f"{BASE}  story:\n  - when: {when}\n    do: {{ego: {{speed: {{to: 3}}}}}}\n")
    assert words in said(found)
    assert [m.line for m in found] == [EVENT] * len(found)


DOES: list[tuple[str, str]] = [
    ("{}", "do is empty"),
    ("{ego: {}}", "nothing is done here"),
    ("{lory: {speed: {to: 3}}}", "there is no road user 'lory' (did you mean lorry?)"),
    ("{ego: {sped: {to: 3}}}", "did you mean speed?"),
    ("{ego: {brake: {}}}", "did you mean stop?"),
    ("{ego: {speed: {to: 3}, stop: {}}}", "ego cannot change its speed and stop at once"),
    ("{ego: {stop: {}, keep_gap: {to: lorry, time: 1}}}", "ego cannot stop and keep gap at once"),
    ("{ego: {change_lane: {to: 1}, offset: {to: 1}}}", "ego cannot change lane and move sideways at once"),
    ("{child: {cross: {}, speed: {to: 1}}}", "child cannot cross and change its speed at once"),
    ("{child: {cross: {}, follow: {points: [[1, 1]]}}}", "child cannot cross and follow a path at once"),
    ("{lorry: {change_lane: {to: 2}, follow: {points: [[1, 1]]}}}", "lorry cannot follow a path and change lane"),
    ("{lorry: {appear: true, vanish: true}}", "lorry cannot appear and vanish at once"),
    ("{lorry: {appear: false}}", "this can only be true"),
    ("{ego: {keep_gap: {to: ego, time: 1}}}", "ego cannot keep a gap to itself"),
    ("{ego: {keep_gap: {to: nobody, time: 1}}}", "there is no road user 'nobody'"),
    ("{ego: {keep_gap: {to: lorry}}}", "it is not said which gap"),
    ("{ego: {keep_gap: {to: lorry, time: 1, distance: 3}}}", "distance and time contradict each other"),
    ("{ego: {keep_gap: {to: lorry, time: 1, for: 0 s}}}", "out of range"),
    ("{ego: {change_lane: {to: 5}}}", "there is no lane 5"),
    ("{ego: {change_lane: {to: up}}}", "this is no lane"),
    ("{ego: {change_lane: {to: {as: ego}}}}", "ego cannot change to the lane of itself"),
    ("{ego: {change_lane: {to: {as: x}}}}", "there is no road user 'x'"),
    ("{ego: {change_lane: {to: 1, over: 0 s}}}", "out of range"),
    ("{ego: {change_lane: {to: 1, rate: 0 m/s}}}", "out of range"),
    ("{ego: {change_lane: {to: 1, over: .nan}}}", "not finite"),
    ("{ego: {change_lane: {to: 1, over: 1, distance: 3}}}", "over and distance contradict each other"),
    ("{ego: {speed: {}}}", "it is not said how fast"),
    ("{ego: {speed: {to: 3, by: 2}}}", "to and by contradict each other"),
    ("{ego: {speed: {to: 3, relative_to: lorry}}}", "to and relative_to contradict each other"),
    ("{ego: {speed: {by: 3, relative_to: x}}}", "there is no road user 'x'"),
    ("{ego: {stop: {at: 300 m}}}", "beyond the road's end"),
    ("{ego: {stop: {at: 3 m, place: junction}}}", "at and place contradict each other"),
    ("{ego: {stop: {place: zebra}}}", "there is no place 'zebra'"),
    ("{ego: {stop: {rate: 0}}}", "out of range"),
    ("{ego: {cross: {}}}", "a car does not walk across the road"),
    ("{cone: {speed: {to: 3}}}", "a cone does not move"),
    ("{child: {change_lane: {to: 2}}}", "a child does not drive"),
    ("{child: {cross: {speed: 40 km/h}}}", "child is not that fast (14.4 km/h are the most)"),
    ("{child: {cross: {to: across}}}", "known: left, right"),
    ("{child: {follow: {points: []}}}", "points is empty"),
    ("{child: {follow: {points: [[1, 2, 0 s]]}}}", "this point has an impossible time"),
    ("{child: {follow: {points: [[1]]}}}", "this is no point"),
    ("{child: {follow: {points: [[1, 2, 3], [1, 2]]}}}", "some points have a time and some have none"),
    ("{child: {follow: {points: [[1, 2, 3], [1, 2, 3]]}}}", "the times of the points do not increase"),
    ("{child: {follow: {points: [[1, 2, 3]], speed: 1}}}", "speed and points with a time contradict"),
    ("{child: {follow: {points: [[900 m, 2]]}}}", "off the road's end"),
    ("{lorry: {teleport: {at: 202 m}}}", "lorry would be put"),
    ("{lorry: {teleport: {behind: 50 m}}}", "before the road begins"),
    ("{lorry: {teleport: {}}}", "it is not said where to"),
    ("{lorry: {teleport: {at: 9 m, lane: 4}}}", "there is no lane 4"),
    ("{lorry: {driver: human}}", "'human' is unknown"),
    ("{signals: {}}", "it is not said what they show"),
    ("{signals: {phase: 2}}", "there are no traffic lights"),
    ("{signals: {ego: green}}", "there is no traffic light for the ego's road"),
    ("{signals: {ego: grene}}", "did you mean green?"),
    ("[a]", "a mapping is needed"),
]


@pytest.mark.parametrize(("do", "words"), DOES, ids=[text for text, _ in DOES])
def test_an_action_that_cannot_be_is_a_mistake_at_its_line(do: str, words: str) -> None:
    found = mistakes(f"{BASE}  story:\n  - do: {do}\n    when: {{time: 1 s}}\n")
    assert words in said(found)
    assert [m.line for m in found] == [EVENT] * len(found)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("scenario:\n  ego:\n    turn: left", 3, "there is no way left"),
        ("scenario:\n  ego:\n    kind: child", 3, "known: car"),
        ("scenario:\n  actors:\n    signals: {lane: 1, ahead: 3}", 3, "an actor cannot be called signals"),
        ("scenario:\n  traffic:\n    spread: 20", 3, "did you mean 20 %?"),
        ("scenario:\n  traffic: {spread: 80 %}", 2, "out of range"),
        ("scenario:\n  about:\n    tilte: x", 3, "did you mean title?"),
        ("scenario:\n  about:\n    title: [x]", 3, "a text is needed"),
        ("scenario:\n  stop:\n    when: {ttc: {to: x, below: 1}}", 3, "there is no road user 'x'"),
        (
            "driver: nobody\nscenario: {}",
            1,
            "driver: 'nobody' is unknown (known: idm, constant, scripted, careful, aeb",
        ),
        ("driver: still\nscenario: {}", 1, "'still' is unknown"),
        ("scenario:\n  from: library/cut-inn", 2, "no scenario 'cut-inn' in the library (did you mean cut-in?)"),
        ("scenario: library/nothing", 1, "there is no scenario 'nothing' in the library"),
    ],
)
def test_other_mistakes_are_at_their_lines(text: str, line: int, words: str) -> None:
    found = mistakes(text)
    assert words in said(found)
    assert [m.line for m in found] == [line] * len(found)


def test_two_events_of_one_name_are_a_mistake_at_the_second() -> None:
    event = "{name: a, when: {time: 1}, do: {ego: {speed: {to: 3}}}}"
    (found,) = mistakes(f"scenario:\n  story:\n  - {event}\n  - {event}\n")
    assert (found.line, found.message) == (4, "two events are called 'a'")


@pytest.mark.parametrize(("length", "clash"), [("30 m", True), ("8 m", False)])
def test_bodies_on_different_roads_are_told_apart_in_the_plane(length: str, clash: bool) -> None:
    beam = f"kind: obstacle, size: {{length: {length}}}, lane: 1, before: 1 m, facing: left"
    text = f"""\
        scenario:
          road: {{lanes: 1, oncoming: 1, junction: {{at: 100 m}}}}
          actors:
            a: {{{beam}, on: left}}
            b: {{{beam}, on: ahead}}
        """
    if not clash:
        compose(block(text))
        return
    (found,) = mistakes(text)
    assert (found.line, found.message) == (5, "a and b are inside each other at the start")


# -- drivers of others, the library ------------------------------------------------------------------------


def test_a_driver_of_another_package_is_known_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def entry_points(group: str) -> list[metadata.EntryPoint]:
        asked.append(group)
        return [metadata.EntryPoint("my-policy", "nowhere:nothing", group)]

    monkeypatch.setattr(composing.metadata, "entry_points", entry_points)
    assert compose(block("driver: careful\nscenario: {}")).users[0].driver == "careful"
    assert asked == []
    assert compose(block("driver: my-policy\nscenario: {}")).users[0].driver == "my-policy"
    assert asked == ["mkdocs_worldmodel.drivers"]


def test_the_library_is_read_by_name_and_overridden_value_by_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "LIBRARY", tmp_path)
    (tmp_path / "cut-in.yaml").write_text(
        "road: {lanes: 2}\nego: {lane: 2}\nactors:\n  challenger: {lane: 1, ahead: 25 m, speed: 20 m/s}\n"
    )
    whole = block("scenario: library/cut-in")
    changed = block("scenario: {from: library/cut-in, actors: {challenger: {ahead: 40 m}}}")
    assert whole.files == (tmp_path / "cut-in.yaml",)
    assert whole.spec.scenario.actors["challenger"].ahead == 25.0
    assert changed.spec.scenario.actors["challenger"].ahead == 40.0
    assert changed.spec.scenario.actors["challenger"].speed == 20.0
    (found,) = mistakes("scenario:\n  from: library/cut-in\n  ego:\n    lane: 7\n")
    assert (found.line, found.file) == (4, "")
    (found,) = mistakes("scenario: {from: library/cut-in, road: {lanes: 1}}")
    assert (found.line, found.file) == (2, "library/cut-in")


@pytest.mark.parametrize(
    "name", ["library/../story", "library/", "library/a/b", "library/.hidden", "library/cut-in.xosc"]
)
def test_the_library_is_no_way_to_other_files(name: str) -> None:
    with pytest.raises(SpecError):
        block(f"scenario: {name}")


@pytest.mark.parametrize("name", sorted(p.stem for p in LIBRARY.glob("*.yaml")))
def test_every_scenario_of_the_library_composes_without_doubts_and_says_what_it_is(name: str) -> None:
    found = block(f"scenario: library/{name}")
    assert doubts(found, compose(found)) == []
    about = found.spec.scenario.about
    assert about.title
    assert about.summary
    assert about.source


def test_a_file_among_the_pages_may_still_lie_in_a_folder_called_library(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/cut-in.yaml").write_text("ego: {speed: 3 m/s}\n")
    found = parse_block("scenario: library/cut-in.yaml", Place(tmp_path, (tmp_path,)))
    assert found.spec.scenario.ego.speed == 3.0


def test_what_it_is_about_changes_nothing() -> None:
    plain = compose(block("scenario: {}"))
    about = "{title: x, tags: [a, b], parameters: [{key: ego.speed}], outcomes: {constant: contact}}"
    assert compose(block(f"scenario: {{about: {about}}}")) == plain
