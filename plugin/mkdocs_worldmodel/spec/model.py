# A block and its scenario, key by key. spec/ is the one place where keys, units, defaults and bounds are said:
# road.py, users.py, conditions.py, story.py and about.py have theirs.

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from mkdocs_worldmodel.spec.about import AboutSpec
from mkdocs_worldmodel.spec.environment import EnvironmentSpec
from mkdocs_worldmodel.spec.film import FilmChoice, FilmSpec
from mkdocs_worldmodel.spec.keys import Line, Model, Name, Paragraph, Whole, wrong
from mkdocs_worldmodel.spec.rig import Cameras
from mkdocs_worldmodel.spec.road import RoadSpec
from mkdocs_worldmodel.spec.story import EventSpec, StopSpec
from mkdocs_worldmodel.spec.users import ActorSpec, EgoSpec, TrafficSpec

MAX_ACTORS = 64
Part = Literal["film", "verdict", "top", "chart", "strip", "events", "numbers", "made", "source", "downloads"]


class ScenarioSpec(Model):
    """The driving situation."""

    road: RoadSpec = Field(default=RoadSpec(), description="The road.")
    environment: EnvironmentSpec = Field(default=EnvironmentSpec(), description="Light and weather.")
    ego: EgoSpec = Field(default=EgoSpec(), description="The vehicle with the cameras.")
    actors: Annotated[dict[Name, ActorSpec], Field(max_length=MAX_ACTORS)] = Field(
        default={}, description="The other road users, by name."
    )
    traffic: TrafficSpec = Field(default=TrafficSpec(), description="What all actors have in common.")
    story: Annotated[list[EventSpec], Field(max_length=200)] = Field(default=[], description="What happens.")
    stop: StopSpec = Field(default=StopSpec(), description="When the run ends.")
    about: AboutSpec = Field(default=AboutSpec(), description="Documentation; it changes nothing of what happens.")


_EXPECTATION = re.compile(r"[\x20-\x7e°²³≤≥≠–−“”]{1,200}")


def _expectation(value: object) -> object:
    if not isinstance(value, str) or _EXPECTATION.fullmatch(value) is None:
        raise wrong("an expectation is a short text", "write it like 'no collision' or 'min ttc > 1.5 s'")
    return value


Expectations = Annotated[list[Annotated[str, BeforeValidator(_expectation)]], Field(max_length=50)]


class BlockSpec(Model):
    """What blocks of all kinds have: which figure of which scenario. Kinds have keys of their own: see kinds.py."""

    figure: str = Field(description="Kind of the figure.")
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")] | None = Field(
        default=None, description="Unique in the site, for links and values in running text."
    )
    title: Line = Field(default="", description="Above the figure.")
    caption: Paragraph = Field(default="", description="Below the figure.")
    alt: Paragraph = Field(default="", description="Text alternative; default: what happened, in sentences.")
    scenario: ScenarioSpec = Field(description="The driving situation; or the path of a .yaml file, or library/NAME.")
    world: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = Field(
        default="simulator", description="In which world it is driven."
    )
    seed: Whole = Field(default=0, ge=0, lt=2**31, description="Of everything that is drawn at random.")
    driver: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")] = Field(
        default="idm", description="Who drives the ego: idm, constant, scripted, careful, aeb, or another package's."
    )
    cameras: Cameras | None = Field(
        default=None, description="Cameras of the default rig by name, or a rig of your own; default: all seven."
    )
    film: FilmChoice = Field(
        default=FilmSpec(), description="How the film is encoded: none, low or full, or in detail."
    )
    show: list[Part] | None = Field(default=None, description="Which parts the figure has; default: all.")

    @property
    def worlds(self) -> dict[str, str]:
        """The worlds that its figure needs, by the key that names each."""
        return {"world": self.world}

    @property
    def driven_in(self) -> tuple[str, ...]:
        """Keys of those worlds in which the whole scenario is driven."""
        return ("world",)


class RolloutSpec(BlockSpec):
    """A scenario, driven once."""

    figure: Literal["rollout"] = Field(default="rollout", description="Kind of the figure.")
    expect: Expectations = Field(default=[], description="What must hold, such as no collision, or min ttc > 1.5 s.")
