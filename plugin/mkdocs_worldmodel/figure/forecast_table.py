# The tables of a `forecast` figure, and its numbers that running text may name.

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.values import Value
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure.bundle import Table
from mkdocs_worldmodel.figure.forecast_fan import TRIES, Fan, Score

Row = list[Said | str | None]
_HORIZONS = 3
"""So many horizons have a row at most: a page has a budget, and the record has all."""


def main(fan: Fan) -> Table:
    """Each road user, and all together: how far off its forecast is at the end, and how likely a contact is."""
    title = say("Forecast and what then happened, after {time:.1f} s", time=fan.reach)
    head: list[Said | str] = [
        say("After {time:.1f} s", time=fan.reach),
        say("Median future: mean / final distance"),
        say("Best of {tries}: mean / final distance", tries=min(TRIES, fan.count)),
        say("Stays in its fan"),
        say("Contact with the ego"),
    ]
    rows: list[Row] = [_row(fan, i) for i in fan.told]
    if len(fan.judged) > 1:
        scores = [_distances(fan.joint(fan.reach, tries)) for tries in (1, TRIES)]
        known = [i for i in fan.judged if np.isfinite(fan.score(i, fan.reach, 1).final)]
        stay = say("{number} of {count}", number=sum(fan.left(i) is None for i in known), count=len(known))
        rows.append([say("all {number} together", number=len(fan.judged)), *scores, stay, _contact(fan, 0)])
    return Table(title, head, rows)


def scores(fan: Fan) -> Table:
    """The same distances at all horizons, as means over road users, and jointly."""
    count = fan.count
    tries = [n for n in (1, TRIES, count) if n <= count]
    head: list[Said | str] = [say("After"), *(f"minADE/FDE, K = {n}" for n in tries)]
    head += [say("together, K = {tries}", tries=min(TRIES, count)), say("missed, K = {tries}", tries=min(TRIES, count))]
    rows: list[Row] = []
    for seconds in fan.horizons[-_HORIZONS:]:
        cells = [_distances(fan.mean(seconds, n)) for n in tries]
        misses = [m for i in fan.judged if (m := fan.missed(i, seconds)) is not None]
        missed = say("{number} of {count}", number=sum(misses), count=len(misses))
        joint = _distances(fan.joint(seconds, TRIES))
        rows.append([say("{time:.1f} s", time=seconds), *cells, joint, missed])
    return Table(say("Scores of {count} futures, mean of all road users", count=count), head, rows, open=False)


def values(fan: Fan) -> dict[str, Value]:
    """What running text may name: of all by plain names, of one as 'lorry.min_fde'."""
    end = round(fan.reach, 6)
    joint, median = fan.joint(fan.reach, TRIES), fan.joint(fan.reach, 1)
    out = {
        "horizon": Value(round(fan.horizon, 6), "s", None),
        "joint_min_ade": _value(joint.average, end),
        "joint_min_fde": _value(joint.final, end),
        "median_ade": _value(median.average, end),
        "median_fde": _value(median.final, end),
        "contact_probability": Value(round(fan.contact_share(0), 6), "%", None),
        "median_contact_time": _time(fan.contact_time(0)),
    }
    for i in fan.told:
        name = "ego" if i == 0 else fan.run.names[i]
        if i in fan.judged:
            best, middle = fan.score(i, fan.reach, TRIES), fan.score(i, fan.reach, 1)
            out[f"{name}.min_ade"], out[f"{name}.min_fde"] = _value(best.average, end), _value(best.final, end)
            out[f"{name}.median_ade"] = _value(middle.average, end)
            out[f"{name}.median_fde"] = _value(middle.final, end)
        if i:
            out[f"{name}.contact_probability"] = Value(round(fan.contact_share(i), 6), "%", None)
            out[f"{name}.median_contact_time"] = _time(fan.contact_time(i))
    return out


def _row(fan: Fan, i: int) -> Row:
    who = called(fan.run.names[i], fan.run.kinds[i], article=False)
    if i not in fan.judged:
        return [who, say("commanded"), "–", "–", _contact(fan, i)]
    left = fan.left(i)
    stays = say("yes") if left is None else say("until {time:.1f} s", time=left)
    known = np.isfinite(fan.score(i, fan.reach, 1).final)
    return [who, *_scored(fan, i), stays if known else None, _contact(fan, i)]


def _scored(fan: Fan, i: int) -> Iterator[Said | None]:
    for tries in (1, TRIES):
        yield _distances(fan.score(i, fan.reach, tries))


def _distances(score: Score) -> Said | None:
    if not np.isfinite(score.final):
        return None
    return say("{mean:.1f} / {final:.1f} m", mean=score.average, final=score.final)


def _contact(fan: Fan, i: int) -> Said | str:
    share, time = fan.contact_share(i), fan.contact_time(i)
    if time is None:
        return "0 %"
    return say("{share:.0f} %, at {time:.1f} s", share=100.0 * share, time=time)


def _value(distance: float, time: float) -> Value:
    known = np.isfinite(distance)
    return Value(round(distance, 6) if known else None, "m", time if known else None)


def _time(seconds: float | None) -> Value:
    return Value(None if seconds is None else round(seconds, 6), "s", None)
