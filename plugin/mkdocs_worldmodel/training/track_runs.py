# Recorded road users on the roads → a scenario and its rollout, as if a world had driven it.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.cast import EGO_COLOUR, behaviour_of, default_colour
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.road_user import BODIES, THINGS, WALKERS, Body, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.scenario.spread import Spread
from mkdocs_worldmodel.spec.users import BehaviourSpec
from mkdocs_worldmodel.training.map_matching import Matched, Roads
from mkdocs_worldmodel.training.recorded_lights import RecordedLights
from mkdocs_worldmodel.training.resampling import DT
from mkdocs_worldmodel.training.track_placing import Placed
from mkdocs_worldmodel.training.track_table import Recorded

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]

WORLD = "recording"
_ACROSS = 0.5
"""Angle to the road [rad]."""
_BESIDE = 0.5
"""Distance from the lanes [m]."""


def assemble(roads: Roads, placed: Sequence[Placed], lights: RecordedLights) -> tuple[Scenario, Rollout]:
    """One scene, the ego first."""
    rows = len(lights.shown)

    def table(value: Callable[[Placed], npt.NDArray[np.generic]]) -> F8:
        """(T, N); who is not there yet stays where it appears, who is gone where it was last."""
        out = np.zeros((rows, len(placed)))
        for n, each in enumerate(placed):
            last = len(each.rows.x) - 1
            out[:, n] = value(each)[np.clip(np.arange(rows) - each.rows.first, 0, last)]
        return out

    there = np.stack([_there(each, rows) for each in placed], axis=1)
    bodies = [_body(each.user) for each in placed]
    road, s, t = table(lambda p: p.on.road).astype(np.int32), table(lambda p: p.on.s), table(lambda p: p.on.t)
    heading = table(lambda p: p.rows.heading)
    run = Rollout(
        time=DT * np.arange(rows, dtype=np.float64),
        names=tuple(each.user.name for each in placed),
        kinds=tuple(each.user.kind for each in placed),
        length=np.array([body.length for body in bodies]),
        width=np.array([body.width for body in bodies]),
        height=np.array([body.height for body in bodies]),
        rear_overhang=np.array([body.rear_overhang for body in bodies]),
        wheelbase=np.array([body.wheelbase for body in bodies]),
        direction=table(lambda p: p.on.direction).astype(np.int32),
        x=table(lambda p: p.rows.x),
        y=table(lambda p: p.rows.y),
        heading=np.remainder(heading + np.pi, 2.0 * np.pi) - np.pi,
        speed=table(lambda p: p.rows.speed),
        acceleration=np.where(there, table(lambda p: p.rows.acceleration), 0.0),
        yaw_rate=np.where(there, table(lambda p: p.rows.yaw_rate), 0.0),
        road=road,
        s=s,
        t=t,
        lane=roads.lanes.at(road, s, t).astype(np.int32),
        present=there.astype(np.int32),
        signals=lights.shown,
        roads=tuple(each.id for each in roads.network.roads),
        firings=(),
        ended="stop",
        world=WORLD,
        seed=0,
    )
    users = tuple(_road_user(roads, each, body, n) for n, (each, body) in enumerate(zip(placed, bodies, strict=True)))
    network = replace(roads.network, controllers=lights.controllers)
    return Scenario(network, users, (), Environment(), float(run.time[-1])), run


def _there(placed: Placed, rows: int) -> npt.NDArray[np.bool_]:
    k = np.arange(rows) - placed.rows.first
    there: npt.NDArray[np.bool_] = (k >= 0) & (k < len(placed.rows.x))
    return there


def _body(user: Recorded) -> Body:
    """Its recorded size, else as its kind is."""
    usual = BODIES[user.kind]
    scale = user.length / usual.length
    return replace(
        usual,
        length=user.length,
        width=user.width,
        wheelbase=usual.wheelbase * scale,
        rear_overhang=user.rear_overhang,
        min_turn_radius=usual.min_turn_radius * scale,
    )


def _road_user(roads: Roads, placed: Placed, body: Body, n: int) -> RoadUser:
    """As it was when it was first there. What it did later shows in its route alone."""
    user, rows, on = placed.user, placed.rows, placed.on
    road = roads.network.roads[on.road[0]]
    direction, s, t, speed = int(on.direction[0]), float(on.s[0]), float(on.t[0]), float(rows.speed[0])
    along = roads.lines.heading_at(on.road, on.s) + np.where(on.direction < 0, np.pi, 0.0)
    slant = np.remainder(rows.heading - along + np.pi, 2.0 * np.pi) - np.pi
    still = user.kind in WALKERS | THINGS or (user.kind == "bicycle" and _rides_across(on, slant))
    lane = int(on.lane[0]) or int(roads.lanes.at(on.road[:1], on.s[:1], on.t[:1])[0])
    behaviour = behaviour_of(user.kind, BehaviourSpec(), Spread(0.0, 0, user.name))
    limit = _limit(road, s)
    desired = speed if still or limit is None else limit
    return RoadUser(
        user.name, user.kind, body, road.id, lane, direction, s, t, speed,
        "still" if still else "idm",
        min(body.max_speed, desired),
        default_colour(user.kind, n - 1) if n else EGO_COLOUR,
        behaviour.idm, behaviour.lane_change, behaviour.give_way, behaviour.careful, behaviour.aeb,
        route=placed.route,
        heading=float(slant[0]),
        present=rows.first == 0,
        follows_lane=not still,
    )  # fmt: skip


def _rides_across(on: Matched, slant: F8) -> bool:
    """Whether a cyclist does not follow the lanes: crosses the road, or rides on the pavement."""
    return float(np.median(np.abs(slant))) > _ACROSS or float(np.median(on.outside)) > _BESIDE


def _limit(road: Road, s: float) -> float | None:
    """Speed limit there [m/s]."""
    return ([road.speed_limit] + [each.limit for each in road.speed_limits if each.s <= s])[-1]
