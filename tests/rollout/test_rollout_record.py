from __future__ import annotations

import dataclasses
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.rollout import record
from mkdocs_worldmodel.rollout.lead import extents, leader
from mkdocs_worldmodel.rollout.rollout import Rollout
from scenes import run


@pytest.fixture(scope="module")
def drive() -> Rollout:
    return run("""
        actors: {a: {lane: 2, ahead: 20 m}}
        story: [{name: Über, when: {time: 0.5 s}, do: {a: {change_lane: {to: 1, over: 1 s}}}}]
        stop: {time: 2 s}
        """)


def same(a: Rollout, b: Rollout) -> None:
    for f in dataclasses.fields(a):
        mine, other = getattr(a, f.name), getattr(b, f.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == other.dtype, f.name
            assert np.array_equal(mine, other), f.name
        else:
            assert mine == other, f.name


def test_what_was_written_is_read_back(drive: Rollout, tmp_path: Path) -> None:
    record.write(drive, tmp_path / "run.npz")
    back = record.read(tmp_path / "run.npz")
    same(back, record.quantised(drive))
    assert back.firings == drive.firings
    assert back.names == ("ego", "a")
    assert back.dt == pytest.approx(0.05)
    same(record.quantised(back), back)


def test_the_same_run_has_the_same_bytes(drive: Rollout, tmp_path: Path) -> None:
    record.write(drive, tmp_path / "a.npz")
    record.write(record.read(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.npz") as packed:
        assert {info.date_time[0] for info in packed.infolist()} == {1980}, "no clock time"


def test_states_are_rounded_to_a_micrometre_and_zero_has_no_sign(drive: Rollout) -> None:
    x = drive.x.copy()
    x[0], x[1] = 1.23456749, -1e-9
    rounded = record.quantised(dataclasses.replace(drive, x=x))
    assert rounded.x[0].tolist() == [1.234567, 1.234567]
    assert not np.signbit(rounded.x[1]).any()
    assert np.abs(rounded.s - drive.s).max() <= 0.5e-6 + 1e-12
    assert rounded.lane is drive.lane


def test_every_damaged_file_is_a_value_error(drive: Rollout, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    record.write(drive, file)
    good = file.read_bytes()
    draw = random.Random(1)
    for n in range(300):
        bad = bytearray(good)
        at = draw.randrange(len(bad))
        if n % 3 == 0:
            bad = bad[:at]
        elif n % 3 == 1:
            bad[at] ^= 1 << draw.randrange(8)
        else:
            del bad[at : at + draw.randrange(1, 40)]
        file.write_bytes(bad)
        try:
            record.read(file)  # a byte that tells nothing may be damaged
        except ValueError as error:
            assert "run.npz is no record of a rollout" in str(error)  # noqa: PT017  (not all are refused)


def test_files_that_are_something_else_are_a_value_error(drive: Rollout, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    contents = {"x": np.zeros(3)}
    np.savez(file, **contents)
    with pytest.raises(ValueError, match="no record"):
        record.read(file)
    np.save(tmp_path / "a.npy", np.zeros(3))
    with pytest.raises(ValueError, match="no record"):
        record.read(tmp_path / "a.npy")
    np.savez(file, texts=np.array({"pickled": 1}, dtype=object))
    with pytest.raises(ValueError, match="no record"):
        record.read(file)
    for broken in ({"speed": drive.speed[:-1]}, {"width": drive.width[:1]}, {"time": drive.time[:1]}):
        record.write(dataclasses.replace(drive, **broken), file)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="another shape"):
            record.read(file)
    with pytest.raises(FileNotFoundError):
        record.read(tmp_path / "nowhere.npz")


def test_a_record_of_another_format_is_refused(drive: Rollout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.write(drive, tmp_path / "run.npz")
    monkeypatch.setattr(record, "FORMAT", record.FORMAT + 1)
    with pytest.raises(ValueError, match="another format"):
        record.read(tmp_path / "run.npz")


# -- who is ahead ------------------------------------------------------------------------------------------


def lead(
    s: list[float], t: list[float], direction: list[float], speed: list[float], bend: list[float]
) -> tuple[int, float, float]:
    n = len(s)
    body = (np.full(n, 4.0), np.full(n, 2.0), np.full(n, 1.0))
    e = extents(np.array(direction), np.array(s), np.array(t), np.zeros(n), np.array(speed), np.array(bend), body)
    index, gap, v = leader(e, 0)
    return int(index), float(gap), float(v)


def test_the_nearest_ahead_in_the_way_is_the_leader() -> None:
    none = [0.0] * 4
    index, gap, v = lead([0, 50, 20, 10], [0, 0, 0.5, 4], [1, 1, 1, 1], [9, 5, 6, 7], none)
    assert (index, gap, v) == (2, 20 - 3 - 1, 6.0)
    assert lead([0, -50], [0, 0], [1, 1], [9, 5], none[:2]) == (-1, np.inf, 0.0)
    assert lead([0, 50], [0, 2.31], [1, 1], [9, 5], none[:2])[0] == -1
    assert lead([0, 50], [0, 2.29], [1, 1], [9, 5], none[:2])[0] == 1


def test_one_that_comes_towards_has_its_front_ahead_and_a_negative_speed() -> None:
    assert lead([0, 50], [0, 0], [1, -1], [9, 5], [0, 0]) == (1, 50 - 3 - 3, -5.0)
    assert lead([0, -50], [0, 0], [-1, -1], [9, 5], [0, 0]) == (1, 50 - 3 - 1, 5.0)


def test_a_gap_on_a_bend_is_measured_along_the_lane_of_the_follower() -> None:
    # a quarter turn to the left, 3 m inside of it: 3·π/2 m less
    assert lead([0, 50], [3, 3], [1, 1], [9, 5], [0, np.pi / 2])[1] == pytest.approx(50 - 3 - 1 - 1.5 * np.pi)
