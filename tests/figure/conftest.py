# A driven cut-in of 10 s, for all tests of this room.

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if str(Path(__file__).parents[1]) not in sys.path:
    sys.path.append(str(Path(__file__).parents[1]))

from mkdocs_worldmodel.build import Jobs, Store
from mkdocs_worldmodel.figure.bundle import Bundle, Film
from mkdocs_worldmodel.pipeline import Figure, Pipeline
from mkdocs_worldmodel.spec.block import Place

CUT_IN = """\
title: Lorry cuts in on a wet motorway
scenario:
  road: {lanes: 3, length: 600 m, curve: {radius: 800 m, to: left}, speed_limit: 120 km/h}
  environment: {time_of_day: dusk, weather: rain}
  ego: {lane: 2, speed: 100 km/h}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 85 km/h}
  story:
    - when: {time: 1.5 s}
      do: {lorry: {change_lane: {to: 2, over: 3 s}}}
  stop: {time: 10 s}
expect: [no collision]
film: none
"""


def made(text: str, folder: Path) -> Figure:
    place = Place(folder, (folder,))
    with Jobs(0) as jobs:
        pipeline = Pipeline(Store(folder / "store"), jobs)
        return pipeline.figure(pipeline.order(text, place), text, place)


@pytest.fixture(scope="session")
def cut_in(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    """The figure, without film."""
    return made(CUT_IN, tmp_path_factory.mktemp("cut-in"))


@pytest.fixture(scope="session")
def filmed(cut_in: Figure) -> Bundle:
    """The same with all that a film brings to the page; the pictures themselves are the film tests' matter."""
    from dataclasses import replace

    from mkdocs_worldmodel.figure.mosaic import layout
    from mkdocs_worldmodel.scenario.rig import RIG

    mosaic = layout(RIG)
    tiles = {name: [*tile, name.replace("_", " ")] for name, tile in mosaic.tiles.items()}
    film = Film("film.mp4", "poster.jpg", mosaic.width, mosaic.height, 10, 101, tiles)
    frames = sorted({m.frame for m in cut_in.bundle.moments})[:6]
    return replace(cut_in.bundle, film=film, strip="moments.jpg", strip_size=[976, 488], strip_frames=frames)
