# The figure kind `rollout`: one scenario, driven once.

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Generator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis import analysis as reading
from mkdocs_worldmodel.analysis.analysis import Analysis, analyse
from mkdocs_worldmodel.analysis.expect import Expectation
from mkdocs_worldmodel.analysis.wording import kmh
from mkdocs_worldmodel.camera import VERSION as CAMERA
from mkdocs_worldmodel.figure import chart, pictures, plan_moments
from mkdocs_worldmodel.figure.bundle import Bundle, Download, Moment
from mkdocs_worldmodel.figure.film import ENCODER, Codec
from mkdocs_worldmodel.figure.pictures import FPS, frame_at
from mkdocs_worldmodel.figure.svg import F8
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.layout import lane_name
from mkdocs_worldmodel.scenario.rig import RIG
from mkdocs_worldmodel.scenario.scenario import Scenario

VERSION = 3
"""Raise it when any picture or text of the figure changes."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an author may choose of the pictures."""

    cameras: tuple[str, ...]
    codec: Codec | None
    """None: no film."""
    expectations: tuple[Expectation, ...]


def plan(scenario: Scenario) -> Generator[Scenario, Rollout, None]:
    """The runs that the figure needs: one."""
    yield scenario


@functools.cache
def version() -> dict[str, Any]:
    """What changes the bytes of a drawn figure besides its run and its options."""
    return {
        "figure": VERSION,
        "analysis": reading.VERSION,
        "camera": CAMERA,
        "encoder": ENCODER,
        "fps": FPS,
        "wheels": [f"{name} {metadata.version(name)}" for name in ("av", "opencv-python-headless")],
    }


def draw(scenario: Scenario, run: Rollout, options: Options, folder: Path) -> Bundle:
    """Draw the figure's files into a folder, and return all else."""
    return _Drawing(scenario, run, options, folder).bundle()


