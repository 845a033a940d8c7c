# The chart: words of events that keep off each other in every language, and axes that people choose.

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from html_tree import Node, tree
from mkdocs_worldmodel.analysis.said import Said, replaced, say
from mkdocs_worldmodel.figure import chart, languages
from mkdocs_worldmodel.figure.chart import LEFT, RIGHT, WIDTH, Line, Mark, Panel
from mkdocs_worldmodel.figure.plan_labels import Box, width

TIMES = np.arange(101) * 0.1


def drawn(marks: list[Mark], values: np.ndarray | None = None, language: str = "en", floor: float | None = 0.0) -> Node:
    line = Line(np.linspace(0, 50, 101) if values is None else values, 1)
    svg, _ = chart.draw([Panel(say("Speed"), "km/h", [line], floor=floor)], TIMES, marks, say("Speed"))
    return tree(replaced(svg, languages.language(language).words))


def rooms(svg: Node) -> list[tuple[str, Box]]:
    """Words of the events: those above the title of the first panel."""
    title = float(svg.first("text", class_="wm-panel-title").attrs["y"])
    out = []
    for text in svg.all("text"):
        x, y, long = float(text.attrs["x"]), float(text.attrs["y"]), width(text.text)
        if y < title - 5.0:
            left = x if text.attrs.get("text-anchor") == "start" else x - long
            out.append((text.text, Box(left, y - 14.0, left + long, y + 4.0)))
    return out


LABELS = ("Smallest gap", "Smallest TTC", "Collision", "End")


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(st.floats(0.1, 10.0), min_size=1, max_size=9),
    language=st.sampled_from(languages.CODES),
    data=st.data(),
)
def test_words_of_events_never_overlap_in_any_language(times: list[float], language: str, data: st.DataObject) -> None:
    marks = [Mark(t, Said(data.draw(st.sampled_from(LABELS))), data.draw(st.integers(0, 3))) for t in times]
    found = rooms(drawn(marks, language=language))
    assert found, "the most telling always has its words"
    for (_, one), (_, other) in combinations(found, 2):
        assert not one.meets(other)
    for _, box in found:
        assert box.left >= -0.1
        assert box.right <= WIDTH + 0.1


def test_the_most_telling_event_has_its_words_where_room_is_short() -> None:
    marks = [Mark(5.0 + 0.01 * n, say("Smallest gap"), 3) for n in range(9)] + [Mark(5.05, say("Collision"), 0)]
    assert "Collision" in [text for text, _ in rooms(drawn(marks))]


def test_every_event_has_its_line_with_or_without_words() -> None:
    marks = [Mark(0.5 * n, say("Smallest gap"), 1) for n in range(1, 15)]
    data = drawn(marks).first(class_="wm-event-mark").attrs["d"]
    xs = [float(x) for x in re.findall(r"M(\S+) ", data)]
    assert sorted(xs) == pytest.approx([LEFT + (RIGHT - LEFT) * 0.05 * n for n in range(1, 15)], abs=0.06)


def test_no_line_of_an_event_runs_through_the_words_of_another() -> None:
    marks = [Mark(1.0, say("Smallest gap")), Mark(2.0, say("Smallest TTC")), Mark(2.5, say("Collision"))]
    svg = drawn(marks)
    lines = re.findall(r"M(\S+) (\S+?)V", svg.first(class_="wm-event-mark").attrs["d"])
    for _, box in rooms(svg):
        for x, top in lines:
            assert not (box.left < float(x) < box.right and float(top) < box.bottom)


def test_the_cursor_runs_from_the_first_to_the_last_frame() -> None:
    svg, span = chart.draw([Panel(say("Speed"), "km/h", [Line(TIMES, 1)])], TIMES, [], say("Speed"))
    assert span == [LEFT, RIGHT]
    cursor = tree(svg).first(class_="wm-cursor")
    assert cursor.attrs["transform"] == f"translate({LEFT} 0)"
    assert re.fullmatch(r"M0 [\d.]+V[\d.]+", cursor.attrs["d"])


def test_what_hardly_changes_is_drawn_as_such() -> None:
    """A millimetre per second squared is no cliff."""
    wavy = 0.001 * np.sin(TIMES)
    path = drawn([], wavy, floor=None).first(class_="wm-line").attrs["d"]
    ys = [float(y) for y in re.findall(r"[ML]\S+? ([\d.]+)", path)]
    assert max(ys) - min(ys) < 0.2


def test_a_quantity_that_never_exists_says_so() -> None:
    assert "never" in [t.text for t in drawn([], np.full(101, np.nan)).all("text")]
