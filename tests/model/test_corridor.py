"""A route as the model sees it: samples of its lanes, lights, signs and crosswalks, and where ways meet."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.corridor import BEYOND, MIDDLE, MOST_LIGHTS, Corridor, Pool, Roads, conflicts
from mkdocs_worldmodel.rollout.route_lead import route_of
from mkdocs_worldmodel.scenario.geometry import lane_borders, lane_centre, pose_on, section_at
from mkdocs_worldmodel.scenario.scenario import Scenario
from scenes import scenario

TOWN = "lanes: 1, oncoming: 1, kind: town, speed_limit: 50 km/h"
ROUNDABOUT = f"{TOWN}, junction: {{at: 100 m, kind: roundabout, radius: 15 m}}"
LANE_ENDS = "lanes: 2, length: 500 m, lane_ends: {lane: 1, at: 200 m, over: 100 m}"
CROSSING = """
    road: {{{town}, keep: {keep}, junction: {{at: 100 m, control: {control}, crosswalks: {crosswalks}}}}}
    ego: {{lane: 1, speed: 10 m/s, at: 30 m, turn: {turn}}}
    actors:
      same: {{lane: 1, ahead: 20 m, speed: 10 m/s, turn: {same}}}
      right: {{on: right, lane: 1, before: 40 m, speed: 10 m/s, turn: straight}}
      ahead: {{on: ahead, lane: 1, before: 40 m, speed: 10 m/s, turn: straight}}
      left: {{on: left, lane: 1, before: 40 m, speed: 10 m/s, turn: straight}}
    stop: {{time: 5 s}}
    """


@cache
def crossing(**more: Any) -> Scenario:
    usual = {
        "town": TOWN,
        "keep": "right",
        "control": "priority",
        "crosswalks": "no",
        "turn": "straight",
        "same": "left",
    }
    return scenario(CROSSING.format(**{**usual, **more}))


@cache
def on(road: str, ego: str = "lane: 1, speed: 10 m/s", actors: str = "") -> Scenario:
    others = f"actors: {{{actors}}}\n    " if actors else ""
    return scenario(f"""
    road: {{{road}}}
    ego: {{{ego}}}
    {others}stop: {{time: 5 s}}
    """)


def corridor(built: Scenario, name: str = "ego", **more: Any) -> Corridor:
    user = next(u for u in built.users if u.name == name)
    return Roads(built.network).corridor(route_of(user), **more)


def steps(each: Corridor, column: int = MIDDLE) -> np.ndarray:
    """Metres from sample to sample of a lane, as far as the route leads."""
    way: np.ndarray = np.hypot(*np.diff(each.xy[: len(each.limit) - BEYOND, column], axis=0).T)
    return way


def aside(each: Corridor) -> np.ndarray:
    """How far left of the route's lane every column lies, (M, C) [m]."""
    d = each.xy - each.xy[:, MIDDLE, None]
    h = each.heading[:, MIDDLE, None]
    left: np.ndarray = d[..., 1] * np.cos(h) - d[..., 0] * np.sin(h)
    return left


def test_a_straight_lane_is_sampled_every_metre_between_its_neighbours() -> None:
    built = on("lanes: 3, length: 300 m", "lane: 2, speed: 10 m/s")
    each = corridor(built)
    (road,) = built.network.roads
    inside = slice(0, len(each.limit) - BEYOND)
    assert len(each.limit) - BEYOND == pytest.approx(road.length, abs=1.0)
    np.testing.assert_allclose(steps(each), 1.0, atol=1e-9)
    for column, lane in ((MIDDLE - 1, -3), (MIDDLE, -2), (MIDDLE + 1, -1)):
        for sample in (0, 57, 250):
            x, y, _ = pose_on(road.geometries, float(sample), lane_centre(road, lane, float(sample)))
            np.testing.assert_allclose(each.xy[sample, column], [x, y], atol=1e-9)
    assert each.exists[inside].tolist() == [[False, True, True, True, False]] * (len(each.limit) - BEYOND)
    np.testing.assert_allclose(each.curvature[inside], 0.0, atol=1e-9)
    width = np.subtract(*lane_borders(road, section_at(road, 50.0), section_at(road, 50.0).side(-1)[1], 50.0))
    np.testing.assert_allclose(each.width[50, MIDDLE], abs(width))
    np.testing.assert_allclose(aside(each)[50, 1:4], [-abs(width), 0.0, abs(width)], atol=1e-9)


