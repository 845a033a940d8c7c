# Expectations held against a run.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.expect.lane_keeping import leaves_lane
from mkdocs_worldmodel.analysis.expect.measuring import Outcome, compared, in_lane
from mkdocs_worldmodel.analysis.expect.places import (
    before_edge,
    edge_of,
    front_past,
    left_after,
    place_called,
    place_names,
)
from mkdocs_worldmodel.analysis.expect.tree import (
    AllOf,
    AnyOf,
    Collides,
    Comparison,
    EventIs,
    Expectation,
    LaneIs,
    Not,
    Obeys,
    Passes,
    Statement,
    Stops,
    Verdict,
)
from mkdocs_worldmodel.analysis.expect.windows import event_time
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rules import violations
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.wording import STANDING, called


def judge(e: Expectation, readings: Readings) -> Verdict:
    """Hold an expectation against a run that it was checked for (names.check)."""
    outcome = _Judge(readings).of(e.statement)
    return Verdict(e.text, bool(outcome.held), outcome.clause, outcome.time)


class _Judge:
    def __init__(self, readings: Readings) -> None:
        self.readings, self.run, self.scenario = readings, readings.run, readings.scenario
        self.last = readings.last

    def of(self, s: Statement) -> Outcome:  # noqa: PLR0911 - one for each kind of statement
        match s:
            case Comparison():
                return compared(s, self.readings)
            case LaneIs():
                return in_lane(s, self.readings)
            case Not():
                part = self.of(s.part)
                return Outcome(None if part.held is None else not part.held, part.clause, part.time)
            case AllOf() | AnyOf():
                return self.several(s)
            case Collides():
                return self.collides(s)
            case Stops():
                return self.stops(s)
            case Passes():
                return self.passes(s)
            case EventIs():
                return self.event(s)
            case Obeys():
                return self.obeys(s)

    def several(self, s: AllOf | AnyOf) -> Outcome:
        """All or any, where nothing to judge is neither; what decided is told, else all of it."""
        parts = [self.of(part) for part in s.parts]
        deciding = isinstance(s, AnyOf)
        decisive = [p for p in parts if p.held is deciding]
        unknown = [p for p in parts if p.held is None]
        held = deciding if decisive else None if unknown else not deciding
        told = decisive or unknown or parts
        clause = joined(list(dict.fromkeys(p.clause for p in told)))
        return Outcome(held, clause, next((p.time for p in told if p.time is not None), None))

    def time(self, row: int) -> float:
        return float(self.run.time[row])

    def who(self, name: str) -> Said:
        return called(name, self.scenario.users[self.scenario.index(name)].kind)

    # -- contact -------------------------------------------------------------------------------------------

    def collides(self, s: Collides) -> Outcome:
        wanted = {name for name in (s.first, s.second) if name is not None}
        contacts = [c for c in self.readings.contacts if c.row <= self.last]
        found = [c for c in contacts if wanted <= {self.run.names[c.first], self.run.names[c.second]}]
        if not contacts:
            return Outcome(held=False, clause=say("no contact"))
        c = found[0] if found else contacts[0]
        a, b = self.who(self.run.names[c.first]), self.who(self.run.names[c.second])
        return Outcome(bool(found), say("{a} and {b} collide at {time:.2f} s", a=a, b=b, time=c.time), c.time)

    # -- stopping and passing ------------------------------------------------------------------------------

    def stops(self, s: Stops) -> Outcome:
        me, who = self.scenario.index(s.user), self.who(s.user)
        speed = np.abs(self.run.speed[: self.last + 1, me])
        there = self.run.present[: self.last + 1, me] == 1
        moving = there & (speed >= STANDING)
        # whoever stands at the start has not stopped, unless it stands all the time
        stands = there & ~moving & ((np.cumsum(moving) > 0) | (not moving.any()))
        rows = np.flatnonzero(stands)
        if not len(rows):
            slowest = int(np.argmin(np.where(there, speed, np.inf)))
            clause = say("{who} does not stop, its lowest speed is {speed:.1f} km/h at {time:.2f} s",
                         who=who, speed=3.6 * float(speed[slowest]), time=self.time(slowest))  # fmt: skip
            return Outcome(held=False, clause=clause, time=self.time(slowest))
        if s.place is not None:
            return self.stops_before(s, rows)
        k = int(rows[0])
        dt = np.diff(self.run.time[: self.last + 1])
        driven = float(np.sum((0.5 * (speed[1:] + speed[:-1]) * dt)[:k]))
        held = s.distance is None or driven <= s.distance + 1e-6
        held &= s.time is None or self.time(k) <= s.time + 1e-9
        clause = say("{who} stands at {time:.2f} s, after {driven:.2f} m", who=who, time=self.time(k), driven=driven)
        return Outcome(held, clause, self.time(k))

    def stops_before(self, s: Stops, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Outcome:
        assert s.place is not None
        me, who, place = self.scenario.index(s.user), self.who(s.user), place_called(s.place)
        edge = edge_of(self.scenario, me, s.place)
        if edge is None:
            return Outcome(None, say("{who} is not on its way to {place!d}", who=who, place=place))
        past, before = front_past(self.readings, me, edge), before_edge(self.readings, me, edge)
        good = rows[~past[rows]]
        k = int(good[-1]) if len(good) else int(rows[0])
        # the last of its stops before the place tells most: that nearest to it, told by its first row
        while len(good) and k - 1 in rows and not past[k - 1]:
            k -= 1
        distance = float(before[k])
        about: dict[str, Said | float] = {"who": who, "time": self.time(k), "place": place}
        if np.isfinite(distance) and len(good):
            clause = say("{who} stands at {time:.2f} s, {far:.2f} m before {place!d}", far=distance, **about)
        elif np.isfinite(distance):
            clause = say("{who} stands at {time:.2f} s, {far:.2f} m beyond {place!d}", far=-distance, **about)
        elif len(good):
            clause = say("{who} stands at {time:.2f} s, before {place!d}", **about)
        else:
            clause = say("{who} stands at {time:.2f} s, beyond {place!d}", **about)
        held = len(good) > 0
        if s.distance is not None and held:
            held = np.isfinite(distance) and distance <= s.distance + 1e-6
        if s.time is not None:
            held &= self.time(k) <= s.time + 1e-9
        return Outcome(bool(held), clause, self.time(k))

    def passes(self, s: Passes) -> Outcome:
        row = self.passed(s.user, s.what)
        who = self.who(s.user)
        whom = place_called(s.what) if s.what in place_names(self.scenario) else self.who(s.what)
        clause = say("{who} does not pass {whom}", who=who, whom=whom)
        if row is not None:
            clause = say("{who} has passed {whom} at {time:.2f} s", who=who, whom=whom, time=self.time(row))
        time = self.time(row) if row is not None else None
        if s.rival is not None:
            rival = self.passed(s.rival, s.what)
            other = self.who(s.rival)
            told = say("{clause}, {other} not at all", clause=clause, other=other)
            if rival is not None:
                told = say("{clause}, {other} at {time:.2f} s", clause=clause, other=other, time=self.time(rival))
            return Outcome(row is not None and (rival is None or row < rival), told, time)
        return Outcome(row is not None and (s.time is None or time is None or time <= s.time + 1e-9), clause, time)

    def passed(self, user: str, what: str) -> int | None:
        """The row in which a road user has passed a place or, on its road, another road user."""
        me = self.scenario.index(user)
        if what not in self.run.names:
            return left_after(self.readings, me, what)
        other, run = self.run.names.index(what), self.run
        way = run.direction[:, me]
        facing = way * run.direction[:, other] < 0
        near = np.where(facing, run.length[other] - run.rear_overhang[other], run.rear_overhang[other])
        ahead = way * (run.s[:, me] - run.s[:, other])
        same = (run.road[:, me] == run.road[:, other]) & (run.present[:, me] == 1) & (run.present[:, other] == 1)
        behind = same & (ahead + run.length[me] - run.rear_overhang[me] < -near + 1e-9)
        clear = same & (ahead - run.rear_overhang[me] > run.length[other] - near)
        rows = np.flatnonzero((clear & (np.cumsum(behind) > 0))[: self.last + 1])
        return int(rows[0]) if len(rows) else None

    # -- the story and the rules ---------------------------------------------------------------------------

    def event(self, s: EventIs) -> Outcome:
        time = event_time(self.readings, s.event, s.phase)
        if time is None:
            never = say("'{event}' never starts", event=s.event) if s.phase == "start" else (
                say("'{event}' never ends", event=s.event)
            )  # fmt: skip
            return Outcome(held=False, clause=never)
        clause = say("'{event}' starts at {time:.2f} s", event=s.event, time=time) if s.phase == "start" else (
            say("'{event}' ends at {time:.2f} s", event=s.event, time=time)
        )  # fmt: skip
        limit = s.limit
        if isinstance(limit, str):
            other = event_time(self.readings, limit, "start")
            then = say("'{event}' never starts", event=limit) if other is None else (
                say("'{event}' starts at {time:.2f} s", event=limit, time=other)
            )  # fmt: skip
            clause = joined([clause, then], "{a}, {b}")
            if other is None:
                return Outcome(s.relation == "before", clause, time)
            limit = other
        held = {None: True, "before": time < limit - 1e-9, "within": time <= limit + 1e-9, "after": time > limit + 1e-9}
        return Outcome(held[s.relation], clause, time)

    def obeys(self, s: Obeys) -> Outcome:
        me, who = self.scenario.index(s.user), self.who(s.user)
        if s.rule == "keeps lane":
            row = leaves_lane(self.readings, me)
            if row is None:
                return Outcome(held=True, clause=say("{who} stayed in its lane", who=who))
            clause = say("{who} left its lane at {time:.2f} s", who=who, time=self.time(row))
            return Outcome(held=False, clause=clause, time=self.time(row))
        # nearness alone breaks no law
        broken = [
            v
            for v in violations(self.readings, me)
            if v.rule == s.rule or (s.rule == "violation" and v.rule != "following")
        ]
        if not broken:
            return Outcome(held=True, clause=say(_KEPT[s.rule], who=who))
        first = broken[0]
        clause = say("{clause} at {time:.2f} s", clause=first.clause, time=first.time)
        return Outcome(held=False, clause=clause, time=first.time)


_KEPT = {
    "violation": "{who} broke no rule",
    "speeding": "{who} kept to the limit",
    "red light": "{who} crossed no stop line at red",
    "wrong way": "{who} kept to its direction",
    "solid line": "{who} crossed no solid line",
    "priority": "{who} gave way",
    "following": "{who} kept the safe distance",
}
