# The charts of a `forecast` figure: how likely a contact is by then, and how far away the one is that matters most.

from __future__ import annotations

from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.said import say
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import chart
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.packed import packed
from mkdocs_worldmodel.figure.svg import F8

_FARTHEST = 100.0
"""Distances beyond this are drawn at the panel's edge [m]."""
_BAND = 0
"""Stands for the style of a band."""
_FILLED = 'fill="currentColor" fill-opacity=".15"'
"""A band is an area, and no line."""
_TRUE = 1
"""Style of what then happened."""


def draw(fan: Fan) -> tuple[str, list[float]]:
    """Both charts over the time since the forecast's moment; SVG, and x of its first and its last value."""
    times: F8 = np.arange(len(fan.rows)) / fan.fps
    shares = [chart.Line(_there(100.0 * fan.contact_curve(i)), fan.style(i)) for i in _touched(fan)]
    none = chart.Line(_there(np.full(len(times), np.nan)), _TRUE)
    panels = [chart.Panel(say("Probability of contact with the ego"), "%", shares or [none], 74.0 if shares else 36.0)]
    if (other := fan.critical) is not None:
        who = called(fan.run.names[other], fan.run.kinds[other])
        low, median, high = fan.band(other)
        panels.append(chart.Panel(say("Distance to {who}", who=who), "m", [
            chart.Line(_and_back(low, high), _BAND),
            chart.Line(_there(fan.true_distance(other)), _TRUE),
            chart.Line(_there(median), fan.style(other)),
        ], 110.0, cap=_FARTHEST))  # fmt: skip
    label = say("Probability of contact with the ego and distance to it over time, as foretold and as it then was; the "
                "table has the numbers.")  # fmt: skip
    svg, span = chart.draw(panels, np.append(np.append(times, times[::-1]), times[-1]), list(_marks(fan)), label)
    return svg.replace(f'class="wm-line wm-line-{_BAND}"', _FILLED), span


def series(fan: Fan) -> dict[str, str]:
    """Values that the legend shows, one a film frame."""
    out = {f"contact{fan.style(i)}": packed(100.0 * fan.contact_curve(i), 0) for i in _touched(fan)}
    if fan.critical is not None:
        out["median"] = packed(fan.band(fan.critical)[1], 1)
        out["true"] = packed(fan.true_distance(fan.critical), 1)
    return out


def keys(fan: Fan) -> list[dict[str, Any]]:
    """The legend."""
    out: list[dict[str, Any]] = []
    if (other := fan.critical) is not None:
        who = called(fan.run.names[other], fan.run.kinds[other], article=False)
        foretold = say("{who}: median and 10–90 % of the futures", who=who)
        out = [
            {"series": "true", "label": say("what then happened"), "line": _TRUE, "unit": "m", "digits": 1},
            {"series": "median", "label": foretold, "line": fan.style(other), "unit": "m", "digits": 1},
        ]
    for i in _touched(fan):
        who = called(fan.run.names[i], fan.run.kinds[i], article=False)
        label = say("contact with {who}", who=who)
        out.append({"series": f"contact{fan.style(i)}", "label": label, "line": fan.style(i), "unit": "%", "digits": 0})
    return out


def _touched(fan: Fan) -> list[int]:
    """Whom the ego touches in any future, of those who have a colour."""
    return [i for i in fan.told if i and fan.style(i) and fan.contact_share(i) > 0.0]


def _marks(fan: Fan) -> list[chart.Mark]:
    """When there then was a contact."""
    time = fan.true_contact(0)
    return [] if time is None else [chart.Mark(time, say("Collision"))]


# A chart's lines share their times. These go from the first to the last and back again, which lets a band be one line
# around its area; all others have no values on the way back.


def _there(values: F8) -> F8:
    out: F8 = np.append(values, np.full(len(values) + 1, np.nan))
    return out


def _and_back(low: F8, high: F8) -> F8:
    """Around a band; where some are gone and it has no edge any more, it is of no height, and not seen."""
    gone = np.flatnonzero(~np.isfinite(high))
    if len(gone):
        low, high = low.copy(), high.copy()
        low[gone[0] :] = high[gone[0] :] = low[gone[0] - 1] if gone[0] else np.nan
    around: F8 = np.concatenate([low, high[::-1], [np.nan]])
    return around
