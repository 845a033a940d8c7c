# `worldmodel check`: what it finds in pages, what it prints, and its report.

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from mkdocs_worldmodel.build import Jobs
from mkdocs_worldmodel.cli import main
from mkdocs_worldmodel.errors import JobError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.site.checking import Check, CheckedBlock, CheckedPage
from mkdocs_worldmodel.site.judging import check_blocks
from mkdocs_worldmodel.site.junit import report

PAGE = """---
title: Page
worldmodel:
  film: none
  expect: [no collision]
---

```worldmodel
scenario: {stop: {time: 1 s}}
```
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(*args: str | Path) -> Result:
    result = CliRunner().invoke(main, ["check", *map(str, args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def block(*expectations: str, more: str = "") -> str:
    lines = "".join(f"  - {e}\n" for e in expectations)
    return f"```worldmodel\n{more}scenario: {{stop: {{time: 1 s}}}}\n{'expect:' if lines else ''}\n{lines}```\n"


def test_good_pages_are_passed_in_silence() -> None:
    write("docs/index.md", PAGE)
    write("docs/a/other.md", "# Nothing here\n")
    for args in (["docs"], []):
        result = check(*args)
        assert result.exit_code == 0
        assert result.stdout == ""
        assert re.fullmatch(r"1 blocks, 0 messages, \d+\.\d s\n", result.stderr)


def test_without_a_path_and_a_folder_docs_it_asks_for_one() -> None:
    result = check()
    assert result.exit_code == 2
    assert "say which files or folders" in result.stderr


def test_every_mistake_is_said_with_page_and_line() -> None:
    write(
        "docs/a.md",
        PAGE + "\n```worldmodel seed=3\nscenario: {}\nexpect:\n  - min ttc > 1 s\n  - max speed < 1 m\n```\n",
    )
    write("docs/b/c.md", "- ```worldmodel\n  scenario: {}\n  ```\n\n```worldmodel\nscenario: {rode: 1}\nsede: 1\n")
    result = check("docs")
    assert result.exit_code == 1
    said = result.stdout.splitlines()
    assert said[0].startswith("a.md:12: the fence's header holds 'seed=3'")
    assert said[1].startswith("a.md:16: in 'max speed < 1 m': '1 m' is not a speed")
    assert [s.split(": ")[0] for s in said if s.startswith("b/c.md")] == [f"b/c.md:{n}" for n in (1, 5, 6, 7)]
    assert re.match(rf"3 blocks, {len(said)} messages", result.stderr)


def test_missed_expectations_are_said_where_they_stand() -> None:
    write("docs/a.md", block("no collision", "max speed < 1 km/h"))
    result = check("docs/a.md")
    assert result.exit_code == 1
    assert result.stdout.startswith("a.md:5: expected max speed < 1 km/h, but max speed = ")


def test_names_that_the_scenario_does_not_have_are_said_where_they_stand() -> None:
    write("docs/a.md", block("no collision with lorry"))
    result = check("docs/a.md")
    assert result.exit_code == 1
    assert result.stdout == "a.md:4: in 'no collision with lorry': there is no road user 'lorry' (known: ego)\n"


def test_front_matter_is_read() -> None:
    write("docs/a.md", PAGE.replace("film: none", "flim: none"))
    result = check("docs")
    assert result.exit_code == 1
    assert result.stdout == "a.md:4: unknown key 'flim' (did you mean film?)\n"


@pytest.mark.parametrize("front", ["---\n[\n---\n", "---\nno end\n", "--- \n\n--- \n"])
def test_odd_front_matter_is_survived(front: str) -> None:
    write("docs/a.md", front + "\n" + block())
    assert check("docs").exit_code == 0


def test_defaults_that_are_no_mapping_are_said() -> None:
    write("docs/a.md", "---\nworldmodel: 3\n---\n\n" + block())
    result = check("docs")
    assert result.exit_code == 1
    assert result.stdout == "a.md:2: worldmodel: is no mapping (write keys of a block under it)\n"


def test_a_page_that_is_no_text_is_named() -> None:
    Path("docs").mkdir()
    Path("docs/a.md").write_bytes(b"caf\xe9")
    result = check("docs")
    assert result.exit_code == 1
    assert "a.md" in result.stderr


def test_workers_find_the_same_as_this_process() -> None:
    write("docs/a.md", block("no collision") + block("max speed < 1 km/h") + block("nonsense"))
    write("docs/b.md", block(more="sede: 1\n"))
    here, there = (
        check("docs", "--workers", "0", "--junit", "0.xml"),
        check("docs", "--workers", "2", "--junit", "2.xml"),
    )
    assert here.stdout == there.stdout
    assert Path("0.xml").read_bytes() == Path("2.xml").read_bytes()
    assert len(here.stdout.splitlines()) == 3


def test_a_block_that_cannot_be_driven_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs_worldmodel.world.simulator import Simulator

    write("docs/a.md", block("no collision") + block("no collision", more="seed: 7\n") + block("no collision"))
    driven, together = Simulator.run, Simulator.run_many

    def breaks(self: Simulator, scenario: Scenario, seed: int = 0) -> Rollout:
        return driven(self, scenario, 1 // (seed - 7) if seed == 7 else seed)

    def breaks_all(self: Simulator, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> Iterator[RolloutBatch]:
        yield from together(self, scenarios, [1 // (seed - 7) if seed == 7 else seed for seed in seeds])

    monkeypatch.setattr(Simulator, "run", breaks)
    monkeypatch.setattr(Simulator, "run_many", breaks_all)
    result = check("docs", "--workers", "0")
    assert result.stdout.startswith("a.md:6: the block could not be driven (ZeroDivisionError: ")
    assert result.stderr.startswith("3 blocks, 1 messages")


def test_blocks_that_are_driven_together_give_what_they_give_alone() -> None:
    scenes = [
        f"title: '{n}'\nscenario:\n  ego: {{speed: {90 + n} km/h}}\n"
        f"  actors: {{van: {{kind: van, lane: 1, ahead: {20 + 3 * n} m, speed: {60 + n} km/h}}}}\n"
        f"  stop: {{time: {2 + n} s}}\nexpect: [min ttc > 90 s, ego.speed > 99 m/s at end, min gap to van > 90 m]\n"
        for n in range(4)
    ]
    orders = [{"text": text, "folder": ".", "roots": ["."], "defaults": []} for text in scenes]
    together = check_blocks(orders)
    assert together == [check_blocks([one])[0] for one in orders]
    assert not any(c["held"] for result in together for c in result["checks"])
    assert len({c["measured"] for result in together for c in result["checks"]}) == 12


def test_a_block_that_takes_its_worker_down_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fragile(Jobs):
        def submit(self, key: str, call: str, args: dict[str, Any]) -> Future[Any]:
            if any("seed: 7" in one["text"] for one in args["blocks"]):
                lost: Future[Any] = Future()
                lost.set_exception(JobError("the worker died"))
                return lost
            return super().submit(key, call, args)

    monkeypatch.setattr("mkdocs_worldmodel.build.Jobs", Fragile)
    write("docs/a.md", block("no collision") + block("no collision", more="seed: 7\n") + block("max speed < 1 m/s"))
    result = check("docs")
    assert result.stdout.splitlines()[0] == "a.md:6: the worker died"
    assert result.stdout.splitlines()[1].startswith("a.md:15: expected max speed < 1 m/s, but")
    assert result.stderr.startswith("3 blocks, 2 messages")


# -- the report ------------------------------------------------------------------------------------------------


def test_the_report_has_a_suite_for_each_page_and_a_case_for_each_expectation() -> None:
    title = "title: 'Cut-in & <brake>'\n"
    write("docs/a.md", "# Page\n\n" + block("no collision", "max speed < 1 km/h", more=title) + block())
    write("docs/b/c.md", block("min tcc > 1 s") + "\n- ```worldmodel\n")
    write("docs/empty.md", "# Nothing\n")
    result = check("docs", "--junit", "out/report.xml")
    assert result.exit_code == 1
    root = ET.fromstring(Path("out/report.xml").read_bytes())
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "5", "1", "2")
    a, c = root.findall("testsuite")
    assert [s.get("name") for s in (a, c)] == ["a.md", "b/c.md"]
    assert (a.get("tests"), a.get("failures"), a.get("errors")) == ("3", "1", "0")
    cases = [(x.get("classname"), x.get("name"), x.get("file"), x.get("line")) for x in a.findall("testcase")]
    assert cases == [
        ("a.md: Cut-in & <brake>", "no collision", "a.md", "7"),
        ("a.md: Cut-in & <brake>", "max speed < 1 km/h", "a.md", "8"),
        ("a.md: line 10", "drives", "a.md", "10"),
    ]
    failure = a.findall("testcase")[1].find("failure")
    assert failure is not None
    assert failure.get("message", "").startswith("max speed = ")
    assert (failure.text or "").startswith("a.md:8: expected max speed < 1 km/h, but max speed = ")
    stray, drives = c.findall("testcase")
    assert (stray.get("name"), drives.get("name")) == ("page", "drives")
    error = drives.find("error")
    assert error is not None
    assert error.get("message") == "b/c.md:4: in 'min tcc > 1 s': 'tcc' is unknown (did you mean ttc?)"
    assert not {"time", "timestamp", "hostname"} & {name for element in root.iter() for name in element.attrib}


def test_a_good_report_has_neither_failures_nor_errors() -> None:
    write("docs/index.md", PAGE)
    assert check("docs", "--junit", "r.xml").exit_code == 0
    root = ET.fromstring(Path("r.xml").read_bytes())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")
    assert check("docs", "--junit", "r2.xml").exit_code == 0
    assert Path("r.xml").read_bytes() == Path("r2.xml").read_bytes()


def test_a_report_that_cannot_be_written_is_said() -> None:
    write("docs/index.md", PAGE)
    write("file", "")
    result = check("docs", "--junit", "file/r.xml")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


@pytest.mark.parametrize("odd", ["\x00\x1b[31m", "\ud800", "]]>", "\ufffe", "a\nb\tc", "<&\"'>", "\N{GRINNING FACE}"])
def test_any_text_gives_valid_xml(odd: str) -> None:
    checks = (Check(odd, False, odd, f"{odd}:1", 1), Check(odd, True, odd, f"{odd}:1", 1))
    broken = CheckedBlock(odd, 3, (odd,), (odd, odd), ())
    content = report([CheckedPage(odd, (odd,), (CheckedBlock(odd, 1, (), (), checks), broken))])
    root = ET.fromstring(content)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "3")
    names = [case.get("name") for case in root.iter("testcase")]
    assert any(set(name or "") & (set(odd) | {"\N{REPLACEMENT CHARACTER}"}) for name in names)


def test_what_is_printed_moves_no_cursor() -> None:
    page = CheckedPage("a.md", ("a.md:1: \x1b[2J",))
    assert page.messages() == ["a.md:1: \N{REPLACEMENT CHARACTER}[2J"]
