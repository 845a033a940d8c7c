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

from markupsafe import Markup, escape

from mkdocs_worldmodel.analysis.said import Said, joined, replaced, say
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.languages import language
from mkdocs_worldmodel.figure.words import WORDS

if TYPE_CHECKING:
    from jinja2 import Template


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
    tongue = language(dress.language)
    film = bundle.film if "film" in dress.show else None
    first = {m.frame: m for m in reversed(bundle.moments)}
    cells = [
        say("{n}: {t:.1f} s, {label}", n=n + 1, t=f / bundle.film.fps, label=first[f].label)
        if f in first
        else say("{n}: {t:.1f} s", n=n + 1, t=f / bundle.film.fps)
        for n, f in enumerate(bundle.strip_frames)
        if bundle.film is not None
    ]

    def worded(text: Any) -> Any:
        return tongue.words(text) if isinstance(text, Said) else text

    return _template("figure.html").render(
        b=bundle,
        w=_words(tongue.tag),
        t=worded,
        drawn=lambda svg: Markup(replaced(svg, lambda text: escape(tongue.words(text)))),  # noqa: S704 - escaped
        seconds=lambda time: tongue.words(say("{time:.1f} s", time=time)),
        lang=tongue.tag,
        author_lang="" if tongue.speaks(dress.language) else dress.language,
        id=dress.id,
        title=dress.title,
        caption=dress.caption,
        alt=dress.alt or tongue.words(bundle.alt),
        source=dress.source,
        show=dress.show,
        url=url,
        film=film,
        tiles=_json({name: [worded(each) for each in tile] for name, tile in film.tiles.items()}) if film else "",
        moments=_json([[m.frame, tongue.words(m.label)] for m in bundle.moments]),
        series=_json(bundle.series),
        made=[*bundle.made, [say("Key"), dress.key]],
        strip_alt=worded(bundle.strip_alt or _strip_alt(cells)),
    )


def _strip_alt(cells: Sequence[Said]) -> Said | str:
    return say("Key moments, left to right: {cells}.", cells=joined(cells)) if cells else ""


@functools.cache
def _words(name: str) -> dict[str, str]:
    """The fixed texts in a language."""
    tongue = language(name)
    return {name: tongue.words(text) for name, text in WORDS.items()}


def render_error(
    mistakes: Sequence[tuple[str, str, str]], source: str, *, anchor: str = "", author: bool = True
) -> str:
    """HTML of a figure that could not be made. Mistakes are (where, message, hint)."""
    words = _words("en")
    heading = words["failed"] if not author else words["mistake"]
    if author and len(mistakes) > 1:
        heading = str(say("This figure has {n} mistakes", n=len(mistakes)))
    return _template("error.html").render(
        mistakes=mistakes, source=_shortened(source), heading=heading, id=anchor, w=words
    )


def _shortened(source: str, most: int = 20_000) -> str:
    """A source for the page of a block that failed: a hostile one may be megabytes long."""
    return source if len(source) <= most else f"{source[:most]}\n… and {len(source) - most} more characters"


def slug(text: str) -> str:
    """Anchor from a title: small ASCII letters, digits and hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")


def _json(value: Any) -> Markup:
    """JSON for an attribute in single quotes: its own double ones would each become five characters."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;"))  # noqa: S704 - escaped here


@functools.cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader

    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(autoescape=True, trim_blocks=True, loader=folder).get_template(name)
