# A top view with dimensions at one moment, to scale, as inline SVG that the style sheet colours.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, joined, say, token
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import languages
from mkdocs_worldmodel.figure.plan_bodies import bodies, corners, shape
from mkdocs_worldmodel.figure.plan_cast import Critical
from mkdocs_worldmodel.figure.plan_dimensions import Dimension, Dimensions
from mkdocs_worldmodel.figure.plan_frame import WIDTH, Frame, slim
from mkdocs_worldmodel.figure.plan_labels import FONT, Box, Candidate, Point, Sheet, beside, overlap, segments, width
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import F8, num, outline

TRAIL = 3.0
"""Seconds of the path behind each road user that are drawn."""
AHEAD = 36.0
"""The picture of the start shows at least so much of the road ahead [m]."""
_BAND = FONT + 6.0
"""Free above the picture for words, and below it for the scale [px]."""
_NUMBER = ' class="wm-number"'
_NAMES, _LONGEST = 5, 24
"""So many road users have their names in a picture, and a name has so many letters, at most."""


def draw(readings: Readings, row: int, critical: Critical) -> str:
    """Draw the ego, who is near it and what is between them at a row of the run.

    At the start the ways up to the critical moment are drawn, and who meets there in outline; later on, the ways
    of the last seconds.
    """
    return _Plan(readings, row, critical).svg()


