# The film of branches: every branch has its own part of the picture, shows its own run, and rests dark when it is over.

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from mkdocs_worldmodel.camera.renderer import CameraRenderer
from mkdocs_worldmodel.figure import what_if_film
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import filming
from mkdocs_worldmodel.figure.mosaic import MOST, U8
from mkdocs_worldmodel.figure.pictures import POSTER, SOCIAL, STRIP
from mkdocs_worldmodel.figure.what_if_film import COLOURS, Grid
from mkdocs_worldmodel.figure.what_if_ways import Ways
from mkdocs_worldmodel.pipeline import carry_out, driven, understand
from mkdocs_worldmodel.spec.block import Place

TEXT = """\
figure: what_if
film: low
scenario:
  road: {lanes: 2, kind: town}
  ego: {speed: 40 km/h}
  actors: {bus: {kind: bus, lane: 1, ahead: 7 m, speed: 0, driver: still}}
  stop: {time: 1.6 s}
what_if:
  evade: {ego: {change_lane: {to: 2, over: 1 s}}}
  hold on: {ego: {speed: {by: 0}}}
  alone: {remove: bus}
"""


class Filmed:
    """One film with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.order: Any = understand(TEXT, Place(folder, (folder,)))
        options = self.order.options
        self.how, self.camera = options.film, options.camera
        runs = carry_out(self.order.kind.plan(self.order), driven)
        self.ways = Ways(options.start, options.ways, runs, self.how.fps)
        self.film: Film
        self.film, self.strip_size = what_if_film.draw(self.ways, self.camera, self.how, folder)
        self.folder = folder
        with av.open(str(folder / self.film.file)) as container:
            self.frames: list[U8] = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]

    def cell(self, k: int, letter: str) -> U8:
        """A branch's part of a frame."""
        x, y, w, h = self.film.tiles[letter][:4]
        return self.frames[k][y : y + h, x : x + w]


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    return Filmed(tmp_path_factory.mktemp("film"))


@pytest.mark.parametrize("count", range(2, 7))
@pytest.mark.parametrize("width", [160, 320, 640, 1280])
def test_branches_lie_side_by_side_within_what_players_can_show(count: int, width: int) -> None:
    grid = Grid.of(count, width)
    assert grid.size[0] <= MOST[0]
    assert grid.size[1] <= MOST[1]
    assert all(n % 16 == 0 for n in (*grid.size, *grid.cell, *grid.map, grid.view // 2))
    places = [grid.place(i) for i in range(count)]
    for (x, y), (u, v) in combinations(places, 2):
        assert abs(x - u) >= grid.cell[0] or abs(y - v) >= grid.cell[1]
    assert max(x for x, _ in places) + grid.cell[0] == grid.size[0]
    assert max(y for _, y in places) + grid.cell[1] == grid.size[1]


def test_the_film_is_as_long_as_the_longest_branch(filmed: Filmed) -> None:
    assert len(filmed.frames) == filmed.film.frames == filmed.ways.frames == 9
    assert [len(rows) for rows in filmed.ways.rows] == [9, len(filmed.ways.rows[1]), 9]
    assert len(filmed.ways.rows[1]) < 9
    assert filmed.frames[0].shape == (filmed.film.height, filmed.film.width, 3)


def test_tiles_are_named_by_letter_and_name(filmed: Filmed) -> None:
    assert {key: tile[4] for key, tile in filmed.film.tiles.items()} == {
        "a": "A · evade", "b": "B · hold on", "c": "C · alone",
    }  # fmt: skip


def test_every_branch_shows_what_its_own_camera_sees(filmed: Filmed) -> None:
    k = len(filmed.ways.rows[1]) - 1
    width = filmed.film.tiles["a"][2]
    drawn = []
    for way, run, rows in zip(filmed.ways.ways, filmed.ways.runs, filmed.ways.rows, strict=True):
        network, environment, colours = way.scenario.network, way.scenario.environment, way.scenario.users
        views = CameraRenderer(run, network, environment, [filmed.camera], [(width, width // 2)],
                               colours=[user.colour for user in colours])  # fmt: skip
        drawn.append(views.frame(int(rows[k]))[0].astype(float))
    clear = slice(2, -width // 5)  # of the letter
    for i, letter in enumerate("abc"):
        seen = filmed.cell(k, letter)[: width // 2, clear].astype(float)
        apart = [float(np.abs(view[:, clear] - seen).mean()) for view in drawn]
        assert int(np.argmin(apart)) == i
        assert apart[i] < 0.6 * sorted(apart)[1]


def test_before_they_part_branches_look_alike_and_after_they_do_not(filmed: Filmed) -> None:
    first = [filmed.cell(0, letter)[:, 2:-40].astype(float) for letter in "ab"]
    later = [filmed.cell(3, letter)[:, 2:-40].astype(float) for letter in "ab"]
    assert np.abs(first[0] - first[1]).mean() < 3.0
    assert np.abs(later[0] - later[1]).mean() > 2.0 * np.abs(first[0] - first[1]).mean()


def test_a_branch_that_has_ended_rests_dark_and_is_struck_out(filmed: Filmed) -> None:
    last = len(filmed.ways.rows[1]) - 1
    shown, over = filmed.cell(last, "b").astype(float), filmed.cell(last + 1, "b").astype(float)
    assert over[-40:, 60:].mean() == pytest.approx(0.45 * shown[-40:, 60:].mean(), rel=0.1)
    assert np.abs(filmed.cell(8, "b").astype(float) - over).mean() < 4.0
    high = filmed.film.tiles["b"][2] // 2
    middle = over[high // 2, filmed.film.tiles["b"][2] // 2]
    assert middle[0] > 150
    assert middle[1] < 110
    going = filmed.cell(8, "a").astype(float)
    assert going.mean() > 1.5 * over.mean()


def test_every_branch_wears_its_colour(filmed: Filmed) -> None:
    for i, letter in enumerate("abc"):
        x, y, w = filmed.film.tiles[letter][:3]
        side = max(20, w // 16)
        corner = filmed.frames[0][y + 8 : y + 10, x + w - side - 2 : x + w - 10].reshape(-1, 3).mean(axis=0)
        assert np.abs(corner - np.array(COLOURS[i])).max() < 45


def test_stills_show_all_branches(filmed: Filmed) -> None:
    poster = cv2.imread(str(filmed.folder / POSTER))[:, :, ::-1].astype(float)
    frame = filmed.frames[filmed.film.poster_frame]
    assert poster.shape == frame.shape
    assert np.abs(poster - frame).mean() < 6.0
    strip = cv2.imread(str(filmed.folder / STRIP))
    assert [strip.shape[1], strip.shape[0]] == filmed.strip_size == [976, 3 * 160 + 2 * 8]
    assert cv2.imread(str(filmed.folder / SOCIAL)).shape == (630, 1200, 3)
    assert (filmed.folder / POSTER).stat().st_size <= 40_000


def test_the_poster_is_from_shortly_before_the_first_contact(filmed: Filmed) -> None:
    contact = filmed.ways.analyses[1].contact
    assert contact is not None
    assert filmed.film.poster_frame == round(max(contact.time - 0.5, 0.0) * filmed.how.fps)


def test_a_film_of_six_keeps_to_the_picture_of_two(tmp_path: Path) -> None:
    how = filming(understand("scenario: {}", Place(tmp_path, ())).block.spec.film)
    assert how is not None
    two, six = Grid.of(2, how.width), Grid.of(6, how.width)
    assert six.size[0] * six.size[1] <= 1.5 * two.size[0] * two.size[1]
