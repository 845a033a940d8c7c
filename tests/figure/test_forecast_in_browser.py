# Figures of futures as Chromium draws them, on a phone and on a wide screen, light and dark.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forecast_cases import foretold, order

import mkdocs_worldmodel.web
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.site.session import ALL_PARTS

pytestmark = pytest.mark.browser

NAMES = ("child-behind-parked-cars", "cut-in", "left-turn-at-lights", "stop-and-go")
WORDS = """() => [...document.querySelectorAll(".wm-top svg, .wm-chart svg")].map((svg) => {
  const frame = svg.getBoundingClientRect();
  return {frame: [frame.left, frame.top, frame.right, frame.bottom],
    words: [...svg.querySelectorAll("text")].map((text) => {
      const box = text.getBoundingClientRect();
      return [text.textContent, box.left, box.top, box.right, box.bottom]; })}; })"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, figures = tmp_path_factory.mktemp("forecasts"), ""
    for name in NAMES:
        (folder / name).mkdir()
        asked = order(f"figure: forecast\nscenario: library/{name}\nfilm: none\nhorizon: 5 s\nfutures: 16\n")
        bundle = asked.kind.draw(asked, foretold(asked), folder / name)
        dress = Dress(name, name, "", "", "", "0" * 16, ALL_PARTS)
        figures += render(bundle, dress, lambda file, name=name: f"{name}/{file}")
    style = (Path(mkdocs_worldmodel.web.__file__).parent / "worldmodel.css").read_text(encoding="utf-8")
    head = '<meta name="viewport" content="width=device-width">'
    head += f"<style>html{{color-scheme:light dark}}body{{margin:0 16px}}{style}</style>"
    (folder / "page.html").write_text(f'<!doctype html><meta charset="utf-8">{head}{figures}', encoding="utf-8")
    return (folder / "page.html").as_uri()


@pytest.fixture(params=[(390, "dark"), (1280, "light")], ids=["phone", "wide"])
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_nothing_is_wider_than_the_screen(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_words_stand_in_their_picture_and_apart(page: Any) -> None:
    views = page.evaluate(WORDS)
    assert len(views) == 2 * len(NAMES)
    for view in views:
        left, top, right, bottom = view["frame"]
        for i, (text, a, b, c, d) in enumerate(view["words"]):
            assert left - 1 <= a <= c <= right + 1, text
            assert top - 1 <= b <= d <= bottom + 1, text
            for other, x, y, u, v in view["words"][i + 1 :]:
                assert c <= x or u <= a or d - 2 <= y + 2 or v - 2 <= b + 2, (text, other)


def test_the_shading_is_there(page: Any) -> None:
    for image in page.locator(".wm-strip").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('.wm-strip')].every((i) => i.naturalWidth > 400)")


def test_fans_have_the_colours_of_their_road_users(page: Any) -> None:
    fans = page.evaluate("""() => [...document.querySelectorAll('.wm-top path[stroke-width=".9"]')].map((path) =>
      [getComputedStyle(path).stroke, getComputedStyle(path).fill])""")
    assert len(fans) >= 2 * len(NAMES)
    assert {fill for _, fill in fans} == {"none"}
    assert {"rgb(31, 127, 196)", "rgb(213, 94, 0)"} <= {stroke for stroke, _ in fans}
