"""A training's log as curves."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mkdocs_worldmodel.training.curves import curves, draw, read_log, svg


def wrote(folder: Path, *lines: dict[str, Any]) -> Path:
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "log.jsonl"


def test_what_was_done_anew_after_a_stop_counts_once(tmp_path: Path) -> None:
    first = [{"step": s, "loss": 1.0} for s in (50, 100, 150, 200)]
    anew = [{"step": s, "loss": 0.5} for s in (150, 200, 250)]
    log = read_log(wrote(tmp_path, *first, {"step": 200, "validation": [0.9, 0.8, 1.0]}, *anew))
    assert [line["step"] for line in log] == [50, 100, 150, 200, 250]
    assert curves(log)["loss"] == [(50, 1.0), (100, 1.0), (150, 0.5), (200, 0.5), (250, 0.5)]
    assert curves(log)["validation"] == []


def test_loss_and_validation_of_one_step_stand_side_by_side(tmp_path: Path) -> None:
    log = read_log(wrote(tmp_path, {"step": 500, "loss": 0.3}, {"step": 500, "validation": [0.4, 0.3, 0.5]}))
    assert curves(log) == {"loss": [(500, 0.3)], "validation": [(500, 0.4)], "tokens_per_second": []}


def test_a_line_that_was_cut_off_by_a_kill_is_left_out(tmp_path: Path) -> None:
    file = wrote(tmp_path, {"step": 50, "loss": 0.3})
    file.write_text(file.read_text() + '{"step": 100, "lo' + "\n" + '{"step": 100, "loss": 0.2}\n')
    assert [line["loss"] for line in read_log(file)] == [0.3, 0.2]


def test_long_curves_are_thinned_out_and_keep_their_end(tmp_path: Path) -> None:
    found = curves([{"step": s, "loss": 1.0 / s} for s in range(1, 2000)])["loss"]
    assert len(found) <= 170
    assert found[0] == (1, 1.0)
    assert found[-1] == (1999, 1.0 / 1999)


@pytest.mark.parametrize(
    "lines", [[], [{"step": 50, "loss": 0.3}], [{"step": s, "loss": 2.0 - s / 100} for s in (50, 100)]]
)
def test_the_picture_is_whole_however_little_there_is_to_draw(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    wrote(tmp_path, *lines)
    found = draw(tmp_path)
    assert json.loads((tmp_path / "curves.json").read_text()) == {k: [list(p) for p in v] for k, v in found.items()}
    picture = ET.fromstring((tmp_path / "curves.svg").read_text())
    lines_drawn = [each for each in picture.iter() if each.tag.endswith("polyline")]
    assert len(lines_drawn) == (1 if lines else 0)


def test_a_falling_loss_falls_in_the_picture() -> None:
    picture = ET.fromstring(svg({"loss": [(0, 1.0), (50, 0.5), (100, 0.25)]}))
    (line,) = [each for each in picture.iter() if each.tag.endswith("polyline")]
    points = [tuple(map(float, p.split(","))) for p in line.attrib["points"].split()]
    assert [p[0] for p in points] == sorted(p[0] for p in points)
    down = [b[1] - a[1] for a, b in pairwise(points)]
    assert down[0] == pytest.approx(down[1])  # half is half, on a logarithmic axis
    assert down[0] > 0.0
