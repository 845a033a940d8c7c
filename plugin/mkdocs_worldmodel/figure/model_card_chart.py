# The charts of a model card: how the training went, and scores as dots with their intervals, a row for each road kind.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import escape

from mkdocs_worldmodel.analysis.said import Said, say, token
from mkdocs_worldmodel.figure.chart import LEFT, RIGHT, WIDTH
from mkdocs_worldmodel.figure.plan_labels import FONT
from mkdocs_worldmodel.figure.svg import F8, num, outline, simplified, ticks
from mkdocs_worldmodel.spec.model_card_told import Curve, Curves

_TALL = 190.0
"""Of the training's panel [px]."""
_LEAST = 1e-9
"""Losses that are not above it have no place on a logarithmic axis."""
_HEAD, _FOOT = 30.0, 54.0
"""Above and below a panel [px]."""
_NAMES = 176.0
"""Where dots begin: left of it are the rows' names [px]."""
_ROW, _APART, _R = 52.0, 15.0, 5.5
"""Height of a row; from one mark to the next in it; size of a mark [px]."""
_LEGEND = 27.0
"""Height of a line of the legend [px]."""


# -- the training --------------------------------------------------------------------------------------------------


def training(curves: Curves) -> str:
    """Loss over steps, in training and on held-out scenes, on a logarithmic axis; SVG."""
    shown = [curve for curve in (curves.loss, curves.validation) if curve]
    loss = [value for curve in shown for _, value in curve if value > _LEAST]
    most = max((step for curve in shown for step, _ in curve), default=0.0)
    if not loss or most <= 0.0:
        return ""
    low, high = math.log10(min(loss)), math.log10(max(loss))
    low, high = low - 0.04 * (high - low) - 1e-3, high + 0.04 * (high - low) + 1e-3

    def at(value: float) -> float:
        return _HEAD + _TALL * (high - math.log10(value)) / (high - low)

    bottom = _HEAD + _TALL
    levels = [v for v in _round(low, high) if low <= math.log10(v) <= high]
    steps = ticks(0.0, most, 5)
    across = [LEFT + (RIGHT - LEFT) * step / most for step in steps]
    grid = "".join(f"M{LEFT} {num(at(v))}H{RIGHT}" for v in levels)
    grid += "".join(f"M{num(x)} {num(_HEAD)}V{num(bottom)}" for x in across)
    labels = "".join(f'<text x="{LEFT - 7}" y="{num(at(v) + 5)}">{_number(v)}</text>' for v in levels)
    labels += "".join(
        f'<text x="{num(x)}" y="{num(bottom + 22)}" text-anchor="middle">{step:.0f}</text>'
        for x, step in zip(across, steps, strict=True)
    )
    words = f'<text x="{RIGHT}" y="{num(bottom + 46)}">{token(say("steps"))}</text>'
    title = f'<text class="wm-panel-title" x="{LEFT}" y="{num(_HEAD - 10)}">{token(say("Loss"))}</text>'
    lines = "".join(
        f'<path class="wm-line wm-line-{style}" d="{_curve(curve, most, at)}"/>'
        for style, curve in ((1, curves.loss), (2, curves.validation))
        if curve
    )
    about = say("Loss over steps of the training, on scenes that it is trained on and on held-out ones.")
    return (
        f'<svg viewBox="0 0 {WIDTH} {num(bottom + _FOOT)}" role="img" aria-label="{token(about)}">'
        f'<path class="wm-grid" d="{grid}"/><path class="wm-axis" d="M{LEFT} {num(_HEAD)}V{num(bottom)}H{RIGHT}"/>'
        f'{title}<g class="wm-label" text-anchor="end">{labels}{words}</g>{lines}</svg>'
    )


def keys(curves: Curves) -> list[dict[str, Any]]:
    """The legend of the training's lines."""
    named = ((1, "loss", say("in training")), (2, "validation", say("on held-out scenes")))
    return [{"series": name, "label": label, "line": style, "unit": "", "digits": 3} for style, name, label in named
            if getattr(curves, name)]  # fmt: skip


