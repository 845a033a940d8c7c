"""Training: it learns, and it can be stopped and gone on with as if nothing had been."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from mkdocs_worldmodel.model.features import OWN, PATH, POSE
from mkdocs_worldmodel.model.kinematics import TOKEN
from mkdocs_worldmodel.training.data import Sequences

pytestmark = pytest.mark.train

N, CHUNKS, BATCH, SHARD = 4, 3, 4, 9
"""Road users, chunks of a sequence, sequences of a step and of a shard (one is left over)."""


def made_up(number: int, count: int = SHARD) -> Sequences:
    """Sequences in which everybody's next token follows from what it sees."""
    random = np.random.default_rng(number)

    def some(*shape: int) -> np.ndarray:
        return random.standard_normal((count, CHUNKS, N, *shape)).astype(np.float32)

    own, pose, path, conflict = some(OWN), some(POSE), some(len(PATH), 5), some(N, 4)
    pose[..., 10], pose[..., 12] = 0.0, 1.0
    token = np.tanh(own[..., :TOKEN]) + 0.1 * some(TOKEN)
    learns = np.ones((count, CHUNKS, N), dtype=bool)
    learns[:, :, N - 1] = False
    rare, changes = np.zeros((count, CHUNKS), dtype=np.float32), np.zeros((count, N), dtype=bool)
    return Sequences(own, pose, path, conflict, token, learns, rare, changes)


class MadeUp:
    """In the place of `Stream`: shards without child processes."""

    asked: ClassVar[list[tuple[Any, int]]] = []
    """Source and first shard of each."""

    def __init__(self, folder: Path, source: Any, *, first: int, step: int, workers: int) -> None:
        self.next, self.step = first, step
        self.asked.append((source, first))

    def __iter__(self) -> Iterator[Sequences]:
        while True:
            yield made_up(self.next)
            self.next += self.step

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs_worldmodel.training import train

    monkeypatch.setattr(train, "Stream", MadeUp)
    monkeypatch.setattr(MadeUp, "asked", [])
    monkeypatch.setattr(train, "shard", lambda source, number: made_up(10**6, 5))


def recipe(**more: Any) -> Any:
    from mkdocs_worldmodel.training.network import Size
    from mkdocs_worldmodel.training.train import Recipe

    size = Size(width=32, blocks=2, heads=2, conditioning=16, pair=8, window=4)
    usual = {"size": size, "steps": 8, "batch": BATCH, "chunks": CHUNKS, "warm_up": 3, "rate": 3e-3, "own_rollouts": ()}
    return Recipe(**{**usual, **more})


def training(folder: Path, **more: Any) -> Any:
    from lightning_fabric import Fabric

    from mkdocs_worldmodel.training.train import Training

    return Training(folder, recipe(**more), fabric=Fabric(accelerator="cpu", devices=1, precision="32-true"))


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def checkpoint(folder: Path) -> dict[str, Any]:
    import torch

    kept: dict[str, Any] = torch.load(folder / "checkpoint.pt", weights_only=True)
    return kept


def test_the_loss_falls_on_a_few_scenes_that_come_again_and_again(tmp_path: Path) -> None:
    from mkdocs_worldmodel.training.train import tensors

    each = training(tmp_path, steps=1000)
    batch = tensors(made_up(1, BATCH))
    losses = [each._one(batch)[0] for _ in range(150)]
    assert np.mean(losses[-20:]) < 0.5 * np.mean(losses[:5])
    assert np.isfinite(losses).all()


def test_who_stops_and_goes_on_gets_the_same_weights_bit_by_bit(tmp_path: Path) -> None:
    import torch

    training(tmp_path / "whole").run()
    for stops in range(1, 9):
        part = training(tmp_path / "parts")
        assert part.step == 2 * (stops - 1) or part.step == 8
        part.run(until=0.0)
        if part.step == 8:
            break
    assert stops == 4
    whole, parts = checkpoint(tmp_path / "whole"), checkpoint(tmp_path / "parts")
    assert whole["step"] == parts["step"] == 8
    assert whole["shard"] == parts["shard"] == 4
    for kind in ("model", "average"):
        for name, value in whole[kind].items():
            assert torch.equal(value, parts[kind][name]), name
    assert not torch.equal(whole["model"]["out.weight"], whole["average"]["out.weight"])
    validation = [
        line["validation"] for line in log(tmp_path / "whole") + log(tmp_path / "parts") if "validation" in line
    ]
    assert len(validation) == 2
    assert validation[0] == validation[1]


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    import torch

    for seed in (1, 2):
        training(tmp_path / f"{seed}", seed=seed, steps=2).run()
    one, two = (checkpoint(tmp_path / f"{seed}")["model"] for seed in (1, 2))
    assert not torch.equal(one["own.0.weight"], two["own.0.weight"])


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    training(tmp_path).run(until=0.0)
    before = (tmp_path / "checkpoint.pt").read_bytes()

    def killed(state: Any, path: Path) -> None:
        path.write_bytes(b"half of")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            training(tmp_path).run(until=0.0)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    again = training(tmp_path)
    assert again.step == 2
    again.run()
    assert again.step == 8


