# What an author may write about the road: its course, its lanes and edges, ramps, crossings and one junction.

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from mkdocs_worldmodel.spec.keys import Model, Name, Whole, wrong
from mkdocs_worldmodel.spec.units import Angle, Distance, Duration, LaneWidth, Length, Moment, Radius, Speed

ArmName = Literal["ahead", "left", "right"]
JunctionControl = Literal["right", "priority", "give_way", "stop", "signals"]

_WIDTH_SCHEMA = {"type": ["string", "number"], "description": "length, as '2.5 m', or none"}
_LIMIT_SCHEMA = {"type": ["string", "number"], "description": "speed, as '80 km/h', or none"}


def _or_zero(value: object) -> object:
    return 0.0 if value == "none" else value


def _or_none(value: object) -> object:
    return None if value == "none" else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


EdgeWidth = Annotated[Distance, Field(le=8), WithJsonSchema(_WIDTH_SCHEMA), BeforeValidator(_or_zero)]
"""Of a strip along the road's edge [m]; 0 where the author writes none."""


class CurveSpec(Model):
    """A bend of constant radius, with clothoids at both ends if `transition` is given."""

    radius: Radius = Field(description="Of the reference line, between the two directions.")
    to: Literal["left", "right"] = Field(description="Side that it bends to.")
    transition: Distance = Field(default=0.0, description="Length of the clothoid at either end.")


class SegmentSpec(Model):
    """A piece of a composed road."""

    length: Length = Field(description="Of the piece.")
    curve: CurveSpec | None = Field(default=None, description="A bend over the whole piece.")
    speed_limit: Speed | None = Field(default=None, description="On this piece; else that of the road.")


class PlaceSpec(Model):
    """A place along the ego's road: `at` from its beginning, or `ahead` of the ego's front bumper at the start."""

    at: Distance | None = Field(default=None, description="From the road's beginning.")
    ahead: Distance | None = Field(default=None, description="Free metres from the ego's front bumper at the start.")

    @model_validator(mode="after")
    def _one_place(self) -> PlaceSpec:
        if (self.at is None) == (self.ahead is None):
            what = "it is not said where" if self.at is None else "at and ahead contradict each other"
            raise wrong(what, "give exactly one of at (from the road's beginning) and ahead (of the ego's front)")
        return self


class SpeedLimitSpec(PlaceSpec):
    """The limit from a place on."""

    limit: Annotated[Speed | None, BeforeValidator(_or_none), WithJsonSchema(_LIMIT_SCHEMA)] = Field(
        description="The limit from there on, or none."
    )


class TaperSpec(PlaceSpec):
    """A lane of the ego's direction that narrows to nothing, or opens, from a place on."""

    lane: Whole = Field(default=1, ge=1, le=8, description="Counted from the outer edge, where it has its full width.")
    over: Annotated[Length, Field(ge=10, le=1000)] = Field(default=100.0, description="Length of the taper.")


class RampSpec(PlaceSpec):
    """An on-ramp joins at that place as an extra outer lane, which then tapers out."""

    length: Annotated[Length, Field(ge=20, le=2000)] = Field(
        default=200.0, description="Of the extra lane at full width."
    )
    speed_limit: Speed | None = Field(default=None, description="On the ramp.")


class ExitSpec(PlaceSpec):
    """From that place on an extra outer lane opens, which leads into an exit."""

    length: Annotated[Length, Field(ge=20, le=2000)] = Field(
        default=150.0, description="Of the extra lane at full width."
    )
    speed_limit: Speed | None = Field(default=None, description="On the exit.")


class CrossingSpec(PlaceSpec):
    """A place where people cross the ego's road: `at` is its middle, `ahead` counts to its near edge."""

    width: Annotated[Length, Field(ge=1, le=15)] = Field(default=4.0, description="Along the road.")
    name: Name | None = Field(default=None, description="Default crossing, crossing_2, ….")
    control: Literal["zebra", "signals", "none"] = Field(
        default="zebra", description="Zebra: people have the right of way; none: unmarked, vehicles have it."
    )


class SignalsSpec(Model):
    """The programme of a junction's traffic lights: ego's road and side roads in turn."""

    green: Annotated[Duration, Field(ge=1, le=300)] = Field(default=12.0, description="Of either road.")
    amber: Annotated[Duration, Field(ge=0.1, le=30)] = Field(default=3.0, description="After green.")
    red_amber: Annotated[Duration, Field(ge=0.1, le=30)] = Field(
        default=1.0, description="Red and amber, before green."
    )
    all_red: Annotated[Duration, Field(ge=0.1, le=60)] = Field(default=2.0, description="All red, between the roads.")
    first: Literal["ego", "side"] = Field(default="ego", description="Who has green first.")
    delay: Moment = Field(default=0.0, description="How long the programme has run already at the start.")


def _sensible_angle(value: float) -> float:
    if not math.pi / 3 - 1e-9 <= value <= 2 * math.pi / 3 + 1e-9:
        raise wrong(f"roads cannot meet at {math.degrees(value):g}°", "60° to 120° are possible")
    return value


