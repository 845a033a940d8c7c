# Contact between road users as oriented boxes (separating-axis test) at every recorded step.

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contact:
    """The first touch of two road users."""

    row: int
    first: int
    second: int
    """Which road users."""
    closing: float
    """Size of the difference of their velocities [m/s]."""


def overlap(
    x: tuple[F8, F8], y: tuple[F8, F8], heading: tuple[F8, F8], length: tuple[F8, F8], width: tuple[F8, F8]
) -> npt.NDArray[np.bool_]:
    """Whether two oriented boxes (pairs of arrays of one shape, x and y of their middles) overlap."""
    dx, dy = x[1] - x[0], y[1] - y[0]
    cos0, sin0 = np.cos(heading[0]), np.sin(heading[0])
    cos1, sin1 = np.cos(heading[1]), np.sin(heading[1])
    # cosines between the axes of the two boxes
    c, s = np.abs(cos0 * cos1 + sin0 * sin1), np.abs(cos0 * sin1 - sin0 * cos1)
    l0, w0, l1, w1 = 0.5 * length[0], 0.5 * width[0], 0.5 * length[1], 0.5 * width[1]
    hit: npt.NDArray[np.bool_] = np.abs(dx * cos0 + dy * sin0) <= l0 + l1 * c + w1 * s
    hit &= np.abs(dy * cos0 - dx * sin0) <= w0 + l1 * s + w1 * c
    hit &= np.abs(dx * cos1 + dy * sin1) <= l1 + l0 * c + w0 * s
    hit &= np.abs(dy * cos1 - dx * sin1) <= w1 + l0 * s + w0 * c
    return hit


def first_contacts(batch: RolloutBatch) -> list[Contact | None]:
    """The first contact of each copy, None where nobody touches."""
    ahead = (0.5 * batch.length - batch.rear_overhang)[:, None, :]
    x = batch.x + ahead * np.cos(batch.heading)
    y = batch.y + ahead * np.sin(batch.heading)
    reach = 0.5 * np.sqrt(batch.length * batch.length + batch.width * batch.width)
    valid = batch.valid()
    found: list[Contact | None] = [None] * len(batch)
    for i, j in combinations(range(len(batch.names)), 2):
        dx, dy = x[:, :, j] - x[:, :, i], y[:, :, j] - y[:, :, i]
        limit = (reach[:, i] + reach[:, j])[:, None]
        b, k = np.nonzero(valid & (dx * dx + dy * dy <= limit * limit))
        if not len(b):
            continue
        hit = overlap(
            (x[b, k, i], x[b, k, j]),
            (y[b, k, i], y[b, k, j]),
            (batch.heading[b, k, i], batch.heading[b, k, j]),
            (batch.length[b, i], batch.length[b, j]),
            (batch.width[b, i], batch.width[b, j]),
        )
        copies, at = np.unique(b[hit], return_index=True)  # rows come in order of time
        for copy, row in zip(copies.tolist(), k[hit][at].tolist(), strict=True):
            earlier = found[copy]
            if earlier is None or row < earlier.row:
                found[copy] = Contact(row, i, j, _closing(batch, copy, row, i, j))
    return found


def _closing(batch: RolloutBatch, b: int, k: int, i: int, j: int) -> float:
    v, h = batch.speed[b, k], batch.heading[b, k]
    vx = v[i] * np.cos(h[i]) - v[j] * np.cos(h[j])
    vy = v[i] * np.sin(h[i]) - v[j] * np.sin(h[j])
    return float(np.sqrt(vx * vx + vy * vy))
