# What a wet road mirrors.

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicles import Traffic
from mkdocs_worldmodel.camera.faces import faces_in_views
from mkdocs_worldmodel.camera.light.lamps import Lamps, glows_in_views
from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.paint import paint_glow
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Rig
from mkdocs_worldmodel.camera.surroundings.foliage import glow

Ints = npt.NDArray[np.intp]

_FLIP = np.array([1.0, 1.0, -1.0])
_SMALLEST = 2.5
"""Faces under this many pixels are not mirrored."""
_LAMPS = 2.6
"""How much brighter than white a lamp is in its reflection: in the picture itself it is cut off at white."""


class Mirrored:
    """What stands upside down under a wet road at one row, as the cameras of a rig see it."""

    def __init__(self, rig: Rig, light: Light, traffic: Traffic, lamps: Lamps) -> None:
        faces = traffic.faces
        below = replace(faces, points=faces.points * _FLIP, facing=faces.facing * _FLIP, centre=faces.centre * _FLIP)
        self._drawn = faces_in_views(rig, below, _SMALLEST)
        self._glows = glows_in_views(rig, light, replace(lamps, place=lamps.place * _FLIP))
        self._parts = rig.parts(self._glows.camera)

    def paint(self, image: Picture, camera: int, top: int, mirror: Picture, order: Ints) -> None:
        """Blend it into the rows from `top` on.

        Args:
            image: (H, W, 3) with sky and ground.
            camera: Number in the rig.
            top: First row of the ground.
            mirror: (H - top, W) how much each pixel mirrors, 255 = all.
            order: Road users from far to near.
        """
        ground = image[top:]
        layer = ground.copy()
        runs, lift = self._drawn.runs[camera], np.array([0, top << SUBPIXEL_BITS], dtype=np.int32)
        for user in order.tolist():
            for i in runs.get(user, ()):
                corners = self._drawn.fixed[i] - lift
                cv2.fillConvexPoly(layer, corners, self._drawn.colour[i], cv2.LINE_8, SUBPIXEL_BITS)
        layer = cv2.blur(layer, (1, max(3, len(image) // 24)))
        share = cv2.cvtColor(mirror, cv2.COLOR_GRAY2RGB)
        cv2.multiply(ground, cv2.bitwise_not(share), dst=ground, scale=1 / 255)
        cv2.add(ground, cv2.multiply(layer, share, scale=1 / 255), dst=ground)
        part, disc = self._parts[camera], glow()
        if part.start == part.stop:
            return
        layer[:] = 0
        for (u, v, radius), colour in zip(self._glows.disc[part], self._glows.colour[part], strict=True):
            paint_glow(layer, disc, (u, v - top, radius), (0.9, 4.5), colour)
        cv2.add(ground, cv2.multiply(layer, share, scale=_LAMPS / 255), dst=ground)
