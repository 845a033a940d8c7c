from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from mkdocs_worldmodel.spec.units import _FACTORS, parse_quantity

UNITS = [(dimension, unit, factor) for dimension, units in _FACTORS.items() for unit, factor in units.items()]
DIMENSIONS = list(_FACTORS)


def refused(value: object, dimension: str) -> tuple[str, str]:
    with pytest.raises(PydanticCustomError) as error:
        parse_quantity(value, dimension)
    context = error.value.context
    assert context is not None
    return context["message"], context["hint"]


@pytest.mark.parametrize(("dimension", "unit", "factor"), UNITS)
def test_every_unit_is_turned_into_si(dimension: str, unit: str, factor: float) -> None:
    assert parse_quantity(f"2.5 {unit}", dimension) == pytest.approx(2.5 * factor, rel=1e-15)
    assert parse_quantity(f"2.5{unit}", dimension) == parse_quantity(f"  2.5   {unit}  ", dimension)


@pytest.mark.parametrize(
    ("text", "dimension", "si"),
    [
        ("36 km/h", "speed", 10.0),
        ("1 mi", "length", 1609.344),
        ("2 min", "time", 120.0),
        ("180°", "angle", math.pi),
        ("1 g", "acceleration", 9.80665),
        ("1e2 m", "length", 100.0),
        (".5 s", "time", 0.5),
        ("5. s", "time", 5.0),
        ("-3 m/s²", "acceleration", -3.0),
        ("25\u00a0m", "length", 25.0),
        ("25\u202fkm", "length", 25_000.0),
    ],
)
def test_round_numbers(text: str, dimension: str, si: float) -> None:
    assert parse_quantity(text, dimension) == pytest.approx(si, rel=1e-15)


@given(st.floats(-60, 60), st.sampled_from(["length", "speed", "time", "acceleration"]))
def test_a_bare_number_is_si_as_number_and_as_text(number: float, dimension: str) -> None:
    assert parse_quantity(number, dimension) == number
    assert parse_quantity(repr(number), dimension) == number


@pytest.mark.parametrize("value", [100, "100", 100.0])
def test_a_bare_speed_above_70_is_hardly_meant(value: object) -> None:
    message, hint = refused(value, "speed")
    assert "bare number is in m/s" in message
    assert hint == "did you mean 100 km/h?"
    assert parse_quantity(70, "speed") == 70


def test_a_bare_angle_above_a_full_turn_is_hardly_meant() -> None:
    assert refused(-90, "angle")[1] == "did you mean -90°?"
    assert parse_quantity(6.28, "angle") == 6.28


@pytest.mark.parametrize(("dimension", "unit", "factor"), UNITS)
def test_a_unit_of_another_dimension_is_named(dimension: str, unit: str, factor: float) -> None:
    for other in DIMENSIONS:
        if unit not in _FACTORS[other]:
            message, hint = refused(f"3 {unit}", other)
            assert f"{unit} measures {dimension}" in message
            assert hint.startswith("write it like ")


@pytest.mark.parametrize("value", [True, False, None, [], [1], {}, {"a": 1}, b"1", object()])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_what_is_no_number_is_refused(value: object, dimension: str) -> None:
    assert "is not a" in refused(value, dimension)[0]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1e999 m", "-1e999", 10**400, -(10**400)])
def test_what_is_not_finite_is_refused(value: object) -> None:
    message, _ = refused(value, "length")
    assert "not finite" in message or "too large" in message


@pytest.mark.parametrize(
    "text",
    ["", " ", "m", "abc", "1,5 m", "1 2 m", "1 m 2", "١٢ m", "２ m", "1_000 m", "0x10 m", "--1 m", "1e m", "1..2",
     "nan", "inf", "infinity m", "25 parsec", "1:30", "½ m", "1 M", "{message}", "%s", "25" + " " * 90 + "km"],
)  # fmt: skip
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    message, hint = refused(text, "length")
    assert message
    assert hint == "write it like 25 m"


@given(st.text(max_size=200), st.sampled_from(DIMENSIONS))
def test_any_text_is_read_or_refused(text: str, dimension: str) -> None:
    try:
        number, message = parse_quantity(text, dimension), ""
    except PydanticCustomError as error:
        number, message = 0.0, (error.context or {})["message"]
    assert math.isfinite(number)
    assert len(message) < 200
