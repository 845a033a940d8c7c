# Rain: what a wet road mirrors, and the streaks of falling drops.

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from mkdocs_worldmodel.camera.faces import faces_in_view
from mkdocs_worldmodel.camera.foliage import Sprite
from mkdocs_worldmodel.camera.lamps import Glow
from mkdocs_worldmodel.camera.paint import paint_glow
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, View
from mkdocs_worldmodel.camera.vehicles import Traffic

_FLIP = np.array([1.0, 1.0, -1.0])
_MIRRORED = 2.5
"""Faces under this many pixels are not mirrored."""


def mirrored(traffic: Traffic) -> Traffic:
    """Return the traffic upside down under the road."""
    faces = traffic.faces
    return replace(
        traffic,
        faces=replace(faces, points=faces.points * _FLIP, facing=faces.facing * _FLIP, centre=faces.centre * _FLIP),
    )


def paint_mirror(
    image: Picture,
    view: View,
    top: int,
    mirror: Picture,
    below: tuple[Traffic, list[int]],
    glows: list[Glow],
    disc: Sprite,
) -> None:
    """Blend what a wet road mirrors into the rows from `top` on.

    Args:
        image: (H, W, 3) with sky and ground.
        view: The camera.
        top: First row of the ground.
        mirror: (H - top, W) how much each pixel mirrors, 255 = all.
        below: Traffic upside down, and its road users from far to near.
        glows: Lamps in view, upside down.
        disc: The sprite of a glow.
    """
    ground = image[top:]
    layer = ground.copy()
    upside, order = below
    drawn = faces_in_view(view, upside.faces, _MIRRORED)
    rank = np.zeros(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    lift = np.array([0, top << SUBPIXEL_BITS], dtype=np.int32)
    for i in np.argsort(rank[drawn.owner], kind="stable").tolist():
        cv2.fillConvexPoly(layer, drawn.fixed[i] - lift, drawn.colour[i], cv2.LINE_8, SUBPIXEL_BITS)
    for g in glows:
        paint_glow(layer, disc, (g.u, g.v - top), (g.radius * 0.9, g.radius * 3.6), g.colour)
    tall = max(3, view.height // 24)
    layer = cv2.blur(layer, (1, tall))
    share = cv2.cvtColor(mirror, cv2.COLOR_GRAY2RGB)
    rest = cv2.bitwise_not(share)
    cv2.multiply(ground, rest, dst=ground, scale=1 / 255)
    cv2.add(ground, cv2.multiply(layer, share, scale=1 / 255), dst=ground)


def paint_streaks(image: Picture, seed: tuple[int, int], bright: float) -> None:
    """Draw falling drops; `seed` is the row and the camera."""
    height, width = image.shape[:2]
    rng = np.random.default_rng((5, *seed))
    count = width * height // 1500
    start = rng.random((count, 2)) * (width, height * 1.1) - (0, 0.1 * height)
    size = (0.035 + 0.06 * rng.random(count)) * height
    lean = 0.10 * (start[:, 0] / width - 0.5) + 0.03
    end = start + np.stack([lean * size, size], axis=1)
    lines = np.rint(np.stack([start, end], axis=1) * (1 << SUBPIXEL_BITS)).astype(np.int32)
    veil = np.zeros((height, width), dtype=np.uint8)
    cv2.polylines(veil, list(lines), False, 8.0 + 14.0 * bright, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    cv2.add(image, cv2.cvtColor(veil, cv2.COLOR_GRAY2RGB), dst=image)
