# From positions in the plane to positions on the roads of a network: the inverse of `ReferenceLines.pose`.

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import F8, I4, ReferenceLines, lane_borders
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road, RoadNetwork
from mkdocs_worldmodel.scenario.roads.course import half_widths

_EXACT = 1e-6
"""A point lies on a road where the road's position leads back to it so closely [m]."""
_FOR_OTHERS = 1000.0
"""Handicap of lanes that are not for vehicles [m]."""


def locate(network: RoadNetwork, x: F8, y: F8) -> tuple[I4, I4, F8, F8]:
    """Find the roads and lanes on which points lie. All arrays have the shape of x and y.

    Where roads lie upon each other (as in junctions), a lane for vehicles goes before others, then the road in
    whose lane the point lies most nearly in the middle.

    Returns:
        Place of the road in `network.roads`, OpenDRIVE lane id, s and t [m]; -1, 0, 0, 0 where there is no lane.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    shape = x.shape
    x, y = x.ravel(), y.ravel()
    road = np.full(x.shape, -1, dtype=np.int32)
    lane = np.zeros(x.shape, dtype=np.int32)
    s, t = np.zeros(x.shape), np.zeros(x.shape)
    best = np.full(x.shape, np.inf)
    lines = ReferenceLines(network.roads)
    for i, each in enumerate(network.roads):
        near = np.flatnonzero(_around(each, lines, i, x, y))
        if near.size == 0:
            continue
        here_s, here_t = lines.project(i, x[near], y[near])
        back_x, back_y, _ = lines.pose(i, here_s, here_t)
        on = (back_x - x[near]) ** 2 + (back_y - y[near]) ** 2 <= _EXACT * _EXACT
        found, cost = _lanes_at(each, here_s, here_t)
        better = on & (cost < best[near])
        at = near[better]
        best[at], road[at], lane[at] = cost[better], i, found[better]
        s[at], t[at] = here_s[better], here_t[better]
    return road.reshape(shape), lane.reshape(shape), s.reshape(shape), t.reshape(shape)


def _around(road: Road, lines: ReferenceLines, i: int, x: F8, y: F8) -> npt.NDArray[np.bool_]:
    """Points that can lie on a road at all: in a box around it."""
    offset = max(abs(c.a) for c in road.lane_offset)
    reach = max(half_widths(road)) + offset + 5.0
    line_x, line_y, _ = lines.pose(i, np.linspace(0.0, road.length, 2 + int(road.length / 5.0)))
    near: npt.NDArray[np.bool_] = (x >= line_x.min() - reach) & (x <= line_x.max() + reach)
    near &= (y >= line_y.min() - reach) & (y <= line_y.max() + reach)
    return near


def _lanes_at(road: Road, s: F8, t: F8) -> tuple[I4, F8]:
    """Lane that holds each (s, t), and how unlikely it is meant: infinitely where there is none."""
    found, cost = np.zeros(s.shape, dtype=np.int32), np.full(s.shape, np.inf)
    ends = [*(section.s for section in road.sections[1:]), math.inf]
    for i, (section, end) in enumerate(zip(road.sections, ends, strict=True)):
        here = (s < end) & ((s >= section.s) | (i == 0))
        if not here.any():
            continue
        for lane in section.lanes:
            inner, outer = lane_borders(road, section, lane, s)
            inside = here & (np.minimum(inner, outer) <= t) & (t < np.maximum(inner, outer))
            aside = np.abs(t - 0.5 * (inner + outer)) + (0.0 if lane.type in DRIVABLE else _FOR_OTHERS)
            found, cost = np.where(inside, np.int32(lane.id), found), np.where(inside, aside, cost)
    return found, cost
