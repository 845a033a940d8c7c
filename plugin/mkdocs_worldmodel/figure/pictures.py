# The pictures of a run: the film of all cameras and the map, its poster, the strip of telling moments, and the picture
# that other sites show beside a link.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.camera.top_view import TopView
from mkdocs_worldmodel.figure import still
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import SUFFIX, Filming, encode
from mkdocs_worldmodel.figure.mosaic import TOP, U8, Mosaic, layout
from mkdocs_worldmodel.figure.telling import Rows
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.rig import RIG, Camera
from mkdocs_worldmodel.scenario.scenario import Scenario

POSTER, STRIP, SOCIAL = "poster.jpg", "moments.jpg", "social.jpg"
POSTER_BYTES, STRIP_BYTES, SOCIAL_BYTES = 40_000, 90_000, 120_000
SOCIAL_FRONT, SOCIAL_MAP = (1200, 450), (1200, 180)
"""The view ahead over the map: 1200 x 630 pixels, the shape that no site crops."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn: a run, and how it looks."""

    scenario: Scenario
    run: Rollout
    cameras: Sequence[Camera]

    def views(self, sizes: Sequence[tuple[int, int]]) -> CameraRenderer:
        """Draws the cameras."""
        s = self.scenario
        return CameraRenderer(self.run, s.network, s.environment, self.cameras, sizes, colours=self._colours())

    def map(self, size: tuple[int, int]) -> TopView:
        """Draws the map, 40 m from its upper to its lower edge."""
        s = self.scenario
        return TopView(self.run, s.network, s.environment, size, size[1] / 40.0, colours=self._colours())

    def _colours(self) -> list[str]:
        return [u.colour for u in self.scenario.users]


def draw(
    scene: Scene, how: Filming, rows: Rows, strip: Sequence[int], telling: int, folder: Path
) -> tuple[Film, list[int]]:
    """Draw film, poster, strip and social picture into a folder; returns the film and the strip's size [px].

    Args:
        scene: what is drawn
        how: codec, size and rate
        rows: the run's row of each film frame
        strip: film frames that the strip shows
        telling: film frame of the poster and the social picture
        folder: where the files go
    """
    mosaic, world = layout(scene.cameras, how.width), scene.run.world
    name = "film" + SUFFIX[how.codec]
    size = (mosaic.width, mosaic.height)
    views = scene.views([mosaic.size(c.name) for c in scene.cameras])
    plan, cells = scene.map(still.CELL_MAP), list[tuple[U8, U8]]()

    def frames() -> Iterator[U8]:
        for k, tiles in enumerate(_tiles(scene, views, mosaic, rows)):
            picture = mosaic.compose(tiles)
            if k in strip:
                cells.append((tiles[mosaic.main], plan.frame(int(rows[k]))))
            if k == telling:
                still.write_jpeg(picture, folder / POSTER, most=POSTER_BYTES, world=world)
            yield picture

    encode(frames(), folder / name, size=size, fps=how.fps, codec=how.codec, world=world)
    picture = still.strip(cells)
    still.write_jpeg(picture, folder / STRIP, most=STRIP_BYTES, world=world)
    main = next(c for c in scene.cameras if c.name == mosaic.main)
    social = [views.shot(int(rows[telling]), main, SOCIAL_FRONT),
              scene.map(SOCIAL_MAP).frame(int(rows[telling]))]  # fmt: skip
    still.write_jpeg(np.concatenate(social), folder / SOCIAL, most=SOCIAL_BYTES, world=world)
    labels = {c.name: _label(c) for c in (main, *scene.cameras)} | {TOP: say("Top view")}
    tiles = {n: [*mosaic.tiles[n], label] for n, label in labels.items()}
    film = Film(name, POSTER, *size, how.fps, len(rows), tiles, poster_frame=telling)
    return film, [picture.shape[1], picture.shape[0]]


def _label(camera: Camera) -> Said | str:
    """What readers see; an author's own words are in the page's language already."""
    default = next((c.label for c in RIG if c.name == camera.name), None)
    return say(camera.label) if camera.label == default else camera.label


def _tiles(scene: Scene, views: CameraRenderer, mosaic: Mosaic, rows: Rows) -> Iterator[dict[str, U8]]:
    """All views and the map, of one frame after the other."""
    plan = scene.map(mosaic.size(TOP))
    for row in rows.tolist():
        seen = zip(scene.cameras, views.frame(row), strict=True)
        yield {TOP: plan.frame(row), **{camera.name: view for camera, view in seen}}
