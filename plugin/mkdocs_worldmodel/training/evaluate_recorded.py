# Recorded traffic as a test: clips of a folder, each foretold from several of its moments.

from __future__ import annotations

from pathlib import Path

import numpy as np

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.training.evaluate_blocks import Arrays, together
from mkdocs_worldmodel.training.evaluate_forecasts import HORIZONS, ROW, judge
from mkdocs_worldmodel.training.track_table import FILE
from mkdocs_worldmodel.training.tracks import convert, read_tracks
from mkdocs_worldmodel.world.face import World

APART = 40
"""Rows from one moment that is foretold to the next: 2 s."""


def clips(source: Path, work: Path) -> dict[str, Path]:
    """Folders with recorded traffic (see `tracks.read_tracks`) under a folder, by name.

    Scenarios in OpenSCENARIO XML whose road users follow polylines are converted into folders under `work`; their
    positions are taken for middles of boxes, as recordings have them.
    """
    found = {_name(path.parent, source): path.parent for path in sorted(source.rglob(FILE))}
    for path in sorted(source.rglob("*.xosc")):
        name = _name(path.with_suffix(""), source)
        found[name] = work / name
        if not (work / name / FILE).exists():
            convert(path, work / name, points="centre")
    if not found:
        raise ValueError(f"{source} holds no recorded traffic: neither {FILE} nor .xosc")
    return found


def _name(path: Path, source: Path) -> str:
    """Of a clip: where it lies, in one word."""
    return "-".join(path.relative_to(source).parts) or "clip"


def foretell(world: World, clip: Path, seed: int) -> Arrays:
    """Let the world and all baselines foretell a clip from every second second of it on, as far as it goes.

    Returns:
        arrays as of `evaluate_forecasts.judge` with one row a scene of the clip: the moments of it stand side by side
        as if each had road users of its own, (S, moments x N, …), and (S, moments, …) where there is one value a scene.
    """
    found = [_of_scene(world, scenario, RolloutBatch.of(run), seed) for scenario, run in read_tracks(clip)]
    return together([each for each in found if each])


def _of_scene(world: World, scenario: Scenario, run: RolloutBatch, seed: int) -> Arrays:
    last = int(run.rows[0]) - 1
    moments: list[Arrays] = []
    for row in range(ROW, last, APART):
        seconds = max((h for h in HORIZONS if row + round(h / DT) <= last), default=None)
        if seconds is not None:
            moments.append(_side_by_side(judge(world, [scenario], run, row, seed=seed + row, seconds=seconds), seconds))
    return _joined(moments)


def _side_by_side(arrays: Arrays, seconds: float) -> Arrays:
    """One moment's arrays with an axis along which moments can be joined; rates are those of the longest horizon."""
    return {
        name: value[:, None] if "/joint " in name else value
        for name, value in arrays.items()
        if not name.startswith("rate/") or seconds == HORIZONS[-1]
    }


def _joined(moments: list[Arrays]) -> Arrays:
    names = sorted({name for each in moments for name in each})
    return {name: np.concatenate([each[name] for each in moments if name in each], axis=1) for name in names}
