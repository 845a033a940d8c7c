"""Short ways from an author's text to a scenario and a run, for the tests of several rooms."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block, Place, parse_block
from mkdocs_worldmodel.world.simulator import Simulator

HERE = Path(__file__).parent
KMH = 1 / 3.6


def block(text: str, place: Place | None = None) -> Block:
    return parse_block(dedent(text), place or Place(HERE, (HERE,)))


def scenario(text: str, *, driver: str = "idm") -> Scenario:
    """Compose what stands under `scenario:`."""
    body = dedent(text).strip().replace("\n", "\n  ")
    return compose(block(f"driver: {driver}\nscenario:\n  {body}"))


def run(text: str, *, driver: str = "idm") -> Rollout:
    return Simulator().run(scenario(text, driver=driver))


def mistakes(text: str, place: Place | None = None) -> list[Mistake]:
    """All mistakes of a block, geometry included."""
    with pytest.raises(SpecError) as error:
        compose(block(text, place))
    return list(error.value.mistakes)


def lines(found: list[Mistake]) -> list[int]:
    return [m.line for m in found]


def said(found: list[Mistake]) -> str:
    return "\n".join(f"{m.line}: {m}" for m in found)
