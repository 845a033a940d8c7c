# `worldmodel prepare`: what it makes, keeps, removes and finds fault with; and the folder that it keeps in order.

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from site_project import Project, block

from mkdocs_worldmodel.cli import main
from mkdocs_worldmodel.errors import SetupError, StoreError
from mkdocs_worldmodel.site.assets_folder import LIST, AssetsFolder
from mkdocs_worldmodel.site.settings import read_settings, settings

SHORT = "{{stop: {{time: {} s}}}}"


def prepare(project: Project, *args: str) -> Result:
    config = [] if "-f" in args else ["-f", str(project.root / "mkdocs.yml")]
    return CliRunner().invoke(main, ["prepare", *config, "--workers", "0", *args], catch_exceptions=False)


@pytest.fixture
def prepared(project: Project) -> Project:
    project.write("a.md", "# A\n\n" + block("id: a", scenario=SHORT.format(1)))
    project.write("b/b.md", "---\nworldmodel: {seed: 3}\n---\n# B\n\n" + block("id: b", scenario=SHORT.format(2)))
    project.configure(plugin=False, extensions=["worldmodel"])
    done = prepare(project)
    assert done.exit_code == 0, done.output
    assert "2 figures: 2 made, 0 from store, 0 failed" in done.output
    return project


def files(project: Project) -> dict[str, bytes]:
    root = project.docs / "assets/worldmodel"
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_second_run_makes_and_writes_nothing(prepared: Project) -> None:
    before = {p: p.stat().st_mtime_ns for p in prepared.docs.rglob("*")}
    done = prepare(prepared)
    assert "2 figures: 0 made, 2 from store, 0 failed" in done.output
    assert "0 files written, 0 removed" in done.output
    assert {p: p.stat().st_mtime_ns for p in prepared.docs.rglob("*")} == before
    assert prepare(prepared, "--check").output == ""


def test_it_removes_what_nobody_needs_and_nothing_else(prepared: Project) -> None:
    root = prepared.docs / "assets/worldmodel"
    (root / "mine.txt").write_text("mine")
    folder = next(root.glob("*/a.csv")).parent
    (folder / "mine.csv").write_text("mine")
    other = next(root.glob("*/b.csv")).parent
    (prepared.docs / "a.md").unlink()
    (prepared.docs / "b/b.md").unlink()
    prepared.write("c.md", block("id: c"))
    assert "is not needed any more" in prepare(prepared, "--check").output
    prepare(prepared)
    assert (root / "mine.txt").read_text() == "mine"
    assert [p.name for p in folder.iterdir()] == ["mine.csv"]
    assert not other.exists()
    assert list(root.glob("*/c.csv"))
    (prepared.docs / "c.md").unlink()
    prepare(prepared)
    assert set(files(prepared)) == {"mine.txt", f"{folder.name}/mine.csv", LIST}, "without figures no script either"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda p: next(p.docs.rglob("a.csv")).unlink(), "a.csv: is missing"),
        (lambda p: next(p.docs.rglob("worldmodel.css")).write_text("old"), "worldmodel.css: is not what this version"),
        (
            lambda p: p.write("a.md", block("id: a", scenario=SHORT.format(3))),
            "a.md:1: this figure is not in the store",
        ),
        (lambda p: p.write("b/b.md", block("idd: b")), "b/b.md:2: unknown key 'idd'"),
        (lambda p: (p.docs / "b/b.md").unlink(), "b.csv: is not needed any more"),
        (lambda p: next(p.docs.rglob(LIST)).unlink(), f"{LIST}: does not list"),
    ],
    ids=["missing", "changed", "edited", "mistaken", "removed", "unlisted"],
)
def test_check_fails_with_a_list_and_writes_nothing(prepared: Project, harm: object, said: str) -> None:
    harm(prepared)  # type: ignore[operator]
    before = files(prepared)
    done = prepare(prepared, "--check")
    assert done.exit_code == 1
    assert said in done.output
    assert files(prepared) == before


def test_mistakes_fail_it_and_expectations_that_are_missed_only_if_strict(project: Project) -> None:
    project.write("a.md", block("id: a\nexpect: [collision]"))
    project.configure(plugin=False, extensions=["worldmodel"])
    done = prepare(project)
    assert done.exit_code == 0
    assert "a.md:3: expected" in done.output
    assert prepare(project, "--strict").exit_code == 1
    project.write("a.md", block("titel: a"))
    assert prepare(project).exit_code == 1


