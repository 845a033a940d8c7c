# A bundle, with title, id and URLs → the HTML of a page. Complete without script; author text is escaped.

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.words import WORDS

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Dress:
    """What a page adds to a bundle."""

    id: str
    title: str
    caption: str
    alt: str
    source: str
    key: str
    show: Sequence[str]
    language: str = "en"


def render(bundle: Bundle, dress: Dress, url: Callable[[str], str]) -> str:
    """The figure's HTML. `url` gives the address of a file of the bundle, as seen from the page."""
    words = WORDS.get(dress.language, WORDS["en"])
    film = bundle.film if "film" in dress.show else None
    shown = [m for m in bundle.moments if m.frame in bundle.strip_frames]
    first = {f: next((m for m in shown if m.frame == f), None) for f in bundle.strip_frames}
    cells = [f"{n + 1}: {m.time:.1f} s, {m.label}" for n, m in enumerate(first.values()) if m is not None]
    return (
        _environment()
        .get_template("figure.html")
        .render(
            b=bundle,
            w=words,
            id=dress.id,
            title=dress.title,
            caption=dress.caption,
            alt=dress.alt or bundle.alt,
            source=dress.source,
            show=dress.show,
            url=url,
            film=film,
            tiles=_json(film.tiles) if film else "",
            moments=_json([[m.frame, m.label] for m in bundle.moments]),
            series=_json(bundle.series),
            made=[*bundle.made, [words["key"], dress.key]],
            strip_alt=f"{words['moments']}: {'; '.join(cells)}.",
        )
    )


def render_error(
    mistakes: Sequence[tuple[str, str, str]], source: str, *, anchor: str = "", author: bool = True
) -> str:
    """HTML of a figure that could not be made. Mistakes are (where, message, hint)."""
    words = WORDS["en"]
    heading = words["failed"] if not author else words["mistake"]
    if author and len(mistakes) > 1:
        heading = words["mistakes"].format(n=len(mistakes))
    return (
        _environment()
        .get_template("error.html")
        .render(mistakes=mistakes, source=source, heading=heading, id=anchor, w=words)
    )


def slug(text: str) -> str:
    """Anchor from a title: small ASCII letters, digits and hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader

    return Environment(
        autoescape=True, trim_blocks=True, loader=FileSystemLoader(Path(__file__).with_name("templates"))
    )
