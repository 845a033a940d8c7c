# What a build can say of its figures when they are done: what they weigh, and which took long.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_ROWS = 10
"""Of a table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure that stands on a page."""

    page: str
    line: int
    title: str
    key: str
    film: str
    """Address in the site; '' where there is none."""
    poster: str
    others: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Heavy:
    """A page whose films are heavy."""

    page: str
    bytes: int
    figures: tuple[Shown, ...]
    """Those with films, the heaviest first."""

    def __str__(self) -> str:
        listed = ", ".join(f"{figure.line} {figure.title}".strip() for figure in self.figures[:_ROWS])
        more = f" and {len(self.figures) - _ROWS} more" if len(self.figures) > _ROWS else ""
        return (
            f"{self.page}: {_bytes(self.bytes)} of films on one page, in figures at lines {listed}{more} "
            "(`film: {fps: 5}`, fewer `cameras:` or a shorter `stop:` make them lighter; `page_weight` sets the limit)"
        )


def heavy_pages(shown: Iterable[Shown], files: Mapping[str, Path], limit_bytes: float) -> list[Heavy]:
    """Pages with at least so many bytes of films; a film that stands twice on a page counts once."""
    pages: dict[str, list[Shown]] = defaultdict(list)
    for figure in shown:
        if figure.film:
            pages[figure.page].append(figure)
    out = []
    for page, figures in sorted(pages.items()):
        sizes = {film: _size(files[film]) for film in {figure.film for figure in figures}}
        if (total := sum(sizes.values())) >= limit_bytes:
            out.append(Heavy(page, total, tuple(sorted(figures, key=lambda f: (-sizes[f.film], f.line)))))
    return out


def slowest(shown: Iterable[Shown], seconds: Mapping[str, float]) -> Iterator[str]:
    """Rows of a table: the figures that took longest to make in this build."""
    first = {figure.key: figure for figure in reversed(list(shown))}
    rows = sorted(((s, str(first[key])) for key, s in seconds.items() if key in first), reverse=True)
    if rows:
        yield f"slowest of {len(rows)} made figures:"
    for took, name in rows[:_ROWS]:
        yield f"{took:8.1f} s  {name}"


def weights(shown: Iterable[Shown], files: Mapping[str, Path]) -> Iterator[str]:
    """Rows of a table: what figures add to the site, and to its heaviest pages."""
    kinds: dict[str, set[str]] = {"films": set(), "posters": set(), "other files": set()}
    pages: dict[str, dict[str, set[str]]] = defaultdict(lambda: {name: set() for name in kinds})
    for figure in shown:
        for name, uris in (("films", {figure.film}), ("posters", {figure.poster}), ("other files", {*figure.others})):
            kinds[name] |= uris - {""}
            pages[figure.page][name] |= uris - {""}
    size = {uri: _size(files[uri]) for uris in kinds.values() for uri in uris}
    yield f"figures weigh: {_weight(kinds, size)}"
    rows = [(sum(size[uri] for uris in of.values() for uri in uris), page) for page, of in pages.items()]
    for total, page in sorted(rows, reverse=True)[:_ROWS]:
        yield f"{_bytes(total):>10}  {page}: {_weight(pages[page], size)}"


def _weight(kinds: Mapping[str, set[str]], size: Mapping[str, int]) -> str:
    return ", ".join(f"{_bytes(sum(size[uri] for uri in uris))} {name} ({len(uris)})" for name, uris in kinds.items())


def _bytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # cleared by somebody else; MkDocs says so when it copies
        return 0
