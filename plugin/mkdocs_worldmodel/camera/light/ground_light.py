# Shadows and pools of lamp light on the ground: convex shapes on small pictures, softened, one set per row.

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicles import Traffic
from mkdocs_worldmodel.camera.ground.ground_view import GroundLight
from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Projected, Rig, View, bounds, to_fixed
from mkdocs_worldmodel.camera.surroundings.scenery import Surroundings, Upright

F8 = npt.NDArray[np.float64]

_CORNERS = 12
_RING = np.stack([np.cos(np.arange(_CORNERS) * np.pi / 6), np.sin(np.arange(_CORNERS) * np.pi / 6)], axis=1)


@dataclass(frozen=True, slots=True)
class GroundShapes:
    """Shapes on the ground in the ego's frame, in painting order."""

    shade: F8
    """(P, _CORNERS, 3) of shadows [m]."""
    level: F8
    """(P,) what is left of the light, 255 = all."""
    pools: F8
    """(Q, _CORNERS, 3) [m]."""
    kind: npt.NDArray[np.intp]
    """(Q,) kind of lamp."""
    bright: F8
    """(Q,) 255 = all."""


@dataclass(frozen=True, slots=True)
class ShownShapes:
    """Shapes on the ground in one picture."""

    shade: Projected
    level: list[float]
    pools: Projected
    kind: list[int]
    bright: list[float]


def _pad(points: F8) -> F8:
    """Polygons (..., V, 2) as (P, _CORNERS, 3) on the ground."""
    flat = points.reshape(-1, *points.shape[-2:])
    out = np.zeros((len(flat), _CORNERS, 3))
    out[:, : flat.shape[1], :2] = flat
    out[:, flat.shape[1] :, :2] = flat[:, -1:]
    return out


def _hull(points: F8) -> F8:
    found = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return _pad(found[None, :_CORNERS])


def ground_shapes(traffic: Traffic, around: Surroundings, sun: F8, light: Light) -> GroundShapes:
    """Return all shadows and pools near the ego; `sun` points to the sun in the ego's frame."""
    slant = -sun[:2] / max(float(sun[2]), 0.14)
    shade = _plant_shadows(around.upright, slant) if light.shadow < 0.8 else np.zeros((0, _CORNERS, 3))
    centre = traffic.corners.mean(axis=1, keepdims=True)
    corners = centre + (traffic.corners - centre) * np.where(traffic.slim, 0.62, 1.0)[:, None, None]
    if light.shadow < 0.95:
        tops = corners + slant * (traffic.box[:, 2] * 0.92)[:, None, None]
        tops = np.where(traffic.slim[:, None, None], tops + 0.5 * (tops.mean(axis=1, keepdims=True) - tops), tops)
        hulls = [_hull(c) for c in np.concatenate([corners, tops], axis=1)]
        shade = np.concatenate([shade, *hulls])
    middle = centre[:, None]
    under = middle + (corners[:, None] - middle) * np.array([1.10, 1.03, 0.93])[:, None, None]
    contact = 1.0 - (1.0 - light.contact) * np.array([0.45, 0.8, 1.0])
    contact *= light.shadow if light.shadow < 0.8 else 1.0
    level = np.concatenate([np.full(len(shade), light.shadow), np.tile(contact, len(under))])
    pools = [*_street_pools(around.lamps, light), *_vehicle_pools(traffic, light)]
    return GroundShapes(
        np.concatenate([shade, _pad(under)]),
        255.0 * level,
        np.concatenate([np.zeros((0, _CORNERS, 3)), *(p for p, _, _ in pools)]),
        np.repeat([k for _, k, _ in pools], [len(p) for p, _, _ in pools]).astype(np.intp),
        np.repeat([255.0 * b for _, _, b in pools], [len(p) for p, _, _ in pools]),
    )


def _plant_shadows(upright: Upright, slant: F8) -> F8:
    near = np.flatnonzero(np.hypot(upright.base[:, 0], upright.base[:, 1]) < 70.0)
    base, tall, aspect = (
        upright.base[near, None, :2],
        upright.height[near, None, None],
        upright.aspect[near, None, None],
    )
    crown = base + slant * (0.55 * tall)
    side = 0.02 * tall * np.array([-slant[1], slant[0]])
    trunk = np.concatenate([base - side, base + side, crown + side, crown - side], axis=1)
    rings = crown + _RING * (0.36 * tall * np.minimum(aspect, 1.6))
    return np.concatenate([_pad(rings), _pad(trunk[aspect[:, 0, 0] < 1.2])])


_STREET, _HEAD, _TAIL = 0, 1, 2
_COLOURS = np.array([[74.0, 62.0, 42.0], [62.0, 59.0, 51.0], [30.0, 4.0, 3.0]])
"""Light of each kind of lamp on the ground, 128 = 1.0."""


