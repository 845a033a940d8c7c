# What happened, as timed sentences: the text alternative of a figure.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import violations
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.story_told import told, told_to_change_speed
from mkdocs_worldmodel.analysis.wording import Event, called, kmh, metres, moves
from mkdocs_worldmodel.rollout.rollout import ASPECTS

_LABELS = {"speeding": "Speeding", "red light": "Red light run", "wrong way": "Wrong way", "priority": "Priority taken"}
BRAKING = 0.5
"""The ego brakes from this deceleration on [m/s²], if it lasts 0.2 s."""


def narrate(readings: Readings) -> tuple[Event, ...]:
    """Tell a run up to the last row that counts, in order of time."""
    scene = Scene(readings)
    contact = readings.contacts[0] if readings.contacts else None
    teller = _Teller(scene)
    events = [teller.opening(), *told(scene), *teller.lights(), *teller.leaders(), *teller.braking()]
    events += [*teller.passings(), *teller.rules(), *teller.extremes(contact)]
    events.append(teller.ending(contact))
    return tuple(sorted(events, key=lambda e: e.time))


class _Teller:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.scenario, self.run, self.measures = scene, scene.scenario, scene.run, scene.measures
        self.last = scene.last

    def opening(self) -> Event:
        r = self.run
        apart = np.hypot(r.x[0] - r.x[0, 0], r.y[0] - r.y[0, 0])
        others = sorted((i for i in range(1, len(r.names)) if r.present[0, i]), key=lambda i: float(apart[i]))
        parts = [
            f"{called(r.names[i], start=i == 0)} {moves(float(r.speed[0, i]))} {self.scene.lane(i, 0)}"
            + (self.scene.where(i, 0) if i else "")
            for i in (0, *others[:4])
        ]
        if (more := len(others) - 4) > 0:
            parts.append(f"{more} more {'road user is' if more == 1 else 'road users are'} on the road")
        return Event(0.0, f"{'; '.join(parts)}.", "Start", 3)

    def lights(self) -> list[Event]:
        """How the light on the ego's first road changes."""
        shown = self.run.signals[: self.last + 1]
        road = self.scenario.network.roads[0]
        columns = [
            i
            for i, (of, signal) in enumerate(self.scenario.network.signals())
            if of is road and signal.type == "traffic light" and signal.direction == self.run.direction[0, 0]
        ]
        out: list[Event] = []
        for column in columns[:1]:
            for k in (np.flatnonzero(np.diff(shown[:, column])) + 1).tolist():
                aspect = ASPECTS[int(shown[k, column])]
                text = f"The ego's light turns {aspect.replace('red amber', 'red and amber')}."
                out.append(Event(float(self.run.time[k]), text, f"Light {aspect}", 2))
        return out

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
            if end - begin < round(0.2 / r.dt) or told_to_change_speed(self.scene, float(r.time[begin])):
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

    def passings(self) -> list[Event]:
        """Who passes whom, bumper past bumper; a head-on contact is none."""
        out: list[Event] = []
        r = self.run
        middle = self.scene.along + (r.direction * r.direction[:, :1] * r.centre - r.centre[0])
        for i in range(1, len(r.names)):
            name, oncoming = r.names[i], r.direction[0, i] != r.direction[0, 0]
            sides = np.nan_to_num(np.sign(middle[: self.last + 1, i]))  # 0 where it is on another road
            for k in (np.flatnonzero(sides[1:] * sides[:-1] < 0) + 1).tolist():
                falls_back = sides[k] < 0
                if oncoming:
                    text = f"The ego and {called(name)} pass each other."
                elif falls_back:
                    text = (
                        f"The ego passes {called(name)}, which {moves(float(r.speed[k, i]))} {self.scene.lane(i, k)}."
                    )
                else:
                    at = kmh(float(r.speed[k, i]))
                    text = f"{called(name, start=True)} passes the ego {self.scene.lane(i, k)}, at {at}."
                label = (
                    f"Ego passes {name.replace('_', ' ')}"
                    if falls_back and not oncoming
                    else f"{name.replace('_', ' ').capitalize()} passes"
                )
                out.append(Event(float(r.time[k]), text, label, 2))
        return out

    def rules(self) -> list[Event]:
        """Rules of the road that anybody broke, but for what the story asks of every cut-in: too small a gap."""
        return [Event(v.time, v.text, _LABELS[v.rule], 1) for v in violations(self.scene.readings) if v.rule in _LABELS]

    def extremes(self, contact: Contact | None) -> list[Event]:
        """Smallest gap and time to collision, where they are no edge of the run."""
        if contact is not None and 0 in {contact.first, contact.second}:
            return []
        out: list[Event] = []
        gap, ttc = self.measures.gap[0, : self.last + 1], self.measures.ttc[0, : self.last + 1]
        if (k := _inner_minimum(ttc)) is not None and ttc[k] < 10.0:
            text = f"The time to collision with {self.scene.lead(k)} is at its smallest: {ttc[k]:.1f} s."
            out.append(Event(float(self.run.time[k]), text, "Smallest TTC", 1))
        if (k := _inner_minimum(gap)) is not None:
            text = f"The gap to {self.scene.lead(k)} is at its smallest: {metres(float(gap[k]))}."
            out.append(Event(float(self.run.time[k]), text, "Smallest gap", 1))
        return out

    def ending(self, contact: Contact | None) -> Event:
        r, time = self.run, float(self.run.time[self.last])
        if contact is not None:
            a, b = called(r.names[contact.first], start=True), called(r.names[contact.second])
            first, second = (f"{_of(r.names[c])} {contact.hit(c).side}" for c in (contact.first, contact.second))
            sides = f"{first} meets {second}"
            text = f"{a} and {b} collide at a relative speed of {kmh(contact.closing)}: {sides}; the figure ends here."
            return Event(time, text, "Collision", 0)
        reason, _, who = r.ended.partition(": ")
        if reason == "end of road":
            return Event(time, f"{called(who, start=True)} reaches the end of the road; the run ends.", "End", 3)
        why = "The run ends as its stop condition has come true" if reason == "condition" else "The run ends"
        state = moves(float(r.speed[self.last, 0]))
        lead = int(self.measures.leader[0, self.last])
        follow = (
            f", {metres(float(self.measures.gap[0, self.last]))} behind {called(r.names[lead])}" if lead >= 0 else ""
        )
        return Event(time, f"{why}; the ego {state}{follow}.", "End", 3)


def _of(name: str) -> str:
    """'the lorry's'."""
    return f"{called(name)}'" if name.endswith("s") else f"{called(name)}'s"


def _inner_minimum(series: F8) -> int | None:
    """Where a series is smallest, if that is finite, positive and not at its first or last row."""
    k = int(np.argmin(series))
    return k if 0 < k < len(series) - 1 and np.isfinite(series[k]) and series[k] > 0.0 else None
