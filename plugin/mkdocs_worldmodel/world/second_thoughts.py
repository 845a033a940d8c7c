# Before a chunk is driven: whoever it leads into another or past a red light is asked again. What the model then does
# is still its own answer, from other noise; small errors that nobody would make with open eyes become rare.

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.ahead import ahead, first_contacts, first_red
from mkdocs_worldmodel.world.learned_scenes import Followed

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TRIES = 3
"""How often everybody is asked at most; of the answers the one with the fewest and latest dangers counts."""


def reconsidered(
    followed: Followed, present: Mask, free: Mask, ask: Callable[[I8 | None, F4], F4], noise: Callable[[int], F4]
) -> F4:
    """Tokens (B, M, 10) of a chunk.

    Args:
        followed: B scenes of M road users
        present: (B, M) who is there
        free: (B, M) whose tokens are not given
        ask: (b,) scenes, None for all, and their noise (b, M, 10) → their tokens (b, M, 10)
        noise: number of the attempt → (B, M, 10) standard normal
    """
    used = noise(0)
    token = ask(None, used)
    danger, who = _dangers(followed, present, free, token)
    for attempt in range(1, TRIES):
        scenes = np.flatnonzero(danger > 0.0)
        if not len(scenes):
            break
        other = np.where(who[..., None], noise(attempt), used)
        answer = token.copy()
        answer[scenes] = ask(scenes, other[scenes])
        danger_then, who_then = _dangers(followed, present, free, answer)
        better = danger_then < danger
        token, used = (np.where(better[:, None, None], a, b) for a, b in ((answer, token), (other, used)))
        danger, who = np.where(better, danger_then, danger), np.where(better[:, None], who_then, who)
    return token


def _dangers(followed: Followed, present: Mask, free: Mask, token: F4) -> tuple[F8, Mask]:
    """How bad the dangers ahead are that somebody could avoid, (B,), the sooner the worse; and who could, (B, M)."""
    states = ahead(followed.motion, *followed.controls(token))
    never = len(states)
    contact = first_contacts(followed.users, present, states)
    avoidable = (contact < never) & (free[:, :, None] | free[:, None, :])
    red = first_red(followed.pool, followed.users, followed.lane, followed.signals, states)
    passes = (red < never) & present & free
    danger = np.where(avoidable, 0.5 / contact, 0.0).sum(axis=(1, 2)) + np.where(passes, 1.0 / red, 0.0).sum(axis=1)
    return danger, (avoidable.any(axis=2) & free) | passes
