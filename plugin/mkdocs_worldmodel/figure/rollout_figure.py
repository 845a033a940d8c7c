# The figure kind `rollout`: one scenario, driven once.

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis import analysis as reading
from mkdocs_worldmodel.analysis import expect
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.expect import Expectation, Verdict
from mkdocs_worldmodel.analysis.said import Said, joined, say
from mkdocs_worldmodel.analysis.sentences import summary
from mkdocs_worldmodel.analysis.values import values
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.camera import VERSION as CAMERA
from mkdocs_worldmodel.errors import Mistake, SpecError
from mkdocs_worldmodel.figure import chart, made, pictures, plan_moments, telling
from mkdocs_worldmodel.figure.bundle import Bundle, Download, Film, Moment
from mkdocs_worldmodel.figure.film import ENCODER, FPS, Filming
from mkdocs_worldmodel.figure.kinds import Order, Run
from mkdocs_worldmodel.figure.packed import packed
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import section_at
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.rig import Camera, rig_of
from mkdocs_worldmodel.scenario.scenario import Scenario
from mkdocs_worldmodel.spec.block import Block
from mkdocs_worldmodel.spec.model import RolloutSpec
from mkdocs_worldmodel.spec.text import KeyPath

VERSION = 5
"""Raise it when any picture or text of the figure changes."""


FAR_TTC = 100.0
"""A time to collision beyond this is as good as none [s]."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an author may choose of the pictures."""

    cameras: tuple[Camera, ...]
    film: Filming | None
    """None: no film."""
    expectations: tuple[Expectation, ...]


def options(block: Block, scenario: Scenario, film: Filming | None) -> tuple[Options, Sequence[Mistake]]:
    """What an author chose; there is nothing to doubt in it.

    Raises:
        SpecError: where an expectation cannot be understood, or is about somebody who is not there.
    """
    assert isinstance(block.spec, RolloutSpec)
    parsed: list[Expectation] = []
    mistakes: list[Mistake] = []
    for i, text in enumerate(block.spec.expect):
        try:
            parsed.append(expect.parse(text))
            expect.check(parsed[-1], scenario)
        except ValueError as error:
            mistakes.append(block.sources.mistake(("expect", i), *error.args))
    if mistakes:
        raise SpecError(*mistakes)
    return Options(rig_of(block.spec.cameras), film, tuple(parsed)), ()


def expected(chosen: Options) -> list[KeyPath]:
    """Where expectations stand in the block."""
    return [("expect", i) for i in range(len(chosen.expectations))]


def plan(order: Order[Options]) -> Generator[Run, Rollout, Rollout]:
    """The runs that the figure needs: one."""
    return (yield Run(order.scenario, order.world, order.seed))


def verdicts(order: Order[Options], run: Rollout) -> Sequence[Verdict]:
    """Whether what is expected held."""
    return analyse(order.scenario, run, order.options.expectations).verdicts


@functools.cache
def version() -> dict[str, Any]:
    """What changes the bytes of a drawn figure besides its run and its options."""
    return {
        "figure": VERSION,
        "analysis": reading.VERSION,
        "camera": CAMERA,
        "encoder": ENCODER,
        "wheels": [f"{name} {metadata.version(name)}" for name in ("av", "opencv-python-headless")],
    }


def draw(order: Order[Options], run: Rollout, folder: Path) -> Bundle:
    """Draw the figure's files into a folder, and return all else."""
    return _Drawing(order.scenario, run, order.options, folder).bundle()


