# Where road users are in their lanes, and what holds there: kind of lane, direction, speed limit, edges of the
# carriageway. Arrays over the rows of one run.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import lane_borders
from mkdocs_worldmodel.scenario.road import DRIVABLE, LaneType, Road, RoadNetwork

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LanePlace:
    """Where a road user is; arrays (T,)."""

    type: tuple[LaneType, ...]
    """Of the lane in which its reference point is; 'none' outside of all."""
    offset: F8
    """From the middle of that lane, positive to the left of its driving direction [m]; nan outside of all."""
    way: F8
    """+1 where that lane's traffic goes with increasing s, -1 against, 0 where both or nobody may."""
    low: F8
    """Smallest t of the drivable lanes there [m]; nan where there are none."""
    high: F8
    limit: F8
    """Speed limit [m/s]; inf where there is none."""


def lane_place(network: RoadNetwork, run: Rollout, user: int) -> LanePlace:
    """Find where a road user is in each row."""
    rows = len(run.time)
    types: list[LaneType] = ["none"] * rows
    offset, low, high = (np.full(rows, np.nan) for _ in range(3))
    way, limit = np.zeros(rows), np.full(rows, np.inf)
    for r in np.unique(run.road[:, user]).tolist():
        road = network.roads[r]
        on = np.flatnonzero(run.road[:, user] == r)
        s = run.s[on, user]
        limit[on] = speed_limit(road, s)
        section = np.sum(s[:, None] >= np.array([sec.s for sec in road.sections])[1:], axis=1)
        for n in np.unique(section).tolist():
            k = on[section == n]
            low[k], high[k] = _drivable(road, n, run.s[k, user])
            for lane in road.sections[n].lanes:
                here = k[run.lane[k, user] == lane.id]
                if not len(here):
                    continue
                inner, outer = lane_borders(road, road.sections[n], lane, run.s[here, user])
                offset[here] = run.direction[here, user] * (run.t[here, user] - 0.5 * (inner + outer))
                way[here] = lane_way(road, lane.id, lane.type)
                for row in here.tolist():
                    types[row] = lane.type
    return LanePlace(tuple(types), offset, way, low, high, limit)


def lane_way(road: Road, lane: int, kind: LaneType) -> int:
    """+1 where a lane's traffic goes with increasing s, -1 against; 0 where that is not laid down."""
    if kind not in DRIVABLE or kind == "bidirectional":
        return 0
    return 1 if (lane < 0) == (road.rule == "RHT") else -1


def speed_limit(road: Road, s: F8) -> F8:
    """Speed limit along a road [m/s]; inf where there is none."""
    limit = np.full(s.shape, np.inf if road.speed_limit is None else road.speed_limit)
    for change in road.speed_limits:
        limit = np.where(s >= change.s, np.inf if change.limit is None else change.limit, limit)
    return limit


def _drivable(road: Road, section: int, s: F8) -> tuple[F8, F8]:
    low, high = np.full(s.shape, np.nan), np.full(s.shape, np.nan)
    for lane in road.sections[section].lanes:
        if lane.type in DRIVABLE:
            inner, outer = lane_borders(road, road.sections[section], lane, s)
            low, high = np.fmin(low, np.minimum(inner, outer)), np.fmax(high, np.maximum(inner, outer))
    return low, high
