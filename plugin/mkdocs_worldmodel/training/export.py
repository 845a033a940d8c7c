# Trained weights → the folder that `model.runtime` loads: three ONNX graphs with fp16 weights that compute in fp32.

from __future__ import annotations

import hashlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from mkdocs_worldmodel.model.features import OWN, PATH, POSE
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.model.runtime import FORMAT, GRAPHS
from mkdocs_worldmodel.training.network import SceneModel, Seen, Window

_OPSET = 20
_SMALL = 64
"""Weights with fewer numbers stay fp32: they are shapes and constants."""


class _See(nn.Module):
    def __init__(self, model: SceneModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, own: Tensor, pose: Tensor, path: Tensor, conflict: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.model.see(own, pose, path, conflict)
        return seen.token, seen.bias


class _Denoise(nn.Module):
    def __init__(self, model: SceneModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, token: Tensor, bias: Tensor, x: Tensor, commanded: Tensor, flow_time: Tensor, action: Tensor,
        *past: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        *old, known = past
        half = len(old) // 2
        window = Window(old[:half], old[half:], known)
        out: tuple[Tensor, Tensor, Tensor] = self.model(Seen(token, bias), x, commanded, flow_time, action, window)
        return out


def rounded(model: nn.Module) -> None:
    """Round weights to what fp16 holds, in place: what the exported graphs compute with."""
    with torch.no_grad():
        for value in model.parameters():
            if value.numel() >= _SMALL:
                value.copy_(value.half().float())


def export(model: SceneModel, route: nn.Module, folder: Path, about: dict[str, Any]) -> None:
    """Write a folder of weights.

    Args:
        model: its weights are rounded to fp16 in place
        route: scores of candidate routes, (n, OWN) → (n,)
        folder: where to
        about: what is to be told of the training; JSON
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    rounded(model)
    rounded(route)
    size = model.size
    b, n, a = 2, 3, size.blocks // 2
    past = (b, n, size.heads, size.window - 1, size.width // size.heads)
    shapes = ((n, OWN), (n, POSE), (n, len(PATH), 5), (n, n, 4))
    see = tuple(torch.randn(b, 1, *shape) for shape in shapes)
    denoise = (
        torch.randn(b, 1, n, size.width), torch.randn(b, 1, a, size.heads, n, n), torch.randn(b, 1, n, TOKEN),
        torch.zeros(b, 1, n), torch.rand(b, 1), torch.zeros(b, 1, TOKEN + 1),
        *(torch.randn(past) for _ in range(2 * a)), torch.ones(size.window - 1),
    )  # fmt: skip
    copies, users = {0: "B"}, {0: "B", 2: "N"}
    pairs = {0: "B", 2: "N", 3: "N"}
    new = {1: "B", 2: "N"}
    old = {f"{what}_{k}": {0: "B", 1: "N"} for what in ("key", "value") for k in range(a)}
    graphs = {
        "see": _graph(_See(model), see, {"own": users, "pose": users, "path": users, "conflict": pairs},
                      {"token": users, "bias": {0: "B", 4: "N", 5: "N"}}),
        "denoise": _graph(
            _Denoise(model), denoise,
            {"token": users, "bias": {0: "B", 4: "N", 5: "N"}, "x": users, "commanded": users, "flow_time": copies,
             "action": copies, **old, "known": {}},
            {"velocity": users, "new_key": new, "new_value": new},
        ),
        "route": _graph(route, (torch.randn(2, OWN),), {"own": {0: "n"}}, {"score": {0: "n"}}),
    }  # fmt: skip
    assert set(graphs) == set(GRAPHS)
    for name, content in graphs.items():
        (folder / f"{name}.onnx").write_bytes(content)
    told = {
        "format": FORMAT, "size": size.plain(), **about,
        "parameters": sum(p.numel() for p in model.parameters()) + sum(p.numel() for p in route.parameters()),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in graphs.items()},
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


_Axes = dict[str, dict[int, str]]
"""Name of an input or output → which of its axes are free, and what they are called."""


def _graph(module: nn.Module, example: tuple[Tensor, ...], inputs: _Axes, outputs: _Axes) -> bytes:
    memory: Any = io.BytesIO()
    with warnings.catch_warnings():  # the newer exporter would need one more package
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding", UserWarning)
        torch.onnx.export(
            module, example, memory, input_names=list(inputs), output_names=list(outputs), opset_version=_OPSET,
            dynamic_axes={**inputs, **outputs}, dynamo=False,
        )  # fmt: skip
    content: bytes = _halved(onnx.load_model_from_string(memory.getvalue())).SerializeToString()
    return content


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep large fp32 weights as fp16, with a cast to fp32 before their use."""
    graph = model.graph
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < _SMALL:
            continue
        name = f"{weight.name}:half"
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), name))
        graph.node.insert(0, helper.make_node("Cast", [name], [weight.name], to=TensorProto.FLOAT))
    onnx.checker.check_model(model)
    return model
