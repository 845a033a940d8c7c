# What the story did in a run, as timed sentences: one function for each kind of action.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.wording import ASPECT_WORDS, RUNNING, SAME, STANDING, Event, kmh, metres, moves
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

    def say(self, template: str, **values: str | float | Said) -> Said:
        """Say something of its actor: {who} in a sentence, {name} in a label."""
        known = {"who": self.scene.who(self.user)} if "{who" in template else {"name": self.scene.name(self.user)}
        return say(template, **known, **values)

    def event(self, clause: Said, label: Said, rank: int) -> Event:
        """An event with its actor's place: 'the red lorry brakes, 25 m ahead of the ego'."""
        return Event(self.f.time, self.scene.placed(clause, self.user, self.k), label, rank)


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
        clause = h.scene.placed(h.say("{who} has changed to {lane}", lane=new), i, k)
        return Event(float(r.time[k]), clause, h.say("{name!c} is in {lane}", lane=new), 2)
    if h.f.phase == "stop":
        return h.event(h.say("{who} breaks off its change to {lane}", lane=new), h.say("{name!c} breaks off"), 1)
    off = abs(float(r.t[k, i]) - lane_centre(road, target, float(r.s[k, i]))) if _exists(h, target) else np.inf
    if k and off < 1e-3 and abs(float(r.t[k, i] - r.t[k - 1, i])) > 1.0:
        clause = h.say("{who} is put into {lane} at once", lane=new)
        return h.event(clause, h.say("{name!c} is in {lane}", lane=new), 0)
    if int(r.lane[k, i]) == target:
        if off < 0.3:
            return h.event(h.say("{who} keeps to {lane}", lane=new), h.say("{name!c} keeps its lane"), 2)
        return h.event(h.say("{who} turns back to {lane}", lane=new), h.say("{name!c} turns back"), 2)
    old = h.scene.lane_called(int(r.lane[k, i]), i, k)
    clause = h.say("{who} begins to change from {old} to {new}", old=old, new=new)
    return h.event(clause, h.say("{name!c} changes to {lane}", lane=new), 0)


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
        if abs(float(r.speed[_row_of_start(h), i]) - target) < SAME or target >= STANDING:
            return None  # its beginning said up to which speed
        now = moves(speed, r.kinds[i])
        return h.event(h.say("{who} now {moves}", moves=now), h.say("{name!c} {moves}", moves=now), 2)
    if abs(speed - target) < SAME:
        if abs(speed - before) < SAME:
            return h.event(h.say("{who} keeps to {speed}", speed=kmh(target)), h.say("{name!c} keeps its speed"), 2)
        clause = h.say("{who} goes from {start} to {finish} at once", start=kmh(before), finish=kmh(target))
        return h.event(clause, h.say("{name!c} at {speed}", speed=kmh(target)), 0)
    start, finish = kmh(speed), kmh(target)
    if target < speed:
        if target < STANDING:
            clause = h.say("{who} begins to brake from {start} to a stop", start=start)
        else:
            clause = h.say("{who} begins to brake from {start} to {finish}", start=start, finish=finish)
        return h.event(clause, h.say("{name!c} brakes"), 0)
    if speed < STANDING:
        return h.event(h.say("{who} sets off, up to {finish}", finish=finish), h.say("{name!c} sets off"), 0)
    clause = h.say("{who} begins to speed up from {start} to {finish}", start=start, finish=finish)
    return h.event(clause, h.say("{name!c} speeds up"), 0)


def _stop(h: _Happening) -> Event | None:
    if h.f.phase == "start":
        speed = kmh(float(h.scene.run.speed[h.k, h.user]))
        return h.event(h.say("{who} is about to stop, from {speed}", speed=speed), h.say("{name!c} is to stop"), 1)
    return h.event(h.say("{who} stands"), h.say("{name!c} stands"), 1) if h.f.phase == "end" else None


def _offset(h: _Happening) -> Event | None:
    if h.f.phase != "start":
        return None
    offset = h.action.offset
    if abs(offset) < 0.01:
        clause = h.say("{who} goes back to the middle of its lane")
        return h.event(clause, h.say("{name!c} back to the middle"), 1)
    aside = metres(abs(offset))
    if offset > 0:
        clause = h.say("{who} moves {aside} to the left of its lane's middle", aside=aside)
        return h.event(clause, h.say("{name!c} moves to the left"), 1)
    clause = h.say("{who} moves {aside} to the right of its lane's middle", aside=aside)
    return h.event(clause, h.say("{name!c} moves to the right"), 1)


def _keep_gap(h: _Happening) -> Event | None:
    if h.f.phase != "start":
        return None
    a = h.action
    wanted = metres(a.distance) if a.distance is not None else say("{time:.1f} s", time=a.time_gap)
    other = h.scene.who(h.scene.run.names.index(a.other))
    clause = h.say("{who} begins to keep {gap} to {other}", gap=wanted, other=other)
    return h.event(clause, h.say("{name!c} keeps {gap}", gap=wanted), 1)


def _trajectory(h: _Happening) -> Event | None:
    walks = h.scene.run.kinds[h.user] in WALKERS
    if h.f.phase == "start":
        speed = float(h.scene.run.speed[min(h.k + 1, h.scene.last), h.user])
        at = kmh(speed)
        if not walks and float(h.scene.run.speed[max(h.k - 1, 0), h.user]) < STANDING:
            off = h.say("{who} sets off along its own path at {speed}", speed=at)
            return h.event(off, h.say("{name!c} sets off"), 0)
        if not walks:
            crosses = h.say("{who} leaves its lane and follows its path at {speed}", speed=at)
            return h.event(crosses, h.say("{name!c} follows a path"), 0)
        if speed > RUNNING:
            return h.event(h.say("{who} starts to run at {speed}", speed=at), h.say("{name!c} runs"), 0)
        return h.event(h.say("{who} starts to walk at {speed}", speed=at), h.say("{name!c} walks"), 0)
    if h.f.phase == "end":
        arrived = h.say("{who} has arrived and stands") if walks else h.say("{who} has come to the end of its path")
        return h.event(arrived, h.say("{name!c} has arrived"), 2)
    return None


def _teleport(h: _Happening) -> Event | None:
    clause = h.say("{who} is put elsewhere at once, {where}", where=h.scene.lane(h.user, h.k))
    return h.event(clause, h.say("{name!c} is put elsewhere"), 1)


def _presence(h: _Happening) -> Event | None:
    if h.action.present:
        clause = h.say("{who} appears {where}", where=h.scene.lane(h.user, h.k))
        return h.event(clause, h.say("{name!c} appears"), 0)
    return Event(h.f.time, h.say("{who} vanishes"), h.say("{name!c} vanishes"), 1)


def _driver(h: _Happening) -> Event | None:
    clause = h.say("{who} is handed over to the driver {driver}", driver=h.action.driver)
    return h.event(clause, h.say("{name!c} driven by {driver}", driver=h.action.driver), 2)


def _signal(h: _Happening) -> Event | None:
    if h.action.aspect is not None:
        clause = say("the story sets a traffic light to {aspect}", aspect=ASPECT_WORDS[h.action.aspect])
        return Event(h.f.time, clause, say("Light {aspect}", aspect=ASPECT_WORDS[h.action.aspect]), 2)
    clause = say("the traffic lights go to phase {number}", number=h.action.phase + 1)
    return Event(h.f.time, clause, say("Lights change"), 2)


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
