# What running text says about figures, as Markdown reads it: links to `worldmodel:…` get the figure's address, inline
# code that names a value becomes the number. Only code in single backticks does: in two it is shown as it stands.

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.site.references import SCHEME, References, Target

if TYPE_CHECKING:
    from mkdocs_worldmodel.site.session import Page

# Below inline (20), which makes the links; above toc (5), which reads headings, and hosts' own look at links (0 to 2).
_LINKS = 15
# Of the reader whose place ours takes, in Python-Markdown and in pymdownx.inlinehilite alike.
_CODE = 190


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks of figures: a page, or a figure's caption."""

    references: References
    page: Page
    """Where it is said."""
    mistaken: Callable[[str, SpecError], None]
    """Called with a reference that leads nowhere."""

    def address(self, target: Target) -> str:
        """A link as an author would write it: from source to source, for the host to turn into what readers need."""
        if target.page == self.page.name:
            return f"#{target.anchor}"
        way = posixpath.relpath(target.page, posixpath.dirname(self.page.name) or ".")
        return f"{quote(way)}#{target.anchor}"


def register(md: Markdown, speaker: Callable[[], Speaker]) -> None:
    """Let a Markdown instance read links to figures. `speaker` is asked at each mention."""
    md.treeprocessors.register(_Links(md, speaker), "worldmodel_references", _LINKS)


def read_code(md: Markdown, speaker: Callable[[], Speaker]) -> None:
    """Step before whoever reads inline code; called when all extensions are there."""
    if "backtick" not in md.inlinePatterns:
        return
    reader: Any = md.inlinePatterns["backtick"]
    if isinstance(reader, InlineProcessor) and not isinstance(reader, _Code):
        md.inlinePatterns.register(_Code(reader, md, speaker), "backtick", _CODE)


class _Code(InlineProcessor):
    """Leaves it to the reader before it what is code and where it ends, and takes out what names a value."""

    def __init__(self, reader: InlineProcessor, md: Markdown, speaker: Callable[[], Speaker]) -> None:
        super().__init__(reader.pattern, md)
        self.compiled_re = reader.compiled_re
        self.reader, self.speaker = reader, speaker

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802  (its name)
        found: Any = self.reader.handleMatch(m, data)
        node, start, end = found
        if node is None or start is None or end is None:
            return found
        span = data[start:end]
        if not span.startswith("`worldmodel ") or span.startswith("``"):
            return found
        code = span.strip("`")
        try:
            speaker = self.speaker()
            shown = speaker.references.value(code, speaker.page.language)
        except SpecError as error:
            self.speaker().mistaken(span, error)
            return _wrong(code, error), start, end
        if shown is None:
            return found
        attributes = {"class": "wm-value"}
        if shown.number is None:
            return _element("span", shown.text, attributes), start, end
        return _element("data", shown.text, {**attributes, "value": f"{shown.number:g}"}), start, end


class _Links(Treeprocessor):
    """Gives links to figures their addresses, and those without a text their figure's title."""

    def __init__(self, md: Markdown, speaker: Callable[[], Speaker]) -> None:
        super().__init__(md)
        self.speaker = speaker

    def run(self, root: ET.Element) -> None:
        for link in root.iter("a"):
            href = link.get("href") or ""
            if not href.startswith(SCHEME):
                continue
            try:
                speaker = self.speaker()
                target = speaker.references.link(href.removeprefix(SCHEME), speaker.page.language)
            except SpecError as error:
                self.speaker().mistaken(href, error)
                spoil(link, href, error)
                continue
            link.set("href", self.speaker().address(target))
            if not (link.text or "").strip() and not len(link):
                link.text = AtomicString(target.title)


def _wrong(reference: str, error: SpecError) -> ET.Element:
    return _element("span", f"{reference} ({error.mistakes[0].message})", {"class": "wm-error"})


def spoil(link: ET.Element, reference: str, error: SpecError) -> None:
    """Make a link that leads nowhere a mark in the text: what it says, and what is wrong with it."""
    tail = link.tail
    children, text = list(link), link.text
    link.clear()
    link.tag, link.tail, link.text = "span", tail, text
    link.extend(children)
    link.set("class", "wm-error")
    said = "" if text or children else reference
    link.append(_element("span", f"{said} ({error.mistakes[0].message})", {}))


def _element(tag: str, text: str, attributes: dict[str, str]) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = AtomicString(text)
    return element
