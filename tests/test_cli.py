# The command: each of its sub-commands, what it prints, how it ends.

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from mkdocs_worldmodel import __version__
from mkdocs_worldmodel.cli import main
from mkdocs_worldmodel.web import scripts

BLOCK = """\
title: A <b>lorry</b>
scenario:
  road: {lanes: 2}
  ego: {lane: 2, speed: 100 km/h}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}
  stop: {time: 1 s}
expect: [no collision]
film: none
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*args: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in args])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_version_and_help() -> None:
    assert run("--version").output == f"worldmodel, version {__version__}\n"
    for name, command in main.commands.items():
        assert run(name, "-h").exit_code == 0
        assert command.help


def test_every_command_has_a_sentence() -> None:
    groups: list[click.Group] = [main]
    for group in groups:
        for command in group.commands.values():
            assert command.get_short_help_str(200).endswith(".")
            groups += [command] if isinstance(command, click.Group) else []


def test_run_prints_events_and_verdicts() -> None:
    result = run("run", write("a.yaml", BLOCK))
    assert result.exit_code == 0
    assert "0.00 s  The ego drives at 100 km/h in lane 2" in result.stdout
    assert "held    no collision  (" in result.stdout
    assert not Path(".cache").exists()


def test_run_writes_states_as_csv() -> None:
    path = write("a.yaml", BLOCK)
    printed = run("run", path, "--csv", "-")
    assert run("run", path, "--csv", "states.csv").exit_code == 0
    assert Path("states.csv").read_text(encoding="utf-8") == printed.stdout
    assert "The ego drives" in printed.stderr
    rows = list(csv.reader(io.StringIO(printed.stdout)))
    assert printed.stdout.splitlines()[0] == "time,id,x,y,heading,speed,acceleration,lane"
    assert len(rows) == 1 + 2 * 21
    assert {r[1] for r in rows[1:]} == {"ego", "lorry"}
    assert rows[1][0] == "0.00"
    assert rows[1][5] == "27.7778"
    assert all(re.fullmatch(r"-?\d+\.\d{4}", v) for r in rows[1:] for v in r[2:7])


def test_run_takes_a_scenario_alone() -> None:
    assert run("run", write("s.yaml", "ego: {speed: 10 m/s}\nstop: {time: 1 s}\n")).exit_code == 0


def test_run_says_all_mistakes_with_file_and_line() -> None:
    result = run("run", write("bad.yaml", BLOCK + "wrold: x\nsede: 1\n"))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith("bad.yaml:10: unknown key 'wrold' (did you mean world?)")
    assert lines[1].startswith("bad.yaml:11: unknown key 'sede' (did you mean seed?)")


def test_run_fails_where_an_expectation_is_missed() -> None:
    result = run("run", write("a.yaml", BLOCK.replace("no collision", "max speed < 1 km/h")))
    assert "MISSED  max speed < 1 km/h  (max speed = 100.00 km/h" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "text", ["", "- a\n", "scenario: [\n", "hello", "\x00", "scenario: {from: ../../x.yaml}", "a: &a [*a]"]
)
@pytest.mark.parametrize("command", ["run", "render"])
def test_broken_files_end_in_one_line_each(command: str, text: str) -> None:
    result = run(command, write("bad.yaml", text))
    assert result.exit_code == 1
    assert re.match(r"bad\.yaml:\d+: ", result.stderr), result.stderr


def test_a_file_that_is_no_text_is_said() -> None:
    Path("a.yaml").write_bytes(b"\xff\xfe\xfa")
    result = run("run", "a.yaml")
    assert result.exit_code == 1
    assert "not UTF-8" in result.stderr


def test_render_writes_a_page_whose_links_resolve() -> None:
    from html_tree import tree

    path = write("a.yaml", BLOCK)
    result = run("render", path, "--out", "out")
    assert result.exit_code == 0
    assert f"{Path('out/index.html')} (made)" in result.stdout
    assert "(from store)" in run("render", path, "--out", "out").stdout
    root = tree(Path("out/index.html").read_text(encoding="utf-8"))
    links = [n.attrs[k] for n in root.all() for k in ("href", "src", "poster") if k in n.attrs]
    assert {"worldmodel.css", *scripts(), "a-states.csv", "a-run.json"} <= set(links)
    ids = {n.attrs["id"] for n in root.all() if "id" in n.attrs}
    assert all(link[1:] in ids if link[0] == "#" else Path("out", link).is_file() for link in links)
    assert root.first("title").text == "A <b>lorry</b>"
    assert not list(root.all("b"))


def test_render_says_mistakes() -> None:
    result = run("render", write("bad.yaml", BLOCK + "wrold: x\n"))
    assert result.exit_code == 1
    assert result.stderr.startswith("bad.yaml:10: unknown key 'wrold'")
    assert not Path("figure").exists()


def test_schema_is_json_and_knows_the_keys() -> None:
    schema = json.loads(run("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    rollout = schema["$defs"]["RolloutSpec"]
    assert {"title", "scenario", "world", "seed", "expect", "show"} <= rollout["properties"].keys()
    for reference in references(schema):
        assert reference.startswith("#/$defs/")
        assert reference.removeprefix("#/$defs/") in schema["$defs"]
    assert rollout["additionalProperties"] is False


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [r for v in value.values() for r in references(v)]
    return [r for v in value for r in references(v)] if isinstance(value, list) else []


def test_store_is_counted_tidied_and_cleared() -> None:
    assert run("store", "info").stdout.startswith("0 entries, 0.0 MB in ")
    run("render", write("a.yaml", BLOCK))
    assert run("store", "info").stdout.startswith("2 entries, ")
    assert run("store", "gc", "--days", "0").stdout == "0 entries removed, 0.0 MB\n"
    assert run("store", "clear").stdout.startswith("2 entries removed, ")
    assert run("store", "info").stdout.startswith("0 entries")
    assert "(made)" in run("render", "a.yaml").stdout


@pytest.mark.parametrize("command", [("store", "info"), ("store", "gc"), ("store", "clear"), ("render", "a.yaml")])
def test_a_store_that_is_a_file_is_said(command: tuple[str, ...]) -> None:
    write("a.yaml", BLOCK)
    Path("file").write_text("")
    result = run(*command, "--store", "file")
    assert result.exit_code == 1
    assert "is not a folder" in result.stderr
