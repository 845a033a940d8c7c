# A network under training behind the face of `model.runtime.SceneModel`, so that futures can be made with it before it
# is exported.

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mkdocs_worldmodel.model.features import Observation
from mkdocs_worldmodel.model.runtime import STEPS, Window
from mkdocs_worldmodel.training import network

F4 = npt.NDArray[np.float32]


class TorchModel:
    """Chunks from a torch network, in fp32."""

    most_users = 64
    digest = "in training"

    def __init__(self, model: network.SceneModel) -> None:
        self.model = model.eval()
        self._last: tuple[Observation, network.Seen] | None = None

    def window(self, copies: int, users: int) -> Window:
        """The past of those who have none."""
        size = self.model.size
        shape = (size.blocks // 2, copies, users, size.window - 1, size.heads, size.width // size.heads)
        empty = np.zeros(shape, dtype=np.float32)
        return Window(empty, empty, np.zeros(size.window - 1, dtype=np.float32))

    @torch.no_grad()
    def chunk(self, seen: Observation, given: F4, noise: F4, window: Window) -> F4:
        """As `SceneModel.chunk`."""
        commanded = ~np.isnan(given[..., 0])
        clean, x = np.nan_to_num(given), noise
        for k in range(STEPS):
            x = np.where(commanded[..., None], clean, x)
            x = x + self._pass(seen, x, commanded, k / STEPS, window)[0] / np.float32(STEPS)
        return np.where(commanded[..., None], clean, x).astype(np.float32)

    @torch.no_grad()
    def remember(self, seen: Observation, tokens: F4, window: Window, *, commanded: npt.NDArray[np.bool_]) -> Window:
        """As `SceneModel.remember`."""
        _, key, value = self._pass(seen, tokens, commanded, 1.0, window)
        return Window(
            np.concatenate([window.key[:, :, :, 1:], key], axis=3),
            np.concatenate([window.value[:, :, :, 1:], value], axis=3),
            np.concatenate([window.known[1:], np.ones(1, dtype=np.float32)]),
        )

    def _pass(
        self, seen: Observation, x: F4, commanded: npt.NDArray[np.bool_], time: float, window: Window
    ) -> tuple[F4, F4, F4]:
        if self._last is None or self._last[0] is not seen:
            self._last = seen, self.model.see(*(_tensor(each)[:, None] for each in seen))
        given = _tensor(commanded)[:, None]
        token = _tensor(x)[:, None]
        action = torch.cat([token[:, :, 0], torch.ones_like(token[:, :, 0, :1])], -1) * given[:, :, :1]
        past = network.Window(*(_tensor(each) for each in (window.key, window.value, window.known)))
        flow_time = torch.full((len(x), 1), time)
        velocity, key, value = self.model(self._last[1], token, given, flow_time, action, past)
        return velocity[:, 0].numpy(), key.numpy(), value.numpy()


def _tensor(values: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
