from __future__ import annotations

import re
from pathlib import Path

import pytest

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.spec.block import Place, parse_block
from mkdocs_worldmodel.spec.schema import block_schema
from scenes import block, lines, mistakes, said


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "library").mkdir(parents=True)
    return folder


def refused(text: str, place: Place) -> Mistake:
    with pytest.raises(SpecError) as error:
        parse_block(text, place)
    (mistake,) = error.value.mistakes
    return mistake


# -- defaults ----------------------------------------------------------------------------------------------


def test_the_nearest_default_wins_key_by_key(docs: Path) -> None:
    site = {"seed": 1, "scenario": {"road": {"lanes": 3, "lane_width": "3 m"}, "ego": {"lane": 1}}}
    page = {"seed": 2, "scenario": {"ego": {"lane": 2, "speed": "20 m/s"}}}
    place = Place(docs, (docs,), (("mkdocs.yml", site), ("front matter", page)))
    spec = parse_block("scenario: {ego: {lane: 3}}", place).spec
    assert spec.seed == 2
    road, ego = spec.scenario.road, spec.scenario.ego
    assert (road.lanes, road.lane_width, ego.lane, ego.speed) == (3, 3.0, 3, 20.0)
    assert site["scenario"]["ego"] == {"lane": 1}, "defaults are not changed by merging"  # type: ignore[index]


def test_a_mistake_in_a_default_names_its_source(docs: Path) -> None:
    place = Place(docs, (docs,), (("the page's front matter", {"scenario": {"rod": {}}, 3: "x"}),))
    with pytest.raises(SpecError) as error:
        parse_block("title: x", place)
    assert {(m.file, m.line) for m in error.value.mistakes} == {("the page's front matter", 0)}
    assert "did you mean road?" in said(list(error.value.mistakes))


def test_a_list_is_replaced_not_merged(docs: Path) -> None:
    place = Place(docs, (docs,), (("site", {"expect": ["no collision"], "scenario": {}}),))
    assert parse_block("expect: [min ttc > 1 s]", place).spec.expect == ["min ttc > 1 s"]


# -- files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("naming", ["scenario: library/cut-in.yaml", "scenario: {from: library/cut-in.yaml}"])
def test_a_scenario_may_come_from_a_file_below_the_page(docs: Path, naming: str) -> None:
    file = docs / "library/cut-in.yaml"
    file.write_text("ego: {speed: 20 m/s}\n")
    found = parse_block(naming, Place(docs, (docs,)))
    assert found.spec.scenario.ego.speed == 20.0
    assert found.files == (file,)


def test_the_block_overrides_its_file_and_the_file_overrides_the_site(docs: Path) -> None:
    (docs / "a.yaml").write_text("road: {lanes: 3}\nego: {speed: 20 m/s, lane: 2}\n")
    site = {"scenario": {"ego": {"speed": "10 m/s", "kind": "van"}, "road": {"lanes": 1}}}
    place = Place(docs, (docs,), (("mkdocs.yml", site),))
    spec = parse_block("scenario: {from: a.yaml, ego: {lane: 3}}", place).spec.scenario
    assert (spec.road.lanes, spec.ego.speed, spec.ego.lane, spec.ego.kind) == (3, 20.0, 3, "van")
    assert parse_block("scenario: a.yaml", place).spec.scenario.ego.kind == "van"


def test_a_default_may_name_a_file_and_the_nearest_file_is_read(docs: Path) -> None:
    (docs / "a.yaml").write_text("ego: {lane: 2}\n")
    (docs / "b.yaml").write_text("ego: {speed: 9 m/s}\n")
    place = Place(docs, (docs,), (("mkdocs.yml", {"scenario": {"from": "a.yaml", "stop": {"time": "3 s"}}}),))
    assert parse_block("title: x", place).spec.scenario.ego.lane == 2
    found = parse_block("scenario: b.yaml", place)
    assert (found.spec.scenario.ego.lane, found.spec.scenario.ego.speed, found.spec.scenario.stop.time) == (1, 9.0, 3.0)
    assert [f.name for f in found.files] == ["b.yaml"]


