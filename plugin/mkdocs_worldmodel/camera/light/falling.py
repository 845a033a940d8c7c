# Drops and flakes: points that fall through a box around the ego and come in again on its other side. Their place
# follows from time and way alone, so they move smoothly from picture to picture, and all cameras see the same ones.

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Rig, to_vehicle
from mkdocs_worldmodel.rollout.rollout import Rollout

F8 = npt.NDArray[np.float64]

_BOX = np.array([22.0, 22.0, 7.0])
"""Length, width and height of the box [m]."""
_NEAREST = 1.1
"""What is nearer would be a blur on the lens [m]."""
_LEVELS = 3
"""Steps of brightness."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How something falls."""

    count: int
    """In the box."""
    velocity: tuple[float, float, float]
    """With the wind, in the world [m/s]."""
    exposure: float
    """How long a camera looks [s]."""
    width: float
    """[m]"""
    bright: tuple[float, float]
    """Added light (0…255) in the dark, and by how much more under a bright sky."""


_KINDS = {
    "rain": _Kind(1000, (0.6, -0.5, -8.0), 1 / 60, 0.005, (34.0, 60.0)),
    "snow": _Kind(2200, (0.5, -0.4, -1.2), 1 / 180, 0.013, (80.0, 100.0)),
}


class Falling:
    """What falls in a run, as the cameras of a rig see it; nothing where the weather is dry."""

    def __init__(self, rig: Rig, light: Light, rollout: Rollout) -> None:
        self._rig, self._rollout = rig, rollout
        self._kind = _KINDS.get(light.falls)
        if self._kind is None:
            return
        self._start = np.random.default_rng(5).random((self._kind.count, 3)) * _BOX
        dark, more = self._kind.bright
        self._bright = dark + more * float(np.mean(light.horizon))

    def at(self, k: int) -> list[list[tuple[npt.NDArray[np.int32], int, float]]]:
        """Return for each camera lines (N, 2, 2) in OpenCV's fixed point with their thickness [px] and brightness."""
        kind, r = self._kind, self._rollout
        if kind is None:
            return [[] for _ in self._rig.views]
        x, y, heading, speed = (float(v[k, 0]) for v in (r.x, r.y, r.heading, r.speed))
        wind, ego = np.array(kind.velocity), np.array([x, y, 0.0])
        place = self._start + wind * float(r.time[k]) - ego
        place = place - np.floor(place / _BOX) * _BOX - 0.5 * _BOX * (1.0, 1.0, 0.0)
        moved = (wind - speed * np.array([np.cos(heading), np.sin(heading), 0.0])) * kind.exposure
        ends = to_vehicle(np.stack([place, place - moved]), 0.0, 0.0, heading)
        (right, down, depth), before = self._rig.place(ends[0]), self._rig.place(ends[1])
        seen = (depth > _NEAREST) & (before[2] > 0.5 * _NEAREST)
        scale = self._rig.focal[:, None] / np.where(seen, depth, 1.0)
        scale_before = self._rig.focal[:, None] / np.where(seen, before[2], 1.0)
        half = 0.5 * self._rig.size[:, :, None]
        uv = np.stack([half[:, 0] + right * scale, half[:, 1] + down * scale], axis=-1)
        uv_before = np.stack([half[:, 0] + before[0] * scale_before, half[:, 1] + before[1] * scale_before], axis=-1)
        seen &= (np.abs(uv - half.swapaxes(1, 2)) < half.swapaxes(1, 2) + 8.0).all(axis=-1)
        far = np.sqrt(right * right + down * down + depth * depth) / (0.5 * _BOX[0])
        fixed = np.rint((np.stack([uv, uv_before], axis=2) - 0.5) * (1 << SUBPIXEL_BITS))
        out = []
        for c in range(len(self._rig.views)):
            mine = np.flatnonzero(seen[c] & (far[c] < 1.0))
            thick = np.clip(np.rint(kind.width * scale[c, mine]), 1, 16).astype(int)
            # what is thinner than a pixel, blurred, or about to leave the box is fainter
            wide = kind.width * scale[c, mine]
            blur = np.hypot(*(uv - uv_before)[c, mine].T) / np.maximum(wide, 1.0)
            faint = np.minimum(wide, 1.0) ** 0.5 * (1.0 - far[c, mine] ** 3) / np.sqrt(1.0 + 0.6 * blur)
            level = np.ceil(faint * _LEVELS).astype(int)
            lines = fixed[c, mine].astype(np.int32)
            out.append(
                [
                    (lines[pick], int(t), self._bright * int(n) / _LEVELS)
                    for t, n in sorted(set(zip(thick.tolist(), level.tolist(), strict=True)))
                    for pick in [(thick == t) & (level == n)]
                ]
            )
        return out


def paint_falling(image: Picture, groups: list[tuple[npt.NDArray[np.int32], int, float]]) -> None:
    """Add drops or flakes to a picture."""
    if not groups:
        return
    veil = np.zeros(image.shape[:2], dtype=np.uint8)
    for lines, thick, bright in groups:
        cv2.polylines(veil, list(lines), False, bright, thick, cv2.LINE_AA, SUBPIXEL_BITS)
    cv2.add(image, cv2.cvtColor(veil, cv2.COLOR_GRAY2RGB), dst=image)
