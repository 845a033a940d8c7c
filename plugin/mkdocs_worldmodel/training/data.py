# Runs → what the network is trained on: for every chunk what was seen, and the token that came of it.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import Pool
from mkdocs_worldmodel.model.features import POSE, THING, WALKER, Observation, Past, Users, locate, observe
from mkdocs_worldmodel.model.kinematics import TICK, TICKS, TOKEN, Lane, Motion, controls_of, encode, yaw_beside
from mkdocs_worldmodel.model.scene import Corridors, signal_groups
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.scenario import Scenario

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

USERS = 16
"""Road users of a scene in training."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """S scenes at 10 Hz on their corridors; road users beyond a scene's own are absent.

    Attributes:
        pool: the corridors of all scenes.
        users: (S, N)
        start: (S, N) where everyone is at the first frame.
        motion: (S, F, N); present: (S, F, N); signals: (S, F, Q) as groups of ASPECT_GROUPS.
    """

    pool: Pool
    users: Users
    start: Lane
    motion: Motion
    present: Mask
    signals: I1


@dataclass(frozen=True, slots=True)
class Sequences:
    """S scenes × T chunks, ready for the network; see `features.Observation`.

    Attributes:
        own, pose, path, conflict: (S, T, N, …)
        token: (S, T, N, 10) what everyone then did.
        learns: (S, T, N) whose token can be learned: there during the whole chunk, and no thing.
        rare: (S, T) the importance score of each chunk.
        changes: (S, N) who is in another lane at the end than at the beginning.
    """

    own: F4
    pose: F4
    path: F4
    conflict: F4
    token: F4
    learns: Mask
    rare: F4
    changes: Mask

    def take(self, scenes: npt.NDArray[np.integer]) -> Sequences:
        """Some of the scenes."""
        return Sequences(*(getattr(self, name)[scenes] for name in self.__dataclass_fields__))

    def part(self, low: int, high: int) -> Sequences:
        """Some of the chunks; who changes lanes is still told of all."""
        timed = (name for name in self.__dataclass_fields__ if name != "changes")
        return replace(self, **{name: getattr(self, name)[:, low:high] for name in timed})

    @property
    def users(self) -> I8:
        """How many road users each scene has, (S,)."""
        count: I8 = self._there().sum(axis=1)
        return count

    def compact(self) -> Sequences:
        """Without seats that nobody takes: the road users of each scene move together, in the same order."""
        there = self._there()
        seat = np.argsort(~there, axis=1, kind="stable")[:, : there.sum(axis=1).max()]
        scene, chunk = np.arange(len(seat))[:, None, None], np.arange(self.own.shape[1])[None, :, None]
        i = seat[:, None]
        names = ("own", "pose", "path", "token", "learns")
        return replace(
            self, **{name: getattr(self, name)[scene, chunk, i] for name in names},
            conflict=self.conflict[scene[..., None], chunk[..., None], i[..., None], i[..., None, :]],
            changes=np.take_along_axis(self.changes, seat, 1),
        )  # fmt: skip

    def _there(self) -> Mask:
        """(S, N) who is ever there; the ego's seat is always kept, for it is the first."""
        there = np.asarray((self.pose[..., POSE - 1] > 0.5).any(axis=1))
        there[:, 0] = True
        return there

    @staticmethod
    def join(parts: Sequence[Sequences]) -> Sequences:
        """Scenes of several."""
        return Sequences(*(np.concatenate([getattr(p, n) for p in parts]) for n in Sequences.__dataclass_fields__))


# -- scenes on their corridors ---------------------------------------------------------------------------------


def tracks(scenarios: Sequence[Scenario], run: RolloutBatch, users: int = USERS) -> Tracks:
    """Put runs on their corridors.

    Args:
        scenarios: of the runs, (S,)
        run: what happened in them
        users: road users of a scene in the result; the rest are absent
    """
    motion, present = _states(run, users)
    known = len(scenarios[0].users)
    ever = np.pad(present.any(axis=1), ((0, 0), (0, max(0, known - users))))
    corridors = Corridors(scenarios, seconds=float(run.time[-1]), there=ever)
    columns = np.tile(np.where(np.arange(users) < known, np.arange(users), -1), (len(scenarios), 1))
    people, lane = corridors.place(scenarios, columns)
    for _ in range(3):  # the metres of a lane are not those of its road: come nearer step by step
        lane, _ = locate(corridors.pool, lane, motion.x[:, 0], motion.y[:, 0])
    return Tracks(corridors.pool, people, lane, motion, present, signal_groups(run.signals[:, ::2]))


def _states(run: RolloutBatch, users: int) -> tuple[Motion, Mask]:
    """Every second row of a run, padded to a number of road users."""
    there = run.x.shape[2]

    def every(values: npt.NDArray[np.generic]) -> F8:
        cut = values[:, ::2, :users].astype(np.float64)
        return np.pad(cut, ((0, 0), (0, 0), (0, max(0, users - there))))

    heading = np.unwrap(every(run.heading), axis=1)
    motion = Motion(every(run.x), every(run.y), heading, every(run.speed))
    return motion, (every(run.present) > 0) & run.valid()[:, ::2, None]


def window(tracks: Tracks, low: float, high: float) -> Tracks:
    """The part of scenes between two times [s]; what was before it is not known in it."""
    first, last = round(low / TICK), round(high / TICK)
    lane, previous = tracks.start, 0
    for frame in range(0, first + 1, 3):
        lane, _ = locate(tracks.pool, lane, tracks.motion.x[:, frame], tracks.motion.y[:, frame])
        previous = frame
    if previous != first:
        lane, _ = locate(tracks.pool, lane, tracks.motion.x[:, first], tracks.motion.y[:, first])
    cut = slice(first, last + 1)
    motion = Motion(*(each[:, cut] for each in tracks.motion))
    return Tracks(tracks.pool, tracks.users, lane, motion, tracks.present[:, cut], tracks.signals[:, cut])


