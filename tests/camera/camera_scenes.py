# Roads and made-up runs for the tests and the benchmark of the cameras.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mkdocs_worldmodel.camera.ground.road_curve import RoadCurve
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import chain, lane_centre
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, LaneType, MarkType, Road, RoadKind, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind

User = tuple[Kind, int, float, float, float, int]
"""Kind, lane, s [m], speed [m/s], acceleration [m/s²], direction."""

STRAIGHT = [(900.0, 0.0, 0.0)]
LEFT = [(60.0, 0.0, 0.0), (60.0, 0.0, 1 / 300), (600.0, 1 / 300, 1 / 300)]
RIGHT = [(60.0, 0.0, 0.0), (40.0, 0.0, -1 / 150), (400.0, -1 / 150, -1 / 150)]


def _lane(number: int, kind: LaneType, width: float, mark: MarkType = "none", height: float = 0.0) -> Lane:
    return Lane(number, kind, (Cubic(0.0, width),), mark, height)


def road_of(kind: RoadKind, pieces: Sequence[tuple[float, float, float]] = STRAIGHT) -> Road:
    """A motorway, rural or town road."""
    if kind == "motorway":
        lanes = (
            _lane(1, "shoulder", 1.0),
            _lane(-1, "driving", 3.75, "broken"),
            _lane(-2, "driving", 3.75, "broken"),
            _lane(-3, "driving", 3.75, "solid"),
            _lane(-4, "shoulder", 2.5),
        )
        section = LaneSection(0.0, lanes, "solid")
    elif kind == "rural":
        lanes = (
            _lane(1, "driving", 3.5, "solid"),
            _lane(-1, "driving", 3.5, "solid"),
            _lane(2, "shoulder", 0.4),
            _lane(-2, "shoulder", 0.4),
        )
        section = LaneSection(0.0, lanes, "broken")
    else:
        lanes = (
            _lane(1, "driving", 3.25),
            _lane(2, "sidewalk", 2.5, "none", 0.12),
            _lane(-1, "driving", 3.25, "broken"),
            _lane(-2, "driving", 3.25),
            _lane(-3, "sidewalk", 2.5, "none", 0.12),
        )
        section = LaneSection(0.0, lanes, "broken")
    return Road("road", sum(p[0] for p in pieces), chain(pieces), (section,), kind)


def network_of(kind: RoadKind, pieces: Sequence[tuple[float, float, float]] = STRAIGHT) -> RoadNetwork:
    """A network of one road."""
    return RoadNetwork((road_of(kind, pieces),))


def traffic_of(kind: RoadKind) -> list[User]:
    """About ten road users, the ego first."""
    if kind == "motorway":
        return [
            ("car", -2, 200, 30, 0, 1),
            ("truck", -3, 204, 24, 0, 1),
            ("car", -2, 228, 31, -1, 1),
            ("van", -2, 262, 28, 0, 1),
            ("car", -1, 194, 33, 0, 1),
            ("car", -3, 175, 30, 0, 1),
            ("truck", -3, 250, 24, 0, 1),
            ("car", -1, 290, 33, 0, 1),
            ("car", -2, 160, 30, 0, 1),
            ("car", -3, 300, 25, 0, 1),
            ("van", -1, 120, 30, 0, 1),
        ]
    if kind == "rural":
        return [
            ("car", -1, 200, 22, 0, 1),
            ("truck", -1, 235, 20, 0, 1),
            ("car", 1, 225, 22, 0, -1),
            ("van", 1, 300, 22, 0, -1),
            ("car", -1, 180, 22, 0, 1),
            ("car", 1, 210, 22, 0, -1),
        ]
    return [
        ("car", -1, 200, 10, 0, 1),
        ("car", -1, 214, 9, -1, 1),
        ("van", -2, 208, 10, 0, 1),
        ("truck", -2, 226, 9, 0, 1),
        ("car", 1, 222, 10, 0, -1),
        ("car", 1, 260, 10, 0, -1),
        ("car", -1, 186, 10, 0, 1),
        ("car", -2, 190, 10, 0, 1),
        ("van", 1, 204, 10, 0, -1),
        ("car", -1, 250, 10, 0, 1),
    ]


def rollout_on(road: Road, users: Sequence[User], rows: int = 20, dt: float = 0.1) -> Rollout:
    """Everyone drives along the middle of its lane with a constant acceleration."""
    curve, count = RoadCurve(road), len(users)
    time = np.arange(rows) * dt
    shape = (rows, count)
    x, y, heading, s, t = (np.zeros(shape) for _ in range(5))
    speed, acceleration = np.zeros(shape), np.zeros(shape)
    for j, (_, lane, s0, v, a, direction) in enumerate(users):
        s[:, j] = s0 + direction * (v * time + 0.5 * a * time**2)
        t[:, j] = lane_centre(road, lane, 10.0)
        x[:, j], y[:, j], along = curve.place(s[:, j], t[:, j])
        heading[:, j] = along + (0.0 if direction > 0 else np.pi)
        speed[:, j], acceleration[:, j] = v + a * time, a
    bodies = [BODIES[u[0]] for u in users]
    return Rollout(
        time=time,
        names=tuple(f"user {j}" for j in range(count)),
        kinds=tuple(u[0] for u in users),
        length=np.array([b.length for b in bodies]),
        width=np.array([b.width for b in bodies]),
        height=np.array([b.height for b in bodies]),
        rear_overhang=np.array([b.rear_overhang for b in bodies]),
        wheelbase=np.array([b.wheelbase for b in bodies]),
        direction=np.broadcast_to(np.array([u[5] for u in users], dtype=np.int32), shape),
        x=x,
        y=y,
        heading=heading,
        speed=speed,
        acceleration=acceleration,
        yaw_rate=np.zeros(shape),
        s=s,
        t=t,
        lane=np.zeros(shape, dtype=np.int32),
        road=np.zeros(shape, dtype=np.int32),
        present=np.ones(shape, dtype=np.int32),
        signals=np.zeros((shape[0], 0), dtype=np.int32),
        roads=("1",),
        firings=(),
        ended="stop",
        world="made up",
        seed=0,
    )
