# Painting in one view: runs of polygons, sprites and house fronts, from far to near.

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.facades import Facade
from mkdocs_worldmodel.camera.foliage import Sprite
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, View, project_polygons, to_fixed

F8 = npt.NDArray[np.float64]
U1 = npt.NDArray[np.uint8]
I4 = npt.NDArray[np.int32]


def paint_polygon(image: U1, corners: I4, colour: tuple[float, float, float]) -> None:
    """Fill a convex polygon given in fixed point, with smooth edges."""
    cv2.fillConvexPoly(image, corners, colour, cv2.LINE_AA, SUBPIXEL_BITS)


def paint_sprite(image: U1, sprite: Sprite, box: tuple[float, float, float, float], mirrored: bool,
                 gain: tuple[float, float, float], haze: tuple[float, float, float]) -> None:
    """Blend a sprite into the box (left, top, width, height) [px]: colour times `gain`, plus alpha times `haze`."""
    left, top, width, height = box
    rows, columns = image.shape[:2]
    x0, x1 = max(int(np.floor(left)), 0), min(int(np.ceil(left + width)), columns)
    y0, y1 = max(int(np.floor(top)), 0), min(int(np.ceil(top + height)), rows)
    if x0 >= x1 or y0 >= y1:
        return
    wanted = sprite.levels[0].shape[0] / max(height, 1e-3)
    level = sprite.levels[int(np.clip(np.floor(np.log2(max(wanted, 1.0)) + 0.35), 0, len(sprite.levels) - 1))]
    sh, sw = level.shape[:2]
    kx, ky = sw / width, sh / height
    if mirrored:
        matrix = np.array([[-kx, 0.0, (left + width - x0 - 0.5) * kx - 0.5], [0.0, ky, (y0 + 0.5 - top) * ky - 0.5]])
    else:
        matrix = np.array([[kx, 0.0, (x0 + 0.5 - left) * kx - 0.5], [0.0, ky, (y0 + 0.5 - top) * ky - 0.5]])
    part = cv2.warpAffine(level, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    r, g, b = gain
    mix = np.array([[r, 0, 0, haze[0]], [0, g, 0, haze[1]], [0, 0, b, haze[2]]])
    colour = cv2.transform(part, mix)
    target = image[y0:y1, x0:x1]
    share = cv2.transform(part, _REST)
    cv2.multiply(target, share, dst=target, scale=1 / 255)
    cv2.add(target, colour, dst=target)


_REST = np.array([[0.0, 0, 0, -1, 255]] * 3)


def paint_glow(image: U1, sprite: Sprite, centre: tuple[float, float], radius: float,
               colour: tuple[float, float, float]) -> None:
    """Add a soft light around a point [px]."""
    left, top = centre[0] - radius, centre[1] - radius
    rows, columns = image.shape[:2]
    x0, x1 = max(int(np.floor(left)), 0), min(int(np.ceil(left + 2 * radius)), columns)
    y0, y1 = max(int(np.floor(top)), 0), min(int(np.ceil(top + 2 * radius)), rows)
    if x0 >= x1 or y0 >= y1:
        return
    level = sprite.levels[int(np.clip(np.floor(np.log2(max(32.0 / radius, 1.0))), 0, 4))]
    k = level.shape[0] / (2 * radius)
    matrix = np.array([[k, 0.0, (x0 + 0.5 - left) * k - 0.5], [0.0, k, (y0 + 0.5 - top) * k - 0.5]])
    part = cv2.warpAffine(level, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    r, g, b = colour
    light = cv2.transform(part, np.array([[r, 0, 0, 0], [0, g, 0, 0], [0, 0, b, 0]]))
    target = image[y0:y1, x0:x1]
    cv2.add(target, light, dst=target)


def paint_front(image: U1, view: View, quad: F8, texture: Facade, gain: float, clear: float, haze: F8) -> None:
    """Paint a house front: `quad` (4, 3) of the camera's frame, from lower left against the clock."""
    found = project_polygons(view, quad[None])
    if not len(found.index):
        return
    uv = found.uv[0]
    x0, y0 = np.maximum(np.floor(uv.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(uv.max(axis=0)).astype(int) + 1, (view.width, view.height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        return
    add = haze * (1.0 - clear)
    flat = np.clip(np.array(texture.mean) * gain * clear + add, 0, 255)
    fixed = to_fixed(uv)
    cv2.fillConvexPoly(image, fixed, flat.tolist(), cv2.LINE_AA, SUBPIXEL_BITS)
    if y1 - y0 < 5 or x1 - x0 < 3:
        return
    # texture coordinates (0…1 across, down from the top) of each pixel, through the inverse of the projection
    o, across, down = quad[3], quad[2] - quad[3], quad[0] - quad[3]
    cross = np.array([np.cross(down, o), np.cross(o, across), np.cross(across, down)])
    ray = np.array([[1.0, 0.0, x0 + 0.5 - 0.5 * view.width], [0.0, 1.0, y0 + 0.5 - 0.5 * view.height],
                    [0.0, 0.0, view.focal]])
    matrix = (cross[:, :, None] * ray[None]).sum(axis=1)
    tall = float(np.abs(uv[:, 1].max() - uv[:, 1].min()))
    wide = float(x1 - x0) if found.uv.shape[1] == 4 else 400.0
    wide = max(min(wide, float(uv[:, 0].max() - uv[:, 0].min())), 1.0)
    i = int(np.clip(np.log2(max(texture.levels[0][0].shape[0] / max(tall, 1.0), 1.0)), 0, len(texture.levels) - 1))
    row = texture.levels[i]
    j = int(np.clip(np.log2(max(row[0].shape[1] / wide, 1.0)) + 0.3, 0, len(row) - 1))
    source = row[j]
    h, w = source.shape[:2]
    scale = np.array([[w, 0.0, -0.5], [0.0, h, -0.5], [0.0, 0.0, 1.0]])
    matrix = (scale[:, :, None] * matrix[None]).sum(axis=1)
    part = cv2.warpPerspective(source, matrix, (int(x1 - x0), int(y1 - y0)),
                               flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    table = np.clip(np.arange(256.0)[:, None] * (gain * clear) + add, 0, 255).astype(np.uint8)[:, None]
    part = cv2.LUT(part, table)
    mask = np.zeros((int(y1 - y0), int(x1 - x0)), dtype=np.uint8)
    cv2.fillConvexPoly(mask, fixed - np.array([x0, y0], dtype=np.int32) * (1 << SUBPIXEL_BITS), 255, cv2.LINE_8,
                       SUBPIXEL_BITS)
    cv2.copyTo(part, mask, image[y0:y1, x0:x1])
