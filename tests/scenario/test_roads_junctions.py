from __future__ import annotations

import itertools

import pytest
from road_networks import ALL, JUNCTIONS, PLAIN, RAMPS, Spec, drivable, drives, laid_out

from mkdocs_worldmodel.scenario.layout import Arm, Layout, edge_lane, lane_id, lane_name
from mkdocs_worldmodel.scenario.road import RoadObject, Signal
from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.scenario.route import find_route

JUNCTION = {"junction": {"ahead": 60}}


def movement(layout: Layout, start: str, turn: str) -> Leg:
    """The connecting road by which one goes from an arm."""
    arm = layout.arms[start]
    road = layout.network.road(arm.road)
    lane = next(ln.id for ln in drivable(road, arm.toward > 0) if drives(road, ln.id) == arm.toward)
    return find_route(layout.network, arm.road, arm.toward, lane, (turn,))[1]


def first(layout: Layout, a: tuple[str, str], b: tuple[str, str]) -> bool | None:
    """Whether movement a goes before b (arm, turn); None where neither is said."""
    high, low = movement(layout, *a).road, movement(layout, *b).road
    said = {pair for junction in layout.network.junctions for pair in junction.priorities}
    assert not {(high, low), (low, high)} <= said
    return True if (high, low) in said else False if (low, high) in said else None


# -- routes ------------------------------------------------------------------------------------------------

LEFT_OF = {"ego": "left", "left": "ahead", "ahead": "right", "right": "ego"}
OPPOSITE = {"ego": "ahead", "left": "right", "ahead": "ego", "right": "left"}
RIGHT_OF = {left: start for start, left in LEFT_OF.items()}


def _leads_out(layout: Layout, arm: Arm) -> bool:
    road = layout.network.road(arm.road)
    return any(ln.type == "driving" and drives(road, ln.id) == -arm.toward for ln in road.sections[-1].lanes)


@pytest.mark.parametrize("spec", JUNCTIONS.values(), ids=JUNCTIONS.keys())
@pytest.mark.parametrize("keep", ["right", "left"])
def test_every_movement_is_found_and_ends_on_the_arm_that_it_says(spec: Spec, keep: str) -> None:
    if keep == "left" and "arms" in spec["junction"]:
        spec = {**spec, "junction": {**spec["junction"], "arms": ["left", "right"]}}
    layout = laid_out(spec, keep=keep)
    network, found = layout.network, set()
    for name, arm in layout.arms.items():
        road = network.road(arm.road)
        lanes = [ln.id for ln in drivable(road, arm.toward > 0) if drives(road, ln.id) == arm.toward]
        for (turn, goals), lane in itertools.product(
            (("left", LEFT_OF), ("straight", OPPOSITE), ("right", RIGHT_OF)), lanes
        ):
            goal = layout.arms.get(goals[name])
            out = goal is not None and _leads_out(layout, goal)
            if not out:
                with pytest.raises(ValueError, match=f"no way {turn}"):
                    find_route(network, arm.road, arm.toward, lane, (turn,))
                continue
            legs = find_route(network, arm.road, arm.toward, lane, (turn,))
            assert goal is not None
            assert (legs[0].road, legs[0].direction) == (arm.road, arm.toward)
            assert (legs[-1].road, legs[-1].direction) == (goal.road, -goal.toward)
            found |= {leg.road for leg in legs}
            for one, other in itertools.pairwise(legs):
                last, following = network.road(one.road), network.road(other.road)
                if last.junction is None:
                    junction = network.junction(following.junction or "")
                    links = [
                        (link.incoming, link.connecting)
                        for c in junction.connections
                        for link in c.links
                        if (c.incoming, c.connecting) == (one.road, other.road)
                    ]
                    assert one.lane in {incoming for incoming, _ in links}
    assert {road.id for road in network.roads if road.junction} <= found | {
        c.connecting for j in network.junctions for c in j.connections
    }


def test_left_turns_leave_the_innermost_lane_and_right_turns_the_outermost() -> None:
    layout = laid_out({"lanes": 3, "oncoming": 1, "junction": {"ahead": 60}})
    for lane in (-1, -2, -3):
        assert find_route(layout.network, "1", 1, lane, ("left",))[0].lane == -1
        assert find_route(layout.network, "1", 1, lane, ("right",))[0].lane == -3
        assert find_route(layout.network, "1", 1, lane, ("straight",))[0].lane == lane
        assert find_route(layout.network, "1", 1, lane)[0].lane == lane


