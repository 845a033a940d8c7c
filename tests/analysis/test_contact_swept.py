from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from drives import CAR, WIDTH, Mover, drive, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.analysis.boxes import Boxes, overlap
from mkdocs_worldmodel.analysis.contact import Contact, all_contacts, first_contacts
from mkdocs_worldmodel.analysis.sweep import Motion, first_touch
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.scenario.road_user import BODIES

PEDESTRIAN = BODIES["pedestrian"]


def contacts(*movers: Mover, seconds: float = 4.0, dt: float = 0.05) -> tuple[Contact, ...]:
    return all_contacts(RolloutBatch.of(drive(*movers, seconds=seconds, dt=dt)[1]))[0]


def crossing(
    speed: float, car: float, place: float, *, to_left: bool = True, ahead: float = 40.0
) -> tuple[Mover, Mover]:
    """A pedestrian that meets the front of a car at `place` metres left of its middle."""
    meets = ahead / car
    side = 1.0 if to_left else -1.0
    # its leading edge is half of its body length ahead of its middle; it reaches `place` when the car's front comes
    t = lambda time: -0.5 * WIDTH + place + side * speed * (time - meets)  # noqa: E731
    pedestrian = Mover(lambda time: 100.0 + CAR.front + ahead + 0.5 * PEDESTRIAN.width + 0.0 * time, t,
                       turned=side * math.pi / 2, kind="pedestrian", speed=speed)  # fmt: skip
    return Mover(steady(100.0, car)), pedestrian


@pytest.mark.parametrize(("v", "gap"), [(13.9, 30.0), (20.0, 39.9), (7.3, 11.0), (0.4, 1.001)])
def test_a_rear_end_contact_is_at_the_closed_form_time(v: float, gap: float) -> None:
    (hit,) = contacts(Mover(steady(50.0, v)), Mover(steady(50.0 + CAR.length + gap, 0.0)))
    assert hit.time == pytest.approx(gap / v, abs=1e-4)
    assert hit.row == math.ceil(gap / v / 0.05 - 1e-6)
    assert (hit.first, hit.second) == (0, 1)
    assert hit.closing == pytest.approx(v)
    assert (hit.hits[0].side, hit.hits[1].side) == ("front", "rear")
    assert hit.hits[0].x == pytest.approx(CAR.front, abs=1e-3)
    assert hit.hits[1].x == pytest.approx(-CAR.rear_overhang, abs=1e-3)
    assert hit.hits[0].y == pytest.approx(0.0, abs=1e-3)
    assert [h.overlap for h in hit.hits] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("speed", [15.0, 80.0, 400.0, 3000.0, 1e5])
@pytest.mark.parametrize("phase", [0.0, 0.013, 0.031])
def test_nobody_tunnels_through_another_at_any_speed(speed: float, phase: float) -> None:
    start = -speed * (1.0 + phase)
    one, other = Mover(steady(start, speed)), Mover(steady(CAR.length, 0.0))
    (hit,) = contacts(one, other, seconds=3.0)
    assert hit.time == pytest.approx(1.0 + phase, abs=1e-3)
    # head on, at twice the speed
    towards = Mover(steady(-start + 2 * CAR.front, -speed), direction=-1)
    (hit,) = contacts(one, towards, seconds=3.0)
    assert hit.time == pytest.approx(1.0 + phase, abs=1e-3)
    assert hit.closing == pytest.approx(2 * speed)
    assert {h.side for h in hit.hits} == {"front"}


