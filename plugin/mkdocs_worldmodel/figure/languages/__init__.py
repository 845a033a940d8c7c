# The languages of pages. Each is a table, LANGUAGE.json: `texts` from what is said in English (analysis/said.py) to
# its translation with the same places, `decimal` what stands before the decimals of a number.
#
# A translation may ask for a form of a value that the table holds under "TEXT!d": German the dative ("mit {who!d}",
# "the ego!d": "dem Ego-Fahrzeug") and, as !v, the genitive; French and Spanish the form with "de". Names of road users
# stand as their author wrote them, without an article: nobody knows their gender.

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mkdocs_worldmodel.analysis import said
from mkdocs_worldmodel.analysis.said import Said

CODES = ("en", "de", "es", "fr", "ja", "zh")


@dataclass(frozen=True, slots=True)
class Language:
    """How a page words things."""

    code: str
    table: Mapping[str, str]
    """English template → translation with the same places."""
    decimal: str = "."
    """What stands before the decimals of a number."""

    @property
    def tag(self) -> str:
        """For HTML's `lang`: our Chinese is written in simplified characters."""
        return "zh-Hans" if self.code == "zh" else self.code

    def speaks(self, name: str) -> bool:
        """Whether a theme's or a page's language is this one."""
        return _code(name) == self.code

    def words(self, text: Said) -> str:
        """A text in this language."""
        words = said.worded(text, self.table, self.decimal)
        return _spaced(words) if self.code in {"ja", "zh"} else words


@functools.cache
def language(name: str) -> Language:
    """The language for a theme's or a page's: 'de-CH' is German, 'zh-TW' Chinese; English for those without a table."""
    code = _code(name)
    if code not in CODES or code == "en":
        return Language("en", {})
    plain = json.loads(Path(__file__).with_name(f"{code}.json").read_text(encoding="utf-8"))
    return Language(code, plain["texts"], plain["decimal"])


_HAN = r"[\u3040-\u30ff\u3400-\u9fff]"
_MEETS = re.compile(rf"(?<={_HAN})(?=[A-Za-z0-9])|(?<=[A-Za-z0-9²°])(?={_HAN})")


def _spaced(words: str) -> str:
    """A space wherever Chinese or Japanese meets Latin letters or digits, as names and values do."""
    return _MEETS.sub(" ", words)


def _code(name: str) -> str:
    return name.replace("_", "-").partition("-")[0].lower()