def test_beyond_the_end_it_goes_straight_on_where_no_lane_is() -> None:
    each = corridor(on("lanes: 2, length: 200 m, curve: {radius: 150 m, to: left}"))
    end = len(each.limit) - BEYOND
    assert (each.leg[:end] == 0).all()
    assert (each.leg[end:] == -1).all()
    assert not each.exists[end:].any()
    np.testing.assert_allclose(np.hypot(*np.diff(each.xy[end - 1 :, MIDDLE], axis=0).T), 1.0, atol=1e-9)
    np.testing.assert_allclose(each.heading[end:, MIDDLE], each.heading[end - 1, MIDDLE])


@pytest.mark.parametrize(("to", "sign"), [("left", 1.0), ("right", -1.0)])
def test_every_lane_of_a_bend_has_the_curvature_of_its_own_circle(to: str, sign: float) -> None:
    built = on(f"lanes: 3, length: 300 m, curve: {{radius: 80 m, to: {to}}}", "lane: 2, speed: 10 m/s")
    each = corridor(built)
    (road,) = built.network.roads
    for column, lane in ((1, -3), (2, -2), (3, -1)):
        radius = 80.0 - sign * lane_centre(road, lane, 100.0)
        np.testing.assert_allclose(each.curvature[20:200, column], sign / radius, rtol=1e-3)
    np.testing.assert_allclose(steps(each), 1.0, atol=0.005)
    turned = each.heading[200, MIDDLE] - each.heading[20, MIDDLE]
    assert turned == pytest.approx(180.0 * each.curvature[100, MIDDLE], rel=1e-3)


def test_headings_point_along_the_samples_and_never_jump() -> None:
    for built in (crossing(turn="left"), on(ROUNDABOUT)):
        each = corridor(built)
        along = each.xy[2:-BEYOND, MIDDLE] - each.xy[: -BEYOND - 2, MIDDLE]
        course = np.arctan2(along[:, 1], along[:, 0])
        off = np.remainder(course - each.heading[1 : -BEYOND - 1, MIDDLE] + np.pi, 2 * np.pi) - np.pi
        assert np.abs(off).max() < 0.05
        assert np.abs(np.diff(each.heading[:, MIDDLE])).max() < 0.3


def test_lanes_begin_and_end_beside_the_way() -> None:
    each = corridor(on(LANE_ENDS, "lane: 2, speed: 10 m/s"))
    assert each.exists[50, MIDDLE - 1]
    assert not each.exists[400, MIDDLE - 1]
    assert np.abs(np.diff(each.exists[:-BEYOND, MIDDLE - 1].astype(int))).sum() == 1
    gone = int(np.argmin(each.exists[:, MIDDLE - 1]))
    assert 200 < gone < 301
    assert each.exists[:-BEYOND, MIDDLE].all()
    np.testing.assert_allclose(steps(each), 1.0, atol=0.05)


def test_the_own_lane_ends_where_it_ends_and_the_one_beside_goes_on() -> None:
    each = corridor(on(LANE_ENDS, "lane: 1, speed: 10 m/s"))
    assert each.exists[150].tolist() == [False, True, True, False, False]  # the way is the lane that goes on
    assert not each.exists[301:-BEYOND, MIDDLE - 1].any()
    assert each.exists[:-BEYOND, MIDDLE].all()
    np.testing.assert_allclose(steps(each), 1.0, atol=0.05)
    np.testing.assert_allclose(aside(each)[150, MIDDLE - 1], -3.25, atol=0.01)


