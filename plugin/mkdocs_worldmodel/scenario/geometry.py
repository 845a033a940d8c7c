# Exact positions on roads: (s, t) -> (x, y, heading) and back, vectorised over any shape of s and t.
# No BLAS and no library powers: the same bytes for any batch (DESIGN section 5).

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.road import Cubic, Geometry, Lane, LaneSection, Road

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]

# Gauss-Legendre nodes on [0, 1]: eight of them give a clothoid of up to 1.5 rad to 1e-12 m per metre.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NODES = 0.5 * (_NODES + 1.0)
_WEIGHTS = 0.5 * _WEIGHTS


class ReferenceLines:
    """The reference lines of R roads as arrays, so that many road users on many roads are placed at once.

    Attributes:
        s, x, y, heading, curvature, sharpness: (R, G) float64, the start values of each piece; short roads are
            padded with pieces that begin at infinity. `sharpness` is the change of curvature per metre [1/m²].
        length: (R,) float64 [m].
    """

    def __init__(self, roads: Sequence[Road]) -> None:
        most = max(len(r.geometries) for r in roads)
        shape = (len(roads), most)
        self.s: F8 = np.full(shape, np.inf)
        self.x, self.y, self.heading = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.curvature, self.sharpness = np.zeros(shape), np.zeros(shape)
        self.length: F8 = np.array([r.length for r in roads])
        for i, road in enumerate(roads):
            for j, g in enumerate(road.geometries):
                self.s[i, j], self.x[i, j], self.y[i, j], self.heading[i, j] = g.s, g.x, g.y, g.heading
                self.curvature[i, j] = g.curvature_start
                self.sharpness[i, j] = (g.curvature_end - g.curvature_start) / g.length
        self._starts = piece_starts(self.s)
        self._straight = not (self.curvature.any() or self.sharpness.any())
        self._along_x = self._straight and not self.heading.any()
        self._clothoids = bool(self.sharpness.any())
        self._single = shape == (1, 1)

    def _piece(self, row: Any, s: F8) -> tuple[Any, F8]:
        """Index of the piece that holds s (the first one also before 0), and the distance into it."""
        if self._single:
            return (0, 0), s
        index = find_piece(self._starts, row, s)
        return (row, index), s - self.s[row, index]

    def curvature_at(self, row: Any, s: F8) -> F8:
        """Curvature of the reference line [1/m] at s; `row` (int or array) tells which road."""
        if self._straight:
            return np.zeros(s.shape)
        at, ds = self._piece(row, s)
        curvature: F8 = self.curvature[at] + self.sharpness[at] * ds
        return curvature

    def heading_at(self, row: Any, s: F8) -> F8:
        """Heading of the reference line [rad] at s; it counts on, it does not wrap at π."""
        if self._along_x:
            return np.zeros(s.shape)
        at, ds = self._piece(row, s)
        heading: F8 = self.heading[at] + ds * (self.curvature[at] + 0.5 * self.sharpness[at] * ds)
        return heading

    def further(self, row: int, s: float, t: float, distance: float) -> float:
        """Return s of the point that lies `distance` metres further along a lane at t (negative: back)."""
        # a lane's metres up to s are s - t·heading(s): quadratic in each piece
        at = np.array([s])
        starts = self.s[row][np.isfinite(self.s[row])]
        metres = starts - t * self.heading[row, : len(starts)]
        wanted = s - t * float(self.heading_at(row, at)[0]) + distance
        j = max(0, int(np.searchsorted(metres, wanted, "right")) - 1)
        rest, b = wanted - float(metres[j]), 1.0 - t * float(self.curvature[row, j])
        root = b * b - 2.0 * t * float(self.sharpness[row, j]) * rest
        if b <= 0.0 or root < 0.0:  # the lane lies beyond the bend's centre: no such road can be built
            return s + distance
        return float(starts[j]) + 2.0 * rest / (b + math.sqrt(root))

    def pose(self, row: Any, s: F8, t: F8 | float = 0.0) -> tuple[F8, F8, F8]:
        """Return x, y [m] and the heading of the reference line [rad] at (s, t). Exact beyond the ends too."""
        at, ds = self._piece(row, s)
        h0, k0, k1 = self.heading[at], self.curvature[at], self.sharpness[at]
        heading = h0 + ds * (k0 + 0.5 * k1 * ds)
        # the chord of an arc: length ds·sinc(κ ds/2), direction half-way between its end headings
        half = 0.5 * k0 * ds
        chord = ds * np.sinc(half / np.pi)
        dx, dy = chord * np.cos(h0 + half), chord * np.sin(h0 + half)
        if self._clothoids:
            # a line or arc gives the same bytes whether or not another road of the batch has a clothoid
            bent = k1 != 0.0
            dx, dy = np.asarray(dx), np.asarray(dy)
            dx[bent], dy[bent] = _along_clothoids(ds[bent], h0[bent], k0[bent], k1[bent])
        x = self.x[at] + dx - t * np.sin(heading)
        y = self.y[at] + dy + t * np.cos(heading)
        return x, y, heading

    def project(self, row: int, x: F8, y: F8) -> tuple[F8, F8]:
        """Return (s, t) of the points nearest to (x, y) on one road: inverse of `pose`, by Newton's method.

        Exact to 1e-9 m where the road does not come within its own radius of curvature of itself; s is kept
        within the road.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        length = float(self.length[row])
        grid = np.linspace(0.0, length, max(2, int(length / 2.0) + 1))
        gx, gy, _ = self.pose(row, grid)
        flat_x, flat_y = x.ravel(), y.ravel()
        near = [int(np.argmin((gx - px) ** 2 + (gy - py) ** 2)) for px, py in zip(flat_x, flat_y, strict=True)]
        s = grid[np.array(near, dtype=np.intp)].reshape(x.shape)
        for _ in range(12):
            rx, ry, h = self.pose(row, s)
            along = (x - rx) * np.cos(h) + (y - ry) * np.sin(h)
            t = (y - ry) * np.cos(h) - (x - rx) * np.sin(h)
            slope = 1.0 - self.curvature_at(row, s) * t
            s = np.clip(s + along / np.where(np.abs(slope) < 0.1, 0.1, slope), 0.0, length)
        rx, ry, h = self.pose(row, s)
        return s, (y - ry) * np.cos(h) - (x - rx) * np.sin(h)


def _along_clothoids(ds: F8, h0: F8, k0: F8, k1: F8) -> tuple[F8, F8]:
    """From their beginnings to ds along clothoids, with heading, curvature and its change there (all of one shape)."""
    x, y = np.zeros(ds.shape), np.zeros(ds.shape)
    for u, w in zip(_NODES, _WEIGHTS, strict=True):
        v = u * ds
        angle = h0 + v * (k0 + 0.5 * k1 * v)
        x += w * np.cos(angle)
        y += w * np.sin(angle)
    return x * ds, y * ds


def piece_starts(starts: F8) -> F8:
    """Where the pieces of R roads begin, (R, P), as `find_piece` reads them: (R, power of two), ends at infinity."""
    width = 1 << (starts.shape[1] - 1).bit_length()
    padded = np.full((starts.shape[0], width), np.inf)
    padded[:, : starts.shape[1]] = starts
    return padded


def find_piece(starts: F8, row: Any, s: F8) -> npt.NDArray[np.intp]:
    """Which piece of a road holds s (the first one also before 0), by halving; `row` tells which road."""
    width = starts.shape[1]
    index, base = np.zeros(s.shape, dtype=np.intp), np.asarray(row) * width
    step = width >> 1
    while step:
        index += step * (s >= starts.take(base + index + step))
        step >>= 1
    return index


def chain(
    pieces: Sequence[tuple[float, float, float]], start: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> tuple[Geometry, ...]:
    """Join pieces (length [m], curvature at start, at end [1/m]) into a reference line.

    It begins at `start` (x, y [m], heading [rad]): where it is not said, at the origin along +x.
    """
    out: list[Geometry] = []
    s = 0.0
    x, y, heading = start
    for length, k0, k1 in pieces:
        out.append(Geometry(s, x, y, heading, length, k0, k1))
        x, y, heading = pose_on((Geometry(0.0, x, y, heading, length, k0, k1),), length)
        s += length
    return tuple(out)


def pose_on(geometries: tuple[Geometry, ...], s: float, t: float = 0.0) -> tuple[float, float, float]:
    """Return x, y [m] and heading [rad] of one point of a reference line, `t` metres to its left."""
    x, y, heading = ReferenceLines([Road("", 0.0, geometries, ())]).pose(0, np.array([s]), t)
    return float(x[0]), float(y[0]), float(heading[0])


def cut_line(geometries: tuple[Geometry, ...], begin: float, end: float) -> tuple[Geometry, ...]:
    """Return the part of a reference line from `begin` to `end` [m], its s counted from `begin`."""
    out: list[Geometry] = []
    for g in geometries:
        low, high = max(begin, g.s), min(end, g.s + g.length)
        if high <= low:
            continue
        whole = Geometry(0.0, g.x, g.y, g.heading, g.length, g.curvature_start, g.curvature_end)
        x, y, heading = pose_on((whole,), low - g.s) if low > g.s else (g.x, g.y, g.heading)
        sharpness = (g.curvature_end - g.curvature_start) / g.length
        k0, k1 = (g.curvature_start + sharpness * (each - g.s) for each in (low, high))
        out.append(Geometry(low - begin, x, y, heading, high - low, k0, k1))
    return tuple(out)


def cubic_at(cubics: Sequence[Cubic], s: F8 | float) -> F8:
    """Value of piecewise cubics at s [m]."""
    s = np.asarray(s, dtype=np.float64)
    value = np.zeros(s.shape)
    for c in cubics:
        ds = s - c.s
        value = np.where(ds >= 0.0, c.a + ds * (c.b + ds * (c.c + ds * c.d)), value)
    return value


def section_at(road: Road, s: float) -> LaneSection:
    """The lane section that holds s."""
    found = road.sections[0]
    for section in road.sections:
        if section.s <= s:
            found = section
    return found


def lane_borders(road: Road, section: LaneSection, lane: Lane, s: F8 | float) -> tuple[F8, F8]:
    """Inner and outer border of a lane as t [m] at s."""
    s = np.asarray(s, dtype=np.float64)
    sign = 1 if lane.id > 0 else -1
    inner = cubic_at(road.lane_offset, s)
    outer = inner
    for each in section.side(sign):
        inner, outer = outer, outer + sign * cubic_at(each.widths, s - section.s)
        if each.id == lane.id:
            return inner, outer
    raise KeyError(lane.id)


def lane_centre(road: Road, lane_id: int, s: float) -> float:
    """Centre of a lane as t [m] at s; KeyError where the lane does not exist."""
    section = section_at(road, s)
    for lane in section.lanes:
        if lane.id == lane_id:
            inner, outer = lane_borders(road, section, lane, s)
            return float(0.5 * (inner + outer))
    raise KeyError(lane_id)


def lane_at(road: Road, s: F8, t: F8) -> I4:
    """Id of the lane that holds each (s, t); 0 where there is none. Any shape."""
    found = np.zeros(s.shape, dtype=np.int32)
    for i, section in enumerate(road.sections):
        last = i + 1 == len(road.sections)
        here = (s >= section.s if i else np.ones(s.shape, dtype=bool)) & (last or s < road.sections[i + 1].s)
        for lane in section.lanes:
            inner, outer = lane_borders(road, section, lane, s)
            inside = (np.minimum(inner, outer) <= t) & (t < np.maximum(inner, outer))
            found[here & inside] = lane.id
    return found
