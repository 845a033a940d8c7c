"""OpenSCENARIO files with recorded traffic, made for tests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, ...]
"""time, x, y and, where it is said, heading."""


def vehicle(name: str, category: str = "car", size: Sequence[float] = (4.5, 1.8, 1.5), centre: float = 1.4) -> str:
    """An entity; `centre`: from its reference point to the middle of its box."""
    length, width, height = size
    box = f'<BoundingBox><Center x="{centre}" y="0" z="0.7"/>'
    box += f'<Dimensions length="{length}" width="{width}" height="{height}"/></BoundingBox>'
    kind, attribute = (
        ("Pedestrian", "pedestrianCategory") if category == "pedestrian" else ("Vehicle", "vehicleCategory")
    )
    return f'<ScenarioObject name="{name}"><{kind} {attribute}="{category}">{box}</{kind}></ScenarioObject>'


def follow(who: str, points: Iterable[Point], *, timing: str = "absolute", delay: float = 0.0, when: str = "") -> str:
    """Somebody who follows points; `when`: the condition of the event, else `delay` and half a second after it."""
    vertices = "\n".join(f'<Vertex time="{p[0]}"><Position>{_position(p)}</Position></Vertex>' for p in points)
    time = f'<TimeReference><Timing domainAbsoluteRelative="{timing}" scale="1" offset="0"/></TimeReference>'
    by_time = f'<ByValueCondition><SimulationTimeCondition value="{delay}" rule="greaterThan"/></ByValueCondition>'
    return f"""<ManeuverGroup><Actors><EntityRef entityRef="{who}"/></Actors><Maneuver><Event><Action><PrivateAction>
      <RoutingAction><FollowTrajectoryAction><Trajectory name="t" closed="false"><Shape><Polyline>
      {vertices}
      </Polyline></Shape></Trajectory>{time if timing else ""}<TrajectoryFollowingMode followingMode="position"/>
      </FollowTrajectoryAction></RoutingAction></PrivateAction></Action><StartTrigger><ConditionGroup>
      <Condition name="c" delay="0.5">{when or by_time}</Condition></ConditionGroup></StartTrigger></Event></Maneuver>
      </ManeuverGroup>"""


def _position(point: Point) -> str:
    heading = f' h="{point[3]}"' if len(point) > 3 else ""
    return f'<WorldPosition x="{point[1]}" y="{point[2]}"{heading}/>'


def recording(entities: Iterable[str], story: Iterable[str], roads: str = "roads.xodr") -> str:
    return f"""<?xml version="1.0"?>
<OpenSCENARIO><FileHeader revMajor="1" revMinor="0"/>
<RoadNetwork><LogicFile filepath="{roads}"/></RoadNetwork>
<Entities>{"".join(entities)}</Entities>
<Storyboard><Init><Actions/></Init>
<Story name="s"><Act name="a">{"".join(story)}</Act></Story><StopTrigger/></Storyboard>
</OpenSCENARIO>"""


def straight(speed: float, seconds: float, y: float = -1.75, x: float = 10.0, step: float = 0.1) -> list[Point]:
    """Points of someone who drives along +x."""
    count = round(seconds / step) + 1
    return [(k * step, x + speed * k * step, y, 0.0) for k in range(count)]


def circle(radius: float, speed: float, seconds: float, step: float = 0.1) -> list[Point]:
    """Points of someone who drives round the origin, to the left."""
    count, rate = round(seconds / step) + 1, speed / radius
    angles = [rate * k * step for k in range(count)]
    return [(k * step, radius * math.sin(a), -radius * math.cos(a), a) for k, a in enumerate(angles)]
