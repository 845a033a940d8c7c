# What `worldmodel check` does: all blocks of all pages, driven without pictures, side by side in worker processes.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_worldmodel.errors import Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.defaults import usable
from mkdocs_worldmodel.site.pages import front_matter, read_page
from mkdocs_worldmodel.site.scanner import Fence
from mkdocs_worldmodel.site.session import Page, where

if TYPE_CHECKING:
    from mkdocs_worldmodel.build import Jobs
    from mkdocs_worldmodel.spec.block import Place

_FEW = 12
"""So many blocks are driven in the time that workers take to start."""
_SHARE = 40
"""Blocks that one job checks."""
_CALL = "mkdocs_worldmodel.site.judging:check_blocks"


@dataclass(frozen=True, slots=True)
class Check:
    """An expectation and what became of it."""

    text: str
    held: bool
    measured: str
    at: str
    """'page.md:12'"""
    line: int
    """In its page; of its block's fence where it is written elsewhere."""


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block and all that is to be said about it."""

    title: str
    """Title or id; '' where it has none."""
    line: int
    """Of its fence."""
    header: tuple[str, ...]
    """What is wrong with the fence, as 'page.md:3: message'."""
    mistakes: tuple[str, ...]
    """Why it is not understood or cannot be driven, likewise."""
    checks: tuple[Check, ...]

    def messages(self) -> list[str]:
        """All that is wrong with it, expectations that were missed included."""
        missed = [f"{c.at}: expected {c.text}, but {c.measured}" for c in self.checks if not c.held]
        return [*self.header, *self.mistakes, *missed]


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """A page's blocks, and what is wrong between them."""

    name: str
    strays: tuple[str, ...] = ()
    """'page.md:3: message' about no block: its front matter, what looks like a fence and is none."""
    blocks: tuple[CheckedBlock, ...] = ()

    def messages(self) -> list[str]:
        """All that is wrong on the page, from top to bottom."""
        said = [m for block in self.blocks for m in block.messages()]
        return [_printable(m) for m in sorted([*self.strays, *said], key=_line)]


@dataclass(slots=True)
class _Read:
    """A page as it was read."""

    page: Page
    fences: list[Fence]
    strays: list[tuple[int, Mistake]]
    place: Place


def check_pages(paths: Sequence[Path], workers: int | None = None) -> Iterator[CheckedPage]:
    """Check files, and all Markdown files in folders, in order.

    Args:
        paths: files and folders; pages are called by their place in them.
        workers: processes; 0: this one; None: one per core, or this one where starting them takes longer.

    Raises:
        OSError: where a file cannot be read or is no text.
    """
    from mkdocs_worldmodel.build import Jobs

    pages = [page for path in paths for page in _pages(path)]
    orders = [_order(fence, page.place) for page in pages for fence in page.fences]
    with Jobs(workers if workers is not None else "auto" if len(orders) > _FEW else 0) as jobs:
        results = _results(jobs, orders)
        for page in pages:
            yield CheckedPage(
                page.page.name,
                tuple(f"{where(page.page, line, m)}: {m}" for line, m in page.strays),
                tuple(_checked(page.page, fence, next(results)) for fence in page.fences),
            )


def _order(fence: Fence, place: Place) -> dict[str, Any]:
    return {
        "text": fence.body,
        "folder": str(place.folder),
        "roots": [str(root) for root in place.roots],
        "defaults": place.defaults,
    }


def _results(jobs: Jobs, orders: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What became of each block, in order. Neighbours share a job, so that those that are alike are driven as one."""
    shares = [orders[i : i + _SHARE] for i in range(0, len(orders), _SHARE)]
    futures = [jobs.submit(f"share {n}", _CALL, {"blocks": share}) for n, share in enumerate(shares)]
    for n, (share, future) in enumerate(zip(shares, futures, strict=True)):
        try:
            yield from future.result()
        except WorldModelError:  # a worker died, or took too long: whose fault it was, each has to show alone
            alone = [jobs.submit(f"share {n}, block {k}", _CALL, {"blocks": [one]}) for k, one in enumerate(share)]
            for each in alone:
                try:
                    yield from each.result()
                except WorldModelError as error:
                    yield {"title": "", "mistakes": [{"message": str(error)}], "checks": []}


def _checked(page: Page, fence: Fence, result: dict[str, Any]) -> CheckedBlock:
    header = (fence.mistake,) if fence.mistake is not None else ()
    mistakes = [Mistake(**values) for values in result["mistakes"]]
    checks = []
    for c in result["checks"]:
        at = where(page, fence.line, Mistake("", line=c["line"], file=c["file"]))
        checks.append(Check(c["text"], c["held"], c["measured"], at, fence.line + (0 if c["file"] else c["line"])))
    return CheckedBlock(
        result["title"],
        fence.line,
        tuple(f"{where(page, fence.line, m)}: {m}" for m in header),
        tuple(f"{where(page, fence.line, m)}: {m}" for m in mistakes),
        tuple(checks),
    )


def _pages(path: Path) -> Iterator[_Read]:
    from mkdocs_worldmodel.spec.block import Place

    root = path if path.is_dir() else path.parent
    files = sorted(p for p in path.rglob("*.md") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        text = read_page(file)
        name = file.relative_to(root).as_posix()
        fences, strays = scanner.find(scanner.lines_of(text))
        defaults: Any = ()
        try:
            defaults = usable(*front_matter(text, name)) if fences else ()
        except SpecError as error:
            strays += [(1, mistake) for mistake in error.mistakes]
        yield _Read(Page(name, file.parent), fences, strays, Place(file.parent, (root.resolve(),), defaults))


def _line(message: str) -> int:
    """The line that a message begins with: 'page.md:12: …'; 0 where it has none."""
    _, _, rest = message.partition(":")
    number = rest.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _printable(message: str) -> str:
    """An author's text may hold what moves a terminal's cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in message)
