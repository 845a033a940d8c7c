"""Parts of batches are batches."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.sim.simulation import Simulation
from scenes import scenario

TEXT = "road: {lanes: 2, length: LENGTH m}\nego: {lane: 1, speed: 20 m/s, at: 40 m}\nstop: {time: 6 s}"


def batch() -> RolloutBatch:
    copies = [scenario(TEXT.replace("LENGTH", length)) for length in ("300", "100", "300")]
    return Simulation(copies, [4, 5, 6]).run()


def test_some_runs_of_a_batch_are_those_runs() -> None:
    whole = batch()
    part = whole.some(np.array([2, 1]))
    assert part.seeds == (6, 5)
    for b, own in ((0, 2), (1, 1)):
        one, same = part.one(b), whole.one(own)
        for f in fields(one):
            assert np.array_equal(getattr(one, f.name), getattr(same, f.name)), f.name


def test_some_rows_of_a_batch_are_those_rows_and_know_which_are_valid() -> None:
    whole = batch()
    assert whole.rows.tolist() == [121, len(whole.one(1).time), 121]
    for rows in (slice(10, 100, 3), np.array([0, 5, 99]), slice(None)):
        part = whole.some(np.arange(3), rows)
        assert np.array_equal(part.time, whole.time[rows])
        assert np.array_equal(part.x, whole.x[:, rows])
        assert np.array_equal(part.valid(), whole.valid()[:, rows])
        assert part.length is not whole.length
