# What a model card says of forecasts: distances beside those of baselines, events beside those of the data; on roads
# like those of the training, on others, and of recorded traffic.

from __future__ import annotations

from collections.abc import Mapping

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.values import Value
from mkdocs_worldmodel.figure import model_card_chart as chart
from mkdocs_worldmodel.figure.bundle import Table
from mkdocs_worldmodel.figure.model_card_facts import Row, road
from mkdocs_worldmodel.spec.model_card_results import Forecasts, Results, Span, known

WORLD, RANDOM, FEW = "world", "random lane followers", "6"
"""Names in results.json: who is judged, the baseline that has as many tries, and how many tries are compared."""
ALL = "all"
_COMPARED = 6.0
"""Horizon at which methods are compared [s]."""
_NAMES: Mapping[str, Said] = {
    WORLD: say("the model"),
    RANDOM: say("drivers drawn at random"),
    "constant velocity": say("constant velocity (CV)"),
    "constant turn rate and acceleration": say("constant turn rate and acceleration (CTRA)"),
    "lane follower": say("lane follower (IDM)"),
    "fitted lane follower": say("fitted lane follower (fitted IDM)"),
}
_SHORT: Mapping[str, str] = {
    RANDOM: "random IDM", "constant velocity": "CV", "constant turn rate and acceleration": "CTRA",
    "lane follower": "IDM", "fitted lane follower": "fitted IDM",
}  # fmt: skip
"""The same where there is no room."""
_EVENTS: Mapping[str, Said] = {
    "contact": say("contact"), "off road": say("off the road"), "red light": say("past a red light"),
}  # fmt: skip
_DIFFERS: Mapping[str, Said] = {
    "five_lanes": say("motorway with five lanes"), "hairpins": say("bends of 20 m radius"),
    "keep_left": say("traffic keeps left"), "wide_crossing": say("three lanes each way at lights"),
    "large_roundabout": say("large roundabout"),
}  # fmt: skip


def named(method: str) -> Said | str:
    """A baseline in words; those of others as they call them."""
    return _NAMES.get(method, method)


def roads(kind: str) -> Said | str:
    """A kind of road, or all."""
    return say("all roads") if kind == ALL else road(kind)


def between(span: Span | None) -> Said | None:
    """'1.23 (1.18–1.30)', where no line ends inside of the brackets; None where there is none."""
    if (found := known(span)) is None:
        return None
    mean, low, high = found
    return say("{mean:.2f} ({low:.2f}–\u2060{high:.2f})", mean=mean, low=low, high=high)


def less(ratio: Span | None) -> Said | None:
    """A ratio as '38 % less (34 to 42 %)'."""
    if (found := known(ratio)) is None:
        return None
    mean, low, high = (100.0 * (1.0 - value) for value in found)
    if mean >= 0.0:
        return say("{mean:.0f} % less ({low:.0f} to {high:.0f} %)", mean=mean, low=high, high=low)
    return say("{mean:.0f} % more ({low:.0f} to {high:.0f} %)", mean=-mean, low=-low, high=-high)


def percent(span: Span | None) -> Said | None:
    """A share as '1.2 %'; with more digits where it is small."""
    if (found := known(span)) is None:
        return None
    share = 100.0 * found[0]
    if share == 0.0:
        return say("{share:.0f} %", share=share)
    return say("{share:.1f} %", share=share) if share >= 1.0 else say("{share:.2f} %", share=share)


# -- distances -----------------------------------------------------------------------------------------------------


def drawn(results: Results) -> str:
    """Final distance of the model, of the best baseline with as many tries and of the best single guess; SVG."""
    found, at = results.forecasts or {}, horizon(results)
    methods = [
        chart.Series(
            say("{who}, best of 6", who=named(who)), [_dot(of.span(who, "FDE", FEW, at)) for of in found.values()]
        )
        for who in (WORLD, RANDOM)
    ]
    guesses = [_dot(of.span(_single(of), "FDE", "1", at)) for of in found.values()]
    series = [*methods, chart.Series(say("the best single guess of a baseline"), guesses)]
    return chart.dots(say("Distance after 6 s"), "m", [roads(kind) for kind in found], series)


def distances(results: Results) -> Table:
    """The same in numbers, a row for each kind of road."""
    found, at = results.forecasts or {}, horizon(results)
    head: list[Said | str] = [
        say("After 6 s [m]"), say("The model, best of 6"), say("Drivers drawn at random, best of 6"),
        say("The model has"), say("Best single guess"), say("The model has"), say("Road users"),
    ]  # fmt: skip
    rows: list[Row] = []
    for kind, of in found.items():
        few, alone = (of.ratios.get(name) for name in ("K few", "single guess"))
        guess = between(of.span(_single(of), "FDE", "1", at))
        rows.append([
            roads(kind), between(of.span(WORLD, "FDE", FEW, at)), between(of.span(RANDOM, "FDE", FEW, at)),
            less(few.ratio if few else None),
            say("{distance} {who}", distance=guess, who=_SHORT.get(_single(of), _single(of))) if guess else None,
            less(alone.ratio if alone else None), _counted(of, at),
        ])  # fmt: skip
    title = say("Distance after 6 s, by kind of road; in brackets 95 % intervals")
    return Table(title, head, rows, open=False)  # the chart stands before it


