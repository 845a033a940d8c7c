# How good forecasts are: distances between what was foretold and what came, alone and jointly, and how sure their means
# are. Arrays in, arrays out: S scenes, K futures, N road users, T steps; nan where there is nothing to judge.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MISSED = 2.0
"""Further off than this at the horizon, a forecast has missed [m]."""
_AT_ONCE = 200
"""Resamplings that are held in memory together."""

# The miss thresholds of the Waymo Open Motion Dataset's challenge (Ettinger and others 2021): along and across the true
# heading at 3, 5 and 8 s, half of that for who stands at the start and all of it from 11 m/s on.
_WAYMO_TIMES = (3.0, 5.0, 8.0)
_WAYMO_ALONG, _WAYMO_ACROSS = (2.0, 3.6, 6.0), (1.0, 1.8, 3.0)
_WAYMO_SPEEDS, _WAYMO_SCALES = (1.4, 11.0), (0.5, 1.0)


# -- distances ---------------------------------------------------------------------------------------------


def distances(truth: F8, forecasts: F8) -> F8:
    """How far every future is off in every step.

    Args:
        truth: (S, N, T, 2) x, y [m]
        forecasts: (S, K, N, T, 2)

    Returns:
        (S, K, N, T) [m]
    """
    off = forecasts - truth[:, None]
    return np.sqrt(off[..., 0] * off[..., 0] + off[..., 1] * off[..., 1])


def counted(mask: Mask, steps: int) -> Mask:
    """Who is judged at a horizon of so many steps, (S, N): whoever is there in all of them; `mask` is (S, N, T)."""
    return np.asarray(mask[..., :steps].all(axis=-1))


def average(off: F8, mask: Mask, steps: int) -> F8:
    """Mean distance up to a horizon, (S, K, N) [m]: ADE; `off` as from `distances`, `mask` (S, N, T)."""
    return np.where(counted(mask, steps)[:, None], _mean(off[..., :steps], -1), np.nan)


def final(off: F8, mask: Mask, steps: int) -> F8:
    """Distance at a horizon, (S, K, N) [m]: FDE; arguments as in `average`."""
    return np.where(counted(mask, steps)[:, None], off[..., steps - 1], np.nan)


def best(values: F8, tries: int) -> F8:
    """Of the first so many futures the best one for each road user, (S, N): minADE, minFDE; `values` (S, K, N)."""
    smallest: F8 = values[:, :tries].min(axis=1)
    return smallest


def joint_best(values: F8, tries: int) -> F8:
    """Of the first so many futures the one that is best for the scene as a whole, (S,); `values` (S, K, N)."""
    of_scene = _mean(values[:, :tries], -1)
    smallest: F8 = of_scene.min(axis=1)
    return smallest


# -- the one that stands for all ---------------------------------------------------------------------------


def medoid(forecasts: F8, mask: Mask) -> I8:
    """For each road user the future whose mean distance to all others is smallest, (S, N).

    Args:
        forecasts: (S, K, N, T, 2)
        mask: (S, N, T) steps that count
    """
    between = np.stack([_between(f, m) for f, m in zip(forecasts, mask, strict=True)])
    nearest: I8 = between.sum(axis=2).argmin(axis=1).astype(np.int64)
    return nearest


def joint_medoid(forecasts: F8, mask: Mask) -> I8:
    """For each scene the future whose distance to all others, summed over road users, is smallest, (S,)."""
    between = np.stack([_between(f, m).sum(axis=-1) for f, m in zip(forecasts, mask, strict=True)])
    nearest: I8 = between.sum(axis=2).argmin(axis=1).astype(np.int64)
    return nearest


def _between(futures: F8, mask: Mask) -> F8:
    """(K, K, N) mean distance between any two futures of one scene, (K, N, T, 2), in the steps that count (N, T)."""
    count = np.maximum(mask.sum(axis=-1), 1)
    out = np.zeros((len(futures), *futures.shape[:2]))
    for k, one in enumerate(futures):
        off = futures - one
        out[k] = (np.sqrt(off[..., 0] * off[..., 0] + off[..., 1] * off[..., 1]) * mask).sum(axis=-1) / count
    return out


def pick(forecasts: F8, which: I8) -> F8:
    """The chosen futures as forecasts with one try, (S, 1, N, ...); `which` is (S, N), or (S,) for whole scenes."""
    index = which if which.ndim == 2 else np.broadcast_to(which[:, None], (len(which), forecasts.shape[2]))
    index = index.reshape(len(index), 1, -1, *[1] * (forecasts.ndim - 3))
    return np.take_along_axis(forecasts, index, axis=1)


# -- misses ------------------------------------------------------------------------------------------------


