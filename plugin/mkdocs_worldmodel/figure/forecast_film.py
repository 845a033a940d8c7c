# The film of a `forecast` figure: on the left the median future, and where all others have everyone by then; on the
# right what then happened. Both as the ego sees it ahead, over what lies around it.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mkdocs_worldmodel.analysis.contact import first_contacts
from mkdocs_worldmodel.analysis.said import say
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.figure import still, telling
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import SUFFIX, Filming, encode
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_past import continued
from mkdocs_worldmodel.figure.mosaic import U8
from mkdocs_worldmodel.figure.pictures import POSTER, POSTER_BYTES, SOCIAL, SOCIAL_BYTES, Scene
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.figure.what_if_film import COLOURS, Grid
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.rig import Camera

FORETOLD, HAPPENED = "foretold", "happened"
"""The two tiles."""
_SHADOWS = 32
"""So many futures are seen on the map at most."""
_FAINT = 0.16
"""How much one of them covers, of one: where several are, more."""
_DARK = 0.45
"""So bright is the last picture of a side that ends earlier, by a contact or with its run."""
_GREY = (60, 64, 70)
_PARTS = 4
"""Binary digits of a corner's place in its pixel."""


class _Shadows(TopView):
    """The map with where the futures have everyone by then, under those of the median one."""

    def __init__(self, scene: Scene, size: tuple[int, int], fan: Fan) -> None:
        s = scene.scenario
        colours = [u.colour for u in s.users]
        super().__init__(scene.run, s.network, s.environment, size, size[1] / 40.0, colours=colours)
        self._fan = fan
        self._shown = min(fan.count, _SHADOWS)
        self._tints = {i: COLOURS[style - 1] for i in fan.there if (style := fan.style(i))}

    def _furniture(self, image: U8, k: int, pose: tuple[float, float, float]) -> None:
        """Lays the shadows on the road, before signs and road users are drawn."""
        for i in reversed(self._fan.there):
            tint = np.array(self._tints.get(i, _GREY), dtype=np.float64)
            count, (y, x) = self._crowd(k - self._fan.row, i, pose)
            part = image[y : y + count.shape[0], x : x + count.shape[1]]
            part[:] = np.rint(part + (tint - part) * (1.0 - (1.0 - _FAINT) ** count)[..., None]).astype(np.uint8)
        super()._furniture(image, k, pose)

    def _crowd(self, row: int, i: int, pose: tuple[float, float, float]) -> tuple[F8, tuple[int, int]]:
        """(h, w) in how many futures a road user covers a pixel, and where that part of the map begins (y, x)."""
        bodies = [self._to_map(_corners(self._fan.futures, n, row, i), pose) for n in range(self._shown)]
        points = np.stack(bodies)
        low = np.clip(np.floor(points.min(axis=(0, 1))), 0, self._size).astype(int)
        high = np.clip(np.ceil(points.max(axis=(0, 1))) + 1, 0, self._size).astype(int)
        count = np.zeros((max(high[1] - low[1], 0), max(high[0] - low[0], 0)))
        for corners in bodies if count.size else ():
            one = np.zeros(count.shape, dtype=np.uint8)
            cv2.fillPoly(
                one, [np.rint(np.clip(corners - low, -1e4, 1e4) * 2**_PARTS).astype(np.int32)], 1, shift=_PARTS
            )
            count += one
        return count, (int(low[1]), int(low[0]))


