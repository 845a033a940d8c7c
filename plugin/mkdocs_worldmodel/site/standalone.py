# A figure as a page of its own, for the command line.

from __future__ import annotations

import html
import shutil
from pathlib import Path

from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import Figure, Ordered, Pipeline
from mkdocs_worldmodel.site.captions import caption_html
from mkdocs_worldmodel.site.mentions import Speaker
from mkdocs_worldmodel.site.session import ALL_PARTS, Page, Session
from mkdocs_worldmodel.web import STYLE, asset, scripts

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="{style}">
<style>:root {{ color-scheme: light dark }}
body {{ max-width: 80rem; margin: 1rem auto; font: 1rem/1.5 system-ui, sans-serif }}</style></head>
<body>{figure}{scripts}</body></html>
"""


def _no_pipeline() -> Pipeline:
    raise AssertionError("nothing is made here")


def write_page(order: Ordered, figure: Figure, text: str, folder: Path, name: str) -> Path:
    """Write index.html with all files of a figure into a folder; returns the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    # alone, it has no others to speak of: the text shows a mark there
    speaker = Speaker(Session(_no_pipeline, (), ()).references, Page(name, folder), lambda _, __: None)
    caption = caption_html(order.caption, speaker, str)
    name_of, show = order.id or "scenario", order.show or ALL_PARTS
    dress = Dress(name_of, order.title, caption, order.alt, text, figure.key[:16], show)

    def put(file: str) -> str:
        target = f"{name}-{file}"
        shutil.copyfile(figure.folder / file, folder / target)
        return target

    for each in (STYLE, *scripts()):
        shutil.copyfile(asset(each), folder / each)
    content = _PAGE.format(
        title=html.escape(order.title or name),
        style=STYLE,
        scripts="".join(f'<script src="{each}"></script>' for each in scripts()),
        figure=render(figure.bundle, dress, put),
    )
    page = folder / "index.html"
    page.write_text(content, encoding="utf-8", newline="\n")
    return page
