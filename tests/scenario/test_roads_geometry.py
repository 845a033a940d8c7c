from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from road_networks import ALL, JUNCTIONS, RAMPS, Spec, angle_between, drivable, drives, joints, laid_out, lane_pose

from mkdocs_worldmodel.scenario.geometry import ReferenceLines, chain, cut_line, lane_borders, pose_on
from mkdocs_worldmodel.scenario.locate import locate
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road
from mkdocs_worldmodel.scenario.roads.course import pieces, width_at
from mkdocs_worldmodel.scenario.roads.join import join
from mkdocs_worldmodel.spec.road import RoadSpec

each_network = pytest.mark.parametrize("spec", ALL.values(), ids=ALL.keys())
each_side = pytest.mark.parametrize("keep", ["right", "left"])


@each_network
@each_side
def test_linked_lanes_meet_in_position_heading_and_width(spec: Spec, keep: str) -> None:
    network = laid_out(spec, keep=keep).network
    count = 0
    for road, lane, at_end, other, other_lane, other_end in joints(network):
        count += 1
        x, y, heading, width = lane_pose(road, lane, at_end)
        ox, oy, other_heading, other_width = lane_pose(other, other_lane, other_end)
        assert math.hypot(ox - x, oy - y) < 1e-9, (road.id, lane, other.id, other_lane)
        assert width == pytest.approx(other_width, abs=1e-9)
        turned = 0.0 if at_end != other_end else math.pi
        assert angle_between(heading, other_heading + turned) < 1e-9
    assert count >= 3 or not network.junctions


@each_network
def test_sections_of_a_road_join_smoothly(spec: Spec) -> None:
    for road in laid_out(spec).network.roads:
        for before, after in zip(road.sections[:-1], road.sections[1:], strict=True):
            later = {lane.id: lane for lane in after.lanes}
            for lane in before.lanes:
                ds = after.s - before.s
                w = lane.widths[0]
                slope = w.b + ds * (2.0 * w.c + 3.0 * w.d * ds)
                if lane.successor is None:
                    assert (width_at(lane, ds), slope) == pytest.approx((0.0, 0.0), abs=1e-9)
                else:
                    next_lane = later[lane.successor]
                    assert next_lane.predecessor == lane.id
                    assert next_lane.type == lane.type
                    assert width_at(lane, ds) == pytest.approx(next_lane.widths[0].a, abs=1e-9)
                    assert slope == pytest.approx(next_lane.widths[0].b, abs=1e-9)
            for lane in after.lanes:
                if lane.predecessor is None:
                    assert (lane.widths[0].a, lane.widths[0].b) == pytest.approx((0.0, 0.0), abs=1e-12)


@each_network
def test_lanes_are_never_narrower_than_nothing_and_wide_enough_where_they_last(spec: Spec) -> None:
    for road in laid_out(spec).network.roads:
        ends = [*(section.s for section in road.sections[1:]), road.length]
        for section, end in zip(road.sections, ends, strict=True):
            assert end > section.s
            for lane in section.lanes:
                widths = [width_at(lane, ds) for ds in np.linspace(0.0, end - section.s, 30)]
                assert min(widths) >= -1e-9
                assert max(widths) > 0.1
                tapers = lane.widths[0].c or lane.widths[0].d
                if lane.type in DRIVABLE and not tapers:
                    assert min(widths) >= 2.3
            assert sorted(ln.id for ln in section.side(1)) == list(range(1, len(section.side(1)) + 1))
            assert sorted(-ln.id for ln in section.side(-1)) == list(range(1, len(section.side(-1)) + 1))


@each_network
@each_side
def test_every_position_is_found_again(spec: Spec, keep: str) -> None:
    network = laid_out(spec, keep=keep).network
    rng = np.random.default_rng(1)
    lines = ReferenceLines(network.roads)
    for i, road in enumerate(network.roads):
        alone = replace(network, roads=(road,))
        s = rng.uniform(0.0, road.length, 40)
        t, lanes = np.zeros(40), np.zeros(40, dtype=int)
        for k in range(40):
            section = [sec for sec in road.sections if sec.s <= s[k]][-1]
            lane = section.lanes[int(rng.integers(len(section.lanes)))]
            inner, outer = (float(v) for v in lane_borders(road, section, lane, float(s[k])))
            t[k], lanes[k] = inner + rng.uniform(0.01, 0.99) * (outer - inner), lane.id
        x, y, _ = lines.pose(i, s, t)
        found, lane_found, back_s, back_t = locate(alone, x, y)
        assert (found == 0).all()
        assert lane_found.tolist() == lanes.tolist()
        assert np.abs(back_s - s).max() < 1e-6
        assert np.abs(back_t - t).max() < 1e-6
        # among all roads there is a road and lane for it too, whose position is the same point
        found, lane_found, back_s, back_t = locate(network, x, y)
        assert (found >= 0).all()
        back_x, back_y, _ = lines.pose(found, back_s, back_t)
        assert np.hypot(back_x - x, back_y - y).max() < 1e-6


