"""The example site as a reader meets it: every page, light and dark, on a desktop and on a phone."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from film_page import Server

pytestmark = pytest.mark.browser
SITE = Path(__file__).parents[2] / "example-site"
FILMS = ("", "tutorial/", "figure/", "library/roundabout/")
LIBRARY = ("library/", "library/cut-in/", "library/roundabout/", "library/child-behind-parked-cars/")
"""Pages of the library that stand for the others, which have the same parts."""
CONTENT = {"include": [[".md-content"]], "exclude": [[".md-code__nav"]]}
"""What is ours of a page; the rest is the theme's."""


SETTLES = """async () => {
  const figure = document.querySelector('wm-figure');
  const settled = new Promise(done => figure.addEventListener(
    'wm-frame', e => e.detail.settled && e.detail.frame === 7 && done(e.detail.frame)));
  figure.seek(7);
  return [await settled, figure.querySelector('video').currentTime];
}"""


class QuietHandler(SimpleHTTPRequestHandler):
    """A plain server; unlike the player's tests it sets no content policy, since the theme has inline scripts."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-q",
        "-f",
        str(SITE / "mkdocs.yml"),
        "-d",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def pages(built: Path) -> list[str]:
    places = [path.parent.relative_to(built).as_posix() for path in sorted(built.rglob("index.html"))]
    assert len(places) > 60
    return ["" if place == "." else f"{place}/" for place in places]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_every_page_is_quiet_and_fits(browser: Any, address: str, pages: list[str], width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", lambda m: complaints.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("request", lambda request: requests.append(request.url))
    figures = 0
    for name in pages:
        page.goto(f"{address}/{name}")
        page.wait_for_function(
            "[...document.querySelectorAll('wm-figure:has(video)')].every(f => f.dataset.ready !== undefined)"
        )
        figures += page.evaluate("document.querySelectorAll('wm-figure').length")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            complaints.append(f"{page.url}: wider than {width} px")
    assert figures > 60
    assert [r for r in requests if not r.startswith(address)] == []
    assert [r for r in requests if r.endswith(".mp4")] == []
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, address: str, pages: list[str], scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    found: list[str] = []
    for name in pages:
        if name.startswith("library/") and name not in LIBRARY:
            continue
        page.goto(f"{address}/{name}")
        page.wait_for_function(
            "[...document.querySelectorAll('wm-figure:has(video)')].every(f => f.dataset.ready !== undefined)"
        )
        results = Axe().run(page, context=CONTENT, options={"resultTypes": ["violations"]})
        for violation in results.response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"]][:3]
            found.append(f"{name or 'index'}: {violation['id']}: {nodes}")
    assert found == []
    context.close()


@pytest.mark.parametrize("name", FILMS)
def test_a_film_goes_to_the_picture_that_is_asked_for(browser: Any, address: str, name: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/{name}")
    page.wait_for_function("document.querySelector('wm-figure[data-ready]') !== null")
    frame, time = page.evaluate(SETTLES)
    assert frame == 7
    assert time == pytest.approx(0.75, abs=0.051)
    context.close()


def test_going_from_page_to_page_leaves_no_error(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"{address}/", wait_until="networkidle")
    page.evaluate("document.querySelector('wm-figure').play()")
    for name in ("Tutorial", "Gallery", "Home"):
        page.locator(f".md-tabs >> text={name}").click()
        page.wait_for_function("document.querySelector('wm-figure[data-ready]') !== null")
        page.evaluate("document.querySelector('wm-figure').seek(3)")
        page.wait_for_function("document.querySelector('wm-figure').frame === 3")
    assert complaints == []
    context.close()
