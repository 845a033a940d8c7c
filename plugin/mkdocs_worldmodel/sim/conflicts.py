# Where two ways through a junction meet: the stretches of either on which bodies would touch. Computed once for each
# pair of routes and sizes.

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.rollout.boxes import overlap
from mkdocs_worldmodel.sim.bends import Bends
from mkdocs_worldmodel.sim.ways import Group, Passage, Ways

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]

CROSS, MERGE, PART = 0, 1, 2
"""Two ways cross; they come together at the end of their connecting roads; they part at their beginning."""
_STEP = 1.0
"""Between the places at which bodies are put [m]."""
_ROOM, _LITTLE_ROOM = (0.4, 0.1), (0.1, 0.05)
"""Added to a body before and behind it, and on either side [m]; to one that waits at its line, and who passes it."""
_SWING = 2.0
"""How far a body comes off its lane for each metre by which the bend is too tight for it [m]."""
_REACH = 20.0
"""How far before the junction the bodies of others can sweep [m]."""
_OF_BODY = ("length", "width", "rear_overhang", "min_turn_radius")
_BESIDE = 0.5
"""Who rides this far beside the lane of its route is on a strip of its own [m]."""
_SAME = 1.0
"""Ways that come this near to each other at their ends come together there [m]."""


@dataclass(slots=True)
class Conflicts:
    """All pairs of road users whose ways meet, each pair in both orders; arrays (M,).

    Attributes:
        copy, own, other: who.
        enter, leave: between which metres of the own route the own reference point is where bodies can touch.
        other_enter, other_leave: the other's, on its route.
        line, other_line: where the fronts wait before the junction; -inf where there is no such place.
        begin, other_begin: where the connecting roads begin; `end`, `other_end` where they end.
        rank: 1 where the own driver must give way, -1 where the other must, 0 where nothing says.
        turn, other_turn: speed that bends on the connecting road allow [m/s].
        kind: CROSS, MERGE, PART.
        junction: number of the junction in the copy's network.
    """

    copy: I8
    own: I8
    other: I8
    enter: F8
    leave: F8
    other_enter: F8
    other_leave: F8
    line: F8
    other_line: F8
    begin: F8
    other_begin: F8
    end: F8
    other_end: F8
    rank: F8
    turn: F8
    other_turn: F8
    kind: I8
    junction: I8

    def of_kind(self, *kinds: int) -> Conflicts:
        """Only those of some kinds."""
        keep = np.isin(self.kind, kinds)
        return Conflicts(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.copy)


_NUMBERS = [f.name for f in fields(Conflicts)][3:-2]
"""What is a float in each conflict."""


@dataclass(frozen=True, slots=True)
class _Rider:
    """Road users of one route, one size, and one way to take bends."""

    group: Group
    passages: list[Passage]
    size: tuple[float, ...]
    """Length, width, rear overhang [m]."""
    members: dict[int, list[int]]
    """Copy → users."""
    aside: float
    """How far they ride beside the lane of their route where they start, as on a cycle lane; left positive [m]."""

    @property
    def example(self) -> tuple[int, int]:
        """One of them: copy and user."""
        copy = next(iter(self.members))
        return copy, self.members[copy][0]

    @property
    def front(self) -> float:
        return self.size[0] - self.size[2]