def missed(final_off: F8, tries: int, limit: float = MISSED) -> F8:
    """1 where none of the first so many futures ends within `limit` of the truth, 0 elsewhere, (S, N)."""
    nearest = best(final_off, tries)
    return np.where(np.isnan(nearest), np.nan, nearest > limit)


def missed_by_speed(truth: F8, heading: F8, speed: F8, forecasts: F8, seconds: float, tries: int) -> F8:
    """1 where none of the first so many futures ends within thresholds that grow with time and speed, (S, N).

    The thresholds are those of Waymo's motion challenge at 3, 5 and 8 s, between these in proportion, before and after
    them as there.

    Args:
        truth: (S, N, 2) x, y at the horizon [m]; nan where there is nothing to judge
        heading: (S, N) then [rad]
        speed: (S, N) at the start [m/s]
        forecasts: (S, K, N, 2) at the horizon
        seconds: the horizon [s]
        tries: how many futures count
    """
    off = forecasts[:, :tries] - truth[:, None]
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    along, across = off[..., 0] * cos + off[..., 1] * sin, off[..., 1] * cos - off[..., 0] * sin
    scale = np.interp(speed, _WAYMO_SPEEDS, _WAYMO_SCALES)[:, None]
    near = np.abs(along) <= scale * float(np.interp(seconds, _WAYMO_TIMES, _WAYMO_ALONG))
    near &= np.abs(across) <= scale * float(np.interp(seconds, _WAYMO_TIMES, _WAYMO_ACROSS))
    return np.where(np.isnan(truth).any(axis=-1), np.nan, ~near.any(axis=1))


# -- means and how sure they are ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the interval in which it lies, were other scenes drawn."""

    mean: float
    low: float
    high: float
    scenes: int
    """How many scenes had something to judge."""
    values: int
    """How many values went into the mean."""


def interval(values: F8, seed: int = 0, *, draws: int = 2000, share: float = 0.95) -> Interval:
    """Mean of all values that are numbers, with its bootstrap interval over scenes (percentiles; Efron 1979).

    Args:
        values: (S, ...)
        seed: of the resampling
        draws: how many resamplings
        share: of the resampled means that lie within the interval
    """
    sums, counts = _per_scene(values)
    means = _resampled((sums, counts), seed, draws)
    return _summary(_over(sums.sum(), counts.sum()), _over(*means), counts, share)


def ratio(values: F8, others: F8, seed: int = 0, *, draws: int = 2000, share: float = 0.95) -> Interval:
    """Mean of `values` over that of `others`, (S, ...) each of the same scenes, with its interval (see `interval`)."""
    if len(values) != len(others):
        raise ValueError("a ratio compares the same scenes")
    top, bottom = _per_scene(values), _per_scene(others)
    whole = [_over(sums.sum(), counts.sum()) for sums, counts in (top, bottom)]
    sums, counts, other_sums, other_counts = _resampled((*top, *bottom), seed, draws)
    ratios = _over(_over(sums, counts), _over(other_sums, other_counts))
    return _summary(_over(*whole), ratios, np.minimum(top[1], bottom[1]), share)


def _per_scene(values: F8) -> tuple[F8, F8]:
    """Sum and count of the numbers of each scene, (S,)."""
    flat = values.reshape(len(values), -1)
    known = ~np.isnan(flat)
    return np.where(known, flat, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64)


def _resampled(of_scenes: tuple[F8, ...], seed: int, draws: int) -> list[F8]:
    """Totals of each of some arrays (S,) over as many scenes drawn with replacement, (draws,) each."""
    rng, scenes = np.random.default_rng(seed), len(of_scenes[0])
    out: list[list[F8]] = [[] for _ in of_scenes]
    for begin in range(0, draws, _AT_ONCE):
        times = rng.multinomial(scenes, np.full(scenes, 1.0 / scenes), min(_AT_ONCE, draws - begin)).astype(np.float64)
        for totals, values in zip(out, of_scenes, strict=True):
            totals.append(times @ values)
    return [np.concatenate(totals) for totals in out]


def _over(top: F8, bottom: F8) -> F8:
    """Quotient; nan where nothing is divided by."""
    some = np.asarray(bottom) != 0.0
    return np.where(some, np.asarray(top) / np.where(some, bottom, 1.0), np.nan)


def _summary(mean: F8, means: F8, counts: F8, share: float) -> Interval:
    known = means[~np.isnan(means)]
    low, high = np.quantile(known, (0.5 - 0.5 * share, 0.5 + 0.5 * share)) if len(known) else (np.nan, np.nan)
    return Interval(float(mean), float(low), float(high), int((counts > 0).sum()), int(counts.sum()))


def _mean(values: F8, axis: int) -> F8:
    """Mean of the numbers along an axis; nan where there are none."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
