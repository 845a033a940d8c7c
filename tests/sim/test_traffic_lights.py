"""Drivers at traffic lights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from junctions import comer, drive, junction, scene

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.layout import Layout
from mkdocs_worldmodel.scenario.road import Phase, SignalController
from mkdocs_worldmodel.scenario.road_user import YieldParameters
from mkdocs_worldmodel.scenario.scenario import Scenario

LINE = 150.0


def lit(*phases: tuple[float, str], keep: str = "right") -> Layout:
    """A crossing whose light for the ego shows these aspects for so long, and green for ever after."""
    layout = junction("signals", keep=keep)
    ego = layout.lights["ego"][0]
    programme = (*phases, (1000.0, "green"))
    controller = SignalController("test", (ego,), tuple(Phase(a, t, (a,)) for t, a in programme))  # type: ignore[arg-type]
    return replace(layout, network=replace(layout.network, controllers=(controller,)))


def approach(layout: Layout, before: float, speed: float, stop: float = 30.0, **more: object) -> Scenario:
    return scene(layout.network, [comer(layout, "ego", "ego", before, speed, **more)], stop)


def front(run: RolloutBatch) -> np.ndarray:
    """Of the ego along its road; beyond it where it has left it."""
    own = run.s[:, :, 0] + (run.length - run.rear_overhang)[:, :1]
    return np.where(run.road[:, :, 0] == 0, own, np.inf)


@pytest.mark.parametrize("speed", [5.0, 10.0, 15.0])
@pytest.mark.parametrize("keep", ["right", "left"])
def test_at_red_a_driver_stops_with_its_front_less_than_a_metre_before_the_line(speed: float, keep: str) -> None:
    run = drive(approach(lit((100.0, "red"), keep=keep), 100.0, speed, stop=40.0))
    assert run.speed[0, -1, 0] == 0.0
    assert LINE - 1.0 < front(run)[0, -1] <= LINE


def test_braking_for_red_is_as_comfortable_as_the_driver_likes_it() -> None:
    run = drive(approach(lit((100.0, "red")), 100.0, 15.0))
    assert run.acceleration.min() == pytest.approx(-2.0, abs=0.05)


def test_it_starts_at_green_and_not_at_red_amber() -> None:
    run = drive(approach(lit((18.0, "red"), (2.0, "red amber")), 60.0, 10.0))
    assert run.speed[0, 399, 0] == 0.0
    assert run.acceleration[0, 401, 0] > 1.0
    assert run.acceleration[0, 330:400, 0].max() == 0.0


@pytest.mark.parametrize(("before", "stops"), [(36.5, True), (30.0, False)])
def test_at_amber_it_stops_where_one_and_a_half_times_comfortable_braking_suffices(before: float, stops: bool) -> None:
    # 14² / (2 · 3) = 32.7 m
    run = drive(approach(lit((3.0, "amber"), (100.0, "red")), before, 14.0, stop=12.0))
    assert bool(np.isfinite(front(run)).all()) is stops
    assert run.acceleration.min() > -3.05
    if not stops:
        assert run.acceleration[0, :40].min() == 0.0


def test_who_does_not_mind_red_drives_on() -> None:
    run = drive(approach(lit((100.0, "red")), 60.0, 10.0, give_way=YieldParameters(red=False)))
    assert run.acceleration.min() == 0.0


def test_a_queue_waits_and_all_of_it_goes() -> None:
    layout = lit((20.0, "red"))
    users = [comer(layout, f"u{i}", "ego", 30.0 + 20.0 * i, 10.0) for i in range(5)]
    run = drive(scene(layout.network, users[::-1], 100.0))
    at_green = run.s[0, 399]
    assert np.all(np.diff(at_green) > 6.0)
    assert np.all(np.diff(at_green) < 6.6)  # a length of 4.3 m and 2 m in between
    assert run.ended[0] == "end of road: u4"
