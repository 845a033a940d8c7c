# The plugin's options in mkdocs.yml: what there is, what is possible, and what to say of what is not.
# `!ENV` gives whatever YAML makes of an environment variable, and nothing where it is not set: then the default holds.

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

from mkdocs.config import config_options as opt
from mkdocs.config.base import BaseConfigOption, Config, ConfigErrors, ConfigWarnings, ValidationError

from mkdocs_worldmodel.site.session import STORE_DIR

T = TypeVar("T")
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class _Given(BaseConfigOption[T], Generic[T]):
    """An option with a default, which holds also where the value is empty."""

    def __init__(self, default: T) -> None:
        super().__init__()
        self.default = default

    def run_validation(self, value: object) -> T:
        if value is None or (isinstance(value, str) and not value.strip()):
            default: T = self.default
            return default
        return self.read(value)

    def read(self, value: object) -> T:
        raise NotImplementedError


class Switch(_Given[bool]):
    """True or false."""

    def read(self, value: object) -> bool:
        found = _TRUTHS.get(str(value).strip().lower())
        if found is None:
            raise ValidationError(f"{value!r} is neither true nor false")
        return found


class Number(_Given[float]):
    """A number in bounds."""

    def __init__(self, default: float, least: float, most: float, what: str) -> None:
        super().__init__(default)
        self.least, self.most, self.what = least, most, what

    def read(self, value: object) -> float:
        try:
            number = math.nan if isinstance(value, bool) else float(str(value))
        except ValueError:
            number = math.nan
        if not self.least <= number <= self.most:
            raise ValidationError(
                f"{value!r} is not possible ({self.what}, from {self.least:.10g} to {self.most:.10g})"
            )
        return number


class Workers(_Given[int | Literal["auto"]]):
    """`auto`, or how many."""

    def read(self, value: object) -> int | Literal["auto"]:
        text = str(value).strip().lower()
        if text == "auto":
            return "auto"
        if not (text.isascii() and text.isdigit() and int(text) <= 64):
            raise ValidationError(f"{value!r} is not possible (auto, or a number from 0 to 64)")
        return int(text)


class Word(_Given[str]):
    """One of some words."""

    def __init__(self, default: str, words: Sequence[str]) -> None:
        super().__init__(default)
        self.words = words

    def read(self, value: object) -> str:
        text = str(value).strip().lower()
        if text not in self.words:
            raise ValidationError(f"there is no {value!r}; {_meant(text, self.words)}")
        return text


class Folder(_Given[str]):
    """A path, relative to mkdocs.yml; it need not be there."""

    def read(self, value: object) -> str:
        if isinstance(value, bool | dict | list):
            raise ValidationError(f"{value!r} is no path")
        return str(value)


class Film(BaseConfigOption[Any]):
    """What a block may say of its film; checked with the block."""

    def run_validation(self, value: object) -> Any:
        if isinstance(value, list):
            raise ValidationError("a list is not possible (none, low, full, or keys of a film)")
        return value


class Values(BaseConfigOption[dict[str, Any]]):
    """Keys of a block; checked with the block."""

    def run_validation(self, value: object) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise ValidationError(f"{value!r} is no mapping (write keys of a block under it)")
        return value


class WorldModelConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs' class is untyped
    """Options in mkdocs.yml."""

    enabled = Switch(default=True)
    """False leaves every block as a plain code block; nothing else of the site changes."""
    frozen = Switch(default=False)
    """True uses only what the store has and drives nothing: a figure that is missing becomes an error in its place
    and a warning, which fails a strict build. For builders without time or memory, with a store that comes along."""
    film = Film()
    """Of blocks that do not say it: `none`, `low`, `full`, or keys such as `{fps: 5}`. As `film:` in `defaults`."""
    serve = Word("low", ("low", "full"))
    """Films under `mkdocs serve`: `low` ones are made quickly, `full` ones are those of a build."""
    defaults = Values()
    """Values for all blocks; a page's front matter (`worldmodel:`) and the block itself are nearer."""
    roots = opt.ListOfItems(opt.Dir(exists=True), default=[])
    """Folders besides docs_dir, relative to mkdocs.yml, whose files blocks may name; watched by `mkdocs serve`."""
    workers = Workers("auto")
    """How many figures are made at the same time: `auto` (one a core, 8 at most), a number, or 0 (in the build's own
    process, without limits)."""
    time_limit = Number(120, 0.001, 86_400, "seconds")
    """Seconds that a figure may take; then it becomes an error, after one more try."""
    memory_limit = Number(2000, 1, 1_000_000, "megabytes")
    """Megabytes that a worker may allocate (Linux)."""
    store_dir = Folder(STORE_DIR)
    """Folder of the store of results, relative to mkdocs.yml."""
    store_max = Number(4000, 0, 1e9, "megabytes")
    """Megabytes that the store keeps; what was used in the last 24 hours always stays."""
    store_days = Number(90, 0, 100_000, "days")
    """Days that an unused result stays in the store."""
    page_weight = Number(8, 0, 1e6, "megabytes")
    """Megabytes of films on one page from which on the build says so; from twice as many on it warns. 0: never."""

    def validate(self) -> tuple[ConfigErrors, ConfigWarnings]:
        failed, warned = super().validate()
        known = [name for name, _ in self._schema]
        return failed, [
            (name, said if name in known else f"there is no such option; {_meant(str(name), known)}")
            for name, said in warned
        ]


def _meant(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(words)}"
