# Random roads of every kind that an author can describe.

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.layout import Layout, lay_out
from mkdocs_worldmodel.spec.road import RoadSpec
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.training.scenes_stretches import KMH, Stretch, stretches

Spec = dict[str, Any]
Plan = tuple[Spec, float]
"""A road as an author would write it, and at which station its traffic starts [m]."""
DrawRoad = Callable[[np.random.Generator, np.random.Generator, float], Plan]
"""Draws one, for traffic of so many seconds: from what is equal in all networks of a batch (their signals must be), and
from what is one network's own."""

_ATTEMPTS = 40
_ROOM = 210.0
"""So much road lies before and behind the place around which road users start, beside what they will drive [m]."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One random network with all places where somebody can start."""

    layout: Layout
    stretches: tuple[Stretch, ...]
    limit: float
    """Of the main road [m/s]."""


# -- what roads there are ----------------------------------------------------------------------------------------------
# `shape` draws what is equal in all networks of a batch, `rng` the numbers of one of them.


def _side(rng: np.random.Generator) -> str:
    return "left" if rng.random() < 0.5 else "right"


def _pick(rng: np.random.Generator, values: tuple[Any, ...], weights: tuple[float, ...]) -> Any:
    return values[int(rng.choice(len(values), p=np.array(weights) / sum(weights)))]


def _course(rng: np.random.Generator, length: float, tightest: float, pieces: int) -> list[Spec]:
    """Straights and bends of at least that radius, of that length in all."""
    parts = rng.dirichlet(np.full(pieces, 4.0)) * length
    out: list[Spec] = []
    side, eased = _side(rng), rng.random() < 0.4
    for part in parts.tolist():
        segment: Spec = {"length": part}
        if rng.random() < 0.65:
            radius = tightest * math.exp(rng.uniform(0.0, 1.8))
            radius = max(radius, part / 1.3)  # no more than 75 degrees in a piece
            easing = rng.uniform(0.15, 0.35) * part if eased else 0.0
            segment["curve"] = {"radius": radius, "to": side, "transition": easing}
            side = "left" if side == "right" else "right"
        out.append(segment)
    return out


def _extent(limit: float, seconds: float, *, two_way: bool) -> tuple[float, float]:
    """Length of a road on which nobody comes to the end, and from where on one drives on it [m]."""
    reach = _ROOM + 1.15 * limit * seconds
    return (2.0 * reach, reach) if two_way else (_ROOM + reach, _ROOM)


