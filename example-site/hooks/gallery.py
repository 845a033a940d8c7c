"""Puts each block of the gallery beside its own source, so that the two cannot differ."""

from __future__ import annotations

import re
from typing import Any

PAGE = "gallery.md"
BLOCK = re.compile(r"^```worldmodel\n(.*?)^```$", re.S | re.M)


def _pair(found: re.Match[str]) -> str:
    return (
        '<div class="pair" markdown="1">\n<div class="pair-source" markdown="1">\n\n'
        f'```yaml\n{found[1]}```\n\n</div>\n<div markdown="1">\n\n{found[0]}\n\n</div>\n</div>'
    )


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Expand the gallery's blocks."""
    return BLOCK.sub(_pair, markdown) if page.file.src_uri == PAGE else markdown
