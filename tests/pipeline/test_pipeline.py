# The way of a block: what its keys depend on, and that the store is used, trusted and mended.

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mkdocs_worldmodel.build import Jobs, Store
from mkdocs_worldmodel.errors import JobError, SpecError
from mkdocs_worldmodel.figure.kinds import Order, Run
from mkdocs_worldmodel.pipeline import Pipeline, drive, make_figure, run_key, understand
from mkdocs_worldmodel.spec.block import Place

BLOCK = """\
title: A title
scenario:
  road: {lanes: 3, length: 600 m}
  ego: {lane: 2, speed: 36 km/h}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 25 m, speed: 8 m/s}
  stop: {time: 1 s}
expect: [no collision]
film: none
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, (tmp_path,))


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with Jobs(0) as jobs:
        yield Pipeline(Store(tmp_path / "store"), jobs)


def order_of(place: Place, old: str = "", new: str = "") -> Order[Any]:
    assert old in BLOCK
    return understand(BLOCK.replace(old, new, 1), place)


def run_of(order: Order[Any]) -> Run:
    return Run(order.scenario, order.world, order.seed)


NOTHING = {
    "title": ("A title", "Another title"),
    "id": ("title:", "id: here\ntitle:"),
    "caption": ("title:", "caption: Some words.\ntitle:"),
    "alt": ("title:", "alt: Some words.\ntitle:"),
    "show": ("film: none", "film: none\nshow: [chart]"),
    "comment": ("road:", "# a comment\n  road:"),
    "space": ("lanes: 3,", "lanes:    3,   "),
    "order of keys": ("lanes: 3, length: 600 m", "length: 600 m, lanes: 3"),
    "block style": ("ego: {lane: 2, speed: 36 km/h}", "ego:\n    lane: 2\n    speed: 36 km/h"),
    "unit of a length": ("600 m", "0.6 km"),
    "unit of a speed": ("36 km/h", "10 m/s"),
    "bare number": ("36 km/h", "10"),
    "unit of a time": ("1 s", "1000 ms"),
    "a default that is written": ("stop:", "environment: {weather: clear}\n  stop:"),
    "the default world": ("film: none", "film: none\nworld: simulator\nseed: 0"),
}
PICTURES_ONLY = {
    "colour": ("kind: truck,", "kind: truck, colour: '#123456',"),
    "film": ("film: none", "film: full"),
    "codec": ("film: none", "film: {codec: vp9}"),
    "expectation": ("no collision", "min ttc > 1 s"),
    "cameras": ("film: none", "film: none\ncameras: [rear]"),
}
THE_RUN = {
    "weather": ("stop:", "environment: {weather: rain}\n  stop:"),
    "time of day": ("stop:", "environment: {time_of_day: night}\n  stop:"),
    "seed": ("film: none", "film: none\nseed: 1"),
    "speed": ("36 km/h", "37 km/h"),
    "lane": ("lane: 2", "lane: 3"),
    "kind": ("kind: truck,", "kind: van,"),
    "driver": ("kind: truck,", "kind: truck, driver: constant,"),
    "the ego's driver": ("film: none", "film: none\ndriver: constant"),
    "length of the road": ("600 m", "601 m"),
    "speed limit": ("length: 600 m", "length: 600 m, speed_limit: 50 km/h"),
    "stop": ("1 s", "2 s"),
    "name of a road user": ("lorry:", "truck:"),
}


@pytest.mark.parametrize("change", NOTHING.values(), ids=NOTHING)
def test_words_and_spelling_change_no_key(place: Place, change: tuple[str, str]) -> None:
    assert run_key(run_of(order_of(place, *change))) == run_key(run_of(order_of(place)))
    assert order_of(place, *change).key == order_of(place).key


@pytest.mark.parametrize("change", PICTURES_ONLY.values(), ids=PICTURES_ONLY)
def test_looks_change_the_figure_but_not_the_run(place: Place, change: tuple[str, str]) -> None:
    assert run_key(run_of(order_of(place, *change))) == run_key(run_of(order_of(place)))
    assert order_of(place, *change).key != order_of(place).key


@pytest.mark.parametrize("change", THE_RUN.values(), ids=THE_RUN)
def test_what_is_driven_changes_both_keys(place: Place, change: tuple[str, str]) -> None:
    assert run_key(run_of(order_of(place, *change))) != run_key(run_of(order_of(place)))
    assert order_of(place, *change).key != order_of(place).key


def test_a_scenario_in_a_file_has_the_same_keys(place: Place) -> None:
    whole = BLOCK.split("scenario:\n")[1].split("expect:", maxsplit=1)[0]
    (place.folder / "s.yaml").write_text("\n".join(line[2:] for line in whole.splitlines()))
    named = understand("scenario: s.yaml\nexpect: [no collision]\nfilm: none\n", place)
    assert named.key == order_of(place).key


def test_the_world_and_its_version_are_in_the_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    order = order_of(place)
    before = run_key(run_of(order))
    monkeypatch.setattr("mkdocs_worldmodel.world.simulator.Simulator.version", "another")
    assert run_key(run_of(order)) != before
    assert order_of(place).key != order.key


def test_a_figure_is_made_once_and_then_found(pipeline: Pipeline, place: Place) -> None:
    order = pipeline.order(BLOCK, place)
    made = pipeline.figure(order, BLOCK, place)
    assert made.made
    with Jobs(0) as jobs:
        found = Pipeline(pipeline.store, jobs).figure(order, BLOCK, place)
        assert jobs.stats.made == 0
    assert not found.made
    assert found.bundle == made.bundle
    assert {p.name for p in found.folder.iterdir()} >= {"figure.json", "states.csv", "run.json"}


def test_equal_blocks_are_one_job(pipeline: Pipeline, place: Place) -> None:
    for text in (BLOCK, BLOCK.replace("A title", "B"), BLOCK):
        pipeline.figure(pipeline.order(text, place), text, place)
    assert pipeline.jobs.stats.made == 1


def test_figures_of_one_run_drive_it_once(pipeline: Pipeline, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from mkdocs_worldmodel.world.simulator import Simulator

    driven: list[int] = []
    drive_it = Simulator.run
    monkeypatch.setattr(Simulator, "run", lambda self, *a: (driven.append(1), drive_it(self, *a))[1])
    for text in (BLOCK, BLOCK.replace("no collision", "min ttc > 0.1 s")):
        pipeline.figure(pipeline.order(text, place), text, place)
    assert len(driven) == 1


def damage(store: Store, key: str, name: str, how: str) -> None:
    path = store.root / "objects" / key[:2] / key / name
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "short":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "changed":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes(32) + content[middle + 32 :])


@pytest.mark.parametrize("how", ["gone", "short", "empty", "changed"])
@pytest.mark.parametrize("name", ["figure.json", "states.csv", "entry.json"])
@pytest.mark.parametrize("when", ["before", "after the order"])
def test_a_damaged_figure_is_made_anew(pipeline: Pipeline, place: Place, name: str, how: str, when: str) -> None:
    order = pipeline.order(BLOCK, place)
    whole = pipeline.figure(order, BLOCK, place)
    content = {p.name: p.read_bytes() for p in whole.folder.iterdir()}
    with Jobs(0) as jobs:
        again = Pipeline(pipeline.store, jobs)
        if when == "before":
            damage(pipeline.store, order.key, name, how)
            again.order(BLOCK, place)
        else:
            again.order(BLOCK, place)
            damage(pipeline.store, order.key, name, how)
        mended = again.figure(order, BLOCK, place)
    assert mended.made
    assert mended.bundle == whole.bundle
    assert {p.name: p.read_bytes() for p in mended.folder.iterdir()} == content


def test_an_entry_that_goes_right_after_it_was_made_is_made_again(pipeline: Pipeline, place: Place) -> None:
    order = pipeline.order(BLOCK, place)
    pipeline.store.clear()
    assert pipeline.figure(order, BLOCK, place).made


@pytest.mark.parametrize("how", ["gone", "short", "empty", "changed"])
def test_a_damaged_run_is_driven_anew(pipeline: Pipeline, place: Place, how: str) -> None:
    order = order_of(place)
    run = drive(run_of(order), pipeline.store)
    damage(pipeline.store, run_key(run_of(order)), "run.npz", how)
    again = drive(run_of(order), pipeline.store)
    assert all((getattr(again, f.name) == getattr(run, f.name)) is True or f.name for f in fields(run))
    assert again.x.tolist() == run.x.tolist()


def test_a_run_that_only_seems_whole_is_driven_anew(
    pipeline: Pipeline, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files are checked by size alone."""
    monkeypatch.setattr("mkdocs_worldmodel.build.entry.SMALL_BYTES", 10)
    order = order_of(place)
    run = drive(run_of(order), pipeline.store)
    damage(pipeline.store, run_key(run_of(order)), "run.npz", "changed")
    assert drive(run_of(order), pipeline.store).x.tolist() == run.x.tolist()


