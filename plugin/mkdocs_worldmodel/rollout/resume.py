# A run cut short: the scenario that begins where a run is in one of its rows, knowing nothing of what came after, and
# of its drivers only where they are and how they move.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.route_lead import route_of
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.road import Aspect, Phase, RoadNetwork, SignalController
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS, Leg, RoadUser
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import SignalAction

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]

_MOVES = 0.1
"""[m/s]"""
_SOON = 1.5
"""Whoever would be out of its lane after so many seconds, if it went on sideways as now, is changing it [s]."""
_FOR_GOOD = 3600.0
"""Length of the one phase of a light that the story has set [s]."""


def resume(scenario: Scenario, past: Rollout, row: int, *, seconds: float) -> Scenario:
    """Return the scenario that goes on from a row of a run.

    Everyone starts as in that row: road, lane, place, heading, speed, and the rest of its route. There are no events
    and no stop condition; signal programmes are where they are by then. Vehicles that drive have the driver `idm` with
    the numbers that the scenario gave them, but for the drivers `constant` and `still`, who keep the speed that they
    have. Who is changing lanes (seen from its place and heading alone) belongs to the lane for which it heads.

    What no scenario can say, such as the accelerations in that row, `sim.under_way.take_up` sets.

    Args:
        scenario: what was run.
        past: the run; nothing after `row` is looked at.
        row: which row is the new time 0.
        seconds: how long the new scenario lasts [s].

    Raises:
        ValueError: where the run has no such row.
    """
    return _Resumer(scenario.network).resumed(scenario, past, row, seconds)


def resume_batch(scenarios: Sequence[Scenario], runs: RolloutBatch, row: int, *, seconds: float) -> list[Scenario]:
    """`resume` for all runs of a batch: scenarios that share a network do so afterwards."""
    known: dict[int, _Resumer] = {}
    for scenario in scenarios:
        if id(scenario.network) not in known:
            known[id(scenario.network)] = _Resumer(scenario.network)
    return [
        known[id(scenario.network)].resumed(scenario, runs.one(b), row, seconds) for b, scenario in enumerate(scenarios)
    ]


