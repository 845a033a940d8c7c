from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import numpy as np
import pytest

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim import third_party
from mkdocs_worldmodel.sim.third_party import ThirdPartyDriver, known, make, version


class Steady:
    """Keeps a distance of its seed [m/s²], so that instances can be told apart."""

    def reset(self, scenario: Scenario, user: int, seed: int) -> None:
        self.user, self.seed = user, seed

    def act(self, state: State) -> EgoAction:
        return EgoAction(-0.1 * self.seed * state.time, 0.01 * self.user)


class Failing(Steady):
    def act(self, state: State) -> EgoAction:
        if state.time > 1.0:
            raise KeyError("lead")
        return EgoAction(0.0, 0.0)


class Refusing(Steady):
    def reset(self, scenario: Scenario, user: int, seed: int) -> None:
        raise RuntimeError


class NoNumber(Steady):
    def act(self, state: State) -> EgoAction:
        return EgoAction(0.0, float("nan"))


class NoAnswer(Steady):
    def act(self, state: State) -> EgoAction:
        return None  # type: ignore[return-value]


class Unbuildable(Steady):
    def __init__(self) -> None:
        raise OSError("no weights")


class NoDriver:
    def reset(self) -> None: ...


CLASSES = [Steady, Failing, Refusing, NoNumber, NoAnswer, Unbuildable, NoDriver]


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    group = third_party.ENTRY_POINTS
    entries = [EntryPoint(c.__name__.lower(), f"{__name__}:{c.__name__}", group) for c in CLASSES]
    entries += [EntryPoint("gone", "no_such_package:Driver", group), EntryPoint("idm", f"{__name__}:Steady", group)]
    installed = EntryPoints(entries)
    monkeypatch.setattr(third_party, "entry_points", lambda group: installed.select(group=group))


def state(time: float) -> State:
    one, none = np.zeros(1), np.zeros(1, dtype=np.int32)
    return State(
        time, ("ego",), ("car",), one, one, one, one, one, one, none, none, none, none, EgoAction(0.0, 0.0)
    )  # fmt: skip


def drive(name: str, time: float = 2.0, seeds: tuple[int, ...] = (1, 2)) -> tuple[list[float], list[float]]:
    scenarios: list[Scenario] = [None] * len(seeds)  # type: ignore[list-item]
    driver = ThirdPartyDriver(name, scenarios, 0, seeds)
    acceleration, curvature = driver.act([state(time)] * len(seeds))
    return acceleration.tolist(), curvature.tolist()


def test_every_copy_has_its_own_instance() -> None:
    acceleration, curvature = drive("steady", seeds=(1, 2, 5))
    assert acceleration == pytest.approx([-0.2, -0.4, -1.0])
    assert curvature == [0.0, 0.0, 0.0]


def test_known_names_are_those_of_other_packages_without_ours() -> None:
    assert known() == sorted(["gone", *(c.__name__.lower() for c in CLASSES)])
    with pytest.raises(WorldError, match="there is no driver 'idm'"):
        make("idm")


def test_an_unknown_driver_is_named_with_those_that_are_known() -> None:
    with pytest.raises(WorldError, match=r"no driver 'stedy' \(known: .*careful.*steady"):
        make("stedy")
    with pytest.raises(WorldError, match="no driver 'stedy'"):
        version("stedy")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "driver 'gone' cannot be loaded: ModuleNotFoundError: .*no_such_package"),
        ("unbuildable", "driver 'unbuildable' cannot be loaded: OSError: no weights"),
        ("nodriver", "driver 'nodriver' is none: it has no act"),
        ("refusing", "driver 'refusing' failed to begin: RuntimeError"),
        ("failing", r"driver 'failing' failed at 2.00 s: KeyError: 'lead'"),
        ("nonumber", "driver 'nonumber' answered acceleration 0.0 and curvature nan at 2.00 s"),
        ("noanswer", "driver 'noanswer' failed at 2.00 s: AttributeError"),
    ],
)
def test_what_goes_wrong_in_a_driver_names_the_driver(name: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        drive(name)


def test_a_driver_that_fails_later_drives_until_then() -> None:
    assert drive("failing", 0.5) == ([0.0, 0.0], [0.0, 0.0])
