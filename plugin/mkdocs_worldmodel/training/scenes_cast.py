# Who takes part in a batch of random scenes: kinds and sizes of its road users, the hidden numbers of their drivers.

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mkdocs_worldmodel.scenario.road_user import (
    BODIES,
    Body,
    IdmParameters,
    Kind,
    LaneChangeParameters,
    YieldParameters,
)
from mkdocs_worldmodel.training.scenes_stretches import KMH

Role = Literal["drives", "cycles", "walks", "parks", "stuck"]

HEAVY: frozenset[Kind] = frozenset({"truck", "bus"})
AT_JUNCTIONS = frozenset({"crossing", "signals", "roundabout"})
WAYS_MEET = AT_JUNCTIONS | {"merge"}
"""Where ways of several roads meet: that is found out once for each pair of routes and sizes."""
IN_TOWN = AT_JUNCTIONS | {"urban"}

_MOTORS: tuple[Kind, ...] = ("car", "van", "truck", "bus", "motorcycle", "emergency")
_SHARES = {
    "motorway": (0.68, 0.1, 0.15, 0.02, 0.04, 0.01),
    "merge": (0.7, 0.1, 0.13, 0.02, 0.04, 0.01),
    "stop_and_go": (0.72, 0.1, 0.11, 0.03, 0.03, 0.01),
    "curves": (0.7, 0.1, 0.08, 0.03, 0.08, 0.01),
}
_IN_TOWN_SHARES = (0.75, 0.09, 0.04, 0.05, 0.05, 0.02)
_CARS = ((3.7, 1.66, 1.48), (4.284, 1.789, 1.456), (4.284, 1.789, 1.456), (4.75, 1.88, 1.65))
"""Length, width, height [m]: a small car, a Golf, a Golf, an SUV."""
_MOST = 16


@dataclass(frozen=True, slots=True)
class Part:
    """A column of a batch: what its road user is in all scenes."""

    name: str
    kind: Kind
    role: Role
    body: Body
    bends: float
    """Lateral acceleration that its driver accepts [m/s²]; few values in a batch, for conflicts are found once each."""


@dataclass(frozen=True, slots=True)
class Temper:
    """The hidden numbers of one driver."""

    idm: IdmParameters
    lane_change: LaneChangeParameters
    give_way: YieldParameters
    eager: float
    """Desired speed over the limit …"""
    most: float
    """… but no more than this [m/s]: of cyclists and people on foot, and of heavy vehicles."""

    def wish(self, limit: float) -> float:
        """What the driver would drive on a free road with that limit [m/s]."""
        return min(limit * self.eager, self.most)


def parts(kind: str, rng: np.random.Generator, *, parking: bool, pavement: bool, walks: bool) -> tuple[Part, ...]:
    """The columns of a batch, the ego first.

    Args:
        kind: of the roads.
        rng: all randomness.
        parking: whether the roads have room for the parked.
        pavement: whether they have one.
        walks: whether they have places to cross.
    """
    count = int(rng.choice([4, 8, 12, 14, 16], p=[0.08, 0.17, 0.25, 0.25, 0.25]))
    roles: list[Role] = []
    if kind in IN_TOWN:
        roles += _some("cycles", int(rng.integers(0, 1 + min(3, count // 4))))
        on_foot = int(rng.integers(0, 1 + min(4 if walks else 2, count // 4)))
        roles += _some("walks", on_foot if pavement else 0)
    if parking:
        roles += _some("parks", int(rng.integers(0, 1 + count // 5)))
    if kind not in AT_JUNCTIONS and rng.random() < 0.12:
        roles.append("stuck")
    roles = _some("drives", count - len(roles)) + roles
    car, others = _CARS[int(rng.integers(len(_CARS)))], kind not in WAYS_MEET
    bends = (float(rng.uniform(1.6, 2.6)), float(rng.uniform(2.2, 3.4)))
    out: list[Part] = []
    for i, role in enumerate(roles):
        which = _kind(kind, role, rng)
        body = BODIES[which]
        if which == "car":
            size = _CARS[int(rng.integers(len(_CARS)))] if others else car
            scale = size[0] / body.length
            body = replace(body, length=size[0], width=size[1], height=size[2], wheelbase=body.wheelbase * scale,
                           rear_overhang=body.rear_overhang * scale)  # fmt: skip
        accepts = 1.4 if which in HEAVY else bends[int(rng.integers(2))]
        out.append(Part("ego" if i == 0 else f"{which}_{i}", which, role, body, accepts))
    return tuple(out)


def _some(role: Role, count: int) -> list[Role]:
    return [role for _ in range(count)]


def _kind(roads: str, role: Role, rng: np.random.Generator) -> Kind:
    if role == "cycles":
        return "bicycle"
    if role == "walks":
        return "child" if rng.random() < 0.15 else "pedestrian"
    if role == "parks":
        return "van" if rng.random() < 0.15 else "car"
    if role == "stuck":
        return "obstacle" if rng.random() < 0.4 else "car"
    shares = np.array(_SHARES.get(roads, _IN_TOWN_SHARES))
    return _MOTORS[int(rng.choice(len(_MOTORS), p=shares / shares.sum()))]


def temper(part: Part, rng: np.random.Generator, *, choice: bool) -> Temper:
    """A driver; `choice` tells whether there are lanes to choose from at all."""
    u = rng.random(17).tolist()
    heavy, bike = part.kind in HEAVY, part.kind == "bicycle"
    strength = 0.4 if heavy else 0.5 if bike else 0.9
    idm = IdmParameters(
        time_headway=0.8 + 1.4 * u[0],
        standstill_gap=1.4 + 1.8 * u[1],
        acceleration=strength + (0.6 if heavy or bike else 1.4) * u[2],
        comfortable_deceleration=1.3 + 1.6 * u[3],
        coolness=0.99 if u[4] < 0.7 else 0.6 + 0.4 * u[5],
    )
    if u[6] < 0.15:
        change = LaneChangeParameters(choice, 0.0, 0.05, 5.0 + 3.0 * u[7], 0.1 * u[8], 2.0 + 2.0 * u[9])
    else:
        change = LaneChangeParameters(
            choice and u[6] < 0.88, 0.5 * u[7], 0.08 + 0.3 * u[8], 2.5 + 2.0 * u[9], 0.4 * u[10], 2.8 + 3.2 * u[11]
        )
    minds_red = u[12] > (0.7 if part.kind == "emergency" else 0.02)
    give_way = YieldParameters(2.8 + 3.0 * u[13], minds_red, u[14] > 0.02, u[15] > 0.03, part.bends)
    eager = 1.0 + 0.12 * float(np.clip(rng.standard_normal(), -2.5, 2.5))
    return Temper(idm, change, give_way, eager, _most(part, u[16]))


def _most(part: Part, u: float) -> float:
    if part.role == "cycles":
        return KMH * (12.0 + 13.0 * u)
    if part.role == "walks":
        return 0.8 + 1.1 * u
    if part.role in {"parks", "stuck"}:
        return 0.0
    return KMH * (78.0 + 12.0 * u) if part.kind in HEAVY else part.body.max_speed
