# What the house fronts of a view hide, so that nothing is painted that no one will see.

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.projection import Rig
from mkdocs_worldmodel.camera.surroundings.fronts import ShownFronts

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_COLUMNS = 40


class Cover:
    """The rows that each front fills in each column of a coarse grid over its picture."""

    def __init__(self, rig: Rig, fronts: ShownFronts) -> None:
        self._size = rig.size
        self._parts = rig.parts(fronts.shape.camera)
        self._distance = fronts.distance
        edges = (rig.size[fronts.shape.camera, :1] * np.linspace(0.0, 1.0, _COLUMNS + 1))[:, None]
        start = fronts.shape.uv[..., None]
        end = np.concatenate([start[:, 1:], start[:, :1]], axis=1)
        u, v, du, dv = start[:, :, 0], start[:, :, 1], (end - start)[:, :, 0], (end - start)[:, :, 1]
        share = (edges - u) / np.where(du == 0.0, 1.0, du)
        row = v + share * dv
        meets = (share >= 0.0) & (share <= 1.0) & (du != 0.0)
        top = np.where(meets, row, np.inf).min(axis=1)
        bottom = np.where(meets, row, -np.inf).max(axis=1)
        # one pixel less on either end: edges are smooth
        self._top = np.maximum(top[:, :-1], top[:, 1:]) + 1.0
        self._bottom = np.minimum(bottom[:, :-1], bottom[:, 1:]) - 1.0

    def hides(self, camera: Ints, low: F8, high: F8, distance: F8) -> npt.NDArray[np.bool_]:
        """Tell which boxes (2, N), (2, N) [px] in cameras' pictures nearer fronts than `distance` cover wholly (N,)."""
        hidden = np.zeros(len(camera), dtype=bool)
        for number, fronts in enumerate(self._parts):
            if fronts.start == fronts.stop:
                continue
            mine = np.flatnonzero(camera == number)
            width, height = self._size[number].tolist()
            left, top = np.maximum(low[:, mine], 0.0)
            right, bottom = np.minimum(high[0, mine], width), np.minimum(high[1, mine], height)
            step, columns = width / _COLUMNS, np.arange(_COLUMNS)
            beside = (columns < np.floor((left - 1.0) / step)[:, None]) | (columns > ((right + 1.0) / step)[:, None])
            fills = (self._top[fronts] <= top[:, None, None]) & (self._bottom[fronts] >= bottom[:, None, None])
            fills &= (self._distance[fronts] < distance[mine, None])[..., None]
            hidden[mine] = (fills.any(axis=1) | beside).all(axis=1)
        return hidden
