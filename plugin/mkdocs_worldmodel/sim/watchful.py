# Drivers that watch everyone around them, not only the one ahead: `careful` and `aeb`.

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.story import DriverAction
from mkdocs_worldmodel.sim.aeb import AebDriver
from mkdocs_worldmodel.sim.careful import CarefulDriver
from mkdocs_worldmodel.sim.longitudinal import Longitudinal
from mkdocs_worldmodel.sim.motion import DT, Motion
from mkdocs_worldmodel.sim.sight import Sight, in_frame

F8 = npt.NDArray[np.float64]

_KINDS: dict[str, Callable[[int, int], CarefulDriver | AebDriver]] = {"careful": CarefulDriver, "aeb": AebDriver}


class Watchful:
    """The careful drivers and the emergency brakes of B copies of N road users."""

    def __init__(self, motion: Motion, longitudinal: Longitudinal) -> None:
        self.motion, self.longitudinal = motion, longitudinal
        tb = motion.tables
        self._parameters = {"careful": tb.careful, "aeb": tb.aeb}
        wanted = {(u.driver, n) for s in tb.scenarios for n, u in enumerate(s.users)}
        wanted |= {
            (a.driver, tb.names.index(a.actor))
            for s in tb.scenarios
            for e in s.events
            for a in e.actions
            if isinstance(a, DriverAction)
        }
        self._drivers = [
            (name, n, kind(*motion.s.shape)) for name, kind in _KINDS.items() for n in range(len(tb.names))
            if (name, n) in wanted
        ]  # fmt: skip

    def accelerations(self, a: F8) -> F8:
        """What drivers want, (B, N), with that of the watchful in its place."""
        if not self._drivers:
            return a
        a = a.copy()
        sights: dict[int, Sight] = {}
        for name, n, driver in self._drivers:
            if n not in sights:
                sights[n] = self.sight(n)
            p = {field: values[:, n] for field, values in self._parameters[name].items()}
            chosen = driver.act(sights[n], a[:, n], p, DT)  # in every step, so that it remembers what it saw
            a[:, n] = np.where(self.longitudinal.driver[:, n] == DRIVERS.index(name), chosen, a[:, n])
        return a

    def sight(self, n: int) -> Sight:
        """What one driver sees now."""
        m, tb, perception = self.motion, self.motion.tables, self.longitudinal.perception
        e = perception.extents()
        sign, middle_t = m.direction[:, n, None], 0.5 * (e.low + e.high)
        own_offset = m.direction[:, n] * (m.t[:, n] - m.middle().value[:, n])
        if perception.routes is None:
            along = sign * ((e.s - e.s[:, n, None]) - e.t[:, n, None] * (e.bend - e.bend[:, n, None]))
            same, own_road = sign * m.direction, np.ones(m.s.shape, dtype=bool)
            lateral = np.zeros(m.s.shape)
        else:
            seen = perception.positions(n, e)
            along, same, own_road = seen.along, seen.same, seen.own_road
            lateral = seen.lateral + seen.way * (middle_t - e.t) - own_offset[:, None]
        across = np.where(own_road, sign * (middle_t - m.t[:, n, None]), lateral)
        near, middle = np.where(same > 0, e.rear, e.front), 0.5 * (e.front - e.rear)
        ahead = along + same * middle - middle[:, n, None] > 0.0
        lane = tb.lanes.at(m.road, m.s, m.t)
        lane_middle = tb.lanes.middle(m.road, m.s, lane).value
        there = m.present.copy()
        there[:, n] = False
        x, y, heading = m.pose()
        centre = 0.5 * tb.body["length"] - tb.body["rear_overhang"]
        dx, dy, vx, vy, relative = in_frame(n, x, y, heading, m.v, centre)
        return Sight(
            there=there,
            gap=np.where(ahead & there, along - near - e.front[:, n, None], np.inf),
            across=across,
            across_speed=same * m.v * np.sin(m.slant),
            reach=0.5 * (e.high - e.low),
            lane_offset=np.where(lane != 0, same * m.direction * (middle_t - lane_middle), 0.0),
            speed=same * e.speed,
            acceleration=same * m.acceleration,
            dx=dx,
            dy=dy,
            vx=vx,
            vy=vy,
            heading=relative,
            length=tb.body["length"],
            width=tb.body["width"],
            own_speed=m.v[:, n],
            own_acceleration=m.acceleration[:, n],
            own_length=tb.body["length"][:, n],
            own_width=tb.body["width"][:, n],
            own_front=tb.front[:, n],
            max_deceleration=tb.body["max_deceleration"][:, n],
        )
