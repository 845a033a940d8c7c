# What blocks came to → tables: means with their intervals, as plain JSON. An interval is [mean, low, high]: 95 %, were
# other scenes drawn; null where there was nothing to judge.

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.forecast import Interval, interval, ratio
from mkdocs_worldmodel.analysis.forecast_spread import likeness, wasserstein
from mkdocs_worldmodel.training.evaluate_blocks import Arrays
from mkdocs_worldmodel.training.evaluate_forecasts import CLASSES, FEW, HORIZONS, RANDOM, RATES, SINGLE, WORLD
from mkdocs_worldmodel.training.evaluate_long import DATA, SPREADS, WINDOWS

F8 = npt.NDArray[np.float64]
Table = dict[str, Any]

AT = HORIZONS.index(6.0)
"""The horizon at which methods are compared."""
METHODS = (WORLD, RANDOM, *SINGLE)
CHANGED = 0.5
"""Followers who change their speed by less than this in the simulator tell no direction [m/s]."""
_DRAWS = 1000
_DIGITS = 4


def number(value: float) -> float | None:
    """As it is written."""
    return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None


def told(found: Interval) -> list[float | None]:
    """[mean, low, high]."""
    return [number(value) for value in (found.mean, found.low, found.high)]


def sure(values: F8) -> list[float | None]:
    """Mean of values (S, …) with its interval."""
    return told(interval(values, draws=_DRAWS))


def against(values: F8, others: F8) -> list[float | None]:
    """Mean of values over that of others, (S, …) each, with its interval."""
    return told(ratio(values, others, draws=_DRAWS))


# -- forecasts -----------------------------------------------------------------------------------------------------


def forecasts(arrays: Arrays) -> Table:
    """Tables of what `evaluate_forecasts.judge` came to."""
    counted = ~np.isnan(arrays[f"{WORLD}/FDE/1"])
    known = [name for name in METHODS if f"{name}/FDE/1" in arrays]
    return {
        "scenes": int(counted[..., 0].reshape(len(counted), -1).any(axis=1).sum()),
        "road users": [int(n) for n in counted.reshape(-1, len(HORIZONS)).sum(axis=0)],
        "methods": {name: _method(arrays, name) for name in known},
        "ratios": _ratios(arrays),
        "classes": _classes(arrays),
        "rates": _rates(arrays),
        "seeds": _by_seed(arrays),
    }


def _method(arrays: Arrays, method: str) -> Table:
    """Measure → tries → an interval for each horizon."""
    out: Table = {}
    for name in sorted(arrays):
        of, _, rest = name.partition("/")
        if of == method:
            measure, tries = rest.split("/")
            out.setdefault(measure, {})[tries] = [sure(arrays[name][..., h]) for h in range(len(HORIZONS))]
    return out


def _ratios(arrays: Arrays) -> Table:
    """The world's final distance over that of the best baseline, at 6 s."""

    def at(name: str) -> F8:
        return arrays[name][..., AT]

    guesses = {
        name: float(np.nanmean(at(f"{name}/FDE/1")))
        for name in (*SINGLE, RANDOM)
        if np.isfinite(at(f"{name}/FDE/1")).any()
    }
    most = max(
        int(name.rsplit("/", 1)[1]) for name in arrays if name.startswith(f"{WORLD}/FDE/") and name[-1].isdigit()
    )
    few = min(FEW, most)
    out: Table = {
        "K few": {"K": few, "of": RANDOM, "ratio": against(at(f"{WORLD}/FDE/{few}"), at(f"{RANDOM}/FDE/{few}"))},
        "K all": {"K": most, "of": RANDOM, "ratio": against(at(f"{WORLD}/FDE/{most}"), at(f"{RANDOM}/FDE/{most}"))},
        "joint": {"K": few, "of": RANDOM,
                  "ratio": against(at(f"{WORLD}/joint FDE/{few}"), at(f"{RANDOM}/joint FDE/{few}"))},
    }  # fmt: skip
    if guesses:
        best = min(guesses, key=lambda name: guesses[name])
        out["single guess"] = {"K": few, "of": best, "ratio": against(at(f"{WORLD}/FDE/{few}"), at(f"{best}/FDE/1"))}
        out["one against one"] = {"K": 1, "of": best, "ratio": against(at(f"{WORLD}/FDE/1"), at(f"{best}/FDE/1"))}
    return out


def _classes(arrays: Arrays) -> Table:
    """Best of few at 6 s for each class of road users."""
    out: Table = {}
    few = f"FDE/{FEW}"
    for c, name in enumerate(CLASSES):
        of = {
            who: np.where(arrays["class"] == c, arrays[f"{who}/{few}"][..., AT], np.nan)
            for who in (WORLD, RANDOM)
            if f"{who}/{few}" in arrays
        }
        if of and not np.isnan(of[WORLD]).all():
            count = int((~np.isnan(of[WORLD])).sum())
            out[name] = {"road users": count, **{who: sure(values) for who, values in of.items()}}
    return out