def test_a_ramp_goes_on_as_the_lane_beside_the_one_that_the_route_is_to_reach() -> None:
    built = on(
        "lanes: 2, kind: motorway, speed_limit: 120 km/h, ramp: {ahead: 60 m, length: 200 m}",
        actors="merger: {on: ramp, lane: 1, before: 30 m, speed: 80 km/h}",
    )
    each = corridor(built, "merger")
    way = steps(each)
    (jump,) = np.flatnonzero(way > 1.5)  # to the lane in which it is to leave the road
    assert each.leg[jump] + 1 == each.leg[jump + 1]
    np.testing.assert_allclose(np.delete(way, jump), 1.0, atol=0.06)
    onward = each.xy[jump + 1, MIDDLE - 1] - each.xy[jump, MIDDLE]
    assert np.hypot(*onward) == pytest.approx(1.0, abs=0.01)
    assert each.exists[: jump + 1].sum(axis=1).tolist() == [1] * (jump + 1)
    assert each.exists[jump + 1 : jump + 150, [MIDDLE - 1, MIDDLE, MIDDLE + 1]].all()
    assert not each.exists[-BEYOND - 10 : -BEYOND, MIDDLE - 1].any()


@pytest.mark.parametrize(("turn", "quarter"), [("left", 1.0), ("straight", 0.0), ("right", -1.0)])
@pytest.mark.parametrize("keep", ["right", "left"])
def test_a_way_over_a_crossing_turns_as_the_route_does(turn: str, quarter: float, keep: str) -> None:
    each = corridor(crossing(turn=turn, keep=keep))
    end = len(each.limit) - BEYOND
    inside = np.flatnonzero(each.in_junction)
    assert (np.diff(inside) == 1).all()
    assert 3.0 < len(inside) < 40.0
    assert each.heading[end - 1, MIDDLE] - each.heading[0, MIDDLE] == pytest.approx(quarter * np.pi / 2, abs=0.03)
    assert each.leg[[0, inside[0], end - 1]].tolist() == [0, 1, 2]
    np.testing.assert_allclose(steps(each)[: inside[0] - 1], 1.0, atol=1e-6)
    assert steps(each).max() < 1.2
    assert int(np.sign(np.round(each.curvature[inside, MIDDLE].mean(), 3))) == quarter


def test_where_one_keeps_left_everything_lies_on_the_other_side() -> None:
    right, left = (corridor(on(f"lanes: 2, oncoming: 1, length: 200 m, keep: {keep}")) for keep in ("right", "left"))
    np.testing.assert_allclose(right.xy[..., 1], -left.xy[:, ::-1, 1], atol=1e-9)
    np.testing.assert_allclose(right.xy[..., 0], left.xy[:, ::-1, 0], atol=1e-9)
    assert (right.exists == left.exists[:, ::-1]).all()
    assert right.exists[50].tolist() == [False, False, True, True, False]  # the oncoming lane is nobody's way


def test_round_a_roundabout_the_way_turns_left_after_it_turned_right() -> None:
    each = corridor(
        on(
            f"{TOWN}, junction: {{at: 100 m, kind: roundabout, radius: 15 m}}",
            "lane: 1, speed: 10 m/s, at: 30 m, turn: left",
        )
    )
    bend = each.curvature[:, MIDDLE]
    assert bend.min() < -0.02
    assert bend.max() > 0.04
    assert each.heading[-1, MIDDLE] - each.heading[0, MIDDLE] == pytest.approx(np.pi / 2, abs=0.05)
    assert steps(each).max() < 1.2


def test_lights_signs_and_crosswalks_stand_at_their_stations() -> None:
    built = crossing(control="signals", crosswalks="yes")
    each = corridor(built)
    road = built.network.road(built.users[0].road)
    names = [signal.id for _, signal in built.network.signals()]
    (light,) = [s for s in road.signals if s.type == "traffic light" and s.direction == built.users[0].direction]
    assert each.lights.tolist() == [[pytest.approx(light.s, abs=0.01), names.index(light.id)]]
    marks = [o for o in road.objects if o.type == "crosswalk"]
    assert each.crosswalks[: len(marks)].tolist() == pytest.approx(sorted(o.s for o in marks), abs=0.01)
    assert (np.diff(each.crosswalks) > 0.0).all()
    assert not len(each.signs)


