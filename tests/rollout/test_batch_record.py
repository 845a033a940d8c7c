# Many rollouts of one structure survive being written and read, and damage to their file is noticed.

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.rollout import batch_record
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.sim.simulation import Simulation
from mkdocs_worldmodel.spec.block import Place, parse_block

TEXT = """
scenario:
  road: {lanes: 2, length: 400 m}
  ego: {speed: 20 m/s}
  actors: {car: {lane: 2, ahead: 10 m, speed: %s m/s}}
  story: [{when: {time: 0.2 s}, do: {car: {change_lane: {to: 1, over: 1 s}}}}]
  stop: {time: 1 s}
"""


@pytest.fixture(scope="module")
def batch() -> RolloutBatch:
    place = Place(Path(), ())
    return Simulation([compose(parse_block(TEXT % speed, place)) for speed in (15.0, 17.5, 20.1)], [4, 5, 6]).run()


def test_what_is_read_is_what_was_written(batch: RolloutBatch, tmp_path: Path) -> None:
    batch_record.write(batch, tmp_path / "f.npz")
    read, written = batch_record.read(tmp_path / "f.npz"), batch_record.quantised(batch)
    for field in fields(batch):
        one, other = getattr(read, field.name), getattr(written, field.name)
        if isinstance(other, np.ndarray):
            assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()), field.name
        else:
            assert one == other, field.name
    assert [run.seed for run in map(read.one, range(3))] == [4, 5, 6]


def test_states_are_rounded_to_a_millionth_and_the_rest_is_kept(batch: RolloutBatch) -> None:
    rounded = batch_record.quantised(replace(batch, x=batch.x + 1e-9))
    assert np.abs(rounded.x - batch.x).max() <= 5.1e-7
    assert (rounded.x == np.round(rounded.x, 6)).all()
    assert rounded.firings == batch.firings


def test_the_same_batch_gives_the_same_bytes(batch: RolloutBatch, tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        batch_record.write(batch, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_damaged_file_is_no_record(batch: RolloutBatch, tmp_path: Path) -> None:
    path = tmp_path / "f.npz"
    batch_record.write(batch, path)
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], whole[:100] + bytes(60) + whole[160:], b"text"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="no record"):
            batch_record.read(path)


@pytest.mark.parametrize(
    "lost", [{"x": np.zeros((3, 2, 2))}, {"seeds": (1,)}, {"rows": np.ones(2, dtype=np.int32)}, {"kinds": ("car",)}]
)
def test_a_record_with_parts_that_do_not_fit_is_refused(
    batch: RolloutBatch, tmp_path: Path, lost: dict[str, object]
) -> None:
    batch_record.write(replace(batch, **lost), tmp_path / "f.npz")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no record"):
        batch_record.read(tmp_path / "f.npz")


def test_a_record_of_another_format_is_refused(
    batch: RolloutBatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_record, "FORMAT", 99)
    batch_record.write(batch, tmp_path / "f.npz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="another format"):
        batch_record.read(tmp_path / "f.npz")
