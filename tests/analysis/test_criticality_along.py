from __future__ import annotations

import math

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, road, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.analysis.criticality import Approach, drac, required_deceleration
from mkdocs_worldmodel.analysis.quantities import QUANTITIES, extreme, read
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, chain
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Leg


def behind(v: float, u: float, gap: float, **other: float) -> Readings:
    """A car at v behind one at u."""
    return Readings(*drive(Mover(steady(50.0, v)), Mover(steady(50.0 + CAR.length + gap, u), **other)))  # type: ignore[arg-type]


def approach(v: float, u: float, gap: float, b: float = 0.0) -> Approach:
    at = np.array
    return Approach(at([True]), at([True]), at([gap]), at([v]), at([0.0]), at([u]), at([b]))


def test_measures_of_a_car_behind_another_in_closed_form() -> None:
    r = behind(20.0, 15.0, 60.0)
    k = slice(1, -1)
    gap = 60.0 - 5.0 * r.run.time
    for other in (None, 1):
        assert read(r, "gap", 0, other) == pytest.approx(gap)
        assert read(r, "ttc", 0, other)[k] == pytest.approx(gap[k] / 5.0)
        assert read(r, "thw", 0, other)[k] == pytest.approx(gap[k] / 20.0)
        assert read(r, "drac", 0, other)[k] == pytest.approx(25.0 / (2.0 * gap[k]))
        assert read(r, "required_deceleration", 0, other)[k] == pytest.approx(25.0 / (2.0 * gap[k]))
    assert read(r, "ttc_2d", 0, 1)[k] == pytest.approx(gap[k] / 5.0)
    assert read(r, "distance", 0, 1) == pytest.approx(gap)
    # seen from the car ahead: the same gap and time, but it follows nobody
    assert read(r, "gap", 1, 0) == pytest.approx(gap)
    assert read(r, "ttc", 1, 0)[k] == pytest.approx(gap[k] / 5.0)
    assert (read(r, "thw", 1, 0) == np.inf).all()
    assert (read(r, "required_deceleration", 1, 0) == 0.0).all()
    assert (read(r, "gap", 1) == np.inf).all()


def test_who_does_not_close_in_has_no_time_to_collision_and_nothing_to_avoid() -> None:
    r = behind(15.0, 20.0, 30.0)
    assert (read(r, "ttc") == np.inf).all()
    assert (read(r, "ttc_2d", 0, 1) == np.inf).all()
    assert (read(r, "drac") == 0.0).all()
    assert (read(r, "required_deceleration") == 0.0).all()


def test_those_who_meet_in_different_lanes_close_in_along_the_road_but_not_in_the_plane() -> None:
    meets = Mover(steady(250.0, -15.0), 0.5 * WIDTH, direction=-1)
    r = Readings(*drive(Mover(steady(50.0, 20.0)), meets))
    gap = 200.0 - 2 * CAR.front - 35.0 * r.run.time
    assert read(r, "gap", 0, 1) == pytest.approx(gap)
    assert read(r, "ttc", 0, 1)[1:-1] == pytest.approx(gap[1:-1] / 35.0)
    assert (read(r, "ttc_2d", 0, 1) == np.inf).all()
    assert (read(r, "gap") == np.inf).all(), "it is not in the ego's way"
    # once past each other they are apart, and no longer close in
    r = Readings(*drive(Mover(steady(50.0, 20.0)), meets, seconds=8.0))
    past = r.run.time > 6.0
    assert read(r, "gap", 0, 1)[past] == pytest.approx((35.0 * r.run.time - 200.0 - 2 * CAR.rear_overhang)[past])
    assert (read(r, "ttc", 0, 1)[past] == np.inf).all()


def test_time_to_collision_in_the_plane_sees_who_comes_from_the_side() -> None:
    walker = BODIES["pedestrian"]
    meets = 40.0 / 10.0
    crosses = Mover(steady(100.0 + CAR.front + 40.0 + 0.5 * walker.width, 0.0),
                    lambda time: -0.5 * WIDTH - 1.5 * (meets - time), turned=math.pi / 2, kind="pedestrian",
                    speed=1.5)  # fmt: skip
    r = Readings(*drive(Mover(steady(100.0, 10.0)), crosses, seconds=3.9))
    assert read(r, "ttc_2d") == pytest.approx(meets - r.run.time, abs=1e-9)
    # along the road it stands still, and the gap is to its side
    assert read(r, "gap", 0, 1) == pytest.approx(40.0 - 10.0 * r.run.time)
    assert read(r, "ttc", 0, 1) == pytest.approx(meets - r.run.time)
    seen = read(r, "gap") < np.inf
    enters = meets - (0.5 * CAR.width + 0.5 * walker.length + 0.3) / 1.5
    assert r.run.time[int(np.argmax(seen))] == pytest.approx(enters, abs=0.051), "it is ahead once it is in the way"


