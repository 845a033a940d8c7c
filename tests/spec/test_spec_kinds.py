# Blocks of different kinds have different keys, and a key of another kind is told as such.

from __future__ import annotations

from pathlib import Path

import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.spec.block import Block, Place, parse_block
from mkdocs_worldmodel.spec.kinds import DEFAULT, KINDS, key_names
from mkdocs_worldmodel.spec.schema import block_schema

TWO = "what_if: {keep: {}, brake: {ego: {brake: 3 m/s²}}}"
Layer = tuple[str, dict[str, object]]


def block(text: str, *defaults: Layer) -> Block:
    return parse_block(text, Place(Path(), (), defaults))


def mistakes(text: str, *defaults: Layer) -> list[tuple[int, str]]:
    with pytest.raises(SpecError) as raised:
        block(text, *defaults)
    return [(m.line, str(m)) for m in raised.value.mistakes]


def test_without_a_kind_a_block_is_a_rollout() -> None:
    assert DEFAULT == "rollout"
    assert type(block("scenario: {}").spec) is KINDS["rollout"]
    assert block("scenario: {}").spec.figure == "rollout"


def test_the_nearest_figure_says_the_kind() -> None:
    far: Layer = ("mkdocs.yml", {"figure": "what_if"})
    assert type(block(f"scenario: {{}}\n{TWO}", far).spec) is KINDS["what_if"]
    assert type(block("figure: rollout\nscenario: {}", far).spec) is KINDS["rollout"]


@pytest.mark.parametrize("word", ["what_iff", "[1]", "12", "null", "{}"])
def test_an_unknown_kind_is_told_with_the_known_ones(word: str) -> None:
    ((line, said),) = mistakes(f"scenario: {{}}\nfigure: {word}")
    assert line == 2
    assert said.startswith("figure: '")
    assert "what_if" in said


def test_a_key_of_another_kind_names_that_kind() -> None:
    assert mistakes(f"title: x\nscenario: {{}}\n{TWO}") == [
        (3, "'what_if' is a key of another kind of figure (did you mean figure: what_if?)")
    ]
    assert mistakes(f"figure: what_if\nscenario: {{}}\nexpect: [no collision]\n{TWO}")[0][1].startswith(
        "'expect' is a key of another kind of figure (did you mean figure: rollout"
    )


def test_a_key_of_no_kind_is_told_with_the_nearest_of_its_own() -> None:
    assert mistakes(f"figure: what_if\nscenario: {{}}\nform: 2 s\n{TWO}") == [
        (3, "unknown key 'form' (did you mean from?)")
    ]


def test_defaults_of_a_site_are_for_the_kinds_that_have_them() -> None:
    site: Layer = ("mkdocs.yml", {"expect": ["no collision"], "film": "none"})
    of_site = block(f"figure: what_if\nscenario: {{}}\n{TWO}", site).spec
    assert of_site.film is None
    assert not hasattr(of_site, "expect")
    assert mistakes("scenario: {}", ("mkdocs.yml", {"expectt": []}))[0][1].startswith("unknown key 'expectt'")


def test_every_kind_is_in_the_schema_with_its_keys() -> None:
    schema = block_schema()
    for kind, model in KINDS.items():
        described = schema["$defs"][model.__name__]
        assert set(described["properties"]) == key_names(model)
        assert described["properties"]["figure"]["const"] == kind
    chosen: dict[str, str] = {}
    here = schema
    while "if" in here:
        chosen[here["if"]["properties"]["figure"]["const"]] = here["then"]["$ref"]
        here = here["else"]
    assert chosen | {DEFAULT: here["$ref"]} == {k: f"#/$defs/{m.__name__}" for k, m in KINDS.items()}
