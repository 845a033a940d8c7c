# A figure as a page of its own, for the command line.

from __future__ import annotations

import html
import shutil
from pathlib import Path

from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import Figure, Order
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.web import SCRIPT, STYLE, asset

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="{style}">
<style>:root {{ color-scheme: light dark }}
body {{ max-width: 80rem; margin: 1rem auto; font: 1rem/1.5 system-ui, sans-serif }}</style></head>
<body>{figure}<script src="{script}"></script></body></html>
"""


def write_page(order: Order, figure: Figure, text: str, folder: Path, name: str) -> Path:
    """Write index.html with all files of a figure into a folder; returns the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    spec = order.block.spec
    dress = Dress(
        spec.id or "scenario", spec.title, spec.caption, spec.alt, text, figure.key[:16], spec.show or ALL_PARTS
    )

    def put(file: str) -> str:
        target = f"{name}-{file}"
        shutil.copyfile(figure.folder / file, folder / target)
        return target

    for each in (SCRIPT, STYLE):
        shutil.copyfile(asset(each), folder / each)
    content = _PAGE.format(
        title=html.escape(spec.title or name), style=STYLE, script=SCRIPT, figure=render(figure.bundle, dress, put)
    )
    page = folder / "index.html"
    page.write_text(content, encoding="utf-8", newline="\n")
    return page
