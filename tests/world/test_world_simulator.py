from __future__ import annotations

import math

import numpy as np
import pytest

from mkdocs_worldmodel import world
from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import scenario

SCENE = """
    road: {{lanes: 3, oncoming: 1, length: 900 m, curve: {{radius: 500 m, to: right, transition: 80 m}}}}
    ego: {{lane: 2, speed: 20 m/s}}
    actors:
      a: {{lane: 1, ahead: 15 m, speed: 17 m/s, driver: {0}}}
      b: {{lane: {{oncoming: 1}}, ahead: 300 m, driver: {0}}}
    story:
      - {{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 2, over: 3 s}}}}, b: {{speed: {{to: 5, shape: step}}}}}}}}
      - {{when: {{time: 3 s}}, do: {{ego: {{speed: {{to: 10}}}}, a: {{change_lane: {{to: 3, shape: step}}}}}}}}
    stop: {{time: 6 s}}
    """


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
@pytest.mark.parametrize("ego", ["idm", "scripted"])
def test_step_by_step_is_the_run_bit_for_bit(driver: str, ego: str) -> None:
    built = scenario(SCENE.format(driver), driver=ego)
    r = Simulator().run(built)
    stepped = Simulator()
    state = stepped.reset(built)
    for k in range(len(r.time)):
        assert state.time == r.time[k]
        for name in ("x", "y", "heading", "speed", "lane"):
            assert getattr(state, name).tobytes() == getattr(r, name)[k].tobytes(), (name, k)
        if k:
            assert state.acceleration.tobytes() == r.acceleration[k - 1].tobytes()
        state = stepped.step()


@pytest.mark.parametrize("driver", ["idm", "constant", "scripted"])
def test_whoever_sits_in_the_drivers_seat_drives(driver: str) -> None:
    simulator = Simulator()
    start = simulator.reset(scenario("ego: {speed: 10 m/s, lane: 2}", driver=driver))
    for _ in range(40):
        state = simulator.step(EgoAction(1.0, 0.01))
    assert state.speed[0] == pytest.approx(12.0)
    assert state.time == pytest.approx(2.0)
    assert state.heading[0] == pytest.approx(0.01 * 22.0, abs=1e-6), "curvature times the distance of 22 m"
    assert math.hypot(state.x[0] - start.x[0], state.y[0] - start.y[0]) == pytest.approx(200 * math.sin(0.11), abs=1e-3)
    assert state.ego_action == EgoAction(1.0, 0.01)


def test_an_action_is_limited_by_the_body() -> None:
    simulator = Simulator()
    simulator.reset(scenario("ego: {speed: 20 m/s}"))
    state = simulator.step(EgoAction(50.0, 5.0))
    assert state.ego_action == EgoAction(3.0, 7.0 / 400)
    simulator.reset(scenario("ego: {speed: 0.1 m/s}"))
    assert simulator.step(EgoAction(-50.0, 0.0)).speed[0] == 0.0
    assert simulator.step(EgoAction(-50.0, 1.0)).speed[0] == 0.0


def test_a_wild_drive_stays_finite() -> None:
    simulator = Simulator()
    simulator.reset(scenario("road: {curve: {radius: 30 m, to: left}, length: 150 m}\nego: {speed: 5 m/s}"))
    rng = np.random.default_rng(0)
    for _ in range(600):
        state = simulator.step(EgoAction(float(rng.uniform(-9, 9)), float(rng.uniform(0, 0.3))))
        assert np.isfinite([state.x, state.y, state.heading, state.speed]).all()


@pytest.mark.parametrize("action", [EgoAction(math.nan, 0.0), EgoAction(0.0, math.inf)])
def test_an_action_that_is_not_finite_is_refused(action: EgoAction) -> None:
    simulator = Simulator()
    simulator.reset(scenario("ego: {speed: 5 m/s}"))
    with pytest.raises(WorldError, match="not finite"):
        simulator.step(action)


def test_a_world_that_was_not_reset_cannot_step() -> None:
    with pytest.raises(WorldError, match="reset"):
        Simulator().step()


def test_many_runs_come_in_order_and_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mkdocs_worldmodel.world.simulator._VALUES_AT_ONCE", 200)
    copies = [scenario(f"ego: {{speed: {v} m/s}}\nstop: {{time: 2 s}}") for v in range(1, 13)]
    batches = list(Simulator().run_many(copies, range(12)))
    assert [len(b) for b in batches] == [5, 5, 2]
    assert [b.speed[i, -1, 0] for b in batches for i in range(len(b))] == list(range(1, 13))
    assert [seed for b in batches for seed in b.seeds] == list(range(12))
    assert list(Simulator().run_many([], [])) == []


def test_worlds_are_made_by_name_and_never_replaced_by_another() -> None:
    assert "simulator" in world.known()
    assert isinstance(world.make("simulator"), Simulator)
    with pytest.raises(WorldError, match=r"no world 'simulater' \(known: .*simulator"):
        world.make("simulater")


def test_a_world_that_cannot_be_imported_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.WORLDS, "broken", "mkdocs_worldmodel.world.nowhere:World")
    with pytest.raises(WorldError, match="cannot be loaded"):
        world.make("broken")
