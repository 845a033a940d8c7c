# What `worldmodel prepare` does: all figures of a docs folder, made side by side beforehand, and their files written
# to where hosts without our plugin take them from.

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_worldmodel import __version__
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.assets_folder import AssetsFolder
from mkdocs_worldmodel.site.pages import pages
from mkdocs_worldmodel.site.session import ASSETS, Counts, Page, Session
from mkdocs_worldmodel.site.settings import Settings
from mkdocs_worldmodel.web import STYLE, asset, scripts

if TYPE_CHECKING:
    from mkdocs_worldmodel.build import Jobs


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a docs folder."""

    counts: Counts
    summary: str
    warnings: tuple[str, ...]
    """What authors got wrong, and expectations that were missed: 'page.md:12: …'."""
    written: int
    """Files."""
    removed: int


def prepare(settings: Settings, workers: int | None = None) -> Prepared:
    """Make what the store does not have, write all files, and remove those of ours that nobody needs any more.

    Args:
        settings: of the site
        workers: processes; None: as the settings say

    Raises:
        SetupError, StoreError: where store or folder cannot be used.
        OSError: where a page cannot be read.
    """
    with settings.jobs(workers) as jobs:
        session, names = _figures(settings, jobs)
    written = removed = 0
    wanted = _wanted(session, settings)
    if wanted or settings.out.exists():
        written, removed = AssetsFolder(settings.out, made_by()).update(wanted, names)
    return Prepared(session.counts, session.summary(), tuple(session.warnings), written, removed)


def faults(settings: Settings) -> list[str]:
    """What `prepare` would make, write and remove, in words; nothing is made or written.

    Raises:
        SetupError, StoreError: where the store cannot be used.
        OSError: where a page cannot be read.
    """
    from mkdocs_worldmodel.build import NoJobs

    session, names = _figures(settings, NoJobs("this figure is not in the store: run `worldmodel prepare`"))
    return [*session.warnings, *AssetsFolder(settings.out, made_by()).faults(_wanted(session, settings), names)]


def made_by() -> str:
    """What the list of files says about their maker: it changes with everything that changes a figure's page."""
    from mkdocs_worldmodel.build import key_of
    from mkdocs_worldmodel.figure import kinds

    return f"mkdocs-worldmodel {__version__} {key_of(kinds.versions())[:16]}"


def own_files(language: str) -> dict[str, Path]:
    """Style and scripts: name → file."""
    return {name: asset(name) for name in (STYLE, *scripts(language))}


def _wanted(session: Session, settings: Settings) -> dict[str, Path]:
    if not session.has_blocks:
        return {}
    files = {uri.removeprefix(f"{ASSETS}/"): path for uri, path in session.files.items()}
    return files | own_files(settings.language)


def _figures(settings: Settings, jobs: Jobs) -> tuple[Session, set[str]]:
    """All figures, and the names of all pages."""
    session = settings.session(jobs)
    found: list[tuple[Page, list[scanner.Fence]]] = []
    names: set[str] = set()
    for page, text in pages(settings.docs):
        names.add(page.name)
        fences, _ = scanner.find(scanner.lines_of(text))
        if fences:
            session.pipeline  # noqa: B018 - a store that cannot be used ends it here, and not each figure
            session.announce(page, text)
            found.append((page, fences))
    for page, fences in found:
        for i, fence in enumerate(fences):
            number = sum(other.body == fence.body for other in fences[:i])
            if fence.mistake is not None:
                session.warn(page, fence.line, fence.mistake)
            session.finish(page, fence.body, fence.line, number, _same, _same)
    return session, names


def _same(address: str) -> str:
    """Of a page that nobody sees."""
    return address
