# Where points land in pictures: closed forms of the pinhole, and clipping.

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mkdocs_worldmodel.camera.projection import NEAR, Rig, clip_near, view_of
from mkdocs_worldmodel.scenario.rig import RIG, Camera

LEVEL = Camera("level", "Level", 0.0, 0.0, 1.5, 0.0, 0.0, np.radians(90.0))


def pixel(camera: Camera, point: tuple[float, float, float], size: tuple[int, int] = (320, 160)) -> np.ndarray:
    view = view_of(camera, *size)
    return view.project(view.to_camera(np.array([point])))[0]


@pytest.mark.parametrize("fov", [35.0, 90.0, 100.0])
def test_pinhole_in_closed_form(fov: float) -> None:
    camera = replace(LEVEL, fov=np.radians(fov))
    focal = 160.0 / np.tan(np.radians(fov) / 2)
    assert pixel(camera, (20.0, -3.0, 1.0)) == pytest.approx((160 + focal * 3 / 20, 80 + focal * 0.5 / 20))


def test_edge_of_the_field_of_view_is_the_edge_of_the_picture() -> None:
    assert pixel(LEVEL, (10.0, 10.0, 1.5)) == pytest.approx((0.0, 80.0))
    assert pixel(LEVEL, (10.0, -10.0, 1.5)) == pytest.approx((320.0, 80.0))


def test_pitch_looks_down() -> None:
    camera = replace(LEVEL, pitch=np.radians(10.0))
    distance = 1.5 / np.tan(np.radians(10.0))
    assert pixel(camera, (distance, 0.0, 0.0)) == pytest.approx((160.0, 80.0))
    assert view_of(camera, 320, 160).horizon == pytest.approx(80 - 160 * np.tan(np.radians(10.0)))


def test_yaw_turns_left() -> None:
    camera = replace(LEVEL, yaw=np.radians(90.0))
    assert pixel(camera, (0.0, 10.0, 1.5)) == pytest.approx((160.0, 80.0))
    assert pixel(camera, (5.0, 10.0, 1.5))[0] > 160.0


def test_a_point_in_two_cameras_lies_on_one_ray() -> None:
    point = np.array([[9.0, 8.0, 1.0]])
    rays = []
    for name in ("front_wide", "front_left"):
        camera = next(c for c in RIG if c.name == name)
        view = view_of(camera, 320, 160)
        u, v = view.project(view.to_camera(point))[0]
        cam = np.array([(u - 160) / view.focal, (v - 80) / view.focal, 1.0])
        ray = cam @ view.axes
        ray *= (point[0, 0] - view.origin[0]) / ray[0]
        rays.append(view.origin + ray)
    assert rays[0] == pytest.approx(rays[1])
    assert rays[0] == pytest.approx(point[0])


def test_rays_are_the_inverse_of_projection() -> None:
    view = view_of(RIG[4], 64, 32)
    points = view.origin + view.rays() * 0.37
    uv = view.project(view.to_camera(points))
    u, v = np.meshgrid(np.arange(64) + 0.5, np.arange(32) + 0.5)
    assert uv == pytest.approx(np.stack([u, v], axis=-1))


def test_clipping_keeps_the_part_in_front() -> None:
    square = np.array([[[-1.0, 0.0, -1.0], [1.0, 0.0, -1.0], [1.0, 0.0, 3.0], [-1.0, 0.0, 3.0]]])
    clipped = clip_near(square)[0]
    assert clipped[:, 2].min() == pytest.approx(NEAR)
    x, z = clipped[:, 0], clipped[:, 2]
    area = 0.5 * abs((x * np.roll(z, -1) - np.roll(x, -1) * z).sum())
    assert area == pytest.approx(2.0 * (3.0 - NEAR))


def test_clipping_leaves_polygons_in_front_alone() -> None:
    rng = np.random.default_rng(1)
    triangle = rng.uniform(0.5, 9.0, (1, 3, 3))
    clipped = clip_near(triangle)[0]
    assert {tuple(p) for p in clipped.round(9)} == {tuple(p) for p in triangle[0].round(9)}


def test_polygons_behind_are_dropped() -> None:
    rig = Rig([view_of(LEVEL, 320, 160)] * 2)
    square = np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    both = np.stack([square + np.array([0, 0, 5.0]), square - np.array([0, 0, 5.0])])
    found = rig.project(np.concatenate([both, both]), np.array([0, 0, 1, 1]))
    assert found.camera.tolist() == [0, 1]
    assert found.index.tolist() == [0, 2]


def test_a_rig_sees_what_its_views_project() -> None:
    rig = Rig([view_of(c, 320, 160) for c in RIG])
    points = np.random.default_rng(2).uniform(-60.0, 60.0, (400, 3)) * (1.0, 1.0, 0.1)
    seen = rig.sees(points, np.zeros(len(points)))
    for view, mask in zip(rig.views, seen, strict=True):
        cam = view.to_camera(points)
        front = cam[:, 2] > NEAR
        uv = view.project(np.where(front[:, None], cam, 1.0))
        inside = (np.abs(uv - (160.0, 80.0)) < (160.0, 80.0)).all(axis=1)
        assert (mask == (front & inside)).all()
        assert mask.any()
