# Hostile pages and blocks at the limits, built as any site is: by MkDocs' command, in a process of its own that is
# ended where it takes too long, with workers that have limits.

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hostile_limits import LIMITS
from hostile_pages import DEFAULTS, GOOD, MANY, PAGES
from site_project import Project

from html_tree import Node, faults, tree

DEADLINE_S = 300
"""Of a whole build; far more than it takes."""
MOST_MEMORY_KB = 1_500_000
# What ends the build's process tells first: how much memory it and its workers took at most.
_BUILD = """
import json, resource, sys
from mkdocs.__main__ import cli
try:
    cli(sys.argv[1:], standalone_mode=False)
finally:
    most = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print("most memory:", json.dumps(most))
"""


@dataclass
class Site:
    project: Project
    said: list[str]
    memory: list[int]
    """Of the build and of the largest of its workers [kB]."""

    def html(self, name: str) -> str:
        return (self.project.root / "site" / name / "index.html").read_text(encoding="utf-8")

    def warnings(self, name: str) -> list[str]:
        return [w.partition(": ")[2] for w in self.said if w.startswith(f"{name}.md:")]


def build(project: Project, **more: object) -> Site:
    """Build as a user does, under a watchdog."""
    config = project.configure("mkdocs", **more)
    command = [sys.executable, "-W", "ignore", "-c", _BUILD, "build", "-f", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE_S,
                          env={**os.environ, "NO_COLOR": "1"})  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    said = re.findall(r"^WARNING -  (.*)$", done.stderr, re.MULTILINE)
    return Site(project, said, json.loads(done.stdout.rpartition("most memory:")[2]))


@pytest.fixture(scope="module")
def site(new_project: Callable[[], Project]) -> Site:
    project = new_project()
    project.write("index.md", "# Home\n\n" + GOOD)
    for name, (text, _) in LIMITS.items():
        project.write(f"{name}.md", f"# Page\n\n~~~~worldmodel\n{text}\n~~~~\n\nAfter.\n")
    for name, page in PAGES.items():
        project.write(f"{name}.md", page.text)
    return build(project, options={"workers": 2, "time_limit": 60, "memory_limit": 2000})


def figures(root: Node) -> list[Node]:
    return [n for n in root.all("div", class_="wm") if "data-kind" in n.attrs]


def errors(root: Node) -> list[Node]:
    return list(root.all("div", class_="wm-error"))


def check_that_nothing_runs(html: str) -> None:
    """Ours is balanced, and holds nothing that a browser would run."""
    root = tree(html)
    for node in [*figures(root), *errors(root), *root.all(class_="wm-error"), *root.all(class_="wm-value")]:
        for each in [node, *node.all()]:
            assert each.tag not in {"script", "style", "iframe", "object", "embed", "base", "form", "meta", "link"}
            assert not [k for k in each.attrs if k.startswith("on") or k in {"style", "srcdoc", "formaction"}]
            for key in ("href", "src", "xlink:href", "poster"):
                assert not re.match(r"\s*(javascript|data|vbscript):", each.attrs.get(key, ""), re.IGNORECASE)
            assert each.tag != "img" or "assets/worldmodel/" in each.attrs["src"]


def our_html(html: str) -> list[str]:
    """Each figure and error block as it stands in a page."""
    return re.findall(
        r'<div class="wm".*?</wm-figure>\s*</div>|<div class="wm wm-error".*?</details></div>', html, re.DOTALL
    )


@pytest.mark.parametrize("name", LIMITS)
def test_at_a_limit(site: Site, name: str) -> None:
    _, pattern = LIMITS[name]
    root, said = tree(site.html(name)), site.warnings(name)
    is_error = bool(pattern) and not name.endswith("_in_caption")
    assert (len(figures(root)), len(errors(root))) == ((0, 1) if is_error else (1, 0)), said
    assert bool(said) == bool(pattern), said
    assert not pattern or any(re.search(pattern, w) for w in said), said
    assert all(len(w) < 900 and w.isprintable() and "could not be" not in w for w in said), said
    assert "After." in root.text


@pytest.mark.parametrize("name", PAGES)
def test_around_a_block(site: Site, name: str) -> None:
    page = PAGES[name]
    root, said = tree(site.html(name)), site.warnings(name)
    assert (len(figures(root)), len(errors(root))) == (page.figures, page.errors), said
    assert len(said) == len(page.said), said
    for pattern in page.said:
        assert any(re.search(pattern, w) for w in said), said
    assert all(len(w) < 900 and w.isprintable() and "could not be" not in w for w in said), said
    assert ("After." in page.text) == ("After." in root.text)


@pytest.mark.parametrize("name", [*LIMITS, *PAGES])
def test_nothing_runs(site: Site, name: str) -> None:
    html = site.html(name)
    check_that_nothing_runs(html)
    for part in our_html(html):
        assert not faults(part)


def test_memory_is_bounded(site: Site) -> None:
    assert max(site.memory) < MOST_MEMORY_KB


def test_thousands_of_blocks_on_a_page(project: Project) -> None:
    project.write("many.md", MANY)
    project.write("index.md", "# Home\n")
    built = build(project)
    root = tree(built.html("many"))
    ids = [n.attrs["id"] for n in figures(root)]
    assert len(ids) == len(set(ids)) == 5000
    assert not built.said
    assert max(built.memory) < MOST_MEMORY_KB


def test_defaults_of_the_site_are_no_more_trusted(project: Project) -> None:
    project.write("page.md", "# Page\n\n" + GOOD)
    project.write("index.md", "# Home\n")
    built = build(project, options={"defaults": DEFAULTS})
    html = built.html("page")
    check_that_nothing_runs(html)
    [figure] = figures(tree(html))
    assert figure.first(class_="wm-title").text == DEFAULTS["title"]
    assert "{{ config }} {0.class} %s" in figure.first(class_="wm-caption").text
    [said] = built.said
    assert "a caption cannot link to 'data:text/html,x'" in said
