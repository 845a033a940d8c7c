# What driver explains the last two seconds best: the IDM's desired speed, time headway and acceleration of every road
# user, as the most probable ones on a grid.

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.measures import hidden, road_extents
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.lead import leader
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.drivers import idm
from mkdocs_worldmodel.sim.motion import DT

F8 = npt.NDArray[np.float64]

_ROWS, _EVERY = 40, 2
"""How many rows are looked at, and of these every so many."""
_SPEEDS = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
"""Desired speeds, as shares of that which the driver is thought to want otherwise."""
_HEADWAYS = (0.8, 1.15, 1.5, 1.85, 2.2)
"""[s]"""
_ACCELERATIONS = (0.7, 1.0, 1.4)
"""As shares of the usual one."""
_SPREADS = (0.2, 0.4, 0.4)
"""Standard deviations of these before anything was seen: of the share of the speed, [s], of the logarithm."""
_NOISE = 0.35
"""Of drivers' accelerations [m/s²]."""
_MOST = 1.5
"""Misfits count no more than this: that was something else, such as a change of lanes [m/s²]."""
_INDEPENDENT = 4.0
"""So many of the accelerations seen are independent of each other: their noise lasts about half a second."""


def fit(starts: Sequence[Scenario], runs: RolloutBatch, row: int) -> tuple[F8, F8, F8]:
    """Desired speed [m/s], time headway [s] and acceleration [m/s²] of everyone, (S, N) each.

    The most probable of the values on a grid: accelerations are taken for the IDM's plus normal noise, the parameters
    for normally distributed around those of `starts`. Only leaders on the own road are seen.

    Args:
        starts: the scenes with usual drivers, as resumed in that row
        runs: what was seen
        row: the present; nothing after it is looked at
    """
    numbers = [[(u.desired_speed, u.idm.time_headway, u.idm.acceleration) for u in each.users] for each in starts]
    usual = np.array(numbers)
    seen = np.arange(max(row - _ROWS, 0), row)[::-1][::_EVERY][::-1]
    if not len(seen):
        return usual[..., 0], usual[..., 1], usual[..., 2]
    part = runs.some(np.arange(len(runs)), np.arange(row))
    gap, lead_speed, lead_acceleration = (each[:, seen] for each in _led(starts, part))
    v, did = part.speed[:, seen], part.acceleration[:, seen]
    there = (part.present[:, seen] == 1).astype(np.float64)
    best, out = np.full(usual.shape[:2], np.inf), usual.copy()
    for share, headway, strength in product(_SPEEDS, _HEADWAYS, _ACCELERATIONS):
        desired, acceleration = share * usual[..., 0], strength * usual[..., 2]
        p = _parameters(starts, headway, acceleration)
        would = idm(v, np.broadcast_to(desired[:, None], v.shape), gap, lead_speed, lead_acceleration, p, DT)
        off = np.clip(would - did, -_MOST, _MOST)
        misfit = (off * off * there).sum(axis=1) / np.maximum(there.sum(axis=1), 1.0)
        z = ((share - 1.0) / _SPREADS[0], (headway - usual[..., 1]) / _SPREADS[1], np.log(strength) / _SPREADS[2])
        cost = _INDEPENDENT * misfit / (_NOISE * _NOISE) + sum(each * each for each in z)
        better = cost < best
        best = np.where(better, cost, best)
        found = np.stack([desired, np.full(desired.shape, headway), acceleration], axis=-1)
        out = np.where(better[..., None], found, out)
    return out[..., 0], out[..., 1], out[..., 2]


def _parameters(starts: Sequence[Scenario], headway: float, acceleration: F8) -> dict[str, F8]:
    """The IDM's parameters of everyone, (S, 1, N) each."""
    names = ("standstill_gap", "comfortable_deceleration", "coolness")
    p = {name: np.array([[getattr(u.idm, name) for u in each.users] for each in starts])[:, None] for name in names}
    return {**p, "time_headway": np.full(acceleration[:, None].shape, headway), "acceleration": acceleration[:, None]}


def _led(starts: Sequence[Scenario], runs: RolloutBatch) -> tuple[F8, F8, F8]:
    """(S, T, N) gap to who is ahead [m], inf where nobody is; its speed and acceleration in one's own direction."""
    gap, speed, acceleration = np.full(runs.x.shape, np.inf), np.zeros(runs.x.shape), np.zeros(runs.x.shape)
    networks: dict[int, tuple[RoadNetwork, list[int]]] = {}
    for s, start in enumerate(starts):
        networks.setdefault(id(start.network), (start.network, []))[1].append(s)
    for network, scenes in networks.values():
        at = np.array(scenes)
        part = runs.some(at)
        e = road_extents(part, network)
        # the step that led to a row is what others have seen of an acceleration
        before = np.concatenate([np.zeros_like(part.x[:, :1]), part.acceleration[:, :-1]], axis=1)
        for n in range(len(runs.names)):
            index, free, lead_speed = leader(hidden(e, part.road != part.road[:, :, n, None]), n)
            one = np.take_along_axis(before, np.maximum(index, 0)[..., None], -1)[..., 0]
            way = np.take_along_axis(part.direction, np.maximum(index, 0)[..., None], -1)[..., 0]
            gap[at, :, n], speed[at, :, n] = free, lead_speed
            acceleration[at, :, n] = np.where(index >= 0, one * way * part.direction[:, :, n], 0.0)
    return gap, speed, acceleration
