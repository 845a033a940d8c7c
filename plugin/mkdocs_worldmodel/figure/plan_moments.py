# The top views of a run: which moments they show, and what stands below them.

from __future__ import annotations

import numpy as np

from mkdocs_worldmodel.analysis.analysis import Analysis
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import plan_view
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario


def tops(scenario: Scenario, run: Rollout, analysis: Analysis) -> list[dict[str, str]]:
    """Top views (svg, caption) at the start and at the most critical moment."""
    rows = [0]
    if (critical := critical_row(analysis)) is not None:
        rows.append(critical)
    out = []
    for row in rows:
        what = "at the start" if row == 0 else _critical_words(run, analysis, row)
        caption = f"{run.time[row]:.1f} s, {what}. To scale; paths of the last {plan_view.TRAIL:g} s dotted."
        out.append({"svg": plan_view.draw(run, scenario.network, row), "caption": caption})
    return out


def critical_row(analysis: Analysis) -> int | None:
    """Row of contact, else of the smallest gap; None where nobody was ever ahead."""
    if analysis.contact is not None:
        return analysis.contact.row
    gap = analysis.measures.gap[0, : analysis.last + 1]
    k = int(np.argmin(gap))
    return k if np.isfinite(gap[k]) and k > 0 else None


def _critical_words(run: Rollout, analysis: Analysis, row: int) -> str:
    if analysis.contact is not None:
        return "at contact"
    lead = run.names[int(analysis.measures.leader[0, row])]
    return f"at the smallest gap to {called(lead)}"
