# How a film is encoded: codec, quality, size, rate.

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from mkdocs_worldmodel.spec.keys import Model, wrong
from mkdocs_worldmodel.spec.units import parse_quantity

Quality = Literal["low", "full"]
CodecName = Literal["h264", "vp9"]
WIDTH = (160, 1280)
"""Narrowest and widest view of the largest camera [px]."""
STATES = 20
"""Of a run, a second: a film shows every n-th of them."""

_RATES = [rate for rate in range(1, STATES + 1) if STATES % rate == 0]
_WORDS = ("none", "low", "full")


def _width(value: object) -> int:
    width = parse_quantity(value, "picture width")
    if not WIDTH[0] <= width <= WIDTH[1]:
        raise wrong(f"{str(value)[:40]} is out of range", f"from {WIDTH[0]} px to {WIDTH[1]} px")
    return round(width)


def _rate(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _RATES:
        listed = f"{', '.join(map(str, _RATES[:-1]))} and {_RATES[-1]}"
        raise wrong(f"{str(value)[:40]} pictures a second are not possible",
                    f"{listed} are: a run has {STATES} states a second")  # fmt: skip
    return value


if TYPE_CHECKING:
    Width = int
    Rate = int
else:
    _SCHEMA = {"type": ["string", "number"], "description": "picture width, as '320 px'"}
    Width = Annotated[int, BeforeValidator(_width), Field(ge=WIDTH[0], le=WIDTH[1]), WithJsonSchema(_SCHEMA)]
    Rate = Annotated[int, BeforeValidator(_rate), WithJsonSchema({"enum": _RATES})]


class FilmSpec(Model):
    """How the film is encoded."""

    codec: CodecName = Field(default="h264", description="vp9 where no GPL encoder is wanted.")
    quality: Quality = Field(
        default="full", description="low has half the pixels each way and 5 pictures a second: made faster, smaller."
    )
    width: Width = Field(
        default=640, description="Of the largest camera's view, in steps of 64 px; less where many cameras leave less."
    )
    fps: Rate | None = Field(default=None, description="Pictures a second; default: 10, or 5 in low quality.")


def _film(value: object) -> object:
    if value == "none":
        return None
    if isinstance(value, str) and value in _WORDS:
        return {"quality": value}
    if isinstance(value, str | bool):
        near = difflib.get_close_matches(str(value).lower(), _WORDS, 1, 0.6)
        keys = ", ".join(FilmSpec.model_fields)
        raise wrong(f"'{str(value)[:40]}' is unknown", f"did you mean {near[0]}?" if near
                    else f"write none, low or full, or a mapping with {keys}")  # fmt: skip
    return value


_INPUT: Any = FilmSpec | Literal["none", "low", "full"]
FilmChoice = Annotated[FilmSpec | None, BeforeValidator(_film, json_schema_input_type=_INPUT)]
"""None: no film."""
