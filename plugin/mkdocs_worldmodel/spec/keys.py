# What all models of a block have in common: unknown keys are mistakes, mistakes carry hints, names, lanes, texts.

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Line = Annotated[str, StringConstraints(max_length=300)]
Paragraph = Annotated[str, StringConstraints(max_length=4000)]
EdgeName = Literal["shoulder", "pavement", "cycle_lane", "parking"]
SideName = Literal["left", "right"]

MAX_LANE = 8
EDGES: tuple[str, ...] = get_args(EdgeName)


def wrong(message: str, hint: str) -> PydanticCustomError:
    """A mistake with a hint, from inside a validator."""
    return PydanticCustomError("worldmodel", "{message}", {"message": message, "hint": hint})


class Model(BaseModel):
    """Unknown keys are mistakes; values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_of(model: Model, keys: tuple[str, ...], nothing: str, hint: str) -> str:
    """The one key of a choice that is given; none and several are mistakes."""
    names = [type(model).model_fields[k].alias or k for k in keys if getattr(model, k) is not None]
    if len(names) != 1:
        raise wrong(f"{' and '.join(names)} contradict each other" if names else nothing, hint)
    return names[0]


# -- numbers -----------------------------------------------------------------------------------------------


def _whole(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise wrong("this is no whole number", "write it like 2")


Whole = Annotated[int, BeforeValidator(_whole)]


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise wrong("this is no number", "write it like 0.2")


Number = Annotated[float, BeforeValidator(_number)]
"""Without a unit."""


def _true(value: object) -> Literal[True]:
    if value is True:
        return True
    raise wrong("this can only be true", "write true, or leave the key out")


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong("this is neither true nor false", "write true or false")


if TYPE_CHECKING:
    Flag = bool
    Yes = bool
else:
    Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
    Yes = Annotated[bool, PlainValidator(_true), WithJsonSchema({"const": True})]


# -- lanes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EdgeRef:
    """What lies beside the lanes, on one side of the road."""

    kind: EdgeName
    side: SideName | None = None
    """As the ego sees it; None: the outer edge of the ego's carriageway."""


@dataclass(frozen=True, slots=True)
class LaneOf:
    """The lane in which another road user is."""

    user: str


_LANE_HINT = "lanes count 1, 2, 3 … from the outer edge; {oncoming: 1} is the other side"


def _number_of_lane(value: object) -> int | None:
    if isinstance(value, dict) and set(value) == {"oncoming"}:
        inner = _number_of_lane(value["oncoming"])
        return -inner if inner is not None and inner > 0 else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= MAX_LANE else None


def _lane(value: object) -> int:
    if (found := _number_of_lane(value)) is None:
        raise wrong("this is no lane", _LANE_HINT)
    return found


def _place_lane(value: object) -> int | EdgeRef:
    side: SideName | None = None
    word = value
    if isinstance(value, dict) and len(value) == 1:
        for each in get_args(SideName):
            if each in value:
                side, word = each, value[each]
    if isinstance(word, str):
        for edge in get_args(EdgeName):
            if word == edge:
                return EdgeRef(edge, side)
    if side is None and (found := _number_of_lane(value)) is not None:
        return found
    raise wrong("this is no lane", f"{_LANE_HINT}; {', '.join(EDGES)} lie beside them, {{left: pavement}} on the left")


def _target_lane(value: object) -> int | SideName | LaneOf:
    if value == "left" or value == "right":  # noqa: PLR1714  the type checker follows this
        return value
    if isinstance(value, dict) and set(value) == {"as"} and isinstance(value["as"], str):
        return LaneOf(value["as"])
    if (found := _number_of_lane(value)) is None:
        raise wrong("this is no lane", f"{_LANE_HINT}; left and right are the next lanes, {{as: lorry}} is the lorry's")
    return found


_NUMBER = {"type": "integer", "minimum": 1, "maximum": MAX_LANE}


def _mapping(key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}


_BY_NUMBER = [_NUMBER, _mapping("oncoming", _NUMBER)]
_BY_EDGE: dict[str, Any] = {"enum": list(EDGES)}
_COUNTED = "1, 2, 3 … from the outer edge; {oncoming: 1} is the other side"

if TYPE_CHECKING:
    LaneRef = int
    PlaceLane = int | EdgeRef
    TargetLane = int | Literal["left", "right"] | LaneOf
else:
    LaneRef = Annotated[int, PlainValidator(_lane), WithJsonSchema({"description": _COUNTED, "oneOf": _BY_NUMBER})]
    """A lane as authors count; the oncoming side is negative."""
    PlaceLane = Annotated[
        int | EdgeRef,
        PlainValidator(_place_lane),
        WithJsonSchema({
            "description": f"{_COUNTED}; or {', '.join(EDGES)} at the outer edge, {{left: pavement}} at the left one",
            "oneOf": [*_BY_NUMBER, _BY_EDGE, _mapping("left", _BY_EDGE), _mapping("right", _BY_EDGE)],
        }),
    ]  # fmt: skip
    """Where somebody may stand or drive: a lane, or what lies beside the lanes."""
    TargetLane = Annotated[
        int | Literal["left", "right"] | LaneOf,
        PlainValidator(_target_lane),
        WithJsonSchema({
            "description": f"{_COUNTED}; left and right are the next lanes; {{as: lorry}} is the lane of the lorry",
            "oneOf": [*_BY_NUMBER, {"enum": ["left", "right"]}, _mapping("as", {"type": "string"})],
        }),
    ]  # fmt: skip
    """Where a lane change goes."""
