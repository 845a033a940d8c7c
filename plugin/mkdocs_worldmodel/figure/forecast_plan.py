# The top view of a `forecast` figure, to scale: the fan of each road user's futures over what then happened.

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.said import Said, joined, replaced, say, token
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import forecast_lines, languages
from mkdocs_worldmodel.figure.forecast_fan import Fan
from mkdocs_worldmodel.figure.forecast_window import window
from mkdocs_worldmodel.figure.plan_bodies import bodies, corners, shape
from mkdocs_worldmodel.figure.plan_frame import WIDTH, Frame, slim
from mkdocs_worldmodel.figure.plan_labels import FONT, Box, Candidate, Point, Sheet, beside, segments, width
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import F8, num, outline

FEWEST_BYTES = 800
"""The lines of futures may have so many in any case."""
_STANDS = 3.0
"""Who goes less far than this in the picture has no line [px]."""
_BAND = FONT + 6.0
"""Free above the picture for words, and below it for the scale [px]."""
_BANDS = (0, 1, 2, 3)
"""So many bands more for words are tried above the picture."""
_LOWEST = 0.13
"""A picture is at least so high, of its width."""
_LONGEST = 24
"""Letters of a name at most."""


def top(fan: Fan, most: int) -> dict[str, Any]:
    """The view (svg, caption), of so many bytes at most where fewer futures can stand for all."""
    plan = _Plan(fan)
    svg = plan.svg(most)
    caption = say(
        "{count} futures from {at:.1f} s on, to scale: a thin line each, with a bar where it is after {horizon:.1f} s. "
        "Thick, with a dot every second: what then happened.",
        count=fan.count, at=fan.at, horizon=fan.horizon,
    )  # fmt: skip
    if plan.drawn < fan.count:
        caption = joined([caption, say("{drawn} of them are drawn.", drawn=plan.drawn)], "{a} {b}")
    return {"svg": svg, "caption": caption}


