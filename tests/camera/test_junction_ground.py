# The ground of junctions: asphalt without seams, marks and kerbs where they belong, nothing beside the road upon it.

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest
from camera_scenes import network_of
from junction_scenes import CENTRE, REACH, WIDTH, crossing, placed, ring

from mkdocs_worldmodel.camera.ground.arrows import arrow, paint_arrows, turns_of_lanes
from mkdocs_worldmodel.camera.ground.gore import paint_gores
from mkdocs_worldmodel.camera.ground.junction_area import crossings_of, islands_of
from mkdocs_worldmodel.camera.ground.patches import Material
from mkdocs_worldmodel.camera.ground.road_surface import surface_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.surroundings.roadside import Roadside, roadside_of
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_at
from mkdocs_worldmodel.scenario.layout import lay_out
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.spec.road import RoadSpec

ASPHALT, MARK = (124, 128, 134), (252, 252, 250)


@lru_cache
def laid_out(name: str) -> RoadNetwork:
    """A network as authors get it."""
    place = {"ahead": 60.0}
    texts: dict[str, dict[str, Any]] = {
        "signals": {"lanes": 2, "oncoming": 2, "kind": "town", "junction": place | {"control": "signals"}},
        "t": {"lanes": 1, "oncoming": 1, "kind": "rural", "junction": place | {"kind": "t", "arms": ["left", "right"]}},
        "skew": {"lanes": 1, "oncoming": 1, "kind": "town", "keep": "left", "junction": place | {"angle": 1.1}},
        "cycle": {"lanes": 1, "oncoming": 1, "kind": "town", "cycle_lane": 1.5, "parking": 2.2, "junction": place},
        "roundabout": {"lanes": 1, "oncoming": 1, "kind": "town", "junction": place | {"kind": "roundabout"}},
        "ramp": {"lanes": 2, "kind": "motorway", "length": 700.0, "ramp": place | {"length": 100.0}},
        "exit": {"lanes": 2, "kind": "motorway", "length": 700.0, "exit": place | {"length": 100.0}},
    }  # fmt: skip
    spec = RoadSpec.model_validate(texts[name])
    mistakes: list[Any] = []
    network = lay_out(
        spec, ego_speed=14.0, ego_front=40.0, default_length=300.0, wrong=lambda *m: mistakes.append(m)
    ).network
    assert not mistakes
    return network


CROSSINGS = ("signals", "t", "skew", "cycle", "roundabout")
NETWORKS = (*CROSSINGS, "ramp", "exit")


def network(name: str) -> RoadNetwork:
    return crossing() if name == "by hand" else laid_out(name)


