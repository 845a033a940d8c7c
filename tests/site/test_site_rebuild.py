# Again and again: what is made anew and what is not, by one worker or more, undisturbed or not.

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from site_project import Built, Project, block, children, quiet

from mkdocs_worldmodel.build import Store

SHORT = "{{stop: {{time: {} s}}}}"
ENV = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}


def three(project: Project) -> None:
    for n in (1, 2, 3):
        project.write(f"page{n}.md", f"# {n}\n\n" + block(f"title: Figure {n}", scenario=SHORT.format(n)))
    project.write("index.md", "# Home\n")


def test_second_build_makes_nothing_and_a_change_what_it_concerns(project: Project) -> None:
    three(project)
    assert project.build().summary == "3 figures: 3 made, 0 from store, 0 failed"
    assert project.build().summary == "3 figures: 0 made, 3 from store, 0 failed"
    project.write("page1.md", "# 1\n\n" + block("title: Renamed\ncaption: New.  # why", scenario=SHORT.format(1)))
    assert project.build().summary == "3 figures: 0 made, 3 from store, 0 failed"
    project.write("page2.md", "# 2\n\n" + block("title: Figure 2", scenario=SHORT.format(4)))
    assert project.build().summary == "3 figures: 1 made, 2 from store, 0 failed"


def test_equal_figures_with_other_words_are_made_once(project: Project) -> None:
    project.write("index.md", block("title: A") + "\n" + block("title: B") + "\n" + block("title: A"))
    assert project.build().summary == "3 figures: 1 made, 2 from store, 0 failed"


def test_any_number_of_workers_gives_the_same_bytes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    three(project)
    project.write("bad.md", block("titel: Wrong"))
    sites = []
    for workers in (0, 1, 2):
        built = project.build(site=f"site{workers}", options={"workers": workers, "store_dir": f"store{workers}"})
        assert built.summary == "4 figures: 3 made, 0 from store, 1 failed"
        sites.append(built.files())
    assert sites[1] == sites[0]
    assert sites[2] == sites[0]


def test_a_worker_without_enough_memory_costs_its_figure(project: Project) -> None:
    project.write("index.md", "# Home\n\n" + block("id: ours"))
    built = project.build(options={"workers": 1, "memory_limit": 8})
    assert built.summary == "1 figures: 0 made, 0 from store, 1 failed"
    assert len(built.warnings) == 1
    assert built.warnings[0].startswith("index.md:3: ")
    assert built.page().first(id="ours" if list(built.page().all(id="ours")) else "scenario").classes == [
        "wm",
        "wm-error",
    ]
    assert project.build(options={"workers": 1}).summary == "1 figures: 1 made, 0 from store, 0 failed"


def test_a_late_worker_costs_its_figure(project: Project) -> None:
    project.write("index.md", block("id: ours"))
    built = project.build(options={"workers": 1, "time_limit": 0.01})
    assert built.summary == "1 figures: 0 made, 0 from store, 1 failed"
    assert re.match(r"index\.md:1: .*took longer than 0.01 s", built.warnings[0])


def start(project: Project, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "-f", str(project.root / "mkdocs.yml"), *args]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENV)


def test_two_builds_at_once_share_a_store(project: Project) -> None:
    three(project)
    project.configure("mkdocs", options={"workers": 1})
    builds = [start(project, "--strict", "-d", str(project.root / f"site{n}")) for n in (1, 2)]
    for build in builds:
        _, told = build.communicate(timeout=60)
        assert build.returncode == 0, told
    assert sound(project)
    assert project.build(options={"workers": 1}).summary == "3 figures: 0 made, 3 from store, 0 failed"


def sound(project: Project) -> int:
    """Entries of the store, all whole."""
    root = project.root / ".cache/plugin/worldmodel"
    store = Store(root)
    keys = [p.name for p in (root / "objects").glob("??/*")]
    assert all(store.get(key) is not None for key in keys)
    return len(keys)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for child processes in /proc")
def test_ctrl_c_ends_the_build_and_its_workers(project: Project) -> None:
    for n in range(8):
        project.write(f"page{n}.md", block(scenario=SHORT.format(100 + n), film="full"))
    project.write("index.md", block())
    project.configure("mkdocs", options={"workers": 2})
    build = start(project)
    deadline = time.monotonic() + 30
    while len(children(build.pid)) < 2 or not list((project.root / ".cache").glob("plugin/worldmodel/tmp/*")):
        assert time.monotonic() < deadline
        assert build.poll() is None
        time.sleep(0.02)
    workers = children(build.pid)
    build.send_signal(signal.SIGINT)
    begun = time.monotonic()
    build.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert build.returncode != 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}/cmdline").exists() and b"worldmodel" in cmdline(pid)]
    sound(project)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for child processes in /proc")
