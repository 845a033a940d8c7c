# What a build says while it makes figures: a line for each, or one line on a terminal that leaves the log alone.

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mkdocs_worldmodel.build import Jobs
from mkdocs_worldmodel.site.live_line import cut, width
from mkdocs_worldmodel.site.progress import Progress

JOBS = Path(__file__).parents[1] / "build"
WAIT_S = 20
KEYS = [f"{n:064x}" for n in range(3)]


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    log = logging.getLogger("worldmodel-progress-test")
    log.setLevel(logging.INFO)
    log.propagate = False
    yield log
    log.handlers.clear()


@pytest.fixture
def said(log: logging.Logger) -> list[str]:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    return said


@pytest.fixture(autouse=True)
def _jobs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(JOBS))


def without_times(lines: list[str]) -> list[str]:
    out = []
    for line in lines:
        head, _, time = line.rpartition(" ")
        unit = head.rpartition(" ")[2]
        assert time == "s", line
        float(unit)
        out.append(head.removesuffix(unit).strip())
    return out


def test_elsewhere_each_made_figure_is_a_line(log: logging.Logger, said: list[str]) -> None:
    progress = Progress(log)
    with Jobs(1, time_limit_s=30, watch=progress) as jobs:
        futures = []
        for n, key in enumerate(KEYS):
            progress.here = f"guide/x.md:{n}"
            call = "sample_jobs:echo" if n < 2 else "sample_jobs:no_such_job"
            futures.append(jobs.submit(f"{key}-{n}", call, {}))
            progress.titled(key, f"Title {n}")
        for future in futures:
            future.exception(WAIT_S)
    progress.close()
    # how many there are is known when the first is done or soon after
    heads = [line.partition("] ")[0].partition("/")[0] for line in said]
    assert heads == ["[1", "[2", "[3"]
    assert [line.partition("] ")[2] for line in without_times(said)] == [
        "guide/x.md:0 Title 0,", "guide/x.md:1 Title 1,", "guide/x.md:2 Title 2, failed after",
    ]  # fmt: skip
    assert said[-1].startswith("[3/3] ")
    assert set(progress.seconds) == set(KEYS[:2])


def test_a_figure_that_is_made_before_its_title_is_known_waits_for_it(log: logging.Logger, said: list[str]) -> None:
    progress = Progress(log)
    with Jobs(0, watch=progress) as jobs:
        progress.here = "index.md:3"
        jobs.submit(f"{KEYS[0]}-0", "sample_jobs:echo", {})
        assert said == []
        progress.titled(KEYS[0], "A title\x1b[2J")
        progress.titled(KEYS[0], "Another block with the same figure")
    assert without_times(said) == ["[1/1] index.md:3 A title\N{REPLACEMENT CHARACTER}[2J,"]


def test_each_build_counts_from_one(log: logging.Logger, said: list[str]) -> None:
    progress = Progress(log)
    with Jobs(0, watch=progress) as jobs:
        for n in range(2):
            jobs.submit(f"{KEYS[0]}-{n}", "sample_jobs:echo", {})
            progress.titled(KEYS[0], "x")
            progress.close()
    assert [line.partition("]")[0] for line in said] == ["[1/1", "[1/1"]


def test_a_quiet_build_has_no_line_on_the_terminal(log: logging.Logger) -> None:
    log.setLevel(logging.ERROR)
    terminal = Terminal(log)
    progress = Progress(log)
    with Jobs(0, watch=progress) as jobs:
        jobs.submit(f"{KEYS[0]}-0", "sample_jobs:echo", {})
        progress.titled(KEYS[0], "x")
    progress.close()
    terminal.hang_up()
    assert terminal.written == ""


class Terminal:
    """A terminal, what was written to it, and what its reader sees at the end."""

    def __init__(self, log: logging.Logger, encoding: str = "utf-8") -> None:
        self.master, slave = os.openpty()
        self.stream = os.fdopen(slave, "w", encoding=encoding)
        self.handler = logging.StreamHandler(self.stream)
        self.formatter = logging.Formatter("LOG %(message)s")
        self.handler.setFormatter(self.formatter)
        log.addHandler(self.handler)
        self._bytes = b""

    def read_until(self, text: str) -> None:
        while text.encode() not in self._bytes:
            self._bytes += os.read(self.master, 65536)

    def hang_up(self) -> None:
        self.stream.write("END")
        self.stream.close()
        self.read_until("END")
        os.close(self.master)

    @property
    def written(self) -> str:
        return self._bytes.decode().removesuffix("END")

    def seen(self) -> list[str]:
        """Lines as they stand there: what follows a carriage return is written over what stood before."""
        out = []
        for line in self.written.replace("\r\n", "\n").split("\n"):
            cells: list[str] = []
            for part in line.split("\r"):
                cells[: len(part)] = part
            out.append("".join(cells).rstrip())
        return out


pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pty
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_terminal_has_one_line_that_goes_away(log: logging.Logger, tmp_path: Path, encoding: str) -> None:
    terminal = Terminal(log, encoding)
    progress = Progress(log)
    with Jobs(1, time_limit_s=30, watch=progress) as jobs:
        progress.here = "guide/cut-in.md:42"
        future = jobs.submit(f"{KEYS[0]}-0", "sample_jobs:wait_for", {"file": str(tmp_path / "go")})
        progress.titled(KEYS[0], "Lorry cuts in")
        jobs.submit(f"{KEYS[1]}-1", "sample_jobs:echo", {})
        terminal.read_until("guide/cut-in.md:42 Lorry cuts in, 0 s")
        assert "0/2 figures, 0 s" in terminal.written
        assert ("─" if encoding == "utf-8" else "----") in terminal.written
        log.warning("a.md:1: something is wrong")
        log.info("and something else")
        (tmp_path / "go").touch()
        future.result(WAIT_S)
    progress.close()
    terminal.hang_up()
    assert terminal.seen() == ["LOG a.md:1: something is wrong", "LOG and something else", ""]
    assert terminal.handler.formatter is terminal.formatter
    assert "\x1b" not in terminal.written


@pty
def test_the_line_fits_its_terminal(log: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal(log)
    progress = Progress(log)
    with Jobs(1, time_limit_s=30, watch=progress) as jobs:
        progress.here = "index.md:1"
        future = jobs.submit(f"{KEYS[0]}-0", "sample_jobs:wait_for", {"file": str(tmp_path / "go")})
        progress.titled(KEYS[0], "長い題" * 20)
        terminal.read_until("index.md:1 長い")
        (tmp_path / "go").touch()
        future.result(WAIT_S)
    progress.close()
    terminal.hang_up()
    assert all(width(part) <= 59 for part in terminal.written.split("\r"))
    assert terminal.seen() == [""]


def test_texts_are_cut_by_the_cells_they_take() -> None:
    assert cut("abc", 2) == "ab"
    assert cut("題題", 3) == "題"
    assert width("e\u0301題") == 3
    assert cut("a\x1b[2Jb\n", 9) == "a [2Jb "
