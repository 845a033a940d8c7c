# Whether a scenario has what an expectation speaks of: road users, events, places, lanes.

from __future__ import annotations

from mkdocs_worldmodel.analysis.expect.measuring import lane_as_counted
from mkdocs_worldmodel.analysis.expect.places import edge_of, place_called, place_names
from mkdocs_worldmodel.analysis.expect.tree import (
    AllOf,
    AnyOf,
    Collides,
    Comparison,
    Constant,
    EventIs,
    Expectation,
    LaneIs,
    LaneName,
    LaneOf,
    Not,
    Obeys,
    Passes,
    Statement,
    Stops,
    Summary,
    Window,
)
from mkdocs_worldmodel.analysis.expect.windows import event_called
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import did_you_mean


def check(e: Expectation, scenario: Scenario) -> None:
    """Check that all names of an expectation are those of a scenario.

    Raises:
        ValueError: (message, hint) for the first that is not.
    """
    _Checker(e.text, scenario).statement(e.statement)


class _Checker:
    def __init__(self, text: str, scenario: Scenario) -> None:
        self.text, self.scenario = text, scenario
        self.users = [u.name for u in scenario.users]

    def wrong(self, message: str, hint: str) -> ValueError:
        """What is to be raised."""
        return ValueError(f"in '{self.text.strip()}': {message}", hint)

    def statement(self, s: Statement) -> None:
        match s:
            case Not():
                self.statement(s.part)
            case AllOf() | AnyOf():
                for part in s.parts:
                    self.statement(part)
            case Comparison():
                self.comparison(s)
            case LaneIs():
                self.user(s.user)
                self.lane(s.lane)
                self.window(s.window)
            case EventIs():
                self.event(s.event)
                if isinstance(s.limit, str):
                    self.event(s.limit)
            case Collides() | Stops() | Passes() | Obeys():
                self.deed(s)

    def deed(self, s: Collides | Stops | Passes | Obeys) -> None:
        if isinstance(s, Collides):
            self.user(s.first)
            self.user(s.second)
            if s.first is not None and s.first == s.second:
                raise self.wrong(f"{called(s.first)} cannot collide with itself", "name two different road users")
            return
        self.user(s.user)
        if isinstance(s, Passes):
            self.passes(s)
        elif isinstance(s, Stops) and s.place is not None:
            self.place(s.user, s.place)

    def comparison(self, s: Comparison) -> None:
        for term in s.terms:
            if isinstance(term, Constant):
                continue
            series = term.series if isinstance(term, Summary) else term
            self.user(series.user)
            self.user(series.other)
            if series.user == series.other:
                raise self.wrong(f"{series.text} is about one road user alone", "name two different ones")
        self.window(s.window)

    def user(self, name: str | None) -> None:
        if name is not None and name not in self.users:
            raise self.wrong(f"there is no road user '{name}'", did_you_mean(name, self.users))

    def event(self, name: str) -> None:
        names = tuple(e.name for e in self.scenario.events)
        if event_called(names, name) is None:
            hint = did_you_mean(name, names) if names else "the story has no events"
            raise self.wrong(f"there is no event '{name}'", hint)

    def window(self, window: Window) -> None:
        for bound in (window.begin, window.until):
            if isinstance(bound, str):
                self.event(bound)
        if window.when is not None:
            self.statement(window.when)

    def lane(self, lane: LaneName | LaneOf) -> None:
        if isinstance(lane, LaneOf):
            self.user(lane.user)
            return
        roads = self.scenario.network.roads
        named = [
            lane_as_counted(r, ln.id, sec.s, direction)
            for r in roads
            for sec in r.sections
            for ln in sec.lanes
            for direction in (1, -1)
        ]
        known = [name for name in dict.fromkeys(named) if not name.startswith("off")]
        if lane.name not in known:
            raise self.wrong(f"there is no {lane.name.removeprefix('the ')}", f"there are {', '.join(known)}")

    def place(self, user: str, place: str) -> None:
        known = place_names(self.scenario)
        if place not in known:
            hint = did_you_mean(place, known) if known else "the road has neither a junction nor a crossing"
            raise self.wrong(f"there is no place '{place}'", hint)
        if edge_of(self.scenario, self.users.index(user), place) is None:
            raise self.wrong(
                f"the way of {called(user)} does not lead to {place_called(place)}", "name another road user or place"
            )

    def passes(self, s: Passes) -> None:
        self.user(s.rival)
        places = place_names(self.scenario)
        if s.what not in places and s.what not in self.users:
            raise self.wrong(f"there is no road user or place '{s.what}'", did_you_mean(s.what, [*self.users, *places]))
        if s.what in {s.user, s.rival} or s.user == s.rival:
            raise self.wrong("nobody passes itself", "name different ones")
