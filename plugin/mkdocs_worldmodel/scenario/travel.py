# How far everybody comes, and so where the ego starts and how long roads are where an author does not say it.

from __future__ import annotations

import math

from mkdocs_worldmodel.scenario.cast import default_driver, default_speed
from mkdocs_worldmodel.scenario.road_user import BODIES
from mkdocs_worldmodel.scenario.stage import EGO
from mkdocs_worldmodel.spec.model import ScenarioSpec
from mkdocs_worldmodel.spec.road import RoadSpec
from mkdocs_worldmodel.spec.story import DoSpec
from mkdocs_worldmodel.spec.users import ActorSpec

_MARGIN = 60.0


def ego_start(spec: ScenarioSpec) -> float:
    """Where the ego's reference point starts: where it is said, else far enough along for all that is behind it [m]."""
    if spec.ego.at is not None:
        return spec.ego.at
    needed = [20.0]
    open_ended = _can_begin_anywhere(spec.road)
    for name, actor in spec.actors.items():
        if actor.on is not None:
            continue
        # a road whose length is not said is long enough for those who drive towards its beginning, too
        travel = _travel(spec, name) if open_ended and _is_oncoming(spec, actor) else 0.0
        length = actor.size.length or BODIES[actor.kind].length
        if actor.behind is not None:
            needed.append(actor.behind + length + travel)
        elif actor.ahead is not None:
            needed.append(travel - actor.ahead)
        elif actor.beside is not None:
            needed.append(travel + length)
        elif actor.before is not None and spec.road.junction is not None and spec.road.junction.ahead is not None:
            needed.append(actor.before + length - spec.road.junction.ahead)
    behind = [do.teleport.behind or 0.0 for do in _told(spec) if do.teleport is not None]
    needed += [metres + 12.0 for metres in behind if metres]
    return max(40.0, math.ceil(max(needed) + 20.0))


def _can_begin_anywhere(road: RoadSpec) -> bool:
    """Whether no length and no place is counted from the beginning of the ego's road."""
    single = (road.junction, road.ramp, road.exit)
    several = (*road.crossings, *road.lane_ends, *road.lane_begins, *road.speed_limits)
    fixed = any(place is not None and place.at is not None for place in (*single, *several))
    return road.length is None and road.segments is None and not fixed


def default_length(spec: ScenarioSpec, ego_s: float) -> float:
    """Length of roads for which none is said: long enough for everybody until the stop [m]."""
    ends = [ego_s + _travel(spec, EGO)]
    for name, actor in spec.actors.items():
        travel = 0.0 if _is_oncoming(spec, actor) else _travel(spec, name)
        if actor.on is not None:
            # whoever drives towards the junction comes out of it on another road
            ends.append(max((actor.before or 0.0) + 30.0, (actor.after or 0.0) + _travel(spec, name) + 30.0))
            continue
        start = actor.at if actor.at is not None else ego_s + (actor.ahead or actor.after or 0.0) + 30.0
        ends.append(start + travel)
        for event in spec.story:
            told = event.do.users.get(name)
            if told is not None and told.teleport is not None:
                place = told.teleport.at if told.teleport.at is not None else ego_s + (told.teleport.ahead or 0.0) + 30
                ends.append(place + travel)
    return 50.0 * math.ceil((max(ends) + _MARGIN) / 50.0)


def _told(spec: ScenarioSpec) -> list[DoSpec]:
    return [do for event in spec.story for do in event.do.users.values()]


def _is_oncoming(spec: ScenarioSpec, actor: ActorSpec) -> bool:
    lane = actor.lane
    if isinstance(lane, int):
        oncoming = lane < 0
    else:
        oncoming = lane.side is not None and lane.side != spec.road.keep and spec.road.oncoming > 0
    return oncoming != (actor.facing == "against")


def _travel(spec: ScenarioSpec, name: str) -> float:
    """How far along the road a road user can come until the stop [m]."""
    fastest = _fastest(spec, name)
    for event in spec.story:
        do = event.do.users.get(name)
        if do is None:
            continue
        if do.speed is not None and do.speed.to is None:
            other = _fastest(spec, do.speed.relative_to) if do.speed.relative_to in {EGO, *spec.actors} else fastest
            fastest = max(fastest, other + (do.speed.by or 0.0))
        if do.keep_gap is not None:  # who closes a gap is faster for a while
            fastest = max(fastest, *(1.2 * _fastest(spec, n) for n in (EGO, *spec.actors)))
    paths = [e.do.users[name].follow for e in spec.story if name in e.do.users]
    points = max((point[0] for path in paths if path is not None for point in path.points), default=0.0)
    farthest = max(fastest * spec.stop.time, points)
    curve = spec.road.curve
    if curve is None:
        return farthest
    # on the inside of a bend a metre of lane is more than a metre of road
    side = spec.road.oncoming if (curve.to == "left") == (spec.road.keep == "right") else spec.road.lanes
    inside = curve.radius - side * (spec.road.lane_width or 3.75)
    return farthest * curve.radius / max(inside, 0.25 * curve.radius)


def _fastest(spec: ScenarioSpec, name: str | None) -> float:
    user = spec.ego if name == EGO or name is None else spec.actors[name]
    own = user.speed
    if own is None and isinstance(user, ActorSpec):
        own = default_speed(user, user.driver or default_driver(user), spec.ego.speed)
    speeds = [own or 0.0, user.desired_speed or 0.0]
    for event in spec.story:
        do = event.do.users.get(name or EGO)
        if do is not None:
            told = (do.speed and do.speed.to, do.teleport and do.teleport.speed, do.follow and do.follow.speed)
            speeds += [s for s in told if s]
    return max(speeds)
