# A caption's text → inline HTML: emphasis, code, links, and what may be said about figures; nothing else. Raw HTML
# is text, a link goes where http, mailto or the site's own addresses lead.

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Sequence
from typing import TypeVar
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor, Treeprocessor
from markdown.util import Registry
from markupsafe import Markup, escape

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.site import mentions
from mkdocs_worldmodel.site.mentions import Speaker

T = TypeVar("T")

_INLINE = ("backtick", "escape", "link", "autolink", "not_strong", "em_strong", "em_strong2")
_PRE = ("normalize_whitespace",)
_SCHEMES = frozenset({"http", "https", "mailto"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Below unescape (0), which makes addresses what they are.
_LINKS = -1
# What browsers leave out of an address before they look at its scheme.
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_MARKUP = re.compile(r"[*_`\\[<&]")
"""Without any of these, a caption is the text that it is."""
_BRACKETS = 100
"""More would take Markdown long: it looks for the end of each one to the end of the text."""


def caption_html(text: str, speaker: Speaker, link: Callable[[str], str]) -> Markup:
    """A caption as inline HTML.

    Args:
        text: as its author wrote it.
        speaker: for what it says about figures, and for its mistakes.
        link: address of a relative link as written → as seen from the page.
    """
    if not _MARKUP.search(text):
        return escape(text)
    return _captions().html(text, speaker, link)


@functools.cache
def _captions() -> Captions:
    return Captions()


class Captions:
    """Renders captions, one after another."""

    def __init__(self) -> None:
        self._speaker: Speaker | None = None
        md = self._md = Markdown()
        md.preprocessors = _only(md.preprocessors, _PRE)
        md.parser.blockprocessors = _only(md.parser.blockprocessors, ("paragraph",))
        md.inlinePatterns = _only(md.inlinePatterns, _INLINE)
        md.treeprocessors.register(InlineProcessor(md), "inline", 20)  # it keeps the patterns that it is made with
        self._links = _Links(md)
        md.treeprocessors.register(self._links, "links", _LINKS)
        mentions.register(md, self._speaking)
        mentions.read_code(md, self._speaking)

    def html(self, text: str, speaker: Speaker, link: Callable[[str], str]) -> Markup:
        """As `caption_html`."""
        text = " ".join(text.split())
        if text.count("[") > _BRACKETS or text.count("`") > _BRACKETS or text.count("*") + text.count("_") > _BRACKETS:
            many = Mistake(f"more than {_BRACKETS} brackets, stars or backticks", "a caption is a few sentences")
            speaker.mistaken(text, SpecError(many))
            return escape(text)
        self._speaker, self._links.link, self._links.mistaken = speaker, link, speaker.mistaken
        self._md.reset()
        rendered = self._md.convert(text)
        return Markup(rendered.removeprefix("<p>").removesuffix("</p>"))  # noqa: S704  (made of checked elements)

    def _speaking(self) -> Speaker:
        assert self._speaker is not None
        return self._speaker


class _Links(Treeprocessor):
    """Lets only those links stand that lead to a page."""

    link: Callable[[str], str]
    mistaken: Callable[[str, SpecError], None]

    def run(self, root: ET.Element) -> None:
        for link in root.iter("a"):
            href = _unescaped(link.get("href") or "")
            scheme = _SCHEME.match(_UNSEEN.sub("", href))
            if scheme is None:
                link.set("href", self.link(href))
            elif scheme[1].lower() in _SCHEMES:
                link.set("href", href)
            else:
                hint = "link to a page, to https:, mailto: or worldmodel:"
                error = SpecError(Mistake(f"a caption cannot link to '{href[:40]}'", hint))
                self.mistaken(href, error)
                mentions.spoil(link, href, error)


def _only(registry: Registry[T], names: Sequence[str]) -> Registry[T]:
    """Some of what Markdown does, the first of them first: what a later version of it adds stays out."""
    kept: Registry[T] = Registry()
    for n, name in enumerate(name for name in names if name in registry):
        kept.register(registry[name], name, 200 - n)
    return kept


def _unescaped(address: str) -> str:
    """An address without entities, also those that are themselves made of entities."""
    while (plain := html.unescape(address)) != address:
        address = plain
    return address
