# Training data made while training goes on: child processes drive scenes and cut sequences out of them, the trainer
# takes them. Shard number i is the same for the same source, whoever makes it and whenever.

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mkdocs_worldmodel.model.kinematics import CHUNK
from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.training.data import Sequences, Tracks, sequences, tracks, window
from mkdocs_worldmodel.training.own_rollouts import beginner
from mkdocs_worldmodel.training.scenes import ROAD_KINDS, scenes

SECONDS = 11.0
"""Of a driven scene a sequence is cut out of so much [s]."""
SCENES = 192
"""Scenes of each road kind in a shard."""
_HELD_OUT = 1_000_000_000
"""Seeds from here on are never trained on."""
_LATER = 6
"""Every so many shards are of scenes that were driven for as long before the part that is taken."""
_HANDED_OVER = (2.0, 4.0, 8.0)
"""When a model that begins a scene hands it over [s]."""
_POLITE = 10
"""By how much the processes that make data are nicer than the trainer."""


@dataclass(frozen=True, slots=True)
class Source:
    """All that decides what is in a shard."""

    seed: int
    chunks: int
    """Of a sequence."""
    importance: bool = True
    scenes: int = SCENES
    """Of each road kind in a shard."""
    seconds: float = SECONDS
    """Of a scene a sequence is cut out of so much [s]."""
    tracks: str = ""
    """A folder of recorded traffic (see `tracks.read_tracks`); '' without."""
    share: float = 0.5
    """Of the sequences that come from it."""
    kinds: Sequence[str] = ROAD_KINDS
    """Of roads."""
    weights: str = ""
    """A folder of weights that begin some of the scenes (see `own_rollouts`); '' for none."""
    own: float = 0.3
    """Share of the scenes that they begin."""


def shard(source: Source, number: int) -> Sequences:
    """The sequences of a shard, shuffled."""
    random = np.random.default_rng([source.seed, number])
    made = Sequences.join([part for kind in source.kinds for part in _driven(source, kind, number, random)])
    everything = made.take(random.permutation(len(made.token)))
    if source.tracks:
        wanted = round(source.share * len(everything.token))
        kept = everything.take(np.arange(len(everything.token) - wanted))
        everything = Sequences.join([kept, _recorded(source, wanted, random)])
        everything = everything.take(random.permutation(len(everything.token)))
    return everything


def _driven(source: Source, kind: str, number: int, random: np.random.Generator) -> Iterator[Sequences]:
    """One sequence out of each scene of a road kind; where a model begins them, from when it hands over on."""
    seed = source.seed * 1_000_003 + number
    if source.weights and random.random() < source.own:
        until = float(random.choice(_HANDED_OVER))
        low, high = until - 2.0 * CHUNK, until + CHUNK * (source.chunks + 1)
        for batch in scenes(kind, seed, source.scenes, high, prepare=beginner(_model(source.weights), until)):
            cut = window(tracks(batch.scenarios, batch.run), low, high)
            yield sequences(cut, source.chunks, random, importance=False, begin=2)
        return
    low = source.seconds if number % _LATER == _LATER - 1 else 0.0
    for batch in scenes(kind, seed, source.scenes, low + source.seconds):
        cut = window(tracks(batch.scenarios, batch.run), low, low + source.seconds)
        yield sequences(cut, source.chunks, random, importance=source.importance)


@cache
def _model(folder: str) -> SceneModel:
    return SceneModel.load(Path(folder), threads=1)


def held_out(number: int) -> int:
    """A seed that no training uses."""
    return _HELD_OUT + number


def _recorded(source: Source, count: int, random: np.random.Generator) -> Sequences:
    """Sequences out of recorded traffic, each from a scene and a moment drawn at random."""
    recorded, parts = _read(source.tracks, source.chunks), []
    for _ in range(count):
        on_road = recorded[int(random.integers(len(recorded)))]
        frames = on_road.present.shape[1]
        most = 0.1 * (frames - 1)
        low = round(float(random.uniform(0.0, max(0.0, most - source.seconds))), 1)
        cut = window(on_road, low, min(most, low + source.seconds))
        parts.append(sequences(cut, source.chunks, random, importance=source.importance))
    return Sequences.join(parts)


@cache
def _read(folder: str, chunks: int) -> list[Tracks]:
    from mkdocs_worldmodel.training.tracks import read_tracks

    needed = 0.5 * chunks + 0.5
    found = [(scenario, run) for scenario, run in read_tracks(Path(folder)) if run.time[-1] >= needed]
    if not found:
        raise ValueError(f"no scene in {folder} lasts {needed:g} s, as long as a training sequence")
    return [tracks([scenario], RolloutBatch.of(run)) for scenario, run in found]


class Stream:
    """Shards from `first` on, made ahead by child processes in a folder.

    Args:
        folder: where shards wait; what an earlier run left there is used
        workers: child processes; they run at a lower priority
        ahead: most shards that wait
    """

    def __init__(
        self, folder: Path, source: Source, *, first: int = 0, step: int = 1, workers: int = 2, ahead: int = 4
    ) -> None:
        self.folder, self.next, self.step = folder, first, step
        folder.mkdir(parents=True, exist_ok=True)
        for half in folder.glob(".*"):
            shutil.rmtree(half, ignore_errors=True)
        base = [sys.executable, "-m", "mkdocs_worldmodel.training.stream", str(folder), json.dumps(asdict(source))]
        self._children = [
            subprocess.Popen([*base, str(ahead), str(step * workers), str(first + step * w)])  # noqa: S603
            for w in range(workers)
        ]

    def __iter__(self) -> Iterator[Sequences]:
        while True:
            yield self._take(self.folder / f"{self.next}")
            self.next += self.step

    def _take(self, path: Path) -> Sequences:
        while not path.exists():
            if any(child.poll() is not None for child in self._children):
                raise RuntimeError(f"a process that makes training data has ended: shard {path.name} is missing")
            time.sleep(0.05)
        arrays = [np.load(path / f"{name}.npy", allow_pickle=False) for name in Sequences.__dataclass_fields__]
        shutil.rmtree(path)
        return Sequences(*arrays)

    def close(self) -> None:
        """End the child processes."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait()


def _make(folder: Path, source: Source, ahead: int, step: int, number: int) -> None:
    """What a child process does: every so many shards as long as its parent lives, never too far ahead."""
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    parent = os.getppid()
    while os.getppid() == parent:
        waiting = sum(1 for each in folder.iterdir() if each.name.isdigit() and int(each.name) < number)
        if waiting >= ahead:
            time.sleep(0.2)
            continue
        if not (folder / f"{number}").exists():
            made = shard(source, number)
            half = folder / f".{number}"
            half.mkdir()
            for name in Sequences.__dataclass_fields__:
                np.save(half / f"{name}.npy", getattr(made, name))
            half.rename(folder / f"{number}")
        number += step


if __name__ == "__main__":
    where, told, *numbers = sys.argv[1:]
    _make(Path(where), Source(**json.loads(told)), *map(int, numbers))
