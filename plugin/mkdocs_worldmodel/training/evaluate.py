# One command makes all tables about a world: forecasts, long drives, reaction, recorded traffic, roads that were not
# trained on. It takes hours; every block of scenes is a file, and what is there is not made again.

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.runtime import SceneModel
from mkdocs_worldmodel.sim.motion import DT
from mkdocs_worldmodel.training.evaluate_blocks import PARTS, Arrays, Block, blocks, keep, kept, together
from mkdocs_worldmodel.training.evaluate_forecasts import HORIZONS, ROW, judge
from mkdocs_worldmodel.training.evaluate_goals import goals
from mkdocs_worldmodel.training.evaluate_long import SECONDS, WINDOWS, drive_on
from mkdocs_worldmodel.training.evaluate_reaction import pairs, react
from mkdocs_worldmodel.training.evaluate_recorded import clips, foretell
from mkdocs_worldmodel.training.evaluate_roads import OFF_TRAINING
from mkdocs_worldmodel.training.evaluate_tables import Table, drives, forecasts, grouped, reaction
from mkdocs_worldmodel.training.scenes import ROAD_KINDS, Scenes, scenes
from mkdocs_worldmodel.world import make
from mkdocs_worldmodel.world.face import World
from mkdocs_worldmodel.world.learned import Learned

FORMAT = 1
"""Of the results file. Raise it when what it holds changes."""
RESULTS, PLAN = "results.json", "plan.json"
SHARES = {"forecasts": 1, "long": 8, "reaction": 1, "off_training": 8}
"""Of the scenes of each kind that are asked for, a part takes one in so many."""
_LONGEST = max(HORIZONS)

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is judged.

    Attributes:
        scenes_per_kind: held-out scenes of each road kind, in all seeds together; long drives and untrained
            roads take a part of that (SHARES).
        seeds: repetitions with other scenes and other random numbers.
        kinds: road kinds.
        only: parts to make, of PARTS; nothing: all, recorded traffic where there are tracks.
        tracks: folder with recorded traffic, see `training.tracks`.
    """

    scenes_per_kind: int = 510
    seeds: int = 3
    kinds: tuple[str, ...] = ROAD_KINDS
    only: tuple[str, ...] = ()
    tracks: Path | None = None

    def parts(self) -> list[str]:
        """Which parts are made.

        Raises:
            ValueError: where something is asked for that is not there.
        """
        if unknown := [*(set(self.only) - set(PARTS)), *(set(self.kinds) - set(ROAD_KINDS))]:
            known = f"parts: {', '.join(PARTS)}; road kinds: {', '.join(ROAD_KINDS)}"
            raise ValueError(f"there is no {sorted(unknown)[0]!r} ({known})")
        if "recorded" in self.only and self.tracks is None:
            raise ValueError("recorded traffic is judged where a folder with tracks is given")
        if self.scenes_per_kind < 1 or self.seeds < 1:
            raise ValueError("there is nothing to judge: scenes and seeds are at least 1")
        return [part for part in self.only or PARTS if part != "recorded" or self.tracks is not None]


def evaluate(
    folder: Path, *, world: str = "learned", weights: Path | None = None, extent: Extent | None = None,
    workers: int = 1, note: Note | None = None,
) -> Table:  # fmt: skip
    """Judge a world, or go on with it, and write `results.json` into a folder.

    Args:
        folder: of this evaluation; one for each world and weights
        world: name of the world
        weights: of the learned world; None: those that come with the package
        extent: how much; None: all but recorded traffic
        workers: processes
        note: called with what has just been done

    Returns:
        as `summary`.

    Raises:
        ValueError: where the folder holds an evaluation of another world, or something is asked for that is not there.
        WorldError: where there is no such world, it cannot foretell, or its weights cannot be used.
    """
    extent = extent or Extent()
    chosen = extent.parts()
    plan = _plan(folder, _told(world, weights))
    for part in chosen:
        plan["parts"][part] = _asked(part, extent, folder)
    _write(folder / PLAN, plan)
    left = [block for part in chosen for block in _blocks(plan, part) if not block.path(folder).exists()]
    for done, block in enumerate(_made(folder, left, world, weights, plan, workers), 1):
        if note is not None:
            note(f"{done} of {len(left)}: {block.part}, {block.kind}, seed {block.seed}, block {block.number}")
    return summary(folder)


def _asked(part: str, extent: Extent, folder: Path) -> Table:
    """What the plan keeps of a part."""
    if part == "recorded" and extent.tracks is not None:
        found = {name: str(path.resolve()) for name, path in clips(extent.tracks, folder / "clips").items()}
        return {"kinds": list(found), "scenes": 1, "seeds": 1, "clips": found}
    names = list(OFF_TRAINING) if part == "off_training" else list(extent.kinds)
    return {"kinds": names, "scenes": -(-extent.scenes_per_kind // SHARES[part]), "seeds": extent.seeds, "clips": {}}


def summary(folder: Path) -> Table:
    """All tables of what an evaluation has made so far; also written into its folder as `results.json`.

    Lists over horizons or windows are in the order of `horizons` and `windows`; an interval is [mean, low, high].
    """
    plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    out: Table = {
        "format": FORMAT, "world": plan["world"], "machine": _machine(), "horizons": list(HORIZONS),
        "windows": [list(each) for each in WINDOWS],
    }  # fmt: skip
    tables = {
        "forecasts": forecasts,
        "long": drives,
        "reaction": reaction,
        "recorded": forecasts,
        "off_training": forecasts,
    }
    missing = 0
    for part in [part for part in PARTS if part in plan["parts"]]:
        every = list(_blocks(plan, part))
        missing += sum(not block.path(folder).exists() for block in every)
        groups = _groups(folder, every, by_kind=part != "recorded")
        if part != "off_training" and groups:
            groups = {"all": together(list(groups.values())), **groups} if part != "recorded" else groups
        out[part] = grouped(groups, tables[part])
    for name, table in out.get("off_training", {}).items():
        table |= {"differs": OFF_TRAINING[name].differs, "traffic": OFF_TRAINING[name].traffic}
    out |= {"blocks missing": missing, "goals": goals(out)}
    _write(folder / RESULTS, out)
    return out


# -- blocks ---------------------------------------------------------------------------------------------------------


def _blocks(plan: Table, part: str) -> Iterator[Block]:
    of = plan["parts"][part]
    return blocks(part, of["kinds"], of["scenes"], of["seeds"])


def _groups(folder: Path, every: Sequence[Block], *, by_kind: bool) -> dict[str, Arrays]:
    names: dict[str, list[Block]] = {}
    for block in every:
        names.setdefault(block.kind if by_kind else "all", []).append(block)
    found = {name: kept(folder, some) for name, some in names.items()}
    return {name: arrays for name, arrays in found.items() if arrays is not None}


def _made(
    folder: Path, left: Sequence[Block], world: str, weights: Path | None, plan: Table, workers: int
) -> Iterator[Block]:  # fmt: skip
    """Make blocks; each as soon as it is there."""
    of_clips = {name: Path(path) for part in plan["parts"].values() for name, path in part["clips"].items()}
    if workers == 1:
        for block in left:
            _make(folder, block, world, weights, of_clips.get(block.kind))
            yield block
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent) as pool:
        under_way = {
            pool.submit(_make, folder, block, world, weights, of_clips.get(block.kind)): block for block in left
        }
        try:
            for each in as_completed(under_way):
                each.result()
                yield under_way[each]
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """In a process of the pool: a killed command leaves nothing that goes on."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _make(folder: Path, block: Block, world: str, weights: Path | None, clip: Path | None) -> None:
    judged, seed = _world(world, weights), block.scenes_seed
    if block.part == "reaction":
        keep(folder, block, react(judged, pairs(block.kind, seed, block.count), seed))
    elif block.part == "long":
        keep(folder, block, drive_on(judged, _driven(block, SECONDS), seed))
    elif block.part == "recorded":
        assert clip is not None
        keep(folder, block, foretell(judged, clip, seed))
    else:
        drawn = _driven(block, _LONGEST)
        keep(folder, block, judge(judged, drawn.scenarios, drawn.run, ROW, seed=seed))


