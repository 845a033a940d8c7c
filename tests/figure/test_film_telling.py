# Rows of frames, and which frames tell most.

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.figure.telling import film_rows, frame_at, strip_frames, telling_frame
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.spec.block import Place, parse_block


@given(last=st.integers(0, 12_000), fps=st.sampled_from([1, 2, 4, 5, 10, 20]))
def test_frames_show_the_rows_of_their_times(last: int, fps: int) -> None:
    rows = film_rows(last, 0.05, fps)
    assert rows.tolist() == list(range(0, last + 1, 20 // fps))


def test_a_world_with_another_step_is_filmed_at_the_nearest_rows() -> None:
    rows = film_rows(100, 0.03, 10)
    assert len(rows) == 31
    assert np.abs(rows * 0.03 - np.arange(31) / 10).max() <= 0.015 + 1e-9


def test_a_time_between_two_frames_is_shown_by_the_nearest_and_the_end_by_the_last() -> None:
    assert [frame_at(t, 11, 5) for t in (0.0, 0.29, 0.31, 2.0, 2.4)] == [0, 1, 2, 10, 10]


def driven(scenario: str) -> tuple[Analysis, Rollout]:
    built = compose(parse_block(f"scenario: {scenario}", Place(Path(), ())))
    run = worlds.make("simulator").run(built, 0)
    return analyse(built, run), run


def told(scenario: str, fps: int = 10) -> tuple[float, Analysis, Rollout]:
    analysis, run = driven(scenario)
    frames = len(film_rows(analysis.last, run.dt, fps))
    return telling_frame(analysis, run, frames, fps) / fps, analysis, run


def test_a_contact_is_shown_just_before_it_happens() -> None:
    wall = "{ego: {speed: 50 km/h}, actors: {car: {kind: car, lane: 1, ahead: 30 m, speed: 0}}, stop: {time: 5 s}}"
    block = parse_block(f"driver: constant\nscenario: {wall}", Place(Path(), ()))
    built = compose(block)
    run = worlds.make("simulator").run(built, 0)
    analysis = analyse(built, run)
    assert analysis.contact is not None
    contact = float(run.time[analysis.last])
    shown = telling_frame(analysis, run, len(film_rows(analysis.last, run.dt, 10)), 10) / 10
    assert shown == pytest.approx(contact - 0.5, abs=0.051)


def test_the_poster_shows_whom_it_is_about() -> None:
    """A pedestrian crosses far away at first; the ego stops for him and he passes close in front of it."""
    time, analysis, run = told("library/zebra-crossing")
    row = round(time / run.dt)
    ahead = run.x[row, 1] - run.x[row, 0]
    assert run.names[1] == "walker"
    assert 4.0 < ahead < 20.0
    assert abs(float(run.y[row, 1] - run.y[row, 0])) < 0.7 * ahead
    assert any(abs(time - e.time) < 1.06 for e in analysis.events)


def test_of_equally_visible_moments_the_story_counts_most() -> None:
    time, _, _ = told(
        "{road: {lanes: 2}, ego: {speed: 60 km/h}, actors: {car: {lane: 2, ahead: 40 m, speed: 60 km/h}}, "
        "story: [{when: {time: 3 s}, do: {car: {change_lane: {to: 1, over: 4 s}}}}], stop: {time: 10 s}}"
    )
    assert 2.4 < time < 4.1


def test_where_nothing_happens_the_middle_stands_for_the_film() -> None:
    assert told("{ego: {speed: 60 km/h}, stop: {time: 4 s}}")[0] == pytest.approx(2.0)
    assert told("{ego: {speed: 60 km/h}, stop: {time: 0.1 s}}", fps=1)[0] == 0.0


@pytest.mark.parametrize("fps", [1, 5, 20])
@pytest.mark.parametrize("seconds", ["0.1 s", "1 s", "9 s"])
def test_moments_of_the_strip_are_in_order_apart_and_there(seconds: str, fps: int) -> None:
    actors = "{car: {lane: 1, ahead: 30 m, speed: 30 km/h}}"
    analysis, run = driven(f"{{ego: {{speed: 60 km/h}}, actors: {actors}, stop: {{time: {seconds}}}}}")
    frames = len(film_rows(analysis.last, run.dt, fps))
    chosen = strip_frames(analysis, frames, fps)
    assert 1 <= len(chosen) <= 6
    assert chosen[0] == 0
    assert chosen[-1] < frames
    assert all(b - a >= max(round(0.3 * fps), 1) for a, b in pairwise(chosen))
