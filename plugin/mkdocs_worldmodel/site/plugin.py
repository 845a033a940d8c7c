# The MkDocs plugin: a thin shell. It tells the extension which page is rendered, hands the figures' files to
# MkDocs, and says what happened. Nothing heavy is imported before a page has a block.

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options as opt
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from mkdocs_worldmodel.errors import StoreError
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.extension import Host
from mkdocs_worldmodel.site.session import ASSETS, STORE_DIR, Page, Session, front_matter_defaults

if TYPE_CHECKING:
    from markdown import Markdown

    from mkdocs_worldmodel.build import Jobs
    from mkdocs_worldmodel.pipeline import Pipeline

log = logging.getLogger("mkdocs.plugins.mkdocs_worldmodel")


class WorldModelConfig(Config):
    """Options in mkdocs.yml."""

    enabled = opt.Type(bool, default=True)
    """False leaves every block as a plain code block."""
    store_dir = opt.Type(str, default=STORE_DIR)
    """Folder of the store, relative to mkdocs.yml."""
    workers = opt.Type((int, str), default="auto")
    """How many figures are made at the same time: auto (one a core), a number, or 0 (in the build's own process)."""
    time_limit = opt.Type((int, float), default=120)
    """Seconds that a figure may take."""
    memory_limit = opt.Type(int, default=2000)
    """Megabytes that a worker may take."""
    store_max = opt.Type(int, default=4000)
    """Megabytes that the store keeps; what was used in the last 24 hours always stays."""
    store_days = opt.Type(int, default=90)
    """Days that an unused result stays in the store."""
    roots = opt.ListOfItems(opt.Type(str), default=[])
    """Folders besides docs_dir, relative to mkdocs.yml, whose files blocks may name."""
    defaults = opt.Type(dict, default={})
    """Values for all blocks; a page's front matter (`worldmodel:`) and the block itself are nearer."""


