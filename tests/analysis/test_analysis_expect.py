# How expectations are read: every form, every mistake, and whatever else somebody may write.

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mkdocs_worldmodel.analysis.expect import check, parse
from mkdocs_worldmodel.analysis.expect.tree import (
    AllOf,
    AnyOf,
    Collides,
    Comparison,
    Constant,
    EventIs,
    LaneIs,
    LaneName,
    LaneOf,
    Not,
    Obeys,
    Passes,
    Series,
    Stops,
    Summary,
    Window,
)
from mkdocs_worldmodel.analysis.quantities import QUANTITIES
from scenes import scenario

SCENE = """
    road: {lanes: 2, oncoming: 1}
    ego: {lane: 1, speed: 100 km/h}
    actors:
      lead_car: {lane: 1, ahead: 50 m, speed: 80 km/h, driver: constant}
      lorry: {kind: truck, lane: 2, ahead: 80 m, speed: 80 km/h}
    story:
      - {name: Cut in, when: {time: 1 s}, do: {lead_car: {change_lane: {to: 2}}}}
      - {when: {time: 2 s}, do: {ego: {speed: {to: 5}}}}
    stop: {time: 3 s}
    """


@pytest.mark.parametrize(
    ("text", "quantity", "sign", "limit"),
    [
        ("min ttc > 1.5 s", "ttc", ">", 1.5),
        ("min ttc >= 1.5", "ttc", ">=", 1.5),
        ("  MIN   TTC≥1500 ms ", "ttc", ">=", 1.5),
        ("max speed ≤ 130 km/h", "speed", "<=", 130 / 3.6),
        ("max deceleration < 4 m/s²", "deceleration", "<", 4.0),
        ("max decel < 4 m/s^2", "deceleration", "<", 4.0),
        ("min acceleration > -4", "acceleration", ">", -4.0),
        ("min accel > –4 m/s2", "acceleration", ">", -4.0),
        ("max lateral acceleration < 3 m/s²", "lateral_acceleration", "<", 3.0),
        ("max lateral_acceleration < 0.3 g", "lateral_acceleration", "<", 0.3 * 9.80665),
        ("max yaw rate < 180 °/s", "yaw_rate", "<", 3.141592653589793),
        ("min gap != 5 m", "gap", "!=", 5.0),
    ],
)
def test_the_smallest_or_largest_value_is_compared(text: str, quantity: str, sign: str, limit: float) -> None:
    statement = parse(text).statement
    assert isinstance(statement, Comparison)
    summary, constant = statement.terms
    assert isinstance(summary, Summary)
    assert isinstance(constant, Constant)
    assert (summary.series.quantity, summary.series.user, statement.signs) == (quantity, "ego", (sign,))
    assert constant.value == pytest.approx(limit)
    assert parse(text).text == text


