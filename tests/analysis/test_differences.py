# How far road users are from where they are in another run.

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.analysis.differences import displacement, most_moved
from mkdocs_worldmodel.pipeline import examine, understand
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.spec.block import Place

TEXT = """
driver: constant
scenario:
  road: {lanes: 3, length: 600 m}
  ego: {speed: 20 m/s}
  actors:
    near: {lane: 2, ahead: 10 m, speed: 20 m/s, driver: constant}
    far: {lane: 3, ahead: 40 m, speed: %s m/s, driver: constant}
  stop: {time: 3 s}
"""


def run(speed: float) -> Rollout:
    return examine(understand(TEXT % speed, Place(Path(), ())))[0]


def test_who_drives_faster_is_away_by_the_difference_of_speeds_times_the_time() -> None:
    one, other = run(25.0), run(20.0)
    away = displacement(one, other, 40)
    assert away.shape == (41, 3)
    assert away[:, :2].max() == 0.0
    assert away[:, 2] == pytest.approx(5.0 * one.time[:41], abs=1e-5)
    moved = most_moved(one, other, 40)
    assert moved is not None
    assert (moved.user, moved.time) == (2, 2.0)
    assert moved.distance == pytest.approx(10.0, abs=1e-5)


def test_nobody_has_moved_within_the_tolerance() -> None:
    one, other = run(25.0), run(20.0)
    assert most_moved(one, other, 40, least=10.1) is None
    assert most_moved(one, one, 60) is None


def test_the_ego_and_the_absent_do_not_count() -> None:
    one, other = run(25.0), run(20.0)
    present = one.present.copy()
    present[:, 2] = 0
    assert most_moved(replace(one, present=present), other, 40) is None
    assert most_moved(replace(one, x=one.x + np.array([9.0, 0.0, 0.0]), present=present), other, 40) is None


def test_runs_of_others_are_refused() -> None:
    one = run(20.0)
    with pytest.raises(ValueError, match="same road users"):
        displacement(replace(one, names=("ego", "far", "near")), one, 5)
