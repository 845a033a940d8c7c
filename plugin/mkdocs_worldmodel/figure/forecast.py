# The figure kind `forecast`: what could happen from a moment on, against what then happened.

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs_worldmodel.analysis.contact import first_contacts
from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.analysis.said import replaced, say
from mkdocs_worldmodel.errors import Mistake, SpecError, WorldError
from mkdocs_worldmodel.figure import (
    forecast_chart,
    forecast_files,
    forecast_film,
    forecast_plan,
    forecast_shading,
    forecast_table,
    forecast_told,
    made,
    pictures,
    rollout_figure,
)
from mkdocs_worldmodel.figure.bundle import Bundle, Download, Film, Moment
from mkdocs_worldmodel.figure.film import FPS, Filming
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_past import actions, checked, past
from mkdocs_worldmodel.figure.kinds import Futures, Order, Run
from mkdocs_worldmodel.figure.mosaic import layout
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.rig import Camera, rig_of
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.forecast import ForecastSpec
from mkdocs_worldmodel.spec.text import KeyPath

VERSION = 1
"""Raise it when any picture or text of the figure changes."""

_STATES_MOST = 3_000_000
"""Futures x rows x road users of a figure: what a worker's memory holds with ease."""
_ROWS_A_SECOND = 20
_VIEWS, _ITEM = 8_500, 100
"""Of the page's budget, what chart, top view and sentences may have together; and what a sentence has around it."""

Driven = tuple[Rollout, RolloutBatch]
"""What then happened, and the futures."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an author chose."""

    at: float
    """When it is foretold [s]."""
    horizon: float
    """How far [s]."""
    count: int
    """How many futures."""
    shown: tuple[float, ...]
    """When it is shown who may be where, after `at` [s]."""
    commanded: bool
    """Whether the ego is told to do what it then did."""
    truth: str
    """In which world it is driven what then happens."""
    camera: Camera
    film: Filming | None
    """None: no film."""


def options(block: Block, scenario: Scenario, film: Filming | None) -> tuple[Options, Sequence[Mistake]]:
    """What a block asks for; there is nothing to doubt in it.

    Raises:
        SpecError: where nothing is left to happen at that moment, or more is asked for than can be held.
    """
    spec = block.spec
    assert isinstance(spec, ForecastSpec)
    if mistakes := list(_mistakes(spec, block, scenario)):
        raise SpecError(*mistakes)
    cameras = rig_of(spec.cameras)
    ahead = layout(cameras).main
    camera = next(c for c in cameras if c.name == ahead)
    chosen = Options(spec.at, spec.horizon, spec.futures, spec.shown, spec.ego == "as driven", spec.truth, camera, film)
    return chosen, ()


def _mistakes(spec: ForecastSpec, block: Block, scenario: Scenario) -> Generator[Mistake, None, None]:
    if spec.at >= scenario.stop_time:
        message = f"it is foretold at {spec.at:g} s, and the run ends at {scenario.stop_time:g} s"
        yield block.sources.mistake(("at",), message, "ask earlier, or give scenario: {stop: {time: ...}}")
    for i, time in enumerate(spec.occupancy or ()):
        if time > spec.horizon:
            message = f"occupancy at {time:g} s lies beyond the horizon of {spec.horizon:g} s"
            yield block.sources.mistake(("occupancy", i), message, "ask for earlier moments, or a longer horizon")
    each = spec.horizon * _ROWS_A_SECOND * len(scenario.users)
    if spec.futures * each > _STATES_MOST:
        message = f"{spec.futures} futures of {spec.horizon:g} s are too many for {len(scenario.users)} road users"
        yield block.sources.mistake(("futures",), message, f"{int(_STATES_MOST / each)} are the most, or fewer seconds")


def expected(chosen: Options) -> list[KeyPath]:
    """A forecast expects nothing."""
    del chosen
    return []


