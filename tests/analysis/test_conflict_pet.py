from __future__ import annotations

import math

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, steady

from mkdocs_worldmodel.analysis.quantities import read
from mkdocs_worldmodel.analysis.readings import Readings
from mkdocs_worldmodel.scenario.road_user import BODIES

WALKER = BODIES["pedestrian"]


def crosses(s: float, arrives: float, speed: float = 1.5, kind: str = "pedestrian") -> Mover:
    """Someone whose foremost point comes to the right edge of the ego's path at a time, on its way to the left."""
    body = BODIES[kind]  # type: ignore[index]
    edge = -0.5 * WIDTH - 0.5 * CAR.width - body.front
    return Mover(steady(s, 0.0), lambda time: edge + speed * (time - arrives), turned=math.pi / 2, kind=kind,
                 speed=speed)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize("later", [0.31, 0.74, 2.0])
@pytest.mark.parametrize("car", [8.0, 15.0, 37.0])
@pytest.mark.parametrize("kind", ["pedestrian", "bicycle", "truck"])
def test_pet_is_the_time_from_the_rear_leaving_to_the_other_entering(later: float, car: float, kind: str) -> None:
    place = 200.0
    leaves = (place + 0.5 * BODIES[kind].width + CAR.rear_overhang - 100.0) / car  # type: ignore[index]
    r = Readings(*drive(Mover(steady(100.0, car)), crosses(place, leaves + later, 3.0, kind), seconds=25.0))
    assert read(r, "pet", 0, 1) == pytest.approx(later, abs=0.02)
    assert read(r, "pet", 1, 0) == read(r, "pet", 0, 1) == read(r, "pet")


def test_pet_of_a_car_that_comes_after_a_pedestrian() -> None:
    speed, car = 1.5, 12.0
    first = crosses(150.0, 1.0, speed)
    leaves = 1.0 + (CAR.width + WALKER.length) / speed
    start = 150.0 - 0.5 * WALKER.width - CAR.front - car * (leaves + 1.2)
    r = Readings(*drive(Mover(steady(start, car)), first, seconds=8.0))
    assert read(r, "pet") == pytest.approx(1.2, abs=0.02)


def test_a_contact_has_no_time_in_between() -> None:
    r = Readings(*drive(Mover(steady(100.0, 10.0)), Mover(steady(130.0, 0.0))))
    assert read(r, "pet") == 0.0


def test_those_who_never_come_to_the_same_place_have_no_pet() -> None:
    beside = Mover(steady(80.0, 25.0), -1.5 * WIDTH)
    short = crosses(150.0, 3.2, 0.5)
    r = Readings(*drive(Mover(steady(100.0, 20.0)), beside, short, seconds=3.0))
    assert read(r, "pet") == np.inf


def test_who_follows_comes_to_each_place_after_the_time_between_rear_and_front() -> None:
    speed, gap = 16.0, 24.0
    r = Readings(*drive(Mover(steady(100.0, speed)), Mover(steady(100.0 + CAR.length + gap, speed)), seconds=5.0))
    assert read(r, "pet") == pytest.approx(gap / speed, abs=0.06)


def test_what_happens_after_the_last_row_does_not_count() -> None:
    leaves = (200.0 + CAR.rear_overhang + 0.25 - 100.0) / 20.0
    scenario, run = drive(Mover(steady(100.0, 20.0)), crosses(200.0, leaves + 1.0), seconds=10.0)
    assert Readings(scenario, run, 100).pet(0, 1) == np.inf
    assert Readings(scenario, run, 140).pet(0, 1) == pytest.approx(1.0, abs=0.02)


def test_oblique_paths_take_the_whole_common_area() -> None:
    # at 45° the area is longer than either is wide: the rear of the first leaves it at its far corner
    angle, v = math.radians(45.0), 10.0
    line = lambda time: -0.5 * WIDTH - 40.0 * math.sin(angle) + v * math.sin(angle) * time  # noqa: E731
    slanted = Mover(
        lambda time: 200.0 - 40.0 * math.cos(angle) + v * math.cos(angle) * time, line, turned=angle, speed=v
    )
    ego = Mover(steady(160.0, 30.0))
    r = Readings(*drive(ego, slanted, seconds=8.0))
    # the common area is a rhombus around (200, middle): along either path it reaches so far from the middle
    half = 0.5 * CAR.width / math.sin(angle) + 0.5 * CAR.width / math.tan(angle)
    # a box leaves when its rear edge's last corner has passed, enters when its front edge's first corner comes
    leaves = (40.0 + half + CAR.rear_overhang) / 30.0
    enters = (40.0 - half - CAR.front) / v
    assert float(read(r, "pet")) == pytest.approx(enters - leaves, abs=0.03)


def test_standing_for_long_costs_nothing() -> None:
    # ten minutes: places, not rows, are compared
    stands = Mover(lambda time: 100.0 + np.minimum(time, 20.0))
    behind = Mover(lambda time: 60.0 + np.minimum(2.0 * time, 50.0))
    r = Readings(*drive(stands, behind, seconds=600.0))
    reached, left = 110.0 + CAR.front, 100.0 - CAR.rear_overhang
    assert read(r, "pet") == pytest.approx((left - 60.0 - CAR.front) / 2.0 - (reached - left), abs=0.02)