def test_a_folder_with_another_recipe_is_refused_but_more_steps_are_welcome(tmp_path: Path) -> None:
    training(tmp_path, steps=2).run()
    with pytest.raises(ValueError, match="holds a training with another recipe"):
        training(tmp_path, seed=2)
    with pytest.raises(ValueError, match="another recipe"):
        training(tmp_path, importance=False)
    more = training(tmp_path, steps=4)
    more.run()
    assert checkpoint(tmp_path)["step"] == 4


def test_a_training_that_is_done_does_nothing_more(tmp_path: Path) -> None:
    training(tmp_path, steps=2).run()
    before = checkpoint(tmp_path)["step"], (tmp_path / "log.jsonl").read_text()
    training(tmp_path, steps=2).run()
    assert (checkpoint(tmp_path)["step"], (tmp_path / "log.jsonl").read_text()) == before


def test_a_shard_that_is_too_small_for_a_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds 9 sequences, fewer than a step takes"):
        training(tmp_path, batch=SHARD + 1).run()


def test_the_log_tells_loss_speed_and_validation(tmp_path: Path) -> None:
    training(tmp_path).run()
    lines = log(tmp_path)
    assert [line["step"] for line in lines] == [8, 8]
    told, validated = lines
    assert told["loss"] == pytest.approx(0.5 * (told["acceleration"] + told["yaw"]), rel=1e-3)
    assert told["tokens_per_second"] > 0.0
    assert 0.0 <= told["waited"] <= 1.0
    assert len(validated["validation"]) == 3


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    from mkdocs_worldmodel.training.train import scheduled

    usual = recipe(steps=100, warm_up=10, decay=0.4)
    rates = [scheduled(usual, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:61] == [1.0] * 52
    assert rates[80] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0.0, abs=1e-12)
    assert all(a >= b for a, b in pairwise(rates[60:]))


def test_what_a_step_draws_has_the_shares_that_the_recipe_says() -> None:
    import torch

    from mkdocs_worldmodel.training.train import draws

    usual = recipe(ego_commanded=0.5, others_commanded=0.2, clean=0.25)
    token = torch.zeros(4000, CHUNKS, N, TOKEN)
    drawn = draws(usual, {"token": token}, torch.Generator().manual_seed(1))
    again = draws(usual, {"token": token}, torch.Generator().manual_seed(1))
    assert all(torch.equal(drawn[name], again[name]) for name in drawn)
    assert float((drawn["time"] == 1.0).float().mean()) == pytest.approx(0.25, abs=0.02)
    assert float(drawn["given"][:, 1:].amax(-1).mean()) == pytest.approx(0.2 * (1 - 0.5**3), abs=0.02)
    assert float(drawn["given"][:, 0].mean()) == pytest.approx(0.5 + 0.5 * 0.1, abs=0.03)
    assert drawn["noise"].std() == pytest.approx(1.0, abs=0.01)


def half_way(batch: dict[str, Any]) -> dict[str, Any]:
    """Draws of a step without noise, half way to the data, nobody commanded."""
    import torch

    token = batch["token"]
    return {"noise": torch.zeros_like(token), "time": torch.full(token.shape[:2], 0.5), "given": token.new_zeros(2, N)}


def test_only_what_is_to_be_generated_and_can_be_learned_counts() -> None:
    import torch

    from mkdocs_worldmodel.training.network import SceneModel
    from mkdocs_worldmodel.training.train import FlowLoss, tensors

    usual = recipe()
    loss = FlowLoss(SceneModel(usual.size), usual)  # which begins with no velocity: the error is token - noise
    batch = tensors(made_up(3, 2))
    draw = half_way(batch)
    draw["given"][0, 1] = 1.0
    draw["time"][:, 1] = 1.0  # context alone
    counts = batch["learns"].clone()
    counts[0, :, 1], counts[:, 1] = 0.0, 0.0
    total = (batch["token"].square().mean(-1) * counts).sum()
    with torch.no_grad():
        whole, parts = loss(batch, draw)
    assert float(whole) == pytest.approx(float(total) / (2 * CHUNKS * 8.0), rel=1e-5)
    assert float(parts.mean()) == pytest.approx(float(total / counts.sum()), rel=1e-5)


