# A crew: some workers, one thread for each, and the queue of jobs before them. It lives from a build's first missing
# result to the end of that build; then it is ended for good and the next build gets a new one.

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from mkdocs_worldmodel.build.child import Child, LostError
from mkdocs_worldmodel.build.messages import OUT_OF_MEMORY, rebuild
from mkdocs_worldmodel.errors import JobError


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A packed request and the future that waits for its result."""

    request: bytes
    future: Future[Any]


class Crew:
    """
    At most `size` workers that take jobs in the order of their coming.

    A job whose worker dies, is late or runs out of memory is tried once more, alone: in a fresh worker, while no
    other job runs, and after all others, so that a job that may fail again holds up nobody.
    """

    def __init__(self, size: int, time_limit_s: float | None, memory_limit_bytes: int | None) -> None:
        self._size = size
        self._time_limit_s = time_limit_s
        self._memory_limit_bytes = memory_limit_bytes
        self._changed = threading.Condition()  # guards all below
        self._queue: deque[Job] = deque()
        self._again: deque[Job] = deque()
        self._running = 0
        self._one_alone = False
        self._ended = False
        self._children: list[Child] = []
        self._threads: list[threading.Thread] = []

    def add(self, job: Job) -> None:
        """Queue a job; start one more worker if all are busy and there may be more."""
        with self._changed:
            self._queue.append(job)
            free = len(self._threads) - self._running
            if free < len(self._queue) and len(self._threads) < self._size:
                child = Child()
                thread = threading.Thread(target=self._work, args=(child,), name="worldmodel", daemon=True)
                self._children.append(child)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def end(self) -> None:
        """End all workers and cancel what waits; returns at once, may be called twice and from any thread."""
        with self._changed:
            self._ended = True
            waiting, again = list(self._queue), list(self._again)
            self._queue.clear()
            self._again.clear()
            self._changed.notify_all()
        for child in self._children:
            child.end()
        for job in waiting:
            if job.future.cancel():
                job.future.set_running_or_notify_cancel()
        for job in again:
            job.future.set_exception(_build_ended())

    def join(self, timeout_s: float) -> None:
        """After `end`: wait until the processes are gone."""
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s)

    def _work(self, child: Child) -> None:
        while (taken := self._next()) is not None:
            job, alone = taken
            if alone:
                child.replace()  # what earlier jobs left behind in the worker must not fail this one again
            try:
                self._run(child, job, alone)
            except Exception as error:  # noqa: BLE001 - a mistake of ours, but somebody waits for this future
                job.future.set_exception(error)
            with self._changed:
                self._running -= 1
                self._one_alone = False
                self._changed.notify_all()
        child.replace()

    def _next(self) -> tuple[Job, bool] | None:
        """Wait for a job; return it and whether it runs alone, or None at the end."""
        with self._changed:
            while not self._ended:
                if self._queue and not self._one_alone:
                    job = self._queue.popleft()
                    if not job.future.set_running_or_notify_cancel():
                        continue
                    self._running += 1
                    return job, False
                if self._again and not self._running:
                    self._running += 1
                    self._one_alone = True
                    return self._again.popleft(), True
                self._changed.wait()
        return None

    def _run(self, child: Child, job: Job, last: bool) -> None:
        """Do a job and settle its future, or queue it for its second try."""
        try:
            reply = child.ask(job.request, self._time_limit_s)
            if reply.get("error", {}).get("type") == OUT_OF_MEMORY:
                child.replace()  # whatever still fills its memory goes with it
                raise LostError(f"ran out of memory{self._limit()}")
        except LostError as lost:
            with self._changed:
                ended = self._ended
                if not ended and not last:
                    self._again.append(job)
                    return
            job.future.set_exception(_build_ended() if ended else JobError(f"the job {lost}, also when alone"))
            return
        if "error" in reply:
            job.future.set_exception(rebuild(reply["error"]))
        else:
            job.future.set_result(reply["result"])

    def _limit(self) -> str:
        limit = self._memory_limit_bytes
        if limit is None:
            return ""
        return f" (limit {limit / 1e9:.3g} GB)" if limit >= 1e9 else f" (limit {limit / 1e6:.3g} MB)"


def _build_ended() -> JobError:
    return JobError("the build ended before the job did")
