# The pictures of a run: the film of all cameras and the map, its poster, and the strip of telling moments.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from mkdocs_worldmodel.analysis.analysis import Analysis
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import SUFFIX, Codec, encode
from mkdocs_worldmodel.figure.mosaic import TOP, U8, layout
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.rig import Camera
from mkdocs_worldmodel.scenario.scenario import Scenario

FPS = 10
POSTER_BYTES, STRIP_BYTES = 40_000, 90_000
STRIP_MOMENTS = 6


def frame_at(time: float, frames: int) -> int:
    """Film frame, of so many, that shows a time [s]."""
    return min(round(time * FPS), frames - 1)


def strip_frames(analysis: Analysis, frames: int) -> list[int]:
    """Frames of the most telling moments, in order, no two within 0.3 s; filled up between them."""
    chosen: list[int] = [0]
    for event in sorted(analysis.events, key=lambda e: e.rank):
        frame = frame_at(event.time, frames)
        if len(chosen) < STRIP_MOMENTS and all(abs(frame - c) >= 3 for c in chosen):
            chosen.append(frame)
    ends = frames - 1
    while len(chosen) < STRIP_MOMENTS:
        stops = sorted({*chosen, ends})
        width, before = max((b - a, a) for a, b in pairwise([*stops, ends]))
        if width < 6:
            break
        chosen.append(before + width // 2)
    return sorted(chosen)


def draw(
    scenario: Scenario,
    run: Rollout,
    cameras: Sequence[Camera],
    codec: Codec | None,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    strip: Sequence[int],
    folder: Path,
) -> tuple[Film | None, list[int]]:
    """Draw film, poster and strip into a folder; returns the film and the strip's size [px].

    `rows` is the run's row of each film frame, `strip` the film frames that the strip shows.
    """
    if codec is None:
        return None, [0, 0]
    from mkdocs_worldmodel.camera.renderer import CameraRenderer
    from mkdocs_worldmodel.camera.top_view import TopView
    from mkdocs_worldmodel.figure import still

    mosaic = layout(cameras)
    colours = [u.colour for u in scenario.users]
    network, environment = scenario.network, scenario.environment
    sizes = [mosaic.size(c.name) for c in cameras]
    renderer = CameraRenderer(run, network, environment, cameras, sizes, colours=colours)
    plan = TopView(run, network, environment, mosaic.size(TOP), colours=colours)
    cells: list[tuple[U8, U8]] = []
    poster: list[U8] = []

    def frames() -> Iterator[U8]:
        for k, row in enumerate(rows.tolist()):
            views = renderer.frame(row)
            top = plan.frame(row)
            picture = mosaic.compose({TOP: top, **{c.name: v for c, v in zip(cameras, views, strict=True)}})
            if k == 0:
                poster.append(picture)
            if k in strip:
                cells.append((views[0], top))
            yield picture

    name = "film" + SUFFIX[codec]
    size = (mosaic.width, mosaic.height)
    encode(frames(), folder / name, size=size, fps=FPS, codec=codec, world=run.world)
    still.write_jpeg(poster[0], folder / "poster.jpg", most=POSTER_BYTES, world=run.world)
    picture = still.strip(cells)
    still.write_jpeg(picture, folder / "moments.jpg", most=STRIP_BYTES, world=run.world)
    labels = {c.name: c.label for c in cameras} | {TOP: "Top view"}
    tiles = {n: [*mosaic.tiles[n], labels[n]] for n in (*(c.name for c in cameras), TOP)}
    film = Film(name, "poster.jpg", *size, FPS, len(rows), tiles)
    return film, [picture.shape[1], picture.shape[0]]
