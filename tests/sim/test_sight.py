from __future__ import annotations

import math

import numpy as np
import pytest
from straight_way import Other, Way

from mkdocs_worldmodel.sim.brake import press
from mkdocs_worldmodel.sim.sight import Sight, extent, in_frame


def sight(*others: Other, mirrored: bool = False) -> Sight:
    way = Way(np.array([20.0]), [others], mirrored=mirrored)
    way.drive(lambda s: np.zeros(1), 0.0)
    way.time, way.x = 0.0, np.zeros(1)
    return way.sight()


def test_the_frame_of_the_driver_turns_with_it() -> None:
    # the driver at (10, 5) looks to +y; the other 20 m ahead of it and 3 m to its left, driving against it
    x, y = np.array([[10.0, 7.0]]), np.array([[5.0, 25.0]])
    heading = np.array([[math.pi / 2, -math.pi / 2]])
    dx, dy, vx, vy, turn = in_frame(0, x, y, heading, np.array([[9.0, 6.0]]), np.array([[1.5, 2.0]]))
    # its box lies 2 m further along its own heading, towards the driver
    assert [dx[0, 1], dy[0, 1]] == pytest.approx([18.0, 3.0])
    assert [vx[0, 1], vy[0, 1]] == pytest.approx([-6.0, 0.0], abs=1e-12)
    assert abs(turn[0, 1]) == pytest.approx(math.pi)
    assert [dx[0, 0], dy[0, 0], vx[0, 0]] == pytest.approx([1.5, 0.0, 9.0], abs=1e-12)


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, math.pi / 2, 2.5, -0.7])
def test_the_extent_of_a_turned_box_is_that_of_its_corners(angle: float) -> None:
    corners = np.array([[2.0, 0.9], [2.0, -0.9], [-2.0, 0.9], [-2.0, -0.9]])
    turned = corners @ np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    long, wide = extent(np.array(4.0), np.array(1.8), np.array(angle))
    assert [float(long), float(wide)] == pytest.approx(list(turned.max(axis=0)))


def test_aside_and_approach_do_not_know_left_from_right() -> None:
    other = Other(30.0, 3.5, 15.0, -0.8, width=2.0)
    left, right = sight(other), sight(other, mirrored=True)
    assert left.aside[0, 0] == right.aside[0, 0] == pytest.approx(3.5 - 1.0 - 0.9)
    assert left.approach[0, 0] == right.approach[0, 0] == pytest.approx(0.8)
    assert left.closing[0, 0] == pytest.approx(5.0)
    assert sight(Other(30.0, 0.4)).aside[0, 0] == pytest.approx(-1.4)


def test_pressing_the_brake_in_steps_gives_the_speed_of_the_continuous_curve() -> None:
    jerk, full, dt, begins = np.array(12.0), np.array(7.0), 0.05, 0.13
    level, lost = np.array(0.0), 0.0
    for k in range(40):
        time = (k + 1) * dt
        mean, level = press(level, np.clip(np.array(time - begins), 0.0, dt), jerk, full, dt)
        lost += float(mean) * dt
        braked = max(time - begins, 0.0)
        ramp = min(braked, 7.0 / 12.0)
        assert lost == pytest.approx(0.5 * 12.0 * ramp * ramp + 7.0 * (braked - ramp))
    assert float(level) == pytest.approx(7.0)
