"""OpenDRIVE files that are wrong, or meant to harm: clear mistakes with their lines, in bounded time and memory."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.interchange import xml_tree
from mkdocs_worldmodel.interchange.opendrive import read_opendrive

DATA = Path(__file__).parents[1] / "data" / "opendrive"
CURVES = (DATA / "curves.xodr").read_text(encoding="utf-8")


def mistakes(text: bytes | str) -> list[Mistake]:
    with pytest.raises(SpecError) as error:
        read_opendrive(text, file="roads.xodr")
    assert all(each.file == "roads.xodr" for each in error.value.mistakes)
    return list(error.value.mistakes)


def line_of(words: str) -> int:
    return 1 + CURVES[: CURVES.index(words)].count("\n")


def test_a_doctype_is_refused_before_its_entities_are_read() -> None:
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n<OpenDRIVE name="&b;"/>'
    assert [(m.line, m.message) for m in mistakes(bomb)] == [(2, "the file has a DOCTYPE")]


def test_depth_size_and_count_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nested more than 64 deep" in mistakes("<OpenDRIVE>" + "<a>" * 100_000)[0].message
    monkeypatch.setattr(xml_tree, "MAX_ELEMENTS", 1000)
    assert "more than 1000 elements" in mistakes("<OpenDRIVE>" + "<a/>" * 2000 + "</OpenDRIVE>")[0].message
    monkeypatch.setattr(xml_tree, "MAX_BYTES", 2**20)
    assert mistakes(b" " * (2**20 + 1))[0].message == "the file is larger than 1 MB"


def test_what_is_no_xml_is_said_with_its_line() -> None:
    found = mistakes("<OpenDRIVE>\n<road>\n</OpenDRIVE>")
    assert (found[0].line, found[0].message) == (3, "the file is no well-formed XML: mismatched tag")
    assert "cannot be decoded" in mistakes(b'<?xml version="1.0" encoding="klingon"?><OpenDRIVE/>')[0].message
    assert "no well-formed XML" in mistakes(b"\xff\xfe\x00\x01")[0].message
    assert mistakes("<OpenSCENARIO/>")[0].message == "the file holds <OpenSCENARIO>"


def test_a_byte_order_mark_and_a_namespace_do_no_harm() -> None:
    assert read_opendrive(b"\xef\xbb\xbf" + CURVES.encode()) == read_opendrive(CURVES)


@pytest.mark.parametrize("value", ["nan", "inf", "-1e400", "", "10 m", "0.000000+0"])
def test_what_is_no_number_is_said_with_its_line(value: str) -> None:
    found = mistakes(CURVES.replace('length="40"><spiral', f'length="{value}"><spiral'))
    assert found[0].line == line_of("<spiral")
    assert found[0].message == f"length of <geometry> is {value!r}"
    assert found[0].hint == "a number from 0 to 1e+06 is needed"


def test_all_mistakes_are_told_at_once() -> None:
    text = CURVES.replace('a="3.5"', 'a="wide"').replace('unit="mph"', 'unit="knots"')
    found = mistakes(text)
    assert [m.message for m in found] == [
        "a speed limit in 'knots'", "a of <width> is 'wide'", "a of <width> is 'wide'",
    ]  # fmt: skip
    assert [m.line for m in found] == sorted(m.line for m in found)


def test_only_the_first_mistakes_of_many_are_told() -> None:
    bad = '<geometry s="x" x="0" y="0" hdg="0" length="1"><line/></geometry>' * 500
    assert mistakes(f'<OpenDRIVE><road id="1" length="9"><planView>{bad}</planView></road></OpenDRIVE>')[
        -1
    ].message == ("and 980 more mistakes")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<arc curvature="0.02"/>', "<circle/>", "the <geometry> has no shape that is known"),
        ('curvature="0.02"', 'curvature="1000"', "the arc turns by 3e+04 rad"),
        ('s="90" x', 's="40" x', "s of <geometry> is 40 and does not rise"),
        ('<lane id="-2" type="walking">', '<lane id="-1" type="walking">', "the section has lane -1 twice"),
        ('<lane id="-1" type="driving">', '<lane id="3" type="driving">', "lane 3 stands under <right>"),
        ('<lane id="-1" type="driving">', '<lane id="-900" type="driving">', "id of <lane> is '-900'"),
        (
            '<laneSection s="100">',
            '<laneSection s="100" singleSide="true">',
            "the lane section holds for one side only",
        ),
        ('bU="40"', 'bU="0"', "the paramPoly3 turns on the spot or does not end"),
        ('bU="40"', 'bU="9e6"', "the paramPoly3 turns on the spot or does not end"),
        ('a="3.5" b="0" c="0"', 'a="3.5" b="0" c="9"', "the <lane> reaches 5.63e+03 m at 25.00 m"),
    ],
)
def test_roads_that_cannot_be_are_refused(old: str, new: str, message: str) -> None:
    assert old in CURVES
    assert message in [m.message for m in mistakes(CURVES.replace(old, new))]


def test_roads_without_line_lanes_or_id_are_refused() -> None:
    found = mistakes("<OpenDRIVE>\n<road/>\n</OpenDRIVE>")
    assert {m.message for m in found} == {
        "<road> has no id", "<road> has no length", "the road has no line", "the road has no lanes",
    }  # fmt: skip
    assert {m.line for m in found} == {2}
    assert mistakes("<OpenDRIVE/>")[0].message == "the file has no roads"
    road = CURVES[CURVES.index("<road") : CURVES.index("</road>") + 7]
    assert "there are two roads '7'" in mistakes(f"<OpenDRIVE>{road}{road}</OpenDRIVE>")[0].message


def test_marks_that_would_cut_a_road_into_very_many_sections_are_refused() -> None:
    marks = "".join(f'<roadMark sOffset="{k * 0.05}" type="solid"/>' for k in range(3000))
    text = CURVES.replace('<roadMark sOffset="40" type="solid"/>', marks)
    assert "more than 1000 lane sections" in mistakes(text)[0].message


NUMBERS = st.one_of(st.floats().map(repr), st.integers().map(str), st.sampled_from(["", "x", "-0", "1e308", "1e-308"]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_stands_in_the_file_it_is_read_or_said_to_be_wrong(data: st.DataObject) -> None:
    text = data.draw(
        st.sampled_from([(DATA / f"{name}.xodr").read_text("utf-8") for name in ("curves", "ramp", "junction")])
    )
    for _ in range(data.draw(st.integers(0, 2))):
        whole = list(re.finditer(r"<[^<>?!]*/>", text))
        found = whole[data.draw(st.integers(0, len(whole) - 1))]
        text = text[: found.start()] + text[found.end() :]
    for _ in range(data.draw(st.integers(0, 4))):
        quotes = [i for i, c in enumerate(text) if c == '"']
        k = data.draw(st.integers(0, len(quotes) // 2 - 1))
        begin, end = quotes[2 * k] + 1, quotes[2 * k + 1]
        text = text[:begin] + data.draw(NUMBERS) + text[end:]
    with suppress(SpecError):  # nothing else may be raised
        read_opendrive(text)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(CURVES)))
def test_torn_files_raise_nothing_else(junk: bytes, cut: int) -> None:
    with suppress(SpecError):
        read_opendrive(CURVES.encode()[:cut] + junk)
