# What a road user and whoever is next ahead of it measure over time, for whole batches at once.

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import Extents, extents, leader
from mkdocs_worldmodel.rollout.route_lead import RouteTable, route_leader
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import RoadNetwork

F8 = npt.NDArray[np.float64]

_NOWHERE = 1e9
"""Lateral position of who is in nobody's way [m]."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A road user and whoever is next ahead in its way; arrays (B, T). inf where there is none, or never."""

    leader: npt.NDArray[np.intp]
    """Which road user is ahead, -1 where none."""
    gap: F8
    """Free space to it along the follower's lane [m]; 0 where the bodies overlap lengthwise."""
    thw: F8
    """Time headway: gap / speed of the follower [s]."""
    ttc: F8
    """Time to collision at constant speeds: gap / closing speed [s]; 0 where the bodies overlap lengthwise."""


def road_extents(batch: RolloutBatch, network: RoadNetwork) -> Extents:
    """Everyone as intervals in the coordinates of its own road, (B, T, N); the absent are in nobody's way."""
    direction = batch.direction.astype(np.float64)
    single = len(network.roads) == 1
    line = ReferenceLines(network.roads)
    _, _, along = line.pose(0 if single else batch.road, batch.s)
    slant = batch.heading - along - np.where(direction < 0, np.pi, 0.0)
    body = (batch.length[:, None, :], batch.width[:, None, :], batch.rear_overhang[:, None, :])
    e = extents(direction, batch.s, batch.t, slant, batch.speed, along, body)
    return e if batch.present.all() else hidden(e, batch.present == 0)


def hidden(e: Extents, who: npt.NDArray[np.bool_]) -> Extents:
    """The same with some in nobody's way."""
    return replace(e, low=np.where(who, _NOWHERE, e.low), high=np.where(who, _NOWHERE, e.high))


def measure(batch: RolloutBatch, network: RoadNetwork, routes: RouteTable | None = None, follower: int = 0) -> Measures:
    """Measure a batch on a road network that all its copies share.

    Without `routes` (one for each copy, or one for all) only those on the follower's own road are seen.
    """
    e, i = road_extents(batch, network), follower
    if len(network.roads) == 1:
        index, gap, lead_speed = leader(e, i)
    elif routes is None:
        index, gap, lead_speed = leader(hidden(e, batch.road != batch.road[:, :, i, None]), i)
    else:
        seen = routes.seen_by(i, batch.road, batch.s, batch.t, e.bend, e.direction)
        index, gap, lead_speed = route_leader(e, seen, i)
    return of_leader(index, gap, lead_speed, batch.speed[:, :, i], batch.present[:, :, i] == 1)


def of_leader(
    index: npt.NDArray[np.intp], gap: F8, lead_speed: F8, speed: F8, present: npt.NDArray[np.bool_]
) -> Measures:
    """Headway and time to collision from who is ahead; all arrays of one shape."""
    if not present.all():
        index, gap = np.where(present, index, -1), np.where(present, gap, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        thw = np.where(speed > 0.1, gap / speed, np.inf)
        closing = speed - lead_speed
        ttc = np.where(closing > 1e-6, np.maximum(gap, 0.0) / closing, np.inf)
    thw[index < 0] = np.inf
    ttc[index < 0] = np.inf
    return Measures(index, np.maximum(gap, 0.0), np.maximum(thw, 0.0), ttc)
