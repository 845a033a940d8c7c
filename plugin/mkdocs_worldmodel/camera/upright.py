# Everything that stands on the ground, painted from far to near.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.camera.bodies.vehicles import Traffic
from mkdocs_worldmodel.camera.faces import Drawn, Faces, faces_in_views
from mkdocs_worldmodel.camera.light.lamps import Lamps, glows_in_views
from mkdocs_worldmodel.camera.light.light import Light
from mkdocs_worldmodel.camera.paint import diagonal, paint_glow, paint_sprite
from mkdocs_worldmodel.camera.projection import SUBPIXEL_BITS, Picture, Rig
from mkdocs_worldmodel.camera.surroundings.cover import Cover
from mkdocs_worldmodel.camera.surroundings.foliage import Sprite, glow
from mkdocs_worldmodel.camera.surroundings.fronts import fronts_in_views, paint_front
from mkdocs_worldmodel.camera.surroundings.scenery import Surroundings, Upright

F8 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_CAR, _FRONT, _THING, _SIGN, _SPRITE, _GLOW = range(6)


@dataclass(frozen=True, slots=True)
class _Sprites:
    """Sprites in the pictures of a rig, camera by camera."""

    camera: Ints
    """(S,) ascending."""
    low: F8
    """(2, S) left and upper bound [px]."""
    high: F8
    """(2, S) right and lower bound [px]."""
    distance: F8
    """(S,) [m]"""
    sprite: list[Sprite]
    mirrored: list[bool]
    gain: F8
    """(S, 3, 3) on its colour."""
    haze: F8
    """(S, 3, 3) on its alpha."""
    box: list[list[float]]
    """Of each one: left, top, width, height [px]."""


def _sprites_in_views(rig: Rig, upright: Upright, light: Light) -> _Sprites:
    right, down, depth = rig.place(upright.base)
    scale = rig.focal[:, None] / np.maximum(depth, 0.3)
    width, height = rig.size.T[:, :, None]
    tall = upright.height * scale
    half = 0.5 * tall * upright.aspect
    u, v = 0.5 * width + right * scale, 0.5 * height + down * scale
    shown = (depth > 1.0) & (tall > 2.0) & (np.abs(u - 0.5 * width) < half + 0.5 * width) & (v > 0.0)
    at = np.nonzero(shown & (v - tall < height))
    camera, index = at
    way = upright.base[index, :2] - rig.origin[camera, :2]
    distance = np.hypot(way[:, 0], way[:, 1])
    clear = light.clear_view(distance)[:, None]
    return _Sprites(
        camera,
        np.stack([(u - half)[at], (v - tall)[at]]),
        np.stack([(u + half)[at], v[at]]),
        distance,
        [upright.sprite[i] for i in index.tolist()],
        upright.mirrored[index].tolist(),
        diagonal(upright.gain[index] * clear),
        diagonal((1.0 - clear) * np.array(light.haze)),
        np.stack([(u - half)[at], (v - tall)[at], 2.0 * half[at], tall[at]], axis=1).tolist(),
    )


class Standing:
    """All that stands on the ground at one row, as the cameras of a rig see it."""

    def __init__(
        self, rig: Rig, light: Light, traffic: Traffic, around: Surroundings, signs: Faces | None, lamps: Lamps
    ) -> None:
        self._cars, self._things = faces_in_views(rig, traffic.faces), faces_in_views(rig, around.faces)
        self._fronts = fronts_in_views(rig, around.fronts, light)
        self._sprites = _sprites_in_views(rig, around.upright, light)
        self._glows = glows_in_views(rig, light, lamps)
        self._signs = faces_in_views(rig, signs) if signs is not None else None
        self._todo: list[list[tuple[float, int, int]]] = [[] for _ in rig.views]
        for kind, faces, drawn in ((_THING, around.faces, self._things), (_SIGN, signs, self._signs)):
            if faces is None or drawn is None:
                continue
            x, y = (rig.origin[:, i, None] - faces.centre[:, i] for i in range(2))
            away = np.hypot(x, y).tolist()
            for c, runs in enumerate(drawn.runs):
                self._todo[c] += [(-away[c][n], kind, n) for n in runs]
        self._add_boxed(rig)

    def _add_boxed(self, rig: Rig) -> None:
        """List fronts, sprites and glows for painting, but for those that nearer fronts hide."""
        shape, sprites, glows = self._fronts.shape, self._sprites, self._glows
        sizes = [len(shape.camera), len(sprites.camera), len(glows.camera)]
        camera = np.concatenate([shape.camera, sprites.camera, glows.camera])
        distance = np.concatenate([self._fronts.distance, sprites.distance, glows.distance])
        low = np.concatenate([shape.low, sprites.low, glows.centre - glows.radius], axis=1)
        high = np.concatenate([shape.high, sprites.high, glows.centre + glows.radius], axis=1)
        seen = np.flatnonzero(~Cover(rig, self._fronts).hides(camera, low, high, distance))
        kind = np.repeat([_FRONT, _SPRITE, _GLOW], sizes)[seen]
        number = np.concatenate([np.arange(n) for n in sizes])[seen]
        keys = zip((-distance[seen]).tolist(), kind.tolist(), number.tolist(), strict=True)
        for c, key in zip(camera[seen].tolist(), keys, strict=True):
            self._todo[c].append(key)

    def paint(self, image: Picture, camera: int, ordered: tuple[Ints, F8]) -> None:
        """Paint what a camera sees from far to near; `ordered` are road users far first, and their distances."""
        cars, things, fronts, sprites, glows = self._cars, self._things, self._fronts, self._sprites, self._glows
        signs = self._signs
        order, gaps = ordered[0].tolist(), ordered[1].tolist()
        disc = glow()
        painters: tuple[Callable[[int], None], ...] = (
            lambda n: _paint_faces(image, cars, cars.runs[camera][order[n]]),
            lambda n: paint_front(image, fronts, n),
            lambda n: _paint_faces(image, things, things.runs[camera][n]),
            lambda n: _paint_faces(image, signs, signs.runs[camera][n]) if signs else None,
            lambda n: paint_sprite(
                image, sprites.sprite[n], sprites.box[n], sprites.mirrored[n], sprites.gain[n], sprites.haze[n]
            ),
            lambda n: paint_glow(image, disc, glows.disc[n], (1.0, 1.0), glows.colour[n]),
        )
        users = [(-gaps[n], _CAR, n) for n, user in enumerate(order) if user in cars.runs[camera]]
        for _, kind, n in sorted([*self._todo[camera], *users]):
            painters[kind](n)


def _paint_faces(image: Picture, drawn: Drawn, run: range) -> None:
    for i in run:
        cv2.fillConvexPoly(image, drawn.fixed[i], drawn.colour[i], cv2.LINE_AA, SUBPIXEL_BITS)
