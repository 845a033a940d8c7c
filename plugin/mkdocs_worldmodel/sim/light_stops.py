# Stopping at traffic lights.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.sim.approach import needed, slowed
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.ways import Group, Ways

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RED, RED_AMBER, AMBER = (ASPECTS.index(a) for a in ("red", "red amber", "amber"))
BEFORE_LINE = 0.3
"""How far before a line drivers stop [m]."""
_AMBER_BRAKING = 1.5
"""At amber one stops if that takes no more than this many times comfortable braking."""
_RED_BRAKING = 0.75
"""At red one stops if that takes no more than this part of what the brakes can do."""


class LightStops:
    """All traffic lights on all routes, as flat arrays.

    Attributes:
        held: (B, N) the first line at which a light holds somebody now, in metres of its route; inf: none.
    """

    def __init__(self, ways: Ways, lights: Lights) -> None:
        self.motion, self.lights = ways.motion, lights
        copies, users, line, column = [], [], [], []
        for group in ways.groups:
            for place, signal in lights_on(ways, group):
                copies.append(group.copies)
                users.append(group.users)
                line.append(np.full(len(group.users), place))
                column.append(np.full(len(group.users), lights.column(signal)))
        self.some = bool(copies)
        self.held: F8 = np.full(self.motion.s.shape, np.inf)
        if self.some:
            self.at = (np.concatenate(copies), np.concatenate(users))
            self.line, self.column = np.concatenate(line), np.concatenate(column)

    def cap(self, a: F8, driven: F8, v: F8, minds: Mask) -> F8:
        """Accelerations (B, N), as far as lights allow them to those who mind them."""
        tb, at = self.motion.tables, self.at
        shown = self.lights.shown[at[0], self.column]
        comfortable = tb.idm["comfortable_deceleration"][at]
        free, speed = self.line - driven[at] - tb.front[at], v[at]
        hardest = np.where(
            shown == AMBER,
            _AMBER_BRAKING * comfortable,
            np.maximum(_RED_BRAKING * tb.body["max_deceleration"][at], 1.0),
        )
        stops = (shown == RED) | (shown == RED_AMBER) | (shown == AMBER)
        stops &= (free > -BEFORE_LINE) & (needed(speed, free) <= hardest) & (tb.give_way["red"][at] > 0.5) & minds[at]
        self.held = np.full(v.shape, np.inf)
        np.minimum.at(self.held, at, np.where(stops, self.line, np.inf))
        cap = a.copy()
        most = slowed(speed, free - BEFORE_LINE, 0.0, comfortable, DT)
        np.minimum.at(cap, at, np.where(stops, most, np.inf))
        return cap


def lights_on(ways: Ways, group: Group) -> list[tuple[float, str]]:
    """Traffic lights that hold for a group: place of the line in metres of its route, and id."""
    return [
        (ways.place(group, k, signal.s), signal.id)
        for k, leg in enumerate(group.legs)
        for signal in group.network.road(leg.road).signals
        if signal.type == "traffic light" and signal.direction == leg.direction
    ]