def test_a_build_that_is_killed_leaves_a_sound_store_and_no_worker(project: Project) -> None:
    for n in range(4):
        project.write(f"page{n}.md", block(scenario=SHORT.format(3 + n), film="low"))
    project.write("index.md", block(scenario=SHORT.format(1)))
    project.configure("mkdocs", options={"workers": 2})
    build = start(project)
    store = project.root / ".cache/plugin/worldmodel"
    deadline = time.monotonic() + 60
    # some are made, others are being made
    while not list(store.glob("objects/??/*/figure.json")) or not list(store.glob("tmp/*/*")):
        assert time.monotonic() < deadline
        assert build.poll() is None
        time.sleep(0.005)
    workers = children(build.pid)
    build.kill()
    build.communicate(timeout=20)
    while [pid for pid in workers if b"worldmodel" in cmdline(pid)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert sound(project)
    built = project.build(options={"workers": 2})
    assert not built.warnings
    assert int(built.summary.split(" from store")[0].rpartition(" ")[2]) >= 1, "what was made is kept"


def test_a_store_serves_the_same_site_in_another_folder(project: Project) -> None:
    three(project)
    project.write("guide/cut-in.yaml", "stop: {time: 4 s}\n")
    project.write("guide/page.md", "```worldmodel\nscenario: cut-in.yaml\nfilm: none\n```\n")
    assert project.build().summary == "4 figures: 4 made, 0 from store, 0 failed"
    elsewhere = Project(project.root.parent / "elsewhere")
    shutil.copytree(project.root, elsewhere.root, dirs_exist_ok=True)
    shutil.rmtree(project.root)
    assert elsewhere.build(options={"frozen": True}).summary == "4 figures: 0 made, 4 from store, 0 failed"


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Served:
    """A served site: one plugin object over all rebuilds."""

    def __init__(self, project: Project) -> None:
        self.project, self.file = project, project.configure("mkdocs")
        self.config = self.load()
        self.config.plugins.on_startup(command="serve", dirty=False)

    def load(self):
        from mkdocs.config import load_config

        return load_config(str(self.file), site_dir=str(self.project.root / "site"))

    def build(self) -> Built:
        from mkdocs.commands.build import build

        with quiet() as records:
            self.config = self.load()
            build(self.config, serve_url="http://localhost:8000/")
        return Built(self.project.root / "site", records, 0.0)


def test_serving_makes_only_what_was_edited(project: Project) -> None:
    project.write("cut-in.yaml", "ego: {speed: 10 m/s}\nstop: {time: 1 s}\n")
    project.write("index.md", "```worldmodel\nid: from-file\nscenario: cut-in.yaml\nfilm: none\n```\n")
    project.write(
        "other.md", block("id: a", scenario=SHORT.format(2)) + "\n" + block("id: b", scenario=SHORT.format(3))
    )
    served = Served(project)
    try:
        assert served.build().summary == "3 figures: 3 made, 0 from store, 0 failed"
        assert served.build().summary == "3 figures: 0 made, 3 from store, 0 failed"
        project.write("cut-in.yaml", "ego: {speed: 12 m/s}\nstop: {time: 1 s}\n")
        built = served.build()
        assert built.summary == "3 figures: 1 made, 2 from store, 0 failed"
        assert "43 km/h" in built.page().first(id="from-file").text
        project.write(
            "other.md", block("id: a", scenario=SHORT.format(2)) + "\n" + block("id: b", scenario=SHORT.format(4))
        )
        assert served.build().summary == "3 figures: 1 made, 2 from store, 0 failed"
        project.write("other.md", block("id: a\ntitel: x", scenario=SHORT.format(2)))
        built = served.build()
        assert built.summary == "2 figures: 0 made, 1 from store, 1 failed"
        assert len(built.warnings) == 1
    finally:
        served.config.plugins.on_shutdown()


def test_serving_survives_a_store_that_is_cleared_meanwhile(project: Project) -> None:
    project.write("index.md", block("id: a"))
    served = Served(project)
    try:
        assert served.build().summary == "1 figures: 1 made, 0 from store, 0 failed"
        Store(project.root / ".cache/plugin/worldmodel").clear()
        assert served.build().summary == "1 figures: 1 made, 0 from store, 0 failed"
    finally:
        served.config.plugins.on_shutdown()
