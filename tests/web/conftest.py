"""The film, the servers, the browser, and a visit to a page."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from film_page import (
    HEIGHT,
    HELPERS,
    WIDTH,
    NoBlobHandler,
    PlainHandler,
    RangeHandler,
    Server,
    Visit,
    document,
    figure,
    script_tags,
    write_clip,
)

from mkdocs_worldmodel.web import LANGUAGES, SCRIPTS, STYLE, asset, scripts


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import cv2
    import numpy as np

    folder = tmp_path_factory.mktemp("site")
    write_clip(folder / "clip.mp4")
    shutil.copy(folder / "clip.mp4", folder / "other.mp4")
    for name in {STYLE, *(name for language in ("en", *LANGUAGES) for name in scripts(language))}:
        shutil.copy(asset(name), folder / name)
    cv2.imwrite(str(folder / "poster.png"), np.full((HEIGHT, WIDTH), 96, np.uint8))
    (folder / "one.html").write_text(document(figure("one")), "utf-8")
    later = figure("one").replace("<wm-figure ", '<wm-figure data-poster="41" ')
    (folder / "poster.html").write_text(document(later), "utf-8")
    (folder / "two.html").write_text(document(figure("one"), figure("two", "other.mp4")), "utf-8")
    (folder / "early.html").write_text(document(figure("one"), head=script_tags(), foot=""), "utf-8")
    closed = f"<details id='closed'><summary>More</summary><details>{figure('one')}</details></details>"
    (folder / "closed.html").write_text(document(closed), "utf-8")
    for language in ("de", "fr", "es", "zh-Hans", "ja", "pt"):
        (folder / f"{language}.html").write_text(document(figure("one"), language=language), "utf-8")
    everything = "".join(script_tags(language) for language in LANGUAGES)
    (folder / "all.html").write_text(document(figure("one"), foot=everything), "utf-8")
    (folder / "alone.html").write_text(document(figure("one"), foot=f'<script src="{SCRIPTS[-1]}"></script>'), "utf-8")
    (folder / "lost.html").write_text(document(figure("one", "lost.mp4")), "utf-8")
    return folder


@pytest.fixture(scope="session")
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    handlers = {"ranges": RangeHandler, "plain": PlainHandler, "no-blob": NoBlobHandler}
    servers = {
        name: Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
        for name, handler in handlers.items()
    }
    threads = [threading.Thread(target=server.serve_forever) for server in servers.values()]
    for thread in threads:
        thread.start()
    yield {
        "file": folder.as_uri(),
        **{name: f"http://127.0.0.1:{server.server_port}" for name, server in servers.items()},
    }
    for server, thread in zip(servers.values(), threads, strict=True):
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def visit(browser: Any, addresses: dict[str, str]) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def visit(page: str = "one.html", server: str = "ranges", width: int = 1000, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_init_script(HELPERS)
        context.set_default_timeout(10_000)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.films.append(request.url) if ".mp4" in request.url else None)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console",
            lambda message: visit.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        visit.page.goto(f"{addresses[server]}/{page}")
        return visit

    yield visit
    for context in contexts:
        context.close()
