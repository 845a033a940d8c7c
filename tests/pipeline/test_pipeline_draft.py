# Drafts: the same block, made faster, and kept beside the good one.

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mkdocs_worldmodel.build import Jobs, Store
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.kinds import Order, Run
from mkdocs_worldmodel.pipeline import Films, Pipeline, run_key, understand
from mkdocs_worldmodel.spec.block import Place

SCENARIO = "scenario: {ego: {speed: 60 km/h}, stop: {time: 0.5 s}}\ncameras: [front_wide, rear]\n"


def made(text: str, folder: Path, *, films: Films) -> tuple[Bundle, bool]:
    place = Place(folder, ())
    with Jobs(0) as jobs:
        pipeline = Pipeline(Store(folder / "store"), jobs, films=films)
        figure = pipeline.figure(pipeline.order(text, place), text, place)
        return figure.bundle, figure.made


def key_of_run(order: Order[Any]) -> str:
    return run_key(Run(order.scenario, order.world, order.seed))


def test_a_draft_is_smaller_and_does_not_take_the_place_of_the_good_one(tmp_path: Path) -> None:
    draft, good = made(SCENARIO, tmp_path, films="low")[0].film, made(SCENARIO, tmp_path, films="full")[0].film
    assert draft is not None
    assert good is not None
    assert (draft.width, draft.height, draft.fps) == (good.width // 2, good.height // 2, 5)
    assert not made(SCENARIO, tmp_path, films="low")[1]
    assert not made(SCENARIO, tmp_path, films="full")[1]


def test_a_run_is_driven_once_for_both(tmp_path: Path) -> None:
    place = Place(tmp_path, ())
    draft, good = understand(SCENARIO, place, films="low"), understand(SCENARIO, place)
    assert key_of_run(draft) == key_of_run(good)
    assert draft.key != good.key


@pytest.mark.parametrize("film", ["film: low", "film: {fps: 5, width: 320 px}"])
def test_what_is_made_so_anyway_is_not_made_twice(tmp_path: Path, film: str) -> None:
    place = Place(tmp_path, ())
    assert understand(SCENARIO + film, place).key == understand(SCENARIO, place, films="low").key


def test_without_a_film_a_draft_is_the_good_one(tmp_path: Path) -> None:
    place, text = Place(tmp_path, ()), f"{SCENARIO}film: none"
    assert understand(text, place).key == understand(text, place, films="low").key


def test_without_films_a_figure_is_that_of_a_block_which_wants_none(tmp_path: Path) -> None:
    place = Place(tmp_path, ())
    assert understand(SCENARIO, place, films="none").key == understand(f"{SCENARIO}film: none", place).key
    bundle, _ = made(SCENARIO, tmp_path, films="none")
    assert bundle.film is None
    assert bundle.moments


def test_a_rig_changes_the_figure_and_not_the_run(tmp_path: Path) -> None:
    place = Place(tmp_path, ())
    scenario = SCENARIO.splitlines()[0]
    rigs = ("", "cameras: [rear]", "cameras: {rear: }", "cameras: {rear: {fov: 80°}}", "cameras: {rear: {label: Back}}")
    orders = [understand(f"{scenario}\n{rig}", place) for rig in rigs]
    assert len({key_of_run(o) for o in orders}) == 1
    assert orders[1].key == orders[2].key
    assert len({o.key for o in orders}) == 4
