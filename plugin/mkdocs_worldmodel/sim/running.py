# An action of the story under way: what all kinds have in common.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.story import Dynamics
from mkdocs_worldmodel.sim.now import Now
from mkdocs_worldmodel.sim.shapes import PEAK_SLOPE, SHAPES

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ALONG, ACROSS = 0, 1
_DIMENSIONS = ("time", "rate", "distance")


class Running:
    """One action of the story in B copies, all of one kind.

    Attributes:
        moves: what it moves for a while (along, across the road); a newer action for the same takes its place.
        ends: of which of these it ends what is under way.
        on_path: whether it puts its actor on a line of its own.
        active: (B,) where it is under way; kept by the director.
    """

    moves: ClassVar[tuple[int, ...]] = ()
    ends: ClassVar[tuple[int, ...]] = ()
    on_path: ClassVar[bool] = False

    def __init__(self, number: int, event: str, place: int, copies: Sequence[Any], now: Now) -> None:
        self.number, self.event, self.place, self.copies, self.now = number, event, place, copies, now
        self.motion = now.motion
        self.active: Mask = np.zeros(len(copies), dtype=bool)
        self.actor = self.column()

    def column(self) -> int:
        """Column of the road user that it moves; -1: none."""
        return self.now.user(self.copies[0].actor)

    def begin(self, copies: Mask) -> Mask:
        """Begin in the copies of a (B,) mask; true where it is over at once, (B,)."""
        raise NotImplementedError

    def command_speed(self, a: F8) -> None:
        """Put accelerations of its own into those that drivers chose, (B, N)."""

    def command_path(self) -> None:
        """Take over the coming step."""

    def advance(self) -> Mask:
        """Go on by a step; true where it has come to its end, (B,)."""
        return self.active

    def leave(self, copies: Mask) -> None:
        """Leave the actor, in the copies of a (B,) mask, however it ends."""

    def break_off(self, copies: Mask) -> None:
        """Before its end something stopped it, in the copies of a (B,) mask: what it leaves behind then."""

    def numbers(self, name: str, missing: float = np.nan) -> F8:
        """A number of the action in all copies, (B,); `missing` where it is None."""
        values = (getattr(c, name) for c in self.copies)
        return np.array([missing if v is None else float(v) for v in values])

    def roads(self) -> npt.NDArray[np.intp]:
        """Its road in all copies, (B,)."""
        return np.array([self.motion.tables.place(b, c.road) for b, c in enumerate(self.copies)], dtype=np.intp)

    def dynamics(self) -> tuple[F8, F8, F8, F8]:
        """Shape, dimension, value and peak slope of its transition, (B,) each."""
        all_of: list[Dynamics] = [c.dynamics for c in self.copies]
        return (
            np.array([float(SHAPES.index(d.shape)) for d in all_of]),
            np.array([float(_DIMENSIONS.index(d.dimension)) for d in all_of]),
            np.array([float(d.value) for d in all_of]),
            np.array([PEAK_SLOPE[d.shape] for d in all_of]),
        )
