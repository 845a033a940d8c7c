# How many rollouts of one structure, such as the futures of a run, are written and read: one .npz, as in record.py.

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import DAMAGED, STATES
from mkdocs_worldmodel.rollout.rollout import Firing

FORMAT = 1
"""Version of the record; part of every key."""

_BODIES = ("length", "width", "height", "rear_overhang", "wheelbase")
_TEXTS = ("names", "kinds", "roads", "firings", "ended", "seeds", "world")


def quantised(batch: RolloutBatch) -> RolloutBatch:
    """The batch as it will be read back: states rounded to 1e-6."""
    rounded: dict[str, Any] = {
        f.name: np.round(value, 6) + 0.0  # + 0.0 turns -0.0 into 0.0
        for f in fields(batch)
        if isinstance(value := getattr(batch, f.name), np.ndarray) and value.dtype == np.float64
    }
    return replace(batch, **rounded)


def write(batch: RolloutBatch, path: Path) -> None:
    """Write a batch to `path` (.npz). The same batch gives the same bytes."""
    batch = quantised(batch)
    texts = {name: getattr(batch, name) for name in _TEXTS}
    texts["firings"] = [[asdict(firing) for firing in each] for each in batch.firings]
    arrays = {f.name: getattr(batch, f.name) for f in fields(batch) if f.name not in _TEXTS}
    said = json.dumps({"format": FORMAT, **texts}, sort_keys=True)
    np.savez_compressed(path, texts=np.array(said), **arrays)


def read(path: Path) -> RolloutBatch:
    """Read a batch.

    Raises:
        ValueError: where the file is damaged or no record of this format.
        OSError: where it cannot be read.
    """
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as data:
                batch = _batch(json.loads(str(data["texts"])), {n: data[n] for n in data.files if n != "texts"})
            _check_shapes(batch)
        except DAMAGED as error:
            raise ValueError(f"{path.name} is no record of rollouts: {error}") from error
    return batch


def _batch(texts: dict[str, Any], arrays: dict[str, Any]) -> RolloutBatch:
    if texts.pop("format") != FORMAT:
        raise ValueError("another format")
    values: dict[str, Any] = {name: value if name == "world" else tuple(value) for name, value in texts.items()}
    values["firings"] = tuple(tuple(Firing(**firing) for firing in each) for each in texts["firings"])
    return RolloutBatch(**values, **arrays)


def _check_shapes(batch: RolloutBatch) -> None:
    copies, rows, users = len(batch.rows), len(batch.time), len(batch.names)
    expected: dict[str, tuple[int, ...]] = dict.fromkeys(STATES, (copies, rows, users))
    expected |= dict.fromkeys(_BODIES, (copies, users))
    expected |= {"time": (rows,), "rows": (copies,), "signals": (copies, rows, batch.signals.shape[-1])}
    for name, shape in expected.items():
        if getattr(batch, name).shape != shape:
            raise ValueError(f"{name} has another shape")
    if any(len(each) != copies for each in (batch.firings, batch.ended, batch.seeds)) or len(batch.kinds) != users:
        raise ValueError("it lacks some of its rollouts")
