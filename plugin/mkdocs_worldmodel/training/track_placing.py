# Recorded road users on the roads: who is where, on which way, and who is the ego.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mkdocs_worldmodel.scenario.road import RoadNetwork
from mkdocs_worldmodel.scenario.road_user import THINGS, WALKERS, Leg
from mkdocs_worldmodel.scenario.route import MAX_LEGS, find_route
from mkdocs_worldmodel.training.map_matching import FAR, Matched, Roads
from mkdocs_worldmodel.training.resampling import DT, Rows, resample
from mkdocs_worldmodel.training.track_table import Recorded, Scene

EGO = "ego"
"""Who is called so is the ego, unless another is asked for."""
_OFF_THE_ROADS = 3.0
"""Motor vehicles further than this from all lanes before or after their time on the roads are not there [m]."""
_BEYOND = 0.05
"""So far before the begin or behind the end of its roads it still is on them [m]."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A recorded road user on the roads."""

    user: Recorded
    rows: Rows
    on: Matched
    route: tuple[Leg, ...]


class Placing:
    """Road users of one scene on their way onto its roads."""

    def __init__(self, roads: Roads, scene: Scene, notes: list[str]) -> None:
        self.roads, self.scene, self.notes = roads, scene, notes

    def place(self, ego: str | None) -> list[Placed] | None:
        """All who are on the roads, the ego first; None where nobody is."""
        found = [placed for user in self.scene.users if (placed := self._one(user)) is not None]
        if not found:
            self._note("nobody is on the roads")
            return None

        def fitness(placed: Placed) -> tuple[bool, bool, float]:
            vehicle = placed.user.kind not in WALKERS | THINGS | {"bicycle"}
            return placed.user.name == (ego or EGO), vehicle, float(placed.rows.speed.sum())

        first = max(found, key=fitness)
        if ego is not None and first.user.name != ego:
            self._note(f"{ego[:40]} is not on the roads: {first.user.name[:40]} is the ego")
        return [first, *(each for each in found if each is not first)]

    def _note(self, text: str) -> None:
        self.notes.append(f"scene {self.scene.name[:40]}: {text}")

    def _one(self, user: Recorded) -> Placed | None:
        rows = resample(user, self.scene.begin)
        if rows is None:
            return None
        walks = user.kind in WALKERS | THINGS
        on = self.roads.match(rows.x, rows.y, rows.heading, walks=walks)
        if on is None:
            self._note(f"{user.name[:40]} is near no road and left out")
            return None
        close = np.flatnonzero(
            (on.outside <= (FAR if walks or user.kind == "bicycle" else _OFF_THE_ROADS)) & (on.beyond <= _BEYOND)
        )
        if close.size < 2:
            self._note(f"{user.name[:40]} is off the roads all the time and left out")
            return None
        begin, end = int(close[0]), int(close[-1]) + 1
        if (begin, end) != (0, len(rows.x)):
            self._note(f"{user.name[:40]} is off the roads for {(len(rows.x) - end + begin) * DT:.2f} s at the ends")
            rows = rows.cut(begin, end)
            on = self.roads.match(rows.x, rows.y, rows.heading, walks=walks)
            assert on is not None
        if on.leaps:
            self._note(f"{user.name[:40]} drives {on.leaps} times between roads that are not linked")
        return Placed(user, rows, on, () if walks else self._route(on))

    def _route(self, on: Matched) -> tuple[Leg, ...]:
        """The roads driven, and on from there as one does without a choice; () where they are not linked."""
        network = self.roads.network
        last = np.flatnonzero(np.append((np.diff(on.road) != 0) | (np.diff(on.direction) != 0), True))
        if on.leaps or (on.lane[last] == 0).any():
            return ()
        legs = []
        for k, after in zip(last[:-1].tolist(), last[1:].tolist(), strict=True):
            road, following = network.roads[on.road[k]], network.roads[on.road[after]]
            legs.append(Leg(road.id, int(on.direction[k]), _leaving(network, road.id, following.id, int(on.lane[k]))))
        k = int(last[-1])
        end = network.roads[on.road[k]].id
        onward = find_route(network, end, int(on.direction[k]), int(on.lane[k]), (), float(on.s[k]))
        return (*legs, *onward)[:MAX_LEGS]


def _leaving(network: RoadNetwork, road: str, following: str, lane: int) -> int:
    """The lane in which a road is left for another, nearest to where somebody was at its end."""
    links = [
        link.incoming
        for junction in network.junctions
        for each in junction.connections
        if (each.incoming, each.connecting) == (road, following)
        for link in each.links
    ]
    return min(links, key=lambda each: abs(each - lane), default=lane)
