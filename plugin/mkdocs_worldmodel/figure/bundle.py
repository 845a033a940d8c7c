# What a drawn figure is made of, as plain values that the store keeps as figure.json.

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

from mkdocs_worldmodel.analysis import said
from mkdocs_worldmodel.analysis.expect import Verdict
from mkdocs_worldmodel.analysis.said import Said
from mkdocs_worldmodel.analysis.values import Value


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
    """Name → [x, y, width, height, label (Said, or an author's str)] in pixels of the mosaic, the main view first."""
    poster_frame: int = 0
    """Film frame that the poster shows."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A timed event of the figure."""

    time: float
    """[s]"""
    frame: int
    text: Said
    label: Said


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a reader can take away."""

    file: str
    label: Said
    suffix: str
    """Ending of its readable name, with what tells it apart: '.csv', '-road.json'."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a kind has of its own; `Bundle.numbers` is another."""

    title: Said
    """For those who cannot see it, and for who opens it."""
    head: list[Said | str]
    """Of the columns, the first that of the rows' names."""
    rows: list[list[Said | str | None]]
    """The first of each row is its name; None where there is no value."""
    lines: list[int] = field(default_factory=list)
    """For each column the style of the line that stands for it in charts, 0 for none; empty: none has one."""
    open: bool = True
    """Shown at once, before the events; else behind its title, after the charts."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All parts of a figure but title, caption, id and URLs."""

    kind: str
    alt: Said
    """What stands for the film."""
    film: Film | None
    moments: list[Moment]
    series: dict[str, str]
    """One value per film frame, packed (packed.py)."""
    keys: list[dict[str, Any]]
    """Legend of the chart: series, label, line, unit, digits."""
    chart: str
    """SVG, with tokens for its words (`said.token`)."""
    chart_x: list[float]
    """x of the first and the last frame in the chart's own units."""
    tops: list[dict[str, Any]]
    """Top views: svg, with tokens for its words, and caption (Said)."""
    strip: str
    """File name; empty where there is none."""
    strip_size: list[int]
    strip_frames: list[int]
    """Frames shown in the strip."""
    numbers: list[dict[str, Any]]
    values: dict[str, Value]
    """Numbers that running text may name."""
    verdicts: list[Verdict]
    made: list[list[Said | str]]
    """Rows (what, value) of how it was made."""
    downloads: list[Download]
    social: str = ""
    """File name of the picture that other sites show beside a link, 1200 x 630; empty where there is no film."""
    tables: list[Table] = field(default_factory=list)
    """What is best compared side by side."""
    strip_alt: Said | None = None
    """What the strip shows; None: the frames in `strip_frames`, from left to right."""

    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        # a list for each of the many values: the names of its parts would be most of the text
        listed = {name: [v.value, v.unit, v.time] for name, v in self.values.items()}
        return {**said.plain(replace(self, values={})), "values": listed}

    @classmethod
    def read(cls, content: bytes) -> Bundle:
        """From JSON; ValueError, KeyError, TypeError where it is of another format."""
        plain = json.loads(content, object_hook=said.unplain)
        values = {f.name: plain[f.name] for f in fields(cls)}
        values["film"] = Film(**values["film"]) if values["film"] is not None else None
        values["moments"] = [Moment(**m) for m in values["moments"]]
        values["values"] = {name: Value(*each) for name, each in values["values"].items()}
        values["verdicts"] = [Verdict(**v) for v in values["verdicts"]]
        values["downloads"] = [Download(**d) for d in values["downloads"]]
        values["tables"] = [Table(**t) for t in values["tables"]]
        return cls(**values)
