# Traffic lights and signs: what their lamps show, to whom, and how far one sees it.

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from junction_scenes import CENTRE, REACH, crossing, placed

from mkdocs_worldmodel.camera.light.weather import light_of
from mkdocs_worldmodel.camera.mesh import Role
from mkdocs_worldmodel.camera.projection import to_vehicle, view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.surroundings.furniture import Furniture, facing_of, shown
from mkdocs_worldmodel.camera.surroundings.signs import LAMP_HEIGHTS, sign_mesh
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.environment import Environment
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.road import Signal

NET = crossing()
LIGHT = NET.roads[0].signals[0]
SKIES: list[Any] = [("day", "clear"), ("day", "rain"), ("dusk", "overcast"), ("night", "clear")]


def lamp_colours(aspect: str, sky: Any, distance: float = 40.0) -> dict[Role, np.ndarray]:
    """Brightest pixel around each lamp of the traffic light, in the wide front camera at 320 x 160."""
    front = RIG[0].x
    ego = ("car", LIGHT.s - distance - front, -1.6, 0.0, 0.0)
    rollout = placed(NET, [ego], ASPECTS.index(aspect))
    image = CameraRenderer(rollout, NET, Environment(*sky), RIG[:1], [(320, 160)]).frame(0)[0].astype(int)
    view = view_of(RIG[0], 320, 160)
    out = {}
    for role, z in LAMP_HEIGHTS["traffic light"].items():
        place = to_vehicle(np.array([[LIGHT.s, LIGHT.t, z]]), ego[1], ego[2], 0.0)
        u, v = np.floor(view.project(view.to_camera(place))[0]).astype(int)
        out[role] = image[v, u]
    return out


@pytest.mark.parametrize("sky", SKIES)
def test_lamps_follow_the_signal_and_are_seen_from_forty_metres(sky: Any) -> None:
    red, green, off = (lamp_colours(aspect, sky) for aspect in ("red", "green", "off"))
    amber = lamp_colours("amber", sky)
    r, g, b = red[Role.LAMP_RED]
    assert r > 120
    assert r > max(g, b) + 50
    r, g, b = green[Role.LAMP_GREEN]
    assert g > 100
    assert g > r + 40
    r, g, b = amber[Role.LAMP_AMBER]
    assert r > 110
    assert r > b + 45
    assert g > b
    for lamp, colour in off.items():
        assert colour.max() - colour.min() < 45, lamp
    assert red[Role.LAMP_GREEN][1] < 110
    assert green[Role.LAMP_RED][0] < 130


def test_a_flashing_light_goes_out_by_turns() -> None:
    assert shown("amber flashing", 0.0) == (Role.LAMP_AMBER,)
    assert shown("amber flashing", 0.5) == ()
    assert shown("amber flashing", 1.0) == shown("amber flashing", 7.0)
    assert shown("red amber", 0.3) == (Role.LAMP_RED, Role.LAMP_AMBER)
    assert set(ASPECTS) == {a for a in ASPECTS if shown(a, 0.0) is not None}


def test_signals_look_at_their_traffic() -> None:
    forward = Signal("a", "stop", 10.0, -4.0, 1)
    assert facing_of(forward, 0.3) == pytest.approx(0.3 + np.pi)
    assert np.cos(facing_of(replace(forward, direction=-1), 0.3) - 0.3) == pytest.approx(1.0)
    # a pedestrian light on the right looks to the left, across the road
    walk = replace(forward, type="pedestrian light")
    assert facing_of(walk, 0.0) == pytest.approx(0.5 * np.pi)


def test_the_back_of_a_light_shows_no_lamp() -> None:
    rollout = placed(NET, [("car", CENTRE - REACH - 2.0, 0.0, np.pi, 0.0)], ASPECTS.index("red"))
    furniture = Furniture(rollout, NET, light_of(Environment()), np.array([0.0, 0.0, 1.0]))
    found = furniture.at((CENTRE, 0.0, np.pi), 0)
    (lamp, *_) = [each for each in found.lamps if abs(each.z - LAMP_HEIGHTS["traffic light"][Role.LAMP_RED]) < 1e-9]
    # it shines away from who has passed it
    assert np.cos(lamp.facing) > 0.99
    assert lamp.x > 0.0


@pytest.mark.parametrize(("value", "strokes"), [(30 / 3.6, 11), (130 / 3.6, 13), (80 / 3.6, 13), (None, 5)])
def test_a_speed_limit_shows_its_number(value: float | None, strokes: int) -> None:
    mesh = sign_mesh(Signal("limit", "speed limit", 0.0, 0.0, 1, value))
    assert ((mesh.role == Role.GRILLE) & (mesh.layer == 4)).sum() == strokes


def test_the_number_reads_from_left_to_right() -> None:
    mesh = sign_mesh(Signal("limit", "speed limit", 0.0, 0.0, 1, 70 / 3.6))
    strokes = mesh.points[(mesh.role == Role.GRILLE) & (mesh.layer == 4)]
    # a 7 (three strokes) on the left of who looks at it, that is at negative y, a 0 (six) on the right
    assert (strokes[..., 1].mean(axis=1) < 0).sum() == 3
    assert (strokes[..., 1].mean(axis=1) > 0).sum() == 6


def test_the_map_shows_the_lights() -> None:
    ego = ("car", LIGHT.s - 30.0, -1.6, 0.0, 0.0)
    for aspect, colour in (("red", (255, 48, 36)), ("green", (48, 255, 150))):
        rollout = placed(NET, [ego], ASPECTS.index(aspect))
        image = TopView(rollout, NET, Environment(), (640, 160), 4.0).frame(0).astype(int)
        assert (np.abs(image - colour).max(axis=-1) < 40).sum() >= 4
