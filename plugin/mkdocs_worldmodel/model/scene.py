# Scenarios → what the model knows of their road users: bodies, corridors, where these meet. Training and the world
# that drives with the model see scenes through this one door.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.model.corridor import MIDDLE, Corridor, Pool, Roads, conflicts
from mkdocs_worldmodel.model.features import ASPECT_GROUPS, KINDS, THING, WALKER, Users
from mkdocs_worldmodel.model.kinematics import Lane
from mkdocs_worldmodel.rollout.rollout import ASPECTS
from mkdocs_worldmodel.rollout.route_lead import route_of
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg, RoadUser
from mkdocs_worldmodel.scenario.scenario import Scenario

F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]
I1 = npt.NDArray[np.int8]
I8 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_Way = tuple[int, tuple[Leg, ...], float, float]
"""Network, route, and which part of it, as metres from the entry of its first leg."""

SIGHT = 160.0
"""How far ahead anybody sees its lane end [m]."""
_FAST = 45.0
"""Nobody comes farther in a second [m]; who drives faster at the start, half as far again as it does then."""
_BEFORE = 60.0
"""Road behind the start [m]."""
_PIECE = 500.0
"""Corridors of long routes begin and end at multiples of this, so that many road users share them [m]."""
_LONGER = 1.2
"""Lanes are no longer than this times the road's reference line."""
_NEVER = 1e6
"""Station of what is not there [m]."""
_GROUPS: I1 = np.array([ASPECT_GROUPS.get(aspect, -1) for aspect in ASPECTS], dtype=np.int8)


def signal_groups(shown: npt.NDArray[np.integer]) -> I1:
    """What lights show, places in ASPECTS, as the groups that the model knows; any shape."""
    groups: I1 = _GROUPS[shown]
    return groups


def class_of(user: RoadUser) -> int:
    """Class of a road user that the model knows; whatever stands for good is a thing."""
    kind = KINDS[user.kind]
    return THING if user.driver == "still" and kind != WALKER else kind


def follows(user: RoadUser) -> bool:
    """Whether a road user keeps to lanes, and so has a corridor."""
    return class_of(user) < WALKER


class Corridors:
    """The corridors of all road users of S scenarios; of those who go the same way on the same roads, one.

    A road user's corridor does not depend on who else is there.

    Attributes:
        pool: the corridors as the model reads them.
    """

    def __init__(self, scenarios: Sequence[Scenario], *, seconds: float, there: Mask | None = None) -> None:
        """Lay the corridors.

        Args:
            scenarios: (S,)
            seconds: for how long they are driven [s]; corridors lead as far as anybody can come by then
            there: (S, N) whose are needed; None: everyone's
        """
        self.seconds = seconds
        self._roads: list[Roads] = []
        self._equal: dict[RoadNetwork, int] = {}
        self._seen: dict[int, tuple[RoadNetwork, int]] = {}
        wanted: dict[_Way, None] = {}
        for b, scenario in enumerate(scenarios):
            network = self._network(scenario.network)
            for n, user in enumerate(scenario.users):
                if not follows(user) or not (there is None or there[b, n]):
                    continue
                wanted[self._way(network, user)] = None
        ways = sorted(wanted, key=lambda way: way[0])
        self._numbers = {way: i for i, way in enumerate(ways)}
        self._corridors = [self._roads[network].corridor(legs, (low, high)) for network, legs, low, high in ways]
        self._meetings: list[tuple[int, F4]] = []
        """Of each network: number of its first corridor, and where they meet."""
        first = 0
        for network, roads in enumerate(self._roads):
            count = sum(way[0] == network for way in ways)
            table = conflicts(roads.network, self._corridors[first : first + count])
            self._meetings.append((first, table.astype(np.float32)))
            first += count
        self.pool = Pool(self._corridors or [_any(self._roads[0])])

    def place(self, scenarios: Sequence[Scenario], columns: I8) -> tuple[Users, Lane]:
        """Road users on their corridors.

        Args:
            scenarios: (S,) whose ways are among those that this was made of; others are on none
            columns: (S, M) which road users of each; -1 for nobody

        Returns:
            what does not change about them, and about where they begin: (S, M); `features.locate` comes nearer.
        """
        shape = columns.shape
        of: I8 = np.full(shape, -1, dtype=np.int64)
        kind: I8 = np.full(shape, THING, dtype=np.int64)
        begin, length, width, front = (np.zeros(shape) for _ in range(4))
        radius = np.ones(shape)
        for b, m in zip(*np.nonzero(columns >= 0), strict=True):
            user = scenarios[b].users[columns[b, m]]
            body = user.body
            kind[b, m] = class_of(user)
            length[b, m], width[b, m], front[b, m] = body.length, body.width, body.front
            radius[b, m] = body.min_turn_radius
            network = self._network(scenarios[b].network)
            number = self._numbers.get(self._way(network, user)) if follows(user) else None
            if number is not None:
                of[b, m] = number
                begin[b, m] = self._driven(network, user) + self._corridors[number].begin
        users = Users(of, kind, length, width, front, radius, self.conflict(of))
        return users, Lane(of, np.full(shape, MIDDLE), begin)

    def conflict(self, of: I8) -> F4:
        """Where the ways of the road users of a scene meet, (S, M, M, 4), by the numbers of their corridors (S, M)."""
        out = np.zeros((*of.shape, of.shape[1], 4), dtype=np.float32)
        out[..., :2] = _NEVER
        for first, table in self._meetings:
            here = (of >= first) & (of < first + len(table))
            local = np.where(here, of - first, 0)
            both = here[:, :, None] & here[:, None, :]
            if len(table):
                out = np.where(both[..., None], table[local[:, :, None], local[:, None, :]], out)
        return out

    def _network(self, network: RoadNetwork) -> int:
        """Number of a network; the same for equal ones."""
        if id(network) not in self._seen:
            number = self._equal.setdefault(network, len(self._equal))
            if number == len(self._roads):
                self._roads.append(Roads(network))
            self._seen[id(network)] = (network, number)
        return self._seen[id(network)][1]

    def _way(self, network: int, user: RoadUser) -> _Way:
        """The corridor of a road user: its route, and which part of it [m]; short routes as a whole."""
        roads, legs, at = self._roads[network], route_of(user), self._driven(network, user)
        length = sum(float(roads.line.length[roads.index[leg.road]]) for leg in legs)
        ahead = max(_FAST, 1.5 * user.speed) * self.seconds + SIGHT
        low, high = _PIECE * np.floor((at - _BEFORE) / _PIECE), _PIECE * np.ceil((at + ahead) / _PIECE)
        return network, legs, max(0.0, float(low)), float(high) if high < _LONGER * length else np.inf

    def _driven(self, network: int, user: RoadUser) -> float:
        """Metres from the entry of a road user's first road to it, about."""
        roads, first = self._roads[network], route_of(user)[0]
        entry = 0.0 if first.direction > 0 else float(roads.line.length[roads.index[first.road]])
        return first.direction * (user.s - entry)


def _any(roads: Roads) -> Corridor:
    """A corridor for scenes in which nobody has one."""
    road = next(r for r in roads.network.roads if any(ln.id for ln in r.sections[0].lanes))
    lane = next(ln.id for ln in road.sections[0].lanes if ln.id)
    return roads.corridor([Leg(road.id, 1, lane)])
