# Networks by hand for the tests of the cameras: a crossing of two roads in a town, and a ring.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from camera_scenes import road_of, rollout_on

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.road import (
    Contact,
    Cubic,
    Geometry,
    Junction,
    Lane,
    LaneSection,
    Link,
    Road,
    RoadNetwork,
    RoadObject,
    Signal,
)
from mkdocs_worldmodel.scenario.road_user import BODIES, Kind

Placed = tuple[Kind, float, float, float, float]
"""Kind, x, y [m], heading [rad], speed [m/s]."""

CENTRE, REACH, WIDTH = 120.0, 14.0, 3.25
"""Of the crossing: x of its middle, where its arms begin, width of a lane [m]."""


def _section(pavement: float = 2.5) -> LaneSection:
    width, walk = (Cubic(0.0, WIDTH),), (Cubic(0.0, pavement),)
    lanes = [Lane(sign, "driving", width, "curb") for sign in (-1, 1)]
    lanes += [Lane(2 * sign, "sidewalk", walk, height=0.12) for sign in (-1, 1)]
    return LaneSection(0.0, tuple(lanes), "broken")


def _arm(number: str, angle: float) -> Road:
    """A road that begins at the crossing and leads away from it."""
    x, y = CENTRE + REACH * np.cos(angle), REACH * np.sin(angle)
    line = (Geometry(0.0, float(x), float(y), angle, 90.0, 0.0, 0.0),)
    return Road(number, 90.0, line, (_section(),), "town", predecessor=Link("junction", "J"))


def _way(number: str, come: tuple[str, float, Contact], go: tuple[str, float, Contact]) -> Road:
    """A connecting road of one lane between two arms, whose reference line is the middle of the lane."""
    inward, side = come[1] + np.pi, 0.5 * WIDTH
    x = CENTRE + REACH * np.cos(come[1]) + side * np.sin(inward)
    y = REACH * np.sin(come[1]) - side * np.cos(inward)
    turn = float(np.mod(go[1] - inward + np.pi, 2.0 * np.pi) - np.pi)
    radius = REACH - side if turn < 0 else REACH + side
    bend = 0.0 if abs(turn) < 0.1 else float(np.sign(turn)) / radius
    length = 2.0 * REACH if not bend else 0.5 * np.pi * radius
    lane = Lane(-1, "driving", (Cubic(0.0, WIDTH),))
    return Road(
        number,
        length,
        (Geometry(0.0, float(x), float(y), float(inward), length, bend, bend),),
        (LaneSection(0.0, (lane,)),),
        "town",
        lane_offset=(Cubic(0.0, side),),
        predecessor=Link("road", come[0], come[2]),
        successor=Link("road", go[0], go[2]),
        junction="J",
    )


def crossing(*, furnished: bool = True) -> RoadNetwork:
    """A road along +x that meets three others at CENTRE; its stop line lies 7 m before their mouth."""
    own = replace(road_of("town", [(CENTRE - REACH, 0.0, 0.0)]), id="1", sections=(_section(),))
    own = replace(own, successor=Link("junction", "J"))
    length = own.length
    if furnished:
        own = replace(
            own,
            signals=(
                Signal("light", "traffic light", length - 7.0, -WIDTH - 0.7, 1),
                Signal("walk", "pedestrian light", length - 3.0, -WIDTH - 1.0, 1),
                Signal("limit", "speed limit", 40.0, -WIDTH - 0.8, 1, 30 / 3.6),
            ),
            objects=(
                RoadObject("crosswalk", length - 4.0, 4.0, -WIDTH, WIDTH, "crossing"),
                RoadObject("stop line", length - 7.0, 0.5, -WIDTH, 0.0),
            ),
        )
    angles = {"1": np.pi, "2": 0.0, "3": 0.5 * np.pi, "4": -0.5 * np.pi}
    arms = [(name, angle, "end" if name == "1" else "start") for name, angle in angles.items()]
    roads = [own, *(_arm(name, angle) for name, angle in angles.items() if name != "1")]
    pairs = [(a, b) for a in arms for b in arms if a[0] != b[0]]
    roads += [_way(str(5 + i), a, b) for i, (a, b) in enumerate(pairs)]
    return RoadNetwork(tuple(roads), (Junction("J", ()),))


def ring(radius: float = 16.0) -> RoadNetwork:
    """A ring of one lane in four parts around (0, radius), driven counter-clockwise."""
    lanes = (Lane(-1, "driving", (Cubic(0.0, 4.5),), "curb"), Lane(-2, "sidewalk", (Cubic(0.0, 2.5),), height=0.12))
    roads = []
    for i in range(4):
        a = -0.5 * np.pi + 0.5 * np.pi * i
        length = 0.5 * np.pi * radius
        x, y, heading = radius * np.cos(a), radius + radius * np.sin(a), a + 0.5 * np.pi
        line = Geometry(0.0, float(x), float(y), float(heading), length, 1.0 / radius, 1.0 / radius)
        before, after = Link("road", str((i + 3) % 4 + 1), "end"), Link("road", str((i + 1) % 4 + 1))
        roads.append(
            Road(
                str(i + 1),
                length,
                (line,),
                (LaneSection(0.0, lanes, "curb"),),
                "town",
                predecessor=before,
                successor=after,
            )
        )
    return RoadNetwork(tuple(roads))


def placed(network: RoadNetwork, users: Sequence[Placed], aspect: int = 0, rows: int = 20, dt: float = 0.1) -> Rollout:
    """Everyone goes straight on at its speed; all signals show one aspect."""
    base = rollout_on(road_of("town"), [(u[0], -1, 0.0, 0.0, 0.0, 1) for u in users], rows, dt)
    gone = base.time[:, None] * np.array([u[4] for u in users])
    heading = np.array([u[3] for u in users])
    return replace(
        base,
        x=np.array([u[1] for u in users]) + gone * np.cos(heading),
        y=np.array([u[2] for u in users]) + gone * np.sin(heading),
        heading=np.broadcast_to(heading, gone.shape),
        speed=np.broadcast_to(np.array([u[4] for u in users]), gone.shape),
        signals=np.full((rows, len(network.signals())), aspect, dtype=np.int32),
        length=np.array([BODIES[u[0]].length for u in users]),
        roads=tuple(road.id for road in network.roads),
    )
