"""The manual says what there is: its tables are made from the models, and its examples are understood."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.road_user import Kind
from mkdocs_worldmodel.spec.block import Place, parse_block
from mkdocs_worldmodel.spec.schema import block_schema

SITE = Path(__file__).parents[2] / "example-site"
DOCS = SITE / "docs"
CAST = """
actors:
  lorry: {kind: truck, lane: 1, ahead: 60 m}
  van: {kind: van, lane: 2, ahead: 20 m}
"""
"""Whom examples of a story are about that show nothing else."""


@pytest.fixture(autouse=True)
def _hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SITE / "hooks"))


def hook(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def properties(schema: Any) -> Iterator[str]:
    """All keys of a schema, wherever they stand."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_the_reference_lists_every_key() -> None:
    page = hook("reference").reference()
    missing = {key for key in properties(block_schema()) if not re.search(rf"[`{{ ]{key}[`:]", page)}
    assert not missing, json.dumps(sorted(missing))


def test_the_tables_list_all_kinds_and_quantities() -> None:
    tables = hook("manual_tables").TABLES
    assert all(f"`{kind}`" in tables["kinds"]() for kind in get_args(Kind))
    assert all(name in tables["quantities"]() for name in QUANTITIES)


def snippets() -> list[tuple[str, str]]:
    """(page, text) of the YAML examples that are parts of a scenario."""
    return [
        (page.name, text)
        for page in sorted(DOCS.glob("*.md"))
        for text in re.findall(r"```yaml\n((?:road|ego|actors|story):.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]


def test_there_are_examples() -> None:
    assert len(snippets()) >= 10


@pytest.mark.parametrize(("page", "text"), snippets())
def test_examples_of_scenarios_are_understood(page: str, text: str) -> None:
    if text.startswith("story:"):
        text = CAST + text
    body = "scenario:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    assert compose(parse_block(body, Place(DOCS, (DOCS,)))).users