class _Drawing:
    def __init__(self, scenario: Scenario, run: Rollout, options: Options, folder: Path) -> None:
        self.scenario, self.run, self.options, self.folder = scenario, run, options, folder
        self.analysis: Analysis = analyse(scenario, run, options.expectations)
        self.rows = np.arange(0, self.analysis.last + 1, round(1.0 / (FPS * run.dt)))
        frames = len(self.rows)
        self.moments = [Moment(e.time, frame_at(e.time, frames), e.text, e.label) for e in self.analysis.events]
        self.cameras = [c for c in RIG if c.name in options.cameras]

    def bundle(self) -> Bundle:
        frames = pictures.strip_frames(self.analysis, len(self.rows))
        film, strip_size = pictures.draw(
            self.scenario, self.run, self.cameras, self.options.codec, self.rows, frames, self.folder
        )
        svg, span = self.chart()
        self.write_states()
        self.write_record()
        downloads = [Download(film.file, "Film", Path(film.file).suffix)] if film else []
        downloads += [
            Download("states.csv", "States (CSV)", ".csv"),
            Download("run.json", "Run record (JSON)", ".json"),
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
            tops=plan_moments.tops(self.scenario, self.run, self.analysis),
            strip="moments.jpg" if film else "",
            strip_size=strip_size,
            strip_frames=frames if film else [],
            numbers=[
                {"label": n.label, "value": None if n.value is None else f"{n.value:.1f}", "unit": n.unit,
                 "time": None if n.time is None else f"{n.time:.1f}"}
                for n in self.analysis.numbers
            ],
            verdicts=list(self.analysis.verdicts),
            made=self.made(),
            downloads=downloads,
        )  # fmt: skip

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
            chart.Panel("Speed", "km/h", speeds, 110.0),
            chart.Panel("Gap to the road user ahead", "m", [chart.Line(self.at_frames(m.gap[0]), 1)], cap=100.0),
            chart.Panel("Time to collision, up to 10", "s", [chart.Line(self.at_frames(m.ttc[0]), 1)], cap=10.0),
            chart.Panel("Acceleration", "m/s²", [chart.Line(self.at_frames(r.acceleration[:, 0]), 1)], floor=None),
        ]
        marks = sorted({mo.time for mo in self.moments if mo.time > 0.0})
        label = (
            "Speed, gap, time to collision and acceleration of the ego over time; the numbers are in the table below."
        )
        return chart.draw(panels, self.at_frames(r.time), marks, label)

    def series(self) -> dict[str, list[float | None]]:
        m, r = self.analysis.measures, self.run
        out = {f"speed{n + 1}": _rounded(3.6 * self.at_frames(r.speed[:, i]), 0) for n, i in enumerate(self.shown())}
        out["gap"] = _rounded(self.at_frames(m.gap[0]), 1)
        out["ttc"] = _rounded(self.at_frames(m.ttc[0]), 1)
        out["acceleration"] = _rounded(self.at_frames(r.acceleration[:, 0]), 1)
        return out

    def keys(self) -> list[dict[str, Any]]:
        speeds = [
            {
                "series": f"speed{n + 1}",
                "label": self.run.names[i].replace("_", " "),
                "line": n + 1,
                "unit": "km/h",
                "digits": 0,
            }
            for n, i in enumerate(self.shown())
        ]
        return [
            *speeds,
            {"series": "gap", "label": "gap", "line": 0, "unit": "m", "digits": 1},
            {"series": "ttc", "label": "TTC", "line": 0, "unit": "s", "digits": 1},
            {"series": "acceleration", "label": "acceleration", "line": 0, "unit": "m/s²", "digits": 1},
        ]

    # -- words ---------------------------------------------------------------------------------------------

    def alt(self) -> str:
        seconds = float(self.run.time[self.analysis.last])
        cameras = "1 camera" if len(self.cameras) == 1 else f"{len(self.cameras)} cameras"
        telling = [e.text for e in self.analysis.events if e.rank <= 1][:3]
        return f"Generated film of {seconds:.1f} s from {cameras} and from above. " + " ".join(telling)

    def made(self) -> list[list[str]]:
        s, r = self.scenario, self.run
        road = s.network.roads[0]
        limit = f", speed limit {kmh(road.speed_limit)}" if road.speed_limit is not None else ""
        drivers = "; ".join(f"{u.name.replace('_', ' ')}: {u.driver}" for u in s.users[:8])
        if len(s.users) > 8:
            drivers += f"; {len(s.users) - 8} more"
        return [
            ["World", r.world],
            ["Pictures", "generated: drawn from the run's states; no camera recorded them"],
            ["Road", f"{road.kind}, {road.length:.0f} m{limit}; the ego starts in {lane_name(road, s.users[0].lane)}"],
            ["Light and weather", f"{s.environment.time_of_day}, {s.environment.weather} (no effect on the driving)"],
            ["Drivers", drivers],
            ["Step", f"{r.dt:g} s; film at {FPS} pictures a second"],
            ["Seed", str(r.seed)],
        ]

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
            "events": [{"time": m.time, "text": m.text} for m in self.moments],
            "numbers": [{"label": n.label, "value": n.value, "unit": n.unit, "time": n.time} for n in a.numbers],
            "expectations": [asdict(v) for v in a.verdicts],
        }
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        (self.folder / "run.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _rounded(values: F8, digits: int) -> list[float | None]:
    def one(v: float) -> float | None:
        return None if not np.isfinite(v) else round(v) if digits == 0 else round(v, digits) + 0.0

    return [one(v) for v in values.tolist()]


def states_csv(run: Rollout, scenario: Scenario, last: int) -> str:
    """States as CSV: time, id, x, y, heading, speed, acceleration, lane, in SI; lane as pages call it."""
    roads = scenario.network.roads
    names = {
        (int(road), int(lane)): lane_name(roads[int(road)], int(lane))
        for road, lane in {*zip(run.road.ravel().tolist(), run.lane.ravel().tolist(), strict=True)}
    }
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
                    names[int(run.road[k, i]), int(run.lane[k, i])],
                ]
            )
    return out.getvalue()
