# One build: its pages' blocks, their anchors, the files they bring, what is said about them. Knows no host.

from __future__ import annotations

import logging
import re
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.defaults import Layers, usable
from mkdocs_worldmodel.site.mentions import Speaker
from mkdocs_worldmodel.site.progress import Progress, printable
from mkdocs_worldmodel.site.references import References
from mkdocs_worldmodel.site.report import Shown

if TYPE_CHECKING:
    from mkdocs_worldmodel.figure.bundle import Bundle
    from mkdocs_worldmodel.pipeline import Figure, Ordered, Pipeline
    from mkdocs_worldmodel.spec.block import Place

log = logging.getLogger("mkdocs.plugins.mkdocs_worldmodel")

ASSETS = "assets/worldmodel"
STORE_DIR = ".cache/plugin/worldmodel"
"""Where the store of results lies if nobody says otherwise: beside mkdocs.yml, or in the current folder."""
_AT = re.compile(r":\d+$")
"""A file that is named with its line."""
ALL_PARTS = ("film", "verdict", "top", "chart", "strip", "events", "numbers", "made", "source", "downloads")
"""What a figure shows where `show:` does not choose."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where Markdown comes from."""

    name: str
    """As messages call it: 'guide/cut-in.md'."""
    folder: Path
    """What paths in its blocks are relative to."""
    defaults: Layers = ()
    language: str = ""
    """Of its text; '' is that of the site."""


@dataclass(slots=True)
class Counts:
    """For the summary line."""

    made: int = 0
    stored: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A block on a page."""

    page: Page
    text: str
    line: int
    number: int
    """Which of the page's equal blocks."""


