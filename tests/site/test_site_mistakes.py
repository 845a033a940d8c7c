# One error policy: a mistake costs its own figure, is said once with page and line, and fails `--strict` alone.

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from site_project import Project, block

from html_tree import Node
from mkdocs_worldmodel.build import Store
from mkdocs_worldmodel.build.entry import Staging

MANY = """---
title: Page
---
# Page

```worldmodel
title: All at once
scenario:
  rode: {lanes: 3}
  ego: {lane: 9, speed: 100}
  actors:
    lorry: {lane: 1}
  stop: {time: 10 m}
wrold: simulator
film: none
```

```worldmodel
id: fine
scenario: {}
film: none
```
"""
SAID = [
    r"index\.md:9: unknown key 'rode' \(did you mean road\?\)",
    r"index\.md:10: scenario\.ego\.lane: 9 is out of range \(.*8\)",
    r"index\.md:10: scenario\.ego\.speed: .*100 m/s is hardly meant \(did you mean 100 km/h\?\)",
    r"index\.md:12: .*not said where it starts.*",
    r"index\.md:13: .*'10 m' is not a time.*",
    r"index\.md:14: unknown key 'wrold' \(did you mean world\?\)",
]


def mkdocs(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "-f", str(project.root / "mkdocs.yml"), *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def errors(root: Node) -> list[Node]:
    return list(root.all("div", class_="wm-error"))


def test_all_mistakes_of_a_block_come_at_once_each_with_its_line(project: Project) -> None:
    project.write("index.md", MANY)
    built = project.build()
    assert len(built.warnings) == len(SAID)
    for said, pattern in zip(sorted(built.warnings, key=line_of), SAID, strict=True):
        assert re.fullmatch(pattern, said), said
    [error] = errors(built.page())
    assert error.attrs["role"] == "alert"
    assert [n.text for n in error.all(class_="wm-where")] == [f"index.md:{n}" for n in (9, 10, 10, 12, 13, 14)]
    assert "wrold: simulator" in error.first("code").text
    assert built.page().first(id="fine").classes == ["wm"]
    assert built.summary == "2 figures: 1 made, 0 from store, 1 failed"


def line_of(message: str) -> tuple[int, str]:
    return int(message.split(":")[1]), message


def test_strict_fails_and_names_the_place(project: Project) -> None:
    project.write("index.md", MANY)
    project.configure("mkdocs")
    strict = mkdocs(project, "--strict")
    assert strict.returncode == 1
    assert "index.md:9: unknown key 'rode' (did you mean road?)" in strict.stderr
    assert "Aborted with 6 warnings in strict mode!" in strict.stdout + strict.stderr
    assert "Traceback" not in strict.stderr
    lenient = mkdocs(project)
    assert lenient.returncode == 0
    assert "Traceback" not in lenient.stderr
    assert re.search(r"worldmodel: 2 figures: 0 made, 1 from store, 1 failed, \d+\.\d s\n", lenient.stderr)


def test_a_missed_expectation_is_a_warning_and_a_figure(project: Project) -> None:
    project.write(
        "index.md", "---\na: 1\n---\n\n" + block("id: slow\nexpect:\n  - no collision\n  - max speed < 1 km/h")
    )
    built = project.build()
    figure = built.page().first(id="slow")
    assert len(built.warnings) == 1
    assert re.match(r"index\.md:9: expected max speed < 1 km/h, but ", built.warnings[0])
    assert [p.attrs["data-verdict"] for p in figure.all(class_="wm-verdict")] == ["held", "missed"]
    assert built.summary == "1 figures: 1 made, 0 from store, 0 failed"


def test_an_expectation_that_nobody_understands_is_a_mistake_at_its_line(project: Project) -> None:
    project.write("index.md", block("expect:\n  - no collision\n  - be nice"))
    built = project.build()
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("index.md:4: ")


def test_a_doubled_id_is_said_and_both_figures_stand(project: Project) -> None:
    project.write("a.md", block("title: One\nid: same"))
    project.write("b.md", "Text.\n\n" + block("id: same"))
    project.write("index.md", "# Home\n")
    built = project.build()
    assert built.warnings == ["b.md:4: id 'same' is already used at a.md:1 (this figure becomes 'same-2')"]
    assert built.page("a/index.html").first(id="same")
    assert built.page("b/index.html").first(id="same-2")


def test_equal_titles_are_numbered_without_a_word(project: Project) -> None:
    project.write("index.md", block("title: Cut in!") + "\n" + block("title: Cut in!\ncaption: other"))
    built = project.build()
    assert not built.warnings
    assert [n.attrs["id"] for n in built.page().all("div", class_="wm")] == ["cut-in", "cut-in-2"]


def test_defaults_come_from_the_site_the_page_and_the_block(project: Project) -> None:
    project.write("index.md", "---\nworldmodel: {show: [events], caption: From the page.}\n---\n" + block("id: a"))
    project.write("other.md", block("id: b\ncaption: From the block."))
    built = project.build(options={"defaults": {"caption": "From the site.", "show": ["made"]}})
    a, b = built.page().first(id="a"), built.page("other/index.html").first(id="b")
    assert a.first(class_="wm-caption").text == "From the page."
    assert b.first(class_="wm-caption").text == "From the block."
    assert list(a.all("ol"))
    assert list(b.all("dl"))
    assert not list(b.all("ol"))


def test_a_mistake_in_defaults_names_them(project: Project) -> None:
    project.write("index.md", "---\nworldmodel: {2020-01-01: x, seed: 2020-01-01, 7: {[1]: 2}}\n---\n" + block())
    built = project.build(options={"defaults": {"sede": 1}})
    assert any(re.match(r"mkdocs\.yml:\d+: unknown key 'sede' \(did you mean seed\?\)", w) for w in built.warnings)
    assert all(w.startswith(("index.md:2: ", "mkdocs.yml:")) for w in built.warnings)
    assert len(errors(built.page())) == 1


def test_a_mistake_in_a_scenario_file_names_the_file(project: Project) -> None:
    project.write("s/bad.yaml", "ego: {lane: 2}\nstop: {time: 1 s}\nrode: {}\n")
    project.write("page.md", "```worldmodel\nscenario: s/bad.yaml\nfilm: none\n```\n")
    project.write("index.md", "# Home\n")
    built = project.build()
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("s/bad.yaml:3: unknown key 'rode'")


def test_a_store_that_is_a_file_ends_the_build_in_plain_words(project: Project) -> None:
    project.write("index.md", block())
    (project.root / "store").write_text("")
    project.configure("mkdocs", options={"store_dir": "store"})
    done = mkdocs(project)
    assert done.returncode == 1
    assert re.search(r"worldmodel: the store of results in .*store is not a folder: remove the file", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("workers", ["many", -1, 100, 1.5])
def test_workers_must_be_possible(project: Project, workers: Any) -> None:
    from mkdocs.exceptions import MkDocsException

    project.write("index.md", "# Home\n")
    with pytest.raises((MkDocsException, SystemExit)):
        project.build(options={"workers": workers})


def test_a_full_disk_costs_the_figure_not_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Store, key: str) -> AbstractContextManager[Staging]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "stage", full)
    project.write("index.md", "# Home\n\n" + block("id: ours"))
    project.write("other.md", "# Other\n")
    built = project.build()
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("index.md:3: ")
    assert "No space left" in built.warnings[0]
    assert "Traceback" not in " ".join(built.warnings)
    assert len(errors(built.page())) == 1
    assert "Other" in built.html("other/index.html")


