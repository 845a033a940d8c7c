"""Runs by formula, for tests of what is measured: nobody drives them, so their numbers are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, chain, lane_at
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Body, Kind, Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]
WIDTH = 3.5
CAR = BODIES["car"]


def road(road_id: str = "1", length: float = 600.0, **more: object) -> Road:
    """Two lanes each way and shoulders, straight along x where no geometries are given."""
    lanes = [Lane(sign * i, "driving", (Cubic(0.0, WIDTH),), "broken" if i == 1 else "solid")
             for sign in (-1, 1) for i in (1, 2)]  # fmt: skip
    lanes += [Lane(sign * 3, "shoulder", (Cubic(0.0, 2.0),)) for sign in (-1, 1)]
    given = {"geometries": chain([(length, 0.0, 0.0)]), "sections": (LaneSection(0.0, tuple(lanes), "solid solid"),)}
    return Road(road_id, length, **(given | more))  # type: ignore[arg-type]


@dataclass
class Mover:
    """A road user that goes along a road: s, t, and heading against the road, as functions of time."""

    s: Callable[[F8], F8]
    t: Callable[[F8], F8] | float = -0.5 * WIDTH
    direction: int = 1
    turned: Callable[[F8], F8] | float = 0.0
    kind: Kind = "car"
    body: Body | None = None
    acceleration: float = 0.0
    present: Callable[[F8], F8] | None = None
    road: int = 0
    speed: float | None = None
    route: tuple[Leg, ...] = ()


def steady(start: float, speed: float) -> Callable[[F8], F8]:
    return lambda time: start + speed * time


def drive(*movers: Mover, seconds: float = 4.0, dt: float = 0.05, network: RoadNetwork | None = None,
          signals: Callable[[F8], F8] | None = None) -> tuple[Scenario, Rollout]:  # fmt: skip
    """Build a run of them. Speeds are the derivative of s unless given."""
    network = network or RoadNetwork((road(),))
    time = np.arange(round(seconds / dt) + 1) * dt
    shape = (len(time), len(movers))
    columns: dict[str, F8] = {n: np.zeros(shape) for n in ("s", "t", "speed", "acceleration", "x", "y", "heading")}
    index = {n: np.zeros(shape, dtype=np.int32) for n in ("direction", "road", "lane", "present")}
    line = ReferenceLines(network.roads)
    of = lambda f: f(time) if callable(f) else np.full(len(time), f)  # noqa: E731
    for i, m in enumerate(movers):
        s, t = of(m.s), of(m.t)
        x, y, along = line.pose(m.road, s, t)
        speed = np.abs(np.gradient(s, dt)) if m.speed is None else np.full(len(time), m.speed)
        values = {"s": s, "t": t, "x": x, "y": y, "speed": speed, "acceleration": of(m.acceleration)}
        values["heading"] = along + of(m.turned) + (np.pi if m.direction < 0 else 0.0)
        for name, value in values.items():
            columns[name][:, i] = value
        index["direction"][:, i], index["road"][:, i] = m.direction, m.road
        index["lane"][:, i] = lane_at(network.roads[m.road], s, t)
        index["present"][:, i] = 1 if m.present is None else m.present(time)
    bodies = [m.body or BODIES[m.kind] for m in movers]
    names = ("ego", *(f"other_{i}" if i > 1 else "other" for i in range(1, len(movers))))
    lights = sum(len(r.signals) for r in network.roads)
    run = Rollout(
        time=time, names=names, kinds=tuple(m.kind for m in movers),
        **{n: np.array([getattr(b, n) for b in bodies])
           for n in ("length", "width", "height", "rear_overhang", "wheelbase")},
        **columns, **index, yaw_rate=np.gradient(columns["heading"], dt, axis=0),
        signals=np.zeros((len(time), lights), dtype=np.int32) if signals is None
        else np.tile(np.asarray(signals(time), dtype=np.int32)[:, None], (1, lights)),
        roads=tuple(r.id for r in network.roads), firings=(), ended="stop", world="formula", seed=0,
    )  # fmt: skip
    users = tuple(
        RoadUser(n, m.kind, b, network.roads[m.road].id, int(index["lane"][0, i]) or -1, m.direction,
                 float(columns["s"][0, i]), float(columns["t"][0, i]), 0.0, "scripted", 0.0, "#ffffff", route=m.route)
        for i, (n, m, b) in enumerate(zip(names, movers, bodies, strict=True))
    )  # fmt: skip
    return Scenario(network, users, (), Environment(), seconds), run
