# The figure of branches: what it says of each is what its run did, and a reader can tell them apart.

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_figures import with_film

from html_tree import tree
from mkdocs_worldmodel.analysis.contact import all_contacts
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.kinds import Order
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import carry_out, driven, understand
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.spec.block import Place

ROAD = """\
figure: what_if
film: none
scenario:
  road: {lanes: 3, length: 900 m}
  ego: {lane: 2, speed: 25 m/s}
  actors:
    lorry: {kind: truck, lane: 2, ahead: 35 m, speed: 16 m/s}
    follower: {lane: 2, behind: 20 m, speed: 25 m/s}
  stop: {time: 10 s}
from: 1 s
"""
THREE = """\
what_if:
  keep: {}
  brake: {ego: {brake: 5 m/s²}, expect: [no collision, min ttc > 100 s]}
  hold on: {ego: {speed: {by: 0}}}
"""
SIX = """\
what_if:
  keep going as before: {expect: [no collision]}
  brake as hard as it can: {ego: {brake: 8 m/s²}, expect: [no collision]}
  brake only a little bit: {ego: {brake: 2 m/s²}, expect: [no collision]}
  hold the speed it has: {ego: {speed: {by: 0 km/h}}}
  evade to the right lane: {ego: {change_lane: {to: right, over: 2 s}}}
  drive without a lorry: {remove: lorry, actors: {follower: {speed: 20 m/s}}}
"""


class Made:
    """A figure, and the runs that it is about."""

    def __init__(self, text: str, folder: Path) -> None:
        self.order: Order[Any] = understand(text, Place(folder, (folder,)))
        self.runs: tuple[Rollout, ...] = carry_out(self.order.kind.plan(self.order), driven)
        self.folder = folder
        self.bundle: Bundle = self.order.kind.draw(self.order, self.runs, folder)

    def cells(self, row: str) -> list[str]:
        """Of the table's row that begins with these words."""
        (found,) = [r for r in self.bundle.tables[0].rows if str(r[0]).startswith(row)]
        return [str(cell) for cell in found[1:]]

    def html(self, text: str = "", language: str = "en") -> str:
        dress = Dress("library-it", "A title", "", "", text, "0123456789abcdef", ALL_PARTS, language)
        return render(self.bundle, dress, lambda file: f"../../assets/worldmodel/0123456789/library-it-{file}")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(ROAD + THREE, tmp_path_factory.mktemp("three"))


def last(run: Rollout) -> int:
    contacts = all_contacts(RolloutBatch.of(run))[0]
    return contacts[0].row if contacts else len(run.time) - 1


# -- numbers -------------------------------------------------------------------------------------------------------


def test_braking_and_speed_are_those_of_each_run_since_the_ways_parted(three: Made) -> None:
    assert [round(float(-run.acceleration[20 : last(run) + 1, 0].min()), 1) for run in three.runs[1:]] == [5.0, 0.0]
    first = float(-three.runs[0].acceleration[20:, 0].min())
    assert three.cells("Strongest braking") == [
        f"{first:.1f} m/s²", f"5.0 m/s² (+{5.0 - round(first, 1):.1f})", f"0.0 m/s² (−{round(first, 1):.1f})",
    ]  # fmt: skip
    lowest = [3.6 * float(run.speed[20 : last(run) + 1, 0].min()) for run in three.runs]
    assert [float(cell.split()[0]) for cell in three.cells("Lowest speed")] == pytest.approx(lowest, abs=0.051)


def test_who_only_speeds_up_brakes_by_nothing(tmp_path: Path) -> None:
    made = Made(f"{ROAD}what_if: {{a: {{remove: lorry}}, b: {{remove: lorry, ego: {{accelerate: 1 m/s²}}}}}}", tmp_path)
    assert made.runs[1].acceleration[20:, 0].min() > 0.9
    assert made.cells("Strongest braking")[1].startswith("0.0 m/s²")


def test_gaps_are_those_from_bumper_to_bumper(three: Made) -> None:
    for run, cell in zip(three.runs, three.cells("Smallest gap"), strict=True):
        k = slice(20, last(run) + 1)
        front = run.length[0] - run.rear_overhang[0]
        gap = run.x[k, 1] - run.rear_overhang[1] - run.x[k, 0] - front
        assert float(cell.split()[0]) == pytest.approx(max(gap.min(), 0.0), abs=0.051)


