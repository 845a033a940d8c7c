# A text said once, in English, with places for its values: independent of the language of the page that shows it.
#
# For example: say("{who!c} brakes to {speed}", who=called("lorry"), speed=kmh(13.9)).
# - The English template is the message's id, as in gettext: `figure/languages/LANGUAGE.json` holds its translation,
#   with the same places. A new template needs a line in each of them; a test names those that are missing.
# - Values: a number (its place says how many decimals, `{gap:.1f}`; languages choose the decimal mark, a minus is "−"),
#   another `Said`, or a str that stays as it is: what an author wrote, a name. English words never go in as a str.
# - `{who!c}` begins with a capital letter. Any other conversion asks for a form of the value: a table may hold
#   "the ego!d" beside "the ego" (German: the dative); English has none.
# - `str(said)` is the English. A page words it: `figure.languages.language(name).words(said)`.
# - Where a text stands inside of SVG or HTML that is drawn at build time, put `token(said)` instead of the text:
#   `page.render` replaces it by the words of the page's language, escaped. It is safe in elements and attributes.
# - `plain()` and `unplain()` are the way to JSON and back, also of records that hold such texts.

from __future__ import annotations

import functools
import json
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

_BEGIN, _END = "\ue000", "\ue001"
"""Private characters around a token; JSON writes those of an author as escapes."""
_TOKEN = re.compile(f"{_BEGIN}([^{_END}]*){_END}")


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its values."""

    template: str
    values: tuple[tuple[str, str | float | Said], ...] = ()
    """(place, value)"""

    def __str__(self) -> str:
        return worded(self, {}, ".")


def say(template: str, **values: str | float | Said) -> Said:
    """Say something, in English."""
    return Said(template, tuple(values.items()))


def joined(parts: Sequence[Said], template: str = "{a}; {b}") -> Said:
    """Several texts as one, two by two."""
    return functools.reduce(lambda a, b: say(template, a=a, b=b), parts)


def sentence(said: Said) -> Said:
    """A clause as a sentence of its own."""
    return say("{sentence!c}.", sentence=said)


def worded(said: Said, table: Mapping[str, str], decimal: str, form: str = "") -> str:
    """A text in the language of a table.

    Args:
        said: the text
        table: English template → translation; what it lacks stays English
        decimal: what stands before the decimals of a number
        form: the conversion with which the text around it asks for it
    """
    template = said.template
    if form not in {"", "c"}:
        template = f"{template}!{form}" if f"{template}!{form}" in table else template
    values = dict(said.values)
    text = ""
    for literal, place, spec, conversion in _pieces(table.get(template, said.template)):
        text += literal
        if place:
            text += _value(values[place], spec, conversion, table, decimal)
    return text


def _value(value: str | float | Said, spec: str, form: str, table: Mapping[str, str], decimal: str) -> str:
    if isinstance(value, Said):
        text = worded(value, table, decimal, form)
    elif isinstance(value, str):
        text = value
    else:
        text = format(value, spec).replace("-", "−").replace(".", decimal)
    return text[:1].upper() + text[1:] if form == "c" else text


@functools.cache
def _pieces(template: str) -> tuple[tuple[str, str, str, str], ...]:
    """(literal, place, format, conversion); parsing is what takes time, and there are few templates."""
    parsed = string.Formatter().parse(template)
    # no number is shown as -0.0
    return tuple((a, b or "", f"z{c}" if c and c[-1] == "f" else c or "", d or "") for a, b, c, d in parsed)


def places(template: str) -> set[str]:
    """The places of a template."""
    return {place for _, place, _, _ in _pieces(template) if place}


# -- in drawings and in JSON ---------------------------------------------------------------------------------------


def token(said: Said) -> str:
    """Stands for a text inside of drawn SVG or HTML; the page puts the words there."""
    # as `replaced` escapes the words, the token needs none: it is gone before anybody reads the HTML
    return f"{_BEGIN}{json.dumps(plain(said), separators=(',', ':'))}{_END}"


def replaced(drawn: str, put: Callable[[Said], str]) -> str:
    """Drawn SVG or HTML with words instead of tokens. `put` must escape."""
    return _TOKEN.sub(lambda found: put(_JSON.decode(found[1])), drawn)


def plain(value: Any) -> Any:
    """As values for JSON."""
    if isinstance(value, Said):
        return {"say": value.template, **{f"={name}": plain(each) for name, each in value.values}}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def unplain(found: dict[str, Any]) -> Said | dict[str, Any]:
    """The way back, as a reader's `object_hook`: a mapping that stands for a text, as that text."""
    template = found.get("say")
    if not isinstance(template, str):
        return found
    del found["say"]
    return Said(template, tuple([(name[1:], value) for name, value in found.items()]))


_JSON = json.JSONDecoder(object_hook=unplain)
