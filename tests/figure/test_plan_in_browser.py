# Top views and charts as Chromium draws them: nothing overlaps, and everything can be read, on a phone too.

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

import mkdocs_worldmodel.web
import scenes
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import replaced
from mkdocs_worldmodel.figure.plan_moments import tops
from mkdocs_worldmodel.world.simulator import Simulator

pytestmark = pytest.mark.browser

NAMES = (
    "child-behind-parked-cars", "cut-in", "ccc-crossing", "lane-change-conflict", "left-turn-at-lights",
    "overtaking-on-a-rural-road", "roundabout", "stop-and-go", "zebra-crossing",
)  # fmt: skip
SMALLEST = 11.0
"""Letters on a phone [px]."""

WORDS = """() => [...document.querySelectorAll("svg")].map((svg) => {
  const frame = svg.getBoundingClientRect();
  return {frame: [frame.left, frame.top, frame.right, frame.bottom],
    words: [...svg.querySelectorAll("text")].map((text) => {
      const box = text.getBoundingClientRect(), scale = text.getScreenCTM().d;
      return [text.textContent, box.left, box.top, box.right, box.bottom,
        parseFloat(getComputedStyle(text).fontSize) * scale]; })}; })"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    figures = ""
    for name in NAMES:
        made = scenes.scenario(f"from: library/{name}")
        for view in tops(Readings(made, Simulator().run(made))):
            svg = replaced(view["svg"], lambda said: escape(str(said)))
            figures += f'<div class="wm"><wm-figure><figure class="wm-top">{svg}</figure></wm-figure></div>'
    style = (Path(mkdocs_worldmodel.web.__file__).parent / "worldmodel.css").read_text(encoding="utf-8")
    page = tmp_path_factory.mktemp("plans") / "plans.html"
    head = f'<meta name="viewport" content="width=device-width"><style>body{{margin:0 16px}}{style}</style>'
    page.write_text(f'<!doctype html><meta charset="utf-8">{head}{figures}', encoding="utf-8")
    return page.as_uri()


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


@pytest.mark.parametrize("page", [390, 700, 1280], indirect=True)
def test_no_two_words_of_a_view_overlap_as_drawn(page: Any) -> None:
    """A box of letters has room above and below them, which is nobody's: 2 px may meet."""
    for view in page.evaluate(WORDS):
        words = view["words"]
        for i, (text, left, top, right, bottom, _) in enumerate(words):
            for other, a, b, c, d, _ in words[i + 1 :]:
                apart = left >= c or a >= right or top + 2 >= d - 2 or b + 2 >= bottom - 2
                assert apart, (text, other)


@pytest.mark.parametrize("page", [390, 700, 1280], indirect=True)
def test_no_word_is_cut_off_at_the_side(page: Any) -> None:
    for view in page.evaluate(WORDS):
        left, _, right, _ = view["frame"]
        assert [w[0] for w in view["words"] if w[1] < left - 0.5 or w[3] > right + 0.5] == []


@pytest.mark.parametrize("page", [390, 500, 700, 1280], indirect=True)
def test_letters_can_be_read(page: Any) -> None:
    sizes = [word[5] for view in page.evaluate(WORDS) for word in view["words"]]
    assert min(sizes) >= SMALLEST
    assert max(sizes) <= 20.0


@pytest.mark.parametrize("page", [320, 390], indirect=True)
def test_a_phone_never_scrolls_sideways(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
