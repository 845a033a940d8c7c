from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.scenario.geometry import ReferenceLines, chain, cubic_at, lane_at, lane_centre
from mkdocs_worldmodel.scenario.road import Cubic, Lane, LaneSection, Road

Pieces = list[tuple[float, float, float]]


def line_of(pieces: Pieces) -> ReferenceLines:
    return ReferenceLines([road_of(pieces)])


def road_of(pieces: Pieces) -> Road:
    geometries = chain(pieces)
    return Road("1", geometries[-1].s + geometries[-1].length, geometries, ())


def pose(line: ReferenceLines, s: float, t: float = 0.0) -> tuple[float, float, float]:
    x, y, heading = line.pose(0, np.array([s]), t)
    return float(x[0]), float(y[0]), float(heading[0])


curvatures = st.floats(-1 / 40, 1 / 40).map(lambda k: 0.0 if abs(k) < 1e-5 else k)
roads = st.lists(st.tuples(st.floats(5.0, 40.0), curvatures, curvatures), min_size=1, max_size=4)
"""Up to four pieces of at most 1 rad each."""


def test_a_line_goes_straight() -> None:
    assert pose(line_of([(100.0, 0.0, 0.0)]), 40.0, 3.0) == pytest.approx((40.0, 3.0, 0.0), abs=1e-12)


@pytest.mark.parametrize("angle", [0.1, 1.0, math.pi / 2, math.pi, 6.0])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_arc_is_a_piece_of_a_circle(angle: float, side: float) -> None:
    r = 50.0
    line = line_of([(r * angle, side / r, side / r)])
    expected = (r * math.sin(angle), side * r * (1 - math.cos(angle)), side * angle)
    assert pose(line, r * angle) == pytest.approx(expected, abs=1e-11)
    # 10 m to the left lies on a circle of another radius
    x, y, _ = pose(line, r * angle, 10.0)
    assert math.hypot(x, y - side * r) == pytest.approx(r - side * 10.0, abs=1e-11)


@pytest.mark.parametrize(("k0", "k1"), [(0.0, 0.02), (0.02, 0.0), (0.01, -0.01), (-0.005, 0.02)])
def test_a_clothoid_ends_where_a_fine_integral_ends(k0: float, k1: float) -> None:
    length, n = 80.0, 4000
    s = np.linspace(0.0, length, 2 * n + 1)
    heading = k0 * s + 0.5 * (k1 - k0) / length * s * s
    simpson = np.full(2 * n + 1, 2.0)
    simpson[1::2], simpson[[0, -1]] = 4.0, 1.0
    simpson *= length / (6.0 * n)
    expected = (float(np.sum(simpson * np.cos(heading))), float(np.sum(simpson * np.sin(heading))), float(heading[-1]))
    assert pose(line_of([(length, k0, k1)]), length) == pytest.approx(expected, abs=1e-9)


@given(roads)
def test_a_chain_has_neither_gap_nor_kink(pieces: Pieces) -> None:
    road = road_of(pieces)
    line = ReferenceLines([road])
    for g in road.geometries[1:]:
        before, after = pose(line, math.nextafter(g.s, 0.0)), pose(line, g.s)
        assert before == pytest.approx(after, abs=1e-9)
    s = np.linspace(0.0, road.length, 400)
    x, y, _ = line.pose(0, s)
    steps = np.hypot(np.diff(x), np.diff(y))
    assert steps.max() <= (s[1] - s[0]) * (1 + 1e-9), "an arc-length parameter never runs ahead"


@settings(max_examples=60, deadline=None)
@given(roads, st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(-8.0, 8.0)), min_size=1, max_size=5))
def test_projecting_undoes_placing(pieces: Pieces, points: list[tuple[float, float]]) -> None:
    line = line_of(pieces)
    s = np.array([p[0] for p in points]) * line.length[0]
    t = np.array([p[1] for p in points])
    x, y, _ = line.pose(0, s, t)
    back_s, back_t = line.project(0, x, y)
    # a road that comes back to itself has two answers
    bx, by, _ = line.pose(0, back_s, back_t)
    assert np.hypot(bx - x, by - y).max() < 1e-6
    unique = np.abs(back_t) >= np.abs(t) - 1e-6
    assert np.abs(back_s - s)[unique].max(initial=0.0) < 1e-6
    assert np.abs(back_t - t)[unique].max(initial=0.0) < 1e-6


