"""Script and style are small, and are what they say they are."""

from __future__ import annotations

import gzip

import pytest

from mkdocs_worldmodel.web import SCRIPT, STYLE, asset


@pytest.mark.parametrize(("name", "budget"), [(SCRIPT, 12_000), (STYLE, 4_000)])
def test_size(name: str, budget: int) -> None:
    assert len(gzip.compress(asset(name).read_bytes(), 9, mtime=0)) <= budget


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no asset"):
        asset("../errors.py")


@pytest.mark.parametrize("name", [SCRIPT, STYLE])
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = asset(name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    for word in ("http:", "https:", "@import", "url(", "eval(", "new Function", "import("):
        assert word not in text