def test_all_forms_are_read() -> None:
    lorry = Series("speed", "lorry", None, "lorry.speed")
    ego = Series("speed", "ego", None, "ego.speed")
    fifty = Constant("14 m/s", 14.0)
    slow = Comparison((ego, fifty), ("<",), Window())
    same = LaneIs("lorry", True, LaneOf("ego"), Window())
    forms = {
        "no collision": Not(Collides(None, None)),
        "No  Collision ": Not(Collides(None, None)),
        "collision": Collides(None, None),
        "no collision with child": Not(Collides("ego", "child")),
        "no collision of lorry with child": Not(Collides("lorry", "child")),
        "collision of lorry": Collides("lorry", None),
        "ego collides with lorry": Collides("ego", "lorry"),
        "lorry does not collide": Not(Collides("lorry", None)),
        "ego.speed < 14 m/s": slow,
        "ego.speed < 14 m/s when lorry.lane == ego.lane": Comparison((ego, fifty), ("<",), Window(when=same)),
        "ego.speed < 14 m/s when not (lorry.lane == ego.lane or ego.speed < 14 m/s)": Comparison(
            (ego, fifty), ("<",), Window(when=Not(AnyOf((same, slow))))
        ),
        "ego.speed < 14 m/s from 3 s to 6 s": Comparison((ego, fifty), ("<",), Window(3.0, 6.0)),
        "ego.speed < 14 m/s from cut in to 6 s": Comparison((ego, fifty), ("<",), Window("cut in", 6.0)),
        "ego.speed < 14 m/s after cut in": Comparison((ego, fifty), ("<",), Window("cut in")),
        'ego.speed < 14 m/s until "stop, then go"': Comparison((ego, fifty), ("<",), Window(until="stop, then go")),
        "ego.speed < 14 m/s at 4 s": Comparison((ego, fifty), ("<",), Window(moment=4.0)),
        "ego.speed < 14 m/s at end": Comparison((ego, fifty), ("<",), Window(moment="end")),
        "lorry.speed < ego.speed at 3 s": Comparison((lorry, ego), ("<",), Window(moment=3.0)),
        "ego.lane == 2 at end": LaneIs("ego", True, LaneName("lane 2"), Window(moment="end")),
        "ego.lane != oncoming lane 1": LaneIs("ego", False, LaneName("oncoming lane 1"), Window()),
        "ego.lane != oncoming 1": LaneIs("ego", False, LaneName("oncoming lane 1"), Window()),
        "ego.lane == cycle lane": LaneIs("ego", True, LaneName("the cycle lane"), Window()),
        "stops before crossing": Stops("ego", "crossing"),
        "lorry stops": Stops("lorry"),
        "ego stops within 60 m": Stops("ego", distance=60.0),
        "ego stops before crossing within 5 s": Stops("ego", "crossing", time=5.0),
        "ego does not stop": Not(Stops("ego")),
        "passes junction before crosser": Passes("ego", "junction", "crosser"),
        "ego passes lorry": Passes("ego", "lorry"),
        "ego does not pass lorry within 5 s": Not(Passes("ego", "lorry", time=5.0)),
        'event "cut in" starts before 2 s': EventIs("cut in", "start", "before", 2.0),
        "event cut in starts within 2 s": EventIs("cut in", "start", "within", 2.0),
        '"brake" ends': EventIs("brake", "end"),
        "brake starts after cut in": EventIs("brake", "start", "after", "cut in"),
        "brake does not end": Not(EventIs("brake", "end")),
        "cut in does not start": Not(EventIs("cut in", "start")),
        "event 1 does not start": Not(EventIs("1", "start")),
        "no speeding": Obeys("speeding", "ego"),
        "no speeding of lorry": Obeys("speeding", "lorry"),
        "no red light": Obeys("red light", "ego"),
        "no wrong way": Obeys("wrong way", "ego"),
        "stays in lane": Obeys("keeps lane", "ego"),
        "lorry stays in lane": Obeys("keeps lane", "lorry"),
        "no violation": Obeys("violation", "ego"),
        "not no collision": Not(Not(Collides(None, None))),
        "no collision and (stops or collision) and not stops": AllOf(
            (Not(Collides(None, None)), AnyOf((Stops("ego"), Collides(None, None))), Not(Stops("ego")))
        ),
        "collision or stops and collision": AnyOf(
            (Collides(None, None), AllOf((Stops("ego"), Collides(None, None))))
        ),
    }  # fmt: skip
    assert {text: parse(text).statement for text in forms} == forms


def test_a_range_and_numbers_of_the_whole_run_are_read() -> None:
    between = parse("1.5 s < min ttc to lorry < 3 s").statement
    assert isinstance(between, Comparison)
    ttc = Summary("min", Series("ttc", "ego", "lorry", "min ttc to lorry"), "min ttc to lorry")
    assert between.terms == (Constant("1.5 s", 1.5), ttc, Constant("3 s", 3.0))
    assert between.signs == ("<", "<")
    pet = parse("pet of lorry with crosser > 1 s").statement
    assert isinstance(pet, Comparison)
    assert isinstance(pet.terms[0], Summary)
    assert (pet.terms[0].series.user, pet.terms[0].series.other) == ("lorry", "crosser")


