# The simulator: B copies of a scenario, N road users each, stepped together.
# Per step: look at the story, let the drivers decide, record, move.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.geometry import lane_at
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.director import Director
from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.longitudinal import SCRIPTED, STILL, Longitudinal
from mkdocs_worldmodel.sim.motion import DT, Motion, wrapped
from mkdocs_worldmodel.sim.policy import Policy
from mkdocs_worldmodel.sim.tables import Tables
from mkdocs_worldmodel.sim.third_party import ThirdPartyDriver
from mkdocs_worldmodel.sim.traffic import Traffic
from mkdocs_worldmodel.sim.watchful import Watchful

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

VERSION = "simulator 3"
"""Name and version; part of every run key. Raise it when any rollout changes."""

_RECORDED = ("s", "t", "slant", "v", "acceleration", "yaw_rate")
_CHANGING = ("road", "direction", "present", "scripted")
"""Recorded only where they can change."""


def _guest(scenarios: Sequence[Scenario], seeds: Sequence[int]) -> ThirdPartyDriver | None:
    """The ego's driver, where it comes from another package.

    Raises:
        WorldError: where it cannot be had, or copies have different ones.
    """
    names = {s.users[0].driver for s in scenarios}
    if names <= set(DRIVERS):
        return None
    if len(names) > 1:
        raise WorldError("only scenarios with the same driver of another package run as one batch")
    return ThirdPartyDriver(names.pop(), scenarios, 0, seeds)


