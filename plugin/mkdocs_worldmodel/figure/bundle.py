# What a drawn figure is made of, as plain values that the store keeps as figure.json.

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from mkdocs_worldmodel.analysis.expect import Verdict


@dataclass(frozen=True, slots=True)
class Film:
    """The mosaic film and how it is cut into tiles."""

    file: str
    poster: str
    width: int
    """[px]"""
    height: int
    fps: int
    frames: int
    tiles: dict[str, list[Any]]
    """Name → [x, y, width, height, label] in pixels of the mosaic."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A timed event of the figure."""

    time: float
    """[s]"""
    frame: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a reader can take away."""

    file: str
    label: str
    suffix: str
    """Ending of its readable name, with what tells it apart: '.csv', '-road.json'."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All parts of a figure but title, caption, id and URLs."""

    kind: str
    alt: str
    """One sentence that stands for the film."""
    film: Film | None
    moments: list[Moment]
    series: dict[str, list[float | None]]
    """One value per film frame."""
    keys: list[dict[str, Any]]
    """Legend of the chart: series, label, line, unit, digits."""
    chart: str
    """SVG"""
    chart_x: list[float]
    """x of the first and the last frame in the chart's own units."""
    tops: list[dict[str, str]]
    """Top views: svg, caption."""
    strip: str
    """File name; empty where there is none."""
    strip_size: list[int]
    strip_frames: list[int]
    """Frames shown in the strip."""
    numbers: list[dict[str, Any]]
    verdicts: list[Verdict]
    made: list[list[str]]
    """Rows (what, value) of how it was made."""
    downloads: list[Download]

    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Bundle:
        """From values of JSON; KeyError, TypeError where they are of another format."""
        values = {f.name: plain[f.name] for f in fields(cls)}
        values["film"] = Film(**values["film"]) if values["film"] is not None else None
        values["moments"] = [Moment(**m) for m in values["moments"]]
        values["verdicts"] = [Verdict(**v) for v in values["verdicts"]]
        values["downloads"] = [Download(**d) for d in values["downloads"]]
        return cls(**values)
