# The scene model at run time: onnxruntime and numpy. A chunk of everybody's motion from noise in a few steps, with a
# rolling window of keys and values; what then really happened is remembered by one more pass.

from __future__ import annotations

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.model.features import OWN, Observation
from mkdocs_worldmodel.model.kinematics import TICKS, TOKEN

F4 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int64]

FORMAT = 2
"""Version of the weights' folder and of what the network is told. Raise it when features, tokens or graphs change."""
WEIGHTS = Path(__file__).parent / "weights"
"""Weights that come with the package."""
GRAPHS = ("see", "denoise", "route")
SPANS = ((0.0, 0.6), (0.6, 1.0))
"""Of the flow's time, crossed by the midpoint rule. At the same cost four Euler steps shrink what is rare: at lights
they let half as many cars start."""
LIVELY: F4 = np.repeat(np.array([1.1, 0.85], dtype=np.float32), TICKS)
"""Of training's noise, so much is what a token is made from: accelerations from more, so that futures lie as far apart
as they are off, and yaw rates from less, so that lanes are kept and changed as in the data."""


class ModelError(WorldError):
    """Weights that cannot be used."""


@dataclass(frozen=True, slots=True)
class Window:
    """Keys and values of the chunks before, for each of A blocks.

    Attributes:
        key, value: (A, B, N, H, W, D/H) float32, the oldest chunk first.
        known: (W,) 1 where there was such a chunk.
    """

    key: F4
    value: F4
    known: F4

    def take(self, scenes: npt.NDArray[np.integer]) -> Window:
        """Some of the scenes; one may come several times."""
        return Window(self.key[:, scenes], self.value[:, scenes], self.known)


