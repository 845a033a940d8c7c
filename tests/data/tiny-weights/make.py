"""Write weights of a very small network, random numbers in the format of the shipped ones, beside this file."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from mkdocs_worldmodel.training.export import export
from mkdocs_worldmodel.training.network import SceneModel, Size
from mkdocs_worldmodel.training.routes import RouteScore

SIZE = Size(width=16, blocks=2, heads=2, conditioning=16, pair=8, window=4)


def lively(model: nn.Module, seed: int) -> None:
    """Random numbers for all weights, also for those that training begins with at nought."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in model.parameters():
            wide = value.shape[-1] if value.ndim > 1 else 25
            value.copy_(torch.randn(value.shape, generator=random) * (0.8 / wide**0.5))


if __name__ == "__main__":
    scene, route = SceneModel(SIZE), RouteScore()
    lively(scene, 1)
    lively(route, 2)
    export(scene, route, Path(__file__).parent, {"training": {}})
