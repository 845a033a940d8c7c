# Where road users start: from an author's lanes and free metres to positions on roads, and what is impossible there.

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from mkdocs_worldmodel.scenario.geometry import lane_centre
from mkdocs_worldmodel.scenario.layout import Arm, edge_lane, lane_id
from mkdocs_worldmodel.scenario.overlap import Box, depth, extent, overlaps
from mkdocs_worldmodel.scenario.road import DRIVABLE, Road
from mkdocs_worldmodel.scenario.road_user import Body, RoadUser
from mkdocs_worldmodel.scenario.stage import EGO, OWN_ROAD, Stage
from mkdocs_worldmodel.spec.keys import EdgeRef
from mkdocs_worldmodel.spec.messages import did_you_mean
from mkdocs_worldmodel.spec.text import KeyPath
from mkdocs_worldmodel.spec.users import ActorSpec, Facing

_HEADING: dict[Facing, float] = {"along": 0.0, "against": 0.0, "left": 0.5 * math.pi, "right": -0.5 * math.pi}


class Spot:
    """A place for a body: road, lane, driving direction, and how it stands."""

    __slots__ = ("direction", "heading", "lane", "road", "s", "t")

    def __init__(self, road: Road, lane: int, direction: int, s: float, offset: float, heading: float = 0.0) -> None:
        self.road, self.lane, self.direction, self.s, self.heading = road, lane, direction, s, heading
        self.t = _centre(road, lane, s) + direction * offset


def _centre(road: Road, lane: int, s: float) -> float:
    """Middle of a lane at s; beyond the road's ends, and where the lane is not yet or no more, at its nearest end."""
    places = [s, *(max(section.s, 0.0) + 1e-3 for section in road.sections)]
    for place in places:
        try:
            return lane_centre(road, lane, min(max(place, 0.0), road.length))
        except KeyError:
            continue
    return 0.0


def place_ego(stage: Stage, s: float) -> tuple[Spot, bool]:
    """Where the ego starts, and whether it was asked for so; else in lane 1, so that others can be placed."""
    spec = stage.spec.ego
    road = stage.road(OWN_ROAD)
    lane = stage.lane(spec.lane, road, +1, s, (EGO, "lane"))
    if lane is not None:
        return Spot(road, lane, +1, s, spec.offset), True
    first = lane_id(road, 1, +1, s)
    return Spot(road, first if first is not None else -1, +1, s, 0.0), False


def place_actor(stage: Stage, name: str, actor: ActorSpec, body: Body) -> Spot | None:
    """Where an actor starts; None where there is no such place, which is noted."""
    path: KeyPath = ("actors", name)
    arms = stage.layout.arms
    if actor.on is not None and actor.on not in arms:
        known = [name for name in arms if name != EGO]
        hint = did_you_mean(actor.on, known) if known else "give the road a junction, a ramp or an exit"
        stage.wrong((*path, "on"), f"the road has no arm '{actor.on}'", hint)
        return None
    arm = arms[actor.on or EGO]
    road = stage.road(arm.road)
    heading = _HEADING[actor.facing]
    back, forth = extent(body, heading)
    if actor.before is None and actor.after is None:
        oncoming = runs_against(stage, actor.lane, arm) != (actor.facing == "against")
        low, high = (forth, back) if oncoming else (back, forth)
        road_id, s = stage.layout.place(_station(stage, actor, low, high))
        road = stage.road(road_id)
        found = lane_on(stage, actor.lane, arm, road, s, (*path, "lane"))
    else:
        key = "before" if actor.before is not None else "after"
        if (key == "before" and arm.stop_s is None and actor.on is None) or (key == "after" and arm.name == "ramp"):
            stage.wrong((*path, key), "there is no junction on this road",
                        "give the road a junction, or place it with ahead: or at:")  # fmt: skip
            return None
        edge = _edge_of(arm, road, key)
        found = lane_on(stage, actor.lane, arm, road, edge, (*path, "lane"))
        if found is None:
            return None
        if isinstance(actor.lane, int) and (found[1] == arm.toward) != (key == "before"):
            way, other = ("away from", "after") if key == "before" else ("towards", "before")
            stage.wrong((*path, key), f"{name} drives {way} the junction in that lane",
                        f"give {other}:, or the lane of the other direction")  # fmt: skip
            return None
        against = (found[1] < 0) != (actor.facing == "against")
        low, high = (forth, back) if against else (back, forth)
        # free metres run from the junction's edge towards the road's other end
        metres = (actor.before if actor.before is not None else actor.after) or 0.0
        away = metres + (high if arm.toward > 0 else low)
        s = stage.lines.further(stage.rows[road.id], edge, _centre(road, found[0], edge), -arm.toward * away)
    if found is None:
        return None
    lane, direction = found
    if actor.facing == "against":
        direction = -direction
    return Spot(road, lane, direction, s, actor.offset, heading)


