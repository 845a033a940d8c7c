"""Roads of OpenDRIVE files against closed forms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.interchange.opendrive import read_opendrive
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders, lane_centre, pose_on, section_at
from mkdocs_worldmodel.scenario.road import Link, Road, RoadNetwork, SpeedLimit
from mkdocs_worldmodel.scenario.route import find_route

DATA = Path(__file__).parents[1] / "data" / "opendrive"


def network(name: str, notes: list[str] | None = None) -> RoadNetwork:
    path = DATA / f"{name}.xodr"
    return read_opendrive(path.read_bytes(), file=path.name, note=None if notes is None else notes.append)


def one_road(geometry: str, length: float) -> Road:
    """A road with that shape as its only piece."""
    return read_opendrive(
        f'<OpenDRIVE><road id="1" length="{length}"><planView>'
        f'<geometry s="0" x="0" y="0" hdg="0" length="{length}">{geometry}</geometry></planView>'
        '<lanes><laneSection s="0"><right><lane id="-1" type="driving"><width sOffset="0" a="3"/></lane></right>'
        "</laneSection></lanes></road></OpenDRIVE>"
    ).roads[0]


def at(road: Road, s: float) -> tuple[float, float, float]:
    return pose_on(road.geometries, s)


def test_lines_arcs_and_spirals_are_taken_as_they_are() -> None:
    road = network("curves").roads[0]
    assert at(road, 50.0) == pytest.approx((60.0, 20.0, 2.0 * math.pi), abs=1e-9)
    # the spiral turns by half of its length times its last curvature; the arc goes on with that curvature
    assert at(road, 90.0)[2] - 2.0 * math.pi == pytest.approx(0.5 * 40.0 * 0.02, abs=1e-12)
    x, y, heading = at(road, 120.0)
    assert heading - 2.0 * math.pi == pytest.approx(0.4 + 30.0 * 0.02, abs=1e-12)
    begin = at(road, 90.0)
    chord = 2.0 * math.sin(0.3) / 0.02
    assert (x - begin[0], y - begin[1]) == pytest.approx((chord * math.cos(0.7), chord * math.sin(0.7)), abs=1e-9)


def test_headings_count_on_over_a_whole_turn() -> None:
    road = network("curves").roads[0]
    ends = [g.heading + 0.5 * (g.curvature_start + g.curvature_end) * g.length for g in road.geometries]
    for end, following in zip(ends, road.geometries[1:], strict=False):
        assert following.heading == pytest.approx(end, abs=1e-9)


def test_a_parabola_keeps_within_a_millimetre() -> None:
    c, length = 0.01, 60.0
    road = one_road(f'<poly3 a="0" b="0" c="{c}" d="0"/>', length)
    u = np.linspace(0.0, 60.0, 2000)
    metres = 0.5 * u * np.sqrt(1.0 + 4.0 * c * c * u * u) + np.arcsinh(2.0 * c * u) / (4.0 * c)
    s = metres[metres < length]
    x, y, heading = ReferenceLines([road]).pose(0, s)
    assert np.abs(x - u[: len(s)]).max() < 1e-3
    assert np.abs(y - c * u[: len(s)] ** 2).max() < 1e-3
    assert np.abs(heading - np.arctan(2.0 * c * u[: len(s)])).max() < 1e-3


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_a_polynomial_in_p_is_the_same_curve_whatever_p_means(scale: float) -> None:
    # u = 40 p, v = 12 p² over the unit interval, or the same curve over p to its length
    length = 42.19  # 0.5·(sqrt(1 + 0.36) + asinh(0.6)/0.6)·40 = 42.19
    normalised = one_road('<paramPoly3 aU="0" bU="40" cU="0" dU="0" aV="0" bV="0" cV="12" dV="0"/>', length)
    k = 1.0 / length
    by_length = one_road(
        f'<paramPoly3 aU="0" bU="{40 * k}" cU="0" dU="0" aV="0" bV="0" cV="{12 * k * k}" dV="0" pRange="arcLength"/>',
        length,
    )
    s = np.linspace(0.0, length, 50) / scale
    for road in (normalised, by_length):
        x, y, _ = ReferenceLines([road]).pose(0, s)
        assert np.abs(y - 12.0 * (x / 40.0) ** 2).max() < 1e-3
    assert at(normalised, length)[:2] == pytest.approx((40.0, 12.0), abs=0.01)


def test_a_polynomial_whose_length_is_wrong_is_told_and_stays_the_curve() -> None:
    notes: list[str] = []
    text = (
        '<OpenDRIVE><road id="1" length="50"><planView><geometry s="0" x="0" y="0" hdg="0" length="50">'
        '<paramPoly3 aU="0" bU="60" cU="0" dU="0" aV="0" bV="0" cV="0" dV="0" pRange="normalized"/></geometry>'
        '</planView><lanes><laneSection s="0"/></lanes></road></OpenDRIVE>'
    )
    road = read_opendrive(text, note=notes.append).roads[0]
    assert at(road, 25.0)[0] == pytest.approx(30.0, abs=0.6)
    assert "60.00 m long, the file says 50.00 m" in notes[0]


def test_widths_borders_and_the_lane_offset_add_up() -> None:
    road = network("curves").roads[0]
    offset = 0.0003 * 400.0 - 0.000002 * 8000.0  # 20 m after it begins
    assert lane_centre(road, -1, 70.0) == pytest.approx(offset - 1.75)
    assert lane_centre(road, 1, 70.0) == pytest.approx(offset + 1.75)
    lane = next(ln for ln in section_at(road, 130.0).lanes if ln.id == -2)
    inner, outer = lane_borders(road, section_at(road, 130.0), lane, 130.0)
    assert (inner, outer) == (pytest.approx(-3.4), pytest.approx(-6.4 - 0.02 * 10.0))


def test_a_section_is_split_where_a_mark_changes() -> None:
    road = network("curves").roads[0]
    assert [(s.s, s.centre_mark) for s in road.sections] == [(0.0, "broken"), (40.0, "solid"), (100.0, "none")]
    links = [next((ln.id, ln.predecessor, ln.successor) for ln in s.side(-1)) for s in road.sections]
    assert links == [(-1, None, -1), (-1, -1, -1), (-1, -1, None)]


def test_lane_types_of_later_versions_are_the_nearest_of_ours() -> None:
    notes: list[str] = []
    road = network("curves", notes).roads[0]
    kinds = [{ln.id: ln.type for ln in section.lanes} for section in road.sections]
    assert kinds[0] == {1: "driving", -1: "driving", -2: "sidewalk"}
    assert kinds[2] == {1: "driving", -1: "driving", -2: "none"}
    assert "nobody drives in lanes of type tram" in notes
    assert road.sections[0].side(-1)[1].height == 0.12


def test_limits_signs_lights_and_crosswalks_are_read_in_si_units() -> None:
    notes: list[str] = []
    road = network("curves", notes).roads[0]
    assert road.speed_limit == pytest.approx(100.0 / 3.6)
    assert road.speed_limits == (SpeedLimit(90.0, pytest.approx(50 * 0.44704)),)
    found = {signal.id: (signal.type, signal.direction, signal.value) for signal in road.signals}
    # the light has no orientation: it stands on the left and holds for those who drive there
    assert found == {"max": ("speed limit", 1, pytest.approx(80.0 / 3.6)), "post": ("traffic light", -1, None)}
    walk = road.objects[0]
    assert (walk.type, walk.id) == ("crosswalk", "walk")
    assert (walk.s, walk.length, walk.t_low, walk.t_high) == pytest.approx((30.0, 4.0, -3.5, 3.5))
    assert "signals of type R1-1 (US) are not read" in notes


def test_a_junction_has_its_ways_lanes_and_priorities() -> None:
    notes: list[str] = []
    junction = network("junction", notes).junction("9")
    # the first connection leaves its lane links out: lanes of the same id are meant
    assert [
        (c.incoming, c.connecting, [(k.incoming, k.connecting) for k in c.links]) for c in junction.connections
    ] == [
        ("1", "12", [(-1, -1)]),
        ("1", "13", [(-1, -1)]),
    ]
    assert junction.priorities == (("12", "13"),)
    assert notes == ["junction 9: a connection of road 77, which is not there"]


def test_routes_lead_through_a_read_junction() -> None:
    roads = network("junction")
    assert [leg.road for leg in find_route(roads, "1", 1, -1)] == ["1", "12", "2"]
    assert [leg.road for leg in find_route(roads, "1", 1, -1, ("right",))] == ["1", "13", "3"]


def test_a_stop_sign_and_its_line_stand_where_the_file_says() -> None:
    road = network("junction").road("1")
    assert [(s.type, s.s, s.direction) for s in road.signals] == [("stop", 79.0, 1)]
    assert [(o.type, o.t_low, o.t_high) for o in road.objects] == [("stop line", -3.0, 0.0)]


def test_a_direct_junction_gets_connecting_roads_from_the_last_metres_of_its_roads() -> None:
    roads = network("ramp")
    assert [(r.id, r.length, r.junction) for r in roads.roads] == [
        ("main", 192.0, None), ("ramp", 92.0, None), ("after", 300.0, None),
        ("main to after", 8.0, "5"), ("ramp to after", 8.0, "5"),
    ]  # fmt: skip
    assert roads.road("after").predecessor == Link("junction", "5")
    between = roads.road("ramp to after")
    assert (between.predecessor, between.successor) == (Link("road", "ramp", "end"), Link("road", "after", "start"))
    # the lane comes out where lane -3 of the road after begins: 8.75 m to the right of its line
    x, y, _ = pose_on(between.geometries, 8.0, lane_centre(between, -1, 8.0))
    assert (x, y) == pytest.approx((200.0, -8.75), abs=1e-9)
    assert [leg.road for leg in find_route(roads, "ramp", 1, -1)] == ["ramp", "ramp to after", "after"]
    assert find_route(roads, "ramp", 1, -1)[-1].lane == -3


def test_a_direct_junction_of_a_two_way_road_leads_both_ways() -> None:
    lanes = (
        '<lanes><laneSection s="0"><left><lane id="1" type="driving"><width sOffset="0" a="3"/></lane></left>'
        '<right><lane id="-1" type="driving"><width sOffset="0" a="3"/></lane></right></laneSection></lanes>'
    )
    text = f"""<OpenDRIVE>
      <road id="a" length="100"><link><successor elementType="junction" elementId="5"/></link><planView>
        <geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>{lanes}</road>
      <road id="b" length="100"><link><predecessor elementType="junction" elementId="5"/></link><planView>
        <geometry s="0" x="100" y="0" hdg="0" length="100"><line/></geometry></planView>{lanes}</road>
      <junction id="5" type="direct"><connection id="0" incomingRoad="b" linkedRoad="a" contactPoint="end">
        <laneLink from="-1" to="-1"/><laneLink from="1" to="1"/></connection></junction></OpenDRIVE>"""
    roads = read_opendrive(text)
    assert [leg.road for leg in find_route(roads, "a", 1, -1)] == ["a", "b to a", "b"]
    assert [(leg.road, leg.direction) for leg in find_route(roads, "b", -1, 1)] == [
        ("b", -1),
        ("b to a", -1),
        ("a", -1),
    ]
    # b has lost its first metres: its s begins anew
    assert (roads.road("b").length, at(roads.road("b"), 0.0)[0]) == (92.0, 108.0)


def test_links_to_what_is_not_in_the_file_are_left_out_and_told() -> None:
    notes: list[str] = []
    text = (DATA / "junction.xodr").read_text(encoding="utf-8").replace('elementId="2"', 'elementId="99"')
    roads = read_opendrive(text, note=notes.append)
    assert roads.road("12").successor is None
    assert "road 12 is linked to road 99, which is not there" in notes


def test_the_same_bytes_give_the_same_network() -> None:
    assert network("curves") == network("curves")
    assert read_opendrive((DATA / "curves.xodr").read_text(encoding="utf-8")) == network("curves")
