# Words and dimensions on a drawing, placed so that none covers another, a road user, or the frame's edge.

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mkdocs_worldmodel.figure.svg import F8

FONT = 19.5
"""Height of the letters for which places are found: that of narrow screens. Wider ones show smaller letters around the
same points, which therefore need less room."""
_NARROW, _WIDE = frozenset(" .,:;'|!/()-ijlrtfI"), frozenset("mwMW@%—")
_LATER = 0.05
"""What a place costs more than the one before: they are tried from the best on."""
_SQUARE = "\u2e80"
"""The first of the characters that are as wide as high."""

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture [px]."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def corners(self) -> list[Point]:
        """Around."""
        return [(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]


def width(text: str) -> float:
    """Of a text in FONT, from above: for the widest of the usual fonts."""
    return FONT * sum(0.4 if c in _NARROW else 1.05 if c in _WIDE or c >= _SQUARE else 0.64 for c in text)


def room(text: str, x: float, y: float) -> Box:
    """What a text takes up whose middle is at x and whose line stands at y."""
    half = 0.5 * width(text) + 1.0
    return Box(x - half, y - 0.8 * FONT, x + half, y + 0.24 * FONT)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to place a text, and the lines that belong to it."""

    text: str
    x: float
    """Of the text's middle."""
    y: float
    """Of the line that it stands on."""
    data: str = ""
    """Path data of its lines."""
    lines: tuple[Segment, ...] = ()
    """The same as segments, for others to keep off."""
    beyond: float = 0.0
    """Free room that it needs at its right, as for an arrow [px]."""

    @property
    def box(self) -> Box:
        """Room of the text."""
        box = room(self.text, self.x, self.y)
        return replace(box, right=box.right + self.beyond) if self.beyond else box


class Sheet:
    """What is taken of a picture: `bodies` by road users, `boxes` by words, `lines` by dimensions, `ways` by ways.

    `marks` are the lines on the road.
    """

    def __init__(self, frame: Box, bodies: Iterable[list[Point]]) -> None:
        self.frame, self.bodies = frame, list(bodies)
        self._within = [
            Box(b.left + 1.5, b.top + 1.5, b.right - 1.5, b.bottom - 1.5) for b in map(_bounds, self.bodies)
        ]
        self.boxes: list[Box] = []
        self.lines: list[Segment] = []
        self.ways: list[Segment] = []
        self.marks: list[Segment] = []

    def place(self, candidates: Iterable[Candidate], worst: float = 30.0) -> Candidate | None:
        """Take the first place that is free of lines too, else the one with the fewest in it.

        None where there is none, or none better than `worst`: a line through a word counts 4, through a road user 6,
        across another line 2, a word on a way 1, on a mark 1, and a later candidate 0.05 more than the one before.
        """
        best, least = None, worst
        for n, c in enumerate(candidates):
            if _LATER * n >= least:
                break
            if not self.free(c.box) or not all(self._inside(line) for line in c.lines):
                continue
            cost = _LATER * n + 4.0 * sum(_cuts(c.box, *line) for line in self.lines)
            cost += 4.0 * sum(_cuts(box, *line) for line in c.lines for box in self.boxes)
            cost += 6.0 * sum(_cuts(box, *line) for line in c.lines for box in self._within)
            cost += 2.0 * sum(_cross(one, other) for one in c.lines for other in self.lines)
            cost += any(_cuts(c.box, *line) for line in self.ways)
            cost += any(_cuts(c.box, *line) for line in self.marks)
            if cost < least:
                best, least = c, cost
        if best is not None:
            self.boxes.append(best.box)
            self.lines += best.lines
        return best

    def free(self, box: Box) -> bool:
        """Whether a box lies in the frame, on no road user and on no text."""
        free = self.frame.holds(box) and not any(box.meets(other) for other in self.boxes)
        return free and not any(overlap(box.corners(), body) for body in self.bodies)

    def _inside(self, line: Segment) -> bool:
        f = self.frame
        return all(f.left <= x <= f.right and f.top <= y <= f.bottom for x, y in line)


def segments(x: F8, y: F8) -> list[Segment]:
    """Of a line with gaps where it has no value."""
    there = np.isfinite(x) & np.isfinite(y)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    return [(points[i], points[i + 1]) for i in np.flatnonzero(there[:-1] & there[1:]).tolist()]


def within(box: Box, x: F8, y: F8) -> F8:
    """The line's y without the stretches that a box does not show."""
    left, right = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    top, bottom = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
    seen = (left < box.right) & (right > box.left) & (top < box.bottom) & (bottom > box.top)
    kept: F8 = np.where(np.append(seen, False) | np.append(False, seen), y, np.nan)
    return kept


def overlap(one: list[Point], other: list[Point]) -> bool:
    """Whether two convex outlines overlap (separating axes)."""
    for outline in (one, other):
        for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1], strict=True):
            ax, ay = y1 - y0, x0 - x1
            a = [ax * x + ay * y for x, y in one]
            b = [ax * x + ay * y for x, y in other]
            if max(a) <= min(b) or max(b) <= min(a):
                return False
    return True