def find_conflicts(ways: Ways, bends: Bends) -> Conflicts:
    """Find all conflicts of a batch."""
    riders, known = _riders(ways), _Known(ways, bends)
    rows: list[tuple[tuple[float, ...], I8, I8, I8]] = []
    for i, one in enumerate(riders):
        for two in riders[i:]:
            if one.group.network is not two.group.network:
                continue
            pairs = [
                (b, n, j)
                for b, mine in one.members.items()
                for n in mine
                for j in two.members.get(b, ())
                if n != j and (one is not two or n < j)
            ]
            if not pairs:
                continue
            b, n, j = np.array(pairs, dtype=np.int64).T
            for found in _between(known, one, two):
                rows += [(found, b, n, j), (_swapped(found), b, j, n)]
    if not rows:
        nobody, nothing = np.zeros(0, dtype=np.int64), {name: np.zeros(0) for name in _NUMBERS}
        return Conflicts(nobody, nobody, nobody, kind=nobody, junction=nobody, **nothing)
    copy, own, other = (np.concatenate([row[i] for row in rows]) for i in (1, 2, 3))
    values = np.concatenate([np.repeat(np.array(row[0])[:, None], len(row[1]), axis=1) for row in rows], axis=1)
    numbers = dict(zip(_NUMBERS, values[:-2], strict=True))
    kind, junction = values[-2:].astype(np.int64)
    return Conflicts(copy, own, other, kind=kind, junction=junction, **numbers)


def _riders(ways: Ways) -> list[_Rider]:
    body, accepts = ways.motion.tables.body, ways.motion.tables.give_way["turn_acceleration"]
    out: list[_Rider] = []
    for group in ways.groups:
        passages = ways.passages(group)
        if not passages:
            continue
        kinds: dict[tuple[float, ...], dict[int, list[int]]] = {}
        for b, n in zip(group.copies.tolist(), group.users.tolist(), strict=True):
            kind = (*(float(body[name][b, n]) for name in _OF_BODY), float(accepts[b, n]), _aside(ways, group, b, n))
            kinds.setdefault(kind, {}).setdefault(b, []).append(n)
        out += [_Rider(group, passages, kind[:3], members, kind[-1]) for kind, members in kinds.items()]
    return out


def _aside(ways: Ways, group: Group, b: int, n: int) -> float:
    """How far a road user starts beside the lane of its route, where that is a strip of its own [m]."""
    tb = ways.motion.tables
    lanes, road, s = tb.lanes, tb.road[b : b + 1, n], tb.s[b : b + 1, n]
    own, along = tb.lane[b : b + 1, n], np.array([group.legs[0].lane])
    if lanes.is_drivable(road, s, own)[0] or group.network.road(group.legs[0].road).junction is not None:
        return 0.0
    aside = float(tb.direction[b, n] * (lanes.middle(road, s, own).value - lanes.middle(road, s, along).value)[0])
    return aside if abs(aside) > _BESIDE else 0.0


class _Known:
    """What holds for several riders: where their ways meet does not depend on how fast they take bends."""

    def __init__(self, ways: Ways, bends: Bends) -> None:
        self.ways, self.bends = ways, bends
        self._turns: dict[tuple[int, int], tuple[float, float]] = {}
        self._meetings: dict[tuple[Any, ...], tuple[float, ...] | None] = {}

    def turn(self, who: _Rider, passage: Passage) -> tuple[float, float]:
        """Speed that the bends of a passage allow [m/s], and how far one comes off its lane in them [m]."""
        key = (id(who), passage.legs[0])
        if key not in self._turns:
            turn = _turn(self.ways, self.bends, who, passage)
            self._turns[key] = turn, _drift(self.ways, who, turn)
        return self._turns[key]

    def meeting(
        self, mine: tuple[_Rider, Passage, int], theirs: tuple[_Rider, Passage, int], drifts: tuple[float, float]
    ) -> tuple[float, ...] | None:
        """See `_meet`."""
        key = tuple(
            (id(who.group), leg, who.size, who.aside, round(drift, 9))
            for (who, _, leg), drift in zip((mine, theirs), drifts, strict=True)
        )
        if key not in self._meetings:
            self._meetings[key] = _meet(self.ways, mine, theirs, drifts)
        return self._meetings[key]


