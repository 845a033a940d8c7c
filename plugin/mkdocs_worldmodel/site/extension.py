# The Markdown extension: our fences → tokens before any other fence reader sees them, tokens → figures at the end.

from __future__ import annotations

import html
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.session import STORE_DIR, Page, Session

# Above every reader of fences (superfences and fenced_code have 25), below what brings text in (snippets: 32).
_BEFORE_FENCES = 26
# Below raw_html (30), which brings back what the tokens were put away in: from here on the HTML is final.
_LAST = 5
# The secret keeps apart what we put into a page and what an author typed there.
_SECRET = secrets.token_hex(8)
_TOKEN = re.compile(rf'<div class="wm-token" data-n="{_SECRET}-(\d+)"></div>')
# A token in here is not a figure but text about one.
_LITERAL = re.compile(
    r"<!--.*?-->|<(pre|code|textarea|script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)  # fmt: skip


class Host(ABC):
    """What a host tells about the page that is being rendered."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @abstractmethod
    def page(self, md: Markdown) -> Page:
        """The page."""

    @abstractmethod
    def address(self, md: Markdown) -> Callable[[str], str]:
        """Site address of a file → its address as seen from the page."""


class PlainHost(Host):
    """Markdown without a site: files are named by their place in `assets_dir`, and written there at once."""

    def __init__(self, config: dict[str, Any]) -> None:
        from mkdocs_worldmodel.pipeline import Pipeline

        self.folder = Path(config["folder"] or ".").resolve()
        self.assets = Path(config["assets_dir"] or self.folder)
        store_dir = Path(config["store_dir"] or self.folder / STORE_DIR)

        def pipeline() -> Pipeline:
            from mkdocs_worldmodel.build import Jobs, Store

            return Pipeline(Store(store_dir), Jobs(0))

        super().__init__(Session(pipeline, (self.folder,), {}))

    def page(self, md: Markdown) -> Page:  # noqa: ARG002  (the face of a host)
        return Page("document", self.folder)

    def address(self, md: Markdown) -> Callable[[str], str]:  # noqa: ARG002  (the face of a host)
        import shutil

        def put(uri: str) -> str:
            target = self.assets / uri
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.session.files[uri], target)
            return uri

        return put


class WorldModelExtension(Extension):
    """Python-Markdown extension `worldmodel`. A host gives itself in the option `host`."""

    def __init__(self, *, host: Host | None = None, **kwargs: Any) -> None:
        # not among Python-Markdown's own options: it turns what it does not know into a bool
        self._host = host
        self.config = {
            "folder": ["", "Folder that blocks' paths are relative to (plain Markdown; default: the current one)"],
            "assets_dir": ["", "Where files are written (plain Markdown; default: folder)"],
            "store_dir": ["", f"Store of results (plain Markdown; default: {STORE_DIR} in folder)"],
        }
        super().__init__(**kwargs)

    def host(self) -> Host:
        """The host, or a plain one made at the first block."""
        if self._host is None:
            self._host = PlainHost(self.getConfigs())
        return self._host

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        blocks = _Blocks(md, self)
        md.preprocessors.register(blocks, "worldmodel_fences", _BEFORE_FENCES)
        md.postprocessors.register(_Figures(md, blocks), "worldmodel_figures", _LAST)


class _Blocks(Preprocessor):
    """Puts a token in the place of each of our fences."""

    def __init__(self, md: Markdown, extension: WorldModelExtension) -> None:
        super().__init__(md)
        self.extension = extension
        self.found: list[tuple[scanner.Fence, int, str]] = []
        """Fence, which of its equals it is, and its source as written."""

    def run(self, lines: list[str]) -> list[str]:
        self.found = []  # here and not in a reset(): blogs convert excerpt after excerpt without one
        if not any(scanner.LANGUAGE in line.lower() for line in lines):
            return lines
        fences, _ = scanner.find(lines)
        if not fences:
            return lines
        host = self.extension.host()
        page = host.page(self.md)
        out: list[str] = []
        at = 0
        for fence in fences:
            number = sum(f.body == fence.body for f, _, _ in self.found)
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


class _Figures(Postprocessor):
    """Turns tokens into figures, waiting for their jobs."""

    def __init__(self, md: Markdown, blocks: _Blocks) -> None:
        super().__init__(md)
        self.blocks = blocks

    def run(self, text: str) -> str:
        if not self.blocks.found or _TOKEN.search(text) is None:
            return text
        text = _LITERAL.sub(lambda m: _TOKEN.sub(self._source, m[0]), text)
        host = self.blocks.extension.host()
        page, address = host.page(self.md), host.address(self.md)

        def figure(token: re.Match[str]) -> str:
            fence, number, _ = self.blocks.found[int(token[1])]
            line = host.session.line_of(page, fence.body, number, fence.line)
            if fence.mistake is not None:
                host.session.warn(page, line, fence.mistake)
            return host.session.finish(page, fence.body, line, number, address)

        return _TOKEN.sub(figure, text)

    def _source(self, token: re.Match[str]) -> str:
        return html.escape(self.blocks.found[int(token[1])][2], quote=False)


def makeExtension(**kwargs: Any) -> WorldModelExtension:  # noqa: N802  (Python-Markdown's name)
    """Entry point for `markdown_extensions: [mkdocs_worldmodel.site.extension]`."""
    return WorldModelExtension(**kwargs)
