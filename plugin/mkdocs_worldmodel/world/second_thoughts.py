# Before a chunk is driven: whoever it leads into another, past a red light or off the road is asked again. What the
# model then does is still its own answer, from other noise; small errors that nobody would make with open eyes become
# rare.

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.ahead import ahead, first_contacts, first_off, first_red
from mkdocs_worldmodel.model.corridor import Pool
from mkdocs_worldmodel.model.features import Users
from mkdocs_worldmodel.model.kinematics import TICKS, Lane, Motion, decode
from mkdocs_worldmodel.world.learned_scenes import Followed

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TRIES = 7
"""How often anybody is asked at most."""
_BOLDER = 0.4
"""By so much more than in the attempt before the noise of accelerations is spread: who is in need brakes harder, or
gets out of the way faster, than it would else."""


class Here(NamedTuple):
    """B scenes of M road users at the begin of a chunk.

    Attributes:
        users, lane, motion: (B, M) each
        signals: (B, S) groups of what lights show
        present: (B, M) who is there
        free: (B, M) whose tokens are not given
    """

    users: Users
    lane: Lane
    motion: Motion
    signals: I1
    present: Mask
    free: Mask

    def take(self, scenes: I8) -> Here:
        """Some of the scenes."""
        lane = Lane(self.lane.corridor[scenes], self.lane.column[scenes], self.lane.sample[scenes])
        motion = Motion(*(each[scenes] for each in self.motion))
        signals, present, free = self.signals[scenes], self.present[scenes], self.free[scenes]
        return Here(self.users.take(scenes), lane, motion, signals, present, free)


class Dangers(NamedTuple):
    """What lies ahead of B scenes of M road users that somebody could avoid.

    Attributes:
        pairs: (B, M, M) who would come into contact with whom.
        weight: (B, M) how bad it is for each, the sooner the worse.
        who: (B, M) who could avoid its own.
    """

    pairs: Mask
    weight: F8
    who: Mask

    def take(self, scenes: I8) -> Dangers:
        """Some of the scenes."""
        return Dangers(self.pairs[scenes], self.weight[scenes], self.who[scenes])


def reconsidered(
    followed: Followed, present: Mask, free: Mask, ask: Callable[[I8 | None, F4], F4], noise: Callable[[int], F4]
) -> F4:
    """Tokens (B, M, 10) of a chunk.

    Another answer counts for those it makes better off, all who are in each other's way taken together; everybody else
    keeps the first one.

    Args:
        followed: B scenes of M road users
        present: (B, M) who is there
        free: (B, M) whose tokens are not given
        ask: (b,) scenes, None for all, and their noise (b, M, 10) → their tokens (b, M, 10)
        noise: number of the attempt → (B, M, 10) standard normal
    """
    used = noise(0)
    token = ask(None, used)
    scenes = np.arange(len(token))
    here = Here(followed.users, followed.lane, followed.motion, followed.signals, present, free)
    found = dangers(followed.pool, here, token)
    for attempt in range(1, TRIES):
        left = np.flatnonzero(found.who.any(axis=1))
        if not len(left):
            break
        scenes, here, found = scenes[left], here.take(left), found.take(left)
        again = found.who[..., None]
        first, other = token[scenes], np.where(again, _bolder(noise(attempt)[scenes], attempt), used[scenes])
        answer = np.where(again, ask(scenes, other), first)
        then = dangers(followed.pool, here, answer)
        together = _linked(found.pairs | then.pairs)
        before, after = (np.where(together, each.weight[:, None, :], 0.0).sum(axis=2) for each in (found, then))
        better = again & (after < before)[..., None]
        token[scenes], used[scenes] = np.where(better, answer, first), np.where(better, other, used[scenes])
        found = dangers(followed.pool, here, token[scenes])
    return token


def dangers(pool: Pool, here: Here, token: F4) -> Dangers:
    """What tokens (B, M, 10) lead to."""
    controls = decode(pool, here.lane, here.motion.speed, token, here.users.min_radius)
    states = ahead(here.motion, *controls)
    never = len(states)
    contact = first_contacts(here.users, here.present, states)
    pairs = (contact < never) & (here.free[:, :, None] | here.free[:, None, :])
    red = first_red(pool, here.users, here.lane, here.signals, states)
    alone = np.minimum(red, first_off(pool, here.users, here.lane, states))
    on_its_own = (alone < never) & here.present & here.free
    weight = np.where(pairs, 0.5 / contact, 0.0).sum(axis=2) + np.where(on_its_own, 1.0 / alone, 0.0)
    return Dangers(pairs, weight, (weight > 0.0) & here.free)


def _bolder(noise: F4, attempt: int) -> F4:
    """Noise (B, M, 10) of an attempt: the later it is, the more widely its accelerations are spread."""
    out = noise.copy()
    out[..., :TICKS] *= np.float32(1.0 + _BOLDER * (attempt - 1))
    return out


def _linked(pairs: Mask) -> Mask:
    """Who is linked to whom by any chain of pairs (B, M, M), and to itself."""
    linked = pairs | np.eye(pairs.shape[-1], dtype=bool)
    for _ in range(pairs.shape[-1].bit_length()):
        linked = (linked.astype(np.float32) @ linked.astype(np.float32)) > 0.0
    return linked
