# What the page's script unpacks and shows at a frame is what was packed.

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_packed import unpacked

from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.web import asset, scripts

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "decimal"), [("en", "."), ("de", ",")])
def test_every_frame_shows_the_values_of_the_run(
    browser: Any, filmed: Bundle, tmp_path: Path, language: str, decimal: str
) -> None:
    show = [part for part in ALL_PARTS if part != "film"]
    html = render(filmed, Dress("cut-in", "Cut-in", "", "", "", "0" * 16, show, language), lambda name: name)
    code = "".join(f"<script>{asset(name).read_text(encoding='utf-8')}</script>" for name in scripts(language))
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><html lang="{language}"><meta charset="utf-8">{html}{code}', encoding="utf-8")
    tab = browser.new_page()
    tab.goto(page.as_uri())
    shown = tab.evaluate("""() => {
        const figure = document.querySelector("wm-figure"), rows = [];
        for (let k = 0; k < figure.frames; k++) {
            figure.seek(k);
            rows.push([...figure.querySelectorAll(".wm-key b")].map((value) => value.textContent));
        }
        return rows;
    }""")
    tab.close()
    assert len(shown) == 101
    for key, column in zip(filmed.keys, zip(*shown, strict=True), strict=True):
        values = unpacked(filmed.series[key["series"]])
        for value, text in zip(values, column, strict=True):
            number = "–" if value is None else f"{value:.{key['digits']}f}".replace(".", decimal).replace("-", "−")
            assert text.split()[0] == number
