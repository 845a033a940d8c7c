# Worlds behind one face (face.py). Ours stand in one literal dict; third parties' come by entry point.

from __future__ import annotations

import math
from importlib import import_module
from importlib.metadata import entry_points

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.world.face import World

WORLDS: dict[str, str] = {
    "simulator": "mkdocs_worldmodel.world.simulator:Simulator",
    "learned": "mkdocs_worldmodel.world.learned:Learned",
}
"""Name → 'module:class' of our worlds; imported when one is asked for."""

ENTRY_POINTS = "mkdocs_worldmodel.worlds"


def known() -> list[str]:
    """Names of all worlds that can be had."""
    return sorted({*WORLDS, *(e.name for e in entry_points(group=ENTRY_POINTS))})


def make(name: str) -> World:
    """Return a new world.

    Raises:
        WorldError: where there is none of that name, or it cannot be loaded; never another world instead.
    """
    try:
        if name in WORLDS:
            module, _, attribute = WORLDS[name].partition(":")
            world: World = getattr(import_module(module), attribute)()
            return world
        for entry in entry_points(group=ENTRY_POINTS):
            if entry.name == name:
                third_party: World = entry.load()()
                return third_party
    except ImportError as error:
        raise WorldError(f"world '{name}' cannot be loaded: {error}") from error
    raise WorldError(f"there is no world '{name}' (known: {', '.join(known())})")


def longest(name: str) -> float:
    """How long a world can drive a scenario, at most [s]: its `most_seconds`, if it has one.

    Raises:
        WorldError: as `make`.
    """
    return float(getattr(make(name), "most_seconds", math.inf))


def foreign_driver(name: str) -> list[str]:
    """Which package the ego's driver comes from, and its version; nothing for ours. Part of every run key.

    Raises:
        WorldError: where there is no such driver.
    """
    if name in DRIVERS:
        return []
    from mkdocs_worldmodel.sim.third_party import version

    return [version(name)]
