# When something happens: the conditions that an author may write.

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from mkdocs_worldmodel.spec.keys import LaneRef, Line, Model, Name, one_of, wrong
from mkdocs_worldmodel.spec.units import Distance, Moment, SignedAcceleration, SpeedDifference


def _aspect(value: object) -> object:
    return "off" if value is False else value  # `off` is a truth value in YAML 1.1


AspectName = Annotated[Literal["off", "red", "red amber", "green", "amber", "amber flashing"], BeforeValidator(_aspect)]
EdgeOfTime = Literal["none", "rising", "falling", "rising or falling"]
Of = Annotated[Name, Field(description="Who; default: the ego.")]
To = Annotated[Name, Field(description="The other road user.")]


class _Bounded(Model):
    """Compares a value: exactly one of `below` and `above`, which those who inherit give their units."""

    @model_validator(mode="after")
    def _one_bound(self) -> _Bounded:
        one_of(self, ("below", "above"), "nothing to compare with", "give one of below and above")
        return self


class GapSpec(_Bounded):
    """Free space between two road users along the road, bumper to bumper; or across it, side to side."""

    of: Of = "ego"
    to: To
    below: Distance | None = Field(default=None, description="True while the gap is smaller.")
    above: Distance | None = Field(default=None, description="True while the gap is larger.")
    axis: Literal["along", "across"] = Field(default="along", description="In which direction the gap is measured.")


class DistanceSpec(_Bounded):
    """Distance between two road users in a straight line, box to box."""

    of: Of = "ego"
    to: To
    below: Distance | None = Field(default=None, description="True while they are nearer.")
    above: Distance | None = Field(default=None, description="True while they are farther apart.")


class TtcSpec(_Bounded):
    """Time to collision at constant speeds; neither below nor above anything while they do not close in."""

    of: Of = "ego"
    to: To
    below: Moment | None = Field(default=None, description="True while it is shorter.")
    above: Moment | None = Field(default=None, description="True while it is longer.")


class ThwSpec(_Bounded):
    """Time headway: free space divided by the speed of who follows."""

    of: Of = "ego"
    to: To
    below: Moment | None = Field(default=None, description="True while it is shorter.")
    above: Moment | None = Field(default=None, description="True while it is longer.")


class SpeedIsSpec(_Bounded):
    """Speed of a road user, or its speed minus another's."""

    of: Of = "ego"
    below: SpeedDifference | None = Field(default=None, description="True while it is slower.")
    above: SpeedDifference | None = Field(default=None, description="True while it is faster.")
    relative_to: Name | None = Field(default=None, description="Whose speed is taken off.")


class AccelerationIsSpec(_Bounded):
    """Acceleration of a road user along its way; braking is negative."""

    of: Of = "ego"
    below: SignedAcceleration | None = Field(default=None, description="True while it is smaller.")
    above: SignedAcceleration | None = Field(default=None, description="True while it is larger.")


class StandstillSpec(Model):
    """A road user stands."""

    of: Of = "ego"
    duration: Moment = Field(default=0.0, alias="for", description="For at least that long; default: at once.")


class SpotSpec(Model):
    """A place on the road, for those that inherit."""

    at: Distance | None = Field(default=None, description="Along the ego's road, from where it begins.")
    ahead: Distance | None = Field(default=None, description="Ahead of the ego's front bumper at the start.")
    place: Line | None = Field(default=None, description="junction (its stop line), or the name of a crossing.")


def _one_place(place: SpotSpec) -> None:
    one_of(place, ("at", "ahead", "place"), "it is not said where", "give one of at, ahead and place")


class ReachesSpec(SpotSpec):
    """The front bumper of a road user has reached a place."""

    of: Of = "ego"

    @model_validator(mode="after")
    def _one(self) -> ReachesSpec:
        _one_place(self)
        return self