def test_points_off_all_roads_are_nowhere() -> None:
    network = laid_out(JUNCTIONS["crossing"]).network
    road, lane, s, t = locate(network, np.array([[50.0, -30.0]]), np.array([[-40.0, 0.0]]))
    assert road.tolist() == [[-1, -1]]
    assert (lane.tolist(), s.tolist(), t.tolist()) == ([[0, 0]], [[0.0, 0.0]], [[0.0, 0.0]])


@pytest.mark.parametrize("spec", {**JUNCTIONS, **RAMPS}.values(), ids={**JUNCTIONS, **RAMPS}.keys())
def test_a_network_of_those_who_keep_left_is_the_mirror_image(spec: Spec) -> None:
    swap = {"left": "right", "right": "left"}
    other = dict(spec, keep="left")
    for key in ("curve",):
        if key in other:
            other[key] = {**other[key], "to": swap[other[key]["to"]]}
    if "segments" in other:
        other["segments"] = [
            {**seg, "curve": {**seg["curve"], "to": swap[seg["curve"]["to"]]}} if "curve" in seg else seg
            for seg in other["segments"]
        ]
    if "junction" in other:
        arms = other["junction"].get("arms")
        angle = other["junction"].get("angle", "90°")
        mirrored_angle = f"{180 - int(angle[:-1])}°"
        other["junction"] = {**other["junction"], "angle": mirrored_angle}
        if arms is not None:
            other["junction"]["arms"] = [swap.get(arm, arm) for arm in arms]
    right, left = laid_out(spec), laid_out(other)
    assert {swap.get(name, name) for name in right.arms} == set(left.arms)
    rights, lefts = ReferenceLines(right.network.roads), ReferenceLines(left.network.roads)
    for i, (road, image) in enumerate(zip(right.network.roads, left.network.roads, strict=True)):
        assert (road.rule, image.rule) == ("RHT", "LHT")
        s = np.linspace(0.0, road.length, 20)
        (x, y, h), (mx, my, mh) = rights.pose(i, s, 1.0), lefts.pose(i, s, -1.0)
        assert np.allclose([x, -y, -h], [mx, my, mh], atol=1e-9, rtol=0.0)
        assert [ln.id for sec in road.sections for ln in sec.lanes] == [
            -ln.id for sec in image.sections for ln in sec.lanes
        ]
    for name, arm in right.arms.items():
        assert replace(left.arms[swap.get(name, name)], name=name) == arm
    assert [j.priorities for j in right.network.junctions] == [j.priorities for j in left.network.junctions]


@pytest.mark.parametrize("spec", JUNCTIONS.values(), ids=JUNCTIONS.keys())
def test_ways_through_a_junction_can_be_driven(spec: Spec) -> None:
    for road in laid_out(spec).network.roads:
        if road.junction is None:
            continue
        curvature = max(abs(g.curvature_start) for g in road.geometries)
        assert curvature <= 1.0 / 6.0 + 1e-9, "no tighter than 6 m"
        turned = sum(abs(g.curvature_start) * g.length for g in road.geometries)
        assert turned < math.pi, "a way that never turns back does not cross itself"
        assert len(drivable(road, at_end=False)) == 1


@pytest.mark.parametrize("spec", JUNCTIONS.values(), ids=JUNCTIONS.keys())
def test_arms_beside_each_other_do_not_overlap(spec: Spec) -> None:
    network = laid_out(spec).network
    roads = [road for road in network.roads if road.junction is None and road.name != "the roundabout"]
    whole = replace(network, roads=tuple(roads))
    lines = ReferenceLines(roads)
    for i, road in enumerate(roads):
        section = road.sections[-1]
        for lane in section.lanes:
            s = (
                np.linspace(max(0.01, road.length - 60.0), road.length - 0.01, 50)
                if i == 0
                else np.linspace(0.01, 60.0, 50)
            )
            t = np.mean([lane_borders(road, section, lane, s)], axis=1)[0]
            x, y, _ = lines.pose(i, s, t)
            for j in range(len(roads)):
                if j != i:
                    assert (locate(replace(whole, roads=(roads[j],)), x, y)[0] == -1).all()


# -- closed forms ------------------------------------------------------------------------------------------


def fresnel(x: float) -> tuple[float, float]:
    """Integrals of cos(u²/2), sin(u²/2) from 0 to x, by their power series (Abramowitz and Stegun 7.3.11, 7.3.13)."""
    c = sum((-1) ** n * x ** (4 * n + 1) / (4**n * math.factorial(2 * n) * (4 * n + 1)) for n in range(25))
    s = sum(
        (-1) ** n * x ** (4 * n + 3) / (2 ** (2 * n + 1) * math.factorial(2 * n + 1) * (4 * n + 3)) for n in range(25)
    )
    return c, s


