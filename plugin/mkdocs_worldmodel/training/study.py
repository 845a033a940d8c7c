# What a long training horizon and importance sampling are worth: many small models at equal compute, after the tables
# of X-Foresight. Run it: python -m mkdocs_worldmodel.training.study FOLDER

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mkdocs_worldmodel.analysis.forecast import average, best, distances, final
from mkdocs_worldmodel.analysis.forecast_rates import Bodies, first_contacts, touched
from mkdocs_worldmodel.model.features import WALKER
from mkdocs_worldmodel.model.imagine import begin, imagine, observed
from mkdocs_worldmodel.model.kinematics import TICKS, TOKEN, Motion
from mkdocs_worldmodel.training.data import Sequences, Tracks, tracks
from mkdocs_worldmodel.training.in_torch import TorchModel
from mkdocs_worldmodel.training.network import TINY, SceneModel
from mkdocs_worldmodel.training.scenes import ROAD_KINDS, scenes
from mkdocs_worldmodel.training.stream import Source, held_out, shard
from mkdocs_worldmodel.training.train import FlowLoss, Recipe, draws, optimizers, scheduled, tensors

HORIZONS = (1, 6, 21)
"""Chunks of a training sequence: 0.5, 3 and 10.5 s."""
TOKENS = 126 * 16
"""Of a step, whatever the horizon."""
_LONGEST = max(HORIZONS)
_SECONDS = 20.0
"""Of a driven scene a sequence is cut out of so much [s]."""
_SHARDS = 3
_SCENES = 48
"""Of each road kind in a shard."""
_TRIES = 6
_CONTEXT = 4
_AHEAD = 12
"""Chunks that are foretold: 6 s."""


@dataclass(frozen=True, slots=True)
class Run:
    """One small model."""

    horizon: int
    importance: bool
    seed: int

    @property
    def name(self) -> str:
        """Of its files."""
        return f"h{self.horizon}-{'tis' if self.importance else 'plain'}-{self.seed}"


def runs(seeds: int = 3) -> Iterator[Run]:
    """All models of the study."""
    for seed in range(1, seeds + 1):
        yield from (Run(horizon, True, seed) for horizon in HORIZONS)
        yield Run(6, False, seed)


def study(folder: Path, *, steps: int = 1500, seeds: int = 3, scenes_per_kind: int = 24) -> dict[str, Any]:
    """Train and judge all models; what the folder has already is kept. Writes study.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tests = list(_tests(scenes_per_kind))
    for run in runs(seeds):
        file = folder / f"{run.name}.json"
        if file.exists():
            continue
        begun = time.monotonic()
        model = _trained(folder, run, steps)
        took = time.monotonic() - begun
        told = {**asdict(run), "steps": steps, "seconds": round(took), **judged(model, tests)}
        file.write_text(json.dumps(told) + "\n", encoding="utf-8")
    found = [json.loads((folder / f"{run.name}.json").read_text(encoding="utf-8")) for run in runs(seeds)]
    out = {"size": TINY.plain(), "tokens_per_step": TOKENS, "runs": found}
    (folder / "study.json").write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    return out


def _trained(folder: Path, run: Run, steps: int) -> SceneModel:
    """A model after so many steps of TOKENS tokens each; the runs of a seed see the same scenes."""
    recipe = Recipe(
        size=TINY, seed=run.seed, steps=steps, chunks=run.horizon, importance=run.importance, lane_changes=1.0
    )
    torch.manual_seed(run.seed)
    model = SceneModel(TINY)
    loss, chosen = FlowLoss(model, recipe), optimizers(model, recipe)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    batch = max(1, TOKENS // (16 * run.horizon))
    parts = _parts(folder, run, batch)
    for step in range(steps):
        part = tensors(next(parts))
        draw = draws(recipe, part, torch.Generator().manual_seed(run.seed * 7919 + step))
        for optimizer in chosen:
            for group in optimizer.param_groups:
                group["lr"] = recipe.rate * scheduled(recipe, step)
        with torch.autocast("cpu", torch.bfloat16):
            error, _ = loss(part, draw)
        error.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in chosen:
            optimizer.step()
            optimizer.zero_grad()
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 1.0 - min(0.995, (1 + step) / (10 + step)))
    model.load_state_dict(average)
    return model.eval()


def _parts(folder: Path, run: Run, batch: int) -> Iterator[Sequences]:
    """Batches of sequences of the run's horizon, cut out of long ones; the scenes come again when all were seen."""
    random = np.random.default_rng(run.seed)
    while True:
        for number in range(_SHARDS):
            whole = _shard(folder, run, number)
            if len(whole.token) < batch:
                raise ValueError(f"a shard holds {len(whole.token)} sequences, fewer than a step takes: {batch}")
            cuts = [whole.part(k, k + run.horizon) for k in range(0, _LONGEST - run.horizon + 1, run.horizon)]
            order = [(int(c), i) for c in random.permutation(len(cuts)) for i in range(0, len(whole.token), batch)]
            for c, i in (order[int(j)] for j in random.permutation(len(order))):
                part = cuts[c].take(np.arange(i, min(i + batch, len(whole.token))))
                if len(part.token) == batch:
                    yield part


