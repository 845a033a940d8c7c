# What an author may write in the story: events, and what the road users do in them. When: see conditions.py.

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from mkdocs_worldmodel.spec.conditions import AspectName, ConditionSpec, SpotSpec
from mkdocs_worldmodel.spec.keys import Line, Model, Name, PlaceLane, SideName, TargetLane, Whole, Yes, one_of, wrong
from mkdocs_worldmodel.spec.units import (
    Acceleration,
    Coordinate,
    Distance,
    Duration,
    Length,
    Moment,
    Offset,
    Speed,
    SpeedDifference,
    parse_quantity,
)
from mkdocs_worldmodel.spec.users import DriverName

ShapeName = Literal["linear", "cubic", "sinusoidal", "step"]


class TransitionSpec(Model):
    """How a change goes: over a time, at a rate, or within a distance."""

    over: Duration | None = Field(default=None, description="How long it takes.")
    distance: Length | None = Field(default=None, description="Within how many metres of the way.")
    shape: ShapeName | None = Field(default=None, description="step: at once.")


def _transition_is_one(self: Any) -> None:
    given = [k for k in ("over", "rate", "distance") if getattr(self, k) is not None]
    if len(given) > 1:
        raise wrong(f"{' and '.join(given)} contradict each other", "give one of over, rate and distance")
    if self.shape == "step" and given:
        raise wrong(f"a step takes no time, so {given[0]} contradicts it", "leave one of them out")


class LaneChangeSpec(TransitionSpec):
    """Change to another lane; 4 s and sinusoidal where nothing else is said."""

    to: TargetLane = Field(description="The lane, counted where the road user starts; or left, right, {as: lorry}.")
    rate: Speed | None = Field(default=None, description="Largest lateral speed on the way.", gt=0)

    @model_validator(mode="after")
    def _one(self) -> LaneChangeSpec:
        _transition_is_one(self)
        return self


class OffsetSpec(TransitionSpec):
    """Move to a lateral position in the lane; 2 s and sinusoidal where nothing else is said."""

    to: Offset = Field(description="From the middle of the lane, positive to the left.")
    rate: Speed | None = Field(default=None, description="Largest lateral speed on the way.", gt=0)

    @model_validator(mode="after")
    def _one(self) -> OffsetSpec:
        _transition_is_one(self)
        return self


class SpeedChangeSpec(TransitionSpec):
    """Change the speed; linear at 2 m/s² where nothing else is said."""

    to: Speed | None = Field(default=None, description="The new speed.")
    by: SpeedDifference | None = Field(
        default=None, description="Instead: so much more than now, or than another's speed."
    )
    relative_to: Name | None = Field(default=None, description="Whose speed `by` is counted from; default: its own.")
    rate: Acceleration | None = Field(default=None, description="Largest acceleration or deceleration on the way.")

    @model_validator(mode="after")
    def _one(self) -> SpeedChangeSpec:
        _transition_is_one(self)
        if self.to is None and self.by is None and self.relative_to is not None:
            return self  # the other's speed itself
        one_of(self, ("to", "by"), "it is not said how fast", "give to: 50 km/h, or by: -20 km/h")
        if self.to is not None and self.relative_to is not None:
            raise wrong("to and relative_to contradict each other", "give by: with relative_to:, such as by: -20 km/h")
        return self


class BrakeSpec(SpotSpec):
    """Stop; at a place with the front bumper, or at once where none is given."""

    rate: Acceleration = Field(default=2.0, description="How hard it brakes.")

    @model_validator(mode="after")
    def _one(self) -> BrakeSpec:
        given = [k for k in ("at", "ahead", "place") if getattr(self, k) is not None]
        if len(given) > 1:
            raise wrong(f"{' and '.join(given)} contradict each other", "give at most one of at, ahead and place")
        return self


class KeepGapSpec(Model):
    """Keep a distance or a time gap to another road user."""

    to: Name = Field(description="Whom it follows.")
    distance: Distance | None = Field(default=None, description="Free metres.")
    time: Moment | None = Field(default=None, description="Instead: free metres divided by its speed.")
    duration: Duration | None = Field(
        default=None, alias="for", description="How long; default: until something else is told."
    )
    max_acceleration: Acceleration = Field(default=2.0, description="It accelerates no harder.")
    max_deceleration: Acceleration = Field(default=3.5, description="It brakes no harder.")

    @model_validator(mode="after")
    def _one(self) -> KeepGapSpec:
        one_of(self, ("distance", "time"), "it is not said which gap", "give one of distance and time")
        return self


class CrossSpec(Model):
    """Walk or ride straight across the road."""

    speed: Annotated[Speed, Field(gt=0)] | None = Field(
        default=None, description="Default: its own, else 5 km/h on foot and 15 km/h on a bicycle."
    )
    to: SideName | None = Field(
        default=None, description="Which side, as the ego sees it (on another road: those who drive to the junction)."
    )


Point = tuple[float, float] | tuple[float, float, float]


def _point(value: object) -> Point:
    if not isinstance(value, list) or len(value) not in {2, 3}:
        raise wrong("this is no point", "write [forward, left] or [forward, left, time], such as [10 m, 0 m, 2 s]")
    forward, left = (parse_quantity(v, "length") for v in value[:2])
    if max(abs(forward), abs(left)) > 20_000:
        raise wrong("this point is too far away", "20 km are the most")
    if len(value) == 2:
        return forward, left
    time = parse_quantity(value[2], "time")
    if not 0 < time <= 600:
        raise wrong("this point has an impossible time", "above 0 s, counted from the action's start; 600 s at most")
    return forward, left, time