def test_ramps_and_exits_are_taken_as_told() -> None:
    layout = laid_out(RAMPS["ramp, exit, crossing"])
    network, arms = layout.network, layout.arms
    straight = find_route(network, "1", 1, -2)
    assert straight[-1].road == arms["ahead"].road
    left = find_route(network, "1", 1, -2, ("left",))
    assert left[-1].road == arms["left"].road
    out = find_route(network, "1", 1, -1, ("exit",))
    assert out[-1].road == arms["exit"].road
    assert out[-1].direction == 1
    ramp = find_route(network, arms["ramp"].road, -1, 1, ("right",))
    assert ramp[-1].road == arms["right"].road
    back = find_route(network, arms["ahead"].road, -1, 1)
    assert back[-1] == Leg("1", -1, 1)


def test_a_route_follows_lanes_that_begin_and_end() -> None:
    network = laid_out(PLAIN["lane ends"]).network
    assert [find_route(network, "1", 1, lane)[0].lane for lane in (-1, -2, -3)] == [-1, -2, -2]
    network = laid_out({"lanes": 2, "lane_begins": {"lane": 3, "at": 100}}).network
    assert [find_route(network, "1", 1, lane)[0].lane for lane in (-1, -2)] == [-2, -3]
    assert find_route(network, "1", 1, -1, s=300.0)[0].lane == -1


def test_there_is_a_word_about_ways_that_are_not_there() -> None:
    network = laid_out(JUNCTIONS["t"]).network
    with pytest.raises(ValueError, match="no way straight") as error:
        find_route(network, "1", 1, -1, ("straight",))
    assert error.value.args[1] == "from there one can go left, right"
    with pytest.raises(ValueError, match="no way left") as error:
        find_route(laid_out({}).network, "1", 1, -1, ("left",))
    assert "no junction" in error.value.args[1]


# -- right of way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", ["right", "left"])
def test_priority_to_the_right(keep: str) -> None:
    layout = laid_out(JUNCTION, keep=keep)
    first_arm, other_arm = ("right", "left") if keep == "right" else ("left", "right")
    assert first(layout, (first_arm, "straight"), ("ego", "straight")) is True
    assert first(layout, ("ego", "straight"), (other_arm, "straight")) is True
    assert first(layout, ("ahead", "straight"), (first_arm, "straight")) is True


@pytest.mark.parametrize("control", ["right", "priority", "give_way", "stop", "signals"])
def test_who_turns_across_gives_way_to_those_who_come_towards_it(control: str) -> None:
    layout = laid_out({"junction": {"ahead": 60, "control": control}})
    for one, other in (("ego", "ahead"), ("left", "right")):
        assert first(layout, (one, "straight"), (other, "left")) is True
        assert first(layout, (one, "right"), (other, "left")) is True
        assert first(layout, (one, "straight"), (other, "straight")) is None
        assert first(layout, (one, "left"), (other, "left")) is None


@pytest.mark.parametrize(("control", "main"), [("priority", True), ("give_way", False), ("stop", False)])
def test_the_road_with_priority_goes_first(control: str, main: bool) -> None:
    layout = laid_out({"junction": {"ahead": 60, "control": control}})
    for own, side in itertools.product(("ego", "ahead"), ("left", "right")):
        assert first(layout, (own, "straight"), (side, "straight")) is main
        assert first(layout, (own, "straight"), (side, "left")) is main
    signs = {name: [s.type for s in layout.network.road(arm.road).signals] for name, arm in layout.arms.items()}
    low = "stop" if control == "stop" else "give way"
    assert signs["ego"] == signs["ahead"] == ["priority" if main else low]
    assert signs["left"] == signs["right"] == [low if main else "priority"]


def test_of_lanes_that_merge_the_inner_one_goes_first() -> None:
    network = laid_out(JUNCTIONS["t"]).network
    ((inner, outer),) = [
        (high, low)
        for high, low in network.junctions[0].priorities
        if network.road(high).predecessor == network.road(low).predecessor
    ]
    assert [network.road(each).sections[0].lanes[0].predecessor for each in (inner, outer)] == [-1, -2]
    assert len({network.road(each).sections[0].lanes[0].successor for each in (inner, outer)}) == 1


def test_the_ring_goes_before_those_who_enter() -> None:
    network = laid_out(JUNCTIONS["roundabout"]).network
    for junction in network.junctions:
        ((high, low),) = junction.priorities
        assert network.road(network.road(high).predecessor.id).name == "the roundabout"  # type: ignore[union-attr]
        assert network.road(network.road(low).predecessor.id).name != "the roundabout"  # type: ignore[union-attr]


