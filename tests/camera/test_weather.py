# Light and weather: where shadows fall, how far one sees, what falls from the sky and lies on the ground.

from __future__ import annotations

from itertools import combinations
from typing import Any, get_args

import numpy as np
import pytest
from camera_scenes import network_of, rollout_on, traffic_of
from junction_scenes import placed

from mkdocs_worldmodel.camera.light.falling import Falling
from mkdocs_worldmodel.camera.light.weather import light_of
from mkdocs_worldmodel.camera.projection import Rig, view_of
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.environment import Environment, Sun, TimeOfDay, Weather
from mkdocs_worldmodel.scenario.rig import RIG, Camera
from mkdocs_worldmodel.scenario.road_user import BODIES

SIZES = [(320, 160)] * 7
RURAL = network_of("rural")
TIMES, WEATHERS = get_args(TimeOfDay), get_args(Weather)


def picture(environment: Environment, rollout: Rollout | None = None, k: int = 0, camera: int = 0) -> np.ndarray:
    run = rollout or rollout_on(RURAL.roads[0], traffic_of("rural"))
    frame = CameraRenderer(run, RURAL, environment, [RIG[camera]], SIZES[:1]).frame(k)[0]
    return np.asarray(frame.astype(float))


@pytest.mark.parametrize("weather", WEATHERS)
def test_sunrise_is_between_night_and_day(weather: Weather) -> None:
    night, sunrise, day = (picture(Environment(t, weather)).mean() for t in ("night", "sunrise", "day"))
    assert night + 15 < sunrise < day - 8


def test_no_two_skies_look_the_same() -> None:
    pictures = [picture(Environment(time, weather)) for time in TIMES for weather in WEATHERS]
    for one, other in combinations(pictures, 2):
        assert np.abs(one - other).mean() > 2.0


@pytest.mark.parametrize(("azimuth", "side"), [(90.0, -1.0), (-90.0, 1.0)])
@pytest.mark.parametrize("elevation", [12.0, 35.0])
def test_shadows_fall_away_from_the_sun_and_grow_as_it_sinks(azimuth: float, side: float, elevation: float) -> None:
    # seen from above: what a van changes on the ground, its own box aside
    above = Camera("above", "Above", 20.0, 0.0, 30.0, 0.0, 0.5 * np.pi - 1e-6, 1.2)
    environment = Environment(sun=Sun(np.radians(azimuth), np.radians(elevation)))
    ego, van = ("car", 300.0, 0.0, 0.0, 0.0), ("van", 319.0, 0.0, 0.0, 0.0)
    frames = [
        CameraRenderer(placed(RURAL, users), RURAL, environment, [above], [(400, 400)]).frame(0)[0].astype(float)
        for users in ([ego], [ego, van])
    ]
    _, columns = np.nonzero(np.abs(frames[1] - frames[0]).max(axis=-1) > 20)
    metres = (200.0 - columns) / view_of(above, 400, 400).focal * 30.0  # to the left
    body, shadow = 0.5 * BODIES["van"].width, 0.92 * BODIES["van"].height / np.tan(np.radians(elevation))
    assert (metres * side).max() == pytest.approx(body + shadow, rel=0.15)
    assert (-metres * side).max() < body + 0.5


def test_visibility_says_where_things_fade() -> None:
    def contrast(environment: Environment, gap: float) -> float:
        run = rollout_on(RURAL.roads[0], [("car", -1, 200, 20, 0, 1), ("car", -1, 200 + gap, 20, 0, 1)])
        alone = rollout_on(RURAL.roads[0], [("car", -1, 200, 20, 0, 1)])
        return float(np.abs(picture(environment, run, camera=1) - picture(environment, alone, camera=1)).max())

    for visibility in (60.0, 120.0):
        fog = Environment("day", "fog", visibility=visibility)
        assert contrast(fog, 0.25 * visibility) > 40
        assert contrast(fog, 1.2 * visibility) < 22  # head lamps pierce it
        assert light_of(fog).sight == pytest.approx(visibility)


def test_a_wet_road_mirrors_lights_and_a_dry_one_does_not() -> None:
    run = rollout_on(RURAL.roads[0], [("car", -1, 200, 20, 0, 1), ("car", -1, 225, 20, -2, 1)])
    red = []
    for wetness in ("dry", "moist", "wet"):
        image = picture(Environment("night", "clear", wetness=wetness), run, camera=1)[95:135, 130:190]
        red.append(float((image[..., 0] - image[..., 1]).clip(12).sum()))
    assert red[2] > 1.15 * red[0]
    dry, moist, wet = (picture(Environment(wetness=w), run)[120:, :, :].mean() for w in ("dry", "moist", "wet"))
    assert dry > moist + 2
    assert dry > wet


def test_snow_lies_beside_the_road_and_not_in_the_tracks() -> None:
    clear, snow = (picture(Environment(weather=w), camera=3) for w in ("overcast", "snow"))
    assert snow[80:].mean() > clear[80:].mean() + 40
    verge = picture(Environment(weather="snow"), camera=0)[150]
    assert verge[300:].mean() > verge[120:200].min() + 50


@pytest.mark.parametrize("weather", ["rain", "snow"])
def test_what_falls_goes_on_falling(weather: Any) -> None:
    run = rollout_on(RURAL.roads[0], [("car", -1, 200.0, 0.0, 0.0, 1)], rows=40, dt=0.01)
    rig = Rig([view_of(c, 320, 160) for c in RIG])
    falling = Falling(rig, light_of(Environment(weather=weather)), run)

    def places(k: int) -> np.ndarray:
        return np.concatenate([lines[:, 0] for lines, _, _ in falling.at(k)[0]]) / 64.0

    before, now = places(10), places(11)
    assert 20 < len(before) < 800
    down = []
    for x, y in before:
        away = np.hypot(now[:, 0] - x, now[:, 1] - y)
        if away.min() < 12:
            down.append(now[away.argmin(), 1] - y)
    assert len(down) > 0.7 * len(before)
    assert np.median(down) > 0.1
    again = Falling(rig, light_of(Environment(weather=weather)), run).at(11)
    assert all((a[0] == b[0]).all() for a, b in zip(again[0], falling.at(11)[0], strict=True))
    assert not any(Falling(rig, light_of(Environment()), run).at(3))


@pytest.mark.parametrize("time", ["dusk", "night"])
def test_a_wet_road_mirrors_the_tail_lamps_of_who_drives_ahead(time: TimeOfDay) -> None:
    users = [("car", 300.0, 0.0, 0.0, 0.0), ("car", 314.0, 0.0, 0.0, 0.0)]
    wet, dry = (picture(Environment(time, w), placed(RURAL, users, rows=2)) for w in ("rain", "overcast"))
    road = (slice(94, 106), slice(140, 180))  # below the bumper of the car ahead
    red = [p[road][..., 0] - p[road][..., 1:].mean(axis=-1) for p in (wet, dry)]
    assert red[0].max() > red[1].max() + 25.0


@pytest.mark.parametrize("time", ["dusk", "night"])
def test_rain_in_the_dark_leaves_the_sky_as_bright_as_a_covered_one(time: TimeOfDay) -> None:
    rain, covered = (light_of(Environment(time, w)) for w in ("rain", "overcast"))
    assert 0.9 < np.mean(rain.horizon) / np.mean(covered.horizon) < 1.4
    assert np.mean(rain.horizon) < np.mean(light_of(Environment("day", "rain")).horizon) * 0.8