def plan(order: Order[Options]) -> Generator[Run | Futures, Any, Driven]:
    """What then happens, and the futures: their world is given nothing of it but the past.

    Raises:
        WorldError: where the run ends before the moment, or what the world gives are no futures of it.
    """
    o = order.options
    run: Rollout = yield Run(order.scenario, o.truth, order.seed)
    row = round(o.at / run.dt)
    if row >= len(run.time) - 1:
        raise WorldError(f"the run ends at {float(run.time[-1]):g} s, and a forecast is asked for at {o.at:g} s")
    if not run.present[row, 0]:
        raise WorldError(f"the ego is not there at {o.at:g} s, when a forecast is asked for")
    contact = first_contacts(RolloutBatch.of(run))[0]
    if contact is not None and contact.row <= row:
        raise WorldError(
            f"there is a contact at {contact.time:.2f} s, before the forecast's moment, and nothing after it"
        )
    ego = actions(run, row, round(o.horizon / run.dt)) if o.commanded else None
    futures = yield Futures(order.scenario, past(run, row), row, o.horizon, o.count, order.seed, order.world, ego)
    return run, checked(futures, run, row, o.horizon, o.count)


def verdicts(order: Order[Options], driven: Driven) -> list[Verdict]:
    """A forecast expects nothing."""
    del order, driven
    return []


def draw(order: Order[Options], driven: Driven, folder: Path) -> Bundle:
    """Draw the figure's files into a folder, and return all else."""
    o, (run, futures) = order.options, driven
    fps = FPS if o.film is None else o.film.fps
    fan = Fan(order.scenario, run, round(o.at / run.dt), futures, commanded=o.commanded, fps=fps)
    svg, span = forecast_chart.draw(fan)
    series, moments = forecast_chart.series(fan), forecast_told.moments(fan)
    shading = forecast_shading.draw(fan, o.shown, folder) if o.shown else None
    film = None if o.film is None else forecast_film.draw(fan, o.camera, o.film, folder)
    forecast_files.write(fan, folder)
    return Bundle(
        kind="forecast",
        alt=forecast_told.alt(fan),
        film=film,
        moments=moments,
        series=series,
        keys=forecast_chart.keys(fan),
        chart=svg,
        chart_x=span,
        tops=[forecast_plan.top(fan, _room(svg, series, moments))],
        strip="" if shading is None else shading.file,
        strip_size=[0, 0] if shading is None else list(shading.size),
        strip_frames=[],
        numbers=[],
        values=forecast_table.values(fan),
        verdicts=[],
        made=_made(order, fan),
        downloads=_downloads(film),
        social=pictures.SOCIAL if film else "",
        tables=[forecast_table.main(fan), forecast_table.scores(fan)],
        strip_alt=None if shading is None else shading.alt,
    )


def version() -> dict[str, Any]:
    """What changes the bytes of a drawn figure besides what it asks for and its options."""
    return {**rollout_figure.version(), "forecast": VERSION}


def _room(svg: str, series: Mapping[str, str], moments: Sequence[Moment]) -> int:
    """How many bytes of the page the chart, its series and the sentences leave to the top view."""
    used = len(replaced(svg, str)) + sum(map(len, series.values()))
    return _VIEWS - used - sum(_ITEM + len(str(m.text)) + len(str(m.label)) for m in moments)


def _made(order: Order[Options], fan: Fan) -> list[Any]:
    """How it was made: what happened by one world, the futures by another."""
    rows = made.rows(order.scenario, fan.run, fan.fps if order.options.film else None)
    foretold = say(
        "{world}; {count} futures of {horizon:g} s from {at:g} s on; seed {seed}",
        world=fan.futures.world, count=fan.count, horizon=fan.horizon, at=fan.at, seed=order.seed,
    )  # fmt: skip
    return [rows[0], [say("Forecast"), foretold], *rows[1:]]


def _downloads(film: Film | None) -> list[Download]:
    out = [Download(film.file, say("Film"), Path(film.file).suffix)] if film else []
    return [
        *out,
        Download(forecast_files.FUTURES, say("Futures (CSV)"), "-futures.csv"),
        Download(forecast_files.SCORES, say("Scores (JSON)"), "-scores.json"),
    ]