# -- chunks ----------------------------------------------------------------------------------------------------


def sequences(
    tracks: Tracks, chunks: int, random: np.random.Generator, *, importance: bool = True, temperature: float = 2.0,
    begin: int | None = None,
) -> Sequences:  # fmt: skip
    """Cut one sequence of chunks out of every scene.

    Args:
        tracks: S scenes
        chunks: how many a sequence has
        random: where they begin
        importance: half of the scenes begin where more happens (X-Foresight's temporal importance sampling: p ~
            score^(1/temperature)); the others, and without it all, anywhere
        begin: the chunk with which all sequences begin
        temperature: 1: in proportion to the score; the higher, the more evenly
    """
    scenes, frames = tracks.present.shape[:2]
    phase = int(random.integers(TICKS))
    total = (frames - 1 - phase) // TICKS
    at = phase + TICKS * np.arange(total + 1)
    motion = Motion(*(each[:, at] for each in tracks.motion))
    lanes, offsets = _follow(tracks, at)
    token = np.zeros((scenes, total, tracks.present.shape[2], TOKEN), dtype=np.float32)
    alive = np.ones((scenes, total, tracks.present.shape[2]), dtype=bool)
    rare = np.zeros((scenes, total), dtype=np.float32)
    for k in range(total):
        states = [Motion(*(each[:, at[k] + i] for each in tracks.motion)) for i in range(TICKS + 1)]
        acceleration, yaw = controls_of(states)
        token[:, k] = encode(tracks.pool, lanes[k], motion.speed[:, k], acceleration, yaw)
        alive[:, k] = tracks.present[:, at[k] : at[k + 1] + 1].all(axis=1)
        across = acceleration_across(token[:, k], motion.speed[:, k])
        score = np.abs(acceleration).max(-1) + 2.0 * across
        rare[:, k] = np.where(alive[:, k] & (tracks.users.kind < WALKER), score, 0.0).max(axis=1)
    starts = np.arange(max(1, total - chunks + 1)) if begin is None else np.array([begin])
    first = random.choice(starts, size=scenes)
    if importance and len(starts) > 1:
        first = np.where(random.random(scenes) < 0.5, first, _important(rare, starts, chunks, random, temperature))
    parts: list[Observation] = []
    out_token, out_learns, out_rare = [], [], []
    everyone = np.arange(scenes)
    for j in range(chunks):
        k = first + j
        past_tokens = np.stack([token[everyone, np.maximum(k - b, 0)] for b in (2, 1)], axis=2)
        known = np.stack([(k >= b)[:, None] & alive[everyone, np.maximum(k - b, 0)] for b in (2, 1)], axis=2)
        lane = Lane(*(np.stack([ln[i] for ln in lanes], 1)[everyone, k] for i in range(3)))
        here = Motion(*(each[everyone, k] for each in motion))
        there = tracks.present[everyone, at[k]]
        parts.append(observe(
            tracks.pool, tracks.users, here, there, lane, np.stack(offsets, 1)[everyone, k],
            Past(past_tokens, known), tracks.signals[everyone, at[k]],
        ))  # fmt: skip
        out_token.append(token[everyone, k])
        out_learns.append(alive[everyone, k] & (tracks.users.kind != THING))
        out_rare.append(rare[everyone, k])
    seen = {name: np.stack([getattr(p, name) for p in parts], 1) for name in Observation._fields}
    column = np.stack([lane.column for lane in lanes], 1)
    last = np.minimum(first + chunks, total)
    return Sequences(
        **seen, token=np.stack(out_token, 1), learns=np.stack(out_learns, 1), rare=np.stack(out_rare, 1),
        changes=column[everyone, first] != column[everyone, last],
    )  # fmt: skip


def acceleration_across(token: F4, speed: F8) -> F8:
    """Largest lateral acceleration of a token beyond following the lane [m/s²], (…, N)."""
    beside: F8 = np.abs(yaw_beside(token[..., TICKS:])).max(-1)
    return np.minimum(beside * speed, 8.0)


def _follow(tracks: Tracks, at: I8) -> tuple[list[Lane], list[F8]]:
    lane, lanes, offsets = tracks.start, [], []
    previous = 0
    for frame in at:
        middle = (previous + int(frame)) // 2
        if frame - previous > 2:
            lane, _ = locate(tracks.pool, lane, tracks.motion.x[:, middle], tracks.motion.y[:, middle])
        lane, offset = locate(tracks.pool, lane, tracks.motion.x[:, frame], tracks.motion.y[:, frame])
        lanes.append(lane)
        offsets.append(offset)
        previous = int(frame)
    return lanes, offsets


def _important(rare: F4, starts: I8, chunks: int, random: np.random.Generator, temperature: float) -> I8:
    """Where to begin: score of a start = sum of the largest values in three windows of its sequence."""
    third = max(1, chunks // 3)
    score = np.stack(
        [
            sum(rare[:, s + w * third : s + (w + 1) * third].max(axis=1, initial=0.0) for w in range(3))
            for s in starts
        ], axis=1,
    )  # fmt: skip
    weight = np.maximum(score, 1e-3) ** (1.0 / temperature)
    chance = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    chosen: I8 = (random.random(len(rare))[:, None] > chance).sum(axis=1)
    return starts[np.minimum(chosen, len(starts) - 1)]
