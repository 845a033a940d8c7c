from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
import sample_jobs

from mkdocs_worldmodel.build import Jobs, JobStats
from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, StoreError, WorldError

Until = Callable[[Callable[[], object]], None]
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals or limits of POSIX")
WAIT_S = 20


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # an orphan that has ended may wait a while for whoever collects it
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    with Jobs(2, time_limit_s=30) as jobs:
        yield jobs


@pytest.fixture(params=[0, 1], ids=["in process", "in a worker"])
def either(request: pytest.FixtureRequest) -> Iterator[Jobs]:
    with Jobs(request.param, time_limit_s=30) as jobs:
        yield jobs


def test_a_job_gets_json_and_gives_json(either: Jobs) -> None:
    value = {"a": (1, 2.5, None), "é": [True, "\n"]}
    future = either.submit("k", "sample_jobs:echo", {"value": value})
    assert future.result(WAIT_S) == {"a": [1, 2.5, None], "é": [True, "\n"]}
    assert either.submit("big", "sample_jobs:echo", {"value": "x" * 3_000_000}).result(WAIT_S) == "x" * 3_000_000


def test_the_same_key_is_made_once(either: Jobs, tmp_path: Path) -> None:
    args = {"file": str(tmp_path / "calls")}
    futures = [either.submit("k", "sample_jobs:note", args) for _ in range(5)]
    futures[0].result(WAIT_S)
    futures.append(either.submit("k", "sample_jobs:note", args))
    assert len(set(map(id, futures))) == 1
    assert len(lines(tmp_path / "calls")) == 1
    assert either.stats == JobStats(made=1, failed=0)


def test_an_authors_mistakes_come_back_as_they_are(either: Jobs) -> None:
    error = either.submit("k", "sample_jobs:fail", {"kind": "spec"}).exception(WAIT_S)
    assert isinstance(error, SpecError)
    assert error.mistakes == (
        Mistake("no road", line=2, file="a.yaml"),
        Mistake("unknown key `lain`", hint="did you mean `lane`?", line=7),
    )
    assert either.stats == JobStats(made=0, failed=1)


def test_our_own_errors_come_back_as_their_nearest_known_kind(either: Jobs) -> None:
    world = either.submit("w", "sample_jobs:fail", {"kind": "odd world"}).exception(WAIT_S)
    store = either.submit("s", "sample_jobs:fail", {"kind": "store"}).exception(WAIT_S)
    assert (type(world), str(world)) == (WorldError, "the road ends")
    assert (type(store), str(store)) == (StoreError, "no space")


@pytest.mark.parametrize(
    ("call", "args", "said"),
    [
        ("sample_jobs:fail", {"kind": "other"}, "ValueError: two lines"),
        ("sample_jobs:leave", {}, "SystemExit: enough"),
        ("sample_jobs:not_json", {}, "TypeError: Object of type object is not JSON serializable"),
        ("sample_jobs:echo", {"wrong": 1}, "TypeError: echo() got an unexpected keyword argument 'wrong'"),
        ("sample_jobs:missing", {}, "AttributeError: module 'sample_jobs' has no attribute 'missing'"),
        ("no_such_module:f", {}, "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_any_other_failure_is_told_in_one_line_and_traced_in_a_note(
    either: Jobs, call: str, args: dict[str, object], said: str
) -> None:
    error = either.submit("k", call, args).exception(WAIT_S)
    assert isinstance(error, JobError)
    assert str(error) == said
    assert "Traceback" in "".join(error.__notes__)


def test_a_job_that_raises_is_not_tried_again_and_its_worker_stays(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with Jobs(1) as jobs:
        before = jobs.submit("a", "sample_jobs:pid", {}).result(WAIT_S)
        jobs.submit("b", "sample_jobs:fail", {"kind": "x", "file": str(calls)}).exception(WAIT_S)
        assert jobs.submit("c", "sample_jobs:pid", {}).result(WAIT_S) == before
    assert lines(calls) == [str(before)]


def test_arguments_that_are_not_json_are_refused_at_once(either: Jobs) -> None:
    with pytest.raises(TypeError):
        either.submit("k", "sample_jobs:echo", {"value": object()})
    assert either.submit("k", "sample_jobs:echo", {"value": 1}).result(WAIT_S) == 1


def test_prints_of_libraries_do_not_get_into_the_messages(jobs: Jobs, capfd: pytest.CaptureFixture[str]) -> None:
    assert jobs.submit("k", "sample_jobs:chatter", {}).result(WAIT_S) == "heard ''"
    assert jobs.submit("l", "sample_jobs:echo", {"value": 1}).result(WAIT_S) == 1
    jobs.close()
    said = capfd.readouterr()
    assert said.out == ""
    assert "from Python\nfrom C" in said.err


def test_workers_compute_in_one_thread_and_do_not_look_for_modules_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), "", *sys.path])  # as `python -m mkdocs` leaves it
    with Jobs(1) as jobs:
        found = jobs.submit("k", "sample_jobs:surroundings", {}).result(WAIT_S)
    assert found["threads"] == "1"
    assert not {"", str(tmp_path)} & set(found["path"])


