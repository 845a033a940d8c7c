# A block's text, with the defaults around it, → BlockSpec; or all of its mistakes at once, each with its line.

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.spec import text as yaml_text
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.text import Document, KeyPath


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


class Sources:
    """Tells for a key where it was written."""

    def __init__(self) -> None:
        self._at: dict[KeyPath, tuple[str, int]] = {}

    def note(self, document: Document, under: KeyPath, file: str) -> None:
        """Note the lines of a document whose values stand under a key path of the block."""
        for path, line in document.lines.items():
            self._at[(*under, *path)] = (file, line)

    def note_default(self, path: KeyPath, name: str) -> None:
        self._at[path] = (name, 0)

    def mistake(self, path: KeyPath, message: str, hint: str = "") -> Mistake:
        """A mistake at a key, or at the nearest key around it."""
        while path and path not in self._at:
            path = path[:-1]
        file, line = self._at.get(path, ("", 0))
        return Mistake(message, hint, line, file)


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
    merged: dict[str, Any] = {}
    for name, values in place.defaults:
        _merge(merged, values, (), lambda path, name=name: sources.note_default(path, name))
    _merge(merged, document.value, (), lambda _: None)
    sources.note(document, (), "")
    files: list[Path] = []
    if "scenario" in merged:
        merged["scenario"] = _with_file(merged["scenario"], place, sources, files)
    try:
        spec = BlockSpec.model_validate(merged)
    except ValidationError as error:
        raise SpecError(*_mistakes(error, sources)) from None
    return Block(spec, sources, tuple(files))


def _merge(base: dict[str, Any], nearer: Mapping[str, Any], path: KeyPath, note: Any) -> None:
    """Put `nearer` over `base`: mappings are merged, everything else is replaced."""
    for key, value in nearer.items():
        here = (*path, str(key))
        note(here)
        if isinstance(value, Mapping):
            inner = base.get(key)
            base[key] = dict(inner) if isinstance(inner, Mapping) else {}
            _merge(base[key], value, here, note)
        else:
            base[key] = value


def _with_file(scenario: object, place: Place, sources: Sources, files: list[Path]) -> object:
    """Replace a file name, or a `from:`, by what the file holds."""
    at: KeyPath = ("scenario",)
    if isinstance(scenario, str):
        name, own = scenario, {}
    elif isinstance(scenario, dict) and "from" in scenario:
        own = dict(scenario)
        name, at = own.pop("from"), ("scenario", "from")
    else:
        return scenario
    document, path = read_file(name, place, sources, at)
    files.append(path)
    if not isinstance(document.value, dict):
        raise SpecError(Mistake("the file is not a scenario", "it needs keys such as road: and ego:", 1, str(name)))
    merged: dict[str, Any] = {}
    _merge(merged, document.value, (), lambda _: None)
    noted = Sources()
    noted.note(document, ("scenario",), str(name))
    # what the block itself says stays noted with the block's lines
    for key, where in noted._at.items():  # noqa: SLF001  (the same class)
        sources._at.setdefault(key, where)  # noqa: SLF001
    _merge(merged, own, (), lambda _: None)
    return merged


