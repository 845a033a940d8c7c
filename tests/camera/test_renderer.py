# What the cameras show: the same bytes again, the right thing in front, light and weather.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from camera_scenes import LEFT, RIGHT, STRAIGHT, User, network_of, road_of, rollout_on, traffic_of

from mkdocs_worldmodel.camera.bodies.vehicles import Vehicles
from mkdocs_worldmodel.camera.faces import faces_in_views
from mkdocs_worldmodel.camera.light.weather import light_of
from mkdocs_worldmodel.camera.projection import Rig, to_vehicle, view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.surroundings.cover import Cover
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import RIG, Camera
from mkdocs_worldmodel.scenario.road import LaneSection, RoadNetwork

SIZES = [(320, 160)] * 7
GREY, MAGENTA, GREEN = "#808080", "#ff00ff", "#00ff40"


def render(
    users: Sequence[User],
    k: int = 0,
    kind: Any = "motorway",
    time_of_day: Any = "day",
    weather: Any = "clear",
    colours: Sequence[str] | None = None,
    cameras: Sequence[Camera] = RIG,
    pieces: Any = STRAIGHT,
) -> Any:
    road = road_of(kind, pieces)
    rollout = rollout_on(road, users)
    renderer = CameraRenderer(
        rollout, RoadNetwork((road,)), Environment(time_of_day, weather), cameras, SIZES[: len(cameras)], colours
    )
    return renderer.frame(k)


def camera(name: str) -> Camera:
    return next(c for c in RIG if c.name == name)


def is_magenta(image: np.ndarray) -> np.ndarray:
    r, g, b = (image[..., i].astype(int) for i in range(3))
    return (np.minimum(r, b) - g > 45) & (abs(r - b) < 70)


def is_green(image: np.ndarray) -> np.ndarray:
    r, g, b = (image[..., i].astype(int) for i in range(3))
    return (g - np.maximum(r, b)) > 70


def hull_of(rollout: Rollout, user: int, name: str, k: int = 0, grow: float = 0.0) -> tuple[float, ...]:
    """Bounds (left, top, right, bottom) [px] of a road user's box; nothing may be behind the camera."""
    view = view_of(camera(name), 320, 160)
    back, front = -rollout.rear_overhang[user], rollout.length[user] - rollout.rear_overhang[user]
    half, high = 0.5 * rollout.width[user] + grow, rollout.height[user]
    c, s = np.cos(rollout.heading[k, user]), np.sin(rollout.heading[k, user])
    corners = np.array(
        [
            (rollout.x[k, user] + c * a - s * b, rollout.y[k, user] + s * a + c * b, z)
            for a in (back, front)
            for b in (-half, half)
            for z in (0.0, high)
        ]
    )
    cam = view.to_camera(to_vehicle(corners, rollout.x[k, 0], rollout.y[k, 0], rollout.heading[k, 0]))
    assert cam[:, 2].min() > 0.3
    uv = view.project(cam)
    return (*uv.min(axis=0), *uv.max(axis=0))


def test_same_bytes_in_any_order_and_from_another_renderer() -> None:
    network = network_of("town", LEFT)
    rollout = rollout_on(network.roads[0], traffic_of("town"))
    environment = Environment("night", "rain")
    one = CameraRenderer(rollout, network, environment, RIG, SIZES)
    forward = [one.frame(k) for k in (0, 7, 14)]
    backward = [one.frame(k) for k in (14, 7, 0)][::-1]
    other = CameraRenderer(rollout, network, environment, RIG, SIZES).frame(7)
    for a, b in zip(forward, backward, strict=True):
        for x, y in zip(a, b, strict=True):
            assert x.tobytes() == y.tobytes()
    for x, y in zip(forward[1], other, strict=True):
        assert x.tobytes() == y.tobytes()


