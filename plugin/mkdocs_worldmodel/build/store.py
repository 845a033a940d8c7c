# The store: results on disk under their keys, shared by all builds of a site, now and later.
#
#   .gitignore  CACHEDIR.TAG
#   objects/ab/abcdef…/   one folder per entry: its files, timing.json, and entry.json (the marker)
#   tmp/<pid>-<random>/   folders being made, and folders being deleted
#
# An entry is made in `tmp/` and renamed into `objects/` as a whole, marker included. A rename of a folder happens
# or does not happen, so a process killed at any moment leaves either a complete entry or litter in `tmp/`. Nothing
# is fsynced (films are large): after a power cut a file may be shorter than its marker says, and then the entry
# counts as damaged and is made anew. Deleting goes the same way back: renamed out first, then deleted.

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mkdocs_worldmodel.build.entry import MARKER, DamagedError, Entry, Staging, read_entry, seal
from mkdocs_worldmodel.build.upkeep import DAY_S, Stored, delete, listing, refresh, sweep, used_s
from mkdocs_worldmodel.errors import StoreError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_LOCKED = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}
_NOTES = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Results of mkdocs-worldmodel; safe to delete.\n",
}
"""What tells git and backup programs to leave the folder alone."""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store holds."""

    entries: int
    bytes: int
    oldest_use_s: float | None
    """When the least recently used entry was used [s since the epoch]; None in an empty store."""
    newest_use_s: float | None


class Removed(NamedTuple):
    """What a clean-up removed."""

    entries: int
    bytes: int


class Store:
    """
    Content-addressed results in a folder; safe for several processes at once.

    Nothing is written before the first `stage`, and a store that cannot be written still serves what it has.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self._objects = self.root / "objects"
        self._tmp = self.root / "tmp"

    def get(self, key: str) -> Entry | None:
        """
        Return the entry of a key, or None if it has to be made.

        A damaged entry is removed and counts as none. A hit refreshes the entry's age.
        """
        folder = self._folder(key)
        try:
            entry = read_entry(folder)
        except DamagedError:
            with self._plain_errors():
                self._explain_absence(folder)
            with suppress(OSError):  # a store that cannot be written keeps its damage; `stage` will say so
                return self._second_look(folder)
            return None
        except OSError as error:
            raise self._plain(error) from error
        refresh(folder)
        return entry

    def has(self, key: str) -> bool:
        """
        Say whether an entry seems to be there, damaged or not: `get` looks closer when it is used.

        Raises:
            StoreError: The store may not be read.
        """
        try:
            (self._folder(key) / MARKER).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._plain(error) from error
        return True

    def check(self) -> None:
        """
        Find out whether the store can be used at all.

        Raises:
            StoreError: It is no folder, or may not be read.
        """
        self.get("0" * 64)  # no such key, but what is wrong with the whole store shows in asking

    @contextmanager
    def stage(self, key: str) -> Iterator[Staging]:
        """
        Make an entry: give a folder to write into, and put it in place when the block ends well.

        After the block `get(key)` finds the entry. If another process was first, its entry stays and ours goes:
        equal keys mean equal content. If the block raises, nothing is kept.

        Raises:
            StoreError: The store cannot be written, or the disk is full (also where that shows inside the block).
        """
        target = self._folder(key)
        with self._plain_errors():
            self._make_root()
            folder = self._new_tmp()
            folder.mkdir()
        staging = Staging(folder)
        try:
            try:
                yield staging
            except OSError as error:
                # the disk runs full inside the block, where the films are written; other errors are the caller's
                if error.errno in _FULL | {errno.EROFS}:
                    raise self._plain(error) from error
                raise
            with self._plain_errors():
                seal(staging)
                self._place(folder, target)
        finally:
            if folder.exists():  # it has moved where all went well
                delete(folder)

    def info(self) -> StoreInfo:
        """Count what is there."""
        with self._plain_errors():
            entries = list(listing(self._objects))
        uses = [entry.used_s for entry in entries]
        return StoreInfo(
            entries=len(entries),
            bytes=sum(entry.bytes for entry in entries),
            oldest_use_s=min(uses, default=None),
            newest_use_s=max(uses, default=None),
        )

    def gc(self, max_age_s: float | None = None, max_bytes: int | None = None) -> Removed:
        """
        Remove what has not been used for `max_age_s`, then the least recently used down to `max_bytes`.

        What was used in the last 24 h stays in any case: other builds may be reading it. Also sweeps what crashed
        processes left behind.
        """
        with self._plain_errors():
            sweep(self._tmp)
            entries = sorted(listing(self._objects), key=lambda entry: entry.used_s)
            left = sum(entry.bytes for entry in entries)
            removed = freed = 0
            for entry in entries:
                age_s = time.time() - entry.used_s
                old = max_age_s is not None and age_s > max_age_s
                much = max_bytes is not None and left > max_bytes
                if age_s > DAY_S and (old or much) and self._remove(entry):
                    left -= entry.bytes
                    freed += entry.bytes
                    removed += 1
        return Removed(removed, freed)

    def clear(self) -> Removed:
        """Remove all entries, used ones too; what other processes are making at the moment is left alone."""
        with self._plain_errors():
            sweep(self._tmp)
            entries = list(listing(self._objects))
            gone = [entry for entry in entries if self._remove(entry)]
        return Removed(len(gone), sum(entry.bytes for entry in gone))

    def _folder(self, key: str) -> Path:
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise ValueError(f"not a key: {key!r}")
        return self._objects / key[:2] / key

    def _new_tmp(self) -> Path:
        return self._tmp / f"{os.getpid()}-{secrets.token_hex(8)}"

    def _make_root(self) -> None:
        if not self._objects.is_dir():  # made last: once it is there, the rest is the owner's to change
            self.root.mkdir(parents=True, exist_ok=True)
            # only in a folder of our own: `store_dir` may point at one in which other things lie
            if {path.name for path in self.root.iterdir()} <= _NOTES.keys():
                for name, text in _NOTES.items():
                    (self.root / name).write_text(text, encoding="utf-8")
            self._objects.mkdir(exist_ok=True)
        self._tmp.mkdir(exist_ok=True)

    def _place(self, folder: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        for attempt in range(3):
            try:
                folder.rename(target)
            except OSError:
                if attempt == 2 or not os.path.lexists(target):
                    raise
                if self._second_look(target):
                    return  # somebody was first
            else:
                return

    def _explain_absence(self, folder: Path) -> None:
        """Raise NotADirectoryError where an entry is absent because the store itself is no folder."""
        if not os.path.lexists(folder) and self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(self.root))

    def _remove(self, entry: Stored) -> bool:
        """Rename out of sight, then delete: nobody ever sees half an entry. False if somebody else was there."""
        self._tmp.mkdir(exist_ok=True)
        aside = self._new_tmp()
        try:
            if used_s(entry.path) > entry.used_s:
                return False  # another build has just used it
            entry.path.rename(aside)
        except FileNotFoundError:
            return False  # another build has just removed it
        delete(aside)
        return True

    def _second_look(self, folder: Path) -> Entry | None:
        """Return the entry if another process has put it in place meanwhile, else remove what is damaged there."""
        if not os.path.lexists(folder):
            return None
        with suppress(DamagedError):
            return read_entry(folder)
        self._tmp.mkdir(exist_ok=True)
        aside = self._new_tmp()
        folder.rename(aside)
        with suppress(DamagedError):
            read_entry(aside)  # replaced in this very moment: back with it
            with suppress(OSError):
                aside.rename(folder)
        delete(aside)
        return None

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._plain(error) from error

    def _plain(self, error: OSError) -> StoreError:
        """Say in plain words what is wrong with the store and what to do about it."""
        store = f"the store of results in {self.root}"
        if error.errno in _FULL:
            return StoreError(f"no space left for {store}: free some, or set `store_dir` to a folder on another disk")
        if error.errno in _LOCKED:
            why = "is read-only" if error.errno == errno.EROFS else "may not be written or read by this user"
            return StoreError(f"{store} {why}: change that, or set `store_dir` to a folder of your own")
        if error.errno in _NO_FOLDER:
            return StoreError(f"{store} is not a folder: remove the file, or set `store_dir` to another place")
        return StoreError(f"{store} cannot be used: {error.strerror or error}")
