# What a road user sees of the road: its route as a corridor, sampled every metre along the route's lane, with the
# lanes beside it, lights, signs and crossings. One table for all road users of all scenes, so that a look ahead is
# one gather.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.scenario.geometry import ReferenceLines
from mkdocs_worldmodel.scenario.lanes import LaneTable
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

COLUMNS = 5
"""Lanes of a corridor: the route's own in the middle, two to its left (higher) and two to its right."""
MIDDLE = COLUMNS // 2
BEYOND = 160
"""Samples after the end of the route: straight on, where no lane exists [m]."""
MOST_LIGHTS, MOST_SIGNS, MOST_CROSSWALKS = 4, 4, 6
"""Of each, at most, that a corridor knows: the first on the way."""
_BROAD = 3.5
"""Width of a lane that is not there [m]."""
_NONE = 1e6
"""Station of what is not there [m]."""


@dataclass(frozen=True, slots=True)
class Corridor:
    """One route through a network: M samples, a metre apart along the route's lane.

    Attributes:
        xy: (M, C, 2) middles of the lanes [m].
        heading, curvature, width: (M, C) of the lanes [rad, 1/m, m]; heading counts on, it does not wrap.
        exists: (M, C) whether motor vehicles drive there, in this direction (the route's own lane always, unless it
            has not begun or has ended).
        limit: (M,) speed limit [m/s]; 0 where there is none.
        in_junction: (M,)
        leg: (M,) number of the leg; -1 beyond the end.
        lights: (L, 2) station [m] and column in `RoadNetwork.signals()` of the traffic lights on the way.
        signs: (G, 2) station and kind of the signs: 1 give way, 2 stop.
        crosswalks: (X,) station of the middle of each crosswalk.
        begin: where the first leg's entry lies [m]; negative where the corridor begins after it.
        legs: the route.
    """

    xy: F8
    heading: F8
    curvature: F8
    width: F8
    exists: Mask
    limit: F8
    in_junction: Mask
    leg: I8
    lights: F8
    signs: F8
    crosswalks: F8
    begin: float
    legs: tuple[Leg, ...]


