# Which rows of a run the film shows, and which of its frames tell most: for the strip and the poster.

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mkdocs_worldmodel.analysis.analysis import Analysis
from mkdocs_worldmodel.rollout.rollout import Rollout

Rows = np.ndarray[tuple[int], np.dtype[np.int64]]

STRIP_MOMENTS = 6
_APART = 0.3
"""Moments of the strip are at least so far from each other [s]."""
_BEFORE = 0.5
"""So long before a contact one sees what is about to happen [s]; at the contact a camera sees nothing but metal."""
_AROUND = (0.0, -0.5, 1.0)
"""From an event on, somebody may be seen best at once, shortly before or a little later [s]."""
_WEIGHTS = {0: 1.0, 1: 0.7, 2: 0.4}
"""What an event's rank counts, beside how large somebody is seen, from 0 to 1."""
_LARGE = 0.15
"""Seen at this angle, somebody is large enough [rad]: a car at 12 m."""
_MOVES = 0.5
"""Who is never faster than this stands by [m/s]."""


def film_rows(last: int, dt: float, fps: int) -> Rows:
    """Row of the run for each film frame; frame k shows the time k / fps. `last`: the last row that counts."""
    frames = int(last * dt * fps + 1e-6) + 1
    return np.rint(np.arange(frames) / (fps * dt)).astype(np.int64)


def frame_at(time: float, frames: int, fps: int) -> int:
    """Film frame, of so many, that shows a time [s]."""
    return min(round(time * fps), frames - 1)


def strip_frames(analysis: Analysis, frames: int, fps: int) -> list[int]:
    """Frames of the most telling moments, in order, well apart; filled up between them."""
    apart = max(round(_APART * fps), 1)
    chosen: list[int] = [0]
    for event in sorted(analysis.events, key=lambda e: e.rank):
        frame = frame_at(event.time, frames, fps)
        if len(chosen) < STRIP_MOMENTS and all(abs(frame - c) >= apart for c in chosen):
            chosen.append(frame)
    ends = frames - 1
    while len(chosen) < STRIP_MOMENTS:
        stops = sorted({*chosen, ends})
        width, before = max((b - a, a) for a, b in pairwise([*stops, ends]))
        if width < 2 * apart:
            break
        chosen.append(before + width // 2)
    return sorted(chosen)


def telling_frame(analysis: Analysis, run: Rollout, frames: int, fps: int) -> int:
    """The one frame that stands for the film."""
    return frame_at(max(_telling_time(analysis, run), 0.0), frames, fps)


def _telling_time(analysis: Analysis, run: Rollout) -> float:
    """Of the moments around all events, the one whose event tells most and which shows most of whom it may be about."""
    end = float(run.time[analysis.last])
    if analysis.contact is not None:
        return end - _BEFORE
    best, shown = 0.0, 0.5 * end
    for event in analysis.events:
        for around in _AROUND:
            time = event.time + around
            if event.rank not in _WEIGHTS or not 0.0 < event.time < end or not 0.0 < time < end:
                continue
            score = _WEIGHTS[event.rank] + _seen(analysis, run, round(time / run.dt))
            if score > best + 1e-9:
                best, shown = score, time
    return shown


def _seen(analysis: Analysis, run: Rollout, row: int) -> float:
    """How large the ego sees somebody ahead who moves or is in its way, from 0 to 1."""
    dx, dy = run.x[row] - run.x[row, 0], run.y[row] - run.y[row, 0]
    c, s = np.cos(run.heading[row, 0]), np.sin(run.heading[row, 0])
    ahead, left = c * dx + s * dy, c * dy - s * dx
    matters = (run.speed[: analysis.last + 1] > _MOVES).any(axis=0) & (run.present[row] == 1)
    leader = int(analysis.measures.leader[0, row])
    if leader >= 0:
        matters[leader] = True
    matters &= (ahead > 4.0) & (np.abs(left) < 0.7 * ahead)
    # people are narrow, but as high as others are wide
    angles = np.maximum(run.width, 1.6)[matters] / np.hypot(dx, dy)[matters]
    return min(float(angles.max(initial=0.0)) / _LARGE, 1.0)
