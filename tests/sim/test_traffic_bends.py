"""Drivers slow down for bends that need it."""

from __future__ import annotations

import numpy as np
import pytest
from junctions import comer, drive, junction, network, placed, scene

from mkdocs_worldmodel.scenario.road_user import YieldParameters


def bend(radius: float, speed: float, driver: str = "idm", **more: object) -> np.ndarray:
    """Speed over time of somebody who comes to a bend after 150 m."""
    segments = [{"length": 150.0}, {"length": 60.0, "curve": {"radius": radius, "to": "left", "transition": 0.0}},
                {"length": 300.0}]  # fmt: skip
    layout = network(segments=segments, lanes=1, kind="rural", lane_width=3.5)
    user = placed(layout.network, "ego", "car", "1", -1, 1, 20.0, speed, driver=driver, **more)
    return drive(scene(layout.network, [user], 25.0))


@pytest.mark.parametrize("radius", [30.0, 50.0, 80.0])
def test_in_a_bend_the_lateral_acceleration_is_what_the_driver_accepts(radius: float) -> None:
    run = bend(radius, 16.0)
    inside = (run.s[0, :, 0] > 150.0) & (run.s[0, :, 0] < 210.0)
    speed = np.sqrt(2.0 * (radius + 1.75))  # the lane lies outside of the reference line
    assert run.speed[0, inside, 0] == pytest.approx(speed, rel=2e-3)
    assert run.acceleration.min() == pytest.approx(-2.0, abs=0.1)
    assert run.speed[0, -1, 0] > speed


def test_a_sportive_driver_drives_faster_through_it() -> None:
    slow, fast = (bend(30.0, 16.0, give_way=YieldParameters(turn_acceleration=a)).speed.min() for a in (2.0, 3.0))
    assert (fast / slow) ** 2 == pytest.approx(1.5, rel=0.01)


@pytest.mark.parametrize("driver", ["constant", "scripted"])
def test_who_holds_its_speed_holds_it_in_bends(driver: str) -> None:
    assert bend(80.0, 12.0, driver).speed == pytest.approx(12.0)


def test_a_wide_bend_changes_nothing() -> None:
    assert bend(200.0, 19.0).acceleration.min() == 0.0


@pytest.mark.parametrize("turn", ["left", "right"])
def test_who_turns_at_a_junction_slows_down_before_it(turn: str) -> None:
    layout = junction("priority")
    run = drive(scene(layout.network, [comer(layout, "ego", "ego", 100.0, 14.0, turn=turn)], 40.0))
    lateral = np.abs(run.speed * run.yaw_rate)[0, :, 0]
    assert 1.8 < lateral.max() < 2.3
    straight = drive(scene(layout.network, [comer(layout, "ego", "ego", 100.0, 14.0)], 20.0))
    assert straight.acceleration.min() == 0.0
