# How drivers differ: behaviour numbers drawn around their defaults, the same ones for the same seed and name.

from __future__ import annotations

import hashlib

import numpy as np

WIDEST = 2.0
"""Draws are cut off at so many standard deviations."""


class Spread:
    """One road user's draws. Each number has its own, whichever others are asked for."""

    def __init__(self, share: float, seed: int, name: str) -> None:
        self.share, self._origin = share, f"{seed}:{name}"

    def around(self, value: float, number: str, low: float = 0.0, high: float = np.inf) -> float:
        """`value` times (1 + a normal draw with standard deviation `share`), kept within physical bounds."""
        if self.share == 0.0:
            return value
        digest = hashlib.sha256(f"{self._origin}:{number}".encode()).digest()
        draw = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big"))).standard_normal()
        factor = 1.0 + self.share * min(WIDEST, max(-WIDEST, float(draw)))
        return min(high, max(low, value * factor))
