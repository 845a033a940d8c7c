# Training of the scene model: rectified flow with diffusion forcing, on scenes that are made meanwhile. It can be
# stopped at any time and goes on where its last checkpoint was; on GPUs and several machines as Lightning Fabric is
# told.

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from mkdocs_worldmodel.training.data import Sequences
from mkdocs_worldmodel.training.export import export
from mkdocs_worldmodel.training.muon import Muon
from mkdocs_worldmodel.training.network import SceneModel, Size
from mkdocs_worldmodel.training.routes import RouteScore
from mkdocs_worldmodel.training.stream import Source, Stream, held_out, shard

_USERS = 8.0
"""Of a scene, about; so much the sum of the loss is divided by."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what weights come out."""

    size: Size = field(default_factory=Size)
    seed: int = 1
    steps: int = 9400
    batch: int = 32
    """Scenes a step."""
    chunks: int = 16
    """Chunks of a training sequence: 8 s."""
    importance: bool = True
    rate: float = 2e-3
    warm_up: int = 100
    decay: float = 0.4
    """Last part of the steps, in which the rate falls to nothing."""
    average: float = 0.999
    """Of the weights that are kept (exponential moving average)."""
    ego_commanded: float = 0.5
    """Share of scenes in which the ego's tokens are given."""
    others_commanded: float = 0.2
    """Share of scenes in which some others' tokens are given."""
    clean: float = 0.2
    """Share of chunks that are context alone."""
    lane_changes: float = 2.0
    """How much road users that change lanes count; the others count 1."""
    tracks: str = ""
    """A folder of recorded traffic to train on as well; '' without."""
    share: float = 0.5
    """Of the sequences that come from it."""

    own_rollouts: tuple[float, ...] = (0.8, 0.9)
    """Parts of the steps after which the model, as it then is, begins some of the scenes (see `Source.own`)."""

    @property
    def source(self) -> Source:
        """What it is trained on."""
        return Source(self.seed, self.chunks, importance=self.importance, tracks=self.tracks, share=self.share)

    def stage(self, step: int) -> int:
        """How often the model has been taken for a beginner by a step."""
        return sum(step >= part * self.steps for part in self.own_rollouts)


