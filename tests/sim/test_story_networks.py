"""Stories that go from road to road: a straight road in two pieces is no other than the same road in one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from story_scenes import STRAIGHT, WIDTH, change_lane, event, marks, over, run, speed, started, user, walk

from mkdocs_worldmodel.rollout.rollout import Rollout
from mkdocs_worldmodel.scenario.geometry import chain
from mkdocs_worldmodel.scenario.road import Link, Road, RoadNetwork
from mkdocs_worldmodel.scenario.road_user import Leg
from mkdocs_worldmodel.scenario.story import (
    Action,
    Condition,
    DistanceCondition,
    KeepGapAction,
    PositionCondition,
    StopAction,
    TeleportAction,
    ThwCondition,
    TimeToPositionCondition,
    TtcCondition,
)

CUT = 200.0
MIDDLE = -1.5 * WIDTH


def piece(name: str, begin: float, end: float, reverse: bool) -> Road:
    """A part of the straight road; `reverse`: laid out against the other one, as networks often are."""
    length = end - begin
    start = (end, 0.0, np.pi) if reverse else (begin, 0.0, 0.0)
    sign = -1 if reverse else 1
    lanes = tuple(
        replace(ln, id=sign * ln.id, predecessor=-ln.id if reverse else ln.id, successor=-ln.id if reverse else ln.id)
        for ln in STRAIGHT.sections[0].lanes
    )
    section = replace(STRAIGHT.sections[0], lanes=lanes)
    return replace(STRAIGHT, id=name, length=length, geometries=chain([(length, 0.0, 0.0)], start), sections=(section,))


def network(reverse: bool) -> RoadNetwork:
    """The first 200 m, and the rest; where the second is reversed, its links to the first are of the first's ids."""
    first, second = piece("1", 0.0, CUT, False), piece("2", CUT, 1000.0, reverse)
    lanes = tuple(replace(ln, successor=-ln.id if reverse else ln.id) for ln in first.sections[0].lanes)
    first = replace(
        first,
        sections=(replace(first.sections[0], lanes=lanes),),
        successor=Link("road", "2", "end" if reverse else "start"),
    )
    joint = Link("road", "1", "end")
    return RoadNetwork((first, replace(second, successor=joint) if reverse else replace(second, predecessor=joint)))


def at(s: float, split: str) -> tuple[str, float]:
    """Road and s of a place that lies so far along the straight road."""
    if split == "one" or s < CUT:
        return "1", s
    return "2", 1000.0 - s if split == "reversed" else s - CUT


def drive(split: str, condition: Condition, action: Action, driver: str = "scripted") -> Rollout:
    """The ego follows another from the first into the second piece."""
    users = [user(s=s, speed=v, driver=driver, name=n) for n, s, v in (("ego", 100.0, 20.0), ("lead", 180.0, 10.0))]
    net = RoadNetwork((STRAIGHT,))
    if split != "one":
        net = network(split == "reversed")
        sign = -1 if split == "reversed" else 1
        legs = (Leg("1", 1, -2), Leg("2", sign, -2 * sign))
        users = [replace(u, route=legs) for u in users]
    return run(*users, network=net, events=(event(condition, action),))


def conditions(split: str) -> dict[str, Condition]:
    road, s = at(260.0, split)
    return {
        "position": PositionCondition("ego", road, s),
        "arrives": TimeToPositionCondition("ego", road, s, "<", 2.0),
        "gap": DistanceCondition("ego", "lead", "<", 25.05),
        "gap back": DistanceCondition("lead", "ego", "<", 25.05),
        "ttc": TtcCondition("ego", "lead", "<", 2.51),
        "thw": ThwCondition("ego", "lead", "<", 1.23),
        "straight": DistanceCondition("ego", "lead", "<", 25.05, "straight"),
    }


def actions(split: str) -> dict[str, Action]:
    def place(s: float) -> tuple[str, float]:
        return at(s, split)

    sign = -1 if split == "reversed" else 1
    road, _ = place(300.0)
    return {
        "stop": StopAction("ego", *place(290.0), 3.0),
        "gap": KeepGapAction("ego", "lead", 20.0, None, 2.0, 5.0),
        "lane": change_lane("ego", 0, over(3.0), left=1),
        "speed": speed("ego", 10.0, over(3.0)),
        "teleport": TeleportAction("ego", road, -2 * sign, place(400.0)[1], sign * MIDDLE, 12.0),
        "path": walk("ego", (place(250.0)[1], sign * MIDDLE), (place(280.0)[1], sign * -3.0), on=road),
    }


@pytest.mark.parametrize("split", ["two", "reversed"])
@pytest.mark.parametrize("kind", conditions("one"))
def test_a_condition_sees_over_the_joint_of_two_roads(kind: str, split: str) -> None:
    one = drive("one", conditions("one")[kind], speed("lead", 5.0))
    two = drive(split, conditions(split)[kind], speed("lead", 5.0))
    assert started(one) == started(two) != []


@pytest.mark.parametrize("split", ["two", "reversed"])
@pytest.mark.parametrize("kind", actions("one"))
@pytest.mark.parametrize("driver", ["scripted", "constant"])
def test_an_action_goes_on_over_the_joint_of_two_roads(kind: str, split: str, driver: str) -> None:
    when = PositionCondition("ego", "1", 150.0)
    one, two = drive("one", when, actions("one")[kind], driver), drive(split, when, actions(split)[kind], driver)
    assert marks(one) == marks(two) != []
    for name in ("x", "y", "speed", "acceleration"):
        assert np.abs(getattr(one, name) - getattr(two, name)).max() < 1e-6, name
    assert np.abs(np.cos(one.heading) - np.cos(two.heading)).max() < 1e-6


@pytest.mark.parametrize("lane", [-2, 1])
def test_a_teleport_off_the_route_goes_on_in_the_direction_of_the_lane(lane: int) -> None:
    jump = TeleportAction("ego", "2", lane, 400.0, MIDDLE if lane < 0 else 0.5 * WIDTH, 10.0)
    r = run(user(s=50.0), network=network(False), events=(event(1.0, jump),))
    assert r.x[-1, 0] - (CUT + 400.0) == pytest.approx(90.0 if lane < 0 else -90.0)
    assert np.cos(r.heading[-1, 0]) == pytest.approx(1.0 if lane < 0 else -1.0)
