from __future__ import annotations

import pytest

from mkdocs_worldmodel.analysis import expect
from mkdocs_worldmodel.analysis.analysis import analyse
from mkdocs_worldmodel.rollout.record import quantised
from scenes import run, scenario

FOLLOWING = """
    ego: {speed: 100 km/h}
    actors: {lead_car: {lane: 1, ahead: 50 m, speed: 80 km/h, driver: constant}}
    stop: {time: 3 s}
    """
CLOSE = 20 / 3.6


def verdicts(text: str, *expectations: str, driver: str = "constant") -> list[expect.Verdict]:
    built = scenario(text, driver=driver)
    return list(analyse(built, quantised(run(text, driver=driver)), [expect.parse(e) for e in expectations]).verdicts)


@pytest.mark.parametrize(
    ("text", "quantity", "above", "or_equal", "limit"),
    [
        ("min ttc > 1.5 s", "ttc", True, False, 1.5),
        ("min ttc >= 1.5", "ttc", True, True, 1.5),
        ("  MIN   TTC≥1500 ms ", "ttc", True, True, 1.5),
        ("max speed ≤ 130 km/h", "speed", False, True, 130 / 3.6),
        ("max deceleration < 4 m/s²", "deceleration", False, False, 4.0),
        ("min acceleration > -4", "acceleration", True, False, -4.0),
        ("min gap > 5 m", "gap", True, False, 5.0),
        ("min thw > 0.9 s", "thw", True, False, 0.9),
    ],
)
def test_an_expectation_is_read(text: str, quantity: str, above: bool, or_equal: bool, limit: float) -> None:
    e = expect.parse(text)
    assert (e.quantity, e.above, e.or_equal, e.limit) == (quantity, above, or_equal, pytest.approx(limit))
    assert e.text == text


@pytest.mark.parametrize("text", ["no collision", "No  collision", "no collision "])
def test_no_collision_is_read_however_it_is_spaced(text: str) -> None:
    assert expect.parse(text).quantity == ""


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("no colision", "not understood", "no collision"),
        ("ttc > 1.5 s", "not understood", "min ttc"),
        ("min ttc = 1.5 s", "not understood", "min ttc"),
        ("min ttc >", "not understood", "min ttc"),
        ("", "not understood", "min ttc"),
        ("mim ttc > 1 s", "'mim'", "did you mean min?"),
        ("min tcc > 1 s", "'tcc'", "did you mean ttc?"),
        ("min jerk > 1 s", "'jerk'", "known: ttc"),
        ("min ttc > 1.5 m", "m measures length", "1.5 s"),
        ("max speed < 130", "hardly meant", "did you mean 130 km/h?"),
        ("min ttc > soon", "is not a time", "1.5 s"),
        ("min ttc > 1.2.3", "is not a time", "1.5 s"),
        ("min ttc > 1e999 s", "not finite", "1.5 s"),
        ("min ttc > {0} s", "is not a time", "1.5 s"),
    ],
)
def test_what_is_not_understood_gets_a_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r"understood|unknown|in '") as error:
        expect.parse(text)
    assert message in error.value.args[0]
    assert hint in error.value.args[1]


def test_expectations_are_held_against_the_run() -> None:
    found = verdicts(
        FOLLOWING,
        "min gap > 30 m",
        "min gap > 34 m",
        "min ttc > 5 s",
        "max ttc < 9.1 s",
        "min thw < 1.5 s",
        "no collision",
    )
    assert [v.held for v in found] == [True, False, True, True, True, True]
    gap = 50 - 3 * CLOSE
    assert found[0].measured == f"min gap = {gap:.2f} m at 3.00 s"
    assert found[2].measured == f"min ttc = {gap / CLOSE:.2f} s at 3.00 s"
    assert found[5].measured == "no contact"


@pytest.mark.parametrize(
    ("sign", "held"), [("<", False), ("<=", True), ("≤", True), (">", False), (">=", True), ("≥", True)]
)
def test_a_value_at_the_limit_is_equal_in_spite_of_rounding(sign: str, held: bool) -> None:
    # 100 km/h and 80 km/h have no finite decimals in m/s
    for speed in (100, 80):
        text = f"ego: {{speed: {speed} km/h}}\nstop: {{time: 1 s}}"
        assert [v.held for v in verdicts(text, f"max speed {sign} {speed} km/h")] == [held]


def test_what_was_never_measured_is_said_to_be_so() -> None:
    found = verdicts("ego: {speed: 10 m/s}", "min ttc > 2 s", "min gap > 3 m", "min thw > 1 s", "max ttc < 2 s")
    assert [v.held for v in found] == [True, True, True, False]
    assert found[0].measured == "min ttc: none, as the ego did not close in on anyone"
    assert "nobody was in the ego's way" in found[1].measured


def test_a_collision_is_told_with_names_and_time() -> None:
    text = "ego: {speed: 10 m/s}\nactors: {red_van: {kind: van, lane: 1, ahead: 14.9 m, speed: 0}}"
    (found,) = verdicts(text, "no collision")
    assert (found.held, found.measured) == (False, "the ego and the red van collide at 1.50 s")
