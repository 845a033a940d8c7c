# The film of a `what_if` figure: for each branch what the ego sees ahead over what lies around it, all at one time.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mkdocs_worldmodel.figure import still
from mkdocs_worldmodel.figure.bundle import Film
from mkdocs_worldmodel.figure.film import SUFFIX, Filming, encode
from mkdocs_worldmodel.figure.mosaic import MOST, U8
from mkdocs_worldmodel.figure.pictures import POSTER, POSTER_BYTES, SOCIAL, SOCIAL_BYTES, STRIP, Scene
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, Ways
from mkdocs_worldmodel.scenario.rig import Camera

COLOURS = ((31, 127, 196), (213, 94, 0), (10, 144, 104), (191, 106, 154), (138, 118, 0), (123, 104, 217))
"""Of the branches, as web/worldmodel.css has them for lines."""
MOMENTS = 3
"""Columns of the strip, which has a row for each branch."""
_GROUND, _BAD, _WHITE = (22, 24, 28), (209, 68, 47), (255, 255, 255)
_OVER = 0.45
"""So bright is the last picture of a branch that has ended."""
_STEP = 128
"""Views are as wide as a multiple of this, so that their parts are multiples of the encoder's blocks [px]."""
_STRIP_BYTES = 30_000
"""Of the strip, for each row."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the branches are in the picture, each a view ahead over a map."""

    count: int
    columns: int
    view: int
    """Width of a view, which is half as high [px]; the map below is three eighths as high as wide."""

    @classmethod
    def of(cls, count: int, width: int) -> Grid:
        """For so many branches. `width`: of the view where two are side by side [px]; three get two thirds of it."""
        columns = 2 if count in {2, 4} else 3
        rows = -(-count // columns)
        most = min(MOST[0] // columns, MOST[1] // rows * 8 // 7, round(2 * width / columns))
        return cls(count, columns, max(_STEP, most // _STEP * _STEP))

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) of a branch [px]."""
        return self.view, self.view // 2 + self.map[1]

    @property
    def map(self) -> tuple[int, int]:
        """(width, height) of a branch's map [px]."""
        return self.view, self.view * 3 // 8

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture [px]."""
        return self.columns * self.cell[0], -(-self.count // self.columns) * self.cell[1]

    def place(self, i: int) -> tuple[int, int]:
        """Left upper corner of a branch [px]."""
        row, column = divmod(i, self.columns)
        return column * self.cell[0], row * self.cell[1]

    def compose(self, cells: Sequence[U8]) -> U8:
        """One picture of all branches."""
        width, height = self.size
        out = np.full((height, width, 3), _GROUND, dtype=np.uint8)
        for i, cell in enumerate(cells):
            x, y = self.place(i)
            out[y : y + cell.shape[0], x + (x > 0) : x + cell.shape[1]] = cell[:, int(x > 0) :]
        return out


class _Branch:
    """Draws one branch."""

    def __init__(self, ways: Ways, i: int, camera: Camera, grid: Grid) -> None:
        self.i, self.rows = i, ways.rows[i]
        self.contact = ways.analyses[i].contact is not None
        self.scene = Scene(ways.ways[i].scenario, ways.runs[i], [camera])
        self._views = self.scene.views([(grid.view, grid.view // 2)])
        self._map = self.scene.map(grid.map)
        self._last: U8 | None = None

    def frame(self, k: int) -> U8:
        """Film frame `k`, frames in order; after its end the branch's last picture, dark."""
        if k < len(self.rows):
            row = int(self.rows[k])
            picture = np.concatenate([self._views.frame(row)[0], self._map.frame(row)])
            badge(picture, self.i)
            self._last = picture
            return picture
        if k == len(self.rows) and self._last is not None:
            self._last = cv2.convertScaleAbs(self._last, alpha=_OVER).astype(np.uint8)
            badge(self._last, self.i)
            if self.contact:
                _cross(self._last)
        assert self._last is not None
        return self._last

    def shot(self, k: int, size: tuple[int, int], camera: Camera) -> U8:
        """A still of the view ahead over the map, 5 to 2."""
        row = int(self.rows[min(k, len(self.rows) - 1)])
        high = size[1] * 5 // 7
        picture = np.concatenate([
            self._views.shot(row, camera, (size[0], high)),
            self.scene.map((size[0], size[1] - high)).frame(row),
        ])  # fmt: skip
        badge(picture, self.i)
        return picture


def draw(ways: Ways, camera: Camera, how: Filming, folder: Path) -> tuple[Film, list[int]]:
    """Draw film, poster, strip and social picture into a folder; returns the film and the strip's size [px]."""
    grid = Grid.of(len(ways), how.width)
    branches = [_Branch(ways, i, camera, grid) for i in range(len(ways))]
    name, world, strip = "film" + SUFFIX[how.codec], ways.runs[0].world, strip_frames(ways)
    cells: list[list[U8]] = [[] for _ in branches]

    def frames() -> Iterator[U8]:
        for k in range(ways.frames):
            pictures = [branch.frame(k) for branch in branches]
            picture = grid.compose(pictures)
            if k in strip:
                for row, cell in zip(cells, pictures, strict=True):
                    row.append(_small(cell[: grid.view // 2]))
            if k == ways.poster:
                still.write_jpeg(picture, folder / POSTER, most=POSTER_BYTES, world=world)
            yield picture

    encode(frames(), folder / name, size=grid.size, fps=how.fps, codec=how.codec, world=world)
    board = _board(cells)
    still.write_jpeg(board, folder / STRIP, most=_STRIP_BYTES * len(branches), world=world)
    pair = [branches[0], branches[_contrast(ways)]]
    social = [branch.shot(ways.poster, (600, 630), camera) for branch in pair]
    still.write_jpeg(np.concatenate(social, axis=1), folder / SOCIAL, most=SOCIAL_BYTES, world=world)
    tiles = {LETTERS[i].lower(): [*grid.place(i), *grid.cell, f"{LETTERS[i]} · {way.name}"]
             for i, way in enumerate(ways.ways)}  # fmt: skip
    film = Film(name, POSTER, *grid.size, how.fps, ways.frames, tiles, poster_frame=ways.poster)
    return film, [board.shape[1], board.shape[0]]


def strip_frames(ways: Ways) -> list[int]:
    """Film frames of the strip's columns: evenly from the parting to the end."""
    first, last = min(round(ways.start * ways.fps), ways.frames - 1), ways.frames - 1
    return sorted({first + round((last - first) * (n + 1) / MOMENTS) for n in range(MOMENTS)})


def badge(picture: U8, i: int) -> None:
    """Put a branch's letter, in its colour, into the upper right corner."""
    side = max(20, picture.shape[1] // 16)
    left, top, thick, scale = picture.shape[1] - side - 6, 6, max(1, side // 14), side / 32.0
    cv2.rectangle(picture, (left - 1, top - 1), (left + side + 1, top + side + 1), _WHITE, -1, cv2.LINE_AA)
    cv2.rectangle(picture, (left + 1, top + 1), (left + side - 1, top + side - 1), COLOURS[i], -1, cv2.LINE_AA)
    (w, h), _ = cv2.getTextSize(LETTERS[i], cv2.FONT_HERSHEY_DUPLEX, scale, thick)
    at = (left + (side - w) // 2, top + (side + h) // 2)
    cv2.putText(picture, LETTERS[i], at, cv2.FONT_HERSHEY_DUPLEX, scale, _WHITE, thick, cv2.LINE_AA)


def _cross(picture: U8) -> None:
    """Strike out the view of a branch that ended in a contact."""
    x, y, reach = picture.shape[1] // 2, picture.shape[1] // 4, picture.shape[1] // 12
    for colour, thick in ((_WHITE, reach // 3), (_BAD, reach // 5)):
        for tilt in (-reach, reach):
            cv2.line(picture, (x - reach, y - tilt), (x + reach, y + tilt), colour, thick, cv2.LINE_AA)


def _contrast(ways: Ways) -> int:
    """The branch that is shown beside the first: one of which one ends in a contact and the other does not."""
    first = ways.analyses[0].contact is None
    return next((i for i in range(1, len(ways)) if (ways.analyses[i].contact is None) != first), 1)


def _small(view: U8) -> U8:
    """A cell of the strip."""
    how = cv2.INTER_AREA if view.shape[1] > still.CELL[0] else cv2.INTER_CUBIC
    return cv2.resize(view, still.CELL, interpolation=how).astype(np.uint8)


def _board(cells: Sequence[Sequence[U8]], gap: int = 8) -> U8:
    """All moments of all branches: a row for each branch."""
    high, wide = cells[0][0].shape[:2]
    size = (len(cells) * (high + gap) - gap, len(cells[0]) * (wide + gap) - gap, 3)
    out = np.full(size, _GROUND, dtype=np.uint8)
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            out[i * (high + gap) : i * (high + gap) + high, j * (wide + gap) : j * (wide + gap) + wide] = cell
    return out
