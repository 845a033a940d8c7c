# House fronts in one view: all are projected at once; each is then a warped texture inside a smooth-edged polygon.

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Projected, Rig, to_fixed
from mkdocs_worldmodel.camera.surroundings.facades import Facade

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Fronts:
    """House fronts in the ego's frame."""

    corners: F8
    """(M, 4, 3) lower left, lower right, upper right, upper left as seen from outside [m]."""
    facade: tuple[Facade, ...]
    gain: F8
    """(M,) light on the front over the light that its texture was made with."""
    house: F8
    """(M, 3) middle of the house [m]."""


@dataclass(frozen=True, slots=True)
class ShownFronts:
    """The fronts that cameras see."""

    shape: Projected
    fixed: I4
    """(Q, V, 2) outline for OpenCV."""
    box: list[list[int]]
    """Of each one: left, top, right, bottom [px]."""
    flat: list[list[float]]
    """Mean colour, lit and hazy."""
    texture: list[Picture | None]
    """None where a front is too small."""
    matrix: F8
    """(Q, 3, 3) from pixels of the box to those of the texture."""
    light: F8
    """(Q, 3, 4) what light and haze make of the texture's colours."""
    distance: F8
    """(Q,) of the house along the ground [m]."""


def fronts_in_views(rig: Rig, fronts: Fronts, light: Light) -> ShownFronts:
    """Return the fronts that look at a camera and touch its picture."""
    a = fronts.corners[:, 0]
    across, up = fronts.corners[:, 1] - a, fronts.corners[:, 3] - a
    radius = 0.5 * np.sqrt((across * across + up * up).sum(axis=1))
    # fronts are upright, so two of the three products of their normal and the way to the eye suffice
    toward = across[:, 1] * (rig.origin[:, :1] - a[:, 0]) - across[:, 0] * (rig.origin[:, 1:2] - a[:, 1])
    camera, chosen = np.nonzero((toward > 0.0) & rig.sees(a + 0.5 * (across + up), radius))
    cam = rig.to_cameras(fronts.corners, (camera, chosen))
    shape = rig.project(cam, camera)
    cam, index, size = cam[shape.index], chosen[shape.index], rig.size[shape.camera]
    box = np.concatenate([np.floor(shape.low), np.ceil(shape.high) + 1.0]).T
    box = np.clip(box, 0.0, np.concatenate([size, size], axis=1))
    way = fronts.house[index, :2] - rig.origin[shape.camera, :2]
    distance = np.hypot(way[:, 0], way[:, 1])
    clear = light.clear_view(distance)[:, None]
    gain, haze = fronts.gain[index, None] * clear, (1.0 - clear) * np.array(light.haze) * 255.0
    facades = [fronts.facade[i] for i in index.tolist()]
    mean = np.array([f.mean for f in facades]).reshape(-1, 3)
    texture = [_level(f, *extent) for f, extent in zip(facades, (shape.high - shape.low).T.tolist(), strict=True)]
    matrix = _texture_places(cam, box[:, :2] + 0.5 - 0.5 * size, rig.focal[shape.camera])
    sizes = np.array([(1, 1) if t is None else t.shape[1::-1] for t in texture]).reshape(-1, 2, 1)
    matrix[:, :2] = matrix[:, :2] * sizes - 0.5 * matrix[:, 2:]
    return ShownFronts(
        shape,
        to_fixed(shape.uv),
        box.astype(int).tolist(),
        np.minimum(mean * gain + haze, 255.0).tolist(),
        texture,
        matrix,
        np.concatenate([gain[:, :, None] * np.eye(3), haze[:, :, None]], axis=2),
        distance,
    )


def _texture_places(cam: F8, corner: F8, focal: F8) -> F8:
    """Matrices from pixels of boxes that begin at `corner` (Q, 2): a pixel's ray is a mix of the front's edges."""
    o, across, down = cam[:, 3], cam[:, 2] - cam[:, 3], cam[:, 0] - cam[:, 3]
    cross = np.stack([_cross(down, o), _cross(o, across), _cross(across, down)], axis=1)
    matrix = cross.copy()
    matrix[:, :, 2] = cross[:, :, 0] * corner[:, :1] + cross[:, :, 1] * corner[:, 1:] + cross[:, :, 2] * focal[:, None]
    return matrix


def _cross(a: F8, b: F8) -> F8:
    """Cross products (Q, 3); numpy's own takes four times as long for so few."""
    out = np.empty_like(a)
    out[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    out[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    out[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out


def paint_front(image: Picture, shown: ShownFronts, n: int) -> None:
    """Paint front `n`: a smooth-edged polygon, and its texture inside."""
    x0, y0, x1, y1 = shown.box[n]
    if x1 <= x0 or y1 <= y0:
        return
    fixed, source = shown.fixed[n], shown.texture[n]
    cv2.fillConvexPoly(image, fixed, shown.flat[n], cv2.LINE_AA, SUBPIXEL_BITS)
    if source is None:
        return
    # its own edges bound the texture: pixels that lie outside of it stay as they are
    cv2.warpPerspective(
        cv2.transform(source, shown.light[n]),
        shown.matrix[n],
        (x1 - x0, y1 - y0),
        dst=image[y0:y1, x0:x1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_TRANSPARENT,
    )


def _level(front: Facade, wide: float, tall: float) -> Picture | None:
    """The reduced texture whose pixels are about as large as the picture's, across and down apart."""
    if tall < 9.0 or wide < 4.0:
        return None
    i = min(int(log2(max(front.levels[0][0].shape[0] / tall, 1.0))), len(front.levels) - 1)
    row = front.levels[i]
    j = min(int(log2(max(row[0].shape[1] / wide, 1.0)) + 0.3), len(row) - 1)
    return row[j]
