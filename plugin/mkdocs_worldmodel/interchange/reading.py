# Reading a stranger's file: its mistakes are collected, so that an author sees them all at once, and so is what was
# passed over.

from __future__ import annotations

from mkdocs_worldmodel.errors import Mistake, SpecError

_MOST_SAID = 20
"""Mistakes of one file that are said; more of them help nobody."""


_MOST_NOTES = 100


class Reading:
    """A file on its way to be read.

    Attributes:
        file: how the file is called in messages.
        notes: what the file says and nothing was made of, for people.
    """

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.notes: list[str] = []
        self._mistakes: list[Mistake] = []
        self._more = 0

    def wrong(self, line: int, message: str, hint: str = "") -> None:
        """Note a mistake in a line."""
        if len(self._mistakes) < _MOST_SAID:
            self._mistakes.append(Mistake(message, hint, line, self.file))
        else:
            self._more += 1

    def note(self, text: str) -> None:
        """Note, once, that something was passed over."""
        if len(self.notes) < _MOST_NOTES and text not in self.notes:
            self.notes.append(text)

    def check(self) -> None:
        """Go on only without mistakes.

        Raises:
            SpecError: with those that were noted.
        """
        if not self._mistakes:
            return
        said = list(self._mistakes)
        if self._more:
            said.append(Mistake(f"and {self._more} more mistakes", "", max(each.line for each in said), self.file))
        raise SpecError(*said)
