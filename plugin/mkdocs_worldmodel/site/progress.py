# What a build says while figures are made: one live line on a terminal, elsewhere a line for each made figure.

from __future__ import annotations

import logging
import threading
import time

from mkdocs_worldmodel.site.live_line import LiveLine

_BAR = 16
"""Cells of the bar."""


class Progress:
    """Watches a build's jobs. A job's name begins with the key of its figure: `<key>-<n>`."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self.here = ""
        """Where the block stands that is being ordered: 'guide/x.md:42'."""
        self.seconds: dict[str, float] = {}
        """Figure key → how long it took to make [s]."""
        self._lock = threading.RLock()  # guards all below; never held while the log or the terminal is written
        self._wanted = self._ended = 0
        self._since = 0.0
        self._names: dict[str, str] = {}
        """Figure key → where it stands, and its title once that is known."""
        self._titled: set[str] = set()
        self._running: dict[str, float] = {}
        """Figure key → when it began."""
        self._untold: dict[str, tuple[int, int, str]] = {}
        """Figures without a title yet: where there are no workers, they are made while they are ordered."""
        self._line: LiveLine | None = None

    # -- what jobs tell ------------------------------------------------------------------------------------

    def wanted(self, key: str) -> None:
        with self._lock:
            if not self._wanted:
                self._since = time.monotonic()
            self._wanted += 1
            self._names.setdefault(_figure(key), self.here)
            if self._line is None and self._log.isEnabledFor(logging.INFO):
                self._line = LiveLine.on_terminal(self._log, self.now)

    def began(self, key: str) -> None:
        with self._lock:
            self._running[_figure(key)] = time.monotonic()

    def ended(self, key: str, seconds: float, *, failed: bool) -> None:
        figure = _figure(key)
        with self._lock:
            self._running.pop(figure, None)
            self._ended += 1
            if not failed:
                self.seconds[figure] = seconds
            told = self._ended, self._wanted, f"failed after {seconds:.1f} s" if failed else f"{seconds:.1f} s"
            if self._line is not None:
                return
            if figure not in self._titled:
                self._untold[figure] = told
                return
        self._tell(figure, *told)

    # -- what the build tells ------------------------------------------------------------------------------

    def titled(self, figure: str, title: str) -> None:
        """Say what the figure of a key is called, as soon as that is known."""
        with self._lock:
            if figure not in self._names or figure in self._titled:
                return
            self._titled.add(figure)
            self._names[figure] = f"{self._names[figure]} {title}".strip()
            told = self._untold.pop(figure, None)
        if told is not None:
            self._tell(figure, *told)

    def close(self) -> None:
        """The build's figures are made: take the live line away. What is made later begins a new count."""
        with self._lock:
            line, self._line = self._line, None
            self._wanted = self._ended = 0
            for each in (self._names, self._titled, self._running, self._untold):
                each.clear()
        if line is not None:
            line.end()

    # -- what is said --------------------------------------------------------------------------------------

    def now(self) -> str:
        """The live line: how many of how many, since when, and what is being made for how long."""
        with self._lock:
            if not self._running:
                return ""
            now = time.monotonic()
            figure, began = min(self._running.items(), key=lambda item: item[1])
            more = f" (and {len(self._running) - 1} more)" if len(self._running) > 1 else ""
            full = round(_BAR * self._ended / self._wanted)
            bar = "━" * full + "─" * (_BAR - full)
            elapsed = f"{self._ended}/{self._wanted} figures, {now - self._since:.0f} s"
            return f"{bar} {elapsed}: {self._names[figure]}, {now - began:.0f} s{more}"

    def _tell(self, figure: str, number: int, of: int, took: str) -> None:
        with self._lock:
            name = self._names.get(figure, "")
        self._log.info("[%d/%d] %s, %s", number, of, printable(name), took)


def printable(text: str) -> str:
    """An author's text may hold what moves a terminal's cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _figure(job: str) -> str:
    return job.partition("-")[0]
