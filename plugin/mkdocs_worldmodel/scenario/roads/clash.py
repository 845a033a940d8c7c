# Whether the road of an arm lies on another road.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.scenario.geometry import F8, ReferenceLines
from mkdocs_worldmodel.scenario.road import Road
from mkdocs_worldmodel.scenario.roads.course import half_widths
from mkdocs_worldmodel.scenario.roads.site import Site

_NEAR = 60.0
"""Roads may lie so close to each other where they meet [m]."""
_NEAR_RAMP = 150.0


@dataclass(frozen=True, slots=True)
class _Line:
    s: F8
    x: F8
    y: F8
    half: float
    """Half of the road's width [m]."""


def clashes(site: Site) -> list[tuple[str, str]]:
    """Pairs of (arm, road) that lie on each other away from where they meet."""
    parts = {road_id for _, road_id in site.main}
    arms = {name: site.roads[arm.road] for name, arm in site.arms.items() if arm.road not in parts}
    ramps = {"ramp", "exit"}
    lines = {road.id: _middle(road) for road in (*arms.values(), *(site.roads[i] for i in parts))}
    out = []
    for name, arm in arms.items():
        others = [site.roads[i] for i in sorted(parts)]
        others += [other for n, other in arms.items() if n != name and name in ramps]
        for other in others:
            near = 0.0 if other.id not in parts else _NEAR_RAMP if name in ramps else _NEAR
            if _meet(lines[arm.id], lines[other.id], near):
                out.append((name, other.id))
    return out


def _middle(road: Road) -> _Line:
    """Points along the middle of a road."""
    left, right = half_widths(road)
    s = np.linspace(0.0, road.length, min(1500, 2 + int(road.length / 5.0)))
    x, y, _ = ReferenceLines([road]).pose(0, s, 0.5 * (left - right))
    return _Line(s, x, y, 0.5 * (left + right))


def _meet(arm: _Line, other: _Line, near: float) -> bool:
    limit = arm.half + other.half
    gap = (arm.x[:, None] - other.x) ** 2 + (arm.y[:, None] - other.y) ** 2
    near = max(near, 3.0 * limit) if near else 0.0
    at = int(np.argmin(gap[0]))
    if gap[0, at] < near * near:  # they meet there: what lies farther along the other road must lie apart
        gap = gap[:, np.abs(other.s - other.s[at]) > near]
    return bool((gap < limit * limit).any())
