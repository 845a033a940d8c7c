# What an author may write in a block of the kind `forecast`: what could happen from a moment on.

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from mkdocs_worldmodel.spec.keys import Whole
from mkdocs_worldmodel.spec.model import BlockSpec
from mkdocs_worldmodel.spec.units import Duration, Moment

SHORTEST, LONGEST = 0.5, 24.0
"""How far a forecast goes [s]."""
FEWEST, MOST = 2, 256
"""Futures of a forecast."""
PICTURES = 4
"""Moments at which a figure shows who may be where, at most."""
OCCUPIED = (2.0, 4.0, 6.0)
"""The same where nobody says when [s]; as far as the forecast goes."""

if TYPE_CHECKING:
    Horizon = float
else:
    Horizon = Annotated[Duration, Field(ge=SHORTEST, le=LONGEST)]


class ForecastSpec(BlockSpec):
    """Many futures of one moment, against what then happened."""

    figure: Literal["forecast"] = Field(description="Kind of the figure.")
    truth: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = Field(
        default="simulator", description="In which world it is driven what then happens; `world` foretells."
    )
    at: Moment = Field(default=2.0, description="When it is foretold: nothing that comes after is known.")
    horizon: Horizon = Field(default=6.0, description="How far it is foretold, up to 24 s.")
    futures: Whole = Field(default=32, ge=FEWEST, le=MOST, description="How many futures.")
    occupancy: Annotated[list[Duration], Field(max_length=PICTURES)] | None = Field(
        default=None,
        description="How long after `at` to show who may be where; default: 2, 4 and 6 s, as far as the forecast goes.",
    )
    ego: Literal["free", "as driven"] = Field(
        default="free", description="Whether the ego is foretold with the rest, or told to do what it then did."
    )

    @property
    def shown(self) -> tuple[float, ...]:
        """When it is shown who may be where, in order [s]."""
        if self.occupancy is None:
            return tuple(time for time in OCCUPIED if time <= self.horizon) or (self.horizon,)
        return tuple(sorted(set(self.occupancy)))

    @property
    def worlds(self) -> dict[str, str]:
        """The worlds that its figure needs, by the key that names each."""
        return {"world": self.world, "truth": self.truth}

    @property
    def driven_in(self) -> tuple[str, ...]:
        """Keys of those worlds in which the whole scenario is driven: `world` only foretells."""
        return ("truth",)