def inside(outline: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distance of points from an outline [m]; positive inside."""
    contour = outline.astype(np.float32)[:, None]
    return np.array([cv2.pointPolygonTest(contour, (float(a), float(b)), True) for a, b in zip(x, y, strict=True)])


@pytest.mark.parametrize("name", ["by hand", *CROSSINGS])
def test_the_area_of_a_crossing_is_asphalt_without_seams(name: str) -> None:
    net = network(name)
    scale, size = 8.0, (800, 800)
    for area in crossings_of(net):
        cx, cy = area.centre
        # the ego stands aside, so that the whole junction is in the picture and nobody on it
        ego = ("car", cx - 12.0, cy - 45.0, 0.5 * np.pi, 0.0)
        view = TopView(placed(net, [ego]), net, Environment(), size, scale)
        rng = np.random.default_rng(4)
        x, y = cx + rng.uniform(-25, 25, 4000), cy + rng.uniform(-25, 25, 4000)
        chosen = inside(area.border, x, y) > 0.3
        uv = np.floor(view._to_map(np.stack([x, y], axis=1)[chosen], (*ego[1:3], ego[3]))).astype(int)
        shown = ((uv >= 0) & (uv < size[0])).all(axis=1)
        assert shown.sum() > 80
        colour = view.frame(0)[uv[shown, 1], uv[shown, 0]].astype(int)
        # the lines that guide who turns at lights are white; everything else is asphalt
        share = ((colour - ASPHALT) / (np.array(MARK) - ASPHALT)).mean(axis=1)
        assert np.abs(colour - ASPHALT - share[:, None] * (np.array(MARK) - ASPHALT)).max() <= 3
        assert (np.abs(share) > 0.03).mean() <= (0.06 if name == "signals" else 0.0)


@pytest.mark.parametrize("name", ["by hand", *CROSSINGS])
def test_marks_end_at_the_crossing_and_pavements_lie_around_it(name: str) -> None:
    net = network(name)
    for area in crossings_of(net):
        surface = surface_of(net, area.centre[None], 80.0)
        middle = surface.points[..., :2].mean(axis=1)
        deep = inside(area.border, middle[:, 0], middle[:, 1])
        for material in (Material.MARK, Material.TRACK, Material.PAVEMENT, Material.KERB_TOP, Material.GRAVEL):
            found = surface.material == material
            guided = name == "signals" and material == Material.MARK
            assert guided or not found.any() or deep[found].max() < 0.3, material
        kind = net.roads[0].kind
        around = surface.material == (Material.KERB_TOP if kind == "town" else Material.GRAVEL)
        assert (np.abs(deep[around]) < 1.0).sum() >= 6


def test_asphalt_is_painted_over_the_kerbs_that_it_crosses() -> None:
    assert max(Material.PAVEMENT, Material.KERB_TOP, Material.KERB_FACE, Material.GRAVEL) < Material.ASPHALT


def bright_on_map(net: RoadNetwork, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether places near the crossing's first mouth are painted white."""
    pose = (70.0, -1.6, 0.0)
    view = TopView(placed(net, [("car", *pose, 0.0)]), net, Environment(), (1800, 400), 20.0)
    uv = np.floor(view._to_map(np.stack([x, y], axis=1), pose)).astype(int)
    return np.asarray(view.frame(0)[uv[:, 1], uv[:, 0]].mean(axis=1) > 190)


def starts(bright: np.ndarray) -> int:
    """How many white stretches begin along a line."""
    return int((np.diff(bright.astype(int)) == 1).sum())


def test_a_crosswalk_has_stripes_along_the_road() -> None:
    net = crossing()
    net = replace(net, roads=(replace(net.roads[0], signals=()), *net.roads[1:]))
    t = np.linspace(-WIDTH + 0.05, WIDTH - 0.05, 120)
    bright = bright_on_map(net, np.full_like(t, CENTRE - REACH - 4.0), t)
    assert starts(bright) in (5, 6)
    assert 0.35 < bright.mean() < 0.65


def test_a_crosswalk_with_lights_has_a_broken_line_on_either_side() -> None:
    net, t = crossing(), np.linspace(-WIDTH + 0.05, WIDTH - 0.05, 400)
    middle = CENTRE - REACH - 4.0
    assert not bright_on_map(net, np.full_like(t, middle), t).any()
    for x in (middle - 2.0, middle + 2.0):
        bright = bright_on_map(net, np.full_like(t, x), t)
        assert starts(bright) in (8, 9, 10)  # 6.5 m of dashes of half a metre, 0.2 m apart
        assert 0.55 < bright.mean() < 0.85


def test_lanes_that_lead_elsewhere_have_arrows_and_solid_lines_between_them() -> None:
    net = laid_out("signals")
    area, road = crossings_of(net)[0], net.roads[0]
    turns = turns_of_lanes(net, net.junctions[0])
    assert turns["1", -1] == {0, 1}
    assert turns["1", -2] == {0, -1}
    marks = [p[:, :2] for b in (paint_arrows(net, frozenset({area.junction})),) for part in b.points for p in part]
    stop = next(each.s for each in road.objects if each.type == "stop line")
    mine = np.concatenate([m for m in marks if m[:, 0].max() < stop and np.abs(m[:, 1]).max() < 8.0])
    heading = road.geometries[0].heading
    assert heading == 0.0
    assert set(np.sign(mine[:, 1])) == {-1.0}  # on the lanes that lead to the crossing
    # between the lanes the last metres before the stop line are one line
    s = np.linspace(stop - 19.0, stop - 1.5, 60)
    surface = surface_of(net, np.array([[stop, 0.0]]), 60.0)
    found = surface.points[surface.material == Material.MARK, :, :2]
    low, high = found.min(axis=1), found.max(axis=1)
    between = np.abs(0.5 * (low + high)[:, 1] + WIDTH) < 0.3
    covered = ((low[between, 0] <= s[:, None] + 1e-6) & (high[between, 0] >= s[:, None] - 1e-6)).any(axis=1)
    assert covered.all()


@pytest.mark.parametrize("turns", [{0}, {1}, {-1}, {0, 1}, {0, -1}, {-1, 0, 1}])
def test_an_arrow_points_where_the_lane_leads(turns: set[int]) -> None:
    points = np.concatenate([np.array(piece) for piece in arrow(frozenset(turns))])
    assert (points[:, 1].max() > 0.6) == (1 in turns)
    assert (points[:, 1].min() < -0.6) == (-1 in turns)
    assert (points[:, 0].max() == 5.0) == (0 in turns)
    for piece in arrow(frozenset(turns)):  # convex, so that the near plane cuts it rightly
        p = np.array(piece, dtype=np.float32)
        assert cv2.contourArea(cv2.convexHull(p)) == pytest.approx(cv2.contourArea(p), rel=0.02)


def test_an_island_is_no_road() -> None:
    for net, radius in ((ring(16.0), 16.0), (laid_out("roundabout"), None)):
        (island,) = islands_of(net)
        if radius:
            assert (island.x, island.y, island.radius) == pytest.approx((0.0, 16.0, radius))
        surface = surface_of(net, np.array([[island.x, island.y]]), 80.0)
        asphalt = surface.points[surface.material == Material.ASPHALT, :, :2].reshape(-1, 2)
        assert np.hypot(asphalt[:, 0] - island.x, asphalt[:, 1] - island.y).min() > island.radius - 0.1
        green = surface.points[surface.material == Material.MEDIAN, :, :2].reshape(-1, 2)
        assert np.hypot(green[:, 0] - island.x, green[:, 1] - island.y).max() < island.radius


def standing(roadside: Roadside) -> tuple[np.ndarray, np.ndarray]:
    """Places of everything: stems and posts, rails, corners and edges of houses."""
    points = [(p.x, p.y) for p in (*roadside.plants, *roadside.posts, *roadside.lamps)]
    points += [(float(p[0]), float(p[1])) for rail in roadside.rails for p in rail]
    for house in roadside.houses:
        c, s = np.cos(house.heading), np.sin(house.heading)
        for along in np.linspace(-1.5 * house.bays, 1.5 * house.bays, 7):
            for back in np.linspace(0.0, house.depth, 5):
                across = -house.side * back
                points.append((house.x + c * along - s * across, house.y + s * along + c * across))
    x, y = np.array(points).T
    return x, y


@pytest.mark.parametrize("name", ["by hand", *NETWORKS])
def test_nothing_of_the_roadside_stands_on_a_lane_of_any_road(name: str) -> None:
    net = network(name)
    near = np.stack([np.linspace(0.0, 300.0, 16), np.zeros(16)], axis=1)
    x, y = standing(roadside_of(net, near, 200.0))
    assert len(x) > 50
    for road in net.roads:
        s, t = ReferenceLines([road]).project(0, x, y)
        beside = (s > 0.0) & (s < road.length)
        lanes = {lane.id for section in road.sections for lane in section.lanes if lane.type != "sidewalk"}
        assert not np.isin(lane_at(road, s, t)[beside], list(lanes)).any(), road.id


@pytest.mark.parametrize("name", NETWORKS)
def test_crossings_give_the_same_bytes_again(name: str) -> None:
    net = laid_out(name)
    rollout = placed(net, [("car", 60.0, -1.6, 0.0, 8.0), ("pedestrian", 90.0, 1.0, 1.5, 1.4)], aspect=1)
    environment = Environment("dusk", "rain")
    one, other = (CameraRenderer(rollout, net, environment, RIG, [(160, 80)] * 7) for _ in range(2))
    later = [f.tobytes() for f in one.frame(9)]
    first = [f.tobytes() for f in one.frame(0)]
    assert [f.tobytes() for f in other.frame(0)] == first
    assert [f.tobytes() for f in other.frame(9)] == later
    maps = [TopView(rollout, net, environment).frame(5).tobytes() for _ in range(2)]
    assert maps[0] == maps[1]


def test_a_road_alone_has_no_crossing_and_no_island() -> None:
    for kind in ("motorway", "rural", "town"):
        assert crossings_of(network_of(kind)) == []
        assert islands_of(network_of(kind)) == []


@pytest.mark.parametrize("name", ["by hand", *NETWORKS])
def test_what_is_painted_in_one_go_does_not_overlap(name: str) -> None:
    # polygons that are filled together leave holes where they cover one another
    net = network(name)
    at = CENTRE if name == "by hand" else 105.0
    half, scale = 24.0, 30.0
    surface = surface_of(net, np.array([[at, 0.0]]), half)
    side = int(2 * half * scale)
    fixed = np.rint((surface.points[..., :2] - (at - half, -half)) * scale).astype(np.int32)
    for layer in np.unique(surface.layer):
        chosen = np.flatnonzero(surface.layer == layer)
        if surface.material[chosen[0]] in (Material.KERB_FACE, Material.PAVED_GROUND):  # upright; wide and unseen
            continue
        cover = np.zeros((side, side), dtype=np.uint8)
        for i in chosen:
            low, high = np.clip(fixed[i].min(axis=0), 0, side), np.clip(fixed[i].max(axis=0) + 1, 0, side)
            if (high > low).all():
                part = np.zeros((high - low)[::-1], dtype=np.uint8)
                cv2.fillPoly(part, [fixed[i] - low.astype(np.int32)], 1)
                cover[low[1] : high[1], low[0] : high[0]] += part
        twice = cv2.erode((cover > 1).astype(np.uint8), np.ones((3, 3), dtype=np.uint8))
        assert not twice.any(), Material(int(surface.material[chosen[0]]))


@pytest.mark.parametrize("name", ["ramp", "exit"])
def test_the_tip_beside_a_ramp_is_hatched_and_free(name: str) -> None:
    net = laid_out(name)
    tip = paint_gores(net, frozenset())
    asphalt = np.concatenate(tip.points)[np.array(tip.materials) == Material.ASPHALT]
    assert tip.materials.count(int(Material.MARK)) >= 3
    near = np.stack([np.linspace(0.0, 400.0, 21), np.zeros(21)], axis=1)
    x, y = standing(roadside_of(net, near, 200.0))
    for patch in asphalt:
        assert inside(patch[:, :2], x, y).max() < 0.0


def test_the_edge_line_follows_a_lane_that_ends() -> None:
    spec = RoadSpec.model_validate(
        {"lanes": 2, "kind": "motorway", "length": 500.0, "lane_ends": {"lane": 1, "ahead": 60.0, "over": 60.0}}
    )
    net = lay_out(spec, ego_speed=30.0, ego_front=40.0, default_length=300.0, wrong=lambda *_: None).network
    surface = surface_of(net, np.array([[130.0, 0.0]]), 100.0)
    marks = surface.points[surface.material == Material.MARK, :, :2]
    solid = marks[np.ptp(marks[..., 0], axis=1) < 4.0]
    # along the taper, from x = 100 to 160, there is a mark at every metre, moving in by a lane's width
    for x in np.arange(101.0, 159.0):
        here = solid[(solid[..., 0].min(axis=1) <= x) & (solid[..., 0].max(axis=1) >= x)]
        u = (x - 100.0) / 60.0
        edge = -7.5 + 3.75 * (3 * u * u - 2 * u * u * u)
        assert np.abs(here[..., 1].mean(axis=1) - edge).min() < 0.15
