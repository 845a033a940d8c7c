# The map: the ego's accent, directions, scale.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from camera_scenes import LEFT, STRAIGHT, User, road_of, rollout_on, traffic_of

from mkdocs_worldmodel.camera.top_view import EGO, TopView
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.road import RoadNetwork


def view_of(users: Sequence[User], kind: Any = "motorway", pieces: Any = STRAIGHT, **options: Any) -> TopView:
    road = road_of(kind, pieces)
    return TopView(rollout_on(road, users), RoadNetwork((road,)), Environment(), **options)


def places(image: np.ndarray, colour: tuple[float, ...], within: int = 12) -> np.ndarray:
    """Pixels (row, column) of about that colour."""
    return np.argwhere(np.abs(image.astype(int) - np.array(colour)).max(axis=-1) <= within)


def test_same_bytes_again() -> None:
    one, other = (view_of(traffic_of("town"), "town", LEFT) for _ in range(2))
    last, first = one.frame(19), one.frame(0)
    assert other.frame(0).tobytes() == first.tobytes()
    assert other.frame(19).tobytes() == last.tobytes()


def test_the_ego_lies_left_of_the_middle_and_points_right() -> None:
    image = view_of([("car", -2, 200, 0, 0, 1)]).frame(0)
    assert image.shape == (160, 640, 3)
    found = places(image, EGO)
    row, column = found.mean(axis=0)
    assert abs(row - 80) < 3
    assert 200 < column < 300


def test_scale_and_sides() -> None:
    users = [("car", -2, 200, 0, 0, 1), ("car", -1, 220, 0, 0, 1)]
    image = view_of(users, pixels_per_metre=5.0, colours=["#808080", "#c00080"]).frame(0)
    ego, other = places(image, EGO).mean(axis=0), places(image, (165.0, 0.0, 110.0), 30).mean(axis=0)
    assert other[1] - ego[1] == 100 + np.clip(other[1] - ego[1] - 100, -3, 3)
    assert ego[0] - other[0] == 3.75 * 5 + np.clip(ego[0] - other[0] - 3.75 * 5, -2, 2)


def test_small_maps_keep_their_content() -> None:
    image = view_of(traffic_of("motorway"), size=(320, 96), pixels_per_metre=2.5).frame(10)
    assert image.shape == (96, 320, 3)
    assert len(places(image, EGO)) > 20


def test_brake_lights_show() -> None:
    def red(deceleration: float) -> int:
        users = [("car", -2, 200, 0, 0, 1), ("car", -2, 215, 30, deceleration, 1)]
        return len(places(view_of(users, colours=["#808080", "#444444"]).frame(0), (232, 40, 32), 40))

    assert red(0.0) == 0
    assert red(-2.0) > 4


def test_the_scale_bar_of_a_small_map_leaves_the_ego_free() -> None:
    for size in ((64, 32), (96, 48), (128, 32)):
        image = view_of(traffic_of("town"), "town", size=size, pixels_per_metre=size[1] / 40.0).frame(0)
        assert len(places(image, EGO, 60)) > 2
        y, x = size[1] // 2, round(0.36 * size[0])
        assert np.argwhere((image[y - 1 : y + 2, x - 2 : x + 3] > 235).all(axis=-1)).size == 0
