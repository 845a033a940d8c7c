# Workers that die, are late or eat too much memory cost their own job only.

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_worldmodel.build import Jobs, JobStats
from mkdocs_worldmodel.build import child as child_module
from mkdocs_worldmodel.errors import JobError

Until = Callable[[Callable[[], object]], None]
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals or limits of POSIX")
WAIT_S = 20


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


@posix
def test_a_killed_worker_costs_its_own_job_only_and_that_is_tried_twice(tmp_path: Path) -> None:
    with Jobs(2) as jobs:
        futures = [jobs.submit(f"{n}", "sample_jobs:echo", {"value": n}) for n in range(5)]
        bad = jobs.submit("bad", "sample_jobs:die", {"file": str(tmp_path / "calls")})
        futures += [jobs.submit(f"{n}", "sample_jobs:echo", {"value": n}) for n in range(5, 10)]
        assert [future.result(WAIT_S) for future in futures] == list(range(10))
        error = bad.exception(WAIT_S)
        assert jobs.stats == JobStats(made=10, failed=1)
    assert isinstance(error, JobError)
    assert "its worker died (signal 9)" in str(error)
    first, second = lines(tmp_path / "calls")
    assert first != second


@posix
def test_a_job_that_succeeds_alone_has_succeeded(tmp_path: Path) -> None:
    with Jobs(1) as jobs:
        future = jobs.submit("k", "sample_jobs:die_once", {"file": str(tmp_path / "calls")})
        assert future.result(WAIT_S) == "second try"
        assert jobs.stats == JobStats(made=1, failed=0)


@posix
def test_the_second_try_waits_until_no_other_job_runs(tmp_path: Path, until: Until) -> None:
    calls, gate, started = tmp_path / "calls", tmp_path / "gate", tmp_path / "started"
    with Jobs(2) as jobs:
        other = jobs.submit("other", "sample_jobs:wait_for", {"file": str(gate), "started": str(started)})
        until(lambda: lines(started))
        bad = jobs.submit("bad", "sample_jobs:die", {"file": str(calls)})
        until(lambda: jobs._crew is not None and jobs._crew._again)
        # the free worker goes on with ordinary jobs meanwhile
        assert jobs.submit("more", "sample_jobs:echo", {"value": 1}).result(WAIT_S) == 1
        assert len(lines(calls)) == 1
        assert not bad.done()
        gate.touch()
        assert other.result(WAIT_S)
        assert isinstance(bad.exception(WAIT_S), JobError)
    assert len(lines(calls)) == 2


def test_close_fails_a_job_that_waits_for_its_second_try(tmp_path: Path, until: Until) -> None:
    started = tmp_path / "started"
    with Jobs(2) as jobs:
        jobs.submit("other", "sample_jobs:wait_for", {"file": str(tmp_path / "never"), "started": str(started)})
        until(lambda: lines(started))
        bad = jobs.submit("bad", "sample_jobs:die", {"file": str(tmp_path / "calls")})
        until(lambda: jobs._crew is not None and jobs._crew._again)
    assert isinstance(bad.exception(WAIT_S), JobError)
    assert len(lines(tmp_path / "calls")) == 1


def test_a_late_worker_is_killed_and_others_complete(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    # long enough for a worker's start on a busy machine; paid twice
    with Jobs(2, time_limit_s=1.5) as jobs:
        late = jobs.submit("late", "sample_jobs:be_late", {"file": str(calls)})
        others = [jobs.submit(f"{n}", "sample_jobs:echo", {"value": n}) for n in range(5)]
        assert [future.result(WAIT_S) for future in others] == list(range(5))
        error = late.exception(WAIT_S)
    assert isinstance(error, JobError)
    assert str(error) == "the job took longer than 1.5 s, also when alone"
    assert len(set(lines(calls))) == 2


@posix
def test_a_job_that_eats_memory_is_stopped_at_the_limit() -> None:
    with Jobs(1, memory_limit_bytes=200_000_000) as jobs:
        hog = jobs.submit("hog", "sample_jobs:eat_memory", {})
        other = jobs.submit("other", "sample_jobs:echo", {"value": 1})
        error = hog.exception(WAIT_S)
        assert other.result(WAIT_S) == 1
    assert isinstance(error, JobError)
    assert str(error) == "the job ran out of memory (limit 200 MB), also when alone"


def test_a_worker_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with Jobs(1) as jobs:
        error = jobs.submit("k", "sample_jobs:echo", {}).exception(WAIT_S)
    assert isinstance(error, JobError)
    assert "no worker could be started" in str(error)


def test_a_worker_that_fails_at_its_start_is_told_not_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_search_path", lambda: ["/nowhere"])
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with Jobs(1) as jobs:
        error = jobs.submit("k", "sample_jobs:echo", {}).exception(WAIT_S)
    assert isinstance(error, JobError)
    assert "its worker died (exit code 1)" in str(error)
