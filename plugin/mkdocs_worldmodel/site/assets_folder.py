# The folder in the docs that figures' files are written to, for hosts to which files cannot be handed. It keeps a list
# of what is ours, so that nothing else is ever touched.

from __future__ import annotations

import filecmp
import json
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.errors import StoreError

LIST = ".manifest.json"
"""Hosts leave out of the site what begins with a dot."""


class AssetsFolder:
    """Figures' files in a docs folder, and the list of them."""

    def __init__(self, root: Path, made_by: str) -> None:
        """
        Read the list; nothing is written yet.

        Args:
            root: the folder
            made_by: what makes the figures, with its version: part of the list, so that it changes with it
        """
        self.root, self.made_by = root, made_by
        self._files, self._made_by = _read(root / LIST)

    def update(self, wanted: Mapping[str, Path], pages: set[str]) -> tuple[int, int]:
        """
        Make the folder hold what is wanted, and of ours nothing else.

        Args:
            wanted: name in the folder → file to copy
            pages: pages that there are; what was brought by others than these is not needed any more

        Returns:
            How many files were written, and how many removed.
        """
        with _plain_errors(self.root):
            written = _put(self.root, wanted)
            gone = [name for name, page in self._files.items() if name not in wanted and page not in pages]
            for name in gone:
                self._remove(name)
            self._files = {n: p for n, p in self._files.items() if n not in gone} | dict.fromkeys(wanted, "")
            self._write_list()
        return written, len(gone)

    def add(self, wanted: Mapping[str, Path], page: str = "") -> None:
        """
        Add files while a site is built.

        Args:
            wanted: as in `update`
            page: the page that needs them, where nobody who reads the pages' sources can know
        """
        with _plain_errors(self.root):
            _put(self.root, wanted)
            self._files, self._made_by = _read(self.root / LIST)  # `worldmodel prepare` may have run meanwhile
            new = {name: page for name in wanted if name not in self._files}
            if new or self._made_by != self.made_by:
                self._files |= new
                self._write_list()

    def faults(self, wanted: Mapping[str, Path], pages: set[str]) -> list[str]:
        """What `update` would do, in words."""
        said = []
        for name, source in wanted.items():
            target = self.root / name
            if not target.is_file():
                said.append(f"{target}: is missing")
            elif not filecmp.cmp(source, target, shallow=False):
                said.append(f"{target}: is not what this version makes")
        unneeded = (name for name, page in self._files.items() if name not in wanted and page not in pages)
        said += [f"{self.root / name}: is not needed any more" for name in unneeded]
        if not said and (self._made_by != self.made_by or not self._files.keys() >= wanted.keys()):
            said.append(f"{self.root / LIST}: does not list what is there")
        return sorted(said)

    def _remove(self, name: str) -> None:
        target = self.root / name
        target.unlink(missing_ok=True)
        if target.parent != self.root:
            with suppress(OSError):  # something else lies there
                target.parent.rmdir()

    def _write_list(self) -> None:
        files = dict(sorted(self._files.items()))
        content = json.dumps({"made_by": self.made_by, "files": files}, indent=1, ensure_ascii=False) + "\n"
        target = self.root / LIST
        # unchanged, it keeps its time: hosts that watch it would render all pages again
        if not target.is_file() or target.read_text(encoding="utf-8") != content:
            if not self.root.exists():
                self.root.mkdir(parents=True)
            passing = target.with_name(f"{LIST}.{secrets.token_hex(6)}")
            passing.write_text(content, encoding="utf-8", newline="\n")
            passing.replace(target)
        self._made_by = self.made_by


def put(root: Path, files: Mapping[str, Path]) -> int:
    """Copy files (name in the folder → file) that are not there, or are others; how many.

    Raises:
        StoreError: where one cannot be written.
    """
    with _plain_errors(root):
        return _put(root, files)


def _put(root: Path, files: Mapping[str, Path]) -> int:
    written = 0
    for name, source in files.items():
        target = root / name
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        passing = target.with_name(f".{secrets.token_hex(6)}.part")
        try:
            shutil.copyfile(source, passing)
            passing.replace(target)  # whoever reads it has the old one or the new one
        finally:
            passing.unlink(missing_ok=True)
        written += 1
    return written


def _read(path: Path) -> tuple[dict[str, str], str]:
    """Names of our files, each with the page that keeps it there ('' for none); and what made them."""
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(page) for name, page in content["files"].items() if _inside(str(name))}
        return files, str(content["made_by"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, ""  # no list, or a damaged one: then nothing there is ours to remove


def _inside(name: str) -> bool:
    """Somebody else may have written the list: it never makes us remove a file elsewhere."""
    parts = name.split("/")
    return len(parts) <= 2 and all(
        part not in {"", ".", ".."} and "\\" not in part and ":" not in part for part in parts
    )


class _plain_errors:  # noqa: N801  (used like a function)
    """What the file system says, as one of ours."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise StoreError(f"figures' files cannot be written to {self.root}: {error}") from error
