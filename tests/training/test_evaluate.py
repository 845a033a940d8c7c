"""One command makes all tables about a world, and goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.training import evaluate as room
from mkdocs_worldmodel.training.evaluate import PLAN, RESULTS, Extent, evaluate, summary
from mkdocs_worldmodel.training.evaluate_blocks import PARTS, SIZE, Block, blocks, keep, kept
from mkdocs_worldmodel.training.evaluate_goals import goals
from mkdocs_worldmodel.training.evaluate_recorded import clips, foretell
from mkdocs_worldmodel.training.evaluate_roads import OFF_TRAINING
from mkdocs_worldmodel.training.evaluate_tables import drives, forecasts
from mkdocs_worldmodel.training.scenes import ROAD_KINDS, scenes
from mkdocs_worldmodel.training.stream import held_out
from mkdocs_worldmodel.training.tracks import write_tracks
from mkdocs_worldmodel.world.simulator import Simulator

TINY = Extent(scenes_per_kind=2, seeds=2, kinds=("curves",), only=("forecasts",))
RUN = "from mkdocs_worldmodel.cli import main; main()"
LONG = Extent(scenes_per_kind=16, seeds=2, kinds=("curves",), only=("long",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("evaluation")
    evaluate(made, world="simulator", extent=TINY)
    evaluate(made, world="simulator", extent=LONG)
    return made


# -- blocks ------------------------------------------------------------------------------------------------


def test_blocks_hold_as_many_scenes_as_asked_for_spread_over_the_seeds() -> None:
    some = list(blocks("forecasts", ("a", "b"), 50, 3))
    for kind in ("a", "b"):
        counts = [sum(b.count for b in some if (b.kind, b.seed) == (kind, seed)) for seed in range(3)]
        assert counts == [17, 17, 16]
    assert max(block.count for block in some) == SIZE
    assert [block.number for block in some] == sorted(block.number for block in some)


def test_more_scenes_need_no_whole_block_again() -> None:
    whole = {block for block in blocks("long", ("a",), 40, 1) if block.count == SIZE}
    assert whole <= set(blocks("long", ("a",), 400, 1))


def test_no_two_blocks_of_a_kind_see_the_same_scenes_and_none_sees_those_of_training() -> None:
    every = [block for part in PARTS for block in blocks(part, ("a",), 3000, 3)]
    seeds = [block.scenes_seed for block in every]
    assert len(set(seeds)) == len(seeds)
    assert min(seeds) > held_out(999)


def test_what_blocks_came_to_is_put_together_scene_by_scene(tmp_path: Path) -> None:
    some = [Block("forecasts", "a", seed, 0, 2) for seed in range(3)]
    keep(tmp_path, some[0], {"x": np.ones((2, 3)), "only": np.zeros(2)})
    keep(
        tmp_path,
        some[1],
        {
            "x": np.full(
                (
                    2,
                    2,
                ),
                2.0,
            )
        },
    )
    found = kept(tmp_path, some)
    assert found is not None
    assert np.array_equal(found["x"], [[1, 1, 1], [1, 1, 1], [2, 2, np.nan], [2, 2, np.nan]], equal_nan=True)
    assert np.array_equal(found["only"], [0, 0, np.nan, np.nan], equal_nan=True)
    assert found["seed"].tolist() == [0, 0, 1, 1]
    assert kept(tmp_path, some[2:]) is None


# -- the whole ---------------------------------------------------------------------------------------------


def test_results_are_plain_json_that_tells_what_was_judged(folder: Path) -> None:
    content = json.loads((folder / RESULTS).read_text(encoding="utf-8"), parse_constant=lambda _: pytest.fail("NaN"))
    assert content["world"]["name"] == "simulator"
    assert content["blocks missing"] == 0
    assert set(content["forecasts"]) == {"all", "curves"}
    table = content["forecasts"]["all"]
    assert table["scenes"] == 2
    assert len(table["seeds"]["world"]) == 2
    assert table["methods"]["world"] == table["methods"]["random lane followers"]
    assert table["ratios"]["K few"]["ratio"] == [1.0, 1.0, 1.0]
    missed = [
        goal for goal in content["goals"] if goal["goal"].startswith("final distance over that of the best baseline")
    ]
    assert missed
    assert not any(goal["reached"] for goal in missed)


def test_a_finished_block_is_not_made_again_and_a_lost_one_is_the_same(folder: Path) -> None:
    results = (folder / RESULTS).read_bytes()
    files = sorted((folder / "long").iterdir())
    before = {path: path.stat().st_mtime_ns for path in files}
    lost = files[0].read_bytes()
    files[0].unlink()
    assert summary(folder)["blocks missing"] == 1
    said: list[str] = []
    evaluate(folder, world="simulator", extent=LONG, note=said.append)
    assert len(said) == 1
    assert files[0].read_bytes() == lost
    assert all(path.stat().st_mtime_ns == before[path] for path in files[1:])
    assert (folder / RESULTS).read_bytes() == results


def test_several_processes_come_to_the_same(folder: Path, tmp_path: Path) -> None:
    evaluate(tmp_path, world="simulator", extent=LONG, workers=2)
    assert json.loads((tmp_path / RESULTS).read_text())["long"] == json.loads((folder / RESULTS).read_text())["long"]


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def waited_for(what: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups: not on this system")
def test_a_killed_command_leaves_no_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, "evaluate", "--world", "simulator", "--out", str(tmp_path),
               "--part", "forecasts"]  # fmt: skip
    running = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert waited_for(lambda: any(tmp_path.glob("forecasts/*.npz"))), "the processes have begun to work"
        running.kill()
        running.wait()
        assert waited_for(lambda: gone(running.pid))
    finally:
        if not gone(running.pid):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_a_folder_holds_one_world(folder: Path, tmp_path: Path) -> None:
    plan = json.loads((folder / PLAN).read_text())
    plan["world"]["version"] = "another 1"
    (tmp_path / PLAN).write_text(json.dumps(plan))
    with pytest.raises(ValueError, match="another 1"):
        evaluate(tmp_path, world="simulator", extent=TINY)


@pytest.mark.parametrize(
    ("extent", "said"),
    [
        (Extent(kinds=("moon",)), "moon"),
        (Extent(only=("everything",)), "everything"),
        (Extent(only=("recorded",)), "tracks"),
        (Extent(scenes_per_kind=0), "at least 1"),
        (Extent(seeds=0), "at least 1"),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(tmp_path: Path, extent: Extent, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        evaluate(tmp_path, world="simulator", extent=extent)
    assert not (tmp_path / PLAN).exists()


def test_weights_are_the_learned_worlds_alone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="simulator"):
        evaluate(tmp_path, world="simulator", weights=tmp_path, extent=TINY)


def test_a_world_that_foretells_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_world", lambda *_: object())
    with pytest.raises(WorldError, match="futures"):
        evaluate(tmp_path, world="a team's", extent=TINY)


# -- parts -------------------------------------------------------------------------------------------------


def test_long_drives_are_told_for_each_window(folder: Path) -> None:
    table = json.loads((folder / RESULTS).read_text())["long"]["all"]
    assert table["scenes"] == 2  # one of eight
    for spread in table["spreads"].values():
        assert len(spread["world"]["mean"]) == len(spread["distance"]) == 3


def test_a_drive_like_the_datas_has_no_distance_from_it() -> None:
    some = np.random.default_rng(0).normal(size=(4, 50))
    names = ("speed", "acceleration", "gap", "lane_offset", "lane_changes", "contact", "off road")
    arrays = {f"{name}/{who}/{w}": some for name in names for who in ("world", "data") for w in range(3)}
    arrays["seed"] = np.zeros(4)
    table = drives(arrays)
    assert table["spreads"]["speed"]["distance"] == [0.0, 0.0, 0.0]
    assert table["spreads"]["gap"]["overlap"] == [1.0, 1.0, 1.0]
    assert table["lane changes"]["ratio"] == [1.0, 1.0, 1.0]
    assert all(0.0 < floor < 1.0 for floor in table["spreads"]["speed"]["floor"])


@pytest.mark.parametrize("name", OFF_TRAINING)
def test_untrained_roads_are_those_that_are_said(name: str) -> None:
    of = OFF_TRAINING[name]
    drawn = next(scenes(of.traffic, 3, 2, 1.0, road=of.draw))
    for scenario in drawn.scenarios:
        roads = scenario.network.roads
        lanes = max(
            len([lane for lane in s.lanes if lane.type == "driving" and lane.id < 0]) for r in roads for s in r.sections
        )
        bend = max(abs(g.curvature_start) for road in roads for g in road.geometries)
        told = {
            "five_lanes": lanes == 5,
            "hairpins": bend == pytest.approx(1 / 20.0),
            "keep_left": {road.rule for road in roads} == {"LHT"},
            "wide_crossing": lanes == 3 and bool(scenario.network.signals()),
            "large_roundabout": bend < 1 / 25.0 or len(roads) > 8,
        }
        assert told[name]


def test_recorded_traffic_is_foretold_as_far_as_it_goes(tmp_path: Path) -> None:
    drawn = next(scenes("curves", 9, 1, 7.0))
    write_tracks(drawn.scenarios[0], drawn.run.one(0), tmp_path / "tracks" / "clip")
    ((name, path),) = clips(tmp_path / "tracks", tmp_path / "work").items()
    assert name == "clip"
    table = forecasts({**foretell(Simulator(), path, 1), "seed": np.zeros(1)})
    seen = table["road users"]  # moments at 2, 4 and 6 s: 5, 3 and 1 s are left
    assert seen[0] > seen[1] > 0
    assert seen[2:] == [0, 0]
    assert table["rates"] == {}
    assert table["ratios"]["K few"]["ratio"] == [None, None, None]
    with pytest.raises(ValueError, match="no recorded traffic"):
        clips(tmp_path / "work", tmp_path / "work")


# -- goals -------------------------------------------------------------------------------------------------


def of_forecasts(few: list[float | None], rate: list[float | None]) -> dict[str, object]:
    rates = {"world": [0.01, 0.0, 0.02], "data": [0.004, 0.0, 0.01], "ratio": rate}
    return {"ratios": {"K few": {"ratio": few}, "single guess": {"ratio": few}}, "rates": {"contact": rates}}


def test_a_goal_is_reached_by_the_mean_and_surely_by_the_interval() -> None:
    told = {
        goal["goal"]: goal for goal in goals({"forecasts": {"all": of_forecasts([0.39, 0.3, 0.45], [2.5, 1.0, 4.0])}})
    }
    few = told["final distance over that of the best baseline with as many tries"]
    assert (few["reached"], few["surely"]) == (True, True)
    single = told["final distance over that of the best single guess"]
    assert (single["reached"], single["surely"]) == (True, False)
    contact = told["contacts in 8 s over the data's"]
    assert (contact["reached"], contact["surely"]) == (True, False)


def test_a_road_kind_has_its_own_goal_and_nothing_is_reached_by_nothing() -> None:
    found = goals({"forecasts": {"urban": of_forecasts([0.75, 0.7, 0.79], [None, None, None])}})
    assert [(goal["kind"], goal["wanted"], goal["reached"]) for goal in found] == [("urban", "≤ 0.8", True)]
    found = goals({"forecasts": {"urban": of_forecasts([None, None, None], [None, None, None])}})
    assert not found[0]["reached"]


def test_every_road_kind_and_part_has_its_share() -> None:
    assert set(room.SHARES) == set(PARTS) - {"recorded"}
    assert set(Extent().kinds) == set(ROAD_KINDS)
    assert all(-(-Extent().scenes_per_kind // share) >= 64 for share in room.SHARES.values())