class _Resumer:
    """Resumes scenarios on one network."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.line, self.lanes = ReferenceLines(network.roads), LaneTable(network.roads)
        self._inside = np.array([road.junction is not None for road in network.roads])
        self._networks: dict[tuple[SignalController, ...], RoadNetwork] = {network.controllers: network}

    def resumed(self, scenario: Scenario, past: Rollout, row: int, seconds: float) -> Scenario:
        if not 0 <= row < len(past.time):
            raise ValueError(f"the run has no row {row}")
        controllers = tuple(_lights_then(scenario, past, float(past.time[row])))
        if controllers not in self._networks:
            self._networks[controllers] = replace(self.network, controllers=controllers)
        against = np.where(past.direction[row] < 0, np.pi, 0.0)
        slant = past.heading[row] - self.line.heading_at(past.road[row], past.s[row]) - against
        slant = np.remainder(slant + np.pi, 2.0 * np.pi) - np.pi
        lane = self._lanes(past, row, slant, np.array([_drives(user) for user in scenario.users]))
        users = tuple(
            self._user(user, n, past, row, int(lane[n]), float(slant[n])) for n, user in enumerate(scenario.users)
        )
        return Scenario(self._networks[controllers], users, (), scenario.environment, seconds)

    # -- road users ----------------------------------------------------------------------------------------

    def _user(self, user: RoadUser, n: int, past: Rollout, row: int, lane: int, slant: float) -> RoadUser:
        """`lane` is the one to which it belongs, `slant` its heading relative to the road [rad]."""
        speed = float(past.speed[row, n])
        drives = _drives(user)
        moves = speed > _MOVES
        keeps = user.driver == "constant" or not drives or (user.driver == "still" and not moves)
        driver = "idm" if not keeps else "constant" if user.driver == "constant" else "still"
        place, direction = int(past.road[row, n]), int(past.direction[row, n])
        s = float(past.s[row, n])
        return replace(
            user,
            road=self.network.roads[place].id,
            lane=lane,
            direction=direction,
            s=s,
            t=float(past.t[row, n]),
            speed=speed,
            heading=slant,
            driver=driver,
            desired_speed=speed if keeps else user.desired_speed,
            route=self._rest_of_route(user, past.road[: row + 1, n], direction, lane, s) if drives else (),
            present=bool(past.present[row, n]),
            follows_lane=drives and (user.follows_lane or moves),
        )

    def _rest_of_route(
        self, user: RoadUser, driven: npt.NDArray[np.int32], direction: int, lane: int, s: float
    ) -> tuple[Leg, ...]:
        """The legs from the present one on; a new way straight on for who has left its own."""
        legs, at = route_of(user), 0
        changes = np.flatnonzero(np.diff(driven, prepend=-1))
        roads = [self.network.roads[r].id for r in driven[changes].tolist()]
        for road in roads:
            at = next((k for k in range(at, len(legs)) if legs[k].road == road), len(legs))
        if at == len(legs) or legs[at].direction != direction:
            return find_route(self.network, roads[-1], direction, lane, (), s)
        return user.route[at:]

    # -- lanes ---------------------------------------------------------------------------------------------

    def _lanes(self, past: Rollout, row: int, slant: F8, drives: npt.NDArray[np.bool_]) -> I8:
        """(N,) to which lane everyone belongs: the one under it, or the one beside that for which it heads."""
        road, s, t, v = past.road[row], past.s[row], past.t[row], past.speed[row]
        sign = past.direction[row].astype(np.float64)
        under = past.lane[row].astype(np.int64)
        for n in np.flatnonzero(under == 0).tolist():
            under[n] = self._nearest(int(road[n]), float(s[n]), float(t[n]), bool(drives[n]))
        middle, half = self.lanes.middle(road, s, under), 0.5 * self.lanes.width(road, s, under)
        aside = sign * (t - middle.value)
        drift = v * (np.sin(slant) - np.cos(slant) * middle.slope)
        # half a lane at most, so that who is about to leave a lane is not taken for one that crosses two
        then = aside + np.clip(_SOON * drift, -half, half)
        beside = under + np.where(then > 0.0, sign, -sign).astype(np.int64)
        changes = drives & (np.abs(then) > half) & (aside * then > 0.0) & (beside * under > 0) & ~self._inside[road]
        changes &= self.lanes.is_drivable(road, s, under) & self.lanes.is_drivable(road, s, beside)
        belongs: I8 = np.where(changes, beside, under)
        return belongs

    def _nearest(self, road: int, s: float, t: float, drives: bool) -> int:
        """The lane whose middle is nearest to a place outside of all; for vehicles one to drive in, if there is any."""
        at = np.array([s])
        piece = self.lanes.piece(np.array([road]), at)
        piece = 0 if self.lanes.single else int(piece[0])
        for there in (self.lanes.drivable, self.lanes.exists)[0 if drives else 1 :]:
            ids = self.lanes.ids[there[road, piece]]
            if len(ids):
                middles = self.lanes.middle(np.full(len(ids), road), np.full(len(ids), s), ids).value
                return int(ids[np.argmin(np.abs(middles - t))])
        return 1


def _drives(user: RoadUser) -> bool:
    return user.kind not in WALKERS | THINGS


# -- lights ------------------------------------------------------------------------------------------------


def _lights_then(scenario: Scenario, past: Rollout, time: float) -> Iterator[SignalController]:
    """The signal programmes as they go on from a time of a run [s], with all that the story had done to them."""
    begun = {c.name: -c.delay for c in scenario.network.controllers}
    held: dict[str, Aspect] = {}
    for action, when in _set_lights(scenario, past, time):
        if action.aspect is not None:
            held[action.actor] = action.aspect
        else:
            controller = next(c for c in scenario.network.controllers if c.name == action.actor)
            begun[controller.name] = when - sum(p.duration for p in controller.phases[: action.phase or 0])
            for signal in controller.signals:
                held.pop(signal, None)
    for c in scenario.network.controllers:
        phases = tuple(
            replace(p, aspects=tuple(held.get(s, a) for s, a in zip(c.signals, p.aspects, strict=True)))
            for p in c.phases
        )
        yield replace(c, phases=phases, delay=time - begun[c.name])
    programmed = {signal for c in scenario.network.controllers for signal in c.signals}
    for signal in sorted(held.keys() - programmed):
        aspect = held[signal]
        yield SignalController(f"set: {signal}", (signal,), (Phase(aspect, _FOR_GOOD, (aspect,)),))


def _set_lights(scenario: Scenario, past: Rollout, time: float) -> Iterator[tuple[SignalAction, float]]:
    """What the story had done to lights by then, and when [s]."""
    events = {event.name: event for event in scenario.events}
    for firing in past.firings:
        if firing.phase != "start" or firing.time > time + 1e-9 or firing.event not in events:
            continue
        action = events[firing.event].actions[firing.action]
        if isinstance(action, SignalAction):
            yield action, firing.time
