"""Shows what becomes of a faulty block: in the place of a fence ```wrong stands the figure that a page would hold.

The error is the plugin's own, made by the same functions; it is not warned about, so that this site builds strictly.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.figure.page import render_error
from mkdocs_worldmodel.pipeline import understand
from mkdocs_worldmodel.spec.block import Place

FENCE = re.compile(r"^```wrong\n(.*?)^```$", re.S | re.M)


def shown(body: str, page: str, docs: Path) -> str:
    """What a page holds in the place of a faulty block: its mistakes, and its source."""
    try:
        understand(body, Place(docs, (docs,)))
    except SpecError as error:
        told = [(f"{page}:{(m.line or 0) + 1}" if m.line else page, m.message, m.hint) for m in error.mistakes]
        return render_error(told, body) + "\n"
    raise PluginError(f"{page}: a block that shall be wrong is right:\n{body}")


def on_page_markdown(markdown: str, *, config: MkDocsConfig, **_: Any) -> str:
    """Put its error in the place of each such fence."""
    return FENCE.sub(lambda m: shown(m[1], "page.md", Path(config.docs_dir)), markdown)
