# All that a figure can say: every English template in the code, found by reading it.

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mkdocs_worldmodel
from mkdocs_worldmodel.analysis.expect import judging, measuring
from mkdocs_worldmodel.analysis.wording import PLACES
from mkdocs_worldmodel.scenario.rig import RIG

ROOT = Path(mkdocs_worldmodel.__file__).parent
UNITS = frozenset({"m", "s", "km", "h"})


def templates() -> set[str]:
    """English templates that need a translation: those with words."""
    found = {*PLACES, *judging._KEPT.values(), "Top view", *(camera.label for camera in RIG)}
    found |= {text for texts in measuring._NONE.values() for text in texts}
    for room in ("analysis", "figure"):
        for path in (ROOT / room).rglob("*.py"):
            found |= set(_in_code(path))
    return {text for text in found if has_words(text)}


def has_words(template: str) -> bool:
    """Whether it says more than values, units and marks."""
    return bool(set(re.findall(r"[^\W\d_]+", re.sub(r"\{[^}]*\}", " ", template))) - UNITS)


def dynamic() -> list[str]:
    """Calls whose template is no constant: `templates` must know what they may say."""
    calls = []
    for room in ("analysis", "figure"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for call in _calls(path):
                if not _constant(call):
                    calls.append(f"{path.name}: {ast.unparse(call)}")  # noqa: PERF401 - three loops deep
    return calls


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "say" or (name == "Said" and node.args):
                yield node


def _constant(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant)


def _in_code(path: Path) -> Iterator[str]:
    yield from (str(call.args[0].value) for call in _calls(path) if _constant(call))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("{a}"):  # joined
            yield node.value