class _Plan:
    def __init__(self, readings: Readings, row: int, critical: Critical) -> None:
        self.r, self.run, self.row, self.critical = readings, readings.run, row, critical
        self.start = row == 0
        self.cast = critical.cast
        self.frame = self._window()
        self.roads = Roads(readings.scenario.network, self.frame)
        self.frame = self.frame.as_high(*self.roads.extent(int(self.run.road[row, 0])))
        self.roads = Roads(readings.scenario.network, self.frame)
        self.users = self._in_frame()
        top, bottom = -self.frame.high[1] * self.frame.scale, -self.frame.low[1] * self.frame.scale
        self.bottom = bottom
        """Of the road's picture [px]; below are scale and north."""
        self.box = Box(0.0, top - _BAND, WIDTH, bottom + _BAND)
        self.outlines = {i: corners(self.run, row, i, self.frame) for i in self.users}
        self.sheet = Sheet(Box(2.0, self.box.top, WIDTH - 2.0, bottom + 2.0), self.outlines.values())
        self.ghosts: dict[tuple[int, int], list[Point]] = {}
        """Outlines by road user and row."""
        self.lines, self.words = "", ""
        """Of dimensions; numbers and names."""
        self.told: list[Said] = []
        """What is written, for those who cannot see it."""

    # -- what is shown -------------------------------------------------------------------------------------

    def _heading(self) -> float:
        """Where 'to the right' points: along the ego's own road, as it last drove on it."""
        roads, k = self.r.scenario.network.roads, self.row
        while k > 0 and (roads[self.run.road[k, 0]].name or roads[self.run.road[k, 0]].junction):
            k -= 1
        road = roads[self.run.road[k, 0]]
        if road.name or road.junction:
            return float(self.run.heading[k, 0])
        line = Roads.lines(self.r.scenario.network)
        along = float(line.heading_at(int(self.run.road[k, 0]), self.run.s[k, :1])[0])
        return along if self.run.direction[k, 0] > 0 else along + np.pi

    def _window(self) -> Frame:
        r, k, heading = self.run, self.row, self._heading()
        frame = Frame(float(r.x[k, 0]), float(r.y[k, 0]), float(np.cos(heading)), float(np.sin(heading)), 1.0)

        def place(row: int, i: int) -> tuple[F8, F8]:
            box = self.r.box(i).at(row).corners()
            return frame.metres(*box)

        def groups() -> Iterator[tuple[F8, F8]]:
            there = [i for i in self.cast if r.present[k, i]]
            met = self.critical.row
            yield place(k, 0)
            yield from (place(k, i) for i in there[1:2])
            if self.start:
                u, v = place(met, 0)
                yield np.append(u, u.max() + 8.0), np.append(v, v[0])
                yield from (place(met, i) for i in self.cast[1:2] if r.present[met, i])
                u, v = place(k, 0)
                yield np.append(u, u.max() + AHEAD), np.append(v, v[0])
            else:
                u, v = place(k, 0)
                yield np.append(u, [u.min() - 6.0, u.max() + 10.0]), np.append(v, v[:2])
            yield from (place(k, i) for i in there[2:])

        return frame.around(groups())

    def _in_frame(self) -> list[int]:
        """The present whose middle is in the picture; who matters first, then the nearest."""
        r, k = self.run, self.row
        x, y = r.x[k] + r.centre * np.cos(r.heading[k]), r.y[k] + r.centre * np.sin(r.heading[k])
        seen = self.frame.shows(x, y, 0.0) & (r.present[k] == 1)
        seen[0] = True
        order = np.argsort(np.hypot(x - x[0], y - y[0]), kind="stable").tolist()
        return [i for i in dict.fromkeys([*self.cast, *order]) if seen[i]]

    # -- ways ----------------------------------------------------------------------------------------------

    def _ways(self) -> tuple[range, list[int]]:
        """Rows of the drawn ways, and rows of the outlines on them."""
        second = round(1.0 / self.run.dt)
        if self.start:
            return range(self.critical.row + 1), [self.critical.row]
        rows = range(max(0, self.row - round(TRAIL * second)), self.row + 1)
        return rows, [self.row - n * second for n in (1, 2, 3) if self.row - n * second >= 0]

    def ways(self) -> str:
        """Ways of all who are in the picture, and outlines of those who matter most."""
        rows, ghosts = self._ways()
        data, outlines = {"": "", " wm-ego": ""}, {"": "", " wm-ego": ""}
        for i in self.users:
            who = "" if i else " wm-ego"
            there = [k for k in rows[:: max(1, round(0.1 / self.run.dt))] if self.run.present[k, i]]
            x, y = self.run.x[there, i], self.run.y[there, i]
            if len(there) > 1 and float(np.hypot(np.ptp(x), np.ptp(y))) > 1.0:
                px, py = slim(*self.frame.of(x, np.where(self.frame.shows(x, y, 12.0), y, np.nan)))
                data[who] += outline(px, py)
                self.sheet.ways += segments(px, py)
        for i in self.cast[:2]:
            for k in ghosts:
                if self._apart(i, k):
                    self.ghosts[i, k] = around = corners(self.run, k, i, self.frame)
                    self.sheet.ways += zip(around, around[1:] + around[:1], strict=True)
                    outlines["" if i else " wm-ego"] += shape(self.run, k, i, self.frame)
        out = "".join(f'<path class="wm-path{who}" d="{d}"/>' for who, d in data.items() if d)
        return out + "".join(f'<path class="wm-car wm-ghost{who}" d="{d}"/>' for who, d in outlines.items() if d)

    def _apart(self, i: int, k: int) -> bool:
        """Whether a road user is in the picture at a row, clear of all who stand there now and of other outlines."""
        r = self.run
        if not r.present[k, i] or not self.frame.shows(r.x[[k], i], r.y[[k], i], -1.0).all():
            return False
        here = corners(r, k, i, self.frame)
        return not any(overlap(here, other) for other in (*self.outlines.values(), *self.ghosts.values()))

    # -- words ---------------------------------------------------------------------------------------------

    def dimensions(self, most: int) -> None:
        """The distances that matter now, so many at most."""
        d = Dimensions(self.r, self.row, self.frame, self.roads.line)
        other = self.critical.other
        found: list[Dimension | None] = []
        if other is not None:
            found += (d.ways(other) if self.start else []) or d.between(other)
        if not self.start and other is not None:
            found += [d.lateral(i) for i in self._abreast() if i != other][:1]
        if len(found) < 2:
            found.append(d.stop_line())
        if self.start:
            found.append(d.lane_width())
        for dimension in [each for each in found if each is not None][:most]:
            placed = self.sheet.place(dimension.candidates())
            if placed is not None:
                self.lines += placed.data
                self.words += _text(placed, dimension.said, _NUMBER)

    def _abreast(self) -> list[int]:
        """Those beside the ego."""
        ahead = self.r.seen_by(0).along[0, self.row]
        reach = 0.5 * (self.run.length + self.run.length[0])
        middle = ahead + self.run.centre - self.run.centre[0]
        return [i for i in self.users if i and abs(float(middle[i])) < float(reach[i])]

    def names(self) -> bool:
        """Who is who, and how fast, if ever; False where one of the first two has no room."""
        named = [i for i in self.users if i in self.cast]
        if self.start:
            named += [i for i in self.users if i not in self.cast]
        for i in named[:_NAMES]:
            name, speed = self._name(i), 3.6 * float(self.run.speed[self.row, i])
            never = not (self.run.speed[: self.r.last + 1, i] > 0.1).any()
            said = say("{who}", who=name) if never else say("{who} {speed:.0f} km/h", who=name, speed=speed)
            others = [around for j, around in self.outlines.items() if j != i]
            main = i in self.cast[:2]
            if self._put(beside(_longest(said), self.outlines[i], others), said, 30.0 if main else 3.9):
                self.told.append(said)
            elif main:
                return False
        return True

    def _name(self, i: int) -> Said:
        name = self.run.names[i]
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        return called(short, self.run.kinds[i], article=False)

    def times(self) -> None:
        """When the ego's outlines are: the first of them."""
        for (i, k), around in sorted(self.ghosts.items()):
            if i == 0:
                time = float(self.run.time[k] - (0.0 if self.start else self.run.time[self.row]))
                said = say("{time:.1f} s", time=time) if self.start else say("−{time:.0f} s", time=-time)
                if self._put(beside(str(said), around, (), 0.0), said, 3.9):
                    return

    def beyond(self) -> None:
        """Whom the run is about, where the picture does not reach that far: how far away, and which way."""
        other, k = self.critical.other, self.row
        if other is None or other in self.users or not self.run.present[k, other]:
            return
        gap = float(self.r.approach(0, other).gap[k])
        metres = gap if np.isfinite(gap) else float(self.r.distance(0, other)[k])
        u, v = self.frame.metres(self.run.x[[k], other], self.run.y[[k], other])
        x, y = (float(w[0]) for w in self.frame.of(self.run.x[[k], other], self.run.y[[k], other]))
        arrow = ("→" if u[0] > 0 else "←") if abs(u[0]) > abs(v[0]) else ("↑" if v[0] > 0 else "↓")
        name = self._name(other)
        said = say("{who}: {distance:.0f} m {arrow}", who=name, distance=metres, arrow=arrow)
        text, f = _longest(said), self.sheet.frame
        half = 0.5 * width(text) + 4.0
        x, y = min(max(x, f.left + half), f.right - half), min(max(y, f.top + FONT), f.bottom - 6.0)
        steps = [n * 8.0 for n in range(60)]
        inwards = (
            [(x, y - d) for d in steps] + [(x, y + d) for d in steps] if arrow in "→←" else [(x - d, y) for d in steps]
        )
        if self._put((Candidate(text, px, py) for px, py in inwards), said):
            self.told.append(said)

    def _put(self, candidates: Iterator[Candidate], said: Said, worst: float = 30.0) -> bool:
        if (placed := self.sheet.place(candidates, worst)) is None:
            return False
        self.words += _text(placed, said)
        self.lines += placed.data
        return True

    def lanes(self) -> str:
        """Arrows in the direction of each lane of the ego's road, with its number."""
        data = ""
        for number, places in self.roads.lanes(self.run, self.row):
            if (placed := self.sheet.place(places, 2.0)) is not None:
                data += placed.data
                if number is not None:
                    self.words += _text(placed, say("{lane:.0f}", lane=number))
        return f'<path class="wm-arrow" d="{data}"/>' if data else ""

    def contact(self) -> str:
        """A cross where bodies touch."""
        if self.critical.why != "contact" or self.start:
            return ""
        c = next(c for c in self.r.contacts if (c.first, c.second) == self.critical.pair)
        hit, i, k = c.hits[0], c.first, self.row
        cos, sin = np.cos(self.run.heading[k, i]), np.sin(self.run.heading[k, i])
        x, y = self.frame.of(
            self.run.x[[k], i] + hit.x * cos - hit.y * sin, self.run.y[[k], i] + hit.x * sin + hit.y * cos
        )
        return f'<path class="wm-contact" d="M{num(float(x[0]) - 7)} {num(float(y[0]) - 7)}l14 14m0 -14l-14 14"/>'

    def legend(self) -> str:
        """Scale, and where north is: +y, as in OpenDRIVE's inertial frame."""
        metres = next(m for m in (5.0, 10.0, 20.0) if m * self.frame.scale > 44.0)
        right, y = WIDTH - 8.0, self.box.bottom - 12.0
        left = right - metres * self.frame.scale
        data = f"M{num(left)} {num(y - 4)}v8m0 -4H{num(right)}m0 -4v8"
        said = say("{distance:.0f} m", distance=metres)
        scale = Candidate(str(said), left - 30.0, y + 6.0)
        tip = np.array([self.frame.sin, -self.frame.cos])
        side, middle = np.array([-tip[1], tip[0]]), np.array([16.0, self.box.bottom - 13.0])
        points = [
            middle - 8 * tip,
            middle + 8 * tip,
            middle + 2 * tip + 4 * side,
            middle + 8 * tip,
            middle + 2 * tip - 4 * side,
        ]
        data += outline(np.array([p[0] for p in points]), np.array([p[1] for p in points]), parts=10)
        data += f"M30 {num(y + 5)}v-10l7 10v-10"  # an N
        self.words += _text(scale, said, _NUMBER)
        return data

    def _clear(self, bands: int) -> None:
        """Begin anew, with so many bands more above the picture for names."""
        top = -self.frame.high[1] * self.frame.scale - (1 + bands) * _BAND
        self.box = replace(self.box, top=top)
        self.sheet.frame = replace(self.sheet.frame, top=top)
        self.sheet.boxes, self.sheet.lines, self.told = [], [], []
        self.lines, self.words = "", ""

    def _crop(self) -> None:
        """Leave out what the words above the picture did not need."""
        tops = [box.top for box in self.sheet.boxes] + [y for line in self.sheet.lines for _, y in line]
        top = min(-self.frame.high[1] * self.frame.scale, min(tops, default=np.inf) - 3.0)
        self.box = replace(self.box, top=float(max(top, self.box.top)))

    # -- picture -------------------------------------------------------------------------------------------

    def svg(self) -> str:
        """The whole drawing."""
        r, k = self.run, self.row
        ways = self.ways()
        self.sheet.marks += self.roads.drawn_marks()
        for most, bands in ((3, 0), (2, 0), (1, 0), (0, 0), (1, 2), (0, 4)):  # names go before numbers
            self._clear(bands)
            self.dimensions(most)
            if self.names():
                break
        self.beyond()
        self.times()
        arrows = self.lanes() if self.start else ""
        self._crop()
        seen = Box(-6.0, self.box.top - 6.0, WIDTH + 6.0, self.bottom)
        ground = self.roads.surface(seen) + self.roads.marks(seen) + arrows + self.roads.furniture(r, k)
        parts = ground + ways + bodies(r, k, reversed(self.users), self.frame) + self.contact()
        drawn = [*self.sheet.ways, *self.sheet.marks, *self.outlines.values()]
        if any(y > self.bottom + 1.0 for points in drawn for _, y in points):  # it would run through the scale
            below = f"M-1 {num(self.bottom)}h{num(WIDTH + 2)}v{num(_BAND + 4)}h-{num(WIDTH + 2)}Z"
            parts += f'<path class="wm-band" d="{below}"/>'
        self.lines += self.legend()
        parts += f'<path class="wm-dim" d="{self.lines}"/>'
        parts += self.words
        about = say("Top view, to scale, at {time:.1f} s", time=float(r.time[k]))
        described = token(joined([about, *self.told]))
        box = f"0 {num(self.box.top)} {num(WIDTH)} {num(self.box.bottom - self.box.top)}"
        return f'<svg viewBox="{box}" role="img" aria-label="{described}">{parts}</svg>'


def _longest(said: Said) -> str:
    """As the language says it that needs the most room."""
    return max((languages.language(code).words(said) for code in languages.CODES), key=width)


def _text(placed: Candidate, said: Said, style: str = "") -> str:
    return f'<text{style} x="{placed.x:.0f}" y="{placed.y:.0f}">{token(said)}</text>'
