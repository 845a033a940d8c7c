"""Drivers that watch, and drivers of other packages, at the wheel of the ego in whole runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction, State
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim import third_party
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

STANDING_CAR = "ego: {lane: 1, speed: 50 km/h}\nactors: {car: {lane: 1, ahead: {gap} m, speed: 0, driver: constant}}"


def towards(driver: str, gap: float) -> Rollout:
    return Simulator().run(scenario(STANDING_CAR.replace("{gap}", str(gap)), driver=driver))


def test_an_emergency_brake_keeps_the_speed_and_then_brakes_fully() -> None:
    r = towards("aeb", 60.0)
    begin = int(np.argmax(r.acceleration[:, 0] < -0.1))
    ttc = (60.0 - (r.s[begin, 0] - r.s[0, 0])) / r.speed[begin, 0]
    assert r.speed[begin, 0] == pytest.approx(50 / 3.6)
    assert ttc == pytest.approx(1.2 - 0.2, abs=0.06), "a time to collision of 1.2 s, and 0.2 s of delay"
    assert r.acceleration[:, 0].min() == pytest.approx(-9.0)
    assert r.speed[-1, 0] == 0.0


def test_a_careful_driver_follows_like_the_idm_while_nothing_happens() -> None:
    text = "ego: {lane: 1, speed: 20 m/s}\nactors: {car: {lane: 1, ahead: 60 m, speed: 18 m/s, driver: constant}}"
    careful, idm = (Simulator().run(scenario(text, driver=name)) for name in ("careful", "idm"))
    assert np.array_equal(careful.speed, idm.speed)


@pytest.mark.parametrize("driver", ["careful", "aeb"])
def test_a_watchful_driver_drives_the_same_in_any_company(driver: str) -> None:
    copies = [scenario(STANDING_CAR.replace("{gap}", str(gap)), driver=driver) for gap in (25, 40, 60)]
    batch = Simulation(copies, range(3)).run()
    for b, copy in enumerate(copies):
        assert batch.one(b).x.tobytes() == Simulator().run(copy, b).x.tobytes()


class Guest:
    """Accelerates evenly, and bends to the left after a second."""

    def reset(self, scenario: Scenario, user: int, seed: int) -> None:
        self.user = user

    def act(self, state: State) -> EgoAction:
        return EgoAction(1.0, 0.001 if state.time > 1.0 else 0.0)


class Entry:
    name, dist = "guest", None

    def load(self) -> type[Guest]:
        return Guest


def hired(driver: str) -> Scenario:
    built = scenario("ego: {speed: 10 m/s, lane: 2}\nstop: {time: 3 s}")
    return replace(built, users=(replace(built.users[0], driver=driver), *built.users[1:]))


def test_a_driver_of_another_package_drives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(third_party, "entry_points", lambda group: [Entry()] if "drivers" in group else [])
    r = Simulator().run(hired("guest"))
    assert r.speed[-1, 0] == pytest.approx(13.0)
    turned = 0.001 * (r.speed[20:-1, 0] + 0.5 * 0.05).sum() * 0.05
    assert r.heading[-1, 0] == pytest.approx(turned, rel=0.05)


def test_a_driver_that_is_not_there_is_no_other_driver() -> None:
    with pytest.raises(WorldError, match="there is no driver 'nobody'"):
        Simulator().run(hired("nobody"))
