from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.analysis.boxes import Boxes, distance, overlap, time_to_touch
from mkdocs_worldmodel.analysis.contact import clipped

box = st.tuples(st.floats(-6, 6), st.floats(-6, 6), st.floats(-4, 4), st.floats(0.5, 8), st.floats(0.5, 3))
Shape = tuple[float, ...]


def corners(x: float, y: float, heading: float, length: float, width: float) -> list[tuple[float, float]]:
    c, s = math.cos(heading), math.sin(heading)
    half = [(0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)]
    return [(x + u * length * c - v * width * s, y + u * length * s + v * width * c) for u, v in half]


def area(points: list[tuple[float, float]]) -> float:
    return 0.5 * sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(points, points[1:] + points[:1], strict=True))


def boxes(shape: Shape) -> Boxes:
    return Boxes(*(np.array([v]) for v in shape))


def moved(shape: Shape, x: float, y: float) -> Shape:
    return (shape[0] + x, shape[1] + y, *shape[2:])


@settings(max_examples=300)
@given(box, box)
def test_boxes_overlap_where_their_polygons_do(a: Shape, b: Shape) -> None:
    hit = bool(overlap(boxes(a), boxes(b))[0])
    if area(clipped(corners(*a), corners(*b))) > 1e-9:
        assert hit
    # touching boxes have no area: grow one a little to tell touching from apart
    elif hit:
        assert area(clipped(corners(a[0], a[1], a[2], a[3] + 1e-6, a[4] + 1e-6), corners(*b))) > 0


@settings(max_examples=200)
@given(box, box)
def test_the_corners_of_boxes_are_those_of_their_polygons(a: Shape, b: Shape) -> None:
    x, y = boxes(a).corners()
    assert list(zip(x[0], y[0], strict=True)) == [pytest.approx(p, abs=1e-12) for p in corners(*a)]


@settings(max_examples=200)
@given(box, box)
def test_the_distance_of_boxes_is_that_of_the_nearest_points_of_their_outlines(a: Shape, b: Shape) -> None:
    found = float(distance(boxes(a), boxes(b))[0])
    assert (found == 0.0) == bool(overlap(boxes(a), boxes(b))[0])
    if found == 0.0:
        return
    rims = []
    for shape in (a, b):
        points = corners(*shape)
        part = np.linspace(0.0, 1.0, 201)[:, None]
        rims.append(np.concatenate([np.array(p) * (1 - part) + np.array(q) * part
                                    for p, q in zip(points, points[1:] + points[:1], strict=True)]))  # fmt: skip
    gaps = rims[0][:, None, :] - rims[1][None, :, :]
    nearest = float(np.sqrt((gaps * gaps).sum(-1)).min())
    assert found <= nearest + 1e-9
    assert nearest <= found + 8.0 / 200


@settings(max_examples=300)
@given(box, box, st.floats(-15, 15), st.floats(-15, 15))
def test_the_time_to_touch_at_constant_velocities_is_when_boxes_first_touch(a: Shape, b: Shape, vx: float, vy: float
                                                                            ) -> None:  # fmt: skip
    when = float(time_to_touch(boxes(a), boxes(b), np.array([vx]), np.array([vy]))[0])
    times = np.linspace(0.0, 3.0, 601)
    touching = [bool(overlap(boxes(a), boxes(moved(b, vx * t, vy * t)))[0]) for t in times]
    first = times[int(np.argmax(touching))] if any(touching) else np.inf
    assert when <= first + 1e-9
    if when < 2.9:
        after = boxes(moved(b, vx * (when + 1e-7), vy * (when + 1e-7)))
        assert distance(boxes(a), after)[0] < 1e-5
        if when > 0.01:
            before = boxes(moved(b, vx * (when - 1e-3), vy * (when - 1e-3)))
            assert not overlap(boxes(a), before)[0]


def test_boxes_that_pass_each_other_beside_never_touch() -> None:
    one, other = boxes((0.0, 0.0, 0.0, 4.0, 2.0)), boxes((50.0, 2.0 + 1e-9, math.pi, 4.0, 2.0))
    assert time_to_touch(one, other, np.array([-30.0]), np.array([0.0]))[0] == np.inf
    assert time_to_touch(one, other, np.array([-30.0]), np.array([-0.1]))[0] == pytest.approx(46.0 / 30.0)
