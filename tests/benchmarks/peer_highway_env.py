"""The cut-ins of bench_simulator.py in highway-env (Leurent 2018), driven by its own road and vehicles.

Measured with highway-env 1.12.1. Nothing of its gymnasium side (observations, rewards, pictures) is used: it only
takes time.
"""

from __future__ import annotations

import numpy as np
from cut_in_scene import LANES, LENGTH, START, WIDTH
from highway_env.road.lane import StraightLane  # type: ignore[import-not-found, import-untyped, unused-ignore]
from highway_env.road.road import Road, RoadNetwork  # type: ignore[import-not-found, import-untyped, unused-ignore]
from highway_env.vehicle.behavior import IDMVehicle  # type: ignore[import-not-found, import-untyped, unused-ignore]

from mkdocs_worldmodel.scenario.road_user import RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

NOT_THE_SAME = "plain IDM; a steering controller changes lanes, without a set duration; states only, no criticality"


def vehicle(road: Road, user: RoadUser) -> IDMVehicle:
    """Its reference point is the middle of the box, its y points to the right."""
    made = IDMVehicle(
        road,
        (user.s + user.body.centre, -user.t),
        speed=user.speed,
        target_speed=user.desired_speed,
        enable_lane_change=False,
    )
    made.LENGTH, made.WIDTH = user.body.length, user.body.width
    made.diagonal = np.hypot(made.LENGTH, made.WIDTH)
    made.DISTANCE_WANTED = user.idm.standstill_gap + made.LENGTH
    made.TIME_WANTED = user.idm.time_headway
    made.COMFORT_ACC_MAX, made.COMFORT_ACC_MIN = user.idm.acceleration, -user.idm.comfortable_deceleration
    made.ACC_MAX = user.body.max_deceleration
    return made


def drive(scenarios: list[Scenario], dt: float) -> np.ndarray:
    """One after another: states (B, T + 1, N, 3) of x and y of the boxes' middles [m], speed [m/s]."""
    return np.stack([drive_one(scenario, dt) for scenario in scenarios])


def drive_one(scenario: Scenario, dt: float) -> np.ndarray:
    network = RoadNetwork()
    for y in (np.arange(LANES) + 0.5) * WIDTH:
        network.add_lane("a", "b", StraightLane((0.0, y), (LENGTH, y), WIDTH, speed_limit=None))
    road = Road(network)
    road.vehicles = [vehicle(road, user) for user in scenario.users]
    rows = [[(*v.position, v.speed) for v in road.vehicles]]
    for k in range(round(scenario.stop_time / dt)):
        if k == round(START / dt):
            road.vehicles[1].target_lane_index = ("a", "b", 1)
        road.act()
        road.step(dt)
        rows.append([(*v.position, v.speed) for v in road.vehicles])
    return np.array(rows) * (1.0, -1.0, 1.0)
