# The top view of branches: every ego is where its run has it, to scale, with its name.

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.analysis.said import replaced
from mkdocs_worldmodel.figure import what_if_plan
from mkdocs_worldmodel.figure.what_if_ways import Ways
from mkdocs_worldmodel.pipeline import carry_out, driven, understand
from mkdocs_worldmodel.spec.block import Place

TEXT = """\
figure: what_if
film: none
scenario:
  road: {lanes: 3, length: 900 m}
  ego: {lane: 2, speed: 20 m/s}
  actors:
    lorry: {kind: truck, lane: 2, ahead: 35 m, speed: 12 m/s}
    follower: {lane: 2, behind: 15 m, speed: 20 m/s}
  stop: {time: %s s}
from: 1 s
what_if:
  keep: {}
  brake: {ego: {brake: 6 m/s²}}
  to the left: {ego: {change_lane: {to: 3, over: 2 s}}}
"""


def ways(seconds: float = 4.0, text: str = TEXT) -> Ways:
    order = understand(text % seconds, Place(Path(), ()))
    runs = carry_out(order.kind.plan(order), driven)
    return Ways(order.options.start, order.options.ways, runs, 10)


@pytest.fixture(scope="module")
def three() -> Ways:
    return ways()


def outline(svg: str, name: str, line: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Points of a closed outline, in pixels."""
    (data,) = re.findall(rf'<path class="{name} wm-line-{line}" d="M([^"]*?)Z', svg)
    first, _, rest = data.partition("l")
    start = np.array([float(v) for v in first.split()])
    steps = np.array([float(v) for v in rest.split()]).reshape(-1, 2)
    return np.concatenate([start[None], start + np.cumsum(steps, axis=0)])


def test_every_ego_is_drawn_where_it_is_and_to_scale(three: Ways) -> None:
    svg = what_if_plan.top(three)["svg"]
    bodies = [outline(svg, "wm-branch", i + 1) for i in range(3)]
    moment = float(str(what_if_plan.top(three)["caption"]).split(" s to ")[1].split(" s,")[0])
    row = round(moment / 0.05)
    scale = np.ptp(bodies[0][:, 0]) / three.runs[0].length[0]
    for i in (1, 2):
        shift = bodies[i].mean(axis=0) - bodies[0].mean(axis=0)
        run, first = three.runs[i], three.runs[0]
        expected = np.array([run.x[row, 0] - first.x[row, 0], -(run.y[row, 0] - first.y[row, 0])])
        assert shift / scale == pytest.approx(expected, abs=0.35)


def test_the_ways_begin_where_they_part_and_lead_to_the_egos(three: Ways) -> None:
    svg = what_if_plan.top(three)["svg"]
    lines = dict(re.findall(r'<path class="wm-line wm-line-(\d)" d="M([-\d.]+ [-\d.]+)', svg))
    assert sorted(lines) == ["1", "2", "3"]
    assert len(set(lines.values())) == 1


def test_who_is_elsewhere_in_a_branch_is_drawn_in_its_line(three: Ways) -> None:
    svg = what_if_plan.top(three)["svg"]
    assert len(re.findall('class="wm-branch wm-ghost wm-line-2"', svg)) == 1  # the follower brakes too
    assert "wm-branch wm-ghost wm-line-1" not in svg


def test_everyone_is_named_for_those_who_see_and_for_those_who_do_not(three: Ways) -> None:
    words = replaced(str(what_if_plan.top(three)["svg"]), str)
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", words)
    (described,) = re.findall(r'aria-label="([^"]*)"', words)
    for name in ("A keep", "B brake", "C to the left"):
        assert name in shown or name[0] in shown
        assert name in described
    assert any(word.endswith(" m") for word in shown)


def test_ways_are_drawn_as_far_as_a_picture_reaches() -> None:
    far = ways(20.0, TEXT.replace("ahead: 35 m", "ahead: 300 m"))
    moment = float(str(what_if_plan.top(far)["caption"]).split(" s to ")[1].split(" s,")[0])
    row, first = round(moment / 0.05), far.first
    for run in far.runs:
        way = np.hypot(np.diff(run.x[first : row + 1, 0]), np.diff(run.y[first : row + 1, 0])).sum()
        assert way <= what_if_plan.FARTHEST + 1.5
    assert moment > 3.0


@pytest.mark.parametrize("start", ["0 s", "3.9 s"])
def test_a_parting_at_either_end_is_drawn(start: str) -> None:
    assert "<svg" in what_if_plan.top(ways(4.0, TEXT.replace("from: 1 s", f"from: {start}")))["svg"]