@pytest.mark.parametrize(("control", "kind"), [("stop", 2.0), ("give_way", 1.0)])
def test_the_kind_of_a_sign_is_told(control: str, kind: float) -> None:
    each = corridor(crossing(control=control))
    assert each.signs.tolist() == [[pytest.approx(100.0, abs=0.5), kind]]
    assert not len(each.lights)


def test_speed_limits_hold_from_where_they_stand() -> None:
    first, second = ("{length: 100 m, speed_limit: 50 km/h}", "{length: 100 m, speed_limit: 80 km/h}")
    each = corridor(on(f"lanes: 1, segments: [{first}, {second}]"))
    np.testing.assert_allclose(each.limit[:99], 50 / 3.6, atol=1e-6)
    np.testing.assert_allclose(each.limit[102:199], 80 / 3.6, atol=1e-6)


def test_a_part_of_a_route_is_a_part_of_its_corridor() -> None:
    built = crossing(turn="left", control="signals", crosswalks="yes")
    whole, part = corridor(built), corridor(built, first=(40.0, 120.0))
    count = len(part.limit) - BEYOND
    assert count == 80
    for name in ("xy", "heading", "width", "exists", "limit", "in_junction", "leg"):
        np.testing.assert_allclose(getattr(part, name)[:count], getattr(whole, name)[40:120], atol=1e-9, err_msg=name)
    np.testing.assert_allclose(part.curvature[2 : count - 2], whole.curvature[42:118], atol=1e-9)
    np.testing.assert_allclose(part.lights[:, 0], whole.lights[:, 0] - 40.0)
    np.testing.assert_allclose(part.crosswalks, whole.crosswalks - 40.0)
    assert part.begin == whole.begin - 40.0 == -40.0


# -- where ways meet -------------------------------------------------------------------------------------------


def meetings(built: Scenario) -> tuple[dict[str, Corridor], dict[tuple[str, str], list[float]]]:
    ways = {user.name: corridor(built, user.name) for user in built.users}
    table = conflicts(built.network, list(ways.values()))
    names = list(ways)
    return ways, {(p, q): table[i, j].tolist() for i, p in enumerate(names) for j, q in enumerate(names)}


@pytest.mark.parametrize("keep", ["right", "left"])
def test_crossing_ways_meet_where_they_come_near_each_other_first(keep: str) -> None:
    ways, found = meetings(crossing(keep=keep))
    for other in ("right", "left"):
        mine, theirs, *_ = found["ego", other]
        a, b = ways["ego"], ways[other]
        here, there = a.xy[round(mine), MIDDLE], b.xy[round(theirs), MIDDLE]
        assert np.hypot(*(here - there)) < 2.0
        assert a.in_junction[round(mine)]
        before = a.xy[: round(mine), MIDDLE][a.in_junction[: round(mine)]]
        inside = b.xy[b.in_junction, MIDDLE]
        assert not len(before) or np.hypot(*(before[:, None] - inside[None]).transpose(2, 0, 1)).min() >= 2.0
        # two straight ways at right angles: the crossing point is the corner of both
        corner = np.array([inside[:, 0].mean(), a.xy[50, MIDDLE, 1]])
        assert np.hypot(*(here - corner)) < 3.0


def test_oncoming_ways_meet_only_where_one_turns_left() -> None:
    assert meetings(crossing())[1]["ego", "ahead"][0] == 1e6
    ways, found = meetings(crossing(turn="left"))
    mine, theirs, gives, takes = found["ego", "ahead"]
    assert np.hypot(*(ways["ego"].xy[round(mine), MIDDLE] - ways["ahead"].xy[round(theirs), MIDDLE])) < 2.0
    assert (gives, takes) == (1.0, 0.0)


