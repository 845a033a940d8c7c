# Roads that no training scene has: how far forecasts fall where nobody taught them.

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.training.scenes_roads import DrawRoad, Plan
from mkdocs_worldmodel.training.scenes_stretches import KMH


@dataclass(frozen=True, slots=True)
class OffTraining:
    """A kind of road that was not trained on.

    Attributes:
        traffic: the road kind whose traffic drives on it; what it is compared with.
        differs: in words, from that kind.
        draw: draws such roads.
    """

    traffic: str
    differs: str
    draw: DrawRoad


def _lights(rng: np.random.Generator) -> dict[str, float]:
    return {"green": float(rng.uniform(6.0, 14.0)), "delay": float(rng.uniform(0.0, 30.0))}


def _five_lanes(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    del shape
    limit = KMH * float(rng.choice([100.0, 130.0]))
    length = 420.0 + 1.15 * limit * seconds
    return {"kind": "motorway", "lanes": 5, "speed_limit": limit, "segments": [{"length": length}]}, 210.0


def _hairpins(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    del shape
    limit = 50.0 * KMH
    bend = {"length": math.pi * 20.0 * 0.8, "curve": {"radius": 20.0, "to": "left"}}
    back = {"length": math.pi * 20.0 * 0.8, "curve": {"radius": 20.0, "to": "right"}}
    between = {"length": float(rng.uniform(60.0, 100.0))}
    count = 1 + int((420.0 + 1.15 * limit * seconds) / 260.0)
    return {"kind": "rural", "lanes": 1, "oncoming": 1, "speed_limit": limit,
            "segments": [between, bend, between, back] * count}, 0.5 * count * 260.0  # fmt: skip


def _keep_left(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    del shape
    limit = 50.0 * KMH
    at = 210.0 + 1.15 * limit * seconds
    junction = {"at": at, "kind": "crossing", "control": "signals", "lanes": 1, "oncoming": 1,
                "signals": _lights(rng)}  # fmt: skip
    return {"kind": "town", "lanes": 1, "oncoming": 1, "keep": "left", "speed_limit": limit, "junction": junction}, at


def _wide_crossing(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    del shape
    limit = 60.0 * KMH
    at = 210.0 + 1.15 * limit * seconds
    junction = {"at": at, "kind": "crossing", "control": "signals", "lanes": 3, "oncoming": 3,
                "signals": _lights(rng)}  # fmt: skip
    return {"kind": "town", "lanes": 3, "oncoming": 3, "speed_limit": limit, "junction": junction}, at


def _large_roundabout(shape: np.random.Generator, rng: np.random.Generator, seconds: float) -> Plan:
    del shape
    limit = 50.0 * KMH
    at = 210.0 + 1.15 * limit * seconds
    junction = {"at": at, "kind": "roundabout", "radius": float(rng.uniform(38.0, 45.0))}
    return {"kind": "town", "speed_limit": limit, "junction": junction}, at


OFF_TRAINING = {
    "five_lanes": OffTraining("motorway", "five lanes; trained: up to four", _five_lanes),
    "hairpins": OffTraining(
        "curves", "bends of 20 m radius at a limit of 50 km/h; trained: of 55 m or more", _hairpins
    ),
    "keep_left": OffTraining("signals", "traffic keeps left; trained: in one of twenty networks", _keep_left),
    "wide_crossing": OffTraining("signals", "three lanes each way; trained: up to two", _wide_crossing),
    "large_roundabout": OffTraining("roundabout", "a radius of 38 m to 45 m; trained: 12 m to 28 m", _large_roundabout),
}
