"""Exported weights compute what torch computes with the same, rounded, weights; Muon; the score of routes; the end."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, PATH, POSE, Observation
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.model.runtime import FORMAT, GRAPHS, SceneModel

pytestmark = pytest.mark.train


def small() -> Any:
    from mkdocs_worldmodel.training.network import Size

    return Size(width=32, blocks=4, heads=2, conditioning=16, pair=8, window=4)


def lively(size: Any, seed: int = 1) -> Any:
    """A network with random numbers also where training begins with noughts."""
    import torch

    from mkdocs_worldmodel.training.network import SceneModel as Network

    model, random = Network(size), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in model.parameters():
            wide = value.shape[-1] if value.ndim > 1 else 10
            value.copy_(torch.randn(value.shape, generator=random) * wide**-0.5)
    return model.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Path]:
    from mkdocs_worldmodel.training.export import export
    from mkdocs_worldmodel.training.routes import RouteScore

    folder, model, route = tmp_path_factory.mktemp("weights"), lively(small()), RouteScore()
    export(model, route, folder, {"training": {"steps": 7}})
    return model, route, folder


def scene(copies: int, users: int) -> tuple[Observation, np.ndarray]:
    random = np.random.default_rng(copies)
    shapes = ((OWN,), (POSE,), (len(PATH), 5), (users, 4))
    own, pose, path, conflict = (random.standard_normal((copies, users, *s)).astype(np.float32) for s in shapes)
    pose[..., :2] *= 20.0
    pose[..., -1] = random.random((copies, users)) < 0.8
    return Observation(own, pose, path, conflict), random.standard_normal((copies, users, TOKEN)).astype(np.float32)


@pytest.mark.parametrize(("copies", "users"), [(1, 1), (3, 7), (32, 16)])
def test_the_exported_network_answers_as_torch_with_the_same_rounded_weights(
    exported: tuple[Any, Any, Path], copies: int, users: int
) -> None:
    from mkdocs_worldmodel.training.in_torch import TorchModel

    torch_model, ours = TorchModel(exported[0]), SceneModel.load(exported[2], threads=1)
    seen, noise = scene(copies, users)
    given = np.full_like(noise, np.nan)
    given[:, 0] = 0.3
    windows = [each.window(copies, users) for each in (torch_model, ours)]
    for k in range(6):  # more than the window holds
        one, two = (
            each.chunk(seen, given, noise * (k + 1) / 3, window)
            for each, window in zip((torch_model, ours), windows, strict=True)
        )
        np.testing.assert_allclose(two, one, atol=1e-4)
        commanded = ~np.isnan(given[..., 0])
        windows = [
            each.remember(seen, one, window, commanded=commanded)
            for each, window in zip((torch_model, ours), windows, strict=True)
        ]
        np.testing.assert_allclose(windows[1].key, windows[0].key, atol=1e-4)
        np.testing.assert_allclose(windows[1].value, windows[0].value, atol=1e-4)


def test_the_exported_score_of_routes_is_torch_s(exported: tuple[Any, Any, Path]) -> None:
    import torch

    own = np.random.default_rng(1).standard_normal((9, OWN)).astype(np.float32)
    with torch.no_grad():
        wanted = exported[1](torch.from_numpy(own)).numpy()
    np.testing.assert_allclose(SceneModel.load(exported[2]).route_scores(own), wanted, atol=1e-5)


def test_the_folder_tells_what_it_holds(exported: tuple[Any, Any, Path]) -> None:
    folder = exported[2]
    about = json.loads((folder / "model.json").read_text())
    assert about["format"] == FORMAT
    assert about["training"] == {"steps": 7}
    assert about["size"] == small().plain()
    numbers = sum(p.numel() for model in exported[:2] for p in model.parameters())
    assert about["parameters"] == numbers
    assert {each.name for each in folder.iterdir()} == {"model.json", *(f"{name}.onnx" for name in GRAPHS)}


def test_weights_of_the_full_size_take_two_bytes_each_and_less_than_20_mb(tmp_path: Path) -> None:
    import torch

    from mkdocs_worldmodel.training.export import export
    from mkdocs_worldmodel.training.network import Size
    from mkdocs_worldmodel.training.routes import RouteScore

    model = lively(Size())  # equal numbers would be written once only
    export(model, RouteScore(), tmp_path, {})
    size = sum(each.stat().st_size for each in tmp_path.iterdir())
    assert size < 20e6
    assert size == pytest.approx(2.0 * sum(p.numel() for p in model.parameters()), rel=0.1)
    here = str(Path(torch.__file__).parent.parent).encode()
    assert not any(here in each.read_bytes() for each in tmp_path.iterdir())


# -- Muon ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(32, 32), (96, 32), (32, 128)])
def test_muon_brings_all_singular_values_near_one(shape: tuple[int, int]) -> None:
    import torch

    from mkdocs_worldmodel.training.muon import orthogonal

    random = torch.Generator().manual_seed(1)
    u, _, v = torch.linalg.svd(torch.randn(5, *shape, generator=random), full_matrices=False)
    uneven = u @ torch.diag_embed(torch.linspace(0.05, 1.0, u.shape[-1]).expand(5, -1)) @ v
    found = torch.linalg.svdvals(orthogonal(uneven).float())
    assert float(found.min()) > 0.6
    assert float(found.max()) < 1.3


def test_matrices_of_one_shape_are_handled_together_as_if_each_were_alone() -> None:
    import torch
    from torch import nn

    from mkdocs_worldmodel.training.muon import Muon

    def stepped(group: list[int]) -> list[Any]:
        random = torch.Generator().manual_seed(2)
        matrices = [nn.Parameter(torch.randn(16, 8, generator=random)) for _ in range(3)]
        gradients = [torch.randn(16, 8, generator=random) for _ in range(3)]
        chosen = [matrices[k] for k in group]
        optimizer = Muon(chosen, 0.02)
        for _ in range(2):
            for k in group:
                matrices[k].grad = gradients[k].clone()
            optimizer.step()
        return [matrices[k].detach() for k in group]

    together = stepped([0, 1, 2])
    for k in range(3):
        torch.testing.assert_close(stepped([k])[0], together[k], rtol=0, atol=2e-3)
    moved = together[0] - torch.randn(16, 8, generator=torch.Generator().manual_seed(2))
    # each of two steps has the size of AdamW's: about 0.2 times the rate in every number
    assert float(moved.square().mean().sqrt()) == pytest.approx(2 * 0.2 * 0.02, rel=0.4)


# -- who goes which way ----------------------------------------------------------------------------------------


@cache
def made_up(seed: int) -> Any:
    """Road users who take the candidate along which they see most of what stands at place 5."""
    from mkdocs_worldmodel.training.routes import MOST, Choices

    random = np.random.default_rng(seed)
    own = random.standard_normal((3000, MOST, OWN)).astype(np.float32)
    there = np.arange(MOST) < random.integers(2, 5, 3000)[:, None]
    taken = np.where(there, own[..., 5], -np.inf).argmax(1)
    return Choices(own * there[..., None], there, taken)


def test_the_score_of_routes_learns_a_rule_and_never_picks_what_is_not_there() -> None:
    import torch

    from mkdocs_worldmodel.training.routes import _scores, fit, judged

    model = fit(made_up(1), epochs=10)
    told = judged(model, made_up(2))
    assert told["right"] > 0.8
    assert told["log_loss"] < 0.5 * told["blind"]
    assert told["n"] == 3000
    picked = _scores(model, made_up(2), np.arange(3000)).argmax(-1).numpy()
    assert made_up(2).there[np.arange(3000), picked].all()
    again = fit(made_up(1), epochs=10)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


# -- from a checkpoint to weights ------------------------------------------------------------------------------


def test_a_checkpoint_becomes_a_folder_of_weights_with_its_averaged_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import asdict

    import torch

    from mkdocs_worldmodel.training import finish as finishing
    from mkdocs_worldmodel.training.train import Recipe

    monkeypatch.setattr(finishing, "choices", lambda seed, count: made_up(seed % 5))
    recipe = Recipe(size=small(), steps=3, tracks=str(tmp_path / "ours"))
    state = {"recipe": asdict(recipe), "step": 3, "shard": 1, "seconds": 61.7, "average": lively(small()).state_dict()}
    torch.save({**state, "model": lively(small(), 2).state_dict(), "optimizers": []}, tmp_path / "checkpoint.pt")
    (tmp_path / "log.jsonl").write_text('{"step": 3, "loss": 0.5}\n{"step": 3, "validation": [0.4, 0.3, 0.5]}\n')
    weights = finishing.finish(tmp_path, route_scenes=4)
    told = json.loads((weights / "model.json").read_text())["training"]
    assert (told["steps"], told["seconds"], told["sequences"]) == (3, 62, 96)
    assert told["validation"] == [0.4, 0.3, 0.5]
    assert told["recipe"]["tracks"] == "ours"
    assert told["routes"]["n"] == 3000
    assert str(tmp_path) not in json.dumps(told)
    assert (tmp_path / "curves.svg").read_text().startswith("<svg")
    seen, noise = scene(2, 3)
    from mkdocs_worldmodel.training.export import rounded
    from mkdocs_worldmodel.training.in_torch import TorchModel

    average = lively(small())
    rounded(average)
    free, ours = np.full_like(noise, np.nan), SceneModel.load(weights)
    wanted = TorchModel(average).chunk(seen, free, noise, ours.window(2, 3))
    np.testing.assert_allclose(ours.chunk(seen, free, noise, ours.window(2, 3)), wanted, atol=1e-4)


def test_without_a_checkpoint_there_is_nothing_to_export(tmp_path: Path) -> None:
    from mkdocs_worldmodel.training.finish import finish

    with pytest.raises(FileNotFoundError):
        finish(tmp_path)