def _cuts(box: Box, a: Point, b: Point) -> bool:
    """Whether a segment runs through a box (Liang and Barsky)."""
    enter, leave = 0.0, 1.0
    for start, step, low, high in (
        (a[0], b[0] - a[0], box.left, box.right),
        (a[1], b[1] - a[1], box.top, box.bottom),
    ):
        if abs(step) < 1e-9:
            if not low < start < high:
                return False
            continue
        one, other = (low - start) / step, (high - start) / step
        enter, leave = max(enter, min(one, other)), min(leave, max(one, other))
    return enter < leave


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two segments cross, not only meet at an end."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0.0 and _side(c, d, a) * _side(c, d, b) < 0.0


def _side(a: Point, b: Point, p: Point) -> float:
    return round((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]), 3)


def beside(text: str, body: list[Point], others: Iterable[list[Point]], reach: float = 90.0) -> Iterator[Candidate]:
    """Places for a name: above its road user, below it, at its sides; further away with a line that leads to it.

    Without a line it stands nearer to its own road user than to any of the others.
    """
    around = _bounds(body)
    left, right, top, bottom = around.left, around.right, around.top, around.bottom
    middle, half, drop = 0.5 * (left + right), 0.5 * width(text), 0.78 * FONT
    level = 0.5 * (top + bottom) + 0.3 * FONT
    near = [
        (middle + shift * half, y)
        for shift in (0, -0.5, 0.5, -0.9, 0.9)
        for rise in (0.0, 7.0, 13.0)  # clear of a line beside its lane
        for y in (top - 6.0 - rise, bottom + 4.0 + drop + rise)
    ]
    near += [(right + 8.0 + half, level), (left - 8.0 - half, level)]
    rest = [_bounds(other) for other in others]
    for x, y in near:
        box = room(text, x, y)
        own = _gap(box, around)
        if all(_gap(box, other) > own + 4.0 for other in rest):
            yield Candidate(text, x, y)
    away = 14.0
    while away <= reach:
        for shift in (0.0, -0.5, 0.5, -0.95, 0.95, -1.6, 1.6):
            x = middle + shift * half
            for y, to in ((top - 6.0 - away, top), (bottom + 4.0 + drop + away, bottom)):
                end = y + 0.26 * FONT if y < top else y - 0.85 * FONT
                start = min(max(middle, x - half), x + half)
                line, box = ((start, end), (middle, to)), room(text, x, y)
                if all(_gap(box, other) > 8.0 and not _cuts(other, *line) for other in rest):
                    yield Candidate(text, x, y, f"M{start:.0f} {end:.0f}L{middle:.0f} {to:.0f}", (line,))
        away += 12.0


def _bounds(body: list[Point]) -> Box:
    xs, ys = [x for x, _ in body], [y for _, y in body]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _gap(one: Box, other: Box) -> float:
    across = max(other.left - one.right, one.left - other.right, 0.0)
    return across + max(other.top - one.bottom, one.top - other.bottom, 0.0)