def _motorway(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    limit = KMH * float(rng.choice([80.0, 100.0, 110.0, 120.0, 130.0, 130.0]))
    two_way = bool(shape.random() < 0.1)
    length, start = _extent(limit, seconds, two_way=two_way)
    lanes = _pick(shape, (1, 2, 3, 4), (0.05, 0.4, 0.4, 0.15))
    road: Spec = {"kind": "rural" if two_way else "motorway", "lanes": lanes, "oncoming": lanes if two_way else 0,
                  "segments": _course(rng, length, limit * limit / 1.2, int(shape.integers(1, 4))),
                  "speed_limit": limit}  # fmt: skip
    if shape.random() < 0.15:
        road["speed_limits"] = [{"at": start + rng.uniform(-100.0, 200.0), "limit": limit * rng.uniform(0.6, 0.9)}]
    return road, start


def _curves(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    limit = KMH * float(rng.choice([50.0, 60.0, 70.0, 80.0, 100.0]))
    oncoming = _pick(shape, (0, 1), (0.2, 0.8))
    length, start = _extent(limit, seconds, two_way=bool(oncoming))
    tightest = limit * limit / rng.uniform(1.0, 3.5)
    bends = max(3, round(length / rng.uniform(120.0, 300.0)))
    return {"kind": "rural", "lanes": _pick(shape, (1, 2), (0.8, 0.2)), "oncoming": oncoming, "speed_limit": limit,
            "segments": _course(rng, length, tightest, min(bends, 10))}, start  # fmt: skip


def _stop_and_go(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    if shape.random() < 0.7:
        return _motorway(shape, rng, seconds)
    limit = KMH * float(rng.choice([50.0, 60.0, 70.0]))
    oncoming = int(shape.integers(0, 2))
    length, start = _extent(limit, seconds, two_way=bool(oncoming))
    return {"kind": "town", "lanes": int(shape.integers(1, 3)), "oncoming": oncoming, "speed_limit": limit,
            "segments": _course(rng, length, limit * limit, int(shape.integers(1, 4)))}, start  # fmt: skip


def _merge(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    limit = KMH * float(rng.choice([60.0, 80.0, 100.0, 120.0]))
    length, start = _extent(limit, seconds, two_way=False)
    what = _pick(shape, ("ramp", "exit", "ramp and exit", "end", "begin"), (0.35, 0.2, 0.1, 0.25, 0.1))
    tapers = what in {"end", "begin"}
    lanes = int(shape.integers(2, 4)) if tapers else _pick(shape, (1, 2, 3), (0.2, 0.6, 0.2))
    road: Spec = {"kind": "motorway" if limit > 70.0 * KMH else "rural", "lanes": lanes, "speed_limit": limit,
                  "segments": _course(rng, length + 600.0, limit * limit / 1.2, int(shape.integers(1, 3)))}  # fmt: skip
    if "ramp" in what:
        road["ramp"] = {"at": start + rng.uniform(0.0, 60.0), "length": rng.uniform(100.0, 250.0),
                        "speed_limit": limit * rng.uniform(0.6, 1.0)}  # fmt: skip
    if "exit" in what:
        road["exit"] = {"at": start + (430.0 if "ramp" in what else rng.uniform(0.0, 80.0)),
                        "length": rng.uniform(100.0, 200.0), "speed_limit": limit * rng.uniform(0.5, 0.8)}  # fmt: skip
    if tapers:
        taper = {"at": start + rng.uniform(30.0, 250.0), "lane": 1 if shape.random() < 0.6 else lanes,
                 "over": rng.uniform(50.0, 150.0)}  # fmt: skip
        road["lane_ends" if what == "end" else "lane_begins"] = [taper]
    return road, start


def _urban(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    limit = KMH * float(rng.choice([30.0, 50.0, 50.0, 60.0]))
    lanes = _pick(shape, (1, 2), (0.8, 0.2))
    oncoming = _pick(shape, (lanes, 0), (0.9, 0.1))
    length, start = _extent(limit, seconds, two_way=bool(oncoming))
    course = _course(rng, length, max(60.0, limit * limit / 1.5), int(shape.integers(1, 4)))
    road: Spec = {"kind": "town", "lanes": lanes, "oncoming": oncoming, "speed_limit": limit, "segments": course}
    if shape.random() < 0.5:
        road["parking"] = rng.uniform(2.0, 2.4)
    if shape.random() < 0.4:
        road["cycle_lane"] = rng.uniform(1.5, 2.0)
    at, crossings = start + rng.uniform(-30.0, 60.0), []
    for _ in range(int(shape.integers(0, 3))):
        control = _pick(shape, ("zebra", "none", "signals"), (0.5, 0.35, 0.15))
        crossings.append({"at": at, "width": rng.uniform(3.0, 5.0), "control": control})
        at += rng.uniform(40.0, 90.0)
    return road | {"crossings": crossings}, start


def _junction(shape: np.random.Generator, rng: np.random.Generator, seconds: float, control: str) -> Plan:
    limit = KMH * float(rng.choice([30.0, 50.0, 50.0, 60.0, 70.0]))
    at, _ = _extent(limit, seconds, two_way=False)
    kind = _pick(shape, ("crossing", "t"), (0.7, 0.3))
    arms = ["ahead", "left", "right"]
    if kind == "t":
        arms.pop(int(shape.integers(3)))
    main = 2 if shape.random() < (0.4 if control == "signals" else 0.12) else 1
    side = 2 if main == 2 and shape.random() < 0.4 else 1
    junction: Spec = {"at": at, "kind": kind, "arms": arms, "control": control, "lanes": side, "oncoming": side,
                      "crosswalks": bool(shape.random() < 0.4),
                      "side_speed_limit": limit * rng.uniform(0.6, 1.0)}  # fmt: skip
    if rng.random() < 0.4:
        junction["angle"] = math.radians(rng.uniform(65.0, 115.0))
    if control == "signals":
        junction["signals"] = {"green": rng.uniform(5.0, 18.0), "amber": rng.uniform(2.5, 4.0),
                               "all_red": rng.uniform(1.0, 2.5), "first": "ego" if rng.random() < 0.5 else "side",
                               "delay": rng.uniform(0.0, 50.0)}  # fmt: skip
    road: Spec = {"kind": "town" if limit < 65.0 * KMH else "rural", "lanes": main, "oncoming": main,
                  "speed_limit": limit, "junction": junction,
                  "segments": _course(rng, at + 60.0, max(80.0, limit * limit), int(shape.integers(1, 3)))}  # fmt: skip
    if shape.random() < 0.2:
        road["cycle_lane"] = rng.uniform(1.5, 2.0)
    return road, at


def _crossing(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    control = _pick(shape, ("right", "priority", "give_way", "stop"), (0.3, 0.25, 0.25, 0.2))
    return _junction(shape, rng, seconds, control)


def _signals(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    return _junction(shape, rng, seconds, "signals")


def _roundabout(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    limit = KMH * float(rng.choice([30.0, 50.0, 50.0, 70.0]))
    at, _ = _extent(limit, seconds, two_way=False)
    arms = ["ahead", "left", "right"]
    if shape.random() < 0.25:
        arms.pop(int(shape.integers(3)))
    return {"kind": "town", "speed_limit": limit, "segments": _course(rng, at + 60.0, max(80.0, limit * limit), 2),
            "junction": {"at": at, "kind": "roundabout", "arms": arms, "radius": rng.uniform(12.0, 28.0),
                         "crosswalks": bool(shape.random() < 0.25)}}, at  # fmt: skip


ROADS: dict[str, DrawRoad] = {
    "motorway": _motorway, "curves": _curves, "stop_and_go": _stop_and_go, "merge": _merge, "urban": _urban,
    "crossing": _crossing, "signals": _signals, "roundabout": _roundabout,
}  # fmt: skip


def grounds(road: DrawRoad, seed: Sequence[int], count: int, seconds: float) -> tuple[Ground, ...]:
    """Random networks of one kind with the same signals, long enough for runs of that many seconds.

    Args:
        road: draws them.
        seed: words that all randomness comes from.
        count: how many.
        seconds: how long one will drive on them.
    """
    rng = np.random.default_rng(list(seed))
    keep = "left" if rng.random() < 0.05 else "right"
    out: list[Ground] = []
    signals: list[str] | None = None
    for _ in range(_ATTEMPTS * count):
        shape = np.random.default_rng([*seed, 1])
        drawn, start = road(shape, rng, seconds)
        spec = RoadSpec.model_validate({"keep": keep} | drawn)
        mistakes: list[str] = []

        def wrong(_path: KeyPath, message: str, _hint: str, told: list[str] = mistakes) -> None:
            told.append(message)

        limit = spec.speed_limit or 130.0 * KMH
        other_roads, _ = _extent(limit, seconds, two_way=False)
        layout = lay_out(spec, ego_speed=limit, ego_front=0.0, default_length=other_roads, wrong=wrong)
        ids = [signal.id for _, signal in layout.network.signals()]
        if mistakes or (signals is not None and ids != signals):
            continue
        signals = ids
        out.append(Ground(layout, stretches(layout, _focus(layout, start)), limit))
        if len(out) == count:
            return tuple(out)
    raise WorldError("no such road could be laid out")


def _focus(layout: Layout, station: float) -> tuple[float, float]:
    """Around which point road users start: x, y [m]."""
    road, s = layout.place(station)
    x, y, _ = ReferenceLines([layout.network.road(road)]).pose(0, np.array([s]))
    return float(x[0]), float(y[0])
