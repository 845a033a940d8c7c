# What an expectation says, as a tree of frozen values: grammar.py makes it from a text, judging.py holds it against
# a run.

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mkdocs_worldmodel.analysis.said import Said

Sign = Literal["<", "<=", ">", ">=", "==", "!="]
Extreme = Literal["min", "max", "mean", "first", "final"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value with a unit."""

    text: str
    """As it is written."""
    value: float
    """SI"""


@dataclass(frozen=True, slots=True)
class Series:
    """A quantity of a road user over time, against another where it is about two."""

    quantity: str
    user: str
    other: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One number from a series: its smallest, largest, mean, first or last value."""

    extreme: Extreme
    series: Series
    text: str


@dataclass(frozen=True, slots=True)
class LaneOf:
    """The lane that a road user is in."""

    user: str


@dataclass(frozen=True, slots=True)
class LaneName:
    """A lane as pages call it: 'lane 2', 'oncoming lane 1', 'the shoulder'."""

    name: str


Term = Constant | Series | Summary
Lane = LaneOf | LaneName


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the run counts; all of what is given has to hold."""

    begin: float | str | None = None
    """From this time on [s], or from the start of this event."""
    until: float | str | None = None
    """Up to this time [s], or to the start of this event."""
    moment: float | Literal["start", "end"] | None = None
    """This row alone."""
    when: Statement | None = None
    """Only while this is true."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Terms with signs between them, two or three of them: holds where each pair does."""

    terms: tuple[Term, ...]
    signs: tuple[Sign, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class LaneIs:
    """A road user is, or is not, in a lane."""

    user: str
    equal: bool
    lane: Lane
    window: Window


@dataclass(frozen=True, slots=True)
class Collides:
    """Two road users touch; None stands for anybody."""

    first: str | None
    second: str | None


@dataclass(frozen=True, slots=True)
class Stops:
    """A road user comes to a stand, before its front reaches a place, within a distance [m] or a time [s]."""

    user: str
    place: str | None = None
    distance: float | None = None
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Passes:
    """A road user has passed a place, or another road user: before somebody else has, or by a time [s]."""

    user: str
    what: str
    rival: str | None = None
    time: float | None = None


@dataclass(frozen=True, slots=True)
class EventIs:
    """An event of the story starts or ends, before, until or after a time [s]."""

    event: str
    phase: Literal["start", "end"]
    relation: Literal["before", "within", "after"] | None = None
    limit: float | str = 0.0
    """[s], or another event's start."""


@dataclass(frozen=True, slots=True)
class Obeys:
    """A road user keeps a rule: one of `grammar.RULES`, or 'keeps lane'."""

    rule: str
    user: str


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    part: Statement


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of them."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them."""

    parts: tuple[Statement, ...]


Statement = Comparison | LaneIs | Collides | Stops | Passes | EventIs | Obeys | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expectation that was understood."""

    text: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an expectation held, and what was measured."""

    text: str
    held: bool
    measured: Said
    time: float | None = None
    """When what was measured happened [s]; None where it belongs to no moment."""
