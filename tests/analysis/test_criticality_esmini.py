"""Gap, TTC and contact against esmini's, on runs that esmini drove."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reference_runs import FULL, SAMPLE, Table, esmini_run, rows

from mkdocs_worldmodel.analysis.contact import all_contacts
from mkdocs_worldmodel.analysis.quantities import read
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.rollout.batch import RolloutBatch

STRAIGHT = ("esmini__slow-lead-vehicle", "esmini__straight_500m", "esmini__ttc_condition",
            "alks__alks_scenario_4_2_1_fully_blocking_target_template",
            "alks__alks_scenario_4_3_2_follow_lead_vehicle_emergency_brake_template",
            "alks__alks_scenario_4_4_2_cut_in_unavoidable_collision_template",
            "alks__alks_scenario_4_5_1_cut_out_fully_blocking_template", "ncap__NCAP_AEB_C2C_CCR_2023")  # fmt: skip


def compare(entities: Table, states: Table, expected: Table) -> tuple[int, int]:
    """Check every row of a table of distances; how many gaps and times were compared."""
    scenario, run = esmini_run(entities, states)
    readings = Readings(scenario, run, len(run.time) - 1)
    row = {round(t, 3): k for k, t in enumerate(run.time.tolist())}
    gaps = times = 0
    for e in expected:
        k = row.get(round(float(e["time"]), 3))
        if k is None or not e["ds_freespace"]:
            continue
        i, j = run.names.index(e["entity"]), run.names.index(e["target"])
        if abs(run.s[k, j] - run.s[k, i]) < run.length.max():
            continue  # side by side esmini's free distance is that of the bodies' far ends
        gap, ttc = (float(read(readings, n, i, j)[k]) for n in ("gap", "ttc"))
        # positions are given to 1e-6, sizes as 32-bit numbers; of a body that stands across the lane during a change,
        # esmini measures to its corner, we to the middle of its bumper
        slant = np.abs(np.sin(run.heading[k, [i, j]]))
        straight = bool(slant.max() < 1e-6)
        corner = float((0.5 * run.width[[i, j]] * slant).sum())
        assert gap == pytest.approx(abs(float(e["ds_freespace"])), abs=2e-5 + corner), e
        gaps += 1
        theirs = float(e["ttc_road_freespace"])  # -1 stands for none, and for a gap that has closed
        if theirs > 0.0 and straight:
            assert ttc == pytest.approx(theirs, rel=1e-3, abs=2e-3), e
            times += 1
    return gaps, times


def tables() -> list[tuple[Path, Path, Path]]:
    """Entities, states, expected distances: of the samples, and of the full runs where they are at hand."""
    parts = ("entities", "states", "expected")
    out = [tuple(SAMPLE / f"esmini_{n}_{part}.csv" for part in parts) for n in ("slow_lead", "oncoming", "cut_in")]
    for name in STRAIGHT:
        folder, expected = FULL / "expected" / name.replace("__", "/", 1), FULL / f"metrics/ttc_esmini/{name}.csv.gz"
        if expected.is_file():
            out.append((folder / "entities.csv", folder / "trajectory.csv.gz", expected))
    return out  # type: ignore[return-value]


@pytest.mark.parametrize("paths", tables(), ids=lambda p: p[2].name.split(".")[0])
def test_gap_and_ttc_are_esminis(paths: tuple[Path, Path, Path]) -> None:
    gaps, times = compare(*(rows(path) for path in paths))
    assert gaps > 40
    assert times > 20


def collisions() -> list[tuple[Path, Path, Path]]:
    """Entities, states, first frames of contact, likewise."""
    out = [tuple(SAMPLE / f"esmini_cut_in_{part}.csv" for part in ("entities", "states", "collisions"))]
    for found in sorted(FULL.glob("expected/*/*/collisions.csv")):
        out.append((found.parent / "entities.csv", found.parent / "trajectory.csv.gz", found))  # noqa: PERF401
    return out  # type: ignore[return-value]


@pytest.mark.parametrize("paths", collisions(), ids=lambda p: f"{p[2].parent.name}-{p[2].stem}")
def test_contacts_are_in_the_frames_in_which_esmini_finds_them(paths: tuple[Path, Path, Path]) -> None:
    entities, states, expected = (rows(path) for path in paths)
    _, run = esmini_run(entities, states)
    found = {frozenset((run.names[c.first], run.names[c.second])): c for c in all_contacts(RolloutBatch.of(run))[0]}
    theirs = {frozenset((r["entity"], r["other"])): float(r["time"]) for r in reversed(expected)}
    assert set(theirs) <= set(found)
    for pair, time in theirs.items():
        contact = found[pair]
        if paths[2].parent == SAMPLE:  # between rows half a second apart, in a lane change
            assert contact.time == pytest.approx(time, abs=0.1)
        else:
            assert run.time[contact.row] == pytest.approx(time, abs=1e-6), sorted(pair)
            assert contact.time <= time + 1e-6