class _Drawing:
    def __init__(self, scenario: Scenario, run: Rollout, options: Options, folder: Path) -> None:
        self.scenario, self.run, self.options, self.folder = scenario, run, options, folder
        self.analysis: Analysis = analyse(scenario, run, options.expectations)
        self.fps = options.film.fps if options.film is not None else FPS
        self.rows = telling.film_rows(self.analysis.last, run.dt, self.fps)
        frames = len(self.rows)
        self.moments = [
            Moment(e.time, telling.frame_at(e.time, frames, self.fps), e.text, e.label) for e in self.analysis.events
        ]

    def bundle(self) -> Bundle:
        frames = telling.strip_frames(self.analysis, len(self.rows), self.fps)
        film, strip_size = self.pictures(frames)
        svg, span = self.chart()
        self.write_states()
        self.write_record()
        downloads = [Download(film.file, say("Film"), Path(film.file).suffix)] if film else []
        downloads += [
            Download("states.csv", say("States (CSV)"), ".csv"),
            Download("run.json", say("Run record (JSON)"), ".json"),
        ]
        return Bundle(
            kind="rollout",
            alt=self.alt(),
            film=film,
            moments=self.moments,
            series=self.series(),
            keys=self.keys(),
            chart=svg,
            chart_x=span,
            tops=plan_moments.tops(self.analysis.readings),
            strip=pictures.STRIP if film else "",
            strip_size=strip_size,
            strip_frames=frames if film else [],
            numbers=[
                {"label": n.label,
                 "value": None if n.value is None else say("{value:.1f} {unit}", value=n.value, unit=n.unit),
                 "time": None if n.time is None else say("{time:.1f} s", time=n.time)}
                for n in self.analysis.numbers
            ],
            values=values(self.analysis.readings),
            verdicts=list(self.analysis.verdicts),
            made=made.rows(self.scenario, self.run, self.fps if self.options.film else None),
            downloads=downloads,
            social=pictures.SOCIAL if film else "",
        )  # fmt: skip

    def pictures(self, strip: list[int]) -> tuple[Film | None, list[int]]:
        """The film and what comes with it; the strip's size [px]."""
        if self.options.film is None:
            return None, [0, 0]
        scene = pictures.Scene(self.scenario, self.run, self.options.cameras)
        poster = telling.telling_frame(self.analysis, self.run, len(self.rows), self.fps)
        return pictures.draw(scene, self.options.film, self.rows, strip, poster, self.folder)

    # -- chart ---------------------------------------------------------------------------------------------

    def shown(self) -> list[int]:
        """Road users with a curve: the ego, those of the story, those that it follows; four at most."""
        leaders = self.analysis.measures.leader[0, : self.analysis.last + 1]
        names = self.run.names
        in_story = [names.index(a.actor) for e in self.scenario.events for a in e.actions if a.actor in names]
        return list(dict.fromkeys([0, *in_story, *[int(i) for i in np.unique(leaders) if i > 0]]))[:4]

    def at_frames(self, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> F8:
        return np.asarray(values[self.rows], dtype=np.float64)

    def chart(self) -> tuple[str, list[float]]:
        m, r = self.analysis.measures, self.run
        speeds = [chart.Line(3.6 * self.at_frames(r.speed[:, i]), n + 1) for n, i in enumerate(self.shown())]
        panels = [
            chart.Panel(say("Speed"), "km/h", speeds, 92.0),
            chart.Panel(say("Gap to the road user ahead"), "m", [chart.Line(self.at_frames(m.gap[0]), 1)], cap=100.0),
            chart.Panel(say("Time to collision, up to 10"), "s", [chart.Line(self.at_frames(m.ttc[0]), 1)], cap=10.0),
            chart.Panel(say("Acceleration"), "m/s²", [chart.Line(self.at_frames(r.acceleration[:, 0]), 1)], floor=None),
        ]
        marks = [chart.Mark(e.time, e.label, e.rank) for e in self.analysis.events if e.time > 0.0]
        label = say(
            "Speed, gap, time to collision and acceleration of the ego over time; the numbers are in the table below."
        )
        return chart.draw(panels, self.at_frames(r.time), marks, label)

    def series(self) -> dict[str, str]:
        m, r = self.analysis.measures, self.run
        out = {f"speed{n + 1}": packed(3.6 * self.at_frames(r.speed[:, i]), 0) for n, i in enumerate(self.shown())}
        out["gap"] = packed(self.at_frames(m.gap[0]), 1)
        ttc = self.at_frames(m.ttc[0])
        out["ttc"] = packed(np.where(ttc < FAR_TTC, ttc, np.inf), 1)
        out["acceleration"] = packed(self.at_frames(r.acceleration[:, 0]), 1)
        return out

    def keys(self) -> list[dict[str, Any]]:
        speeds = [
            {
                "series": f"speed{n + 1}",
                "label": called(self.run.names[i], article=False),
                "line": n + 1,
                "unit": "km/h",
                "digits": 0,
            }
            for n, i in enumerate(self.shown())
        ]
        return [
            *speeds,
            {"series": "gap", "label": say("gap"), "line": 0, "unit": "m", "digits": 1},
            {"series": "ttc", "label": say("TTC"), "line": 0, "unit": "s", "digits": 1},
            {"series": "acceleration", "label": say("acceleration"), "line": 0, "unit": "m/s²", "digits": 1},
        ]

    # -- words ---------------------------------------------------------------------------------------------

    def alt(self) -> Said:
        seconds = float(self.run.time[self.analysis.last])
        number = len(self.options.cameras)
        cameras = say("1 camera") if number == 1 else say("{number} cameras", number=number)
        film = say("Generated film of {seconds:.1f} s from {cameras} and from above.", seconds=seconds, cameras=cameras)
        return joined([film, *summary(self.analysis.events)], "{a} {b}")

    # -- downloads -----------------------------------------------------------------------------------------

    def write_states(self) -> None:
        (self.folder / "states.csv").write_text(
            states_csv(self.run, self.scenario, self.analysis.last), encoding="utf-8", newline=""
        )

    def write_record(self) -> None:
        a = self.analysis
        record = {
            "world": self.run.world,
            "seed": self.run.seed,
            "ended": "contact" if a.contact is not None else self.run.ended,
            "events": [{"time": m.time, "text": str(m.text)} for m in self.moments],
            "numbers": [{"label": str(n.label), "value": n.value, "unit": n.unit, "time": n.time} for n in a.numbers],
            "expectations": [{**asdict(v), "measured": str(v.measured)} for v in a.verdicts],
        }
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        (self.folder / "run.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def states_csv(run: Rollout, scenario: Scenario, last: int) -> str:
    """States as CSV: time, id, x, y, heading, speed, acceleration, lane, in SI; lane as pages call it."""
    roads = scenario.network.roads

    @functools.cache
    def name_of(road: int, lane: int, section: float) -> str:
        return lane_name(roads[road], lane, section)

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", "id", "x", "y", "heading", "speed", "acceleration", "lane"])
    for k in range(last + 1):
        for i, name in enumerate(run.names):
            values = (run.x[k, i], run.y[k, i], run.heading[k, i], run.speed[k, i], run.acceleration[k, i])
            writer.writerow(
                [
                    f"{run.time[k]:.2f}",
                    name,
                    *(f"{v:.4f}" for v in values),
                    name_of(road := int(run.road[k, i]), int(run.lane[k, i]), section_at(roads[road], run.s[k, i]).s),
                ]
            )
    return out.getvalue()
