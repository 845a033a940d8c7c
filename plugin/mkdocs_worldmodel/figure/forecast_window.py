# Which part of the world the top views of a `forecast` figure show: where the futures of those who matter lead.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.plan_frame import MARGIN, NARROWEST, STEEPEST, WIDTH, Frame
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import F8

WIDEST = 260.0
"""From left to right [m]: on a motorway a forecast of 6 s is 200 m long."""
_BEHIND, _BESIDE = 40.0, 0.35 * WIDEST
"""The ego's futures are shown so far behind and beside it at most [m]."""
_RARE = 0.02
"""So small a share of the futures may lead out of the picture, each way."""


def window(fan: Fan) -> Frame:
    """The ego's heading to the right; the ego's futures, then those of the others as far as there is room."""
    run, k = fan.run, fan.row
    heading = float(run.heading[k, 0])
    frame = Frame(float(run.x[k, 0]), float(run.y[k, 0]), float(np.cos(heading)), float(np.sin(heading)), 1.0)
    low, high = _extent(fan, frame)
    across = max(NARROWEST, high[0] - low[0], (high[1] - low[1]) / STEEPEST)
    left = low[0] - 0.5 * (across - (high[0] - low[0]))
    frame = replace(frame, scale=WIDTH / across, low=(left, low[1]), high=(left + across, high[1]))
    return frame.as_high(*Roads(fan.scenario.network, frame).extent(int(run.road[k, 0])))


def _extent(fan: Fan, frame: Frame) -> tuple[list[float], list[float]]:
    """(least, most) along and to the left [m]."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for u, v in _groups(fan, frame):
        least = np.minimum(low, [float(u.min()) - MARGIN, float(v.min()) - 0.5 * MARGIN])
        most = np.maximum(high, [float(u.max()) + MARGIN, float(v.max()) + 0.5 * MARGIN])
        if np.isinf(low[0]) or (most[0] - least[0] <= WIDEST and most[1] - least[1] <= STEEPEST * WIDEST):
            low, high = least, most
    # the ego's own futures may lead farther than a picture can show: then it begins where they do
    high = np.minimum(high, [low[0] + WIDEST, low[1] + STEEPEST * WIDEST])
    return low.tolist(), high.tolist()


def _groups(fan: Fan, frame: Frame) -> Iterator[tuple[F8, F8]]:
    """What should be seen, the most important first, as points along and to the left of the ego [m]."""
    run, k = fan.run, fan.row
    truth = slice(k, k + fan.known + 1)
    for i in fan.told:
        ends = frame.metres(fan.futures.x[:, :, i], fan.futures.y[:, :, i])
        u, v = (np.quantile(each, (_RARE, 1.0 - _RARE), axis=0).ravel() for each in ends)
        true_u, true_v = frame.metres(run.x[truth, i], run.y[truth, i])
        body = fan.analysis.readings.box(i).at(k).corners()
        body_u, body_v = frame.metres(*body)
        u, v = np.concatenate([u, true_u, body_u]), np.concatenate([v, true_v, body_v])
        if i == 0:  # wherever a world has it go, the picture begins about where it is
            u, v = np.clip(u, -_BEHIND, WIDEST - _BEHIND), np.clip(v, -_BESIDE, _BESIDE)
        yield u, v