def _street_pools(lamps: F8, light: Light) -> list[tuple[F8, int, float]]:
    """Pools, which kind of lamp makes them and how bright they are; wide dim ones first."""
    if light.lamps <= 0.4:
        return []
    heads = lamps[np.hypot(lamps[:, 0], lamps[:, 1]) < 90.0][:, None, :2]
    radii = (10.5, 8.4, 6.6, 5.0, 3.4, 1.8)
    return [(_pad(heads + _RING * radius), _STREET, (n + 1) / 6) for n, radius in enumerate(radii)]


def _vehicle_pools(traffic: Traffic, light: Light) -> list[tuple[F8, int, float]]:
    if light.lamps <= 0.3:
        return []
    near = np.flatnonzero(traffic.beams & (np.hypot(traffic.faces.pose[:, 0], traffic.faces.pose[:, 1]) < 120.0))
    pose, box = traffic.faces.pose[near], traffic.box[near]
    forward = np.stack([np.cos(pose[:, 2]), np.sin(pose[:, 2])], axis=1)[:, None]
    left = forward[..., ::-1] * (-1.0, 1.0)
    middle = pose[:, None, :2] + forward * box[:, 3, None, None]
    half = 0.5 * box[:, 0, None, None]
    nose, tail = middle + forward * half, middle - forward * (half + 1.3)
    out: list[tuple[F8, int, float]] = []
    for n, share in enumerate((1.0, 0.82, 0.64, 0.46, 0.30)):
        ahead = np.array([1.5, 5.0, 25.0 * share, 29.0 * share])
        aside = np.array([0.6, 2.2 * share, 3.6 * share, 1.6 * share])
        along = np.concatenate([ahead, ahead[::-1]])[:, None]
        beam = nose + forward * along + left * np.concatenate([aside, -aside[::-1]])[:, None]
        out += [(_pad(beam), _HEAD, (n + 1) / 5), (_pad(tail + _RING * 2.6 * share), _TAIL, (n + 1) / 5)]
    return out


def shapes_in_views(rig: Rig, shapes: GroundShapes) -> list[ShownShapes]:
    """Return the shapes in each camera's picture."""
    shade, pools = (_in_views(rig, points) for points in (shapes.shade, shapes.pools))
    return [
        ShownShapes(
            shade.part(s),
            shapes.level[shade.index[s]].tolist(),
            pools.part(p),
            shapes.kind[pools.index[p]].tolist(),
            shapes.bright[pools.index[p]].tolist(),
        )
        for s, p in zip(rig.parts(shade.camera), rig.parts(pools.camera), strict=True)
    ]


def _in_views(rig: Rig, points: F8) -> Projected:
    """Project polygons (N, V, 3) into all pictures; `index` counts the given ones."""
    low, high = bounds(points)
    centre = 0.5 * (low + high).T
    radius = 0.5 * np.sqrt(((high - low) ** 2).sum(axis=0))
    camera, index = np.nonzero(rig.sees(centre, radius))
    found = rig.project(rig.to_cameras(points, (camera, index)), camera)
    return replace(found, index=index[found.index])


class GroundLightView:
    """Draws the shapes as one camera sees them, half (shadows) and a quarter (pools) as large as its picture."""

    def __init__(self, view: View, top: int) -> None:
        self._width = view.width
        self._top = top
        self._rows = view.height - top

    def draw(self, shapes: ShownShapes, lamps: float) -> GroundLight:
        """Return the shadow and lamp pictures; None where nothing falls into view. `lamps`: how strongly they show."""
        if self._rows < 4:
            return GroundLight(None, None)
        return GroundLight(self._shadow(shapes), self._lamps(shapes, lamps))

    def _shadow(self, shapes: ShownShapes) -> Picture | None:
        if not shapes.level:
            return None
        picture = np.full((self._rows // 2, self._width // 2), 255, dtype=np.uint8)
        for polygon, level in zip(self._fixed(shapes.shade, 0.5), shapes.level, strict=True):
            cv2.fillConvexPoly(picture, polygon, level, cv2.LINE_AA, SUBPIXEL_BITS)
        return cv2.blur(picture, (3, 3))

    def _lamps(self, shapes: ShownShapes, lamps: float) -> Picture | None:
        if not shapes.kind:
            return None
        size = (max(self._rows // 4, 1), self._width // 4)
        canvas = [np.zeros(size, dtype=np.uint8) for _ in range(3)]
        for polygon, kind, bright in zip(self._fixed(shapes.pools, 0.25), shapes.kind, shapes.bright, strict=True):
            cv2.fillConvexPoly(canvas[kind], polygon, bright, cv2.LINE_AA, SUBPIXEL_BITS)
        mixed = cv2.transform(cv2.merge(canvas), _COLOURS.T * (lamps / 255.0))
        return cv2.GaussianBlur(mixed, (5, 5), 1.2)

    def _fixed(self, shape: Projected, scale: float) -> list[npt.NDArray[np.int32]]:
        return list(to_fixed((shape.uv - (0.0, float(self._top))) * scale))
