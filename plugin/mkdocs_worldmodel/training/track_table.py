# tracks.csv: states of recorded road users, one a line, as a team exports them. Read with every mistake at its line.

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO, get_args

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.interchange.reading import Reading
from mkdocs_worldmodel.scenario.road_user import BODIES, THINGS, WALKERS, Kind
from mkdocs_worldmodel.spec.messages import did_you_mean

F8 = npt.NDArray[np.float64]

FILE = "tracks.csv"
COLUMNS = ("scene", "id", "kind", "length", "width", "time", "x", "y", "heading", "speed")
"""All that must be there; `rear_overhang` may be."""
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
_MOST_LINES = 5_000_000
LONGEST_GAP = 1.0
"""Between two states of one road user [s]."""
_FASTEST = 120.0
"""[m/s]"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What somebody was recorded to do; x and y are of the middle of its box."""

    name: str
    kind: Kind
    length: float
    """[m]"""
    width: float
    """[m]"""
    rear_overhang: float
    """From the rear axle back to the rear bumper [m]; who has no axle: half of the length."""
    line: int
    """Of the file, where it begins."""
    time: F8
    """(T,) rising [s]"""
    x: F8
    """(T,) [m]"""
    y: F8
    heading: F8
    """(T,) counter-clockwise from +x [rad]"""
    speed: F8
    """(T,) [m/s]"""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who was recorded together, in the order of the file."""

    name: str
    users: tuple[Recorded, ...]

    @property
    def begin(self) -> float:
        """When its first state was recorded [s]."""
        return min(float(user.time[0]) for user in self.users)

    @property
    def end(self) -> float:
        """When its last state was recorded [s]."""
        return max(float(user.time[-1]) for user in self.users)


def default_overhang(kind: Kind, length: float) -> float:
    """Rear overhang of a body of that length, in the proportions of its kind [m]."""
    return BODIES[kind].rear_overhang * length / BODIES[kind].length


def rows_of(path: Path, reading: Reading, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a CSV file with a header, with their numbers; a mistake where it is none."""
    needed = tuple(needed)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _lines(file, reading, needed)
    except UnicodeDecodeError as error:
        reading.wrong(1, f"the file is not UTF-8: {error.reason} at byte {error.start}", "save it as UTF-8")
    except csv.Error as error:
        reading.wrong(1, f"the file is no CSV: {error}", "values are separated by commas")
    except OSError as error:
        reading.wrong(0, f"the file cannot be read: {error.strerror}", "it lies in the folder of the tracks")


