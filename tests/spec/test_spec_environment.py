# Light and weather as authors write them, and what a scenario makes of them.

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.environment import Environment, Sun
from mkdocs_worldmodel.spec.block import Place, parse_block

HERE = Path(__file__).parent


def environment(text: str) -> Environment:
    block = f"scenario:\n  ego: {{speed: 10}}\n  environment: {text}\n"
    return compose(parse_block(block, Place(HERE, (HERE,)))).environment


def test_the_weather_says_how_wet_the_road_is_and_the_author_may_say_otherwise() -> None:
    for weather, surface in (
        ("clear", "dry"),
        ("overcast", "dry"),
        ("rain", "wet"),
        ("fog", "moist"),
        ("snow", "moist"),
    ):
        found = environment(f"{{weather: {weather}}}")
        assert (found.wetness, found.surface) == (None, surface)
        assert environment(f"{{weather: {weather}, wetness: wet}}").surface == "wet"


def test_values_carry_units() -> None:
    found = environment("{time_of_day: sunrise, visibility: 0.4 km, sun: {azimuth: -45°, elevation: 12°}}")
    assert found.visibility == 400.0
    assert found.sun == Sun(pytest.approx(-0.25 * math.pi), pytest.approx(math.radians(12.0)))
    assert (found.time_of_day, found.weather, found.wetness) == ("sunrise", "clear", None)
    empty = environment("{}")
    assert (empty.time_of_day, empty.weather, empty.visibility, empty.sun) == ("day", "clear", None, None)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("{weather: snwo}", "weather", "did you mean snow?"),
        ("{time_of_day: sunrize}", "time_of_day", "did you mean sunrise?"),
        ("{wetness: soaked}", "wetness", "dry, moist"),
        ("{visibility: 0 m}", "visibility", "0 m"),
        ("{visibility: 3 s}", "visibility", "s measures time"),
        ("{sun: {azimuth: 135°}}", "elevation", "missing"),
        ("{sun: {azimuth: 400°, elevation: 20°}}", "azimuth", "full turn"),
        ("{sun: {azimuth: 135, elevation: 20°}}", "azimuth", "did you mean 135°?"),
        ("{sun: {azimuth: 0°, elevation: -5°}}", "elevation", "1° to 90°"),
        ("{sun: {azimuth: 0°, elevation: 91°}}", "elevation", "1° to 90°"),
        ("{sun: 20°}", "sun", ""),
        ("{time_of_day: night, sun: {azimuth: 0°, elevation: 20°}}", "sun", "at night there is no sun"),
        ("{time_of_day: dusk, sun: {azimuth: 0°, elevation: 20°}}", "sun", "15°"),
        ("{time_of_day: [1], sun: {azimuth: 0°, elevation: 20°}}", "time_of_day", ""),
    ],
)
def test_impossible_weather_is_a_mistake_at_its_key(text: str, key: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        environment(text)
    assert len(caught.value.mistakes) == 1
    assert key in str(caught.value)
    assert message in str(caught.value)
