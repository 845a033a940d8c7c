# What results.json (written by training/evaluate.py) says of a world's scores, as checked values.

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field

from mkdocs_worldmodel.spec.model_card_told import Count, Finite, Word

T = TypeVar("T")
Span = tuple[Finite | None, Finite | None, Finite | None]
"""Mean, and the interval in which it lies were other scenes drawn; None where there was nothing to judge."""
Spans = Annotated[tuple[Span, ...], Field(max_length=16)]
"""One for each horizon, or for each window."""
Named = Annotated[dict[Word, T], Field(max_length=24)]
"""Few enough for a table."""
Words = Annotated[str, Field(max_length=200)]
Numbers = Annotated[tuple[Finite | None, ...], Field(max_length=16)]
FORMAT = 1
"""The version that is understood."""


def known(span: Span | None) -> tuple[float, float, float] | None:
    """Mean, low and high, the mean for an end that is not known; None where there is no mean."""
    if span is None or span[0] is None:
        return None
    mean, low, high = span[0], span[1], span[2]
    return mean, mean if low is None else low, mean if high is None else high


@dataclass(frozen=True, slots=True)
class World:
    """Who was judged."""

    name: Word
    version: Words
    weights: Word = ""
    """Digest; '' where the world has none."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The world's distance over that of a baseline."""

    K: Count
    of: Word
    ratio: Span


@dataclass(frozen=True, slots=True)
class Rate:
    """In which share of all futures something happens to a road user."""

    data: Span
    world: Span
    ratio: Span
    users: Annotated[Count, Field(alias="road users")]
    random: Annotated[Span | None, Field(alias="random lane followers")] = None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Distances and rates of one kind of road."""

    scenes: Count
    users: Annotated[tuple[Count, ...], Field(alias="road users", max_length=16)]
    """For each horizon."""
    methods: Named[Named[Named[Spans]]]
    """World or baseline → measure → tries → for each horizon [m]."""
    ratios: Named[Ratio]
    rates: Named[Rate]
    differs: Words = ""
    """How a road differs from those that were trained on."""
    traffic: Word = ""
    """The kind of road that was trained on and is nearest."""

    def span(self, method: str, measure: str, tries: str, at: int) -> Span | None:
        """A score at a horizon; None where it was not measured."""
        found = self.methods.get(method, {}).get(measure, {}).get(tries, ())
        return found[at] if at < len(found) and found[at][0] is not None else None


@dataclass(frozen=True, slots=True)
class Likely:
    """Means and spreads, for each window."""

    mean: Spans
    std: Numbers


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution beside that of the data, for each window."""

    world: Likely
    data: Likely
    overlap: Numbers
    """Share of both histograms that is common."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Lane changes per second, for each window."""

    world: Spans
    data: Spans
    ratio: Span


@dataclass(frozen=True, slots=True)
class Trouble:
    """Events per second, for each window."""

    world: Spans
    data: Spans


@dataclass(frozen=True, slots=True)
class Long:
    """Drives of 24 s."""

    scenes: Count
    spreads: Named[Spread]
    changes: Annotated[Changes, Field(alias="lane changes")]
    trouble: Named[Trouble]


@dataclass(frozen=True, slots=True)
class Change:
    """Of the follower's speed [m/s]."""

    data: Span
    world: Span
    ratio: Span


@dataclass(frozen=True, slots=True)
class Same:
    """Share of those who change speed as in the simulator."""

    each: Annotated[Span, Field(alias="each future")]


@dataclass(frozen=True, slots=True)
class Hit:
    """Share of scenes in which somebody touches the braking ego."""

    reacting: Span
    replayed: Span
    ratio: Span


@dataclass(frozen=True, slots=True)
class Told:
    """Distance from what then happened, told its own commands and another scene's [m]."""

    own: Span
    another: Annotated[Span, Field(alias="another's")]
    ratio: Span


@dataclass(frozen=True, slots=True)
class Reaction:
    """Answers to an ego that brakes."""

    scenes: Count
    changed: Annotated[Count, Field(alias="scenes with a change")]
    change: Change
    same: Annotated[Same, Field(alias="same direction")]
    contact: Named[Hit]
    commands: Annotated[Named[Told], Field(alias="another's commands")]


@dataclass(frozen=True, slots=True)
class Goal:
    """What was wanted, and what came out."""

    goal: Words
    kind: Word
    value: Span
    wanted: Word
    reached: bool
    surely: bool
    """Also by the far end of the interval."""


@dataclass(frozen=True, slots=True)
class Results:
    """results.json."""

    format: Annotated[Count, Field(ge=FORMAT, le=FORMAT)]
    world: World
    machine: Words
    horizons: Annotated[tuple[Finite, ...], Field(max_length=16)]
    windows: Annotated[tuple[tuple[Finite, Finite], ...], Field(max_length=16)]
    missing: Annotated[Count, Field(alias="blocks missing")]
    """How much of the evaluation was not done yet."""
    goals: Annotated[tuple[Goal, ...], Field(max_length=200)] = ()
    forecasts: Named[Forecasts] | None = None
    """By kind of road, `all` among them; likewise below."""
    long: Named[Long] | None = None
    reaction: Named[Reaction] | None = None
    recorded: Named[Forecasts] | None = None
    off_training: Named[Forecasts] | None = None
