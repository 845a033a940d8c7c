# What plans of all kinds may rely on: answers in order, kept under keys that hold all that can change them.

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mkdocs_worldmodel.build import Jobs, Store
from mkdocs_worldmodel.errors import WorldError
from mkdocs_worldmodel.figure import kinds
from mkdocs_worldmodel.figure.kinds import Futures, Order, Request, Run
from mkdocs_worldmodel.pipeline import (
    Pipeline,
    carry_out,
    drive,
    driven,
    futures_key,
    imagine,
    run_key,
    understand,
)
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.site.judging import check_blocks
from mkdocs_worldmodel.spec.block import Place
from mkdocs_worldmodel.spec.kinds import KINDS
from mkdocs_worldmodel.world.simulator import Simulator

SCENARIO = """\
scenario:
  road: {lanes: 2, length: 400 m}
  ego: {speed: 20 m/s}
  actors: {car: {lane: 1, ahead: 30 m, speed: 15 m/s}}
  stop: {time: 2 s}
film: none
"""
WHAT_IF = f"""\
figure: what_if
from: 0.5 s
what_if:
  keep: {{}}
  brake: {{ego: {{brake: 6 m/s²}}, expect: [no collision, min speed > 60 km/h]}}
{SCENARIO}"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, (tmp_path,))


@pytest.fixture
def order(place: Place) -> Order[Any]:
    return understand(SCENARIO, place)


@pytest.fixture
def past(order: Order[Any]) -> Rollout:
    return driven(Run(order.scenario, "simulator", 0))


@pytest.fixture
def futures(order: Order[Any], past: Rollout) -> Futures:
    return Futures(order.scenario, past, 20, 1.0, 3, 0, "simulator")


def test_every_kind_has_a_block_and_a_module_with_all_that_a_kind_has() -> None:
    assert set(kinds.KINDS) == set(KINDS)
    for name in kinds.KINDS:
        for function in ("options", "expected", "plan", "verdicts", "draw", "version"):
            assert callable(getattr(kinds.kind(name), function)), (name, function)
    assert set(kinds.versions()) == set(KINDS)


def test_a_plan_is_sent_its_answers_in_order_and_may_look_at_them(order: Order[Any]) -> None:
    runs = [Run(order.scenario, "simulator", seed) for seed in range(4)]
    asked: list[Request] = []

    def plan() -> Generator[Any, Any, Any]:
        first = yield runs[0]
        pair = yield runs[1], runs[2]
        last = (yield runs[3]) if first == "answer 0" else None
        nothing = yield ()
        return first, pair, last, nothing

    def answer(request: Request) -> Any:
        asked.append(request)
        return f"answer {len(asked) - 1}"

    assert carry_out(plan(), answer) == ("answer 0", ("answer 1", "answer 2"), "answer 3", ())
    assert all(one is other for one, other in zip(asked, runs, strict=True))


def test_a_plan_that_needs_nothing_is_carried_out() -> None:
    def plan() -> Generator[Any, Any, str]:
        return "done"
        yield

    assert carry_out(plan(), lambda _: pytest.fail("nothing is asked")) == "done"


CHANGES: dict[str, dict[str, Any]] = {
    "row": {"row": 21},
    "seconds": {"seconds": 1.05},
    "count": {"count": 4},
    "seed": {"seed": 1},
    "ego": {"ego": (EgoAction(0.0, 0.0),) * 20},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_futures_changes_their_key(futures: Futures, change: dict[str, Any]) -> None:
    assert futures_key(replace(futures, **change)) != futures_key(futures)


@pytest.mark.parametrize("name", ["x", "speed", "heading", "signals", "present"])
def test_the_past_changes_the_key_and_what_comes_after_does_not(futures: Futures, name: str) -> None:
    past = futures.past
    if name == "signals":
        past = replace(past, signals=np.zeros((len(past.time), 1), dtype=np.int32))
    before, after = getattr(past, name).copy(), getattr(past, name).copy()
    before[20] += 1
    after[21] += 1
    plain = futures_key(replace(futures, past=past))
    assert futures_key(replace(futures, past=replace(past, **{name: before}))) != plain
    assert futures_key(replace(futures, past=replace(past, **{name: after}))) == plain


def test_the_scenario_changes_the_key_but_not_its_colours(futures: Futures) -> None:
    users = futures.scenario.users
    painted = replace(futures.scenario, users=(users[0], replace(users[1], colour="#123456")))
    heavier = replace(futures.scenario, users=(users[0], replace(users[1], desired_speed=16.0)))
    assert futures_key(replace(futures, scenario=painted)) == futures_key(futures)
    assert futures_key(replace(futures, scenario=heavier)) != futures_key(futures)


def test_the_worlds_version_is_in_the_key_of_futures(futures: Futures, monkeypatch: pytest.MonkeyPatch) -> None:
    before = futures_key(futures)
    monkeypatch.setattr(Simulator, "version", "another")
    assert futures_key(futures) != before


def test_futures_are_made_once_and_then_found(
    futures: Futures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    batch = RolloutBatch.of(futures.past)

    def answer(*_: Any, **how: Any) -> RolloutBatch:
        made.append(how["count"])
        return batch

    monkeypatch.setattr(Simulator, "futures", answer, raising=False)
    store = Store(tmp_path / "store")
    first, second = imagine(futures, store), imagine(futures, store)
    assert made == [3]
    assert first.x.tobytes() == second.x.tobytes()
    path = next(store.root.rglob("futures.npz"))
    path.write_bytes(path.read_bytes()[:100])
    assert imagine(futures, store).x.tobytes() == first.x.tobytes()
    assert made == [3, 3]


def test_a_world_that_makes_no_futures_says_so(
    futures: Futures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain:
        name, version = "plain", "plain 1"

    monkeypatch.setattr("mkdocs_worldmodel.world.make", lambda _: Plain())
    with pytest.raises(WorldError, match="makes no futures"):
        imagine(replace(futures, world="plain"), Store(tmp_path / "store"))


def test_branches_of_a_figure_are_runs_in_the_store(place: Place, tmp_path: Path) -> None:
    with Jobs(0) as jobs:
        pipeline = Pipeline(Store(tmp_path / "store"), jobs)
        pipeline.figure(pipeline.order(WHAT_IF, place), WHAT_IF, place)
        plan = understand(WHAT_IF, place).kind.plan(understand(WHAT_IF, place))
        runs = next(plan)
        assert isinstance(runs, tuple)
        assert all(pipeline.store.has(run_key(run)) for run in runs if isinstance(run, Run))
        keep = runs[0]
        assert isinstance(keep, Run)
        # the first changes nothing: a rollout of the same scenario has its run already
        assert run_key(keep) == run_key(Run(understand(SCENARIO, place).scenario, "simulator", 0))
        assert drive(keep, pipeline.store).names == ("ego", "car")


KEYS = {
    "another kind": (WHAT_IF, SCENARIO),
    "from": ("from: 0.5 s", "from: 0.6 s"),
    "a command": ("brake: 6", "brake: 5"),
    "a name": ("brake:", "stop:"),
    "what is expected": ("no collision,", ""),
    "seed": ("film: none", "film: none\nseed: 2"),
    "camera": ("film: none", "film: none\ncameras: [rear]"),
}


@pytest.mark.parametrize("change", KEYS.values(), ids=KEYS)
def test_what_changes_a_figure_of_branches_changes_its_key(place: Place, change: tuple[str, str]) -> None:
    assert change[0] in WHAT_IF
    assert understand(WHAT_IF.replace(*change, 1), place).key != understand(WHAT_IF, place).key


def test_words_and_lines_do_not_change_the_key_of_branches(place: Place) -> None:
    moved = "title: Words\n\n" + WHAT_IF.replace("6 m/s²", "600e-2   m/s²").replace("  keep: {}", "  keep:")
    assert understand(moved, place).key == understand(WHAT_IF, place).key


def test_what_branches_expect_is_checked_at_its_line(tmp_path: Path) -> None:
    one = {"text": WHAT_IF, "folder": str(tmp_path), "roots": [str(tmp_path)], "defaults": []}
    (checked,) = check_blocks([one])
    assert [(c["text"], c["held"], c["line"]) for c in checked["checks"]] == [
        ("B brake: no collision", True, 5),
        ("B brake: min speed > 60 km/h", False, 5),
    ]
    assert check_blocks([one, one]) == [checked, checked]
