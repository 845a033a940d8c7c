# Every fence of the corpus, in whole sites: both themes, with superfences and with stock fenced code.

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fence_corpus import CASES, Case, page
from site_project import FENCED_CODE, SUPERFENCES, Built, Project

from html_tree import Node

VARIANTS = [(theme, ext) for theme in ("material", "mkdocs") for ext in ("superfences", "fenced_code")]


@pytest.fixture(scope="module", params=VARIANTS, ids=["-".join(v) for v in VARIANTS])
def site(request: pytest.FixtureRequest, new_project: Callable[[], Project]) -> Built:
    theme, extensions = request.param
    project = new_project()
    project.write("index.md", "# Home\n")
    for case in CASES:
        project.write(f"{case.name}.md", page(case))
    return project.build(theme, extensions=SUPERFENCES if extensions == "superfences" else FENCED_CODE)


def figures(root: Node) -> list[Node]:
    return [n for n in root.all("div", class_="wm") if "id" in n.attrs]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_fence_becomes_what_it_should(site: Built, case: Case) -> None:
    root = site.page(f"{case.name}/index.html")
    found = figures(root)
    if case.outcome == "figure":
        assert [f.attrs["id"] for f in found][:1] == [case.name]
        assert "wm-error" not in found[0].classes
        assert f"Case {case.name}" in found[0].text
    else:
        assert not found
        assert (f"title: Case {case.name}" in main_text(root)) == (case.outcome == "text" or bool(case.warning))
    if case.inside:
        around = list(found[0].ancestors)
        wanted = case.inside.removeprefix(".")
        assert any(wanted in n.classes if case.inside[0] == "." else n.tag == wanted for n in around)
    assert case.extra in main_text(root)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_warnings_name_page_and_line(site: Built, case: Case) -> None:
    said = [w for w in site.warnings if w.startswith(f"{case.name}.md:")]
    if not case.warning:
        assert not said
    else:
        line, words = case.warning.split(": ")
        assert len(said) == 1
        assert re.match(rf"{re.escape(case.name)}\.md:{line}: .*{words}", said[0]), said[0]


def test_nothing_else_is_warned_of(site: Built) -> None:
    assert len(site.warnings) == sum(bool(c.warning) for c in CASES)


def test_no_page_holds_a_token(site: Built) -> None:
    for name, content in site.files().items():
        if name.endswith((".html", ".json")) and "typed" not in name:
            assert b"wm-token" not in content, name
            assert b"wzxhzdk" not in content or name.endswith(".json"), name


def test_a_typed_token_stays_as_typed(site: Built) -> None:
    html = site.html("typed-token/index.html")
    assert html.count("wm-token") == 1
    assert 'data-n="0"' in html


def test_two_equal_blocks_get_two_anchors(site: Built) -> None:
    assert [f.attrs["id"] for f in figures(site.page("two-equal/index.html"))] == ["two-equal", "two-equal-2"]


def main_text(root: Node) -> str:
    """Text of the page's article, without the theme's navigation."""
    main = next(root.all("article"), None) or next(root.all(role="main"), None)
    assert main is not None
    return main.text
