# How drivers differ: the distributions from which traffic is drawn, one driver at a time. Who forecasts traffic without
# knowing its drivers draws from the same ones.

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import IdmParameters, Kind, LaneChangeParameters, RoadUser, YieldParameters

Bounds = tuple[float, float]

HEAVY: frozenset[Kind] = frozenset({"truck", "bus"})


@dataclass(frozen=True, slots=True)
class Priors:
    """Distributions of what drivers are like. Pairs are the ends of uniform ones, shares are probabilities."""

    speed_spread: float = 0.12
    """Desired speeds are normally distributed around what is usual, with this relative standard deviation."""
    heavy: float = 85.0 / 3.6
    """Lorries and buses want to drive no faster than this [m/s]."""
    unlimited: float = 130.0 / 3.6
    """What is usual where there is no limit [m/s]."""
    cyclist: Bounds = (12.0 / 3.6, 25.0 / 3.6)
    """Desired speed of cyclists [m/s]."""
    time_headway: Bounds = (0.8, 2.2)
    standstill_gap: Bounds = (1.4, 3.2)
    acceleration: Bounds = (0.9, 2.3)
    heavy_acceleration: Bounds = (0.4, 1.0)
    comfortable_deceleration: Bounds = (1.3, 2.9)
    free: float = 0.88
    """Share of drivers who change lanes to get on faster."""
    politeness: Bounds = (0.0, 0.5)
    threshold: Bounds = (0.05, 0.38)
    safe_deceleration: Bounds = (2.5, 6.0)
    bias: Bounds = (0.0, 0.4)
    duration: Bounds = (2.2, 6.0)
    critical_gap: Bounds = (2.8, 5.8)
    turn_acceleration: Bounds = (1.6, 3.2)
    heavy_turn_acceleration: float = 1.4
    minds_red: float = 0.98
    minds_priority: float = 0.98
    """Shares of drivers who stop at red and who give way."""


PRIORS = Priors()


def limit_at(road: Road, s: float) -> float | None:
    """Speed limit at a place of a road [m/s]; None: no limit."""
    limit = road.speed_limit
    for change in road.speed_limits:
        if s >= change.s:
            limit = change.limit
    return limit


def usual_speed(kind: Kind, limit: float | None, priors: Priors = PRIORS) -> float:
    """What drivers of that kind want to drive on average where that limit holds [m/s]."""
    if kind == "bicycle":
        return 0.5 * (priors.cyclist[0] + priors.cyclist[1])
    speed = priors.unlimited if limit is None else limit
    return min(speed, priors.heavy) if kind in HEAVY else speed


def usual_driver(user: RoadUser, desired: float, priors: Priors = PRIORS) -> RoadUser:
    """A road user with a driver as most are, who wants to drive that fast [m/s]."""
    slow = user.kind in HEAVY or user.kind == "bicycle"
    bounds = priors.heavy_acceleration
    idm = IdmParameters(acceleration=0.5 * (bounds[0] + bounds[1])) if slow else IdmParameters()
    return replace(user, desired_speed=max(desired, 0.1), idm=idm, lane_change=LaneChangeParameters(),
                   give_way=YieldParameters(red=user.give_way.red))  # fmt: skip


def drawn_driver(
    user: RoadUser, around: float, rng: np.random.Generator, priors: Priors = PRIORS, *, lanes: bool = True
) -> RoadUser:
    """A road user with a driver drawn from the priors.

    Args:
        user: who drives; everything but the driver's numbers stays.
        around: mean of its desired speed [m/s].
        rng: as many numbers are taken from it whatever comes of them.
        priors: the distributions.
        lanes: whether it may be one that changes lanes to get on faster.
    """
    z = min(max(float(rng.standard_normal()), -3.0), 3.0)
    take: Iterator[float] = iter(rng.random(14).tolist())

    def between(bounds: Bounds) -> float:
        return bounds[0] + (bounds[1] - bounds[0]) * next(take)

    heavy = user.kind in HEAVY
    desired = max(around * (1.0 + priors.speed_spread * z), 0.1)
    desired = min(desired, user.body.max_speed, priors.heavy if heavy else math.inf)
    idm = IdmParameters(
        between(priors.time_headway),
        between(priors.standstill_gap),
        between(priors.heavy_acceleration if heavy or user.kind == "bicycle" else priors.acceleration),
        between(priors.comfortable_deceleration),
        user.idm.coolness,
    )
    change = LaneChangeParameters(
        next(take) < priors.free and lanes,
        between(priors.politeness),
        between(priors.threshold),
        between(priors.safe_deceleration),
        between(priors.bias),
        between(priors.duration),
    )
    give_way = YieldParameters(
        between(priors.critical_gap),
        next(take) < priors.minds_red and user.give_way.red,
        next(take) < priors.minds_priority,
        user.give_way.pedestrians,
        priors.heavy_turn_acceleration if heavy else between(priors.turn_acceleration),
    )
    return replace(user, desired_speed=desired, idm=idm, lane_change=change, give_way=give_way)
