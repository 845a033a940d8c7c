from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, steady
from reference_runs import Table, column, rows, tables

from mkdocs_worldmodel.analysis import rss
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.rss import RssParameters

SAFE = "ad_rss_safe_distance"


def each(table: Table, **names: str) -> list[tuple[RssParameters, dict[str, str]]]:
    """Parameters (by the names of the table's columns) and values of each row."""
    return [(RssParameters(**{ours: float(row[theirs]) for ours, theirs in names.items()}), row) for row in table]


def value(row: dict[str, str], name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(float(row[name]))


@pytest.mark.parametrize("path", tables("rss_longitudinal_same_direction.csv"), ids=lambda p: p.parent.name)
def test_the_safe_distance_behind_another_is_ad_rss_s(path: Path) -> None:
    table = rows(path)
    names = {"response_time": "response_time", "acceleration": "accel_max", "deceleration": "brake_min",
             "full_deceleration": "brake_max"}  # fmt: skip
    ours = [float(rss.same_direction(value(r, "v_rear"), value(r, "v_front"), p)) for p, r in each(table, **names)]
    assert ours == pytest.approx(column(table, SAFE), abs=1e-6)
    assert len(ours) > 100


@pytest.mark.parametrize("path", tables("rss_longitudinal_opposite_direction.csv"), ids=lambda p: p.parent.name)
def test_the_safe_distance_to_who_comes_towards_is_ad_rss_s(path: Path) -> None:
    table = rows(path)
    names = {"response_time": "response_time", "acceleration": "accel_max", "deceleration": "brake_min",
             "correct_deceleration": "brake_min_correct"}  # fmt: skip
    ours = [float(rss.opposite_direction(value(r, "v_correct_lane"), value(r, "v_opposite"), p))
            for p, r in each(table, **names)]  # fmt: skip
    assert ours == pytest.approx(column(table, SAFE), abs=1e-6)
    assert len(ours) > 90


@pytest.mark.parametrize("path", tables("rss_lateral.csv"), ids=lambda p: p.parent.name)
def test_the_lateral_safe_distance_is_the_papers_and_differs_from_ad_rss_where_the_bracket_is_negative(
    path: Path,
) -> None:
    table = rows(path)
    names = {"response_time": "response_time", "lateral_acceleration": "lat_accel_max",
             "lateral_deceleration": "lat_brake_min", "lateral_margin": "mu"}  # fmt: skip
    differing = 0
    for p, row in each(table, **names):
        left, right, theirs = value(row, "v_lat_left_object"), value(row, "v_lat_right_object"), float(row[SAFE])
        ours = float(rss.lateral(left, right, p))
        # v + ρ a after the response time; who then moves away need not brake
        one, other = left + p.response_time * p.lateral_acceleration, right - p.response_time * p.lateral_acceleration
        bracket = 0.5 * (left + one - right - other) * p.response_time
        bracket += (max(one, 0.0) ** 2 + min(other, 0.0) ** 2) / (2.0 * p.lateral_deceleration)
        assert ours == pytest.approx(p.lateral_margin + max(float(bracket), 0.0), abs=1e-12)
        # with no margin, max(0, bracket) is the same either way
        differs = bracket < 0.0 and p.lateral_margin > 0.0
        assert (abs(ours - theirs) > 1e-5) == differs
        if not differs:
            assert ours == pytest.approx(theirs, abs=1e-6)
        assert theirs == pytest.approx(max(0.0, p.lateral_margin + float(bracket)), abs=1e-6)
        differing += differs
    assert differing == 64


def stops(rear: float, front: float, gap: float, p: RssParameters) -> float:
    """Smallest gap if the worst that RSS reckons with happens, in steps of a millisecond."""
    dt, v, u, nearest = 1e-3, rear, front, gap
    for k in range(60_000):
        a = p.acceleration if k * dt < p.response_time else -p.deceleration
        v, u = max(v + a * dt, 0.0), max(u - p.full_deceleration * dt, 0.0)
        gap += (u - v) * dt
        nearest = min(nearest, gap)
        if v == u == 0.0:
            break
    return nearest


@pytest.mark.parametrize(("rear", "front"), [(30.0, 20.0), (20.0, 20.0), (10.0, 0.0), (33.0, 36.0)])
def test_the_safe_distance_is_just_enough_in_the_worst_case(rear: float, front: float) -> None:
    p = RssParameters()
    safe = float(rss.same_direction(np.array(rear), np.array(front), p))
    assert safe > 0.0
    assert stops(rear, front, safe, p) == pytest.approx(0.0, abs=0.1)


def test_who_gets_away_needs_no_distance() -> None:
    assert rss.same_direction(np.array(5.0), np.array(40.0), RssParameters()) == 0.0


def test_margin_and_danger_of_a_car_behind_another() -> None:
    p = RssParameters()
    safe = float(rss.same_direction(np.array(20.0), np.array(15.0), p))
    gap = safe + 10.0
    other = Mover(steady(50.0 + CAR.length + gap, 15.0))
    r = Readings(*drive(Mover(steady(50.0, 20.0)), other))
    assert r.rss_distance(0)[1:-1] == pytest.approx(safe)
    assert r.rss_margin(0, 1)[1:-1] == pytest.approx(10.0 - 5.0 * r.run.time[1:-1])
    assert (r.rss_dangerous(0, 1) == (r.rss_margin(0, 1) < 0.0)).all()
    assert 0 < int(np.argmax(r.rss_dangerous(0, 1))) < len(r.run.time) - 1
    # the same in the next lane is not dangerous
    beside = Mover(other.s, -1.5 * WIDTH)
    r = Readings(*drive(Mover(steady(50.0, 20.0)), beside))
    assert not r.rss_dangerous(0, 1).any()
    assert r.rss_margin(0, 1)[-2] < 0.0
    assert (r.rss_margin(0) == np.inf).all(), "nobody is ahead in its way"


def test_who_drifts_towards_the_next_lane_needs_more_lateral_distance() -> None:
    drift = np.arcsin(0.5 / 20.0)
    beside = Mover(steady(50.0, 20.0), -1.5 * WIDTH)
    still = Readings(*drive(Mover(steady(50.0, 20.0)), beside))
    drifting = Readings(*drive(Mover(steady(50.0, 20.0), turned=-drift), beside))
    p = RssParameters()
    gap, safe = still.lateral(0, 1)
    assert gap[0] == pytest.approx(WIDTH - CAR.width)
    assert safe[0] == pytest.approx(float(rss.lateral(np.array(0.0), np.array(0.0), p)))
    assert drifting.lateral(0, 1)[1][0] == pytest.approx(float(rss.lateral(np.array(0.5), np.array(0.0), p)))
    # the other sees the same from its side
    assert drifting.lateral(1, 0)[1][0] == pytest.approx(drifting.lateral(0, 1)[1][0])


def test_who_meets_oncoming_traffic_in_its_own_lane_needs_the_opposite_distance() -> None:
    p = RssParameters()
    ghost = Mover(steady(300.0, -15.0), direction=-1)  # in the ego's lane, against its direction
    r = Readings(*drive(Mover(steady(50.0, 20.0)), ghost))
    expected = float(rss.opposite_direction(np.array(20.0), np.array(15.0), p))
    assert r.rss_distance(0)[1] == pytest.approx(expected)
    # whichever of them asks, the ego is in its own lane
    assert r.rss_distance(1, 0)[1] == pytest.approx(expected)
