# The rules of the house that a machine can check: who may import whom, how long files are, what they are called.

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib import import_module, resources
from pathlib import Path

import pytest

import mkdocs_worldmodel

PACKAGE = Path(mkdocs_worldmodel.__file__).parent
NAME = PACKAGE.name
FILES = sorted(PACKAGE.rglob("*.py"))

# Nouns never import verbs. Each room, and all rooms that it may import; itself is always allowed.
ROOMS = ("errors", "spec", "scenario", "rollout", "sim", "camera", "model", "world", "build", "interchange",
         "analysis", "figure", "web", "training", "site", "pipeline", "cli")  # fmt: skip
_NOUNS = {"errors", "spec", "scenario", "rollout"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "spec": {"errors"},
    "scenario": {"errors", "spec"},
    "interchange": {"errors", "spec", "scenario"},
    "rollout": {"errors", "spec", "scenario"},
    "sim": _NOUNS,
    "camera": _NOUNS,
    "model": _NOUNS,
    "world": _NOUNS | {"sim", "camera", "model", "interchange"},
    "build": {"errors"},
    "analysis": _NOUNS,
    "figure": _NOUNS | {"analysis", "camera"},
    "training": _NOUNS | {"interchange", "sim", "camera", "model", "world", "analysis", "build"},
    "pipeline": _NOUNS | {"interchange", "world", "build", "analysis", "figure"},
    "web": set(),
    "site": _NOUNS | {"interchange", "world", "build", "analysis", "figure", "pipeline", "web"},
    "cli": set(ROOMS) - {"cli", "model", "web"},
}
HEAVY = ("numpy", "pydantic", "torch", "onnxruntime", "av", "cv2", "jinja2")


def room_of(path: Path) -> str:
    """Room of a file; empty for the package's own __init__."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first in {"__init__", "__main__"} else first


def imported_rooms(path: Path) -> set[tuple[str, int]]:
    """(room, line) of everything of ours that a file imports, inside functions too."""
    out: set[tuple[str, int]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names = [node.module or ""]
            if node.module == NAME:
                names = [f"{NAME}.{a.name}" for a in node.names if a.name != "__version__"]
        for name in names:
            parts = name.split(".")
            if parts[0] == NAME and len(parts) > 1:
                out.add((parts[1], node.lineno))
    return out


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_rooms_import_only_what_lies_below_them(path: Path) -> None:
    room = room_of(path)
    allowed = ALLOWED[room] | {room} if room else set()
    wrong = [f"line {line} imports {other}" for other, line in sorted(imported_rooms(path)) if other not in allowed]
    assert not wrong


def test_every_room_has_a_rule() -> None:
    assert {room_of(p) for p in FILES} - {""} <= set(ROOMS)
    assert set(ALLOWED) == set(ROOMS)


def test_the_rule_has_no_circles() -> None:
    done: set[str] = set()
    left = dict(ALLOWED)
    while left:
        free = [room for room, below in left.items() if below <= done]
        assert free, f"these import each other: {sorted(left)}"
        done |= set(free)
        for room in free:
            del left[room]


def test_only_the_plugin_shell_imports_mkdocs() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(n.split(".")[0] == "mkdocs" for n in names):
                assert path in {PACKAGE / "site/plugin.py", PACKAGE / "site/options.py"}, path


@pytest.mark.parametrize(
    "module", [NAME, f"{NAME}.errors", f"{NAME}.site.plugin", f"{NAME}.site.extension", f"{NAME}.cli"]
)
def test_importing_is_light(module: str) -> None:
    code = f"""
import sys
try:
    import mkdocs.commands.build, mkdocs.config.defaults, mkdocs.utils.meta, mkdocs.plugins, markdown
except ImportError:
    pass
before = set(sys.modules)
import {module}
print(*sorted({{m.split('.')[0] for m in set(sys.modules) - before}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.split())


def test_files_are_short_or_say_why() -> None:
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        head = " ".join(lines[:12]).lower()
        assert len(lines) <= 400 or "lines" in head or "long" in head, f"{path} has {len(lines)} lines"


def test_files_are_named_for_what_they_hold() -> None:
    names = {p.stem for p in FILES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "handler", "factory"}


def test_every_file_begins_by_saying_what_lives_there() -> None:
    for path in FILES:
        first = path.read_text(encoding="utf-8").lstrip()
        assert first.startswith(("#", '"""')), path


def test_the_package_is_typed() -> None:
    assert resources.files(NAME).joinpath("py.typed").is_file()


def test_entry_points_resolve() -> None:
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [*project["scripts"].values(), *(v for group in project["entry-points"].values() for v in group.values())]
    assert len(found) >= 3
    for target in found:
        module, _, name = target.partition(":")
        assert callable(getattr(import_module(module), name)), target


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.get("version", mkdocs_worldmodel.__version__) == mkdocs_worldmodel.__version__
