# Dimensions of a plan view: which distances matter at a moment, and the ways to draw each of them.

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.figure.plan_cast import CROSSING
from mkdocs_worldmodel.figure.plan_frame import WIDEST, Frame, slim
from mkdocs_worldmodel.figure.plan_labels import FONT, Candidate, Point, Segment, width
from mkdocs_worldmodel.figure.svg import F8, num, outline, path
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders, section_at

_HEAD, _HALF = 8.0, 3.0
"""Length and half width of an arrowhead [px]."""
_OVER = 5.0
"""Extension lines go on so far beyond the dimension line [px]."""
_BESIDE = 6.0
"""Free space beside another is worth a dimension up to this [m]."""
_WALKS, _SHORT = 0.2, 3.0
"""Slower than this nobody gets on [m/s]; shorter ways up to a crossing are not measured [m]."""
_STUB = 3.0
"""Length of the line along the ego's side to which the space across is measured, where the ego is not there yet [m]."""
_MEETS = 1.5
"""Ways that come so near cross: rows are some way apart [m]."""
_STRAIGHT = 30.0
"""Straight distances say something up to this [m]."""
_SEEN = 100.0
"""A stop line further ahead is not measured [m]."""

At = Callable[[float], tuple[F8, F8]]
"""Points of the line, so many metres to its left."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A distance of the run, with the line along which it lies."""

    metres: float
    at: At
    shifts: tuple[float, ...]
    """Where the line may be drawn, the best first [m]: beside what it measures, with extension lines."""
    extended: bool = True
    """Whether lines lead from there to what it measures."""
    stub: At | None = None
    """A short line to the end from which it measures, where that lies beside nothing."""

    @property
    def said(self) -> Said:
        """With its unit; a decimal where it is short."""
        return say("{distance:.0f} m" if self.metres >= 9.95 else "{distance:.1f} m", distance=self.metres)

    def candidates(self) -> Iterator[Candidate]:
        """Ways to draw it, the best first."""
        foot, text = self.at(0.0), str(self.said)
        for shift in self.shifts:
            x, y = self.at(shift)
            x, y = slim(x, y)
            points = list(zip(x.tolist(), y.tolist(), strict=True))
            inside = sum(float(np.hypot(b[0] - a[0], b[1] - a[1])) for a, b in pairwise(points)) > 2.6 * _HEAD
            data, lines = _drawn(x, y, points, inside)
            if shift and self.extended:
                for end in (0, -1):
                    extension, line = _extension((float(foot[0][end]), float(foot[1][end])), points[end])
                    data, lines = data + extension, [*lines, line]
            data += path(*self.stub(shift)) if self.stub is not None else ""
            for tx, ty in _texts(text, points, 0.0 if inside else 2.0 * _HEAD):
                yield Candidate(text, tx, ty, data, tuple(lines))


def _drawn(x: F8, y: F8, points: list[Point], inside: bool) -> tuple[str, list[Segment]]:
    """Path data of a dimension line with its two arrowheads, between its ends or outside, and its segments."""
    data, lines = outline(x, y, parts=10), list(pairwise(points))
    for tip, before in ((points[0], points[1]), (points[-1], points[-2])):
        dx, dy = before[0] - tip[0], before[1] - tip[1]
        size = max(float(np.hypot(dx, dy)), 1e-6)
        dx, dy = (dx / size, dy / size) if inside else (-dx / size, -dy / size)
        bx, by = tip[0] + _HEAD * dx, tip[1] + _HEAD * dy
        wings = [(bx - _HALF * dy, by + _HALF * dx), (bx + _HALF * dy, by - _HALF * dx)]
        head = np.array([wings[0], tip, wings[1]])
        data += outline(head[:, 0], head[:, 1], parts=10)
        if not inside:  # the line is too short for its arrows: they point at it from outside
            far = (tip[0] + 2.0 * _HEAD * dx, tip[1] + 2.0 * _HEAD * dy)
            data += f"M{_p(tip)}L{_p(far)}"
            lines.append((tip, far))
    return data, lines


