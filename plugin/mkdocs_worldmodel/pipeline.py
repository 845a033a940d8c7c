# The whole story: a block's text → checked spec → scenario → world → rollout → analysis → figure, each step
# skipped where the store has its result. Read this file first.

from __future__ import annotations

import itertools
import json
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Literal

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.analysis import expect
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.build import Entry, Jobs, Store, key_of
from mkdocs_worldmodel.errors import JobError, Mistake, SpecError, WorldError, WorldModelError
from mkdocs_worldmodel.figure import rollout_figure
from mkdocs_worldmodel.figure.bundle import Bundle
from mkdocs_worldmodel.figure.film import filming
from mkdocs_worldmodel.rollout import record
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.compose import compose
from mkdocs_worldmodel.scenario.doubts import doubts
from mkdocs_worldmodel.scenario.rig import rig_of
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block, Place, did_you_mean, parse_block
from mkdocs_worldmodel.spec.sources import Sources

Films = Literal["full", "low", "none"]
"""At most of which quality a figure's film is, whatever its block says: drafts need less."""


@dataclass(frozen=True, slots=True)
class Order:
    """A block that was understood, and what it is kept under."""

    block: Block
    scenario: Scenario
    options: rollout_figure.Options
    run_key: str
    key: str
    doubts: tuple[Mistake, ...]
    """What is well-formed and can yet never happen; said as warnings."""


def understand(text: str, place: Place, *, films: Films = "full") -> Order:
    """Check a block.

    Raises:
        SpecError: with all mistakes of the block.
    """
    block = parse_block(text, place)
    scenario = compose(block)
    expectations = _expectations(block, scenario)
    # asking for the worlds of other packages takes longer than all the rest
    if block.spec.world not in worlds.WORLDS and block.spec.world not in (known := worlds.known()):
        message, hint = f"there is no world '{block.spec.world}'", did_you_mean(block.spec.world, known)
        raise SpecError(block.sources.mistake(("world",), message, hint))
    film = None if films == "none" else filming(block.spec.film, draft=films == "low")
    options = rollout_figure.Options(rig_of(block.spec.cameras), film, expectations)
    run_key = _run_key(scenario, block.spec.world, block.spec.seed)
    look = [_plain(scenario.environment), [u.colour for u in scenario.users]]
    key = key_of({"run": run_key, "look": look, "options": _plain(options), "version": rollout_figure.version()})
    return Order(block, scenario, options, run_key, key, tuple(doubts(block, scenario)))


def _expectations(block: Block, scenario: Scenario) -> tuple[expect.Expectation, ...]:
    parsed: list[expect.Expectation] = []
    mistakes: list[Mistake] = []
    for i, text in enumerate(block.spec.expect):
        try:
            parsed.append(expect.parse(text))
            expect.check(parsed[-1], scenario)
        except ValueError as error:
            mistakes.append(block.sources.mistake(("expect", i), *error.args))
    if mistakes:
        raise SpecError(*mistakes)
    return tuple(parsed)


def _run_key(scenario: Scenario, world: str, seed: int) -> str:
    """All that can change a run, and nothing else: no title, no colour. Weather counts: worlds are told of it."""
    plain = _plain(scenario)
    for user in plain["users"]:
        del user["colour"]
    made_by = [world, worlds.make(world).version, *worlds.foreign_driver(scenario.users[0].driver)]
    return key_of({"record": record.FORMAT, "world": made_by, "seed": seed, "scenario": plain})


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


def drive(scenario: Scenario, world: str, seed: int, store: Store) -> Rollout:
    """A scenario's run, from the store or driven now.

    Raises:
        WorldError: where the world cannot drive it.
        StoreError: where the store cannot keep it.
    """
    key = _run_key(scenario, world, seed)
    entry = store.get(key)
    if entry is not None:
        # a record that cannot be read is made anew
        with suppress(KeyError, ValueError, OSError):
            return record.read(entry.file("run.npz"))
    run = _driven(scenario, world, seed)
    with store.stage(key) as staging:
        record.write(run, staging.path / "run.npz")
    return run


def _driven(scenario: Scenario, world: str, seed: int) -> Rollout:
    """Driven now, as it will be read back from the store."""
    return record.quantised(worlds.make(world).run(scenario, seed))


def examine(order: Order) -> tuple[Rollout, Analysis]:
    """A block's run and what it means, without pictures and without a store.

    Raises:
        WorldError: where the world cannot drive it.
    """
    run = _driven(order.scenario, order.block.spec.world, order.block.spec.seed)
    return run, analyse(order.scenario, run, order.options.expectations)


