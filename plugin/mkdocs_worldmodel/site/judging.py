# What a worker does for `worldmodel check`: drive blocks without pictures, those that are alike together, and hold them
# against what they expect.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from mkdocs_worldmodel import world as worlds
from mkdocs_worldmodel.errors import Mistake, SpecError, WorldModelError
from mkdocs_worldmodel.figure.kinds import Order, Request, Run
from mkdocs_worldmodel.pipeline import carry_out, driven, imagined, understand
from mkdocs_worldmodel.rollout import record
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.spec.block import Place

Driven = dict[tuple[int, str, int], Rollout]
"""Runs by the identity of their scenario, which lives as long as its order does, their world and their seed."""


def check_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a worker does for `worldmodel check`: drive blocks without pictures, and hold them against what they expect.

    Args:
        blocks: each with text, folder, roots and defaults as in `make_figure`.

    Returns:
        As JSON, for each block: `title`; `mistakes`, each with message, hint, line and file; `checks`, for each
        expectation text, held, measured, line and file.
    """
    found: list[Order[Any] | dict[str, Any]] = []
    for values in blocks:
        roots, defaults = tuple(Path(r) for r in values["roots"]), tuple((n, v) for n, v in values["defaults"])
        try:
            found.append(understand(values["text"], Place(Path(values["folder"]), roots, defaults)))
        except Exception as error:  # noqa: BLE001 - one damaged block does not stop the others
            found.append(_not_checked(error))
    asked = [run for order in found if isinstance(order, Order) for run in _first(order)]
    known = _driven_together(asked)
    return [_checked(order, known) if isinstance(order, Order) else order for order in found]


def _first(order: Order[Any]) -> Iterator[Run]:
    """The runs that an order asks for before it has seen any."""
    asked = next(order.kind.plan(order), ())
    yield from (each for each in (asked if isinstance(asked, tuple) else (asked,)) if isinstance(each, Run))


def _driven_together(runs: list[Run]) -> Driven:
    """Runs of scenarios that are alike but for their numbers, as one batch; whoever cannot be driven so is left out."""
    groups: dict[Any, list[Run]] = {}
    for run in runs:
        groups.setdefault((run.world, _outline(run.scenario)), []).append(run)
    known: Driven = {}
    for (world, _), group in groups.items():
        if len(group) < 2:
            continue
        with suppress(Exception):  # each will say for itself what is wrong with it
            batches = worlds.make(world).run_many([run.scenario for run in group], [run.seed for run in group])
            each = (batch.one(b) for batch in batches for b in range(len(batch)))
            known |= {_named(run): record.quantised(one) for run, one in zip(group, each, strict=True)}
    return known


def _named(run: Run) -> tuple[int, str, int]:
    return id(run.scenario), run.world, run.seed


def _outline(value: Any) -> Any:
    """A scenario without its numbers: what is equal in all copies of a batch."""
    if is_dataclass(value):
        return type(value).__name__, tuple(_outline(getattr(value, name)) for name in value.__dataclass_fields__)
    if isinstance(value, tuple | list):
        return tuple(_outline(each) for each in value)
    return value if isinstance(value, str | None) else 0


def _checked(order: Order[Any], known: Driven) -> dict[str, Any]:
    """A block's verdicts. `known`: what was driven already."""

    def answer(asked: Request) -> Rollout | RolloutBatch:
        if not isinstance(asked, Run):
            return imagined(asked)
        return known[_named(asked)] if _named(asked) in known else driven(asked)

    try:
        verdicts = order.kind.verdicts(order, carry_out(order.kind.plan(order), answer))
    except Exception as error:  # noqa: BLE001 - one damaged block does not stop the others
        return _not_checked(error, _title(order))
    checks = []
    for path, verdict in zip(order.kind.expected(order.options), verdicts, strict=True):
        at = order.block.sources.mistake(path, "")
        about = {"text": verdict.text, "held": verdict.held, "measured": str(verdict.measured)}
        checks.append({**about, "line": at.line, "file": at.file})
    return {"title": _title(order), "mistakes": [asdict(m) for m in order.doubts], "checks": checks}


def _title(order: Order[Any]) -> str:
    return order.block.spec.title or order.block.spec.id or ""


def _not_checked(error: Exception, title: str = "") -> dict[str, Any]:
    if isinstance(error, SpecError):
        mistakes = list(error.mistakes)
    elif isinstance(error, WorldModelError):
        mistakes = [Mistake(str(error))]
    else:
        mistakes = [Mistake(f"the block could not be driven ({type(error).__name__}: {error})")]
    return {"title": title, "mistakes": [asdict(m) for m in mistakes], "checks": []}
