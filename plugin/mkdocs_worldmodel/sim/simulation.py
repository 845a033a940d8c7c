# The simulator: B copies of a scenario, N road users each, stepped together.
# Per step: fire the story, let the drivers decide, record, move. Road coordinates (s, t, slant) are the state:
# a kinematic bicycle is integrated in them, exactly where the story scripts it.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import extents, leader
from mkdocs_worldmodel.rollout.rollout import Firing
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.geometry import lane_at
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim import shapes
from mkdocs_worldmodel.sim.drivers import hold, idm
from mkdocs_worldmodel.sim.tables import ActionTable, Tables
from mkdocs_worldmodel.sim.transition import Transitions

F8 = npt.NDArray[np.float64]

DT = 0.05
"""Step [s]."""
VERSION = "simulator 1"
"""Name and version; part of every run key. Raise it when any rollout changes."""

_IDM, _SCRIPTED = DRIVERS.index("idm"), DRIVERS.index("scripted")
_LATERAL_LIMIT = 7.0
"""Largest lateral acceleration of the bicycle [m/s²]: tyres on dry asphalt."""
_STEEPEST = 0.5
"""Largest sine of the angle to the lane at which the bicycle changes lanes."""
_NEAREST = 0.02
"""Nobody comes nearer to the centre of a bend than this part of its radius."""
_RECORDED = ("s", "t", "slant", "v", "acceleration", "yaw_rate")


