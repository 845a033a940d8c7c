# What is well-formed but can never happen, or happens at once: warnings that do not fail a block.

from __future__ import annotations

from collections.abc import Callable

from mkdocs_worldmodel.errors import Mistake
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.road import DRIVABLE
from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.when import children, parts
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.conditions import ConditionSpec
from mkdocs_worldmodel.spec.text import KeyPath

_SIDEWAYS = frozenset({"change_lane", "offset", "cross", "follow", "teleport"})
_NOTHING = ("", "")


def doubts(block: Block, scenario: Scenario) -> list[Mistake]:
    """All that an author of this block hardly means, each at its key."""
    return _Doubts(block, scenario).all()


class _Doubts:
    def __init__(self, block: Block, scenario: Scenario) -> None:
        self.block, self.scenario = block, scenario
        self.spec = block.spec.scenario
        self.users = {user.name: user for user in scenario.users}
        self.done: dict[str, set[str]] = {name: set() for name in self.users}
        """What the story has each road user do."""
        for event in self.spec.story:
            for name, do in event.do.users.items():
                self.done[name].update(do.given())
        self.found: list[Mistake] = []
        self.dead: set[str] = set()
        """Events that can never start."""

    def note(self, path: KeyPath, message: str, hint: str) -> None:
        self.found.append(self.block.sources.mistake(("scenario", *path), message, hint))

    def all(self) -> list[Mistake]:
        events = self.scenario.events
        paths: list[KeyPath] = [("story", i, "when") for i in range(len(events))]
        triggers = list(zip(self.spec.story, events, paths, strict=True))
        while more := {e.name for g, e, p in triggers if self.never(g.when, e.trigger, p, _silent)} - self.dead:
            self.dead |= more
        for given, event, path in triggers:
            self.never(given.when, event.trigger, path, self.note)
            self._actions(event, path[:2])
        if self.spec.stop.when is not None and self.scenario.stop is not None:
            self.never(self.spec.stop.when, self.scenario.stop, ("stop", "when"), self.note)
        self._presence()
        return self.found

    # -- conditions --------------------------------------------------------------------------------------------

    def never(
        self, given: ConditionSpec, built: story.Condition, path: KeyPath, note: Callable[[KeyPath, str, str], None]
    ) -> bool:
        """Whether a condition cannot come true in this run; says which part of it cannot."""
        out = False
        for at, condition in parts(given, built, path):
            key = str(at[-1])
            if key == "not":  # what can never be makes this true; nothing is wrong with that
                continue
            inside = [self.never(g, c, (*at, *below), note) for g, c, below in children(given, key, condition)]
            if inside:
                out |= all(inside) if key == "any" else any(inside)
                continue
            never, (message, hint) = self._leaf(condition)
            if message:
                note(at, message, hint)
            out |= never
        return out

    def _leaf(self, c: story.Condition) -> tuple[bool, tuple[str, str]]:
        """Whether it can never hold, and what is to be said."""
        end = self.scenario.stop_time
        says = _NOTHING
        never = True
        if isinstance(c, story.TimeCondition) and c.time + c.delay > end:
            says = f"this time is never reached: the run ends at {end:g} s", "make it earlier, or stop: {time} later"
        elif isinstance(c, story.StandstillCondition) and c.duration + c.delay > end:
            says = f"nobody stands that long: the run ends at {end:g} s", "make it shorter, or stop: {time} later"
        elif isinstance(c, story.EventCondition) and c.event in self.dead:
            says = f"the event '{c.event[:40]}' never starts", "see what it waits for"
        elif isinstance(c, story.SpeedCondition | story.AccelerationCondition | story.TravelledCondition):
            says = self._too_much(c)
        elif isinstance(c, story.PositionCondition | story.TimeToPositionCondition):
            never, says = self._place(c)
        elif isinstance(c, story.LaneCondition):
            says = self._lane(c)
        elif isinstance(c, story.SignalCondition):
            says = self._aspect(c)
        return never and says != _NOTHING, says

    def _too_much(
        self, c: story.SpeedCondition | story.AccelerationCondition | story.TravelledCondition
    ) -> tuple[str, str]:
        body = self.users[c.actor].body
        if isinstance(c, story.TravelledCondition):
            most = body.max_speed * self.scenario.stop_time
            return _NOTHING if c.value <= most else (f"{c.actor} never comes that far", f"{most:g} m are the most")
        if isinstance(c, story.SpeedCondition):
            if c.relative_to is not None or c.rule != ">" or c.value < body.max_speed:
                return _NOTHING
            return f"{c.actor} is never that fast", f"{body.max_speed * 3.6:g} km/h are the most"
        if c.rule == ">" and c.value >= body.max_acceleration:
            return f"{c.actor} never accelerates that hard", f"{body.max_acceleration:g} m/s² are the most"
        if c.rule == "<" and c.value <= -body.max_deceleration:
            return f"{c.actor} never brakes that hard", f"{body.max_deceleration:g} m/s² are the most"
        return _NOTHING

    def _place(self, c: story.PositionCondition | story.TimeToPositionCondition) -> tuple[bool, tuple[str, str]]:
        where = self._where(self.users[c.actor], c.road, c.s)
        if where == "elsewhere":
            return True, (f"{c.actor} never comes along there", "see its lane and its turn")
        if where == "passed" and isinstance(c, story.PositionCondition):
            return False, (f"{c.actor} is past this place at the start, so this holds at once", "name a place ahead")
        if where == "passed":
            return True, (f"{c.actor} is past this place at the start", "name a place ahead of it")
        return False, _NOTHING

    def _where(self, user: RoadUser, road: str, s: float) -> str:
        """'passed' where a place lies behind a front bumper at the start, 'elsewhere' off its way, else ''."""
        if "teleport" in self.done[user.name]:
            return ""
        if road == user.road:
            front = user.s + user.direction * user.body.front
            return "passed" if user.direction * (s - front) < 0.0 else ""
        return "" if any(leg.road == road for leg in user.route) else "elsewhere"

    def _lane(self, c: story.LaneCondition) -> tuple[str, str]:
        """Where a road has but one set of lanes, only the story and free drivers change lanes."""
        user = self.users[c.actor]
        road = self.scenario.network.road(user.road)
        one_way = len(road.sections) == 1 and len(self.scenario.network.roads) == 1
        kept = user.driver in _KEEPS_LANE and not self.done[c.actor] & _SIDEWAYS and not user.lane_change.free
        if c.same_as is not None or not one_way or not kept or user.lane == c.lane:
            return _NOTHING
        return f"{c.actor} never leaves its lane", "let the story change its lane, or behaviour: {lane_changes: free}"

    def _aspect(self, c: story.SignalCondition) -> tuple[str, str]:
        shown: set[str] = set()
        for controller in self.scenario.network.controllers:
            if c.signal in controller.signals:
                at = controller.signals.index(c.signal)
                shown |= {phase.aspects[at] for phase in controller.phases}
        if not shown:
            return _NOTHING
        for event in self.scenario.events:
            shown |= {a.aspect for a in event.actions if isinstance(a, story.SignalAction) and a.actor == c.signal
                      and a.aspect is not None}  # fmt: skip
        return _NOTHING if c.aspect in shown else (f"this light never shows {c.aspect}", f"it shows {_listed(shown)}")

    # -- actions -----------------------------------------------------------------------------------------------

    def _actions(self, event: story.Event, path: KeyPath) -> None:
        for action in event.actions:
            at = (*path, "do", action.actor)
            if isinstance(action, story.SpeedAction):
                most = self.users[action.actor].body.max_speed
                if action.relative_to is None and action.target > most:
                    self.note((*at, "speed", "to"), f"{action.actor} is never that fast",
                              f"{most * 3.6:g} km/h are the most")  # fmt: skip
            elif isinstance(action, story.StopAction):
                where = self._where(self.users[action.actor], action.road, action.s)
                if where == "elsewhere":
                    self.note((*at, "stop"), f"{action.actor} never comes along there", "see its lane and its turn")
                elif where == "passed":
                    self.note((*at, "stop"), f"{action.actor} is past this place at the start, so it stops at once",
                              "name a place ahead of it")  # fmt: skip
            elif isinstance(action, story.LaneChangeAction):
                self._lane_change(action, (*at, "change_lane", "to"))

    def _lane_change(self, action: story.LaneChangeAction, path: KeyPath) -> None:
        """A change that changes nothing, where nothing else has moved the road user before."""
        user = self.users[action.actor]
        others = sum("change_lane" in e.do.users[user.name].given() for e in self.spec.story if user.name in e.do.users)
        if others > 1 or self.done[user.name] & (_SIDEWAYS - {"change_lane"}) or user.lane_change.free:
            return
        if action.relative_to is None and action.left == 0 and action.target_lane == user.lane:
            self.note(path, f"{user.name} is in that lane already", "name another lane")
        elif action.left and action.relative_to is None:
            road = self.scenario.network.road(user.road)
            step = action.left * user.direction
            target = user.lane + step or step
            there = any(ln.id == target and ln.type in DRIVABLE for section in road.sections for ln in section.lanes)
            if not there and len(self.scenario.network.roads) == 1:
                side = "left" if action.left > 0 else "right"
                self.note(path, f"there is no lane to the {side} of {user.name}", "name a lane, or the other side")

    def _presence(self) -> None:
        live = [e for e in self.scenario.events if e.name not in self.dead]
        appears = {a.actor for e in live for a in e.actions if isinstance(a, story.PresenceAction) and a.present}
        vanishes = {a.actor for e in live for a in e.actions if isinstance(a, story.PresenceAction) and not a.present}
        for user in self.scenario.users:
            if not user.present and user.name not in appears:
                self.note(("actors", user.name, "present"), f"{user.name} never appears",
                          f"let the story do: {{{user.name}: {{appear: true}}}}")  # fmt: skip
        for i, event in enumerate(self.spec.story):
            for name, do in event.do.users.items():
                if do.appear and self.users[name].present and name not in vanishes:
                    self.note(("story", i, "do", name, "appear"), f"{name} is there already",
                              "give it present: false, or leave appear out")  # fmt: skip


_KEEPS_LANE = frozenset({"idm", "constant", "scripted", "still", "careful", "aeb"})
"""Of drivers of other packages we know nothing."""


def _silent(_path: KeyPath, _message: str, _hint: str) -> None:
    pass


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))
