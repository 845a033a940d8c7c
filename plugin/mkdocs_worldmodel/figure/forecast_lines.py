# The lines of all futures on a top view: a fan for each road user, of few bytes, as what one line has shown the next
# ones need not show again.

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.plan_frame import Frame
from mkdocs_worldmodel.figure.svg import F8, outline, simplified

_DRAWN = (64, 48, 32, 24, 16, 12, 8, 4, 2)
"""So many futures are tried."""
_BAR = 4.0
"""Half the length of the bar at the end of a future [px]."""
_STANDS = 3.0
"""Who goes less far than this in the picture has no line [px]."""
_BESIDE = 6.0
"""Lines go on so far beside the picture, which cuts them off [m]."""
_EACH = 0.2
"""Time between the points of a line [s]."""
_TOLERANCE = 0.35
"""A curve is as many straight pieces as it needs to be seen as one [px]."""
_TWICE = 3
"""Lines nearer to each other than half of this are one to the eye [px]."""


def fans(fan: Fan, frame: Frame, most: int) -> tuple[dict[int, str], int]:
    """Path data of the fan of each road user who is told of, by the style of its lines; how many futures they show.

    Where all would need more than so many bytes, the first futures stand for all.
    """
    for count in _DRAWN:
        drawn = min(count, fan.count)
        data = {fan.style(i): "".join(_lines(fan, frame, i, drawn)) for i in fan.told}
        if sum(map(len, data.values())) <= most:
            break
    return data, drawn


def _lines(fan: Fan, frame: Frame, i: int, drawn: int) -> Iterator[str]:
    """The futures of a road user: from where each is on its own, with a bar across its end."""
    b, every = fan.futures, max(1, round(_EACH / fan.dt))
    rows = [*range(0, fan.steps, every), fan.steps]
    size = (frame.high[0] - frame.low[0]) * frame.scale, (frame.high[1] - frame.low[1]) * frame.scale
    shown = np.zeros((int(size[1]) + 1, int(size[0]) + 1), dtype=np.uint8)
    lift = frame.high[1] * frame.scale
    for k in range(drawn):
        x, y = b.x[k, rows, i], b.y[k, rows, i]
        px, py = frame.of(x, y)
        seen = frame.shows(x, y, _BESIDE) & (b.present[k, rows, i] == 1)
        end = int(np.argmin(seen)) if not seen.all() else len(rows)
        px, py = px[:end], py[:end]
        if end < 2 or np.hypot(px[-1] - px[0], py[-1] - py[0]) < _STANDS:
            continue
        dense_x, dense_y = _dense(px, py)
        begin = _alone(shown, dense_x, dense_y + lift)
        own_x, own_y = dense_x[begin:], dense_y[begin:]
        keep = simplified(own_x, own_y, _TOLERANCE)
        yield outline(own_x[keep], own_y[keep], parts=10)
        whole = np.rint(np.stack([dense_x, dense_y + lift], axis=-1)).astype(np.int32)
        cv2.polylines(shown, [whole], False, 1, _TWICE)
        if end == len(rows):
            yield _bar(float(b.heading[k, -1, i]), float(px[-1]), float(py[-1]), frame)


def _bar(heading: float, x: float, y: float, frame: Frame) -> str:
    """Across the end of a line."""
    along = np.cos(heading) * frame.cos + np.sin(heading) * frame.sin
    left = np.sin(heading) * frame.cos - np.cos(heading) * frame.sin
    return outline(x + _BAR * np.array([left, -left]), y + _BAR * np.array([along, -along]))


def _dense(x: F8, y: F8) -> tuple[F8, F8]:
    """The same line with a point for each pixel."""
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    places = np.linspace(0.0, gone[-1], int(gone[-1]) + 2)
    return np.interp(places, gone, x), np.interp(places, gone, y)


def _alone(shown: npt.NDArray[np.uint8], x: F8, y: F8) -> int:
    """The point of a line from which on it is not where others are already."""
    column, row = (np.rint(each).astype(np.int64) for each in (x, y))
    inside = (column >= 0) & (column < shown.shape[1]) & (row >= 0) & (row < shown.shape[0])
    known = inside & (shown[np.where(inside, row, 0), np.where(inside, column, 0)] > 0)
    return max(int(np.argmin(known)) - _TWICE, 0) if not known.all() else len(x)
