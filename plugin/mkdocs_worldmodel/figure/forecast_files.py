# What readers of a `forecast` figure can take away: the futures as CSV, the scores as JSON.

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.figure.forecast_fan import TRIES, Fan, Score

FUTURES, SCORES = "futures.csv", "scores.json"
MOST_ROWS = 60_000
"""Of the table of futures, 3 MB: where there are more, the steps are longer, then the first futures stand for all."""
_STEPS = (0.1, 0.2, 0.5, 1.0)
"""Between rows of one road user [s]."""


def write(fan: Fan, folder: Path) -> None:
    """Write both into a folder."""
    (folder / FUTURES).write_text(futures_csv(fan), encoding="utf-8", newline="")
    text = json.dumps(record(fan), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / SCORES).write_text(text + "\n", encoding="utf-8", newline="\n")


def futures_csv(fan: Fan) -> str:
    """States of the futures: future, time since the forecast's moment, id, x, y, heading, speed, in SI.

    The future -1 is what then happened.
    """
    rows, count = _sampled(fan)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["future", "time", "id", "x", "y", "heading", "speed"])
    b, r = fan.futures, fan.run
    for k in range(-1, count):
        for row in rows:
            if k < 0 and row > fan.known:
                continue
            for i in fan.there:
                of: Any = r if k < 0 else b
                at = (fan.row + row, i) if k < 0 else (k, row, i)
                if of.present[at]:
                    states = (f"{getattr(of, name)[at]:.3f}" for name in ("x", "y", "heading", "speed"))
                    writer.writerow([k, f"{row * fan.dt:.2f}", r.names[i], *states])
    return out.getvalue()


def record(fan: Fan) -> dict[str, Any]:
    """All scores, in SI."""
    return {
        "world": fan.futures.world,
        "truth": fan.run.world,
        "seed": fan.run.seed,
        "at": round(fan.at, 6),
        "horizon": round(fan.horizon, 6),
        "known_until": round(fan.reach, 6),
        "futures": fan.count,
        "ego_commanded": fan.commanded,
        "median_future": fan.median,
        "together": [_at(fan, seconds, None) for seconds in fan.horizons],
        "road_users": [_user(fan, i) for i in fan.there],
    }


def _user(fan: Fan, i: int) -> dict[str, Any]:
    contact = {
        "probability": round(fan.contact_share(i), 6),
        "median_time": _rounded(fan.contact_time(i)),
        "then": _rounded(fan.true_contact(i)),
    }
    return {
        "name": fan.run.names[i],
        "kind": fan.run.kinds[i],
        "judged": i in fan.judged,
        "scores": [_at(fan, seconds, i) for seconds in fan.horizons] if i in fan.judged else [],
        "leaves_its_fan": _rounded(fan.left(i)),
        "spread_of_half": _rounded(fan.spread(i)),
        "contact_with_anybody" if i == 0 else "contact_with_ego": contact,
    }


def _at(fan: Fan, seconds: float, i: int | None) -> dict[str, Any]:
    """Scores at a horizon, of one road user or of all together."""
    tries = sorted({n for n in (1, TRIES, fan.count) if n <= fan.count})
    found = {f"k{n}": _score(fan.joint(seconds, n) if i is None else fan.score(i, seconds, n)) for n in tries}
    return {"seconds": round(seconds, 6), **found, **({} if i is None else {"missed": fan.missed(i, seconds)})}


def _score(score: Score) -> dict[str, float | None]:
    return {"ade": _rounded(score.average), "fde": _rounded(score.final)}


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 6)


def _sampled(fan: Fan) -> tuple[list[int], int]:
    """Rows that are written, and of how many futures."""
    for step in _STEPS:
        rows = list(range(0, fan.steps + 1, max(1, round(step / fan.dt))))
        each = len(rows) * len(fan.there)
        if (fan.count + 1) * each <= MOST_ROWS:
            break
    return rows, max(1, min(fan.count, MOST_ROWS // each - 1))
