# Where everybody starts in a random scene: from a focus outwards, lane by lane, at gaps and speeds of flowing, dense or
# jammed traffic, so that the first moment looks as if it had been driven up to.

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.scenario.overlap import Box, overlaps
from mkdocs_worldmodel.scenario.road_user import Leg, RoadUser
from mkdocs_worldmodel.scenario.route import find_route
from mkdocs_worldmodel.training.scenes_cast import HEAVY, Part, Temper, temper
from mkdocs_worldmodel.training.scenes_roads import Ground
from mkdocs_worldmodel.training.scenes_stretches import Stretch

_NEAR = 45.0
"""Places this much further from the focus are taken e times more rarely [m]."""
_EASY = 1.8
"""Nobody starts so close that it must brake harder than this [m/s²]."""
_INBOUND = 3.0
"""Lanes that lead to a junction are taken so many times more often than others."""
_COMMITTED = 60.0
"""Nearer to a junction than this one is in the lane of one's turn already [m]."""
_TO_CROSSING = 0.7
"""Share of people on foot who walk towards a crossing."""
_ABREAST = 0.6
"""People on foot keep so far from each other across the pavement [m]."""
_TURNS = ("left", "right", "straight", "exit")
_ROOM = 0.6
"""Bodies are taken to be so much longer and wider, that nobody starts inside another [m]."""
_MARGIN = 0.5
"""Between a body and the end of its stretch [m]."""
_COLOUR = "#8090a0"


@dataclass(frozen=True, slots=True)
class Traffic:
    """How dense the traffic of a scene is."""

    spacing: float
    """Headways are this many times what drivers keep."""
    flow: float
    """Speed over the limit."""


def traffic(kind: str, rng: np.random.Generator) -> Traffic:
    """Free, flowing, dense or jammed."""
    jam = kind == "stop_and_go"
    level = int(rng.choice(4, p=(0.05, 0.2, 0.35, 0.4) if jam else (0.3, 0.4, 0.22, 0.08)))
    spacing = float(rng.uniform(*((2.0, 5.0), (1.1, 2.4), (0.85, 1.4), (0.8, 1.3))[level]))
    flow = float(rng.uniform(*((0.95, 1.1), (0.8, 1.05), (0.45, 0.85), (0.02, 0.4))[level]))
    return Traffic(spacing, flow)


class _Queue:
    """A stretch that fills from somewhere in it, forwards and backwards; metres count along the driving direction."""

    __slots__ = ("high", "high_headway", "high_speed", "last", "low", "low_speed", "start", "stretch")

    def __init__(self, stretch: Stretch, rng: np.random.Generator) -> None:
        self.stretch = stretch
        self.last = abs(float(stretch.s[-1] - stretch.s[0]))
        self.start = min(max(stretch.near * stretch.step + rng.normal(0.0, 18.0), 0.0), self.last)
        self.low = self.high = self.start
        self.low_speed = self.high_speed = -1.0
        self.high_headway = 1.0

    def most(self, u: float) -> float:
        """Speed at which one may start there [m/s]."""
        each = self.stretch
        return float(each.most[each.place(u)])


@dataclass(frozen=True, slots=True)
class Placed:
    """The road users of a scene, and who of them leads its lane."""

    users: tuple[RoadUser, ...]
    leads: tuple[bool, ...]


