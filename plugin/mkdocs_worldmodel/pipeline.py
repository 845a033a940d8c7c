# The whole story: a block's text → checked spec → scenario → world → rollout → analysis → figure, each step
# skipped where the store has its result. Read this file first.

from __future__ import annotations

import hashlib
import itertools
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.build import Entry, Jobs, Store, key_of
from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, WorldError, WorldModelError
from mkdocs_worldmodel.figure import kinds, rollout_figure
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.film import filming
from mkdocs_worldmodel.figure.kinds import Futures, Order, Plan, Request, Run
from mkdocs_worldmodel.rollout import batch_record, record
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block, Place, did_you_mean, parse_block
from mkdocs_worldmodel.spec.sources import Sources
from mkdocs_worldmodel.spec.text import KeyPath

Films = Literal["full", "low", "none"]
"""At most of which quality a figure's film is, whatever its block says: drafts need less."""
T = TypeVar("T")


# -- from a block to its order -------------------------------------------------------------------------------------


def understand(text: str, place: Place, *, films: Films = "full") -> Order[Any]:
    """Check a block.

    Raises:
        SpecError: with all mistakes of the block.
    """
    block = parse_block(text, place)
    scenario = compose(block)
    kind = kinds.kind(block.spec.figure)
    film = None if films == "none" else filming(block.spec.film, draft=films == "low")
    options, more_doubts = kind.options(block, scenario, film)
    _check_worlds(block, scenario)
    wanted = {"scenario": _plain(scenario), "options": _plain(options), "seed": block.spec.seed}
    made_by = {key: _made_by(world, scenario) for key, world in block.spec.worlds.items()}
    versions = {"record": record.FORMAT, "figure": kind.version()}
    key = key_of({"figure": block.spec.figure, **wanted, "worlds": made_by, "versions": versions})
    return Order(block, scenario, options, key, (*doubts(block, scenario), *more_doubts))


def _check_worlds(block: Block, scenario: Scenario) -> None:
    mistakes = []
    for key, world in block.spec.worlds.items():
        # asking for the worlds of other packages takes longer than all the rest
        if world not in worlds.WORLDS and world not in (known := worlds.known()):
            hint = did_you_mean(world, known)
            mistakes.append(block.sources.mistake((key,), f"there is no world '{world}'", hint))
        elif key in block.spec.driven_in and scenario.stop_time > (most := worlds.longest(world)):
            what = f"the world '{world}' drives no longer than {most:g} s"
            told = f"the scenario stops at {scenario.stop_time:g} s"
            mistakes.append(block.sources.mistake(("scenario", "stop", "time"), f"{what}; {told}"))
    if mistakes:
        raise SpecError(*mistakes)


def _made_by(world: str, scenario: Scenario) -> list[str]:
    return [world, worlds.make(world).version, *worlds.foreign_driver(scenario.users[0].driver)]


def _plain(value: Any) -> Any:
    """Dataclasses as mappings with their names: an `AllOf` has the fields of an `AnyOf`.

    `asdict` makes deep copies, which cost more than the rest of a key.
    """
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is None:
        return value
    return {"is": type(value).__name__, **{name: _plain(getattr(value, name)) for name in fields}}


# -- what plans ask for --------------------------------------------------------------------------------------------


def run_key(run: Run) -> str:
    """All that can change a run, and nothing else: no title, no colour. Weather counts: worlds are told of it."""
    made_by = _made_by(run.world, run.scenario)
    return key_of({"record": record.FORMAT, "world": made_by, "seed": run.seed, "scenario": _driven_from(run.scenario)})


def futures_key(futures: Futures) -> str:
    """All that can change futures: also the past up to their row, and nothing after it."""
    past = hashlib.sha256()
    for name in record.STATES:
        past.update(np.ascontiguousarray(getattr(futures.past, name)[: futures.row + 1]).tobytes())
    how = [futures.row, futures.seconds, futures.count, futures.seed, _plain(futures.ego)]
    made_by = _made_by(futures.world, futures.scenario)
    of = {"scenario": _driven_from(futures.scenario), "past": past.hexdigest(), "how": how}
    return key_of({"futures": batch_record.FORMAT, "world": made_by, **of})


def _driven_from(scenario: Scenario) -> Any:
    """A scenario without what no world looks at."""
    plain = _plain(scenario)
    for user in plain["users"]:
        del user["colour"]
    return plain


