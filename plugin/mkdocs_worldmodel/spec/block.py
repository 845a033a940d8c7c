# A block's text, with the defaults around it, → BlockSpec; or all of its mistakes at once, each with its line.

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.spec import text as yaml_text
from mkdocs_worldmodel.spec.kinds import DEFAULT, KINDS, key_names, kinds_with
from mkdocs_worldmodel.spec.messages import did_you_mean, mistakes_in, unknown_kind
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.sources import Sources
from mkdocs_worldmodel.spec.text import Document, KeyPath

__all__ = ["LIBRARY", "Block", "Place", "Sources", "did_you_mean", "parse_block", "read_file"]

LIBRARY = Path(__file__).parents[1] / "scenario" / "library"
"""Scenarios that come with the package; `from: library/cut-in` names one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands, and what it may read."""

    folder: Path
    """Paths in the block are relative to this folder."""
    roots: tuple[Path, ...]
    """Files outside of these folders are never read."""
    defaults: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """(name of the source, values), the farthest first: mkdocs.yml, then the page's front matter."""


@dataclass(frozen=True, slots=True)
class Block:
    """A checked block."""

    spec: BlockSpec
    sources: Sources
    files: tuple[Path, ...]
    """Files that it was read from, besides the page."""
    written: Mapping[str, Any]
    """What was written, with the defaults around it, before it was checked."""
    place: Place
    """Where it stands."""


def parse_block(text: str, place: Place) -> Block:
    """Check a block's text.

    Raises:
        SpecError: with all mistakes.
    """
    sources = Sources()
    document = yaml_text.parse(text)
    if document.value is None:
        raise SpecError(Mistake("the block is empty", "describe a scenario: see the tutorial", 1))
    if not isinstance(document.value, dict):
        raise SpecError(Mistake("the block is not a mapping", "write key: value lines, first of all scenario:", 1))
    kind = _kind_of(document.value, place)
    layers = (*((name, _for_kind(values, kind)) for name, values in place.defaults), ("", document.value))
    files: list[Path] = []
    merged: dict[str, Any] = {}
    nearest = max((i for i, (_, values) in enumerate(layers) if _file_of(values) is not None), default=-1)
    for i, (name, values) in enumerate(layers):
        note: Callable[[], None] = (
            partial(sources.note, document, (), "")
            if values is document.value
            else partial(sources.note_default, values, (), name)
        )
        note()
        if i == nearest and (named := _file_of(values)) is not None:
            held, path = _scenario_in(*named, place, sources)
            files.append(path)
            _merge(merged, {"scenario": held})
            note()  # what the layer says itself is nearer than the file
        _merge(merged, _without_file(values))
    if kind not in KINDS:
        raise SpecError(unknown_kind(kind, sources))
    try:
        spec = KINDS[kind].model_validate(merged)
    except ValidationError as error:
        raise SpecError(*mistakes_in(error, sources, KINDS[kind])) from None
    return Block(spec, sources, tuple(files), merged, place)


def _kind_of(values: Mapping[str, Any], place: Place) -> str:
    """What the nearest `figure:` says, even if it is no kind."""
    layers = [values, *(inner for _, inner in reversed(place.defaults))]
    return str(next((layer["figure"] for layer in layers if "figure" in layer), DEFAULT))


