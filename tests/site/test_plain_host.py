# The Markdown extension alone: in a script, and where a site's settings do not fit.

from __future__ import annotations

from pathlib import Path

import markdown
import pytest
from site_project import Project, block

from html_tree import tree
from mkdocs_worldmodel.errors import SetupError
from mkdocs_worldmodel.site.extension import WorldModelExtension


def test_a_script_gets_the_figure_and_its_files(tmp_path: Path) -> None:
    text = "# Page\n\n" + block("id: one") + "\n" + block("id: two")
    options = {"folder": str(tmp_path), "assets_dir": "out", "workers": 0}
    root = tree(markdown.markdown(text, extensions=["worldmodel"], extension_configs={"worldmodel": options}))
    assert [n.attrs["id"] for n in root.all("div", class_="wm")] == ["one", "two"]
    loaded = [n.attrs.get("href") or n.attrs["src"] for n in root.all() if n.tag in {"link", "script"}]
    downloads = [n.attrs["href"] for n in root.all("a") if "download" in n.attrs]
    assert len([name for name in loaded if name.endswith(".css")]) == 1
    assert len(downloads) == 4
    assert all((tmp_path / "out" / name).is_file() for name in (*loaded, *downloads))


def test_a_text_without_blocks_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "# Page\n\nThe word worldmodel.\n"
    assert markdown.markdown(text, extensions=["worldmodel"]) == markdown.markdown(text)
    assert list(tmp_path.iterdir()) == []


def test_switched_off_it_leaves_code_blocks() -> None:
    extensions = ["pymdownx.superfences", WorldModelExtension(enabled=False)]
    root = tree(markdown.markdown(block("id: one"), extensions=extensions))
    assert not list(root.all("div", class_="wm"))
    assert "id: one" in root.text


def test_under_mkdocs_it_asks_for_the_plugin(project: Project) -> None:
    project.write("index.md", block())
    with pytest.raises(SetupError, match="list worldmodel in plugins:"):
        project.build(plugin=False, extensions=["worldmodel"])


def test_under_mkdocs_the_plugin_counts(project: Project) -> None:
    project.write("index.md", block("id: one"))
    both = ["pymdownx.superfences", {"worldmodel": {"assets_dir": "docs/elsewhere"}}]
    built = project.build(extensions=both)
    assert [n.attrs["id"] for n in built.page().all("div", class_="wm")] == ["one"]
    assert not (project.docs / "elsewhere").exists()
    built = project.build(extensions=both, options={"enabled": False})
    assert not list(built.page().all("div", class_="wm"))
    assert "id: one" in built.page().first("pre").text