class FollowSpec(Model):
    """Follow a path of straight lines, from where the road user starts."""

    points: Annotated[
        list[Annotated[Point, PlainValidator(_point), WithJsonSchema({"type": "array", "minItems": 2, "maxItems": 3})]],
        Field(min_length=1, max_length=100),
    ] = Field(description="[forward, left] in metres of the road, or [forward, left, time].")
    speed: Annotated[Speed, Field(gt=0)] | None = Field(default=None, description="On the way; default: its own.")

    @model_validator(mode="after")
    def _times(self) -> FollowSpec:
        times = [p[2] for p in self.points if len(p) == 3]
        if times and len(times) != len(self.points):
            raise wrong("some points have a time and some have none", "give all of them a time, or none")
        if times and self.speed is not None:
            raise wrong("speed and points with a time contradict each other", "leave one of them out")
        if any(b <= a for a, b in pairwise(times)):
            raise wrong("the times of the points do not increase", "each point is reached after the one before")
        return self


class TeleportSpec(Model):
    """Be somewhere else at once."""

    lane: PlaceLane | None = Field(default=None, description="Default: the lane in which it starts.")
    at: Distance | None = Field(
        default=None, description="Along the ego's road, from where it begins to the rear axle."
    )
    ahead: Coordinate | None = Field(default=None, description="Ahead of where the ego starts, bumper to bumper.", ge=0)
    behind: Coordinate | None = Field(default=None, description="Behind where the ego starts, bumper to bumper.", ge=0)
    speed: Speed | None = Field(default=None, description="Default: as before.")

    @model_validator(mode="after")
    def _one(self) -> TeleportSpec:
        one_of(self, ("at", "ahead", "behind"), "it is not said where to", "give one of at, ahead and behind")
        return self


class DoSpec(Model):
    """What one road user does in an event; several keys start together."""

    appear: Yes | None = Field(default=None, description="It appears where it was placed (with `present: false`).")
    teleport: TeleportSpec | None = Field(default=None, description="It is somewhere else at once.")
    driver: DriverName | None = Field(
        default=None, description="Another driver takes over, and all that was told ends."
    )
    speed: SpeedChangeSpec | None = Field(default=None, description="It changes its speed.")
    stop: BrakeSpec | None = Field(default=None, description="It stops.")
    keep_gap: KeepGapSpec | None = Field(default=None, description="It keeps a gap to another.")
    change_lane: LaneChangeSpec | None = Field(default=None, description="It changes to another lane.")
    offset: OffsetSpec | None = Field(default=None, description="It moves sideways in its lane.")
    cross: CrossSpec | None = Field(default=None, description="It crosses the road on foot or on a bicycle.")
    follow: FollowSpec | None = Field(default=None, description="It follows a path.")
    vanish: Yes | None = Field(default=None, description="It is gone.")

    @model_validator(mode="after")
    def _something(self) -> DoSpec:
        if not self.given():
            raise wrong("nothing is done here", "give change_lane, speed, stop or another of the actions")
        return self

    def given(self) -> list[str]:
        """Names of the actions, in a fixed order."""
        return [f for f in ACTION_FIELDS if getattr(self, f) is not None]


ACTION_FIELDS = tuple(DoSpec.model_fields)


class LightsSpec(Model):
    """Set traffic lights: the programme jumps to a phase, or the lights of an arm or crossing show a colour."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, AspectName]

    phase: Whole | None = Field(default=None, ge=1, le=100, description="Number of the phase, from 1.")

    @model_validator(mode="after")
    def _one(self) -> LightsSpec:
        if (self.phase is None) == (not self.__pydantic_extra__):
            raise wrong("it is not said what they show", "give either phase: 2, or such as {ego: green, left: red}")
        return self

    @property
    def shown(self) -> dict[str, str]:
        """Arm or crossing → aspect."""
        return dict(self.__pydantic_extra__)


class WhoSpec(Model):
    """Who does what: road users by their names, and `signals`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, DoSpec]

    signals: LightsSpec | None = Field(default=None, description="Traffic lights.")

    @model_validator(mode="after")
    def _somebody(self) -> WhoSpec:
        if self.signals is None and not self.__pydantic_extra__:
            raise PydanticKnownError("too_short", {"field_type": "Dictionary", "min_length": 1, "actual_length": 0})
        return self

    @property
    def users(self) -> dict[str, DoSpec]:
        """Road user → what it does."""
        return self.__pydantic_extra__


class EventSpec(Model):
    """An event of the story: it starts when its condition holds."""

    name: Line = Field(default="", description="Its name, for `started` and `ended`; default: event and its number.")
    when: ConditionSpec = Field(description="When it starts.")
    do: WhoSpec = Field(description="Road users by their names, and what they do; and `signals`.")
    priority: Literal["override", "parallel", "skip"] = Field(
        default="parallel",
        description="override: ends running events with a road user in common; skip: does not start while one runs; "
        "parallel: they go on side by side.",
    )
    times: Whole = Field(default=1, ge=1, le=100, description="How often it may start.")


class StopSpec(Model):
    """When the run ends."""

    time: Annotated[Duration, Field(ge=0.1, le=120)] = Field(default=10.0, description="At the latest.")
    when: ConditionSpec | None = Field(default=None, description="As soon as this holds, if that is earlier.")
