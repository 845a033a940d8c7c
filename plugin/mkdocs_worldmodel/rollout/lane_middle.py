# The middles of lanes as piecewise polynomials along their roads: where a lane runs, and how long it is.
# Lane widths are cubics and curvature is linear in s, so both are exact.

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Cubic, LaneSection, Road

F8 = npt.NDArray[np.float64]

Polynomial = tuple[float, float, float, float]


class LaneMiddles:
    """The middles of M lanes as arrays, so that many are asked at once.

    Attributes:
        start: (M, K) where each piece begins [m]; padded with infinity.
        plain: (M,) true where t never changes; `t` is then `constant`.
        constant: (M,) t of the first piece [m].
        bend: (M,) heading of the road's reference line at s = 0 [rad].
    """

    def __init__(self, lanes: Sequence[tuple[Road, int]], *, exit_at_end: Sequence[bool]) -> None:
        """Tabulate lanes.

        Args:
            lanes: road and lane id in the section where the lane is left
            exit_at_end: whether that is the road's last section, else its first
        """
        found = [list(_pieces(road, lane, last)) for (road, lane), last in zip(lanes, exit_at_end, strict=True)]
        most = max(map(len, found))
        self.start: F8 = np.full((len(found), most), np.inf)
        self._t: F8 = np.zeros((4, len(found), most))
        self._shift: F8 = np.zeros((5, len(found), most))
        self._before: F8 = np.zeros((len(found), most))
        for m, pieces in enumerate(found):
            for k, (s, p, curvature, sharpness, before) in enumerate(pieces):
                self.start[m, k], self._t[:, m, k], self._before[m, k] = s, p, before
                self._shift[:, m, k] = _integrand(p, curvature, sharpness)
        self.constant: F8 = self._t[0, :, 0].copy()
        self.plain = ~self._t[1:].any(axis=(0, 2)) & np.array([len({p[0] for _, p, *_ in f}) == 1 for f in found])
        lines = ReferenceLines([road for road, _ in lanes])
        self.bend: F8 = lines.heading_at(np.arange(len(found)), np.zeros(len(found)))

    def t(self, lane: npt.NDArray[np.intp], s: F8) -> F8:
        """Lateral position of the middles at s [m]; `lane` and s of one shape."""
        at, ds = self._piece(lane, s)
        a, b, c, d = (each[at] for each in self._t)
        t: F8 = a + ds * (b + ds * (c + ds * d))
        return t

    def metres(self, lane: npt.NDArray[np.intp], s: F8) -> F8:
        """Length of the middles from the road's begin to s [m]: ∫ (1 - t κ) ds, as everywhere along lanes."""
        at, ds = self._piece(lane, s)
        a, b, c, d, e = (each[at] for each in self._shift)
        metres: F8 = s - self._before[at] - ds * (a + ds * (b + ds * (c + ds * (d + ds * e))))
        return metres

    def _piece(self, lane: npt.NDArray[np.intp], s: F8) -> tuple[tuple[npt.NDArray[np.intp], ...], F8]:
        index = np.zeros(s.shape, dtype=np.intp)
        for k in range(1, self.start.shape[1]):
            index += s >= self.start[lane, k]
        at = (lane, index)
        return at, s - self.start[at]


def _integrand(p: Polynomial, curvature: float, sharpness: float) -> tuple[float, ...]:
    """Coefficients of ∫ t κ ds / ds over one piece, lowest first."""
    a, b, c, d = p
    return (
        a * curvature,
        (b * curvature + a * sharpness) / 2.0,
        (c * curvature + b * sharpness) / 3.0,
        (d * curvature + c * sharpness) / 4.0,
        d * sharpness / 5.0,
    )


def _pieces(road: Road, lane: int, last: bool) -> Iterator[tuple[float, Polynomial, float, float, float]]:
    """Pieces (s, polynomial of t, curvature, its slope, ∫ t κ ds before) of a lane's middle."""
    ids = _ids(road, lane, last)
    breaks = {0.0, *(g.s for g in road.geometries), *(c.s for c in road.lane_offset)}
    for section in road.sections:
        breaks |= {section.s, *(section.s + c.s for ln in section.lanes for c in ln.widths)}
    line, before = ReferenceLines([road]), 0.0
    inside = sorted(s for s in breaks if 0.0 <= s < road.length)
    for s, end in zip(inside, [*inside[1:], road.length], strict=True):
        index = max(i for i, section in enumerate(road.sections) if section.s <= s or i == 0)
        p = _middle(road, road.sections[index], ids[index], s)
        at = np.array([s])
        curvature = float(line.curvature_at(0, at)[0])
        sharpness = float(line.curvature_at(0, np.array([0.5 * (s + end)]))[0] - curvature) / (0.5 * (end - s))
        yield s, p, curvature, sharpness, before
        ds, total = end - s, 0.0
        for coefficient in reversed(_integrand(p, curvature, sharpness)):
            total = coefficient + ds * total
        before += ds * total


def _ids(road: Road, lane: int, last: bool) -> list[int]:
    """Ids of a lane in each section, followed through links from the last (or first) section.

    Where a link is missing, the lane of the same id is meant.
    """
    ids = [lane] * len(road.sections)
    order = range(len(ids) - 2, -1, -1) if last else range(1, len(ids))
    for i in order:
        known = i + 1 if last else i - 1
        lanes = {ln.id: ln for ln in road.sections[known].lanes}
        here = lanes.get(ids[known])
        link = (here.predecessor if last else here.successor) if here is not None else None
        ids[i] = link if link is not None else ids[known]
    return ids


def _middle(road: Road, section: LaneSection, lane: int, s: float) -> Polynomial:
    """Of t around s; of the outermost lane where the section has none of that id."""
    sign = 1 if lane > 0 else -1
    total = np.array(_around(road.lane_offset, s))
    side = section.side(sign)
    for each in side:
        width = sign * np.array(_around(each.widths, s - section.s))
        if each.id == lane or each is side[-1]:
            total += 0.5 * width
            break
        total += width
    a, b, c, d = total.tolist()
    return a, b, c, d


def _around(cubics: Sequence[Cubic], s: float) -> Polynomial:
    """The polynomial that holds at s, in powers of the distance from s."""
    held = [c for c in cubics if c.s <= s]
    if not held:
        return 0.0, 0.0, 0.0, 0.0
    p = held[-1]
    h = s - p.s
    return (p.a + h * (p.b + h * (p.c + h * p.d)), p.b + h * (2.0 * p.c + 3.0 * p.d * h), p.c + 3.0 * p.d * h, p.d)
