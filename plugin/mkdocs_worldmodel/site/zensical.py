# Zensical, which knows no plugins: the Markdown extension finds out by itself which page it is in, makes what
# `worldmodel prepare` has not made, and writes the files into the docs folder, from where Zensical takes them.

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from markdown import Markdown

from mkdocs_worldmodel.site.assets_folder import AssetsFolder, put
from mkdocs_worldmodel.site.defaults import front_matter_defaults
from mkdocs_worldmodel.site.host import Host, with_style_and_scripts
from mkdocs_worldmodel.site.pages import blocks_of, pages, read_page
from mkdocs_worldmodel.site.prepare import made_by, own_files
from mkdocs_worldmodel.site.session import ASSETS, Page
from mkdocs_worldmodel.site.settings import Settings, settings
from mkdocs_worldmodel.web import STYLE, scripts

CONTEXT = "rendering_context"
"""The preprocessor by which Zensical tells extensions of the page."""
# What Zensical takes for an address in a page's HTML. It reads it as seen from the source file, and rewrites it as seen
# from the page; all else (poster, data-*) it leaves alone. tests/site/test_zensical.py holds it to that.
_REWRITTEN = re.compile(r"""(?<=\s)(?P<name>src|href|srcset)=(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.DOTALL)


class _ZensicalPage(Protocol):
    path: str
    url: str
    meta: dict[str, Any]


class _Context(Protocol):
    """The part of Zensical's preprocessor that we read."""

    page: _ZensicalPage
    config: dict[str, Any]


def zensical_host(md: Markdown, options: Mapping[str, Any]) -> ZensicalHost:
    """The host of the site that is being rendered; one for all its pages, each of which has a Markdown of its own."""
    config = _context(md).config
    language = config.get("theme", {}).get("language") or "en"
    return _host(config["root_dir"], config["docs_dir"], language, json.dumps(options, sort_keys=True, default=str))


@functools.cache
def _host(root_dir: str, docs_dir: str, language: str, options: str) -> ZensicalHost:
    folder = Path(root_dir)
    return ZensicalHost(settings(json.loads(options), folder, folder / docs_dir, language))


def _context(md: Markdown) -> _Context:
    context: Any = md.preprocessors[CONTEXT]
    found: _Context = context
    return found


class ZensicalHost(Host):
    """Knows the pages of a site from its docs folder, and the one that is rendered from Zensical."""

    def __init__(self, found: Settings) -> None:
        self._settings = found
        self._jobs = found.jobs()
        self._folder = AssetsFolder(found.out, made_by())
        self._config: dict[str, Any] = {}
        self._pages: dict[str, Page] = {}
        self._blocks: dict[str, list[str]] = {}
        """Page → texts of the blocks in its source, as they were when this build began."""
        self._written: set[str] = set()
        super().__init__(found.session(self._jobs))

    def page(self, md: Markdown) -> Page:
        context = _context(md)
        name = context.page.path
        file = self._settings.docs / name
        # Zensical does not say when a build begins. Its settings are new then, or this page is not as it was.
        blocks = _blocks(file)
        if context.config is not self._config or self._blocks.get(name) != blocks:
            self._config = context.config
            self._begin()
            self._blocks[name] = blocks  # also of a page that is not in the docs folder
        return self._pages.get(name) or Page(name, file.parent, front_matter_defaults(context.page.meta))

    def address(self, md: Markdown) -> Callable[[str], str]:
        up = _up(_context(md).page.url)
        return lambda uri: f"{up}{self._settings.prefix}{uri.removeprefix(ASSETS)}"

    def placed(self, md: Markdown, figure: str, text: str, *, first: bool) -> str:
        context = _context(md)
        self._write(context.page.path, text)
        if first:
            figure = self._with_style_and_scripts(figure, context)
        from_page = f"{_up(context.page.url)}{self._settings.prefix}/"
        from_source = f"{_up(context.page.path)}{self._settings.prefix}/"
        return _REWRITTEN.sub(lambda found: found[0].replace(from_page, from_source), figure)

    def _begin(self) -> None:
        """Look at all pages: ids are unique in the site, and what has not been made is made side by side."""
        self.session = self._settings.session(self._jobs)
        self.session.pipeline  # noqa: B018 - a store that cannot be used ends the build, not one figure
        self._pages, self._blocks, self._written = {}, {}, set()
        for page, text in pages(self._settings.docs):
            self._pages[page.name], self._blocks[page.name] = page, blocks_of(text)
            self.session.announce(page, text)

    def _write(self, page: str, text: str) -> None:
        """Put the files of the figures so far into the docs folder, and into the site."""
        files = {uri.removeprefix(f"{ASSETS}/"): path for uri, path in self.session.files.items()}
        new = {name: path for name, path in files.items() if name not in self._written}
        if not self._written:
            new |= own_files(self._settings.language)
        self._written |= new.keys()
        seen = text in self._blocks.get(page, ())  # else from a snippet: `worldmodel prepare` does not know of it
        self._folder.add(new, "" if seen else page)
        # This build has listed the docs' files already; the next one takes them from there.
        site = self._settings.folder / self._config["site_dir"] / self._settings.prefix
        put(site, new)

    def _with_style_and_scripts(self, figure: str, context: _Context) -> str:
        """Load them here, unless the site's settings do."""
        listed = [str(each.get("path") if isinstance(each, dict) else each) for key in ("extra_css", "extra_javascript")
                  for each in context.config.get(key) or []]  # fmt: skip
        own = [f"{self._settings.prefix}/{name}" for name in (STYLE, *scripts(self._settings.language))]
        if all(uri in listed for uri in own):
            return figure
        style, *loaded = (_up(context.page.url) + uri for uri in own)
        return with_style_and_scripts(figure, style, loaded)


def _blocks(file: Path) -> list[str]:
    try:
        return blocks_of(read_page(file))
    except OSError:
        return []


def _up(address: str) -> str:
    """The way from a page, or a source file, up to the site's root: '../../' for 'guide/cut-in/'."""
    return "../" * address.count("/")
