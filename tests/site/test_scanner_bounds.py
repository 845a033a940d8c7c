# Whatever stands open in a page, it is read in one pass: work grows as the page does.

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.extension import _parts

OPEN_FENCES: dict[str, Callable[[int], str]] = {
    "openers without an end": lambda n: "```a\n" * n,
    "openers without an end in a list": lambda n: "- x\n\n" + "    ```a\n" * n,
    "ours without an end": lambda n: "```worldmodel\n" * n,
    "ours in quotes": lambda n: "> ```worldmodel\n" * n,
    "bullets": lambda n: "- ```worldmodel\n" * n,
}
OPEN_HTML = ["<!-- ", "<pre ", "<pre>", "<code>x", "</pre><script>", "<!--<textarea>"]


def calls(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work runs: a clock would tell of the machine."""
    count = 0

    def tracer(_: Any, event: str, __: Any) -> Any:
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", OPEN_FENCES)
def test_scanning_grows_as_the_page_does(name: str) -> None:
    def scan(n: int) -> Callable[[], object]:
        lines = scanner.lines_of(OPEN_FENCES[name](n))
        return lambda: scanner.find(lines)

    assert calls(scan(800)) < 5 * calls(scan(200))


@pytest.mark.parametrize("piece", OPEN_HTML)
def test_looking_for_text_that_stands_as_it_is_grows_as_the_page_does(piece: str) -> None:
    assert calls(lambda: list(_parts(piece * 800))) < 5 * calls(lambda: list(_parts(piece * 200)))


def test_pieces_make_the_page_again() -> None:
    drawn = random.Random(0)
    words = [
        "<!--",
        "-->",
        "<pre>",
        "</pre>",
        "<code class=x>",
        "</CODE>",
        "<script>",
        "</script >",
        "text",
        "<",
        ">",
        "\n",
    ]
    stands = re.compile(r"<!--.*?-->|<(pre|code|textarea|script|style)(?=[\s/>]).*?</\1", re.DOTALL | re.IGNORECASE)
    for _ in range(2000):
        text = "".join(drawn.choices(words, k=drawn.randrange(30)))
        parts = list(_parts(text))
        assert "".join(part for part, _ in parts) == text
        assert [part for part, literal in parts if literal] == [found[0] for found in stands.finditer(text)]


def test_a_header_of_spaces_is_read_at_once() -> None:
    fences, strays = scanner.find(["```" + " " * 200_000 + "x", "```", "```   worldmodel   ", "scenario: {}", "```"])
    assert [(f.line, f.mistake) for f in fences] == [(3, None)]
    assert not strays


def test_a_fence_after_open_ones_is_still_found() -> None:
    lines = ["```a", "", "~~~b", "", "    ```a", "```a", "```worldmodel", "scenario: {}", "````", "", "> ```a"]
    assert [f.line for f in scanner.find(lines)[0]] == [7]