class ArrivesInSpec(SpotSpec):
    """At its present speed, the front bumper of a road user reaches a place within a time."""

    of: Of = "ego"
    below: Moment | None = Field(default=None, description="True while it takes less time.")
    above: Moment | None = Field(default=None, description="True while it takes more time.")

    @model_validator(mode="after")
    def _one(self) -> ArrivesInSpec:
        _one_place(self)
        one_of(self, ("below", "above"), "nothing to compare with", "give one of below and above")
        return self


class TravelledSpec(Model):
    """A road user has come that far since the start."""

    of: Of = "ego"
    above: Distance = Field(description="True once it has come farther.")


class LaneIsSpec(Model):
    """A road user is in a lane, counted where it starts, or in the lane of another."""

    of: Of = "ego"
    lane: LaneRef | None = Field(default=None, alias="is", description="The lane's number.")
    same_as: Name | None = Field(default=None, description="Another road user, in whose lane it is.")

    @model_validator(mode="after")
    def _one(self) -> LaneIsSpec:
        one_of(self, ("lane", "same_as"), "it is not said which lane", "give one of is and same_as")
        return self


class SignalIsSpec(Model):
    """What a traffic light shows."""

    of: Annotated[Line, Field(description="Whose light: ego, another arm (left, right, ahead), or a crossing.")] = "ego"
    aspect: AspectName = Field(alias="is", description="Its colour.")


class ContactSpec(Model):
    """Two road users touch."""

    of: Of = "ego"
    other: Name | None = Field(default=None, alias="with", description="The other; default: anybody.")


class ConditionSpec(Model):
    """When something happens; where several keys are given, all of them must hold."""

    time: Moment | None = Field(default=None, description="That much time has passed since the start.")
    standstill: StandstillSpec | None = Field(default=None, description="A road user stands.")
    gap: GapSpec | None = Field(default=None, description="Free space along or across the road.")
    distance: DistanceSpec | None = Field(default=None, description="Distance in a straight line.")
    ttc: TtcSpec | None = Field(default=None, description="Time to collision.")
    thw: ThwSpec | None = Field(default=None, description="Time headway.")
    speed: SpeedIsSpec | None = Field(default=None, description="How fast a road user is.")
    acceleration: AccelerationIsSpec | None = Field(default=None, description="How a road user accelerates or brakes.")
    reaches: ReachesSpec | None = Field(default=None, description="A front bumper has reached a place.")
    arrives_in: ArrivesInSpec | None = Field(default=None, description="A front bumper is a time away from a place.")
    travelled: TravelledSpec | None = Field(default=None, description="How far a road user has come.")
    lane: LaneIsSpec | None = Field(default=None, description="In which lane a road user is.")
    signal: SignalIsSpec | None = Field(default=None, description="What a traffic light shows.")
    started: Line | None = Field(default=None, description="The event of that name has started.")
    ended: Line | None = Field(default=None, description="All actions of the event of that name have ended.")
    contact: ContactSpec | None = Field(default=None, description="Two road users touch.")
    all_of: Annotated[list[ConditionSpec], Field(min_length=1, max_length=50)] | None = Field(
        default=None, alias="all", description="All of these hold."
    )
    any_of: Annotated[list[ConditionSpec], Field(min_length=1, max_length=50)] | None = Field(
        default=None, alias="any", description="At least one of these holds."
    )
    negated: ConditionSpec | None = Field(default=None, alias="not", description="This does not hold.")
    delay: Moment = Field(default=0.0, description="It holds that much later.")
    edge: EdgeOfTime = Field(
        default="none", description="rising: only when it becomes true; falling: only when it becomes false."
    )

    @model_validator(mode="after")
    def _something(self) -> ConditionSpec:
        if not self.given():
            raise wrong("no condition is given", "write it like {time: 1.5 s} or {gap: {to: lorry, below: 20 m}}")
        return self

    def given(self) -> list[str]:
        """Names of the fields that hold a condition, in a fixed order."""
        return [f for f in CONDITION_FIELDS if getattr(self, f) is not None]


CONDITION_FIELDS = tuple(f for f in ConditionSpec.model_fields if f not in {"delay", "edge"})


def key_of(model: type[Model], field: str) -> str:
    """How an author writes a field."""
    return model.model_fields[field].alias or field
