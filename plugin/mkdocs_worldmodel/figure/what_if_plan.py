# The top view of a `what_if` figure: the ego's way in every branch, from where they part to one moment, to scale.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from mkdocs_worldmodel.analysis.differences import displacement
from mkdocs_worldmodel.analysis.said import Said, joined, say, token
from mkdocs_worldmodel.analysis.wording import called
from mkdocs_worldmodel.figure import languages
from mkdocs_worldmodel.figure.plan_bodies import bodies, corners, shape
from mkdocs_worldmodel.figure.plan_frame import WIDTH, Frame, slim
from mkdocs_worldmodel.figure.plan_labels import FONT, Box, Candidate, Sheet, beside, segments, width
from mkdocs_worldmodel.figure.plan_roads import Roads
from mkdocs_worldmodel.figure.svg import F8, num, outline
from mkdocs_worldmodel.figure.what_if_ways import LETTERS, MOVED, Ways

FARTHEST = 80.0
"""The ego's ways are drawn up to this length at most [m]: a picture shows little more."""
_BAND = FONT + 6.0
"""Free above the picture for words, and below it for the scale [px]."""
_NAMES = 3
"""So many others have their names in a picture at most."""
_BANDS = (0, 1, 2, 3)
"""So many bands more for words are tried above the picture."""


def top(ways: Ways) -> dict[str, Any]:
    """The view (svg, caption)."""
    plan = _Plan(ways)
    caption = say(
        "The ego's ways from {start:.1f} s to {time:.1f} s, to scale. The others as they then are in {letter}; "
        "in the line of a branch where they are elsewhere in it.",
        start=ways.start, time=plan.time, letter=LETTERS[0],
    )  # fmt: skip
    return {"svg": plan.svg(), "caption": caption}


