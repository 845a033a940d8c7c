# What `make test` leaves out and says so, and what CI does not forgive.

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None)  # timings are never asserted
settings.load_profile("project")

_OPTIONAL = {
    "browser": "needs Chromium: run `make browser`, or .ci/run",
    "train": "needs torch: run by .ci/run",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for name in _OPTIONAL:
        parser.addoption(f"--{name}", action="store_true", help=f"run the tests marked {name} too")
    parser.addoption("--no-skips", action="store_true", help="fail if any test is skipped")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for name, reason in _OPTIONAL.items():
        if not config.getoption(f"--{name}"):
            for item in items:
                if item.get_closest_marker(name) is not None:
                    item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: object, exitstatus: int, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])  # type: ignore[attr-defined]
    if config.getoption("--no-skips") and skipped:
        terminalreporter.write_line(f"--no-skips: {len(skipped)} skipped", red=True)  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, one for all tests of a process: Playwright allows no second."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