def _between(known: _Known, one: _Rider, two: _Rider) -> list[tuple[float, ...]]:
    out = []
    numbers = [junction.id for junction in one.group.network.junctions]
    for mine in one.passages:
        for theirs in two.passages:
            if mine.junction != theirs.junction:
                continue
            (turn, drift), (other_turn, other_drift) = known.turn(one, mine), known.turn(two, theirs)
            for a in mine.legs:
                for b in theirs.legs:
                    found = known.meeting((one, mine, a), (two, theirs, b), (drift, other_drift))
                    if found is not None:
                        *places, kind = found
                        out.append((*places, turn, other_turn, kind, float(numbers.index(mine.junction))))
    return out


def _meet(
    ways: Ways, mine: tuple[_Rider, Passage, int], theirs: tuple[_Rider, Passage, int], drifts: tuple[float, float]
) -> tuple[float, ...] | None:
    """Where bodies on two connecting roads touch, up to `rank`, and the kind; None where they do not."""
    roads = [who.group.legs[leg].road for who, _, leg in (mine, theirs)]
    # behind one another on one road, or further on: that is a leader
    if roads[0] == roads[1] or roads[0] in _roads(theirs) or roads[1] in _roads(mine):
        return None
    sizes = [_size(who, drift) for (who, _, _), drift in zip((mine, theirs), drifts, strict=True)]
    paths = [
        ways.path(who.group, leg, who.front + _REACH, who.size[2] + 1.0 + (_REACH if drift else 0.0), _STEP)
        for (who, _, leg), drift in zip((mine, theirs), drifts, strict=True)
    ]
    asides = [_kept_aside(ways, who, leg) for who, _, leg in (mine, theirs)]
    paths = [
        (u, x - aside * np.sin(heading), y + aside * np.cos(heading), heading) if aside else (u, x, y, heading)
        for (u, x, y, heading), aside in zip(paths, asides, strict=True)
    ]
    ends = [_ends(ways, *each) for each in (mine, theirs)]
    points = [[_point(path, u) for u in end] for path, end in zip(paths, ends, strict=True)]
    kind = MERGE if _near(points[0][1], points[1][1]) else PART if _near(points[0][0], points[1][0]) else CROSS
    if kind != CROSS:  # before, or after, they are on one road
        paths = [tuple(each[path[0] <= end[1] + 0.01] if kind == MERGE else each[path[0] >= end[0] - 0.01]
                       for each in path) for path, end in zip(paths, ends, strict=True)]  # type: ignore[misc]  # fmt: skip
    touch = _touching(paths[0], paths[1], sizes[0], sizes[1])
    if not touch.any():
        return None
    low, high = _interval(paths[0][0], touch.any(axis=1)), _interval(paths[1][0], touch.any(axis=0))
    # who waits at its line is in nobody's way if the bodies, almost without room, do not touch there
    close = _touching(
        paths[0],
        paths[1],
        *(_size(who, drift, _LITTLE_ROOM) for (who, _, _), drift in zip((mine, theirs), drifts, strict=True)),
    )
    low = _from_line(low, paths[0][0], close.any(axis=1), mine)
    high = _from_line(high, paths[1][0], close.any(axis=0), theirs)
    rank = _rank(mine[0].group, mine[1].junction, roads[0], roads[1])
    before = [who.group.legs[leg - 1].road if leg else "" for who, _, leg in (mine, theirs)]
    if any(asides) and before[0] == before[1]:  # who turns off gives way to those who go straight on beside it
        rank = float(asides[1] != 0.0) - float(asides[0] != 0.0)
    return (*low, *high, mine[1].line, theirs[1].line, ends[0][0], ends[1][0], ends[0][1], ends[1][1],
            rank, float(kind))  # fmt: skip


def _kept_aside(ways: Ways, who: _Rider, leg: int) -> float:
    """How far beside the lane of its route somebody goes through a junction: as far as before, until it turns off."""
    b, n = (np.array([each]) for each in who.example)
    turns = any(ways.motion.tables.turns(b, n, np.array([k]))[0] for k in range(leg + 1)
                if who.group.network.road(who.group.legs[k].road).junction is not None)  # fmt: skip
    return 0.0 if turns else who.aside