def _for_kind(values: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Of defaults, what a kind has: those of a site or page speak of all their blocks."""
    if kind not in KINDS:
        return values
    known = key_names(KINDS[kind])
    return {key: value for key, value in values.items() if key in known or not kinds_with(str(key))}


def _merge(base: dict[str, Any], nearer: Mapping[Any, Any]) -> None:
    """Put `nearer` over `base`: mappings are merged, everything else is replaced."""
    for each, value in nearer.items():
        key = "on" if each is True else str(each)  # `on` is a truth value for YAML 1.1, as in mkdocs.yml
        if isinstance(value, Mapping):
            inner = base.get(key)
            base[key] = dict(inner) if isinstance(inner, Mapping) else {}
            _merge(base[key], value)
        else:
            base[key] = value


def _file_of(values: Mapping[str, Any]) -> tuple[object, KeyPath] | None:
    """The file that a layer takes its scenario from, and the key that says so."""
    scenario = values.get("scenario")
    if isinstance(scenario, str):
        return scenario, ("scenario",)
    if isinstance(scenario, Mapping) and "from" in scenario:
        return scenario["from"], ("scenario", "from")
    return None


def _without_file(values: Mapping[str, Any]) -> dict[str, Any]:
    if _file_of(values) is None:
        return dict(values)
    scenario = values["scenario"]
    own = {} if isinstance(scenario, str) else {k: v for k, v in scenario.items() if k != "from"}
    return {**values, "scenario": own}


def _scenario_in(name: object, at: KeyPath, place: Place, sources: Sources) -> tuple[dict[str, Any], Path]:
    """What a scenario file holds; its lines are noted."""
    document, path = read_file(name, place, sources, at)
    if not isinstance(document.value, dict):
        raise SpecError(Mistake("the file is not a scenario", "it needs keys such as road: and ego:", 1, str(name)))
    sources.note(document, ("scenario",), str(name))
    return document.value, path


def read_file(name: object, place: Place, sources: Sources, at: KeyPath) -> tuple[Document, Path]:
    """Read a scenario file that a block names.

    Raises:
        SpecError: where the name leaves the allowed folders, or the file is missing, too large or not YAML.
    """
    path = _allowed(name, place, sources, at)
    try:
        if path.exists() and not path.is_file():
            raise SpecError(sources.mistake(at, f"'{name}' is not a file", "name a .yaml file"))
        if path.stat().st_size > yaml_text.MAX_BYTES:
            raise SpecError(sources.mistake(at, f"'{name}' is larger than {yaml_text.MAX_BYTES // 1024} kB"))
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = difflib.get_close_matches(path.name, [p.name for p in _listing(path.parent)], 1)
        hint = f"did you mean {near[0]}?" if near else "the path is relative to the page"
        raise SpecError(sources.mistake(at, f"there is no file '{name}'", hint)) from None
    except UnicodeDecodeError:
        raise SpecError(sources.mistake(at, f"'{name}' is not a text in UTF-8", "save it as UTF-8")) from None
    except OSError as error:
        raise SpecError(sources.mistake(at, f"'{name}' cannot be read: {error.strerror}")) from None
    return yaml_text.parse(content, file=str(name)), path


def _allowed(name: object, place: Place, sources: Sources, at: KeyPath) -> Path:
    """Where a named file lies, if a block may read it."""
    if isinstance(name, str) and (named := _LIBRARY_NAME.fullmatch(name)) is not None:
        return _in_library(named[1], sources, at)
    if not isinstance(name, str) or not name or len(name) > 500 or "\0" in name:
        raise SpecError(sources.mistake(at, "this is not a file name", "name a .yaml file beside the page"))
    if name.endswith(".xosc"):
        raise SpecError(sources.mistake(at, "OpenSCENARIO files cannot be read by this version",
                                        "describe the scenario in the block or in a .yaml file"))  # fmt: skip
    try:
        path = (place.folder / name).resolve()
    except (OSError, RuntimeError):  # links in a circle
        raise SpecError(sources.mistake(at, f"'{name}' cannot be read", "name a .yaml file beside the page")) from None
    if not any(path.is_relative_to(root.resolve()) for root in place.roots):
        raise SpecError(
            sources.mistake(at, f"'{name}' is outside of the docs folder", "keep scenario files among the pages")
        )
    if path.suffix not in {".yaml", ".yml"}:
        raise SpecError(sources.mistake(at, f"'{name}' is not a .yaml file", "name a .yaml file"))
    return path


_LIBRARY_NAME = re.compile(r"library/([^/.]{1,80})")


def _in_library(name: str, sources: Sources, at: KeyPath) -> Path:
    known = {p.stem: p for p in sorted(LIBRARY.glob("*.yaml"))}
    if name not in known:
        raise SpecError(sources.mistake(at, f"there is no scenario '{name}' in the library", did_you_mean(name, known)))
    return known[name]


def _listing(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