@pytest.mark.parametrize("name", sorted(set(QUANTITIES) - {"lane"}))
def test_every_quantity_can_be_named(name: str) -> None:
    q = QUANTITIES[name]
    one = "0.5" if q.dimension in {"", "flag"} else "1"
    for text in (f"max {name} < {one}", f"{name} of lorry < {one}" if q.number else f"lorry.{name} < {one}"):
        statement = parse(text).statement
        assert isinstance(statement, Comparison)
        series = statement.terms[0]
        assert (series.series if isinstance(series, Summary) else series).quantity == name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("no colision", "'no colision'", "did you mean collision?"),
        ("no sped", "'no sped'", "did you mean speeding?"),
        ("ttc > 1.5 s", "'ttc' is not understood", "min ttc"),
        ("min ttc = 1.5 s", "'= 1.5 s'", "=="),
        ("min ttc", "ends too early", "write a sign"),
        ("min ttc >", "ends too early", "min ttc"),
        ("", "not understood", "min ttc"),
        ("min", "'nothing' is no quantity", "ttc"),
        ("mim ttc > 1 s", "'mim'", "did you mean min?"),
        ("min tcc > 1 s", "'tcc'", "did you mean ttc?"),
        ("min lane > 1", "'lane'", "known"),
        ("min ttc > 1.5 m", "m measures length", "1.5 s"),
        ("max speed < 130", "hardly meant", "did you mean 130 km/h?"),
        ("min ttc > soon", "'soon' is not a time", "1.5 s"),
        ("min ttc > 1.2.3", "is not a time", "1.5 s"),
        ("min ttc > 1e999 s", "not finite", "1.5 s"),
        ("min ttc > {0} s", "is not a time", "1.5 s"),
        ("min ttc > ١ s", "is not a time", "1.5 s"),
        ("1 s < 2 s", "nothing of the run", "min ttc"),
        ("min ttc < 1 s < 2 s", "only one thing", "1 s < min ttc"),
        ("min ttc < max gap", "ttc is time and gap is length", "one kind"),
        ("max speed to lorry < 5", "speed is about one road user", "leave 'to"),
        ("ego.pet > 1 s", "pet is one number", "pet of ego"),
        ("pet > 1 s after cut in", "pet is one number", "leave"),
        ("ego.lane < 2", "'<' after 'ego.lane'", "ego.lane == 2"),
        ("ego.lane == 2.5", "'2.5' is no lane", "oncoming 1"),
        ("ego.lane == lorry.speed", "'lorry.speed' is no lane", "lorry.lane"),
        ("ego.speed < 5 at 1 s at 2 s", "'at' stands there twice", "once"),
        ("ego.speed < 5 from 6 s to 3 s", "before it begins", "earlier"),
        ("ego.speed < 5 when max speed > 3", "after 'when'", "lorry.lane"),
        ("ego.speed < 5 after", "the name of an event is missing", "quotes"),
        ("ego stops within 60", "'within 60' has no unit", "60 m"),
        ("ego stops before", "the name of a place is missing", "nothing"),
        ("ego does stop", "after 'does'", "does not stop"),
        ("ego does not fly", "'fly'", "stop, collide, pass"),
        ("ego stays home", "'ego stays'", "stays in lane"),
        ("no collision and", "ends too early", "write such as"),
        ("(no collision", "bracket is not closed", "')'"),
        ("no collision)", "')' is not understood", "write such as"),
        ("no collision no collision", "'no collision' is not understood", "write such as"),
        ("(" * 9 + "no collision" + ")" * 9, "nested too deep", "8"),
        ("not " * 9 + "no collision", "nested too deep", "8"),
        ("ego.speed < 5 when " + "(" * 30 + "ego.speed < 5" + ")" * 30, "nested too deep", "8"),
        ("x" * 201, "201 characters", "200"),
        ("event starts", "name of an event is missing", "quotes"),
        ('"cut in" happens', "'happens' after event 'cut in'", "starts"),
        ("\x00", "not understood", "write such as"),
    ],
)
def test_what_is_not_understood_gets_a_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r"in |characters") as error:
        parse(text)
    assert message in error.value.args[0]
    assert hint in error.value.args[1]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("max speed of lory < 5", "no road user 'lory'", "did you mean lorry?"),
        ("min ttc to lory > 1 s", "no road user 'lory'", "did you mean lorry?"),
        ("lory.speed < 5", "no road user 'lory'", "did you mean lorry?"),
        ("ego.lane == lory.lane", "no road user 'lory'", "did you mean lorry?"),
        ("lory.lane == 1", "no road user 'lory'", "did you mean lorry?"),
        ("no collision with lory", "no road user 'lory'", "did you mean lorry?"),
        ("lory stops", "no road user 'lory'", "did you mean lorry?"),
        ("lory passes ego", "no road user 'lory'", "did you mean lorry?"),
        ("no speeding of lory", "no road user 'lory'", "did you mean lorry?"),
        ("ego.speed < 5 when lory.speed < 5", "no road user 'lory'", "did you mean lorry?"),
        ("not (no collision or lory stops)", "no road user 'lory'", "did you mean lorry?"),
        ("ego passes lory", "no road user or place 'lory'", "did you mean lorry?"),
        ("ego passes lorry before lory", "no road user 'lory'", "did you mean lorry?"),
        ("ego passes ego", "nobody passes itself", "different"),
        ("ego collides with ego", "cannot collide with itself", "different"),
        ("min gap of lorry to lorry > 5 m", "one road user alone", "two different"),
        ("event cutting starts", "no event 'cutting'", "Cut in"),
        ("ego.speed < 5 after cut inn", "no event 'cut inn'", "Cut in"),
        ("cut in starts after bang", "no event 'bang'", "Cut in"),
        ("ego stops before crossing", "no place 'crossing'", "neither a junction nor a crossing"),
        ("ego.lane == 7", "there is no lane 7", "lane 2, lane 1"),
    ],
)
def test_names_that_the_scenario_does_not_have_are_mistakes(text: str, message: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r"in |characters") as error:
        check(parse(text), scenario(SCENE))
    assert message in error.value.args[0]
    assert hint in error.value.args[1]


