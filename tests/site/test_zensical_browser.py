# A figure of a Zensical site in a browser, reached by a link that does not load the page anew.

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from host_sites import build, configure
from site_project import Project, block


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    project.write("index.md", "# Home\n\nNo figure here. [Go](guide/film.md)\n")
    film = block("id: film\ncameras: [front_wide]", scenario="{stop: {time: 1 s}}", film="{width: 320}")
    project.write("guide/film.md", "# Film\n\n" + film)
    configure(project, theme={"name": "material", "font": False, "features": ["navigation.instant"]})
    site = build("zensical", project)
    assert site.code == 0, site.said
    # where the site's settings say that it stands: instant navigation asks the site map
    (project.root / "served").mkdir()
    (project.root / "served/docs").symlink_to(site.folder)
    handler = functools.partial(Quiet, directory=str(project.root / "served"))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/docs/"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_the_player_comes_with_its_page_and_plays(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1000})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(address)
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Go").click()
    page.wait_for_function("document.querySelector('.wm-stage')?.shadowRoot")
    assert page.evaluate("window.kept"), "the page was loaded anew"
    assert page.evaluate("getComputedStyle(document.querySelector('.wm')).borderTopStyle") == "solid"
    page.locator(".begin").click()
    page.wait_for_function("document.querySelector('wm-figure').frame > 0")
    page.close()
    assert faults == []
