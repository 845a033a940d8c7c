"""Our roads against points that esmini's road manager computed from the same files."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.errors import SpecError
from mkdocs_worldmodel.interchange.opendrive import read_opendrive
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders, section_at

ROADS = Path(__file__).resolve().parents[3] / "shared" / "reference-data" / "roads"
FILES = sorted(path.relative_to(ROADS / "files").with_suffix("").as_posix() for path in ROADS.rglob("*.xodr"))

# Against the standard: the same lane twice, NaN coefficients, a number that is none.
REFUSED = {"maliput/GapInLaneWidthNonDrivableLane", "maliput/SingleRoadNanValues", "maliput/SingleRoadHighCoefficients"}
# Banked roads: seen from above their lanes are narrower, ours are level.
BANKED = {"esmini/pitch_by_super_elevation", "esmini/slope_up_leaning_right", "esmini/tilted_crest",
          "maliput/ArcLaneRolledAndOffset", "maliput/GapInSuperelevationNonDrivableRoad",
          "maliput/SShapeSuperelevatedRoad"}  # fmt: skip
# Its polynomials are half as long again as it says: both slide along the curve, in their own steps.
SLIDING = {"maliput/ParametricCubicCurveRoad": 0.3}
POLYNOMIAL = 1e-3
"""How far clothoids are from the polynomials for which they stand [m]; all else agrees to the digits of the tables."""


@pytest.mark.skipif(not FILES, reason="the reference data are not at hand (../shared/reference-data)")
def test_the_reference_roads_are_at_hand_in_full() -> None:
    assert len(FILES) == 103


@pytest.mark.parametrize("name", FILES)
def test_reference_lines_and_lanes_lie_where_esmini_has_them(name: str, record_property: pytest.RecordProperty) -> None:
    text = (ROADS / "files" / f"{name}.xodr").read_bytes()
    if name in REFUSED:
        with pytest.raises(SpecError):
            read_opendrive(text)
        return
    network = read_opendrive(text)
    lines = ReferenceLines(network.roads)
    place = {road.id: i for i, road in enumerate(network.roads)}
    furthest = widest = 0.0
    with gzip.open(ROADS / "expected" / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        i, s, t = place[row["road_id"]], float(row["s"]), 0.0
        road = network.roads[i]
        if row["kind"] == "lane":
            if name in BANKED:
                continue
            section = section_at(road, s)
            lane = next(ln for ln in section.lanes if ln.id == int(row["lane_id"]))
            inner, outer = (float(border) for border in lane_borders(road, section, lane, s))
            t = 0.5 * (inner + outer)
            widest = max(
                widest, abs(abs(outer - inner) - float(row["lane_width"])), abs(t - float(row["t_lane_centre"]))
            )
        x, y, _ = lines.pose(i, np.array([s]), t)
        furthest = max(furthest, float(np.hypot(x[0] - float(row["x"]), y[0] - float(row["y"]))))
    record_property("max error [m]", furthest)
    assert rows
    assert widest < 2e-6
    polynomial = b"oly3" in text
    assert furthest < SLIDING.get(name, POLYNOMIAL if polynomial else 2e-6)
