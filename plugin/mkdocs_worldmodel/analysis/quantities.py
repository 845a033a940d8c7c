# The quantities that pages can name: in checks, in tables, in charts. One registry, read by all of them.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.analysis import comfort, criticality
from mkdocs_worldmodel.analysis.contact import Contact
from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.readings import Readings

Read = Callable[[Readings, int, int | None], F8]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something measured.

    Values are SI. What belongs to one road user and is not there is nan (it is absent, or in no lane); between two,
    what does not exist is inf where small values are critical and 0 where large ones are (`worst`).
    """

    name: str
    dimension: str
    """As in spec/units (length, speed, time, acceleration, angle), or 'jerk', 'yaw rate', 'lane', 'flag'; '' for a
    plain number."""
    pair: bool
    """Whether it is between two. Without a named other: whoever is next ahead, or what `anyone` says."""
    unit: str
    factor: float
    """From SI to the unit of the page."""
    description: str
    """How a table calls it, after 'smallest', 'largest'."""
    read: Read
    """(readings, user, other) → (T,) over all rows; () where `number`."""
    worst: str = ""
    """'min' or 'max': which extreme is critical; '' where neither is."""
    anyone: bool = False
    """Without a named other it is the worst of all others, not of who is next ahead."""
    number: bool = False
    """One number of the whole run (up to what counts), no series."""


def _distance_driven(r: Readings, i: int, _: int | None) -> F8:
    speed, time = r.run.speed[:, i], r.run.time
    steps = np.where(r.present(i)[1:], 0.5 * (speed[1:] + speed[:-1]) * np.diff(time), 0.0)
    return np.concatenate(([0.0], np.cumsum(steps)))


def _lane(r: Readings, i: int, _: int | None) -> F8:
    return r.while_present(i, r.run.lane[:, i].astype(np.float64))


def _pet(r: Readings, i: int, j: int | None) -> F8:
    values = [r.pet(i, k) for k in (r.others(i) if j is None else [j])]
    return np.array(min(map(float, values), default=np.inf))


def _rss_danger(r: Readings, i: int, j: int | None) -> F8:
    found = [r.rss_dangerous(i, k) for k in (r.others(i) if j is None else [j])]
    return np.any(found, axis=0).astype(np.float64) if found else np.zeros(len(r.run.time))


def _of_contact(value: Callable[[Readings, Contact, int], float]) -> Read:
    def read(r: Readings, i: int, j: int | None) -> F8:
        contact = r.contact_of(i, j)
        return np.array(np.nan if contact is None else value(r, contact, i))

    return read


def _impact_position(r: Readings, contact: Contact, i: int) -> float:
    """0 at the edge on the kerb's side: the right one where traffic keeps right."""
    across = contact.hit(i).across
    return across if r.scenario.network.roads[0].rule == "RHT" else 1.0 - across


def _own(value: Callable[[Readings, int], F8]) -> Read:
    return lambda r, i, _: r.while_present(i, value(r, i))


def _each(value: Callable[[Readings, int, int], F8]) -> Read:
    return lambda r, i, j: r.nearest(i, j, lambda other: value(r, i, other))