class Scene:
    """Places the road users of one scene after the other on one ground."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._choice = any(each.rank for each in ground.stretches if each.use == "drive")
        self._routes: dict[tuple[int, bool], list[tuple[Leg, ...]]] = {}
        self._taken: list[Box] = []
        """Where somebody starts already."""

    def populate(self, parts: Sequence[Part], count: int, kind: str, rng: np.random.Generator) -> Placed:
        """Place up to `count` of the parts, the ego among them; the others are absent."""
        how = traffic(kind, rng)
        others = (1 + rng.permutation(len(parts) - 1)).tolist()[: count - 1]
        order = list(others)
        order.insert(int(rng.integers(min(len(order), 2) + 1)), 0)  # early enough that there is room
        queues = {
            use: [_Queue(each, rng) for each in self.ground.stretches if each.use == use]
            for use in ("drive", "cycle", "park", "walk")
        }
        self._taken = []
        users: dict[int, RoadUser] = {}
        owners: dict[int, _Queue] = {}
        for n in order:
            part = parts[n]
            mind = temper(part, rng, choice=self._choice)
            found = self._place(part, mind, how, queues, rng)
            if found is not None:
                users[n], queue = found
                owners[n] = queue
        everyone = tuple(users.get(n) or self._absent(part, rng) for n, part in enumerate(parts))
        leads: dict[int, int] = {}
        for n, queue in owners.items():
            ahead = leads.setdefault(id(queue), n)
            if users[n].direction * (users[n].s - users[ahead].s) > 0.0:
                leads[id(queue)] = n
        return Placed(everyone, tuple(n in leads.values() for n in range(len(parts))))

    # -- one road user -------------------------------------------------------------------------------------

    def _place(
        self, part: Part, mind: Temper, how: Traffic, queues: dict[str, list[_Queue]], rng: np.random.Generator
    ) -> tuple[RoadUser, _Queue] | None:  # fmt: skip
        use = {"drives": "drive", "stuck": "drive", "parks": "park", "walks": "walk", "cycles": "cycle"}[part.role]
        lanes = queues[use]
        aside = False
        if part.role == "cycles" and (not lanes or rng.random() < 0.15):
            lanes, aside = [q for q in queues["drive"] if q.stretch.rank == 0], True
        if part.kind in HEAVY:
            lanes = [q for q in lanes if q.stretch.rank <= 1]
        options: list[tuple[float, _Queue, float, bool, float]] = []
        pace, spread = float(rng.uniform(0.9, 1.05)), float(rng.exponential(0.5))
        for queue in lanes:
            stretch = queue.stretch
            limit = float(stretch.limit[stretch.near])
            speed = min(mind.wish(limit), how.flow * (1.0 + 0.06 * stretch.rank) * limit) * pace
            for forward in (True, False):
                found = _spot(queue, part, mind, speed, forward, how.spacing * (0.75 + spread))
                if found is not None:
                    u, v = found
                    away = stretch.distance + abs(u - stretch.near * stretch.step)
                    weight = math.exp(-away / _NEAR) * (_INBOUND if stretch.to_junction else 1.0)
                    options.append((weight, queue, u, forward, v))
        while options:
            weights = np.cumsum([each[0] for each in options])
            _, queue, u, forward, v = options.pop(int(np.searchsorted(weights, rng.random() * weights[-1])))
            box = _box(part, queue.stretch, u)
            if any(_near(box, each) and overlaps(box, each) for each in self._taken):
                continue
            self._taken.append(box)
            _take(queue, part, mind, u, v, forward)
            return self._user(part, mind, queue.stretch, u, v, rng, aside=aside), queue
        return None

    def _user(
        self, part: Part, mind: Temper, stretch: Stretch, u: float, v: float, rng: np.random.Generator, *, aside: bool
    ) -> RoadUser:
        s = float(stretch.s[0]) + stretch.direction * u
        t = stretch.middle(u)[0]
        if aside:
            out = 1.0 if stretch.road.rule == "LHT" else -1.0
            t += stretch.direction * out * float(rng.uniform(0.7, 1.1))
        still = part.role in {"walks", "parks", "stuck"}
        direction, heading = stretch.direction, 0.0
        if part.role == "walks":
            direction, heading = 1, self._walks_to(stretch.road.id, s, rng)
            t += _ABREAST * (int(part.name.rsplit("_", 1)[1]) % 4 - 1.5)
        wish = mind.wish(float(stretch.limit[stretch.place(u)]))
        return RoadUser(
            part.name, part.kind, part.body, stretch.road.id, stretch.lane, direction, s, t,
            wish if part.role == "walks" else v, "still" if still else "idm", wish, _COLOUR,
            idm=mind.idm, lane_change=mind.lane_change, give_way=mind.give_way,
            route=() if still else self._route(stretch, u, rng), heading=heading, follows_lane=not still,
        )  # fmt: skip

    def _walks_to(self, road: str, s: float, rng: np.random.Generator) -> float:
        """Where somebody on foot looks, 0 or pi: mostly to the nearest place to cross, where there is one."""
        draw, mostly = rng.random(2).tolist()
        places = [at for where, at in self.ground.layout.crosswalks.values() if where == road]
        if places and mostly < _TO_CROSSING:
            return 0.0 if min(places, key=lambda at: abs(at - s)) > s else math.pi
        return 0.0 if draw < 0.5 else math.pi

    def _route(self, stretch: Stretch, u: float, rng: np.random.Generator) -> tuple[Leg, ...]:
        network = self.ground.layout.network
        if len(network.roads) == 1:
            return ()
        close = (len(stretch.s) - 1) * stretch.step - u < _COMMITTED
        key = (id(stretch), close)
        if key not in self._routes:
            self._routes[key] = _routes(self.ground, stretch, close)
        ways = self._routes[key]
        return ways[int(rng.integers(len(ways)))]

    def _absent(self, part: Part, rng: np.random.Generator) -> RoadUser:
        stretch = next(each for each in self.ground.stretches if each.use == "drive")
        mind = temper(part, rng, choice=False)
        return RoadUser(
            part.name, part.kind, part.body, stretch.road.id, stretch.lane, stretch.direction, float(stretch.s[0]),
            float(stretch.t[0]), 0.0, "still", 0.0, _COLOUR, idm=mind.idm, give_way=mind.give_way, present=False,
            follows_lane=False,
        )  # fmt: skip


def _box(part: Part, stretch: Stretch, u: float) -> Box:
    """The body there, with some room."""
    _, x, y, heading = stretch.middle(u)
    ahead, body = part.body.centre, part.body
    return Box(x + ahead * math.cos(heading), y + ahead * math.sin(heading), heading,
               body.length + _ROOM, body.width + _ROOM)  # fmt: skip


def _near(one: Box, two: Box) -> bool:
    return math.hypot(one.x - two.x, one.y - two.y) < one.radius + two.radius


def _spot(
    queue: _Queue, part: Part, mind: Temper, wish: float, forward: bool, spacing: float
) -> tuple[float, float] | None:  # fmt: skip
    """Place [m] and speed [m/s] of the next one at an end of a queue; None where there is no room."""
    body, idm = part.body, mind.idm
    still = part.role in {"parks", "stuck"}
    if queue.low_speed < 0.0:
        u = max(min(queue.start, queue.last - body.front - _MARGIN), body.rear_overhang + _MARGIN)
        v = 0.0 if still else min(wish, queue.most(u))
    elif forward:
        room = idm.standstill_gap + queue.high_headway * queue.high_speed * spacing
        u = queue.high + room + body.rear_overhang
        v = 0.0 if still else min(wish, queue.most(u))
        closing = max(0.0, queue.high_speed * queue.high_speed - v * v) / (2.0 * _EASY)
        u += closing
        v = min(v, queue.most(u))
    else:
        v = min(wish, queue.most(queue.low - body.front))
        closing = max(0.0, v * v - queue.low_speed * queue.low_speed) / (2.0 * _EASY)
        room = idm.standstill_gap + idm.time_headway * v * spacing + closing
        u = queue.low - room - body.front
        v = min(v, queue.most(u))
    if u - body.rear_overhang < 0.99 * _MARGIN or u + body.front > queue.last - 0.99 * _MARGIN:
        return None
    return u, 0.0 if still else v


def _take(queue: _Queue, part: Part, mind: Temper, u: float, v: float, forward: bool) -> None:
    first = queue.low_speed < 0.0
    if first or forward:
        queue.high, queue.high_speed, queue.high_headway = u + part.body.front, v, mind.idm.time_headway
    if first or not forward:
        queue.low, queue.low_speed = u - part.body.rear_overhang, v


def _routes(ground: Ground, stretch: Stretch, close: bool) -> list[tuple[Leg, ...]]:
    """All ways that lead on from a stretch; close to a junction those of its own lane, where there are any."""
    network = ground.layout.network
    found: list[tuple[Leg, ...]] = []
    for turn in ((), *((each,) for each in _TURNS)):
        try:
            way = find_route(network, stretch.road.id, stretch.direction, stretch.lane, turn, float(stretch.s[0]))
        except ValueError:
            continue
        if way not in found:
            found.append(way)
    own = [way for way in found if way[0].lane == stretch.lane]
    return own if close and own else found