def test_jobs_start_in_order_and_no_more_workers_than_there_is_work_for(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with Jobs(1) as jobs:
        futures = [jobs.submit(f"{n}", "sample_jobs:echo", {"value": n}) for n in range(20)]
        done: list[int] = []
        for future in futures:
            future.add_done_callback(lambda f: done.append(f.result()))
        futures[-1].result(WAIT_S)
    assert done == list(range(20))
    with Jobs(4) as jobs:
        for n in range(4):
            jobs.submit(f"{n}", "sample_jobs:note", {"file": str(calls)}).result(WAIT_S)
            assert jobs._crew is not None
            if n == 0:
                assert len(jobs._crew._threads) == 1
    assert len(lines(calls)) == 4


def test_two_workers_work_at_the_same_time(jobs: Jobs, tmp_path: Path) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    a = jobs.submit("a", "sample_jobs:wait_for", {"file": two, "started": one})
    b = jobs.submit("b", "sample_jobs:wait_for", {"file": one, "started": two})
    assert a.result(WAIT_S)
    assert b.result(WAIT_S)


def test_two_crews_do_not_disturb_each_other(jobs: Jobs) -> None:
    with Jobs(1) as others:
        mine = jobs.submit("k", "sample_jobs:pid", {})
        theirs = others.submit("k", "sample_jobs:pid", {})
        assert mine.result(WAIT_S) != theirs.result(WAIT_S)
    assert jobs.submit("l", "sample_jobs:echo", {"value": 1}).result(WAIT_S) == 1


def test_the_number_of_workers_is_that_of_the_cores_or_the_one_asked_for() -> None:
    assert 1 <= Jobs("auto").workers <= 8
    assert Jobs(3).workers == 3
    with pytest.raises(ValueError, match="workers is -1"):
        Jobs(-1)


def test_in_process_means_in_this_process_and_at_once() -> None:
    future = Jobs(0).submit("k", "sample_jobs:pid", {})
    assert future.done()
    assert future.result() == os.getpid()


def test_in_process_keeps_the_original_exception_for_debuggers() -> None:
    error = Jobs(0).submit("k", "sample_jobs:fail", {"kind": "x"}).exception()
    assert error is not None
    assert isinstance(error.__cause__, ValueError)


def test_ctrl_c_in_process_gets_through_and_leaves_no_waiting_future(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sample_jobs, "pid", interrupt)
    jobs = Jobs(0)
    with pytest.raises(KeyboardInterrupt):
        jobs.submit("k", "sample_jobs:pid", {})
    assert isinstance(jobs.submit("k", "sample_jobs:pid", {}).exception(0), JobError)


def test_close_cancels_what_waits_fails_what_runs_and_leaves_no_process(tmp_path: Path, until: Until) -> None:
    started = tmp_path / "started"
    jobs = Jobs(1)
    stuck = {"file": str(tmp_path / "never"), "started": str(started)}
    running = jobs.submit("a", "sample_jobs:wait_for", stuck)
    waiting = [jobs.submit(f"{n}", "sample_jobs:echo", {}) for n in range(5)]
    until(lambda: lines(started))
    jobs.close()
    jobs.close()
    assert isinstance(running.exception(WAIT_S), JobError)
    assert str(running.exception()) == "the build ended before the job did"
    for future in waiting:
        assert future.cancelled()
        with pytest.raises(CancelledError):
            future.result(WAIT_S)
    assert not lives(int(lines(started)[0]))
    assert not [thread for thread in threading.enumerate() if thread.name == "worldmodel"]


def test_after_close_the_next_build_starts_afresh(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with Jobs(1) as jobs:
        first = jobs.submit("k", "sample_jobs:note", {"file": str(calls)}).result(WAIT_S)
        jobs.close()
        assert jobs.stats == JobStats(made=1, failed=0)
        second = jobs.submit("k", "sample_jobs:note", {"file": str(calls)}).result(WAIT_S)
        assert jobs.stats == JobStats(made=1, failed=0)
    assert lines(calls) == [str(first), str(second)]
    assert first != second


def test_a_job_that_its_caller_cancelled_is_skipped_and_can_be_wanted_again(tmp_path: Path, until: Until) -> None:
    gate, started, calls = tmp_path / "gate", tmp_path / "started", tmp_path / "calls"
    with Jobs(1) as jobs:
        first = jobs.submit("a", "sample_jobs:wait_for", {"file": str(gate), "started": str(started)})
        until(lambda: lines(started))
        dropped = jobs.submit("b", "sample_jobs:note", {"file": str(calls)})
        assert dropped.cancel()
        again = jobs.submit("b", "sample_jobs:note", {"file": str(calls)})
        gate.touch()
        assert first.result(WAIT_S)
        again.result(WAIT_S)
    assert len(lines(calls)) == 1


def test_jobs_that_nobody_holds_any_more_end_their_workers(until: Until) -> None:
    jobs = Jobs(1)
    pid = jobs.submit("k", "sample_jobs:pid", {}).result(WAIT_S)
    assert lives(pid)
    del jobs
    until(lambda: not lives(pid))


FORGETFUL = """
import sys, sample_jobs
from mkdocs_worldmodel.build import Jobs
jobs = Jobs(2)
jobs.submit("a", "sample_jobs:be_late", {"file": sys.argv[1]})
pid = jobs.submit("b", "sample_jobs:pid", {}).result(20)
print(pid, flush=True)
sys.stdin.read()
"""


def forgetful(tmp_path: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", FORGETFUL, str(tmp_path / "late")]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


@posix
@pytest.mark.parametrize("how", ["exit", "kill -9", "ctrl-c"])
def test_no_worker_outlives_its_parent(tmp_path: Path, until: Until, how: str) -> None:
    import signal

    with forgetful(tmp_path) as parent:
        assert parent.stdout is not None
        idle = int(parent.stdout.readline())
        until(lambda: lines(tmp_path / "late"))
        busy = int(lines(tmp_path / "late")[0])
        assert lives(idle)
        assert lives(busy)
        if how != "exit":
            parent.send_signal(signal.SIGKILL if how == "kill -9" else signal.SIGINT)
        _, said = parent.communicate(timeout=WAIT_S)
    until(lambda: not lives(idle) and not lives(busy))
    assert said.count("Traceback") == (1 if how == "ctrl-c" else 0), said
