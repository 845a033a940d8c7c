# A team's own recorded traffic: a folder with tracks.csv and roads.xodr (signals.csv, if lights were recorded) →
# scenarios with what happened in them, and back.

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.interchange.opendrive import read_opendrive
from mkdocs_worldmodel.interchange.opendrive_write import write_opendrive
from mkdocs_worldmodel.interchange.openscenario_tracks import Track, read_recording
from mkdocs_worldmodel.interchange.reading import Reading
from mkdocs_worldmodel.interchange.xml_tree import MAX_BYTES
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.training.map_matching import Roads
from mkdocs_worldmodel.training.recorded_lights import read_lights, write_lights
from mkdocs_worldmodel.training.resampling import DT
from mkdocs_worldmodel.training.smoothing import smooth_motion
from mkdocs_worldmodel.training.track_placing import Placing
from mkdocs_worldmodel.training.track_runs import assemble
from mkdocs_worldmodel.training.track_table import (
    FILE,
    LONGEST_GAP,
    Recorded,
    Scene,
    default_overhang,
    read_table,
    write_table,
)

ROADS = "roads.xodr"
_MOST_CELLS = 3_000_000
"""Rows times road users of one scene."""
_FEWEST = 5
"""Points of a part of a trajectory that is used."""
_NOISE = 0.03
"""Noise from which on it is told [m]."""

Points = Literal["as said", "centre"]
Note = Callable[[str], None]


def read_tracks(folder: Path, *, ego: str | None = None, note: Note | None = None) -> list[tuple[Scenario, Rollout]]:
    """Read all scenes of a folder.

    The ego is the road user called so, or called `ego`; else the motor vehicle that drives the furthest.

    Args:
        folder: holds `tracks.csv` (x, y: middle of the box; units m, s, rad, m/s), `roads.xodr`, and where lights
            were recorded `signals.csv`.
        ego: id of the ego in every scene.
        note: called with each thing that could not be used.

    Raises:
        SpecError: with all mistakes of a file, each with its line.
    """
    notes: list[str] = []
    network = read_opendrive(_bytes(folder / ROADS), file=ROADS, note=notes.append)
    reading = Reading(FILE)
    scenes = read_table(folder, reading)
    for scene in scenes:
        cells = len(scene.users) * ((scene.end - scene.begin) / DT + 1.0)
        if cells > _MOST_CELLS:
            reading.wrong(scene.users[0].line, f"scene {scene.name[:40]} is too large: {len(scene.users)} road users "
                          f"in {scene.end - scene.begin:.0f} s", "cut it into scenes of 30 s")  # fmt: skip
        elif scene.end - scene.begin < 2.0 * DT:
            reading.wrong(scene.users[0].line, f"scene {scene.name[:40]} is shorter than 0.1 s")
        if ego is not None and ego not in {user.name for user in scene.users}:
            reading.wrong(scene.users[0].line, f"scene {scene.name[:40]} has no road user {ego[:40]!r}")
    reading.check()
    lights = read_lights(folder, network, {scene.name: (scene.begin, scene.end) for scene in scenes})
    roads = Roads(network)
    out = []
    for scene in scenes:
        found = Placing(roads, scene, notes).place(ego)
        if found is not None:
            out.append(assemble(roads, found, lights[scene.name]))
    if note is not None:
        for each in notes:
            note(each)
    if not out:
        raise SpecError(Mistake("no scene has a road user on its roads", "positions and roads in the same coordinates",
                                0, FILE))  # fmt: skip
    return out


