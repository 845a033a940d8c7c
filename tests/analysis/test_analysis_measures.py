from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_worldmodel.analysis.analysis import analyse
from mkdocs_worldmodel.analysis.contact import first_contacts, overlap
from mkdocs_worldmodel.analysis.measures import measure
from mkdocs_worldmodel.rollout.batch import RolloutBatch
from mkdocs_worldmodel.rollout.record import quantised
from mkdocs_worldmodel.scenario.road_user import BODIES
from mkdocs_worldmodel.sim.simulation import Simulation
from scenes import run, scenario

LENGTH = BODIES["car"].length
CONSTANT = """
    road: {{lanes: 1, oncoming: 1, length: 900 m}}
    ego: {{speed: {ego} m/s}}
    actors: {{a: {{lane: {lane}, {place}: {gap} m, speed: {other} m/s, driver: scripted}}}}
    stop: {{time: 4 s}}
    """


def two_cars(ego: float, other: float, gap: float, lane: str = "1", place: str = "ahead") -> RolloutBatch:
    return RolloutBatch.of(
        run(CONSTANT.format(ego=ego, other=other, gap=gap, lane=lane, place=place), driver="constant")
    )


def network() -> object:
    return scenario(CONSTANT.format(ego=1, other=1, gap=1, lane="1", place="ahead")).network


def test_gap_headway_and_time_to_collision_of_two_cars_in_closed_form() -> None:
    m = measure(two_cars(20, 15, 60), network())  # type: ignore[arg-type]
    t = np.arange(81) * 0.05
    assert set(m.leader[0].tolist()) == {1}
    assert m.gap[0] == pytest.approx(60 - 5 * t, abs=1e-9)
    assert m.thw[0] == pytest.approx((60 - 5 * t) / 20, abs=1e-9)
    assert m.ttc[0] == pytest.approx(12 - t, abs=1e-9)


@pytest.mark.parametrize("other", [20, 25])
def test_a_gap_that_does_not_close_has_no_time_to_collision(other: float) -> None:
    m = measure(two_cars(20, other, 30), network())  # type: ignore[arg-type]
    assert np.isinf(m.ttc).all()
    assert np.isfinite(m.gap).all()


def test_a_car_behind_or_beside_the_way_is_no_leader() -> None:
    for batch in (two_cars(20, 25, 30, place="behind"), two_cars(20, 25, 30, lane="{oncoming: 1}")):
        m = measure(batch, network())  # type: ignore[arg-type]
        assert set(m.leader.ravel().tolist()) == {-1}
        assert np.isinf([m.gap, m.thw, m.ttc]).all()


def test_who_stands_has_no_headway() -> None:
    m = measure(two_cars(0, 0, 3), network())  # type: ignore[arg-type]
    assert np.isinf(m.thw).all()
    assert m.gap[0] == pytest.approx(3.0, abs=1e-9)


def test_a_gap_on_a_bend_is_what_the_author_wrote() -> None:
    built = scenario("""
        road: {lanes: 3, segments: [{length: 120 m}, {length: 150 m, curve: {radius: 90 m, to: right,
          transition: 40 m}}, {length: 300 m}]}
        ego: {lane: 1, at: 100 m, speed: 10 m/s}
        actors: {a: {lane: 1, ahead: 77.7 m}}
        """)
    batch = Simulation([built], [0]).run()
    assert measure(batch, built.network).gap[0, 0] == pytest.approx(77.7, abs=1e-9)


def test_a_batch_is_measured_as_its_copies_are() -> None:
    text = """
        road: {{lanes: 2, length: 900 m, curve: {{radius: 700 m, to: left}}}}
        ego: {{lane: 2, speed: 30 m/s, at: 60 m}}
        actors: {{a: {{lane: 1, ahead: {} m, speed: 20 m/s}}, b: {{lane: 2, ahead: 150 m, speed: 0}}}}
        story: [{{when: {{time: 1 s}}, do: {{a: {{change_lane: {{to: 2, over: 1 s}}}}}}}}]
        stop: {{time: {} s}}
        """
    copies = [scenario(text.format(2 + i, 3 + i % 3), driver=("idm", "constant")[i % 2]) for i in range(12)]
    batch = Simulation(copies, [0] * 12).run()
    together, contacts = measure(batch, copies[0].network), first_contacts(batch)
    assert any(contacts)
    for b in range(12):
        alone = RolloutBatch.of(batch.one(b))
        single = measure(alone, copies[b].network)
        for name in ("leader", "gap", "thw", "ttc"):
            mine = getattr(together, name)[b, : batch.rows[b]]
            assert mine.tobytes() == np.ascontiguousarray(getattr(single, name)[0]).tobytes(), name
        assert first_contacts(alone) == [contacts[b]]


