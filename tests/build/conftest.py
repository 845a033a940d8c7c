# What all tests of this room share. `sample_jobs.py` lies beside this file and is found by the workers because they
# look for modules where their parent does.

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_worldmodel.build import Store

if str(Path(__file__).parent) not in sys.path[1:]:
    sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Give a function that waits until something is true, and fails after 20 s."""

    def wait(true: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not true():
            assert time.monotonic() < deadline, "waited 20 s"
            time.sleep(0.01)

    return wait
