# What goes wrong in traffic that somebody made up: contacts, red lights, drives off the road; and where the others will
# be. M runs (scenes, or scenes and futures together), N road users, T steps; the first step may be the present.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.drivable import DrivableArea
from mkdocs_worldmodel.analysis.lanes import lane_way
from mkdocs_worldmodel.analysis.rules import stop_line
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.boxes import overlap
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.scenario.geometry import ReferenceLines, lane_borders, section_at
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road, RoadNetwork, Signal

F8 = npt.NDArray[np.float64]
I4 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OFF_ROAD = 0.2
"""Whose reference point lies further outside of the drivable area than this is off the road [m]."""
NEVER = np.iinfo(np.int64).max
_RED = tuple(ASPECTS.index(aspect) for aspect in ("red", "red amber"))
_ALONG = 0.5
"""Cosine of the angle to the road within which one drives towards a line."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Road users in motion. Positions are of the reference point."""

    x: F8
    """(M, N, T) [m]"""
    y: F8
    heading: F8
    length: F8
    """(M, N) [m]"""
    width: F8
    centre: F8
    """(M, N) from the reference point to the middle of the box, positive forward [m]."""
    there: Mask
    """(M, N, T)"""

    @classmethod
    def of(cls, batch: RolloutBatch, every: int = 1) -> Bodies:
        """Those of runs, in every so many rows."""
        states = np.stack([batch.x, batch.y, batch.heading], axis=-1)[:, ::every]
        there = ((batch.present == 1) & batch.valid()[..., None])[:, ::every]
        sizes = (batch.length, batch.width, batch.rear_overhang)
        return cls.foretold(np.swapaxes(states, 1, 2)[:, None], sizes, np.swapaxes(there, 1, 2))

    @classmethod
    def foretold(cls, states: F8, sizes: tuple[F8, F8, F8], there: Mask) -> Bodies:
        """Those of forecasts; the M runs are the K futures of the first scene, then those of the second, and so on.

        Args:
            states: (S, K, N, T, 3 or more) x, y [m], heading [rad] …
            sizes: (S, N) length, width, rear overhang [m]
            there: (S, N, T)
        """
        tries = states.shape[1]
        flat = states.reshape(-1, *states.shape[2:])
        length, width, rear = (np.repeat(each, tries, axis=0) for each in sizes)
        return cls(
            flat[..., 0], flat[..., 1], flat[..., 2], length, width, 0.5 * length - rear,
            np.repeat(there, tries, axis=0),
        )  # fmt: skip

    def middle(self, n: int) -> tuple[F8, F8]:
        """Of one road user's box, (M, T) each."""
        ahead = self.centre[:, n, None]
        return self.x[:, n] + ahead * np.cos(self.heading[:, n]), self.y[:, n] + ahead * np.sin(self.heading[:, n])


# -- contacts ----------------------------------------------------------------------------------------------


def first_contacts(bodies: Bodies, users: Sequence[int] | None = None) -> I8:
    """The step in which each two first overlap, (M, N, N); NEVER where they do not, or did from the first step on.

    With `users`, only pairs of which one is among them.
    """
    runs, count, _ = bodies.x.shape
    out = np.full((runs, count, count), NEVER, dtype=np.int64)
    middles = [bodies.middle(n) for n in range(count)]
    reach = 0.5 * np.sqrt(bodies.length * bodies.length + bodies.width * bodies.width)
    for i, j in combinations(range(count), 2):
        if users is not None and i not in users and j not in users:
            continue
        dx, dy = middles[j][0] - middles[i][0], middles[j][1] - middles[i][1]
        most = (reach[:, i] + reach[:, j])[:, None]
        near = (dx * dx + dy * dy <= most * most) & bodies.there[:, i] & bodies.there[:, j]
        m, k = np.nonzero(near)
        if not len(m):
            continue
        hit = overlap(
            (middles[i][0][m, k], middles[j][0][m, k]),
            (middles[i][1][m, k], middles[j][1][m, k]),
            (bodies.heading[m, i, k], bodies.heading[m, j, k]),
            (bodies.length[m, i], bodies.length[m, j]),
            (bodies.width[m, i], bodies.width[m, j]),
        )
        m, k = m[hit], k[hit]
        first = np.full(runs, NEVER, dtype=np.int64)
        np.minimum.at(first, m, k)
        out[:, i, j] = out[:, j, i] = np.where(first == 0, NEVER, first)
    return out


def touched(contacts: I8) -> Mask:
    """Who touches anybody, (M, N); `contacts` as from `first_contacts`."""
    return np.asarray((contacts < NEVER).any(axis=-1))


def contact_times(contacts: I8, user: int, step: float) -> F8:
    """When each first touches one road user, (M, N) [s] from the first step on; inf: never."""
    first = contacts[:, user]
    return np.where(first < NEVER, first * step, np.inf)


