# One build: its pages' blocks, their anchors, the files they bring, what is said about them. Knows no host.

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.site import scanner

if TYPE_CHECKING:
    from mkdocs_worldmodel.pipeline import Figure, Order, Pipeline
    from mkdocs_worldmodel.spec.block import Place

log = logging.getLogger("mkdocs.plugins.mkdocs_worldmodel")

ASSETS = "assets/worldmodel"
STORE_DIR = ".cache/plugin/worldmodel"
"""Where the store of results lies if nobody says otherwise: beside mkdocs.yml, or in the current folder."""
ALL_PARTS = ("film", "verdict", "top", "chart", "strip", "events", "numbers", "made", "source", "downloads")
"""What a figure shows where `show:` does not choose."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where Markdown comes from."""

    name: str
    """As messages call it: 'guide/cut-in.md'."""
    folder: Path
    """What paths in its blocks are relative to."""
    defaults: tuple[tuple[str, Any], ...] = ()
    """(name of the source, values as they stand there), the farthest first."""


@dataclass(slots=True)
class Counts:
    """For the summary line."""

    made: int = 0
    stored: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Use:
    """A block on a page."""

    page: Page
    text: str
    line: int
    number: int
    """Which of the page's equal blocks."""


def front_matter_defaults(meta: Any) -> tuple[tuple[str, Any], ...]:
    """Defaults for a page's blocks from its front matter, as they stand there."""
    own = meta.get(scanner.LANGUAGE) if isinstance(meta, dict) else None
    return (("the page's front matter", own),) if own is not None else ()