def test_who_changes_lanes_counts_as_often_as_the_recipe_says() -> None:
    import torch

    from mkdocs_worldmodel.training.network import SceneModel
    from mkdocs_worldmodel.training.train import FlowLoss, tensors

    usual = recipe(lane_changes=3.0)
    loss = FlowLoss(SceneModel(usual.size), usual)  # which begins with no velocity: the error is token - noise
    part = made_up(3, 2)
    part.changes[1, 2] = True
    batch = tensors(part)
    draw = half_way(batch)
    counts = batch["learns"].clone()
    counts[1, :, 2] *= 3.0
    total = (batch["token"].square().mean(-1) * counts).sum()
    with torch.no_grad():
        whole, parts = loss(batch, draw)
    assert float(whole) == pytest.approx(float(total) / (2 * CHUNKS * 8.0), rel=1e-5)
    assert float(parts.mean()) == pytest.approx(float(total / counts.sum()), rel=1e-5)


def test_a_batch_has_scenes_with_about_as_many_road_users_and_no_empty_seats() -> None:
    from mkdocs_worldmodel.training.train import batches

    part = made_up(4, 40)
    random = np.random.default_rng(1)
    for scene, users in enumerate(random.integers(1, N + 1, 40)):
        gone = random.permutation(np.arange(1, N))[: N - users]
        part.pose[scene, :, gone] = 0.0
        part.learns[scene, :, gone] = False
    made = list(batches(part, 8, np.random.default_rng(2)))
    assert len(made) == 5
    assert all(batch["token"].shape[:2] == (8, CHUNKS) for batch in made)
    there = [(batch["pose"][..., 12] > 0.5).any(1) for batch in made]
    assert all(int(each.sum(1).max()) == each.shape[1] for each in there)
    assert sum(int(each.sum()) for each in there) == int(part.users.sum())
    most = [int(each.sum(1).max()) for each in there]
    least = [int(each.sum(1).min()) for each in there]
    by_size = sorted(zip(least, most, strict=True))
    assert all(before[1] <= after[0] for before, after in pairwise(by_size))
    assert most != sorted(most)
    learned = sum(float((batch["token"] * batch["learns"][..., None]).abs().sum()) for batch in made)
    assert learned == pytest.approx(float(np.abs(part.token * part.learns[..., None]).sum()), rel=1e-4)


def test_later_the_model_that_has_been_trained_so_far_begins_scenes(tmp_path: Path) -> None:
    import torch

    from mkdocs_worldmodel.model.runtime import SceneModel
    from mkdocs_worldmodel.training.export import rounded
    from mkdocs_worldmodel.training.network import SceneModel as Network

    training(tmp_path, own_rollouts=(0.5, 0.75)).run(until=0.0)  # to the end of the first shard: 2 steps
    training(tmp_path, own_rollouts=(0.5, 0.75)).run()
    sources, first = [source for source, _ in MadeUp.asked], [first for _, first in MadeUp.asked]
    assert [Path(source.weights).name for source in sources] == ["", "", "beginner-1", "beginner-2"]
    assert first == [0, 1, 2, 3]
    begins = SceneModel.load(Path(sources[2].weights))
    again = SceneModel.load(Path(sources[3].weights))
    assert begins.digest != again.digest
    network = Network(recipe().size)
    training(tmp_path / "half", steps=8).run(until=0.0)
    training(tmp_path / "half", steps=8).run(until=0.0)
    network.load_state_dict(checkpoint(tmp_path / "half")["average"])
    rounded(network)
    from mkdocs_worldmodel.training.export import export
    from mkdocs_worldmodel.training.routes import RouteScore

    torch.manual_seed(0)
    export(network, RouteScore(), tmp_path / "wanted", {})
    for name in ("see.onnx", "denoise.onnx"):
        assert (tmp_path / "wanted" / name).read_bytes() == (Path(sources[2].weights) / name).read_bytes()


def test_all_numbers_of_the_network_are_trained_and_none_twice() -> None:
    from mkdocs_worldmodel.training.muon import Muon
    from mkdocs_worldmodel.training.network import SceneModel
    from mkdocs_worldmodel.training.train import optimizers

    usual = recipe()
    model = SceneModel(usual.size)
    first, second = optimizers(model, usual)
    assert isinstance(first, Muon)
    groups = [[id(p) for group in each.param_groups for p in group["params"]] for each in (first, second)]
    assert sorted(groups[0] + groups[1]) == sorted(id(p) for p in model.parameters())
    assert len(groups[0]) == 4 * usual.size.blocks


def test_a_recipe_says_what_it_is_trained_on() -> None:
    source = replace(recipe(importance=False), seed=7).source
    assert (source.seed, source.chunks, source.importance) == (7, CHUNKS, False)