def _rates(arrays: Arrays) -> Table:
    """Events → share of the road users that they happen to in 8 s."""
    out: Table = {}
    for event in RATES:
        of = {who: arrays[f"rate/{event}/{who}"] for who in (DATA, WORLD, RANDOM) if f"rate/{event}/{who}" in arrays}
        if of and not np.isnan(of[DATA]).all():
            out[event] = {who: sure(values) for who, values in of.items()}
            out[event]["ratio"] = against(of[WORLD], of[DATA])
            out[event]["road users"] = int((~np.isnan(of[DATA])).sum())
    return out


def _by_seed(arrays: Arrays) -> Table:
    """Best of few at 6 s, for each seed of the evaluation."""
    out: Table = {}
    for who in (WORLD, RANDOM):
        name = f"{who}/FDE/{FEW}"
        if name in arrays:
            out[who] = [
                number(_mean(arrays[name][arrays["seed"] == seed][..., AT])) for seed in np.unique(arrays["seed"])
            ]
    return out


def _mean(values: F8) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


# -- long drives -----------------------------------------------------------------------------------------------------


def drives(arrays: Arrays) -> Table:
    """Tables of what `evaluate_long.drive_on` came to; lists have a value for each window."""
    windows = range(len(WINDOWS))
    out: Table = {"scenes": len(arrays["seed"]), "spreads": {}, "trouble": {}}
    for spread in SPREADS:
        pairs = [(arrays[f"{spread}/{WORLD}/{w}"], arrays[f"{spread}/{DATA}/{w}"]) for w in windows]
        flat = [likeness(a[~np.isnan(a)], b[~np.isnan(b)]) for a, b in pairs]
        out["spreads"][spread] = {
            WORLD: {"mean": [sure(a) for a, _ in pairs], "std": [number(each.std) for each in flat]},
            DATA: {"mean": [sure(b) for _, b in pairs], "std": [number(each.other_std) for each in flat]},
            "distance": [number(each.distance) for each in flat],
            "floor": [number(_apart(b)) for _, b in pairs],
            "overlap": [number(each.overlap) for each in flat],
        }
    changes = {who: [arrays[f"lane_changes/{who}/{w}"] for w in windows] for who in (WORLD, DATA)}
    everything = {who: np.concatenate(values, axis=1) for who, values in changes.items()}
    out["lane changes"] = {
        **{who: [sure(each) for each in values] for who, values in changes.items()},
        "ratio": against(everything[WORLD], everything[DATA]),
    }
    for event in ("contact", "off road"):
        rates = {who: [arrays[f"{event}/{who}/{w}"] for w in windows] for who in (WORLD, DATA)}
        out["trouble"][event] = {
            **{who: [sure(each) for each in values] for who, values in rates.items()},
            "late over early": against(rates[WORLD][-1], rates[WORLD][0]),
        }
    return out


def _apart(values: F8) -> float:
    """Distance of two halves of the same scenes' values (S, …) from each other: what chance alone makes."""
    halves = [part[~np.isnan(part)] for part in (values[::2], values[1::2])]
    return wasserstein(*halves) if all(len(half) for half in halves) else float("nan")


# -- reaction --------------------------------------------------------------------------------------------------------


def reaction(arrays: Arrays) -> Table:
    """Tables of what `evaluate_reaction.react` came to."""
    data, world = arrays["change/data"], arrays["change/world"]
    clear = np.abs(data) >= CHANGED
    same = np.where(clear, np.sign(world) == np.sign(data), np.nan)
    mean = np.where(clear, np.sign(world.mean(axis=1, keepdims=True)) == np.sign(data), np.nan)
    out: Table = {
        "scenes": len(data),
        "scenes with a change": int(clear.sum()),
        "change": {DATA: sure(data), WORLD: sure(world), "ratio": against(world, data)},
        "same direction": {"each future": sure(same), "mean of the futures": sure(mean)},
        "contact": {},
        "another's commands": {},
        "off the ego's path": number(float(arrays["path"].max())),
    }
    for who in (WORLD, DATA):
        hit, replayed = arrays[f"contact/{who}"], arrays[f"replayed/{who}"]
        out["contact"][who] = {"reacting": sure(hit), "replayed": sure(replayed), "ratio": against(hit, replayed)}
    for truth in ("brakes", "keeps"):
        own, another = (arrays.get(f"distance/{truth}/{command}") for command in ("own", "another's"))
        if own is not None and another is not None:
            some = np.where(np.isnan(another), np.nan, own)  # a scene alone in its block has nobody else's commands
            out["another's commands"][truth] = {
                "own": sure(some), "another's": sure(another), "ratio": against(another, some),
            }  # fmt: skip
    return out


def grouped(arrays: Mapping[str, Arrays], table: Callable[[Arrays], Table]) -> Table:
    """A table of each group, by name."""
    return {name: table(of_group) for name, of_group in arrays.items()}
