# Many rollouts of equal structure as arrays (B, T, N), so that a sweep is analysed at once.

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import F8, I4, Firing, Rollout
from mkdocs_worldmodel.scenario.road_user import Kind

_ALL = slice(None)


@dataclass(frozen=True, slots=True)
class RolloutBatch:
    """B runs; fields as in `Rollout` with a leading batch axis. Rows after `rows[b]` of a copy are not its own."""

    time: F8
    """(T,), shared"""
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    length: F8
    """(B, N)"""
    width: F8
    height: F8
    rear_overhang: F8
    wheelbase: F8
    direction: I4
    """(B, T, N), as all that follow"""
    x: F8
    y: F8
    heading: F8
    speed: F8
    acceleration: F8
    yaw_rate: F8
    road: I4
    s: F8
    t: F8
    lane: I4
    present: I4
    signals: I4
    """(B, T, S)"""
    roads: tuple[str, ...]
    firings: tuple[tuple[Firing, ...], ...]
    """(B,)"""
    ended: tuple[str, ...]
    """(B,)"""
    seeds: tuple[int, ...]
    """(B,)"""
    rows: I4
    """(B,) how many rows are valid"""
    world: str

    def __len__(self) -> int:
        return len(self.rows)

    def valid(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """(B, T) true where a row belongs to the run."""
        mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = np.arange(len(self.time)) < self.rows[:, None]
        return mask

    def one(self, b: int) -> Rollout:
        """The b-th run alone."""
        n = int(self.rows[b])
        arrays = {
            f.name: np.ascontiguousarray(value[b, :n] if value.ndim == 3 else value[b])
            for f in fields(self)
            if isinstance(value := getattr(self, f.name), np.ndarray) and f.name not in {"time", "rows"}
        }
        return Rollout(
            time=self.time[:n],
            names=self.names,
            kinds=self.kinds,
            roads=self.roads,
            firings=self.firings[b],
            ended=self.ended[b],
            seed=self.seeds[b],
            world=self.world,
            **arrays,
        )

    def some(self, copies: npt.NDArray[np.integer], rows: slice | npt.NDArray[np.integer] = _ALL) -> RolloutBatch:
        """Some of the runs, and of their rows (which keep their order), as a batch."""
        at = np.arange(len(self.time))[rows]
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in values.items():
            if isinstance(value, np.ndarray) and name not in {"time", "rows"}:
                values[name] = value[np.ix_(copies, at)] if value.ndim == 3 else value[copies]
        for name in ("firings", "ended", "seeds"):
            values[name] = tuple(values[name][b] for b in copies.tolist())
        values |= {"time": self.time[at], "rows": np.searchsorted(at, self.rows[copies]).astype(np.int32)}
        return RolloutBatch(**values)

    @classmethod
    def of(cls, run: Rollout) -> RolloutBatch:
        """A batch of one."""
        arrays = {
            f.name: value[None]
            for f in fields(run)
            if f.name != "time" and isinstance(value := getattr(run, f.name), np.ndarray)
        }
        return cls(
            time=run.time,
            names=run.names,
            kinds=run.kinds,
            roads=run.roads,
            firings=(run.firings,),
            ended=(run.ended,),
            seeds=(run.seed,),
            rows=np.array([len(run.time)], dtype=np.int32),
            world=run.world,
            **arrays,
        )
