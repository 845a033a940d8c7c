# What the network is told: of each road user's lane, its past, lights and signs in its own frame; and, for all pairs,
# what the network computes the neighbours' features from (poses, the path ahead, where ways cross).

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import COLUMNS, MIDDLE, Pool
from mkdocs_worldmodel.model.kinematics import ACCELERATION, TOKEN, Lane, Motion

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
I1 = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

KINDS = {
    "car": 0, "van": 0, "emergency": 0, "truck": 1, "bus": 1, "motorcycle": 2, "bicycle": 3, "pedestrian": 4,
    "child": 4, "obstacle": 5, "cone": 5,
}  # fmt: skip
"""Kind of a road user → class that the network knows."""
CLASSES = 6
WALKER, THING = 4, 5
AHEAD = np.array([2.0, 5.0, 10.0, 16.0, 25.0, 40.0, 60.0, 90.0])
"""Metres ahead at which the own lane is looked at."""
BESIDE = np.array([0.0, 10.0, 30.0, 60.0])
"""Metres ahead at which the lanes beside are looked at."""
PATH = np.arange(-40.0, 121.0, 8.0)
"""Metres along the own lane of the points from which neighbours are measured."""
ASPECT_GROUPS = {"green": 0, "amber": 1, "red": 2, "red amber": 3}
OWN = 3 + 3 * len(AHEAD) + 4 * len(BESIDE) + 4 + 3 + CLASSES + 3 + 8 + 4 + 2 + 3 + 2 * TOKEN + 2
"""Numbers that describe a road user by itself."""
POSE = 13
_FAR = 1e5
_WINDOW = 16
"""Samples around the last known one among which a road user is looked for."""


@dataclass(frozen=True, slots=True)
class Users:
    """What does not change about B scenes' N road users.

    Attributes:
        corridor: (B, N) number of everyone's corridor; -1 for walkers and things.
        kind: (B, N) class.
        length, width, front, min_radius: (B, N) [m]; `front` from the reference point to the front bumper.
        conflict: (B, N, N, 4) of their corridors, see `corridor.conflicts`.
    """

    corridor: I8
    kind: I8
    length: F8
    width: F8
    front: F8
    min_radius: F8
    conflict: F4

    def take(self, scenes: npt.NDArray[np.integer]) -> Users:
        """Those of some scenes, in that order; a scene may come several times."""
        return Users(*(getattr(self, name)[scenes] for name in self.__dataclass_fields__))


class Past(NamedTuple):
    """The last two chunks as tokens.

    Attributes:
        tokens: (B, N, 2, 10), the older first.
        known: (B, N, 2) whether there was such a chunk.
    """

    tokens: F4
    known: Mask


class Observation(NamedTuple):
    """Input of the network for one chunk; float32.

    Attributes:
        own: (B, N, OWN)
        pose: (B, N, POSE) x, y around the scene's middle, cos, sin, speed, last acceleration, length, width, front,
            walker, thing, follows a lane, present.
        path: (B, N, P, 5) x, y, cos, sin, curvature of points of the own lane.
        conflict: (B, N, N, 4) metres of own front and of the other's to where ways meet, who gives way.
    """

    own: F4
    pose: F4
    path: F4
    conflict: F4