# -- stop lines, signs, lights, crosswalks -----------------------------------------------------------------


def of(layout: Layout, arm: str, kind: type) -> list[Signal | RoadObject]:
    road = layout.network.road(layout.arms[arm].road)
    return [each for each in (*road.signals, *road.objects) if isinstance(each, kind)]


@pytest.mark.parametrize("spec", JUNCTIONS.values(), ids=JUNCTIONS.keys())
def test_one_stops_where_the_author_says_before_all_that_lies_across(spec: Spec) -> None:
    layout = laid_out(spec)
    place = spec["junction"]
    assert layout.arms["ego"].stop_s == pytest.approx(place["at"] if "at" in place else 43.5 + place["ahead"])
    for name, arm in layout.arms.items():
        assert arm.stop_s is not None
        for each in of(layout, name, RoadObject):
            assert isinstance(each, RoadObject)
            nearest = each.s - 0.5 * arm.toward * each.length
            assert (nearest - arm.stop_s) * arm.toward >= -1e-9
            if each.type == "stop line":
                assert nearest == pytest.approx(arm.stop_s)
        for signal in of(layout, name, Signal):
            assert isinstance(signal, Signal)
            if signal.type in {"traffic light", "stop", "give way", "priority"}:
                assert (signal.s, signal.direction) == (pytest.approx(arm.stop_s), arm.toward)
                assert signal.t * signal.direction < 0.0, "it stands on the right of those for whom it holds"


def test_lights_never_let_two_roads_go_at_once() -> None:
    layout = laid_out({"junction": {"ahead": 60, "control": "signals", "crosswalks": True}})
    (controller,) = layout.network.controllers
    ids = {signal.id for _, signal in layout.network.signals()}
    assert set(controller.signals) == ids
    assert {"ego", "ahead", "left", "right", "ego_crosswalk", "left_crosswalk"} <= set(layout.lights)
    seen = set()
    for phase in controller.phases:
        shown = dict(zip(controller.signals, phase.aspects, strict=True))
        at = {name: {shown[i] for i in lights} for name, lights in layout.lights.items()}
        assert all(len(each) == 1 for each in at.values())
        one = {name: next(iter(each)) for name, each in at.items()}
        assert one["ego"] == one["ahead"]
        assert one["left"] == one["right"]
        assert "red" in {one["ego"], one["left"]}
        for arm in ("ego", "ahead", "left", "right"):
            if one[f"{arm}_crosswalk"] == "green":
                assert one[arm] == "red"
            seen.add((arm, one[arm]))
            seen.add((f"{arm}_crosswalk", one[f"{arm}_crosswalk"]))
    assert len(seen) == 4 * 4 + 4 * 2
    order = [dict(zip(controller.signals, p.aspects, strict=True))["light ego"] for p in controller.phases]
    assert order == ["green", "amber", "red", "red", "red", "red", "red", "red amber"]
    assert [p.duration for p in controller.phases] == [12.0, 3.0, 2.0, 1.0] * 2


def test_the_author_chooses_the_programme() -> None:
    signals = {"green": "20 s", "amber": "4 s", "red_amber": "2 s", "all_red": "3 s", "first": "side", "delay": "5 s"}
    layout = laid_out({"junction": {"ahead": 60, "control": "signals", "signals": signals}})
    (controller,) = layout.network.controllers
    assert controller.delay == 5.0
    assert [p.duration for p in controller.phases] == [20.0, 4.0, 3.0, 2.0] * 2
    at = controller.signals.index("light left")
    assert controller.phases[0].aspects[at] == "green"


def test_people_cross_while_vehicles_have_red() -> None:
    layout = laid_out(PLAIN["zebra"])
    assert set(layout.crosswalks) == {"crossing", "crossing_2"}
    assert layout.crosswalks["crossing"] == ("1", pytest.approx(43.5 + 50.0 + 2.0))
    assert layout.crosswalks["crossing_2"] == ("1", 150.0)
    (controller,) = layout.network.controllers
    (ego,) = layout.lights["ego"]
    shown = [dict(zip(controller.signals, p.aspects, strict=True)) for p in controller.phases]
    for each in shown:
        walks = {each[i] for i in layout.lights["crossing_2"]}
        assert walks in ({"red"}, {"green"})
        assert each[ego] == "red" or walks == {"red"}
    assert {each[ego] for each in shown} == {"green", "amber", "red", "red amber"}
    unmarked = laid_out({"crossings": {"at": 100, "control": "none", "name": "here"}})
    assert unmarked.crosswalks == {"here": ("1", 100.0)}
    assert unmarked.network.roads[0].objects == ()


