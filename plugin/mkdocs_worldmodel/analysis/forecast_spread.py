# Whether long made-up traffic is like traffic: how its speeds, accelerations, gaps, places in lanes and lane changes
# are distributed, beside those of other runs.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.measures import hidden, road_extents
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import leader
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_MOVES = 0.5
"""Whoever never gets faster than this does not take part: the parked [m/s]."""
_FAR = 100.0
"""Gaps beyond this are none [m]."""
_EVERY = 2
"""Of the rows every so many are looked at: 10 Hz."""


@dataclass(frozen=True, slots=True)
class Driving:
    """What vehicles do; flat arrays of all that was seen."""

    speed: F8
    """[m/s]"""
    acceleration: F8
    """[m/s²]"""
    gap: F8
    """To the next ahead on the own road, where it is near [m]."""
    lane_offset: F8
    """From the middle of the lane, left positive [m]; not on connecting roads of junctions."""
    lane_changes: F8
    """Of each vehicle, per second that it was there [1/s]."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A distribution beside another."""

    mean: float
    std: float
    other_mean: float
    other_std: float
    distance: float
    """Wasserstein-1, in the unit of the values."""
    overlap: float
    """Share of the two histograms that is common, 0 to 1."""


def driving(scenarios: Sequence[Scenario], runs: RolloutBatch, first: float = 0.0, last: float = np.inf) -> Driving:
    """What the vehicles of a batch do between two times [s]."""
    networks: dict[int, list[int]] = {}
    for b, scenario in enumerate(scenarios):
        networks.setdefault(id(scenario.network), []).append(b)
    rows = np.flatnonzero((runs.time >= first - 1e-9) & (runs.time <= last + 1e-9))[::_EVERY]
    parts = [_of_network(runs.some(np.array(b), rows), scenarios[b[0]].network) for b in networks.values()]
    return Driving(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Driving)})


def _of_network(batch: RolloutBatch, network: RoadNetwork) -> Driving:
    drives = np.array([kind not in WALKERS | THINGS for kind in batch.kinds])
    there: Mask = (batch.present == 1) & batch.valid()[..., None] & drives
    there &= np.where(there, batch.speed, 0.0).max(axis=1)[:, None] > _MOVES
    lanes = LaneTable(network.roads)
    lane = batch.lane.astype(np.int64)
    direction = batch.direction.astype(np.float64)
    offset = direction * (batch.t - lanes.middle(batch.road, batch.s, lane).value)
    inside = np.array([road.junction is not None for road in network.roads])[batch.road]
    in_lane = there & lanes.is_drivable(batch.road, batch.s, lane) & ~inside
    return Driving(
        speed=batch.speed[there],
        acceleration=batch.acceleration[there],
        gap=_gaps(batch, network, there),
        lane_offset=offset[in_lane],
        lane_changes=_changes(batch, lanes, in_lane, there),
    )


def _gaps(batch: RolloutBatch, network: RoadNetwork, there: Mask) -> F8:
    e = road_extents(batch, network)
    out = []
    for n in range(len(batch.names)):
        _, gap, _ = leader(hidden(e, batch.road != batch.road[:, :, n, None]), n)
        out.append(gap[there[:, :, n] & (gap < _FAR)])
    return np.concatenate(out)


def _changes(batch: RolloutBatch, lanes: LaneTable, in_lane: Mask, there: Mask) -> F8:
    piece = np.broadcast_to(lanes.piece(batch.road, batch.s), batch.road.shape)
    same = (np.diff(batch.road, axis=1) == 0) & (np.diff(piece, axis=1) == 0) & in_lane[:, 1:] & in_lane[:, :-1]
    changes = (same & (np.diff(batch.lane, axis=1) != 0)).sum(axis=1)
    seconds: F8 = there.sum(axis=1) * float(batch.time[1] - batch.time[0])
    rates: F8 = changes[seconds > 0.0] / seconds[seconds > 0.0]
    return rates


def likeness(values: F8, others: F8, bins: int = 50) -> Likeness:
    """Compare two samples of one quantity; nan where either is empty."""
    if not len(values) or not len(others):
        return Likeness(*[float("nan")] * 6)
    return Likeness(
        float(values.mean()), float(values.std()), float(others.mean()), float(others.std()),
        wasserstein(values, others), _overlap(values, others, bins),
    )  # fmt: skip


def wasserstein(values: F8, others: F8) -> float:
    """Wasserstein-1 distance of two samples: the area between their distribution functions."""
    everything = np.sort(np.concatenate([values, others]))
    parts = [np.searchsorted(np.sort(each), everything[:-1], "right") / len(each) for each in (values, others)]
    return float((np.abs(parts[0] - parts[1]) * np.diff(everything)).sum())


def _overlap(values: F8, others: F8, bins: int) -> float:
    low, high = min(values.min(), others.min()), max(values.max(), others.max())
    if high <= low:
        return 1.0
    shares = [np.histogram(each, bins, (low, high))[0] / len(each) for each in (values, others)]
    return float(np.minimum(*shares).sum())
