# Defaults around a block: nearest wins, value by value, and a mistake in them is told where it was written.

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from site_project import Built, Project, block, quiet

from mkdocs_worldmodel.site.defaults import by_line, front_matter_defaults, site_defaults

PAGE = """---
title: A page
worldmodel:
  caption: From the page.
  scenario:
    ego:
      speed: 50 km/h
      lane: 99
  seed:
    1
---

# Page

"""
SETTINGS = """site_name: Test
INHERIT: base.yml
plugins:
  - search
  - worldmodel:
      workers: 0
      film: !ENV [WM_NO_SUCH_VARIABLE, none]
      defaults:
        show: [events]
        scenario:
          ego: {lane: 2,
                sped: 30 km/h}
          stop: {time: 1 s}
markdown_extensions: [pymdownx.superfences]
"""


def built(project: Project, settings: str) -> Built:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    file = project.root / "mkdocs.yml"
    file.write_text(settings, encoding="utf-8")
    with quiet() as records:
        config = load_config(str(file), site_dir=str(project.root / "site"))
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    return Built(project.root / "site", records, 0.0)


def test_a_mistake_is_told_at_its_line_in_the_settings_or_the_front_matter(project: Project) -> None:
    (project.root / "base.yml").write_text("theme: {name: mkdocs}\n")
    project.write("index.md", "# Home\n")
    project.write("guide/page.md", PAGE + "```worldmodel\nid: here\n```\n\n```worldmodel\nid: there\n```\n")
    site = built(project, SETTINGS)
    assert sorted(w.partition(": ")[0] for w in site.warnings) == ["guide/page.md:8", "mkdocs.yml:12"]
    assert any("unknown key 'sped' (did you mean speed?)" in w for w in site.warnings)
    figures = list(site.page("guide/page/index.html").all("div", class_="wm-error"))
    assert len(figures) == 2, "each says it in its place, the log once"
    assert {n.text for figure in figures for n in figure.all(class_="wm-where")} == {"guide/page.md:8", "mkdocs.yml:12"}
    assert site.summary == "2 figures: 0 made, 0 from store, 2 failed"


def test_a_mistake_in_inherited_settings_names_their_file(project: Project) -> None:
    base = SETTINGS.replace("INHERIT: base.yml\n", "").replace("- search\n  - worldmodel", "search: {}\n  worldmodel")
    (project.root / "base.yml").write_text("theme: {name: mkdocs}\n" + base)
    project.write("index.md", "```worldmodel\nscenario: {}\n```\n")
    site = built(project, "INHERIT: base.yml\n")
    assert [w.partition(": ")[0] for w in site.warnings] == ["base.yml:12"]


def test_a_film_that_does_not_exist_is_told_at_its_line(project: Project) -> None:
    project.write("index.md", "```worldmodel\nscenario: {}\n```\n")
    settings = "site_name: T\ntheme: {name: mkdocs}\nplugins:\n- worldmodel:\n    workers: 0\n    film: {codek: vp9}\n"
    site = built(project, settings)
    assert len(site.warnings) == 1
    assert site.warnings[0].startswith("mkdocs.yml:6: unknown key ")


def test_the_nearest_wins_value_by_value(project: Project) -> None:
    (project.docs / "s.yaml").write_text("ego: {lane: 1, speed: 10 m/s}\nstop: {time: 2 s}\nroad: {lanes: 3}\n")
    front = "---\nworldmodel:\n  scenario:\n    ego: {lane: 2}\n    from: s.yaml\n    stop: {time: 1 s}\n---\n"
    project.write("index.md", front + "```worldmodel\nid: a\nfilm: none\nscenario: {ego: {speed: 20 m/s}}\n```\n")
    site = project.build(options={"defaults": {"scenario": {"ego": {"lane": 3, "speed": "5 m/s"}}, "caption": "Site."}})
    assert not site.warnings
    figure = site.page().first(id="a")
    assert figure.first(class_="wm-caption").text == "Site."
    assert "72 km/h" in figure.text, "the block's speed, not that of the file, the page or the site"
    assert "lane 2" in figure.text.lower(), "the page's lane, not the file's"


def test_the_film_of_all_blocks_is_an_option(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("index.md", "```worldmodel\nid: a\nscenario: {stop: {time: 1 s}}\n```\n")
    site = project.build(options={"film": "none"})
    assert not site.warnings
    assert not list(site.page().first(id="a").all("video"))


def test_front_matter_that_another_plugin_makes_counts_too(project: Project, tmp_path: Path) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(
        "def on_page_markdown(markdown, *, page, **_):\n    page.meta['worldmodel'] = {'caption': 'From the hook.'}\n"
    )
    project.write("index.md", block("id: a"))
    site = project.build(hooks=[str(hook)])
    assert site.page().first(id="a").first(class_="wm-caption").text == "From the hook."


@pytest.mark.parametrize("value", ["text", 3, ["a"], True])
def test_what_is_no_mapping_is_told_at_its_line(project: Project, value: Any) -> None:
    project.write("index.md", f"---\na: 1\nworldmodel: {value}\n---\n" + block("id: a"))
    site = project.build()
    assert site.warnings == ["index.md:3: worldmodel: is no mapping (write keys of a block under it)"]


def test_defaults_that_unfold_without_end_are_one_mistake(project: Project) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    project.write("index.md", "---\n" + "\n".join(lines) + "\nworldmodel: {caption: *a8}\n---\n" + block("id: a"))
    site = project.build()
    assert len(site.warnings) == 1
    assert "more than 5000 values" in site.warnings[0]


def test_each_value_is_a_layer_named_by_its_place() -> None:
    values = {"a": {"b": 1, "c": {}}, "scenario": {"x": 1, "from": "f.yaml"}, True: 2}
    lines = {(): 3, ("a",): 4, ("a", "b"): 5, ("scenario",): 7, ("on",): 9}
    assert by_line(values, "f.md", lines) == (
        ("f.md:5", {"a": {"b": 1}}),
        ("f.md:4", {"a": {"c": {}}}),
        ("f.md:7", {"scenario": {"from": "f.yaml"}}),
        ("f.md:7", {"scenario": {"x": 1}}),
        ("f.md:9", {"on": 2}),
    )


def test_where_lines_are_not_known_the_source_is_named() -> None:
    assert front_matter_defaults({"worldmodel": {"a": 1}}) == (("the page's front matter", {"a": 1}),)
    assert site_defaults({"a": 1}) == (("the plugin's defaults", {"a": 1}),)
    assert front_matter_defaults({"title": "x"}) == front_matter_defaults(None) == ()
    assert site_defaults({}) == ()
