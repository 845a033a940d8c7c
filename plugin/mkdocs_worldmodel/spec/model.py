# A block and its scenario, key by key. spec/ is the one place where keys, units, defaults and bounds are said:
# road.py, users.py and story.py have theirs.

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from mkdocs_worldmodel.spec.keys import Line, Model, Name, Paragraph, Whole, wrong
from mkdocs_worldmodel.spec.road import RoadSpec
from mkdocs_worldmodel.spec.story import EventSpec, StopSpec
from mkdocs_worldmodel.spec.users import ActorSpec, DriverName, EgoSpec

MAX_ACTORS = 64
CAMERAS = ("front_wide", "front_narrow", "front_left", "front_right", "rear_left", "rear_right", "rear")
CameraName = Literal["front_wide", "front_narrow", "front_left", "front_right", "rear_left", "rear_right", "rear"]
Part = Literal["film", "verdict", "top", "chart", "strip", "events", "numbers", "made", "source", "downloads"]


class EnvironmentSpec(Model):
    """Light and weather."""

    time_of_day: Literal["day", "dusk", "night"] = "day"
    weather: Literal["clear", "overcast", "rain", "fog"] = "clear"


class ScenarioSpec(Model):
    """The driving situation."""

    road: RoadSpec = RoadSpec()
    environment: EnvironmentSpec = EnvironmentSpec()
    ego: EgoSpec = EgoSpec()
    actors: Annotated[dict[Name, ActorSpec], Field(max_length=MAX_ACTORS)] = {}
    story: Annotated[list[EventSpec], Field(max_length=200)] = []
    stop: StopSpec = StopSpec()


class FilmSpec(Model):
    """How the film is encoded."""

    codec: Literal["h264", "vp9"] = "h264"


def _film(value: object) -> object:
    return None if value == "none" else {} if value == "full" else value


_EXPECTATION = re.compile(r"[\x20-\x7e°²≤≥–]{1,120}")


def _expectation(value: object) -> object:
    if not isinstance(value, str) or _EXPECTATION.fullmatch(value) is None:
        raise wrong("an expectation is a short text", "write it like 'no collision' or 'min ttc > 1.5 s'")
    return value


class BlockSpec(Model):
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
