from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from straight_way import DT, LANE, Other, Way, parameters

from mkdocs_worldmodel.scenario.road_user import AebParameters
from mkdocs_worldmodel.sim.aeb import AebDriver
from mkdocs_worldmodel.sim.sight import Sight

F8 = npt.NDArray[np.float64]
KMH = 1 / 3.6


def drive(
    speed: list[float], others: list[list[Other]], seconds: float = 6.0, *, base: float = 0.0, mirrored: bool = False,
    on_road: bool = True, **changed: float,
) -> dict[str, F8]:  # fmt: skip
    driver = AebDriver(len(speed), len(others[0]))
    p = parameters(AebParameters(), len(speed), **changed)

    def act(sight: Sight) -> F8:
        return driver.act(sight, np.full(len(speed), base), p, DT)

    return Way(np.array(speed), others, mirrored=mirrored, on_road=on_road).drive(act, seconds)


def stopping(v: float, gap: float, p: AebParameters) -> tuple[float, float]:
    """Gap that is left [m] and speed at contact [m/s]: delay, linear build-up, full braking."""
    left, build_up = gap - v * p.delay, p.deceleration / p.jerk
    slower = v - 0.5 * p.jerk * build_up**2
    left -= v * build_up - p.jerk * build_up**3 / 6.0
    assert slower > 0.0
    assert left > 0.0
    rest = left - slower**2 / (2.0 * p.deceleration)
    return max(rest, 0.0), (slower**2 - 2.0 * p.deceleration * left) ** 0.5 if rest < 0.0 else 0.0


@pytest.mark.parametrize("speed", [10, 20, 30, 40, 50])
@pytest.mark.parametrize(
    "changed", [{}, {"deceleration": 7.0}, {"ttc": 0.8}, {"ttc": 0.6, "jerk": 25.0}, {"delay": 0.33, "ttc": 0.9}]
)
def test_a_stationary_target_is_approached_as_the_parameters_imply(speed: int, changed: dict[str, float]) -> None:
    p, v = AebParameters(**changed), speed * KMH
    # it decides in the step in which the time to collision has just passed its threshold
    at = v * (p.ttc - 1e-6)
    run = drive([v], [[Other(at + 10 * v * DT + 2.0, 0.0)]], 8.0, **changed)
    left, contact = stopping(v, at, p)
    gap, u, a = run["gap"][:, 0, 0], run["v"][:, 0], run["a"][:, 0]
    assert run["time"][np.argmax(a < 0.0)] == pytest.approx(0.5 + p.delay, abs=DT)
    if contact == 0.0:
        assert u[-1] == 0.0
        assert gap[-1] == pytest.approx(left, abs=0.01 * at)
    else:
        k = int(np.argmax(gap <= 0.0)) - 1
        assert (u[k] ** 2 + 2.0 * a[k] * gap[k]) ** 0.5 == pytest.approx(contact, rel=0.01, abs=0.005 * v)


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("speed", [20, 35, 50])
@pytest.mark.parametrize("on_road", [True, False])
def test_it_stops_for_a_crossing_pedestrian(speed: int, side: float, *, on_road: bool) -> None:
    v = speed * KMH
    # without braking the driver's front would meet the pedestrian in the middle, after 3 s
    walker = Other(3.0 * v + 0.25, side * 4.2, 0.0, -side * 1.4, length=0.5, width=0.5)
    run = drive([v], [[walker]], 8.0, on_road=on_road)
    y = side * (4.2 - 1.4 * run["time"])
    front = np.concatenate([[0.0], np.cumsum(0.5 * (run["v"][1:, 0] + run["v"][:-1, 0]) * DT)])
    in_path = np.abs(y) < 0.9 + 0.25
    assert in_path.any()
    assert (front[in_path] < 3.0 * v).all()
    # it brakes once, and drives on when the path is free: the base keeps the speed
    assert ((run["a"][1:, 0] < 0.0) & (run["a"][:-1, 0] == 0.0)).sum() == 1
    assert run["a"][-1, 0] == 0.0


def test_whoever_walks_into_the_path_it_stops_short_of_them_and_brakes_once() -> None:
    rng = np.random.default_rng(3)
    v, walks, reached = rng.uniform(4.0, 14.0, 300), rng.uniform(0.6, 2.5, 300), rng.uniform(1.5, 3.5, 300)
    y = walks * reached + rng.uniform(-1.3, 1.3, 300)
    others = [
        [Other(float(a * b) + 0.25, float(c), 0.0, -float(d), length=0.5, width=0.5)]
        for a, b, c, d in zip(v, reached, y, walks, strict=True)
    ]
    run = drive(v.tolist(), others, 8.0)
    in_path = np.abs(y - run["time"][:, None] * walks) < 0.9 + 0.25
    level = (run["gap"][:, :, 0] <= 0.0) & (run["gap"][:, :, 0] > -0.5)
    contact, braked = (in_path & level).any(axis=0), (run["a"] < 0.0).any(axis=0)
    assert not (contact & braked).any()
    assert contact.sum() < 10  # those who come out of the corner of its eye
    assert braked.sum() > 250
    assert ((run["a"][1:] < 0.0) & (run["a"][:-1] == 0.0)).sum(axis=0).max() == 1


