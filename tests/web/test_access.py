"""For every reader: by keyboard, by ear, enlarged, in few colours, without motion, in their own language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from film_page import Visit

from mkdocs_worldmodel.web import LANGUAGES

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]

FOCUSED = """() => {
  let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node.dataset.act ?? (node.className || node.textContent.trim());
}"""


def test_tab_goes_through_the_figure_in_the_order_of_reading(visit: Visitor) -> None:
    page = visit()
    page.page.locator("#outside").focus()
    order = []
    for _ in range(20):
        page.page.keyboard.press("Tab")
        order.append(page.run(FOCUSED))
    assert order[:17] == [
        "slider", "previous", "back", "play", "forward", "next", "loop", "speed", "help",
        "chip", "chip", "chip", "chip", "0.0 s", "1.5 s", "4.1 s", "Numbers",
    ]  # fmt: skip


def test_focus_can_be_seen_on_all_that_takes_it(visit: Visitor) -> None:
    page = visit()
    page.page.locator("#outside").focus()
    for _ in range(18):
        page.page.keyboard.press("Tab")
        width = page.run("""() => {
          let node = document.activeElement;
          while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(node);
          return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
        }""")
        assert width >= 2, page.run(FOCUSED)


def test_it_speaks_when_the_film_rests_and_never_while_it_plays(visit: Visitor) -> None:
    page = visit()
    page.run("""() => {
      window.said = [];
      const live = wm.part(".live");
      const hear = () => said.push([live.textContent, wm.figures()[0].paused]);
      new MutationObserver(hear).observe(live, { childList: true });
    }""")
    page.part(".slider").focus()
    page.page.keyboard.press(".")
    page.run("wm.until(() => said.length === 1)")
    page.page.keyboard.press("]")
    page.run("wm.until(() => said.length === 2)")
    page.run("wm.figures()[0].play()")
    page.run("wm.until(() => wm.label() > 20)")
    assert page.run("said.length") == 2
    page.run("wm.figures()[0].pause()")
    page.run("wm.until(() => said.length === 3)")
    texts = page.run("said")
    assert texts[0] == ["0.1 seconds, frame 1 of 100, Start", True]
    assert texts[1] == ["1.5 seconds, frame 15 of 100, Lorry begins to change to lane 2", True]
    assert re.fullmatch(r"2\.\d seconds, frame 2\d of 100, Lorry begins to change to lane 2", texts[2][0])


def test_brackets_of_keyboards_that_need_altgr(visit: Visitor) -> None:
    page = visit()
    page.run("""() => wm.part(".slider").dispatchEvent(new KeyboardEvent("keydown", {
      key: "]", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true, composed: true }))""")
    assert page.run("wm.label()") == 15
    page.run("""() => wm.part(".slider").dispatchEvent(new KeyboardEvent("keydown", {
      key: "]", ctrlKey: true, altKey: true, bubbles: true, composed: true }))""")
    assert page.run("wm.label()") == 15


def test_a_click_into_the_picture_leaves_the_keys_in_the_player(visit: Visitor) -> None:
    page = visit()
    page.part(".tile").nth(1).click(position={"x": 20, "y": 100})
    assert page.run(FOCUSED) == "play"
    page.page.keyboard.press("Escape")
    assert page.run("wm.figures()[0].camera") == "all"


def test_at_four_times_the_size_nothing_is_lost(visit: Visitor) -> None:
    page = visit(width=320, device_scale_factor=4)
    page.page.set_viewport_size({"width": 320, "height": 225})  # a window of 1280 × 900 at 400 %
    page.part("[data-act=help]").click()
    for summary in page.part("summary").all():
        summary.click()
    assert page.run("document.documentElement.scrollWidth") <= 320
    outside = page.run("""() => [...wm.figures()[0].querySelector(".wm-stage").shadowRoot
      .querySelectorAll(".bar button, .bar select, .bar dd, .label, .now")].filter((node) => {
        const { left, right } = node.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      }).map((node) => node.className)""")
    assert outside == []
    page.page.locator(".wm-chart").focus()  # what is wider than the page scrolls in its own box, by keyboard too
    page.page.keyboard.press("ArrowRight")
    page.run("wm.until(() => document.querySelector('.wm-chart').scrollLeft > 0)")


def test_few_colours_keep_controls_and_their_states(visit: Visitor) -> None:
    page = visit(forced_colors="active")
    page.part("[data-act=loop]").click()
    look = "getComputedStyle(wm.part('{}')).{}"
    for css in ("[data-act=back]", ".chip[value=top]", "[data-act=play].icon"):
        assert page.run(look.format(css, "borderTopStyle")) == "solid"
    pressed = page.run(look.format("[data-act=loop]", "backgroundColor"))
    assert pressed != page.run(look.format("[data-act=back]", "backgroundColor"))
    assert page.run(look.format(".past", "backgroundColor")) != page.run(look.format(".track", "backgroundColor"))
    icon, ground = (
        page.run(look.format(css, name))
        for css, name in [("[data-act=play].icon svg", "fill"), ("[data-act=play].icon", "backgroundColor")]
    )
    assert icon != ground


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_who_wants_no_motion_sees_none(visit: Visitor, motion: str, moves: bool) -> None:
    page = visit(reduced_motion=motion)
    page.run("window.moved = 0; addEventListener('transitionrun', () => { moved += 1; }, true)")
    page.part(".chip").nth(2).click()
    page.page.wait_for_timeout(150)
    assert (page.run("moved") > 0) is moves
    page.run("scrollTo(0, document.body.scrollHeight)")
    page.run("window.asked = ''; Element.prototype.scrollIntoView = (how) => { asked = how?.behavior ?? asked; }")
    page.part(".wm-events a").nth(1).click()
    assert page.run("asked") == ("smooth" if moves else "auto")


@pytest.mark.parametrize(
    ("page", "play", "label"),
    [
        ("de", "Abspielen", "0,0 s · Bild 0 / 100"),
        ("fr", "Lecture", "0,0 s · image 0 / 100"),
        ("es", "Reproducir", "0,0 s · fotograma 0 / 100"),
        ("zh-Hans", "播放", "0.0 s · 第 0 帧 / 100"),
        ("ja", "再生", "0.0 s · フレーム 0 / 100"),
        ("pt", "Play", "0.0 s · frame 0 / 100"),  # a language without words gets English
    ],
)
def test_the_player_speaks_the_language_of_the_page(visit: Visitor, page: str, play: str, label: str) -> None:
    opened = visit(f"{page}.html")
    assert opened.part("[data-act=play].icon").get_attribute("aria-label") == play
    assert opened.part(".label").inner_text() == label
    assert opened.complaints == []


def test_no_language_lacks_a_word(visit: Visitor) -> None:
    page = visit("all.html")
    words = page.run("""() => Object.fromEntries(Object.entries(wmFigure.words).map(([language, words]) =>
      [language, { names: Object.keys(words).sort(), keys: words.keys.length, same: Object.entries(words)
        .filter(([name, text]) => language !== "en" && text === wmFigure.words.en[name]).map(([name]) => name),
        places: ["label", "spoken"].map((name) => words[name].match(/{\\w+}/g).sort().join()) }]))""")
    assert words.keys() == {"en", *LANGUAGES}
    for language, facts in words.items():
        assert facts["names"] == words["en"]["names"], language
        assert facts["keys"] == words["en"]["keys"], language
        assert facts["places"] == ["{k},{last},{time}"] * 2, language
        assert set(facts["same"]) <= {"pause", "decimal"}, language


def test_words_and_parts_of_a_page_never_mix(visit: Visitor) -> None:
    page = visit("all.html")  # all languages are loaded; each figure takes the nearest lang
    page.run("""() => {
      const [figure] = wm.figures();
      const home = figure.parentElement;
      home.lang = "ja";
      figure.remove();
      home.append(figure);
    }""")
    assert page.part("[data-act=play].icon").get_attribute("aria-label") == "再生"


def test_a_figure_that_is_moved_works_on(visit: Visitor) -> None:
    page = visit("two.html")
    page.settle("wm.slide(30)")
    page.run("""() => {
      const box = document.body.appendChild(document.createElement("section"));
      box.moveBefore ? box.moveBefore(wm.figures()[0].parentElement, null) : box.append(wm.figures()[0].parentElement);
    }""")
    page.run("document.querySelector('h1').before(document.querySelector('section'))")
    assert page.settle("wm.slide(12)") == 12
    assert page.run("wm.read()") == 12
    assert page.complaints == []


def test_a_link_opens_what_hides_its_figure(visit: Visitor) -> None:
    page = visit("closed.html#one-2")
    page.run("wm.until(() => wm.label() === 41)")
    assert page.run("document.querySelector('#closed').open") is True
    assert page.page.locator("#one-2").is_visible()


def test_without_its_other_scripts_the_page_stays_as_it_is(visit: Visitor) -> None:
    page = visit("alone.html")
    assert page.part("video").get_attribute("controls") is not None
    assert page.run("document.querySelector('.wm-stage').shadowRoot") is None
    assert page.complaints == []
