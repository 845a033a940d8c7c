# Ticks, simplified lines, path data, mosaics: small functions with firm properties.

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.figure.mosaic import TOP, layout
from mkdocs_worldmodel.figure.svg import num, outline, path, simplified, ticks
from mkdocs_worldmodel.scenario.rig import RIG

finite = st.floats(-1e4, 1e4, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(low=finite, span=st.floats(1e-3, 1e4), most=st.integers(2, 8))
def test_ticks_are_few_round_and_inside(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert len(found) <= most
    assert all(low - 1e-6 * span <= t <= low + span * (1 + 1e-6) for t in found)
    steps = np.diff(found)
    if len(steps):
        assert np.allclose(steps, steps[0], rtol=1e-3, atol=2e-6)
        digits = f"{steps[0]:.1e}"[:3]
        assert digits in {"1.0", "2.0", "5.0"} or steps[0] < 1e-4


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 10, 6, [0, 2, 4, 6, 8, 10]),
        (0, 106, 4, [0, 50, 100]),
        (-3.2, 0.4, 4, [-3, -2, -1, 0]),
        (0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_ticks_are_those_that_people_choose(low: float, high: float, most: int, expected: list[float]) -> None:
    assert ticks(low, high, most) == expected


@settings(max_examples=100, deadline=None)
@given(
    y=st.lists(st.one_of(finite, st.just(float("nan"))), min_size=1, max_size=60),
    tolerance=st.floats(0.05, 50.0),
)
def test_a_simplified_line_stays_near(y: list[float], tolerance: float) -> None:
    x = np.arange(len(y), dtype=np.float64) * 7.0
    values = np.array(y)
    keep = simplified(x, values, tolerance)
    gaps = ~np.isfinite(values)
    assert keep[gaps].all(), "gaps are kept"
    kept = np.flatnonzero(keep & ~gaps)
    for k in np.flatnonzero(~keep):
        before, after = kept[kept < k].max(), kept[kept > k].min()
        assert not gaps[before:after].any()
        a, b, p = (np.array([x[i], values[i]]) for i in (before, after, k))
        along = np.clip(np.dot(p - a, b - a) / np.dot(b - a, b - a), 0, 1)
        assert np.hypot(*(p - a - along * (b - a))) <= tolerance + 1e-6


def test_a_closed_loop_is_not_simplified_away() -> None:
    angle = np.linspace(0, 2 * np.pi, 100)
    assert simplified(100 * np.cos(angle), 100 * np.sin(angle), 0.5).sum() > 20


def test_a_straight_line_needs_two_points() -> None:
    assert simplified(np.linspace(0, 9, 50), np.linspace(0, 3, 50), 0.1).sum() == 2


def test_a_path_breaks_where_there_is_no_value() -> None:
    y = np.array([0, 1, np.nan, 2, 3.25])
    assert path(np.arange(5.0), y) == "M0 0L1 1M3 2L4 3.2"
    assert path(np.empty(0), np.empty(0)) == ""
    assert outline(np.empty(0), np.empty(0), close=True) == ""


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (1.04, "1"), (-2.26, "-2.3"), (1e4, "10000")])
def test_numbers_have_one_decimal_at_most(value: float, text: str) -> None:
    assert num(value) == text


def test_no_number_is_minus_zero() -> None:
    assert num(-0.01) == "0"


SUBSETS = [c for n in range(1, 8) for c in combinations(RIG, n)]


@pytest.mark.parametrize("cameras", SUBSETS, ids=lambda cs: "+".join(c.name for c in cs))
def test_tiles_lie_side_by_side_in_every_mosaic(cameras: tuple) -> None:
    mosaic = layout(cameras)
    assert set(mosaic.tiles) == {c.name for c in cameras} | {TOP}
    seen = np.zeros((mosaic.height, mosaic.width), dtype=int)
    for name, (x, y, w, h) in mosaic.tiles.items():
        assert all(v % 16 == 0 for v in (x, y, w, h)), name
        assert 0 <= x < x + w <= mosaic.width
        assert 0 <= y < y + h <= mosaic.height
        assert w / h == (2 if name != TOP else w / h)
        seen[y : y + h, x : x + w] += 1
    assert seen.max() == 1
    assert mosaic.width % 16 == mosaic.height % 16 == 0


def test_composed_tiles_are_where_they_should_be() -> None:
    mosaic = layout(RIG)
    pictures = {n: np.full((h, w, 3), k + 1, np.uint8) for k, (n, (_, _, w, h)) in enumerate(mosaic.tiles.items())}
    whole = mosaic.compose(pictures)
    for k, (x, y, w, h) in enumerate(mosaic.tiles.values()):
        assert (whole[y : y + h, x : x + w] == k + 1).all()


def test_an_outline_in_whole_pixels_comes_back_to_its_points() -> None:
    x = np.array([0.2, 10.4, 10.4, -3.0, np.nan, 5.0, 7.0])
    y = np.array([0.0, -2.6, 8.0, 8.1, 0.0, 1.0, -1.0])
    data = outline(x, y)
    assert data == "M0 0l10 -3 0 11 -13 0M5 1l2 -2"
    assert outline(x[:4], y[:4], close=True) == "M0 0l10 -3 0 11 -13 0Z"


def test_an_outline_in_parts_of_a_pixel_never_drifts() -> None:
    """Steps are between rounded points: errors do not add up."""
    x = np.cumsum(np.full(200, 0.3333))
    data = outline(x, np.zeros(200), parts=10)
    first, steps = data[1:].split("l")
    total = float(first.split()[0]) + sum(float(v) for v in steps.split()[::2])
    assert total == pytest.approx(x[-1], abs=0.06)
