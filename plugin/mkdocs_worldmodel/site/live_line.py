# A line at the end of a terminal that is drawn again and again, and a log that goes on above it: each message wipes
# the line first, under the lock of the handler that writes both. No escape sequences: old consoles show them.

from __future__ import annotations

import logging
import shutil
import threading
import unicodedata
from collections.abc import Callable
from typing import TextIO

_TICK_S = 0.2
_ASCII = str.maketrans({"━": "=", "─": "-"})


class LiveLine:
    """Draws what `text` returns, five times a second, until `end`."""

    def __init__(self, handler: logging.StreamHandler[TextIO], text: Callable[[], str]) -> None:
        self._handler, self._text = handler, text
        self._shown = ""
        """What stands on the terminal's last line now."""
        self._ended = threading.Event()
        self._formatter = handler.formatter
        handler.setFormatter(_Wiping(handler.formatter or logging.Formatter(), self._wipe))
        self._thread = threading.Thread(target=self._draw, name="worldmodel-progress", daemon=True)
        self._thread.start()

    @classmethod
    def on_terminal(cls, log: logging.Logger, text: Callable[[], str]) -> LiveLine | None:
        """A line on the terminal that the log is written to; None where it is written elsewhere."""
        at: logging.Logger | None = log
        while at is not None:
            for handler in at.handlers:
                if isinstance(handler, logging.StreamHandler) and _is_terminal(handler.stream):
                    return cls(handler, text)
            at = at.parent if at.propagate else None
        return None

    def end(self) -> None:
        """Take the line off the terminal for good."""
        self._ended.set()
        self._thread.join()
        self._handler.setFormatter(self._formatter)

    def _draw(self) -> None:
        while not self._ended.wait(_TICK_S):
            self._put(self._text())
        self._put("")

    def _put(self, text: str) -> None:
        stream = self._handler.stream
        columns = shutil.get_terminal_size().columns
        text = cut(_in_its_letters(text, stream), columns - 1)  # a full line would scroll
        self._handler.acquire()
        try:
            if text != self._shown:
                rest = " " * (width(self._shown) - width(text))
                stream.write(f"\r{text}{rest}" if text else self._wipe())
                stream.flush()
                self._shown = text
        except (OSError, ValueError):  # the terminal is gone; the log will notice by itself
            self._ended.set()
        finally:
            self._handler.release()

    def _wipe(self) -> str:
        """What is written to get the line away; called under the handler's lock."""
        shown, self._shown = self._shown, ""
        return f"\r{' ' * width(shown)}\r" if shown else ""


class _Wiping(logging.Formatter):
    """Formats as another formatter does, and wipes the live line off before."""

    def __init__(self, inner: logging.Formatter, wipe: Callable[[], str]) -> None:
        super().__init__()
        self._inner, self._wipe = inner, wipe

    def format(self, record: logging.LogRecord) -> str:
        return self._wipe() + self._inner.format(record)


def width(text: str) -> int:
    """Cells that a text takes on a terminal."""
    return sum(_cells(c) for c in text)


def cut(text: str, cells: int) -> str:
    """A text without what a terminal cannot show in its line, and no wider than `cells`."""
    out, left = [], cells
    for c in text:
        c = c if c.isprintable() else " "  # noqa: PLW2901
        if (left := left - _cells(c)) < 0:
            break
        out.append(c)
    return "".join(out)


def _cells(c: str) -> int:
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # a stream that is none, or is closed
        return False


def _in_its_letters(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text
