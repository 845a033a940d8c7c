# Every option of a site: what holds if nobody says otherwise, what is possible, and what it is for. One table for all
# hosts: MkDocs reads it through options.py, Zensical, plain Markdown and `worldmodel prepare` through settings.py.

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mkdocs_worldmodel.site.session import ASSETS, STORE_DIR

Reader = Callable[[object], Any]
"""Value as somebody gives it → as we use it; ValueError where it is not possible, with what is.

Environment variables give texts, or whatever YAML makes of them.
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option."""

    default: Any
    """Also where the value is empty, as that of an environment variable that is not set."""
    read: Reader
    text: str
    """What it is for."""

    def value(self, given: object) -> Any:
        """The value to use.

        Raises:
            ValueError: where what is given is not possible.
        """
        empty = given is None or (isinstance(given, str) and not given.strip())
        return self.default if empty else self.read(given)


_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _switch(value: object) -> bool:
    found = _TRUTHS.get(str(value).strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return found


def _number(least: float, most: float, what: str) -> Reader:
    def read(value: object) -> float:
        try:
            number = math.nan if isinstance(value, bool) else float(str(value))
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise ValueError(f"{value!r} is not possible ({what}, from {least:.10g} to {most:.10g})")
        return number

    return read


def _workers(value: object) -> int | Literal["auto"]:
    text = str(value).strip().lower()
    if text == "auto":
        return "auto"
    if not (text.isascii() and text.isdigit() and int(text) <= 64):
        raise ValueError(f"{value!r} is not possible (auto, or a number from 0 to 64)")
    return int(text)


def _word(*words: str) -> Reader:
    def read(value: object) -> str:
        text = str(value).strip().lower()
        if text not in words:
            raise ValueError(f"there is no {value!r}; {meant(text, words)}")
        return text

    return read


def _path(value: object) -> str:
    if isinstance(value, bool | dict | list):
        raise ValueError(f"{value!r} is no path")
    return str(value)


def _paths(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{value!r} is not a list of folders")
    return value


def _text(value: object) -> str:
    return str(value).strip()


def _film(value: object) -> object:
    """Checked with the block."""
    if isinstance(value, list):
        raise ValueError("a list is not possible (none, low, full, or keys of a film)")
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    """Checked with the block."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no mapping (write keys of a block under it)")
    return value


CHOICES: dict[str, Choice] = {
    "enabled": Choice(
        True, _switch, "False leaves every block as a plain code block; nothing else of the site changes."
    ),
    "frozen": Choice(
        False, _switch,
        "True uses only what the store has and drives nothing: a figure that is missing becomes an error in its place "
        "and a warning, which fails a strict build. For builders without time or memory; the store comes along.",
    ),
    "film": Choice(
        None, _film,
        "Film of blocks that do not say it: `none`, `low`, `full`, or keys such as `{fps: 5}`. As `film:` in "
        "`defaults`.",
    ),
    "serve": Choice(
        "low", _word("none", "low", "full"),
        "Films under `mkdocs serve`: `none` are made, `low` ones are made quickly, `full` ones are those of a build.",
    ),
    "defaults": Choice(
        {}, _mapping, "Values for all blocks; a page's front matter (`worldmodel:`) and the block itself are nearer."
    ),
    "roots": Choice(
        [], _paths,
        "Folders besides that of the pages, relative to the settings' file, whose files blocks may name; watched by "
        "`mkdocs serve`.",
    ),
    "workers": Choice(
        "auto", _workers,
        "How many figures are made at the same time: `auto` (one a core, 8 at most), a number, or 0 (in the build's "
        "own process, without limits).",
    ),
    "time_limit": Choice(
        120, _number(0.001, 86_400, "seconds"),
        "Seconds that a figure may take; then it becomes an error, after one more try.",
    ),
    "memory_limit": Choice(
        2000, _number(1, 1_000_000, "megabytes"), "Megabytes that a worker may allocate (Linux)."
    ),
    "store_dir": Choice(STORE_DIR, _path, "Folder of the store of results, relative to the settings' file."),
    "store_max": Choice(
        4000, _number(0, 1e9, "megabytes"),
        "Megabytes that the store keeps; what was used in the last 24 hours always stays.",
    ),
    "store_days": Choice(90, _number(0, 100_000, "days"), "Days that an unused result stays in the store."),
    "page_weight": Choice(
        8, _number(0, 1e6, "megabytes"),
        "Megabytes of films on one page from which on the build says so; from twice as many on it warns. 0: never.",
    ),
    "folder": Choice(
        "", _path, "Folder that blocks' paths are relative to (plain Markdown alone; default: the current one)."
    ),
    "assets_dir": Choice(
        "", _path, f"Where figures' files are written (Zensical: default docs/{ASSETS}, and inside of docs)."
    ),
    "language": Choice("", _text, "Language of figures' fixed words (default: the theme's)."),
}  # fmt: skip


def meant(word: str, words: Iterable[str]) -> str:
    """What the author of an unknown word may have meant."""
    import difflib

    near = difflib.get_close_matches(word, list(words), 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(words)}"
