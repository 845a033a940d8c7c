# The picture by which other sites show a link to a page: that of its first figure, where the page has none.

from __future__ import annotations

import html
import re

_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)


def with_preview(page: str, picture: str, alt: str) -> str:
    """A page's HTML with its preview picture; as it is where its theme, or another plugin, names one.

    Args:
        page: the page
        picture: full address of the picture
        alt: what it shows
    """
    end = _HEAD_END.search(page)
    if end is None or _says(page[: end.start()], "og:image"):
        return page
    tags = [("property", "og:image", picture), ("property", "og:image:alt", alt)]
    if not _says(page[: end.start()], "twitter:card"):
        tags.append(("name", "twitter:card", "summary_large_image"))
    added = "".join(f'<meta {kind}="{name}" content="{html.escape(value)}">\n' for kind, name, value in tags)
    return page[: end.start()] + added + page[end.start() :]


def _says(head: str, name: str) -> bool:
    tag = rf"""<meta\b[^>]*\b(?:property|name)\s*=\s*["']?{name}(?![\w:-])"""
    return re.search(tag, head, re.IGNORECASE) is not None
