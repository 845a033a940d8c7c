# The roads of a plan view: carriageways, pavements, marks, crosswalks, stop lines, traffic lights.

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from mkdocs_worldmodel.figure.plan_areas import Areas
from mkdocs_worldmodel.figure.plan_frame import Frame, slim
from mkdocs_worldmodel.figure.plan_labels import FONT, Box, Candidate, Segment, segments, within
from mkdocs_worldmodel.figure.svg import F8, num, outline, path
from mkdocs_worldmodel.rollout.rollout import ASPECTS, Rollout
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders, section_at
from mkdocs_worldmodel.scenario.layout import turning
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, LaneSection, Road, RoadNetwork

STEP, STEP_IN_JUNCTIONS = 2.0, 0.5
"""Metres between the points at which roads are looked at; the fine one where they turn sharply."""
_TURNS = 0.5
"""A junction is a crossing if one of its ways bends by more than this [rad]."""
_RED, _AMBER, _GREEN = ("wm-red", -7.5), ("wm-amber", 0.0), ("wm-green", 7.5)
_LAMPS = {
    "red": [_RED],
    "red amber": [_RED, _AMBER],
    "amber": [_AMBER],
    "amber flashing": [_AMBER],
    "green": [_GREEN],
}
"""Aspect → what is lit, and where in the head [px]."""


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

    def surface(self, box: Box) -> str:
        """Carriageways and the pavements beside them, in a box of the picture: lanes side by side are one area."""
        bands: dict[bool, list[tuple[F8, F8]]] = {True: [], False: []}
        for i, road, section, s in self.parts:
            across = sorted(section.lanes, key=lambda lane: -lane.id)  # from left to right
            for paved, lanes in groupby(across, key=lambda lane: lane.type == "sidewalk"):
                band = list(lanes)
                left = lane_borders(road, section, band[0], s)[int(band[0].id > 0)]
                right = lane_borders(road, section, band[-1], s)[int(band[-1].id < 0)]
                (x0, y0), (x1, y1) = self._across(i, s, left), self._across(i, s, right)
                bands[paved].append((np.concatenate((x0, x1[::-1])), np.concatenate((y0, y1[::-1]))))
        areas = Areas(box)
        road_grid, pavement = areas.joined(bands[False]), areas.joined(bands[True])
        pavement[road_grid > 0] = 0
        drawn = {"wm-pavement": areas.data(pavement), "wm-road": areas.data(road_grid)}
        return "".join(f'<path class="{name}" d="{d}"/>' for name, d in drawn.items() if d)

    def _marks(self) -> Iterator[tuple[bool, F8, F8]]:
        """(broken, x, y) of edges and lane marks [px], none inside of junctions."""
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
                    yield broken, *slim(*self._across(i, s, t + offset))

    def drawn_marks(self) -> list[Segment]:
        """Edges and lane marks, for words to keep off [px]."""
        return [line for _, x, y in self._marks() for line in segments(x, y)]

    def marks(self, box: Box) -> str:
        """Edges and lane marks in a box of the picture."""
        lines: dict[bool, str] = {True: "", False: ""}
        for broken, x, y in self._marks():
            lines[broken] += outline(x, within(box, x, y))
        dash = [6.0, 12.0] if self.network.roads[0].kind == "motorway" else [3.0, 6.0]
        dashes = " ".join(num(d * self.frame.scale) for d in dash)
        edges = f'<path class="wm-edge" d="{lines[False]}"/>' if lines[False] else ""
        return edges + (f'<path class="wm-lane" stroke-dasharray="{dashes}" d="{lines[True]}"/>' if lines[True] else "")

    def furniture(self, run: Rollout, row: int) -> str:
        """Crosswalks, stop lines, and the traffic lights as they are at a row."""
        stripes: dict[str, str] = {}
        for i, road in enumerate(self.network.roads):
            for thing in road.objects:
                s, t = np.full(2, thing.s), np.array([thing.t_low, thing.t_high])
                if self.frame.shows(*self.line.pose(i, s, t)[:2], 0.0).any():
                    style = f'class="wm-stop" stroke-width="{num(max(thing.length * self.frame.scale, 1.0))}"'
                    if thing.type == "crosswalk":
                        bars = num(0.5 * self.frame.scale)
                        style = style.replace("wm-stop", "wm-zebra") + f' stroke-dasharray="{bars}"'
                    stripes[style] = stripes.get(style, "") + path(*self._across(i, s, t))
        return "".join(f'<path {style} d="{d}"/>' for style, d in stripes.items()) + self._signals(run, row)

    def _signals(self, run: Rollout, row: int) -> str:
        """Heads of the traffic lights and what is lit: red above, green below, for those who see no colour."""
        index = {road.id: i for i, road in enumerate(self.network.roads)}
        heads, lamps = "", dict.fromkeys(("wm-red", "wm-amber", "wm-green"), "")
        for column, (road, signal) in enumerate(self.network.signals()):
            lit = _LAMPS.get(ASPECTS[int(run.signals[row, column])])
            x, y, _ = self.line.pose(index[road.id], np.array([signal.s]), np.array([signal.t]))
            if lit is None or not self.frame.shows(x, y, -1.0).all():
                continue
            u, v = (float(w[0]) for w in self.frame.of(x, y))
            heads += f"M{num(u - 5)} {num(v - 12)}h10v24h-10Z"
            for name, rise in lit:
                lamps[name] += f"M{num(u)} {num(v + rise)}h0"  # a point with round ends
        return "".join(f'<path class="{name}" d="{d}"/>' for name, d in {"wm-head": heads, **lamps}.items() if d)

    @staticmethod
    def lines(network: RoadNetwork) -> ReferenceLines:
        """The reference lines of a network."""
        return ReferenceLines(network.roads)

    def lanes(self, run: Rollout, row: int) -> Iterator[tuple[int | None, Iterator[Candidate]]]:
        """The number of each lane of the ego's road, and places for it with the arrow beside it, from the left on.

        A lane that is the only one of its direction needs no number.
        """
        at, here, way = int(run.road[row, 0]), float(run.s[row, 0]), int(run.direction[row, 0])
        road = self.network.roads[at]
        s = here + way * np.arange(-140.0, 140.0, 2.0)
        s = s[(s > 0.0) & (s < road.length)]
        along = self.frame.metres(*self.line.pose(at, s)[:2])[0]
        s = s[(along > self.frame.low[0] + 2.0) & (along < self.frame.high[0] - 6.0)]
        section = section_at(road, here)
        for lane in section.lanes if road.junction is None else ():
            if lane.type in DRIVABLE:
                side = [ln.id for ln in section.side(1 if lane.id > 0 else -1) if ln.type in DRIVABLE]
                number = sum(abs(i) >= abs(lane.id) for i in side) if len(side) > 1 else None
                yield number, self._lane_places(at, lane, s, f"{number}" if number is not None else "")

    def _lane_places(self, at: int, lane: Lane, s: F8, text: str) -> Iterator[Candidate]:
        road = self.network.roads[at]
        back = np.pi if (lane.id > 0) == (road.rule == "RHT") else 0.0
        for each in s.tolist():
            section = section_at(road, each)
            if lane.id not in {ln.id for ln in section.lanes}:
                continue
            inner, outer = lane_borders(road, section, lane, np.array([each]))
            if abs(float(outer[0] - inner[0])) * self.frame.scale < (0.86 * FONT if text else 9.0):
                continue
            x, y, heading = self.line.pose(at, np.array([each]), 0.5 * (inner + outer))
            u, v = (float(w[0]) for w in self.frame.of(x, y))
            cos, sin = float(np.cos(heading[0] + back)), float(np.sin(heading[0] + back))
            dx, dy = cos * self.frame.cos + sin * self.frame.sin, cos * self.frame.sin - sin * self.frame.cos
            data = f"M{num(u + 22 - 11 * dx)} {num(v - 11 * dy)}l{num(22 * dx)} {num(22 * dy)}"
            for w in (3.5, -3.5):
                data += f"l{num(-6 * dx - w * dy)} {num(w * dx - 6 * dy)}m{num(6 * dx + w * dy)} {num(6 * dy - w * dx)}"
            yield Candidate(text, u, v + 0.36 * FONT, data, (), 34.0)


def _lines(mark: str) -> list[tuple[float, bool]]:
    """(offset to the left [m], broken) of the lines of a mark."""
    kinds = [] if mark == "none" else mark.split()
    if len(kinds) == 2:
        return [(0.15, kinds[0] == "broken"), (-0.15, kinds[1] == "broken")]
    return [(0.0, kind == "broken") for kind in kinds]