class Roads:
    """The roads of one network, ready for corridors."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.line, self.lanes = ReferenceLines(network.roads), LaneTable(network.roads)
        self.index = {road.id: i for i, road in enumerate(network.roads)}
        self.columns = {signal.id: i for i, (_, signal) in enumerate(network.signals())}

    def corridor(self, legs: Sequence[Leg], first: tuple[float, float] = (0.0, np.inf)) -> Corridor:
        """The corridor along a route.

        Args:
            legs: the route
            first: which part of it is sampled, as metres along the route from the entry of its first leg (low, high)
        """
        parts, lights, signs, crosswalks = [], [], [], []
        driven = 0.0
        for k, leg in enumerate(legs):
            road = self.network.road(leg.road)
            s, metres = self._stations(road, leg)
            length = float(metres[-1])
            low, high = first[0] - driven, first[1] - driven
            if length >= low and high >= 0.0:
                wanted = np.arange(np.ceil(max(driven, first[0])), min(driven + length, first[1])) - driven
                if len(wanted):
                    parts.append((k, leg, np.interp(wanted, metres, s)))
            lights += [
                (driven + float(np.interp(leg.direction * sig.s, leg.direction * s, metres)), self.columns[sig.id])
                for sig in road.signals
                if sig.direction == leg.direction and sig.type == "traffic light"
            ]
            signs += [
                (driven + float(np.interp(leg.direction * sig.s, leg.direction * s, metres)), 1 + (sig.type == "stop"))
                for sig in road.signals
                if sig.direction == leg.direction and sig.type in {"give way", "stop"}
            ]
            crosswalks += [
                driven + float(np.interp(leg.direction * each.s, leg.direction * s, metres))
                for each in road.objects
                if each.type == "crosswalk"
            ]
            driven += length
        begin = np.ceil(max(0.0, first[0]))
        return self._sample(legs, parts, sorted(lights), sorted(signs), sorted(crosswalks), float(begin))

    def _stations(self, road: Road, leg: Leg) -> tuple[F8, F8]:
        """Stations s along a leg in driving order, and metres of its lane up to each of them."""
        count = max(2, int(np.ceil(road.length / 0.5)) + 1)
        s = np.linspace(0.0, road.length, count)
        s = s if leg.direction > 0 else s[::-1]
        t, *_ = self._across(road, leg, s)
        x, y, _ = self.line.pose(self.index[road.id], s, t[:, MIDDLE])
        step = np.hypot(np.diff(x), np.diff(y))
        plausible = np.minimum(step, 2.0 * abs(s[1] - s[0]))  # where a lane begins beside the way, it jumps
        return s, np.concatenate([[0.0], np.cumsum(plausible)])

    def _lane_ids(self, road: Road, leg: Leg, s: F8) -> I8:
        """Lane of the route at stations of a leg in driving order: the one that is left through `leg.lane`."""
        row, tables = self.index[road.id], self.lanes
        pieces = np.broadcast_to(np.asarray(tables.piece(row, s)), s.shape)
        count = int(np.isfinite(tables.start[row]).sum())
        first, last = (0, count - 1) if leg.direction > 0 else (count - 1, 0)
        drivable = tables.drivable[row, :, leg.lane + tables.reach]
        ends = drivable[first] and not drivable[last]  # what has its number then is no lane of motor vehicles
        ids = np.full(count, self._outermost(row, last, leg.lane) if ends else leg.lane, dtype=np.int64)
        order = range(last - 1, -1, -1) if leg.direction > 0 else range(1, count)
        back = tables.before if leg.direction > 0 else tables.after
        for p in order:
            known = p + leg.direction
            at = ids[known] + tables.reach
            came = int(back[row, known, at]) if 0 <= at <= 2 * tables.reach else 0
            ids[p] = came if came and tables.exists[row, p, came + tables.reach] else self._nearest(row, p, ids[known])
        out: I8 = ids[pieces]
        return out

    def _nearest(self, row: int, piece: int, lane: int) -> int:
        """The lane itself where it is there, else the outermost of its side beyond which it would lie."""
        return lane if self.lanes.exists[row, piece, lane + self.lanes.reach] else self._outermost(row, piece, lane)

    def _outermost(self, row: int, piece: int, lane: int) -> int:
        """The lane for motor vehicles on a lane's side that is nearest to it; itself where there is none."""
        reach = self.lanes.reach
        there = [i for i in range(-reach, reach + 1) if i * lane > 0 and self.lanes.drivable[row, piece, i + reach]]
        return min(there, key=lambda each: abs(each - lane), default=lane)

    def _across(self, road: Road, leg: Leg, s: F8) -> tuple[F8, F8, F8, Mask]:
        """Lateral position, its slope, width and existence of all columns at stations, (M, C)."""
        row, tables = self.index[road.id], self.lanes
        main = self._lane_ids(road, leg, s)
        shape = (len(s), COLUMNS)
        t, slope, width, exists = np.zeros(shape), np.zeros(shape), np.full(shape, _BROAD), np.zeros(shape, dtype=bool)
        side = np.sign(main)
        for c in range(COLUMNS):
            left = c - MIDDLE
            lane = main + leg.direction * left
            inside = (lane * side > 0) & (np.abs(lane) <= tables.reach)
            lane = np.where(inside, lane, main)
            there = tables.is_drivable(row, s, lane) & inside
            if c == MIDDLE:
                there = np.ones(len(s), dtype=bool)
            middle, wide = tables.middle(row, s, lane), tables.width(row, s, lane)
            own, own_width = tables.middle(row, s, main), tables.width(row, s, main)
            aside = leg.direction * left * np.maximum(own_width, 2.5)
            t[:, c] = np.where(there, middle.value, own.value + aside)
            slope[:, c] = np.where(there, middle.slope, own.slope)
            width[:, c] = np.where(there, wide, np.maximum(own_width, 2.5))
            exists[:, c] = there & (wide > 1.0)
        return t, slope, width, exists

    def _sample(
        self,
        legs: Sequence[Leg],
        parts: list[tuple[int, Leg, F8]],
        lights: list[tuple[float, int]],
        signs: list[tuple[float, int]],
        crosswalks: list[float],
        begin: float,
    ) -> Corridor:
        xy, heading, width, exists, limit, within, number = [], [], [], [], [], [], []
        for k, leg, s in parts:
            road, row = self.network.road(leg.road), self.index[leg.road]
            t, slope, wide, there = self._across(road, leg, s)
            x, y, h = self.line.pose(row, s[:, None] + np.zeros(COLUMNS), t)
            bend = self.line.curvature_at(row, s)[:, None]
            h = h + np.arctan2(slope, np.maximum(1.0 - bend * t, 0.05)) + (0.0 if leg.direction > 0 else np.pi)
            xy.append(np.stack([x, y], axis=-1))
            heading.append(h)
            width.append(wide)
            exists.append(there)
            limit.append(_limits(road, s))
            within.append(np.full(len(s), road.junction is not None))
            number.append(np.full(len(s), k))
        last_xy, last_heading = xy[-1][-1], heading[-1][-1]
        on = np.arange(1, BEYOND + 1)[:, None]
        onward = np.stack([np.cos(last_heading), np.sin(last_heading)], axis=-1)
        xy.append(last_xy + on[..., None] * onward)
        heading.append(np.repeat(last_heading[None], BEYOND, axis=0))
        width.append(np.repeat(width[-1][-1:], BEYOND, axis=0))
        exists.append(np.zeros((BEYOND, COLUMNS), dtype=bool))
        limit.append(np.repeat(limit[-1][-1:], BEYOND))
        within.append(np.zeros(BEYOND, dtype=bool))
        number.append(np.full(BEYOND, -1))
        points, turned = np.concatenate(xy), np.unwrap(np.concatenate(heading), axis=0)
        return Corridor(
            points, turned, _curvature(points, turned), np.concatenate(width), np.concatenate(exists),
            np.concatenate(limit), np.concatenate(within), np.concatenate(number),
            np.array(lights, dtype=np.float64).reshape(-1, 2) - [begin, 0.0],
            np.array(signs, dtype=np.float64).reshape(-1, 2) - [begin, 0.0],
            np.array(crosswalks, dtype=np.float64) - begin, -begin, tuple(legs),
        )  # fmt: skip


