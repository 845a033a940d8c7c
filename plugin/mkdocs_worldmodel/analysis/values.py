# The numbers of a run that running text may name, by stable names: min_ttc, impact_speed, lorry.max_speed.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis.quantities import QUANTITIES, Quantity, extreme
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.spec.units import measure_of, units_of

_WHOLE_RUN = ("distance_driven",)
"""Series of which the last value says it."""
_CODES = frozenset({"lane", "flag"})
"""Dimensions of what is no measure: expectations have words for them."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number of a run."""

    value: float | None
    """SI; None where the run has none, such as a time to collision where nobody closes in."""
    unit: str
    """In which a page shows it where its author does not say."""
    time: float | None
    """When [s]; None where it belongs to the whole run."""


def values(readings: Readings) -> dict[str, Value]:
    """All that can be named: of the ego by its plain name, of others as 'lorry.max_speed'.

    A series gives its smallest and its largest value up to the row that counts last, or the critical one where only
    one of them is. What is between two is told of the ego alone, as in the table of numbers: towards whoever is next
    ahead, or the worst of all.
    """
    found = {"duration": Value(_rounded(readings.run.time[readings.last]), "s", None)}
    for user, name in enumerate(readings.run.names):
        for quantity in QUANTITIES.values():
            if quantity.dimension in _CODES or (user > 0 and quantity.pair and not _of_contact(quantity)):
                continue
            for label, value in _of(readings, quantity, user):
                found[label if user == 0 else f"{name}.{label}"] = value
    return found


def _of_contact(quantity: Quantity) -> bool:
    return quantity.number and quantity.name != "pet"


def _of(r: Readings, quantity: Quantity, user: int) -> Iterator[tuple[str, Value]]:
    series = quantity.read(r, user, None)
    if quantity.number:
        contact = r.contact_of(user) if _of_contact(quantity) else None
        time = None if contact is None else _rounded(contact.time)
        yield quantity.name, Value(_rounded(series), quantity.unit, time)
    elif quantity.name in _WHOLE_RUN:
        yield quantity.name, Value(_rounded(series[r.last]), quantity.unit, None)
    else:
        for which in (quantity.worst,) if quantity.worst else ("min", "max"):
            at = extreme(series, which, r.last)
            value = None if at is None else _rounded(at[0])
            time = None if at is None or value is None else _rounded(r.run.time[at[1]])
            yield f"{which}_{quantity.name}", Value(value, quantity.unit, time)


def _rounded(value: float | np.float64 | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float | None:
    """As exactly as states are written; None for what does not exist."""
    number = round(float(value), 6)
    return number + 0.0 if np.isfinite(number) else None


def in_unit(value: Value, unit: str) -> float:
    """A value that exists, in a unit of its dimension.

    Raises:
        ValueError: (message, hint) where the unit is unknown, or measures something else.
    """
    assert value.value is not None
    own, wanted = _measure(value.unit), _measure(unit)
    if unit == value.unit:
        return value.value / own[1]
    if wanted[0] != own[0]:
        same = [u for u in (*(_PER_SECOND if own[0] == "yaw rate" else units_of(own[0])), value.unit) if u]
        hint = f"write {' or '.join(dict.fromkeys(same))}" if same else "write no unit"
        raise ValueError(f"'{unit[:20]}' is no unit of this value", hint)
    return value.value / wanted[1]


_PER_SECOND = {"°/s": np.pi / 180.0, "rad/s": 1.0}


def _measure(unit: str) -> tuple[str, float]:
    """A unit's dimension, and what it is in SI."""
    return ("yaw rate", _PER_SECOND[unit]) if unit in _PER_SECOND else measure_of(unit)