def _turn(ways: Ways, bends: Bends, who: _Rider, passage: Passage) -> float:
    """Speed that the bends of a passage allow [m/s]."""
    b, n = who.example
    begin = float(ways.end[b, n, passage.legs[0] - 1]) if passage.legs[0] else 0.0
    return bends.speed_between(b, n, begin, float(ways.end[b, n, passage.legs[-1]]))


def _drift(ways: Ways, who: _Rider, turn: float) -> float:
    """How far a vehicle comes off its lane in a bend that is tighter than it can turn [m]."""
    tb, at = ways.motion.tables, who.example
    radius = turn * turn / float(tb.give_way["turn_acceleration"][at])
    return _SWING * max(0.0, float(tb.body["min_turn_radius"][at]) - radius)


def _size(who: _Rider, drift: float, room: tuple[float, float] = _ROOM) -> tuple[float, ...]:
    """Length, width and rear overhang, with some room [m]."""
    length, width, rear = who.size
    along, aside = room
    return length + 2.0 * along, width + 2.0 * (aside + drift), rear + along


def _from_line(zone: tuple[float, float], u: F8, touches: Any, who: tuple[_Rider, Passage, int]) -> tuple[float, float]:
    """A zone without the way up to where one waits, if nobody is touched on it."""
    waits = who[1].line - who[0].front
    return zone if touches[u <= waits + 0.5 * _STEP].any() else (max(zone[0], waits), max(zone[1], waits))


def _swapped(row: tuple[float, ...]) -> tuple[float, ...]:
    """The same conflict as the other one sees it."""
    e, l, oe, ol, line, o_line, begin, o_begin, end, o_end, rank, turn, o_turn, kind, junction = row
    return oe, ol, e, l, o_line, line, o_begin, begin, o_end, end, -rank, o_turn, turn, kind, junction


def _roads(who: tuple[_Rider, Passage, int]) -> set[str]:
    """Connecting roads of a passage."""
    return {who[0].group.legs[leg].road for leg in who[1].legs}


def _ends(ways: Ways, who: _Rider, _: Passage, leg: int) -> tuple[float, float]:
    b, n = who.example
    return (float(ways.end[b, n, leg - 1]) if leg else 0.0), float(ways.end[b, n, leg])


def _point(path: tuple[F8, ...], u: float) -> tuple[float, float]:
    k = int(np.argmin(np.abs(path[0] - u)))
    return float(path[1][k]), float(path[2][k])


def _near(p: tuple[float, float], q: tuple[float, float]) -> bool:
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 < _SAME * _SAME


def _touching(
    one: tuple[F8, ...], two: tuple[F8, ...], size: tuple[float, ...], other: tuple[float, ...]
) -> npt.NDArray[np.bool_]:
    """(P, Q) whether the bodies touch with their reference points at those places."""
    middles: list[list[F8]] = []
    for path, (length, _, rear), axis in ((one, size, 1), (two, other, 0)):
        ahead = 0.5 * length - rear
        x, y = path[1] + ahead * np.cos(path[3]), path[2] + ahead * np.sin(path[3])
        middles.append([np.expand_dims(each, axis) for each in (x, y, path[3])])
    places = [(middles[0][k], middles[1][k]) for k in range(3)]
    sizes = [(np.array(size[k]), np.array(other[k])) for k in (0, 1)]
    return overlap(places[0], places[1], places[2], sizes[0], sizes[1])


def _interval(u: F8, touch: Any) -> tuple[float, float]:
    found = np.flatnonzero(touch)
    return float(u[found[0]]) - 0.5 * _STEP, float(u[found[-1]]) + 0.5 * _STEP


def _rank(group: Group, junction: str, own: str, other: str) -> float:
    order = group.network.junction(junction).priorities
    return float((other, own) in order) - float((own, other) in order)