def test_pictures_are_srgb_bytes_of_the_wanted_sizes() -> None:
    network = network_of("motorway")
    rollout = rollout_on(network.roads[0], traffic_of("motorway"))
    for size in ((160, 80), (1280, 640)):
        frame = CameraRenderer(rollout, network, Environment(), RIG, [size] * 7).frame(3)
        assert [f.shape for f in frame] == [(size[1], size[0], 3)] * 7
        assert all(f.dtype == np.uint8 and f.std() > 8 for f in frame)


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("front_wide", ("car", -2, 222, 30, 0, 1)),
        ("front_narrow", ("van", -2, 240, 30, 0, 1)),
        ("front_right", ("truck", -3, 206.5, 30, 0, 1)),
        ("rear", ("car", -2, 185, 30, 0, 1)),
        ("rear_left", ("car", -1, 192, 30, 0, 1)),
    ],
)
def test_a_bright_body_is_painted_inside_its_projected_box(name: str, user: User) -> None:
    users = [("car", -2, 200, 30, 0, 1), user]
    view = camera(name)
    with_it = render(users, colours=[GREY, MAGENTA], cameras=[view])[0]
    v, u = np.nonzero(is_magenta(with_it))
    rollout = rollout_on(road_of("motorway"), users)
    left, top, right, bottom = hull_of(rollout, 1, name, grow=0.25)
    assert len(u) > 40
    assert u.min() >= left - 2
    assert u.max() <= right + 2
    assert v.min() >= top - 2
    assert v.max() <= bottom + 2
    # the body fills most of its box, across and down
    tight = hull_of(rollout, 1, name)
    wide = min(tight[2], 320) - max(tight[0], 0)
    assert u.max() - u.min() > 0.55 * wide


def test_neighbouring_cameras_agree_where_a_body_is() -> None:
    users = [("car", -2, 200, 30, 0, 1), ("car", -1, 206.5, 30, 0, 1)]
    bearings = []
    for name in ("front_wide", "front_left"):
        picture = render(users, colours=[GREY, MAGENTA], cameras=[camera(name)])[0]
        view = view_of(camera(name), 320, 160)
        rays = view.rays()[is_magenta(picture)]
        # both see the rear end of the body; its bearing, seen from the ego's middle, must agree
        angle = np.degrees(np.arctan2(rays[:, 1], rays[:, 0]))
        bearings.append((float(angle.min()), float(angle.max())))
    assert bearings[0][0] == pytest.approx(bearings[1][0], abs=8.0)
    overlap = min(bearings[0][1], bearings[1][1]) - max(bearings[0][0], bearings[1][0])
    assert overlap > 10.0


def test_a_body_hides_what_is_behind_it() -> None:
    ego, near, far = ("car", -2, 200, 30, 0, 1), ("truck", -2, 225, 30, 0, 1), ("car", -2, 260, 30, 0, 1)
    front = [camera("front_narrow")]
    alone = render([ego, far], colours=[GREY, GREEN], cameras=front)[0]
    both = render([ego, near, far], colours=[GREY, MAGENTA, GREEN], cameras=front)[0]
    swapped = render([ego, far, near], colours=[GREY, GREEN, MAGENTA], cameras=front)[0]
    assert is_green(alone).sum() > 5
    assert is_green(both).sum() == 0
    assert both.tobytes() == swapped.tobytes()


def test_a_car_beside_a_long_lorry_is_in_front_of_it() -> None:
    # the lorry's nearest point is nearer than the car's, and yet the car hides a part of the lorry
    ego, lorry, car = ("car", -2, 200, 30, 0, 1), ("truck", -1, 210, 30, 0, 1), ("car", -2, 209, 30, 0, 1)
    picture = render([ego, lorry, car], colours=[GREY, GREEN, MAGENTA], cameras=[camera("front_wide")])[0]
    only = render([ego, car], colours=[GREY, MAGENTA], cameras=[camera("front_wide")])[0]
    assert is_magenta(picture).sum() == pytest.approx(is_magenta(only).sum(), rel=0.06)


@pytest.mark.parametrize("kind", ["motorway", "rural", "town"])
@pytest.mark.parametrize("pieces", [STRAIGHT, LEFT, RIGHT])
def test_no_place_of_another_vehicle_breaks_a_picture(kind: Any, pieces: Any) -> None:
    road = road_of(kind, pieces)
    for gap in (-14.0, -6.0, -2.0, 0.0, 1.5, 4.0, 9.0):
        users = [("car", -1, 100, 10, 0, 1), ("truck", 1 if kind != "motorway" else -2, 100 + gap, 10, 0, 1)]
        rollout = rollout_on(road, users, rows=2)
        sizes = [(160, 80)] * 7
        frame = CameraRenderer(rollout, RoadNetwork((road,)), Environment("dusk", "rain"), RIG, sizes).frame(0)
        assert len(frame) == 7