def _shard(folder: Path, run: Run, number: int) -> Sequences:
    file = folder / f"shard-{run.seed}-{int(run.importance)}-{number}.npz"
    if not file.exists():
        source = Source(run.seed + 5000, _LONGEST, importance=run.importance, scenes=_SCENES, seconds=_SECONDS)
        made = shard(source, number)
        half = file.with_name(f".{file.name}")
        np.savez(half, **{name: getattr(made, name) for name in Sequences.__dataclass_fields__})
        half.replace(file)
    with np.load(file, allow_pickle=False) as kept:
        return Sequences(**{name: kept[name] for name in kept.files})


# -- what they are worth ---------------------------------------------------------------------------------------


def _tests(count: int) -> Iterator[Tracks]:
    for kind in ROAD_KINDS:
        for batch in scenes(kind, held_out(7), count, 0.5 * (_CONTEXT + _AHEAD) + 0.2):
            yield tracks(batch.scenarios, batch.run)


def judged(model: SceneModel, tests: Sequence[Tracks]) -> dict[str, float]:
    """How well a model foretells 6 s after 2 s, everyone's way known: minADE, minFDE of 6 tries, contacts [%]."""
    values = [_judged(model, test) for test in tests]
    total = sum(weight for *_, weight in values)
    means = [sum(each[i] * each[-1] for each in values) / total for i in range(4)]
    return dict(zip(("ade", "fde", "first_fde", "contact"), means, strict=True))


def _judged(model: SceneModel, test: Tracks) -> tuple[float, float, float, float, float]:
    face: Any = TorchModel(model)
    frames = TICKS * np.arange(_CONTEXT + 1)
    at = [Motion(*(each[:, f] for each in test.motion)) for f in range(test.present.shape[1])]
    now = begin(face, test.pool, test.users, test.start, at[0], test.present[:, 0])
    for a, b in pairwise(frames):
        now = observed(face, now, at[a + 1 : b + 1], test.present[:, b], test.signals[:, a])
    count = len(test.present)
    copies = np.repeat(np.arange(count), _TRIES)
    random = np.random.default_rng(11)
    noise = random.standard_normal((_AHEAD, len(copies), test.present.shape[2], TOKEN)).astype(np.float32)
    first = int(frames[-1])
    states, there = imagine(
        face, now.take(copies), _AHEAD, lambda k: test.signals[copies, first + TICKS * k], lambda k: noise[k]
    )
    steps = _AHEAD * TICKS
    truth = np.stack([test.motion.x, test.motion.y], -1)[:, first + 1 : first + steps + 1].swapaxes(1, 2)
    foretold = np.stack([np.stack([s.x, s.y, s.heading], -1) for s in states], 2)  # (S·K, N, T, 3)
    mask = test.present[:, first + 1 : first + steps + 1].swapaxes(1, 2) & (test.users.kind < WALKER)[..., None]
    off = distances(truth, foretold.reshape(count, _TRIES, *foretold.shape[1:])[..., :2])
    ade, fde = average(off, mask, steps), final(off, mask, steps)
    users = test.users.take(copies)
    rear = users.length - users.front
    alive = np.stack(there, 2)
    bodies = Bodies.foretold(foretold[:, None], (users.length, users.width, rear), alive)
    hit = touched(first_contacts(bodies))[alive[..., 0] & (users.kind < WALKER)]
    return (
        float(np.nanmean(best(ade, _TRIES))), float(np.nanmean(best(fde, _TRIES))), float(np.nanmean(fde[:, 0])),
        100.0 * float(hit.mean()), float(mask.all(axis=-1).sum()),
    )  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """The study as text: mean and spread over seeds."""
    lines = [f"{'horizon':>8} {'importance':>10} {'minADE':>14} {'minFDE':>14} {'FDE, one try':>14} {'contacts %':>14}"]
    kinds = dict.fromkeys((r["horizon"], r["importance"]) for r in found["runs"])
    for horizon, importance in kinds:
        of = [r for r in found["runs"] if (r["horizon"], r["importance"]) == (horizon, importance)]
        cells = [
            f"{np.mean([r[n] for r in of]):.3f} ± {np.std([r[n] for r in of]):.3f}"
            for n in ("ade", "fde", "first_fde", "contact")
        ]
        lines.append(f"{horizon:>8} {'on' if importance else 'off':>10} " + " ".join(f"{c:>14}" for c in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    torch.set_num_threads(2)
    print(table(study(Path(sys.argv[1]))))
