"""Recorded states at other rates, and positions with noise."""

from __future__ import annotations

import numpy as np
import pytest

from mkdocs_worldmodel.scenario.road_user import Kind
from mkdocs_worldmodel.training.resampling import resample
from mkdocs_worldmodel.training.smoothing import smooth_motion
from mkdocs_worldmodel.training.track_table import Recorded, default_overhang


def recorded(step: float, seconds: float, radius: float, kind: Kind = "car") -> Recorded:
    """Someone whose rear axle drives round the origin at 10 m/s; x and y are of the middle of the box."""
    time = step * np.arange(round(seconds / step) + 1)
    angle = 10.0 * time / radius
    overhang = default_overhang(kind, 4.284)
    ahead = 0.5 * 4.284 - overhang
    x = radius * np.sin(angle) + ahead * np.cos(angle)
    y = -radius * np.cos(angle) + ahead * np.sin(angle)
    return Recorded("a", kind, 4.284, 1.8, overhang, 1, 3.0 + time, x, y, angle, np.full(len(time), 10.0))


@pytest.mark.parametrize("step", [0.05, 0.1, 0.04, 0.3])
def test_the_rear_axle_drives_the_circle_that_was_recorded(step: float) -> None:
    rows = resample(recorded(step, 6.0, 25.0), 3.0)
    assert rows is not None
    assert (rows.first, len(rows.x)) == (0, 121)
    error = step**4 * 10.0**4 / 25.0**3 / 384.0  # of a cubic through values and slopes: h⁴ max|f⁗| / 384
    assert np.abs(np.hypot(rows.x, rows.y) - 25.0).max() < 1.1 * error + 1e-9
    assert np.allclose(rows.yaw_rate, 0.4)
    assert np.allclose(rows.acceleration, 0.0)


def test_rows_that_were_recorded_keep_their_bytes() -> None:
    user = recorded(0.05, 2.0, 25.0)
    rows = resample(user, 3.0)
    assert rows is not None
    assert np.abs(rows.heading - user.heading).max() < 1e-12
    assert np.abs(rows.speed - user.speed).max() < 1e-12


def test_who_comes_later_begins_in_a_later_row() -> None:
    user = recorded(0.1, 1.0, 25.0)
    rows = resample(user, 2.93)
    assert rows is not None
    assert rows.first == 2  # 0.07 s after the beginning lies between rows 1 and 2
    assert resample(recorded(0.01, 0.02, 25.0), 2.98) is None


def test_who_walks_goes_straight_between_samples_wherever_it_looks() -> None:
    time = np.array([0.0, 0.2, 0.4])
    x, y = np.array([0.0, 0.3, 0.6]), np.array([0.0, 0.2, 0.4])
    user = Recorded("p", "pedestrian", 0.6, 0.5, 0.3, 1, time, x, y, np.full(3, 2.0), np.full(3, 1.8))
    rows = resample(user, 0.0)
    assert rows is not None
    assert np.allclose(rows.x, 1.5 * 0.05 * np.arange(9))
    assert np.allclose(rows.y, 1.0 * 0.05 * np.arange(9))


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3])
def test_noise_is_estimated_and_taken_off(noise: float) -> None:
    random = np.random.default_rng(4)
    time = 0.1 * np.arange(300)
    speed = 12.0 + 3.0 * np.sin(0.4 * time)
    x = 12.0 * time - 3.0 / 0.4 * (np.cos(0.4 * time) - 1.0)
    motion = smooth_motion(time, x + random.normal(0.0, noise, 300), random.normal(0.0, noise, 300), np.zeros(300))
    assert motion.noise == pytest.approx(noise * np.sqrt(2.0), rel=0.25)
    assert np.sqrt(np.mean((motion.x - x) ** 2)) < 0.6 * noise
    assert np.sqrt(np.mean((motion.speed - speed) ** 2)) < 0.1 + 0.6 * noise
    raw = np.gradient(x + random.normal(0.0, noise, 300), time)
    assert np.sqrt(np.mean((motion.speed - speed) ** 2)) < 0.5 * np.sqrt(np.mean((raw - speed) ** 2))


@pytest.mark.parametrize("count", [1, 2, 4, 5, 700])
def test_a_steady_motion_stays_what_it_is(count: int) -> None:
    time = 0.04 * np.arange(count) + 5.0
    motion = smooth_motion(time, 20.0 * time, 0.0 * time, 0.0 * time) if count > 1 else None
    if motion is not None:
        assert np.abs(motion.x - 20.0 * time).max() < 1e-6
        assert np.abs(motion.speed - 20.0).max() < 1e-6


def test_long_recordings_are_smoothed_in_blocks_without_seams() -> None:
    time = 0.1 * np.arange(1500)
    x = 10.0 * time + np.random.default_rng(1).normal(0.0, 0.1, 1500)
    whole = smooth_motion(time, x, 0.0 * time, 0.0 * time)
    part = smooth_motion(time[300:1200], x[300:1200], 0.0 * time[300:1200], 0.0 * time[300:1200])
    assert np.abs(whole.x[400:1100] - part.x[100:800]).max() < 0.01
    assert np.abs(np.diff(whole.speed)).max() < 0.2
