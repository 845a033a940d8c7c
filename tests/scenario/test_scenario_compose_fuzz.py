# What nobody would write, and what is nearly right: it composes, or has mistakes with lines, and never takes long.

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Iterator
from random import Random
from textwrap import indent
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from mkdocs_worldmodel.spec.block import LIBRARY
from mkdocs_worldmodel.spec.conditions import CONDITION_FIELDS, ConditionSpec, key_of
from mkdocs_worldmodel.spec.story import ACTION_FIELDS
from scenes import block

# read by another reader, for which `on` is a truth value
LIBRARY_TEXTS = [re.sub(r"\bon:", "'on':", p.read_text(encoding="utf-8")) for p in sorted(LIBRARY.glob("*.yaml"))]
EXCHANGED: list[Any] = [
    "ego", "left", "right", "1 m", "300 m", "3 s", "20 km/h", "junction", "along", "against", "idm", "truck", "green",
    "pavement", "shoulder", "parking", "none", "cone", "child", "bicycle", "still", "exit", "ramp", "roundabout", "t",
    "signals", "crossing", 0, 1, 2, 3, -1, 8, 1000, 15000, 0.001, float("nan"), float("inf"), True, None, {}, [],
    {"oncoming": 1}, {"left": "pavement"}, {"as": "ego"},
]  # fmt: skip


def check(value: Any) -> None:
    """Compose what stands under `scenario:`, or have mistakes."""
    written = json.dumps(value, indent=1).replace("NaN", ".nan").replace("-Infinity", "-.inf")
    text = "title: x\nscenario:\n" + indent(re.sub(r"\bInfinity", ".inf", written), "  ")
    try:
        found = block(text)
        told = doubts(found, compose(found))
    except SpecError as error:
        told = list(error.mistakes)
        assert told
    assert all(m.line > 0 or m.file for m in told)
    assert all(m.message for m in told)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_a_library_scenario_with_values_exchanged_composes_or_has_mistakes_with_lines(seed: int) -> None:
    chance = Random(seed)
    value = yaml.safe_load(chance.choice(LIBRARY_TEXTS))
    for _ in range(chance.randint(1, 3)):
        *outer, key = chance.choice(list(paths(value)))
        other = at(value, chance.choice(list(paths(value))))
        at(value, tuple(outer))[key] = copy.deepcopy(chance.choice([*EXCHANGED, other, other]))
    check(value)


def test_very_many_actors_are_refused_quickly() -> None:
    text = "scenario: {actors: {" + ", ".join(f"a{i}: {{lane: 1, at: {i}}}" for i in range(100_000)) + "}}"
    begin = time.process_time()
    with pytest.raises(SpecError):
        block(text)
    assert time.process_time() - begin < 2.0


def test_as_many_actors_events_and_points_as_are_allowed_compose() -> None:
    actors = "\n".join(f"    a{i}: {{kind: cone, lane: 1, at: {100 + i}}}" for i in range(64))
    events = "\n".join(f"  - {{when: {{time: {i % 9}}}, do: {{a{i % 64}: {{vanish: true}}}}}}" for i in range(200))
    built = compose(block(f"scenario:\n  actors:\n{actors}\n  story:\n{events}\n"))
    assert (len(built.users), len(built.events)) == (65, 200)


WORDS = st.sampled_from([
    "ego", "lorry", "left", "right", "1 m", "3 s", "20 km/h", "junction", "zebra", "along", "idm", "truck", "green",
    "pavement", "none", "signals", "event 1", "cone", "", "°", "5 %", "against", "still", "library/cut-in",
])  # fmt: skip
LEAVES = WORDS | st.integers(-3, 200) | st.floats() | st.booleans() | st.none() | st.text(max_size=3)
KEYS = st.sampled_from([
    *(key_of(ConditionSpec, f) for f in CONDITION_FIELDS), *ACTION_FIELDS, "lane", "ahead", "at", "of", "to", "below",
    "above", "kind", "when", "do", "name", "on", "before", "after", "facing", "place", "points", "is", "by", "phase",
    "junction", "ramp", "exit", "lanes", "oncoming", "length", "control", "ego", "lorry", "as", "rate", "over",
])  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
ACTIONS_OF_ONE = st.dictionaries(st.sampled_from(ACTION_FIELDS), VALUES, max_size=3)
CONDITION = st.dictionaries(st.sampled_from([key_of(ConditionSpec, f) for f in CONDITION_FIELDS]), VALUES, max_size=2)
EVENTS = st.fixed_dictionaries({
    "when": CONDITION | st.just({"time": 1}),
    "do": st.dictionaries(st.sampled_from(["ego", "lorry", "signals", "x"]), ACTIONS_OF_ONE | VALUES, max_size=2),
})  # fmt: skip
SCENARIOS = st.fixed_dictionaries({}, optional={
    "road": st.sampled_from([{"junction": {"at": "200 m", "control": "signals"}}, {"ramp": {"at": "200 m"}}])
    | st.dictionaries(KEYS, VALUES, max_size=3),
    "ego": st.dictionaries(st.sampled_from(["lane", "speed", "turn", "at", "offset", "kind"]), VALUES, max_size=2),
    "actors": st.dictionaries(
        st.sampled_from(["lorry", "x", "signals", "Ä"]),
        st.fixed_dictionaries(
            {"lane": st.sampled_from([1, 2, "shoulder", {"oncoming": 1}]) | VALUES, "ahead": st.integers(0, 90)},
            optional={"kind": WORDS, "facing": WORDS, "offset": LEAVES, "behaviour": VALUES},
        )
        | VALUES,
        max_size=2,
    ),
    "story": st.lists(EVENTS | VALUES, max_size=2),
    "stop": VALUES,
    "about": VALUES,
    "traffic": VALUES,
})  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(VALUES | SCENARIOS)
def test_anything_under_scenario_composes_or_has_mistakes_with_lines(value: Any) -> None:
    check(value)


def test_a_usual_block_takes_little_time_to_compose() -> None:
    events = "\n".join(
        f"  - {{when: {{ttc: {{to: a, below: {i}}}}}, do: {{a: {{speed: {{to: {i}}}}}}}}}" for i in range(10)
    )
    text = (
        f"scenario:\n  road: {{junction: {{ahead: 90 m}}}}\n  actors: {{a: {{lane: 1, ahead: 20}}}}\n  story:\n{events}"
    )
    compose(block(text))
    begin = time.process_time()
    for _ in range(5):
        found = block(text)
        doubts(found, compose(found))
    assert (time.process_time() - begin) / 5 < 1.0, "a hundred times what it takes"
