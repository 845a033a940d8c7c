# What the ego meets and does, as timed sentences: its light, who is in its way, braking, stopping, and how close it
# came.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.reasons import SOON, reason
from mkdocs_worldmodel.analysis.said import say
from mkdocs_worldmodel.analysis.scene import Scene
from mkdocs_worldmodel.analysis.story_told import told_to_change_speed
from mkdocs_worldmodel.analysis.wording import ASPECT_WORDS, STANDING, Event, kmh, metres
from mkdocs_worldmodel.rollout.rollout import ASPECTS

BRAKING = 0.5
"""The ego brakes from this deceleration on [m/s²], if it lasts 0.2 s."""
_SLIGHT = 1.0
"""A braking that is weaker [m/s²] and costs less speed [m/s] is not told."""
_CREEP, _ROLLS_OUT = 1.5, 3.0
"""Who ends a braking slower than this [m/s] and stands within this time [s] has braked to a standstill."""
_FIRST = 1.0
"""What a braking is for shows in how hard it is within this time [s]."""
_FAR, _SOON = 100.0, 8.0
"""Who comes into the ego's way or leaves it is told up to this gap [m], or below this time to collision [s]."""
_CLOSE, _HEADWAY = 10.0, 2.0
"""The smallest gap is told if it is below this [m], or below this time headway [s]."""


