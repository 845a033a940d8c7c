# Upkeep of the store's folders: how old and how large entries are, and the litter of processes that were killed.
# What may be removed, and in what order, `store.py` decides.

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mkdocs_worldmodel.build.entry import MARKER

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as upkeep sees it."""

    path: Path
    bytes: int
    used_s: float
    """When it was used last [s since the epoch]."""


def listing(objects: Path) -> Iterator[Stored]:
    """Give all entries, damaged ones too; what another process removes meanwhile is left out."""
    for path in objects.glob("??/*"):
        with suppress(FileNotFoundError):
            yield Stored(path, _bytes_of(path), used_s(path))


def used_s(folder: Path) -> float:
    """Return when an entry was used last [s since the epoch]: the age of its marker, else of the folder."""
    try:
        return (folder / MARKER).stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return folder.stat().st_mtime


def refresh(folder: Path) -> None:
    """Note that an entry was used, at most once an hour: a warm build of thousands of figures writes nothing."""
    with suppress(OSError):  # a read-only store serves all the same
        if time.time() - used_s(folder) > HOUR_S:
            os.utime(folder / MARKER)


def sweep(tmp: Path) -> None:
    """
    Delete what crashed processes left in the folder of temporary ones.

    A day is more than any job may take. A dead owner is not enough by itself for an earlier end: on a shared disk
    its number may belong to another machine.
    """
    now_s = time.time()
    for path in tmp.glob("*"):
        with suppress(FileNotFoundError):
            age_s = now_s - path.stat().st_mtime
            if age_s > DAY_S or (age_s > HOUR_S and not _may_live(path.name.partition("-")[0])):
                delete(path)


def delete(path: Path) -> None:
    """Delete a folder or file that is out of everybody's sight; what cannot be deleted is swept another day."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _bytes_of(folder: Path) -> int:
    if not folder.is_dir():
        return folder.stat().st_size
    return sum(Path(base, name).stat().st_size for base, _, names in os.walk(folder) for name in names)


def _may_live(pid: str) -> bool:
    """Say whether a process may still run; where nobody can tell without harm (Windows), it may."""
    if os.name != "posix" or not pid.isdecimal():
        return os.name != "posix"
    try:
        os.kill(int(pid), 0)  # asks, does nothing (on Windows it would: signal 0 is Ctrl-C there)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # lives, and belongs to someone else
    return True
