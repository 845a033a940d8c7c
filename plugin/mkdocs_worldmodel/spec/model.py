# What an author may write, key by key: the one place where keys, units, defaults and bounds are said.

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from mkdocs_worldmodel.spec.units import (
    Acceleration,
    Distance,
    Duration,
    LaneWidth,
    Length,
    Moment,
    Radius,
    Speed,
)

MAX_ACTORS = 64
CAMERAS = ("front_wide", "front_narrow", "front_left", "front_right", "rear_left", "rear_right", "rear")

KindName = Literal["car", "van", "truck"]
DriverName = Literal["idm", "constant", "scripted"]
ShapeName = Literal["linear", "cubic", "sinusoidal", "step"]
CameraName = Literal["front_wide", "front_narrow", "front_left", "front_right", "rear_left", "rear_right", "rear"]
Part = Literal["film", "verdict", "top", "chart", "strip", "events", "numbers", "made", "source", "downloads"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Line = Annotated[str, StringConstraints(max_length=300)]
Paragraph = Annotated[str, StringConstraints(max_length=4000)]


def wrong(message: str, hint: str) -> PydanticCustomError:
    """A mistake with a hint, from inside a validator."""
    return PydanticCustomError("worldmodel", "{message}", {"message": message, "hint": hint})


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise wrong("this is no whole number", "write it like 2")


Whole = Annotated[int, BeforeValidator(_whole)]


def _lane(value: object) -> object:
    if isinstance(value, dict) and set(value) == {"oncoming"}:
        value = value["oncoming"]
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 8:
            return -value
    elif isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 8:
        return value
    raise wrong("this is no lane", "lanes count 1, 2, 3 … from the outer edge; {oncoming: 1} is the other side")


LaneRef = Annotated[
    int,
    BeforeValidator(_lane),
    WithJsonSchema(
        {
            "description": "1, 2, 3 … from the outer edge; {oncoming: 1} is the other side",
            "oneOf": [
                {"type": "integer", "minimum": 1, "maximum": 8},
                {
                    "type": "object",
                    "properties": {"oncoming": {"type": "integer", "minimum": 1, "maximum": 8}},
                    "required": ["oncoming"],
                    "additionalProperties": False,
                },
            ],
        }
    ),
]
"""A lane as authors count; the oncoming side is negative."""


class CurveSpec(_Model):
    """A bend of constant radius, with clothoids at both ends if `transition` is given."""

    radius: Radius
    to: Literal["left", "right"]
    transition: Distance = 0.0


class SegmentSpec(_Model):
    """A piece of a composed road."""

    length: Length
    curve: CurveSpec | None = None


class RoadSpec(_Model):
    """The road, seen from the ego: `lanes` in its direction, `oncoming` in the other."""

    lanes: Whole = Field(default=2, ge=1, le=8)
    oncoming: Whole = Field(default=0, ge=0, le=8)
    length: Length | None = None
    curve: CurveSpec | None = None
    segments: Annotated[list[SegmentSpec], Field(min_length=1, max_length=100)] | None = None
    lane_width: LaneWidth | None = None
    speed_limit: Speed | None = None
    kind: Literal["motorway", "rural", "town"] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> RoadSpec:
        if self.segments is not None and (self.length is not None or self.curve is not None):
            raise wrong("a road has either segments, or length and curve", "move length and curve into the segments")
        return self


class EnvironmentSpec(_Model):
    """Light and weather."""

    time_of_day: Literal["day", "dusk", "night"] = "day"
    weather: Literal["clear", "overcast", "rain", "fog"] = "clear"


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class UserSpec(_Model):
    """What the ego and all other road users have in common."""

    kind: KindName = "car"
    at: Distance | None = None
    desired_speed: Speed | None = None
    colour: Colour | None = None


class EgoSpec(UserSpec):
    """The vehicle with the cameras."""

    lane: Whole = Field(default=1, ge=1, le=8)
    speed: Speed = 13.9


class ActorSpec(UserSpec):
    """Another road user; placed by free space to the ego, or by its position along the road."""

    lane: LaneRef
    speed: Speed | None = None
    ahead: Distance | None = None
    behind: Distance | None = None
    driver: DriverName = "idm"

    @model_validator(mode="after")
    def _one_place(self) -> ActorSpec:
        given = [k for k in ("ahead", "behind", "at") if getattr(self, k) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given)} contradict each other" if given else "it is not said where it starts"
            raise wrong(
                what, "give exactly one of ahead, behind (free space to the ego) and at (position along the road)"
            )
        return self


