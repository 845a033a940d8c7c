# The synchronous chart: panels over one time axis, as inline SVG that the style sheet colours.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import escape

from mkdocs_worldmodel.figure.svg import F8, num, path, simplified, ticks

WIDTH, LEFT, RIGHT, TITLE, BOTTOM = 800, 52, 784, 26, 34


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

    title: str
    unit: str
    lines: Sequence[Line]
    height: float = 84.0
    floor: float | None = 0.0
    """Lowest value of the axis; None: as the data say."""
    cap: float = np.inf
    """Values above are cut off at the panel's edge."""


def draw(panels: Sequence[Panel], times: F8, marks: Sequence[float], label: str) -> tuple[str, list[float]]:
    """Draw the panels.

    Args:
        panels: from top to bottom
        times: (F,) of the film frames [s]
        marks: times of events [s]
        label: one sentence for those who cannot see it

    Returns:
        The SVG, and x of the first and the last frame.
    """
    end = max(float(times[-1]), 1e-3)
    x = LEFT + (RIGHT - LEFT) * times / end
    drawn: list[_Drawn] = []
    y = 0.0
    for panel in panels:
        drawn.append(_panel(panel, x, y + TITLE))
        y += TITLE + panel.height + 10.0
    height = y + BOTTOM
    seconds = ticks(0.0, end, 6)
    at = [LEFT + (RIGHT - LEFT) * t / end for t in seconds]
    down = f" {TITLE}V{num(y - 10)}"
    grid = "".join(f"M{num(v)}{down}" for v in at) + "".join(d.grid for d in drawn)
    events = "".join(f"M{num(LEFT + (RIGHT - LEFT) * t / end)}{down}" for t in marks)
    below = "".join(
        f'<text x="{num(v)}" y="{num(y + 10)}" text-anchor="middle">{t:g}{" s" if t == seconds[-1] else ""}</text>'
        for v, t in zip(at, seconds, strict=True)
    )
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {num(height)}" role="img" aria-label="{escape(label)}">'
        f'<path class="wm-grid" d="{grid}"/><path class="wm-event-mark" d="{events}"/>'
        f'<path class="wm-axis" d="{"".join(d.axis for d in drawn)}"/>{"".join(d.titles for d in drawn)}'
        f'<g class="wm-label">{"".join(d.labels for d in drawn)}{below}</g>{"".join(d.curves for d in drawn)}'
        f'<path class="wm-cursor" d="M0{down}" transform="translate({LEFT} 0)"/></svg>'
    )
    return svg, [LEFT, round(float(x[-1]), 1)]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A panel's share of the chart: what looks alike is one element in the page."""

    titles: str
    labels: str
    grid: str
    axis: str
    curves: str = ""


def _panel(panel: Panel, x: F8, top: float) -> _Drawn:
    values = [np.where(np.isfinite(ln.values), np.minimum(ln.values, panel.cap), np.nan) for ln in panel.lines]
    finite = np.concatenate([v[np.isfinite(v)] for v in values])
    name = f"{escape(panel.title)} [{escape(panel.unit)}]"
    title = f'<text class="wm-panel-title" x="{LEFT}" y="{num(top - 9)}">{name}</text>'
    axis = f"M{LEFT} {num(top)}v{num(panel.height)}H{RIGHT}"
    if not len(finite):
        middle = num(top + 0.5 * panel.height)
        nothing = f'<text x="{(LEFT + RIGHT) // 2}" y="{middle}" text-anchor="middle">never</text>'
        return _Drawn(title, nothing, "", axis)
    low = float(finite.min()) if panel.floor is None else panel.floor
    high = float(finite.max())
    pad = 0.06 * max(high - low, 1.0)
    low, high = (low - pad if panel.floor is None else low), high + pad

    def place(value: float | F8) -> F8:
        placed: F8 = np.asarray(top + panel.height * (high - value) / (high - low))
        return placed

    levels = ticks(low, high, 4)
    grid = "".join(f"M{LEFT} {num(float(place(v)))}H{RIGHT}" for v in levels)
    labels = "".join(
        f'<text x="{LEFT - 7}" y="{num(float(place(v)) + 4)}" text-anchor="end">{v:g}</text>' for v in levels
    )
    curves = ""
    for line, v in zip(panel.lines, values, strict=True):
        y = place(v)
        keep = simplified(x, y, 0.45)
        curves += f'<path class="wm-line wm-line-{line.style}" d="{path(x[keep], y[keep])}"/>'
    return _Drawn(title, labels, grid, axis, curves)
