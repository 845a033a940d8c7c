# Jobs: work that is wanted, each piece once, done side by side in worker processes.

from __future__ import annotations

import json
import os
import threading
import weakref
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, Self

from mkdocs_worldmodel.build.crew import Crew, Job
from mkdocs_worldmodel.build.messages import describe, pack, rebuild
from mkdocs_worldmodel.build.watch import Watch, Watched
from mkdocs_worldmodel.errors import JobError

MOST_WORKERS = 8
"""`auto` stops here: beyond it, memory and disk are the limit on the machines that build sites."""


@dataclass(frozen=True, slots=True)
class JobStats:
    """What became of the jobs since the first one after the last `close`."""

    made: int
    failed: int


class Jobs:
    """
    Runs functions by name in worker processes, each key once.

    Workers start with the first job and live until `close`; the next job after that starts new ones. Results and
    arguments are JSON; what is large goes into the store.
    """

    def __init__(
        self,
        workers: int | Literal["auto"] = "auto",
        *,
        time_limit_s: float | None = 120.0,
        memory_limit_bytes: int | None = 2_000_000_000,
        watch: Watch | None = None,
    ) -> None:
        """
        Start nothing yet.

        Args:
            workers: How many processes at most; `auto` is one per core; 0 works in this process, without limits.
            time_limit_s: How long a job may take, its worker's start included [s].
            memory_limit_bytes: How much memory a worker may allocate (not enforced on Windows and macOS).
            watch: Who is told how far the jobs are.
        """
        self.workers = _cores() if workers == "auto" else workers
        if self.workers < 0:
            raise ValueError(f"workers is {workers}; it must be 0 or more")
        self._time_limit_s = time_limit_s
        self._memory_limit_bytes = memory_limit_bytes
        self._watch = watch
        self._lock = threading.RLock()
        self._futures: dict[str, Future[Any]] = {}
        self._closed = False
        self._crew: Crew | None = None
        self._last_resort: weakref.finalize[..., Jobs] | None = None

    def submit(self, key: str, call: str, args: dict[str, Any]) -> Future[Any]:
        """
        Want the result of `package.module:function` called with the arguments; return its future.

        A key that was submitted since the last `close` gets the same future again, failed or not; only a cancelled
        one is made anew. The future's exception is one of ours: what the job raised if that was, else a `JobError`.
        """
        with self._lock:
            if self._closed:
                self._futures, self._closed = {}, False
            known = self._futures.get(key)
            if known is not None and not known.cancelled():
                return known
            request = {"call": call, "args": args, "memory_bytes": self._memory_limit_bytes}
            packed = pack(request)
            future: Future[Any] = Future() if self._watch is None else Watched(key, self._watch)
            self._futures[key] = future
            if self.workers:
                self._started_crew().add(Job(packed, future))
        if not self.workers:
            _run_here(call, args, future)
        return future

    @property
    def stats(self) -> JobStats:
        with self._lock:
            ended = [f for f in self._futures.values() if f.done() and not f.cancelled()]
        failed = sum(f.exception() is not None for f in ended)
        return JobStats(made=len(ended) - failed, failed=failed)

    def close(self) -> None:
        """End the workers, cancel what waits, fail what runs; may be called twice. No process is left behind."""
        with self._lock:
            crew, end = self._crew, self._last_resort
            self._crew, self._last_resort = None, None
            self._closed = True
        if crew is not None and end is not None:
            end()  # calls `crew.end`, and is done with
            crew.join(timeout_s=5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started_crew(self) -> Crew:
        if self._crew is None:
            self._crew = Crew(self.workers, self._time_limit_s, self._memory_limit_bytes)
            # whoever forgets to close: at the interpreter's exit, or when nobody holds these jobs any more
            self._last_resort = weakref.finalize(self, self._crew.end)
        return self._crew


class NoJobs(Jobs):
    """Jobs of a build that only uses what the store has: each fails at once, and says why."""

    def __init__(self, why: str) -> None:
        super().__init__(0)
        self._why = why

    def submit(self, key: str, call: str, args: dict[str, Any]) -> Future[Any]:  # noqa: ARG002  (the face of jobs)
        future: Future[Any] = Future()
        future.set_exception(JobError(self._why))
        return future


def _run_here(call: str, args: dict[str, Any], future: Future[Any]) -> None:
    """Do a job in this process, to the same effect as in a worker: JSON in and out, the same exceptions."""
    from mkdocs_worldmodel.build.worker import perform  # not above: see __init__.py

    future.set_running_or_notify_cancel()
    try:
        future.set_result(json.loads(json.dumps(perform(call, json.loads(json.dumps(args))))))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as in a worker: a job's failure belongs to its future
        told = rebuild(describe(error))
        told.__cause__ = error
        future.set_exception(told)
    except BaseException:  # Ctrl-C: nobody shall wait for this one
        future.set_exception(JobError("the build was stopped"))
        raise


def _cores() -> int:
    """Return how many cores this process may use, at most `MOST_WORKERS`."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        count = os.process_cpu_count()
    elif hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count()
    return max(1, min(count or 1, MOST_WORKERS))
