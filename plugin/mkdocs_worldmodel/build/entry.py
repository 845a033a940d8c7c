# One entry of the store: a folder with its files, and the marker `entry.json` that says what belongs to it.
# Here: reading, checking and sealing a folder. Where folders lie and how they get there is `store.py`.

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.build.keys import digest_of_file
from mkdocs_worldmodel.errors import StoreError

MARKER = "entry.json"
TIMING = "timing.json"
FORMAT = 1
SMALL_BYTES = 64 * 1024
"""Files up to this size are checked by digest at each use, larger ones by size alone: a hit must stay cheap."""


class DamagedError(Exception):
    """The folder is not a complete entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored result: read-only files under their names."""

    path: Path
    """The entry's folder."""
    files: tuple[str, ...]
    """Names of the files, sorted, with `/` between the parts; without the store's own."""

    def file(self, name: str) -> Path:
        """Return the path of one of the entry's files; `KeyError` if it has none of that name."""
        if name not in self.files:
            raise KeyError(name)
        return self.path / name

    def read_bytes(self, name: str) -> bytes:
        path = self.file(name)
        try:
            return path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error

    def read_json(self, name: str) -> Any:
        return json.loads(self.read_bytes(name))

    @property
    def timing(self) -> dict[str, float]:
        """How long the parts of the work took [s]; empty if nobody noted it or the note was lost."""
        try:
            found = json.loads((self.path / TIMING).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder in which an entry is being made."""

    path: Path
    """Write the entry's files here; sub-folders are kept."""
    timing: dict[str, float] = field(default_factory=dict)
    """Durations [s] to keep beside the record; never part of it (not listed, not hashed, no loss if lost)."""


def seal(staging: Staging) -> None:
    """
    Write the marker of a finished folder, after all of its files.

    Raises:
        ValueError: A file has a name that the store needs for itself.
    """
    files: dict[str, tuple[int, str | None]] = {}
    for folder, _, names in os.walk(staging.path):
        for path in (Path(folder, name) for name in names):
            size = path.stat().st_size
            name = path.relative_to(staging.path).as_posix()
            files[name] = (size, digest_of_file(path) if size <= SMALL_BYTES else None)
    if taken := {MARKER, TIMING} & files.keys():
        raise ValueError(f"{taken.pop()!r} is a name of the store itself")
    if staging.timing:
        (staging.path / TIMING).write_text(json.dumps(staging.timing), encoding="utf-8")
    marker = {"format": FORMAT, "files": dict(sorted(files.items()))}
    (staging.path / MARKER).write_text(json.dumps(marker), encoding="utf-8")


def read_entry(folder: Path) -> Entry:
    """
    Return the entry in a folder after checking that it is whole.

    Raises:
        DamagedError: The marker or a file is missing, unreadable, of the wrong size or (small files) of the wrong
            content.
        OSError: Reading failed for a reason that says nothing about the entry (permission, too many open files).
    """
    base = str(folder)
    try:
        with open(f"{base}/{MARKER}", "rb") as stream:  # noqa: PTH123 - pathlib would double the cost of a hit
            marker = json.load(stream)
        if marker["format"] != FORMAT:
            raise DamagedError(f"format {marker['format']}")
        for name, (size, digest) in marker["files"].items():
            _check_file(base, name, size, digest)
        return Entry(folder, tuple(marker["files"]))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise DamagedError(str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedError(f"{MARKER} is not readable") from error


def _check_file(base: str, name: str, size: int, digest: str | None) -> None:
    if name.startswith("/") or ".." in name.split("/"):
        raise DamagedError(f"{name} is outside of the entry")  # a marker is input like any other
    path = f"{base}/{name}"
    if digest is None:
        found = os.stat(path).st_size  # noqa: PTH116 - as above
    else:
        with open(path, "rb") as stream:  # noqa: PTH123 - as above
            content = stream.read(SMALL_BYTES + 1)
        found = len(content)
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedError(f"{name} has changed")
    if found != size:
        raise DamagedError(f"{name} has {found} bytes instead of {size}")