def contact_chance(times: F8, until: Sequence[float]) -> F8:
    """Probability of a contact up to some times: share of the futures, (len(until), N); `times` (K, N) [s]."""
    return np.stack([(times <= limit).mean(axis=0) for limit in until])


# -- off the road ------------------------------------------------------------------------------------------


def leaves_road(area: DrivableArea, x: F8, y: F8, there: Mask, limit: float = OFF_ROAD) -> Mask:
    """Who gets off the drivable area, by more than `limit` [m]; whoever is off it from the first step on does not.

    Args:
        area: of the runs' network
        x: (..., T) of the reference points [m]
        y: likewise
        there: (..., T)
        limit: see above

    Returns:
        (...,)
    """
    out = area.outside(np.where(there, x, np.nan), np.where(there, y, np.nan))
    return np.asarray((out > limit).any(axis=-1) & ~(out[..., 0] > 0.0))


# -- red lights --------------------------------------------------------------------------------------------


def passes_red(network: RoadNetwork, bodies: Bodies, signals: I4) -> Mask:
    """Whose front passes a stop line while its light shows red (or red and amber), (M, N).

    Seen from positions alone: a line is passed where the front comes over it within the lanes for which it is there.

    Args:
        network: of all runs
        bodies: who drives
        signals: (M, T, S) as in `Rollout.signals`
    """
    out = np.zeros(bodies.x.shape[:2], dtype=bool)
    ahead = (bodies.centre + 0.5 * bodies.length)[..., None]
    x, y = bodies.x + ahead * np.cos(bodies.heading), bodies.y + ahead * np.sin(bodies.heading)
    line, places = ReferenceLines(network.roads), {road.id: i for i, road in enumerate(network.roads)}
    for column, (road, signal) in enumerate(network.signals()):
        if signal.type != "traffic light":
            continue
        s = stop_line(road, signal)
        edges = _lanes_of(road, signal, s)
        if edges is None:
            continue
        px, py, along = (float(v[0]) for v in line.pose(places[road.id], np.array([s])))
        cos, sin = np.cos(along), np.sin(along)
        beyond = signal.direction * ((x - px) * cos + (y - py) * sin)
        t = (y - py) * cos - (x - px) * sin
        over = (beyond[..., :-1] < 0.0) & (beyond[..., 1:] >= 0.0) & bodies.there[..., :-1] & bodies.there[..., 1:]
        over &= (t[..., 1:] > edges[0]) & (t[..., 1:] < edges[1])
        over &= signal.direction * np.cos(bodies.heading[..., 1:] - along) > _ALONG
        red = np.isin(signals[:, :-1, column], _RED)
        out |= (over & red[:, None]).any(axis=-1)
    return out


def _lanes_of(road: Road, signal: Signal, s: float) -> tuple[float, float] | None:
    """Edges of the lanes for which a light is there, as t [m]; None where there are none."""
    section = section_at(road, s)
    edges = [
        float(edge)
        for lane in section.lanes
        if lane.type in DRIVABLE and lane_way(road, lane.id, lane.type) in {0, signal.direction}
        for edge in lane_borders(road, section, lane, s)
    ]
    return (min(edges), max(edges)) if edges else None


# -- where they will be ------------------------------------------------------------------------------------


def occupancy(bodies: Bodies, step: int, x: F8, y: F8) -> F8:
    """Probability that cells are covered in a step: share of the M futures of one scene, (N, H, W) for each road user.

    Args:
        bodies: of one scene; its M runs are futures
        step: which step
        x: (W,) middles of the cells, evenly spaced [m]
        y: (H,) likewise
    """
    runs, count, _ = bodies.x.shape
    out = np.zeros((count, len(y), len(x)))
    reach = 0.5 * np.sqrt(bodies.length * bodies.length + bodies.width * bodies.width)
    for n in range(count):
        middle_x, middle_y = (each[:, step] for each in bodies.middle(n))
        for m in np.flatnonzero(bodies.there[:, n, step]).tolist():
            far = reach[m, n]
            columns = slice(*np.searchsorted(x, (middle_x[m] - far, middle_x[m] + far)).tolist())
            rows = slice(*np.searchsorted(y, (middle_y[m] - far, middle_y[m] + far)).tolist())
            dx, dy = x[columns] - middle_x[m], (y[rows] - middle_y[m])[:, None]
            cos, sin = np.cos(bodies.heading[m, n, step]), np.sin(bodies.heading[m, n, step])
            inside = np.abs(dx * cos + dy * sin) <= 0.5 * bodies.length[m, n]
            inside &= np.abs(dy * cos - dx * sin) <= 0.5 * bodies.width[m, n]
            out[n, rows, columns] += inside
    chance: F8 = out / runs
    return chance
