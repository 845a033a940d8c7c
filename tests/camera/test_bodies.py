# The bodies of all kinds of road users: where they are drawn, what moves, what shines.

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from camera_scenes import network_of
from junction_scenes import Placed, crossing, placed

from mkdocs_worldmodel.camera.bodies.gait import poses
from mkdocs_worldmodel.camera.bodies.limbs import Limb
from mkdocs_worldmodel.camera.bodies.motion import Motion
from mkdocs_worldmodel.camera.bodies.shapes import body_mesh
from mkdocs_worldmodel.camera.bodies.vehicle_lamps import LampStates
from mkdocs_worldmodel.camera.bodies.vehicles import Vehicles
from mkdocs_worldmodel.camera.faces import Faces, faces_in_views
from mkdocs_worldmodel.camera.light.weather import light_of
from mkdocs_worldmodel.camera.mesh import Size
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Rig, view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
EGO: Placed = ("car", 0.0, 0.0, 0.0, 0.0)
SIZES = [(320, 160)] * 7
TOWN = network_of("town")
CAR = BODIES["car"]
SIZE = Size(CAR.length, CAR.width, CAR.height, CAR.rear_overhang, CAR.wheelbase)
SLENDER = {"pedestrian", "child", "bicycle", "motorcycle", "cone"}


def faces_of(rollout: Rollout, k: int = 0) -> Faces:
    """Faces of everybody but the ego."""
    return Vehicles(rollout, TOWN, light_of(Environment()), np.array([0.0, 0.0, 1.0]), None).at(k).faces


def drawn(rollout: Rollout, size: tuple[int, int] = (640, 320)) -> Any:
    """Where road users cover the picture of the narrow front camera, and that camera's view."""
    view = view_of(RIG[1], *size)
    found = faces_in_views(Rig([view]), faces_of(rollout))
    mask = np.zeros(size[::-1], dtype=np.uint8)
    for run in found.runs[0].values():
        for i in run:
            cv2.fillConvexPoly(mask, found.fixed[i], 255, cv2.LINE_8, SUBPIXEL_BITS)
    return mask > 0, view


def box_corners(rollout: Rollout, user: int, grow: float) -> np.ndarray:
    back, front = -rollout.rear_overhang[user], rollout.length[user] - rollout.rear_overhang[user]
    half = 0.5 * rollout.width[user] + grow
    c, s = np.cos(rollout.heading[0, user]), np.sin(rollout.heading[0, user])
    places = [(a, b, z) for a in (back, front) for b in (-half, half) for z in (0.0, rollout.height[user])]
    return np.array([(rollout.x[0, user] + c * a - s * b, rollout.y[0, user] + s * a + c * b, z) for a, b, z in places])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", [0.0, 0.8, 1.57, 2.5])
@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_a_body_lies_within_its_projected_box_and_fills_a_fair_part_of_it(
    kind: Kind, turn: float, scale: float
) -> None:
    rollout = placed(TOWN, [EGO, (kind, 34.0, 0.5, turn, 1.3)])
    factor = np.array([1.0, scale])
    rollout = replace(
        rollout,
        length=rollout.length * factor,
        width=rollout.width * factor,
        height=rollout.height * factor,
        rear_overhang=rollout.rear_overhang * factor,
        wheelbase=rollout.wheelbase * factor,
    )
    mask, view = drawn(rollout)
    # mirrors stick out: by 0.22 m from cars and larger vehicles
    mirrors = 0.0 if kind in SLENDER or kind == "obstacle" else 0.23
    box, around = (view.project(view.to_camera(box_corners(rollout, 1, grow))) for grow in (0.0, mirrors))
    v, u = np.nonzero(mask)
    low, high = around.min(axis=0), around.max(axis=0)
    assert u.min() >= low[0] - 2
    assert u.max() <= high[0] + 2
    assert v.min() >= low[1] - 2
    assert v.max() <= high[1] + 2
    share = mask.sum() / cv2.contourArea(cv2.convexHull(box.astype(np.float32)))
    assert share > (0.2 if kind in SLENDER else 0.55)
    assert v.max() - v.min() > 0.75 * (high[1] - low[1]) - 2


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_not_there_leaves_no_pixel(kind: Kind) -> None:
    users: list[Placed] = [EGO, ("car", 30.0, 3.0, np.pi, 5.0)]
    without = placed(TOWN, users)
    here = placed(TOWN, [*users, (kind, 12.0, 0.5, 0.3, 1.0)])
    present = here.present.copy()
    present[:, 2] = 0
    colours = ["#2f7de1", "#b3261e", "#23364f"]
    for environment in (Environment(), Environment("night", "rain")):
        pictures = [
            [
                *CameraRenderer(r, TOWN, environment, RIG, SIZES, colours[: len(r.names)]).frame(6),
                TopView(r, TOWN, environment, colours=colours[: len(r.names)]).frame(6),
            ]
            for r in (without, replace(here, present=present), here)
        ]
        for nobody, absent in zip(pictures[0], pictures[1], strict=True):
            assert nobody.tobytes() == absent.tobytes()
        assert pictures[0][0].tobytes() != pictures[2][0].tobytes()
        assert pictures[0][-1].tobytes() != pictures[2][-1].tobytes()


