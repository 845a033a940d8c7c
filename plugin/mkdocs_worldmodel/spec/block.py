# A block's text, with the defaults around it, → BlockSpec; or all of its mistakes at once, each with its line.

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.spec import text as yaml_text
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.text import Document, KeyPath

MAX_MISTAKES = 50
"""As many of a block's mistakes are told at once."""


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

    def note_default(self, values: Mapping[str, Any], under: KeyPath, name: str) -> None:
        """Note defaults, whose lines are not known."""
        for key, value in values.items():
            path = (*under, str(key))
            self._at[path] = (name, 0)
            if isinstance(value, Mapping):
                self.note_default(value, path, name)

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
    layers = (*place.defaults, ("", document.value))
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
    try:
        spec = BlockSpec.model_validate(merged)
    except ValidationError as error:
        raise SpecError(*_mistakes(error, sources)) from None
    return Block(spec, sources, tuple(files))


def _merge(base: dict[str, Any], nearer: Mapping[str, Any]) -> None:
    """Put `nearer` over `base`: mappings are merged, everything else is replaced."""
    for each, value in nearer.items():
        key = str(each)
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
    out = [_mistake(item, sources) for item in error.errors(include_url=False)[:MAX_MISTAKES]]
    if (more := error.error_count() - len(out)) > 0:
        out.append(sources.mistake((), f"and {more} more", "mend these first"))
    return out


def _mistake(item: Any, sources: Sources) -> Mistake:
    """What pydantic found, in an author's words."""
    path: KeyPath = tuple(p for p in item["loc"] if p != "[key]")
    key = str(path[-1])[:40] if path else "block"
    context: Mapping[str, Any] = item.get("ctx", {})
    kind = item["type"]
    where = _dotted(path)
    if kind == "extra_forbidden":
        message, hint = f"unknown key '{key}'", did_you_mean(key, _keys(path[:-1]))
    elif kind == "missing":
        message, hint = f"'{where}' is missing", _describe(path) or _EXAMPLES.get(key, "")
        path = path[:-1]
    elif kind == "literal_error":
        options = _options(_annotation(path)) or [str(context.get("expected", ""))]
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
        message, hint = _of_shape(kind, where, context) or (f"{where}: {item['msg'][:200]}", "")
    return sources.mistake(path, message, hint)


def _of_shape(kind: str, where: str, context: Mapping[str, Any]) -> tuple[str, str] | None:
    """Message and hint for a value of the wrong type or size."""
    if kind == "list_type":
        return f"{where}: a list is needed", "write [first, second], or one on each line after -"
    if kind == "string_type":
        return f"{where}: a text is needed", "put it in quotes"
    if kind in {"too_long", "string_too_long"}:
        return f"{where} is too long", f"{context['max_length']} are the most"
    if kind == "too_short":
        return f"{where} is empty", f"it needs at least {context['min_length']}"
    return None


_EXAMPLES = {
    "lane": "such as lane: 2, or lane: {oncoming: 1}",
    "time": "such as time: 1.5 s",
    "radius": "such as radius: 300 m",
    "length": "such as length: 200 m",
}
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


def _options(annotation: Any) -> list[str]:
    """Words that a literal, or an optional one, allows."""
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    return [word for each in get_args(annotation) for word in _options(each)]


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
