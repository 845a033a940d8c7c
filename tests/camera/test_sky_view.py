# The sky as cameras see it that look up, even so far that they see nothing else.

from __future__ import annotations

import numpy as np
import pytest
from camera_scenes import network_of, rollout_on

from mkdocs_worldmodel.camera.projection import view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.scenario.environment import Environment, Weather
from mkdocs_worldmodel.scenario.rig import Camera

ROAD = network_of("rural")
ALONE = rollout_on(ROAD.roads[0], [("car", -1, 200, 10, 0, 1)])


def seen(pitch: float, fov: float, size: tuple[int, int], weather: Weather = "clear", yaw: float = 0.0) -> np.ndarray:
    """What a camera sees that looks down by `pitch` [degrees]."""
    camera = Camera("own", "Own", 1.0, 0.0, 2.0, np.radians(yaw), np.radians(pitch), np.radians(fov))
    return CameraRenderer(ALONE, ROAD, Environment("day", weather), [camera], [size]).frame(0)[0]


@pytest.mark.parametrize("weather", ["clear", "rain", "snow", "fog"])
@pytest.mark.parametrize("size", [(160, 80), (320, 160), (640, 320)])
@pytest.mark.parametrize(("pitch", "fov"), [(-30, 10), (-30, 60), (-30, 140), (-12, 20), (-5, 10)])
def test_a_camera_may_look_up_as_far_as_authors_may_write(
    pitch: float, fov: float, size: tuple[int, int], weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = []
    for filled in (0, 255):  # what is not painted would show
        with monkeypatch.context() as patch:
            patch.setattr(
                np, "empty", lambda shape, dtype=float, order="C", filled=filled: np.full(shape, filled, dtype, order)
            )
            pictures.append(seen(pitch, fov, size, weather, yaw=70.0))
    assert pictures[0].shape == (size[1], size[0], 3)
    assert pictures[0].tobytes() == pictures[1].tobytes()


def test_a_camera_that_looks_up_sees_the_sky_that_a_level_one_sees() -> None:
    up, level = seen(-20, 20, (320, 160)), seen(0, 100, (1280, 640))
    sharp, wide = (
        Camera("own", "Own", 1.0, 0.0, 2.0, 0.0, np.radians(p), np.radians(f)) for p, f in ((-20, 20), (0, 100))
    )
    narrow, view = view_of(sharp, 320, 160), view_of(wide, 1280, 640)
    assert narrow.horizon > 2 * 160  # nothing but sky
    for row, column in ((20, 30), (80, 160), (140, 290)):
        ray = narrow.rays()[row, column]
        u, v = view.project(view.to_camera(view.origin + ray)[None])[0]
        near = level[int(v) - 2 : int(v) + 3, int(u) - 2 : int(u) + 3].reshape(-1, 3).mean(axis=0)
        assert up[row, column] == pytest.approx(near, abs=6)