def test_distances_are_compared_at_a_time_that_all_branches_reach(three: Made) -> None:
    end = min(last(run) for run in three.runs)
    assert end == last(three.runs[2]) < last(three.runs[0])
    cells = three.cells(f"Distance driven until {end * 0.05:.1f} s")
    driven = [float(run.x[end, 0] - run.x[0, 0]) for run in three.runs]
    assert [float(cell.split()[0]) for cell in cells] == pytest.approx(driven, abs=0.051)


def test_a_contact_is_told_with_whom_and_when(three: Made) -> None:
    (contact,) = all_contacts(RolloutBatch.of(three.runs[2]))[0][:1]
    assert three.cells("Contact") == ["None", "None", f"lorry, {contact.time:.1f} s"]


def test_who_answers_is_who_is_farthest_from_where_it_was_without_the_command(three: Made) -> None:
    keep, brake, hold = three.runs
    away = np.hypot(brake.x - keep.x, brake.y - keep.y)[: last(brake) + 1, 1:]
    row, who = np.unravel_index(int(away.argmax()), away.shape)
    assert keep.names[who + 1] == "follower"
    assert three.cells("Who is elsewhere")[:2] == ["–", f"follower, by {away.max():.1f} m at {row * 0.05:.1f} s"]
    until = last(hold) + 1
    moved = np.hypot(hold.x[:until] - keep.x[:until], hold.y[:until] - keep.y[:until])[:, 1:].max()
    assert (three.cells("Who is elsewhere")[2] == "nobody") == (moved <= 0.5)


def test_the_record_holds_what_the_table_says(three: Made) -> None:
    record = json.loads((three.folder / "what-if.json").read_text(encoding="utf-8"))
    assert [b["branch"] for b in record["branches"]] == ["keep", "brake", "hold on"]
    assert record["branches"][2]["contact"]["between"] == ["ego", "lorry"]
    assert record["branches"][0]["most_moved"] is None
    assert record["branches"][1]["most_moved"]["name"] == "follower"
    for branch, cell in zip(record["branches"], three.cells("Smallest gap"), strict=True):
        assert f"{branch['min_gap']:.1f} m" == cell.split(" (")[0]
    assert [e["held"] for e in record["expectations"]] == [True, False]


def test_every_branch_has_its_states_to_take_away(three: Made) -> None:
    files = [d.file for d in three.bundle.downloads if d.suffix.endswith(".csv")]
    assert files == ["states-a.csv", "states-b.csv", "states-c.csv"]
    for file, run in zip(files, three.runs, strict=True):
        rows = list(csv.DictReader(io.StringIO((three.folder / file).read_text(encoding="utf-8"))))
        assert len(rows) == (last(run) + 1) * len(run.names)
        assert float(rows[-3]["x"]) == pytest.approx(run.x[last(run), 0], abs=1e-4)


def test_running_text_may_name_the_numbers_of_a_branch(three: Made) -> None:
    values = three.bundle.values
    assert values["brake.min_speed"].value == pytest.approx(three.runs[1].speed[:, 0].min(), abs=1e-6)
    assert values["hold_on.impact_speed"].value == pytest.approx(three.runs[2].speed[20, 0], abs=1e-6)
    assert values["keep.impact_speed"].value is None


# -- words ---------------------------------------------------------------------------------------------------------


def test_verdicts_name_their_branch_and_stand_where_they_are_written(three: Made) -> None:
    assert [(v.text, v.held) for v in three.bundle.verdicts] == [
        ("B brake: no collision", True), ("B brake: min ttc > 100 s", False),
    ]  # fmt: skip
    paths = three.order.kind.expected(three.order.options)
    assert [three.order.block.sources.mistake(p, "").line for p in paths] == [13, 13]
    again = three.order.kind.verdicts(three.order, three.runs)
    assert list(again) == three.bundle.verdicts


def test_what_is_the_same_is_told_once_and_what_differs_by_its_branches(three: Made) -> None:
    told = [str(m.text) for m in three.bundle.moments]
    assert told[0].startswith("The ego drives at 90 km/h in lane 2;")
    assert told.count(told[0]) == 1
    assert "The ways part: A keep, B brake, C hold on." in told
    speed = 3.6 * float(three.runs[0].speed[20, 0])
    assert any(t.startswith(f"B brake: the ego begins to brake from {speed:.0f} km/h to a stop") for t in told)
    assert any(t.startswith("C hold on:") and "collide" in t for t in told)
    assert not any("handed over" in t for t in told)
    assert sum("the run ends" in t for t in told) == 3
    times = [m.time for m in three.bundle.moments]
    assert times == sorted(times)
    assert len(set(told)) == len(told)


