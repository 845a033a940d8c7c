from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.rollout.lane_middle import LaneMiddles
from mkdocs_worldmodel.rollout.lead import extents, leader
from mkdocs_worldmodel.rollout.route_lead import RouteTable, route_leader
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, chain, lane_centre
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import BODIES, Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

CAR = BODIES["car"]


def road(name: str, pieces: list[tuple[float, float, float]], widths: tuple[Cubic, ...] = (Cubic(0.0, 3.5),),
         **more: object) -> Road:  # fmt: skip
    lanes = tuple(Lane(sign * i, "driving", widths) for sign in (-1, 1) for i in (1, 2))
    length = sum(p[0] for p in pieces)
    return Road(name, length, chain(pieces), (LaneSection(0.0, lanes),), **more)  # type: ignore[arg-type]


def scenario(network: RoadNetwork, *routes: tuple[Leg, ...]) -> Scenario:
    users = tuple(
        RoadUser(f"u{i}", "car", CAR, w[0].road, w[0].lane, w[0].direction, 0.0, 0.0, 9.0, "idm", 9.0, "", route=w)
        for i, w in enumerate(routes)
    )
    return Scenario(network, users, (), Environment(), 10.0)


BEND = [(60.0, 0.0, 0.0), (30.0, 0.0, 0.02), (80.0, 0.02, 0.02), (30.0, 0.02, 0.0)]
NETWORK = RoadNetwork((road("a", [(100.0, 0.0, 0.0)]), road("b", [(40.0, -0.05, -0.05)]), road("c", BEND)))
WAY = (Leg("a", 1, -1), Leg("b", 1, -2), Leg("c", -1, 2))
"""Along a and b, then against the direction of c."""


def state(copies: int, users: int, roads: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "road": rng.integers(0, roads, (copies, users)),
        "s": rng.uniform(0.0, 100.0, (copies, users)),
        "t": rng.uniform(-7.0, 7.0, (copies, users)),
        "bend": rng.uniform(-2.0, 2.0, (copies, users)),
        "direction": rng.choice([-1.0, 1.0], (copies, users)),
    }


def test_on_one_road_it_is_what_leader_finds_to_the_bit() -> None:
    network = RoadNetwork((road("a", BEND),))
    copies, users = 50, 7
    at = state(copies, users, 1)
    table = RouteTable([scenario(network, *[(Leg("a", 1, -1),)] * users)] * copies)
    body = tuple(np.full((copies, users), v) for v in (CAR.length, CAR.width, CAR.rear_overhang))
    rng = np.random.default_rng(1)
    slant, speed = rng.normal(0.0, 0.2, (copies, users)), rng.uniform(0.0, 30.0, (copies, users))
    e = extents(at["direction"], at["s"], at["t"], slant, speed, at["bend"], body)
    for i in range(users):
        ours = route_leader(e, table.seen_by(i, **at), i)
        for mine, theirs in zip(ours, leader(e, i), strict=True):
            assert mine.tobytes() == theirs.tobytes()
    # and with further roads in the network on which nobody is
    larger = replace(network, roads=(*network.roads, *NETWORK.roads[1:]))
    more = RouteTable([scenario(larger, *[(Leg("a", 1, -1),)] * users)] * copies)
    for i in range(users):
        ours = route_leader(e, more.seen_by(i, **at), i)
        for mine, theirs in zip(ours, leader(e, i), strict=True):
            assert mine.tobytes() == theirs.tobytes()


