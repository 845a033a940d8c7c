# How a rollout is written and read: one .npz of arrays (never pickled), its texts as JSON inside.

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mkdocs_worldmodel.rollout.rollout import Firing, Rollout

FORMAT = 2
"""Version of the record; part of every run key."""

STATES = ("direction", "x", "y", "heading", "speed", "acceleration", "yaw_rate", "road", "s", "t", "lane", "present",
          "signals")  # fmt: skip
"""What a run has for each of its rows."""
DAMAGED = (
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError),  # numpy, json
    *(OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error),  # zipfile
)
"""What reading raises for files that are cut, overwritten, or said to be packed in unknown ways."""
_TEXTS = ("names", "kinds", "roads", "firings", "ended", "world", "seed")


def quantised(run: Rollout) -> Rollout:
    """The rollout as it will be read back: states rounded to 1e-6 (DESIGN section 5)."""
    values: dict[str, Any] = {f.name: getattr(run, f.name) for f in fields(run)}
    for name, value in values.items():
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            values[name] = np.round(value, 6) + 0.0  # + 0.0 turns -0.0 into 0.0
    return Rollout(**values)


def write(run: Rollout, path: Path) -> None:
    """Write a rollout to `path` (.npz). The same rollout gives the same bytes."""
    run = quantised(run)
    arrays = {f.name: getattr(run, f.name) for f in fields(run) if f.name not in _TEXTS}
    texts = {
        "format": FORMAT,
        "names": run.names,
        "kinds": run.kinds,
        "roads": run.roads,
        "firings": [asdict(f) for f in run.firings],
        "ended": run.ended,
        "world": run.world,
        "seed": run.seed,
    }
    np.savez_compressed(path, texts=np.array(json.dumps(texts, sort_keys=True)), **arrays)


def read(path: Path) -> Rollout:
    """Read a rollout.

    Raises:
        ValueError: where the file is damaged or no record of this format.
        OSError: where it cannot be read.
    """
    with path.open("rb") as file:
        try:
            return _read(file)
        except DAMAGED as error:
            raise ValueError(f"{path.name} is no record of a rollout: {error}") from error


def _read(file: BinaryIO) -> Rollout:
    with np.load(file, allow_pickle=False) as data:
        texts = json.loads(str(data["texts"]))
        if texts.pop("format") != FORMAT:
            raise ValueError("another format")
        arrays = {name: data[name] for name in data.files if name != "texts"}
    run = Rollout(
        names=tuple(texts["names"]),
        kinds=tuple(texts["kinds"]),
        roads=tuple(texts["roads"]),
        firings=tuple(Firing(**f) for f in texts["firings"]),
        ended=texts["ended"],
        world=texts["world"],
        seed=texts["seed"],
        **arrays,
    )
    _check_shapes(run)
    return run


def _check_shapes(run: Rollout) -> None:
    rows, users = len(run.time), len(run.names)
    expected: dict[str, tuple[int, ...]] = {"time": (rows,)}
    expected |= dict.fromkeys(("length", "width", "height", "rear_overhang", "wheelbase"), (users,))
    expected["signals"] = (rows, run.signals.shape[-1])
    for f in fields(run):
        if f.name not in _TEXTS and getattr(run, f.name).shape != expected.get(f.name, (rows, users)):
            raise ValueError(f"{f.name} has another shape")
    if rows < 2 or len(run.kinds) != users:
        raise ValueError("it has no states")