def drive(run: Run, store: Store) -> Rollout:
    """A run, from the store or driven now.

    Raises:
        WorldError: where the world cannot drive it.
        StoreError: where the store cannot keep it.
    """
    return _kept(store, run_key(run), "run.npz", (record.read, record.write), lambda: driven(run))


def imagine(futures: Futures, store: Store) -> RolloutBatch:
    """Futures of a run, from the store or made now.

    Raises:
        WorldError: where the world cannot make them.
        StoreError: where the store cannot keep them.
    """
    way = (batch_record.read, batch_record.write)
    return _kept(store, futures_key(futures), "futures.npz", way, lambda: imagined(futures))


def _kept(
    store: Store, key: str, name: str, way: tuple[Callable[[Path], T], Callable[[T, Path], None]], make: Callable[[], T]
) -> T:
    """What the store has under a key, or what is made now and kept there. `way`: how it is read and written."""
    read, write = way
    entry = store.get(key)
    if entry is not None:
        # a record that cannot be read is made anew
        with suppress(KeyError, ValueError, OSError):
            return read(entry.file(name))
    made = make()
    with store.stage(key) as staging:
        write(made, staging.path / name)
    return made


def driven(run: Run) -> Rollout:
    """Driven now, as it will be read back from the store."""
    return record.quantised(worlds.make(run.world).run(run.scenario, run.seed))


def imagined(futures: Futures) -> RolloutBatch:
    """Made now, as they will be read back from the store."""
    f, world = futures, worlds.make(futures.world)
    if not hasattr(world, "futures"):  # those of other packages
        raise WorldError(f"the world '{f.world}' drives runs and makes no futures of them")
    made = world.futures(f.scenario, f.past, f.row, seconds=f.seconds, count=f.count, seed=f.seed, ego=f.ego)
    return batch_record.quantised(made)


def carry_out(plan: Plan, answer: Callable[[Request], Rollout | RolloutBatch]) -> Any:
    """Answer all that a plan asks for; what it returns."""
    got: Any = None
    while True:
        try:
            asked = plan.send(got)
        except StopIteration as end:
            return end.value
        got = tuple(answer(each) for each in asked) if isinstance(asked, tuple) else answer(asked)


def examine(order: Order[Any]) -> tuple[Rollout, Analysis]:
    """A block's scenario driven once, and what that means, without pictures and without a store.

    Raises:
        WorldError: where the world cannot drive it, or there is nothing to drive.
    """
    if not order.block.spec.worlds:
        raise WorldError(f"a figure of the kind {order.block.spec.figure} drives nothing")
    run = driven(Run(order.scenario, order.world, order.seed))
    chosen = order.options
    return run, analyse(order.scenario, run, chosen.expectations if isinstance(chosen, rollout_figure.Options) else ())


def missed(sources: Sources, expected: Sequence[KeyPath], verdicts: Sequence[Verdict]) -> list[Mistake]:
    """What a block expects and its runs did not do, each at its line."""
    return [
        sources.mistake(at, f"expected {verdict.text}, but {verdict.measured}")
        for at, verdict in zip(expected, verdicts, strict=True)
        if not verdict.held
    ]


# -- figures -------------------------------------------------------------------------------------------------------


