# What an author may write in a block of the kind `model_card`: whose card, and which parts of it. It drives nothing.

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mkdocs_worldmodel.spec.film import FilmSpec
from mkdocs_worldmodel.spec.keys import wrong
from mkdocs_worldmodel.spec.model import BlockSpec, ScenarioSpec

CardPart = Literal[
    "facts", "curves", "goals", "scores", "baselines", "rates", "long", "reaction", "recorded", "elsewhere", "study"
]


def _once(parts: list[CardPart]) -> list[CardPart]:
    twice = next((part for i, part in enumerate(parts) if part in parts[:i]), None)
    if twice is not None:
        raise wrong(f"'{twice}' stands here twice", "name every part once")
    return parts


class ModelCardSpec(BlockSpec):
    """What a learned world model is, how it was made, and how good it is."""

    figure: Literal["model_card"] = Field(description="Kind of the figure.")
    weights: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None,
        description="A folder of weights, relative to the page; default: those that come with the package.",
    )
    parts: Annotated[list[CardPart], Field(min_length=1), AfterValidator(_once)] = Field(
        default=["facts", "curves", "goals"],
        description="What it tells: what the model is, how its training went, which goals it reached, and its scores.",
    )

    if not TYPE_CHECKING:  # as constants, the keys of what is driven are none of this kind's
        scenario: ClassVar = ScenarioSpec()
        world: ClassVar = "simulator"
        seed: ClassVar = 0
        driver: ClassVar = "idm"
        cameras: ClassVar = None
        film: ClassVar = FilmSpec()

    @property
    def worlds(self) -> dict[str, str]:
        """None: nothing is driven."""
        return {}
