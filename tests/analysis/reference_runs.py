"""Reference numbers of other programs: a small sample beside the tests, and the full tables where they are at hand."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
from drives import Mover, drive

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.scenario import Scenario

Table = list[dict[str, str]]

SAMPLE = Path(__file__).parents[1] / "data" / "reference"
FULL = Path(__file__).resolve().parents[3] / "shared" / "reference-data"


def tables(name: str) -> list[Path]:
    """The sample of a table of `metrics`, and the full one where it is at hand."""
    return [path for path in (SAMPLE / name, FULL / "metrics" / name) if path.is_file()]


def rows(path: Path) -> Table:
    """Read a table, packed or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


def column(table: Table, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([float(row[name]) for row in table])


def esmini_run(entities: Table, states: Table) -> tuple[Scenario, Rollout]:
    """A run that esmini recorded, as on one straight road: x, y, s and t are as recorded, accelerations 0."""
    names = tuple(dict.fromkeys(s["entity"] for s in states))
    body = {e["name"]: e for e in entities}
    times = sorted({float(s["time"]) for s in states})
    row, user = {t: k for k, t in enumerate(times)}, {n: i for i, n in enumerate(names)}
    shape = (len(times), len(names))
    value = {n: np.zeros(shape) for n in ("x", "y", "heading", "speed", "s", "t")}
    present = np.zeros(shape, dtype=np.int32)
    for state in states:
        at = (row[float(state["time"])], user[state["entity"]])
        present[at] = 1
        for name, values in value.items():
            values[at] = float(state[name])
    size = {n: np.array([float(body[name][n]) for name in names]) for n in ("length", "width", "height", "center_x")}
    scenario, pattern = drive(*(Mover(lambda time: 0.0 * time) for _ in names), seconds=0.05)
    zero = np.zeros(shape)
    users = tuple(replace(u, name=n) for u, n in zip(scenario.users, names, strict=True))
    run = replace(
        pattern, time=np.array(times), names=names, length=size["length"], width=size["width"], height=size["height"],
        rear_overhang=0.5 * size["length"] - size["center_x"], wheelbase=zero[0] + 1.0, present=present,
        direction=np.where(np.cos(value["heading"]) > 0.0, 1, -1).astype(np.int32), acceleration=zero, yaw_rate=zero,
        road=zero.astype(np.int32), lane=zero.astype(np.int32) - 1, signals=zero[:, :0].astype(np.int32), **value,
    )  # fmt: skip
    return replace(scenario, users=users), run