def test_a_mistake_of_ours_costs_the_figure_not_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> NoReturn:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("mkdocs_worldmodel.pipeline.compose", broken)
    project.write("index.md", block("id: ours"))
    built = project.build()
    assert built.warnings == ["index.md:1: the block could not be understood (ZeroDivisionError: ours)"]
    assert len(errors(built.page())) == 1


def test_a_world_that_cannot_be_loaded_costs_the_figure(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mkdocs_worldmodel.world.WORLDS", {"simulator": "mkdocs_worldmodel.no_such_room:World"})
    project.write("index.md", block("id: ours"))
    built = project.build()
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("index.md:1: world 'simulator' cannot be loaded")


def test_a_page_that_is_no_text_is_mkdocs_own_to_tell(project: Project) -> None:
    (project.docs / "index.md").write_bytes(b"# Caf\xe9 worldmodel\n")
    with pytest.raises(UnicodeDecodeError):
        project.build()


def test_files_outside_of_the_docs_are_never_read(project: Project, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("ego: {lane: 1}\n")
    (project.docs / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    names = [str(tmp_path / "secret.yaml"), "../../secret.yaml", "link.yaml", "a/../../../secret.yaml"]
    project.write("index.md", "".join(f"```worldmodel\nscenario: {n}\nfilm: none\n```\n\n" for n in names))
    built = project.build()
    assert len(built.warnings) == len(names)
    assert all("is outside of the docs folder" in w for w in built.warnings)
