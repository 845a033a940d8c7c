# Shadows and pools of lamp light on the ground: convex shapes on small pictures, softened, one set per row.

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground import GroundLight
from mkdocs_worldmodel.camera.light import Light
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, View, project_polygons, to_fixed
from mkdocs_worldmodel.camera.scenery import Surroundings
from mkdocs_worldmodel.camera.vehicles import Traffic

F8 = npt.NDArray[np.float64]

_CORNERS = 12


@dataclass(frozen=True, slots=True)
class GroundShapes:
    """Shapes on the ground in the ego's frame, in painting order."""

    shade: F8
    """(P, _CORNERS, 3) of shadows [m]."""
    level: tuple[float, ...]
    """What is left of the light, 255 = all."""
    pools: F8
    """(Q, _CORNERS, 3) [m]."""
    lamp: tuple[tuple[int, float], ...]
    """Kind of lamp and brightness, 0…1."""
    lamps: float
    """How strongly lamps show, 0…1."""


def _pad(points: F8) -> F8:
    flat = np.concatenate([points, np.repeat(points[-1:], _CORNERS - len(points), axis=0)])
    return np.concatenate([flat, np.zeros((_CORNERS, 1))], axis=1)


def _hull(points: F8) -> F8:
    found = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return _pad(found[:_CORNERS])


def ground_shapes(traffic: Traffic, around: Surroundings, sun: F8, light: Light) -> GroundShapes:
    """Return all shadows and pools near the ego; `sun` points to the sun in the ego's frame."""
    shade: list[F8] = []
    level: list[float] = []
    ring = np.stack([np.cos(np.arange(_CORNERS) * np.pi / 6), np.sin(np.arange(_CORNERS) * np.pi / 6)], axis=1)
    slant = -sun[:2] / max(float(sun[2]), 0.25)
    if light.shadow < 0.8:
        for base, height, sprite in zip(around.upright.base, around.upright.height, around.upright.sprite, strict=True):
            if np.hypot(base[0], base[1]) < 70.0:
                half = 0.36 * height * min(sprite.aspect, 1.6)
                middle = base[:2] + slant * (0.55 * height)
                shade.append(_pad(middle + ring * half))
                level.append(255 * light.shadow)
                if sprite.aspect < 1.2:
                    side = 0.02 * height * np.array([-slant[1], slant[0]])
                    shade.append(_pad(np.array([base[:2] - side, base[:2] + side, middle + side, middle - side])))
                    level.append(255 * light.shadow)
    for corners, box in zip(traffic.corners, traffic.box, strict=True):
        if light.shadow < 0.95:
            top = corners + slant * (box[2] * 0.92)
            shade.append(_hull(np.concatenate([corners, top])))
            level.append(255 * light.shadow)
    for corners in traffic.corners:
        middle = corners.mean(axis=0)
        for grow, share in ((1.10, 0.45), (1.03, 0.8), (0.93, 1.0)):
            shade.append(_pad(middle + (corners - middle) * grow))
            level.append(255 * (1.0 - (1.0 - light.contact) * share) * (light.shadow if light.shadow < 0.8 else 1.0))
    pools, lamp = _pools(traffic, around, light, ring)
    return GroundShapes(np.array(shade).reshape(-1, _CORNERS, 3), tuple(level), pools, lamp, light.lamps)


def _pools(traffic: Traffic, around: Surroundings, light: Light, ring: F8) -> tuple[F8, tuple[tuple[int, float], ...]]:
    """Pools and, for each, which kind of lamp makes it and how bright it is; wide dim ones first."""
    pools: list[F8] = []
    lamp: list[tuple[int, float]] = []
    if light.lamps > 0.4:
        heads = around.lamps[np.hypot(around.lamps[:, 0], around.lamps[:, 1]) < 90.0]
        for n, radius in enumerate((10.5, 8.4, 6.6, 5.0, 3.4, 1.8)):
            pools += [_pad(head[:2] + ring * radius) for head in heads]
            lamp += [(_STREET, (n + 1) / 6)] * len(heads)
    if light.lamps > 0.3:
        near = np.flatnonzero(np.hypot(traffic.faces.pose[:, 0], traffic.faces.pose[:, 1]) < 120.0)
        for n, share in enumerate((1.0, 0.82, 0.64, 0.46, 0.30)):
            for pose, box in zip(traffic.faces.pose[near], traffic.box[near], strict=True):
                forward = np.array([np.cos(pose[2]), np.sin(pose[2])])
                left = np.array([-forward[1], forward[0]])
                nose = pose[:2] + forward * (box[3] + 0.5 * box[0])
                tail = pose[:2] + forward * (box[3] - 0.5 * box[0] - 1.3)
                ends = ((1.5, 0.6), (5.0, 2.2 * share), (25.0 * share, 3.6 * share), (29.0 * share, 1.6 * share))
                outline = [nose + forward * a + left * b for a, b in ends]
                outline += [nose + forward * a - left * b for a, b in reversed(ends)]
                pools += [_pad(np.array(outline)), _pad(tail + ring * 2.6 * share)]
                lamp += [(_HEAD, (n + 1) / 5), (_TAIL, (n + 1) / 5)]
    return np.array(pools).reshape(-1, _CORNERS, 3), tuple(lamp)


_STREET, _HEAD, _TAIL = 0, 1, 2
_COLOURS = np.array([[74.0, 62.0, 42.0], [62.0, 59.0, 51.0], [30.0, 4.0, 3.0]])
"""Light of each kind of lamp on the ground, 128 = 1.0."""


class GroundLightView:
    """Draws the shapes as one camera sees them, half (shadows) and a quarter (pools) as large as its picture."""

    def __init__(self, view: View, top: int) -> None:
        self._view = view
        self._top = top
        self._rows = view.height - top

    def draw(self, shapes: GroundShapes) -> GroundLight:
        """Return the shadow and lamp pictures; None where nothing falls into view."""
        if self._rows < 4:
            return GroundLight(None, None)
        return GroundLight(self._shadow(shapes), self._lamps(shapes))

    def _shadow(self, shapes: GroundShapes) -> Picture | None:
        found = project_polygons(self._view, self._view.to_camera(shapes.shade))
        if not len(found.index):
            return None
        picture = np.full((self._rows // 2, self._view.width // 2), 255, dtype=np.uint8)
        fixed = to_fixed((found.uv - (0.0, float(self._top))) * 0.5)
        for i, polygon in zip(found.index.tolist(), fixed, strict=True):
            cv2.fillConvexPoly(picture, polygon, shapes.level[i], cv2.LINE_AA, SUBPIXEL_BITS)
        return cv2.blur(picture, (3, 3))

    def _lamps(self, shapes: GroundShapes) -> Picture | None:
        found = project_polygons(self._view, self._view.to_camera(shapes.pools))
        if not len(found.index):
            return None
        size = (max(self._rows // 4, 1), self._view.width // 4)
        canvas = [np.zeros(size, dtype=np.uint8) for _ in range(3)]
        fixed = to_fixed((found.uv - (0.0, float(self._top))) * 0.25)
        for i, polygon in zip(found.index.tolist(), fixed, strict=True):
            kind, bright = shapes.lamp[i]
            cv2.fillConvexPoly(canvas[kind], polygon, 255.0 * bright, cv2.LINE_AA, SUBPIXEL_BITS)
        mixed = cv2.transform(cv2.merge(canvas), _COLOURS.T * (shapes.lamps / 255.0))
        return cv2.GaussianBlur(mixed, (5, 5), 1.2)