@pytest.mark.parametrize("s", [0.0, 2.0, 898.0, 900.0])
def test_the_world_does_not_end_with_the_road(s: float) -> None:
    frame = render([("car", -2, s, 0, 0, 1)])
    inside = render([("car", -2, 450.0, 0, 0, 1)])
    for at_end, middle in zip(frame, inside, strict=True):
        assert abs(float(at_end.mean()) - float(middle.mean())) < 16


def test_inside_of_another_body_is_no_error() -> None:
    road = road_of("motorway")
    rollout = rollout_on(road, [("car", -2, 200, 30, 0, 1), ("truck", -2, 201, 30, 0, 1)])
    assert len(CameraRenderer(rollout, RoadNetwork((road,)), Environment(), RIG, SIZES).frame(0)) == 7


def test_a_road_with_left_lanes_only_and_traffic_that_keeps_left() -> None:
    road = road_of("rural")
    section = LaneSection(0.0, tuple(lane for lane in road.sections[0].lanes if lane.id > 0))
    left = replace(road, sections=(section,), rule="LHT")
    rollout = rollout_on(left, [("car", 1, 200, 20, 0, 1), ("van", 1, 230, 20, 0, 1)])
    assert len(CameraRenderer(rollout, RoadNetwork((left,)), Environment(), RIG, SIZES).frame(5)) == 7


@pytest.mark.parametrize("weather", ["clear", "overcast", "rain", "fog"])
@pytest.mark.parametrize("kind", ["motorway", "rural", "town"])
def test_night_is_darker_than_dusk_and_dusk_than_day(kind: Any, weather: Any) -> None:
    means = [
        np.mean([f.mean() for f in render(traffic_of(kind), kind=kind, time_of_day=t, weather=weather)])
        for t in ("day", "dusk", "night")
    ]
    assert means[0] > means[1] + 10
    assert means[1] > means[2] + 10


@pytest.mark.parametrize("time_of_day", ["day", "dusk", "night"])
@pytest.mark.parametrize("kind", ["car", "van", "truck"])
def test_brake_lights_shine(kind: Any, time_of_day: Any) -> None:
    def red(deceleration: float) -> float:
        users = [("car", -2, 200, 30, 0, 1), (kind, -2, 222, 30, deceleration, 1)]
        image = render(users, colours=[GREY, "#dddddd"], cameras=[camera("front_narrow")], time_of_day=time_of_day)[0]
        left, top, right, bottom = (int(v) for v in hull_of(rollout_on(road_of("motorway"), users), 1, "front_narrow"))
        part = image[max(top, 0) : bottom, max(left, 0) : right].astype(int)
        return float((part[..., 0] - part[..., 1] - 60).clip(0).sum())

    assert red(-2.0) > 1.3 * red(0.0)
    assert red(-0.4) == red(0.0)


def test_fog_takes_contrast_with_distance() -> None:
    def contrast(gap: float, weather: Any) -> float:
        users = [("car", -2, 200, 30, 0, 1), ("car", -2, 200 + gap, 30, 0, 1)]
        image = render(users, colours=[GREY, MAGENTA], cameras=[camera("front_narrow")], weather=weather)[0]
        left, top, right, bottom = hull_of(rollout_on(road_of("motorway"), users), 1, "front_narrow")
        part = image[int(top) : int(bottom) + 1, int(left) : int(right) + 1].astype(int)
        return float(np.percentile(part[..., 0] - part[..., 1], 90))

    kept = [contrast(gap, "fog") / contrast(gap, "clear") for gap in (15.0, 40.0, 80.0)]
    assert kept[0] > kept[1] > kept[2]
    assert kept[2] < 0.4