# -- contact -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("v", "gap"), [(13.9, 30.0), (20.0, 39.9), (7.3, 11.0)])
def test_a_rear_end_contact_is_in_the_first_row_past_the_closed_form(v: float, gap: float) -> None:
    (contact,) = first_contacts(two_cars(v, 0, gap))
    assert contact is not None
    assert contact.row == math.ceil(gap / v / 0.05 - 1e-9)
    assert (contact.first, contact.second) == (0, 1)
    assert contact.closing == pytest.approx(v)


def test_those_who_meet_head_on_close_at_the_sum_of_their_speeds() -> None:
    batch = RolloutBatch.of(
        run(
            """
            road: {lanes: 1, oncoming: 1}
            ego: {speed: 10 m/s}
            actors: {a: {lane: {oncoming: 1}, ahead: 99.5 m, speed: 15 m/s, driver: constant}}
            story: [{when: {time: 0 s}, do: {a: {change_lane: {to: 1, over: 2 s}}}}]
            stop: {time: 5 s}
            """,
            driver="constant",
        )
    )
    (contact,) = first_contacts(batch)
    assert contact is not None
    assert contact.row == 80
    assert contact.closing == pytest.approx(25.0, abs=1e-3)


def corners(x: float, y: float, heading: float, length: float, width: float) -> list[tuple[float, float]]:
    c, s = math.cos(heading), math.sin(heading)
    half = [
        (0.5 * length, 0.5 * width),
        (-0.5 * length, 0.5 * width),
        (-0.5 * length, -0.5 * width),
        (0.5 * length, -0.5 * width),
    ]
    return [(x + u * c - v * s, y + u * s + v * c) for u, v in half]


def clipped_area(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
    """Area of the intersection of two convex polygons (Sutherland and Hodgman)."""
    points = one
    for (ax, ay), (bx, by) in zip(other, other[1:] + other[:1], strict=True):
        side = [(bx - ax) * (py - ay) - (by - ay) * (px - ax) for px, py in points]
        kept: list[tuple[float, float]] = []
        for i, (p, here) in enumerate(zip(points, side, strict=True)):
            q, there = points[i - 1], side[i - 1]
            if (here >= 0) != (there >= 0):
                part = there / (there - here)
                kept.append((q[0] + part * (p[0] - q[0]), q[1] + part * (p[1] - q[1])))
            if here >= 0:
                kept.append(p)
        points = kept
    return 0.5 * sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(points, points[1:] + points[:1], strict=True))


box = st.tuples(st.floats(-6, 6), st.floats(-6, 6), st.floats(-4, 4), st.floats(0.5, 8), st.floats(0.5, 3))


@settings(max_examples=300)
@given(box, box)
def test_boxes_overlap_where_their_polygons_do(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    area = clipped_area(corners(*a), corners(*b))
    pairs = [(np.array(p), np.array(q)) for p, q in zip(a, b, strict=True)]
    hit = bool(overlap(*pairs))
    if area > 1e-9:
        assert hit
    # touching boxes have no area: grow one a little to tell touching from apart
    elif hit:
        assert clipped_area(corners(a[0], a[1], a[2], a[3] + 1e-6, a[4] + 1e-6), corners(*b)) > 0


# -- numbers -----------------------------------------------------------------------------------------------


def test_the_numbers_of_a_run_are_what_happened() -> None:
    text = """
        ego: {speed: 20 m/s}
        actors: {a: {lane: 2, ahead: 90 m}}
        story: [{when: {time: 1 s}, do: {ego: {speed: {to: 10 m/s, rate: 4}}}}]
        stop: {time: 5 s}
        """
    numbers = {n.label: n for n in analyse(scenario(text), quantised(run(text))).numbers}
    assert numbers["Duration"].value == 5.0
    assert numbers["Distance driven by the ego"].value == pytest.approx(20 + 37.5 + 15, abs=0.01)
    assert numbers["Highest speed of the ego"].value == pytest.approx(72.0)
    assert numbers["Lowest speed of the ego"].value == pytest.approx(36.0)
    assert numbers["Strongest braking of the ego"].value == pytest.approx(4.0)
    assert numbers["Strongest braking of the ego"].time == 1.0
    assert numbers["Strongest acceleration of the ego"].value is None
    assert numbers["Smallest time to collision (TTC)"].value is None


def test_nothing_counts_after_a_contact() -> None:
    text = CONSTANT.format(ego=10, other=0, gap=10, lane="1", place="ahead")
    read = analyse(scenario(text, driver="constant"), quantised(run(text, driver="constant")))
    assert read.last == 20
    numbers = {n.label: n.value for n in read.numbers}
    assert numbers["Duration"] == 1.0
    assert numbers["Smallest gap to the road user ahead"] == 0.0