def test_it_brakes_for_a_pedestrian_at_the_last_moment_only() -> None:
    v = 20 * KMH
    walker = Other(3.0 * v + 0.25, 4.2, 0.0, -1.4, length=0.5, width=0.5)
    run = drive([v], [[walker]], 3.0)
    begins = run["time"][np.argmax(run["a"][:, 0] < 0.0)]
    p = AebParameters()
    latest = 3.0 - (p.deceleration / p.jerk / 2.0 + v / (2.0 * p.deceleration))
    assert latest - 0.3 < begins < latest
    assert begins > 3.0 - p.ttc + p.delay


def test_no_braking_for_a_pedestrian_who_will_be_past_or_stops_beside_the_path() -> None:
    v = 12.0
    early = Other(3.0 * v, 2.0, 0.0, -1.4, length=0.5, width=0.5)
    waits = Other(3.0 * v, 4.2, 0.0, -1.4, length=0.5, width=0.5, stops=1.7)
    assert (drive([v], [[early, waits]], 6.0)["a"] == 0.0).all()


def test_no_ghost_braking_for_oncoming_traffic_parked_cars_and_neighbours() -> None:
    oncoming = Other(150.0, LANE, -20.0, heading=np.pi, lane=LANE)
    parked = [Other(20.0 + 6.0 * i, -2.2, 0.0, width=1.9, lane=-2.2) for i in range(5)]
    neighbour = Other(-1.0, LANE, 19.0, lane=LANE)
    for on_road in (True, False):
        assert (drive([20.0], [[oncoming, *parked, neighbour]], 6.0, on_road=on_road)["a"] == 0.0).all()


def test_it_sees_nobody_out_of_range_or_field_of_view() -> None:
    target = [[Other(30.0, 0.0)]]
    seen = drive([25.0], target, 2.0, ttc=5.0)
    assert (seen["a"] < 0.0).any()
    near = drive([25.0], target, 0.7, ttc=5.0, range=10.0)
    assert (near["a"] == 0.0).all()
    beside = [[Other(6.0, 6.0, 0.0, -6.0, length=0.5, width=0.5)]]
    assert (drive([6.0], beside, 0.3, field_of_view=0.5)["a"] == 0.0).all()
    assert (drive([6.0], beside, 0.5, field_of_view=2.5)["a"] < 0.0).any()


def test_it_brakes_for_crossing_traffic() -> None:
    v = 14.0
    lorry = Other(3.0 * v + 1.25, 30.0 - 2.0, 0.0, -10.0, length=8.0, width=2.5, heading=-np.pi / 2)
    run = drive([v], [[lorry]], 6.0, on_road=False)
    assert run["a"].min() < -8.0
    late = Other(3.0 * v + 1.25, 60.0, 0.0, -10.0, length=8.0, width=2.5, heading=-np.pi / 2)
    assert (drive([v], [[late]], 6.0, on_road=False)["a"] == 0.0).all()


def test_it_lets_go_when_the_one_ahead_is_as_fast_again() -> None:
    slow = Other(12.0, 0.0, 8.0, lane=0.0)
    run = drive([18.0], [[slow]], 6.0)
    assert run["gap"].min() > 0.0
    assert run["a"][-1, 0] == 0.0
    assert run["v"][-1, 0] == pytest.approx(8.0, abs=9.0 * DT)
    assert ((run["a"][1:, 0] < 0.0) & (run["a"][:-1, 0] == 0.0)).sum() == 1  # once


def test_it_stands_while_something_is_ahead() -> None:
    run = drive([10.0], [[Other(25.0, 0.0)]], 8.0, base=0.5)
    assert run["gap"].min() > 0.0
    assert (run["v"][run["time"] > 5.0] == 0.0).all()


def test_a_mirrored_scene_gives_the_same() -> None:
    others = [[Other(30.0, 4.0, 0.0, -1.5, length=0.5, width=0.5), Other(60.0, -0.5, 2.0, 0.3, heading=0.1)]]
    assert drive([14.0], others)["a"].tobytes() == drive([14.0], others, mirrored=True)["a"].tobytes()


def test_a_batch_is_its_copies_one_by_one() -> None:
    rng = np.random.default_rng(2)
    speed = [float(v) for v in rng.uniform(5.0, 25.0, 15)]
    others = [
        [
            Other(float(t * v), float(4.0 * t), 0.0, -float(w), length=0.5, width=0.5),
            Other(float(3 * v), 0.0, float(0.3 * v)),
        ]
        for v, t, w in zip(speed, rng.uniform(1.0, 3.0, 15), rng.uniform(1.0, 4.0, 15), strict=True)
    ]
    together = drive(speed, others)
    assert (together["a"] < 0.0).any(axis=0).all()
    for b in range(15):
        alone = drive(speed[b : b + 1], others[b : b + 1])
        assert alone["a"][:, 0].tobytes() == together["a"][:, b].tobytes()
