# What the files beside a model's weights say of its making: model.json (written by training/export.py), curves.json
# (training/finish.py) and study.json (training/study.py), as checked values.

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
Step = Annotated[float, Field(allow_inf_nan=False, ge=0.0, le=1e12)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Word = Annotated[str, Field(max_length=80)]
Curve = Annotated[tuple[tuple[Step, Finite], ...], Field(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the network is."""

    width: Count
    blocks: Count
    heads: Count
    window: Count
    """Chunks that a token sees, its own among them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the training was told."""

    seed: Count
    batch: Count
    """Sequences of a step."""
    chunks: Count
    """Chunks of 0.5 s in a sequence."""
    importance: bool
    """Whether rare and critical moments were taken more often."""
    tracks: Annotated[str, Field(max_length=4096)] = ""
    """Folder of recorded traffic, '' without."""
    share: Finite = 0.0
    """Of the sequences that come from it."""
    own_rollouts: Annotated[tuple[Step, ...], Field(max_length=20)] = ()
    """Parts of the steps after which the model began some of the scenes."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was trained."""

    processor: Word
    cores: Count
    system: Word


@dataclass(frozen=True, slots=True)
class Routes:
    """How well the ways are guessed, on held-out choices."""

    right: Finite
    """Share in which the likeliest is the one that was taken."""
    log_loss: Finite
    """[nat]"""
    blind: Finite
    """Log loss of who finds all equally likely [nat]."""
    n: Count


@dataclass(frozen=True, slots=True)
class Training:
    """How the weights came to be."""

    recipe: Recipe
    steps: Count
    seconds: Finite
    sequences: Count
    scenes: Count
    scene_seconds: Finite
    road_kinds: Annotated[tuple[Word, ...], Field(max_length=50)]
    machine: Machine
    torch: Word
    routes: Routes | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """model.json."""

    format: Count
    size: Size
    parameters: Count
    sha256: dict[Word, Word]
    training: Training | None = None


@dataclass(frozen=True, slots=True)
class Curves:
    """curves.json: (step, value)."""

    loss: Curve
    validation: Curve
    tokens_per_second: Curve = ()


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One small model of the study of horizons and sampling, judged on held-out scenes."""

    horizon: Count
    """Chunks of its training sequences."""
    importance: bool
    seed: Count
    steps: Count
    seconds: Finite
    ade: Finite
    """minADE of its tries [m]."""
    fde: Finite
    first_fde: Finite
    """FDE of one try [m]."""
    contact: Finite
    """[%]"""


@dataclass(frozen=True, slots=True)
class Study:
    """study.json (training/study.py)."""

    tokens_per_step: Count
    runs: Annotated[tuple[StudyRun, ...], Field(max_length=200)]