def test_a_run_in_the_store_is_what_was_driven(pipeline: Pipeline, place: Place) -> None:
    order = order_of(place)
    first, second = (
        drive(run_of(order), pipeline.store),
        drive(run_of(order), pipeline.store),
    )
    for each in fields(first):
        a, b = getattr(first, each.name), getattr(second, each.name)
        assert (a.tobytes(), a.dtype, a.shape) == (b.tobytes(), b.dtype, b.shape) if hasattr(a, "tobytes") else a == b


def test_a_file_that_changes_under_the_worker_is_said(place: Place, tmp_path: Path) -> None:
    (place.folder / "s.yaml").write_text("ego: {speed: 10 m/s}\n")
    text = "scenario: s.yaml\nfilm: none\n"
    key = understand(text, place).key
    (place.folder / "s.yaml").write_text("ego: {speed: 11 m/s}\n")
    with pytest.raises(JobError, match="changed while"):
        make_figure(text, str(place.folder), [str(place.folder)], [], str(tmp_path / "store"), key)


def test_mistakes_are_raised_each_time_and_understood_once(
    pipeline: Pipeline, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mkdocs_worldmodel.pipeline as module

    calls: list[str] = []
    original = module.understand
    monkeypatch.setattr(module, "understand", lambda text, at, **k: (calls.append(text), original(text, at, **k))[1])
    for _ in range(3):
        with pytest.raises(SpecError) as caught:
            pipeline.order("scenario: {}\nwrong: 1", place)
        assert [m.line for m in caught.value.mistakes] == [2]
    assert len(calls) == 1


def test_a_figure_is_plain_json(pipeline: Pipeline, place: Place) -> None:
    figure = pipeline.figure(pipeline.order(BLOCK, place), BLOCK, place)
    stored = json.loads((figure.folder / "figure.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(figure.bundle.plain()))


def test_conditions_with_equal_fields_are_told_apart(place: Place) -> None:
    def key(condition: str) -> str:
        text = f"""
            scenario:
              actors: {{a: {{lane: 1, ahead: 30 m}}}}
              story: [{{when: {condition}, do: {{a: {{speed: {{to: 5 m/s}}}}}}}}]
            """
        return run_key(run_of(understand(dedent(text), place)))

    ttc, thw = (key(f"{{{name}: {{to: a, below: 2 s}}}}") for name in ("ttc", "thw"))
    every, some = (key(f"{{{name}: [{{time: 1 s}}, {{time: 2 s}}]}}") for name in ("all", "any"))
    assert len({ttc, thw, every, some}) == 4
