# What an author may write about a scenario as documentation; it changes nothing of what happens.

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mkdocs_worldmodel.spec.keys import Line, Model, Paragraph


class ParameterSpec(Model):
    """A number of the scenario that is worth varying."""

    key: Line = Field(description="Where it stands, such as ego.speed.")
    symbol: Line = Field(default="", description="As in formulas, such as Ve0.")
    meaning: Line = Field(default="", description="In words.")
    range: Line = Field(default="", description="Usual values, such as 60 to 130 km/h.")


class AboutSpec(Model):
    """Documentation of a scenario."""

    title: Line = Field(default="", description="A few words.")
    summary: Paragraph = Field(default="", description="What happens, and why it matters.")
    source: Paragraph = Field(default="", description="Where it is described first.")
    tags: Annotated[list[Line], Field(max_length=30)] = Field(default=[], description="For catalogues.")
    parameters: Annotated[list[ParameterSpec], Field(max_length=50)] = Field(default=[], description="Its numbers.")
    outcomes: Annotated[dict[Line, Line], Field(max_length=30)] = Field(
        default={}, description="What is known to come out, by the ego's driver, such as constant: contact."
    )
    expect: Annotated[list[Line], Field(max_length=30)] = Field(
        default=[], description="What holds with the default driver, as under expect:; for pages made from it."
    )
