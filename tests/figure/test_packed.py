# Series of numbers, packed for a page: what comes back is what a reader is shown.

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_worldmodel.figure.packed import packed


def unpacked(text: str) -> list[float | None]:
    """As web/worldmodel.js does it."""
    digits, codes = text.split(":")
    values: list[float | None] = []
    steps = 0
    for code, times, anew in re.findall(r"([a-z_])(\d*)|\((-?\d+)\)", codes):
        if anew:
            steps = int(anew)
            values.append(steps / 10 ** int(digits))
        for _ in range(0 if anew else int(times or 1)):
            steps += 0 if code == "_" else ord(code) - ord("m")
            values.append(None if code == "_" else steps / 10 ** int(digits))
    return values


@given(st.lists(st.one_of(st.floats(-2000, 2000), st.just(np.inf), st.just(np.nan)), max_size=60), st.integers(0, 1))
def test_every_value_comes_back_as_it_is_shown(values: list[float], digits: int) -> None:
    found = unpacked(packed(np.array(values, dtype=float), digits))
    assert len(found) == len(values)
    for value, back in zip(values, found, strict=True):
        if not np.isfinite(value):
            assert back is None
        else:
            assert back is not None
            assert abs(back - value) <= 0.5 * 10**-digits + 1e-9


def test_what_stays_the_same_is_said_once() -> None:
    assert packed(np.full(300, 27.0), 0) == "0:(27)m299"
    assert packed(np.array([1.0, 1.1, 1.3, 1.2, np.inf, np.inf, 1.2, 9.0]), 1) == "1:(10)nol_2m(90)"
