# What happened, as timed sentences: the text alternative of a figure.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8, Measures
from mkdocs_worldmodel.rollout.rollout import Firing, Rollout
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_centre
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Action, LaneChangeAction, SpeedAction

STANDING = 0.05
"""Slower than this, a road user stands [m/s]."""
SAME = 0.5 / 3.6
"""Speeds that differ by less are the same in a sentence [m/s]."""
BRAKING = 0.5
"""The ego brakes from this deceleration on [m/s²], if it lasts 0.2 s."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth saying."""

    time: float
    """[s]"""
    text: str
    """A whole sentence."""
    label: str
    """A few words, for a tick on a time axis."""
    rank: int
    """How telling a picture of it is: 0 most."""


def called(name: str, *, start: bool = False) -> str:
    """How a sentence calls a road user: 'the lorry'."""
    return f"{'The' if start else 'the'} {name.replace('_', ' ')}"


def kmh(speed: float) -> str:
    """A speed [m/s] as a page says it."""
    return f"{3.6 * speed:.0f} km/h"


def moves(speed: float) -> str:
    """'drives at 50 km/h', or 'stands'."""
    return "stands" if speed < STANDING else f"drives at {kmh(speed)}"


def metres(distance: float) -> str:
    """A distance [m] as a page says it."""
    return f"{distance:.0f} m" if distance >= 9.95 else f"{distance:.1f} m"


def narrate(
    scenario: Scenario, run: Rollout, measures: Measures, contact: Contact | None, last: int
) -> tuple[Event, ...]:
    """Tell a run up to row `last`, in order of time."""
    teller = _Teller(scenario, run, measures, last)
    events = [teller.opening(), *teller.story(), *teller.leaders(), *teller.braking()]
    events += [*teller.passings(), *teller.extremes(contact)]
    events.append(teller.ending(contact))
    return tuple(sorted(events, key=lambda e: e.time))