def test_metres_along_a_route_are_the_lengths_of_its_lanes() -> None:
    table = RouteTable([scenario(NETWORK, WAY, WAY, WAY, WAY)])
    line = ReferenceLines(NETWORK.roads)
    road_of = np.array([[0, 1, 2, 2]])
    s, t = np.array([[70.0, 10.0, 195.0, 30.0]]), np.array([[-1.75, -5.25, 5.25, 5.25]])
    bend = line.heading_at(road_of, s)
    seen = table.positions(road_of, s, t, bend, np.array([[1.0, 1.0, -1.0, -1.0]]))
    b_lane = 40.0 * (1.0 - 5.25 * 0.05)  # a bend to the right is shorter on the right
    c_bend = 0.02 * (80.0 + 30.0)  # rad, ramps included
    assert seen.along[0, 0, 1] == pytest.approx(30.0 + 10.0 * (1.0 - 5.25 * 0.05))
    assert seen.along[0, 0, 2] == pytest.approx(30.0 + b_lane + 5.0 - 5.25 * float(line.heading_at(2, np.array(200.0))
                                                - line.heading_at(2, np.array(195.0))), abs=1e-9)  # fmt: skip
    assert seen.along[0, 0, 3] == pytest.approx(30.0 + b_lane + 170.0 - 5.25 * c_bend)
    assert (seen.same == 1.0).all()
    assert seen.lateral[0, 0] == pytest.approx([0.0] * 4)
    # who asks from further on has the same metres, with the other sign, as all are in the middle of their lanes
    assert seen.along == pytest.approx(-np.swapaxes(seen.along, 1, 2))


def test_who_is_not_on_the_route_is_nowhere_on_it() -> None:
    table = RouteTable([scenario(NETWORK, WAY[:2], WAY[1:])])
    here = {
        "s": np.array([[50.0, 20.0]]),
        "t": np.zeros((1, 2)),
        "bend": np.zeros((1, 2)),
        "direction": np.ones((1, 2)),
    }
    seen = table.positions(np.array([[0, 2]]), **here)
    assert np.isnan(seen.along[0, 0, 1])
    assert np.isnan(seen.along[0, 1, 0])
    # one that has left its route, or turned round on it, sees its own road alone
    off = table.positions(np.array([[2, 2]]), **here)
    assert off.along[0, 0].tolist() == [0.0, -30.0]
    back = table.positions(np.array([[0, 1]]), **(here | {"direction": np.array([[-1.0, 1.0]])}))
    assert np.isnan(back.along[0, 0, 1])


def test_who_comes_towards_is_seen_so_and_left_is_left_of_the_way() -> None:
    table = RouteTable([scenario(NETWORK, WAY, WAY)])
    road_of, s = np.array([[1, 2]]), np.array([[10.0, 150.0]])
    args = {"s": s, "bend": ReferenceLines(NETWORK.roads).heading_at(road_of, s)}
    # c is driven against s, in lane 2, whose middle is t = 5.25; left of the way is then towards smaller t
    seen = table.positions(road_of, t=np.array([[-5.25, 4.0]]), direction=np.array([[1.0, 1.0]]), **args)
    assert seen.same[0, 0].tolist() == [1.0, -1.0]
    assert seen.lateral[0, 0] == pytest.approx([0.0, 1.25])
    assert seen.way[0, 0].tolist() == [1.0, -1.0]


def test_a_leader_on_the_next_road_is_found_in_its_lane_only() -> None:
    table = RouteTable([scenario(NETWORK, WAY, WAY, WAY)])
    road_of, s = np.array([[0, 1, 1]]), np.array([[80.0, 20.0, 30.0]])
    bend = ReferenceLines(NETWORK.roads).heading_at(road_of, s)
    body = tuple(np.full((1, 3), v) for v in (CAR.length, CAR.width, CAR.rear_overhang))
    speed = np.array([[10.0, 5.0, 6.0]])
    for t, found in ((-1.75, 2), (-5.25, 1)):
        lateral, direction = np.array([[-1.75, t, -5.25]]), np.ones((1, 3))
        e = extents(direction, s, lateral, np.zeros((1, 3)), speed, bend, body)
        index, gap, lead = route_leader(e, table.seen_by(0, road_of, s, lateral, bend, direction), 0)
        metres = 20.0 + s[0, found] * (1.0 - 5.25 * 0.05)
        assert index.tolist() == [found]
        assert gap[0] == pytest.approx(metres - CAR.length)
        assert lead[0] == speed[0, found]


def test_a_copy_sees_the_same_alone_and_in_a_batch() -> None:
    other = RoadNetwork((NETWORK.roads[0], road("b", [(25.0, 0.03, 0.03)]), NETWORK.roads[2]))
    copies = [scenario(network, WAY, WAY[1:], (Leg("c", 1, -1),)) for network in (NETWORK, other, NETWORK, other)]
    at = state(4, 3, 3, seed=3)
    together = RouteTable(copies).positions(**at)
    for b, alone in enumerate(copies):
        single = RouteTable([alone]).positions(**{n: v[b : b + 1] for n, v in at.items()})
        for name in ("along", "same", "lateral", "own_road", "way"):
            assert getattr(together, name)[b].tobytes() == getattr(single, name)[0].tobytes(), name