class Session:
    """A build's blocks."""

    def __init__(
        self,
        pipeline: Callable[[], Pipeline],
        roots: tuple[Path, ...],
        defaults: Layers,
        *,
        language: str = "en",
        progress: Progress | None = None,
    ) -> None:
        self._make_pipeline = pipeline
        self._pipeline: Pipeline | None = None
        self.roots, self.language = roots, language
        self.defaults = defaults
        self.files: dict[str, Path] = {}
        """Address in the site → file in the store."""
        self.anchors: dict[str, set[str]] = defaultdict(set)
        """Page name → ids that its figures brought."""
        self._progress = progress
        self.shown: dict[tuple[str, int, int, str], Shown] = {}
        """Figures as they stand on pages, in order."""
        self.previews: dict[str, tuple[str, str]] | None = None
        """Page name → address of its first figure's preview picture, and what it shows; None where nobody wants any."""
        self._places: dict[str, tuple[Layers, Place]] = {}
        self.counts = Counts()
        self._started = time.perf_counter()
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        """Page name and block text → lines of its headers, in order."""
        self._anchors: dict[str, tuple[str, int, int, str]] = {}
        self._uses: dict[tuple[str, int, int, str], str] = {}
        self._names: dict[str, str] = {}
        """Figure key → what its files are called: a figure that stands twice brings them once."""
        self.references = References(self)
        self.warnings: dict[str, None] = {}
        """What was warned of, each once, in order."""
        self._counted: set[tuple[str, int, int, str]] = set()
        self._made: set[str] = set()

    @property
    def pipeline(self) -> Pipeline:
        """Made when the first block is met: a site without blocks never loads it."""
        if self._pipeline is None:
            self._pipeline = self._make_pipeline()
        return self._pipeline

    @property
    def has_blocks(self) -> bool:
        return self._pipeline is not None

    # -- what the scanner sees -----------------------------------------------------------------------------

    def announce(self, page: Page, text: str) -> None:
        """Note the blocks of a whole page source (front matter and all), and start their work."""
        if scanner.LANGUAGE not in text.lower():
            return
        lines = scanner.lines_of(text)
        fences, strays = scanner.find(lines)
        self.references.read(page, lines, fences)
        for line, mistake in strays:
            self.warn(page, line, mistake)
        numbers: dict[str, int] = defaultdict(int)
        for fence in fences:
            self._lines[page.name, fence.body].append(fence.line)
            use = Use(page, fence.body, fence.line, numbers[fence.body])
            numbers[fence.body] += 1
            try:
                order = self._order(use)
                # now, since hosts differ in the order in which they render pages
                self._names.setdefault(order.key, self._anchor(use, order))
            except WorldModelError:
                self._anchor(use, None)  # said where the figure is put into its page

    # -- what Markdown meets -------------------------------------------------------------------------------

    def line_of(self, page: Page, text: str, number: int, line: int) -> int:
        """Line of a block's header in its page's source; `line`, that of the text being rendered, where unknown."""
        known = self._lines.get((page.name, text), [])
        return known[number] if number < len(known) else line

    def start(self, page: Page, text: str) -> None:
        """Start a block's work as early as Markdown meets it; mistakes are said when it is finished."""
        use = Use(page, text, 0, 0)
        try:
            self.references.name(use, self._order(use))
        except WorldModelError:
            self.references.name(use, None)

    def finish(
        self,
        page: Page,
        text: str,
        line: int,
        number: int,
        address: Callable[[str], str],
        link: Callable[[str], str] = str,
    ) -> str:
        """HTML of a block: the figure, or what is wrong with it.

        Args:
            page: where it stands
            text: the block's text
            line: of its header in the page
            number: which of the page's equal blocks it is
            address: site address of a file → its address as seen from the page
            link: relative link in a caption as written → as the page needs it
        """
        use = Use(page, text, line, number)
        try:
            return self._figure(use, address, link)
        except SpecError as error:
            return self._failed(use, error.mistakes)
        except WorldModelError as error:
            return self._failed(use, (Mistake(str(error)),), error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours takes one figure down, not the site
            ours = JobError(f"the figure could not be put into its page ({type(error).__name__}: {error})")
            ours.add_note(traceback.format_exc())
            return self._failed(use, (Mistake(str(ours)),), ours)

    def _figure(self, use: Use, address: Callable[[str], str], link: Callable[[str], str]) -> str:
        from mkdocs_worldmodel.figure.languages import language as tongue
        from mkdocs_worldmodel.figure.page import Dress, render
        from mkdocs_worldmodel.pipeline import missed

        order, page, line = self._order(use), use.page, use.line
        anchor = self._anchor(use, order)
        figure = self.pipeline.figure(order, use.text, self._place(page))
        for mistake in (*order.doubts, *missed(order.sources, order.expected, figure.bundle.verdicts)):
            self.warn(page, line, mistake)
        uris = self._bring(figure.key, figure.folder, anchor, [
            *((figure.bundle.film.file, figure.bundle.film.poster) if figure.bundle.film else ()),
            *([figure.bundle.strip] if figure.bundle.strip else []),
            *(d.file for d in figure.bundle.downloads),
        ], {d.file: d.suffix for d in figure.bundle.downloads})  # fmt: skip
        self.anchors[page.name] |= {anchor, *(f"{anchor}-{n + 1}" for n in range(len(figure.bundle.moments)))}
        self._note(use, order.title or anchor, figure, uris)
        show = order.show if order.show is not None else ALL_PARTS
        language = page.language or self.language
        if self.previews is not None and figure.bundle.social and page.name not in self.previews:
            picture = self._bring(figure.key, figure.folder, anchor, [figure.bundle.social], {})[figure.bundle.social]
            self.previews[page.name] = picture, order.alt or order.title or tongue(language).words(figure.bundle.alt)
        caption = self._caption(order, use, link)
        dress = Dress(anchor, order.title, caption, order.alt, use.text, figure.key[:16], show, language)
        content = render(figure.bundle, dress, lambda name: address(uris[name]))
        self._count(use, figure)
        return content

    def _note(self, use: Use, title: str, figure: Figure, uris: Mapping[str, str]) -> None:
        """Note what stands on the page, for those who look at the whole site in the end."""
        film = figure.bundle.film
        main, poster = (uris[film.file], uris[film.poster]) if film is not None else ("", "")
        others = tuple(uri for uri in uris.values() if uri not in {main, poster})
        at = (use.page.name, use.line, use.number, use.text)
        self.shown[at] = Shown(use.page.name, use.line, title, figure.key, main, poster, others)

    def _caption(self, order: Ordered, use: Use, link: Callable[[str], str]) -> str:
        from mkdocs_worldmodel.site.captions import caption_html

        def mistaken(_: str, error: SpecError) -> None:
            for m in error.mistakes:
                self.warn(use.page, use.line, order.sources.mistake(("caption",), m.message, m.hint))

        return caption_html(order.caption, Speaker(self.references, use.page, mistaken), link)

    def _order(self, use: Use) -> Ordered:
        if self._progress is not None:
            self._progress.here = f"{use.page.name}:{use.line}" if use.line else use.page.name
        order = self.pipeline.order(use.text, self._place(use.page))
        if self._progress is not None:
            self._progress.titled(order.key, order.title or order.id or "")
        return order

    def _place(self, page: Page) -> Place:
        """Where a page's blocks stand.

        Raises:
            SpecError: where the defaults around them cannot be used.
        """
        from mkdocs_worldmodel.spec.block import Place

        known = self._places.get(page.name)
        # other plugins may have changed the front matter since the page was read (looking for equal values would
        # follow aliases without end)
        if known is None or known[0] is not page.defaults:
            defaults = usable(*self.defaults, *page.defaults)
            known = self._places[page.name] = page.defaults, Place(page.folder, self.roots, defaults)
        return known[1]

    def _bring(
        self, key: str, folder: Path, anchor: str, names: list[str], suffixes: Mapping[str, str]
    ) -> dict[str, str]:
        """Give a figure's files their addresses in the site."""
        uris: dict[str, str] = {}
        called = self._names.setdefault(key, anchor)
        for name in names:
            suffix = suffixes.get(name) or ("-" + name if not name.startswith("film") else Path(name).suffix)
            uris[name] = f"{ASSETS}/{key[:16]}/{called}{suffix}"
            self.files[uris[name]] = folder / name
        return uris

    def _anchor(self, use: Use, order: Ordered | None) -> str:
        """The figure's anchor, unique in the site: its id, else its title's slug, numbered on repeats."""
        from mkdocs_worldmodel.figure.page import slug

        at = (use.page.name, use.line, use.number, use.text)
        if at in self._uses:
            return self._uses[at]
        wish = self.references.name(use, order) or slug(order.title if order is not None else "") or "scenario"
        anchor, n = wish, 1
        while anchor in self._anchors:
            n += 1
            anchor = f"{wish}-{n}"
        if n > 1 and order is not None and order.id is not None:
            taken = self._anchors[wish]
            mistake = order.sources.mistake(
                ("id",), f"id '{wish}' is already used at {taken[0]}:{taken[1]}", f"this figure becomes '{anchor}'"
            )
            self.warn(use.page, use.line, mistake)
        self._anchors[anchor] = at
        self._uses[at] = anchor
        return anchor

    # -- what others say about figures ---------------------------------------------------------------------

    def anchor_of(self, use: Use, name: str) -> str:
        """Anchor of a figure with an id; the id itself where nobody has asked for it yet."""
        return self._uses.get((use.page.name, use.line, use.number, use.text), name)

    def titled(self, anchor: str) -> str:
        """Where a figure stands that has its anchor from its title alone: 'page.md:3'; '' where there is none."""
        at = self._anchors.get(anchor)
        return f"{at[0]}:{at[1]}" if at is not None else ""

    def bundle(self, use: Use) -> Bundle:
        """What a figure holds, waiting for its job if need be.

        Raises:
            WorldModelError: where it could not be made.
        """
        return self.pipeline.figure(self._order(use), use.text, self._place(use.page)).bundle

    # -- what is said --------------------------------------------------------------------------------------

    def warn(self, page: Page, line: int, mistake: Mistake) -> None:
        """One warning, once: `page.md:line: message (hint)`. `line` is that of the block's header."""
        said = f"{where(page, line, mistake)}: {mistake}"
        message = printable(said)
        if message not in self.warnings:
            self.warnings[message] = None
            log.warning(message)

    def _failed(self, use: Use, mistakes: tuple[Mistake, ...], cause: Exception | None = None) -> str:
        from mkdocs_worldmodel.figure.page import render_error

        self._count(use, None)
        for mistake in mistakes:
            self.warn(use.page, use.line, mistake)
        if isinstance(cause, JobError):
            for note in getattr(cause, "__notes__", ()):
                log.debug(note)
        rows = [(where(use.page, use.line, m), m.message, m.hint) for m in mistakes]
        anchor = self._anchor(use, None)
        return render_error(rows, use.text, anchor=anchor, author=cause is None)

    def _count(self, use: Use, figure: Figure | None) -> None:
        """Count a block once, however often its page is rendered; of equal figures only the first is 'made'."""
        at = (use.page.name, use.line, use.number, use.text)
        if at in self._counted:
            return
        self._counted.add(at)
        if figure is None:
            self.counts.failed += 1
        elif figure.made and figure.key not in self._made:
            self._made.add(figure.key)
            self.counts.made += 1
        else:
            self.counts.stored += 1

    def summary(self) -> str:
        """`worldmodel: N figures: X made, Y from store, Z failed, S s`."""
        c, seconds = self.counts, time.perf_counter() - self._started
        total = c.made + c.stored + c.failed
        return f"worldmodel: {total} figures: {c.made} made, {c.stored} from store, {c.failed} failed, {seconds:.1f} s"


def where(page: Page, line: int, mistake: Mistake) -> str:
    """`page.md:14`; or the place in the file that the block reads, or in its defaults."""
    if _AT.search(mistake.file):
        return mistake.file
    if mistake.file:
        return f"{mistake.file}:{mistake.line}" if mistake.line else f"{page.name}:{line}: {mistake.file}"
    return f"{page.name}:{line + mistake.line}"
