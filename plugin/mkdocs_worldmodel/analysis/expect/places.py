# Places that expectations speak of: the junction and the pedestrian crossings, as lines on a road user's way.

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkdocs_worldmodel.analysis.measures import F8
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.analysis.said import Said, say
from mkdocs_worldmodel.analysis.wording import PLACES, plain_name
from mkdocs_worldmodel.scenario.road import Road, RoadNetwork
from mkdocs_worldmodel.scenario.scenario import Scenario

Bools = npt.NDArray[np.bool_]
JUNCTION = "junction"
_MERGES = frozenset({"the ramp", "the exit"})
"""Junctions of the model that a driver would not call one."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a place begins for a road user that comes along a road."""

    road: str
    direction: int
    """+1 for those who come with increasing s."""
    s: float
    """[m]"""


def place_names(scenario: Scenario) -> list[str]:
    """All places that an expectation may name."""
    crossings = [o.id for road in scenario.network.roads for o in road.objects if o.type == "crosswalk" and o.id]
    return [*([JUNCTION] if _junctions(scenario.network) else []), *dict.fromkeys(crossings)]


def _junctions(network: RoadNetwork) -> set[str]:
    return {j.id for j in network.junctions if j.name not in _MERGES}


def place_called(place: str) -> Said:
    """How a sentence calls a place."""
    return PLACES["the junction"] if place == JUNCTION else say("the {place}", place=plain_name(place))


def edge_of(scenario: Scenario, user: int, place: str) -> Edge | None:
    """Where a place begins on a road user's way; None where the way does not lead to it."""
    me = scenario.users[user]
    legs = [(leg.road, leg.direction) for leg in me.route] or [(me.road, me.direction)]
    for road_id, direction in legs:
        road = scenario.network.road(road_id)
        s = (
            _junction_line(scenario.network, road, direction)
            if place == JUNCTION
            else _crossing_edge(road, direction, place)
        )
        started_past = road_id == me.road and s is not None and direction * (s - me.s) < 0.0
        if s is not None and not started_past:
            return Edge(road_id, direction, s)
    return None


def _crossing_edge(road: Road, direction: int, place: str) -> float | None:
    found = [o for o in road.objects if o.type == "crosswalk" and o.id == place]
    return found[0].s - direction * 0.5 * found[0].length if found else None


def _junction_line(network: RoadNetwork, road: Road, direction: int) -> float | None:
    """The stop line before the junction at a road's end, or that end itself."""
    link = road.successor if direction > 0 else road.predecessor
    if link is None or link.kind != "junction" or link.id not in _junctions(network):
        return None
    end = road.length if direction > 0 else 0.0
    lines = [o.s for o in road.objects if o.type == "stop line" and abs(o.s - end) <= 20.0]
    return min(lines, key=lambda s: abs(s - end), default=end)


def front_past(readings: Readings, user: int, edge: Edge) -> Bools:
    """(T,) whether a road user's front has reached an edge, by then or earlier."""
    run = readings.run
    front = run.length[user] - run.rear_overhang[user]
    on = run.road[:, user] == run.roads.index(edge.road)
    reached = on & (edge.direction * (run.s[:, user] - edge.s) + front >= 0.0)
    left = np.cumsum(on) > 0  # it was there before, and drives on elsewhere
    past: Bools = np.maximum.accumulate(reached | (left & ~on))
    return past


def before_edge(readings: Readings, user: int, edge: Edge) -> F8:
    """(T,) how far a road user's front is before an edge [m]; nan while it is on another road."""
    run = readings.run
    front = run.length[user] - run.rear_overhang[user]
    on = run.road[:, user] == run.roads.index(edge.road)
    return np.where(on, edge.direction * (edge.s - run.s[:, user]) - front, np.nan)


def inside(readings: Readings, user: int, place: str) -> Bools:
    """(T,) whether any part of a road user is in a place: a junction's roads, or a crossing's stripes."""
    run, network = readings.run, readings.scenario.network
    here: Bools = np.zeros(len(run.time), dtype=bool)
    if place == JUNCTION:
        junctions = _junctions(network)
        roads = [i for i, road in enumerate(network.roads) if road.junction in junctions]
        here |= np.isin(run.road[:, user], roads)
        return here
    front, rear = run.length[user] - run.rear_overhang[user], run.rear_overhang[user]
    way, s, t = run.direction[:, user], run.s[:, user], run.t[:, user]
    nose, tail = s + way * front, s - way * rear
    low, high = np.minimum(nose, tail), np.maximum(nose, tail)
    for road in network.roads:
        for o in road.objects:
            if o.type == "crosswalk" and o.id == place:
                on = run.road[:, user] == run.roads.index(road.id)
                along = (high >= o.s - 0.5 * o.length) & (low <= o.s + 0.5 * o.length)
                here |= on & along & (t >= o.t_low) & (t <= o.t_high)
    return here


def left_after(readings: Readings, user: int, place: str) -> int | None:
    """The row in which a road user has passed a place: it was inside, and is so no more."""
    here = inside(readings, user, place)[: readings.last + 1]
    gone = np.flatnonzero((np.cumsum(here) > 0) & ~here)
    return int(gone[0]) if len(gone) else None
