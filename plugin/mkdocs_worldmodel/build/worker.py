# The program of a worker: a child process that takes jobs from its parent, one after the other, until the parent is
# gone. Start: `python -m mkdocs_worldmodel.build.worker`. See `child.py` for the parent's side.

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from operator import attrgetter
from queue import SimpleQueue
from typing import IO, Any

from mkdocs_worldmodel.build.messages import describe, pack, read_message


def main() -> None:
    """Answer requests until the parent closes the pipe or dies."""
    # Ctrl-C is the parent's to handle. (Before this line the child is already out of the terminal's reach: child.py.)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_pipes()
    inbox: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox), daemon=True).start()
    with suppress(BrokenPipeError):
        while True:
            replies.write(answer(inbox.get()))
            replies.flush()


def perform(call: str, args: dict[str, Any]) -> Any:
    """
    Import and call the function `package.module:function`, and return its result; `workers: 0` uses it too.

    Any function that can be imported may be named: names come from our own code only, never from an author's block,
    and a figure kind or world of another package is as welcome as ours.
    """
    module, _, name = call.partition(":")
    return attrgetter(name)(import_module(module))(**args)


def answer(request: dict[str, Any]) -> bytes:
    """Do one job and return the packed reply: `result` or `error`."""
    try:
        with _memory_limit(request["memory_bytes"]):
            return pack({"result": perform(request["call"], request["args"])})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the parent decides what it means
        return pack({"error": describe(error)})


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """
    Take the pipes away from everybody else in this process and return them.

    Prints of a library, Python's or C's, go to standard error instead of into a message, and what reads standard
    input finds it empty. (On Windows, loading a DLL can also hang while another thread reads standard input.)
    """
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def _listen(requests: IO[bytes], inbox: SimpleQueue[dict[str, Any]]) -> None:
    """Pass requests on; end the process at once, in the middle of a job too, when the parent is gone."""
    with suppress(EOFError):
        while True:
            inbox.put(read_message(requests))
    os._exit(0)


@contextmanager
def _memory_limit(limit_bytes: int | None) -> Iterator[None]:
    """
    Let the block allocate this much memory in all; more is a `MemoryError` in it.

    Limits what is allocated (RLIMIT_DATA), not the address space: that holds some 300 MB of mapped libraries as
    soon as numpy, OpenCV and PyAV are loaded. Not enforced on Windows (no such limit) nor, by its kernel, on macOS.
    """
    try:
        import resource
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    if limit_bytes is not None:
        hard = before[1]
        soft = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    try:
        yield
    finally:  # what follows, the telling of an error, must not run out of memory again
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, before)


if __name__ == "__main__":
    main()
