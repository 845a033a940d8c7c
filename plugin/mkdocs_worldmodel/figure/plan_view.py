# A top view with dimensions at one moment, to scale, as inline SVG that the style sheet colours.

from __future__ import annotations

import numpy as np
from markupsafe import escape

from mkdocs_worldmodel.figure.plan_bodies import body, outline
from mkdocs_worldmodel.figure.plan_frame import Frame, slim
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import num, path
from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import RoadNetwork

WIDTH = 800.0
AHEAD, BEHIND, MARGIN = 80.0, 45.0, 9.0
NARROWEST = 60.0
"""A picture shows at least so many metres from left to right."""
STEEPEST = 0.6
"""Height of a picture / its width, at most."""
TRAIL = 2.0
"""Seconds of the path behind each road user that are drawn."""


def draw(run: Rollout, network: RoadNetwork, row: int) -> str:
    """Draw the ego and who is near it at a row of the rollout."""
    return _Plan(run, network, row).svg()


class _Plan:
    def __init__(self, run: Rollout, network: RoadNetwork, row: int) -> None:
        self.run, self.row = run, row
        self.users = self._near()
        self.frame = self._window()
        self.roads = Roads(network, self.frame)
        self._fit_height()

    # -- what is shown -------------------------------------------------------------------------------------

    def _heading(self) -> float:
        """Where 'to the right' points: along the ego."""
        return float(self.run.heading[self.row, 0])

    def _near(self) -> list[int]:
        """The ego and the present who are near it; the nearest first."""
        r, k = self.run, self.row
        cos, sin = np.cos(self._heading()), np.sin(self._heading())
        dx, dy = r.x[k] - r.x[k, 0], r.y[k] - r.y[k, 0]
        along, across = dx * cos + dy * sin, dy * cos - dx * sin
        near = (along < AHEAD) & (along > -BEHIND) & (np.abs(across) < STEEPEST * AHEAD) & (r.present[k] == 1)
        near[0] = True
        order = np.argsort(np.hypot(dx, dy), kind="stable")
        return [int(i) for i in order if near[i]]

    def _window(self) -> Frame:
        r, k = self.run, self.row
        cos, sin = float(np.cos(self._heading())), float(np.sin(self._heading()))
        frame = Frame(float(r.x[k, 0]), float(r.y[k, 0]), cos, sin, 1.0)
        u, v = frame.metres(r.x[k, self.users], r.y[k, self.users])
        reach = r.length[self.users]
        low, high = float((u - reach).min()) - MARGIN, float((u + reach).max()) + MARGIN
        spare = max(0.0, NARROWEST - (high - low))
        low, high = low - 0.3 * spare, high + 0.7 * spare
        below, above = float(v.min()), float(v.max())
        return Frame(frame.x, frame.y, cos, sin, WIDTH / (high - low), (low, below), (high, above))

    def _fit_height(self) -> None:
        """Show the whole width of the ego's road, and who is beside it, within bounds."""
        f, (right, left) = self.frame, self.roads.extent(int(self.run.road[self.row, 0]))
        most = STEEPEST * (f.high[0] - f.low[0])
        low, high = min(f.low[1] - 4.0, right), max(f.high[1] + 4.0, left)
        if (over := high - low - most) > 0.0:  # cut what is farthest from the ego
            low, high = (low, high - over) if high > -low else (low + over, high)
        self.frame = Frame(f.x, f.y, f.cos, f.sin, f.scale, (f.low[0], low), (f.high[0], high))
        self.roads = Roads(self.roads.network, self.frame)

    # -- pieces --------------------------------------------------------------------------------------------

    def trails(self) -> str:
        k = max(0, self.row - round(TRAIL / self.run.dt))
        if self.row - k < 2:
            return ""
        there = [i for i in self.users if self.run.present[k, i]]
        rows = slice(k, self.row + 1, 4)
        data = "".join(path(*slim(*self.frame.of(self.run.x[rows, i], self.run.y[rows, i]))) for i in there)
        return f'<path class="wm-path" d="{data}"/>' if data else ""

    def label(self, i: int) -> str:
        r, k = self.run, self.row
        half = 0.5 * float(r.width[i])
        x, y = outline(r, k, i, self.frame, [float(r.length[i]) / 2 - float(r.rear_overhang[i])] * 2, [half, -half])
        above = min(y.tolist()) - 6.0
        text = f"{r.names[i].replace('_', ' ')} {3.6 * r.speed[k, i]:.0f} km/h"
        return f'<text x="{num(float(x.mean()))}" y="{num(above)}" text-anchor="middle">{escape(text)}</text>'

    def gap(self, i: int) -> str:
        """Free space between the ego and another on its road, as a dimension line along the ego's path."""
        r, k = self.run, self.row
        sign = float(r.direction[k, 0])
        front, rear = r.length - r.rear_overhang, r.rear_overhang
        ahead = sign * (r.s[k, i] - r.s[k, 0])
        facing = rear if (r.direction[k, i] == r.direction[k, 0]) == (ahead > 0) else front
        if ahead > 0:
            s0, s1 = r.s[k, 0] + sign * front[0], r.s[k, i] - sign * facing[i]
        else:
            s0, s1 = r.s[k, i] + sign * facing[i], r.s[k, 0] - sign * rear[0]
        t, road, line = float(r.t[k, 0]), int(r.road[k, 0]), self.roads.line
        turned = line.heading_at(road, np.array([s0, s1]))
        distance = sign * float(s1 - s0 - t * (turned[1] - turned[0]))
        if distance < 1.0:
            return ""
        wx, wy, _ = line.pose(road, np.linspace(float(s0), float(s1), 12), np.full(12, t))
        x, y = self.frame.of(wx, wy)
        ends = "".join(f"M{num(float(x[e]))} {num(float(y[e]) - 7)}v14" for e in (0, -1))
        text = f"{distance:.0f} m" if distance >= 9.95 else f"{distance:.1f} m"
        middle = len(x) // 2
        at = f'x="{num(float(x[middle]))}" y="{num(float(y[middle]) - 7)}"'
        label = f'<text class="wm-dim-text" {at} text-anchor="middle">{text}</text>'
        return f'<path class="wm-dim" d="{path(*slim(x, y))}{ends}"/>{label}'

    def dimension(self) -> str:
        """The gap to the nearest in the ego's own path, else to the nearest on its road with free space between."""
        r, k = self.run, self.row
        there = [i for i in self.users if i and r.road[k, i] == r.road[k, 0]]
        same_way = [i for i in there if r.direction[k, i] == r.direction[k, 0]] or there
        same_way.sort(key=lambda i: (abs(float(r.t[k, i] - r.t[k, 0])) > 2.0, abs(float(r.s[k, i] - r.s[k, 0]))))
        return next(filter(None, map(self.gap, same_way)), "")

    def scale_bar(self, bottom: float) -> str:
        length = 10.0 * self.frame.scale
        x, y = WIDTH - 12.0, bottom + 16.0
        return (
            f'<path class="wm-dim" d="M{num(x - length)} {num(y - 4)}v8m0 -4H{num(x)}m0 -4v8"/>'
            f'<text class="wm-dim-text" x="{num(x - length - 8)}" y="{num(y + 4)}" text-anchor="end">10 m</text>'
        )

    def svg(self) -> str:
        r, k = self.run, self.row
        top, bottom = -self.frame.high[1] * self.frame.scale, -self.frame.low[1] * self.frame.scale
        ground = self.roads.surface() + self.roads.marks() + self.roads.furniture(r, k)
        bodies = "".join(body(r, k, i, self.frame) for i in reversed(self.users))
        labels = "".join(self.label(i) for i in self.users[:6])
        parts = ground + self.trails() + self.dimension() + bodies
        parts += f'<g class="wm-label">{labels}</g>{self.scale_bar(bottom)}'
        described = escape(f"Top view, to scale, at {r.time[k]:.1f} s")
        box = f"0 {num(top - 20)} {num(WIDTH)} {num(bottom - top + 48)}"
        return f'<svg viewBox="{box}" role="img" aria-label="{described}">{parts}</svg>'