class WorldModelPlugin(BasePlugin[WorldModelConfig]):
    """MkDocs plugin `worldmodel`."""

    def __init__(self) -> None:
        self._jobs: Jobs | None = None
        self._session: Session | None = None
        self._host: _MkDocsHost | None = None
        self._command, self._dirty = "build", False

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Being here keeps this object over the rebuilds of `mkdocs serve`."""
        self._command, self._dirty = command, dirty

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Begin a build: a new session, and our extension among the site's. Called again by some plugins."""
        self._session, self._host = None, None
        if not self.config.enabled:
            return config
        folder = Path(config.config_file_path or ".").resolve().parent
        roots = (Path(config.docs_dir).resolve(), *((folder / r).resolve() for r in self.config.roots))
        self._workers()
        self._session = Session(lambda: self._pipeline(folder), roots, self.config.defaults, language=_language(config))
        self._host = _MkDocsHost(self._session)
        if "worldmodel" not in config.markdown_extensions:
            config.markdown_extensions.append("worldmodel")
        config.mdx_configs.setdefault("worldmodel", {})["host"] = self._host
        return config

    def _workers(self) -> int | str:
        given = str(self.config.workers)  # !ENV gives texts
        workers = int(given) if given.isdigit() else given
        if workers != "auto" and not (isinstance(workers, int) and workers <= 64):
            raise PluginError(f"worldmodel: workers: {workers!r} is not possible (auto, or a number from 0 to 64)")
        return workers

    def _pipeline(self, folder: Path) -> Pipeline:
        """Made at the first block of a build."""
        from mkdocs_worldmodel.build import Jobs, Store
        from mkdocs_worldmodel.pipeline import Pipeline

        workers: Any = self._workers()
        if self._jobs is None:
            self._jobs = Jobs(
                workers, time_limit_s=self.config.time_limit, memory_limit_bytes=self.config.memory_limit * 1_000_000
            )
        store = Store(folder / self.config.store_dir)
        try:
            store.check()
        except StoreError as error:
            raise PluginError(f"worldmodel: {error}") from error
        return Pipeline(store, self._jobs)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Find the blocks of all pages and start their work, side by side with all that MkDocs does."""
        if self._session is None:
            return files
        for file in sorted(files.documentation_pages(), key=lambda f: f.src_uri):
            try:
                text = file.content_string
            except (OSError, ValueError):
                continue  # MkDocs says so, and better, when it comes to this page
            if scanner.LANGUAGE in text.lower():
                _, meta = get_data(text)
                self._session.announce(_page(file, config, meta), text)
        return files

    def on_page_markdown(self, markdown: str, *, page: Any, config: MkDocsConfig, **_: Any) -> str:
        """Remember the page for Markdown that is rendered without knowing its page, as in docstrings."""
        if self._host is not None:
            self._host.current = page.file
            self._host.pages[page.file.src_uri] = _page(page.file, config, page.meta)
        return markdown

    def on_page_content(self, html: str, *, page: Any, **_: Any) -> str:
        """Tell MkDocs' link check of the anchors that came after it looked at the page."""
        known = getattr(page, "present_anchor_ids", None)
        if self._session is not None and known is not None:
            known |= self._session.anchors.get(page.file.src_uri, set())
        return html

    @event_priority(50)
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Hand the figures' files to MkDocs, before optimising plugins look at them; say what was done."""
        session = self._session
        if session is None or not session.has_blocks:
            return
        for uri, path in session.files.items():
            _add(files, config, uri, path)
        for name, listed in (("worldmodel.css", config.extra_css), ("worldmodel.js", config.extra_javascript)):
            from mkdocs_worldmodel.web import asset

            uri = f"{ASSETS}/{name}"
            _add(files, config, uri, asset(name))
            if uri not in [str(x) for x in listed]:
                listed.append(uri)
        log.info(session.summary())

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """End the workers; tidy the store after a whole build."""
        self._close()
        session = self._session
        if session is None or not session.has_blocks or self._command == "serve" or self._dirty:
            return
        if session.counts.failed == 0:
            try:
                session.pipeline.store.gc(self.config.store_days * 86_400, self.config.store_max * 1_000_000)
            except StoreError as error:
                log.info("the store was not tidied: %s", error)

    def on_serve(self, server: Any, *, config: MkDocsConfig, **_: Any) -> None:
        """Watch the folders outside of docs_dir that blocks may read from."""
        for root in self.config.roots if self.config.enabled else ():
            server.watch(str((Path(config.config_file_path or ".").resolve().parent / root).resolve()))

    def on_build_error(self, error: Exception) -> None:
        """Leave no worker behind."""
        self._close()

    def on_shutdown(self) -> None:
        """Also after Ctrl-C."""
        self._close()

    def _close(self) -> None:
        if self._jobs is not None:
            self._jobs.close()
            self._jobs = None


class _MkDocsHost(Host):
    """Knows the page by MkDocs' own link processor, which has the file also in a blog's excerpts."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.current: File | None = None
        self.pages: dict[str, Page] = {}

    def _file(self, md: Markdown) -> File | None:
        try:
            file: File | None = md.treeprocessors["relpath"].file  # type: ignore[attr-defined]
        except KeyError:
            return self.current
        return file

    def page(self, md: Markdown) -> Page:
        file = self._file(md)
        if file is None:
            return Page("document", self.session.roots[0])
        return self.pages.get(file.src_uri) or Page(file.src_uri, _folder(file, self.session.roots[0]))

    def address(self, md: Markdown) -> Callable[[str], str]:
        file = self._file(md)
        base = file.url if file is not None else ""
        return lambda uri: get_relative_url(uri, base)


def _page(file: File, config: MkDocsConfig, meta: Any) -> Page:
    return Page(file.src_uri, _folder(file, Path(config.docs_dir)), front_matter_defaults(meta))


def _folder(file: File, docs: Path) -> Path:
    return Path(file.abs_src_path).parent if file.abs_src_path else (docs / file.src_uri).parent


def _add(files: Files, config: MkDocsConfig, uri: str, path: Path) -> None:
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, abs_src_path=str(path), inclusion=InclusionLevel.INCLUDED))


def _language(config: MkDocsConfig) -> str:
    language = config.theme.get("language") if "language" in config.theme else None
    return str(language or "en").split("-")[0]
