# Road users of a plan view, to scale: as they stand, and as outlines of where they were or will be.

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mkdocs_worldmodel.figure.plan_frame import Frame
from mkdocs_worldmodel.figure.plan_labels import Point
from mkdocs_worldmodel.figure.svg import F8, outline
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import THINGS, TWO_WHEELERS, WALKERS

_SMALLEST = 8.0
"""Nobody is drawn shorter or narrower than this [px]: a child is 0.5 m wide."""


def placed(run: Rollout, row: int, i: int, frame: Frame, along: list[float], across: list[float]) -> tuple[F8, F8]:
    """Picture coordinates of points in a road user's own frame [m]."""
    a, c = np.array(along), np.array(across)
    cos, sin = np.cos(run.heading[row, i]), np.sin(run.heading[row, i])
    return frame.of(run.x[row, i] + a * cos - c * sin, run.y[row, i] + a * sin + c * cos)


def corners(run: Rollout, row: int, i: int, frame: Frame) -> list[Point]:
    """What a road user covers of the picture, around."""
    rear, front, half = _extent(run, i, frame)
    x, y = placed(run, row, i, frame, [rear, rear, front, front], [-half, half, half, -half])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def shape(run: Rollout, row: int, i: int, frame: Frame) -> str:
    """Path data of a road user's outline: pointed to where it goes, square where it is a thing."""
    kind, (rear, front, half) = run.kinds[i], _extent(run, i, frame)
    if kind in THINGS:
        along, across = [rear, rear, front, front], [-half, half, half, -half]
    elif kind in WALKERS | TWO_WHEELERS:
        middle, reach = 0.5 * (front + rear), 0.5 * (front - rear)
        along = [middle + a * reach for a in (-0.9, -0.9, 0.0, 1.0, 0.0)]
        across = [c * half for c in (-0.6, 0.6, 1.0, 0.0, -1.0)]
    else:
        chamfer = 0.22 * half
        along = [rear, rear, front - 2 * chamfer, front, front, front - 2 * chamfer]
        across = [-half, half, half, half - chamfer, chamfer - half, -half]
    return outline(*placed(run, row, i, frame, along, across), close=True, parts=10)


def bodies(run: Rollout, row: int, users: Iterable[int], frame: Frame) -> str:
    """Road users as they stand: the ego apart, all others together."""
    present = list(users)
    out = ""
    for who, some in (("", [i for i in present if i]), (" wm-ego", [i for i in present if not i])):
        if some:
            out += f'<path class="wm-car{who}" d="{"".join(_seen(run, row, i, frame) for i in some)}"/>'
    return out


def _extent(run: Rollout, i: int, frame: Frame) -> tuple[float, float, float]:
    """Rear, front and half width from the reference point [m], as large as the eye needs."""
    rear, length = -float(run.rear_overhang[i]), float(run.length[i])
    more = max(0.0, 0.5 * (_SMALLEST / frame.scale - length))
    return rear - more, rear + length + more, 0.5 * max(float(run.width[i]), _SMALLEST / frame.scale)


def _seen(run: Rollout, row: int, i: int, frame: Frame) -> str:
    return shape(run, row, i, frame) + _windscreen(run, row, i, frame)


def _windscreen(run: Rollout, row: int, i: int, frame: Frame) -> str:
    """A hole: it runs the other way round than the outline."""
    kind = run.kinds[i]
    if kind in THINGS | WALKERS | TWO_WHEELERS:
        return ""
    rear, front, half = _extent(run, i, frame)
    inner = 0.8 * half
    glass = front - (0.25 * (front - rear) if kind == "car" else 0.9)
    behind, narrow = glass - 0.7, 0.85 * inner
    along, across = [glass, glass, behind, behind], [-inner, inner, narrow, -narrow]
    return outline(*placed(run, row, i, frame, along, across), close=True, parts=10)
