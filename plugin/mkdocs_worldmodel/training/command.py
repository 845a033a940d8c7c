# What `worldmodel train` does.

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from lightning_fabric import Fabric

from mkdocs_worldmodel.training.finish import finish
from mkdocs_worldmodel.training.network import TINY, Size
from mkdocs_worldmodel.training.train import Recipe, Training


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line; see `worldmodel train --help`."""

    out: Path
    steps: int | None
    seed: int
    size: str
    minutes: float | None
    workers: int
    tracks: Path | None
    share: float
    no_importance: bool
    compiled: bool
    accelerator: str
    devices: str
    nodes: int
    only_export: bool

    @property
    def recipe(self) -> Recipe:
        """All that decides what weights come out."""
        recipe = Recipe(size=TINY if self.size == "tiny" else Size(), seed=self.seed, importance=not self.no_importance)
        if self.tracks is not None:
            recipe = replace(recipe, tracks=str(self.tracks.resolve()), share=self.share)
        return recipe if self.steps is None else replace(recipe, steps=self.steps)


def train_into(order: Order) -> str:
    """Train, or only export, and say what came of it.

    Raises:
        ValueError: where the folder holds a training of another recipe.
        FileNotFoundError: where there is nothing to export.
    """
    if order.only_export:
        return f"{finish(order.out)}"
    devices = int(order.devices) if order.devices.isdigit() else order.devices
    fabric = Fabric(accelerator=order.accelerator, devices=devices, num_nodes=order.nodes, precision="bf16-mixed")
    training = Training(order.out, order.recipe, fabric=fabric, compiled=order.compiled)
    training.run(math.inf if order.minutes is None else 60.0 * order.minutes, workers=order.workers)
    if training.step < order.recipe.steps:
        return f"{training.step} of {order.recipe.steps} steps are done; the same command goes on from there"
    return f"{finish(order.out)}" if fabric.is_global_zero else ""
