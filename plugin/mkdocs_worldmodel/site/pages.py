# The pages of a docs folder, read without a host.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.site import scanner
from mkdocs_worldmodel.site.defaults import Layers, front_matter_defaults
from mkdocs_worldmodel.site.session import Page


def pages(docs: Path) -> Iterator[tuple[Page, str]]:
    """All pages with their texts, in the order in which MkDocs' plugin takes them, too; hidden folders aside.

    Raises:
        OSError: where a file cannot be read, or is no text.
    """
    files = {p.relative_to(docs).as_posix(): p for p in docs.rglob("*.md") if p.is_file()}
    for name, file in sorted(files.items()):
        if not any(part.startswith(".") for part in name.split("/")):
            text = read_page(file)
            yield Page(name, file.parent, front_matter(text, name)), text


def read_page(file: Path) -> str:
    """A page's text.

    Raises:
        OSError: where it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise OSError(f"{file} cannot be read: {error}") from None


def blocks_of(text: str) -> list[str]:
    """Texts of our blocks in a page's source."""
    return [fence.body for fence in scanner.find(scanner.lines_of(text))[0]]


def front_matter(text: str, page: str) -> Layers:
    """A page's defaults for its blocks; MkDocs and its front matter are not needed here."""
    from mkdocs_worldmodel.spec.text import parse

    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return ()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() in {"---", "..."}), None)
    try:
        return front_matter_defaults(parse("\n".join(lines[1:end])).value, page, text) if end is not None else ()
    except SpecError:
        return ()
