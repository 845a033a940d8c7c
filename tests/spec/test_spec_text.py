from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.spec import text as yaml_text


def refused(text: str) -> Mistake:
    with pytest.raises(SpecError) as error:
        yaml_text.parse(text)
    (mistake,) = error.value.mistakes
    return mistake


def test_plain_values_and_the_lines_of_their_keys() -> None:
    document = yaml_text.parse("a: 1\nb:\n  - x\n  - {c: 2.5,\n     d: null}\ne: [true,\n  'no']\n")
    assert document.value == {"a": 1, "b": ["x", {"c": 2.5, "d": None}], "e": [True, "no"]}
    where = {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "d"): 5, ("e", 1): 7}
    assert {path: document.line(path) for path in where} == where
    assert document.line(("b", 1, "nowhere", "at all")) == 4


def test_an_empty_text_has_no_value() -> None:
    assert yaml_text.parse("").value is None
    assert yaml_text.parse("# only a remark\n").value is None


@pytest.mark.parametrize("text", ["\ufeffa: 1\nb: 2\n", "a: 1\r\nb: 2\r\n", "---\na: 1\nb: 2\n", "a: 1\nb: 2\n...\n"])
def test_byte_order_marks_line_ends_and_one_document_marker_do_no_harm(text: str) -> None:
    assert yaml_text.parse(text).value == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-10-05", "2024-10-05"),
        ("2024-13-45", "2024-13-45"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("1:30", "1:30"),
        ("190:20:30.15", "190:20:30.15"),
        ("=", "="),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("~", None),
    ],
)
def test_dates_and_clock_times_stay_what_the_author_wrote(written: str, read: object) -> None:
    assert yaml_text.parse(f"a: {written}").value == {"a": read}


def test_keys_that_are_no_words_become_words() -> None:
    assert yaml_text.parse("1: a\nnull: b\ntrue: c\n2024-01-01: d").value == {
        "1": "a", "null": "b", "true": "c", "2024-01-01": "d",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, "'a' is given twice"),
        ("a: {b: 1,\n b: 2}", 2, "'b' is given twice"),
        ("a:\n\tb: 1", 2, "not valid YAML"),
        ("a: b: c", 1, "mapping values are not allowed"),
        ("a: [1, 2\nb: 3", 2, "not valid YAML"),
        ("a: 'x", 1, "not valid YAML"),
        ("a: *nowhere", 1, "undefined alias"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: 1\n\x00", 2, "control character U+0000"),
        ("a: 1\nb: \x1b[31m", 2, "control character U+001B"),
        ("a: \x7f", 0, "not valid YAML"),
        ("a: \ud800", 0, "not valid YAML"),
        ("? [a]\n: b", 1, "a key must be a word"),
        ("a: &x {b: 1}\nc:\n  <<: *x", 3, "merge keys"),
        ("a: !!python/object/apply:os.system ['true']", 1, "tag !!python"),
        ("a: !!python/name:os.system", 1, "tag !!python"),
        ("a: !mine {b: 1}", 1, "tag !mine"),
        ("a: !!set {b}", 1, "tag !!set"),
        ("a: !!binary aGk=", 1, "tag !!binary"),
        ("a: 1\nb: !!int ''", 2, "cannot be read"),
        ("a: !!bool x", 1, "cannot be read"),
        ("a: !!float ''", 1, "cannot be read"),
        ("a: 1\nb: " + "9" * 5000, 2, "cannot be read"),
        ("a: &a [*a]", 1, "nested deeper"),
        ("a: &a {b: *a}", 1, "nested deeper"),
        ("x: " + "y" * yaml_text.MAX_BYTES, 0, "longer than 64 kB"),
        ("- x\n" * (yaml_text.MAX_VALUES + 1), yaml_text.MAX_VALUES, "more than 5000 values"),
    ],
)
def test_what_is_refused_is_refused_at_its_line(text: str, line: int, message: str) -> None:
    mistake = refused(text)
    assert message in mistake.message
    assert mistake.line == line


def test_a_bomb_of_aliases_is_counted_not_built() -> None:
    laughs = ["a0: &a0 [" + ",".join("x" * 9) + "]"]
    laughs += [f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 12)]
    assert "more than 5000 values" in refused("\n".join(laughs)).message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_deep_nesting_does_not_crash_the_interpreter(opening: str) -> None:
    program = (
        "import sys\n"
        "from mkdocs_worldmodel.errors import SpecError\n"
        "from mkdocs_worldmodel.spec.text import parse\n"
        "try:\n"
        "    parse(sys.argv[1] * (60_000 // len(sys.argv[1])))\n"
        "except SpecError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, opening], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "nested deeper than 24 levels" in done.stdout


@settings(max_examples=300)
@given(
    st.text(alphabet=st.characters(codec=None), max_size=60)
    | st.text(alphabet="ab:-[]{},&*!|>'\"\n\t #%@`?1.", max_size=40)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        yaml_text.parse(text)
    except SpecError as error:
        complete = all(m.message for m in error.mistakes)
        assert complete


@pytest.mark.parametrize("value", ["a\0b", "\x1b[2J", "\x02", "\ud800", b"hello"])
def test_values_of_other_readers_hold_nothing_that_ours_would_not(value: object) -> None:
    for values in ({"title": value}, {"a": [{"b": value}]}, {value: 1}):
        with pytest.raises(SpecError) as raised:
            yaml_text.check_size(values, "mkdocs.yml")
        assert raised.value.mistakes[0].file == "mkdocs.yml"
    yaml_text.check_size({"title": "fine\n\ttext \U0001f697"}, "mkdocs.yml")
