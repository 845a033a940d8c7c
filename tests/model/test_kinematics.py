"""Tokens and the motion that follows from them."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mkdocs_worldmodel.model.corridor import MIDDLE, Pool, Roads
from mkdocs_worldmodel.model.features import locate
from mkdocs_worldmodel.model.kinematics import (
    CHUNK,
    TICK,
    TICKS,
    TOKEN,
    Lane,
    Motion,
    controls_of,
    decode,
    encode,
    integrate,
    lane_yaw_rate,
)
from mkdocs_worldmodel.rollout.route_lead import route_of
from scenes import scenario

RADIUS = 30.0
NOBODY = Lane(np.full((1, 1), -1), np.full((1, 1), MIDDLE), np.zeros((1, 1)))
ANY_TURN = np.full((1, 1), 0.01)
five = st.lists(st.floats(-5.0, 5.0), min_size=TICKS, max_size=TICKS)
ten = st.lists(st.floats(-9.0, 9.0), min_size=TOKEN, max_size=TOKEN)


@cache
def bend(to: str = "left") -> Pool:
    """One lane along half a round of RADIUS, as far as the road's reference line goes."""
    built = scenario(f"""
        road: {{lanes: 1, length: {np.pi * RADIUS} m, curve: {{radius: {RADIUS} m, to: {to}}}}}
        ego: {{lane: 1, speed: 5 m/s}}
        stop: {{time: 1 s}}
        """)
    return Pool([Roads(built.network).corridor(route_of(built.users[0]))])


def one(value: float) -> np.ndarray:
    return np.full((1, 1), value)


def still(speed: float, heading: float = 0.0) -> Motion:
    return Motion(one(0.0), one(0.0), one(heading), one(speed))


def controls(values: list[float]) -> np.ndarray:
    return np.array(values).reshape(1, 1, -1)


@given(five, st.lists(st.floats(-0.5, 0.5), min_size=TICKS, max_size=TICKS), st.floats(0.0, 40.0), st.floats(0.0, 80.0))
def test_decoding_a_token_gives_the_controls_that_it_was_made_of(
    acceleration: list[float], turns: list[float], speed: float, sample: float
) -> None:
    pool = bend()
    lane = Lane(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), MIDDLE), one(sample))
    wanted = controls(acceleration)
    after = np.maximum(0.0, speed + np.cumsum(wanted) * TICK)
    yaw = controls(turns) * np.minimum(after / 10.0, 6.0 / np.maximum(after, 0.5))  # within what tyres hold
    assume(not np.any(speed + np.cumsum(wanted) * TICK < 0.0))  # who stands stays: that has no inverse
    assume(speed > 0.21 or after[-1] > 0.21)  # who creeps stands: nor has that
    token = encode(pool, lane, one(speed), wanted, yaw)
    a, w = decode(pool, lane, one(speed), token, ANY_TURN)
    np.testing.assert_allclose(a, wanted, atol=1e-5)
    mean = 0.5 * (np.concatenate([[speed], after[:-1]]) + after)
    kept = np.abs(yaw[0, 0]) < np.minimum(mean / 0.01, 7.0 / np.maximum(mean, 0.5))
    np.testing.assert_allclose(w[0, 0][kept], yaw[0, 0][kept], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("speed", "acceleration", "moves"),
    [
        (0.0, [0.1] * 5, False),
        (0.15, [0.05] * 5, False),
        (0.0, [0.0, 0.0, 0.0, 0.0, 0.8], True),
        (0.0, [0.5] * 5, True),
        (0.3, [0.0] * 5, True),
        (0.3, [-0.4] * 5, True),
    ],
)
def test_who_creeps_stands_and_who_starts_starts(speed: float, acceleration: list[float], moves: bool) -> None:
    lane = Lane(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), MIDDLE), one(20.0))
    token = encode(bend(), lane, one(speed), controls(acceleration), controls([0.0] * 5))
    end = integrate(still(speed), *decode(bend(), lane, one(speed), token, ANY_TURN))[-1]
    wanted = speed + 0.1 * sum(acceleration)
    assert float(end.speed[0, 0]) == (pytest.approx(wanted, abs=1e-6) if moves else 0.0)


@given(ten, st.floats(0.0, 60.0), st.sampled_from([0.1, 4.8, 8.0]))
def test_no_token_asks_for_more_than_a_body_and_its_tyres_can_do(
    token: list[float], speed: float, radius: float
) -> None:
    lane = Lane(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), MIDDLE), one(20.0))
    a, w = decode(bend(), lane, one(speed), np.array(token, dtype=np.float32).reshape(1, 1, -1), one(radius))
    assert np.abs(a).max() <= 12.0
    states = [still(speed), *integrate(still(speed), a, w)]
    for k, (before, after) in enumerate(pairwise(states)):
        mean = 0.5 * float(before.speed[0, 0] + after.speed[0, 0])
        assert after.speed[0, 0] >= 0.0
        assert abs(w[0, 0, k]) * radius <= mean + 1e-9
        assert abs(w[0, 0, k]) * max(mean, 0.5) <= 7.0 + 1e-9


