# What may go on from a moment of a run, as scenarios: nobody knows the drivers nor where they turn, so every guess has
# drivers drawn from the priors and routes of its own.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mkdocs_worldmodel.scenario.priors import PRIORS, Priors, drawn_driver, limit_at, usual_driver, usual_speed
from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg, RoadUser
from mkdocs_worldmodel.scenario.route import routes_from
from mkdocs_worldmodel.scenario.scenario import Scenario

_ROOM = 25.0
"""Who is nearer to the end of its road than this for each lane that it would have to cross does not do that [m]."""


class Guesses:
    """Guesses about the road users of one network."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self._roads = {road.id: road for road in network.roads}
        self._known: dict[tuple[str, int, int, int], list[tuple[Leg, ...]]] = {}

    def futures(self, start: Scenario, count: int, seed: int, priors: Priors = PRIORS) -> list[Scenario]:
        """Return `count` guesses at how a resumed scenario goes on; fewer guesses are the first of more.

        Who stands for good, walks or keeps its speed does so in all of them. The ways of everyone else are dealt out
        in turn, so that all are represented before any comes again.
        """
        columns = [list(self._user(user, count, (seed, n), priors)) for n, user in enumerate(start.users)]
        return [replace(start, users=tuple(column[k] for column in columns)) for k in range(count)]

    def likeliest(self, start: Scenario) -> Scenario:
        """Return the one guess that stands for all: usual drivers who turn least."""
        users = [
            user
            if user.driver != "idm" or not user.present
            else replace(usual_driver(user, self.wanted(user)), route=self.routes(user)[0])
            for user in start.users
        ]
        return replace(start, users=tuple(users))

    def wanted(self, user: RoadUser, priors: Priors = PRIORS) -> float:
        """What speed somebody may want to drive: between what is usual there and what it drives now [m/s]."""
        usual = usual_speed(user.kind, limit_at(self._roads[user.road], user.s), priors)
        return 0.5 * (usual + user.speed)

    def routes(self, user: RoadUser) -> list[tuple[Leg, ...]]:
        """The ways that somebody can still take, those that turn least first."""
        road = self._roads[user.road]
        section = sum(each.s <= user.s for each in road.sections)
        key = (user.road, user.direction, user.lane, section)
        if key not in self._known:
            self._known[key] = routes_from(self.network, user.road, user.direction, user.lane, user.s)
        ways = self._known[key]
        nearest = min(abs(way[0].lane - user.lane) for way in ways)
        left = road.length - user.s if user.direction > 0 else user.s
        able = [way for way in ways if (abs(way[0].lane - user.lane) - nearest) * _ROOM < max(left, 1.0)]
        # who is in a lane for those who turn will turn
        return sorted(able, key=lambda way: abs(way[0].lane - user.lane))

    def _user(self, user: RoadUser, count: int, seed: tuple[int, int], priors: Priors) -> Iterator[RoadUser]:
        if user.driver != "idm" or not user.present:
            yield from [user] * count
            return
        rng, dealer = np.random.default_rng((*seed, 0)), np.random.default_rng((*seed, 1))
        ways, around, hand = self.routes(user), self.wanted(user, priors), list[int]()
        for _ in range(count):
            hand = hand or dealer.permutation(len(ways)).tolist()
            yield replace(drawn_driver(user, around, rng, priors), route=ways[hand.pop()])
