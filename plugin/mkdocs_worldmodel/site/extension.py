# The Markdown extension: our fences → tokens before any other fence reader sees them, tokens → figures at the end.

from __future__ import annotations

import functools
import html
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from copy import copy
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from mkdocs_worldmodel.errors import SetupError
from mkdocs_worldmodel.site import mentions, scanner, zensical
from mkdocs_worldmodel.site.choices import CHOICES
from mkdocs_worldmodel.site.host import Host
from mkdocs_worldmodel.site.mentions import Speaker
from mkdocs_worldmodel.site.plain_host import PlainHost
from mkdocs_worldmodel.site.session import Page
from mkdocs_worldmodel.site.settings import OPTIONS

# Above every reader of fences (superfences and fenced_code have 25), below what brings text in (snippets: 32).
_BEFORE_FENCES = 26
# superfences that keeps tabs reads fences here (31.05), above Markdown's tidying of whitespace.
_TAB_KEEPER, _BEFORE_TAB_KEEPER = "fenced_raw_block", 31.5
# Below raw_html (30), which brings back what the tokens were put away in: from here on the HTML is final.
_LAST = 5
# The secret keeps apart what we put into a page and what an author typed there.
_SECRET = secrets.token_hex(8)
_TOKEN = re.compile(rf'<div class="wm-token" data-n="{_SECRET}-(\d+)"></div>')
# A token in here is not a figure but text about one.
_LITERAL = re.compile(r"<!--|<(?P<tag>pre|code|textarea|script|style)(?=[\s/>])", re.IGNORECASE)


class WorldModelExtension(Extension):
    """Python-Markdown extension `worldmodel`. A host gives itself in the option `host`."""

    def __init__(self, *, host: Host | None = None, **kwargs: Any) -> None:
        # not among Python-Markdown's own options: it turns what it does not know into a bool
        self._host = host
        self.config = {name: [copy(CHOICES[name].default), CHOICES[name].text] for name in OPTIONS}
        super().__init__(**kwargs)

    def host(self, md: Markdown) -> Host:
        """The host: given, Zensical, or a plain one, found out at the first block."""
        if self._host is None and zensical.CONTEXT in md.preprocessors:
            return zensical.zensical_host(md, self.getConfigs())
        if self._host is None:
            if "relpath" in md.treeprocessors:  # MkDocs' own
                message = "worldmodel: under MkDocs, list worldmodel in plugins: (its Markdown extension comes with it)"
                raise SetupError(message)
            self._host = PlainHost(self.getConfigs())
        return self._host

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        if not self.getConfig("enabled"):
            return
        blocks = _Blocks(md, self)
        md.preprocessors.register(blocks.hidden, "worldmodel_hidden", _BEFORE_TAB_KEEPER)
        md.preprocessors.register(blocks, "worldmodel_fences", _BEFORE_FENCES)
        md.postprocessors.register(_Figures(md, blocks), "worldmodel_figures", _LAST)
        mentions.register(md, blocks.speaker)