def _extension(foot: Point, tip: Point) -> tuple[str, Segment]:
    dx, dy = tip[0] - foot[0], tip[1] - foot[1]
    size = max(float(np.hypot(dx, dy)), 1e-6)
    end = (tip[0] + _OVER * dx / size, tip[1] + _OVER * dy / size)
    return f"M{_p(foot)}L{_p(end)}", (foot, end)


def _texts(text: str, points: list[Point], beyond: float) -> Iterator[Point]:
    """Where the number may stand: at the line's middle, else past an end, beyond which its arrow reaches so far."""
    half, up, down = 0.5 * width(text), -5.0, 0.78 * FONT + 4.0
    (x0, y0), (x1, y1) = points[0], points[-1]
    mx, my = points[len(points) // 2] if len(points) > 2 else (0.5 * (x0 + x1), 0.5 * (y0 + y1))
    steep = abs(y1 - y0) > abs(x1 - x0)
    level = 0.3 * FONT
    if steep:
        for y in (my, y0, y1):
            yield mx + half + 7.0, y + level
            yield mx - half - 7.0, y + level
        yield mx, min(y0, y1) + up - beyond
        yield mx, max(y0, y1) + down + beyond
        return
    yield mx, my + up
    yield mx, my + down
    left, right = min(points[0], points[-1]), max(points[0], points[-1])
    out = beyond + 5.0 + half
    yield right[0] + out, right[1] + level
    yield left[0] - out, left[1] + level
    for away in (0.9 * half, 1.8 * half):
        for rise in (up - 3.0, down + 3.0):
            yield mx + away, my + rise
            yield mx - away, my + rise


def _p(point: Point) -> str:
    return f"{num(point[0])} {num(point[1])}"


class Dimensions:
    """The distances of a run at one of its rows, as the ego measures them."""

    def __init__(self, readings: Readings, row: int, frame: Frame, line: ReferenceLines) -> None:
        self.r, self.run, self.row, self.frame, self.line = readings, readings.run, row, frame, line
        self.network = readings.scenario.network
        self.road, self.sign = int(self.run.road[row, 0]), float(self.run.direction[row, 0])
        e = readings.extents
        every = (e.direction, e.s, e.t, e.front, e.rear, e.low, e.high)
        self.direction, self.s, self.t, self.front, self.rear, self.low, self.high = (
            np.broadcast_to(each, e.s.shape)[0, row] for each in every
        )

    def between(self, other: int) -> list[Dimension]:
        """Free space to another: along the lane and across it where both are on one road, else straight."""
        k = self.row
        touching = self.r.contact_of(0, other) is not None and k >= self.r.last
        if touching or not self.run.present[k, other]:
            return []
        if self.run.road[k, other] != self.road:
            return [d for d in [self._straight(other)] if d is not None]
        gap, lateral = self._gap(other), self.lateral(other)
        # beside each other, or nearly so, the space across is what keeps them apart
        found = [lateral] if gap is None or (lateral is not None and gap.metres < 1.0) else [gap, lateral]
        return [d for d in found if d is not None]

    def _gap(self, other: int) -> Dimension | None:
        """Bumper to bumper along the ego's lane."""
        k, approach = self.row, self.r.approach(0, other)
        gap = float(approach.gap[k])
        if not approach.exists[k] or gap < 0.05:
            return None
        same = self.direction[other] == self.sign
        s, front, rear = self.s, self.front, self.rear
        if approach.ahead[k]:
            ends = s[0] + self.sign * front[0], s[other] - self.sign * (rear if same else front)[other]
        else:
            ends = s[0] - self.sign * rear[0], s[other] + self.sign * (front if same else rear)[other]
        return Dimension(gap, self._along(ends, float(self.t[0])), self._shifts(other))

    def _shifts(self, other: int) -> tuple[float, ...]:
        """Beside the bodies, on the side away from the other first; last in the ego's own path."""
        away = -np.sign(self.t[other] - self.t[0]) or -self.sign
        least = 0.5 * float(self.high[0] - self.low[0])
        beyond = [least + 0.6 + m for m in (0.0, 1.0, 2.2, 3.6, 5.2, 7.0)]
        return (*(float(side * m) for m in beyond for side in (away, -away)), 0.0)

    def _along(self, ends: tuple[float, float], t: float) -> At:
        s = np.linspace(float(ends[0]), float(ends[1]), 13)
        bent = bool(np.ptp(self.line.heading_at(self.road, s)) > 1e-3)
        s = s if bent else s[[0, -1]]

        def at(shift: float) -> tuple[F8, F8]:
            x, y, _ = self.line.pose(self.road, s, np.full(len(s), t + shift))
            return self.frame.of(x, y)

        return at

    def lateral(self, other: int) -> Dimension | None:
        """Free space across the lane, from the ego's side, or its side's way on, to the other's."""
        k = self.row
        if not self.run.present[k, other] or self.run.road[k, other] != self.road:
            return None
        free = float(self.r.lateral(0, other)[0][k])
        if not 0.15 < free < _BESIDE:
            return None
        left = self.low[other] > self.high[0]
        edge, its = (self.high[0], self.low[other]) if left else (self.low[0], self.high[other])
        low, high = self._reach(other)
        mine = self._reach(0)
        # level with both where they are abreast, else with the other's near end
        begin, end = max(low, mine[0]), min(high, mine[1])
        across = self._across
        if begin < end:
            return Dimension(free, across(0.5 * (begin + end), float(edge), float(its)), (0.0, *_moved(0.0)), False)
        s, back = (low, -_STUB) if low > mine[1] else (high, _STUB)

        def stub(shift: float) -> tuple[F8, F8]:
            x, y, _ = self.line.pose(self.road, s + shift + np.array([back, 0.3 * -back]), np.full(2, float(edge)))
            return self.frame.of(x, y)

        return Dimension(free, across(s, float(edge), float(its)), (0.0, *_moved(0.0)), False, stub)

    def _reach(self, i: int) -> tuple[float, float]:
        """From where to where a road user stands along the road [m]."""
        ends = self.s[i] + self.direction[i] * np.array([-self.rear[i], self.front[i]])
        return float(ends.min()), float(ends.max())

    def _across(self, s: float, t0: float, t1: float) -> At:
        def at(shift: float) -> tuple[F8, F8]:
            x, y, _ = self.line.pose(self.road, np.full(2, s + shift), np.array([t0, t1]))
            return self.frame.of(x, y)

        return at

    def _straight(self, other: int) -> Dimension | None:
        """From box to box, where they are nearest."""
        metres = float(self.r.distance(0, other)[self.row])
        if not 0.05 < metres < _STRAIGHT:
            return None
        mine, its = (np.stack(self.r.box(i).at(self.row).corners(), axis=-1) for i in (0, other))
        a, b = min(
            (_nearest(mine, its), _nearest(its, mine)[::-1]), key=lambda ends: float(np.hypot(*(ends[0] - ends[1])))
        )

        def at(shift: float) -> tuple[F8, F8]:
            across = np.array([a[1] - b[1], b[0] - a[0]]) / max(float(np.hypot(*(b - a))), 1e-6)
            moved = np.stack([a, b]) + shift * across
            return self.frame.of(moved[:, 0], moved[:, 1])

        return Dimension(metres, at, (0.0, 1.6, -1.6, 3.2, -3.2))

    def ways(self, other: int) -> list[Dimension]:
        """From either's front along its way to where the two ways cross."""
        found = crossing(self.r, other)
        return (
            [] if found is None else [d for i, row in zip((0, other), found, strict=True) if (d := self._way(i, row))]
        )

    def _way(self, i: int, row: int) -> Dimension | None:
        """From a road user's front along its way to where its front is at a row."""
        r, front = self.run, float(self.run.length[i] - self.run.rear_overhang[i])
        rows = np.arange(self.row, row + 1)
        h = r.heading[rows, i]
        x, y = r.x[rows, i] + front * np.cos(h), r.y[rows, i] + front * np.sin(h)
        step = np.hypot(np.diff(x), np.diff(y))
        # who waits turns on the spot, and goes nowhere
        moved = np.concatenate(([True], (r.speed[rows[1:], i] > _WALKS) & (step > 0.0)))
        x, y, h = x[moved], y[moved], h[moved]
        metres = float(np.hypot(np.diff(x), np.diff(y)).sum())
        if metres < _SHORT:
            return None
        h[0] = h[1]

        def at(shift: float) -> tuple[F8, F8]:
            return self.frame.of(x - shift * np.sin(h), y + shift * np.cos(h))

        return Dimension(metres, at, tuple(side * m for m in (1.6, 2.6, 3.8) for side in (-1.0, 1.0)))

    def stop_line(self) -> Dimension | None:
        """From the ego's front to the next stop line that holds for it."""
        t, front = float(self.t[0]), float(self.s[0] + self.sign * self.front[0])
        found = [
            s
            for thing in self.network.roads[self.road].objects
            if thing.type == "stop line" and thing.t_low <= t <= thing.t_high
            for s in [thing.s - self.sign * 0.5 * thing.length]
            if 1.0 < self.sign * (s - front) < _SEEN
        ]
        if not found:
            return None
        s = min(found, key=lambda s: abs(s - front))
        bend = self.line.heading_at(self.road, np.array([front, s]))
        metres = self.sign * (s - front - t * float(bend[1] - bend[0]))
        shifts = (*(side * m for m in (1.6, 2.6, 3.8, 5.2) for side in (-self.sign, self.sign)), 0.0)
        return Dimension(metres, self._along((front, s), t), shifts)

    def lane_width(self) -> Dimension | None:
        """Of the ego's lane, at the edge of the picture, where nobody is."""
        k, road = self.row, self.network.roads[self.road]
        here = float(self.run.s[k, 0])
        lane = next((ln for ln in section_at(road, here).lanes if ln.id == self.run.lane[k, 0]), None)
        if lane is None:
            return None
        inner, outer = lane_borders(road, section_at(road, here), lane, np.array([here]))
        metres = abs(float(outer[0] - inner[0]))
        s = here + self.sign * np.arange(-WIDEST, WIDEST, 2.0)[::-1]
        s = s[(s > 0.0) & (s < road.length)]
        seen = self.frame.shows(*self.line.pose(self.road, s, np.full(len(s), float(inner[0])))[:2], -1.5)
        if not seen.any():
            return None
        first, *rest = s[seen].tolist()
        shifts = (0.0, *(each - first for each in rest))
        return Dimension(metres, self._across(first, float(inner[0]), float(outer[0])), shifts, False)


def crossing(r: Readings, other: int) -> tuple[int, int] | None:
    """Rows at which the ego's front and another's front are first where their ways cross; None where they do not."""
    run, fronts = r.run, []
    for i in (0, other):
        ahead, there = float(run.length[i] - run.rear_overhang[i]), np.flatnonzero(run.present[: r.last + 1, i])
        h = run.heading[there, i]
        fronts.append((there, run.x[there, i] + ahead * np.cos(h), run.y[there, i] + ahead * np.sin(h)))
    (k, x, y), (n, u, v) = fronts
    gap = np.hypot(x[:, None] - u, y[:, None] - v)
    if not gap.size or float(gap.min()) > _MEETS:
        return None
    a, b = divmod(int(gap.argmin()), gap.shape[1])
    turn = abs(np.sin(run.heading[k[a], 0] - run.heading[n[b], other]))
    return (int(k[a]), int(n[b])) if turn > CROSSING else None


def _moved(towards: float) -> Iterator[float]:
    """Places along the road to try, to one side or to both [m]."""
    for m in (1.5, 3.0, 5.0, 8.0, 12.0, 17.0):
        yield from ((towards * m,) if towards else (m, -m))


def _nearest(corners: F8, box: F8) -> tuple[F8, F8]:
    """The corner of the one, and the point of the other's outline, that are nearest to each other; (4, 2) each."""
    best: tuple[F8, F8] = corners[0], box[0]
    for corner in corners:
        for a, b in zip(box, np.roll(box, -1, axis=0), strict=True):
            share = float(np.clip(((corner - a) * (b - a)).sum() / ((b - a) * (b - a)).sum(), 0.0, 1.0))
            point = a + share * (b - a)
            if np.hypot(*(corner - point)) < np.hypot(*(best[0] - best[1])):
                best = corner, point
    return best
