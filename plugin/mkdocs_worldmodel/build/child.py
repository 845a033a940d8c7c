# One worker as its parent sees it: started when first needed, asked one thing at a time, killed when it is late.

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.build.messages import read_message
from mkdocs_worldmodel.errors import JobError

# Workers are the parallelism; more threads inside each would fight over the cores, and with several threads sums
# come out in another order, so results would depend on the machine.
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class LostError(Exception):
    """The worker gave no answer; the message says why, in words that follow "the job"."""


class Child:
    """A worker process; belongs to one thread, except for `end`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def ask(self, request: bytes, time_limit_s: float | None) -> dict[str, Any]:
        """
        Send a packed request and return the reply, starting the process if there is none.

        Raises:
            LostError: The process died or was late; the next `ask` starts another.
            JobError: No process could be started.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        # a timer and a plain read, not select(): that does not know pipes on Windows
        timer = threading.Timer(time_limit_s or 0.0, stop)
        timer.daemon = True
        if time_limit_s is not None:
            timer.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            reply: dict[str, Any] = read_message(process.stdout)
        except (OSError, EOFError) as error:
            if late.is_set():
                self.replace()
                raise LostError(f"took longer than {time_limit_s:g} s") from error
            # it is ending by itself, and how it does is what the reader wants to know
            raise LostError(_death(self.replace(grace_s=1.0))) from error
        finally:
            timer.cancel()
            if timer.is_alive():
                timer.join()  # else it might still kill the process in the middle of the next job
        if late.is_set():  # the answer came at the last moment; it counts, the process does not live on
            self.replace()
        return reply

    def replace(self, grace_s: float = 0.0) -> int | None:
        """Kill the process, so that the next `ask` starts another; return how the old one ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
        process.kill()
        status = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # closing flushes, and nobody listens any more
                    pipe.close()
        return status

    def end(self) -> None:
        """
        End the process for good, from any thread.

        It is killed even when idle: it has nothing to tidy up, since the store bears a kill at any moment. No lock:
        either `_process` is already seen here, or `_ended` is seen by `_start`.
        """
        self._ended = True
        if self._process is not None:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._ended:
            raise LostError("was not started")
        environment = os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": os.pathsep.join(_search_path())}
        # -P: the current folder, often a docs folder with a `calendar.py` in it, is nobody's library.
        # faulthandler: a crash in a C library leaves at least a trace on standard error.
        command = [sys.executable, "-P", "-X", "faulthandler", "-m", "mkdocs_worldmodel.build.worker"]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                # Ctrl-C in the terminal must not reach the child, not even before it can ignore it
                start_new_session=True,  # without meaning on Windows, which has the flag below
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise JobError(f"no worker could be started: {error} (`workers: 0` does without)") from error
        self._process = process
        if self._ended:
            process.kill()
        return process


def _search_path() -> list[str]:
    """
    Return where the child looks for modules: where the parent does, in the same order.

    So a parent that changed its `sys.path` (a zipped application, a test) has children that find the same modules.
    Left out: the current folder where `python -m` put it, and what PYTHONPATH cannot express.
    """
    first_is_cwd = not sys.flags.safe_path and sys.path[:1] == [str(Path.cwd())]
    path = sys.path[1:] if first_is_cwd else sys.path
    return [folder for folder in path if folder and os.pathsep not in folder]


def _death(status: int | None) -> str:
    if status is not None and status < 0:
        return f"failed: its worker died (signal {-status})"
    return f"failed: its worker died (exit code {status})"