class _Transition(_Model):
    over: Duration | None = None
    distance: Length | None = None
    shape: ShapeName | None = None


def _transition_is_one(self: Any) -> Any:
    given = [k for k in ("over", "rate", "distance") if getattr(self, k) is not None]
    if len(given) > 1:
        raise wrong(f"{' and '.join(given)} contradict each other", "give one of over, rate and distance")
    if self.shape == "step" and given:
        raise wrong(f"a step takes no time, so {given[0]} contradicts it", "leave one of them out")
    return self


class LaneChangeSpec(_Transition):
    """OpenSCENARIO's LaneChangeAction to an absolute lane."""

    to: LaneRef
    rate: Speed | None = None

    @model_validator(mode="after")
    def _one(self) -> LaneChangeSpec:
        checked: LaneChangeSpec = _transition_is_one(self)
        return checked


class SpeedChangeSpec(_Transition):
    """OpenSCENARIO's SpeedAction with an absolute target."""

    to: Speed
    rate: Acceleration | None = None

    @model_validator(mode="after")
    def _one(self) -> SpeedChangeSpec:
        checked: SpeedChangeSpec = _transition_is_one(self)
        return checked


class DoSpec(_Model):
    """What one road user does in an event."""

    change_lane: LaneChangeSpec | None = None
    speed: SpeedChangeSpec | None = None

    @model_validator(mode="after")
    def _something(self) -> DoSpec:
        if self.change_lane is None and self.speed is None:
            raise wrong("nothing is done here", "give change_lane or speed")
        return self


class WhenSpec(_Model):
    """When an event starts."""

    time: Moment


class EventSpec(_Model):
    """An event of the story."""

    name: Line = ""
    when: WhenSpec
    do: Annotated[dict[Name, DoSpec], Field(min_length=1)]


class StopSpec(_Model):
    """When the run ends."""

    time: Annotated[Duration, Field(ge=0.1, le=120)] = 10.0


class ScenarioSpec(_Model):
    """The driving situation."""

    road: RoadSpec = RoadSpec()
    environment: EnvironmentSpec = EnvironmentSpec()
    ego: EgoSpec = EgoSpec()
    actors: Annotated[dict[Name, ActorSpec], Field(max_length=MAX_ACTORS)] = {}
    story: Annotated[list[EventSpec], Field(max_length=200)] = []
    stop: StopSpec = StopSpec()


class FilmSpec(_Model):
    """How the film is encoded."""

    codec: Literal["h264", "vp9"] = "h264"


def _film(value: object) -> object:
    return None if value == "none" else {} if value == "full" else value


_EXPECTATION = re.compile(r"[\x20-\x7e°²≤≥–]{1,120}")


def _expectation(value: object) -> object:
    if not isinstance(value, str) or _EXPECTATION.fullmatch(value) is None:
        raise wrong("an expectation is a short text", "write it like 'no collision' or 'min ttc > 1.5 s'")
    return value


class BlockSpec(_Model):
    """A block: which figure of which scenario."""

    figure: Literal["rollout"] = "rollout"
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")] | None = None
    title: Line = ""
    caption: Paragraph = ""
    alt: Paragraph = ""
    scenario: ScenarioSpec
    world: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = "simulator"
    seed: Whole = Field(default=0, ge=0, lt=2**31)
    driver: DriverName = "idm"
    cameras: Annotated[list[CameraName], Field(min_length=1, max_length=7)] | None = None
    film: Annotated[FilmSpec | None, BeforeValidator(_film)] = FilmSpec()
    expect: Annotated[list[Annotated[str, BeforeValidator(_expectation)]], Field(max_length=50)] = []
    show: list[Part] | None = None
