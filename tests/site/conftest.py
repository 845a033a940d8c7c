# Fixtures for whole sites; what they are made of is in site_project.py.

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

for folder in (Path(__file__).parents[1], Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from site_project import Project  # noqa: E402  (found by the lines above)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.fixture(scope="module")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """For builds that several tests look at."""
    return lambda: Project(tmp_path_factory.mktemp("project") / "p")
