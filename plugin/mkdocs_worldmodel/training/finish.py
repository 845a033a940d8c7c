# From a checkpoint to weights that can be shipped: the route score is trained, everything exported, the curves drawn.

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path
from typing import Any

import torch

from mkdocs_worldmodel.training.curves import draw, read_log
from mkdocs_worldmodel.training.export import export
from mkdocs_worldmodel.training.network import SceneModel, Size
from mkdocs_worldmodel.training.routes import RouteScore, choices, fit, judged
from mkdocs_worldmodel.training.scenes import ROAD_KINDS
from mkdocs_worldmodel.training.stream import SCENES, SECONDS, held_out

ROUTE_SCENES = 480
"""Scenes of each road kind with a choice, from which the route score learns."""


def finish(folder: Path, *, route_scenes: int = ROUTE_SCENES) -> Path:
    """Turn a training's checkpoint into the folder of weights `folder/weights`.

    Raises:
        FileNotFoundError: where there is no checkpoint.
    """
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    recipe = state["recipe"]
    model = SceneModel(Size(**recipe["size"]))
    model.load_state_dict(state["average"])
    route, told = _route(folder, recipe["seed"], route_scenes)
    draw(folder)
    about = {"training": {**_about(state, read_log(folder / "log.jsonl")), "routes": told}}
    export(model, route, folder / "weights", about)
    shutil.copyfile(folder / "curves.json", folder / "weights" / "curves.json")
    return folder / "weights"


def _route(folder: Path, seed: int, count: int) -> tuple[torch.nn.Module, dict[str, float]]:
    """The score of routes; kept in the folder, for it does not depend on the steps of the training."""
    kept = folder / f"route-{count}.pt"
    if not kept.exists():
        route = fit(choices(seed + 1, count))
        told = judged(route, choices(held_out(1), max(24, count // 4)))
        torch.save({"route": route.state_dict(), "told": told}, kept)
    state = torch.load(kept, weights_only=True)
    route = RouteScore()
    route.load_state_dict(state["route"])
    return route.eval(), state["told"]


def _about(state: dict[str, Any], log: list[dict[str, Any]]) -> dict[str, Any]:
    recipe = {**state["recipe"], "tracks": Path(state["recipe"]["tracks"]).name}  # where they lie is nobody's business
    shards = -(-state["step"] * recipe["batch"] // (SCENES * len(ROAD_KINDS)))
    return {
        "recipe": recipe,
        "steps": state["step"],
        "seconds": round(state["seconds"]),
        "sequences": state["step"] * recipe["batch"],
        "scenes": shards * SCENES * len(ROAD_KINDS),
        "scene_seconds": SECONDS,
        "road_kinds": list(ROAD_KINDS),
        "validation": next((line["validation"] for line in reversed(log) if "validation" in line), None),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "system": platform.system()},
        "torch": torch.__version__.partition("+")[0],
    }
