# Where views stand in a film's picture: as the driver looks, whatever the rig.

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.figure.mosaic import MOST, TOP, Mosaic, layout
from mkdocs_worldmodel.scenario.rig import RIG, Camera


def camera(yaw: float, name: str = "", fov: float = 90.0) -> Camera:
    return Camera(name or f"{yaw:g}", "A camera", 1.0, 0.0, 1.5, math.radians(yaw), 0.0, math.radians(fov))


def drawn(mosaic: Mosaic) -> str:
    """A letter drawing: one word for each unit's square."""
    unit = min(t[3] for t in mosaic.tiles.values())
    grid = np.full((mosaic.height // unit, mosaic.width // unit), "-", dtype=object)
    for name, tile in mosaic.tiles.items():
        x, y, w, h = (v // unit for v in tile)
        grid[y : y + h, x : x + w] = name
    return "\n".join(" ".join(row[:: 2 if len(row) > 4 else 1]) for row in grid)


GOLDEN = {
    "0": "0 0 0 0\n0 0 0 0\ntop top top top",
    "0 180": "0 0 180 180\n0 0 180 180\ntop top top top",
    "0 50": "50 50 0 0\n50 50 0 0\ntop top top top",
    "0 50 -50": "0 0 0 0\n0 0 0 0\n50 50 -50 -50\ntop top top top",
    "0 50 -50 180": "0 0 0 0\n0 0 0 0\n50 50 -50 -50\ntop top 180 180",
    "0 50 130": "50 0 0\n130 0 0\ntop top top",
    "0 -50 -130 180": "0 0 -50\n0 0 -130\ntop top 180",
    "0 50 -50 130 -130": "50 0 0 -50\n130 0 0 -130\ntop top top top",
    "0 50 -50 130 -130 180": "50 0 0 -50\n130 0 0 -130\ntop top top 180",
    "0 45 90 135 180 -135 -90 -45": "45 0 0 0 -45\n90 0 0 0 -90\n135 0 0 0 -135\ntop top top top 180",
    "0 30 -30 60 -60 90 -90 120 -120 150 -150 180":
        "60 30 0 0 -30 -60\n120 90 0 0 -90 -120\n150 top top top 180 -150",
}  # fmt: skip


@pytest.mark.parametrize("yaws", GOLDEN)
def test_views_stand_as_the_driver_looks(yaws: str) -> None:
    assert drawn(layout([camera(float(yaw)) for yaw in yaws.split()])) == GOLDEN[yaws]
    assert drawn(layout([camera(float(yaw)) for yaw in reversed(yaws.split())])) == GOLDEN[yaws]


def test_the_default_rig_is_as_readers_know_it() -> None:
    assert drawn(layout(RIG)) == (
        "front_left front_wide front_wide front_right\n"
        "rear_left front_wide front_wide rear_right\n"
        "front_narrow top top rear"
    )
    assert layout(RIG).tiles["front_wide"] == (320, 0, 640, 320)


def test_of_two_that_look_ahead_the_wider_view_is_the_large_one() -> None:
    assert layout([camera(0.0, "narrow", 30.0), camera(0.0, "wide", 100.0), camera(180.0)]).main == "wide"


@pytest.mark.parametrize(
    ("count", "width", "expected"),
    [(7, 640, (640, 1280, 480)), (7, 320, (320, 640, 240)), (7, 480, (512, 1024, 384)), (7, 160, (192, 384, 144)),
     (7, 1280, (960, 1920, 720)), (1, 1280, (1280, 1280, 960)), (8, 640, (672, 1120, 448)),
     (12, 1280, (640, 1920, 480))],
)  # fmt: skip
def test_the_width_is_that_of_the_largest_view_as_far_as_tiles_can_have_it(
    count: int, width: int, expected: tuple[int, int, int]
) -> None:
    rig = RIG if count == 7 else [camera(360.0 * i / count) for i in range(count)]
    mosaic = layout(rig, width)
    assert (mosaic.size(mosaic.main)[0], mosaic.width, mosaic.height) == expected


@settings(max_examples=300, deadline=None)
@given(
    yaws=st.lists(st.floats(-180.0, 180.0), min_size=1, max_size=12, unique=True),
    width=st.integers(160, 1280),
)
def test_any_rig_fills_a_picture_that_players_can_show(yaws: list[float], width: int) -> None:
    mosaic = layout([camera(yaw, f"c{i}") for i, yaw in enumerate(yaws)], width)
    assert mosaic.width <= MOST[0]
    assert mosaic.height <= MOST[1]
    seen = np.zeros((mosaic.height // 16, mosaic.width // 16), dtype=int)
    for name, tile in mosaic.tiles.items():
        assert all(v % 16 == 0 for v in tile)
        x, y, w, h = (v // 16 for v in tile)
        seen[y : y + h, x : x + w] += 1
        assert w == 2 * h or name == TOP
    assert (seen == 1).all()
    assert set(mosaic.tiles) == {*(f"c{i}" for i in range(len(yaws))), TOP}
    assert mosaic.size(mosaic.main)[0] == max(mosaic.size(f"c{i}")[0] for i in range(len(yaws)))