@pytest.mark.parametrize("kind", ["pedestrian", "child"])
def test_legs_follow_the_distance_walked(kind: Kind) -> None:
    walking = placed(TOWN, [EGO, (kind, 20.0, 0.0, 0.0, 1.2)])
    standing = placed(TOWN, [EGO, (kind, 20.0, 0.0, 0.0, 0.0)])

    def shape(rollout: Rollout, k: int) -> np.ndarray:
        faces = faces_of(rollout, k)
        return np.asarray(faces.points - faces.centre[0])

    assert np.array_equal(shape(standing, 0), shape(standing, 11))
    moved = [np.abs(shape(walking, k) - shape(walking, 0)).max() for k in (2, 4)]
    assert min(moved) > 0.05
    # as far in half of the time at twice the speed of the clock: the same pose
    slow = replace(walking, time=walking.time * 2.0)
    assert np.array_equal(shape(slow, 5), shape(walking, 5))


def test_feet_stay_on_the_ground_and_at_the_pedals() -> None:
    body = BODIES["pedestrian"]
    size = Size(body.length, body.width, body.height, body.rear_overhang, body.wheelbase)
    sole = np.array([size.x(0.5), 0.0])
    for gone in np.linspace(0.0, 2.0, 23):
        table = poses("pedestrian", size, float(gone), 1.4)
        heights = [
            float((table[limb, 1, :2] * sole).sum() + table[limb, 1, 2]) for limb in (Limb.LEFT_SHIN, Limb.RIGHT_SHIN)
        ]
        assert min(heights) == pytest.approx(0.0, abs=0.03)
    body = BODIES["bicycle"]
    size = Size(body.length, body.width, body.height, body.rear_overhang, body.wheelbase)
    circle = []
    for gone in np.linspace(0.0, 4.6, 12, endpoint=False):
        table = poses("bicycle", size, float(gone), 4.0)[Limb.LEFT_SHIN]
        foot = np.array([0.20 * body.wheelbase, 0.0])
        circle.append((table[:, :2] * foot).sum(axis=1) + table[:, 2])
    middle = np.mean(circle, axis=0)
    away = [float(np.hypot(*(p - middle))) for p in circle]
    assert away == pytest.approx([0.085 * body.height] * 12, abs=0.01)


def test_blue_lights_flash_with_a_period_of_the_runs_time() -> None:
    rollout = placed(TOWN, [EGO, ("emergency", 12.0, 0.0, 0.0, 0.0)])
    renderer = CameraRenderer(rollout, TOWN, Environment(), RIG[:1], SIZES[:1])
    frames = [renderer.frame(k)[0] for k in (0, 3, 6)]
    assert frames[0].tobytes() == frames[2].tobytes()
    assert np.abs(frames[0].astype(int) - frames[1]).max() > 60


@pytest.mark.parametrize(("way", "sign"), [(0.5 * np.pi, 1), (-0.5 * np.pi, -1), (0.0, 0)])
def test_who_turns_blinks_before(way: float, sign: int) -> None:
    network = crossing()
    road = next(r for r in network.roads if r.junction and r.predecessor and r.predecessor.id == "1"
                and abs(sum(g.curvature_start * g.length for g in r.geometries) - way) < 0.1)  # fmt: skip
    rollout = placed(network, [EGO, ("car", 20.0, 0.0, 0.0, 5.0)], rows=60)
    places = np.zeros_like(rollout.road)
    places[40:, 1] = [r.id for r in network.roads].index(road.id)
    states = LampStates(replace(rollout, road=places), network)
    assert states.indicating(28)[1] == sign  # 1.2 s before, in the bright half of a period
    assert states.indicating(7)[1] == 0
    assert states.indicating(32)[1] == 0  # the dark half


def test_people_and_things_have_no_lamps() -> None:
    users: list[Placed] = [
        EGO,
        *[(kind, 15.0 + 4 * i, 1.0, 0.0, 0.0) for i, kind in enumerate(("pedestrian", "cone", "obstacle", "child"))],
    ]
    rollout = placed(TOWN, users)
    rollout = replace(rollout, acceleration=np.full_like(rollout.acceleration, -3.0))
    vehicles = Vehicles(rollout, TOWN, light_of(Environment("night")), np.array([0.0, 0.0, 1.0]), None)
    assert vehicles.at(0).lamps == ()


