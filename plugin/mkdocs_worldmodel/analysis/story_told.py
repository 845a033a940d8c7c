# What the story did in a run, as timed sentences: one function for each kind of action.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.wording import SAME, STANDING, Event, called, kmh, metres, moves
from mkdocs_worldmodel.rollout.rollout import Firing
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.geometry import lane_centre
from mkdocs_worldmodel.scenario.road_user import WALKERS


def told(scene: Scene) -> list[Event]:
    """Tell the firings of a run."""
    run = scene.run
    keys = {(f.event, f.action, f.time, f.phase) for f in run.firings}
    out: list[Event | None] = []
    for f in run.firings:
        k = round(f.time / run.dt)
        instant = {(f.event, f.action, f.time, phase) for phase in ("start", "end")} <= keys
        if k > scene.last or (instant and f.phase == "end"):
            continue
        action = action_of(scene, f)
        out.append(_TELL[type(action)](_Happening(scene, f, action, k)))
    return [event for event in out if event is not None]


def action_of(scene: Scene, f: Firing) -> Any:
    """The action that a firing is about."""
    return next(e for e in scene.scenario.events if e.name == f.event).actions[f.action]


def told_to_change_speed(scene: Scene, time: float) -> bool:
    """Whether the story has the ego change its speed at that time."""
    begun: set[tuple[str, int]] = set()
    for f in scene.run.firings:
        action = action_of(scene, f)
        lengthwise = isinstance(action, story.SpeedAction | story.KeepGapAction | story.StopAction)
        if f.time > time + 1e-9 or not lengthwise or action.actor != scene.run.names[0]:
            continue
        if f.phase == "start":
            begun.add((f.event, f.action))
        elif f.time < time - 1e-9:
            begun.discard((f.event, f.action))
    return bool(begun)


@dataclass(frozen=True, slots=True)
class _Happening:
    """A firing, at row k."""

    scene: Scene
    f: Firing
    action: Any
    k: int

    @property
    def user(self) -> int:
        """Column of its actor."""
        return self.scene.run.names.index(self.action.actor)

    def who(self) -> str:
        """'The red lorry'."""
        return called(self.action.actor, start=True)

    def name(self) -> str:
        """'Red lorry'."""
        return str(self.action.actor).replace("_", " ").capitalize()

    def place(self) -> str:
        """', 25 m ahead of the ego'."""
        return self.scene.where(self.user, self.k)

    def event(self, does: str, label: str, rank: int) -> Event:
        """'The red lorry DOES, 25 m ahead of the ego.'"""
        return Event(self.f.time, f"{self.who()} {does}{self.place()}.", f"{self.name()} {label}", rank)


def _lane_change(h: _Happening) -> Event | None:
    r, i, k, road = h.scene.run, h.user, h.k, h.scene.road(h.user, h.k)
    target = _target_lane(h)
    new = h.scene.lane_called(target, i, k)
    if h.f.phase == "end":
        # a bicycle may arrive a little after the time it was given
        arrived = np.flatnonzero(r.lane[k : h.scene.last + 1, i] == target)
        if not len(arrived):
            return None
        k += int(arrived[0])
        text = f"{h.who()} has changed to {new}{h.scene.where(i, k)}."
        return Event(float(r.time[k]), text, f"{h.name()} is in {new}", 2)
    if h.f.phase == "stop":
        return h.event(f"breaks off its change to {new}", "breaks off", 1)
    off = abs(float(r.t[k, i]) - lane_centre(road, target, float(r.s[k, i]))) if _exists(h, target) else np.inf
    if k and off < 1e-3 and abs(float(r.t[k, i] - r.t[k - 1, i])) > 1.0:
        return h.event(f"is put into {new} at once", f"is in {new}", 0)
    if int(r.lane[k, i]) == target:
        verb = "keeps to" if off < 0.3 else "turns back to"
        return h.event(f"{verb} {new}", f"{verb} {new}", 2)
    old = h.scene.lane_called(int(r.lane[k, i]), i, k)
    return h.event(f"begins to change from {old} to {new}", f"changes to {new}", 0)


def _target_lane(h: _Happening) -> int:
    """OpenDRIVE id of the lane that a change goes to; relative ones count from where the actor is as it begins."""
    a, r = h.action, h.scene.run
    if a.left == 0 and a.relative_to is None:
        return int(a.target_lane)
    k = h.k if h.f.phase == "start" else _row_of_start(h)
    of = h.user if a.relative_to is None else r.names.index(a.relative_to)
    own = int(r.lane[k, of])
    lane = own + int(r.direction[k, h.user]) * int(a.left)
    return lane + (1 if own < 0 <= lane else -1 if own > 0 >= lane else 0)


