# Who wants to know how far the jobs are, and the futures that tell.

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any, Protocol


class Watch(Protocol):
    """Is told how far the jobs are, from any thread; of one job in the order below."""

    def wanted(self, key: str) -> None:
        """A job was submitted that was not known yet."""

    def began(self, key: str) -> None:
        """A worker has taken it."""

    def ended(self, key: str, seconds: float, *, failed: bool) -> None:
        """It is done, `seconds` after a worker took it; said before anybody who waits for it goes on."""


class Watched(Future[Any]):
    """A job's future that tells of it. Of one that is cancelled, or fails before it began, no end is told."""

    def __init__(self, key: str, watch: Watch) -> None:
        super().__init__()
        self._key, self._watch = key, watch
        self._began: float | None = None
        watch.wanted(key)

    def set_running_or_notify_cancel(self) -> bool:
        running = super().set_running_or_notify_cancel()
        if running:
            self._began = time.perf_counter()
            self._watch.began(self._key)
        return running

    def set_result(self, result: Any) -> None:
        self._tell(failed=False)
        super().set_result(result)

    def set_exception(self, exception: BaseException | None) -> None:
        self._tell(failed=True)
        super().set_exception(exception)

    def _tell(self, *, failed: bool) -> None:
        if self._began is not None:
            self._watch.ended(self._key, time.perf_counter() - self._began, failed=failed)