def _curvature(xy: F8, heading: F8) -> F8:
    """Curvature along each column from two samples before to two after [1/m], at most 0.3."""
    span = 2
    padded_h = np.pad(heading, ((span, span), (0, 0)), mode="edge")
    padded = np.pad(xy, ((span, span), (0, 0), (0, 0)), mode="edge")
    turned = padded_h[2 * span :] - padded_h[: -2 * span]
    driven = np.hypot(*np.moveaxis(padded[2 * span :] - padded[: -2 * span], -1, 0))
    out: F8 = np.clip(turned / np.maximum(driven, 0.5), -0.3, 0.3)
    return out


def _limits(road: Road, s: F8) -> F8:
    limit = np.full(len(s), road.speed_limit or 0.0)
    for each in road.speed_limits:
        limit = np.where(s >= each.s, each.limit or 0.0, limit)
    return limit


def conflicts(network: RoadNetwork, corridors: Sequence[Corridor]) -> F8:
    """Where ways cross or merge: for each pair of corridors of one network.

    Returns:
        (P, P, 4): station on the first where it first comes upon the second's way out of another road [m], station of
        the same place on the second, whether the first must give way there, whether the second must; stations are
        1e6 where they never meet.
    """
    count = len(corridors)
    out = np.zeros((count, count, 4))
    out[..., :2] = _NONE
    low = {pair for junction in network.junctions for pair in junction.priorities}
    inside = [np.flatnonzero(c.in_junction) for c in corridors]
    for p, a in enumerate(corridors):
        for q, b in enumerate(corridors):
            if p == q or not len(inside[p]) or not len(inside[q]):
                continue
            here, there = a.xy[inside[p], MIDDLE], b.xy[inside[q], MIDDLE]
            apart = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
            meets = np.flatnonzero(apart.min(axis=1) < 2.0)
            if not len(meets):
                continue
            i = int(meets[0])
            j = int(np.argmin(apart[i]))
            mine, other = a.legs[a.leg[inside[p][i]]], b.legs[b.leg[inside[q][j]]]
            if _came_from(a, int(inside[p][i])) == _came_from(b, int(inside[q][j])):
                continue  # out of the same road: one follows the other
            yields = ((other.road, mine.road) in low, (mine.road, other.road) in low)
            out[p, q] = (float(inside[p][i]), float(inside[q][j]), *yields)
    return out