def test_small_figures_are_seen_on_the_map() -> None:
    for kind in ("pedestrian", "child", "bicycle", "cone"):
        users: list[Placed] = [EGO, (kind, 20.0, 2.0, 0.0, 0.0)]
        images = [
            TopView(placed(TOWN, u), TOWN, Environment(), (640, 160), 2.5).frame(0).astype(int)
            for u in (users[:1], users)
        ]
        assert (np.abs(images[1] - images[0]).max(axis=-1) > 40).sum() >= 20


def test_road_users_out_of_sight_cost_nothing() -> None:
    rollout = placed(TOWN, [EGO, ("car", 400.0, 0.0, 0.0, 0.0), ("pedestrian", 220.0, 0.0, 0.0, 0.0)])
    assert len(faces_of(rollout).points) == 0


def test_a_bus_opens_its_doors_to_the_kerb() -> None:
    rollout = placed(TOWN, [EGO, ("bus", 20.0, 0.0, 0.0, 0.0)])
    keeps_left = replace(TOWN, roads=tuple(replace(road, rule="LHT") for road in TOWN.roads))
    light, up = light_of(Environment()), np.array([0.0, 0.0, 1.0])
    y = [Vehicles(rollout, net, light, up, None).at(0).faces.points[..., 1] for net in (TOWN, keeps_left)]
    assert np.allclose(y[0], -y[1])
    # doors are what one side has more
    assert (y[0].max(axis=1) < -1.2).sum() > (y[0].min(axis=1) > 1.2).sum()


def test_front_wheels_steer_into_the_turn_and_all_wheels_roll() -> None:
    def wheel(yaw_rate: float, k: int, speed: float = 5.0) -> tuple[float, float]:
        """Angle of the left front wheel [rad], and how far its first spoke gap has turned [m along x]."""
        rollout = placed(TOWN, [EGO, ("car", 20.0, 0.0, 0.0, speed)])
        rollout = replace(rollout, yaw_rate=np.full_like(rollout.yaw_rate, yaw_rate))
        motion = Motion(rollout, [SIZE, SIZE], [body_mesh("car", SIZE)] * 2).at(k, np.array([1]))[0]
        ahead = motion[Limb.LEFT_FRONT, :, :3] @ (0.0, 1.0, 0.0)
        return float(np.arctan2(-ahead[0], ahead[1])), float(motion[Limb.REAR, 0, 2])

    body = BODIES["car"]
    assert wheel(0.3, 5)[0] == pytest.approx(np.arctan(body.wheelbase * 0.3 / 5.0))
    assert wheel(-0.3, 5)[0] == pytest.approx(-np.arctan(body.wheelbase * 0.3 / 5.0))
    assert wheel(0.0, 5)[0] == 0.0
    hubs = dict(body_mesh("car", SIZE).hubs)
    radius = hubs[Limb.REAR][2]
    assert wheel(0.0, 1)[1] == pytest.approx(np.sin(0.5 / radius))  # half a metre further
    assert wheel(0.0, 7, 0.0)[1] == 0.0  # who stands does not roll


def test_wheels_stay_turned_while_one_waits() -> None:
    rollout = placed(TOWN, [EGO, ("car", 20.0, 0.0, 0.0, 4.0)], rows=60)
    speed, yaw_rate = np.full_like(rollout.speed, 4.0), np.full_like(rollout.yaw_rate, 0.3)
    speed[30:], yaw_rate[30:] = 0.0, 0.0
    motion = Motion(replace(rollout, speed=speed, yaw_rate=yaw_rate), [SIZE, SIZE], [body_mesh("car", SIZE)] * 2)
    before, after = (motion.at(k, np.array([1]))[0, Limb.LEFT_FRONT, 0, 1] for k in (20, 50))
    assert before == pytest.approx(after)
    assert before < -0.1


def test_who_rides_on_two_wheels_leans_into_the_turn() -> None:
    for kind in ("bicycle", "motorcycle"):
        for yaw_rate, side in ((0.5, 1.0), (-0.5, -1.0)):
            upright = placed(TOWN, [EGO, (kind, 20.0, 0.0, 0.0, 6.0)])
            rollout = replace(upright, yaw_rate=np.full_like(upright.yaw_rate, yaw_rate))
            top = [faces_of(run, 5).points.reshape(-1, 3) for run in (rollout, upright)]
            high = top[1][:, 2] > 1.2
            moved = (top[0] - top[1])[high, 1].mean() * side
            assert moved == pytest.approx(top[1][high, 2].mean() * np.sin(np.arctan(6.0 * 0.5 / 9.81)), rel=0.15)
            assert np.abs((top[0] - top[1])[top[1][:, 2] < 0.05]).max() < 0.03