def test_with_a_constant_acceleration_one_comes_as_far_as_the_school_book_says() -> None:
    states = integrate(still(10.0), np.full((1, 1, 20), 1.5), np.zeros((1, 1, 20)))
    time = TICK * np.arange(1, 21)
    np.testing.assert_allclose([s.x[0, 0] for s in states], 10.0 * time + 0.75 * time**2, atol=1e-12)
    np.testing.assert_allclose([s.speed[0, 0] for s in states], 10.0 + 1.5 * time, atol=1e-12)
    assert all(s.y[0, 0] == 0.0 for s in states)


def test_with_a_constant_yaw_rate_one_drives_a_circle() -> None:
    speed, yaw = 8.0, 0.2
    states = integrate(still(speed), np.zeros((1, 1, 100)), np.full((1, 1, 100), yaw))
    away = [np.hypot(s.x[0, 0], s.y[0, 0] - speed / yaw) for s in states]
    np.testing.assert_allclose(away, speed / yaw, atol=2e-3)
    np.testing.assert_allclose([s.heading[0, 0] for s in states], TICK * yaw * np.arange(1, 101))


def test_who_brakes_to_a_stop_stands_and_does_not_turn() -> None:
    lane = Lane(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), MIDDLE), one(20.0))
    token = np.concatenate([np.full((1, 1, 5), -5.0), np.full((1, 1, 5), 2.0)], -1).astype(np.float32)
    a, w = decode(bend(), lane, one(0.0), token, one(4.8))
    states = integrate(still(0.0), a, w)
    assert all((s.x, s.y, s.heading, s.speed) == (0.0, 0.0, 0.0, 0.0) for s in states)
    braked = integrate(still(1.0), np.full((1, 1, 10), -4.0), np.zeros((1, 1, 10)))
    assert [float(s.speed[0, 0]) for s in braked[3:]] == [0.0] * 7
    assert braked[-1].x[0, 0] == pytest.approx(0.08 + 0.04 + 0.01, abs=1e-9)  # 0.1 s each at 0.8, 0.4 and 0.1 m/s


def test_commanded_controls_are_followed_exactly_however_hard() -> None:
    random = np.random.default_rng(3)
    a, w = random.uniform(-4.0, 3.0, (2, 3, 25)), random.uniform(-0.4, 0.4, (2, 3, 25))
    start = Motion(*(random.uniform(-50.0, 50.0, (2, 3)) for _ in range(3)), np.full((2, 3), 15.0))
    states = [start, *integrate(start, a, w)]
    for back, asked in zip(controls_of(states), (a, w), strict=True):
        np.testing.assert_allclose(back, asked, atol=1e-9)
    again = start
    for part in (slice(0, 5), slice(5, 10), slice(10, 25)):
        again = integrate(again, a[..., part], w[..., part])[-1]
    np.testing.assert_array_equal(again.x, states[-1].x)


def test_a_turn_over_half_a_round_is_the_short_one() -> None:
    _, yaw = controls_of([still(1.0, np.pi - 0.05), still(1.0, -np.pi + 0.05)])
    assert yaw[0, 0, 0] == pytest.approx(0.1 / TICK)


def test_who_follows_no_lane_says_its_yaw_rate_itself() -> None:
    yaw = np.array([[[0.1, -0.2, 0.0, 0.3, 0.05]]])
    assert (lane_yaw_rate(bend(), NOBODY, one(9.0), np.zeros((1, 1, 5))) == 0.0).all()
    token = encode(bend(), NOBODY, one(9.0), np.zeros((1, 1, 5)), yaw)
    np.testing.assert_allclose(decode(bend(), NOBODY, one(9.0), token, ANY_TURN)[1], yaw, atol=1e-6)


@pytest.mark.parametrize("to", ["left", "right"])
def test_the_token_of_noughts_keeps_to_the_middle_of_a_bend_for_ten_seconds(to: str) -> None:
    pool = bend(to)
    sign = 1.0 if to == "left" else -1.0
    turns = float(pool.curvature[30, MIDDLE])
    assert RADIUS - 5.0 < sign / turns < RADIUS + 5.0
    start = 5
    lane = Lane(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), MIDDLE), one(float(start)))
    now = Motion(*(one(v) for v in (*pool.xy[start, MIDDLE], float(pool.heading[start, MIDDLE]), 7.0)))
    off = []
    for _ in range(round(10.0 / CHUNK)):
        a, w = decode(pool, lane, now.speed, np.zeros((1, 1, TOKEN), dtype=np.float32), one(4.8))
        assert (a == 0.0).all()
        np.testing.assert_allclose(w, 7.0 * turns, rtol=0.01)
        now = integrate(now, a, w)[-1]
        lane, offset = locate(pool, lane, now.x, now.y)
        off.append(float(offset[0, 0]))
    assert lane.sample[0, 0] == pytest.approx(start + 70.0, abs=0.5)
    assert np.abs(off).max() < 0.1
