# Sites that are served, and builds that are killed: one edit is one rebuild, and nothing is left half made.

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import pytest
from crawl import broken
from site_project import Project, block

from mkdocs_worldmodel.build import Store

SHORT = "{{stop: {{time: {} s}}}}"
BUILT = re.compile(r"Documentation built in")
STORE = ".cache/plugin/worldmodel"


class Serving:
    """`mkdocs serve`, and what it says."""

    def __init__(self, project: Project) -> None:
        command = [sys.executable, "-u", "-W", "ignore", "-m", "mkdocs", "serve", "-a", "localhost:0"]
        env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [*command, "-f", str(project.root / "mkdocs.yml")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip
        self.lines: queue.Queue[str] = queue.Queue()
        self.said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def until(self, words: str, seconds: float = 60.0) -> bool:
        """Wait until something is said; False if it is not."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self.said.append(self.lines.get(timeout=left))
            except queue.Empty:
                break
            if re.search(words, self.said[-1]):
                return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        finally:
            self.process.kill()
            assert self.process.stderr is not None
            self.process.stderr.close()


def outside_of_the_store(project: Project) -> dict[str, int]:
    """Files of the project, the store's aside, with the times of their last change."""
    files = (p for p in project.root.rglob("*") if p.is_file())
    return {str(p): p.stat().st_mtime_ns for p in files if STORE not in p.as_posix()}


@pytest.mark.skipif(os.name == "nt", reason="ends the server by a signal")
def test_one_edit_is_one_rebuild_and_nothing_is_written_but_to_the_store(project: Project) -> None:
    page = project.write("index.md", "# Home\n\n" + block("id: home"))
    project.write("guide/more.md", "# More\n\n" + block("id: more", scenario=SHORT.format(1)))
    project.configure("mkdocs", options={"workers": 1})
    with Serving(project) as serving:
        assert serving.until("Serving on"), serving.said
        before = outside_of_the_store(project)
        page.write_text("# Home\n\n" + block("id: home", scenario=SHORT.format(2)))
        assert serving.until(BUILT.pattern), serving.said
        after = outside_of_the_store(project)
        # Its own watcher waits for half a second of quiet, then for as long again: a second build would come by now.
        assert not serving.until("Building documentation", seconds=4.0), "it builds again"
        # a rebuild that is asked for comes alone, too
        page.write_text("# Home\n\n" + block("id: home"))
        assert serving.until(BUILT.pattern), serving.said
        made = [line for line in serving.said if "figures:" in line]
    assert {k for k in after if after[k] != before.get(k)} == {str(page)}
    assert set(before) == set(after)
    assert len(made) == 3
    assert [re.search(r"(\d+) made", line)[1] for line in made] == ["2", "1", "0"]  # type: ignore[index]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9")
def test_a_build_that_is_killed_leaves_nothing_half_made(project: Project) -> None:
    for n in range(6):
        project.write(
            f"page{n}.md", block(f"id: f{n}\ncameras: [front_wide]", scenario=SHORT.format(1 + n), film="full")
        )
    project.write("index.md", "# Home\n")
    project.configure("mkdocs", options={"workers": 2})
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "-f", str(project.root / "mkdocs.yml")]
    store = project.root / STORE
    shutil.rmtree(project.root / "site", ignore_errors=True)
    build = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    # in the middle: at least one result is there, and another one is being made
    while not (list(store.glob("objects/??/*/figure.json")) and list(store.glob("tmp/*"))):
        assert time.monotonic() < deadline
        assert build.poll() is None, "it was done before it could be killed"
        time.sleep(0.01)
    os.killpg(build.pid, signal.SIGKILL)  # workers too
    build.wait(timeout=20)
    kept = Store(store)
    whole = [p.name for p in store.glob("objects/??/*") if kept.get(p.name) is not None]
    assert whole
    assert len(whole) == len(list(store.glob("objects/??/*"))), "what is there is whole"
    built = project.build(options={"workers": 2})
    counts = [int(n) for n in re.findall(r"\d+", built.summary)]
    assert counts[0] == 6
    assert 1 <= counts[2] <= 5, "what was made before is not made again"
    assert counts[3] == 0
    assert broken(built.folder, "https://example.org/docs/") == []
    assert not [p for p in Path(built.folder).rglob("*.mp4") if p.stat().st_size == 0]