def test_the_alternative_to_the_film_says_what_every_branch_comes_to(three: Made) -> None:
    alt = str(three.bundle.alt)
    assert "3 branches side by side" in alt
    assert "A keep: no contact; smallest distance" in alt
    assert "C hold on: contact of the ego and the lorry at" in alt


def test_who_is_removed_or_starts_otherwise_is_told_at_the_start(tmp_path: Path) -> None:
    made = Made(ROAD + SIX, tmp_path)
    said = [str(m.text) for m in made.bundle.moments if m.time == 0.0]
    assert "F drive without a lorry: the lorry is not there; the follower starts otherwise (speed: 20 m/s)." in said
    assert made.cells("Who is elsewhere")[5].startswith("follower")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja", "zh"])
def test_a_figure_of_six_branches_keeps_to_the_budget_of_a_page(tmp_path: Path, language: str) -> None:
    made = Made(ROAD + SIX, tmp_path)
    made.bundle = with_film(made.bundle, 101)
    html = made.html(ROAD + SIX, language)
    assert len(html.encode()) <= 15_000
    assert len(list(tree(html).all())) <= 200


def test_no_english_is_left_in_another_language(three: Made) -> None:
    html = re.sub(r'<pre.*?</pre>|class="[^"]*"', "", three.html(language="de"), flags=re.S)
    for word in ("ways part", "branch", "Smallest", "contact", "elsewhere", "the run", "The ego"):
        assert word not in html, word


def test_a_name_cannot_break_the_page(tmp_path: Path) -> None:
    name = "<b>&\"'{x}%s</td>"
    quoted = json.dumps(name)
    text = f"{ROAD}what_if: {{{quoted}: {{}}, b: {{ego: {{brake: 5}}}}}}"
    made = Made(text, tmp_path)
    page = tree(made.html())
    assert not list(page.all("b"))
    heads = [node.text for node in page.first(class_="wm-table").all("th", scope="col")]
    assert heads[1] == f"A {name}"
    assert Bundle.read(json.dumps(made.bundle.plain()).encode()) == made.bundle


# -- charts --------------------------------------------------------------------------------------------------------


def lines(svg: str) -> Iterator[tuple[int, str]]:
    for style, data in re.findall(r'<path class="wm-line wm-line-(\d)" d="([^"]*)"', svg):
        yield int(style), data


def test_every_branch_is_one_line_that_ends_where_it_ends(three: Made) -> None:
    drawn = dict(lines(three.bundle.chart))
    assert sorted(drawn) == [1, 2, 3]
    x0, x1 = three.bundle.chart_x
    share = (last(three.runs[2]) * 0.05) / (last(three.runs[0]) * 0.05)

    def reach(data: str) -> float:
        far, x = 0.0, 0.0
        for part in re.findall(r"M[^M]*", data):
            numbers = [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", part)]
            x = numbers[0]
            far = max(far, x)
            for step in numbers[2::2]:
                x += step
                far = max(far, x)
        return far

    assert reach(drawn[1]) == pytest.approx(x1, abs=0.6)
    assert reach(drawn[3]) == pytest.approx(x0 + share * (x1 - x0), abs=(x1 - x0) / (10 * 10) + 0.6)


def test_the_legend_has_a_line_and_the_speed_for_every_branch(three: Made) -> None:
    assert [(str(k["label"]), k["line"]) for k in three.bundle.keys] == [
        ("A keep", 1),
        ("B brake", 2),
        ("C hold on", 3),
    ]
    assert set(three.bundle.series) == {k["series"] for k in three.bundle.keys}


def test_branches_that_end_before_they_part_are_drawn_too(tmp_path: Path) -> None:
    text = ROAD.replace("ahead: 35 m, speed: 16 m/s", "ahead: 3 m, speed: 0").replace("from: 1 s", "from: 5 s")
    made = Made(text + THREE.replace("min ttc > 100 s", "min ttc > 0 s"), tmp_path)
    assert len(set(made.cells("Contact"))) == 1
    assert "lorry" in made.cells("Contact")[0]
    assert made.html()