def test_a_file_among_the_pages_but_above_the_page_is_read(docs: Path) -> None:
    (docs / "a.yaml").write_text("ego: {lane: 2}\n")
    place = Place(docs / "library", (docs,))
    assert parse_block("scenario: ../a.yaml", place).spec.scenario.ego.lane == 2


def test_nothing_outside_of_the_roots_is_read(docs: Path) -> None:
    secret = docs.parent / "secret.yaml"
    secret.write_text("ego: {lane: 2}\n")
    (docs / "link.yaml").symlink_to(secret)
    (docs / "folder").symlink_to(docs.parent)
    for name in ("../secret.yaml", str(secret), "link.yaml", "folder/secret.yaml", "library/../../secret.yaml"):
        assert "outside of the docs folder" in refused(f"scenario: {name}", Place(docs, (docs,))).message


def test_a_missing_file_has_its_line_and_the_nearest_name(docs: Path) -> None:
    (docs / "cut-in.yaml").touch()
    mistake = refused("title: x\nscenario:\n  from: cut_in.yaml\n", Place(docs, (docs,)))
    assert (mistake.line, mistake.hint) == (3, "did you mean cut-in.yaml?")
    assert refused("scenario: a/b/c.yaml", Place(docs, (docs,))).hint == "the path is relative to the page"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cut-in.xosc", "OpenSCENARIO"),
        ("library", "not a .yaml file"),
        ("folder.yaml", "is not a file"),
        ("latin.yaml", "not a text in UTF-8"),
        ("large.yaml", "larger than 64 kB"),
        ("loop.yaml", "cannot be read"),
        ("list.yaml", "not a scenario"),
        ("empty.yaml", "not a scenario"),
        ("x" * 600 + ".yaml", "not a file name"),
        ("x" * 400 + ".yaml", "cannot be read"),
        ("''", "not a file name"),
        ('"a\\0b.yaml"', "a control character"),
    ],
)
def test_what_is_no_scenario_file_is_refused(docs: Path, name: str, message: str) -> None:
    (docs / "folder.yaml").mkdir()
    (docs / "latin.yaml").write_bytes(b"ego: {colour: \xe4}")
    (docs / "large.yaml").write_bytes(b"#" * 70_000)
    (docs / "loop.yaml").symlink_to(docs / "loop.yaml")
    (docs / "list.yaml").write_text("- a")
    (docs / "empty.yaml").touch()
    mistake = refused(f"scenario: {name}", Place(docs, (docs,)))
    assert message in mistake.message
    assert str(docs) not in str(mistake)


@pytest.mark.parametrize("value", ["5", "[a]", "{a: b}", "null", "true"])
def test_from_needs_a_name(docs: Path, value: str) -> None:
    assert "not a file name" in refused(f"scenario: {{from: {value}}}", Place(docs, (docs,))).message


def test_mistakes_in_a_file_carry_the_file_and_its_line(docs: Path) -> None:
    (docs / "a.yaml").write_text("road: {lanes: 2}\nego:\n  spede: 3\nactors:\n  car: {lane: 7, ahead: 5 m}\n")
    place = Place(docs, (docs,))
    mistake = refused("scenario: a.yaml", place)
    assert (mistake.file, mistake.line, mistake.hint) == ("a.yaml", 3, "did you mean speed?")
    (docs / "a.yaml").write_text("road: {lanes: 2}\nactors:\n  car:\n    lane: 7\n    ahead: 5 m\n")
    found = mistakes("title: x\nscenario:\n  from: a.yaml\n  ego:\n    lane: 3\n", place)
    assert {(m.file, m.line) for m in found} == {("", 5), ("a.yaml", 4)}
    (docs / "a.yaml").write_text("road:\n  lanes: [1\n")
    assert refused("scenario: a.yaml", place).file == "a.yaml"


# -- mistakes ----------------------------------------------------------------------------------------------


