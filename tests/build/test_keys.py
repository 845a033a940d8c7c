from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_worldmodel.build import digest_of_file, key_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def reversed_names(value: object) -> object:
    if isinstance(value, dict):
        return {name: reversed_names(value[name]) for name in reversed(value)}
    return [reversed_names(item) for item in value] if isinstance(value, list) else value


@given(PLAIN)
def test_a_key_depends_neither_on_the_order_of_names_nor_on_a_round_trip_through_json(value: object) -> None:
    key = key_of(value)
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key == key_of(reversed_names(value)) == key_of(json.loads(json.dumps(value)))


@given(PLAIN, PLAIN)
def test_different_values_have_different_keys(one: object, other: object) -> None:
    assert (key_of(one) == key_of(other)) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_a_key_is_the_digest_of_text_without_spaces() -> None:
    text = '{"a":[1,0.1,true,null],"\\u00e9":"x"}'
    assert key_of({"é": "x", "a": (1, 0.1, True, None)}) == hashlib.sha256(text.encode()).hexdigest()


def test_a_key_is_the_same_in_another_process() -> None:
    code = "from mkdocs_worldmodel.build import key_of; print(key_of({'b': {'d', }.pop(), 'a': [0.1]}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == key_of({"a": [0.1], "b": "d"})


def test_whole_numbers_truths_and_strings_are_different_inputs() -> None:
    assert len({key_of(value) for value in (1, 1.0, True, "1", [1], {"1": 1})}) == 6


class Side(StrEnum):
    LEFT = "left"


def test_a_named_string_counts_as_its_text() -> None:
    assert key_of(Side.LEFT) == key_of("left")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"ego": {"speed": float("nan")}}, r"value\.ego\.speed is nan"),
        ([1, float("-inf")], r"value\[1\] is -inf"),
        ({"a": [{1: 2}]}, r"value\.a\[0\] has the name 1"),
        ({"a": {1, 2}}, r"value\.a is a set"),
        (b"x", "value is a bytes"),
        ({"a": Path("x")}, "a key is made from plain JSON values"),
    ],
)
def test_what_has_no_canonical_text_is_refused_and_its_place_told(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        key_of(value)


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc" * 100_000)
    assert digest_of_file(tmp_path / "f") == hashlib.sha256(b"abc" * 100_000).hexdigest()