def _driven(block: Block, seconds: float) -> Scenes:
    """The scenes of a block, so long after the present."""
    traffic, road = block.kind, None
    if block.part == "off_training":
        traffic, road = OFF_TRAINING[block.kind].traffic, OFF_TRAINING[block.kind].draw
    return next(scenes(traffic, block.scenes_seed, block.count, ROW * DT + seconds, road=road))


# -- who is judged, where -------------------------------------------------------------------------------------------


@cache
def _world(name: str, weights: Path | None) -> World:
    """A world on one thread: what it answers does not depend on how many processes there are."""
    if name == "learned":
        return cast("World", Learned(SceneModel.load(weights, threads=1)))
    if weights is not None:
        raise ValueError(f"weights are the learned world's: there are none for {name!r}")
    return make(name)


def _told(name: str, weights: Path | None) -> Table:
    """What results say about the world."""
    world = _world(name, weights)
    if not callable(getattr(world, "futures", None)):
        raise WorldError(f"world {name!r} foretells nothing: it has no `futures`")
    told: Table = {"name": name, "version": world.version}
    if isinstance(world, Learned) and isinstance(world.model, SceneModel):
        told |= {"weights": world.model.digest, "parameters": world.model.about.get("parameters")}
    return told


def _plan(folder: Path, world: Table) -> Table:
    """What was asked for so far."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / PLAN).exists():
        return {"world": world, "parts": {}}
    plan: Table = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    if plan["world"] != world:
        other, this = plan["world"]["version"], world["version"]
        raise ValueError(f"{folder} holds an evaluation of {other}, not of {this}: name another folder")
    return plan


def _machine() -> str:
    here = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return ", ".join([here, *(f"{name} {version(name)}" for name in ("numpy", "onnxruntime"))])


def _write(path: Path, content: Any) -> None:
    half = path.with_suffix(".half")
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    half.replace(path)
