# Every scenario of the library as a figure without pictures, for tests of what figures say and how long they are.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mkdocs_worldmodel.analysis.said import say
from mkdocs_worldmodel.figure import rollout_figure
from mkdocs_worldmodel.figure.bundle import Bundle, Film
from mkdocs_worldmodel.figure.mosaic import layout
from mkdocs_worldmodel.figure.page import Dress, render
from mkdocs_worldmodel.pipeline import examine, understand
from mkdocs_worldmodel.scenario import library
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.site.session import ALL_PARTS
from mkdocs_worldmodel.spec.block import Place

FOLDER = Path(next(iter(library.__path__)))
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def source(name: str) -> str:
    """A block as a page has it."""
    return (
        f"id: {name}\ntitle: {name.replace('-', ' ').capitalize()}\nscenario: library/{name}\nexpect: [no collision]\n"
    )


def bundles() -> Iterator[tuple[str, Bundle]]:
    """(name, bundle) of each, with all that a film brings to the page."""
    for name in NAMES:
        order = understand(source(name) + "film: none\n", Place(FOLDER, (FOLDER,)))
        run, analysis = examine(order)
        with TemporaryDirectory() as folder:
            bundle = rollout_figure.draw(order, run, Path(folder))
        yield name, with_film(bundle, round(float(run.time[analysis.last]) * 10) + 1)


def with_film(bundle: Bundle, frames: int) -> Bundle:
    """The same as if a film of seven cameras had been drawn."""
    mosaic = layout(RIG)
    labels = {camera.name: say(camera.label) for camera in RIG}
    tiles = {name: [*tile, labels.get(name, say("Top view"))] for name, tile in mosaic.tiles.items()}
    film = Film("film.mp4", "poster.jpg", mosaic.width, mosaic.height, 10, frames, tiles)
    strip = sorted({m.frame for m in bundle.moments})[:6]
    return replace(bundle, film=film, strip="moments.jpg", strip_size=[976, 488], strip_frames=strip)


def html_of(name: str, bundle: Bundle, language: str = "en") -> str:
    """The figure's HTML."""
    dress = Dress(name, name, "", "", source(name), "0123456789abcdef", ALL_PARTS, language)
    return render(bundle, dress, lambda file: f"../assets/worldmodel/0123456789/{name}-{file}")