class EgoTold:
    """The ego's part of a run."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.run, self.measures, self.last = scene, scene.run, scene.measures, scene.last

    def events(self, contact: Contact | None) -> list[Event]:
        """All of them, in no order."""
        leaders = self.leaders()
        braking, told_stops = self.braking({e.time for e in leaders})
        return [*self.lights(), *leaders, *braking, *self.stands(told_stops), *self.extremes(contact)]

    def lights(self) -> list[Event]:
        """How the light on the ego's first road changes, up to where the ego has passed it."""
        r, network = self.run, self.scene.scenario.network
        road = network.roads[0]
        columns = [
            i
            for i, (of, signal) in enumerate(network.signals())
            if of is road and signal.type == "traffic light" and signal.direction == r.direction[0, 0]
        ]
        out: list[Event] = []
        on_road = np.flatnonzero(r.road[: self.last + 1, 0] == r.road[0, 0])
        for column in columns[:1]:
            shown = r.signals[: int(on_road[-1]) + 1, column]
            for k in (np.flatnonzero(np.diff(shown)) + 1).tolist():
                aspect = ASPECT_WORDS[ASPECTS[int(shown[k])]]
                clause = say("the ego's light turns {aspect}", aspect=aspect)
                out.append(Event(float(r.time[k]), clause, say("Light {aspect}", aspect=aspect), 2))
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
            user = int(lead[k]) if lead[k] >= 0 else told
            who, name, time = self.scene.who(user), self.scene.name(user), float(self.run.time[k])
            before, told = k if lead[k] >= 0 else k - 1, int(lead[k])
            if self.gap(before) > _FAR and self.measures.ttc[0, before] > _SOON:
                continue
            if lead[k] >= 0:
                clause = say("{who} is now in the ego's way, {gap} ahead", who=who, gap=metres(self.gap(k)))
                out.append(Event(time, clause, say("{name!c} ahead", name=name), 2))
            else:
                clause = say("{who} is no longer in the ego's way", who=who)
                out.append(Event(time, clause, say("Way is clear"), 3))
        return out

    def gap(self, k: int) -> float:
        """Free space to who is ahead [m]."""
        return float(self.measures.gap[0, k])

    def braking(self, leaders: set[float]) -> tuple[list[Event], set[int]]:
        """Each braking that the ego's driver decided, told where it begins; and the rows of standstills so told.

        Args:
            leaders: times at which sentences say who is ahead [s]
        """
        out: list[Event] = []
        stops: set[int] = set()
        r = self.run
        a, speed = r.acceleration[: self.last + 1, 0], r.speed[: self.last + 1, 0]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (a < -BRAKING).astype(int), [0]))))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            time, most = float(r.time[begin]), -float(a[begin:end].min())
            if end - begin < round(0.2 / r.dt) or told_to_change_speed(self.scene, time):
                continue
            stop = self.rolls_out(end)
            if most < _SLIGHT and stop is None and speed[begin] - speed[min(end, self.last)] < _SLIGHT:
                continue
            if stop is not None:
                stops.add(stop)
                clause = say("the ego brakes from {start} to a standstill at {time:.1f} s, by up to {most:.1f} m/s²",
                             start=kmh(float(speed[begin])), time=float(r.time[stop]), most=most)  # fmt: skip
            else:
                until = say("the end of the run") if end > self.last else say("{t:.1f} s", t=float(r.time[end]))
                clause = say("the ego brakes from {start} to {finish} until {until}, by up to {most:.1f} m/s²",
                             start=kmh(float(speed[begin])), finish=kmh(float(speed[min(end, self.last)])),
                             until=until, most=most)  # fmt: skip
            lead_told = any(abs(time - t) <= SOON + 1e-9 for t in leaders)
            first = -float(a[begin : min(end, begin + round(_FIRST / r.dt))].min())
            why = reason(self.scene, begin, first, lead_told=lead_told)
            if why is not None:
                clause = say("{clause}, {reason}", clause=clause, reason=why)
            out.append(Event(time, clause, say("Ego brakes"), 1))
        return out, stops

    def rolls_out(self, end: int) -> int | None:
        """The row in which a braking that ends at row `end` has led to a standstill."""
        speed = self.run.speed[: self.last + 1, 0]
        if end > self.last:
            return None if speed[self.last] >= STANDING else int(np.flatnonzero(speed >= STANDING)[-1]) + 1
        rows = speed[end : end + round(_ROLLS_OUT / self.run.dt)]
        standing = np.flatnonzero(rows < STANDING)
        slow = speed[end] < _CREEP and len(standing) and (rows[: standing[0]] <= rows[0] + 0.1).all()
        return end + int(standing[0]) if slow else None

    def stands(self, told: set[int]) -> list[Event]:
        """Where it comes to a stand, unless a braking says it, and where it sets off."""
        out: list[Event] = []
        r = self.run
        moving = (r.speed[: self.last + 1, 0] >= STANDING).astype(int)
        for k in (np.flatnonzero(np.diff(moving)) + 1).tolist():
            time = float(r.time[k])
            if told_to_change_speed(self.scene, time):
                continue
            if moving[k]:
                if r.speed[k : k + round(1.0 / r.dt), 0].max() > _CREEP / 3.0:
                    out.append(Event(time, say("the ego sets off"), say("Ego sets off"), 1))
            elif not any(abs(k - stop) * r.dt < 0.5 for stop in told):
                out.append(Event(time, say("the ego comes to a standstill"), say("Ego stands"), 1))
        return out

    def extremes(self, contact: Contact | None) -> list[Event]:
        """Smallest gap and time to collision, where they are no edge of the run."""
        if contact is not None and 0 in {contact.first, contact.second}:
            return []
        out: list[Event] = []
        gap, ttc = self.measures.gap[0, : self.last + 1], self.measures.ttc[0, : self.last + 1]
        if (k := _inner_minimum(ttc)) is not None and ttc[k] < 10.0:
            clause = say("the time to collision with {lead!d} is at its smallest, {ttc:.1f} s",
                         lead=self.scene.lead(k), ttc=float(ttc[k]))  # fmt: skip
            out.append(Event(float(self.run.time[k]), clause, say("Smallest TTC"), 1))
        k = _inner_minimum(gap)
        if k is not None and (gap[k] < _CLOSE or self.measures.thw[0, k] < _HEADWAY):
            clause = say("the gap to {lead!d} is at its smallest, {gap}",
                         lead=self.scene.lead(k), gap=metres(float(gap[k])))  # fmt: skip
            out.append(Event(float(self.run.time[k]), clause, say("Smallest gap"), 1))
        return out


def _inner_minimum(series: F8) -> int | None:
    """Where a series is smallest, if that is finite, positive and not at its first or last row."""
    k = int(np.argmin(series))
    return k if 0 < k < len(series) - 1 and np.isfinite(series[k]) and series[k] > 0.0 else None