@given(roads, st.floats(0.0, 1.0), st.floats(-8.0, 8.0))
def test_a_mirrored_road_is_the_mirror_image(pieces: Pieces, part: float, t: float) -> None:
    line, mirrored = line_of(pieces), line_of([(n, -a, -b) for n, a, b in pieces])
    s = part * float(line.length[0])
    x, y, heading = pose(line, s, t)
    assert pose(mirrored, s, -t) == pytest.approx((x, -y, -heading), abs=1e-12)


@given(roads, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-8.0, 8.0))
def test_going_further_along_a_lane_goes_that_many_metres(pieces: Pieces, here: float, there: float, t: float) -> None:
    line = line_of(pieces)
    s0, s1 = here * float(line.length[0]), there * float(line.length[0])
    s = np.linspace(s0, s1, 2001)
    x, y, _ = line.pose(0, s, t)
    metres = math.copysign(float(np.sum(np.hypot(np.diff(x), np.diff(y)))), s1 - s0)
    assert line.further(0, s0, t, metres) == pytest.approx(s1, abs=1e-3)  # the chords of 2000 steps
    h0, h1 = line.heading_at(0, np.array([s0, s1]))
    assert line.further(0, s0, t, s1 - s0 - t * float(h1 - h0)) == pytest.approx(s1, abs=1e-9)


def test_a_short_road_beside_a_long_one_keeps_its_bytes() -> None:
    line, arc, clothoid = [(90.0, 0.0, 0.0)], [(20.0, 0.0, 0.0), (70.0, 0.01, 0.01)], [(50.0, 0.0, 0.02)] * 3
    together = ReferenceLines([road_of(p) for p in (line, arc, clothoid)])
    s, t = np.linspace(-5.0, 95.0, 57), np.linspace(-3.0, 3.0, 57)
    for i, pieces in enumerate((line, arc, clothoid)):
        alone = line_of(pieces)
        for mine, shared in zip(alone.pose(0, s, t), together.pose(i, s, t), strict=True):
            assert mine.tobytes() == shared.tobytes()
        assert np.array_equal(alone.curvature_at(0, s), together.curvature_at(i, s))
        assert np.array_equal(alone.heading_at(0, s), together.heading_at(i, s))


def test_lanes_with_changing_widths_and_an_offset() -> None:
    widening = (Cubic(0.0, 3.0), Cubic(10.0, 3.0, 0.1))
    section = LaneSection(0.0, (Lane(-1, "driving", widening), Lane(-2, "shoulder", (Cubic(0.0, 2.0),))))
    later = LaneSection(50.0, (Lane(-1, "driving", (Cubic(0.0, 4.0),)), Lane(1, "driving", (Cubic(0.0, 3.0),))))
    road = Road("1", 100.0, chain([(100.0, 0.0, 0.0)]), (section, later), lane_offset=(Cubic(0.0, 1.0),))
    assert lane_centre(road, -1, 5.0) == 1.0 - 1.5
    assert lane_centre(road, -1, 20.0) == 1.0 - 2.0
    assert lane_centre(road, -2, 20.0) == 1.0 - 4.0 - 1.0
    assert lane_centre(road, 1, 60.0) == 2.5
    with pytest.raises(KeyError):
        lane_centre(road, 1, 5.0)
    s = np.array([5.0, 5.0, 5.0, 20.0, 60.0, 60.0])
    t = np.array([0.9, -2.1, 2.0, -2.1, 2.0, -3.1])
    assert lane_at(road, s, t).tolist() == [-1, -2, 0, -1, 1, 0]
    assert cubic_at((Cubic(0.0, 1.0, 2.0, 3.0, 4.0),), 2.0) == 1.0 + 4.0 + 12.0 + 32.0
