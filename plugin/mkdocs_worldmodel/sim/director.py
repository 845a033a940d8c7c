# The story of B copies: which events start when, and whose place their actions take.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import Firing
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.sim.changes import LaneChange, LaneOffset, SpeedChange
from mkdocs_worldmodel.sim.conditions import Watch
from mkdocs_worldmodel.sim.instants import HandOver, Presence, SetLights, Teleport
from mkdocs_worldmodel.sim.lateral import Lateral
from mkdocs_worldmodel.sim.lights import Lights
from mkdocs_worldmodel.sim.longitudinal import Longitudinal
from mkdocs_worldmodel.sim.motion import Motion
from mkdocs_worldmodel.sim.now import Now
from mkdocs_worldmodel.sim.pursuit import KeepGap, Stop
from mkdocs_worldmodel.sim.running import Running
from mkdocs_worldmodel.sim.trajectories import Trajectory

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_KINDS: dict[type, type[Running]] = {
    story.SpeedAction: SpeedChange,
    story.StopAction: Stop,
    story.LaneChangeAction: LaneChange,
    story.LaneOffsetAction: LaneOffset,
    story.KeepGapAction: KeepGap,
    story.TrajectoryAction: Trajectory,
    story.TeleportAction: Teleport,
    story.PresenceAction: Presence,
    story.DriverAction: HandOver,
    story.SignalAction: SetLights,
}


class _Event:
    """An event in B copies; masks and counts are (B,)."""

    def __init__(self, copies: Sequence[story.Event], now: Now) -> None:
        first = copies[0]
        self.name, self.priority = first.name, first.priority
        self.actors = {(isinstance(a, story.SignalAction), a.actor) for a in first.actions}
        self.watch = Watch([c.trigger for c in copies], now)
        self.most = np.array([c.executions for c in copies])
        self.starts = np.zeros(len(copies), dtype=np.int64)
        self.running: Mask = np.zeros(len(copies), dtype=bool)
        self.ended: Mask = np.zeros(len(copies), dtype=bool)
        self.actions: list[Running] = []
        self.rivals: list[_Event] = []
        """Other events with an actor in common."""

    @property
    def used_up(self) -> bool:
        """Whether it cannot start any more, in any copy."""
        return bool((self.starts >= self.most).all())

    def settle(self) -> None:
        """It has ended where none of its actions goes on."""
        over = self.running.copy()
        for action in self.actions:
            over &= ~action.active
        self.running &= ~over
        self.ended |= over