def _edge_of(arm: Arm, road: Road, key: str) -> float:
    """Where free metres before or after a junction are counted from [m]."""
    end = road.length if arm.toward > 0 else 0.0
    return arm.stop_s if key == "before" and arm.stop_s is not None else end


def _station(stage: Stage, actor: ActorSpec, low: float, high: float) -> float:
    """Where along the ego's road an actor's reference point is; its body reaches `low` back and `high` on [m]."""
    ego = stage.ego
    if actor.at is not None:
        return actor.at
    if actor.ahead is not None:
        return stage.ahead_of_ego(ego.body.front + actor.ahead + low)
    if actor.behind is not None:
        return stage.ahead_of_ego(-(ego.body.rear_overhang + actor.behind + high))
    return ego.s + ego.body.centre - 0.5 * (high - low)


def runs_against(stage: Stage, lane: int | EdgeRef, arm: Arm) -> bool:
    """Whether traffic in that lane drives with falling s."""
    if isinstance(lane, int):
        return (arm.toward if lane > 0 else -arm.toward) < 0
    road = stage.road(arm.road)
    found = _edge(stage, lane, arm, road, 0.0)
    return found is not None and _flow(road, found) < 0


def lane_on(stage: Stage, lane: int | EdgeRef, arm: Arm, road: Road, s: float, path: KeyPath) -> tuple[int, int] | None:
    """(OpenDRIVE lane, driving direction) of an author's lane or edge; None where there is none, which is noted."""
    if isinstance(lane, int):
        # nobody drives towards the junction in an exit, so its lanes are those that lead away
        toward = -arm.toward if arm.name == "exit" else arm.toward
        number = stage.lane(lane, road, toward, s, path)
        return None if number is None else (number, toward if lane > 0 else -toward)
    found = _edge(stage, lane, arm, road, s)
    if found is None:
        kind = lane.kind.replace("_", " ")
        where = f" on the {lane.side}" if lane.side else ""
        stage.wrong(path, f"the road has no {kind}{where}", f"give the road one with {lane.kind}: 2 m")
        return None
    return found, _flow(road, found)


def _edge(stage: Stage, lane: EdgeRef, arm: Arm, road: Road, s: float) -> int | None:
    side = lane.side or stage.spec.road.keep
    for place in (s, *(section.s + 1e-3 for section in road.sections)):
        if (found := edge_lane(road, lane.kind, arm.toward, side, place)) is not None:
            return found
    return None


def _flow(road: Road, lane: int) -> int:
    """Direction of the traffic beside an edge lane; where its side has no lanes, that of the other side."""
    sides = {1 if ln.id > 0 else -1 for section in road.sections for ln in section.lanes if ln.type in DRIVABLE}
    side = 1 if lane > 0 else -1
    if side not in sides and sides:
        side = -side
    return -side if road.rule == "RHT" else side


# -- what is impossible ------------------------------------------------------------------------------------