@pytest.mark.parametrize(
    "text",
    ["lead_car.speed < 5", "CUT IN ends", "event 2 starts", '"event 2" ends', "lorry passes ego"],
)
def test_names_of_the_scenario_are_found(text: str) -> None:
    check(parse(text), scenario(SCENE))


_WORDS = [
    "no", "not", "and", "or", "(", ")", "min", "max", "mean", "final", "ttc", "gap", "pet", "speed", "ego", "lorry",
    ".", "lane", "of", "to", "with", "before", "within", "after", "until", "at", "end", "from", "when",
    "stops", "passes",
    "does", "collision", "collides", "event", '"cut in"', "starts", "ends", "3 s", "50 km/h", "2", "<", "==", ">=",
    "oncoming", "in", "stays", "junction", "'", "°", "-", "1e5", "violation", "red", "light",
]  # fmt: skip


@given(st.one_of(st.text(max_size=210), st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join)))
@example("ego.")
@example("min ttc > 1 s at")
@example("ego . lane ==")
def test_nothing_but_a_mistake_with_a_hint_is_ever_raised(text: str) -> None:
    try:
        expectation = parse(text)
        check(expectation, scenario(SCENE))
    except ValueError as error:
        message, hint = error.args
        assert message
        assert hint
    else:
        assert expectation.text == text


@given(st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True))
def test_any_name_of_a_road_user_can_be_written(name: str) -> None:
    statement = parse(f"{name}.speed < 5").statement
    assert isinstance(statement, Comparison)
    assert isinstance(statement.terms[0], Series)
    assert statement.terms[0].user == name
    assert parse(f'no collision with "{name}"').statement == Not(Collides("ego", name))


@given(st.text(st.characters(exclude_characters='"“”', exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_any_name_of_an_event_can_be_written_in_quotes(name: str) -> None:
    assert parse(f'"{name}" starts').statement == EventIs(name, "start")