class Simulation:
    """Steps B copies of a scenario at once."""

    def __init__(self, scenarios: Sequence[Scenario], seeds: Sequence[int], policy: Policy | None = None) -> None:
        self.tables = Tables(scenarios)
        self.seeds = tuple(seeds)
        self.step_index = 0
        self.motion = Motion(self.tables)
        self.lateral, self.longitudinal = Lateral(self.motion), Longitudinal(self.motion)
        self.lights = Lights(scenarios)
        self.director = Director(self.motion, self.lateral, self.longitudinal, self.lights)
        self.watchful = Watchful(self.motion, self.longitudinal)
        self._guest = _guest(scenarios, seeds)
        self.policy = policy
        """Drives some in place of their drivers."""
        self._traffic = None if policy is not None and policy.everyone else self._rules()
        self.outside: Mask = np.zeros(len(scenarios), dtype=bool)
        """Where somebody else steers the ego."""
        self.ended_at: I4 = np.rint(self.tables.stop / DT).astype(np.int32)
        """(B,) last row of each copy."""
        self.ended = ["stop"] * len(scenarios)
        self.director.fire(0.0)

    @property
    def time(self) -> float:
        """Simulation time [s]."""
        return self.step_index * DT

    @property
    def traffic(self) -> Traffic:
        """Rules of traffic; where a policy drives everyone they are made when somebody asks for them, if ever."""
        if self._traffic is None:
            self._traffic = self._rules()
        return self._traffic

    def _rules(self) -> Traffic:
        return Traffic(self.motion, self.lateral, self.longitudinal, self.lights, self.director)

    # -- one step ------------------------------------------------------------------------------------------

    def decide(self, ego_acceleration: F8 | None = None, ego_curvature: F8 | None = None) -> None:
        """Let every driver, and the story, choose acceleration and curvature for the coming step.

        Args:
            ego_acceleration: (B,) from outside, for the ego [m/s²]; where None, its own driver and the story decide.
            ego_curvature: (B,) likewise [1/m].
        """
        m, body = self.motion, self.tables.body
        if self._guest is not None and ego_acceleration is None:
            ego_acceleration, ego_curvature = self._guest.act([self.state(b) for b in range(len(m.s))])
        if self.policy is not None:
            m.guided = self.policy.takes(self, ego_commanded=ego_acceleration is not None)
        self.longitudinal.decide(self._heed, self.director.decide_speed)
        if self._anybody_drives():
            self.traffic.change_lanes()
        self.lateral.decide()
        self.director.decide_paths()
        if ego_acceleration is not None:
            limited = np.clip(ego_acceleration, -body["max_deceleration"][:, 0], body["max_acceleration"][:, 0])
            m.acceleration[:, 0] = np.where(m.v[:, 0] + limited * DT < 0.0, -m.v[:, 0] / DT, limited)
            m.distance[:, 0] = np.maximum(0.0, m.v[:, 0] * DT + 0.5 * m.acceleration[:, 0] * DT * DT)
        if ego_curvature is not None:
            sharpest = self.lateral.sharpest()[:, 0]
            m.curvature[:, 0] = np.clip(ego_curvature, -sharpest, sharpest)
            m.yaw_rate[:, 0] = m.v[:, 0] * m.curvature[:, 0]
            self.outside[:] = True  # whoever steers the ego takes it off its script
            self.director.let_go(0)
        if self.policy is not None:
            self._guide(*self.policy.controls(self))
        m.scripted = self._scripted()

    def _guide(self, acceleration: F8, yaw_rate: F8) -> None:
        """Let the guided move as their policy says, (B, N), within what their bodies and the road can do."""
        m, body, lanes, who = self.motion, self.tables.body, self.tables.lanes, self.motion.guided
        limited = np.clip(acceleration, -body["max_deceleration"], body["max_acceleration"])
        limited = np.where(m.v + limited * DT < 0.0, -m.v / DT, limited)
        distance = np.maximum(0.0, m.v * DT + 0.5 * limited * DT * DT)
        m.acceleration, m.distance = np.where(who, limited, m.acceleration), np.where(who, distance, m.distance)
        sharpest = self.lateral.sharpest()
        curvature = np.clip(yaw_rate * DT / np.maximum(distance, 1e-9), -sharpest, sharpest)
        m.curvature = np.where(who, curvature, m.curvature)
        m.yaw_rate = np.where(who, curvature * distance / DT, m.yaw_rate)
        m.keeps = m.keeps & ~who
        self.lateral.change.active &= ~who
        # they are in the lane in which they drive, so that it leads them on over the end of their road
        under = lanes.at(m.road, m.s, m.t)
        elsewhere = who & (under != m.lane) & lanes.is_drivable(m.road, m.s, under)
        m.lane, m.offset = np.where(elsewhere, under, m.lane), np.where(elsewhere, 0.0, m.offset)

    def _heed(self, a: F8) -> F8:
        """What drivers want, (B, N), as far as rules of the road and dangers around them allow it."""
        if self._anybody_drives():
            a = self.traffic.accelerations(a)
        return self.watchful.accelerations(a)

    def _anybody_drives(self) -> bool:
        """Whether there may be anybody that no policy drives and that does not stand for good."""
        if self.policy is None or not self.policy.everyone:
            return True
        m = self.motion
        return bool((m.present & ~m.guided & (self.longitudinal.driver != STILL)).any())

    def advance(self) -> None:
        """Move everyone by one step with what was decided."""
        m = self.motion
        before = m.direction * m.t
        exact = m.scripted
        m.advance()
        self.step_index += 1
        self.longitudinal.advance()
        self.lateral.advance()
        if exact.any():
            self.lateral.follow_exactly(exact, before)
        self.director.advance(self.time)
        m.change_roads()
        m.follow_lanes()
        self._end_or_vanish()
        self.lights.show(self.time)
        self.director.fire(self.time)
        self._end(self.director.stopped, 0, "condition")

    def _scripted(self) -> Mask:
        """Who is on its wanted path exactly."""
        scripted: Mask = (self.longitudinal.driver == SCRIPTED) & ~self.director.on_path()
        scripted[:, 0] &= ~self.outside
        return scripted

    def _end_or_vanish(self) -> None:
        """Whoever leaves the network vanishes; with the ego the run ends."""
        left = self.motion.beyond() & self.motion.present
        if left.any():
            self._end(left[:, 0], -1, f"end of road: {self.tables.names[0]}")
            self.motion.present[:, 1:] &= ~left[:, 1:]

    def _end(self, copies: Mask, shift: int, why: str) -> None:
        for b in np.flatnonzero(copies & (self.step_index + shift < self.ended_at)).tolist():
            self.ended_at[b] = max(self.step_index + shift, 1)
            self.ended[b] = why

    def state(self, b: int) -> State:
        """State of one copy; its actions are those of the step that led here."""
        tb, m = self.tables, self.motion
        x, y, heading = m.pose()
        lane = [
            int(lane_at(tb.roads[r], s[None], t[None])[0]) for r, s, t in zip(m.road[b], m.s[b], m.t[b], strict=True)
        ]
        return State(
            time=self.time,
            names=tb.names,
            kinds=tb.kinds,
            x=x[b],
            y=y[b],
            heading=wrapped(heading[b]),
            speed=m.v[b].copy(),
            acceleration=m.acceleration[b].copy(),
            yaw_rate=m.yaw_rate[b].copy(),
            lane=np.array(lane, dtype=np.int32),
            road=tb.own_road[b, m.road[b]],
            present=m.present[b].astype(np.int32),
            signals=self.lights.shown[b].copy(),
            ego_action=EgoAction(float(m.acceleration[b, 0]), float(m.curvature[b, 0])),
        )

    # -- whole runs ----------------------------------------------------------------------------------------

    def run(self, ego: Sequence[EgoAction] = ()) -> RolloutBatch:
        """Drive all copies to their end with their own drivers, the ego's first steps as commanded from outside."""
        rows = int(self.ended_at.max()) + 1
        m = self.motion
        record = {name: np.empty((rows, *m.s.shape)) for name in _RECORDED}
        changing = {name: np.empty((rows, *m.s.shape), dtype=np.int32) for name in _CHANGING}
        shown = np.empty((rows, *self.lights.shown.shape), dtype=np.int32)
        for k in range(rows):
            self._decide_commanded(ego[k] if k < len(ego) else None)
            for name, log in (*record.items(), *changing.items()):
                log[k] = getattr(m, name)
            shown[k] = self.lights.shown
            if k + 1 < rows:
                self.advance()
            if k >= int(self.ended_at.max()):
                break
        rows = int(self.ended_at.max()) + 1
        everything = {**record, **changing, "signals": shown}
        return self._batch({n: np.ascontiguousarray(np.swapaxes(a[:rows], 0, 1)) for n, a in everything.items()})

    def _decide_commanded(self, action: EgoAction | None) -> None:
        if action is None:
            self.decide()
        else:
            copies = len(self.seeds)
            self.decide(np.full(copies, action.acceleration), np.full(copies, action.curvature))

    def _batch(self, record: dict[str, Any]) -> RolloutBatch:
        tb = self.tables
        s, t, road, direction = record["s"], record["t"], record["road"], record["direction"]
        x, y, along = tb.line.pose(road, s, t)
        heading = wrapped(along + record["slant"] + np.where(direction < 0, np.pi, 0.0))
        rows = self.ended_at + 1
        yaw_rate = self._turned(record["yaw_rate"], heading, rows, record["scripted"] > 0)
        limit = self.ended_at * DT + 1e-9
        firings = tuple(tuple(f for f in fs if f.time <= limit[b]) for b, fs in enumerate(self.director.firings))
        own_road = tb.own_road[np.arange(len(rows))[:, None, None], road]
        return RolloutBatch(
            time=np.arange(s.shape[1], dtype=np.float64) * DT,
            names=tb.names,
            kinds=tb.kinds,
            length=tb.body["length"],
            width=tb.body["width"],
            height=tb.body["height"],
            rear_overhang=tb.body["rear_overhang"],
            wheelbase=tb.body["wheelbase"],
            direction=direction,
            x=x,
            y=y,
            heading=heading,
            speed=record["v"],
            acceleration=record["acceleration"],
            yaw_rate=yaw_rate,
            road=own_road,
            s=s,
            t=t,
            lane=self._lanes(road, s, t),
            present=record["present"],
            signals=record["signals"],
            roads=tuple(r.id for r in tb.scenarios[0].network.roads),
            firings=firings,
            ended=tuple(self.ended),
            seeds=self.seeds,
            rows=rows,
            world=VERSION,
        )

    def _turned(self, yaw_rate: F8, heading: F8, rows: I4, exact: Mask) -> F8:
        """Yaw rates; of those who follow a line exactly, from their headings."""
        if not exact.any():
            return yaw_rate
        turned = wrapped(np.diff(heading, axis=1, append=heading[:, -1:])) / DT
        copies = np.arange(len(rows))
        turned[copies, rows - 1] = turned[copies, rows - 2]  # no row follows the last
        return np.where(exact, turned, yaw_rate)

    def _lanes(self, road: I4, s: F8, t: F8) -> I4:
        """Lane under everyone's reference point, (B, T, N); roads with equal lanes are looked up together."""
        groups: dict[object, int] = {}
        group = np.array([groups.setdefault((r.sections, r.lane_offset), len(groups)) for r in self.tables.roads])
        first = [self.tables.roads[int(np.argmax(group == g))] for g in range(len(groups))]
        if len(first) == 1:
            return lane_at(first[0], s, t)
        lane = np.zeros(s.shape, dtype=np.int32)
        of = group[road]
        for g, example in enumerate(first):
            here = of == g
            if here.any():
                lane[here] = lane_at(example, s[here], t[here])
        return lane