def test_speed_limits_hold_from_where_they_stand() -> None:
    road = laid_out({
        "speed_limit": "100 km/h",
        "speed_limits": [{"ahead": 100, "limit": "36 km/h"}, {"at": 300, "limit": "none"}],
    }).network.roads[0]  # fmt: skip
    assert [(limit.s, limit.limit) for limit in road.speed_limits] == [(143.5, 10.0), (300.0, None)]
    assert [(s.type, s.s, s.value) for s in road.signals] == [
        ("speed limit", 143.5, 10.0),
        ("speed limit", 300.0, None),
    ]
    road = laid_out(PLAIN["bends"]).network.roads[0]
    assert [(limit.s, limit.limit) for limit in road.speed_limits] == [(0.0, pytest.approx(50 / 3.6)), (100.0, None)]


def test_limits_go_on_beyond_a_ramp() -> None:
    layout = laid_out({**RAMPS["ramp"], "speed_limit": 30.0, "speed_limits": {"at": 60, "limit": 20.0}})
    first_part, second = (layout.network.road(road) for _, road in layout.main)
    assert [(limit.s, limit.limit) for limit in first_part.speed_limits] == [(60.0, 20.0)]
    assert [(limit.s, limit.limit) for limit in second.speed_limits] == [(0.0, 20.0)]
    assert layout.place(100.0) == ("1", 100.0)
    assert layout.place(243.5) == (second.id, 100.0)
    assert layout.station(second.id, 100.0) == 243.5


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ALL.values(), ids=ALL.keys())
def test_every_lane_has_a_name_and_numbers_lead_back_to_it(spec: Spec) -> None:
    for road in laid_out(spec).network.roads:
        for section in road.sections:
            for lane in section.lanes:
                name = lane_name(road, lane.id, section.s)
                assert name != "off the road"
                words = name.split()
                if words[0] in {"lane", "oncoming"} and road.junction is None:
                    number = int(words[1]) if words[0] == "lane" else -int(words[2])
                    direction = -1 if road.name else 1
                    assert lane_id(road, number, direction, section.s) == lane.id


def test_arms_are_called_by_their_names() -> None:
    layout = laid_out({"lanes": 2, "kind": "town", "junction": {"ahead": 60, "lanes": 2, "oncoming": 2}})
    left = layout.network.road(layout.arms["left"].road)
    assert lane_id(left, 1, -1, 10.0) == 2
    assert lane_id(left, -1, -1, 10.0) == -2
    assert lane_id(left, 3, -1, 10.0) is None
    assert lane_name(left, 2) == "lane 1 of the left arm"
    assert lane_name(left, -2) == "oncoming lane 1 of the left arm"
    assert lane_name(left, -2, direction=1) == "lane 1 of the left arm"
    assert lane_name(left, 3) == "the pavement of the left arm"
    assert lane_name(layout.network.road(movement(layout, "ego", "left").road), -1) == "the junction"
    ring = laid_out(JUNCTIONS["roundabout"]).network.roads[4]
    assert lane_name(ring, -1) == "the roundabout"


@pytest.mark.parametrize("keep", ["right", "left"])
def test_edges_are_found_on_either_side(keep: str) -> None:
    road = laid_out(PLAIN["edges"], keep=keep).network.roads[0]
    kinds = {"shoulder": "shoulder", "pavement": "sidewalk", "cycle_lane": "biking", "parking": "parking"}
    for kind, lane_type in kinds.items():
        right = edge_lane(road, kind, 1, "right", 10.0)
        left = edge_lane(road, kind, 1, "left", 10.0)
        assert right is not None
        assert left is not None
        assert right < 0 < left
        assert {ln.type for ln in road.sections[0].lanes if ln.id in {left, right}} == {lane_type}
        assert edge_lane(road, kind, -1, "right", 10.0) == left
    names = [lane_name(road, ln.id) for ln in road.sections[0].side(-1)]
    own = "lane 2" if keep == "right" else "oncoming lane 1"
    assert names[-4:] == ["the cycle lane", "the parking lane", "the shoulder", "the pavement"]
    assert names[0] == own