def baselines(results: Results) -> Table:
    """Everybody's distances on all roads together, at all horizons."""
    of, at = (results.forecasts or {})[ALL], horizon(results)
    head: list[Said | str] = [say("Mean / final distance [m]"), "K"]
    head += [say("{time:.0f} s", time=time) for time in results.horizons]
    head += [say("Missed after 6 s"), say("Together after 6 s [m]")]
    rows: list[Row] = []
    for method, measures in of.methods.items():
        for tries in sorted((k for k in measures.get("FDE", {}) if k.isdigit()), key=int):
            cells: Row = [named(method), tries]
            cells += [_both(of, method, tries, h) for h in range(len(results.horizons))]
            together = of.span(method, "joint FDE", tries, at)
            cells += [percent(of.span(method, "missed", tries, at)), _one(together)]
            rows.append(cells)
    return Table(say("Best of K futures; K = 1: the one that stands for all"), head, rows)


def recorded(results: Results) -> Table:
    """Recorded traffic, a row for each horizon."""
    of = (results.recorded or {})[ALL]
    single = _single(of)
    head: list[Said | str] = [
        say("Recorded traffic [m]"), say("The model, best of 6"), say("Drivers drawn at random, best of 6"),
        say("Best single guess: {who}", who=named(single)), say("Road users"),
    ]  # fmt: skip
    rows: list[Row] = [
        [say("after {time:.0f} s", time=time), between(of.span(WORLD, "FDE", FEW, h)),
         between(of.span(RANDOM, "FDE", FEW, h)), between(of.span(single, "FDE", "1", h)), _counted(of, h)]
        for h, time in enumerate(results.horizons)
    ]  # fmt: skip
    return Table(say("Final distance in recorded traffic; clips: {number}", number=of.scenes), head, rows)


def elsewhere(results: Results) -> Table:
    """Roads unlike those of the training, beside the nearest that are like them."""
    known, at = results.forecasts or {}, horizon(results)
    head: list[Said | str] = [
        say("Roads unlike its training, after 6 s [m]"), say("The model, best of 6"),
        say("Drivers drawn at random, best of 6"), say("The model has"), say("The model where it was trained"),
        say("Road users"),
    ]  # fmt: skip
    rows: list[Row] = []
    for name, of in (results.off_training or {}).items():
        few, near = of.ratios.get("K few"), known.get(of.traffic)
        trained = between(near.span(WORLD, "FDE", FEW, at)) if near else None
        where = say("{where}: {mean}", where=road(of.traffic), mean=trained) if trained else None
        rows.append([
            _DIFFERS.get(name, of.differs or name), between(of.span(WORLD, "FDE", FEW, at)),
            between(of.span(RANDOM, "FDE", FEW, at)), less(few.ratio if few else None), where, _counted(of, at),
        ])  # fmt: skip
    return Table(say("Final distance on roads that it was not trained on"), head, rows)


def horizon(results: Results) -> int:
    """Which of the horizons is the one at which methods are compared."""
    return min(range(len(results.horizons)), key=lambda h: abs(results.horizons[h] - _COMPARED), default=0)


def _single(of: Forecasts) -> str:
    """The best baseline that makes one guess; '' where there is none."""
    ratio = of.ratios.get("single guess")
    return "" if ratio is None else ratio.of


def _dot(span: Span | None) -> chart.Dot | None:
    return None if (found := known(span)) is None else chart.Dot(*found)


def _counted(of: Forecasts, at: int) -> str | None:
    return f"{of.users[at]}" if at < len(of.users) else None


def _both(of: Forecasts, method: str, tries: str, at: int) -> Said | None:
    mean, final = (known(of.span(method, measure, tries, at)) for measure in ("ADE", "FDE"))
    return None if mean is None or final is None else say("{mean:.2f} / {final:.2f}", mean=mean[0], final=final[0])


def _one(span: Span | None) -> Said | None:
    return None if (found := known(span)) is None else say("{value:.2f}", value=found[0])


# -- events --------------------------------------------------------------------------------------------------------


def events(results: Results) -> Table:
    """In which share of futures something happens to a road user within 8 s, a row for each kind of road."""
    found = results.forecasts or {}
    shown = [event for event in _EVENTS if any(event in of.rates for of in found.values())]
    head: list[Said | str] = [say("Within 8 s")]
    for event in shown:
        what = _EVENTS[event]
        head += [say("{what!c}: the model", what=what), say("{what!c}: the data", what=what)]
        head += [say("{what!c}: drivers drawn at random", what=what)] if event == "contact" else []
    rows: list[Row] = []
    for kind, of in found.items():
        cells: Row = [roads(kind)]
        for event in shown:
            rate = of.rates.get(event)
            cells += [percent(rate.world) if rate else None, percent(rate.data) if rate else None]
            cells += [percent(rate.random) if rate else None] if event == "contact" else []
        rows.append(cells)
    return Table(say("Share of the road users to whom it happens"), head, rows)


# -- in running text -----------------------------------------------------------------------------------------------


def values(results: Results) -> dict[str, Value]:
    """What running text may name: of all roads, and of each as 'motorway.fde'."""
    found, at = results.forecasts or {}, horizon(results)
    out: dict[str, Value] = {
        "goals": Value(float(len(results.goals)), "", None),
        "goals_reached": Value(float(sum(goal.reached for goal in results.goals)), "", None),
    }
    for kind, of in found.items():
        own = {"fde": of.span(WORLD, "FDE", FEW, at), "baseline_fde": of.span(RANDOM, "FDE", FEW, at)}
        few = of.ratios.get("K few")
        for name, span in own.items():
            out[_named(kind, name)] = Value(None if span is None else span[0], "m", None)
        ratio = few.ratio[0] if few else None
        out[_named(kind, "fde_reduction")] = Value(None if ratio is None else 1.0 - ratio, "%", None)
        if (contact := of.rates.get("contact")) is not None:
            out[_named(kind, "contact_rate")] = Value(contact.world[0], "%", None)
            out[_named(kind, "data_contact_rate")] = Value(contact.data[0], "%", None)
    return out


def _named(kind: str, name: str) -> str:
    return name if kind == ALL else f"{kind}.{name}"
