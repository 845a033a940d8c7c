# What figures weigh and how long they took, as a build tells it.

from __future__ import annotations

from pathlib import Path

import pytest

from mkdocs_worldmodel.site.report import Shown, heavy_pages, slowest, weights

MB = 1_000_000


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    sizes = {"a.mp4": 5 * MB, "b.mp4": 3 * MB, "c.mp4": MB, "a.jpg": MB // 10, "b.jpg": MB // 10, "a.csv": MB // 5}
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(size)
    return {name: tmp_path / name for name in sizes}


SHOWN = [
    Shown("one.md", 3, "A", "k1", "a.mp4", "a.jpg", ("a.csv",)),
    Shown("one.md", 30, "B", "k2", "b.mp4", "b.jpg", ()),
    Shown("one.md", 60, "A again", "k1", "a.mp4", "a.jpg", ("a.csv",)),
    Shown("two.md", 7, "C", "k3", "c.mp4", "", ()),
    Shown("three.md", 9, "D", "k4", "", "", ()),
]


def test_a_page_is_heavy_from_the_limit_on_and_its_films_count_once(files: dict[str, Path]) -> None:
    [heavy] = heavy_pages(SHOWN, files, 8 * MB)
    assert (heavy.page, heavy.bytes) == ("one.md", 8 * MB)
    assert [figure.line for figure in heavy.figures] == [3, 60, 30]
    assert str(heavy).startswith("one.md: 8.0 MB of films on one page, in figures at lines 3 A, 60 A again, 30 B (")
    assert heavy_pages(SHOWN, files, 8 * MB + 1) == []
    assert [h.page for h in heavy_pages(SHOWN, files, MB)] == ["one.md", "two.md"]


def test_the_slowest_figures_come_first_each_once() -> None:
    rows = list(slowest(SHOWN, {"k1": 1.25, "k2": 12.0, "gone": 99.0}))
    assert rows == ["slowest of 2 made figures:", "    12.0 s  one.md:30 B", "     1.2 s  one.md:3 A"]
    assert list(slowest(SHOWN, {})) == []


def test_weights_are_told_by_kind_and_by_page(files: dict[str, Path]) -> None:
    head, *rows = weights(SHOWN, files)
    assert head == "figures weigh: 9.0 MB films (3), 200 kB posters (2), 200 kB other files (1)"
    assert [row.split()[2].rstrip(":") for row in rows] == ["one.md", "two.md", "three.md"]
    assert " ".join(rows[0].split()) == "8.4 MB one.md: 8.0 MB films (2), 200 kB posters (2), 200 kB other files (1)"


def test_a_file_that_is_gone_weighs_nothing(files: dict[str, Path]) -> None:
    files["c.mp4"].unlink()
    assert [h.page for h in heavy_pages(SHOWN, files, MB)] == ["one.md"]
