# When something of the story becomes true: the conditions of B copies, looked at once a step.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario import story
from mkdocs_worldmodel.scenario.story import Condition
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.sim.now import STANDING, Now

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

Look = Callable[[], Any]
"""Returns (B,) bool."""

_EQUAL = 1e-9
"""Numbers nearer than this are equal: rounding makes nothing true."""
_COMPARE: dict[str, Callable[[F8, F8], Any]] = {
    "<": lambda a, b: a < b - _EQUAL,
    "<=": lambda a, b: a <= b + _EQUAL,
    ">": lambda a, b: a > b + _EQUAL,
    ">=": lambda a, b: a >= b - _EQUAL,
    "==": lambda a, b: np.abs(a - b) <= _EQUAL,
}


class Watch:
    """A condition in B copies, with its edge and delay; `look` is called once a step.

    What is said of road users that are not there is false.
    """

    def __init__(self, copies: Sequence[Condition], now: Now) -> None:
        first, structure = copies[0], _structure(copies[0])
        for b, other in enumerate(copies):
            if other is not first and _structure(other) != structure:
                raise WorldError(
                    "only scenarios with the same road users and the same story run as one batch: "
                    f"in copy {b} another condition stands in place of a {type(first).__name__}"
                )
        self.edge = first.edge
        self._before: Mask | None = None
        self._true = _LEAVES[type(first)](copies, now)
        named = (getattr(first, name, None) for name in ("actor", "other", "relative_to", "same_as"))
        self._users = [now.user(name) for name in named if name is not None]
        self._now = now
        # a delay between two steps counts to the later one; one beyond the end of the run is as good as any such
        steps = np.ceil(np.array([c.delay for c in copies]) / DT - 1e-6)
        self._delay = np.minimum(steps, np.ceil(now.motion.tables.stop / DT) + 1.0).astype(np.int64)
        self._memory: Mask = np.zeros((int(self._delay.max()) + 1, len(copies)), dtype=bool)
        """Ring of what was true in the last steps."""
        self._looks = 0

    def look(self) -> Mask:
        """(B,) whether the condition holds now."""
        raw: Mask = self._true()
        for user in self._users:
            raw = raw & self._now.motion.present[:, user]
        value = raw
        if self.edge != "none":
            before: Mask = raw if self._before is None else self._before
            rising, falling = raw & ~before, ~raw & before
            changed = rising if self.edge == "rising" else falling if self.edge == "falling" else rising | falling
            value, self._before = changed, raw
        if len(self._memory) == 1:
            return value
        length = len(self._memory)
        self._memory[self._looks % length] = value
        past: Mask = self._memory[(self._looks - self._delay) % length, np.arange(len(value))]
        seen = past & (self._looks >= self._delay)
        self._looks += 1
        return seen


def _structure(c: Condition) -> tuple[Any, ...]:
    """What must be equal in all copies: everything but numbers, and roads, which each copy looks up."""
    inner = getattr(c, "conditions", None) or ((c.condition,) if isinstance(c, story.Not) else ())
    own: list[tuple[str, Any]] = []
    for f in fields(c):
        value = getattr(c, f.name)
        if f.name == "road":
            own.append((f.name, value is None))
        elif f.name not in {"conditions", "condition"}:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            own.append((f.name, "number" if number else value))
    return type(c), tuple(own), tuple(_structure(each) for each in inner)


def _numbers(copies: Sequence[Any], name: str) -> F8:
    return np.array([float(getattr(c, name)) for c in copies])


def _time(copies: Sequence[Any], now: Now) -> Look:
    times = _numbers(copies, "time")
    return lambda: now.time >= times - _EQUAL


def _event(copies: Sequence[Any], now: Now) -> Look:
    name, ask = copies[0].event, now.progress.has_started if copies[0].state == "start" else now.progress.has_ended
    return lambda: ask(name)


def _speed(copies: Sequence[Any], now: Now) -> Look:
    i, compare, value = now.user(copies[0].actor), _COMPARE[copies[0].rule], _numbers(copies, "value")
    if copies[0].relative_to is None:
        return lambda: compare(now.motion.v[:, i], value)
    j = now.user(copies[0].relative_to)
    return lambda: compare(now.motion.v[:, i] - now.motion.v[:, j], value)


def _acceleration(copies: Sequence[Any], now: Now) -> Look:
    i, compare, value = now.user(copies[0].actor), _COMPARE[copies[0].rule], _numbers(copies, "value")
    return lambda: compare(now.motion.acceleration[:, i], value)


def _standstill(copies: Sequence[Any], now: Now) -> Look:
    i, duration = now.user(copies[0].actor), _numbers(copies, "duration")
    return lambda: now.stood[:, i] >= duration - _EQUAL


def _two(copies: Sequence[Any], now: Now) -> tuple[int, int, Callable[[F8, F8], Any], F8]:
    c = copies[0]
    return now.user(c.actor), now.user(c.other), _COMPARE[c.rule], _numbers(copies, "value")


