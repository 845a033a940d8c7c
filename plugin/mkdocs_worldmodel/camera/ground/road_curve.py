# Where the parts of a road lie: (s, t) to world, the edges of its lanes, and how far it is drawn.

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines, cubic_at, lane_borders
from mkdocs_worldmodel.scenario.road import DRIVABLE, Lane, LaneSection, Road, RoadNetwork

F8 = npt.NDArray[np.float64]

EXTENSION = 320.0
"""How far a road goes on straight behind its open ends, so that no picture shows the end of the world [m]."""

_CHECKED = 20.0
"""Distance of the places that tell whether a road is near [m]."""

PAVED = DRIVABLE | {"shoulder", "border", "biking", "curb", "parking", "stop"}
"""Lane types of asphalt."""


class RoadCurve:
    """One road's (s, t) -> world, going on straight beyond its ends."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self._line = ReferenceLines([road])

    def place(self, s: F8, t: F8 | float) -> tuple[F8, F8, F8]:
        """Return x, y [m] and heading [rad] of points (s, t)."""
        s = np.asarray(s, dtype=np.float64)
        inside = np.clip(s, 0.0, self.road.length)
        x, y, heading = self._line.pose(0, inside, np.asarray(t, dtype=np.float64) + np.zeros(s.shape))
        beyond = s - inside
        return x + beyond * np.cos(heading), y + beyond * np.sin(heading), heading

    def step(self) -> float:
        """Distance of samples that keeps chords within about 1 cm of the curve [m]."""
        bend = max((max(abs(g.curvature_start), abs(g.curvature_end)) for g in self.road.geometries), default=0.0)
        return float(np.clip(np.sqrt(0.08 / max(bend, 1e-6)), 0.8, 5.0))


def span(road: Road, network: RoadNetwork) -> tuple[float, float]:
    """From where to where a road is drawn [m]: beyond its ends where nothing else begins there."""
    start, end = _ends(road)
    low = 0.0 if road.predecessor or road.junction else -EXTENSION
    high = road.length if road.successor or road.junction else road.length + EXTENSION
    for other in network.roads:
        if other.id == road.id:
            continue
        for place in _ends(other):
            if float(np.hypot(*(place - start))) < 6.0:
                low = 0.0
            if float(np.hypot(*(place - end))) < 6.0:
                high = road.length
    return low, high


def near_span(curve: RoadCurve, network: RoadNetwork, near: F8, reach: float) -> tuple[float, float] | None:
    """Return the part of a road's span [m] outside of which nothing comes within `reach` of points (M, 2); or None."""
    low, high = span(curve.road, network)
    s = np.linspace(low, high, max(2, int((high - low) / _CHECKED) + 2))
    x, y, _ = curve.place(s, 0.0)
    away = np.hypot(x[:, None] - near[:, 0], y[:, None] - near[:, 1]).min(axis=1)
    found = np.flatnonzero(away < reach + _CHECKED)
    if not len(found):
        return None
    return float(s[max(found[0] - 1, 0)]), float(s[min(found[-1] + 1, len(s) - 1)])


def _ends(road: Road) -> tuple[F8, F8]:
    x, y, _ = ReferenceLines([road]).pose(0, np.array([0.0, road.length]))
    return np.array([x[0], y[0]]), np.array([x[1], y[1]])


def sections_of(road: Road, low: float, high: float) -> Iterator[tuple[LaneSection, float, float]]:
    """Lane sections with the part between `low` and `high` [m] that each one covers, extensions included."""
    for i, section in enumerate(road.sections):
        start = low if i == 0 else section.s
        end = high if i + 1 == len(road.sections) else road.sections[i + 1].s
        if min(end, high) > max(start, low):
            yield section, max(start, low), min(end, high)


def _within(road: Road, section: LaneSection, s: F8) -> F8:
    """S kept where the section's lanes have a width."""
    end = min((each.s for each in road.sections if each.s > section.s), default=road.length)
    return np.clip(s, max(section.s, 0.0), end)


def border(road: Road, section: LaneSection, lane: Lane, s: F8) -> tuple[F8, F8]:
    """Inner and outer border t [m] of a lane; beyond the section's ends as at the end."""
    return lane_borders(road, section, lane, _within(road, section, s))


def outer_border(
    road: Road, section: LaneSection, sign: int, s: F8, *, paved: bool = False, driven: bool = False
) -> F8:
    """Outermost border t [m] of one side; the reference line where there are no lanes.

    With `paved` it is that of the asphalt, with `driven` that of the lanes for vehicles.
    """
    kinds = DRIVABLE if driven else PAVED if paved else None
    lanes = [lane for lane in section.side(sign) if kinds is None or lane.type in kinds]
    if lanes:
        return border(road, section, lanes[-1], s)[1]
    return cubic_at(road.lane_offset, np.clip(s, 0.0, road.length))


def outer_edge(road: Road, sign: int, s: F8, *, paved: bool = False, driven: bool = False) -> F8:
    """Outermost border t [m] of one side as `outer_border`, whatever section each s lies in."""
    s = np.asarray(s, dtype=np.float64)
    t = outer_border(road, road.sections[0], sign, s, paved=paved, driven=driven)
    for section in road.sections[1:]:
        t = np.where(s >= section.s, outer_border(road, section, sign, s, paved=paved, driven=driven), t)
    return t
