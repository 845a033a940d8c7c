# Reference lines of OpenDRIVE (1.8, chapter 9): lines, arcs and spirals as they are; cubic polynomials as short
# clothoids that keep within a millimetre of them.

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.interchange.xml_tree import Element, XmlReading
from mkdocs_worldmodel.scenario.geometry import chain, pose_on
from mkdocs_worldmodel.scenario.road import Geometry

F8 = npt.NDArray[np.float64]
Pose = tuple[float, float, float]

_SHORTEST = 1e-6
"""Pieces below this are rounding, not road [m]."""
_MOST_TURN = 1.5
"""Of one clothoid [rad]: so far its quadrature is exact."""
_MOST_COILS = 200.0
"""Of one arc or spiral [rad]."""
_WITHIN = 1e-3
"""How far a clothoid may be from the polynomial for which it stands [m]."""
_SLIDE = 0.01
"""How far points may slide along a polynomial whose length is not what the file says [m]."""
_FINEST = 0.5
"""Clothoids for a polynomial do not get shorter than this for the sake of `_SLIDE` [m]."""
_GRID = 4096
"""Most intervals for the arc length of a polynomial."""
_MOST_PIECES = 2000
"""Of one reference line."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


def read_line(reading: XmlReading, road: Element) -> tuple[Geometry, ...]:
    """The reference line of a <road>; headings count on from piece to piece, they do not wrap."""
    pieces: list[Geometry] = []
    end = 0.0
    for geometry in road.all("planView", "geometry"):
        s = reading.number(geometry, "s", low=0.0, high=1e6)
        length = reading.number(geometry, "length", low=0.0, high=1e6)
        pose = (
            reading.number(geometry, "x"),
            reading.number(geometry, "y"),
            reading.number(geometry, "hdg", low=-1e4, high=1e4),
        )
        if length < _SHORTEST:
            continue
        if pieces and abs(s - end) > 0.01:
            road_id = road.attributes.get("id", "")[:40]
            reading.note(f"road {road_id}: a piece of its line begins at {s:.3f} m, the one before ends at {end:.3f} m")
        if pieces and s <= pieces[-1].s:
            reading.wrong_at(geometry, f"s of <geometry> is {s:g} and does not rise", f"more than {pieces[-1].s:g}")
            continue
        end = s + length
        pieces += _shape(reading, geometry, s, length, pose)
        if len(pieces) > _MOST_PIECES:
            reading.wrong_at(geometry, f"the road's line takes more than {_MOST_PIECES} pieces", "split the road")
            return ()
    if not pieces:
        reading.wrong_at(road, "the road has no line", "<planView> with a <geometry> of some length is needed")
    return _counting_on(pieces)


def _shape(reading: XmlReading, at: Element, s: float, length: float, pose: Pose) -> list[Geometry]:
    shape = next((c for c in at.children if c.name in {"line", "arc", "spiral", "poly3", "paramPoly3"}), None)
    if shape is None:
        reading.wrong_at(at, "the <geometry> has no shape that is known", "line, arc, spiral, poly3 or paramPoly3")
        return []
    if shape.name == "line":
        return _moved(chain([(length, 0.0, 0.0)], pose), s)
    if shape.name == "arc":
        curvature = reading.number(shape, "curvature")
        return _moved(chain(_bounded(reading, shape, length, curvature, curvature), pose), s)
    if shape.name == "spiral":
        k0, k1 = reading.number(shape, "curvStart"), reading.number(shape, "curvEnd")
        return _moved(chain(_bounded(reading, shape, length, k0, k1), pose), s)
    return _polynomial(reading, shape, s, length, pose)


def _moved(pieces: tuple[Geometry, ...], s: float) -> list[Geometry]:
    return [Geometry(s + g.s, g.x, g.y, g.heading, g.length, g.curvature_start, g.curvature_end) for g in pieces]


def _bounded(reading: XmlReading, at: Element, length: float, k0: float, k1: float) -> list[tuple[float, float, float]]:
    """A clothoid as several, none of which turns more than is computed exactly."""
    turn = max(abs(k0), abs(k1)) * length
    if turn > _MOST_COILS:
        reading.wrong_at(at, f"the {at.name} turns by {turn:.3g} rad", f"{_MOST_COILS:g} rad are the most")
        return []
    n = 1 if k0 == k1 else max(1, math.ceil(turn / _MOST_TURN))
    k = np.linspace(k0, k1, n + 1).tolist()
    return [(length / n, a, b) for a, b in pairwise(k)]


def _counting_on(pieces: list[Geometry]) -> tuple[Geometry, ...]:
    """Headings that follow on one another: files give them anywhere between -2π and 2π."""
    out: list[Geometry] = []
    end = pieces[0].heading if pieces else 0.0
    for g in pieces:
        heading = g.heading + 2.0 * math.pi * round((end - g.heading) / (2.0 * math.pi))
        out.append(Geometry(g.s, g.x, g.y, heading, g.length, g.curvature_start, g.curvature_end))
        end = heading + 0.5 * (g.curvature_start + g.curvature_end) * g.length
    return tuple(out)


# -- polynomials -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Curve:
    """(u, v) as cubics of p, tabulated by arc length."""

    u: tuple[float, ...]
    v: tuple[float, ...]
    p: F8
    metres: F8
    """Arc length up to each p [m]."""
    heading: F8
    """At each p, counting on [rad]."""

    def at(self, metres: F8) -> tuple[F8, F8, F8, F8]:
        """u, v [m], heading [rad] and curvature [1/m] after so many metres."""
        p = np.interp(metres, self.metres, self.p)
        du, dv = _value(self.u, p, 1), _value(self.v, p, 1)
        speed = np.hypot(du, dv)
        curvature = (du * _value(self.v, p, 2) - dv * _value(self.u, p, 2)) / speed**3
        rough = np.interp(metres, self.metres, self.heading)
        exact = np.arctan2(dv, du)
        heading = exact + 2.0 * math.pi * np.round((rough - exact) / (2.0 * math.pi))
        return _value(self.u, p, 0), _value(self.v, p, 0), heading, curvature


def _value(c: tuple[float, ...], p: F8, derivative: int) -> F8:
    a, b, cc, d = c
    if derivative == 0:
        return a + p * (b + p * (cc + p * d))
    if derivative == 1:
        return b + p * (2.0 * cc + p * 3.0 * d)
    return 2.0 * cc + p * 6.0 * d


def _polynomial(reading: XmlReading, shape: Element, s: float, length: float, pose: Pose) -> list[Geometry]:
    """Clothoids for poly3 and paramPoly3.

    They lie along the curve by its arc length, from its begin to its end. Where p is not the arc length, as the
    standard asks for, points slide along the curve; it stays the same curve.
    """
    explicit = shape.name == "poly3"
    v = tuple(reading.number(shape, key if explicit else f"{key}V") for key in "abcd")
    u = (0.0, 1.0, 0.0, 0.0) if explicit else tuple(reading.number(shape, f"{key}U") for key in "abcd")
    normalised = not explicit and shape.attributes.get("pRange", "normalized") == "normalized"
    with np.errstate(all="ignore"):  # what overflows is no curve
        curve = _tabulate(u, v, 1.0 if normalised else length, length)
    if curve is None:
        reading.wrong_at(shape, f"the {shape.name} turns on the spot or does not end", "it must be a smooth curve")
        return []
    whole = float(curve.metres[-1])
    if explicit:  # its p runs along the chord: the curve ends after the piece's length
        whole = min(whole, length)
    squeeze = length / whole
    if abs(squeeze - 1.0) > 0.01:
        reading.note(
            f"line {shape.line}: the {shape.name} is {whole:.2f} m long, the file says {length:.2f} m: points slide "
            "along it"
        )
    return _fit(curve, whole, squeeze, s, pose)


def _tabulate(u: tuple[float, ...], v: tuple[float, ...], last: float, length: float) -> _Curve | None:
    p = np.linspace(0.0, last, min(_GRID, max(64, math.ceil(length / 0.1))) + 1)
    half = 0.5 * (p[1:] - p[:-1])
    nodes = 0.5 * (p[1:] + p[:-1])[:, None] + half[:, None] * _NODES
    speed = np.hypot(_value(u, nodes, 1), _value(v, nodes, 1))
    metres = np.concatenate([[0.0], np.cumsum(half * (speed @ _WEIGHTS))])
    slowest = np.hypot(_value(u, p, 1), _value(v, p, 1)).min() * last
    if not np.isfinite(metres[-1]) or slowest < 1e-3 * length or metres[-1] > 100.0 * length:
        return None
    heading = np.unwrap(np.arctan2(_value(v, p, 1), _value(u, p, 1)))
    return _Curve(u, v, p, metres, heading)


def _fit(curve: _Curve, whole: float, squeeze: float, s: float, pose: Pose) -> list[Geometry]:
    """Clothoids over stretches that are halved until they fit, `squeeze` metres of road for each of the curve."""
    longest = max(_FINEST, _SLIDE / max(abs(squeeze - 1.0), 1e-9))
    count = max(1, math.ceil(whole / longest), math.ceil(whole / 50.0))
    borders = np.linspace(0.0, whole, count + 1)
    waiting = list(reversed(list(pairwise(borders.tolist()))))
    out: list[Geometry] = []
    cos, sin = math.cos(pose[2]), math.sin(pose[2])
    while waiting and len(out) <= _MOST_PIECES:
        begin, end = waiting.pop()
        piece, misses = _clothoid(curve, begin, end)
        if misses > _WITHIN and end - begin > 0.05:
            middle = 0.5 * (begin + end)
            waiting += [(middle, end), (begin, middle)]
            continue
        x, y = pose[0] + cos * piece.x - sin * piece.y, pose[1] + sin * piece.x + cos * piece.y
        k0, k1 = piece.curvature_start / squeeze, piece.curvature_end / squeeze
        out.append(Geometry(s + begin * squeeze, x, y, pose[2] + piece.heading, piece.length * squeeze, k0, k1))
    return out


def _clothoid(curve: _Curve, begin: float, end: float) -> tuple[Geometry, float]:
    """The clothoid over a stretch that turns as much as the curve, and how far it comes off it [m]."""
    length = end - begin
    u, v, heading, curvature = curve.at(begin + length * np.array([0.0, 0.5, 1.0]))
    if not np.isfinite(curvature).all():
        curvature = np.zeros(3)
    level = (heading[2] - heading[0]) / length - 0.5 * (curvature[0] + curvature[2])
    k0, k1 = float(curvature[0] + level), float(curvature[2] + level)
    piece = Geometry(begin, float(u[0]), float(v[0]), float(heading[0]), length, k0, k1)
    whole = Geometry(0.0, piece.x, piece.y, piece.heading, length, k0, k1)
    misses = 0.0
    for i, part in ((1, 0.5), (2, 1.0)):
        x, y, _ = pose_on((whole,), part * length)
        misses = max(misses, math.hypot(x - u[i], y - v[i]))
    return piece, misses if abs(heading[2] - heading[0]) < _MOST_TURN else math.inf