def test_successive_pictures_change_little() -> None:
    road = road_of("rural", LEFT)
    rollout = rollout_on(road, [("car", -1, 100, 0.5, 0, 1)], rows=6, dt=0.04)
    renderer = CameraRenderer(rollout, RoadNetwork((road,)), Environment(), RIG, SIZES)
    before = renderer.frame(0)
    for k in range(1, 6):
        now = renderer.frame(k)
        for a, b in zip(before, now, strict=True):
            assert np.abs(a.astype(int) - b.astype(int)).mean() < 2.0
        before = now


@pytest.mark.parametrize("sky", [("day", "rain"), ("night", "clear")])
def test_what_fronts_hide_is_seen_nowhere(sky: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = 0

    def counted(self: Cover, camera: Any, *boxes: Any) -> Any:
        nonlocal hidden
        hidden += int(hides(self, camera, *boxes).sum())
        return np.zeros(len(camera), dtype=bool)

    hides = Cover.hides
    usual = render(traffic_of("town"), 7, "town", *sky, pieces=LEFT)
    monkeypatch.setattr(Cover, "hides", counted)
    everything = render(traffic_of("town"), 7, "town", *sky, pieces=LEFT)
    assert hidden > 10
    for a, b in zip(usual, everything, strict=True):
        assert a.tobytes() == b.tobytes()


def test_a_camera_alone_shows_what_it_shows_in_the_rig() -> None:
    together = render(traffic_of("town"), 3, "town", "dusk", "clear")
    for picture, one in zip(together, RIG, strict=True):
        alone = render(traffic_of("town"), 3, "town", "dusk", "clear", cameras=[one])[0]
        assert alone.tobytes() == picture.tobytes()


def test_a_body_hides_the_mirror_on_its_far_side() -> None:
    users = [("car", -2, 200, 30, 0, 1), ("van", -3, 199, 30, 0, 1)]
    rollout = rollout_on(road_of("motorway"), users)
    traffic = Vehicles(rollout, network_of("motorway"), light_of(Environment()), np.array([0.0, 0.0, 1.0]), None).at(0)
    drawn = faces_in_views(Rig([view_of(camera("front_right"), 320, 160)]), traffic.faces)
    far = traffic.faces.beside < 0.0
    assert far.sum() >= 5
    at = [tuple(c) for c in traffic.faces.colour[far].tolist()]
    # what sticks out on the far side comes first, so that the body is painted over it
    shown = [i for i in drawn.runs[0][0] if drawn.colour[i] in at]
    assert shown[0] == drawn.runs[0][0].start


@pytest.mark.parametrize("sky", [("day", "clear"), ("night", "rain")])
def test_a_shot_shows_what_a_renderer_of_that_camera_shows(sky: Any) -> None:
    network = network_of("town")
    rollout = rollout_on(network.roads[0], traffic_of("town"))
    whole = CameraRenderer(rollout, network, Environment(*sky), RIG, SIZES)
    before = [p.tobytes() for p in whole.frame(5)]
    ahead, size = camera("front_wide"), (600, 224)
    own = CameraRenderer(rollout, network, Environment(*sky), [ahead], [size]).frame(5)[0]
    assert whole.shot(5, ahead, size).tobytes() == own.tobytes()
    assert [p.tobytes() for p in whole.frame(5)] == before


@pytest.mark.parametrize("kind", ["motorway", "town"])
def test_faces_too_small_for_all_cameras_are_left_out_and_no_others(kind: Any) -> None:
    network = network_of(kind)
    rollout = rollout_on(network.roads[0], traffic_of(kind))
    vehicles = Vehicles(rollout, network, light_of(Environment()), np.array([0.0, 0.0, 1.0]), None)
    rig = Rig([view_of(c, 320, 160) for c in RIG])
    flip = np.array([1.0, 1.0, -1.0])
    for k in (0, 12):
        every, some = vehicles.at(k).faces, vehicles.at(k, rig).faces
        assert len(some.owner) < 0.9 * len(every.owner)
        for mirror, smallest in ((np.ones(3), 0.6), (flip, 2.5)):
            one, other = (
                faces_in_views(rig, replace(f, points=f.points * mirror, facing=f.facing * mirror,
                                            centre=f.centre * mirror), smallest)
                for f in (every, some)
            )  # fmt: skip
            assert one.runs == other.runs
            assert one.colour == other.colour
            assert np.array_equal(np.array(one.fixed), np.array(other.fixed))