@settings(max_examples=200)
@given(st.floats(0.5, 40), st.floats(0, 40), st.floats(0.5, 100), st.sampled_from([-8.0, -5.0, -2.0, -0.5, 0.0, 1.0]))
def test_the_required_deceleration_is_just_enough(v: float, u: float, gap: float, b: float) -> None:
    if u < 1e-3:
        u = b = 0.0  # who stands stays
    needed = float(required_deceleration(approach(v, u, gap, b))[0])

    def nearest(braking: float) -> float:
        """Smallest gap over all time, exactly between the moments at which something changes."""
        stop_v = v / braking if braking > 0.0 else np.inf
        stop_u = u / -b if b < 0.0 else np.inf
        end = max(stop for stop in (stop_v, stop_u, 30.0) if stop < np.inf)
        times = np.linspace(0.0, min(end, 5e3), 40001)
        tv, tu = np.minimum(times, stop_v), np.minimum(times, stop_u)
        return float((gap + u * tu + 0.5 * b * tu * tu - v * tv + 0.5 * braking * tv * tv).min())

    assert nearest(needed * 1.001 + 1e-6) > -1e-3 * gap - 1e-3
    if needed > 0.01:
        assert nearest(needed * 0.98) < 1e-3 * gap


def test_deceleration_to_avoid_a_crash_takes_the_leader_as_steady() -> None:
    assert drac(approach(20.0, 10.0, 25.0, -8.0))[0] == pytest.approx(100.0 / 50.0)
    assert required_deceleration(approach(20.0, 10.0, 25.0, -8.0))[0] == pytest.approx(
        400.0 / (2 * (25.0 + 100.0 / 16.0))
    )
    assert drac(approach(20.0, 10.0, 0.0))[0] == np.inf
    assert required_deceleration(approach(20.0, -10.0, 50.0))[0] == np.inf, "it does not stop"
    stopping = required_deceleration(approach(20.0, -10.0, 50.0, 5.0))[0]
    assert stopping == pytest.approx(400.0 / (2 * (50.0 - 100.0 / 10.0)))


def test_nothing_is_between_road_users_of_which_one_is_absent() -> None:
    late = Mover(steady(50.0 + CAR.length + 60.0, 15.0), present=lambda time: time >= 2.0)
    r = Readings(*drive(Mover(steady(50.0, 20.0)), late))
    before, after = r.run.time < 1.99, r.run.time > 2.01
    for name in ("gap", "ttc", "distance", "ttc_2d", "thw"):
        for other in (None, 1):
            assert (read(r, name, 0, other)[before] == np.inf).all(), name
            assert np.isfinite(read(r, name, 0, other)[after][:-1]).all(), name
    assert np.isnan(read(r, "speed", 1)[before]).all()
    assert extreme(read(r, "speed", 1), "min", r.last)[0] == pytest.approx(15.0)  # type: ignore[index]


def test_every_quantity_can_be_read_of_everyone_and_never_is_nan_between_two() -> None:
    walker = Mover(steady(120.0, 0.0), lambda time: -8.0 + 1.4 * time, turned=math.pi / 2, kind="pedestrian", speed=1.4)
    movers = (Mover(steady(50.0, 20.0)), Mover(steady(80.0, 18.0), -1.5 * WIDTH), walker,
              Mover(steady(300.0, -20.0), 0.5 * WIDTH, direction=-1, present=lambda time: time < 2.0))  # fmt: skip
    r = Readings(*drive(*movers))
    for q in QUANTITIES.values():
        for i in range(4):
            for j in (None, *(k for k in range(4) if k != i)) if q.pair else (None,):
                values = q.read(r, i, j)
                assert values.shape == (() if q.number else r.run.time.shape), q.name
                if q.pair and not q.number:
                    assert not np.isnan(values).any(), q.name
        assert q.worst in {"min", "max", ""}
        assert q.description


def test_who_is_alone_has_no_nearest_other() -> None:
    r = Readings(*drive(Mover(steady(50.0, 20.0))))
    for name in ("gap", "ttc", "thw", "ttc_2d", "distance", "pet", "rss_margin"):
        assert (read(r, name) == np.inf).all(), name
    assert (read(r, "drac") == 0.0).all()
    assert (read(r, "rss_danger") == 0.0).all()
    assert np.isnan(read(r, "impact_speed"))


def test_the_numbers_of_a_contact_are_read() -> None:
    r = Readings(*drive(Mover(steady(50.0, 20.0)), Mover(steady(90.0, 5.0), -0.5 * WIDTH - 0.5 * CAR.width)))
    assert read(r, "impact_speed") == pytest.approx(20.0)
    assert read(r, "impact_speed", 1) == pytest.approx(5.0)
    assert read(r, "closing_speed", 0, 1) == pytest.approx(15.0)
    assert read(r, "overlap") == pytest.approx(0.5)
    assert read(r, "impact_position") == pytest.approx(0.25, abs=1e-3), "from the kerb's side, the right"
    left = RoadNetwork((road(rule="LHT"),))
    r = Readings(
        *drive(Mover(steady(50.0, 20.0)), Mover(steady(90.0, 5.0), -0.5 * WIDTH - 0.5 * CAR.width), network=left)
    )
    assert read(r, "impact_position") == pytest.approx(0.75, abs=1e-3)
    assert r.last == r.contacts[0].row


