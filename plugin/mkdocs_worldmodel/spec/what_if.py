# What an author may write in a block of the kind `what_if`: one start, and the branches into which it parts.

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mkdocs_worldmodel.spec.keys import Model, Name, wrong
from mkdocs_worldmodel.spec.model import BlockSpec, Expectations
from mkdocs_worldmodel.spec.units import Moment

FEWEST, MOST = 2, 6
"""Branches of a figure: fewer compare nothing, more cannot be told apart."""
LONGEST = 24
"""Letters of a branch's name."""

Changes = Annotated[
    dict[str, Any],
    WithJsonSchema({
        "type": "object",
        "description": "Values as under scenario: change how it starts; actions as in the story are commands from "
        "`from` on; and brake, accelerate.",
    }),
]  # fmt: skip
"""Checked when they are put into the scenario (scenario/branches.py): only then is it known what they may be."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[
    list[Name],
    BeforeValidator(_listed, json_schema_input_type=Name | list[Name]),
    Field(min_length=1, max_length=64),
]


class BranchSpec(Model):
    """One way in which it may go on; `{}` changes nothing."""

    ego: Changes = Field(default={}, description="Commands to the ego from `from` on, and how it starts otherwise.")
    actors: Annotated[dict[str, Changes], Field(max_length=64)] = Field(
        default={}, description="The same for other road users, by their names."
    )
    remove: Names = Field(default=[], description="Who is not there at all: a name, or a list of names.")
    expect: Expectations = Field(default=[], description="What must hold in this branch.")


def _nothing(value: object) -> object:
    return {} if value is None else value  # `keep:`, and nothing behind it


Branches = dict[str, Annotated[BranchSpec, BeforeValidator(_nothing)]]


def _named(value: dict[str, BranchSpec]) -> dict[str, BranchSpec]:
    for name in value:
        if not 1 <= len(name) <= LONGEST or not name.isprintable() or name != name.strip():
            short = name[:LONGEST] + ("…" if len(name) > LONGEST else "")
            raise wrong(f"'{short}' is no name of a branch", f"one to {LONGEST} letters on one line")
    if len(value) < FEWEST:
        given = "one branch compares nothing" if value else "there is no branch"
        raise wrong(given, "give two to six, such as keep: {} and brake: {ego: {brake: 6 m/s²}}")
    if len(value) > MOST:
        raise wrong(f"{len(value)} branches are too many", f"{MOST} can be told apart; make a second figure")
    return value


class WhatIfSpec(BlockSpec):
    """One start, several commands or changes, side by side."""

    figure: Literal["what_if"] = Field(description="Kind of the figure.")
    start: Moment = Field(default=0.0, alias="from", description="When the ways part.")
    what_if: Annotated[Branches, AfterValidator(_named)] = Field(
        description="The branches by their names, two to six; all others are compared with the first."
    )
