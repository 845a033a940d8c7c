# Where a body appears in the cameras' pictures: inside of its projected box, in every camera, at every size, and in
# front of what is behind it.

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from camera_scenes import network_of
from junction_scenes import Placed, placed

from mkdocs_worldmodel.camera.projection import View, clip_near, to_vehicle, view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import RIG, Camera

NETWORK = network_of("motorway")
SIZES = ((160, 80), (320, 160), (640, 320), (1280, 640))
EGO: Placed = ("car", 300.0, 0.0, 0.0, 0.0)
AROUND: dict[str, Placed] = {
    "front_wide": ("car", 312.0, 1.0, 0.2, 0.0),
    "front_narrow": ("van", 330.0, -1.5, 2.8, 0.0),
    "front_left": ("car", 307.0, 8.0, 1.2, 0.0),
    "front_right": ("van", 309.0, -9.0, -0.4, 0.0),
    "rear_left": ("bus", 290.0, 12.0, 0.9, 0.0),
    "rear_right": ("car", 295.0, -7.0, 2.2, 0.0),
    "rear": ("van", 286.0, 0.5, 0.1, 0.0),
}
"""Somebody in each camera's view."""
OWN: tuple[Camera, ...] = (
    Camera("roof", "Roof", 1.0, 0.0, 2.6, 0.35, 0.30, 2.1),
    Camera("long", "Long", 1.75, -0.3, 1.2, -0.05, -0.01, 0.30),
    Camera("bumper", "Bumper", 3.6, 0.0, 0.5, 0.0, -0.05, 1.4),
)


def seen(users: Sequence[Placed], user: int, camera: Camera, size: tuple[int, int]) -> np.ndarray:
    """Pixels that change with a road user's colour (H, W)."""
    rollout, pictures = placed(NETWORK, users, rows=2), []
    for colour in ("#0000ff", "#ffff00"):
        colours = [colour if i == user else "#808080" for i in range(len(users))]
        renderer = CameraRenderer(rollout, NETWORK, Environment(), [camera], [size], colours)
        pictures.append(renderer.frame(0)[0].astype(int))
    return np.asarray(np.abs(pictures[0] - pictures[1]).max(axis=-1) > 8)


def hull(rollout: Rollout, user: int, view: View, grow: float) -> np.ndarray:
    """The outline (V, 1, 2) of a road user's box in a picture [px], cut off at the near plane."""
    r = rollout
    back, front = -r.rear_overhang[user] - grow, r.length[user] - r.rear_overhang[user] + grow
    half, high = 0.5 * r.width[user] + grow, r.height[user] + 0.3 * grow
    ring = np.array([(back, -half), (front, -half), (front, half), (back, half)])
    c, s = np.cos(r.heading[0, user]), np.sin(r.heading[0, user])
    turned = ring @ np.array([[c, s], [-s, c]]) + (r.x[0, user], r.y[0, user])
    low, top = (np.concatenate([turned, np.full((4, 1), z)], axis=1) for z in (0.0, high))
    sides = [np.stack([low[i], low[(i + 1) % 4], top[(i + 1) % 4], top[i]]) for i in range(4)]
    faces = view.to_camera(to_vehicle(np.stack([low, top, *sides]), r.x[0, 0], r.y[0, 0], r.heading[0, 0]))
    ahead = faces[(faces[..., 2] > 0.25).any(axis=1)]
    points = view.project(clip_near(ahead)).reshape(-1, 2)
    return cv2.convexHull(np.clip(points, -1e4, 1e4).astype(np.float32))


def inside(outline: np.ndarray, shape: tuple[int, int], grown: int) -> np.ndarray:
    """Pixels of an outline, grown by some pixels (H, W)."""
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.rint((outline - 0.5) * 16).astype(np.int32), 255, cv2.LINE_8, 4)
    return np.asarray(cv2.dilate(mask, np.ones((2 * grown + 1, 2 * grown + 1), np.uint8)) > 0) if grown else mask > 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("camera", RIG, ids=lambda c: c.name)
def test_a_body_appears_where_its_box_is_projected(camera: Camera, size: tuple[int, int]) -> None:
    users = [EGO, AROUND[camera.name]]
    rollout, view = placed(NETWORK, users, rows=2), view_of(camera, *size)
    mask = seen(users, 1, camera, size)
    around = inside(hull(rollout, 1, view, 0.25), mask.shape, 2)
    tight = inside(hull(rollout, 1, view, 0.0), mask.shape, 0)
    assert mask.sum() > 30
    assert not (mask & ~around).any()
    assert (mask & tight).sum() > 0.25 * tight.sum()  # glass, wheels and lamps keep their colour


@pytest.mark.parametrize("camera", RIG, ids=lambda c: c.name)
def test_a_body_is_at_the_same_place_at_every_size(camera: Camera) -> None:
    users = [EGO, AROUND[camera.name]]
    places = []
    for size in SIZES:
        v, u = np.nonzero(seen(users, 1, camera, size))
        box = np.array([u.min(), u.max() + 1, v.min(), v.max() + 1]) / (size[0], size[0], size[1], size[1])
        places.append((box, size[1]))
    finest = places[-1][0]
    for box, height in places:
        assert np.abs(box - finest).max() < 2.0 / height + 0.004


@pytest.mark.parametrize("camera", OWN, ids=lambda c: c.name)
@pytest.mark.parametrize("size", [(320, 160), (300, 260)])
def test_an_own_rig_shows_bodies_where_they_are(camera: Camera, size: tuple[int, int]) -> None:
    users: list[Placed] = [EGO, ("car", 316.0, 0.6, 0.4, 0.0)]
    mask = seen(users, 1, camera, size)
    around = inside(hull(placed(NETWORK, users, rows=2), 1, view_of(camera, *size), 0.25), mask.shape, 2)
    assert mask.sum() > 30
    assert not (mask & ~around).any()


@pytest.mark.parametrize("turn", [0.0, 0.6, 1.57, 2.4])
@pytest.mark.parametrize("other", [0.0, 0.9, 1.57, -0.7])
def test_of_two_bodies_in_line_the_near_one_is_whole(turn: float, other: float) -> None:
    near: Placed = ("car", 314.0, 0.4, turn, 0.0)
    far: Placed = ("truck", 326.0, -0.8, other, 0.0)
    alone = seen([EGO, near], 1, RIG[0], (640, 320))
    for users, index in (([EGO, near, far], 1), ([EGO, far, near], 2)):
        both = seen(users, index, RIG[0], (640, 320))
        assert (alone ^ both).sum() <= 0.01 * alone.sum() + 4
    hidden = seen([EGO, far, near], 1, RIG[0], (640, 320))
    assert not (hidden & cv2.erode(alone.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)).any()


@pytest.mark.parametrize("gap", [0.4, 1.2])
@pytest.mark.parametrize("lean", [-0.5, -0.2, 0.0, 0.3])
def test_of_two_bodies_side_by_side_the_near_one_is_whole(gap: float, lean: float) -> None:
    # long boxes close together: their middles tell nothing about who is in front
    near: Placed = ("car", 306.0 + 8.0 * lean, 3.2, lean, 0.0)
    far: Placed = ("bus", 302.0, 5.6 + gap + 4.0 * abs(lean), lean, 0.0)
    camera = RIG[2]
    alone = seen([EGO, near], 1, camera, (640, 320))
    both = seen([EGO, far, near], 2, camera, (640, 320))
    assert alone.sum() > 500
    assert (alone ^ both).sum() <= 0.01 * alone.sum() + 4
