"""Figures as the plugin builds them, in the pages of three themes: complete for everybody, on screen and on paper."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler
from typing import Any

import pytest
from film_page import HELPERS, Server

pytestmark = pytest.mark.browser

SCENARIO = """
scenario:
  road: {lanes: 2}
  ego: {lane: 1, speed: 20 m/s}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 12 m, speed: 10 m/s}
  stop: {time: 2 s}
expect: [no collision, min ttc > 9 s]
"""


def block(name: str, text: str = SCENARIO, indent: str = "") -> str:
    lines = ["```worldmodel", f"id: {name}", f"title: Behind {name}", *text.strip().splitlines(), "```"]
    return "".join(f"{indent}{line}\n" for line in lines)


PAGES = {
    "index.md": f"# Start\n\nSee [the other](other.md#second).\n\n{block('first')}\n",
    "other.md": "# Other\n\n[To the closed one](#closed-1)\n\n## Second\n\n" + block("second") + "\n\n"
    '=== "Empty"\n\n    Nothing.\n\n=== "Full"\n\n' + block("tabbed", indent="    ") + "\n\n"
    '??? note "Closed"\n\n' + block("closed", indent="    ") + "\n",
    "broken.md": "# Broken\n\n" + block("broken", "scenario: {rod: {lanes: 2}, ego: {speed: 100}}"),
}
THEMES = {
    "material": {
        "name": "material",
        "font": False,
        "features": ["navigation.instant", "navigation.instant.preview"],
        "palette": [
            {"media": "(prefers-color-scheme: light)", "scheme": "default"},
            {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
        ],
    },
    "mkdocs": {"name": "mkdocs", "color_mode": "auto"},
    "readthedocs": {"name": "readthedocs"},
}
LOOKS = [("material", "light"), ("material", "dark"), ("mkdocs", "light"), ("mkdocs", "dark"), ("readthedocs", "light")]
EXTENSIONS: list[object] = ["admonition", "attr_list", "pymdownx.details", "pymdownx.superfences"]
EXTENSIONS.append({"pymdownx.tabbed": {"alternate_style": True}})


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """A test run needs no log."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One site for each theme, from one store, on a server without ranges."""
    folder = tmp_path_factory.mktemp("themes")
    (folder / "docs").mkdir()
    for name, text in PAGES.items():
        (folder / "docs" / name).write_text(text, "utf-8")
    with Server(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder))) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for name, theme in THEMES.items():
            site = {
                "site_name": "Test",
                "site_url": f"{address}/{name}/",  # what instant navigation asks for
                "site_dir": name,
                "theme": theme,
                "plugins": ["search", {"worldmodel": {"store_dir": "store"}}],
                "markdown_extensions": EXTENSIONS,
            }
            config = folder / f"{name}.yml"
            config.write_text(json.dumps(site), "utf-8")
            command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
            assert done.returncode == 0, done.stderr
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield address
        server.shutdown()
        thread.join()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open a page of a theme's site; errors on it fail the test."""
    contexts, complaints = [], []

    def opened(path: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_init_script(HELPERS)
        context.add_init_script("window.hljs = { highlightAll() {} }")  # two themes ask the network for it
        context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.films = []
        page.on("request", lambda request: page.films.append(request.url) if ".mp4" in request.url else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/{path}", wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, context=".wm", options={"runOnly": tags}).response
    assert found["passes"]
    return [f"{v['id']}: {node['target']}" for v in found["violations"] for node in v["nodes"]]


@pytest.mark.parametrize(
    ("theme", "scheme", "width"), [(*look, (1280, 320)[i % 2]) for i, look in enumerate([*LOOKS, LOOKS[-1]])]
)
def test_checks_of_accessibility_find_nothing(opened: Callable[..., Any], theme: str, scheme: str, width: int) -> None:
    page = opened(f"{theme}/", width, color_scheme=scheme)
    assert violations(page) == []
    for summary in page.locator(".wm summary").all():
        summary.click()
    page.evaluate("wm.part('[data-act=help]').click()")
    page.evaluate("wm.part('[data-act=loop]').click()")
    page.evaluate("wm.figures()[0].camera = wm.part('.chip[value=front_wide]').value")
    page.evaluate("wm.settled(() => wm.figures()[0].seek(7))")
    page.wait_for_timeout(250)  # the camera has been enlarged
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("theme", "scheme"), LOOKS)
def test_an_error_is_accessible(opened: Callable[..., Any], theme: str, scheme: str) -> None:
    page = opened(f"{theme}/broken/", color_scheme=scheme)
    assert page.locator(".wm-error [class=wm-message]").count() > 0
    assert violations(page) == []


def test_a_verdict_leads_to_its_moment(opened: Callable[..., Any]) -> None:
    page = opened("mkdocs/")
    link = page.locator(".wm-verdict[data-verdict=missed] a")
    item = page.locator(link.get_attribute("href"))
    page.evaluate("wm.settled(() => wm.figures()[0].seek(20))")
    link.click()
    assert page.evaluate("wm.figures()[0].frame") == int(item.get_attribute("data-frame"))


def test_nothing_happens_in_what_is_closed_until_it_opens(opened: Callable[..., Any]) -> None:
    page = opened("material/other/")
    seen = "wm.figures().map((figure) => figure.checkVisibility({contentVisibilityAuto: true}))"
    assert page.evaluate(seen) == [True, False, False]
    page.locator(".tabbed-labels label").nth(1).click()
    page.locator("summary", has_text="Closed").click()
    page.wait_for_function(f"{seen}.every(Boolean)")
    for i in (1, 2):
        size = page.evaluate(f"[wm.part('.picture', {i}).clientWidth, wm.part('.picture', {i}).clientHeight]")
        assert size[0] / size[1] > 1.5
    assert page.films == []
    for i in (1, 2):
        assert page.evaluate(f"wm.settled(() => wm.figures()[{i}].seek(9), {i})") == 9


def test_a_link_into_what_is_closed_opens_it(opened: Callable[..., Any]) -> None:
    page = opened("material/other/")
    page.get_by_text("To the closed one").click()
    page.wait_for_function("document.querySelector('details.note').open")
    page.locator("#closed-1").wait_for()


def test_a_link_into_a_tab_that_is_not_shown_shows_it(opened: Callable[..., Any]) -> None:
    page = opened("material/other/#tabbed-1")
    page.locator("#tabbed-1").wait_for()
    assert page.locator(".tabbed-set > input").nth(1).is_checked()
    assert page.evaluate("document.querySelector('#tabbed-1').getBoundingClientRect().top < innerHeight")


def test_instant_navigation_connects_and_disconnects(opened: Callable[..., Any]) -> None:
    page = opened("material/")
    page.wait_for_function("performance.getEntriesByName(new URL('sitemap.xml', location)).length")  # it is ready
    page.evaluate("window.kept = true")
    page.evaluate("wm.settled(() => wm.figures()[0].seek(7))")
    assert page.evaluate("[wmCount.made, wmCount.revoked]") == [1, 0]
    page.locator(".md-nav__link[href*=other]").first.click()
    page.wait_for_function("document.querySelector('wm-figure[data-ready]')?.parentElement.id === 'second'")
    assert page.evaluate("[wmCount.made, wmCount.revoked]") == [1, 1]
    page.evaluate("wm.settled(() => wm.figures()[0].seek(5))")
    page.go_back()
    page.wait_for_function("document.querySelector('wm-figure[data-ready]')?.parentElement.id === 'first'")
    assert page.evaluate("[wmCount.made, wmCount.revoked, window.kept]") == [2, 2, True]
    assert page.evaluate("wm.figures()[0].frame") == int(page.locator("wm-figure").get_attribute("data-poster"))


def test_a_preview_shows_the_figure_and_fetches_no_film(opened: Callable[..., Any]) -> None:
    page = opened("material/")
    page.get_by_text("the other").hover()
    page.locator(".md-tooltip2 wm-figure[data-ready]").first.wait_for()
    assert page.films == []


def test_keys_of_the_theme_keep_out_of_the_figure(opened: Callable[..., Any]) -> None:
    page = opened("material/")
    page.evaluate("wm.part('[data-act=forward]').focus()")
    before = page.url
    for key in ",.pnfs/":
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == before
    assert page.evaluate("document.activeElement.classList.contains('wm-stage')")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("f")  # outside, the theme's search is opened as ever
    page.wait_for_function("document.activeElement.matches('input, dialog *') || document.activeElement.shadowRoot")


def test_focus_is_not_hidden_by_the_header(opened: Callable[..., Any]) -> None:
    page = opened("material/")
    page.locator(".wm-downloads a").first.focus()
    edge = page.evaluate("document.querySelector('.md-header').getBoundingClientRect().bottom")
    seen = 0
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        page.wait_for_timeout(30)
        top = page.evaluate("""() => {
          let node = document.activeElement;
          while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
          return document.activeElement.closest(".wm") && node.getBoundingClientRect().top;
        }""")
        if top is not None:
            seen += 1
            assert top >= edge - 1
    assert seen > 12


@pytest.mark.parametrize("theme", THEMES)
def test_without_script_all_is_there(opened: Callable[..., Any], theme: str) -> None:
    page = opened(f"{theme}/", java_script_enabled=False)
    figure = page.locator(".wm")
    assert figure.locator("video[controls]").bounding_box()["height"] > 100
    for css in (".wm-title", ".wm-verdict", ".wm-events li", ".wm-chart svg", ".wm-top svg", ".wm-strip", "summary"):
        assert figure.locator(css).first.is_visible(), css
    assert not figure.locator(".wm-cursor").is_visible()
    assert figure.locator(".wm-key").first.inner_text() != ""
    assert figure.locator(".wm-key b").count() == 0


@pytest.mark.parametrize(("theme", "scheme"), LOOKS[1::2] + LOOKS[4:])
def test_on_paper_strip_and_story_stand_for_the_film(opened: Callable[..., Any], theme: str, scheme: str) -> None:
    import pypdfium2 as pdfium

    page = opened(f"{theme}/", color_scheme=scheme)
    page.evaluate("wm.settled(() => wm.figures()[0].seek(7))")
    strip = page.locator(".wm-strip")
    shape = int(strip.get_attribute("width")) / int(strip.get_attribute("height"))
    steps = page.evaluate("[...document.querySelectorAll('.wm-events li')].map((item) => item.lastChild.data.trim())")
    with pdfium.PdfDocument(page.pdf()) as paper:
        text = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in paper).split())
        boxes = [each.get_bounds() for sheet in paper for each in sheet.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE])]
    assert len(steps) > 3
    assert [step for step in steps if step not in text] == []
    assert "Smallest gap to the road user ahead" in text  # the table of numbers is open on paper
    for control in ("frame 7 /", "1×", "Rear left", "Run record"):
        assert control not in text, control
    assert any(abs((right - left) / (top - bottom) / shape - 1) < 0.05 for left, bottom, right, top in boxes)
    page.emulate_media(media="print", color_scheme=scheme)
    style = "getComputedStyle(wm.figures()[0].parentElement)"
    look = [page.evaluate(f"{style}.{name}") for name in ("color", "backgroundColor")]
    assert look == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]  # whatever the screen is