def _came_from(corridor: Corridor, at: int) -> tuple[str, int]:
    leg = int(corridor.leg[at])
    before = corridor.legs[max(leg - 1, 0)]
    return before.road, before.direction


class Pool:
    """Corridors of many scenes in flat arrays.

    Attributes:
        base, length: (P,) where each corridor's samples begin, and how many it has (those beyond its end included).
        end: (P,) samples up to the end of the route.
        xy: (R, C, 2) float64; heading, curvature, width: (R, C) float32; exists: (R, C); limit: (R,) float32.
        lights: (P, L, 2); signs: (P, G, 2); crosswalks: (P, X); stations of what is not there are 1e6.
        junction: (P,) station of the first junction.
    """

    def __init__(self, corridors: Sequence[Corridor]) -> None:
        self.length: I8 = np.array([len(c.limit) for c in corridors], dtype=np.int64)
        self.end = self.length - BEYOND
        self.base: I8 = np.concatenate([[0], np.cumsum(self.length)[:-1]]).astype(np.int64)
        self.xy: F8 = np.concatenate([c.xy for c in corridors])
        self.heading: F4 = np.concatenate([c.heading for c in corridors]).astype(np.float32)
        self.curvature: F4 = np.concatenate([c.curvature for c in corridors]).astype(np.float32)
        self.width: F4 = np.concatenate([c.width for c in corridors]).astype(np.float32)
        self.exists: Mask = np.concatenate([c.exists for c in corridors])
        self.limit: F4 = np.concatenate([c.limit for c in corridors]).astype(np.float32)
        within = [np.flatnonzero(c.in_junction) for c in corridors]
        self.junction: F4 = np.array([float(w[0]) if len(w) else _NONE for w in within], dtype=np.float32)
        self.lights = _padded([c.lights for c in corridors], MOST_LIGHTS)
        self.signs = _padded([c.signs for c in corridors], MOST_SIGNS)
        self.crosswalks = _padded([c.crosswalks[:, None] for c in corridors], MOST_CROSSWALKS)[..., 0]

    def at(self, corridor: I8, sample: I8) -> I8:
        """Row of a sample of a corridor; the last one for those beyond it."""
        rows: I8 = self.base[corridor] + np.clip(sample, 0, self.length[corridor] - 1)
        return rows


def _padded(rows: Sequence[F8], most: int) -> F4:
    wide = max(1, rows[0].shape[1]) if rows else 1
    out = np.full((len(rows), most, wide), 0.0, dtype=np.float32)
    out[:, :, 0] = _NONE
    for i, row in enumerate(rows):
        kept = row[row[:, 0] > -5.0][:most]
        out[i, : len(kept)] = kept
    return out