def check_places(stage: Stage) -> None:
    """Note who starts off the road, and who starts inside another."""
    users = list(stage.users.values())
    for user in users:
        check_on_road(stage, user, user.road, user.s, _path(user), "start")
    present = [u for u in users if u.present]
    boxes = [_in_the_plane(stage, u) for u in present]
    x, y, r = (np.array([getattr(b, n) for b in boxes]) for n in ("x", "y", "radius"))
    # boxes on a bend lie a little nearer than along the road
    near = np.hypot(x[:, None] - x, y[:, None] - y) < 1.2 * (r[:, None] + r) + 1.0
    for i, j in combinations(range(len(present)), 2):
        if near[i, j]:
            _check_pair(stage, present[i], present[j], boxes[i], boxes[j])


def check_on_road(stage: Stage, user: RoadUser, road_id: str, s: float, path: KeyPath, verb: str) -> None:
    """Note a body that reaches over the end of its road; where other roads go on, its reference point may not."""
    road = stage.road(road_id)
    back, forth = extent(user.body, user.heading)
    low, high = (back, forth) if user.direction > 0 else (forth, back)
    called = road.name or "the road"
    before = -s if road.predecessor is not None else low - s
    beyond = s - road.length if road.successor is not None else s + high - road.length
    if before > 1e-9:
        stage.wrong(path, f"{user.name} would {verb} {before:.1f} m before {called} begins",
                    "place it later, or let the ego start later with at:")  # fmt: skip
    elif beyond > 1e-9 and stage.is_own(road_id) and road_id != stage.layout.main[-1][1]:
        stage.wrong(path, f"{user.name} would {verb} where a ramp joins or an exit leaves",
                    f"place it {beyond:.1f} m earlier, or 10 m later")  # fmt: skip
    elif beyond > 1e-9:
        onward = "; on: ahead places it beyond the junction" if road.successor is not None else ""
        stage.wrong(path, f"{user.name} would {verb} {beyond:.1f} m beyond {_of(called)} end",
                    f"{called} is {road.length:g} m long{onward}")  # fmt: skip


def _of(called: str) -> str:
    return f"{called}'" if called.endswith("s") else f"{called}'s"


def _path(user: RoadUser) -> KeyPath:
    return (EGO,) if user.name == EGO else ("actors", user.name)


def _in_the_plane(stage: Stage, user: RoadUser) -> Box:
    x, y, h = stage.lines.pose(stage.rows[user.road], np.array([user.s]), np.array([user.t]))
    angle = float(h[0]) + user.heading + (math.pi if user.direction < 0 else 0.0)
    c = user.body.centre
    return Box(float(x[0]) + c * math.cos(angle), float(y[0]) + c * math.sin(angle), angle,
               user.body.length, user.body.width)  # fmt: skip


def _check_pair(stage: Stage, a: RoadUser, b: RoadUser, in_plane_a: Box, in_plane_b: Box) -> None:
    """On one road compare along the lanes, where touching bumpers on a bend are apart; else in the plane."""
    if a.road == b.road:
        row = stage.rows[a.road]
        middles = [u.s + u.direction * u.body.centre * math.cos(u.heading) for u in (a, b)]
        bends = stage.lines.heading_at(row, np.array(middles))
        along = middles[1] - middles[0] - 0.5 * (a.t + b.t) * float(bends[1] - bends[0])
        sides = [u.t + u.direction * u.body.centre * math.sin(u.heading) for u in (a, b)]
        box_a = Box(0.0, sides[0], a.heading, a.body.length, a.body.width)
        box_b = Box(along, sides[1], b.heading, b.body.length, b.body.width)
        angle = 0.0
    else:
        box_a, box_b = in_plane_a, in_plane_b
        angle = box_b.angle
    if overlaps(box_a, box_b):
        stage.wrong(_path(b), f"{a.name} and {b.name} are inside each other at the start",
                    f"move one by at least {depth(box_a, box_b, angle):.1f} m, or to another lane")  # fmt: skip