class _Teller:
    def __init__(self, scenario: Scenario, run: Rollout, measures: Measures, last: int) -> None:
        self.scenario, self.run, self.measures, self.last = scenario, run, measures, last
        self.road = scenario.network.roads[0]
        line = ReferenceLines([self.road])
        bend = line.heading_at(0, run.s)
        s, t = run.s - run.s[:, :1], run.t[:, :1]
        self.along: F8 = run.direction[0, 0] * (s - t * (bend - bend[:, :1]))
        """(T, N) how far ahead of the ego's reference point along its lane [m]."""

    def where(self, user: int, k: int) -> str:
        """Place of a road user as the ego sees it: ', 25 m ahead of the ego'."""
        r, along = self.run, float(self.along[k, user])
        same = r.direction[k, user] == r.direction[k, 0]
        front = r.length - r.rear_overhang
        toward = r.rear_overhang[user] if same else front[user]
        away = front[user] if same else r.rear_overhang[user]
        if (gap := along - front[0] - toward) > 0.0:
            return f", {metres(gap)} ahead of the ego"
        if (gap := -along - r.rear_overhang[0] - away) > 0.0:
            return f", {metres(gap)} behind the ego"
        return ", beside the ego"

    def lane(self, user: int, k: int) -> str:
        """'in lane 2', 'on the shoulder', 'off the road'."""
        name = lane_name(self.road, int(self.run.lane[k, user]))
        return name if name.startswith("off") else f"{'on' if name.startswith('the ') else 'in'} {name}"

    def opening(self) -> Event:
        r = self.run
        others = sorted(range(1, len(r.names)), key=lambda i: abs(float(self.along[0, i])))
        parts = [
            f"{called(r.names[i], start=i == 0)} {moves(float(r.speed[0, i]))} {self.lane(i, 0)}"
            + (self.where(i, 0) if i else "")
            for i in (0, *others[:4])
        ]
        if (more := len(others) - 4) > 0:
            parts.append(f"{more} more {'road user is' if more == 1 else 'road users are'} on the road")
        return Event(0.0, f"{'; '.join(parts)}.", "Start", 3)

    # -- the story -----------------------------------------------------------------------------------------

    def story(self) -> list[Event]:
        keys = [(f.event, f.action, f.time, f.phase) for f in self.run.firings]
        told: list[Event | None] = []
        for f in self.run.firings:
            k = round(f.time / self.run.dt)
            if k > self.last:
                continue
            instant = {(f.event, f.action, f.time, phase) for phase in ("start", "end")} <= set(keys)
            if instant and f.phase == "end":
                continue
            action = next(e for e in self.scenario.events if e.name == f.event).actions[f.action]
            if isinstance(action, LaneChangeAction):
                told.append(self.lane_change(f, k, action))
            else:
                told.append(self.speed_change(f, k, action))
        return [event for event in told if event is not None]

    def _who(self, action: Action, k: int) -> tuple[int, str, str, str]:
        """Index, 'The red lorry', ', 25 m ahead of the ego', 'Red lorry'."""
        i = self.run.names.index(action.actor)
        name = action.actor.replace("_", " ").capitalize()
        return i, called(action.actor, start=True), "" if i == 0 else self.where(i, k), name

    def lane_change(self, f: Firing, k: int, action: LaneChangeAction) -> Event | None:
        r = self.run
        i, _, _, name = self._who(action, k)
        new = lane_name(self.road, action.target_lane)
        if f.phase == "end":
            # a bicycle may arrive a little after the time it was given
            arrived = np.flatnonzero(r.lane[k : self.last + 1, i] == action.target_lane)
            if not len(arrived):
                return None
            k += int(arrived[0])
            _, who, place, _ = self._who(action, k)
            return Event(float(r.time[k]), f"{who} has changed to {new}{place}.", f"{name} is in {new}", 2)
        _, who, place, _ = self._who(action, k)
        if f.phase == "stop":
            return Event(f.time, f"{who} breaks off its change to {new}{place}.", f"{name} breaks off", 1)
        off = abs(float(r.t[k, i]) - lane_centre(self.road, action.target_lane, float(r.s[k, i])))
        if k and off < 1e-3 and abs(float(r.t[k, i] - r.t[k - 1, i])) > 1.0:
            return Event(f.time, f"{who} is put into {new} at once{place}.", f"{name} is in {new}", 0)
        if int(r.lane[k, i]) == action.target_lane:
            verb = "keeps to" if off < 0.3 else "turns back to"
            return Event(f.time, f"{who} {verb} {new}{place}.", f"{name} {verb} {new}", 2)
        old = lane_name(self.road, int(r.lane[k, i]))
        return Event(f.time, f"{who} begins to change from {old} to {new}{place}.", f"{name} changes to {new}", 0)

    def speed_change(self, f: Firing, k: int, action: SpeedAction) -> Event | None:
        i, who, place, name = self._who(action, k)
        speed, target = float(self.run.speed[k, i]), action.target
        before = float(self.run.speed[max(k - 1, 0), i])
        if f.phase == "stop":
            return None  # what takes its place is told
        if f.phase == "end":
            if abs(float(self.run.speed[self._begun(f), i]) - target) < SAME:
                return None
            return Event(f.time, f"{who} now {moves(speed)}{place}.", f"{name} {moves(speed)}", 2)
        if abs(speed - target) < SAME:
            if abs(speed - before) < SAME:
                return Event(f.time, f"{who} keeps to {kmh(target)}{place}.", f"{name} keeps its speed", 2)
            text = f"{who} goes from {kmh(before)} to {kmh(target)} at once{place}."
            return Event(f.time, text, f"{name} at {kmh(target)}", 0)
        start = "a standstill" if speed < STANDING else kmh(speed)
        finish = "a stop" if target < STANDING else kmh(target)
        verb, label = ("brake", "brakes") if target < speed else ("speed up", "speeds up")
        return Event(f.time, f"{who} begins to {verb} from {start} to {finish}{place}.", f"{name} {label}", 0)

    def _begun(self, end: Firing) -> int:
        """Row in which the action of an end began."""
        times = [f.time for f in self.run.firings if (f.event, f.action, f.phase) == (end.event, end.action, "start")]
        return round(times[0] / self.run.dt)

    # -- the ego -------------------------------------------------------------------------------------------

    def leaders(self) -> list[Event]:
        """Who comes into the ego's way and who leaves it, if it stays so for 0.3 s."""
        out: list[Event] = []
        lead, hold = self.measures.leader[0], round(0.3 / self.run.dt)
        told = int(lead[0])
        for k in range(1, self.last + 1):
            stays = bool((lead[k : k + hold] == lead[k]).all()) and k + hold <= self.last
            if lead[k] == told or not stays:
                continue
            if lead[k] >= 0:
                gap = metres(float(self.measures.gap[0, k]))
                name = self.run.names[lead[k]]
                text = f"{called(name, start=True)} is now in the ego's way, {gap} ahead."
                out.append(Event(float(self.run.time[k]), text, f"{name.replace('_', ' ').capitalize()} ahead", 2))
            else:
                name = self.run.names[told]
                text = f"{called(name, start=True)} is no longer in the ego's way."
                out.append(Event(float(self.run.time[k]), text, "Way is clear", 3))
            told = int(lead[k])
        return out

    def braking(self) -> list[Event]:
        """Each braking that the ego's driver decided, told where it begins."""
        out: list[Event] = []
        r = self.run
        a = r.acceleration[: self.last + 1, 0]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (a < -BRAKING).astype(int), [0]))))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - begin < round(0.2 / r.dt) or self._told_to(float(r.time[begin])):
                continue
            lead = int(self.measures.leader[0, begin])
            gap = metres(float(self.measures.gap[0, begin]))
            reason = f"; {called(r.names[lead])} is {gap} ahead" if lead >= 0 else ""
            finish = "the end of the run" if end > self.last else f"{float(r.time[end]):.1f} s"
            speeds = f"from {kmh(float(r.speed[begin, 0]))} to {kmh(float(r.speed[min(end, self.last), 0]))}"
            hardest = f"{-float(a[begin:end].min()):.1f} m/s²"
            text = f"The ego brakes {speeds} until {finish}, by up to {hardest}{reason}."
            out.append(Event(float(r.time[begin]), text, "Ego brakes", 1))
        return out

    def _told_to(self, time: float) -> bool:
        """Whether the story has the ego change its speed at that time."""
        begun: set[tuple[str, int]] = set()
        for f in self.run.firings:
            action = next(e for e in self.scenario.events if e.name == f.event).actions[f.action]
            if f.time > time + 1e-9 or not isinstance(action, SpeedAction) or action.actor != self.run.names[0]:
                continue
            if f.phase == "start":
                begun.add((f.event, f.action))
            elif f.time < time - 1e-9:
                begun.discard((f.event, f.action))
        return bool(begun)

    def passings(self) -> list[Event]:
        """Who passes whom, bumper past bumper; a head-on contact is none."""
        out: list[Event] = []
        r = self.run
        middle = self.along + (r.direction * r.direction[:, :1] * r.centre - r.centre[0])
        for i in range(1, len(r.names)):
            name, oncoming = r.names[i], r.direction[0, i] != r.direction[0, 0]
            sides = np.sign(middle[: self.last + 1, i])
            for k in (np.flatnonzero(sides[1:] * sides[:-1] < 0) + 1).tolist():
                falls_back = sides[k] < 0
                if oncoming:
                    text = f"The ego and {called(name)} pass each other."
                elif falls_back:
                    text = f"The ego passes {called(name)}, which {moves(float(r.speed[k, i]))} {self.lane(i, k)}."
                else:
                    text = (
                        f"{called(name, start=True)} passes the ego {self.lane(i, k)}, at {kmh(float(r.speed[k, i]))}."
                    )
                label = (
                    f"Ego passes {name.replace('_', ' ')}"
                    if falls_back and not oncoming
                    else f"{name.replace('_', ' ').capitalize()} passes"
                )
                out.append(Event(float(r.time[k]), text, label, 2))
        return out

    def extremes(self, contact: Contact | None) -> list[Event]:
        """Smallest gap and time to collision, where they are no edge of the run."""
        if contact is not None and 0 in {contact.first, contact.second}:
            return []
        out: list[Event] = []
        gap, ttc = self.measures.gap[0, : self.last + 1], self.measures.ttc[0, : self.last + 1]
        if (k := _inner_minimum(ttc)) is not None and ttc[k] < 10.0:
            text = f"The time to collision with {self._lead(k)} is at its smallest: {ttc[k]:.1f} s."
            out.append(Event(float(self.run.time[k]), text, "Smallest TTC", 1))
        if (k := _inner_minimum(gap)) is not None:
            text = f"The gap to {self._lead(k)} is at its smallest: {metres(float(gap[k]))}."
            out.append(Event(float(self.run.time[k]), text, "Smallest gap", 1))
        return out

    def _lead(self, k: int) -> str:
        return called(self.run.names[int(self.measures.leader[0, k])])

    def ending(self, contact: Contact | None) -> Event:
        r, time = self.run, float(self.run.time[self.last])
        if contact is not None:
            a, b = called(r.names[contact.first], start=True), called(r.names[contact.second])
            text = f"{a} and {b} collide at a relative speed of {kmh(contact.closing)}; the figure ends here."
            return Event(time, text, "Collision", 0)
        reason, _, who = r.ended.partition(": ")
        if reason == "end of road":
            return Event(time, f"{called(who, start=True)} reaches the end of the road; the run ends.", "End", 3)
        state = moves(float(r.speed[self.last, 0]))
        lead = int(self.measures.leader[0, self.last])
        follow = (
            f", {metres(float(self.measures.gap[0, self.last]))} behind {called(r.names[lead])}" if lead >= 0 else ""
        )
        return Event(time, f"The run ends; the ego {state}{follow}.", "End", 3)


def _inner_minimum(series: F8) -> int | None:
    """Where a series is smallest, if that is finite, positive and not at its first or last row."""
    k = int(np.argmin(series))
    return k if 0 < k < len(series) - 1 and np.isfinite(series[k]) and series[k] > 0.0 else None