class _Side:
    """One half of the film."""

    def __init__(self, run: Rollout, last: int, fan: Fan, camera: Camera, size: tuple[int, int]) -> None:
        self.last, self.fan, self.shadows = last, fan, run is not fan.run
        self.scene = Scene(fan.scenario, run, [camera])
        self._size = size
        self._views = self.scene.views([(size[0], size[0] // 2)])
        self._map = self.plan((size[0], size[1] - size[0] // 2))

    def plan(self, size: tuple[int, int]) -> TopView:
        """Its map."""
        return _Shadows(self.scene, size, self.fan) if self.shadows else self.scene.map(size)

    def frame(self, row: int) -> U8:
        """The view over the map; after its end the last one, dark."""
        shown = min(row, self.last)
        picture: U8 = np.concatenate([self._views.frame(shown)[0], self._map.frame(shown)])
        if row > self.last:
            picture = cv2.convertScaleAbs(picture, alpha=_DARK).astype(np.uint8)
        _badge(picture, "?" if self.shadows else "!")
        return picture

    def shot(self, row: int, size: tuple[int, int], camera: Camera) -> U8:
        """A still, 5 to 2."""
        high, shown = size[1] * 5 // 7, min(row, self.last)
        below = self.plan((size[0], size[1] - high)).frame(shown)
        picture: U8 = np.concatenate([self._views.shot(shown, camera, (size[0], high)), below])
        _badge(picture, "?" if self.shadows else "!")
        return picture


def draw(fan: Fan, camera: Camera, how: Filming, folder: Path) -> Film:
    """Draw film, poster and social picture into a folder."""
    grid, world = Grid.of(2, how.width), fan.futures.world
    median = continued(fan.run, fan.row, fan.futures, fan.median)
    contact = first_contacts(RolloutBatch.of(median))[0]  # nothing is modelled after it
    end = fan.row + fan.steps if contact is None else contact.row
    sides = [_Side(median, end, fan, camera, grid.cell),
             _Side(fan.run, fan.row + fan.known, fan, camera, grid.cell)]  # fmt: skip
    name, poster = "film" + SUFFIX[how.codec], poster_frame(fan)

    def frames() -> Iterator[U8]:
        for k, row in enumerate((fan.row + fan.rows).tolist()):
            picture = grid.compose([side.frame(row) for side in sides])
            if k == poster:
                still.write_jpeg(picture, folder / POSTER, most=POSTER_BYTES, world=world)
            yield picture

    encode(frames(), folder / name, size=grid.size, fps=how.fps, codec=how.codec, world=world)
    row = fan.row + int(fan.rows[poster])
    social = np.concatenate([side.shot(row, (600, 630), camera) for side in sides], axis=1)
    still.write_jpeg(social, folder / SOCIAL, most=SOCIAL_BYTES, world=world)
    tiles = {
        FORETOLD: [*grid.place(0), *grid.cell, say("? median future")],
        HAPPENED: [*grid.place(1), *grid.cell, say("! what then happened")],
    }
    return Film(name, POSTER, *grid.size, how.fps, len(fan.rows), tiles, poster_frame=poster)


def poster_frame(fan: Fan) -> int:
    """The frame that stands for the film: where the ego then was nearest to who matters most, else far on."""
    frames = len(fan.rows)
    if fan.critical is not None:
        distance = fan.true_distance(fan.critical)
        if np.isfinite(distance).any() and 0 < (nearest := int(np.nanargmin(distance))) < frames - 1:
            return nearest
    return telling.frame_at(0.6 * fan.reach, frames, fan.fps)


def _corners(futures: RolloutBatch, n: int, row: int, i: int) -> F8:
    """(4, 2) corners of a body in one of the futures [m]."""
    rear, length, half = futures.rear_overhang[n, i], futures.length[n, i], 0.5 * futures.width[n, i]
    x, y, turn = (getattr(futures, name)[n, row, i] for name in ("x", "y", "heading"))
    along, left = np.array([length - rear, -rear, -rear, length - rear]), half * np.array([1.0, 1.0, -1.0, -1.0])
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([x + along * cos - left * sin, y + along * sin + left * cos], axis=-1)


def _badge(picture: U8, sign: str) -> None:
    """What the picture is, in its right upper corner: foretold, or so."""
    side = max(20, picture.shape[1] // 16)
    left, top, thick = picture.shape[1] - side - 6, 6, max(1, side // 14)
    cv2.rectangle(picture, (left, top), (left + side, top + side), (22, 24, 28), -1, cv2.LINE_AA)
    scale = side / 32.0
    (w, h), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_DUPLEX, scale, thick)
    at = (left + (side - w) // 2, top + (side + h) // 2)
    cv2.putText(picture, sign, at, cv2.FONT_HERSHEY_DUPLEX, scale, (255, 255, 255), thick, cv2.LINE_AA)