def test_merging_ways_meet_where_they_come_together() -> None:
    ways, found = meetings(crossing(turn="right"))
    mine = found["ego", "left"][0]
    a, b = ways["ego"], ways["left"]
    ends = [np.flatnonzero(each.in_junction)[-1] for each in (a, b)]
    assert np.hypot(*(a.xy[ends[0], MIDDLE] - b.xy[ends[1], MIDDLE])) < 1.1
    assert mine <= ends[0]
    after = a.xy[round(mine) : ends[0], MIDDLE]
    assert np.hypot(*(after[:, None] - b.xy[None, : ends[1] + 8, MIDDLE]).transpose(2, 0, 1)).min(axis=1).max() < 2.0


def test_those_who_come_out_of_the_same_road_never_meet() -> None:
    for same in ("left", "straight", "right"):
        _, found = meetings(crossing(same=same))
        assert found["ego", "same"] == found["same", "ego"] == [1e6, 1e6, 0.0, 0.0]


@pytest.mark.parametrize(
    ("control", "gives", "takes"), [("priority", 0.0, 1.0), ("stop", 1.0, 0.0), ("give_way", 1.0, 0.0)]
)
def test_who_gives_way_is_what_the_signs_say(control: str, gives: float, takes: float) -> None:
    _, found = meetings(crossing(control=control))
    for other in ("right", "left"):
        assert found["ego", other][2:] == [gives, takes]
        assert found[other, "ego"][2:] == [takes, gives]


def test_without_signs_the_one_from_the_right_goes_first_and_where_one_keeps_left_the_other() -> None:
    for keep, first, last in (("right", "right", "left"), ("left", "left", "right")):
        built = crossing(control="right", keep=keep)
        ways, found = meetings(built)
        assert found["ego", first][2:] == [1.0, 0.0]
        assert found["ego", last][2:] == [0.0, 1.0]
        low = {pair for junction in built.network.junctions for pair in junction.priorities}
        inside = {name: each.legs[1].road for name, each in ways.items()}
        assert (inside[first], inside["ego"]) in low


def test_who_wants_into_the_roundabout_gives_way_to_who_is_in_it() -> None:
    built = on(
        ROUNDABOUT, "lane: 1, speed: 10 m/s, at: 30 m, turn: straight",
        "other: {on: left, lane: 1, before: 20 m, speed: 8 m/s, turn: straight}",
    )  # fmt: skip
    ways, found = meetings(built)
    mine, theirs, gives, takes = found["ego", "other"]
    assert np.hypot(*(ways["ego"].xy[round(mine), MIDDLE] - ways["other"].xy[round(theirs), MIDDLE])) < 2.0
    assert (gives, takes) == (1.0, 0.0)


# -- many corridors --------------------------------------------------------------------------------------------


def test_a_pool_gives_every_corridor_its_own_samples() -> None:
    ways = [corridor(crossing(control="signals", crosswalks="yes"), name) for name in ("ego", "same", "right")]
    pool = Pool(ways)
    for i, each in enumerate(ways):
        number = np.full(len(each.limit), i)
        rows = pool.at(number, np.arange(len(each.limit)))
        np.testing.assert_array_equal(pool.xy[rows], each.xy)
        np.testing.assert_array_equal(pool.exists[rows], each.exists)
        np.testing.assert_allclose(pool.lights[i, : len(each.lights)], each.lights)
        assert (pool.lights[i, len(each.lights) :, 0] == 1e6).all()
        assert pool.junction[i] == np.flatnonzero(each.in_junction)[0]
        assert pool.end[i] == len(each.limit) - BEYOND
    last = pool.at(np.array([0, 1]), np.array([10**6, -5]))
    assert last.tolist() == [pool.length[0] - 1, pool.base[1]]
    assert pool.lights.shape == (3, MOST_LIGHTS, 2)
