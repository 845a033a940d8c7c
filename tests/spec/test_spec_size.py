# Values that somebody else's YAML reader built: front matter, mkdocs.yml.

from __future__ import annotations

from typing import Any

import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.spec.text import MAX_VALUES, check_size


def bomb() -> Any:
    value: Any = ["x"] * 10
    for _ in range(9):
        value = [value] * 10
    return {"scenario": value}


def circle() -> Any:
    value: dict[str, Any] = {}
    value["scenario"] = value
    return value


@pytest.mark.parametrize("value", [bomb(), circle(), {"a": [1] * (MAX_VALUES + 1)}], ids=["bomb", "circle", "long"])
def test_too_many_values_are_refused_with_their_source(value: Any) -> None:
    with pytest.raises(SpecError) as raised:
        check_size(value, "the page's front matter")
    assert raised.value.mistakes[0].file == "the page's front matter"


def test_usual_defaults_pass() -> None:
    check_size({"scenario": {"environment": {"weather": "rain"}}, "cameras": ["front_wide"]}, "mkdocs.yml")