def _lines(file: TextIO, reading: Reading, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    lines = csv.reader(file)
    header = [each.strip() for each in next(lines, [])]
    missing = [name for name in needed if name not in header]
    for name in missing:
        reading.wrong(1, f"there is no column {name}", f"needed are {', '.join(needed)}")
    for cells in lines if not missing else ():
        if lines.line_num > _MOST_LINES:
            reading.wrong(lines.line_num, f"the file has more than {_MOST_LINES} lines", "split the folder")
            return
        if cells and len(cells) != len(header):
            reading.wrong(lines.line_num, f"the line has {len(cells)} values", f"{len(header)} are needed")
        elif cells:
            yield lines.line_num, dict(zip(header, cells, strict=True))


def number(reading: Reading, line: int, row: dict[str, str], key: str, low: float, high: float) -> float:
    """A number of a line; a mistake where it is none between `low` and `high`."""
    try:
        value = float(row[key])
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        reading.wrong(line, f"{key} is {row[key][:40]!r}", f"a number from {low:g} to {high:g} is needed")
        return low
    return value


class _Growing:
    """A road user on its way to be read."""

    def __init__(self, line: int, kind: Kind, size: tuple[float, float, float]) -> None:
        self.line, self.kind, self.size = line, kind, size
        self.states: list[tuple[float, float, float, float, float]] = []


def read_table(folder: Path, reading: Reading) -> list[Scene]:
    """All scenes of a folder's tracks.csv, with every mistake noted at its line."""
    scenes: dict[str, dict[str, _Growing]] = {}
    for line, row in rows_of(folder / FILE, reading, COLUMNS):
        kind = _KINDS.get(word := row["kind"].strip())
        if kind is None:
            reading.wrong(line, f"kind is {word[:40]!r}", did_you_mean(word[:40], _KINDS))
            continue
        length, width = (number(reading, line, row, key, 0.05, 100.0) for key in ("length", "width"))
        size = (length, width, _overhang(reading, line, row, kind, length))
        state = (
            number(reading, line, row, "time", -1e9, 1e9),
            number(reading, line, row, "x", -1e7, 1e7),
            number(reading, line, row, "y", -1e7, 1e7),
            number(reading, line, row, "heading", -20.0, 20.0),
            number(reading, line, row, "speed", 0.0, _FASTEST),
        )
        users = scenes.setdefault(row["scene"], {})
        user = users.setdefault(row["id"], _Growing(line, kind, size))
        _check_state(reading, line, row["id"], user, (kind, size), state)
        user.states.append(state)
    reading.check()
    found = [
        Scene(name, tuple(_recorded(each, user) for each, user in users.items())) for name, users in scenes.items()
    ]
    for scene in found:
        for recorded in scene.users:
            _check_motion(reading, scene, recorded)
    if not found:
        reading.wrong(1, "the file has no states", "a line for each road user and time is needed")
    reading.check()
    return found


def _overhang(reading: Reading, line: int, row: dict[str, str], kind: Kind, length: float) -> float:
    if kind in WALKERS | THINGS:
        return 0.5 * length
    if not row.get("rear_overhang", "").strip():
        return default_overhang(kind, length)
    return number(reading, line, row, "rear_overhang", 0.0, length)


def _check_state(
    reading: Reading,
    line: int,
    name: str,
    user: _Growing,
    same: tuple[str, tuple[float, float, float]],
    state: tuple[float, float, float, float, float],
) -> None:
    """Note where a state cannot follow the one before it."""
    if (user.kind, user.size) != same:
        reading.wrong(line, f"{name[:40]} changes its kind or size", f"they are as in line {user.line} all the time")
    if not user.states:
        return
    before = user.states[-1]
    gap = state[0] - before[0]
    if gap <= 0.0:
        reading.wrong(line, f"the time of {name[:40]} does not rise: {state[0]:g} s", f"more than {before[0]:g} s")
        return
    if gap > LONGEST_GAP:
        reading.wrong(line, f"{name[:40]} is not recorded for {gap:.2f} s", "who comes back has another id")
        return
    moved = math.hypot(state[1] - before[1], state[2] - before[2])
    most = 1.0 + 1.5 * max(state[4], before[4], 1.0) * gap
    if moved > most:
        reading.wrong(line, f"{name[:40]} jumps by {moved:.2f} m in {gap:.2f} s", "positions in m, speed in m/s")


def _recorded(name: str, user: _Growing) -> Recorded:
    return Recorded(name, user.kind, *user.size, user.line, *np.array(user.states, dtype=np.float64).T)


def _check_motion(reading: Reading, scene: Scene, user: Recorded) -> None:
    """Note speeds or headings that are not those of the motion: other units, another zero."""
    if len(user.time) < 2 or user.kind in WALKERS | THINGS:
        return
    dx, dy, dt = np.diff(user.x), np.diff(user.y), np.diff(user.time)
    moved, said = np.hypot(dx, dy) / dt, 0.5 * (user.speed[1:] + user.speed[:-1])
    off = float(np.median(np.abs(moved - said) - 0.2 * moved))
    who = f"{user.name[:40]} of scene {scene.name[:40]}"
    if off > 2.0:
        reading.wrong(user.line, f"{who} moves at {np.median(moved):.1f} m/s and its speed says {np.median(said):.1f}",
                      "speed in m/s")  # fmt: skip
    fast = moved > 2.0
    if fast.sum() >= 5:
        turned = np.arctan2(dy, dx)[fast] - user.heading[:-1][fast]
        turned = np.abs(np.remainder(turned + np.pi, 2.0 * np.pi) - np.pi)
        if float(np.median(turned)) > 0.8:
            reading.wrong(user.line, f"{who} drives {np.degrees(np.median(turned)):.0f}° off its heading",
                          "heading in rad, counter-clockwise from +x")  # fmt: skip


def write_table(folder: Path, scenes: Iterable[Scene]) -> None:
    """Write tracks.csv; the same scenes give the same bytes."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*COLUMNS, "rear_overhang"])
        for scene in scenes:
            for user in scene.users:
                who = [scene.name, user.name, user.kind, _said(user.length), _said(user.width)]
                states = zip(*(getattr(user, f.name) for f in fields(Recorded)[6:]), strict=True)
                for state in states:
                    out.writerow([*who, *map(_said, state), _said(user.rear_overhang)])


def _said(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if value else "0"