def missed(sources: Sources, verdicts: Sequence[expect.Verdict]) -> list[Mistake]:
    """What a block expects and its run did not do, each at its line. `verdicts` in the order of `expect:`."""
    return [
        sources.mistake(("expect", i), f"expected {verdict.text}, but {verdict.measured}")
        for i, verdict in enumerate(verdicts)
        if not verdict.held
    ]


def check_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a worker does for `worldmodel check`: drive blocks without pictures, and hold them against what they expect.

    Args:
        blocks: each with text, folder, roots and defaults as in `make_figure`.

    Returns:
        As JSON, for each block: `title`; `mistakes`, each with message, hint, line and file; `checks`, for each
        expectation text, held, measured, line and file.
    """
    found: list[Order | dict[str, Any]] = []
    for values in blocks:
        roots, defaults = tuple(Path(r) for r in values["roots"]), tuple((n, v) for n, v in values["defaults"])
        try:
            found.append(understand(values["text"], Place(Path(values["folder"]), roots, defaults)))
        except Exception as error:  # noqa: BLE001 - one damaged block does not stop the others
            found.append(_not_checked(error))
    runs = _driven_together([(i, order) for i, order in enumerate(found) if isinstance(order, Order)])
    return [_checked(order, runs.get(i)) if isinstance(order, Order) else order for i, order in enumerate(found)]


def _driven_together(orders: list[tuple[int, Order]]) -> dict[int, Rollout]:
    """Runs of blocks that are alike but for their numbers, as one batch; whoever cannot be driven so is left out."""
    groups: dict[Any, list[tuple[int, Order]]] = {}
    for i, order in orders:
        groups.setdefault((order.block.spec.world, _outline(order.scenario)), []).append((i, order))
    runs: dict[int, Rollout] = {}
    for (world, _), group in groups.items():
        if len(group) < 2:
            continue
        scenarios, seeds = [o.scenario for _, o in group], [o.block.spec.seed for _, o in group]
        with suppress(Exception):  # each will say for itself what is wrong with it
            batches = worlds.make(world).run_many(scenarios, seeds)
            each = (batch.one(b) for batch in batches for b in range(len(batch)))
            runs |= {i: record.quantised(run) for (i, _), run in zip(group, each, strict=True)}
    return runs


def _outline(value: Any) -> Any:
    """A scenario without its numbers: what is equal in all copies of a batch."""
    if is_dataclass(value):
        return type(value).__name__, tuple(_outline(getattr(value, name)) for name in value.__dataclass_fields__)
    if isinstance(value, tuple | list):
        return tuple(_outline(each) for each in value)
    return value if isinstance(value, str | None) else 0


def _checked(order: Order, run: Rollout | None) -> dict[str, Any]:
    """A block's verdicts. `run`: where it was driven already."""
    try:
        analysis = examine(order)[1] if run is None else analyse(order.scenario, run, order.options.expectations)
    except Exception as error:  # noqa: BLE001 - one damaged block does not stop the others
        return _not_checked(error, _title(order))
    checks = []
    for i, verdict in enumerate(analysis.verdicts):
        at = order.block.sources.mistake(("expect", i), "")
        about = {"text": verdict.text, "held": verdict.held, "measured": str(verdict.measured)}
        checks.append({**about, "line": at.line, "file": at.file})
    return {"title": _title(order), "mistakes": [asdict(m) for m in order.doubts], "checks": checks}


def _title(order: Order) -> str:
    return order.block.spec.title or order.block.spec.id or ""


def _not_checked(error: Exception, title: str = "") -> dict[str, Any]:
    if isinstance(error, SpecError):
        mistakes = list(error.mistakes)
    elif isinstance(error, WorldModelError):
        mistakes = [Mistake(str(error))]
    else:
        mistakes = [Mistake(f"the block could not be driven ({type(error).__name__}: {error})")]
    return {"title": title, "mistakes": [asdict(m) for m in mistakes], "checks": []}


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
    plan, rollouts = rollout_figure.plan(order.scenario), []
    wanted: Scenario | None = next(plan)
    while wanted is not None:
        rollouts.append(drive(wanted, order.block.spec.world, order.block.spec.seed, kept))
        try:
            wanted = plan.send(rollouts[-1])
        except StopIteration:
            wanted = None
    with kept.stage(key) as staging:
        bundle = rollout_figure.draw(order.scenario, rollouts[0], order.options, staging.path)
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
    """Of what a page may find wrong with it later: `id`, `caption`, `expect`."""
    doubts: tuple[Mistake, ...]

    @classmethod
    def of(cls, order: Order) -> Ordered:
        spec, sources = order.block.spec, order.block.sources.only("id", "caption", "expect")
        return cls(order.key, spec.id, spec.title, spec.caption, spec.alt, spec.show, sources, order.doubts)


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