def read_file(name: object, place: Place, sources: Sources, at: KeyPath) -> tuple[Document, Path]:
    """Read a scenario file that a block names.

    Raises:
        SpecError: where the name leaves the allowed folders, or the file is missing, too large or not YAML.
    """
    if not isinstance(name, str) or not name or len(name) > 500 or "\0" in name:
        raise SpecError(sources.mistake(at, "this is not a file name", "name a .yaml file beside the page"))
    if name.endswith(".xosc"):
        raise SpecError(sources.mistake(at, "OpenSCENARIO files cannot be read by this version",
                                        "describe the scenario in the block or in a .yaml file"))  # fmt: skip
    path = (place.folder / name).resolve()
    if not any(path.is_relative_to(root.resolve()) for root in place.roots):
        raise SpecError(
            sources.mistake(at, f"'{name}' is outside of the docs folder", "keep scenario files among the pages")
        )
    if path.suffix not in {".yaml", ".yml"}:
        raise SpecError(sources.mistake(at, f"'{name}' is not a .yaml file", "name a .yaml file"))
    try:
        if path.stat().st_size > yaml_text.MAX_BYTES:
            raise SpecError(sources.mistake(at, f"'{name}' is larger than {yaml_text.MAX_BYTES // 1024} kB"))
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = difflib.get_close_matches(path.name, [p.name for p in _listing(path.parent)], 1)
        hint = f"did you mean {near[0]}?" if near else "the path is relative to the page"
        raise SpecError(sources.mistake(at, f"there is no file '{name}'", hint)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(sources.mistake(at, f"'{name}' cannot be read: {error}")) from None
    return yaml_text.parse(content, file=name), path


def _listing(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them."""
    words = list(known)
    near = difflib.get_close_matches(word.lower(), words, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(words)}"


def _mistakes(error: ValidationError, sources: Sources) -> list[Mistake]:
    out: list[Mistake] = []
    for item in error.errors(include_url=False):
        path: KeyPath = tuple(p for p in item["loc"] if p != "[key]")
        key = str(path[-1])[:40] if path else "block"
        context: Mapping[str, Any] = item.get("ctx", {})
        kind = item["type"]
        where = _dotted(path)
        if kind == "extra_forbidden":
            message, hint = f"unknown key '{key}'", did_you_mean(key, _keys(path[:-1]))
        elif kind == "missing":
            message, hint = f"'{where}' is missing", _describe(path)
            path = path[:-1]
        elif kind == "literal_error":
            options = [str(v) for v in get_args(_annotation(path))] or [context.get("expected", "")]
            message, hint = (
                f"{where}: '{str(item['input'])[:40]}' is unknown",
                did_you_mean(str(item["input"]), options),
            )
        elif kind == "string_pattern_mismatch" and item["loc"][-1] == "[key]":
            message = f"'{key}' is no name for a road user"
            hint = "use small letters, digits and _, beginning with a letter"
        elif kind == "string_pattern_mismatch":
            message, hint = f"{where}: '{str(item['input'])[:40]}' is not possible here", _PATTERNS.get(key, "")
        elif kind == "worldmodel":
            message, hint = f"{where}: {context['message']}", context["hint"]
        elif kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
            message, hint = f"{where}: {str(item['input'])[:40]} is out of range", f"it {_bound(item['msg'])}"
        elif kind in {"model_type", "model_attributes_type", "dict_type"}:
            message, hint = f"{where}: a mapping is needed", _describe(path)
        else:
            message, hint = f"{where}: {item['msg'][:200]}", ""
        out.append(sources.mistake(path, message, hint))
    return out


_PATTERNS = {
    "id": "small letters, digits and hyphens, beginning with a letter",
    "colour": "write it like '#3366cc', in quotes",
    "world": "the name of a world, such as simulator",
}


def _bound(message: str) -> str:
    return message.replace("Input should be", "should be")


def _dotted(path: KeyPath) -> str:
    return ".".join(str(p)[:40] if not isinstance(p, int) else str(p + 1) for p in path)


def _annotation(path: KeyPath) -> Any:
    """Type that the models give to a key path; None where there is none."""
    here: Any = BlockSpec
    for part in path:
        model = _model_in(here)
        if model is not None and not isinstance(part, int) and part in model.model_fields:
            here = model.model_fields[part].annotation
        else:
            here = _inner(here)
    return here


def _inner(annotation: Any) -> Any:
    """Element type of a list or dict annotation."""
    for each in (annotation, *get_args(annotation)):
        if getattr(each, "__origin__", None) in {list, dict}:
            return get_args(each)[-1]
        found = next((a for a in get_args(each) if getattr(a, "__origin__", None) in {list, dict}), None)
        if found is not None:
            return get_args(found)[-1]
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _keys(path: KeyPath) -> list[str]:
    model = _model_in(_annotation(path))
    return list(model.model_fields) if model else []


def _describe(path: KeyPath) -> str:
    keys = _keys(path)
    return f"it has the keys {', '.join(keys)}" if keys else ""
