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
from film_page import Server

pytestmark = pytest.mark.browser
SITE = Path(__file__).parents[2] / "example-site"
PAGES = ("", "tutorial/", "figure/")


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
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
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
    server = Server(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_quiet_and_fits(browser: Any, address: str, name: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/{name}", wait_until="networkidle")
    page.wait_for_function("[...document.querySelectorAll('wm-figure')].every(f => f.dataset.ready !== undefined)")
    figures = page.evaluate("document.querySelectorAll('wm-figure').length")
    assert figures > 0
    assert [r for r in requests if not r.startswith(address)] == []
    assert [r for r in requests if r.endswith(".mp4")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.evaluate(SETTLES)
    assert shown[0] == 7
    assert shown[1] == pytest.approx(0.75, abs=0.051)
    assert complaints == []
    context.close()


def test_going_from_page_to_page_leaves_no_error(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"{address}/", wait_until="networkidle")
    page.evaluate("document.querySelector('wm-figure').play()")
    for name in ("Tutorial", "The figure", "Home"):
        page.locator(f".md-tabs >> text={name}").click()
        page.wait_for_function("document.querySelector('wm-figure[data-ready]') !== null")
        page.evaluate("document.querySelector('wm-figure').seek(3)")
        page.wait_for_function("document.querySelector('wm-figure').frame === 3")
    assert complaints == []
    context.close()