class _Plan:
    def __init__(self, ways: Ways) -> None:
        self.ways, self.first = ways, ways.first
        moment = self._moment()
        self.time = moment * ways.dt
        self.rows = [min(moment, a.last) for a in ways.analyses]
        """Of each branch the row that is shown."""
        network = ways.ways[0].scenario.network
        self.frame = self._window()
        self.frame = self.frame.as_high(*Roads(network, self.frame).extent(int(ways.runs[0].road[self.first, 0])))
        self.roads = Roads(network, self.frame)
        self.others = self._others()
        self.egos = [corners(run, row, 0, self.frame) for run, row in zip(ways.runs, self.rows, strict=True)]
        self.bottom = -self.frame.low[1] * self.frame.scale
        self.lines, self.words = "", ""
        self.told: list[Said] = []

    def _moment(self) -> int:
        """The row up to which ways are drawn: the telling one, if they are not too long by then."""
        ways, wish = self.ways, self.ways.moment
        row = round((wish if wish > ways.start + 1.0 else ways.common_end) / ways.dt)
        for run, analysis in zip(ways.runs, ways.analyses, strict=True):
            rows = slice(self.first, analysis.last + 1)
            steps = np.hypot(np.diff(run.x[rows, 0]), np.diff(run.y[rows, 0]))
            row = min(row, self.first + int(np.searchsorted(np.cumsum(steps), FARTHEST)))
        return max(row, self.first + 1)

    def _window(self) -> Frame:
        run, k = self.ways.runs[0], self.first
        heading = float(run.heading[k, 0])
        frame = Frame(float(run.x[k, 0]), float(run.y[k, 0]), float(np.cos(heading)), float(np.sin(heading)), 1.0)

        def box(run_of: int, row: int, i: int) -> tuple[F8, F8]:
            return frame.metres(*self.ways.analyses[run_of].readings.box(i).at(row).corners())

        def groups() -> Iterator[tuple[F8, F8]]:
            egos = [box(0, k, 0), *(box(b, row, 0) for b, row in enumerate(self.rows))]
            yield np.concatenate([u for u, _ in egos]), np.concatenate([v for _, v in egos])
            there = [i for i in range(1, len(run.names)) if run.present[self.rows[0], i]]
            apart = np.hypot(*(w[self.rows[0]] - w[self.rows[0], :1] for w in (run.x, run.y)))
            yield from (box(0, self.rows[0], i) for i in sorted(there, key=lambda i: float(apart[i])))

        return frame.around(groups())

    def _others(self) -> list[int]:
        """Who is in the picture beside the ego, as in the first branch; the nearest first."""
        run, k = self.ways.runs[0], self.rows[0]
        seen = self.frame.shows(run.x[k], run.y[k], 0.0) & (run.present[k] == 1)
        apart = np.hypot(run.x[k] - run.x[k, 0], run.y[k] - run.y[k, 0])
        return [i for i in np.argsort(apart, kind="stable").tolist() if i and seen[i]]

    # -- what is drawn ---------------------------------------------------------------------------------------

    def _ways(self) -> str:
        """The ego's way in each branch, and the ego at its end."""
        out = ""
        for i in reversed(range(len(self.ways))):  # the first lies on top
            run = self.ways.runs[i]
            rows = list(range(self.first, self.rows[i] + 1))
            px, py = slim(*self.frame.of(run.x[rows, 0], run.y[rows, 0]))
            self.sheet.ways += segments(px, py)
            out += f'<path class="wm-line wm-line-{i + 1}" d="{outline(px, py, parts=10)}"/>'
        return out

    def _elsewhere(self) -> str:
        """Other road users in the other branches, where they are not where they are in the first."""
        out = ""
        for b in range(1, len(self.ways)):
            run, row = self.ways.runs[b], self.rows[b]
            if row != self.rows[0]:
                continue  # it ended earlier
            moved = np.flatnonzero(displacement(run, self.ways.runs[0], row)[row] > MOVED)
            seen = [i for i in moved.tolist() if i and self.frame.shows(run.x[[row], i], run.y[[row], i], 0.0).all()]
            if seen:
                data = "".join(shape(run, row, i, self.frame) for i in seen)
                out += f'<path class="wm-branch wm-ghost wm-line-{b + 1}" d="{data}"/>'
        return out

    def _egos(self) -> str:
        out = ""
        for i in reversed(range(len(self.ways))):
            data = shape(self.ways.runs[i], self.rows[i], 0, self.frame)
            out += f'<path class="wm-branch wm-line-{i + 1}" d="{data}"/>'
        return out

    # -- words -----------------------------------------------------------------------------------------------

    def _clear(self, bands: int) -> None:
        """Begin the words anew, with so many bands more above the picture."""
        top = -self.frame.high[1] * self.frame.scale - (1 + bands) * _BAND
        self.box = Box(0.0, top, WIDTH, self.bottom + _BAND)
        cars = [corners(self.ways.runs[0], self.rows[0], i, self.frame) for i in self.others]
        start = corners(self.ways.runs[0], self.first, 0, self.frame)
        self.sheet = Sheet(Box(2.0, top, WIDTH - 2.0, self.bottom + 2.0), [*self.egos, *cars, start])
        self.lines, self.words, self.told = "", "", []

    def _branches_named(self) -> bool:
        """Name the ego of each branch; False where one has no room."""
        for i, around in enumerate(self.egos):
            others = [other for j, other in enumerate(self.egos) if j != i]
            full, short = self.ways.label(i), say("{letter}", letter=LETTERS[i])
            if not (self._put(full, around, others, 20.0) or self._put(short, around, others, 30.0)):
                return False
            self.told.append(full)
        return True

    def _others_named(self) -> None:
        run, k = self.ways.runs[0], self.rows[0]
        for i in self.others[:_NAMES]:
            around = corners(run, k, i, self.frame)
            name = called(run.names[i][:24], run.kinds[i], article=False)
            if self._put(name, around, self.egos, 3.9):
                self.told.append(name)

    def _put(self, said: Said, around: list[tuple[float, float]], others: list[Any], worst: float) -> bool:
        text = max((languages.language(code).words(said) for code in languages.CODES), key=width)
        placed = self.sheet.place(beside(text, around, others), worst)
        if placed is None:
            return False
        self.words += f'<text x="{placed.x:.0f}" y="{placed.y:.0f}">{token(said)}</text>'
        self.lines += placed.data
        return True

    def _scale(self) -> None:
        metres = next(m for m in (5.0, 10.0, 20.0) if m * self.frame.scale > 44.0)
        right, y = WIDTH - 8.0, self.box.bottom - 12.0
        left = right - metres * self.frame.scale
        self.lines += f"M{num(left)} {num(y - 4)}v8m0 -4H{num(right)}m0 -4v8"
        said = say("{distance:.0f} m", distance=metres)
        at = Candidate(str(said), left - 30.0, y + 6.0)
        self.words += f'<text class="wm-number" x="{at.x:.0f}" y="{at.y:.0f}">{token(said)}</text>'

    # -- picture ---------------------------------------------------------------------------------------------

    def svg(self) -> str:
        """The whole drawing."""
        run, k = self.ways.runs[0], self.rows[0]
        for bands in _BANDS:
            self._clear(bands)
            drawn = self._ways()
            self.sheet.marks += self.roads.drawn_marks()
            if self._branches_named():
                break
        self._others_named()
        tops = [b.top for b in self.sheet.boxes] + [y for line in self.sheet.lines for _, y in line]
        self.box = replace(self.box, top=max(self.box.top, min(-self.frame.high[1] * self.frame.scale,
                                                               min(tops, default=np.inf) - 3.0)))  # fmt: skip
        seen = Box(-6.0, self.box.top - 6.0, WIDTH + 6.0, self.bottom)
        parts = self.roads.surface(seen) + self.roads.marks(seen) + self.roads.furniture(run, k)
        parts += f'<path class="wm-car wm-ghost" d="{shape(run, self.first, 0, self.frame)}"/>'
        parts += bodies(run, k, reversed(self.others), self.frame) + self._elsewhere() + drawn + self._egos()
        below = f"M-1 {num(self.bottom)}h{num(WIDTH + 2)}v{num(_BAND + 4)}h-{num(WIDTH + 2)}Z"
        parts += f'<path class="wm-band" d="{below}"/>'
        self._scale()
        parts += f'<path class="wm-dim" d="{self.lines}"/>{self.words}'
        about = say("Top view, to scale, at {time:.1f} s", time=self.time)
        box = f"0 {num(self.box.top)} {num(WIDTH)} {num(self.box.bottom - self.box.top)}"
        described = token(joined([about, *self.told]))
        return f'<svg viewBox="{box}" role="img" aria-label="{described}">{parts}</svg>'
