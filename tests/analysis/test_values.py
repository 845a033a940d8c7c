# Numbers that running text may name: they are those of the table, in SI, and known by names that stay.

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mkdocs_worldmodel.analysis.analysis import Analysis
from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from mkdocs_worldmodel.analysis.values import Value, in_unit, values
from mkdocs_worldmodel.pipeline import examine, understand
from mkdocs_worldmodel.spec.block import Place

ROWS = {
    "min_ttc": "(TTC)", "min_thw": "(THW)", "min_gap": "Smallest gap to", "max_speed": "Highest speed",
    "min_speed": "Lowest speed", "max_deceleration": "Strongest braking", "distance_driven": "Distance driven",
    "duration": "Duration",
}  # fmt: skip


def analysed(scenario: str, driver: str = "idm") -> Analysis:
    here = Path(__file__).parent
    return examine(understand(f"driver: {driver}\nscenario: {scenario}", Place(here, (here,))))[1]


@pytest.fixture(scope="module")
def cut_in() -> Analysis:
    return analysed("library/r157-cut-in")


def test_names_stay(cut_in: Analysis) -> None:
    ego = {name for name in values(cut_in.readings) if "." not in name}
    assert ego == {
        "duration", "distance_driven", "min_speed", "max_speed", "min_acceleration", "max_acceleration",
        "max_deceleration", "min_lateral_acceleration", "max_lateral_acceleration", "min_jerk", "max_jerk",
        "min_yaw_rate", "max_yaw_rate", "min_heading", "max_heading", "min_lane_offset", "max_lane_offset",
        "min_speed_limit", "max_speed_limit", "max_speed_limit_excess", "min_gap", "min_thw", "min_ttc", "max_drac",
        "max_required_deceleration", "max_rss_distance", "min_rss_margin", "min_distance", "min_ttc_2d", "pet",
        "impact_speed", "closing_speed", "overlap", "impact_position",
    }  # fmt: skip


def test_they_are_those_of_the_table(cut_in: Analysis) -> None:
    found = values(cut_in.readings)
    for name, label in ROWS.items():
        number = next(n for n in cut_in.numbers if label in str(n.label))
        value = found[name]
        if number.value is None:
            assert value.value is None
            continue
        assert value.unit == number.unit
        assert in_unit(value, value.unit) == pytest.approx(number.value, abs=1e-4)
        assert value.time == (None if number.time is None else pytest.approx(number.time, abs=1e-6))


def test_others_have_what_is_their_own(cut_in: Analysis) -> None:
    found = {name.removeprefix("challenger.") for name in values(cut_in.readings) if name.startswith("challenger.")}
    assert {"max_speed", "distance_driven", "impact_speed"} <= found
    assert not {name for name in found if name.removeprefix("min_") in {"ttc", "gap", "distance"}}


def test_a_contact_has_a_speed_and_a_time() -> None:
    wall = "{kind: obstacle, lane: 1, ahead: 15 m}"
    crash = analysed(f"{{ego: {{speed: 54 km/h}}, actors: {{wall: {wall}}}, stop: {{time: 3 s}}}}", driver="constant")
    found = values(crash.readings)
    assert crash.contact is not None
    assert found["impact_speed"].value is not None
    assert found["impact_speed"].time == pytest.approx(crash.contact.time, abs=1e-6)
    assert found["duration"].value == pytest.approx(float(crash.readings.run.time[crash.last]))


def test_they_fit_into_json(cut_in: Analysis) -> None:
    listed = {name: [v.value, v.unit, v.time] for name, v in values(cut_in.readings).items()}
    again = {name: Value(*each) for name, each in json.loads(json.dumps(listed, allow_nan=False)).items()}
    assert again == values(cut_in.readings)


@pytest.mark.parametrize(("value", "unit", "expected"), [
    (Value(25.0, "km/h", None), "km/h", 90.0), (Value(25.0, "km/h", None), "m/s", 25.0),
    (Value(0.5, "%", None), "%", 50.0), (Value(3.0, "s", None), "ms", 3000.0), (Value(3.0, "", None), "", 3.0),
    (Value(0.1, "°/s", None), "°/s", 5.729578), (Value(0.1, "°/s", None), "rad/s", 0.1),
])  # fmt: skip
def test_units_are_converted(value: Value, unit: str, expected: float) -> None:
    assert in_unit(value, unit) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("own", "unit"), [("s", "m"), ("km/h", "s"), ("°/s", "°"), ("m", "parsec"), ("", "m"), ("m", "")]
)
def test_other_units_are_refused_with_those_that_fit(own: str, unit: str) -> None:
    with pytest.raises(ValueError, match="is no unit of this value") as raised:
        in_unit(Value(1.0, own, None), unit)
    assert raised.value.args[1].startswith("write ")


def test_every_quantity_has_a_unit_that_can_be_converted() -> None:
    for quantity in QUANTITIES.values():
        assert in_unit(Value(1.0, quantity.unit, None), quantity.unit) == pytest.approx(quantity.factor, rel=1e-9)