class JunctionSpec(PlaceSpec):
    """Where the ego's road meets others: a crossing, a T-junction, or a roundabout. `at` is the ego's stop line."""

    kind: Literal["crossing", "t", "roundabout"] = Field(default="crossing", description="What it looks like.")
    arms: Annotated[list[ArmName], Field(min_length=1, max_length=3)] | None = Field(
        default=None, description="Roads beside the ego's; default all three, for a T-junction left and right."
    )
    control: JunctionControl | None = Field(
        default=None,
        description="What the ego's road has; default right: priority to the right (roundabout: give_way).",
    )
    lanes: Whole = Field(default=1, ge=0, le=4, description="Of the side roads, away from the junction.")
    oncoming: Whole = Field(default=1, ge=0, le=4, description="Of the side roads, towards the junction.")
    side_speed_limit: Speed | None = Field(default=None, description="Default: that of the ego's road.")
    radius: Annotated[Length, Field(ge=8, le=100)] | None = Field(
        default=None, description="Of the roundabout's lane centre, default 14 m."
    )
    angle: Annotated[Angle, AfterValidator(_sensible_angle)] = Field(
        default=0.5 * math.pi,
        description="Of the left arm against straight ahead, 60° to 120°; the right arm lies opposite to it.",
    )
    crosswalks: bool = Field(default=False, description="Across all arms.")
    signals: SignalsSpec | None = Field(default=None, description="The lights' programme.")

    @property
    def names(self) -> tuple[ArmName, ...]:
        """Arms beside the ego's, without repetition, in a fixed order."""
        every: tuple[ArmName, ...] = ("ahead", "left", "right")
        chosen = self.arms if self.arms is not None else ["left", "right"] if self.kind == "t" else every
        return tuple(name for name in every if name in chosen)

    @model_validator(mode="after")
    def _sensible(self) -> JunctionSpec:
        if self.arms is not None and len(set(self.arms)) < len(self.arms):
            raise wrong("an arm is named twice", "name each of ahead, left and right once at most")
        if self.kind == "t" and len(self.names) != 2:
            raise wrong("a T-junction has two arms beside the ego's", "such as arms: [left, right]")
        if self.kind == "crossing" and len(self.names) < 2:
            raise wrong("a crossing has two or three arms beside the ego's", "such as arms: [ahead, left, right]")
        if self.lanes + self.oncoming == 0:
            raise wrong("the side roads have no lanes", "give lanes (away from the junction) or oncoming (towards it)")
        if self.signals is not None and self.control != "signals":
            raise wrong("signals: needs traffic lights", "write control: signals")
        if self.kind == "roundabout":
            self._sensible_roundabout()
        elif self.radius is not None:
            raise wrong("only a roundabout has a radius", "write kind: roundabout, or leave radius out")
        return self

    def _sensible_roundabout(self) -> None:
        if self.control not in {None, "give_way"}:
            raise wrong("who enters a roundabout gives way", "leave control out")
        if self.lanes > 1 or self.oncoming > 1:
            raise wrong("a roundabout has a single lane", "its arms have lanes: 1, oncoming: 1 at most")


class RoadSpec(Model):
    """The road, seen from the ego: `lanes` in its direction, `oncoming` in the other (with a junction: 1 and 1)."""

    lanes: Whole = Field(default=2, ge=1, le=8, description="Lanes in the ego's direction; with a junction 1.")
    oncoming: Whole = Field(default=0, ge=0, le=8, description="Lanes in the other direction; with a junction 1.")
    keep: Literal["right", "left"] = Field(default="right", description="Side that traffic keeps to.")
    length: Length | None = Field(default=None, description="Default: long enough for all that happens.")
    curve: CurveSpec | None = Field(default=None, description="A bend over the whole length.")
    segments: Annotated[list[SegmentSpec], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Pieces one after the other, in place of length and curve."
    )
    lane_width: LaneWidth | None = Field(default=None, description="Default 3.75 m, 3.5 m or 3.25 m by kind.")
    speed_limit: Speed | None = Field(default=None, description="On the ego's road.")
    kind: Literal["motorway", "rural", "town"] | None = Field(
        default=None, description="What the road looks like; default by speed limit and lanes."
    )
    shoulder: EdgeWidth | None = Field(default=None, description="Paved strip at the outer edges; default by kind.")
    pavement: EdgeWidth | None = Field(default=None, description="For people on foot; default in town 2.5 m.")
    cycle_lane: EdgeWidth | None = Field(default=None, description="Beside the outermost lane, in both directions.")
    parking: EdgeWidth | None = Field(default=None, description="Outside of the cycle lane, in both directions.")
    speed_limits: Annotated[list[SpeedLimitSpec], Field(max_length=50), BeforeValidator(_as_list)] = Field(
        default=[], description="Where the limit changes along the road."
    )
    lane_ends: Annotated[list[TaperSpec], Field(max_length=20), BeforeValidator(_as_list)] = Field(
        default=[], description="Lanes of the ego's direction that taper to nothing."
    )
    lane_begins: Annotated[list[TaperSpec], Field(max_length=20), BeforeValidator(_as_list)] = Field(
        default=[], description="Lanes of the ego's direction that open."
    )
    ramp: RampSpec | None = Field(default=None, description="An on-ramp.")
    exit: ExitSpec | None = Field(default=None, description="An exit.")
    crossings: Annotated[list[CrossingSpec], Field(max_length=20), BeforeValidator(_as_list)] = Field(
        default=[], description="Where people cross the ego's road."
    )
    junction: JunctionSpec | None = Field(default=None, description="Where the ego's road meets others.")

    @model_validator(mode="before")
    @classmethod
    def _two_way_with_a_junction(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("junction"), dict):
            return {"lanes": 1, "oncoming": 1, **value}
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> RoadSpec:
        if self.segments is not None and (self.length is not None or self.curve is not None):
            raise wrong("a road has either segments, or length and curve", "move length and curve into the segments")
        if self.junction is not None and self.junction.kind == "roundabout" and (self.lanes > 1 or self.oncoming > 1):
            raise wrong("a roundabout has a single lane", "the road that leads to it has lanes: 1, oncoming: 1 at most")
        return self
