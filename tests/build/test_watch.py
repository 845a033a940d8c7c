# Who watches jobs is told of each what happens to it, in order, before anybody who waits for it goes on.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mkdocs_worldmodel.build import Jobs, NoJobs
from mkdocs_worldmodel.errors import JobError, WorldError

WAIT_S = 20


class Told:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.seconds: list[float] = []

    def wanted(self, key: str) -> None:
        self.said.append(("wanted", key))

    def began(self, key: str) -> None:
        self.said.append(("began", key))

    def ended(self, key: str, seconds: float, *, failed: bool) -> None:
        self.said.append(("failed" if failed else "made", key))
        self.seconds.append(seconds)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(params=[0, 1], ids=["in process", "in a worker"])
def jobs(request: pytest.FixtureRequest, told: Told) -> Iterator[Jobs]:
    with Jobs(request.param, time_limit_s=30, watch=told) as jobs:
        yield jobs


def test_each_job_is_wanted_begun_and_made_once(jobs: Jobs, told: Told) -> None:
    future = jobs.submit("k", "sample_jobs:echo", {"value": 1})
    assert future.result(WAIT_S) == 1
    assert told.said == [("wanted", "k"), ("began", "k"), ("made", "k")], "at once, not some time later"
    assert jobs.submit("k", "sample_jobs:echo", {"value": 1}) is future
    assert len(told.said) == 3
    assert told.seconds[0] > 0


def test_a_job_that_fails_is_told_as_failed(jobs: Jobs, told: Told) -> None:
    with pytest.raises(WorldError):
        jobs.submit("k", "sample_jobs:fail", {"kind": "odd world"}).result(WAIT_S)
    assert told.said == [("wanted", "k"), ("began", "k"), ("failed", "k")]


def test_a_job_that_is_refused_is_not_wanted(jobs: Jobs, told: Told) -> None:
    with pytest.raises(TypeError):
        jobs.submit("k", "sample_jobs:echo", {"value": object()})
    assert told.said == []


def test_a_job_that_is_tried_twice_ends_once(told: Told, tmp_path: Path) -> None:
    with Jobs(1, time_limit_s=30, watch=told) as jobs, pytest.raises(JobError):
        jobs.submit("k", "sample_jobs:die", {"file": str(tmp_path / "calls")}).result(WAIT_S)
    assert told.said == [("wanted", "k"), ("began", "k"), ("failed", "k")]


def test_jobs_that_never_begin_never_end(told: Told, tmp_path: Path) -> None:
    with Jobs(1, time_limit_s=30, watch=told) as jobs:
        jobs.submit("first", "sample_jobs:wait_for", {"file": str(tmp_path / "never")})
        waits = jobs.submit("second", "sample_jobs:echo", {})
    assert waits.cancelled()
    assert ("wanted", "second") in told.said
    assert not [said for said, key in told.said if key == "second" and said != "wanted"]


def test_no_jobs_fail_at_once_and_say_why() -> None:
    with NoJobs("none today") as jobs, pytest.raises(JobError, match="none today"):
        jobs.submit("k", "sample_jobs:echo", {}).result(WAIT_S)
