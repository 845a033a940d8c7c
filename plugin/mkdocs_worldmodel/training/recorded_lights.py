# signals.csv: what the traffic lights of recorded scenes showed. A line for each change; it holds from its time on.

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.interchange.reading import Reading
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.road import Aspect, Phase, RoadNetwork, SignalController
from mkdocs_worldmodel.spec.messages import did_you_mean
from mkdocs_worldmodel.training.resampling import DT
from mkdocs_worldmodel.training.track_table import number, rows_of

FILE = "signals.csv"
COLUMNS = ("scene", "time", "signal", "aspect")
_FOR_GOOD = 10_000.0
"""How long the last aspect is shown [s]: beyond the end of every scene."""
_LIGHTS = {"traffic light", "pedestrian light"}


@dataclass(frozen=True, slots=True)
class RecordedLights:
    """What the lights of one scene showed."""

    controllers: tuple[SignalController, ...]
    """One for each light that was recorded: it shows again what was recorded, then the last aspect."""
    shown: npt.NDArray[np.int32]
    """(T, S) as in `Rollout.signals`."""


def read_lights(
    folder: Path, network: RoadNetwork, spans: Mapping[str, tuple[float, float]]
) -> dict[str, RecordedLights]:
    """The lights of all scenes; without a signals.csv they are off.

    Args:
        folder: of the tracks.
        network: its roads.
        spans: begin and end of each scene [s].

    Raises:
        SpecError: with all mistakes, each with its line.
    """
    reading = Reading(FILE)
    known = {signal.id for _, signal in network.signals() if signal.type in _LIGHTS}
    changes: dict[str, dict[str, list[tuple[float, Aspect]]]] = {scene: {} for scene in spans}
    for line, row in rows_of(folder / FILE, reading, COLUMNS) if (folder / FILE).exists() else ():
        scene, signal, aspect = row["scene"], row["signal"], row["aspect"].strip()
        time = number(reading, line, row, "time", -1e9, 1e9)
        for value, words, what in ((scene, spans, "scene"), (signal, known, "light"), (aspect, ASPECTS, "aspect")):
            if value not in words:
                hint = did_you_mean(value[:40], sorted(words)[:20]) if words else "the roads have no lights"
                reading.wrong(line, f"there is no {what} {value[:40]!r}", hint)
                break
        else:
            earlier = changes[scene].setdefault(signal, [])
            if earlier and time <= earlier[-1][0]:
                reading.wrong(line, f"the time of {signal[:40]} does not rise: {time:g} s",
                              f"more than {earlier[-1][0]:g} s")  # fmt: skip
            earlier.append((time, next(each for each in get_args(Aspect) if each == aspect)))
    reading.check()
    return {scene: _lights(network, changes[scene], *span) for scene, span in spans.items()}


def _lights(
    network: RoadNetwork, changes: Mapping[str, list[tuple[float, Aspect]]], begin: float, end: float
) -> RecordedLights:
    rows = int((end - begin) / DT + 1e-6) + 1
    shown = np.zeros((rows, len(network.signals())), dtype=np.int32)
    controllers = []
    for column, (_, signal) in enumerate(network.signals()):
        found = changes.get(signal.id)
        if not found:
            continue
        before = [aspect for time, aspect in found if time <= begin + 1e-6]
        first: Aspect = before[-1] if before else "off"
        later = [(time - begin, aspect) for time, aspect in found if begin + 1e-6 < time <= end]
        phases, since, now = [], 0.0, first
        for time, aspect in later:
            phases.append(Phase(now, time - since, (now,)))
            since, now = time, aspect
        phases.append(Phase(now, _FOR_GOOD, (now,)))
        controllers.append(SignalController(signal.id, (signal.id,), tuple(phases)))
        shown[:, column] = ASPECTS.index(first)
        for time, aspect in later:
            shown[int(np.ceil(time / DT - 1e-6)) :, column] = ASPECTS.index(aspect)
    return RecordedLights(tuple(controllers), shown)


def write_lights(folder: Path, scene: str, network: RoadNetwork, run: Rollout) -> None:
    """Write what the lights of a run showed, where it has some."""
    lights = [(column, signal) for column, (_, signal) in enumerate(network.signals()) if signal.type in _LIGHTS]
    if not lights:
        (folder / FILE).unlink(missing_ok=True)
        return
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for column, signal in lights:
            shown = run.signals[:, column]
            for row in np.flatnonzero(np.append(True, shown[1:] != shown[:-1])):
                out.writerow([scene, f"{run.time[row]:.6f}", signal.id, ASPECTS[shown[row]]])