def test_arrays_may_have_a_time_axis() -> None:
    table = RouteTable([scenario(NETWORK, WAY, WAY)] * 2)
    at = state(10, 2, 3)
    long = {n: v.reshape(2, 5, 2) for n, v in at.items()}
    seen = table.positions(**long)
    for k in range(5):
        row = table.positions(**{n: v[:, k] for n, v in long.items()})
        assert np.array_equal(seen.along[:, k], row.along, equal_nan=True)


# -- lanes that change their width -----------------------------------------------------------------------------

WIDTHS = (Cubic(0.0, 3.5), Cubic(50.0, 3.5, 0.0, -0.0042, 0.000056), Cubic(100.0, 0.0))
"""Tapers to nothing between 50 and 100 m."""


def tapering() -> Road:
    lanes = (Lane(-1, "driving", WIDTHS), Lane(-2, "driving", (Cubic(0.0, 3.0),)), Lane(1, "driving", WIDTHS))
    first = LaneSection(0.0, lanes)
    second = LaneSection(120.0, (Lane(-1, "driving", (Cubic(0.0, 3.0, 0.01),), predecessor=-2),))
    shape = chain([(70.0, 0.0, 0.01), (110.0, 0.01, 0.01)])
    return Road("a", 180.0, shape, (first, second), lane_offset=(Cubic(0.0, 0.0), Cubic(30.0, 0.0, 0.02)))


@settings(max_examples=50)
@given(st.lists(st.floats(0.0, 179.9), min_size=1, max_size=20))
def test_the_middle_of_a_lane_is_that_of_its_borders_through_all_sections(places: list[float]) -> None:
    middles = LaneMiddles([(tapering(), -1), (tapering(), 1)], exit_at_end=[True, False])
    s = np.array(places)
    expected = [lane_centre(tapering(), -2 if p < 120.0 else -1, p) for p in places]
    assert middles.t(np.zeros(s.shape, dtype=np.intp), s) == pytest.approx(expected, abs=1e-9)
    first = s[s < 120.0]
    left = [lane_centre(tapering(), 1, float(p)) for p in first]
    assert middles.t(np.ones(first.shape, dtype=np.intp), first) == pytest.approx(left, abs=1e-9)
    assert not middles.plain.any()


def test_the_length_of_a_lane_is_the_integral_over_its_middle() -> None:
    built = tapering()
    middles, line = LaneMiddles([(built, -1)], exit_at_end=[True]), ReferenceLines([built])
    ends = np.array([10.0, 55.0, 100.0, 119.0, 121.0, 179.0])
    for end in ends:
        s = (np.arange(20000) + 0.5) * end / 20000
        inside = 1.0 - middles.t(np.zeros(s.shape, dtype=np.intp), s) * line.curvature_at(0, s)
        found = middles.metres(np.zeros(1, dtype=np.intp), np.array([end]))[0]
        assert found == pytest.approx(float(inside.mean()) * end, abs=1e-6)


def test_a_route_over_a_tapering_lane_is_measured_along_its_middle() -> None:
    network = RoadNetwork((NETWORK.roads[0], tapering()))
    way = (Leg("a", 1, -1),)
    built = replace(network, roads=(replace(network.roads[0], id="x"), network.roads[1]))
    table = RouteTable([scenario(built, (Leg("x", 1, -1), Leg("a", 1, -1)), way)])
    line = ReferenceLines(built.roads)
    road_of, s = np.array([[0, 1]]), np.array([[60.0, 150.0]])
    middle = lane_centre(tapering(), -1, 150.0)
    seen = table.positions(road_of, s, np.array([[-1.75, middle]]), line.heading_at(road_of, s), np.ones((1, 2)))
    metres = LaneMiddles([(tapering(), -1)], exit_at_end=[True]).metres(np.zeros(1, dtype=np.intp), np.array([150.0]))
    assert seen.lateral[0, 0, 1] == pytest.approx(0.0, abs=1e-9)
    assert seen.along[0, 0, 1] == pytest.approx(40.0 + metres[0])
