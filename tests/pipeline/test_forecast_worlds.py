# A forecast asks two worlds, one for what happens and one for the futures, and the store keeps what either gave.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.build import Jobs, Store
from mkdocs_worldmodel.errors import JobError, WorldError
from mkdocs_worldmodel.figure.kinds import Futures, Run
from mkdocs_worldmodel.pipeline import Pipeline, carry_out, driven, futures_key, imagined, run_key, understand
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import STATES
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.rollout.state import EgoAction
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Place
from mkdocs_worldmodel.world.simulator import Simulator

BLOCK = """\
figure: forecast
scenario:
  road: {lanes: 2, length: 400 m}
  ego: {lane: 1, speed: 20 m/s}
  actors:
    lorry: {kind: truck, lane: 1, ahead: 40 m, speed: 15 m/s}
  stop: {time: 4 s}
at: 1 s
horizon: 2 s
futures: 3
film: none
"""


class Dreamer(Simulator):
    """Foretells as the simulator does, and says what it was given."""

    name = "dreamer"
    version = "1"
    given: tuple[Rollout, int, Sequence[EgoAction] | None] | None = None

    def futures(
        self, scenario: Scenario, past: Rollout, row: int, *, seconds: float, count: int, seed: int,
        ego: Sequence[EgoAction] | None = None,
    ) -> RolloutBatch:  # fmt: skip
        Dreamer.given = past, row, ego
        how = {"seconds": seconds, "count": count, "seed": seed, "ego": ego}
        return replace(super().futures(scenario, past, row, **how), world="dreamer 1")


class Nightmare(Dreamer):
    """Gives what is no number."""

    def futures(self, *args, **how) -> RolloutBatch:  # type: ignore[no-untyped-def]
        good = super().futures(*args, **how)
        return replace(good, speed=np.full_like(good.speed, np.nan))


class Plain:
    """Has no futures."""

    name, version = "plain", "1"

    def run(self, scenario: Scenario, seed: int = 0) -> Rollout:
        return Simulator().run(scenario, seed)


@pytest.fixture(autouse=True)
def known_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    for world in (Dreamer, Nightmare, Plain):
        monkeypatch.setitem(worlds.WORLDS, world.__name__.lower(), f"{__name__}:{world.__name__}")
        monkeypatch.setattr(f"{__name__}.{world.__name__}.__module__", __name__, raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, (tmp_path,))


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with Jobs(0) as jobs:
        yield Pipeline(Store(tmp_path / "store"), jobs)


def asked(text: str, place: Place) -> list[Run | Futures]:
    """What a plan asks for."""
    order, found = understand(text, place), list[Run | Futures]()

    def answer(request: Run | Futures) -> Rollout | RolloutBatch:
        found.append(request)
        return driven(request) if isinstance(request, Run) else imagined(request)

    carry_out(order.kind.plan(order), answer)
    return found


def test_one_world_foretells_what_happens_in_another(place: Place, pipeline: Pipeline) -> None:
    text = BLOCK + "world: dreamer\n"
    run, futures = asked(text, place)
    assert (run.world, futures.world) == ("simulator", "dreamer")
    assert Dreamer.given is not None
    past, row, ego = Dreamer.given
    assert (len(past.time), row, ego) == (21, 20, None)
    figure = pipeline.figure(pipeline.order(text, place), text, place)
    told = [str(m.text) for m in figure.bundle.moments]
    assert told[0].startswith("The world dreamer 1 foretells 2.0 s in 3 futures")
    made = {str(what): str(value) for what, value in figure.bundle.made}
    assert made["World"].startswith("simulator")
    assert made["Forecast"].startswith("dreamer 1; 3 futures")


def test_an_ego_as_driven_is_told_each_of_its_steps(place: Place) -> None:
    futures = asked(BLOCK + "world: dreamer\nego: as driven\n", place)[1]
    assert isinstance(futures, Futures)
    assert futures.ego is not None
    assert len(futures.ego) == 40


def test_what_comes_after_the_moment_changes_no_future(place: Place) -> None:
    run, futures = asked(BLOCK, place)
    assert isinstance(run, Run)
    assert isinstance(futures, Futures)
    other = understand(BLOCK.replace("stop: {time: 4 s}", "stop: {time: 3.5 s}"), place)
    again = driven(Run(other.scenario, "simulator", 0))
    shorter = replace(futures, past=replace(again, **{n: getattr(again, n)[:21] for n in STATES}, time=again.time[:21]))
    assert futures_key(shorter) == futures_key(futures)
    assert run_key(Run(other.scenario, "simulator", 0)) != run_key(run)


def test_both_worlds_are_in_the_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {understand(BLOCK + more, place).key for more in ("", "world: dreamer\n", "truth: dreamer\n")}
    assert len(keys) == 3
    before = understand(BLOCK + "truth: dreamer\n", place).key
    monkeypatch.setattr(Dreamer, "version", "2")
    assert understand(BLOCK + "truth: dreamer\n", place).key != before


@pytest.mark.parametrize(("world", "message"), [("plain", "makes no futures"), ("nightmare", "speed is not finite")])
def test_a_world_that_cannot_foretell_says_so(place: Place, pipeline: Pipeline, world: str, message: str) -> None:
    text = BLOCK + f"world: {world}\n"
    with pytest.raises((WorldError, JobError), match=message):
        pipeline.figure(pipeline.order(text, place), text, place)
