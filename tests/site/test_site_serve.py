# `mkdocs serve`, as its user runs it: one edit, one rebuild, of what was edited alone.

from __future__ import annotations

import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from site_project import Project, block, children

ENV = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
FILMED = "{ego: {speed: 60 km/h}, stop: {time: 0.3 s}}"
DEADLINE_S = 60


class Serve:
    """A running `mkdocs serve`, and what it says."""

    def __init__(self, project: Project) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        file = project.root / "mkdocs.yml"
        command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "serve", "-f", str(file), "-a", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENV)
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put("")

    def until(self, pattern: str) -> str:
        deadline = time.monotonic() + DEADLINE_S
        while True:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            self.said.append(line)
            assert line, f"it ended: {''.join(self.said)}"
            if re.search(pattern, line):
                return line

    def summary(self) -> str:
        """That of the next build."""
        return self.until(r"worldmodel: \d+ figures").partition("worldmodel: ")[2].rpartition(",")[0]

    def builds(self) -> int:
        return sum("Building documentation" in line for line in self.said)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self._reader.join(20)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def serve(project: Project) -> Iterator[Callable[[], Serve]]:
    running: list[Serve] = []

    def start() -> Serve:
        running.append(Serve(project))
        return running[-1]

    yield start
    for each in running:
        each.end()


def test_one_edit_is_one_rebuild_of_what_was_edited(project: Project, serve: Callable[[], Serve]) -> None:
    (project.root / "shared").mkdir()
    (project.root / "shared/cut-in.yaml").write_text("stop: {time: 1 s}\n")
    project.write("index.md", block("id: a", scenario=FILMED, film="full"))
    project.write("other.md", "```worldmodel\nid: b\nscenario: ../shared/cut-in.yaml\nfilm: none\n```\n")
    project.configure("mkdocs", options={"workers": 1, "roots": ["shared"]})
    served = serve()
    assert served.summary() == "2 figures: 2 made, 0 from store, 0 failed"
    served.until("Serving on ")
    project.write("index.md", block("id: a", scenario=FILMED.replace("0.3", "0.4"), film="full"))
    assert served.summary() == "2 figures: 1 made, 1 from store, 0 failed"
    served.until("Documentation built")
    (project.root / "shared/cut-in.yaml").write_text("stop: {time: 2 s}\n")
    assert served.summary() == "2 figures: 1 made, 1 from store, 0 failed", "files of other folders are watched too"
    served.until("Documentation built")
    project.write("other.md", "# Nothing any more\n")
    assert served.summary() == "1 figures: 0 made, 1 from store, 0 failed"
    assert served.builds() == 4, "none without an edit"


def test_a_served_site_has_films_of_low_quality_and_a_built_one_of_full(project: Project) -> None:
    project.write("index.md", block("id: a", scenario=FILMED, film="full"))
    widths = []
    for command, options in (("serve", {}), ("serve", {"serve": "full"}), ("build", {}), ("serve", {"frozen": True})):
        built = project.build(command=command, options=options)
        assert not built.warnings
        widths.append(int(built.page().first("video").attrs["width"]))
    without = project.build(command="serve", options={"serve": "none"})
    assert not without.warnings
    assert list(without.page().all("video")) == []
    low, full = widths[:2]
    assert low < full
    assert widths[2:] == [full, full]


def test_workers_live_from_one_rebuild_to_the_next(project: Project, serve: Callable[[], Serve]) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("looks for child processes in /proc")
    project.write("index.md", block("id: a", scenario=FILMED))
    project.configure("mkdocs", options={"workers": 1})
    served = serve()
    served.until("Serving on ")
    workers = children(served.process.pid)
    assert len(workers) == 1
    project.write("index.md", block("id: a", scenario=FILMED.replace("0.3", "0.4")))
    served.until("Documentation built")
    assert children(served.process.pid) == workers
    served.end()
    deadline = time.monotonic() + DEADLINE_S
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)
