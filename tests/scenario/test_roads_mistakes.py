from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.layout import lay_out
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.spec.road import RoadSpec

Found = list[tuple[tuple[str | int, ...], str, str]]


def mistakes(spec: dict[str, Any], ego_front: float = 43.5) -> tuple[Found, RoadNetwork]:
    found: Found = []
    checked = RoadSpec.model_validate(spec)
    layout = lay_out(
        checked, ego_speed=13.9, ego_front=ego_front, default_length=400.0, wrong=lambda *each: found.append(each)
    )
    assert layout.arms["ego"].road in {road.id for road in layout.network.roads}
    return found, layout.network


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ({"junction": {"at": 30}}, ("junction", "at"), "behind the ego's front"),
        ({"length": 100, "junction": {"ahead": 90}}, ("junction", "ahead"), "beyond the end of the road, at 100 m"),
        ({"ramp": {"at": 50}}, ("ramp", "at"), "behind the ego's front"),
        ({"exit": {"at": 40}}, ("exit", "at"), "behind the ego's front"),
        ({"ramp": {"at": 100}, "exit": {"at": 200}}, ("exit", "at"), "overlap"),
        ({"length": 300, "ramp": {"at": 200}}, ("ramp",), "too short for the ramp"),
        ({"ramp": {"at": 100}, "junction": {"at": 200}}, ("junction", "at"), "needs 335.0 m of road"),
        ({"lanes": 2, "lane_ends": {"lane": 3, "at": 100}}, ("lane_ends", 0, "lane"), "there is no lane 3"),
        ({"lanes": 1, "lane_ends": {"at": 100}}, ("lane_ends", 0, "lane"), "the last lane cannot end"),
        (
            {"lanes": 2, "lane_ends": [{"at": 100}, {"lane": 2, "at": 120, "over": 10}]},
            ("lane_ends", 1, "lane"),
            "the last lane cannot end",
        ),
        (
            {"lanes": 3, "lane_ends": [{"at": 100}, {"at": 150}]},
            ("lane_ends", 1, "lane"),
            "begins or ends there already",
        ),
        ({"length": 150, "lane_ends": {"at": 100}}, ("lane_ends", 0, "over"), "no room for the taper"),
        ({"length": 150, "lane_ends": {"at": 170}}, ("lane_ends", 0, "at"), "no room for the taper"),
        ({"lane_begins": {"at": 100}, "junction": {"at": 150}}, ("lane_begins", 0, "over"), "no room"),
        ({"lanes": 2, "lane_begins": {"lane": 4, "at": 100}}, ("lane_begins", 0, "lane"), "cannot be a lane 4"),
        ({"lanes": 8, "lane_begins": {"at": 100}}, ("lane_begins", 0, "lane"), "8 lanes at most"),
        ({"lanes": 2, "ramp": {"at": 200}, "lane_ends": {"at": 150}}, ("lane_ends", 0, "at"), "where a ramp joins"),
        ({"length": 200, "crossings": {"at": 250}}, ("crossings", 0, "at"), "does not lie on the ego's road"),
        ({"crossings": [{"at": 100}, {"at": 103}]}, ("crossings", 1, "at"), "overlap"),
        ({"crossings": [{"at": 99, "name": "a"}, {"at": 150, "name": "a"}]}, ("crossings", 1, "name"), "taken"),
        ({"crossings": {"at": 99, "name": "left"}}, ("crossings", 0, "name"), "taken"),
        ({"ramp": {"at": 100}, "crossings": {"at": 95}}, ("crossings", 0, "at"), "nobody can cross"),
        ({"length": 100, "speed_limits": {"at": 120, "limit": 10}}, ("speed_limits", 0, "at"), "beyond the end"),
        (
            {"junction": {"ahead": 60, "kind": "roundabout", "radius": 9, "angle": "60°"}},
            ("junction", "radius"),
            "too small",
        ),
        ({"junction": {"ahead": "19.99 km"}}, (), "20.0 km long"),
        ({"length": 0.5}, (), "0.5 m long"),
        (
            {
                "segments": [{"length": 300}, {"length": 94, "curve": {"radius": 30, "to": "left"}}],
                "junction": {"at": 393},
            },
            ("junction",),
            "would lie on another road",
        ),
    ],
)
def test_what_cannot_be_is_told_at_its_key(spec: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    found, _ = mistakes(spec)
    assert [each[0] for each in found] == [path], found
    assert message in found[0][1]
    assert found[0][2]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"junction": {}}, "not said where"),
        ({"junction": {"at": 50, "ahead": 50}}, "contradict"),
        ({"junction": {"at": 50, "angle": "45°"}}, "cannot meet at 45°"),
        ({"junction": {"at": 50, "angle": "130°"}}, "cannot meet at 130°"),
        ({"junction": {"at": 50, "kind": "t", "arms": ["left"]}}, "T-junction has two arms"),
        ({"junction": {"at": 50, "arms": ["left", "left"]}}, "named twice"),
        ({"junction": {"at": 50, "arms": ["left"]}}, "two or three arms"),
        ({"junction": {"at": 50, "lanes": 0, "oncoming": 0}}, "no lanes"),
        ({"junction": {"at": 50, "signals": {}}}, "needs traffic lights"),
        ({"junction": {"at": 50, "radius": 14}}, "only a roundabout"),
        ({"junction": {"at": 50, "kind": "roundabout", "control": "signals"}}, "gives way"),
        ({"junction": {"at": 50, "kind": "roundabout", "lanes": 2}}, "single lane"),
        ({"lanes": 2, "junction": {"at": 50, "kind": "roundabout"}}, "single lane"),
        ({"shoulder": "no"}, "is not a length"),
        ({"pavement": "9 m"}, "less than or equal"),
        ({"speed_limits": [{"at": 5}]}, "Field required"),
        ({"lane_ends": {"at": 5, "over": 0}}, "greater than"),
        ({"crossings": {"at": 5, "width": "0 m"}}, "greater than"),
    ],
)
def test_what_contradicts_itself_is_told_at_once(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RoadSpec.model_validate(spec)


places = st.one_of(
    st.builds(lambda v: {"at": v}, st.integers(0, 900)), st.builds(lambda v: {"ahead": v}, st.integers(0, 900))
)


def placed(**more: Any) -> Any:
    return st.builds(lambda place, rest: {**place, **rest}, places, st.fixed_dictionaries({}, optional=more))


lanes = st.integers(1, 4)
wild = st.fixed_dictionaries(
    {},
    optional={
        "lanes": st.integers(1, 8),
        "oncoming": st.integers(0, 8),
        "keep": st.sampled_from(["left", "right"]),
        "length": st.sampled_from([1e-9, 0.01, 5.0, 300.0, 900.0, 20_000.0]),
        "curve": st.fixed_dictionaries(
            {"radius": st.sampled_from([15, 60, 500]), "to": st.sampled_from(["left", "right"])},
            optional={"transition": st.sampled_from([1e-9, 10, 1000])},
        ),
        "kind": st.sampled_from(["motorway", "rural", "town"]),
        "lane_width": st.sampled_from([2.0, 3.0, 8.0]),
        "shoulder": st.sampled_from(["none", 1e-9, 8.0]),
        "pavement": st.sampled_from(["none", 4.0]),
        "parking": st.sampled_from([8.0, 2.2]),
        "lane_ends": st.lists(placed(lane=lanes, over=st.sampled_from([10, 400])), max_size=3),
        "lane_begins": st.lists(placed(lane=lanes, over=st.sampled_from([10, 400])), max_size=3),
        "ramp": placed(length=st.sampled_from([20, 500])),
        "exit": placed(length=st.sampled_from([20, 500])),
        "crossings": st.lists(placed(control=st.sampled_from(["zebra", "signals", "none"])), max_size=3),
        "junction": placed(
            kind=st.sampled_from(["crossing", "t", "roundabout"]),
            lanes=st.integers(0, 4),
            oncoming=st.integers(0, 4),
            angle=st.sampled_from(["60°", "77°", "120°"]),
            crosswalks=st.booleans(),
            control=st.sampled_from(["right", "stop", "signals", "give_way"]),
            radius=st.sampled_from([8, 30, 100]),
        ),
    },
)


@settings(max_examples=150, deadline=None)
@given(wild, st.sampled_from([4.0, 43.5, 700.0]))
def test_whatever_an_author_writes_there_is_a_network(spec: dict[str, Any], ego_front: float) -> None:
    try:
        RoadSpec.model_validate(spec)
    except ValidationError:
        return
    found, network = mistakes(spec, ego_front)
    assert all(message and hint for _, message, hint in found)
    lines = ReferenceLines(network.roads)
    for i in range(len(network.roads)):
        assert np.isfinite(lines.pose(i, np.array([0.0, lines.length[i]]))).all()
    first = network.roads[0]
    inner = -1 if first.rule == "RHT" else 1
    assert find_route(network, first.id, 1, inner)
