"""The script and the style of the figures: two plain files that the site copies as they are."""

from __future__ import annotations

from pathlib import Path

SCRIPT = "worldmodel.js"
STYLE = "worldmodel.css"


def asset(name: str) -> Path:
    """Where the file of this name, `SCRIPT` or `STYLE`, lies."""
    if name not in (SCRIPT, STYLE):
        raise ValueError(f"no asset {name!r}; there are {SCRIPT} and {STYLE}")
    return Path(__file__).parent / name