def test_jerk_is_the_mean_over_half_a_second() -> None:
    _, run = drive(Mover(steady(50.0, 20.0), acceleration=lambda time: np.where(time < 2.0, 0.0, -3.0)))  # type: ignore[arg-type]
    r = Readings(drive(Mover(steady(50.0, 20.0)))[0], run)
    jerk = read(r, "jerk")
    assert jerk.min() == pytest.approx(-3.0 / 0.5)
    assert (jerk[run.time < 1.7] == 0.0).all()
    assert (jerk[run.time > 2.3] == 0.0).all()
    ramp = drive(Mover(steady(50.0, 20.0), acceleration=lambda time: -1.5 * time))  # type: ignore[arg-type]
    assert read(Readings(*ramp), "jerk") == pytest.approx(-1.5)


def test_lateral_acceleration_of_a_bend_is_v_squared_over_r() -> None:
    bend = RoadNetwork((road(geometries=chain([(600.0, 0.005, 0.005)])),))
    r = Readings(*drive(Mover(steady(50.0, 20.0), 0.0, speed=20.0), network=bend))
    assert read(r, "lateral_acceleration") == pytest.approx(400.0 * 0.005)
    assert read(r, "distance_driven")[-1] == pytest.approx(80.0)


def test_the_offset_in_the_lane_is_positive_to_the_drivers_left() -> None:
    towards = Mover(steady(400.0, -20.0), 0.5 * WIDTH + 0.4, direction=-1)
    r = Readings(*drive(Mover(steady(50.0, 20.0), -0.5 * WIDTH + 0.4), towards, Mover(steady(90.0, 0.0), -30.0)))
    assert read(r, "lane_offset", 0) == pytest.approx(0.4)
    assert read(r, "lane_offset", 1) == pytest.approx(-0.4)
    assert np.isnan(read(r, "lane_offset", 2)).all()
    assert (read(r, "lane", 0) == -1).all()


# -- over several roads ----------------------------------------------------------------------------------------


def joined(radius: float = 40.0) -> RoadNetwork:
    """A straight road of 100 m that leads into a bend of 60 m to the left, and one that goes on after it."""
    bend = chain([(100.0, 0.0, 0.0), (60.0, 1.0 / radius, 1.0 / radius), (200.0, 0.0, 0.0)])
    roads = []
    for n, g in enumerate(bend):
        piece = type(g)(0.0, g.x, g.y, g.heading, g.length, g.curvature_start, g.curvature_end)
        roads.append(road(str(n + 1), g.length, geometries=(piece,)))
    return RoadNetwork(tuple(roads))


ROUTE = (Leg("1", 1, -1), Leg("2", 1, -1), Leg("3", 1, -1))


def test_the_gap_along_a_route_is_the_length_of_its_lane() -> None:
    radius = 40.0
    ego = Mover(steady(20.0, 10.0), route=ROUTE)
    other = Mover(steady(30.0, 5.0), road=2)
    r = Readings(*drive(ego, other, network=joined(radius)))
    outer = radius + 0.5 * WIDTH  # the lane right of the reference line of a bend to the left is longer
    gap = (100.0 - 20.0) + 60.0 * outer / radius + 30.0 - CAR.length - 5.0 * r.run.time
    for named in (None, 1):
        assert read(r, "gap", 0, named) == pytest.approx(gap)
        assert read(r, "ttc", 0, named)[1:-1] == pytest.approx(gap[1:-1] / 5.0)
    assert read(r, "gap", 1, 0)[0] == np.inf, "who has no route sees its own road alone"


def test_who_is_beside_the_route_or_on_another_road_is_not_ahead() -> None:
    ego = Mover(steady(20.0, 10.0), route=ROUTE[:2])
    beside = Mover(steady(10.0, 5.0), -1.5 * WIDTH, road=1)
    elsewhere = Mover(steady(30.0, 5.0), road=2)
    r = Readings(*drive(ego, beside, elsewhere, network=joined()))
    assert (read(r, "gap") == np.inf).all()
    assert np.isfinite(read(r, "gap", 0, 1)).all()
    assert (read(r, "gap", 0, 2) == np.inf).all()


def test_distances_in_the_plane_do_not_mind_the_roads() -> None:
    network = joined()
    r = Readings(*drive(Mover(steady(20.0, 10.0)), Mover(steady(30.0, 5.0), road=2), network=network))
    line = ReferenceLines(network.roads)
    x, y, _ = line.pose(np.array([0, 2]), np.array([20.0, 30.0]), np.array([-0.5 * WIDTH] * 2))
    apart = math.hypot(x[1] - x[0], y[1] - y[0])
    assert read(r, "distance", 0, 1)[0] == pytest.approx(apart, abs=CAR.length + CAR.width)
    assert read(r, "distance", 0, 1)[0] < apart
