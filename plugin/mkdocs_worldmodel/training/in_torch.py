# A network under training behind the face of `model.runtime.SceneModel`, so that futures can be made with it before it
# is exported.

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mkdocs_worldmodel.model.features import Observation
from mkdocs_worldmodel.model.runtime import Sampler, Window
from mkdocs_worldmodel.training import network

F4 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int64]


class TorchModel(Sampler):
    """Chunks from a torch network, in fp32."""

    digest = "in training"

    def __init__(self, model: network.SceneModel) -> None:
        super().__init__(model.size.plain())
        self.model = model.eval()
        self._last: tuple[Observation, network.Seen] | None = None

    @torch.no_grad()
    def _flow(
        self, seen: Observation, x: F4, commanded: npt.NDArray[np.bool_], time: float, window: Window,
        scenes: I8 | None = None,
    ) -> tuple[F4, F4, F4]:  # fmt: skip
        if self._last is None or self._last[0] is not seen:
            self._last = seen, self.model.see(*(_tensor(each)[:, None] for each in seen))
        given = _tensor(commanded)[:, None]
        token = _tensor(x)[:, None]
        action = torch.cat([token[:, :, 0], torch.ones_like(token[:, :, 0, :1])], -1) * given[:, :, :1]
        past = network.Window(_tensor(window.key), _tensor(window.value), _tensor(window.known))
        flow_time = torch.full((len(x), 1), time)
        embedded = self._last[1] if scenes is None else network.Seen(*(each[scenes] for each in self._last[1]))
        velocity, key, value = self.model(embedded, token, given, flow_time, action, past)
        return velocity[:, 0].numpy(), key.numpy(), value.numpy()


def _tensor(values: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
