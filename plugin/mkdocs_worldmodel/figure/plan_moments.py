# The top views of a run: which moments they show, and what stands below them.

from __future__ import annotations

from typing import Any

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import plan_view
from mkdocs_worldmodel.figure.plan_cast import Critical, critical


def tops(readings: Readings) -> list[dict[str, Any]]:
    """Top views (svg, caption) at the start and at the critical moment."""
    moment = critical(readings)
    time = float(readings.run.time[moment.row])
    start = say("0.0 s, at the start. To scale; dashed: the ways up to {time:.1f} s.", time=time)
    views: list[dict[str, Any]] = [{"svg": plan_view.draw(readings, 0, moment), "caption": start}]
    if moment.row > 0:
        caption = say(
            "{time:.1f} s, {what}. Dashed: the ways of the last {trail:.0f} s, in outline every second.",
            time=time, what=_what(readings, moment), trail=plan_view.TRAIL,
        )  # fmt: skip
        views.append({"svg": plan_view.draw(readings, moment.row, moment), "caption": caption})
    return views


def _what(r: Readings, moment: Critical) -> Said:
    who = [called(r.run.names[i], r.run.kinds[i]) for i in moment.pair]
    if moment.why == "contact":
        return say("at contact of {one} and {other}", one=who[0], other=who[1])
    if moment.why == "distance":
        return say("where the ego is nearest to {other}", other=who[1])
    return say("as the ego comes to a stop") if moment.why == "stop" else say("at the end")