@pytest.mark.parametrize("part", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("left", [True, False])
def test_overlap_is_the_share_of_the_width_that_the_other_takes(part: float, left: bool) -> None:
    aside = (1.0 - part) * CAR.width * (1.0 if left else -1.0)
    other = Mover(steady(120.0, 0.0), -0.5 * WIDTH + aside)
    (hit,) = contacts(Mover(steady(100.0, 10.0)), other)
    assert hit.hits[0].overlap == pytest.approx(part, abs=1e-6)
    # they touch along the shared part: its middle lies towards the other
    assert hit.hits[0].across == pytest.approx(0.5 + (0.5 - 0.5 * part) * (1 if left else -1), abs=1e-3)
    assert hit.hits[1].across == pytest.approx(0.5 - (0.5 - 0.5 * part) * (1 if left else -1), abs=1e-3)


@pytest.mark.parametrize("place", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("to_left", [True, False])
def test_a_pedestrian_is_hit_at_its_place_across_the_front_counted_from_the_right(place: float, to_left: bool) -> None:
    car, pedestrian = crossing(1.4, 12.0, (place - 0.5) * CAR.width, to_left=to_left)
    (hit,) = contacts(car, pedestrian)
    assert hit.time == pytest.approx(40.0 / 12.0, abs=1e-3)
    assert hit.hits[0].side == "front"
    assert hit.hits[1].side == ("left" if to_left else "right")
    assert hit.hits[0].across == pytest.approx(place, abs=2e-3)
    assert hit.closing == pytest.approx(math.hypot(12.0, 1.4))
    assert hit.hits[0].speed == pytest.approx(12.0)


def test_who_runs_into_the_flank_hits_a_side() -> None:
    # the car has passed halfway when the bicycle reaches it from the right
    bicycle = Mover(lambda time: 120.0 + 0.0 * time, lambda time: -0.5 * WIDTH - 10.0 + 5.0 * time, turned=math.pi / 2,
                    kind="bicycle", speed=5.0)  # fmt: skip
    reach = BODIES["bicycle"].front
    meets = (10.0 - 0.5 * CAR.width - reach) / 5.0
    car = Mover(steady(120.0 - 10.0 * meets, 10.0))
    (hit,) = contacts(car, bicycle)
    assert hit.time == pytest.approx(meets, abs=1e-3)
    assert (hit.hits[0].side, hit.hits[1].side) == ("right", "front")
    assert hit.hits[0].y == pytest.approx(-0.5 * CAR.width, abs=1e-3)
    assert hit.hits[0].x == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("gap", [1e-3, 0.02, 1.0])
def test_who_passes_beside_touches_nobody(gap: float) -> None:
    other = Mover(steady(150.0, -40.0), -0.5 * WIDTH + CAR.width + gap, direction=-1)
    assert not contacts(Mover(steady(0.0, 40.0)), other)


def test_the_absent_touch_nobody() -> None:
    ghost = Mover(steady(120.0, 0.0), present=lambda time: time > 3.0)
    assert not contacts(Mover(steady(100.0, 20.0)), ghost)
    (hit,) = contacts(Mover(steady(100.0, 0.5)), replace(ghost, s=steady(101.0, 0.0)))
    assert hit.time == pytest.approx(3.05)  # it appears inside the other
    assert hit.row == 61
    gone = replace(ghost, present=lambda time: time < 0.5)
    assert not contacts(Mover(steady(100.0, 20.0)), gone)


def test_who_is_put_somewhere_else_sweeps_over_nobody_on_the_way() -> None:
    jumps = Mover(lambda time: np.where(time < 1.0, 100.0, 200.0) + 10.0 * time, speed=10.0)
    between = Mover(steady(165.0, 0.0))
    assert not contacts(jumps, between, seconds=2.0)
    swerves = Mover(steady(100.0, 10.0), lambda time: np.where(time < 1.0, -0.5, -2.5) * WIDTH, speed=10.0)
    beside = Mover(steady(100.0, 10.0), -1.5 * WIDTH)
    assert not contacts(swerves, beside, seconds=2.0)


def test_road_users_on_different_roads_touch_all_the_same() -> None:
    _, run = drive(Mover(steady(100.0, 10.0)), Mover(steady(120.0, 0.0)))
    road = run.road.copy()
    road[:, 1] = 5
    assert len(all_contacts(RolloutBatch.of(replace(run, road=road)))[0]) == 1


def test_all_contacts_come_in_order_of_time_and_the_first_is_the_first() -> None:
    movers = (Mover(steady(100.0, 20.0)), Mover(steady(140.0, 0.0)), Mover(steady(120.0, 0.0)),
              Mover(steady(300.0, 0.0)), Mover(steady(290.0, 3.0)))  # fmt: skip
    batch = RolloutBatch.of(drive(*movers)[1])
    found = all_contacts(batch)[0]
    assert [c.time for c in found] == sorted(c.time for c in found)
    assert {(c.first, c.second) for c in found} == {(0, 1), (0, 2), (3, 4)}
    assert first_contacts(batch) == [found[0]]


def test_a_turning_body_sweeps_with_its_corners() -> None:
    # a lorry that turns on the spot reaches a cone beside it with its corner
    lorry = BODIES["truck"]
    turn = Mover(lambda time: 100.0 + 0.0 * time, 0.0, turned=lambda time: 0.5 * time, kind="truck")
    reach = math.hypot(lorry.front, 0.5 * lorry.width)
    corner = math.atan2(0.5 * lorry.width, lorry.front)
    angle = 0.9
    # a small cone on the circle of the front left corner
    cone = Mover(steady(100.0 + reach * math.cos(angle), 0.0), reach * math.sin(angle), kind="cone",
                 turned=angle, body=replace(BODIES["cone"], length=0.02, width=0.02, rear_overhang=0.01))  # fmt: skip
    (hit,) = contacts(turn, cone)
    assert 0.5 * hit.time == pytest.approx(angle - corner, abs=0.02)


shape = st.tuples(st.floats(-8, 8), st.floats(-8, 8), st.floats(-4, 4), st.floats(0.5, 8), st.floats(0.5, 3))
move = st.tuples(st.floats(-12, 12), st.floats(-12, 12), st.floats(-0.4, 0.4))


@settings(max_examples=150)
@given(shape, shape, move, move)
def test_the_first_touch_of_two_moving_boxes_is_what_small_steps_find(
    a: tuple[float, ...], b: tuple[float, ...], u: tuple[float, ...], v: tuple[float, ...]
) -> None:
    one, other = (Motion(Boxes(*(np.array([x]) for x in p)), *(np.array([x]) for x in q)) for p, q in ((a, u), (b, v)))
    found = float(first_touch(one, other)[0])
    steps = np.linspace(0.0, 1.0, 1001)
    then = one.at(steps)  # corners that graze each other by less than a millimetre count later
    smaller = Boxes(then.x, then.y, then.heading, one.start.length - 2e-3, one.start.width - 2e-3)
    hits = overlap(smaller, other.at(steps))
    first = steps[int(np.argmax(hits))] if hits.any() else math.inf
    assert found <= first + 1e-3
    if found < math.inf:
        near = Boxes(*(getattr(one.at(np.array([found])), n) for n in ("x", "y", "heading")),
                     one.start.length + 2e-3, one.start.width + 2e-3)  # fmt: skip
        assert overlap(near, other.at(np.array([found])))[0]


def test_a_batch_has_the_contacts_of_its_copies() -> None:
    runs = [drive(Mover(steady(100.0, 10.0 + b)), Mover(steady(125.0, 0.1 * b)), Mover(steady(130.0, 2.0)))[1]
            for b in range(8)]  # fmt: skip
    batches = [RolloutBatch.of(run) for run in runs]
    names = [f.name for f in fields(RolloutBatch) if isinstance(getattr(batches[0], f.name), np.ndarray)]
    stacked = {n: np.concatenate([getattr(b, n) for b in batches]) for n in names if n != "time"}
    together = replace(batches[0], **stacked, firings=((),) * 8, ended=("stop",) * 8, seeds=(0,) * 8)
    assert first_contacts(together) == [first_contacts(b)[0] for b in batches]
    assert all_contacts(together) == [all_contacts(b)[0] for b in batches]
