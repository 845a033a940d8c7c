"""Folders of weights for model cards: made-up networks, and evaluations of made-up numbers that the evaluation's own
functions turn into results."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.spec.model_card_files import GRAPHS
from mkdocs_worldmodel.training import evaluate_tables
from mkdocs_worldmodel.training.baselines import BASELINES
from mkdocs_worldmodel.training.evaluate import PLAN, RESULTS, summary
from mkdocs_worldmodel.training.evaluate_blocks import blocks, keep
from mkdocs_worldmodel.training.evaluate_forecasts import HORIZONS, RANDOM, RATES, SINGLE, WORLD
from mkdocs_worldmodel.training.evaluate_long import SPREADS, WINDOWS
from mkdocs_worldmodel.training.evaluate_roads import OFF_TRAINING
from mkdocs_worldmodel.training.scenes import ROAD_KINDS

F8 = npt.NDArray[np.float64]

SCENES, USERS = 6, 5
BETTER = 0.5
"""The made-up model's distances over those of drivers drawn at random."""
TRAINING: dict[str, Any] = {
    "recipe": {
        "seed": 1,
        "batch": 32,
        "chunks": 16,
        "importance": True,
        "rate": 0.002,
        "size": {"width": 160},
        "own_rollouts": [0.8, 0.9],
    },
    "steps": 9400,
    "seconds": 8280,
    "sequences": 300800,
    "scenes": 301056,
    "scene_seconds": 11.0,
    "road_kinds": list(ROAD_KINDS),
    "machine": {"cores": 2, "processor": "x86_64", "system": "Linux"},
    "torch": "2.6.0",
    "routes": {"right": 0.61, "log_loss": 0.7, "blind": 0.9, "n": 972},
}


def weights(folder: Path, **other: Any) -> str:
    """Write a folder with a made-up network; its digest. `other`: values of model.json that are others than usual."""
    folder.mkdir(parents=True, exist_ok=True)
    digests = {}
    for name in GRAPHS:
        content = f"the network's {name}".encode()
        (folder / f"{name}.onnx").write_bytes(content)
        digests[name] = hashlib.sha256(content)
    told = {
        "format": 1,
        "parameters": 3665167,
        "size": {"width": 160, "blocks": 8, "heads": 5, "conditioning": 128, "pair": 64, "window": 12},
        "sha256": {name: digest.hexdigest() for name, digest in digests.items()},
        "training": TRAINING,
    }
    (folder / "model.json").write_text(json.dumps({**told, **other}), encoding="utf-8")
    loss = [[step, 0.1 + 50.0 / step] for step in range(50, 9601, 50)]
    curves = {"loss": loss, "validation": loss[9::10], "tokens_per_second": []}
    (folder / "curves.json").write_text(json.dumps(curves), encoding="utf-8")
    return hashlib.sha256(b"".join(digests[name].digest() for name in GRAPHS)).hexdigest()


def measured(folder: Path, digest: str, work: Path) -> None:
    """Write results.json of a made-up evaluation of weights into their folder; it is made in `work`."""
    made = {
        "forecasts": (ROAD_KINDS, _forecasts), "long": (ROAD_KINDS, _long), "reaction": (ROAD_KINDS, _reaction),
        "recorded": (("clip",), _forecasts), "off_training": (tuple(OFF_TRAINING), _forecasts),
    }  # fmt: skip
    world = {
        "name": "learned",
        "version": f"learned 1, weights {digest[:12]}",
        "weights": digest,
        "parameters": 3665167,
    }
    parts = {
        part: {"kinds": list(names), "scenes": SCENES, "seeds": 3, "clips": {}} for part, (names, _) in made.items()
    }
    (work / PLAN).write_text(json.dumps({"world": world, "parts": parts}), encoding="utf-8")
    random = np.random.default_rng(1)
    for part, (names, make) in made.items():
        for block in blocks(part, names, SCENES, 3):
            keep(work, block, make(random, block.count))
    with patch.object(evaluate_tables, "_DRAWS", 50):  # the intervals are of made-up numbers
        summary(work)
    (folder / RESULTS).write_bytes((work / RESULTS).read_bytes())


def _forecasts(random: np.random.Generator, scenes: int) -> dict[str, F8]:
    out: dict[str, F8] = {"class": np.zeros((scenes, USERS))}
    growing = np.array(HORIZONS)
    for method in (WORLD, *BASELINES):
        tries = (1,) if method in SINGLE else (1, 6, 32)
        base = (BETTER if method == WORLD else 1.0) * random.uniform(0.9, 1.1, (scenes, USERS, 1)) * growing
        for k in tries:
            off = base / np.sqrt(k)
            out |= {f"{method}/ADE/{k}": 0.4 * off, f"{method}/FDE/{k}": off}
            out |= {f"{method}/joint ADE/{k}": 0.5 * off.mean(axis=1), f"{method}/joint FDE/{k}": off.mean(axis=1)}
            out |= {f"{method}/missed/{k}": (off > 2.0).astype(float)}
    for event in RATES:
        for who, rate in (("data", 0.01), (WORLD, 0.02), (RANDOM, 0.04)):
            out[f"rate/{event}/{who}"] = random.uniform(0.5, 1.5, (scenes, USERS)) * rate
    return out


def _long(random: np.random.Generator, scenes: int) -> dict[str, F8]:
    out: dict[str, F8] = {}
    for w in range(len(WINDOWS)):
        for who in ("data", WORLD):
            out |= {f"{spread}/{who}/{w}": random.normal(10.0, 3.0, (scenes, 50)) for spread in SPREADS}
            for event, rate in (("lane_changes", 0.01), ("contact", 1e-4), ("off road", 1e-5)):
                out[f"{event}/{who}/{w}"] = random.uniform(0.5, 1.5, (scenes, USERS)) * rate
    return out


def _reaction(random: np.random.Generator, scenes: int) -> dict[str, F8]:
    slower = -random.uniform(2.0, 4.0, (scenes, 1))
    out = {"change/data": slower, "change/world": slower + random.normal(0.0, 0.3, (scenes, 8))}
    for who, tries in (("data", 1), ("world", 8)):
        out[f"contact/{who}"] = np.full((scenes, tries), 0.05)
        out[f"replayed/{who}"] = np.full((scenes, tries), 0.6)
    for truth in ("brakes", "keeps"):
        out[f"distance/{truth}/own"] = random.uniform(1.0, 3.0, (scenes, 8))
        out[f"distance/{truth}/another's"] = random.uniform(6.0, 9.0, (scenes, 8))
    return {**out, "path": np.zeros((scenes, 1))}