def _exists(h: _Happening, lane: int) -> bool:
    road, s = h.scene.road(h.user, h.k), float(h.scene.run.s[h.k, h.user])
    section = [each for each in road.sections if each.s <= s or each is road.sections[0]][-1]
    return any(each.id == lane for each in section.lanes)


def _row_of_start(h: _Happening) -> int:
    """Row in which the action of a later firing began."""
    key = (h.f.event, h.f.action, "start")
    times = [f.time for f in h.scene.run.firings if (f.event, f.action, f.phase) == key and f.time <= h.f.time]
    return round(times[-1] / h.scene.run.dt)


def _speed(h: _Happening) -> Event | None:
    r, i, k = h.scene.run, h.user, h.k
    speed, target = float(r.speed[k, i]), h.action.target
    if h.action.relative_to is not None:
        target = max(0.0, target + float(r.speed[_row_of_start(h), r.names.index(h.action.relative_to)]))
    before = float(r.speed[max(k - 1, 0), i])
    if h.f.phase == "stop":
        return None  # what takes its place is told
    if h.f.phase == "end":
        if abs(float(r.speed[_row_of_start(h), i]) - target) < SAME:
            return None
        return h.event(f"now {moves(speed)}", moves(speed), 2)
    if abs(speed - target) < SAME:
        if abs(speed - before) < SAME:
            return h.event(f"keeps to {kmh(target)}", "keeps its speed", 2)
        return h.event(f"goes from {kmh(before)} to {kmh(target)} at once", f"at {kmh(target)}", 0)
    start = "a standstill" if speed < STANDING else kmh(speed)
    finish = "a stop" if target < STANDING else kmh(target)
    verb, label = ("brake", "brakes") if target < speed else ("speed up", "speeds up")
    return h.event(f"begins to {verb} from {start} to {finish}", label, 0)


def _stop(h: _Happening) -> Event | None:
    if h.f.phase == "start":
        return h.event(f"is about to stop, from {kmh(float(h.scene.run.speed[h.k, h.user]))}", "is to stop", 1)
    return h.event("stands", "stands", 1) if h.f.phase == "end" else None


def _offset(h: _Happening) -> Event | None:
    if h.f.phase != "start":
        return None
    offset = h.action.offset
    if abs(offset) < 0.01:
        return h.event("goes back to the middle of its lane", "back to the middle", 1)
    side = "left" if offset > 0 else "right"
    return h.event(f"moves {abs(offset):.1f} m to the {side} of its lane's middle", f"moves to the {side}", 1)


def _keep_gap(h: _Happening) -> Event | None:
    if h.f.phase != "start":
        return None
    a = h.action
    wanted = metres(a.distance) if a.distance is not None else f"{a.time_gap:.1f} s"
    return h.event(f"begins to keep {wanted} to {called(a.other)}", f"keeps {wanted}", 1)


def _trajectory(h: _Happening) -> Event | None:
    walks = h.scene.run.kinds[h.user] in WALKERS
    if h.f.phase == "start":
        speed = float(h.scene.run.speed[min(h.k + 1, h.scene.last), h.user])
        does = "starts to walk" if walks else "leaves its lane and follows its path"
        return h.event(f"{does} at {kmh(speed)}", "walks" if walks else "follows a path", 0)
    if h.f.phase == "end":
        return h.event("has arrived and stands" if walks else "has come to the end of its path", "has arrived", 2)
    return None


def _teleport(h: _Happening) -> Event | None:
    return h.event(f"is put {h.scene.lane(h.user, h.k)} at once", "is put elsewhere", 1)


def _presence(h: _Happening) -> Event | None:
    if h.action.present:
        return h.event(f"appears {h.scene.lane(h.user, h.k)}", "appears", 0)
    return Event(h.f.time, f"{h.who()} vanishes.", f"{h.name()} vanishes", 1)


def _driver(h: _Happening) -> Event | None:
    return h.event(f"is handed over to the driver {h.action.driver}", f"driven by {h.action.driver}", 2)


def _signal(h: _Happening) -> Event | None:
    if h.action.aspect is not None:
        text = f"The story sets a traffic light to {h.action.aspect}."
        return Event(h.f.time, text, f"Light {h.action.aspect}", 2)
    return Event(h.f.time, f"The traffic lights go to phase {h.action.phase + 1}.", "Lights change", 2)


_TELL: dict[type, Callable[[_Happening], Event | None]] = {
    story.LaneChangeAction: _lane_change,
    story.SpeedAction: _speed,
    story.StopAction: _stop,
    story.LaneOffsetAction: _offset,
    story.KeepGapAction: _keep_gap,
    story.TrajectoryAction: _trajectory,
    story.TeleportAction: _teleport,
    story.PresenceAction: _presence,
    story.DriverAction: _driver,
    story.SignalAction: _signal,
}
