# One site of all hostile blocks: it builds, in bounded time, and each block costs itself alone.

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from hostile_blocks import BLOCKS
from site_project import Built, Project

from html_tree import Node

TYPED = """
<div class="wm-token" data-n="0"></div>
<div class="wm-token" data-n="99999999999999999999"></div>
<div class="wm-token" data-n="-1"></div>
\x02wzxhzdk:0\x03 \x02wzxhzdk:999999\x03 \x02klzzwxh:0000\x03
{{ 7*7 }} {% raw %}
"""


@pytest.fixture(scope="module", params=["material", "mkdocs"])
def site(request: pytest.FixtureRequest, new_project: Callable[[], Project]) -> Built:
    project = new_project()
    project.write("index.md", "# Home\n\n[[worldmodel]]" + TYPED)
    (project.docs / "folder.yaml").mkdir()
    (project.root / "outside.yaml").write_text("ego: {}\n")
    (project.docs / "out.yaml").symlink_to(project.root / "outside.yaml")
    (project.docs / "loop.yaml").symlink_to(project.docs / "loop.yaml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(project.root / "pipe")
        project.write("pipe.yaml", "").unlink()
        (project.docs / "pipe.yaml").symlink_to(project.root / "pipe")
    (project.docs / "binary.yaml").write_bytes(bytes(range(256)))
    (project.docs / "large.yaml").write_bytes(b"a: " + b"x" * 10_000_000)
    for name, text in BLOCKS.items():
        project.write(f"{name}.md", f"# Page\n\n~~~~worldmodel\n{text}\n~~~~\n\nAfter.\n{TYPED}")
    return project.build(request.param, exclude_docs="*.yaml")


def figures(root: Node) -> list[Node]:
    return [n for n in root.all("div", class_="wm") if "data-kind" in n.attrs or "wm-error" in n.classes]


def test_there_are_many() -> None:
    assert len(BLOCKS) >= 100


@pytest.mark.parametrize("name", BLOCKS)
def test_block_is_a_figure_or_an_error(site: Built, name: str) -> None:
    root = site.page(f"{name}/index.html")
    [figure] = figures(root)
    said = [w for w in site.warnings if w.startswith(f"{name}.md:")]
    others = [w for w in site.warnings if re.match(r"[\w./]+\.yaml:\d", w)]
    if "wm-error" in figure.classes:
        listed = figure.all("li")
        assert len(said) + (len(others) if name in {"not_text"} else 0) == len({n.text for n in listed}) > 0
    else:
        assert not [w for w in said if "expected" not in w]
    last = len(BLOCKS[name].split("\n")) + 4
    for warning in said:
        found = re.match(r"[\w]+\.md:(\d+): \S", warning)
        assert found is not None, warning
        assert 3 <= int(found[1]) <= last, warning
        assert len(warning) < 900
        assert warning.isprintable(), "it would reach the terminal"
        assert "Traceback" not in warning
        assert "could not be understood" not in warning, "a mistake of ours"
    assert "After." in root.text


@pytest.mark.parametrize("name", BLOCKS)
def test_nothing_is_injected(site: Built, name: str) -> None:
    for figure in figures(site.page(f"{name}/index.html")):
        for node in [figure, *figure.all()]:
            assert node.tag not in {"script", "style", "iframe", "object", "embed", "base", "form"}
            assert not [k for k in node.attrs if k.startswith("on") or k == "style"]
            assert not node.attrs.get("href", "").lower().startswith(("javascript:", "data:"))
            if node.tag == "img":
                assert node.attrs["src"].startswith("../assets/worldmodel/")


def test_nothing_from_outside_is_shown(site: Built) -> None:
    for path, content in site.files().items():
        if path.endswith(".html"):
            assert b"root:x:0" not in content


def test_the_build_is_quick(site: Built) -> None:
    assert site.seconds < 60


def test_what_authors_type_like_a_token_stays_text(site: Built) -> None:
    assert site.html().count('class="wm-token"') == 3
    assert not figures(site.page())
