"""A straight road for one driver and a few others whose motion is given, to test drivers without the simulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.sim.sight import Sight

F8 = npt.NDArray[np.float64]
DT = 0.05
LANE = 3.5
Action = Callable[[Sight], F8]


@dataclass
class Other:
    """A box; `x`, `y` [m] of its middle and its velocities follow from the start and what changes them."""

    x: float
    """Of its middle, the driver's front bumper at the start being 0."""
    y: float
    vx: float = 0.0
    vy: float = 0.0
    length: float = 4.0
    width: float = 1.8
    heading: float = 0.0
    lane: float | None = None
    """y of the middle of its lane; None: it has none."""
    starts: float = 0.0
    """When it begins to move sideways [s]."""
    stops: float = np.inf
    """When it ends to move sideways [s]."""
    brakes: tuple[float, float] = (np.inf, 0.0)
    """From when on, how hard."""
    appears: float = 0.0

    def at(self, time: float) -> tuple[float, float, float, float, float]:
        """x, y, vx, vy, acceleration."""
        begin, rate = self.brakes
        t = max(0.0, time - begin)
        t = min(t, self.vx / rate) if rate else 0.0
        x = self.x + self.vx * min(time, begin) + (self.vx * t - 0.5 * rate * t * t if time > begin else 0.0)
        moved = max(0.0, min(time, self.stops) - self.starts)
        moving = self.starts <= time < self.stops
        v = self.vx - rate * t
        stands = time > begin and v <= 1e-9
        a = -rate if time >= begin and not stands else 0.0
        return x, self.y + self.vy * moved, max(v, 0.0) if rate else self.vx, self.vy if moving else 0.0, a


@dataclass
class Way:
    """B copies of a driver on the line y = 0, each with its own others (equally many)."""

    speed: F8
    others: Sequence[Sequence[Other]]
    mirrored: bool = False
    length: float = 4.0
    width: float = 1.8
    on_road: bool = True
    """False: nobody else is on the driver's way, as crossing traffic; only the body frame tells about them."""
    time: float = 0.0
    log: dict[str, list[F8]] = field(default_factory=lambda: {"a": [], "v": [], "gap": [], "time": []})

    def sight(self) -> Sight:
        count = len(self.speed)
        now = np.array([[o.at(self.time) for o in row] for row in self.others])
        x, y, vx, vy, a = np.moveaxis(now, -1, 0)
        there = np.array([[self.time >= o.appears - 1e-9 for o in row] for row in self.others])
        get = lambda name: np.array([[getattr(o, name) for o in row] for row in self.others])  # noqa: E731
        length, width, heading = get("length"), get("width"), get("heading")
        lanes = np.array([[o.y if o.lane is None else o.lane for o in row] for row in self.others])
        has_lane = np.array([[o.lane is not None for o in row] for row in self.others])
        sign = -1.0 if self.mirrored else 1.0
        y, vy, lanes, heading = sign * y, sign * vy, sign * lanes, sign * heading
        cosine, sine = np.abs(np.cos(heading)), np.abs(np.sin(heading))
        long, wide = 0.5 * (length * cosine + width * sine), 0.5 * (length * sine + width * cosine)
        ahead = x - self.x[:, None] - long
        on_way = self.on_road & (ahead + 2.0 * long + self.length > 0.0)
        fixed = np.full(count, self.length), np.full(count, self.width), np.full(count, 0.8 * self.length)
        return Sight(
            there, np.where(on_way, ahead, np.inf), y, vy, wide, np.where(has_lane, y - lanes, 0.0), vx, a,
            ahead + long + fixed[2][:, None], y, vx, vy, heading, length, width,
            self.speed.copy(), self.a.copy(), *fixed, np.full(count, 9.0),
        )  # fmt: skip

    def drive(self, act: Action, seconds: float) -> dict[str, F8]:
        """(T, B) arrays of a, v and of gaps (T, B, N), and time (T,)."""
        self.x, self.a = np.zeros(len(self.speed)), np.zeros(len(self.speed))
        self.speed = np.asarray(self.speed, dtype=np.float64)
        for k in range(round(seconds / DT) + 1):
            self.time = k * DT
            sight = self.sight()
            wanted = act(sight)
            stops = self.speed + wanted * DT < 0.0
            a = np.where(stops, -self.speed / DT, wanted)
            moved = np.where(
                stops, 0.5 * self.speed * self.speed / np.where(stops, -wanted, 1.0), (self.speed + 0.5 * a * DT) * DT
            )
            for name, value in (("a", a), ("v", self.speed), ("gap", sight.gap), ("time", np.array(self.time))):
                self.log[name].append(value)
            self.x, self.speed, self.a = self.x + moved, np.maximum(self.speed + a * DT, 0.0), a
        return {name: np.array(values) for name, values in self.log.items()}


def parameters(defaults: Any, copies: int, **changed: float) -> dict[str, F8]:
    """The fields of a parameter class as arrays (B,)."""
    return {f.name: np.full(copies, changed.get(f.name, getattr(defaults, f.name))) for f in fields(defaults)}
