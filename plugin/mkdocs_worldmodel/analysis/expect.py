# Expectations: what an author says must hold, checked against what was measured.

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8, Measures
from mkdocs_worldmodel.analysis.sentences import called
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.spec.block import did_you_mean
from mkdocs_worldmodel.spec.units import parse_quantity

QUANTITIES: dict[str, tuple[str, str, float]] = {
    "ttc": ("time", "s", 1.0),
    "thw": ("time", "s", 1.0),
    "gap": ("length", "m", 1.0),
    "speed": ("speed", "km/h", 3.6),
    "acceleration": ("acceleration", "m/s²", 1.0),
    "deceleration": ("acceleration", "m/s²", 1.0),
}
"""Quantity of the ego → dimension, unit on the page, factor from SI to it."""

_FORM = re.compile(r"\s*(\w+)\s+(\w+)\s*(<=|>=|<|>|≤|≥)\s*(\S.*?)\s*", re.ASCII)
_EQUAL = 2e-6
"""States are rounded to 1e-6, so values that differ by less are equal."""
_NONE = {
    "ttc": "none, as the ego did not close in on anyone",
    "thw": "none, as nobody was in the ego's way or it stood",
    "gap": "none, as nobody was in the ego's way",
}
HINT = "write 'no collision', or such as 'min ttc > 1.5 s', 'max deceleration < 4 m/s²'"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A checked expectation; `quantity` is empty for 'no collision'."""

    text: str
    extreme: str = ""
    quantity: str = ""
    above: bool = False
    or_equal: bool = False
    limit: float = 0.0
    """SI"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an expectation held, and what was measured."""

    text: str
    held: bool
    measured: str


def parse(text: str) -> Expectation:
    """Read an expectation.

    Raises:
        ValueError: (message, hint) where it is not understood.
    """
    if text.lower().split() == ["no", "collision"]:
        return Expectation(text)
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not understood", HINT)
    extreme, quantity, sign, limit = found.groups()
    extreme, quantity = extreme.lower(), quantity.lower()
    if extreme not in {"min", "max"}:
        raise ValueError(f"'{extreme}' in '{text}' is not understood", did_you_mean(extreme, ["min", "max"]))
    if quantity not in QUANTITIES:
        raise ValueError(f"'{quantity}' in '{text}' is unknown", did_you_mean(quantity, QUANTITIES))
    dimension = QUANTITIES[quantity][0]
    try:
        number = parse_quantity(limit, dimension)
    except ValueError as error:  # PydanticCustomError is one
        context = getattr(error, "context", None) or {}
        raise ValueError(f"in '{text}': {context.get('message', error)}", context.get("hint", HINT)) from None
    return Expectation(text, extreme, quantity, sign in {">", ">=", "≥"}, sign in {"<=", ">=", "≤", "≥"}, number)


def judge(e: Expectation, run: Rollout, measures: Measures, contact: Contact | None, last: int) -> Verdict:
    """Check an expectation on the rows up to `last`."""
    if not e.quantity:
        if contact is None:
            return Verdict(e.text, held=True, measured="no contact")
        who = f"{called(run.names[contact.first])} and {called(run.names[contact.second])}"
        return Verdict(e.text, held=False, measured=f"{who} collide at {run.time[contact.row]:.2f} s")
    series = series_of(e.quantity, run, measures)[: last + 1]
    value = float(np.min(series) if e.extreme == "min" else np.max(series))
    equal = abs(value - e.limit) <= _EQUAL
    held = e.or_equal if equal else value > e.limit if e.above else value < e.limit
    _, unit, factor = QUANTITIES[e.quantity]
    if not np.isfinite(value):
        return Verdict(e.text, held, f"{e.extreme} {e.quantity}: {_NONE[e.quantity]}")
    at = float(run.time[int(np.argmin(series) if e.extreme == "min" else np.argmax(series))])
    return Verdict(e.text, held, f"{e.extreme} {e.quantity} = {value * factor:.2f} {unit} at {at:.2f} s")


def series_of(quantity: str, run: Rollout, measures: Measures) -> F8:
    """(T,) the ego's series of a quantity, SI."""
    own = {"speed": run.speed[:, 0], "acceleration": run.acceleration[:, 0], "deceleration": -run.acceleration[:, 0]}
    if quantity in own:
        return own[quantity]
    measured = {"ttc": measures.ttc, "thw": measures.thw, "gap": measures.gap}
    series: F8 = measured[quantity][0]
    return series
