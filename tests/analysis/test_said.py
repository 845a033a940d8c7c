# A text with places for values: English by itself, other words from a table; unharmed by JSON and HTML.

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from mkdocs_worldmodel.analysis.said import Said, joined, plain, replaced, say, sentence, token, unplain, worded
from mkdocs_worldmodel.analysis.wording import called, introduced, kmh, lane_words, moves, on_lane

GERMAN = {
    "{who!c} brakes to {speed}": "{who!c} bremst auf {speed}",
    "the ego": "das Ego-Fahrzeug",
    "{gap:.1f} m behind {who}": "{gap:.1f} m hinter {who!d}",
    "the ego!d": "dem Ego-Fahrzeug",
}

values = st.one_of(st.text(max_size=20), st.integers(-99, 99), st.floats(-1e6, 1e6))
saids = st.recursive(
    st.builds(lambda value: say("says {a}", a=value), values),
    lambda inner: st.builds(lambda a, b: say("{a}, {b!c}", a=a, b=b), inner, st.one_of(inner, values)),
    max_leaves=6,
)


def test_english_needs_no_table() -> None:
    assert str(say("{who!c} brakes to {speed}", who=called("red_lorry"), speed=kmh(13.9))) == (
        "The red lorry brakes to 50 km/h"
    )


def test_a_table_gives_words_forms_and_decimals() -> None:
    behind = say("{gap:.1f} m behind {who}", gap=2.04, who=called("ego"))
    assert worded(behind, GERMAN, ",") == "2,0 m hinter dem Ego-Fahrzeug"
    assert worded(say("{who!c} brakes to {speed}", who=called("ego"), speed=kmh(5.0)), GERMAN, ",") == (
        "Das Ego-Fahrzeug bremst auf 18 km/h"
    )
    assert str(behind) == "2.0 m behind the ego"


def test_a_form_that_a_table_lacks_is_the_text_itself() -> None:
    behind = say("{gap:.1f} m behind {who}", gap=2.0, who=say("{name}", name="lkw"))
    assert worded(behind, GERMAN, ",") == "2,0 m hinter lkw"


def test_no_number_is_a_negative_zero() -> None:
    assert str(say("{a:.1f}", a=-0.01)) == "0.0"


def test_what_an_author_wrote_is_never_a_template() -> None:
    assert str(say("{name}", name="{gap!r} {0}")) == "{gap!r} {0}"


def test_several_clauses_are_one_sentence() -> None:
    clauses = [say("a"), say("b"), say("c")]
    assert str(sentence(joined(clauses))) == "A; b; c."
    assert str(joined(clauses[:1])) == "a"


@given(saids)
def test_it_comes_back_from_json_as_it_went(said: Said) -> None:
    values = {"texts": [said, "plain", 1.5, None], "inside": {"say": [1.5], "it": said}}
    assert json.loads(json.dumps(plain(values)), object_hook=unplain) == values


@given(saids, st.text(max_size=10))
def test_a_token_in_a_drawing_becomes_escaped_words(said: Said, around: str) -> None:
    around = around.replace("\ue000", "").replace("\ue001", "")
    drawn = f"<text>{escape(around)}{token(said)}</text>"
    assert replaced(drawn, lambda found: str(escape(str(found)))) == f"<text>{escape(around)}{escape(str(said))}</text>"


def test_road_users_are_called_so_that_a_sentence_reads_well() -> None:
    names = ("ego", "challenger", "blocking", "ahead", "cone_2", "straight_on")
    assert [str(called(name, "car")) for name in names] == [
        "the ego", "the challenger", "the blocking car", "the car ahead", "cone 2", "the car straight on",
    ]  # fmt: skip
    assert str(called("blocking", "truck", article=False)) == "blocking lorry"
    assert str(introduced("challenger", "van")) == "the challenger (van)"
    assert str(introduced("school_bus", "bus")) == "the school bus"


def test_people_walk_and_run_and_cyclists_ride() -> None:
    said = [str(moves(v, kind)) for v, kind in ((1.4, "child"), (2.8, "pedestrian"), (4.0, "bicycle"), (4.0, "bus"))]  # type: ignore[arg-type]
    assert said == ["walks at 5 km/h", "runs at 10 km/h", "rides at 14 km/h", "drives at 14 km/h"]
    assert [str(moves(0.0, kind)) for kind in ("child", "obstacle")] == ["stands", "lies"]


def test_lanes_are_told_from_roads_and_strips() -> None:
    names = ("lane 2", "oncoming lane 1", "the shoulder of the ramp", "lane 1 of the left arm", "off the road")
    assert [str(lane_words(name)) for name in names] == list(names)
    assert [str(on_lane(name)) for name in names[:3]] == [
        "in lane 2", "in oncoming lane 1", "on the shoulder of the ramp",
    ]  # fmt: skip
