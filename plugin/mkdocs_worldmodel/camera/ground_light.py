# Shadows and pools of lamp light on the ground: convex shapes on small pictures, softened, one set per row.

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.ground import GroundLight
from mkdocs_worldmodel.camera.light import Light
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, View, project_polygons, to_fixed
from mkdocs_worldmodel.camera.scenery import Surroundings
from mkdocs_worldmodel.camera.vehicles import Traffic

F8 = npt.NDArray[np.float64]
U1 = npt.NDArray[np.uint8]

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
    lamp: tuple[tuple[float, float, float], ...]
    """Light that a pool adds, 128 = 1.0."""


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
    return GroundShapes(np.array(shade).reshape(-1, _CORNERS, 3), tuple(level), pools, lamp)


def _pools(traffic: Traffic, around: Surroundings, light: Light, ring: F8
           ) -> tuple[F8, tuple[tuple[float, float, float], ...]]:
    pools: list[F8] = []
    lamp: list[tuple[float, float, float]] = []
    if light.lamps > 0.4:
        for head in around.lamps:
            if np.hypot(head[0], head[1]) < 90.0:
                for radius in (10.5, 8.2, 6.2, 4.2, 2.4):
                    pools.append(_pad(head[:2] + ring * radius))
                    lamp.append((13.0 * light.lamps, 11.0 * light.lamps, 7.6 * light.lamps))
    if light.lamps > 0.3:
        for pose, box in zip(traffic.faces.pose, traffic.box, strict=True):
            if np.hypot(pose[0], pose[1]) > 120.0:
                continue
            forward = np.array([np.cos(pose[2]), np.sin(pose[2])])
            left = np.array([-forward[1], forward[0]])
            nose = pose[:2] + forward * (box[3] + 0.5 * box[0])
            for share in (1.0, 0.8, 0.6, 0.4):
                ends = ((1.5 / share, 0.5), (5.0, 2.0 * share), (24.0 * share, 3.6 * share), (28.0 * share, 1.6 * share))
                outline = [nose + forward * a + left * b for a, b in ends]
                outline += [nose + forward * a - left * b for a, b in reversed(ends)]
                pools.append(_pad(np.array(outline)))
                lamp.append((11.0 * light.lamps, 10.4 * light.lamps, 9.0 * light.lamps))
            tail = pose[:2] + forward * (box[3] - 0.5 * box[0] - 1.3)
            for radius in (2.4, 1.5):
                pools.append(_pad(tail + ring * radius))
                lamp.append((9.0 * light.lamps, 1.0, 0.8))
    return np.array(pools).reshape(-1, _CORNERS, 3), tuple(lamp)


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

    def _shadow(self, shapes: GroundShapes) -> U1 | None:
        found = project_polygons(self._view, self._view.to_camera(shapes.shade))
        if not len(found.index):
            return None
        picture = np.full((self._rows // 2, self._view.width // 2), 255, dtype=np.uint8)
        fixed = to_fixed((found.uv - (0.0, float(self._top))) * 0.5)
        for i, polygon in zip(found.index.tolist(), fixed, strict=True):
            cv2.fillConvexPoly(picture, polygon, shapes.level[i], cv2.LINE_AA, SUBPIXEL_BITS)
        return cv2.blur(picture, (3, 3))

    def _lamps(self, shapes: GroundShapes) -> U1 | None:
        found = project_polygons(self._view, self._view.to_camera(shapes.pools))
        if not len(found.index):
            return None
        size = (max(self._rows // 4, 1), self._view.width // 4)
        picture = np.zeros((*size, 3), dtype=np.uint8)
        mask = np.empty(size, dtype=np.uint8)
        fixed = to_fixed((found.uv - (0.0, float(self._top))) * 0.25)
        for i, polygon in zip(found.index.tolist(), fixed, strict=True):
            mask[:] = 0
            cv2.fillConvexPoly(mask, polygon, 255, cv2.LINE_AA, SUBPIXEL_BITS)
            r, g, b = shapes.lamp[i]
            added = cv2.merge([mask, mask, mask])
            cv2.add(picture, cv2.multiply(added, (r / 255, g / 255, b / 255, 0.0)), dst=picture)
        return cv2.GaussianBlur(picture, (5, 5), 1.2)
