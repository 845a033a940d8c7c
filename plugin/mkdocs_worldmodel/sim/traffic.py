# What drivers mind besides the one ahead: bends, lights, right of way, people on crossings, the lanes that they need
# and the lanes that they would rather drive in. Each part is there only where the scenario has such things.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road_user import DRIVERS, THINGS, WALKERS
from mkdocs_worldmodel.sim import bends, crosswalks
from mkdocs_worldmodel.sim.bends import Bends
from mkdocs_worldmodel.sim.conflicts import find_conflicts
from mkdocs_worldmodel.sim.crosswalks import Crosswalks
from mkdocs_worldmodel.sim.director import Director
from mkdocs_worldmodel.sim.lane_changes import LaneChanges
from mkdocs_worldmodel.sim.lane_needs import LaneNeeds
from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.light_stops import LightStops
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.longitudinal import Longitudinal
from mkdocs_worldmodel.sim.merging import Merging
from mkdocs_worldmodel.sim.motion import Motion
from mkdocs_worldmodel.sim.right_of_way import RightOfWay
from mkdocs_worldmodel.sim.ways import Ways

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_MINDFUL = tuple(DRIVERS.index(name) for name in ("idm", "careful", "aeb"))
"""Drivers that keep to the rules of traffic."""


class Traffic:
    """Rules of traffic for B copies of N road users."""

    def __init__(
        self, motion: Motion, lateral: Lateral, longitudinal: Longitudinal, lights: Lights, director: Director
    ) -> None:  # fmt: skip
        self.motion, self.lateral, self.longitudinal, self.director = motion, lateral, longitudinal, director
        kinds = motion.tables.kinds
        self._drives = np.array([kind not in WALKERS | THINGS for kind in kinds])
        networks = [s.network for s in motion.tables.scenarios]
        anything = any(n.junctions or n.controllers for n in networks) or bends.fits(motion) or crosswalks.exist(motion)
        self.ways = Ways(motion, self._drives) if anything else None
        self.lane_changes = self._find_lane_changes()
        if self.ways is not None:
            self.bends = Bends(self.ways)
            self.light_stops = LightStops(self.ways, lights)
            self.crosswalks = Crosswalks(self.ways, lights)
            conflicts = find_conflicts(self.ways, self.bends)
            self.right_of_way = RightOfWay(motion, self.ways, conflicts)
            merging = Merging(motion, self.ways, conflicts)
            longitudinal.perception.merging = merging if merging.some else None

    def _find_lane_changes(self) -> LaneChanges | None:
        """None where no lane ends or leads elsewhere, and nobody changes lanes to get on faster."""
        tb = self.motion.tables
        free = bool((tb.lane_change["free"] > 0.5).any())
        if not free and not tb.several_roads and tb.lanes.constant:
            return None
        needs = LaneNeeds(self.motion, self.ways)
        if not (free or needs.some_end or needs.some_turn):
            return None
        self.longitudinal.perception.lateral = self.lateral
        return LaneChanges(self.motion, self.lateral, self.longitudinal.perception, needs)

    def change_lanes(self) -> None:
        """Let drivers begin to change lanes; once in every step, before it is decided who steers how."""
        if self.lane_changes is not None:
            self.lane_changes.decide(self.mindful() & ~self.director.on_path())

    def mindful(self) -> Mask:
        """Whose driver keeps to the rules, (B, N)."""
        driver = self.longitudinal.driver
        minds = (driver == _MINDFUL[0]) | (driver == _MINDFUL[1]) | (driver == _MINDFUL[2])
        mindful: Mask = minds & self._drives & self.motion.present & ~self.motion.guided
        return mindful

    def accelerations(self, a: F8) -> F8:
        """What drivers want, (B, N), as far as the rules of traffic allow it."""
        if self.ways is None and self.lane_changes is None:
            return a
        minds = self.mindful()
        if not minds.any():
            return a
        if self.lane_changes is not None:
            a = np.where(minds, self.lane_changes.cap(a), a)
        if self.ways is None:
            return a
        driven, v, cap = self.ways.driven(), self.motion.v, a
        on_way = self.ways.on_way()
        if self.bends.some:
            cap = self.bends.cap(cap, driven, v)
        if self.light_stops.some:
            cap = self.light_stops.cap(cap, driven, v, minds & on_way)
        if self.crosswalks.some:
            cap = self.crosswalks.cap(cap, driven, self.director.on_path())
        if self.right_of_way.some:
            cap = self.right_of_way.cap(cap, driven, self.light_stops.held, on_way)
        return np.where(minds & on_way, cap, a)
