"""All the ways on from a place: what a forecast must think of where nobody knows who turns where."""

from __future__ import annotations

import pytest
from road_networks import ALL, JUNCTIONS, RAMPS, laid_out

from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.scenario.route import MAX_WAYS, find_route, routes_from


def ends(routes: list[tuple[Leg, ...]]) -> set[str]:
    """The roads on which ways come out."""
    return {route[-1].road for route in routes}


@pytest.mark.parametrize("arm", ["ego", "left", "ahead", "right"])
@pytest.mark.parametrize("name", ["crossing", "large crossing", "sharp crossing"])
def test_at_a_crossing_one_may_go_to_all_other_arms(name: str, arm: str) -> None:
    layout = laid_out(JUNCTIONS[name])
    at = layout.arms[arm]
    lane = -at.toward
    routes = routes_from(layout.network, at.road, at.toward, lane)
    assert len(routes) == 3
    assert ends(routes) == {other.road for key, other in layout.arms.items() if key != arm}
    turns = [find_route(layout.network, at.road, at.toward, lane, (turn,)) for turn in ("straight", "left", "right")]
    assert set(routes) == set(turns)
    assert routes[0] == turns[0], "first the way that turns least"


def test_at_a_t_one_may_go_left_and_right() -> None:
    layout = laid_out(JUNCTIONS["t"])
    assert ends(routes_from(layout.network, "1", 1, -1)) == {layout.arms[a].road for a in ("left", "right")}


def test_from_a_lane_that_leads_elsewhere_the_way_asks_for_another_lane() -> None:
    layout = laid_out(JUNCTIONS["large crossing"])
    left = next(r for r in routes_from(layout.network, "1", 1, -3) if r[-1].road == layout.arms["left"].road)
    right = next(r for r in routes_from(layout.network, "1", 1, -3) if r[-1].road == layout.arms["right"].road)
    assert left[0].lane == -1, "left turns begin in the inner lane"
    assert right[0].lane == -3


@pytest.mark.parametrize("name", ["roundabout", "roundabout with three arms", "skew roundabout"])
def test_in_a_roundabout_every_exit_is_a_way(name: str) -> None:
    layout = laid_out(JUNCTIONS[name])
    arms = {arm.road for arm in layout.arms.values()}
    entering = routes_from(layout.network, "1", 1, -1)
    assert ends(entering) == arms
    assert len(entering) == len(arms)
    ring = next(road for road in layout.network.roads if road.name == "the roundabout")
    inside = routes_from(layout.network, ring.id, 1, -1)
    assert ends(inside) == arms
    assert len(inside) == len(arms)
    assert all(route[0].road == ring.id for route in inside)


def test_at_an_exit_one_may_leave_or_stay() -> None:
    layout = laid_out(RAMPS["exit"])
    road = layout.main[0][1]
    stays, leaves = routes_from(layout.network, road, 1, -3)
    assert stays == find_route(layout.network, road, 1, -3)
    assert leaves == find_route(layout.network, road, 1, -3, ("exit",))


def test_from_a_ramp_there_is_one_way() -> None:
    layout = laid_out(RAMPS["ramp"])
    ramp = next(road for road in layout.network.roads if road.name == "the ramp")
    (route,) = routes_from(layout.network, ramp.id, 1, -1)
    assert route[-1].road == layout.main[-1][1]


def test_on_a_connecting_road_the_way_is_known_until_the_next_junction() -> None:
    layout = laid_out(JUNCTIONS["crossing"])
    route = find_route(layout.network, "1", 1, -1, ("left",))
    assert routes_from(layout.network, route[1].road, route[1].direction, route[1].lane) == [route[1:]]


@pytest.mark.parametrize("spec", ALL.values(), ids=ALL.keys())
def test_from_every_lane_of_every_network_there_are_few_ways_and_each_can_be_driven(spec: dict[str, object]) -> None:
    network = laid_out(spec).network
    for road in network.roads:
        for lane in road.sections[0].lanes:
            for direction in (1, -1):
                routes = routes_from(network, road.id, direction, lane.id)
                assert 1 <= len(routes) <= MAX_WAYS
                assert len(set(routes)) == len(routes)
                assert routes[0][0].road == road.id
                assert find_route(network, road.id, direction, lane.id)[0].road == road.id
