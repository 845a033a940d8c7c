# The scripts and the style of the figures: plain files that a site copies as they are.

from __future__ import annotations

import re
from pathlib import Path

STYLE = "worldmodel.css"
SCRIPTS = ("worldmodel-stage.js", "worldmodel.js")
"""Classic scripts, in the order in which they must run; they bring the player's words in English."""
LANGUAGES = ("de", "es", "fr", "ja", "zh")
"""What else the player speaks, each in a small script of its own."""


def scripts(language: str = "en") -> tuple[str, ...]:
    """Names of the scripts of a page, in the order in which they must run.

    Args:
        language: of the page, as in its `lang`: 'de', 'pt-BR', 'zh_Hans'; one without words gets English
    """
    spoken = re.split("[-_]", language.lower())[0]
    return (*((f"worldmodel-{spoken}.js",) if spoken in LANGUAGES else ()), *SCRIPTS)


def asset(name: str) -> Path:
    """Where the file of this name, `STYLE` or one of `scripts()`, lies."""
    folder = Path(__file__).parent
    if name in (STYLE, *SCRIPTS):
        return folder / name
    if name in {f"worldmodel-{language}.js" for language in LANGUAGES}:
        return folder / "words" / name
    raise ValueError(f"no asset {name!r}; there are {STYLE} and what scripts() names")
