# The few exception types. An author's mistake carries where it is, what is wrong and what would be right.

from __future__ import annotations

from dataclasses import dataclass


class WorldModelError(Exception):
    """Root of everything that this package raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing an author got wrong."""

    message: str
    """What is wrong, with the offending value."""
    hint: str = ""
    """What would be right."""
    line: int = 0
    """Line counted from the first line of the block's body (1-based); 0 where it is the block as a whole."""
    file: str = ""
    """The file that holds the mistake, where it is not the page itself."""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SpecError(WorldModelError):
    """The author's block is wrong; carries all of its mistakes at once."""

    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: m.line))
        super().__init__("; ".join(str(m) for m in self.mistakes))


class WorldError(WorldModelError):
    """A world could not drive a valid scenario."""


class StoreError(WorldModelError):
    """The store of results cannot be used (not writable, full, not a folder)."""


class JobError(WorldModelError):
    """A job failed, ran out of its time or memory, or its worker died."""


class SetupError(WorldModelError):
    """The site's own settings do not let us work at all."""
