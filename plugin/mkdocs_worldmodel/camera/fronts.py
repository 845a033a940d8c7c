# House fronts in one view: all are projected at once; each is then a warped texture inside a smooth-edged polygon.

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.facades import Facade
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, View, bounds, project_polygons, to_fixed

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Fronts:
    """House fronts in the ego's frame."""

    corners: F8
    """(M, 4, 3) lower left, lower right, upper right, upper left as seen from outside [m]."""
    texture: tuple[Facade, ...]
    gain: F8
    """(M,) light on the front over the light that its texture was made with."""
    owner: npt.NDArray[np.intp]
    """(M,) the house as an object of the scenery's faces."""


@dataclass(frozen=True, slots=True)
class ProjectedFronts:
    """The fronts that one view sees."""

    index: list[int]
    """Which of the fronts each one is."""
    fixed: I4
    """(Q, V, 2) outline for OpenCV."""
    box: npt.NDArray[np.intp]
    """(Q, 4) left, top, right, bottom [px]."""
    matrix: F8
    """(Q, 3, 3) from pixels of the box to shares of the texture, across and down."""
    extent: F8
    """(Q, 2) size in the picture, across and down, also where it lies outside [px]."""


_NONE = ProjectedFronts(
    [], np.zeros((0, 4, 2), dtype=np.int32), np.zeros((0, 4), dtype=np.intp), np.zeros((0, 3, 3)), np.zeros((0, 2))
)


def project_fronts(view: View, fronts: Fronts) -> ProjectedFronts:
    """Return the fronts that look at the camera and touch the picture."""
    quad = fronts.corners
    if not len(quad):
        return _NONE
    a, b, d = quad[:, 0], quad[:, 1], quad[:, 3]
    centre = 0.5 * (a + quad[:, 2])
    radius = 0.5 * np.sqrt(((quad[:, 2] - a) ** 2).sum(axis=1))
    seen = (_cross(b - a, d - a) * (view.origin - a)).sum(axis=1) > 0.0
    chosen = np.flatnonzero(seen & view.sees(view.to_camera(centre), radius))
    cam = view.to_camera(quad[chosen])
    found = project_polygons(view, cam)
    cam, uv = cam[found.index], found.uv
    (left, right), (upper, lower) = bounds(uv[..., 0]), bounds(uv[..., 1])
    box = np.stack(
        [
            np.maximum(np.floor(left), 0),
            np.maximum(np.floor(upper), 0),
            np.minimum(np.ceil(right) + 1, view.width),
            np.minimum(np.ceil(lower) + 1, view.height),
        ],
        axis=1,
    ).astype(np.intp)
    # a pixel's ray is a mix of the quad's corner and edges: the inverse of the projection of its plane
    o, across, down = cam[:, 3], cam[:, 2] - cam[:, 3], cam[:, 0] - cam[:, 3]
    cross = np.stack([_cross(down, o), _cross(o, across), _cross(across, down)], axis=1)
    ray = np.zeros((len(cam), 3, 3))
    ray[:, 0, 0] = ray[:, 1, 1] = 1.0
    ray[:, 0, 2] = box[:, 0] + 0.5 - 0.5 * view.width
    ray[:, 1, 2] = box[:, 1] + 0.5 - 0.5 * view.height
    ray[:, 2, 2] = view.focal
    matrix = (cross[:, :, :, None] * ray[:, None]).sum(axis=2)
    extent = np.stack([right - left, lower - upper], axis=1)
    return ProjectedFronts(chosen[found.index].tolist(), to_fixed(uv), box, matrix, extent)


def _cross(a: F8, b: F8) -> F8:
    """Cross products (Q, 3); numpy's own takes four times as long for so few."""
    out = np.empty_like(a)
    out[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    out[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    out[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out


def paint_front(image: Picture, shown: ProjectedFronts, n: int, texture: Facade, gain: float, haze: F8) -> None:
    """Paint front `n`: its texture times `gain`, plus `haze` (3,) 0…255."""
    x0, y0, x1, y1 = shown.box[n].tolist()
    if x1 <= x0 or y1 <= y0:
        return
    fixed = shown.fixed[n]
    flat = np.clip(np.array(texture.mean) * gain + haze, 0.0, 255.0)
    cv2.fillConvexPoly(image, fixed, flat.tolist(), cv2.LINE_AA, SUBPIXEL_BITS)
    wide, tall = shown.extent[n].tolist()
    if tall < 9.0 or wide < 4.0:
        return
    source = _level(texture, wide, tall)
    h, w = source.shape[:2]
    matrix = shown.matrix[n].copy()
    matrix[0] = matrix[0] * w - 0.5 * matrix[2]
    matrix[1] = matrix[1] * h - 0.5 * matrix[2]
    part = cv2.warpPerspective(
        source,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    table = np.clip(_STEPS * gain + haze, 0.0, 255.0).astype(np.uint8)[:, None]
    mask = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    corner = (x0 << SUBPIXEL_BITS, y0 << SUBPIXEL_BITS)
    cv2.fillConvexPoly(mask, fixed - np.array(corner, dtype=np.int32), 255, cv2.LINE_8, SUBPIXEL_BITS)
    cv2.copyTo(cv2.LUT(part, table), mask, image[y0:y1, x0:x1])


_STEPS = np.arange(256.0)[:, None]


def _level(texture: Facade, wide: float, tall: float) -> Picture:
    """The reduced texture whose pixels are about as large as the picture's, across and down apart."""
    i = min(int(np.log2(max(texture.levels[0][0].shape[0] / tall, 1.0))), len(texture.levels) - 1)
    row = texture.levels[i]
    j = min(int(np.log2(max(row[0].shape[1] / wide, 1.0)) + 0.3), len(row) - 1)
    return row[j]
