# What a learned world is to reach, and whether it does: judged by means; `surely` also by the far end of the interval.

from __future__ import annotations

from typing import Any

from mkdocs_worldmodel.training.evaluate_forecasts import WORLD
from mkdocs_worldmodel.training.evaluate_long import DATA

Table = dict[str, Any]

FEW_OVER_ALL, FEW_EACH, SINGLE = 0.67, 0.80, 0.40
"""Final distance at 6 s, best of 6, over that of the best baseline: with as many tries, over all and for each road
kind; of the best single guess."""
CONTACTS, LATE, CHANGES = 3.0, 2.0, 0.6
SAME, SIZE, REACTING = 0.9, 0.3, 0.25


def goals(results: Table) -> list[Table]:
    """All goals that the results tell of: what, of which road kind, what was wanted, what came out."""
    out: list[Table] = []
    for kind, table in results.get("forecasts", {}).items():
        ratios = table["ratios"]
        few = FEW_OVER_ALL if kind == "all" else FEW_EACH
        out.append(_at_most("final distance over that of the best baseline with as many tries", kind,
                            ratios["K few"]["ratio"], few))  # fmt: skip
        if kind == "all" and "single guess" in ratios:
            what = "final distance over that of the best single guess"
            out.append(_at_most(what, kind, ratios["single guess"]["ratio"], SINGLE))
        if kind == "all" and "contact" in table["rates"]:
            rates = table["rates"]["contact"]
            out.append(
                _times("contacts in 8 s over the data's", kind, rates["ratio"], CONTACTS, rates[WORLD], rates[DATA])
            )
    if "all" in results.get("long", {}):
        table = results["long"]["all"]
        out.append(_at_least("lane changes over the data's", "all", table["lane changes"]["ratio"], CHANGES))
        for event, rates in table["trouble"].items():
            early, *_, late = rates[WORLD]
            out.append(
                _times(f"{event}: 16 s to 24 s over 0 s to 8 s", "all", rates["late over early"], LATE, late, early)
            )
    if "all" in results.get("reaction", {}):
        table = results["reaction"]["all"]
        size, hit = table["change"]["ratio"], table["contact"][WORLD]
        out.append(_at_least("followers change speed as in the simulator", "all",
                             table["same direction"]["each future"], SAME))  # fmt: skip
        inside = None not in size and 1.0 - SIZE <= size[0] <= 1.0 + SIZE
        out.append({"goal": "mean change of speed over the simulator's", "kind": "all", "value": size,
                    "wanted": f"{1.0 - SIZE:g} to {1.0 + SIZE:g}", "reached": inside,
                    "surely": inside and size[1] >= 1.0 - SIZE and size[2] <= 1.0 + SIZE})  # fmt: skip
        out.append(_times("contacts reacting over not reacting", "all", hit["ratio"], REACTING, hit["reacting"],
                          hit["replayed"]))  # fmt: skip
        for truth, told in table["another's commands"].items():
            value = told["ratio"]
            out.append({"goal": f"distance told another's commands over told its own, ego {truth}", "kind": "all",
                        "value": value, "wanted": "> 1", "reached": value[0] is not None and value[0] > 1.0,
                        "surely": value[1] is not None and value[1] > 1.0})  # fmt: skip
    return out


def _at_most(goal: str, kind: str, value: list[float | None], limit: float) -> Table:
    mean, _, high = value
    return {"goal": goal, "kind": kind, "value": value, "wanted": f"≤ {limit:g}",
            "reached": mean is not None and mean <= limit, "surely": high is not None and high <= limit}  # fmt: skip


def _at_least(goal: str, kind: str, value: list[float | None], limit: float) -> Table:
    mean, low, _ = value
    return {"goal": goal, "kind": kind, "value": value, "wanted": f"≥ {limit:g}",
            "reached": mean is not None and mean >= limit, "surely": low is not None and low >= limit}  # fmt: skip


def _times(
    goal: str, kind: str, value: list[float | None], limit: float, of: list[float | None], other: list[float | None]
) -> Table:  # fmt: skip
    """A ratio of two rates, where both may be zero: that is reached."""
    told = _at_most(goal, kind, value, limit)
    if of[0] == 0.0 and other[0] == 0.0:
        told["reached"] = True
    return told