class _Plan:
    """Draws it.

    Attributes:
        drawn: how many futures have a line.
    """

    def __init__(self, fan: Fan) -> None:
        self.fan, self.run, self.row = fan, fan.run, fan.row
        self.frame = _with_room(window(fan))
        self.roads = Roads(fan.scenario.network, self.frame)
        self.bottom = -self.frame.low[1] * self.frame.scale
        self.users = self._in_frame()
        self.outlines = {i: corners(self.run, self.row, i, self.frame) for i in self.users}
        self.sheet_ways = [line for i in self.users for line in segments(*self._truth(i))]
        self.drawn = 0
        self.lines, self.words = "", ""
        self.told: list[Said] = []

    def _in_frame(self) -> list[int]:
        """Who is in the picture: who is told of first, then the rest."""
        r, k = self.run, self.row
        seen = self.frame.shows(r.x[k], r.y[k], 0.0) & (r.present[k] == 1)
        seen[0] = True
        return [i for i in dict.fromkeys([*self.fan.told, *range(len(r.names))]) if seen[i]]

    # -- lines -----------------------------------------------------------------------------------------------

    def _truth(self, i: int) -> tuple[F8, F8]:
        """Where a road user then went [px], every 0.1 s and at the end."""
        last = self.row + self.fan.known
        rows = [*range(self.row, last, max(1, round(0.1 / self.fan.dt))), last]
        x, y = self.run.x[rows, i], self.run.y[rows, i]
        px, py = self.frame.of(x, y)
        return px, np.where(self.frame.shows(x, y, 6.0) & (self.run.present[rows, i] == 1), py, np.nan)

    def truths(self) -> str:
        """What then happened."""
        lines: dict[int, str] = {}
        dots: dict[int, str] = {}
        for i in self.fan.there:
            px, py = self._truth(i)
            seen = np.isfinite(py)
            if not seen.any() or np.hypot(np.ptp(px[seen]), np.ptp(py[seen])) < _STANDS:
                continue
            style, second = self.fan.style(i), round(1.0 / max(1, round(0.1 / self.fan.dt)) / self.fan.dt)
            lines[style] = lines.get(style, "") + outline(*slim(px, py), parts=10)
            at = np.arange(second, len(px), second)
            if not style:  # of whom nothing is told
                continue
            points = [f"M{num(x)} {num(y)}h0" for x, y in zip(px[at], py[at], strict=True) if np.isfinite(y)]
            dots[style] = dots.get(style, "") + "".join(points)
        ground = "".join(lines.values())
        out = f'<path fill="none" stroke="var(--wm-ground)" stroke-width="4" stroke-linecap="round" d="{ground}"/>'
        for style, d in lines.items():
            faint = "" if style else ' stroke-opacity=".5"'
            out += f'<path {_stroke(style)}{faint} stroke-width="2.5" stroke-linecap="round" d="{d}"/>'
            if dots.get(style):
                out += f'<path {_stroke(style)} stroke-width="7" stroke-linecap="round" d="{dots[style]}"/>'
        return out if lines else ""

    def ends(self) -> str:
        """Who is told of, in outline where it is when it is no longer known what happened."""
        last, data = self.row + self.fan.known, {"": "", " wm-ego": ""}
        for i in self.fan.told:
            moved = np.hypot(
                self.run.x[last, i] - self.run.x[self.row, i], self.run.y[last, i] - self.run.y[self.row, i]
            )
            if self.run.present[last, i] and moved > self.run.length[i]:
                data["" if i else " wm-ego"] += shape(self.run, last, i, self.frame)
        return "".join(f'<path class="wm-car wm-ghost{who}" d="{d}"/>' for who, d in data.items() if d)

    def bodies(self) -> str:
        """Everyone at the forecast's moment, who is told of in its own colour."""
        rest = [i for i in self.users if not self.fan.style(i)]
        out = bodies(self.run, self.row, reversed(rest), self.frame)
        for i in reversed(self.users):
            if style := self.fan.style(i):
                out += f'<path class="wm-branch wm-line-{style}" d="{shape(self.run, self.row, i, self.frame)}"/>'
        return out

    # -- words -----------------------------------------------------------------------------------------------

    def _clear(self, bands: int) -> None:
        """Begin the words anew, with so many bands more above the picture."""
        top = -self.frame.high[1] * self.frame.scale - (1 + bands) * _BAND
        self.box = Box(0.0, top, WIDTH, self.bottom + _BAND)
        self.sheet = Sheet(Box(2.0, top, WIDTH - 2.0, self.bottom + 2.0), self.outlines.values())
        self.sheet.ways += self.sheet_ways
        self.sheet.marks += self.roads.drawn_marks()
        self.lines, self.words, self.told = "", "", []

    def _names(self) -> bool:
        """Who is who, and how fast, of all who are told of; False where one has no room."""
        found = True
        for i in (i for i in self.users if i in self.fan.told):
            speed = 3.6 * float(self.run.speed[self.row, i])
            name = called(self.run.names[i][:_LONGEST], self.run.kinds[i], article=False)
            said = say("{who} {speed:.0f} km/h", who=name, speed=speed)
            others = [around for j, around in self.outlines.items() if j != i]
            if self._put(said, self.outlines[i], others):
                self.told.append(said)
            else:
                found = False
        return found

    def _put(self, said: Said, around: list[Point], others: list[list[Point]]) -> bool:
        text = max((languages.language(code).words(said) for code in languages.CODES), key=width)
        placed = self.sheet.place(beside(text, around, others))
        if placed is None:
            return False
        self.words += f'<text x="{placed.x:.0f}" y="{placed.y:.0f}">{token(said)}</text>'
        self.lines += placed.data
        return True

    def _scale(self) -> None:
        metres = next(m for m in (5.0, 10.0, 20.0, 50.0) if m * self.frame.scale > 44.0)
        right, y = WIDTH - 8.0, self.box.bottom - 12.0
        left = right - metres * self.frame.scale
        self.lines += f"M{num(left)} {num(y - 4)}v8m0 -4H{num(right)}m0 -4v8"
        said = say("{distance:.0f} m", distance=metres)
        at = Candidate(str(said), left - 30.0, y + 6.0)
        self.words += f'<text class="wm-number" x="{at.x:.0f}" y="{at.y:.0f}">{token(said)}</text>'

    # -- picture ---------------------------------------------------------------------------------------------

    def svg(self, most: int) -> str:
        """The whole drawing, of so many bytes."""
        run, k = self.run, self.row
        for bands in _BANDS:
            self._clear(bands)
            if self._names():
                break
        tops = [b.top for b in self.sheet.boxes] + [y for line in self.sheet.lines for _, y in line]
        needed = min(-self.frame.high[1] * self.frame.scale, min(tops, default=np.inf) - 3.0)
        self.box = replace(self.box, top=max(self.box.top, needed))
        seen = Box(-6.0, self.box.top - 6.0, WIDTH + 6.0, self.bottom)
        ground = self.roads.surface(seen) + self.roads.marks(seen) + self.roads.furniture(run, k)
        ground += self.ends() + self.truths()
        below = f"M-1 {num(self.bottom)}h{num(WIDTH + 2)}v{num(_BAND + 4)}h-{num(WIDTH + 2)}Z"
        above = self.bodies() + f'<path class="wm-band" d="{below}"/>'
        self._scale()
        above += f'<path class="wm-dim" d="{self.lines}"/>{self.words}'
        about = say("Top view, to scale, at {time:.1f} s", time=self.fan.at)
        box = f"0 {num(self.box.top)} {num(WIDTH)} {num(self.box.bottom - self.box.top)}"
        described = token(joined([about, *self.told]))
        left = most - len(replaced(ground + above + described, str))
        fans, self.drawn = forecast_lines.fans(self.fan, self.frame, max(left, FEWEST_BYTES))
        lines = ""
        for style, d in sorted(fans.items(), reverse=True):  # the ego's lies on top
            if d:
                lines += f'<path {_stroke(style)} stroke-width=".9" stroke-opacity=".6" d="{d}"/>'
        return f'<svg viewBox="{box}" role="img" aria-label="{described}">{ground}{lines}{above}</svg>'


def _with_room(frame: Frame) -> Frame:
    """A window on a straight road is flat: names need room below it too."""
    room = max(0.0, _LOWEST * (frame.high[0] - frame.low[0]) - (frame.high[1] - frame.low[1]))
    return replace(frame, low=(frame.low[0], frame.low[1] - room))


def _stroke(style: int) -> str:
    """A line in a road user's colour; that of the text for those who have none."""
    return f'fill="none" stroke="{f"var(--wm-{style})" if style else "currentColor"}"'
