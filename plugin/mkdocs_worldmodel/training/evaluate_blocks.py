# What an evaluation keeps: blocks of a few held-out scenes, each in a file of its own, so that a stopped one goes on
# where it was. Arrays have a leading axis of scenes: how sure a mean is follows from how scenes differ.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.training.stream import held_out

F8 = npt.NDArray[np.float64]
Arrays = dict[str, F8]

SIZE = 16
"""Scenes of a block: few, so that an evaluation sees many road networks and casts."""
PARTS = ("forecasts", "long", "reaction", "recorded", "off_training")
_FIRST = 1_000
"""Held-out seeds before this are the training's own."""
_MOST_BLOCKS = 1_000


@dataclass(frozen=True, slots=True)
class Block:
    """Some held-out scenes of one kind.

    Attributes:
        part: one of PARTS.
        kind: of road; of recorded traffic, the clip.
        seed: which repetition of the evaluation.
        number: which block of it.
        count: how many scenes.
    """

    part: str
    kind: str
    seed: int
    number: int
    count: int

    @property
    def scenes_seed(self) -> int:
        """Seed of the scenes, and of all futures: no training uses it, and no two blocks of a kind share it."""
        part = PARTS.index(self.part) * 100 + self.seed
        return held_out(_FIRST + part * _MOST_BLOCKS + self.number)

    def path(self, folder: Path) -> Path:
        """Its file."""
        return folder / self.part / f"{self.kind}-{self.seed}-{self.number}x{self.count}.npz"


def blocks(part: str, kinds: Sequence[str], scenes: int, seeds: int) -> Iterator[Block]:
    """Blocks that hold `scenes` scenes of each kind, spread evenly over the seeds; the first of everything first."""
    of_seed = [len(range(seed, scenes, seeds)) for seed in range(seeds)]
    for number in range(-(-max(of_seed, default=0) // SIZE)):
        for kind in kinds:
            for seed, count in enumerate(of_seed):
                here = min(SIZE, count - number * SIZE)
                if here > 0:
                    yield Block(part, kind, seed, number, here)


def keep(folder: Path, block: Block, arrays: Arrays) -> None:
    """Write what a block came to: a temporary name first, so that a kill at any moment leaves none half written."""
    path = block.path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    half.replace(path)


def kept(folder: Path, some: Sequence[Block]) -> Arrays | None:
    """What those of the blocks came to that are there, one after another; None where there is none.

    Where blocks differ in how many road users or starts they have, missing ones are nan. `seed` (S,) is added.
    """
    found = []
    for block in some:
        if block.path(folder).exists():
            with np.load(block.path(folder), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if not arrays:
                continue  # none of its scenes was fit
            scenes = len(next(iter(arrays.values())))
            found.append({**arrays, "seed": np.full(scenes, float(block.seed))})
    return together(found) if found else None


def together(parts: Sequence[Arrays]) -> Arrays:
    """Scenes one after another; what only some parts have is nan in the others."""
    names = sorted({name for part in parts for name in part})
    out: Arrays = {}
    for name in names:
        there = [part[name] for part in parts if name in part]
        shape = tuple(max(each.shape[axis] for each in there) for axis in range(1, there[0].ndim))
        out[name] = np.concatenate([_filled(part, name, shape) for part in parts])
    return out


def _filled(part: Arrays, name: str, shape: tuple[int, ...]) -> F8:
    scenes = len(next(iter(part.values())))
    out = np.full((scenes, *shape), np.nan)
    if name in part:
        out[(slice(None), *(slice(0, size) for size in part[name].shape[1:]))] = part[name]
    return out