def _curve(curve: Curve, most: float, at: Any) -> str:
    points = [(step, value) for step, value in curve if value > _LEAST]
    x: F8 = np.array([LEFT + (RIGHT - LEFT) * step / most for step, _ in points])
    y: F8 = np.array([at(value) for _, value in points])
    keep = simplified(x, y, 0.6)
    return outline(x[keep], y[keep], parts=10) + ("h0" if len(points) == 1 else "")  # a dot


def _round(low: float, high: float) -> list[float]:
    """Round values for a logarithmic axis between two exponents; closer ones where it is short."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for steps in ((1.0,), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)):
        found = [step * 10.0**k for k in decades for step in steps]
        inside = [v for v in found if low <= math.log10(v) <= high]
        if len(inside) >= 3:
            return inside
    return ticks(10.0**low, 10.0**high, 5)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else token(say("{value:g}", value=float(f"{value:.6g}")))


# -- scores --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dot:
    """A mean, and the interval in which it lies were other scenes drawn."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """What is measured of one world or baseline, a dot for each row; None where there is none."""

    name: Said
    dots: Sequence[Dot | None]


def dots(title: Said, unit: str, names: Sequence[Said | str], series: Sequence[Series]) -> str:
    """Dots with intervals, a row for each name; SVG with a legend of its own. Each series has a shape and a colour."""
    everything = [dot for each in series for dot in each.dots if dot is not None]
    if not everything or not names:
        return ""
    most = 1.04 * max([1e-9, *(dot.high for dot in everything)])
    top = _HEAD + _LEGEND * len(series)
    bottom = top + _ROW * len(names)
    values = ticks(0.0, most, 5)

    def across(value: float) -> float:
        return _NAMES + (RIGHT - _NAMES) * min(max(value / most, 0.0), 1.0)

    grid = "".join(f"M{num(across(v))} {num(top)}V{num(bottom)}" for v in values)
    grid += "".join(f"M0 {num(top + _ROW * i)}H{RIGHT}" for i in range(1, len(names)))
    middle = [top + _ROW * (i + 0.5) for i in range(len(names))]
    rows = "".join(
        f'<text x="{num(_NAMES - 12)}" y="{num(y + 6)}">{_worded(name)}</text>'
        for name, y in zip(names, middle, strict=True)
    )
    rows += "".join(
        f'<text x="{num(across(v))}" y="{num(bottom + 22)}" text-anchor="middle">{_number(v)}</text>' for v in values
    )
    legend, marks = "", ""
    for k, each in enumerate(series):
        y = _HEAD + _LEGEND * (k + 0.5) - 4.0
        shift = _APART * (k - 0.5 * (len(series) - 1))
        drawn = _mark(k, _NAMES + 10.0, y)
        for dot, row in zip(each.dots, middle, strict=True):
            if dot is not None:
                low, high = num(across(dot.low)), num(across(dot.high))
                drawn += f"M{low} {num(row + shift)}H{high}{_mark(k, across(dot.mean), row + shift)}"
        marks += f'<path class="wm-branch wm-line-{k + 1}" d="{drawn}"/>'
        legend += f'<text x="{num(_NAMES + 28)}" y="{num(y + 0.3 * FONT)}">{token(each.name)}</text>'
    heading = f'<text class="wm-panel-title" x="0" y="{num(_HEAD - 10)}">{token(title)} [{escape(unit)}]</text>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {num(bottom + 32)}" role="img" aria-label="{token(title)}">'
        f'<path class="wm-grid" d="{grid}"/><path class="wm-axis" d="M{num(_NAMES)} {num(top)}V{num(bottom)}H{RIGHT}"/>'
        f'{heading}<g class="wm-label" text-anchor="end">{rows}<g text-anchor="start">{legend}</g></g>{marks}</svg>'
    )


def _worded(text: Said | str) -> str:
    return token(text) if isinstance(text, Said) else str(escape(text))


def _mark(k: int, x: float, y: float) -> str:
    """Circle, square, triangle, diamond: told apart without colours."""
    r = _R
    if k == 0:
        return f"M{num(x - r)} {num(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
    if k == 1:
        return f"M{num(x - r)} {num(y - r)}h{2 * r}v{2 * r}h{-2 * r}Z"
    if k == 2:
        return f"M{num(x - r)} {num(y + r)}h{2 * r}L{num(x)} {num(y - r)}Z"
    return f"M{num(x)} {num(y - r)}l{r} {r}l{-r} {r}l{-r} {-r}Z"