_MS2 = ("acceleration", False, "m/s²", 1.0)
_ALL = (
    Quantity("speed", "speed", False, "km/h", 3.6, "speed", _own(lambda r, i: r.run.speed[:, i])),
    Quantity("acceleration", *_MS2, "acceleration", _own(lambda r, i: r.run.acceleration[:, i])),
    Quantity("deceleration", *_MS2, "deceleration", _own(lambda r, i: -r.run.acceleration[:, i]), "max"),
    Quantity("lateral_acceleration", *_MS2, "lateral acceleration, to the left",
             _own(lambda r, i: comfort.lateral_acceleration(r.run.speed[:, i], r.run.yaw_rate[:, i]))),
    Quantity("jerk", "jerk", False, "m/s³", 1.0, "jerk (mean over 0.5 s)",
             _own(lambda r, i: comfort.jerk(r.run.acceleration[:, i], r.run.time))),
    Quantity("yaw_rate", "yaw rate", False, "°/s", 180.0 / np.pi, "yaw rate, to the left",
             _own(lambda r, i: r.run.yaw_rate[:, i])),
    Quantity("heading", "angle", False, "°", 180.0 / np.pi, "heading, counter-clockwise from the x axis",
             _own(lambda r, i: r.run.heading[:, i])),
    Quantity("lane", "lane", False, "", 1.0, "lane (OpenDRIVE id)", _lane),
    Quantity("lane_offset", "length", False, "m", 1.0, "offset from the middle of the lane, to the left",
             _own(lambda r, i: r.place(i).offset)),
    Quantity("distance_driven", "length", False, "m", 1.0, "distance driven", _distance_driven),
    Quantity("speed_limit", "speed", False, "km/h", 3.6, "speed limit", _own(lambda r, i: r.place(i).limit)),
    Quantity("speed_limit_excess", "speed", False, "km/h", 3.6, "speed above the limit",
             _own(lambda r, i: r.run.speed[:, i] - r.place(i).limit), "max"),
    Quantity("gap", "length", True, "m", 1.0, "gap along the road", lambda r, i, j: r.approach(i, j).gap, "min"),
    Quantity("thw", "time", True, "s", 1.0, "time headway (THW)",
             lambda r, i, j: criticality.time_headway(r.approach(i, j)), "min"),
    Quantity("ttc", "time", True, "s", 1.0, "time to collision (TTC)",
             lambda r, i, j: criticality.time_to_collision(r.approach(i, j)), "min"),
    Quantity("drac", "acceleration", True, "m/s²", 1.0, "deceleration rate to avoid a crash (DRAC)",
             lambda r, i, j: criticality.drac(r.approach(i, j)), "max"),
    Quantity("required_deceleration", "acceleration", True, "m/s²", 1.0, "required deceleration",
             lambda r, i, j: criticality.required_deceleration(r.approach(i, j)), "max"),
    Quantity("rss_distance", "length", True, "m", 1.0, "safe distance (RSS)", Readings.rss_distance, "max"),
    Quantity("rss_margin", "length", True, "m", 1.0, "gap above the safe distance (RSS)", Readings.rss_margin, "min"),
    Quantity("rss_danger", "flag", True, "", 1.0, "dangerous situation (RSS)", _rss_danger, "max", anyone=True),
    Quantity("distance", "length", True, "m", 1.0, "distance", _each(Readings.distance), "min", anyone=True),
    Quantity("ttc_2d", "time", True, "s", 1.0, "time to collision in the plane (2D TTC)", _each(Readings.ttc_2d), "min",
             anyone=True),
    Quantity("pet", "time", True, "s", 1.0, "post-encroachment time (PET)", _pet, "min", anyone=True, number=True),
    Quantity("impact_speed", "speed", True, "km/h", 3.6, "own speed at contact",
             _of_contact(lambda _, c, i: c.hit(i).speed), "max", anyone=True, number=True),
    Quantity("closing_speed", "speed", True, "km/h", 3.6, "relative speed at contact",
             _of_contact(lambda _, c, __: c.closing), "max", anyone=True, number=True),
    Quantity("overlap", "", True, "%", 100.0, "overlap at contact, of the own width",
             _of_contact(lambda _, c, i: c.hit(i).overlap), anyone=True, number=True),
    Quantity("impact_position", "", True, "%", 100.0, "place of the contact across the own width, from the kerb's side",
             _of_contact(_impact_position), anyone=True, number=True),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {q.name: q for q in _ALL}
"""By the name that authors write."""


def read(readings: Readings, name: str, user: int = 0, other: int | None = None) -> F8:
    """A quantity of a run: (T,) over all rows, or () where it is one number. SI."""
    return QUANTITIES[name].read(readings, user, other)


def extreme(series: F8, which: str, last: int) -> tuple[float, int] | None:
    """The smallest or largest value up to row `last`, and its row; None where there is none at all.

    May be inf: 'none' in the sense of `Quantity`.
    """
    known = series[: last + 1]
    if np.isnan(known).all():
        return None
    k = int(np.nanargmin(known) if which == "min" else np.nanargmax(known))
    return float(known[k]), k
