# An expectation's text → tokens: words, numbers with their units, quoted names, signs. Each knows its place.

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

LONGEST = 200
"""Characters of an expectation."""

JOINTS = frozenset({
    "after", "and", "at", "before", "does", "ends", "from", "or", "starts", "to", "until", "when", "within",
})  # fmt: skip
"""Words that end a name of several words that is written without quotes."""

KEYWORDS = JOINTS | {"collide", "collides", "end", "is", "max", "no", "not", "of", "passes", "stays", "stops", "with"}
"""Words that are no names without quotes, and no units."""

SIGNS = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "==": "==", "!=": "!=", "≠": "!="}
"""Signs that compare, as they are written → as they are meant."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text."""

    kind: Literal["word", "number", "quoted", "sign", "mark", "odd", "end"]
    value: str
    """Words in small letters; of a number its digits and unit; of a quoted name what stands in the quotes."""
    start: int
    end: int
    """Where it stands in the text."""


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"[^"]*"|'[^']*'|“[^“”]*”)
      | (?P<number>[+\-–−]?(?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign><=|>=|==|!=|[<>≤≥≠])
      | (?P<mark>[().])
      | (?P<odd>\S)
    )""",
    re.VERBOSE,
)
_UNIT = re.compile(r"\s*([^\W\d_]+(?:/[^\W_]+(?:\^\d)?)?|°(?:/s)?|%)")


def tokens_of(text: str) -> list[Token]:
    """Cut a text into tokens; the last is always 'end'. What is no token of the language becomes an 'odd' one."""
    out: list[Token] = []
    at = 0
    while (found := _TOKEN.match(text, at)) is not None:
        kind = found.lastgroup or "odd"
        value, start, at = found[kind], found.start(kind), found.end()
        if kind == "number":
            unit = _UNIT.match(text, at)
            if unit is not None and unit[1].lower() not in KEYWORDS:
                value, at = f"{value} {unit[1]}", unit.end()
            value = value.replace("–", "-").replace("−", "-")
        elif kind == "quoted":
            value = value[1:-1]
        elif kind == "word":
            value = value.lower()
        elif kind == "sign":
            value = SIGNS[value]
        out.append(Token(kind, value, start, at))  # type: ignore[arg-type]
    out.append(Token("end", "", len(text), len(text)))
    return out
