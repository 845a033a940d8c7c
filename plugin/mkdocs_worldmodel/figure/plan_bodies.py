# Road users of a plan view, to scale.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.figure.plan_frame import Frame
from mkdocs_worldmodel.figure.svg import F8, path
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import THINGS, TWO_WHEELERS, WALKERS

_SMALLEST = 7.0
"""Nobody is drawn shorter or narrower than this [px]: a child is 0.5 m wide."""


def outline(run: Rollout, row: int, i: int, frame: Frame, along: list[float], across: list[float]) -> tuple[F8, F8]:
    """Picture coordinates of points in a road user's own frame [m]."""
    a, c = np.array(along), np.array(across)
    cos, sin = np.cos(run.heading[row, i]), np.sin(run.heading[row, i])
    return frame.of(run.x[row, i] + a * cos - c * sin, run.y[row, i] + a * sin + c * cos)


def body(run: Rollout, row: int, i: int, frame: Frame) -> str:
    """A road user as paths."""
    kind, rear = run.kinds[i], -float(run.rear_overhang[i])
    front, half = float(run.length[i]) + rear, 0.5 * float(run.width[i])
    who = " wm-ego" if i == 0 else ""
    if kind in WALKERS | THINGS | TWO_WHEELERS:
        middle, reach = 0.5 * (front + rear), 0.5 * max(front - rear, _SMALLEST / frame.scale)
        half = max(half, 0.5 * _SMALLEST / frame.scale)
        if kind in THINGS:
            corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)]
        else:  # pointed to where it goes
            corners = [(-0.9, -0.6), (-0.9, 0.6), (0.0, 1.0), (1.0, 0.0), (0.0, -1.0)]
        x, y = outline(run, row, i, frame, [middle + a * reach for a, _ in corners], [b * half for _, b in corners])
        return f'<path class="wm-car wm-small{who}" d="{path(x, y, close=True)}"/>'
    chamfer = 0.22 * half
    shape = path(
        *outline(
            run, row, i, frame,
            [rear, rear, front - 2 * chamfer, front, front, front - 2 * chamfer],
            [-half, half, half, half - chamfer, chamfer - half, -half],
        ),
        close=True,
    )  # fmt: skip
    inner = 0.8 * half
    glass = front - (0.25 * (front - rear) if kind == "car" else 0.9)
    behind, narrow = glass - 0.7, 0.85 * inner
    screen = path(
        *outline(run, row, i, frame, [glass, glass, behind, behind], [-inner, inner, narrow, -narrow]), close=True
    )
    return f'<path class="wm-car{who}" d="{shape}"/><path class="wm-glass" d="{screen}"/>'
