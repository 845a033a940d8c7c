# The MkDocs plugin: a thin shell. It tells the extension which page is rendered, hands the figures' files to
# MkDocs, and says what happened. Nothing heavy is imported before a page has a block.

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from mkdocs_worldmodel.errors import StoreError
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.defaults import Layers, front_matter_defaults, site_defaults
from mkdocs_worldmodel.site.host import Host, plain_language
from mkdocs_worldmodel.site.options import WorldModelConfig
from mkdocs_worldmodel.site.progress import Progress
from mkdocs_worldmodel.site.report import heavy_pages, slowest, weights
from mkdocs_worldmodel.site.session import ASSETS, Page, Session

if TYPE_CHECKING:
    from markdown import Markdown

    from mkdocs_worldmodel.build import Jobs
    from mkdocs_worldmodel.pipeline import Pipeline

log = logging.getLogger("mkdocs.plugins.mkdocs_worldmodel")

_FROZEN = (
    "the store does not have this figure, and `frozen: true` makes none "
    "(build once without it, or run `worldmodel prepare`, and bring the store along)"
)


class WorldModelPlugin(BasePlugin[WorldModelConfig]):
    """MkDocs plugin `worldmodel`."""

    def __init__(self) -> None:
        self._jobs: Jobs | None = None
        self._limits: tuple[Any, ...] = ()
        """Options that `_jobs` were made with."""
        self._progress = Progress(log)
        self._session: Session | None = None
        self._host: _MkDocsHost | None = None
        self._command, self._dirty = "build", False

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Being here keeps this object over the rebuilds of `mkdocs serve`."""
        self._command, self._dirty = command, dirty

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Begin a build: a new session, and our extension among the site's. Called again by some plugins."""
        self._session, self._host = None, None
        self._progress.seconds.clear()
        if not self.config.enabled:
            if "worldmodel" in config.markdown_extensions:
                config.mdx_configs.setdefault("worldmodel", {})["enabled"] = False
            return config
        folder = Path(config.config_file_path or ".").resolve().parent
        roots = (Path(config.docs_dir).resolve(), *(Path(root).resolve() for root in self.config.roots))
        self._refuse_published_store(folder, roots[0])
        self._session = Session(
            lambda: self._pipeline(folder),
            roots,
            self._defaults(config),
            language=_language(config),
            progress=self._progress,
        )
        # Material's own plugin makes pictures for all pages; other sources of them are seen in the page
        if config.site_url and not {"social", "material/social"} & set(config.plugins):
            self._session.previews = {}
        self._host = _MkDocsHost(self._session)
        if "worldmodel" not in config.markdown_extensions:
            config.markdown_extensions.append("worldmodel")
        config.mdx_configs.setdefault("worldmodel", {})["host"] = self._host
        return config

    def _defaults(self, config: MkDocsConfig) -> Layers:
        file = Path(config.config_file_path) if config.config_file_path else None
        if self.config.film is not None and "film" in self.config.defaults:
            raise PluginError("worldmodel: film: is said twice, as an option and in defaults (keep one of them)")
        return site_defaults(self.config.defaults, file, self.config.film)

    def _refuse_published_store(self, folder: Path, docs: Path) -> None:
        store = (folder / self.config.store_dir).resolve()
        inside = store.relative_to(docs).parts if store.is_relative_to(docs) else (".outside",)
        if not any(part.startswith(".") for part in inside):
            raise PluginError(
                f"worldmodel: store_dir: {store} is in docs_dir: it would be published, and `mkdocs serve` would build "
                "again and again (name a folder outside of it)"
            )

    def _pipeline(self, folder: Path) -> Pipeline:
        """Made at the first block of a build."""
        from mkdocs_worldmodel.build import Store
        from mkdocs_worldmodel.pipeline import Pipeline

        store = Store(folder / self.config.store_dir)
        try:
            store.check()
        except StoreError as error:
            raise PluginError(f"worldmodel: {error}") from error
        served = self._command == "serve" and not self.config.frozen
        return Pipeline(store, self._started_jobs(), films=self.config.serve if served else "full")

    def _started_jobs(self) -> Jobs:
        """Those of the last build where they are still there, as in a served site."""
        from mkdocs_worldmodel.build import Jobs, NoJobs

        limits = (self.config.frozen, self.config.workers, self.config.time_limit, self.config.memory_limit)
        if self._jobs is None or self._limits != limits:
            self._close()
            if self.config.frozen:
                self._jobs = NoJobs(_FROZEN)
            else:
                self._jobs = Jobs(
                    self.config.workers,
                    time_limit_s=self.config.time_limit,
                    memory_limit_bytes=int(self.config.memory_limit * 1_000_000),
                    watch=self._progress,
                )
            self._limits = limits
        return self._jobs

    @event_priority(-110)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Find the blocks of all pages and start their work, side by side with all that MkDocs does.

        After those who say which pages there are, and in which language (mkdocs-static-i18n: -100).
        """
        if self._session is None:
            return files
        self._session.language = _language(config)
        for file in sorted(files.documentation_pages(), key=lambda f: f.src_uri):
            try:
                text = file.content_string
            except (OSError, ValueError):
                continue  # MkDocs says so, and better, when it comes to this page
            if scanner.LANGUAGE in text.lower():
                _, meta = get_data(text)
                self._session.announce(_page(file, config, meta, text), text)
        return files

    def on_pre_page(self, page: Any, **_: Any) -> Any:
        """Remember the page for Markdown that is rendered without knowing its page, as in docstrings."""
        if self._host is not None:
            self._host.current = page.file
        return page

    @event_priority(-100)
    def on_page_markdown(self, markdown: str, *, page: Any, config: MkDocsConfig, **_: Any) -> str:
        """Remember the page's front matter, after those who add to it."""
        if self._host is not None:
            text = page.file.content_string if scanner.LANGUAGE in page.meta else ""
            self._host.pages[page.file.src_uri] = _page(page.file, config, page.meta, text)
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
        from mkdocs_worldmodel.web import SCRIPTS, STYLE, asset, scripts

        pages = self._host.pages.values() if self._host is not None else ()
        words = {name for page in pages for name in scripts(page.language or session.language)} - {*SCRIPTS}
        for names, listed in (((STYLE,), config.extra_css), ((*sorted(words), *SCRIPTS), config.extra_javascript)):
            for uri, name in ((f"{ASSETS}/{name}", name) for name in names):
                _add(files, config, uri, asset(name))
                if uri not in [str(x) for x in listed]:
                    listed.append(uri)
        self._say(session)

    def _say(self, session: Session) -> None:
        self._progress.close()
        shown, limit = session.shown.values(), self.config.page_weight * 1_000_000
        for heavy in heavy_pages(shown, session.files, limit) if limit else ():
            # one more film is no reason to fail a strict build; a page that nobody can load is
            log.log(logging.WARNING if heavy.bytes >= 2 * limit else logging.INFO, "%s", heavy)
        if log.isEnabledFor(logging.DEBUG):
            for row in (*slowest(shown, self._progress.seconds), *weights(shown, session.files)):
                log.debug("%s", row)
        log.info(session.summary())

    def on_post_page(self, output: str, *, page: Any, config: MkDocsConfig, **_: Any) -> str:
        """Give a page with a figure a picture by which other sites show a link to it, if it has none."""
        previews = self._session.previews if self._session is not None else None
        if not previews or (preview := previews.get(page.file.src_uri)) is None:
            return output
        from mkdocs_worldmodel.site.social import with_preview

        uri, alt = preview
        return with_preview(output, f"{str(config.site_url).rstrip('/')}/{uri}", alt)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """End the workers, but those of a served site; tidy the store after a whole build."""
        if self._command == "serve":
            return
        self._close()
        session = self._session
        if session is None or not session.has_blocks or self._dirty or self.config.frozen:
            return
        if session.counts.failed == 0:
            try:
                session.pipeline.store.gc(self.config.store_days * 86_400, int(self.config.store_max * 1_000_000))
            except StoreError as error:
                log.info("the store was not tidied: %s", error)

    def on_serve(self, server: Any, *, config: MkDocsConfig, **_: Any) -> None:
        """Watch the folders outside of docs_dir that blocks may read from."""
        for root in self.config.roots if self.config.enabled else ():
            server.watch(root)

    def on_build_error(self, error: Exception) -> None:
        """Leave no worker behind."""
        self._close()

    def on_shutdown(self) -> None:
        """Also after Ctrl-C."""
        self._close()

    def _close(self) -> None:
        self._progress.close()
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

    def link(self, md: Markdown, address: str) -> str:
        try:
            relpath: Any = md.treeprocessors["relpath"]
        except KeyError:
            return address
        return str(relpath.path_to_url(address))


def _page(file: File, config: MkDocsConfig, meta: Any, text: str) -> Page:
    locale = getattr(file, "locale", None)  # of mkdocs-static-i18n
    language = plain_language(str(locale)) if locale and locale != "null" else ""
    defaults = front_matter_defaults(meta, file.src_uri, text)
    return Page(file.src_uri, _folder(file, Path(config.docs_dir)), defaults, language)


def _folder(file: File, docs: Path) -> Path:
    return Path(file.abs_src_path).parent if file.abs_src_path else (docs / file.src_uri).parent


def _add(files: Files, config: MkDocsConfig, uri: str, path: Path) -> None:
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, abs_src_path=str(path), inclusion=InclusionLevel.INCLUDED))


def _language(config: MkDocsConfig) -> str:
    # Material's, and that of MkDocs' own themes
    return plain_language(str(config.theme.get("language") or config.theme.get("locale") or "en"))
