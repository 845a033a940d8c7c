# The charts of a `what_if` figure: one line a branch.

from __future__ import annotations

from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.quantities import read
from mkdocs_worldmodel.analysis.said import say
from mkdocs_worldmodel.figure import chart
from mkdocs_worldmodel.figure.packed import packed
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.figure.what_if_table import COMPARABLE
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, SHORT, Ways

_FARTHEST, _LATEST = 100.0, 10.0
"""Gaps [m] and times to collision [s] beyond these are drawn at the panel's edge."""


def draw(ways: Ways) -> tuple[str, list[float]]:
    """Speed, gap or distance, and time to collision of the ego in every branch; SVG, and x of first and last frame."""
    panels = [chart.Panel(say("Speed of the ego"), "km/h", _lines(ways, "speed", 3.6), 92.0)]
    if _comparable(gap := _lines(ways, "gap")):
        panels.append(chart.Panel(say("Gap to the road user ahead"), "m", gap, cap=_FARTHEST))
    else:
        distance = _lines(ways, "distance")
        panels.append(chart.Panel(say("Distance to the nearest road user"), "m", distance, cap=_FARTHEST))
    if _comparable(ttc := _lines(ways, "ttc")):
        panels.append(chart.Panel(say("Time to collision, up to 10"), "s", ttc, cap=_LATEST))
    if len(ways) <= SHORT:  # of more, the lines could not be told apart
        panels.append(chart.Panel(say("Acceleration"), "m/s²", _lines(ways, "acceleration"), floor=None))
    label = say("Speed, distances and acceleration of the ego over time, a line for each branch; the table has the "
                "numbers.")  # fmt: skip
    return chart.draw(panels, ways.times, _marks(ways), label)


def series(ways: Ways) -> dict[str, str]:
    """Values that the legend shows, one a film frame."""
    return {f"speed{i + 1}": packed(3.6 * ways.curve(i, ways.runs[i].speed[:, 0]), 0) for i in range(len(ways))}


def keys(ways: Ways) -> list[dict[str, Any]]:
    """The legend."""
    return [
        {"series": f"speed{i + 1}", "label": ways.label(i), "line": i + 1, "unit": "km/h", "digits": 0}
        for i in range(len(ways))
    ]


def _lines(ways: Ways, quantity: str, factor: float = 1.0) -> list[chart.Line]:
    out = []
    for i, analysis in enumerate(ways.analyses):
        values: F8 = factor * read(analysis.readings, quantity)
        out.append(chart.Line(ways.curve(i, values), i + 1))
    return out


def _comparable(lines: list[chart.Line]) -> bool:
    return sum(bool(np.isfinite(line.values).any()) for line in lines) >= COMPARABLE


def _marks(ways: Ways) -> list[chart.Mark]:
    """Where the ways part, and contacts."""
    marks = [chart.Mark(ways.start, say("The ways part"), 0)] if ways.start > 0.0 else []
    for i, analysis in enumerate(ways.analyses):
        if analysis.contact is not None:
            label = say("{branch}: {label}", branch=LETTERS[i], label=say("Collision"))
            marks.append(chart.Mark(analysis.contact.time, label, 1))
    return marks
