# A frozen build: what the store has is shown, what it lacks is said, and nothing is driven.

from __future__ import annotations

import shutil

from site_project import Project, block

SHORT = "{{stop: {{time: {} s}}}}"


def test_a_frozen_build_shows_what_the_store_has(project: Project) -> None:
    project.write("index.md", block("id: a", scenario=SHORT.format(1)))
    made = project.build()
    frozen = project.build(site="frozen", options={"frozen": True})
    assert not frozen.warnings
    assert frozen.summary == "1 figures: 0 made, 1 from store, 0 failed"
    assert frozen.page().first(id="a").text == made.page().first(id="a").text


def test_a_figure_that_the_store_lacks_is_an_error_and_a_warning(project: Project) -> None:
    project.write("index.md", block("id: a", scenario=SHORT.format(1)))
    project.build()
    project.write(
        "index.md", block("id: a", scenario=SHORT.format(1)) + "\n" + block("id: b", scenario=SHORT.format(2))
    )
    built = project.build(options={"frozen": True, "workers": 2})
    assert built.summary == "2 figures: 0 made, 1 from store, 1 failed"
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith(
        "index.md:7: the store does not have this figure, and `frozen: true` makes none"
    )
    assert "worldmodel prepare" in built.warnings[0]
    assert built.page().first(id="a").classes == ["wm"]
    assert built.page().first(id="b").classes == ["wm", "wm-error"]


def test_a_mistake_is_told_as_ever(project: Project) -> None:
    project.write("index.md", block("titel: x"))
    built = project.build(options={"frozen": True})
    assert built.warnings == ["index.md:2: unknown key 'titel' (did you mean title?)"]


def test_a_frozen_build_leaves_the_store_as_it_is(project: Project) -> None:
    project.write("index.md", block("id: a", scenario=SHORT.format(1)))
    project.build()
    store = project.root / ".cache/plugin/worldmodel"
    before = {p: p.stat().st_mtime_ns for p in store.rglob("*") if p.is_file()}
    project.build(options={"frozen": True, "store_days": 0, "store_max": 0})
    assert {p: p.stat().st_mtime_ns for p in store.rglob("*") if p.is_file()} == before


def test_an_empty_store_is_no_reason_to_stop(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: a"))
    project.write("other.md", "# Other\n")
    shutil.rmtree(project.root / ".cache", ignore_errors=True)
    built = project.build(options={"frozen": True})
    assert built.summary == "1 figures: 0 made, 0 from store, 1 failed"
    assert "Other" in built.html("other/index.html")
    assert not (project.root / ".cache").exists()
