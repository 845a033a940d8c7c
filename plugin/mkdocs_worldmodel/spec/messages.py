# What pydantic found wrong → mistakes in an author's words, each with the nearest right one.

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError

from mkdocs_worldmodel.errors import Mistake
from mkdocs_worldmodel.spec.kinds import KINDS, kinds_with
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.sources import Sources
from mkdocs_worldmodel.spec.text import KeyPath

MAX_MISTAKES = 50
"""As many of a block's mistakes are told at once."""
SYNONYMS = {
    "lorry": "truck", "hgv": "truck", "vehicle": "car", "bike": "bicycle", "cyclist": "bicycle",
    "motorbike": "motorcycle", "ambulance": "emergency", "police": "emergency", "person": "pedestrian",
    "walker": "pedestrian", "kid": "child",
    "sidewalk": "pavement", "verge": "shoulder", "lane_change": "change_lane", "wait": "delay", "brake": "stop",
    "forward": "along", "backward": "against", "cut_in": "change_lane", "disappear": "vanish", "yellow": "amber",
    "sunny": "clear", "color": "colour", "behavior": "behaviour", "crosswalks": "crossings",
}  # fmt: skip
"""What an author may well write instead of our words."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them."""
    words = list(known)
    if SYNONYMS.get(word.lower()) in words:
        return f"did you mean {SYNONYMS[word.lower()]}?"
    near = difflib.get_close_matches(word.lower(), words, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(words)}"


def mistakes_in(error: ValidationError, sources: Sources, block: type[BlockSpec]) -> list[Mistake]:
    """All that pydantic found in a block of a kind, up to MAX_MISTAKES, and how many more."""
    out = [_mistake(item, sources, block) for item in error.errors(include_url=False)[:MAX_MISTAKES]]
    if (more := error.error_count() - len(out)) > 0:
        out.append(sources.mistake((), f"and {more} more", "mend these first"))
    return out


def unknown_kind(value: object, sources: Sources) -> Mistake:
    """Of a block whose `figure:` is no kind."""
    word = str(value)[:40]
    return sources.mistake(("figure",), f"figure: '{word}' is unknown", did_you_mean(word, KINDS))


def _mistake(item: Any, sources: Sources, block: type[BlockSpec]) -> Mistake:
    """What pydantic found, in an author's words."""
    path = _path(item["loc"], sources)
    key = str(path[-1])[:40] if path else "block"
    context: Mapping[str, Any] = item.get("ctx", {})
    kind = item["type"]
    where = _dotted(sources.as_written(path))
    if kind == "extra_forbidden" and len(path) == 1 and (others := kinds_with(key)):
        message, hint = f"'{key}' is a key of another kind of figure", f"did you mean figure: {' or '.join(others)}?"
    elif kind == "extra_forbidden":
        message, hint = f"unknown key '{key}'", did_you_mean(key, _keys(path[:-1], block))
    elif kind == "missing":
        message, hint = f"'{where}' is missing", _EXAMPLES.get(key) or _describe(path, block)
        path = path[:-1]
    elif kind == "literal_error":
        options = _options(_annotation(path, block)) or [str(context.get("expected", ""))]
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
        message, hint = f"{where}: a mapping is needed", _describe(path, block)
    else:
        message, hint = _of_shape(kind, where, context) or (f"{where}: {item['msg'][:200]}", "")
    return sources.mistake(path, message, hint)


def _path(loc: tuple[str | int, ...], sources: Sources) -> KeyPath:
    """The key path of an error: pydantic puts names of types in between where several are possible."""
    path: KeyPath = ()
    for part in loc:
        tag = isinstance(part, str) and (part[:1].isupper() or "[" in part or "-" in part)
        if not tag or sources.knows((*path, part)):
            path = (*path, part)
    return path


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
    "what_if": "name the branches, such as keep: {} and brake: {ego: {brake: 6 m/s²}}",
}
_PATTERNS = {
    "id": "small letters, digits and hyphens, beginning with a letter",
    "colour": "write it like '#3366cc', in quotes",
    "world": "the name of a world, such as simulator",
    "driver": "the name of a driver, such as idm",
    **dict.fromkeys(
        ("of", "to", "with", "relative_to", "same_as", "name"),
        "a name has small letters, digits and _, and begins with a letter",
    ),
}


def _bound(message: str) -> str:
    return message.replace("Input should be", "should be")


def _dotted(path: KeyPath) -> str:
    return ".".join(str(p)[:40] if not isinstance(p, int) else str(p + 1) for p in path)


def _annotation(path: KeyPath, block: type[BlockSpec]) -> Any:
    """Type that the models give to a key path; None where there is none."""
    here: Any = block
    for part in path:
        model = _model_in(here)
        field = next((f for k, f in model.model_fields.items() if part in {k, f.alias}), None) if model else None
        if field is not None:
            here = field.annotation
        elif model is not None and model.model_config.get("extra") == "allow":
            here = _inner(get_type_hints(model)["__pydantic_extra__"], part)
        else:
            here = _inner(here, part)
    return here


def _options(annotation: Any) -> list[str]:
    """Words that a literal, or an optional one, allows."""
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    return [word for each in get_args(annotation) for word in _options(each)]


def _inner(annotation: Any, part: str | int) -> Any:
    """Element type of a list annotation, for a number, or of a dict annotation, for a name."""
    kind = list if isinstance(part, int) else dict
    if getattr(annotation, "__origin__", None) is kind:
        return get_args(annotation)[-1]
    found = (_inner(each, part) for each in get_args(annotation) if get_origin(annotation) is not kind)
    return next((each for each in found if each is not None), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _keys(path: KeyPath, block: type[BlockSpec]) -> list[str]:
    model = _model_in(_annotation(path, block))
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _describe(path: KeyPath, block: type[BlockSpec]) -> str:
    keys = _keys(path, block)
    return f"it has the keys {', '.join(keys)}" if keys else ""