class Director:
    """Starts events and follows their actions.

    Attributes:
        firings: for each copy, what began, ended and was stopped.
        stopped: (B,) where the scenario's stop condition has come true.
    """

    def __init__(self, motion: Motion, lateral: Lateral, longitudinal: Longitudinal, lights: Lights) -> None:
        self.motion = motion
        scenarios = motion.tables.scenarios
        _check_equal([[_structure(e) for e in s.events] for s in scenarios])
        _check_equal([[s.stop is None] for s in scenarios])
        self.now = Now(motion, lateral, longitudinal, lights, self)
        each = [tuple(s.events[e] for s in scenarios) for e in range(len(scenarios[0].events))]
        self.events = [_Event(copies, self.now) for copies in each]
        self._by_name = {e.name: e for e in self.events}
        self._actions: list[Running] = []
        for event, copies in zip(self.events, each, strict=True):
            event.rivals = [e for e in self.events if e is not event and e.actors & event.actors]
            for place, first in enumerate(copies[0].actions):
                kind, same = _KINDS[type(first)], [c.actions[place] for c in copies]
                event.actions.append(kind(len(self._actions), event.name, place, same, self.now))
                self._actions.append(event.actions[-1])
        self._under_way: set[int] = set()
        """Numbers of the actions that are under way in any copy."""
        self._changed: list[_Event] = []
        """Events of which an action has ended or was stopped just now."""
        self._owner = np.full((2, *motion.s.shape), -1)
        """Which action moves each road user along and across; -1: none of the story."""
        self.firings: list[list[Firing]] = [[] for _ in scenarios]
        stops = [s.stop for s in scenarios if s.stop is not None]
        self._stop = Watch(stops, self.now) if stops else None
        self.stopped: Mask = np.zeros(len(scenarios), dtype=bool)

    # -- what conditions ask -------------------------------------------------------------------------------

    def has_started(self, event: str) -> Mask:
        """Where an event has started, (B,)."""
        started: Mask = self._by_name[event].starts > 0
        return started

    def has_ended(self, event: str) -> Mask:
        """Where an event has ended, (B,)."""
        return self._by_name[event].ended.copy()

    # -- events --------------------------------------------------------------------------------------------

    def fire(self, time: float) -> None:
        """Look at all triggers, and start what they start."""
        self.now.advance(time)
        for action in self._running():
            if action.moves:  # who is gone does nothing any more
                self._finish(action, action.active & ~self.motion.present[:, action.actor], "stop")
        self._settle()
        # all triggers first: what starts now is seen in the next step
        seen = [(event, event.watch.look()) for event in self.events if not event.used_up]
        if self._stop is not None:
            self.stopped |= self._stop.look()
        for event, true in seen:
            self._start(event, true & ~event.running & (event.starts < event.most))
        self.now.pairs.forget()

    def _start(self, event: _Event, copies: Mask) -> None:
        if event.priority == "skip":
            for rival in event.rivals:
                copies = copies & ~rival.running
        if not copies.any():
            return
        event.starts += copies
        event.running |= copies
        if event.priority == "override":
            for rival in event.rivals:
                for action in rival.actions:
                    self._finish(action, copies & action.active, "stop")
        # what is over at once goes first: who appears or is put elsewhere does the rest from there
        for action in sorted(event.actions, key=lambda a: bool(a.moves)):
            self._begin(action, copies)
        self._changed.append(event)
        self._settle()

    def _settle(self) -> None:
        """End the events that are over."""
        for event in self._changed:
            event.settle()
        self._changed.clear()

    # -- actions -------------------------------------------------------------------------------------------

    def _begin(self, action: Running, copies: Mask) -> None:
        for motion in action.ends:
            self._release(motion, action.actor, copies)
        self._log(action, copies, "start")
        action.active |= copies
        self._under_way.add(action.number)
        if action.moves:
            absent = copies & ~self.motion.present[:, action.actor]
            copies = copies & ~absent
            self._log(action, absent, "stop")
            action.active &= ~absent
        for motion in action.moves:
            self._owner[motion, copies, action.actor] = action.number
        self._finish(action, action.begin(copies), "end")

    def _release(self, motion: int, actor: int, copies: Mask) -> None:
        """Stop what moves an actor so (along, across), in the copies of a (B,) mask."""
        owners = self._owner[motion, :, actor].copy()
        for number in np.unique(owners[copies & (owners >= 0)]).tolist():
            self._finish(self._actions[number], copies & (owners == number), "stop")

    def _finish(self, action: Running, copies: Mask, phase: str) -> None:
        if not copies.any():
            return
        action.active &= ~copies
        for motion in action.moves:
            mine = copies & (self._owner[motion, :, action.actor] == action.number)
            self._owner[motion, mine, action.actor] = -1
        action.leave(copies)
        if phase == "stop":
            action.break_off(copies)
        self._log(action, copies, phase)
        if not action.active.any():
            self._under_way.discard(action.number)
        self._changed.append(self._by_name[action.event])

    def _log(self, action: Running, copies: Mask, phase: str) -> None:
        for b in np.flatnonzero(copies).tolist():
            self.firings[b].append(Firing(round(self.now.time, 6), action.event, action.place, phase))

    def _running(self) -> list[Running]:
        """Actions under way, in the story's order: the same in any company."""
        return [self._actions[number] for number in sorted(self._under_way)]

    # -- every step ----------------------------------------------------------------------------------------

    def decide_speed(self, a: F8) -> F8:
        """What the drivers chose, (B, N), with the story's stops and gaps in its place."""
        for action in self._running():
            action.command_speed(a)
        return a

    def decide_paths(self) -> None:
        """Let trajectories take over the coming step."""
        for action in self._running():
            action.command_path()

    def advance(self, time: float) -> None:
        """Go on with everything under way."""
        self.now.time = time
        for action in self._running():
            self._finish(action, action.advance(), "end")
        self._settle()

    def moved(self) -> Mask:
        """Whom an action of the story moves now, along or across, (B, N)."""
        along, across = self._owner
        moved: Mask = (along >= 0) | (across >= 0)
        return moved

    def let_go(self, user: int) -> None:
        """Somebody else steers a road user from now on: end the trajectory on which it is."""
        for action in self._running():
            if action.on_path and action.actor == user:
                self._finish(action, action.active.copy(), "stop")
        self._settle()

    def on_path(self) -> Mask:
        """Who follows a trajectory now, (B, N)."""
        on: Mask = np.zeros(self.motion.s.shape, dtype=bool)
        for action in self._running():
            if action.on_path:
                on[:, action.actor] |= action.active
        return on


def _check_equal(structures: Sequence[Sequence[Any]]) -> None:
    """All copies must have the structure of the first."""
    for b, other in enumerate(structures):
        if other != structures[0]:
            raise WorldError(f"only scenarios with the same road users and the same story run as one batch: copy {b}")


def _structure(event: story.Event) -> tuple[Any, ...]:
    """What must be equal in all copies of an event."""
    return event.name, event.priority, [_structure_of(action) for action in event.actions]


def _structure_of(action: story.Action) -> tuple[Any, ...]:
    """What must be equal in all copies of an action: everything but numbers, lanes and roads."""
    others = tuple(getattr(action, name, None) for name in ("other", "relative_to"))
    points = getattr(action, "points", ())
    timed = tuple(p.time is None for p in points)
    return type(action), action.actor, others, timed, getattr(action, "aspect", None) is None
