# The synchronous chart: panels over one time axis, as inline SVG that the style sheet colours.

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import escape

from mkdocs_worldmodel.analysis.said import Said, say, token
from mkdocs_worldmodel.figure import languages
from mkdocs_worldmodel.figure.plan_labels import FONT, width
from mkdocs_worldmodel.figure.svg import F8, num, outline, simplified, ticks

WIDTH, LEFT, RIGHT = 560, 52, 532
_TITLE, _BELOW, _BOTTOM = 28, 10, 26
"""Above a panel, for its title; below it; below all, for the time axis [px]."""
_WORDS = 4
"""So many events have words at most."""
_FLAT = 2.0
"""An axis without a floor shows at least this much, in the panel's unit."""
_ROWS, _ROW = 3, 22
"""Words of events stand in so many rows at most, so high [px]."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a panel."""

    values: F8
    """One per film frame, in the panel's unit; not finite where there is none."""
    style: int
    """1 is the ego."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A quantity over time."""

    title: Said
    unit: str
    lines: Sequence[Line]
    height: float = 74.0
    floor: float | None = 0.0
    """Lowest value of the axis; None: as the data say."""
    cap: float = np.inf
    """Values above are cut off at the panel's edge."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the time axis."""

    time: float
    """[s]"""
    label: Said
    rank: int = 0
    """How telling it is: 0 most; where room is short, those have their words."""


def draw(panels: Sequence[Panel], times: F8, marks: Sequence[Mark], label: Said) -> tuple[str, list[float]]:
    """Draw the panels.

    Args:
        panels: from top to bottom
        times: (F,) of the film frames [s]
        marks: events
        label: one sentence for those who cannot see it

    Returns:
        The SVG, and x of the first and the last frame.
    """
    end = max(float(times[-1]), 1e-3)
    x = LEFT + (RIGHT - LEFT) * times / end
    placed = _marks(marks, end)
    top = y = float(_ROW * (1 + max((m.row for m in placed if m.text), default=-1)))
    drawn: list[_Drawn] = []
    for panel in panels:
        drawn.append(_panel(panel, x, y + _TITLE))
        y += _TITLE + panel.height + _BELOW
    low = y - _BELOW
    seconds = ticks(0.0, end, 6)
    at = [LEFT + (RIGHT - LEFT) * t / end for t in seconds]
    grid = "".join(f"M{num(v)} {num(drawn[0].top)}V{num(low)}" for v in at)
    grid += "".join(d.grid for d in drawn)
    events = "".join(f"M{num(m.x)} {num(m.row * _ROW + 4.0 if m.text else top)}V{num(low)}" for m in placed)
    words = "".join(m.text for m in placed)
    below = "".join(
        f'<text x="{num(v)}" y="{num(y + 12)}" text-anchor="middle">{_tick(t)}{" s" if t == seconds[-1] else ""}</text>'
        for v, t in zip(at, seconds, strict=True)
    )
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {num(y + _BOTTOM)}" role="img" aria-label="{token(label)}">'
        f'<path class="wm-grid" d="{grid}"/><path class="wm-event-mark" d="{events}"/>'
        f'<path class="wm-axis" d="{"".join(d.axis for d in drawn)}"/>{"".join(d.titles for d in drawn)}'
        f'<g class="wm-label" text-anchor="end">{"".join(d.labels for d in drawn)}{below}{words}</g>'
        f"{_curves(drawn)}"
        f'<path class="wm-cursor" d="M0 {num(top)}V{num(low)}" transform="translate({LEFT} 0)"/></svg>'
    )
    return svg, [LEFT, round(float(x[-1]), 1)]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark with its word, if that has room."""

    x: float
    row: int
    text: str


def _marks(marks: Sequence[Mark], end: float) -> list[_Placed]:
    """Words beside the upper ends of their lines, in the first row where neither meets another."""
    out: list[_Placed] = []
    words: list[tuple[int, float, float]] = []  # row, from, to
    for mark in sorted(marks, key=lambda m: m.rank):
        x = LEFT + (RIGHT - LEFT) * min(mark.time / end, 1.0)
        long = max(width(languages.language(code).words(mark.label)) for code in languages.CODES)
        for row, right in itertools.product(range(_ROWS), (True, False)):
            begin, stop = (x + 5.0, x + 5.0 + long) if right else (x - 5.0 - long, x - 5.0)
            met = any(r == row and begin < b + 8.0 and a < stop + 8.0 for r, a, b in words)
            met |= any(r > row and a - 2.0 < x < b + 2.0 for r, a, b in words)  # its line through their words
            met |= any(p.row < row and begin - 2.0 < p.x < stop + 2.0 for p in out if p.text)  # theirs through its own
            if not met and len(words) < _WORDS and begin >= 0.0 and stop <= WIDTH:
                words.append((row, begin, stop))
                side = ' text-anchor="start"' if right else ""
                at = f'x="{num(begin if right else stop)}" y="{num(row * _ROW + 0.8 * FONT)}"'
                out.append(_Placed(x, row, f"<text {at}{side}>{token(mark.label)}</text>"))
                break
        else:
            out.append(_Placed(x, _ROWS, ""))
    return out


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A panel's share of the chart: what looks alike is one element in the page."""

    top: float
    bottom: float
    titles: str
    labels: str
    grid: str
    axis: str
    curves: Sequence[tuple[int, str]] = ()
    """(style, path data)"""


