# Batches of equal structure, made one after another, as one.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch


def joined(batches: Sequence[RolloutBatch]) -> RolloutBatch:
    """All copies of batches with the same road users and the same world, in their order."""
    longest = max(batches, key=lambda batch: len(batch.time))
    rows = len(longest.time)

    def together(name: str) -> npt.NDArray[Any]:
        parts = []
        for batch in batches:
            part = getattr(batch, name)
            # rows after the last of a copy are not its own: they only fill up
            missing = rows - part.shape[1] if part.ndim == 3 else 0
            parts.append(np.concatenate([part, np.repeat(part[:, -1:], missing, axis=1)], axis=1) if missing else part)
        return np.concatenate(parts)

    changed: dict[str, Any] = {
        f.name: together(f.name)
        for f in fields(longest)
        if f.name != "time" and isinstance(getattr(longest, f.name), np.ndarray)
    }
    for name in ("firings", "ended", "seeds"):
        changed[name] = tuple(each for batch in batches for each in getattr(batch, name))
    return replace(longest, **changed)
