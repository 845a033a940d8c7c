# Placing words: geometry with closed forms, and what a sheet promises.

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.figure.plan_labels import Box, Candidate, Sheet, beside, overlap, room, segments, width, within

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
FRAME = Box(-300.0, -300.0, 300.0, 300.0)


def moved(dx: float, dy: float) -> list[tuple[float, float]]:
    return [(x + dx, y + dy) for x, y in SQUARE]


def test_outlines_that_share_an_edge_do_not_overlap() -> None:
    assert not overlap(SQUARE, moved(10, 0))
    assert overlap(SQUARE, moved(9.9, 0))


def test_a_slanted_outline_leaves_the_corner_of_its_bounds_free() -> None:
    diamond = [(20.0, 0.0), (40.0, 20.0), (20.0, 40.0), (0.0, 20.0)]
    assert not overlap(diamond, [(0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)])
    assert overlap(diamond, [(0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)])


def test_wide_letters_need_more_room() -> None:
    assert width("mmm") > width("nnn") > width("iii")
    assert width("車") > width("n")
    assert room("ego", 0, 0).right - room("ego", 0, 0).left > width("ego")


def test_the_first_free_place_is_taken_and_then_it_is_not_free_any_more() -> None:
    sheet = Sheet(FRAME, [moved(-5, -10)])
    here, there = Candidate("a", 0, 0), Candidate("a", 0, 60)
    assert sheet.place([here, there]) == there
    assert sheet.place([there]) is None


def test_a_word_keeps_off_lines_where_it_can() -> None:
    sheet = Sheet(FRAME, [])
    sheet.lines.append(((-100.0, 0.0), (100.0, 0.0)))
    assert sheet.place([Candidate("a", 0, 5), Candidate("a", 0, 90)]) == Candidate("a", 0, 90)
    assert sheet.place([Candidate("a", 0, 5)]) == Candidate("a", 0, 5), "a line is better than no word"


def test_a_word_keeps_off_the_marks_of_the_road_but_stays_near() -> None:
    car, line = [(0.0, 0.0), (40.0, 0.0), (40.0, 16.0), (0.0, 16.0)], ((-300.0, -9.0), (300.0, -9.0))
    sheet = Sheet(FRAME, [car])
    sheet.marks.append(line)
    placed = sheet.place(beside("car 50 km/h", car, []))
    assert placed is not None
    assert placed.box.bottom < line[0][1] or placed.box.top > line[0][1]
    assert not placed.lines, "near enough to need no line to its road user"


def test_a_line_falls_into_segments_between_its_gaps() -> None:
    x, y = np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([0.0, 0.0, np.nan, 5.0, 6.0])
    assert segments(x, y) == [((0.0, 0.0), (1.0, 0.0)), ((3.0, 5.0), (4.0, 6.0))]


def test_of_a_line_only_the_stretches_that_reach_into_a_box_are_kept() -> None:
    box, y = Box(0.0, 0.0, 10.0, 10.0), np.array([5.0, 5.0, 5.0, 5.0, 5.0, 5.0])
    x = np.array([-30.0, -20.0, -10.0, 20.0, 30.0, 40.0])
    assert within(box, x, y).tolist()[2:4] == [5.0, 5.0], "both of its ends are outside, and it runs through"
    assert np.isnan(within(box, x, y)[[0, 1, 4, 5]]).all()


def test_a_dimension_that_would_leave_the_frame_is_not_placed() -> None:
    sheet = Sheet(FRAME, [])
    assert sheet.place([Candidate("a", 0, 0, "", (((0.0, 0.0), (400.0, 0.0)),))]) is None


def test_words_keep_off_dimensions_and_dimensions_off_words() -> None:
    sheet = Sheet(FRAME, [])
    sheet.place([Candidate("first", 0, 0)])
    through = Candidate("9 m", 0, 80, "", (((-50.0, -4.0), (50.0, -4.0)),))
    clear = Candidate("9 m", 0, 80, "", (((-50.0, 60.0), (50.0, 60.0)),))
    assert sheet.place([through, clear]) == clear


place = st.tuples(st.floats(-200, 200), st.floats(-200, 200))


@settings(max_examples=60, deadline=None)
@given(places=st.lists(place, min_size=1, max_size=6))
def test_names_never_overlap_whatever_stands_where(places: list[tuple[float, float]]) -> None:
    bodies = [moved(x, y) for x, y in places]
    sheet = Sheet(FRAME, bodies)
    for i, body in enumerate(bodies):
        sheet.place(beside(f"car {i} 50 km/h", body, bodies[:i] + bodies[i + 1 :]))
    for i, box in enumerate(sheet.boxes):
        assert FRAME.holds(box)
        assert not any(box.meets(other) for other in sheet.boxes[i + 1 :])
        assert not any(overlap(box.corners(), body) for body in bodies)


def test_a_name_without_a_line_stands_nearer_to_its_own() -> None:
    """Two side by side: the lower one's name never stands above the upper one."""
    upper, lower = moved(0, -14), moved(0, 0)
    for c in beside("lower", lower, [upper]):
        if not c.lines:
            assert c.box.top > upper[0][1]