def write_tracks(scenario: Scenario, run: Rollout, folder: Path, *, scene: str = "1") -> None:
    """Write one run as a folder that `read_tracks` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROADS).write_text(write_opendrive(scenario.network), encoding="utf-8", newline="\n")
    users = []
    for n, name in enumerate(run.names):
        there = np.flatnonzero(run.present[:, n])
        if there.size == 0:
            continue
        x, y, heading, speed = (each[there, n] for each in (run.x, run.y, run.heading, run.speed))
        c = float(run.centre[n])
        users.append(
            Recorded(
                name, run.kinds[n], float(run.length[n]), float(run.width[n]), float(run.rear_overhang[n]), 0,
                run.time[there], x + c * np.cos(heading), y + c * np.sin(heading), heading, speed,
            )
        )  # fmt: skip
    write_table(folder, [Scene(scene, tuple(users))])
    write_lights(folder, scene, scenario.network, run)


def convert(xosc: Path, folder: Path, *, points: Points = "as said") -> tuple[str, ...]:
    """Write the recorded traffic of an OpenSCENARIO file as a folder that `read_tracks` reads.

    Args:
        xosc: a scenario whose road users follow polylines with times.
        folder: is made where it is not there.
        points: what the trajectories are of: `as said` in the file (the rear axle, with the box as it says), or
            `centre`, the middle of the box, as in traffic recordings that were converted without care.

    Positions are smoothed as far as their own noise asks for. Who jumps is another road user from there on.

    Returns:
        What the file says and was not read, and what was done to the rest.

    Raises:
        SpecError: where it is no such file.
    """
    recording = read_recording(_bytes(xosc), file=xosc.name)
    roads, notes = _road_file(xosc, recording.roads)
    content = _bytes(roads)
    read_opendrive(content, file=roads.name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROADS).write_bytes(content)
    noise: list[float] = []
    users = [each for track in recording.tracks for each in _recorded(track, points, notes, noise)]
    if noise and max(noise) > _NOISE:
        many = sum(each > _NOISE for each in noise)
        notes.append(f"positions of {many} road users have noise of up to {max(noise):.2f} m, which is smoothed")
    write_table(folder, [Scene(xosc.stem, tuple(users))])
    return (*recording.notes, *notes)


def _road_file(xosc: Path, said: str) -> tuple[Path, list[str]]:
    """The road network of a scenario: beside it, as it says, or the only one there."""
    beside = sorted(xosc.parent.glob("*.xodr"))
    named = xosc.parent / said.replace("\\", "/").rpartition("/")[2]
    if said and named.is_file():
        return named, []
    if len(beside) != 1:
        raise SpecError(
            Mistake(f"its road network {said[:60]!r} is not there", "put the .xodr beside it", 0, xosc.name)
        )
    return beside[0], [f"the road network {said[:60]} is not there: {beside[0].name} beside it is taken"]


def _recorded(track: Track, points: Points, notes: list[str], noise: list[float]) -> list[Recorded]:
    """A trajectory as it goes into the table, in as many parts as it has jumps."""
    pieces = _pieces(track)
    if len(pieces) > 1:
        notes.append(f"{track.name[:40]} jumps {len(pieces) - 1} times: each part is a road user of its own")
    found = []
    for k, part in enumerate(pieces):
        if part.stop - part.start < _FEWEST:
            notes.append(f"a part of {track.name[:40]} has less than {_FEWEST} points and is left out")
            continue
        motion = smooth_motion(track.time[part], track.x[part], track.y[part], track.heading[part])
        noise.append(motion.noise)
        ahead, overhang = _box(track, points)
        x, y = motion.x + ahead * np.cos(motion.heading), motion.y + ahead * np.sin(motion.heading)
        speed = motion.speed
        if track.kind in WALKERS | THINGS:  # in whatever direction they look
            speed = np.hypot(np.gradient(x, track.time[part]), np.gradient(y, track.time[part]))
        name = track.name if k == 0 else f"{track.name} {k + 1}"
        found.append(
            Recorded(name, track.kind, track.length, track.width, overhang, track.line, track.time[part], x, y,
                     motion.heading, speed)
        )  # fmt: skip
    return found


def _pieces(track: Track) -> list[slice]:
    """Where a trajectory goes on without jumps."""
    gap = np.diff(track.time)
    moved = np.hypot(np.diff(track.x), np.diff(track.y))
    pace = moved / gap
    usual = np.array([np.median(pace[max(0, k - 5) : k + 6]) for k in range(len(pace))])
    jumps = np.flatnonzero((moved > 0.9 + 1.4 * usual * gap) | (gap > LONGEST_GAP)) + 1
    borders = [0, *jumps.tolist(), len(track.time)]
    return [slice(a, b) for a, b in pairwise(borders)]


def _box(track: Track, points: Points) -> tuple[float, float]:
    """From the trajectory's points to the middle of the box, and the rear overhang [m]."""
    ahead = track.centre if points == "as said" else 0.0
    if track.kind in WALKERS | THINGS:
        return ahead, 0.5 * track.length
    if points == "centre":
        return ahead, default_overhang(track.kind, track.length)
    return ahead, min(max(0.5 * track.length - track.centre, 0.05 * track.length), 0.5 * track.length)


def _bytes(path: Path) -> bytes:
    """A file's content.

    Raises:
        SpecError: where it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SpecError(Mistake(f"the file is larger than {MAX_BYTES // 2**20} MB", "split it", 0, path.name))
        return path.read_bytes()
    except OSError as error:
        raise SpecError(Mistake(f"the file cannot be read: {error.strerror}", "", 0, path.name)) from error