class Simulation:
    """Steps B copies of a scenario at once.

    State arrays are (B, N): `s`, `t` [m], `slant` (heading relative to the driving direction of the road [rad]),
    `v` [m/s]; and, decided for the coming step, `acceleration` [m/s²] and `curvature` [1/m].
    """

    def __init__(self, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> None:
        self.tables = tb = Tables(scenarios)
        self.seeds = tuple(seeds)
        self.step_index = 0
        self.s, self.t, self.v, self.desired = tb.s.copy(), tb.t.copy(), tb.speed.copy(), tb.desired.copy()
        shape = self.s.shape
        self.slant, self.acceleration, self.curvature = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.yaw_rate, self.distance = np.zeros(shape), np.zeros(shape)
        self.scripted = tb.driver == _SCRIPTED
        self._any_scripted, self._any_idm = bool(self.scripted.any()), bool((tb.driver == _IDM).any())
        self._fired = [np.zeros(shape[0], dtype=bool) for _ in tb.events]
        self.firings: list[list[Firing]] = [[] for _ in range(shape[0])]
        self._names = [(e.name, j) for e in tb.events for j in range(len(e.actions))]
        self._speed, self._lateral = Transitions(shape), Transitions(shape)
        self._lateral.target[:] = self.t
        self._lateral.start[:] = self.t
        self._fire()

    @property
    def time(self) -> float:
        """Simulation time [s]."""
        return self.step_index * DT

    # -- one step ------------------------------------------------------------------------------------------

    def decide(self, ego_acceleration: F8 | None = None, ego_curvature: F8 | None = None) -> None:
        """Let every driver, and the story, choose acceleration and curvature for the coming step.

        Args:
            ego_acceleration: (B,) from outside, for the ego [m/s²]; where None, its own driver and the story decide.
            ego_curvature: (B,) likewise [1/m].
        """
        self._decide_speed()
        self._decide_path()
        tb = self.tables
        if ego_acceleration is not None:
            limited = np.clip(ego_acceleration, -tb.body["max_deceleration"][:, 0], tb.body["max_acceleration"][:, 0])
            self.acceleration[:, 0] = np.where(self.v[:, 0] + limited * DT < 0.0, -self.v[:, 0] / DT, limited)
            self.distance[:, 0] = np.maximum(0.0, self.v[:, 0] * DT + 0.5 * self.acceleration[:, 0] * DT * DT)
        if ego_curvature is not None:
            sharpest = self._sharpest()[:, 0]
            self.curvature[:, 0] = np.clip(ego_curvature, -sharpest, sharpest)
            self.scripted[:, 0] = False  # whoever steers the ego takes it off its script
            self.yaw_rate[:, 0] = self.v[:, 0] * self.curvature[:, 0]

    def advance(self) -> None:
        """Move everyone by one step with what was decided."""
        tb, sign = self.tables, self.tables.direction
        speed_after = np.maximum(0.0, self.v + self.acceleration * DT)
        # kinematic bicycle in road coordinates of the own direction, midpoint rule
        w, bend = sign * self.t, sign * tb.line.curvature_at(tb.road, self.s)
        half = 0.5 * self.distance
        along = np.cos(self.slant) / np.maximum(1.0 - bend * w, _NEAREST)
        mid_w = w + half * np.sin(self.slant)
        mid_slant = self.slant + half * (self.curvature - bend * along)
        mid_bend = sign * tb.line.curvature_at(tb.road, self.s + sign * half * along)
        along = np.cos(mid_slant) / np.maximum(1.0 - mid_bend * mid_w, _NEAREST)
        self.s = self.s + sign * self.distance * along
        w = w + self.distance * np.sin(mid_slant)
        slant = self.slant + self.distance * (self.curvature - mid_bend * along)
        self.step_index += 1
        self._advance_transitions(along)
        if self._any_scripted:
            exact = sign * self._reference(self._lateral.progress)
            ds = np.where(self.distance > 1e-9, self.distance, np.inf)
            w, slant = (
                np.where(self.scripted, exact, w),
                np.where(self.scripted, np.arcsin(np.clip((exact - sign * self.t) / ds, -1.0, 1.0)), slant),
            )
        self.t, self.slant, self.v = sign * w, slant, speed_after
        self._fire()

    def state(self, b: int) -> State:
        """State of one copy; its actions are those of the step that led here."""
        tb = self.tables
        x, y, along = tb.line.pose(tb.road[b], self.s[b], self.t[b])
        heading = along + self.slant[b] + np.where(tb.direction[b] < 0, np.pi, 0.0)
        lane = [
            int(lane_at(tb.roads[r], s[None], t[None])[0])
            for r, s, t in zip(tb.road[b], self.s[b], self.t[b], strict=True)
        ]
        return State(
            time=self.time,
            names=tb.names,
            kinds=tb.kinds,
            x=x,
            y=y,
            heading=_wrapped(heading),
            speed=self.v[b].copy(),
            acceleration=self.acceleration[b].copy(),
            yaw_rate=self.yaw_rate[b].copy(),
            lane=np.array(lane, dtype=np.int32),
            road=np.zeros(len(lane), dtype=np.int32),
            present=np.ones(len(lane), dtype=np.int32),
            signals=np.zeros(0, dtype=np.int32),
            ego_action=EgoAction(float(self.acceleration[b, 0]), float(self.curvature[b, 0])),
        )

    # -- the story -----------------------------------------------------------------------------------------

    def _fire(self) -> None:
        number = 0
        for i, event in enumerate(self.tables.events):
            now = ~self._fired[i] & (self.time >= event.time - 1e-9)
            if now.any():
                self._fired[i] |= now
                for j, action in enumerate(event.actions):
                    self._begin(now, action, number + j)
            number += len(event.actions)

    def _begin(self, copies: npt.NDArray[np.bool_], action: ActionTable, number: int) -> None:
        user = action.user
        slot, start = (self._lateral, self.t) if action.is_lane_change else (self._speed, self.v)
        self._finish(slot, np.flatnonzero(copies & slot.active[:, user]), user, "stop")
        start = start[:, user]
        change = np.abs(action.target - start)
        by_rate = action.peak * change / np.where(action.value > 0.0, action.value, np.inf)
        span = np.where(action.dimension == 1, by_rate, action.value)
        by_distance = action.dimension == 2
        if not action.is_lane_change:
            # all shapes are point-symmetric, so the mean speed is half-way: the time for a distance is closed
            mean = np.maximum(0.5 * (start + action.target), 1e-6)
            span = np.where(by_distance, action.value / mean, span)
            by_distance = np.zeros_like(by_distance)
            self.desired[copies, user] = action.target[copies]
        instant = copies & ((span <= 0.0) | (action.peak == 0.0) | (change == 0.0))
        slot.begin(copies, user, start, action.target, span, action.shape, by_distance=by_distance, action=number)
        self._log(np.flatnonzero(copies), number, "start")
        for b in np.flatnonzero(instant):
            if self.scripted[b, user] and not action.is_lane_change:
                self.v[b, user] = action.target[b]
            if self.scripted[b, user] and action.is_lane_change:
                self.t[b, user] = action.target[b]
        self._finish(slot, np.flatnonzero(instant), user)

    def _finish(self, slot: Transitions, copies: npt.NDArray[np.intp], user: int, phase: str = "end") -> None:
        for b in copies:
            slot.active[b, user] = False
            slot.progress[b, user] = slot.span[b, user]
            self._log([b], int(slot.action[b, user]), phase)

    def _log(self, copies: Sequence[int] | npt.NDArray[np.intp], number: int, phase: str) -> None:
        event, action = self._names[number]
        for b in copies:
            self.firings[b].append(Firing(round(self.time, 6), event, action, phase))

    def _advance_transitions(self, along: F8) -> None:
        for slot in (self._speed, self._lateral):
            if not slot.active.any():
                continue
            slot.progress += np.where(slot.active, np.where(slot.by_distance, self.distance * along, DT), 0.0)
            done = slot.active & (slot.progress >= slot.span - 1e-9)
            for user in np.flatnonzero(done.any(axis=0)).tolist():
                self._finish(slot, np.flatnonzero(done[:, user]), user)

    # -- drivers -------------------------------------------------------------------------------------------

    def _decide_speed(self) -> None:
        tb = self.tables
        a = hold(self.v, self.desired, DT)
        if self._any_idm:
            body = (tb.body["length"], tb.body["width"], tb.body["rear_overhang"])
            bend = tb.line.heading_at(tb.road, self.s)
            e = extents(tb.direction, self.s, self.t, self.slant, self.v, bend, body)
            found = [leader(e, i) for i in range(self.v.shape[1])]
            index, gap, lead_speed = (np.stack(each, axis=1) for each in zip(*found, strict=True))
            own_way = tb.direction * np.take_along_axis(tb.direction * self.acceleration, np.maximum(index, 0), 1)
            lead_a = np.where(index >= 0, own_way, 0.0)
            a = np.where(tb.driver == _IDM, idm(self.v, self.desired, gap, lead_speed, lead_a, tb.idm, DT), a)
        slot = self._speed
        if slot.active.any():
            before, after = slot.progress / slot.span, (slot.progress + DT) / slot.span
            wanted = slot.start + (slot.target - slot.start) * shapes.value(slot.shape, after)
            a = np.where(slot.active, (wanted - self.v) / DT, a)
        free = np.clip(a, -tb.body["max_deceleration"], tb.body["max_acceleration"])
        a = np.where(self.scripted, a, free)
        stops = self.v + a * DT < 0.0
        distance = np.where(stops, 0.5 * self.v * self.v / np.where(stops, -a, 1.0), self.v * DT + 0.5 * a * DT * DT)
        if slot.active.any():
            # on a profile the distance is known in closed form, as long as the limits did not cut in
            area = shapes.integral(slot.shape, after) - shapes.integral(slot.shape, before)
            on_profile = slot.active & ~stops & (np.abs(self.v + a * DT - wanted) < 1e-9)
            expected = slot.start + (slot.target - slot.start) * shapes.value(slot.shape, before)
            on_profile &= np.abs(self.v - expected) < 1e-9
            exact = slot.start * DT + (slot.target - slot.start) * slot.span * area
            distance = np.where(on_profile, exact, distance)
        self.acceleration = np.where(stops, -self.v / DT, a)
        self.distance = distance

    def _reference(self, progress: F8) -> F8:
        """Where the story wants everyone laterally, as t [m]."""
        slot = self._lateral
        return slot.start + (slot.target - slot.start) * shapes.value(slot.shape, progress / slot.span)

    def _decide_path(self) -> None:
        """Curvature of a bicycle that follows the lane and, on it, the lane change: feed-forward and feedback."""
        tb, sign, slot = self.tables, self.tables.direction, self._lateral
        w, bend = sign * self.t, sign * tb.line.curvature_at(tb.road, self.s)
        target, slope, curve = sign * slot.target, np.zeros(w.shape), np.zeros(w.shape)
        if slot.active.any():
            p = slot.progress / slot.span
            first, second = shapes.slopes(slot.shape, p)
            # progress per metre: by time it is 1/v
            per_metre = np.where(slot.by_distance, 1.0, 1.0 / np.maximum(self.v, 1.0)) / slot.span
            size = sign * (slot.target - slot.start)
            target = np.where(slot.active, sign * self._reference(slot.progress), target)
            slope = np.where(slot.active, size * first * per_metre, 0.0)
            drivable = slot.active & (np.abs(slope) < _STEEPEST)
            curve = np.where(drivable, size * second * per_metre * per_metre, 0.0)
        # e'' = -2 k e' - k² e: critically damped over a distance of 1/k, at an angle that stays within bounds
        k = 1.0 / np.maximum(3.0, 0.4 * self.v)
        sine, cosine = np.sin(self.slant), np.cos(self.slant)
        wanted = curve - 2.0 * k * (sine - np.clip(slope - 0.5 * k * (w - target), -_STEEPEST, _STEEPEST))
        sharpest = self._sharpest()
        road = bend * cosine / np.maximum(1.0 - bend * w, _NEAREST)
        curvature = np.clip(road + wanted / np.maximum(cosine, 0.1), -sharpest, sharpest)
        self.curvature = curvature
        self.yaw_rate = self.v * curvature

    def _sharpest(self) -> F8:
        """Largest curvature (B, N) that steering and tyres allow [1/m]."""
        v = np.maximum(self.v, 0.1)
        return np.minimum(1.0 / self.tables.body["min_turn_radius"], _LATERAL_LIMIT / (v * v))

    # -- whole runs ----------------------------------------------------------------------------------------

    def run(self) -> RolloutBatch:
        """Drive all copies to their end with their own drivers."""
        rows = int(np.max(np.rint(self.tables.stop / DT))) + 1
        record = {name: np.empty((rows, *self.s.shape)) for name in _RECORDED}
        for k in range(rows):
            self.decide()
            for name, log in record.items():
                log[k] = getattr(self, name)
            if k + 1 < rows:
                self.advance()
        return self._batch({name: np.ascontiguousarray(np.swapaxes(a, 0, 1)) for name, a in record.items()})

    def _batch(self, record: dict[str, F8]) -> RolloutBatch:
        tb = self.tables
        s, t = record["s"], record["t"]
        row = np.broadcast_to(tb.road[:, None, :], s.shape)
        x, y, along = tb.line.pose(row, s, t)
        heading = along + record["slant"] + np.where(tb.direction < 0, np.pi, 0.0)[:, None, :]
        heading = _wrapped(heading)
        rows, ended = self._ends(s)
        lane = lane_at(tb.roads[0], s, t)
        for i, road in enumerate(tb.roads[1:], 1):
            b, n = np.nonzero(tb.road == i)
            if not _same_lanes(road, tb.roads[0]):
                lane[b, :, n] = lane_at(road, s[b, :, n], t[b, :, n])
        yaw_rate = record["yaw_rate"]
        if self._any_scripted:
            turned = _wrapped(np.diff(heading, axis=1, append=heading[:, -1:])) / DT
            copies = np.arange(len(rows))
            turned[copies, rows - 1] = turned[copies, rows - 2]  # no row follows the last
            yaw_rate = np.where(self.scripted[:, None, :], turned, yaw_rate)
        limit = (rows - 1) * DT + 1e-9
        firings = tuple(tuple(f for f in fs if f.time <= limit[b]) for b, fs in enumerate(self.firings))
        return RolloutBatch(
            time=np.arange(s.shape[1], dtype=np.float64) * DT,
            names=tb.names,
            kinds=tb.kinds,
            length=tb.body["length"],
            width=tb.body["width"],
            height=tb.body["height"],
            rear_overhang=tb.body["rear_overhang"],
            wheelbase=tb.body["wheelbase"],
            direction=np.broadcast_to(tb.direction[:, None, :].astype(np.int32), s.shape),
            x=x,
            y=y,
            heading=heading,
            speed=record["v"],
            acceleration=record["acceleration"],
            yaw_rate=yaw_rate,
            s=s,
            t=t,
            road=np.zeros(s.shape, dtype=np.int32),
            lane=lane,
            present=np.ones(s.shape, dtype=np.int32),
            signals=np.zeros((*s.shape[:2], 0), dtype=np.int32),
            roads=("1",),
            firings=firings,
            ended=ended,
            seeds=self.seeds,
            rows=rows,
            world=VERSION,
        )

    def _ends(self, s: F8) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        """How many rows belong to each copy, and why it ended: at its stop time, or where a road user left the road."""
        tb = self.tables
        front = s + tb.direction[:, None, :] * (tb.body["length"] - tb.body["rear_overhang"])[:, None, :]
        left = (front > tb.line.length[tb.road][:, None, :]) | (front < 0.0)
        rows = np.rint(tb.stop / DT).astype(np.int32) + 1
        ended = ["stop"] * len(rows)
        for b in np.flatnonzero(left.any(axis=(1, 2))):
            k = int(np.argmax(left[b].any(axis=1)))
            if k < rows[b]:
                rows[b] = max(k, 2)
                ended[b] = f"end of road: {tb.names[int(np.argmax(left[b, k]))]}"
        return rows, tuple(ended)


def _same_lanes(a: Road, b: Road) -> bool:
    return a.sections == b.sections and a.lane_offset == b.lane_offset


def _wrapped(angle: F8) -> F8:
    """Angle within [-π, π)."""
    wrapped: F8 = np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi
    return wrapped