def usable(*defaults: tuple[str, Any]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Defaults of other readers (MkDocs' front matter, mkdocs.yml) as a block's `Place` takes them.

    Raises:
        SpecError: where one is no mapping, or built from too many values.
    """
    from mkdocs_worldmodel.spec.text import check_size

    for name, values in defaults:
        if not isinstance(values, Mapping):
            raise SpecError(Mistake(f"{scanner.LANGUAGE}: is no mapping", "write keys of a block under it", file=name))
        check_size(values, name)
    return tuple((name, _plain(values)) for name, values in defaults if values)


def _plain(value: Any) -> Any:
    """Values of somebody else's YAML as a block would have them: names are texts, dates too."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | None) else str(value)


class Session:
    """A build's blocks."""

    def __init__(
        self,
        pipeline: Callable[[], Pipeline],
        roots: tuple[Path, ...],
        defaults: Mapping[str, Any],
        *,
        language: str = "en",
    ) -> None:
        self._make_pipeline = pipeline
        self._pipeline: Pipeline | None = None
        self.roots, self.language = roots, language
        self.defaults = defaults
        self.files: dict[str, Path] = {}
        """Address in the site → file in the store."""
        self.anchors: dict[str, set[str]] = defaultdict(set)
        """Page name → ids that its figures brought."""
        self._places: dict[str, Place] = {}
        self.counts = Counts()
        self._started = time.perf_counter()
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        """Page name and block text → lines of its headers, in order."""
        self._anchors: dict[str, tuple[str, int, int, str]] = {}
        self._uses: dict[tuple[str, int, int, str], str] = {}
        self._names: dict[str, str] = {}
        """Figure key → what its files are called: a figure that stands twice brings them once."""
        self._said: set[str] = set()
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
        fences, strays = scanner.find(scanner.lines_of(text))
        for line, mistake in strays:
            self.warn(page, line, mistake)
        numbers: dict[str, int] = defaultdict(int)
        for fence in fences:
            self._lines[page.name, fence.body].append(fence.line)
            use = _Use(page, fence.body, fence.line, numbers[fence.body])
            numbers[fence.body] += 1
            try:
                self._anchor(use, self._order(use))
            except WorldModelError:
                self._anchor(use, None)  # said where the figure is put into its page

    # -- what Markdown meets -------------------------------------------------------------------------------

    def line_of(self, page: Page, text: str, number: int, line: int) -> int:
        """Line of a block's header in its page's source; `line`, that of the text being rendered, where unknown."""
        known = self._lines.get((page.name, text), [])
        return known[number] if number < len(known) else line

    def start(self, page: Page, text: str) -> None:
        """Start a block's work as early as Markdown meets it; mistakes are said when it is finished."""
        try:
            self._order(_Use(page, text, 0, 0))
        except WorldModelError:
            return

    def finish(self, page: Page, text: str, line: int, number: int, address: Callable[[str], str]) -> str:
        """HTML of a block: the figure, or what is wrong with it.

        Args:
            page: where it stands
            text: the block's text
            line: of its header in the page
            number: which of the page's equal blocks it is
            address: site address of a file → its address as seen from the page
        """
        from mkdocs_worldmodel.figure.page import Dress, render
        from mkdocs_worldmodel.pipeline import missed

        use = _Use(page, text, line, number)
        try:
            order = self._order(use)
            anchor = self._anchor(use, order)
            figure = self.pipeline.figure(order, text, self._place(page))
        except SpecError as error:
            return self._failed(use, error.mistakes)
        except WorldModelError as error:
            return self._failed(use, (Mistake(str(error)),), error)
        spec = order.block.spec
        self._count(use, figure)
        for mistake in (*order.doubts, *missed(order.block, figure.bundle.verdicts)):
            self.warn(page, line, mistake)
        uris = self._bring(figure.key, figure.folder, anchor, [
            *((figure.bundle.film.file, figure.bundle.film.poster) if figure.bundle.film else ()),
            *([figure.bundle.strip] if figure.bundle.strip else []),
            *(d.file for d in figure.bundle.downloads),
        ], {d.file: d.suffix for d in figure.bundle.downloads})  # fmt: skip
        self.anchors[page.name] |= {anchor, *(f"{anchor}-{n + 1}" for n in range(len(figure.bundle.moments)))}
        show = spec.show if spec.show is not None else ALL_PARTS
        dress = Dress(anchor, spec.title, spec.caption, spec.alt, text, figure.key[:16], show, self.language)
        return render(figure.bundle, dress, lambda name: address(uris[name]))

    def _order(self, use: _Use) -> Order:
        return self.pipeline.order(use.text, self._place(use.page))

    def _place(self, page: Page) -> Place:
        """Where a page's blocks stand.

        Raises:
            SpecError: where the defaults around them cannot be used.
        """
        from mkdocs_worldmodel.spec.block import Place

        if page.name not in self._places:
            defaults = usable(("the plugin's defaults", self.defaults), *page.defaults)
            self._places[page.name] = Place(page.folder, self.roots, defaults)
        return self._places[page.name]

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

    def _anchor(self, use: _Use, order: Order | None) -> str:
        """The figure's anchor, unique in the site: its id, else its title's slug, numbered on repeats."""
        from mkdocs_worldmodel.figure.page import slug

        at = (use.page.name, use.line, use.number, use.text)
        if at in self._uses:
            return self._uses[at]
        spec = order.block.spec if order is not None else None
        wish = (spec.id if spec is not None else None) or slug(spec.title if spec is not None else "") or "scenario"
        anchor, n = wish, 1
        while anchor in self._anchors:
            n += 1
            anchor = f"{wish}-{n}"
        if n > 1 and order is not None and order.block.spec.id is not None:
            taken = self._anchors[wish]
            mistake = order.block.sources.mistake(
                ("id",), f"id '{wish}' is already used at {taken[0]}:{taken[1]}", f"this figure becomes '{anchor}'"
            )
            self.warn(use.page, use.line, mistake)
        self._anchors[anchor] = at
        self._uses[at] = anchor
        return anchor

    # -- what is said --------------------------------------------------------------------------------------

    def warn(self, page: Page, line: int, mistake: Mistake) -> None:
        """One warning, once: `page.md:line: message (hint)`. `line` is that of the block's header."""
        said = f"{where(page, line, mistake)}: {mistake}"
        # an author's text may hold what moves a terminal's cursor
        message = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)
        if message not in self._said:
            self._said.add(message)
            log.warning(message)

    def _failed(self, use: _Use, mistakes: tuple[Mistake, ...], cause: Exception | None = None) -> str:
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

    def _count(self, use: _Use, figure: Figure | None) -> None:
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
    """`page.md:14`, or the file that the block reads."""
    if mistake.file:
        return f"{mistake.file}:{mistake.line}" if mistake.line else f"{page.name}:{line}: {mistake.file}"
    return f"{page.name}:{line + mistake.line}"
