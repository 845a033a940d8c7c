# Which cameras a film shows: names of the default rig, or an author's own rig with places and directions.

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from mkdocs_worldmodel.spec.keys import Model, wrong
from mkdocs_worldmodel.spec.units import parse_quantity

MOST = 12
"""Cameras in a rig."""
CameraName = Literal["front_wide", "front_narrow", "front_left", "front_right", "rear_left", "rear_right", "rear"]
CAMERAS: tuple[CameraName, ...] = get_args(CameraName)
NEEDED = ("x", "z", "yaw", "fov")
"""What must be said of a camera that is none of the default rig's."""

_NAME = r"[a-z][a-z0-9_]{0,31}"
_RESERVED = {"top": "the map has that name", "all": "it would mean all of them"}
_DEGREE = 0.017453292519943295


def _within(dimension: str, low: float, high: float, span: str, factor: float = 1.0) -> Any:
    """A quantity with bounds in `factor` SI, which a mistake gives as an author would write them."""
    # the bounds themselves are possible, also after their conversion to radians
    least, most = low * factor - 1e-9, high * factor + 1e-9

    def parse(value: object) -> float:
        found = parse_quantity(value, dimension)
        if not least <= found <= most:
            raise wrong(f"{str(value)[:40]} is out of range", f"from {span}")
        return found

    schema = {"type": ["string", "number"], "description": f"{dimension}, from {span}"}
    return Annotated[float, BeforeValidator(parse), Field(ge=least, le=most), WithJsonSchema(schema)]


if TYPE_CHECKING:
    Along = float
    Across = float
    Height = float
    Yaw = float
    Pitch = float
    FieldOfView = float
else:
    Along = _within("length", -20, 30, "-20 m to 30 m")
    Across = _within("length", -3, 3, "-3 m to 3 m")
    Height = _within("length", 0.2, 8, "0.2 m to 8 m")
    Yaw = _within("angle", -180, 180, "-180° to 180°", _DEGREE)
    Pitch = _within("angle", -30, 60, "-30° to 60°", _DEGREE)
    FieldOfView = _within("angle", 10, 140, "10° to 140°", _DEGREE)


class CameraSpec(Model):
    """Where a camera sits on the ego, and where it looks. One of the default rig has its own place already."""

    x: Along | None = Field(default=None, description="Ahead of the rear axle's middle.")
    y: Across | None = Field(default=None, description="To the left of the middle; default 0.")
    z: Height | None = Field(default=None, description="Above the ground.")
    yaw: Yaw | None = Field(default=None, description="To the left of straight ahead; 180° looks back.")
    pitch: Pitch | None = Field(default=None, description="How far it looks down; default 0.")
    fov: FieldOfView | None = Field(default=None, description="Horizontal field of view.")
    label: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="What readers see; default: the name."
    )


def _name(value: object) -> object:
    if not isinstance(value, str) or re.fullmatch(_NAME, value) is None:
        raise wrong("this is no name for a camera", "use small letters, digits and _, beginning with a letter")
    if value in _RESERVED:
        raise wrong(f"a camera cannot be called {value}", _RESERVED[value])
    return value


def _said(value: object) -> object:
    return {} if value is None else value


def _list_or_mapping(value: object) -> object:
    if isinstance(value, list | dict):
        return value
    raise wrong("neither a list of cameras nor a rig", "write [front_wide, rear], or a line for each: "
                "roof: {x: 1 m, z: 2 m, yaw: 0°, fov: 90°}")  # fmt: skip


def _once(names: list[CameraName]) -> list[CameraName]:
    _report({i: wrong(f"{name} is named twice", "name each camera once")
             for i, name in enumerate(names) if name in names[:i]})  # fmt: skip
    return names


def _complete(rig: dict[str, CameraSpec]) -> dict[str, CameraSpec]:
    _report({name: problem for name, camera in rig.items() if (problem := _lacking(name, camera)) is not None})
    return rig


def _lacking(name: str, camera: CameraSpec) -> PydanticCustomError | None:
    missing = [key for key in NEEDED if getattr(camera, key) is None]
    if name in CAMERAS or not missing:
        return None
    near = difflib.get_close_matches(name, CAMERAS, 1, 0.75)
    own = f"a camera of your own needs {', '.join(NEEDED[:-1])} and {NEEDED[-1]}"
    listed = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    return wrong(f"{listed} {'is' if len(missing) == 1 else 'are'} missing",
                 f"did you mean {near[0]}? Else {own}" if near else own)  # fmt: skip


def _report(problems: Mapping[Any, PydanticCustomError]) -> None:
    """Raise mistakes, each at its own place in the list or mapping."""
    if problems:
        details = [InitErrorDetails(type=error, loc=(at,), input=None) for at, error in problems.items()]
        raise ValidationError.from_exception_data("cameras", details)


def _shape(value: object) -> str:
    return "Rig" if isinstance(value, dict) else "Names"


Cameras = Annotated[
    Annotated[list[CameraName], Field(min_length=1, max_length=len(CAMERAS)), AfterValidator(_once), Tag("Names")]
    | Annotated[
        dict[
            Annotated[str, BeforeValidator(_name)],
            Annotated[CameraSpec, BeforeValidator(_said)],
        ],
        Field(min_length=1, max_length=MOST),
        AfterValidator(_complete),
        Tag("Rig"),
    ],
    Discriminator(_shape),
    BeforeValidator(_list_or_mapping),
]
"""Names of the default rig, or an own rig by name."""