def locate(pool: Pool, lane: Lane, x: F8, y: F8, *, anywhere: bool = False) -> tuple[Lane, F8]:
    """Follow road users along their corridors.

    Args:
        pool: the corridors
        lane: where they were, not more than some metres away
        x: (B, N) where they are now [m]
        y: (B, N) [m]
        anywhere: search the whole corridor; of `lane` nothing but the corridors is used

    Returns:
        where they are now, in the lane that is nearest, and how far left of its middle, (B, N) [m].
    """
    corridor = np.maximum(lane.corridor, 0)
    if anywhere:
        sample, column = _search(pool, lane.corridor, x, y), np.full(x.shape, MIDDLE)
    else:
        sample, column = lane.sample, lane.column
    window = np.arange(-_WINDOW // 2, _WINDOW + 1)
    candidates = np.clip(np.rint(sample).astype(np.int64)[..., None] + window, 0, pool.length[corridor][..., None] - 1)
    rows = pool.base[corridor][..., None] + candidates
    point = pool.xy[rows, column[..., None]]
    apart = (point[..., 0] - x[..., None]) ** 2 + (point[..., 1] - y[..., None]) ** 2
    best = np.argmin(apart, axis=-1)[..., None]
    index = np.take_along_axis(candidates, best, -1)[..., 0]
    row = pool.base[corridor] + index
    along, _ = _from(pool, row, column, x, y)
    # the nearest lane that exists there, with a little patience for the present one
    all_columns = np.arange(COLUMNS)
    _, aside = _from(pool, row[..., None], all_columns, x[..., None], y[..., None])
    cost = np.abs(aside) + np.where(pool.exists[row[..., None], all_columns], 0.0, 50.0)
    cost = cost - np.where(all_columns == column[..., None], 0.1, 0.0)
    nearest = np.argmin(cost, axis=-1)
    nearest = np.where(np.min(cost, axis=-1) < 6.0, nearest, column)
    offset = np.take_along_axis(aside, nearest[..., None], -1)[..., 0]
    follows = lane.corridor >= 0
    new = Lane(lane.corridor, np.where(follows, nearest, MIDDLE), np.where(follows, index + along, 0.0))
    return new, np.where(follows, offset, 0.0)


def _search(pool: Pool, corridor: I8, x: F8, y: F8) -> F8:
    """Sample of the whole corridor that is nearest to each place, in any of its lanes."""
    found = np.zeros(x.shape)
    for at in zip(*np.nonzero(corridor >= 0), strict=True):
        begin, length = pool.base[corridor[at]], pool.end[corridor[at]]
        points = pool.xy[begin : begin + length]
        apart = (points[..., 0] - x[at]) ** 2 + (points[..., 1] - y[at]) ** 2
        apart = np.where(pool.exists[begin : begin + length], apart, apart + 25.0)
        found[at] = int(np.argmin(apart.min(axis=1)))
    return found


def _from(pool: Pool, row: I8, column: I8, x: F8, y: F8) -> tuple[F8, F8]:
    """Metres along and to the left of a sample of a lane."""
    point, heading = pool.xy[row, column], pool.heading[row, column]
    dx, dy = x - point[..., 0], y - point[..., 1]
    c, s = np.cos(heading), np.sin(heading)
    return dx * c + dy * s, dy * c - dx * s


def observe(
    pool: Pool, users: Users, motion: Motion, present: Mask, lane: Lane, offset: F8, past: Past, signals: I1
) -> Observation:
    """What the network is told of B scenes at the begin of a chunk.

    Args:
        pool: the corridors
        users: bodies and corridors
        motion: where everyone is
        present: (B, N)
        lane: the lane that everyone is in, from `locate`
        offset: (B, N) how far left of its middle, from `locate` [m]
        past: the two chunks before
        signals: (B, S) aspects as group of ASPECT_GROUPS; -1 for those that mean nothing
    """
    follows = (lane.corridor >= 0) & present
    latest = np.where(past.known[..., 1], past.tokens[..., 1, 4].astype(np.float64) * ACCELERATION, 0.0)  # acceleration
    front = lane.sample + users.front
    moves = [motion.speed / 10.0, np.minimum(motion.speed, 3.0) / 3.0, latest / 2.0]
    kind = users.kind[..., None] == np.arange(CLASSES)
    size = [users.length / 5.0, users.width / 2.0, users.front / 4.0]
    history = past.tokens * past.known[..., None]
    own = np.concatenate(
        [
            np.stack(moves, -1), _of_lanes(pool, lane, motion, offset) * follows[..., None], kind, np.stack(size, -1),
            _of_way(pool, lane, motion.speed, front, signals) * follows[..., None],
            history.reshape(*present.shape, 2 * TOKEN), past.known,
        ], axis=-1,
    )  # fmt: skip
    own = np.clip(own, -8.0, 8.0).astype(np.float32) * present[..., None].astype(np.float32)

    # everything below is measured from the middle of the scene, for the sake of float32
    count = np.maximum(present.sum(axis=1), 1)[:, None]
    mx = np.where(present, motion.x, 0.0).sum(axis=1, keepdims=True) / count
    my = np.where(present, motion.y, 0.0).sum(axis=1, keepdims=True) / count
    px, py = np.where(present, motion.x - mx, 9e3), np.where(present, motion.y - my, 9e3)
    body = [users.length, users.width, users.front]
    flags = [users.kind == WALKER, users.kind == THING, follows, present]
    turned = [np.cos(motion.heading), np.sin(motion.heading)]
    pose = np.stack([px, py, *turned, motion.speed, latest, *body, *flags], -1)
    conflict = np.empty_like(users.conflict)
    conflict[..., 0] = users.conflict[..., 0] - front[..., None]
    conflict[..., 1] = users.conflict[..., 1] - front[:, None, :]
    conflict[..., 2:] = users.conflict[..., 2:]
    path = _path(pool, lane, follows, motion, (mx, my))
    return Observation(own, pose.astype(np.float32), path, np.clip(conflict, -_FAR, _FAR).astype(np.float32))


def _samples(pool: Pool, lane: Lane, ahead: npt.NDArray[np.number]) -> I8:
    """Rows of the pool so many metres ahead of everyone, (B, N, len(ahead))."""
    sample = np.rint(lane.sample).astype(np.int64)
    return pool.at(np.maximum(lane.corridor, 0)[..., None], sample[..., None] + ahead.astype(np.int64))


def _of_lanes(pool: Pool, lane: Lane, motion: Motion, offset: F8) -> F8:
    """The own lane ahead, the lanes beside, and the own place in it, (B, N, ·)."""
    x, y, heading, _ = motion
    cos, sin = np.cos(heading)[..., None], np.sin(heading)[..., None]
    rows, column = _samples(pool, lane, AHEAD), lane.column[..., None]
    point = pool.xy[rows, column]
    aside = (point[..., 1] - y[..., None]) * cos - (point[..., 0] - x[..., None]) * sin
    turn = pool.heading[rows, column] - heading[..., None]
    bend = pool.curvature[rows, column]
    parts: list[F8] = [aside / (1.0 + 0.1 * AHEAD), np.sin(turn), np.clip(bend * 20.0, -4.0, 4.0)]

    rows = _samples(pool, lane, BESIDE)
    for side in (1, -1):
        other = np.clip(lane.column + side, 0, COLUMNS - 1)
        inside = (lane.column + side >= 0) & (lane.column + side < COLUMNS)
        there = pool.exists[rows, other[..., None]] & inside[..., None]
        point = pool.xy[rows, other[..., None]]
        aside = (point[..., 1] - y[..., None]) * cos - (point[..., 0] - x[..., None]) * sin
        parts += [there.astype(np.float64), np.where(there, aside / (2.0 + 0.1 * BESIDE), 0.0)]

    look = _samples(pool, lane, np.arange(0, 161, 8))
    own_end, main_end = (
        np.logical_and.accumulate(pool.exists[look, each], axis=-1).sum(axis=-1) / 20.0 for each in (column, MIDDLE)
    )
    here = _samples(pool, lane, np.zeros(1))[..., 0]
    askew = np.sin(pool.heading[here, lane.column] - heading)
    place = [offset / 1.5, askew * 4.0, pool.width[here, lane.column] / 3.5 - 1.0, own_end]
    to_main = [np.clip(MIDDLE - lane.column, -1, 1), (MIDDLE - lane.column) / 2.0, main_end]
    return np.concatenate([*parts, np.stack([*place, *to_main], -1)], axis=-1)


def _of_way(pool: Pool, lane: Lane, speed: F8, front: F8, signals: I1) -> F8:
    """How fast one may and can drive ahead; the next junction, light, signs and crosswalk, (B, N, ·)."""
    corridor = np.maximum(lane.corridor, 0)
    limit = pool.limit[_samples(pool, lane, np.array([0, 40, 100]))]
    told = limit > 0.0
    limits = [np.where(told, limit / 10.0, 0.0)[..., k] for k in range(3)]
    over = np.where(told[..., 0], speed / np.maximum(limit[..., 0], 1.0) - 1.0, 0.0)
    far = np.arange(0, 61, 4)
    bends = np.abs(pool.curvature[_samples(pool, lane, far), lane.column[..., None]])
    sharpest = bends.max(axis=-1)
    comfortable = np.minimum(np.sqrt(2.0 / np.maximum(sharpest, 1e-4)), 40.0)
    where_sharp = far[np.argmax(bends > 0.9 * sharpest[..., None], axis=-1)]
    way = [
        *limits, over, comfortable / 10.0, np.clip((speed - comfortable) / 5.0, -2.0, 4.0), where_sharp / 30.0,
        _near(pool.junction[corridor] - front, 30.0),
    ]  # fmt: skip

    to_light, aspect = _next_light(pool, corridor, front, signals)
    braking = np.clip(speed * speed / (2.0 * np.maximum(to_light, 0.5)), 0.0, 12.0)
    needed = np.where(to_light < _FAR, braking / 4.0, 0.0)
    lit = _near(to_light, 30.0)
    light = [*(lit * (aspect == k) for k in range(4)), lit, needed * (aspect >= 1)]
    to_sign, sign = _next(pool.signs, corridor, front)
    to_walk = np.where(pool.crosswalks[corridor] > front[..., None] - 2.0, pool.crosswalks[corridor], 1e6).min(-1)
    signs = [_near(to_sign, 20.0) * (sign == 1), _near(to_sign, 20.0) * (sign == 2), _near(to_walk - front, 20.0)]
    return np.stack([*way, *light, *signs], -1)


def _path(pool: Pool, lane: Lane, follows: Mask, motion: Motion, middle: tuple[F8, F8]) -> F4:
    """Points of everyone's own lane, measured from the scene's middle; of who follows none, straight on."""
    column = lane.column[..., None]
    corridor, sample = np.maximum(lane.corridor, 0)[..., None], np.rint(lane.sample).astype(np.int64)[..., None]
    rows = pool.at(corridor, np.maximum(sample + PATH.astype(np.int64), 0))
    point, heading, bend = pool.xy[rows, column], pool.heading[rows, column], pool.curvature[rows, column]
    c, s = np.cos(motion.heading)[..., None], np.sin(motion.heading)[..., None]
    on = follows[..., None]
    return np.stack(
        [
            np.where(on, point[..., 0], motion.x[..., None] + PATH * c) - middle[0][..., None],
            np.where(on, point[..., 1], motion.y[..., None] + PATH * s) - middle[1][..., None],
            np.where(on, np.cos(heading), c),
            np.where(on, np.sin(heading), s),
            np.where(on, bend, 0.0),
        ], axis=-1,
    ).astype(np.float32)  # fmt: skip


def _near(distance: F8, scale: float) -> F8:
    """1 at hand, 0 far away or behind."""
    return np.where(distance > -2.0, np.exp(-np.maximum(distance, 0.0) / scale), 0.0)


def _next(table: F4, corridor: I8, front: F8) -> tuple[F8, F8]:
    """Metres to the next entry of a table of (station, what), and what it is."""
    stations = table[corridor]
    to = stations[..., 0] - front[..., None]
    to = np.where(to > -2.0, to, 1e6)
    best = np.argmin(to, axis=-1)[..., None]
    what = np.take_along_axis(stations[..., 1], best, -1)[..., 0].astype(np.float64)
    return np.take_along_axis(to, best, -1)[..., 0], what


def _next_light(pool: Pool, corridor: I8, front: F8, signals: I1) -> tuple[F8, I8]:
    """Metres to the next stop line with a light, and what that shows."""
    to, column = _next(pool.lights, corridor, front)
    if not signals.shape[1]:
        return np.full(to.shape, 1e6), np.full(to.shape, -1)
    at = np.clip(column.astype(np.int64), 0, signals.shape[1] - 1)
    return to, np.take_along_axis(signals, at.reshape(len(signals), -1), 1).reshape(at.shape).astype(np.int64)