def test_options_are_those_of_the_extension(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "kept")
    (project.root / "base.yml").write_text("docs_dir: pages\ntheme: {language: pt-BR}\n")
    (project.root / "pages").mkdir()
    (project.root / "mkdocs.yml").write_text(
        "INHERIT: base.yml\nsite_name: t\nx: !!python/name:os.path\nwatch: [pages/pictures]\nmarkdown_extensions:\n"
        "  - toc: {slugify: !!python/object/apply:f {kwds: {}}}\n"
        "  - worldmodel: {store_dir: !ENV [NOT_THERE, KEPT, none], assets_dir: pages/pictures, defaults: {seed: 4}}\n"
    )
    found = read_settings(project.root / "mkdocs.yml")
    root = project.root.resolve()
    assert (found.docs, found.out, found.store) == (root / "pages", root / "pages/pictures", root / "kept")
    assert (found.prefix, found.language, found.watched) == ("pictures", "pt", True)
    assert [values for _, values in found.defaults] == [{"seed": 4}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": "many"}, "workers: 'many'"),
        ({"workers": 65}, "workers: 65"),
        ({"time_limit": 0}, "time_limit: 0"),
        ({"memory_limit": "much"}, "memory_limit: 'much'"),
        ({"roots": "data"}, "roots: 'data' is not a list"),
        ({"defaults": ["seed"]}, "is no mapping"),
        ({"assets_dir": "../out"}, "is not a folder in"),
        ({"assets_dir": "."}, "is not a folder in"),
        ({"store_dir": ["a"]}, "store_dir: ['a'] is no path"),
        ({"time_limit": "2 min"}, "time_limit: '2 min' is not possible (seconds, from 0.001 to 86400)"),
        ({"stroe_dir": "x"}, "no option 'stroe_dir'"),
    ],
    ids=lambda v: str(v)[:24],
)
def test_options_that_are_not_possible_are_named(tmp_path: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(SetupError) as told:
        settings(options, tmp_path, tmp_path)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mkdocs.yml", "a: [", "cannot be read"),
        ("zensical.toml", "a = [", "cannot be read"),
        ("mkdocs.yml", "- a", "holds no settings"),
        ("mkdocs.yml", "docs_dir: nowhere", "no folder"),
        ("mkdocs.yml", "markdown_extensions: [{worldmodel: 3}]", "no mapping of options"),
        ("mkdocs.yml", "INHERIT: mkdocs.yml", "no folder"),
    ],
)
def test_settings_that_cannot_be_read_end_in_one_line(project: Project, name: str, content: str, said: str) -> None:
    project.docs.rmdir()
    file = project.root / name
    file.write_text(content)
    if "worldmodel" in content:
        project.docs.mkdir()
    done = prepare(project, "-f", str(file))
    assert done.exit_code == 1
    assert said in done.output


# -- the folder -----------------------------------------------------------------------------------------------------


def test_a_list_of_somebody_else_removes_nothing_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    root = tmp_path / "docs"
    root.mkdir()
    names = ["../outside", str(tmp_path / "outside"), "a/../../outside", "a\\..\\..\\outside", "", ".", ".."]
    (root / LIST).write_text(json.dumps({"made_by": "x", "files": dict.fromkeys(names, "")}))
    assert AssetsFolder(root, "x").update({}, set()) == (0, 0)
    assert (tmp_path / "outside").read_text() == "mine"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"files": 3}', '{"files": {"a": "b"}}', '{"made_by": "x"}'])
def test_a_damaged_list_is_written_anew(tmp_path: Path, content: str) -> None:
    source = tmp_path / "source"
    source.write_text("new")
    root = tmp_path / "docs"
    root.mkdir()
    (root / LIST).write_text(content)
    folder = AssetsFolder(root, "x")
    assert folder.faults({"k/a.txt": source}, set())
    assert folder.update({"k/a.txt": source}, set()) == (1, 0)
    assert AssetsFolder(root, "x").faults({"k/a.txt": source}, set()) == []


def test_what_a_build_brought_stays_while_its_page_does(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("new")
    folder = AssetsFolder(tmp_path / "docs", "x")
    folder.add({"k/a.txt": source}, "page.md")
    assert AssetsFolder(tmp_path / "docs", "x").update({}, {"page.md"}) == (0, 0)
    assert AssetsFolder(tmp_path / "docs", "x").update({}, {"other.md"}) == (0, 1)


def test_two_writers_do_not_lose_each_others_entries(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("new")
    one, two = (AssetsFolder(tmp_path / "docs", "x") for _ in range(2))
    one.add({"k/a.txt": source})
    two.add({"k/b.txt": source})
    assert set(json.loads((tmp_path / "docs" / LIST).read_text())["files"]) == {"k/a.txt", "k/b.txt"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        AssetsFolder(tmp_path / "file", "x").update({"k/a.txt": tmp_path / "file"}, set())