class _Hidden(Preprocessor):
    """Hides our fences from a superfences that keeps tabs, and so reads fences first."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.kept: list[list[str]] = []

    def run(self, lines: list[str]) -> list[str]:
        self.kept = []
        if _TAB_KEEPER not in self.md.preprocessors or not any(scanner.LANGUAGE in line.lower() for line in lines):
            return lines
        tidy = scanner.lines_of("\n".join(lines))
        lines = lines if len(tidy) == len(lines) else tidy  # lone carriage returns end lines, too
        out: list[str] = []
        at = 0
        for fence in scanner.find(tidy)[0]:
            out += [*lines[at : fence.line - 1], f"{fence.prefix}{_SECRET}-{len(self.kept)}"]
            self.kept.append(tidy[fence.line - 1 : fence.end])
            at = fence.end
        return out + lines[at:]

    def back(self, lines: list[str]) -> list[str]:
        """The lines with all that was hidden."""
        if not self.kept:
            return lines
        own = {f"{_SECRET}-{n}": kept for n, kept in enumerate(self.kept)}
        return [line for each in lines for line in own.get(each.lstrip("> "), [each])]


class _Blocks(Preprocessor):
    """Puts a token in the place of each of our fences."""

    def __init__(self, md: Markdown, extension: WorldModelExtension) -> None:
        super().__init__(md)
        self.extension = extension
        self.found: list[tuple[scanner.Fence, int, str]] = []
        """Fence, which of its equals it is, and its source as written."""
        self.page: Page | None = None
        self.speaking: Speaker | None = None
        self.hidden = _Hidden(md)

    def run(self, lines: list[str]) -> list[str]:
        # here and not in a reset(): blogs convert excerpt after excerpt without one
        self.found, self.page, self.speaking = [], None, None
        lines = self.hidden.back(lines)
        if not any(scanner.LANGUAGE in line.lower() for line in lines):
            return lines
        fences, _ = scanner.find(lines)
        self.lines, self.fences = lines, fences
        mentions.read_code(self.md, self.speaker)
        if not fences:
            return lines
        host = self.extension.host(self.md)
        self.page = page = host.page(self.md)
        out: list[str] = []
        at = 0
        numbers: Counter[str] = Counter()
        for fence in fences:
            number = numbers[fence.body]
            numbers[fence.body] += 1
            source = "\n".join(scanner.dedented(fence.prefix, line) for line in lines[fence.line - 1 : fence.end])
            token = f'<div class="wm-token" data-n="{_SECRET}-{len(self.found)}"></div>'
            self.found.append((fence, number, source))
            host.session.start(page, fence.body)
            placeholder = self.md.htmlStash.store(token)
            blank = fence.prefix.rstrip() if ">" in fence.prefix else ""
            # blank lines make it a block of its own, so that no paragraph closes around a <div>
            out += [*lines[at : fence.line - 1], blank, fence.prefix + placeholder, blank]
            at = fence.end
        return out + lines[at:]

    def speaker(self) -> Speaker:
        """Who speaks of figures in the text that is being rendered; asked at the first that it says about one."""
        if self.speaking is None:
            host = self.extension.host(self.md)
            page = self.page or host.page(self.md)
            session = host.session  # asked for the page, a host may begin a new one
            session.references.read(page, self.lines, self.fences)
            self.page = page
            self.speaking = Speaker(session.references, page, functools.partial(session.references.mistaken, page))
        return self.speaking


class _Figures(Postprocessor):
    """Turns tokens into figures, waiting for their jobs."""

    def __init__(self, md: Markdown, blocks: _Blocks) -> None:
        super().__init__(md)
        self.blocks = blocks

    def run(self, text: str) -> str:
        if not self.blocks.found or _TOKEN.search(text) is None:
            return text
        text = "".join(_TOKEN.sub(self._source, part) if literal else part for part, literal in _parts(text))
        host = self.blocks.extension.host(self.md)
        page, address = self.blocks.page, host.address(self.md)
        link = functools.partial(host.link, self.md)
        assert page is not None
        first = True

        def figure(token: re.Match[str]) -> str:
            nonlocal first
            fence, number, _ = self.blocks.found[int(token[1])]
            line = host.session.line_of(page, fence.body, number, fence.line)
            if fence.mistake is not None:
                host.session.warn(page, line, fence.mistake)
            content = host.session.finish(page, fence.body, line, number, address, link)
            content, first = host.placed(self.md, content, fence.body, first=first), False
            return content

        return _TOKEN.sub(figure, text)

    def _source(self, token: re.Match[str]) -> str:
        return html.escape(self.blocks.found[int(token[1])][2], quote=False)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """A page's HTML in pieces, and whether each shows its text as it stands; in one pass, whatever is left open."""
    at, endless = 0, set()
    for opened in _LITERAL.finditer(text):
        end = "-->" if opened["tag"] is None else f"</{opened['tag'].lower()}"
        if opened.start() < at or end in endless:
            continue
        closed = re.compile(re.escape(end), re.IGNORECASE).search(text, opened.end())
        if closed is None:
            endless.add(end)
            continue
        yield text[at : opened.start()], False
        yield text[opened.start() : closed.end()], True
        at = closed.end()
    yield text[at:], False


def makeExtension(**kwargs: Any) -> WorldModelExtension:  # noqa: N802  (Python-Markdown's name)
    """Entry point for `markdown_extensions: [mkdocs_worldmodel.site.extension]`."""
    return WorldModelExtension(**kwargs)
