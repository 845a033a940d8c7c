# Functions for the workers of these tests.

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.errors import Mistake, SpecError, StoreError, WorldError


class OddWorldError(WorldError):
    """A kind of WorldError that the parent has never heard of."""


def echo(value: Any = None) -> Any:
    return value


def pid() -> int:
    return os.getpid()


def note(file: str) -> int:
    """Leave a line in a file, so that a test can count the calls."""
    with Path(file).open("a", encoding="utf-8") as stream:
        stream.write(f"{os.getpid()}\n")
    return os.getpid()


def wait_for(file: str, started: str = "") -> bool:
    """Say that we started, then wait until a file exists."""
    if started:
        note(started)
    while not Path(file).exists():
        time.sleep(0.005)
    return True


def die(file: str) -> None:
    note(file)
    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)


def die_once(file: str) -> str:
    if Path(file).exists():
        return "second try"
    die(file)
    return "unreachable"


def leave() -> None:
    sys.exit("enough")


def be_late(file: str) -> None:
    note(file)
    time.sleep(3600)


def eat_memory() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(8_000_000))


def fail(kind: str, file: str = "") -> None:
    if file:
        note(file)
    if kind == "spec":
        raise SpecError(
            Mistake("unknown key `lain`", hint="did you mean `lane`?", line=7),
            Mistake("no road", line=2, file="a.yaml"),
        )
    if kind == "odd world":
        raise OddWorldError("the road ends")
    if kind == "store":
        raise StoreError("no space")
    raise ValueError("two\nlines")


def chatter() -> str:
    print("from Python")
    sys.stdout.flush()
    os.write(1, b"from C\x00\xff")
    return f"heard {sys.stdin.read()!r}"


def not_json() -> object:
    return object()


def surroundings() -> dict[str, Any]:
    return {"path": sys.path, "threads": os.environ.get("OMP_NUM_THREADS")}
