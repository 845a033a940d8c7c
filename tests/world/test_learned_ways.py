"""Ways through junctions in the learned world: who steers by what the model sees stays in its lane on all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pretended import F4, Pretended, accelerating, aside, lane_keeper

from mkdocs_worldmodel.model.features import Observation
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.world.learned import Learned
from mkdocs_worldmodel.world.simulator import Simulator
from scenes import block


def library(name: str, stop: float = 10.0) -> Scenario:
    return replace(compose(block(f"scenario: {{from: library/{name}}}")), stop_time=stop)


class Watched(Pretended):
    """A lane keeper, and how far from the middle of their lanes it let anybody come whom it drove [m]."""

    def __init__(self) -> None:
        super().__init__(self._keep)
        self.farthest = 0.0

    def _keep(self, seen: Observation, noise: F4, window: F4) -> F4:
        return lane_keeper(seen, noise, window)

    def chunk(self, seen: Observation, given: F4, noise: F4, window: F4, scenes: Any = None) -> F4:
        off = aside(seen) if scenes is None else aside(seen)[scenes]
        self.farthest = max(self.farthest, float((off * np.isnan(given[..., 0])).max()))
        return super().chunk(seen, given, noise, window, scenes)


@pytest.mark.parametrize("name", ["left-turn-at-lights", "roundabout", "stop-sign", "priority-to-the-right"])
def test_whoever_steers_by_what_it_sees_stays_in_its_lane(name: str) -> None:
    model = Watched()
    run = Learned(model).run(library(name))
    assert model.farthest < 0.25
    assert len(set(run.road[:, 0])) > 1, "the ego came over a joint of roads"


@pytest.mark.parametrize("name", ["left-turn-at-lights", "red-light", "roundabout"])
def test_so_it_does_on_all_ways_that_are_guessed(name: str) -> None:
    built, model = library(name), Watched()
    past = Simulator().run(built)
    found = Learned(model).futures(built, past, 40, seconds=10.0, count=16, seed=0)
    assert model.farthest < 0.25
    ends = {int(road) for road in found.road[:, -1].ravel()}
    assert len(ends) >= 3, "they went several ways"
    assert (found.lane[:, -1][found.present[:, -1] > 0] != 0).all()


def test_who_rides_across_the_road_goes_on_as_it_does() -> None:
    built = library("cyclist-crossing")
    past = Simulator().run(built)
    n = next(i for i, user in enumerate(built.users) if user.kind == "bicycle")
    row = int(np.argmax(past.speed[:, n] > 2.0)) + 20
    found = Learned(Pretended(accelerating(-3.0))).futures(built, past, row, seconds=2.0, count=3, seed=0)
    metres = found.speed[0, 0, n] * 2.0
    x, y, heading = past.x[row, n], past.y[row, n], past.heading[row, n]
    assert np.allclose(found.x[:, -1, n], x + metres * np.cos(heading), atol=0.05)
    assert np.allclose(found.y[:, -1, n], y + metres * np.sin(heading), atol=0.05)
    assert (found.speed[:, -1, 0] < found.speed[:, 0, 0]).all(), "the others are the model's"
