"""The scene of bench_simulator.py and of its peers: a cut-in on a straight motorway of three lanes."""

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.story import Dynamics, Event, LaneChangeAction, TimeCondition

LANES, WIDTH, LENGTH = 3, 3.5, 900.0
"""[-, m, m]"""
START, DURATION = 1.0, 3.0
"""Of the lane change [s]."""
ROAD = Road(
    "1",
    LENGTH,
    chain([(LENGTH, 0.0, 0.0)]),
    (LaneSection(0.0, tuple(Lane(-i, "driving", (Cubic(0.0, WIDTH),)) for i in range(1, LANES + 1))),),
)


def user(name: str, lane: int, s: float, speed: float) -> RoadUser:
    return RoadUser(name, "car", BODIES["car"], "1", lane, 1, s, (lane + 0.5) * WIDTH, speed, "idm", speed, "#ffffff")


def cut_in(gap: float, slower: float, users: int, stop: float = 10.0) -> Scenario:
    """A car, the second road user, cuts in `gap` metres ahead at `slower` m/s less than the ego, from lane -3 to -2.

    Further traffic drives around them.
    """
    ego = user("ego", -2, 150.0, 30.0)
    other = user("other", -3, 150.0 + BODIES["car"].length + gap, 30.0 - slower)
    more = [user(f"car_{i}", -1 - i % 2, 30.0 + 60.0 * i + (60.0 if i > 1 else 0.0), 28.0) for i in range(users - 2)]
    change = LaneChangeAction("other", -2, Dynamics("sinusoidal", "time", DURATION))
    events = (Event("cut in", TimeCondition(START), (change,)),)
    return Scenario(RoadNetwork((ROAD,)), (ego, other, *more), events, Environment(), stop)


def grid(users: int, copies: int) -> list[Scenario]:
    """`copies` cut-ins, 50 gaps times so many differences of speed."""
    return [
        cut_in(float(gap), float(slower), users)
        for gap in np.linspace(2.0, 60.0, 50)
        for slower in np.linspace(0.0, 20.0, copies // 50)
    ]


def touched(states: np.ndarray, scenario: Scenario) -> np.ndarray:
    """Where boxes along the road overlap at any time, (B,); `states` (B, T, N, >= 2): x and y of their middles [m]."""
    size = np.array([(u.body.length, u.body.width) for u in scenario.users])
    found = np.zeros(len(states), dtype=bool)
    for i in range(len(size)):
        for j in range(i):
            apart = np.abs(states[:, :, i, :2] - states[:, :, j, :2])
            found |= (apart < 0.5 * (size[i] + size[j])).all(axis=-1).any(axis=-1)
    return found
