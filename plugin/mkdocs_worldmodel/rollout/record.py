# How a rollout is written and read: one .npz of arrays (never pickled), its texts as JSON inside.

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.rollout.rollout import Firing, Rollout

FORMAT = 1
"""Version of the record; part of every run key."""

_TEXTS = ("names", "kinds", "firings", "ended", "world", "seed")


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
        "firings": [asdict(f) for f in run.firings],
        "ended": run.ended,
        "world": run.world,
        "seed": run.seed,
    }
    np.savez_compressed(path, texts=np.array(json.dumps(texts, sort_keys=True)), **arrays)


def read(path: Path) -> Rollout:
    """Read a rollout; ValueError where the file is no record of this format."""
    with np.load(path, allow_pickle=False) as data:
        texts = json.loads(str(data["texts"]))
        if texts.pop("format") != FORMAT:
            raise ValueError(f"{path.name} is a record of another format")
        arrays = {name: data[name] for name in data.files if name != "texts"}
    return Rollout(
        names=tuple(texts["names"]),
        kinds=tuple(texts["kinds"]),
        firings=tuple(Firing(**f) for f in texts["firings"]),
        ended=texts["ended"],
        world=texts["world"],
        seed=texts["seed"],
        **arrays,
    )