@pytest.mark.parametrize(("radius", "length"), [(120.0, 40.0), (50.0, 60.0), (15.0, 80.0), (-300.0, 200.0)])
def test_a_clothoid_ends_at_its_fresnel_integrals(radius: float, length: float) -> None:
    curve = {"radius": abs(radius), "to": "left" if radius > 0 else "right", "transition": length}
    line = chain(pieces(RoadSpec.model_validate({"length": 2.0 * length, "curve": curve}), 0.0))
    a = math.sqrt(length * abs(radius))
    c, s = fresnel(length / a)
    expected = (a * c, math.copysign(a * s, radius), length / (2.0 * radius))
    assert pose_on(line, length) == pytest.approx(expected, abs=1e-9)


def test_cutting_a_line_changes_no_point_of_it() -> None:
    line = chain([(50.0, 0.0, 0.0), (40.0, 0.0, 0.02), (60.0, 0.02, 0.02), (30.0, 0.02, -0.01)], (3.0, -2.0, 0.4))
    part = cut_line(line, 63.0, 171.0)
    assert part[-1].s + part[-1].length == pytest.approx(108.0)
    for s in (0.0, 10.0, 27.0, 60.0, 100.0, 108.0):
        assert pose_on(part, s, 2.0) == pytest.approx(pose_on(line, s + 63.0, 2.0), abs=1e-11)


@pytest.mark.parametrize(
    "end",
    [(30.0, 0.0, 0.0), (30.0, 4.0, 0.0), (12.0, 15.0, math.pi / 2), (15.0, -9.0, -math.pi / 3), (5.0, 20.0, 2.0)],
)
def test_a_way_meets_both_of_its_ends(end: tuple[float, float, float]) -> None:
    c, s = math.cos(0.7), math.sin(0.7)
    start = (5.0, -3.0, 0.7)
    goal = (5.0 + c * end[0] - s * end[1], -3.0 + s * end[0] + c * end[1], 0.7 + end[2])
    line = chain(join(start, goal), start)
    found = pose_on(line, line[-1].s + line[-1].length)
    assert found == pytest.approx(goal, abs=1e-11)
    for before, after in pairwise(line):
        assert pose_on((replace(before, s=0.0),), before.length)[2] == pytest.approx(after.heading, abs=1e-12)


def test_a_way_back_is_none() -> None:
    for end in ((-5.0, 0.0, 0.0), (-5.0, 5.0, math.pi / 2)):
        with pytest.raises(ValueError, match="behind"):
            join((0.0, 0.0, 0.0), end)


@each_network
def test_traffic_meets_nobody_head_on_in_a_junction(spec: Spec) -> None:
    network = laid_out(spec).network
    for junction in network.junctions:
        for connection in junction.connections:
            through = network.road(connection.connecting)
            incoming = network.road(connection.incoming)
            for link in connection.links:
                way = 1 if connection.contact == "start" else -1
                assert drives(through, link.connecting) == way
                toward_end = incoming.successor is not None and incoming.successor.id == junction.id
                both = incoming.predecessor is not None and incoming.predecessor.id == junction.id
                assert drives(incoming, link.incoming) == (1 if toward_end else -1) or (toward_end and both)


def test_a_plain_road_is_as_simple_as_ever() -> None:
    network = laid_out({"lanes": 3, "oncoming": 1, "length": 500, "curve": {"radius": 400, "to": "left"}}).network
    assert len(network.roads) == 1
    road: Road = network.roads[0]
    assert (road.id, road.length, len(road.sections), road.objects, road.signals) == ("1", 500.0, 1, (), ())
    assert [lane.id for lane in road.sections[0].lanes] == [-1, -2, -3, -4, 1, 2]
    assert all(lane.predecessor is None and lane.successor is None for lane in road.sections[0].lanes)


@pytest.mark.parametrize("name", ["exit and ramp", "ramp, exit, crossing", "crossing after a bend"])
def test_arms_that_would_cross_other_roads_are_shorter(name: str) -> None:
    layout = laid_out(ALL[name])
    arms = {layout.network.road(arm.road).id for key, arm in layout.arms.items() if key != "ego"}
    arms -= {road for _, road in layout.main}
    lines = ReferenceLines(layout.network.roads)
    for i, road in enumerate(layout.network.roads):
        if road.id not in arms:
            continue
        middle = 0.5 * sum(float(v) for v in lane_borders(road, road.sections[0], road.sections[0].lanes[0], 0.0))
        x, y, _ = lines.pose(i, np.linspace(60.0, road.length, 100), middle)
        others = tuple(each for each in layout.network.roads if each.id != road.id and each.junction is None)
        found, lane, _, _ = locate(replace(layout.network, roads=others), x, y)
        assert not [others[k].id for k in np.unique(found[lane != 0])]
