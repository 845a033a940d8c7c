# The course of the ego's road: an author's curve or segments → pieces of a reference line; what kind of road it is;
# and whether such a road can be built.

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.road import Geometry, Lane, Road, RoadKind
from mkdocs_worldmodel.spec.road import CurveSpec, RoadSpec

Piece = tuple[float, float, float]
"""Length [m], curvature at start, at end [1/m]; see `chain`."""

LONGEST = 20_000.0
SHORTEST = 1.0
"""Of a road [m]."""
_NOTHING = 1e-6
"""Shorter pieces are left out [m]."""


def road_kind(spec: RoadSpec, ego_speed: float) -> RoadKind:
    """What kind of road an author means who does not say it: by speed limit, else by the ego's speed [m/s]."""
    if spec.kind is not None:
        return spec.kind
    speed = spec.speed_limit if spec.speed_limit is not None else ego_speed
    if speed <= 60 / 3.6:
        return "town"
    return "motorway" if speed >= 79 / 3.6 and spec.lanes >= 2 and not spec.oncoming else "rural"


def pieces(spec: RoadSpec, default_length: float) -> list[Piece]:
    """Pieces of the ego's road; `default_length` [m] where the author says none."""
    if spec.segments is None:
        out = _bend(spec.length or default_length, spec.curve)
    else:
        out = [piece for segment in spec.segments for piece in _bend(segment.length, segment.curve)]
    return [piece for piece in out if piece[0] > _NOTHING] or [(_NOTHING, 0.0, 0.0)]


def _bend(length: float, curve: CurveSpec | None) -> list[Piece]:
    if curve is None:
        return [(length, 0.0, 0.0)]
    k = (1.0 if curve.to == "left" else -1.0) / curve.radius
    ramp = min(curve.transition, 0.5 * length)
    arc = length - 2.0 * ramp
    # the quadrature of clothoids is exact up to a turn of 1.5 rad: longer ones come in parts
    parts = max(1, math.ceil(0.5 * abs(k) * ramp / 1.5 - 1e-9))
    steps = [0.0, *(k * i / parts for i in range(1, parts + 1))]
    rising = [(ramp / parts, a, b) for a, b in pairwise(steps)]
    falling = [(n, b, a) for n, a, b in reversed(rising)]
    return [p for p in (*rising, (arc, k, k), *falling) if p[0] > 0.0]


def turning(geometries: tuple[Geometry, ...]) -> float:
    """Sum of all bends without sign [rad]."""
    return math.fsum(0.5 * abs(g.curvature_start + g.curvature_end) * g.length for g in geometries)


def half_widths(road: Road) -> tuple[float, float]:
    """How far a road reaches to its left and right at most [m]; widths are largest where sections begin or end."""
    ends = [*(section.s for section in road.sections[1:]), road.length]
    reach = {1: 0.0, -1: 0.0}
    for section, end in zip(road.sections, ends, strict=True):
        for sign, most in reach.items():
            totals = [math.fsum(width_at(lane, ds) for lane in section.side(sign)) for ds in (0.0, end - section.s)]
            reach[sign] = max(most, *totals)
    return reach[1], reach[-1]


def width_at(lane: Lane, ds: float) -> float:
    """Width of a lane [m], `ds` metres from where its section begins."""
    c = next(c for c in reversed(lane.widths) if c.s <= ds or c is lane.widths[0])
    d = ds - c.s
    return c.a + d * (c.b + d * (c.c + d * c.d))


def impossible(road: Road) -> tuple[str, str] | None:
    """Why a road cannot be built, and what to do about it; None where it can."""
    if road.length > LONGEST:
        return f"the road is {road.length / 1000:.1f} km long", "20 km are the most"
    if road.length < SHORTEST:
        return f"the road is {road.length:.3g} m long", "1 m is the least"
    left, right = half_widths(road)
    for g in road.geometries:
        sharpest = max(g.curvature_start, g.curvature_end, key=abs)
        inner = left if sharpest > 0 else right
        if abs(sharpest) * (inner + 1.0) > 1.0:
            radius = 1.0 / abs(sharpest)
            return (
                f"a curve of {radius:g} m is too tight for this road",
                f"its inner edge lies {inner:g} m from the reference line: use a larger radius",
            )
    if turning(road.geometries) > math.pi and _meets_itself(road, left + right):
        return "the road runs into itself", "make it shorter or its curves wider"
    return None


def _meets_itself(road: Road, width: float) -> bool:
    s = np.linspace(0.0, road.length, min(2000, 2 + int(road.length / (0.5 * width))))
    x, y, _ = ReferenceLines([road]).pose(0, s)
    limit = max(width, float(s[1]))  # no crossing slips between two samples
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 < limit * limit
    apart = np.abs(s[:, None] - s) > math.pi * (limit + 5.0)
    return bool((near & apart).any())
