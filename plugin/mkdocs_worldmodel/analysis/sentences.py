# What happened, as timed sentences: the text alternative of a figure.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8, Measures
from mkdocs_worldmodel.rollout.rollout import Firing, Rollout
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import LaneChangeAction

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


def metres(distance: float) -> str:
    """A distance [m] as a page says it."""
    return f"{distance:.0f} m" if distance >= 9.95 else f"{distance:.1f} m"


def narrate(
    scenario: Scenario, run: Rollout, measures: Measures, contact: Contact | None, last: int
) -> tuple[Event, ...]:
    """Tell a run up to row `last`, in order of time."""
    teller = _Teller(scenario, run, measures, last)
    events = [teller.opening(), *teller.story(), *teller.leaders(), *teller.braking(), *teller.extremes(contact)]
    events.append(teller.ending(contact))
    return tuple(sorted(events, key=lambda e: e.time))


class _Teller:
    def __init__(self, scenario: Scenario, run: Rollout, measures: Measures, last: int) -> None:
        self.scenario, self.run, self.measures, self.last = scenario, run, measures, last
        self.road = scenario.network.roads[0]

    def row(self, time: float) -> int:
        return min(round(time / self.run.dt), self.last)

    def where(self, user: int, k: int) -> str:
        """Place of a road user as the ego sees it: ', 25 m ahead of the ego'."""
        r = self.run
        sign = float(r.direction[0])
        same = r.direction[user] == r.direction[0]
        along = sign * float(r.s[k, user] - r.s[k, 0])
        front = r.length - r.rear_overhang
        toward = r.rear_overhang[user] if same else front[user]
        away = front[user] if same else r.rear_overhang[user]
        if (gap := along - front[0] - toward) > 0.0:
            return f", {metres(gap)} ahead of the ego"
        if (gap := -along - r.rear_overhang[0] - away) > 0.0:
            return f", {metres(gap)} behind the ego"
        return ", beside the ego"

    def opening(self) -> Event:
        r = self.run

        def state(i: int, k: int = 0) -> str:
            lane = lane_name(self.road, int(r.lane[k, i]))
            speed = "stands" if r.speed[k, i] < 0.05 else f"drives at {kmh(float(r.speed[k, i]))}"
            return f"{speed} in {lane}"

        parts = [f"The ego {state(0)}"]
        others = sorted(range(1, len(r.names)), key=lambda i: abs(float(r.s[0, i] - r.s[0, 0])))
        parts += [f"{called(r.names[i])} {state(i)}{self.where(i, 0)}" for i in others[:4]]
        more = f", and {len(others) - 4} more road users are on the road" if len(others) > 4 else ""
        return Event(0.0, f"{'; '.join(parts)}{more}.", "Start", 3)

    # -- the story -----------------------------------------------------------------------------------------

    def story(self) -> list[Event]:
        out: list[Event] = []
        instant = {(f.event, f.action, f.time) for f in self.run.firings if f.phase == "start"} & {
            (f.event, f.action, f.time) for f in self.run.firings if f.phase == "end"
        }
        for f in self.run.firings:
            k = round(f.time / self.run.dt)
            if k > self.last or (f.phase == "end" and (f.event, f.action, f.time) in instant):
                continue
            out.append(self.fired(f, k, instant=(f.event, f.action, f.time) in instant))
        return out

    def fired(self, f: Firing, k: int, *, instant: bool) -> Event:
        r = self.run
        event = next(e for e in self.scenario.events if e.name == f.event)
        action = event.actions[f.action]
        i = r.names.index(action.actor)
        who, place = called(action.actor, start=True), "" if i == 0 else self.where(i, k)
        name = action.actor.replace("_", " ").capitalize()
        if isinstance(action, LaneChangeAction):
            new = lane_name(self.road, action.target_lane)
            if f.phase == "end":
                return Event(f.time, f"{who} has changed to {new}{place}.", f"{name} is in {new}", 2)
            old = lane_name(self.road, int(r.lane[k, i]))
            return Event(f.time, f"{who} begins to change from {old} to {new}{place}.", f"{name} changes to {new}", 0)
        speed, target = float(r.speed[k, i]), action.target
        if instant and abs(speed - target) < 0.05:
            text = f"{who} is given a speed of {kmh(target)}{place}."
            return Event(f.time, text, f"{name} at {kmh(target)}", 1)
        if f.phase == "end":
            now = "stands" if speed < 0.05 else f"drives at {kmh(speed)}"
            return Event(f.time, f"{who} now {now}{place}.", f"{name} {now}", 2)
        verb = "brake" if target < speed else "speed up"
        text = f"{who} begins to {verb} from {kmh(speed)} to {kmh(target)}{place}."
        return Event(f.time, text, f"{name} {'brakes' if target < speed else 'speeds up'}", 0)

    # -- the ego -------------------------------------------------------------------------------------------

    def leaders(self) -> list[Event]:
        """Who comes into the ego's way, if it stays there for 0.3 s."""
        out: list[Event] = []
        lead, hold = self.measures.leader[0], round(0.3 / self.run.dt)
        for k in range(1, self.last + 1):
            stays = bool((lead[k : k + hold] == lead[k]).all()) and k + hold <= self.last
            if lead[k] != lead[k - 1] and lead[k] >= 0 and stays:
                gap = metres(max(0.0, float(self.measures.gap[0, k])))
                name = self.run.names[lead[k]]
                text = f"{called(name, start=True)} is now in the ego's way, {gap} ahead."
                out.append(Event(float(self.run.time[k]), text, f"{name.replace('_', ' ').capitalize()} ahead", 2))
        return out

    def braking(self) -> list[Event]:
        """Each braking of the ego, told where it begins."""
        out: list[Event] = []
        a = self.run.acceleration[: self.last + 1, 0]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (a < -BRAKING).astype(int), [0]))))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - begin < round(0.2 / self.run.dt):
                continue
            lead = int(self.measures.leader[0, begin])
            reason = f" for {called(self.run.names[lead])}" if lead >= 0 else ""
            hardest = f"{-float(a[begin:end].min()):.1f} m/s²"
            finish = float(self.run.time[min(end, self.last)])
            slowed = (
                f"from {kmh(float(self.run.speed[begin, 0]))} to {kmh(float(self.run.speed[min(end, self.last), 0]))}"
            )
            text = f"The ego brakes{reason}, {slowed} until {finish:.1f} s, by up to {hardest}."
            out.append(Event(float(self.run.time[begin]), text, "Ego brakes", 1))
        return out

    def extremes(self, contact: Contact | None) -> list[Event]:
        """Smallest gap and time to collision, where they are no edge of the run."""
        if contact is not None and 0 in {contact.first, contact.second}:
            return []
        out: list[Event] = []
        gap, ttc = self.measures.gap[0, : self.last + 1], self.measures.ttc[0, : self.last + 1]
        if (k := _inner_minimum(ttc)) is not None and ttc[k] < 10.0:
            text = f"The time to collision with {self._lead(k)} is smallest: {ttc[k]:.1f} s."
            out.append(Event(float(self.run.time[k]), text, "Smallest TTC", 1))
        if (k := _inner_minimum(gap)) is not None:
            text = f"The gap to {self._lead(k)} is smallest: {metres(float(gap[k]))}."
            out.append(Event(float(self.run.time[k]), text, "Smallest gap", 1))
        return out

    def _lead(self, k: int) -> str:
        return called(self.run.names[int(self.measures.leader[0, k])])

    def ending(self, contact: Contact | None) -> Event:
        r, time = self.run, float(self.run.time[self.last])
        if contact is not None:
            a, b = called(r.names[contact.first], start=True), called(r.names[contact.second])
            text = f"{a} and {b} touch, at a difference in speed of {kmh(contact.closing)}. The figure ends here."
            return Event(time, text, "Contact", 0)
        reason, _, who = r.ended.partition(": ")
        if reason == "end of road":
            return Event(time, f"{called(who, start=True)} reaches the end of the road; the run ends.", "End", 3)
        speed = float(r.speed[self.last, 0])
        state = "stands" if speed < 0.05 else f"drives at {kmh(speed)}"
        lead = int(self.measures.leader[0, self.last])
        follow = (
            f", {metres(float(self.measures.gap[0, self.last]))} behind {called(r.names[lead])}" if lead >= 0 else ""
        )
        return Event(time, f"The run ends; the ego {state}{follow}.", "End", 3)


def _inner_minimum(series: F8) -> int | None:
    """Where a series is smallest, if that is finite, positive and not at its first or last row."""
    k = int(np.argmin(series))
    return k if 0 < k < len(series) - 1 and np.isfinite(series[k]) and series[k] > 0.0 else None
