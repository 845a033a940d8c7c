# Measures of the ego over time, for whole batches at once.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import extents, leader
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measures:
    """The ego and whoever is next ahead in its way; arrays (B, T). inf where there is none, or never."""

    leader: npt.NDArray[np.intp]
    """Which road user is ahead, -1 where none."""
    gap: F8
    """Free space to it along the ego's lane [m]; 0 where the bodies overlap lengthwise."""
    thw: F8
    """Time headway: gap / speed of the ego [s]."""
    ttc: F8
    """Time to collision at constant speeds: gap / closing speed [s]; 0 where the bodies overlap lengthwise."""


def measure(batch: RolloutBatch, network: RoadNetwork) -> Measures:
    """Measure a batch on a road network that all its copies share."""
    direction = batch.direction.astype(np.float64)
    line = ReferenceLines(network.roads[:1])
    _, _, along = line.pose(0, batch.s)
    slant = batch.heading - along - np.where(direction < 0, np.pi, 0.0)
    body = (batch.length[:, None, :], batch.width[:, None, :], batch.rear_overhang[:, None, :])
    e = extents(direction, batch.s, batch.t, slant, batch.speed, along, body)
    index, gap, lead_speed = leader(e, 0)
    speed = batch.speed[:, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        thw = np.where(speed > 0.1, gap / speed, np.inf)
        closing = speed - lead_speed
        ttc = np.where(closing > 1e-6, np.maximum(gap, 0.0) / closing, np.inf)
    thw[index < 0] = np.inf
    ttc[index < 0] = np.inf
    return Measures(index, np.maximum(gap, 0.0), np.maximum(thw, 0.0), ttc)