def _curves(drawn: Sequence[_Drawn]) -> str:
    """The lines of all panels, those of one style together."""
    data: dict[int, str] = {}
    for style, d in (curve for panel in drawn for curve in panel.curves):
        data[style] = data.get(style, "") + d
    return "".join(f'<path class="wm-line wm-line-{style}" d="{d}"/>' for style, d in data.items())


def _tick(value: float) -> str:
    """A number at an axis; whole ones are the same in all languages."""
    return f"{value:.0f}" if value == round(value) else token(say("{value:g}", value=value))


def _panel(panel: Panel, x: F8, top: float) -> _Drawn:
    values = [np.where(np.isfinite(ln.values), np.minimum(ln.values, panel.cap), np.nan) for ln in panel.lines]
    finite = np.concatenate([v[np.isfinite(v)] for v in values])
    name = f"{token(panel.title)} [{escape(panel.unit)}]"
    title = f'<text class="wm-panel-title" x="{LEFT}" y="{num(top - 8)}">{name}</text>'
    axis = f"M{LEFT} {num(top)}v{num(panel.height)}H{RIGHT}"
    if not len(finite):
        middle = num(top + 0.5 * panel.height)
        nothing = f'<text x="{(LEFT + RIGHT) // 2}" y="{middle}" text-anchor="middle">{token(say("never"))}</text>'
        return _Drawn(top, top + panel.height, title, nothing, "", axis)
    low = float(finite.min()) if panel.floor is None else panel.floor
    high = float(finite.max())
    if panel.floor is None:  # what hardly changes is drawn as such
        low, high = min(low, high - _FLAT), max(high, low + _FLAT)
    pad = 0.06 * max(high - low, 1.0)
    low, high = (low - pad if panel.floor is None else low), high + pad

    def place(value: float | F8) -> F8:
        placed: F8 = np.asarray(top + panel.height * (high - value) / (high - low))
        return placed

    levels = ticks(low, high, int(panel.height / (1.25 * FONT)))
    grid = "".join(f"M{LEFT} {num(float(place(v)))}H{RIGHT}" for v in levels)
    labels = "".join(f'<text x="{LEFT - 7}" y="{num(float(place(v)) + 5)}">{_tick(v)}</text>' for v in levels)
    curves = []
    for line, v in zip(panel.lines, values, strict=True):
        y = place(v)
        keep = simplified(x, y, 0.45)
        curves.append((line.style, outline(x[keep], y[keep], parts=10)))
    return _Drawn(top, top + panel.height, title, labels, grid, axis, curves)
