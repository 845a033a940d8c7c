"""Edges, delays and combinations of conditions, by hand-made tables of truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest
from story_scenes import (
    scenario,
)

from mkdocs_worldmodel.scenario.story import (
    AllOf,
    AnyOf,
    Condition,
    Edge,
    Not,
    SpeedCondition,
    TimeCondition,
)
from mkdocs_worldmodel.sim.conditions import Watch
from mkdocs_worldmodel.sim.simulation import DT, Simulation

WAVE = [0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1]


def looks(condition: Condition, wave: Sequence[int] = WAVE) -> list[int]:
    """What a condition says in each step while the ego drives (1) or stands (0)."""
    simulation = Simulation([scenario(stop_time=10.0)], [0])
    watch, m = Watch([condition], simulation.director.now), simulation.motion
    found = []
    for k, moves in enumerate(wave):
        m.v[:, 0] = float(moves)
        simulation.director.now.advance(k * DT)
        found.append(int(watch.look()[0]))
    return found


def drives(edge: Edge = "none", delay: float = 0.0) -> Condition:
    return SpeedCondition("ego", ">", 0.5, edge=edge, delay=delay)


def test_edges_hold_in_the_step_of_the_change() -> None:
    assert looks(drives()) == WAVE
    assert looks(drives("rising")) == [0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert looks(drives("falling")) == [0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert looks(drives("rising or falling")) == [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0]


def test_what_is_true_from_the_start_has_no_edge() -> None:
    assert looks(drives("rising"), [1, 1, 1]) == [0, 0, 0]
    assert looks(drives("falling"), [1, 0, 0]) == [0, 1, 0]


@pytest.mark.parametrize("steps", [1, 2, 5, 12, 100])
@pytest.mark.parametrize("edge", get_args(Edge))
def test_a_delay_shows_what_was_true_that_long_ago(steps: int, edge: Edge) -> None:
    now = looks(drives(edge))
    assert looks(drives(edge, steps * DT)) == ([0] * steps + now)[: len(now)]


def test_a_delay_between_two_steps_counts_to_the_later_one() -> None:
    assert looks(drives(delay=0.06)) == looks(drives(delay=0.10))
    assert looks(drives(delay=0.05)) == [0, *WAVE[:-1]]


@pytest.mark.parametrize("delay", [1e3, 1e12, 1e300])
def test_a_delay_beyond_the_end_is_never_over_and_costs_no_memory(delay: float) -> None:
    assert not any(looks(drives(delay=delay)))


def test_all_any_and_not_are_those_of_logic() -> None:
    other = TimeCondition(0.2)  # false in the first four steps
    assert looks(AllOf((drives(), other))) == [0] * 4 + WAVE[4:]
    assert looks(AnyOf((drives(), other))) == WAVE[:4] + [1] * 9
    assert looks(Not(drives())) == [1 - w for w in WAVE]
    assert looks(Not(AllOf((drives(), Not(drives()))))) == [1] * 13


def test_combinations_have_edges_and_delays_of_their_own() -> None:
    assert looks(Not(drives(), edge="rising")) == looks(drives("falling"))
    assert looks(AllOf((drives(),), delay=0.1)) == looks(drives(delay=0.1))
    both = AllOf((drives("rising"), drives("rising", 0.25)))  # it starts to drive, and did so five steps ago
    assert looks(both) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_edges_inside_of_a_combination_are_seen_in_every_step() -> None:
    late = AllOf((TimeCondition(0.3), drives("rising")))
    assert looks(late) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]


def test_copies_may_have_different_delays() -> None:
    delays = [0.0, 0.1, 0.35]
    simulation = Simulation([scenario()] * 3, [0] * 3)
    watch = Watch([drives("rising", d) for d in delays], simulation.director.now)
    found = []
    for k, moves in enumerate(WAVE):
        simulation.motion.v[:, 0] = float(moves)
        simulation.director.now.advance(k * DT)
        found.append(watch.look().astype(int))
    for b, d in enumerate(delays):
        assert np.array(found)[:, b].tolist() == looks(drives("rising", d))
