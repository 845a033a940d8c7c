"""Models that a world can drive with, whose answers are known: for tests of all around the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.features import AHEAD, BESIDE, CLASSES, Observation
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.world.learned import Learned

F4 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Answer = Callable[[Observation, F4, F4], F4]


class Pretended:
    """Answers what it is told to; its memory is a fading sum of all tokens so far, (B, M, 10).

    Attributes:
        asked: observation and given tokens of each chunk.
        remembered: tokens of each chunk as it was, and whose were commanded.
    """

    digest = "0123456789abcdef" * 4

    def __init__(self, answer: Answer, most_users: int = 64, score: Callable[[F4], Any] | None = None) -> None:
        self.answer, self.most_users, self.score = answer, most_users, score
        self.asked: list[tuple[Observation, F4]] = []
        self.remembered: list[tuple[F4, Mask]] = []

    def window(self, copies: int, users: int) -> Any:
        return np.zeros((copies, users, TOKEN), dtype=np.float32)

    def chunk(self, seen: Observation, given: F4, noise: F4, window: Any, scenes: Any = None) -> F4:
        if scenes is not None:
            seen, window = Observation(*(each[scenes] for each in seen)), window[scenes]
        assert given.shape == noise.shape == (*seen.own.shape[:2], TOKEN)
        assert np.isfinite(seen.own).all()
        assert np.isfinite(seen.pose).all()
        self.asked.append((seen, given))
        return np.where(np.isnan(given), self.answer(seen, noise, window), given)

    def remember(self, seen: Observation, tokens: F4, window: Any, *, commanded: Mask) -> Any:
        assert np.isfinite(tokens).all()
        self.remembered.append((tokens, commanded))
        return np.float32(0.5) * window + tokens.astype(np.float32)

    def route_scores(self, own: F4) -> F4:
        score = np.zeros(len(own)) if self.score is None else self.score(own)
        return np.asarray(score, dtype=np.float32)


def accelerating(rate: float) -> Answer:
    """Everybody follows its lane and accelerates evenly [m/s²]."""

    def answer(seen: Observation, noise: F4, window: F4) -> F4:
        token = np.zeros_like(noise)
        token[..., :5] = rate / 1.2
        return token

    return answer


def lively(seen: Observation, noise: F4, window: F4) -> F4:
    """What everybody does depends on chance, on its past, on what it sees, and on how fast the ego is."""
    token = 0.3 * noise + 0.2 * np.tanh(window) + 0.1 * np.sin(seen.own[..., :TOKEN])
    token[..., 5:] *= 0.2
    token[..., :5] += 0.1 * np.sin(seen.pose[:, :1, 4:5])
    return token.astype(np.float32)


def world(answer: Answer, **more: Any) -> Learned:
    return Learned(Pretended(answer, **more))


OFFSET = 3 + 3 * len(AHEAD) + 4 * len(BESIDE)
"""Place of the lane offset in `Observation.own`; next to it is the angle to the lane."""
BEND = OFFSET + 7 + CLASSES + 3 + 4
"""Place of the speed that the sharpest bend ahead allows; two further on is how far that is."""


def aside(seen: Observation) -> F4:
    """How far from the middle of its lane everyone is who follows one, (B, M) [m]."""
    offset: F4 = np.abs(seen.own[..., OFFSET] * 1.5) * (seen.pose[..., 11] * seen.pose[..., 12])
    return offset


def lane_keeper(seen: Observation, noise: F4, window: F4) -> F4:
    """Steers back to the middle of the lane (critically damped) and slows down before bends."""
    offset, angle, v = seen.own[..., OFFSET] * 1.5, seen.own[..., OFFSET + 1] / 4.0, seen.own[..., 0] * 10.0
    k = 0.12
    yaw_rate = v * (2.0 * k * angle - k * k * np.clip(offset, -3.0, 3.0))
    allowed, far = 8.0 * seen.own[..., BEND], 30.0 * seen.own[..., BEND + 2]
    brakes = (np.square(np.maximum(allowed, 1.0)) - v * v) / (2.0 * np.maximum(far - 0.6 * v, 2.0))
    token = np.zeros_like(noise)
    token[..., :5] = (np.where(v > allowed, np.clip(brakes, -7.0, 1.0), np.where(v < 3.0, 1.0, 0.0)) / 1.2)[..., None]
    token[..., 5:] = (np.arcsinh(yaw_rate / 0.015) / 1.3)[..., None]
    return token