def _distance(copies: Sequence[Any], now: Now) -> Look:
    i, j, compare, value = _two(copies, now)
    axis, free, pairs = copies[0].axis, copies[0].free_space, now.pairs

    def look() -> Any:
        if axis == "straight":
            found = pairs.straight(i, j, free=free)
        elif axis == "across":
            found = pairs.across(i, j, free=free)
        else:
            found = np.abs(pairs.gap(i, j) if free else pairs.along(i, j))
        there = ~np.isnan(found)
        return compare(np.where(there, found, np.inf), value) & there

    return look


def _ttc(copies: Sequence[Any], now: Now) -> Look:
    i, j, compare, value = _two(copies, now)

    def look() -> Any:
        gap, closing = np.abs(now.pairs.gap(i, j)), now.pairs.closing(i, j)
        there = (closing > 1e-6) & ~np.isnan(gap)
        return compare(np.where(there, gap, np.inf) / np.where(there, closing, 1.0), value) & there

    return look


def _thw(copies: Sequence[Any], now: Now) -> Look:
    i, j, compare, value = _two(copies, now)

    def look() -> Any:
        gap, v = now.pairs.gap(i, j), now.motion.v[:, i]
        there = (gap >= 0.0) & (now.pairs.along(i, j) > 0.0) & (v > STANDING)
        return compare(np.where(there, gap, np.inf) / np.where(there, v, 1.0), value) & there

    return look


def _roads(copies: Sequence[Any], now: Now) -> npt.NDArray[np.intp]:
    return np.array([now.motion.tables.place(b, c.road) for b, c in enumerate(copies)], dtype=np.intp)


def _position(copies: Sequence[Any], now: Now) -> Look:
    i, road, s = now.user(copies[0].actor), _roads(copies, now), _numbers(copies, "s")
    front = now.motion.tables.front[:, i]
    return lambda: now.motion.metres_to(i, road, s) - front <= _EQUAL


def _time_to_position(copies: Sequence[Any], now: Now) -> Look:
    i, road, s = now.user(copies[0].actor), _roads(copies, now), _numbers(copies, "s")
    compare, value, front = _COMPARE[copies[0].rule], _numbers(copies, "value"), now.motion.tables.front[:, i]

    def look() -> Any:
        left, v = now.motion.metres_to(i, road, s) - front, now.motion.v[:, i]
        there = (left >= 0.0) & (v > STANDING)
        return compare(np.where(there, left, np.inf) / np.where(there, v, 1.0), value) & there

    return look


def _travelled(copies: Sequence[Any], now: Now) -> Look:
    i, value = now.user(copies[0].actor), _numbers(copies, "value")
    return lambda: now.motion.travelled[:, i] >= value - _EQUAL


def _lane(copies: Sequence[Any], now: Now) -> Look:
    i, m = now.user(copies[0].actor), now.motion
    if copies[0].same_as is not None:
        j = now.user(copies[0].same_as)
        return lambda: (m.road[:, i] == m.road[:, j]) & (m.lane_under(i) == m.lane_under(j)) & (m.lane_under(i) != 0)
    lane = np.array([c.lane for c in copies])
    if copies[0].road is None:
        return lambda: m.lane_under(i) == lane
    road = _roads(copies, now)
    return lambda: (m.road[:, i] == road) & (m.lane_under(i) == lane)


def _signal(copies: Sequence[Any], now: Now) -> Look:
    column, aspect = now.lights.column(copies[0].signal), ASPECTS.index(copies[0].aspect)
    return lambda: now.lights.shown[:, column] == aspect


def _contact(copies: Sequence[Any], now: Now) -> Look:
    i = now.user(copies[0].actor)
    if copies[0].other is not None:
        j = now.user(copies[0].other)
        return lambda: now.pairs.touch(i, j)
    return lambda: now.pairs.touches_anybody(i)


def _inner(copies: Sequence[Any], now: Now) -> list[Watch]:
    return [Watch([c.conditions[k] for c in copies], now) for k in range(len(copies[0].conditions))]


def _all_of(copies: Sequence[Any], now: Now) -> Look:
    watches = _inner(copies, now)  # every one is looked at in every step: edges and delays need it
    return lambda: np.logical_and.reduce([w.look() for w in watches])


def _any_of(copies: Sequence[Any], now: Now) -> Look:
    watches = _inner(copies, now)
    return lambda: np.logical_or.reduce([w.look() for w in watches])


def _not(copies: Sequence[Any], now: Now) -> Look:
    watch = Watch([c.condition for c in copies], now)
    return lambda: ~watch.look()


_LEAVES: dict[type, Callable[[Sequence[Any], Now], Look]] = {
    story.TimeCondition: _time,
    story.EventCondition: _event,
    story.SpeedCondition: _speed,
    story.AccelerationCondition: _acceleration,
    story.StandstillCondition: _standstill,
    story.DistanceCondition: _distance,
    story.TtcCondition: _ttc,
    story.ThwCondition: _thw,
    story.PositionCondition: _position,
    story.TimeToPositionCondition: _time_to_position,
    story.TravelledCondition: _travelled,
    story.LaneCondition: _lane,
    story.SignalCondition: _signal,
    story.ContactCondition: _contact,
    story.AllOf: _all_of,
    story.AnyOf: _any_of,
    story.Not: _not,
}
