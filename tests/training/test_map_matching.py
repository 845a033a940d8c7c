"""From positions in the plane to a way over roads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.interchange.opendrive import read_opendrive
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_centre
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.training.map_matching import FAR, Matched, Roads

sys.path.insert(0, str(Path(__file__).parents[1] / "scenario"))
import road_networks

DATA = Path(__file__).parents[1] / "data" / "opendrive"


def along(network: RoadNetwork, turns: tuple[str, ...], step: float = 0.5) -> tuple[np.ndarray, ...]:
    """Positions along a route from the network's first road: x, y, heading, road, direction."""
    lines = ReferenceLines(network.roads)
    place = {road.id: i for i, road in enumerate(network.roads)}
    parts = []
    for leg in find_route(network, network.roads[0].id, 1, -1, turns):
        road = network.road(leg.road)
        s = np.arange(0.05, road.length, step)
        s = s if leg.direction > 0 else s[::-1]
        t = np.array([lane_centre(road, leg.lane, each) for each in s])
        x, y, heading = lines.pose(place[leg.road], s, t)
        against = np.pi if leg.direction < 0 else 0.0
        parts.append((x, y, heading + against, np.full(len(s), place[leg.road]), np.full(len(s), leg.direction)))
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def matched(network: RoadNetwork, x: np.ndarray, y: np.ndarray, heading: np.ndarray, **more: bool) -> Matched:
    found = Roads(network).match(x, y, heading, **more)
    assert found is not None
    return found


@pytest.mark.parametrize("turn", ["left", "straight", "right"])
@pytest.mark.parametrize("name", ["crossing", "sharp crossing", "roundabout"])
def test_the_way_through_a_junction_is_the_one_that_was_driven(name: str, turn: str) -> None:
    network = road_networks.laid_out(road_networks.ALL[name]).network
    x, y, heading, road, direction = along(network, (turn,))
    found = matched(network, x, y, heading)
    assert (found.road == road).mean() > 0.99  # where roads meet a position lies on both
    assert (found.direction == direction).mean() > 0.99
    assert found.leaps == 0
    assert found.aside.max() < 0.01


def test_noise_of_half_a_metre_does_not_change_the_way() -> None:
    network = road_networks.laid_out(road_networks.ALL["large crossing"]).network
    x, y, heading, road, _ = along(network, ("left",))
    random = np.random.default_rng(2)
    noisy = [each + random.normal(0.0, sigma, len(x)) for each, sigma in ((x, 0.5), (y, 0.5), (heading, 0.1))]
    found = matched(network, *noisy)
    assert (found.road == road).mean() > 0.97
    assert found.leaps == 0


def test_lane_and_lateral_position_are_those_of_the_road() -> None:
    network = read_opendrive((DATA / "ramp.xodr").read_bytes())
    x = np.linspace(5.0, 150.0, 100)
    found = matched(network, x, np.full(100, -5.0), np.zeros(100))
    assert set(found.lane) == {-2}
    assert found.t == pytest.approx(np.full(100, -5.0))
    assert found.aside == pytest.approx(np.full(100, 0.25))
    assert found.s == pytest.approx(x)


def test_who_drives_on_the_wrong_side_keeps_its_direction() -> None:
    network = road_networks.laid_out(road_networks.ALL["two-way"]).network
    x = np.linspace(20.0, 200.0, 200)
    found = matched(network, x, np.full(200, 1.75), np.zeros(200))
    assert set(found.direction) == {1}
    assert found.outside.min() > 1.0


def test_a_position_beyond_all_ends_is_said_to_be_so() -> None:
    network = read_opendrive((DATA / "ramp.xodr").read_bytes())
    x = np.linspace(-10.0, 20.0, 61)
    found = matched(network, x, np.full(61, -1.75), np.zeros(61))
    assert np.abs(found.beyond - np.maximum(0.0, -x)).max() < 1e-6
    assert found.s.min() == 0.0


def test_who_walks_may_be_anywhere_on_the_road_in_any_direction() -> None:
    network = road_networks.laid_out(road_networks.ALL["edges"]).network
    y = np.linspace(-6.0, 6.0, 60)
    found = matched(network, np.full(60, 50.0), y, np.full(60, 1.57), walks=True)
    assert found.t == pytest.approx(y)
    assert found.outside.max() == 0.0


def test_who_is_far_from_all_roads_is_not_placed() -> None:
    network = read_opendrive((DATA / "ramp.xodr").read_bytes())
    roads = Roads(network)
    assert roads.match(np.linspace(0, 9, 10), np.full(10, 2.0 * FAR + 30.0), np.zeros(10)) is None
    assert roads.match(np.full(3, 1e7), np.full(3, -1e7), np.zeros(3)) is None


def test_a_jump_to_a_road_that_does_not_follow_is_counted() -> None:
    network = read_opendrive((DATA / "junction.xodr").read_bytes())
    x = np.concatenate([np.linspace(5.0, 40.0, 40), np.full(40, 98.5)])
    y = np.concatenate([np.full(40, -1.5), np.linspace(-30.0, -60.0, 40)])
    heading = np.concatenate([np.zeros(40), np.full(40, -0.5 * np.pi)])
    assert matched(network, x, y, heading).leaps == 1
