# Where each value of a block was written: in the page, in a scenario file, in the defaults.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mkdocs_worldmodel.errors import Mistake
from mkdocs_worldmodel.spec.text import Document, KeyPath


class Sources:
    """Tells for a key where it was written."""

    def __init__(self) -> None:
        self._at: dict[KeyPath, tuple[str, int]] = {}

    def note(self, document: Document, under: KeyPath, file: str) -> None:
        """Note the lines of a document whose values stand under a key path of the block."""
        for path, line in document.lines.items():
            self._at[(*under, *path)] = (file, line)

    def note_default(self, values: Mapping[str, Any], under: KeyPath, name: str) -> None:
        """Note defaults, whose lines are not known."""
        for key, value in values.items():
            path = (*under, str(key))
            self._at[path] = (name, 0)
            if isinstance(value, Mapping):
                self.note_default(value, path, name)

    def only(self, *names: str) -> Sources:
        """Of the keys that stand under some of the block's own."""
        some = Sources()
        some._at = {path: at for path, at in self._at.items() if path and path[0] in names}
        return some

    def knows(self, path: KeyPath) -> bool:
        """Whether somebody wrote a value there."""
        return path in self._at

    def as_written(self, path: KeyPath) -> KeyPath:
        """The key under which an author wrote a value; it may have been put elsewhere before it was checked."""
        return path

    def mistake(self, path: KeyPath, message: str, hint: str = "") -> Mistake:
        """A mistake at a key, or at the nearest key around it."""
        while path and path not in self._at:
            path = path[:-1]
        file, line = self._at.get(path, ("", 0))
        return Mistake(message, hint, line, file)
