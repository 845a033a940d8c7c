# A top view with dimensions at one moment, to scale, as inline SVG that the style sheet colours.

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from markupsafe import escape

from mkdocs_worldmodel.figure.svg import F8, num, path, simplified
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders
from mkdocs_worldmodel.scenario.road import Lane, Road

WIDTH = 800.0
AHEAD, BEHIND, MARGIN = 80.0, 45.0, 9.0
TRAIL = 2.0
"""Seconds of the path behind each road user that are drawn."""


def draw(run: Rollout, road: Road, row: int) -> str:
    """Draw the ego and who is near it at a row of the rollout."""
    return _Plan(run, road, row).svg()


@dataclass(frozen=True, slots=True)
class _Frame:
    """World → picture: turned so that the ego drives to the right, scaled to the picture's width."""

    x: float
    y: float
    cos: float
    sin: float
    scale: float

    def of(self, x: F8, y: F8) -> tuple[F8, F8]:
        dx, dy = x - self.x, y - self.y
        return (dx * self.cos + dy * self.sin) * self.scale, (dx * self.sin - dy * self.cos) * self.scale


class _Plan:
    def __init__(self, run: Rollout, road: Road, row: int) -> None:
        self.run, self.road, self.row = run, road, row
        self.line = ReferenceLines([road])
        ahead = run.direction[row, 0] * (run.s[row] - run.s[row, 0])
        self.users = np.flatnonzero((ahead < AHEAD) & (ahead > -BEHIND)).tolist()
        reach = [run.s[row, i] + d * run.length[i] for i in self.users for d in (-1.0, 1.0)]
        low, high = min(reach) - MARGIN, max(reach) + MARGIN
        spare = max(0.0, 60.0 - (high - low))
        self.low, self.high = low - 0.3 * spare, high + 0.7 * spare
        self.s = np.linspace(self.low, self.high, max(2, int((self.high - self.low) / 2.0)))
        _, _, heading = self.line.pose(0, np.array([0.5 * (self.low + self.high)]))
        turn = float(heading[0]) + (np.pi if run.direction[0, 0] < 0 else 0.0)
        start = self.line.pose(0, np.array([self.low if run.direction[0, 0] > 0 else self.high]))
        scale = WIDTH / (self.high - self.low)
        self.frame = _Frame(float(start[0][0]), float(start[1][0]), float(np.cos(turn)), float(np.sin(turn)), scale)
        self.bounds: list[tuple[float, float]] = []

    # -- pieces --------------------------------------------------------------------------------------------

    def along(self, t: F8, s: F8 | None = None) -> tuple[F8, F8]:
        """Picture coordinates of a line at lateral positions t."""
        s = self.s if s is None else s
        x, y, _ = self.line.pose(0, s, t)
        return self.frame.of(x, y)

    def border(self, lane: Lane, *, outer: bool) -> F8:
        section = self.road.sections[0]
        return lane_borders(self.road, section, lane, np.clip(self.s, 0.0, self.road.length))[int(outer)]

    def surface(self) -> str:
        """Carriageway and pavements: lanes side by side are one area."""
        data = {"wm-road": "", "wm-pavement": ""}
        across = sorted(self.road.sections[0].lanes, key=lambda lane: -lane.id)  # from left to right
        for paved, lanes in itertools.groupby(across, key=lambda lane: lane.type == "sidewalk"):
            band = list(lanes)
            x0, y0 = _slim(*self.along(self.border(band[0], outer=band[0].id > 0)))
            x1, y1 = _slim(*self.along(self.border(band[-1], outer=band[-1].id < 0)))
            x, y = np.concatenate((x0, x1[::-1])), np.concatenate((y0, y1[::-1]))
            self.bounds += [(float(y.min()), float(y.max()))]
            data["wm-pavement" if paved else "wm-road"] += path(x, y, close=True)
        return "".join(f'<path class="{name}" d="{d}"/>' for name, d in data.items() if d)

    def marks(self) -> str:
        section = self.road.sections[0]
        lines: dict[bool, str] = {True: "", False: ""}
        centre = np.full(self.s.shape, 0.0)
        for mark, t in (
            (section.centre_mark, centre),
            *((ln.mark, self.border(ln, outer=True)) for ln in section.lanes),
        ):
            if mark == "none":
                continue
            offsets = (-0.15, 0.15) if mark == "solid solid" else (0.0,)
            for offset in offsets:
                lines[mark == "broken"] += path(*_slim(*self.along(t + offset)))
        dash = [6.0, 12.0] if self.road.kind == "motorway" else [3.0, 6.0]
        dashes = " ".join(num(d * self.frame.scale) for d in dash)
        return (
            f'<path class="wm-edge" d="{lines[False]}"/>'
            f'<path class="wm-lane" stroke-dasharray="{dashes}" d="{lines[True]}"/>'
        )

    def trails(self) -> str:
        k = max(0, self.row - round(TRAIL / self.run.dt))
        data = ""
        for i in self.users:
            if self.row - k < 2:
                continue
            x, y = self.frame.of(self.run.x[k : self.row + 1 : 4, i], self.run.y[k : self.row + 1 : 4, i])
            data += path(*_slim(x, y))
        return f'<path class="wm-path" d="{data}"/>' if data else ""

    def outline(self, i: int, along: list[float], across: list[float]) -> tuple[F8, F8]:
        """Picture coordinates of points in a road user's own frame [m]."""
        r, k = self.run, self.row
        a, c = np.array(along), np.array(across)
        cos, sin = np.cos(r.heading[k, i]), np.sin(r.heading[k, i])
        return self.frame.of(r.x[k, i] + a * cos - c * sin, r.y[k, i] + a * sin + c * cos)

    def body(self, i: int) -> str:
        r = self.run
        rear, front, half = -float(r.rear_overhang[i]), float(r.length[i] - r.rear_overhang[i]), 0.5 * float(r.width[i])
        chamfer = 0.22 * half
        outline = path(
            *self.outline(
                i,
                [rear, rear, front - 2 * chamfer, front, front, front - 2 * chamfer],
                [-half, half, half, half - chamfer, chamfer - half, -half],
            ),
            close=True,
        )
        inner = 0.8 * half
        glass = front - (0.25 * (front - rear) if r.kinds[i] == "car" else 0.9)
        screen = path(
            *self.outline(i, [glass, glass, glass - 0.7, glass - 0.7], [-inner, inner, inner * 0.85, -inner * 0.85]),
            close=True,
        )
        name = "wm-car wm-ego" if i == 0 else "wm-car"
        return f'<path class="{name}" d="{outline}"/><path class="wm-glass" d="{screen}"/>'

    def label(self, i: int) -> str:
        r, k = self.run, self.row
        half = 0.5 * float(r.width[i])
        x, y = self.outline(i, [float(r.length[i]) / 2 - float(r.rear_overhang[i])] * 2, [half, -half])
        above = min(y.tolist()) - 6.0
        text = f"{r.names[i].replace('_', ' ')} {3.6 * r.speed[k, i]:.0f} km/h"
        return f'<text x="{num(float(x.mean()))}" y="{num(above)}" text-anchor="middle">{escape(text)}</text>'

    def gap(self, i: int) -> str:
        """Free space between the ego and another, as a dimension line along the ego's path."""
        r, k = self.run, self.row
        sign = float(r.direction[0, 0])
        front, rear = r.length - r.rear_overhang, r.rear_overhang
        ahead = sign * (r.s[k, i] - r.s[k, 0])
        facing = rear if (r.direction[0, i] == r.direction[0, 0]) == (ahead > 0) else front
        if ahead > 0:
            s0, s1 = r.s[k, 0] + sign * front[0], r.s[k, i] - sign * facing[i]
        else:
            s0, s1 = r.s[k, i] + sign * facing[i], r.s[k, 0] - sign * rear[0]
        t = float(r.t[k, 0])
        turned = self.line.heading_at(0, np.array([s0, s1]))
        distance = sign * float(s1 - s0 - t * (turned[1] - turned[0]))
        if distance < 1.0:
            return ""
        x, y = self.along(np.full(12, t), np.linspace(float(s0), float(s1), 12))
        ends = "".join(f"M{num(float(x[e]))} {num(float(y[e]) - 7)}v14" for e in (0, -1))
        text = f"{distance:.0f} m" if distance >= 9.95 else f"{distance:.1f} m"
        middle = len(x) // 2
        at = f'x="{num(float(x[middle]))}" y="{num(float(y[middle]) - 7)}"'
        label = f'<text class="wm-dim-text" {at} text-anchor="middle">{text}</text>'
        return f'<path class="wm-dim" d="{path(*_slim(x, y))}{ends}"/>{label}'

    def scale_bar(self, bottom: float) -> str:
        length = 10.0 * self.frame.scale
        x, y = WIDTH - 12.0, bottom + 16.0
        return (
            f'<path class="wm-dim" d="M{num(x - length)} {num(y - 4)}v8m0 -4H{num(x)}m0 -4v8"/>'
            f'<text class="wm-dim-text" x="{num(x - length - 8)}" y="{num(y + 4)}" text-anchor="end">10 m</text>'
        )

    def svg(self) -> str:
        r, k = self.run, self.row
        parts = self.surface() + self.marks() + self.trails()
        others = [i for i in self.users if i]
        same_way = [i for i in others if r.direction[0, i] == r.direction[0, 0]] or others
        # the nearest in the ego's own path, else the nearest with free space to it
        same_way.sort(key=lambda i: (abs(float(r.t[k, i] - r.t[k, 0])) > 2.0, abs(float(r.s[k, i] - r.s[k, 0]))))
        parts += next(filter(None, map(self.gap, same_way)), "")
        parts += "".join(self.body(i) for i in self.users)
        labels = "".join(self.label(i) for i in self.users[:6])
        top, bottom = min(b[0] for b in self.bounds), max(b[1] for b in self.bounds)
        parts += f'<g class="wm-label">{labels}</g>{self.scale_bar(bottom)}'
        described = escape(f"Top view, to scale, at {r.time[k]:.1f} s")
        box = f"0 {num(top - 20)} {num(WIDTH)} {num(bottom - top + 48)}"
        return f'<svg viewBox="{box}" role="img" aria-label="{described}">{parts}</svg>'


def _slim(x: F8, y: F8) -> tuple[F8, F8]:
    """A line with no more points than the eye can see."""
    keep = simplified(x, y, 0.6)
    return x[keep], y[keep]
