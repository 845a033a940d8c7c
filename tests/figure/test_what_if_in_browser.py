# A figure of branches as Chromium draws it: words keep apart, lines can be told apart, and on a phone nothing is lost.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mkdocs_worldmodel.web
from mkdocs_worldmodel.figure.bundle import Bundle, Film
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.figure.what_if_film import COLOURS, Grid
from mkdocs_worldmodel.pipeline import carry_out, driven, understand
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.spec.block import Place

pytestmark = pytest.mark.browser

BLOCKS = (
    """
scenario: {from: library/cut-in, actors: {follower: {lane: 2, behind: 25 m, speed: 100 km/h}}, stop: {time: 7 s}}
from: 2 s
what_if:
  keep: {}
  brake: {ego: {brake: 6 m/s²}}
  hold on: {ego: {speed: {by: 0 km/h}}}
  evade: {ego: {change_lane: {to: right, over: 2 s}}}
  hardly brake: {ego: {brake: 1 m/s²}}
  no challenger: {remove: challenger}
""",
    """
scenario: {from: library/left-turn-at-lights, stop: {time: 8 s}}
what_if:
  wait and turn: {}
  turn at once: {ego: {behaviour: {minds_priority: false}}}
  straight on: {ego: {turn: straight}}
  right: {ego: {turn: right}}
""",
    """
scenario: {from: library/child-behind-parked-cars, stop: {time: 6 s}}
from: 1 s
what_if:
  emergency brake: {ego: {driver: aeb}}
  hold the speed: {ego: {speed: {by: 0 km/h}}}
""",
)
WORDS = """() => [...document.querySelectorAll(".wm-top svg")].map((svg) => {
  const frame = svg.getBoundingClientRect();
  return {frame: [frame.left, frame.right], words: [...svg.querySelectorAll("text")].map((text) => {
    const box = text.getBoundingClientRect();
    return [text.textContent, box.left, box.top, box.right, box.bottom]; })}; })"""
LINES = """() => [...document.querySelectorAll(".wm-chart")].map((chart) =>
  [...chart.querySelectorAll("svg .wm-line")].map((line) => {
    const style = getComputedStyle(line);
    return [style.stroke, style.strokeDasharray]; }))"""


def with_film(bundle: Bundle, count: int) -> Bundle:
    """As if the film had been drawn."""
    grid = Grid.of(count, 640)
    tiles = {letter: [*grid.place(i), *grid.cell, letter.upper()] for i, letter in enumerate("abcdef"[:count])}
    return replace(bundle, film=Film("film.mp4", "poster.jpg", *grid.size, 10, 61, tiles))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, figures = tmp_path_factory.mktemp("branches"), ""
    for n, block in enumerate(BLOCKS):
        order = understand(f"figure: what_if\nfilm: none{block}", Place(folder, (folder,)))
        runs = carry_out(order.kind.plan(order), driven)
        bundle = with_film(order.kind.draw(order, runs, folder), len(runs))
        figures += render(bundle, Dress(f"figure-{n}", "A title", "", "", block, "0" * 16, ALL_PARTS), str)
    web = Path(mkdocs_worldmodel.web.__file__).parent
    style = (web / "worldmodel.css").read_text(encoding="utf-8")
    script = "".join(f"<script src='{(web / name).as_uri()}'></script>" for name in mkdocs_worldmodel.web.scripts())
    head = '<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}body{margin:0 16px}'
    page = folder / "page.html"
    page.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>{head}{style}</style>'
                    f"{figures}{script}", encoding="utf-8")  # fmt: skip
    return page.as_uri()


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("wm-figure[data-ready]", state="attached")
    yield page
    context.close()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_words_of_the_top_view_keep_apart_and_inside(page: Any) -> None:
    for view in page.evaluate(WORDS):
        left, right = view["frame"]
        for i, (text, a, top, b, bottom) in enumerate(view["words"]):
            assert left - 0.5 <= a
            assert b <= right + 0.5
            for other, c, over, d, under in view["words"][i + 1 :]:
                assert a >= d or c >= b or top + 2 >= under - 2 or over + 2 >= bottom - 2, (text, other)


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_no_two_lines_of_a_chart_look_alike(page: Any) -> None:
    for lines in page.evaluate(LINES):
        strokes, dashes = [stroke for stroke, _ in lines], [dash for _, dash in lines]
        assert len(set(strokes)) == len(strokes)
        assert len(set(dashes)) == len(dashes)


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_letters_in_the_film_have_the_colours_of_the_lines(page: Any) -> None:
    six = page.evaluate(LINES)[0]
    assert [stroke for stroke, _ in six] == [f"rgb({r}, {g}, {b})" for r, g, b in COLOURS]


@pytest.mark.parametrize("page", [390], indirect=True)
def test_a_phone_shows_one_branch_as_high_as_it_is_and_scrolls_the_table_alone(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shapes = page.evaluate("""() => [...document.querySelectorAll(".wm-stage")].map((stage) => {
      const box = stage.shadowRoot.querySelector(".picture").getBoundingClientRect();
      return box.width / box.height; })""")
    grid = Grid.of(3, 640)
    assert shapes == pytest.approx([grid.cell[0] / grid.cell[1]] * len(shapes), rel=0.01)
    tables = page.evaluate(
        """() => [...document.querySelectorAll(".wm-table")].map((t) => [t.scrollWidth > t.clientWidth, t.tabIndex])"""
    )
    assert tables[0] == [True, 0]
    first = "() => document.querySelector('.wm-table tbody th').getBoundingClientRect().left"
    before = page.evaluate(first)
    page.evaluate("() => { document.querySelector('.wm-table').scrollLeft = 200; }")
    assert page.evaluate(first) == pytest.approx(before, abs=1.0)


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_the_player_offers_every_branch(page: Any) -> None:
    chips = page.evaluate("""() => [...document.querySelectorAll(".wm-stage")].map((stage) =>
      [...stage.shadowRoot.querySelectorAll(".chip")].map((chip) => chip.value))""")
    assert chips == [["all", *"abcdef"], ["all", *"abcd"], ["all", *"ab"]]