def test_all_mistakes_at_once_each_at_its_line() -> None:
    found = mistakes("""\
        titel: x
        seed: -1
        cameras: [front_wide,
          fornt_narrow]
        scenario:
          road: {lanes: 3,
            curve: {radius: 800 km,
              to: lef}}
          ego:
            speed: 100
          actors:
            Lorry: {lane: 1, ahead: 5 m}
            car:
              lane: {oncoming: 0}
              ahead: 25 parsec
            van: {ahead: 4}
            bus: {lane: 1}
          story:
            - when: {time: 1 m}
              do: {car: {}}
        expect:
          - no collision
          - 5
        """)
    assert lines(found) == [1, 2, 4, 7, 8, 10, 12, 14, 15, 16, 17, 19, 20, 23]
    assert all(m.file == "" for m in found)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("titel: x\nscenario: {}", "did you mean title?"),
        ("scenario: {rod: {}}", "did you mean road?"),
        ("scenario: {road: {lane: 2}}", "did you mean lanes?"),
        ("scenario: {road: {curve: {radius: 90 m, to: left, transitions: 3}}}", "did you mean transition?"),
        ("scenario: {road: {segments: [{lenght: 3}, {length: 9}]}}", "did you mean length?"),
        ("scenario: {environment: {wether: rain}}", "did you mean weather?"),
        ("scenario: {ego: {lanes: 1}}", "did you mean lane?"),
        ("scenario: {actors: {a: {lane: 1, ahed: 3 m}}}", "did you mean ahead?"),
        ("scenario: {story: [{wen: {time: 1}, do: {ego: {speed: {to: 1}}}}]}", "did you mean when?"),
        ("scenario: {story: [{when: {tiem: 1}, do: {ego: {speed: {to: 1}}}}]}", "did you mean time?"),
        ("scenario: {story: [{when: {time: 1}, do: {ego: {spede: {to: 1}}}}]}", "did you mean speed?"),
        ("scenario: {story: [{when: {time: 1}, do: {ego: {speed: {too: 1}}}}]}", "did you mean to?"),
        ("scenario: {stop: {tme: 1}}", "did you mean time?"),
        ("film: {codek: vp9}\nscenario: {}", "did you mean codec?"),
        ("figure: rolout\nscenario: {}", "did you mean rollout?"),
        ("driver: imd\nscenario: {}", "did you mean idm?"),
        ("cameras: [raer]\nscenario: {}", "did you mean rear?"),
        ("show: [numbres]\nscenario: {}", "did you mean numbers?"),
        ("film: {codec: h256}\nscenario: {}", "did you mean h264?"),
        ("scenario: {road: {kind: twn}}", "did you mean town?"),
        ("scenario: {road: {curve: {radius: 90, to: lft}}}", "did you mean left?"),
        ("scenario: {environment: {weather: rian}}", "did you mean rain?"),
        ("scenario: {environment: {time_of_day: dsk}}", "did you mean dusk?"),
        ("scenario: {ego: {kind: trcuk}}", "did you mean truck?"),
        ("scenario: {actors: {a: {lane: 1, ahead: 1, driver: constent}}}", "did you mean constant?"),
        (
            "scenario: {story: [{when: {time: 1}, do: {ego: {speed: {to: 1, shape: cubik}}}}]}",
            "did you mean cubic?",
        ),
        ("scenario: {ego: {kind: zeppelin}}", "known: car, van, truck, bus, emergency, motorcycle, bicycle"),
    ],
)
def test_a_word_that_is_nearly_right_gets_a_hint(text: str, hint: str) -> None:
    assert hint in [m.hint for m in mistakes(text)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("just words", "not a mapping"),
        ("- a", "not a mapping"),
        ("title: x", "'scenario' is missing"),
        ("scenario: 5", "a mapping is needed"),
        ("scenario: {actors: [a]}", "a mapping is needed"),
        ("scenario: {story: {a: 1}}", "a list is needed"),
        ("title: 5\nscenario: {}", "a text is needed"),
        ("title: " + "x" * 301 + "\nscenario: {}", "title is too long"),
        ("cameras: []\nscenario: {}", "cameras is empty"),
        ("scenario: {road: {lanes: true}}", "no whole number"),
        ("scenario: {road: {lanes: '2'}}", "no whole number"),
        ("scenario: {road: {lanes: 2.5}}", "no whole number"),
        ("scenario: {road: {lanes: 9}}", "out of range"),
        ("scenario: {ego: {lane: {oncoming: 1}}}", "no whole number"),
        ("scenario: {actors: {a: {lane: 0, ahead: 3}}}", "no lane"),
        ("scenario: {actors: {a: {lane: -1, ahead: 3}}}", "no lane"),
        ("scenario: {actors: {a: {lane: true, ahead: 3}}}", "no lane"),
        ("scenario: {actors: {a: {lane: 1, ahead: 3, behind: 3}}}", "ahead and behind contradict"),
        ("scenario: {actors: {a: {lane: 1}}}", "not said where it starts"),
        ("scenario: {road: {length: 9 m, segments: [{length: 9}]}}", "either segments, or length"),
        ("scenario: {story: [{when: {time: 1}, do: {ego: {speed: {to: 1, over: 1, rate: 2}}}}]}", "over and rate"),
        ("scenario: {story: [{when: {time: 1}, do: {ego: {speed: {to: 1, over: 1, shape: step}}}}]}", "takes no time"),
        ("scenario: {story: [{when: {time: 1}, do: {}}]}", "do is empty"),
        ("scenario: {stop: {time: 200 s}}", "out of range"),
        ("scenario: {stop: {time: 1 ms}}", "out of range"),
        ("scenario: {ego: {colour: red}}", "not possible"),
        ("id: Ä\nscenario: {}", "not possible"),
        ("seed: " + "9" * 30 + "\nscenario: {}", "out of range"),
        ("expect: ['a\tb']\nscenario: {}", "short text"),
        ("scenario: {actors: {" + ", ".join(f"a{i}: {{lane: 1, ahead: {i}}}" for i in range(65)) + "}}", "too long"),
        ("scenario: {road: {segments: []}}", "segments is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_mistake(text: str, message: str) -> None:
    found = mistakes(text)
    assert message in said(found)
    assert all(m.line == 1 or "\n" in text for m in found)


def test_a_key_that_is_quoted_in_a_message_is_cut_short() -> None:
    (mistake,) = mistakes(f"{'k' * 5000}: 1\nscenario: {{}}")
    assert len(str(mistake)) < 300


def test_film_can_be_turned_off_and_on() -> None:
    assert block("film: none\nscenario: {}").spec.film is None
    assert block("film: full\nscenario: {}").spec.film is not None


def test_the_schema_knows_scenarios_in_files() -> None:
    schema = block_schema()
    inline, file = schema["$defs"]["RolloutSpec"]["properties"]["scenario"]["anyOf"]
    assert inline["$ref"].endswith("/ScenarioSpec")
    assert "from" in schema["$defs"]["ScenarioSpec"]["properties"]
    for name, fits in (("library/cut-in", True), ("a/b.yaml", True), ("cut-in", False), ("x.yaml.txt", False)):
        assert (re.search(file["pattern"], name) is not None) == fits, name


def test_the_schema_names_every_key_and_unit() -> None:
    schema = block_schema()
    assert set(schema["$defs"]["RolloutSpec"]["properties"]) >= {"figure", "scenario", "expect", "cameras", "seed"}
    assert "85 km/h" in str(schema)


def test_every_key_is_described_for_the_reference() -> None:
    schema = block_schema()
    for name, model in schema["$defs"].items():
        assert model.get("description"), name
        for key, value in model.get("properties", {}).items():
            said = [value, *value.get("anyOf", [])]
            said += [schema["$defs"][v["$ref"].rpartition("/")[2]] for v in said if "$ref" in v]
            assert any(v.get("description") for v in said), (name, key)


def test_on_as_a_key_survives_a_reader_for_whom_it_is_a_truth_value(docs: Path) -> None:
    actor = {True: "left", "lane": 1, "before": "5 m"}  # as in mkdocs.yml
    place = Place(docs, (docs,), (("mkdocs.yml", {"scenario": {"actors": {"a": actor}}}),))
    assert parse_block("title: x", place).spec.scenario.actors["a"].on == "left"


def test_of_very_many_mistakes_the_first_fifty_are_told_and_the_rest_counted() -> None:
    text = "scenario: {}\n" + "\n".join(f"key{i}: 1" for i in range(120))
    with pytest.raises(SpecError) as raised:
        parse_block(text, Place(Path("/docs"), (Path("/docs"),)))
    assert len(raised.value.mistakes) == 51
    assert "and 70 more" in [m.message for m in raised.value.mistakes]
