# The film of futures: the median one beside what happened, and the shadows of all others on its map.

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from forecast_cases import BEHIND, as_it_came, foretold, moved, order

from mkdocs_worldmodel.figure import forecast
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.kinds import Run
from mkdocs_worldmodel.pipeline import driven

TEXT = BEHIND.replace("film: none", "film: {quality: low}").replace("horizon: 4 s", "horizon: 1 s")


def frames(folder: Path, bundle: Bundle) -> list[np.ndarray]:
    assert bundle.film is not None
    with av.open(str(folder / bundle.film.file)) as film:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in film.decode(video=0)]


def drawn(folder: Path, ahead: list[float]) -> tuple[Bundle, list[np.ndarray]]:
    """A film in which the lorry gains so many metres in each of the futures."""
    asked = order(TEXT.replace("futures: 8", f"futures: {len(ahead)}"))
    run = driven(Run(asked.scenario, "simulator", 0))
    bundle = forecast.draw(asked, (run, moved(as_it_came(run, 20, 20, len(ahead)), 1, ahead)), folder)
    return bundle, frames(folder, bundle)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Bundle, list[np.ndarray]]:
    folder = tmp_path_factory.mktemp("apart")
    return folder, *drawn(folder, [-15.0, -15.0, -15.0, 20.0])


def halves(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without the signs in the corners, and the line between the two."""
    wide = picture.shape[1] // 2
    return picture[30:, 4:wide], picture[30:, wide + 4 :]


def test_the_film_is_as_long_as_the_forecast(apart: tuple[Path, Bundle, list[np.ndarray]]) -> None:
    folder, bundle, pictures = apart
    assert bundle.film is not None
    assert len(pictures) == bundle.film.frames == 1 * bundle.film.fps + 1
    assert pictures[0].shape == (bundle.film.height, bundle.film.width, 3)
    assert set(bundle.film.tiles) == {"foretold", "happened"}
    assert (folder / "poster.jpg").stat().st_size <= 40_000
    assert (folder / bundle.film.file).stat().st_size <= 150_000  # 1.5 MB for 10 s
    assert 0 <= bundle.film.poster_frame < bundle.film.frames


def test_both_begin_alike_and_part(apart: tuple[Path, Bundle, list[np.ndarray]]) -> None:
    shares = []
    for picture in (apart[2][0], apart[2][-1]):
        foretold_map, true_map = (half[half.shape[0] * 6 // 10 :] for half in halves(picture))
        shares.append(float((np.abs(foretold_map - true_map).max(axis=-1) > 60).mean()))
    assert shares[0] < 0.005
    assert shares[1] > 0.01  # there the lorry is 15 m back


def test_other_futures_leave_shadows_on_the_map(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    alike = drawn(tmp_path / "one", [0.0] * 5)[1][-1]
    spread = drawn(tmp_path / "two", [0.0] * 3 + [-10.0, 10.0])[1][-1]
    (left, right), (left_spread, right_spread) = halves(alike), halves(spread)
    low = left.shape[0] * 6 // 10
    assert np.abs(left[low:] - left_spread[low:]).max() > 40
    assert np.abs(right - right_spread).max() < 40


def test_a_median_future_that_ends_in_a_contact_stays_there(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, [-120.0] * 4)[1]  # the lorry backs into the ego after half of the time
    (first, _), (last, happened) = (halves(pictures[k]) for k in (0, -1))
    assert last.mean() < 0.6 * first.mean()
    assert happened.mean() > 0.8 * first.mean()


def test_the_same_film_has_the_same_bytes(tmp_path: Path) -> None:
    asked = order(TEXT)
    answers = foretold(asked)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        forecast.draw(asked, answers, tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name