class Sampler(ABC):
    """Makes chunks out of noise with any network that says how the flow goes.

    Attributes:
        most_users: road users that it takes.
    """

    most_users = 64

    def __init__(self, size: Mapping[str, int]) -> None:
        """`size` is that of the network, as `training.network.Size` has it."""
        self._past = size["window"] - 1
        self._shape = (size["blocks"] // 2, size["heads"], size["width"] // size["heads"])

    @abstractmethod
    def _flow(
        self, seen: Observation, x: F4, commanded: npt.NDArray[np.bool_], time: float, window: Window,
        scenes: I8 | None = None,
    ) -> tuple[F4, F4, F4]:  # fmt: skip
        """One pass of the network: velocity (B, N, 10), keys and values (A, B, N, H, 1, D/H) of this chunk.

        With `scenes`, those of what was seen; all else is theirs alone.
        """

    def window(self, copies: int, users: int) -> Window:
        """The past of those who have none."""
        blocks, heads, wide = self._shape
        empty = np.zeros((blocks, copies, users, heads, self._past, wide), dtype=np.float32)
        return Window(empty, empty, np.zeros(self._past, dtype=np.float32))

    def chunk(self, seen: Observation, given: F4, noise: F4, window: Window, scenes: I8 | None = None) -> F4:
        """What everybody does next.

        Args:
            seen: of copies with N road users, from `features.observe`
            given: (B, N, 10) tokens that are commanded; NaN where they are to be generated
            noise: (B, N, 10) standard normal
            window: of the chunks before, for all that were seen
            scenes: which B of the copies are asked for; None: all

        Returns:
            (B, N, 10) tokens; the commanded ones as they were given.
        """
        commanded = ~np.isnan(given[..., 0])
        clean = np.nan_to_num(given)
        past = window if scenes is None else window.take(scenes)

        def velocity(x: F4, time: float) -> F4:
            return self._flow(seen, np.where(commanded[..., None], clean, x), commanded, time, past, scenes)[0]

        x = noise * LIVELY
        for begin, end in SPANS:
            span = np.float32(end - begin)
            halfway = x + 0.5 * span * velocity(x, begin)
            x = x + span * velocity(halfway, 0.5 * (begin + end))
        return np.where(commanded[..., None], clean, x).astype(np.float32)

    def remember(self, seen: Observation, tokens: F4, window: Window, *, commanded: npt.NDArray[np.bool_]) -> Window:
        """The window after a chunk that went as `tokens` (B, N, 10) say; commanded: (B, N) whose were given."""
        _, key, value = self._flow(seen, tokens, commanded, 1.0, window)
        return Window(
            np.concatenate([window.key[..., 1:, :], key], axis=-2),
            np.concatenate([window.value[..., 1:, :], value], axis=-2),
            np.concatenate([window.known[1:], np.ones(1, dtype=np.float32)]),
        )


class SceneModel(Sampler):
    """The network, ready to run.

    Attributes:
        digest: SHA-256 of all that decides what it answers: part of every run key.
        about: what `training.export` wrote of it.
    """

    def __init__(self, sessions: dict[str, ort.InferenceSession], about: dict[str, Any], digest: str) -> None:
        super().__init__(about["size"])
        self._sessions, self.about, self.digest = sessions, about, digest
        self._last: tuple[Observation, tuple[F4, F4]] | None = None
        """What was embedded last: a chunk is seen when it is made and when it is remembered."""

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int | None = None) -> Self:
        """Load weights.

        Args:
            folder: None: those that come with the package
            threads: of onnxruntime; None: 2, or fewer where the machine has fewer

        Raises:
            ModelError: where they are missing, damaged or of another version.
        """
        where = folder or WEIGHTS
        about, files = _read(where)
        digest = hashlib.sha256(b"".join(hashlib.sha256(files[name]).digest() for name in GRAPHS))
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or min(2, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # three sessions share the cores
        options.log_severity_level = 3
        try:
            sessions = {
                name: ort.InferenceSession(files[name], options, providers=["CPUExecutionProvider"]) for name in GRAPHS
            }
        except Exception as error:
            raise ModelError(f"the model's weights in {where} cannot be loaded: {error}") from error
        told = [
            each.shape[-1] for name in ("see", "route") for each in sessions[name].get_inputs() if each.name == "own"
        ]
        if told != [OWN, OWN]:
            raise ModelError(f"the model's weights in {where} are made for {told} features, this version has {OWN}")
        return cls(sessions, about, digest.hexdigest())

    def route_scores(self, own: F4) -> F4:
        """How likely each candidate route is its road user's, as logits.

        Args:
            own: (n, OWN) of `Observation.own`, seen along the candidate
        """
        scores: F4 = self._sessions["route"].run(None, {"own": own})[0]
        return scores

    def _see(self, seen: Observation) -> tuple[F4, F4]:
        if self._last is None or self._last[0] is not seen:
            inputs = {name: getattr(seen, name)[:, None] for name in Observation._fields}
            token, bias = self._sessions["see"].run(None, inputs)
            self._last = seen, (token, bias)
        return self._last[1]

    def _flow(
        self, seen: Observation, x: F4, commanded: npt.NDArray[np.bool_], time: float, window: Window,
        scenes: I8 | None = None,
    ) -> tuple[F4, F4, F4]:  # fmt: skip
        token, bias = self._see(seen) if scenes is None else (each[scenes] for each in self._see(seen))
        action = np.concatenate([x[:, :1], np.ones_like(x[:, :1, :1])], -1) * commanded[:, :1, None]
        inputs = {
            "token": token, "bias": bias, "x": x[:, None].astype(np.float32),
            "commanded": commanded[:, None].astype(np.float32),
            "flow_time": np.full((len(x), 1), time, dtype=np.float32), "action": action.astype(np.float32),
            **{f"key_{a}": key for a, key in enumerate(window.key)},
            **{f"value_{a}": value for a, value in enumerate(window.value)}, "known": window.known,
        }  # fmt: skip
        velocity, key, value = self._sessions["denoise"].run(None, inputs)
        return velocity[:, 0], key, value


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What a folder of weights holds, checked."""
    hint = "`worldmodel train` makes weights, `pip install --force-reinstall mkdocs-worldmodel` brings back its own"
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        files = {name: (folder / f"{name}.onnx").read_bytes() for name in GRAPHS}
        told, version = dict(about["sha256"]), about["format"]
        about["size"] |= {name: max(1, int(about["size"][name])) for name in ("width", "blocks", "heads", "window")}
    except OSError as error:
        raise ModelError(f"the model's weights are missing: {error.filename} cannot be read ({hint})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{folder / 'model.json'} cannot be understood"
        raise ModelError(f"the model's weights are damaged: {what} ({hint})") from error
    if version != FORMAT:
        what = f"of format {version}, this version reads {FORMAT}"
        raise ModelError(f"the model's weights in {folder} are {what} ({hint})")
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != told.get(name):
            raise ModelError(f"the model's weights are damaged: {folder / f'{name}.onnx'} is not what it was ({hint})")
    return about, files


assert TOKEN == 10
