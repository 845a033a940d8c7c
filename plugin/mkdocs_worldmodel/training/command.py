# What `worldmodel train` does.

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from lightning_fabric import Fabric

from mkdocs_worldmodel.training.finish import finish
from mkdocs_worldmodel.training.network import TINY, Size
from mkdocs_worldmodel.training.train import Recipe, Training


def train_into(
    out: Path, *, steps: int | None, seed: int, size: str, minutes: float | None, workers: int, tracks: Path | None,
    share: float, no_importance: bool, compiled: bool, accelerator: str, devices: str, nodes: int, only_export: bool,
) -> str:  # fmt: skip
    """Train, or only export, and say what came of it.

    Raises:
        ValueError: where the folder holds a training of another recipe.
        FileNotFoundError: where there is nothing to export.
    """
    if only_export:
        return f"{finish(out)}"
    recipe = Recipe(size=TINY if size == "tiny" else Size(), seed=seed, importance=not no_importance)
    if tracks is not None:
        recipe = replace(recipe, tracks=str(tracks.resolve()), share=share)
    if steps is not None:
        recipe = replace(recipe, steps=steps)
    number = int(devices) if devices.isdigit() else devices
    fabric = Fabric(accelerator=accelerator, devices=number, num_nodes=nodes, precision="bf16-mixed")
    training = Training(out, recipe, fabric=fabric, compiled=compiled)
    training.run(math.inf if minutes is None else 60.0 * minutes, workers=workers)
    if training.step < recipe.steps:
        return f"{training.step} of {recipe.steps} steps are done; the same command goes on from there"
    return f"{finish(out)}" if fabric.is_global_zero else ""
