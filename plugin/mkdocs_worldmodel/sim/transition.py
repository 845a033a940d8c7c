# Transitions under way: one slot per road user and copy, for speed or for lateral position.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim import shapes

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Transitions:
    """From `start` to `target` while `progress` goes from 0 to `span`; arrays are (B, N).

    `span` and `progress` are seconds or, where `by_distance`, metres.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.active: Mask = np.zeros(shape, dtype=bool)
        self.start, self.target = np.zeros(shape), np.zeros(shape)
        self.span, self.progress = np.ones(shape), np.zeros(shape)
        self.shape = np.zeros(shape, dtype=np.int64)
        self.by_distance: Mask = np.zeros(shape, dtype=bool)
        self.action = np.full(shape, -1)
        """Which action of the story it belongs to."""

    def begin(
        self, copies: Mask, user: int, start: F8, target: F8, span: F8, shape: npt.NDArray[np.int64], *,
        by_distance: Mask, action: int,
    ) -> None:  # fmt: skip
        """Begin in the copies of a (B,) mask; what was under way in that slot ends there."""
        self.active[copies, user] = True
        self.progress[copies, user] = 0.0
        self.action[copies, user] = action
        for mine, new in (
            (self.start, start),
            (self.target, target),
            (self.span, np.maximum(span, 1e-9)),
            (self.shape, shape),
            (self.by_distance, by_distance),
        ):
            mine[copies, user] = new[copies]

    def end(self, copies: Mask, user: int) -> None:
        """End in the copies of a (B,) mask, wherever it stands."""
        self.active[copies, user] = False
        self.progress[copies, user] = self.span[copies, user]

    def advance(self, dt: float, metres: F8) -> Mask:
        """Go on by a step; true where a transition has come to its end, (B, N)."""
        self.progress += np.where(self.active, np.where(self.by_distance, metres, dt), 0.0)
        return self.active & (self.progress >= self.span - 1e-9)

    def value(self) -> F8:
        """Where the transition stands."""
        return self.start + (self.target - self.start) * shapes.value(self.shape, self.progress / self.span)
