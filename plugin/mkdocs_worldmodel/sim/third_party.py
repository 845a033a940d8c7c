# Drivers of the ego from other packages, by entry point: a documented face, and a guard around it.

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.road_user import DRIVERS
from mkdocs_worldmodel.scenario.scenario import Scenario

F8 = npt.NDArray[np.float64]

ENTRY_POINTS = "mkdocs_worldmodel.drivers"


class Driver(Protocol):
    """What a package offers under the entry-point group `mkdocs_worldmodel.drivers`: a class without arguments.

    One instance drives one run. It gives the same answers for the same scenario, seed and states, whatever other
    runs are under way in the process: runs are stored, and batches must give what single runs give.
    """

    def reset(self, scenario: Scenario, user: int, seed: int) -> None:
        """Begin a run.

        Args:
            scenario: everything that is to happen, the story included
            user: which of its road users to drive; 0 is the ego
            seed: for a driver that draws lots
        """
        ...

    def act(self, state: State) -> EgoAction:
        """Choose acceleration [m/s²] and path curvature [1/m] for the step that begins in `state`.

        The simulator limits both to what the body can do.
        """
        ...


def known() -> list[str]:
    """Names of all drivers of other packages; ours, in `DRIVERS`, cannot be replaced."""
    return sorted({e.name for e in entry_points(group=ENTRY_POINTS)} - set(DRIVERS))


def make(name: str) -> Driver:
    """Return a new driver.

    Raises:
        WorldError: where there is none of that name, or it cannot be loaded; never another driver instead.
    """
    entry = _entry(name)
    try:
        driver: Driver = entry.load()()
    except Exception as error:
        raise WorldError(f"driver '{name}' cannot be loaded: {_said(error)}") from error
    missing = [m for m in ("reset", "act") if not callable(getattr(driver, m, None))]
    if missing:
        raise WorldError(f"driver '{name}' is none: it has no {' and no '.join(missing)}")
    return driver


def version(name: str) -> str:
    """Which package a driver comes from, with its version: part of every run key.

    Raises:
        WorldError: where there is none of that name.
    """
    package = _entry(name).dist
    return f"{name} of {package.name} {package.version}" if package else name


def _entry(name: str) -> EntryPoint:
    if name not in DRIVERS:
        for entry in entry_points(group=ENTRY_POINTS):
            if entry.name == name:
                return entry
    raise WorldError(f"there is no driver '{name}' (known: {', '.join([*DRIVERS, *known()])})")


class ThirdPartyDriver:
    """A driver of another package at the wheel of the same road user in B copies: one instance each."""

    def __init__(self, name: str, scenarios: Sequence[Scenario], user: int, seeds: Sequence[int]) -> None:
        self.name = name
        self._drivers = [make(name) for _ in scenarios]
        for driver, scenario, seed in zip(self._drivers, scenarios, seeds, strict=True):
            try:
                driver.reset(scenario, user, seed)
            except Exception as error:
                raise WorldError(f"driver '{name}' failed to begin: {_said(error)}") from error

    def act(self, states: Sequence[State]) -> tuple[F8, F8]:
        """Acceleration [m/s²] and curvature [1/m] for the coming step, (B,) each.

        Raises:
            WorldError: where the driver fails or answers anything but finite numbers; names driver and time.
        """
        chosen = [self._one(driver, state) for driver, state in zip(self._drivers, states, strict=True)]
        return np.array([a for a, _ in chosen]), np.array([c for _, c in chosen])

    def _one(self, driver: Driver, state: State) -> tuple[float, float]:
        try:
            action = driver.act(state)
            acceleration, curvature = float(action.acceleration), float(action.curvature)
        except Exception as error:
            raise WorldError(f"driver '{self.name}' failed at {state.time:.2f} s: {_said(error)}") from error
        if not (math.isfinite(acceleration) and math.isfinite(curvature)):
            raise WorldError(
                f"driver '{self.name}' answered acceleration {acceleration} and curvature {curvature} "
                f"at {state.time:.2f} s, not finite numbers"
            )
        return acceleration, curvature


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