class FlowLoss(nn.Module):
    """Loss of one batch; what Fabric wraps."""

    def __init__(self, model: SceneModel, recipe: Recipe) -> None:
        super().__init__()
        self.model, self.recipe = model, recipe

    def forward(self, batch: dict[str, Tensor], draw: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """What is made small, and the mean squared errors of the velocity's accelerations and yaw rates (2,).

        The first is their sum over road users and not their mean, so that everyone counts the same in every batch.

        Args:
            batch: own, pose, path, conflict, token, learns, changes as in `data.Sequences`
            draw: noise (B, T, N, 10), time (B, T), given (B, N): whose tokens are commanded
        """
        token, learns = batch["token"], batch["learns"]
        t = draw["time"]  # (B, T)
        noisy = draw["noise"] + t[..., None, None] * (token - draw["noise"])
        thing, present = batch["pose"][..., 10], batch["pose"][..., 12]  # what stands for good is always given
        given = torch.maximum(draw["given"][:, None] * learns, thing * present)  # (B, T, N)
        x = torch.where(given[..., None] > 0.5, token, noisy)
        action = torch.cat([token[:, :, 0], torch.ones_like(token[:, :, 0, :1])], -1) * given[:, :, :1]
        seen = self.model.see(batch["own"], batch["pose"], batch["path"], batch["conflict"])
        velocity, _, _ = self.model(seen, x, given, t, action)
        error = (velocity.float() - (token - draw["noise"])).square()  # (B, T, N, 10)
        counts = 1.0 + batch["changes"] * (self.recipe.lane_changes - 1.0)  # (B, N)
        weight = learns * (1.0 - given) * (t < 0.999)[..., None] * counts[:, None]
        parts = torch.stack([error[..., :5].mean(-1), error[..., 5:].mean(-1)], -1)  # (B, T, N, 2)
        total = (parts * weight[..., None]).sum((0, 1, 2))
        told = total.detach() / weight.sum().clamp(min=1.0)
        return total.mean() / (weight.shape[0] * weight.shape[1] * _USERS), told


def draws(recipe: Recipe, batch: dict[str, Tensor], random: torch.Generator) -> dict[str, Tensor]:
    """What one training step draws at random: noise, the flow's time of each chunk, who is commanded."""
    b, t, n, _ = batch["token"].shape
    flow_time = torch.sigmoid(torch.randn(b, t, generator=random))
    clean = torch.rand(b, t, generator=random) < recipe.clean
    others = torch.rand(b, 1, generator=random) < recipe.others_commanded
    given = others & (torch.rand(b, n, generator=random) < 0.5)
    given[:, 0] |= torch.rand(b, generator=random) < recipe.ego_commanded
    return {
        "noise": torch.randn(b, t, n, batch["token"].shape[-1], generator=random),
        "time": torch.where(clean, torch.ones(()), flow_time),
        "given": given.float(),
    }


def batches(part: Sequences, size: int, random: np.random.Generator) -> Iterator[dict[str, Tensor]]:
    """A shard in batches of scenes with about as many road users each, so that few seats are empty.

    Raises:
        ValueError: where there are fewer sequences than a batch takes.
    """
    count = len(part.token) // size
    if not count:
        raise ValueError(f"a shard holds {len(part.token)} sequences, fewer than a step takes: {size}")
    order = np.argsort(part.users[: count * size], kind="stable").reshape(count, size)
    for which in random.permutation(order):
        yield tensors(part.take(which).compact())


def tensors(part: Sequences) -> dict[str, Tensor]:
    """A batch as torch has it."""
    names = ("own", "pose", "path", "conflict", "token", "learns", "changes")
    return {name: torch.from_numpy(np.ascontiguousarray(getattr(part, name))).float() for name in names}


class Training:
    """A training under way, in a folder: checkpoint, log, average of the weights."""

    def __init__(self, folder: Path, recipe: Recipe, *, fabric: Fabric | None = None, compiled: bool = False) -> None:
        self.folder, self.recipe = folder, recipe
        folder.mkdir(parents=True, exist_ok=True)
        self.fabric = fabric or Fabric(precision="bf16-mixed")
        self.fabric.launch()
        torch.manual_seed(recipe.seed)
        self.model = SceneModel(recipe.size)
        self.average = {k: v.clone() for k, v in self.model.state_dict().items()}
        self.step, self.shard, self.seconds = 0, self.fabric.global_rank, 0.0
        loss = FlowLoss(self.model, recipe)
        wanted: Any = torch.compile(loss) if compiled else loss
        self.loss = self.fabric.setup(wanted)
        self.optimizers: list[Any] = [self.fabric.setup_optimizers(each) for each in optimizers(self.model, recipe)]
        if (folder / "checkpoint.pt").exists():
            self._resume()

    def run(self, until: float = math.inf, *, workers: int = 2, every: float = 240.0) -> None:
        """Train to the end, or about until a time [s of this run]; a checkpoint about `every` so many seconds."""
        if self.step >= self.recipe.steps:
            return
        end, validation = time.monotonic() + until, self._validation()
        while self.step < self.recipe.steps:
            self._run_stage(end, validation, workers, every)
            if time.monotonic() > end:
                return

    def _run_stage(self, until: float, validation: Sequences, workers: int, every: float) -> None:
        """Train on one source of data: to its end, to the end of the stage, or about until a time."""
        recipe, stage, saved = self.recipe, self.recipe.stage(self.step), time.monotonic()
        stream = Stream(
            self.folder / f"data-{self.fabric.global_rank}-{stage}", self._source(stage),
            first=self.shard, step=self.fabric.world_size, workers=workers,
        )  # fmt: skip
        told, waited, tokens, losses = time.monotonic(), 0.0, 0, []
        try:
            for part, asked in _timed(stream):
                waited += asked
                for batch in batches(part, recipe.batch, np.random.default_rng([recipe.seed, stream.next])):
                    losses.append(self._one(batch))
                    tokens += batch["token"].shape[0] * batch["token"].shape[1] * batch["token"].shape[2]
                    if self.step % 50 == 0 or self.step >= recipe.steps:
                        now = time.monotonic()
                        self.seconds += now - told
                        mean = np.mean(losses, axis=0)
                        self._log(
                            loss=mean[0], acceleration=mean[1], yaw=mean[2], tokens_per_second=tokens / (now - told),
                            waited=waited / (now - told), seconds=self.seconds,
                        )  # fmt: skip
                        told, waited, tokens, losses = now, 0.0, 0, []
                    if self.step % 500 == 0 or self.step >= recipe.steps:
                        self._log(validation=self.validate(validation))
                    if self.step >= recipe.steps:
                        break
                self.shard = stream.next + self.fabric.world_size
                over = self.step >= recipe.steps or time.monotonic() > until or recipe.stage(self.step) != stage
                if over or time.monotonic() - saved > every:
                    self.save()
                    saved = time.monotonic()
                if over:
                    return
        finally:
            stream.close()

    def _source(self, stage: int) -> Source:
        """What a stage is trained on; its beginner is the average of the weights when it began."""
        if not stage:
            return self.recipe.source
        folder = self.folder / f"beginner-{stage}"
        if self.fabric.is_global_zero and not (folder / "model.json").exists():
            model = SceneModel(self.recipe.size)
            model.load_state_dict(self.average)
            export(model, RouteScore(), folder, {})
        self.fabric.barrier()
        return replace(self.recipe.source, weights=str(folder))

    def _one(self, batch: dict[str, Tensor]) -> list[float]:
        random = torch.Generator().manual_seed(self.recipe.seed * 7919 + self.step * 104729 + self.fabric.global_rank)
        draw = draws(self.recipe, batch, random)
        rate = self.recipe.rate * scheduled(self.recipe, self.step)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        loss, parts = self.loss(self.fabric.to_device(batch), self.fabric.to_device(draw))
        self.fabric.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value.to(self.average[name].device), 1.0 - keep)
        return [float(parts.mean()), *parts.tolist()]

    def _validation(self) -> Sequences:
        """Held-out scenes, 16 of each road kind."""
        path = self.folder / "validation.npz"
        if path.exists():
            with np.load(path, allow_pickle=False) as kept:
                return Sequences(**{name: kept[name] for name in kept.files})
        part = shard(Source(held_out(0), self.recipe.chunks, importance=False, scenes=16), 0)
        np.savez(path, **{name: getattr(part, name) for name in Sequences.__dataclass_fields__})
        return part

    @torch.no_grad()
    def validate(self, part: Sequences) -> list[float]:
        """Loss of the averaged weights on held-out scenes, with noise that stays: all, accelerations, yaw rates."""
        model = SceneModel(self.recipe.size)
        model.load_state_dict(self.average)
        loss = FlowLoss(model.eval(), replace(self.recipe, lane_changes=1.0))
        sums = []
        for i in range(0, len(part.token), 64):
            batch = tensors(part.take(np.arange(i, min(i + 64, len(part.token)))))
            draw = draws(self.recipe, batch, torch.Generator().manual_seed(i))
            with self.fabric.autocast():
                _, parts = loss(batch, draw)
            sums.append([float(parts.mean()), *parts.tolist()])
        return [float(v) for v in np.mean(sums, axis=0)]

    # -- what is kept ------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the checkpoint: a temporary name first, so that a kill at any moment leaves the old one."""
        if self.fabric.global_rank:
            return
        state = {
            "recipe": asdict(self.recipe), "step": self.step, "shard": self.shard, "seconds": self.seconds,
            "model": self.model.state_dict(), "average": self.average,
            "optimizers": [each.state_dict() for each in self.optimizers],
        }  # fmt: skip
        torch.save(state, self.folder / ".checkpoint.pt")
        (self.folder / ".checkpoint.pt").replace(self.folder / "checkpoint.pt")

    def _resume(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", weights_only=True)
        known = {**asdict(self.recipe), "steps": state["recipe"]["steps"]}
        if known != state["recipe"]:
            raise ValueError(f"{self.folder} holds a training with another recipe: {state['recipe']}")
        self.model.load_state_dict(state["model"])
        self.average = state["average"]
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.step, self.shard, self.seconds = state["step"], state["shard"], state["seconds"]

    def _log(self, **values: Any) -> None:
        if self.fabric.global_rank:
            return
        line = {"step": self.step, **{k: _short(v) for k, v in values.items()}}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _short(value: Any) -> Any:
    return [_short(each) for each in value] if isinstance(value, list) else float(f"{value:.5g}")


def _timed(stream: Stream) -> Iterator[tuple[Sequences, float]]:
    """Shards, and how long each was waited for [s]."""
    parts = iter(stream)
    while True:
        begun = time.monotonic()
        part = next(parts)
        yield part, time.monotonic() - begun


def scheduled(recipe: Recipe, step: int) -> float:
    """Rate of a step as part of the highest: warm-up, constant, then a cosine to nothing."""
    falls = recipe.steps * (1.0 - recipe.decay)
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    if step < falls:
        return 1.0
    return 0.5 + 0.5 * math.cos(math.pi * min(1.0, (step - falls) / max(1.0, recipe.steps - falls)))


def optimizers(model: SceneModel, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for all else."""
    names = ("qkv", "project", "wide", "narrow")
    matrices = [p for n, p in model.blocks.named_parameters() if p.ndim == 2 and n.split(".")[1] in names]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [Muon(matrices, recipe.rate), torch.optim.AdamW(rest, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.01)]
