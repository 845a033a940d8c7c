# What a build says besides its warnings: a line for each made figure, heavy pages, tables for `-v`; and what it tells
# other sites of its pages.

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from site_project import Built, Project, block

FILMED = "{actors: {lorry: {kind: truck, lane: 1, ahead: 25 m}}, ego: {speed: 60 km/h}, stop: {time: 0.5 s}}"
SHORT = "{{stop: {{time: {} s}}}}"


def said(built: Built) -> list[str]:
    return [r.getMessage() for r in built.records if r.name.startswith("mkdocs.plugins.mkdocs_worldmodel")]


@pytest.mark.parametrize("workers", [0, 2])
def test_each_made_figure_is_a_line_and_the_summary_the_last(project: Project, workers: int) -> None:
    for n in (1, 2, 3):
        project.write(f"page{n}.md", f"# {n}\n\n" + block(f"title: Figure {n}", scenario=SHORT.format(n)))
    project.write("index.md", block("titel: x"))
    lines = [s for s in said(project.build(options={"workers": workers})) if "unknown key" not in s]
    made = [re.fullmatch(r"\[(\d)/(\d)\] (page\d\.md:3 Figure \d), \d+\.\d s", line) for line in lines[:-1]]
    assert all(made), lines
    assert [m[1] for m in made if m] == ["1", "2", "3"]
    assert {m[3] for m in made if m} == {f"page{n}.md:3 Figure {n}" for n in (1, 2, 3)}
    assert made[-1] is not None
    assert made[-1][2] == "3"
    assert lines[-1].startswith("worldmodel: 4 figures: 3 made, ")
    assert len(said(project.build(options={"workers": workers}))) == 2, "a warning and the summary"


@pytest.fixture
def filmed(project: Project) -> Project:
    project.write("guide/page.md", block("title: Filmed\ncameras: [rear]", scenario=FILMED, film="low"))
    project.write("index.md", "# Home\n\n" + block("id: plain", scenario=FILMED))
    return project


def film_bytes(built: Built) -> int:
    [film] = (built.folder / "assets").rglob("*.mp4")
    return film.stat().st_size


def test_a_heavy_page_is_told_and_a_much_too_heavy_one_is_a_warning(filmed: Project) -> None:
    built = filmed.build()
    heavy = film_bytes(built) / 1e6
    assert len(said(built)) == 3, "none is heavy: two lines of figures, and the summary"
    light = filmed.build(options={"page_weight": heavy * 1.01})
    assert len(said(light)) == 1
    told = filmed.build(options={"page_weight": heavy * 0.9})
    assert not told.warnings
    assert said(told)[0].startswith("guide/page.md: ")
    assert " of films on one page, in figures at lines 1 Filmed (" in said(told)[0]
    warned = filmed.build(options={"page_weight": heavy * 0.4})
    assert warned.warnings == said(told)[:1]
    assert len(said(filmed.build(options={"page_weight": 0}))) == 1


def test_verbose_builds_have_tables(filmed: Project) -> None:
    log = logging.getLogger("mkdocs.plugins.mkdocs_worldmodel")
    before = log.level
    log.setLevel(logging.DEBUG)
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    try:
        filmed.build()
        first = list(lines)
        lines.clear()
        filmed.build()
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    at = first.index("slowest of 2 made figures:")
    assert {line.split("  ")[-1] for line in first[at + 1 : at + 3]} == {"guide/page.md:1 Filmed", "index.md:3 plain"}
    assert re.match(
        r"figures weigh: \S+ [kM]B films \(1\), \S+ kB posters \(1\), \S+ kB other files \(\d\)", first[at + 3]
    )
    assert [line.split()[2] for line in first[at + 4 : at + 6]] == ["guide/page.md:", "index.md:"]
    assert first[-1].startswith("worldmodel: 2 figures: ")
    assert not [line for line in lines if line.startswith("slowest")], "nothing was made"


def metas(built: Built, uri: str) -> dict[str, str]:
    names = ((n.attrs.get("property") or n.attrs.get("name", ""), n.attrs) for n in built.page(uri).all("meta"))
    return {name: attrs["content"] for name, attrs in names if name.startswith(("og:", "twitter:"))}


@pytest.mark.parametrize("theme", ["material", "mkdocs"])
def test_a_page_with_a_film_has_a_preview_picture(filmed: Project, theme: str) -> None:
    filmed.write("guide/page.md", filmed.docs.joinpath("guide/page.md").read_text() * 2)
    built = filmed.build(theme)
    assert not built.warnings
    tags = metas(built, "guide/page/index.html")
    base = "https://example.org/docs/"
    assert tags["og:image"].startswith(base)
    assert (built.folder / tags["og:image"].removeprefix(base)).read_bytes()[:2] == b"\xff\xd8"
    assert tags["og:image:alt"] == "Filmed"
    assert tags["twitter:card"] == "summary_large_image"
    assert metas(built, "index.html") == {}, "without a film there is no picture"
    assert len(list((built.folder / "assets").rglob("*-social.jpg"))) == 1


def test_without_an_address_there_is_no_preview_picture(filmed: Project) -> None:
    built = filmed.build(site_url="")
    assert metas(built, "guide/page/index.html") == {}
    assert not list((built.folder / "assets").rglob("*-social.jpg"))


def test_a_picture_of_the_theme_stays(filmed: Project, tmp_path: Path) -> None:
    (tmp_path / "main.html").write_text(
        '{% extends "base.html" %}{% block extrahead %}<meta property="og:image" content="own.png">{% endblock %}'
    )
    built = filmed.build({"name": "material", "custom_dir": str(tmp_path)})
    assert metas(built, "guide/page/index.html") == {"og:image": "own.png"}
