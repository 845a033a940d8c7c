# The roads of a plan view: carriageways, pavements, marks, crosswalks, stop lines, traffic lights.

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from mkdocs_worldmodel.figure.plan_frame import Frame, slim
from mkdocs_worldmodel.figure.svg import F8, num, outline, path
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders
from mkdocs_worldmodel.scenario.layout import turning
from mkdocs_worldmodel.scenario.road import LaneSection, Road, RoadNetwork

STEP, STEP_IN_JUNCTIONS = 2.0, 0.5
"""Metres between the points at which roads are looked at; the fine one where they turn sharply."""
_TURNS = 0.5
"""A junction is a crossing if one of its ways bends by more than this [rad]."""
_LAMPS = {
    "red": "wm-red",
    "red amber": "wm-red",
    "amber": "wm-amber",
    "amber flashing": "wm-amber",
    "green": "wm-green",
}


class Roads:
    """Draws what of a network lies in a frame."""

    def __init__(self, network: RoadNetwork, frame: Frame) -> None:
        self.network, self.frame = network, frame
        self.line = ReferenceLines(network.roads)
        # lane marks go on where roads only part and join, as at a ramp
        self.crossings = {r.junction for r in network.roads if r.junction and turning(r.geometries) > _TURNS}
        self.parts = [part for i, road in enumerate(network.roads) for part in self._parts(i, road)]

    def _parts(self, i: int, road: Road) -> Iterator[tuple[int, Road, LaneSection, F8]]:
        """(place, road, lane section, s) of every stretch that the frame may show."""
        ends = [section.s for section in road.sections[1:]] + [road.length]
        for section, end in zip(road.sections, ends, strict=True):
            begin = section.s if section is not road.sections[0] else 0.0
            sharpest = max(max(abs(g.curvature_start), abs(g.curvature_end)) for g in road.geometries)
            step = STEP_IN_JUNCTIONS if sharpest > 0.02 else STEP
            s = np.linspace(begin, end, max(2, int((end - begin) / step) + 1))
            seen = np.flatnonzero(self.frame.shows(*self.line.pose(i, s)[:2], 15.0))
            if len(seen):
                yield i, road, section, s[max(seen[0] - 1, 0) : seen[-1] + 2]

    def _across(self, i: int, s: F8, t: F8) -> tuple[F8, F8]:
        x, y, _ = self.line.pose(i, s, t)
        return self.frame.of(x, y)

    def extent(self, i: int) -> tuple[float, float]:
        """How far a road's lanes reach to the right and to the left of its line in the frame [m]."""
        reach = [0.0, 0.0]
        for at, road, section, s in self.parts:
            if at == i:
                borders = [lane_borders(road, section, lane, s)[1] for lane in section.lanes]
                for t in borders:
                    inside = self.frame.shows(*self.line.pose(i, s)[:2], 0.0)
                    if inside.any():
                        v = self.frame.metres(*self.line.pose(i, s[inside], t[inside])[:2])[1]
                        reach = [min(reach[0], float(v.min())), max(reach[1], float(v.max()))]
        return reach[0], reach[1]

    def surface(self) -> str:
        """Carriageway and pavements: lanes side by side are one area; pavements lie below everything."""
        data = {"wm-pavement": "", "wm-road": ""}
        for i, road, section, s in self.parts:
            across = sorted(section.lanes, key=lambda lane: -lane.id)  # from left to right
            for paved, lanes in itertools.groupby(across, key=lambda lane: lane.type == "sidewalk"):
                band = list(lanes)
                left = lane_borders(road, section, band[0], s)[int(band[0].id > 0)]
                right = lane_borders(road, section, band[-1], s)[int(band[-1].id < 0)]
                x0, y0 = slim(*self._across(i, s, left))
                x1, y1 = slim(*self._across(i, s, right))
                data["wm-pavement" if paved else "wm-road"] += outline(
                    np.concatenate((x0, x1[::-1])), np.concatenate((y0, y1[::-1])), close=True
                )
        return "".join(f'<path class="{name}" d="{d}"/>' for name, d in data.items() if d)

    def marks(self) -> str:
        """Edges and lane marks, none inside of junctions."""
        lines: dict[bool, str] = {True: "", False: ""}
        for i, road, section, s in self.parts:
            if road.junction in self.crossings:
                continue
            middle = lane_borders(road, section, section.lanes[0], s)[0] if section.lanes else np.zeros(s.shape)
            borders = [(section.centre_mark, middle)]
            for lane in section.lanes:
                inner, outer = lane_borders(road, section, lane, s)
                # a lane that has shrunk to nothing has no mark of its own
                borders.append((lane.mark, np.where(np.abs(outer - inner) > 0.3, outer, np.nan)))
            for mark, t in borders:
                for offset, broken in _lines(mark):
                    lines[broken] += outline(*slim(*self._across(i, s, t + offset)))
        dash = [6.0, 12.0] if self.network.roads[0].kind == "motorway" else [3.0, 6.0]
        dashes = " ".join(num(d * self.frame.scale) for d in dash)
        return (
            f'<path class="wm-edge" d="{lines[False]}"/>'
            f'<path class="wm-lane" stroke-dasharray="{dashes}" d="{lines[True]}"/>'
        )

    def furniture(self, run: Rollout, row: int) -> str:
        """Crosswalks, stop lines, and the traffic lights as they are at a row."""
        out = ""
        for i, road in enumerate(self.network.roads):
            for thing in road.objects:
                s, t = np.full(2, thing.s), np.array([thing.t_low, thing.t_high])
                if not self.frame.shows(*self.line.pose(i, s, t)[:2], 0.0).any():
                    continue
                width = num(max(thing.length * self.frame.scale, 1.0))
                data = path(*self._across(i, s, t))
                if thing.type == "crosswalk":
                    bar = num(0.5 * self.frame.scale)
                    out += f'<path class="wm-zebra" stroke-width="{width}" stroke-dasharray="{bar}" d="{data}"/>'
                else:
                    out += f'<path class="wm-edge" style="stroke-width:{width}" d="{data}"/>'
        index = {road.id: i for i, road in enumerate(self.network.roads)}
        for column, (road, signal) in enumerate(self.network.signals()):
            lamp = _LAMPS.get(ASPECTS[int(run.signals[row, column])])
            x, y, _ = self.line.pose(index[road.id], np.array([signal.s]), np.array([signal.t]))
            if lamp is not None and self.frame.shows(x, y, 0.0).all():
                u, v = self.frame.of(x, y)
                out += f'<circle class="{lamp}" cx="{num(float(u[0]))}" cy="{num(float(v[0]))}" r="4.5"/>'
        return out


def _lines(mark: str) -> list[tuple[float, bool]]:
    """(offset to the left [m], broken) of the lines of a mark."""
    kinds = [] if mark == "none" else mark.split()
    if len(kinds) == 2:
        return [(0.15, kinds[0] == "broken"), (-0.15, kinds[1] == "broken")]
    return [(0.0, kind == "broken") for kind in kinds]
