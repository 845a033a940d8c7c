"""The library's scenarios do what their files say of them."""

from __future__ import annotations

import pytest
import yaml

import library_outcomes as library
from mkdocs_worldmodel.pipeline import missed
from mkdocs_worldmodel.spec.block import LIBRARY

NAMES = library.names()


def about(name: str) -> dict[str, object]:
    return dict(yaml.safe_load((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"))["about"])


def test_there_are_at_least_thirty() -> None:
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    said = about(name)
    assert all(said[key] for key in ("title", "summary", "source", "tags", "parameters", "outcomes"))
    assert list(said["outcomes"]) == list(library.DRIVERS)  # type: ignore[call-overload]


@pytest.mark.parametrize("driver", library.DRIVERS)
@pytest.mark.parametrize("name", NAMES)
def test_what_comes_out_is_what_the_file_says(name: str, driver: str) -> None:
    _, run, analysis = library.drive(name, driver)
    assert library.outcome(run, analysis) == about(name)["outcomes"][driver]  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_the_default_driver_meets_what_the_file_expects_and_the_story_happens(name: str) -> None:
    order, run, analysis = library.drive(name, "idm", about(name).get("expect", []))  # type: ignore[arg-type]
    assert [str(m) for m in missed(order.block.sources, order.kind.expected(order.options), analysis.verdicts)] == []
    assert not order.doubts
    begun = {f.event for f in run.firings if f.phase == "start"}
    never = [e.name for e in order.scenario.events if e.name not in begun]
    assert not never or analysis.contact is not None
    times = [f.time for f in run.firings]
    assert times == sorted(times)