def make_figure(
    text: str,
    folder: str,
    roots: list[str],
    defaults: list[tuple[str, Mapping[str, Any]]],
    store: str,
    key: str,
    films: Films = "full",
) -> None:
    """What a worker does: drive what must be driven, draw the figure and put it in the store.

    Raises:
        JobError: where the block's files changed since the key was computed.
    """
    place = Place(Path(folder), tuple(Path(r) for r in roots), tuple((name, values) for name, values in defaults))
    order = understand(text, place, films=films)
    if order.key != key:
        raise JobError("a file of this block, or this package, changed while the figure was made; build again")
    kept = Store(Path(store))

    def answer(asked: Request) -> Rollout | RolloutBatch:
        return drive(asked, kept) if isinstance(asked, Run) else imagine(asked, kept)

    driven = carry_out(order.kind.plan(order), answer)
    with kept.stage(key) as staging:
        bundle = order.kind.draw(order, driven, staging.path)
        content = json.dumps(bundle.plain(), ensure_ascii=False, allow_nan=False)
        (staging.path / "figure.json").write_text(content, encoding="utf-8", newline="\n")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is in the store."""

    key: str
    bundle: Bundle
    folder: Path
    """Where its files lie."""
    made: bool
    """Made by this build, not found in the store."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as the one who gave it keeps it: what the block says of its page, without its scenario."""

    key: str
    id: str | None
    title: str
    caption: str
    alt: str
    show: Sequence[str] | None
    sources: Sources
    """Of what a page may find wrong with it later."""
    expected: tuple[KeyPath, ...]
    """Where it says what must hold, in the order of its figure's verdicts."""
    doubts: tuple[Mistake, ...]

    @classmethod
    def of(cls, order: Order[Any]) -> Ordered:
        spec, expected = order.block.spec, tuple(order.kind.expected(order.options))
        sources = order.block.sources.only("id", "caption", *{str(path[0]) for path in expected})
        return cls(order.key, spec.id, spec.title, spec.caption, spec.alt, spec.show, sources, expected, order.doubts)


_STARTS = itertools.count()


class Pipeline:
    """Orders figures and hands them out. Equal blocks are made once."""

    def __init__(self, store: Store, jobs: Jobs, *, films: Films = "full") -> None:
        self.store, self.jobs, self.films = store, jobs, films
        # a build's memory grows by these with each figure: they hold what pages need, and no more
        self._orders: dict[tuple[str, Path, tuple[Path, ...], str], Ordered | WorldModelError] = {}
        self._stored: set[str] = set()
        """Keys that the store had when their first block was met."""
        self._waiting: dict[str, Future[None]] = {}

    def order(self, text: str, place: Place) -> Ordered:
        """Understand a block and start its work, unless the store has it or it is under way.

        Raises:
            SpecError: with all mistakes of the block.
            WorldError, JobError: where its world cannot be had, or understanding it failed.
            StoreError: where the store cannot be read.
        """
        known = self._understood(text, place)
        if isinstance(known, WorldModelError):
            raise known
        if known.key not in self._waiting and known.key not in self._stored:
            if not self.store.has(known.key):
                self._start(known, text, place)
            else:
                self._stored.add(known.key)
        return known

    def _understood(self, text: str, place: Place) -> Ordered | WorldModelError:
        about = (text, place.folder, place.roots, json.dumps(place.defaults) if place.defaults else "")
        known = self._orders.get(about)
        if known is None:
            try:
                known = Ordered.of(understand(text, place, films=self.films))
            except WorldModelError as error:
                known = error
            except Exception as error:  # noqa: BLE001 - a mistake of ours takes one figure down, not the site
                known = JobError(f"the block could not be understood ({type(error).__name__}: {error})")
                known.add_note(traceback.format_exc())
            self._orders[about] = known
        return known

    def _start(self, order: Ordered, text: str, place: Place) -> None:
        args = {
            "text": text,
            "folder": str(place.folder),
            "roots": [str(r) for r in place.roots],
            "defaults": place.defaults,
            "store": str(self.store.root),
            "key": order.key,
            "films": self.films,
        }
        # Each start is a job of its own: one of an earlier build, or of an entry that is gone, says nothing any more.
        name = f"{order.key}-{next(_STARTS)}"
        self._waiting[order.key] = self.jobs.submit(name, "mkdocs_worldmodel.pipeline:make_figure", args)

    def figure(self, order: Ordered, text: str, place: Place) -> Figure:
        """Wait for an ordered figure.

        Raises:
            WorldError, StoreError, JobError: where it could not be made.
        """
        made = order.key in self._waiting
        for _ in range(2):  # an entry may be found damaged, or be cleared by somebody else, after it was made
            if (future := self._waiting.get(order.key)) is not None:
                future.result()
            entry = self.store.get(order.key)
            if entry is not None and (bundle := _read(entry)) is not None:
                return Figure(order.key, bundle, entry.path, made)
            self._waiting.pop(order.key, None)
            self._start(order, text, place)
            made = True
        raise WorldError("the figure's record cannot be read; run `worldmodel store clear`")


def _read(entry: Entry) -> Bundle | None:
    try:
        return Bundle.read(entry.read_bytes("figure.json"))
    except (KeyError, TypeError, ValueError, OSError):
        return None
