"""What can be seen of a chunk before it is driven: where it leads, and who would touch whom when."""

from __future__ import annotations

import numpy as np
import pytest

from mkdocs_worldmodel.analysis import forecast_rates
from mkdocs_worldmodel.model.ahead import ahead, first_contacts, first_off, first_red
from mkdocs_worldmodel.model.corridor import MIDDLE, Pool, Roads
from mkdocs_worldmodel.model.features import ASPECT_GROUPS, Users
from mkdocs_worldmodel.model.kinematics import TICK, Lane, Motion
from mkdocs_worldmodel.rollout.route_lead import route_of
from scenes import scenario


def users(shape: tuple[int, int], length: float = 4.5, width: float = 1.8, front: float = 3.5) -> Users:
    full = [np.full(shape, value) for value in (length, width, front, 5.0)]
    return Users(np.full(shape, -1), np.zeros(shape, dtype=int), *full, np.zeros((*shape, shape[1], 4), np.float32))


def motion(x: list[float], speed: list[float], y: list[float] | None = None) -> Motion:
    place = np.array([x]), np.array([y or [0.0] * len(x)])
    return Motion(*place, np.zeros((1, len(x))), np.array([speed]))


def nothing(count: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    return np.zeros((1, count, 5)), np.zeros((1, count, 5))


def test_after_the_chunk_everybody_goes_on_to_brake_and_to_turn_but_not_to_speed_up() -> None:
    acceleration, yaw_rate = nothing(3)
    acceleration[:, 0], acceleration[:, 1] = -2.0, 2.0
    yaw_rate[:, 1] = 0.2
    states = ahead(motion([0.0, 0.0, 0.0], [10.0, 10.0, 10.0]), acceleration, yaw_rate)
    times = np.array([0.0, *(TICK * k for k in range(1, 6)), *(0.5 + 0.2 * k for k in range(1, 6))])
    assert len(states) == len(times)
    assert [float(each.speed[0, 0]) for each in states] == pytest.approx(10.0 - 2.0 * times)
    assert [float(each.speed[0, 1]) for each in states] == pytest.approx(np.minimum(10.0 + 2.0 * times, 11.0))
    assert [float(each.x[0, 2]) for each in states] == pytest.approx(10.0 * times)
    assert [float(each.heading[0, 1]) for each in states] == pytest.approx(0.2 * times)


def test_a_contact_is_found_in_the_first_state_in_which_boxes_overlap() -> None:
    states = ahead(motion([0.0, 10.0, 10.0], [20.0, 10.0, 10.0], [0.0, 0.0, 3.5]), *nothing(3))
    first = first_contacts(users((1, 3)), np.ones((1, 3), dtype=bool), states)
    # 5.5 m between the bumpers, closing at 10 m/s: after 0.55 s, which the state at 0.7 s shows
    assert first[0, 0, 1] == first[0, 1, 0] == 6
    assert (first[0, 2] == len(states)).all()
    assert (first[0].diagonal() == len(states)).all()


def test_who_is_not_there_or_touched_from_the_start_is_not_counted() -> None:
    closing = ahead(motion([0.0, 10.0], [20.0, 10.0]), *nothing(2))
    assert (first_contacts(users((1, 2)), np.array([[True, False]]), closing) == len(closing)).all()
    touching = ahead(motion([0.0, 3.0], [20.0, 10.0]), *nothing(2))
    assert (first_contacts(users((1, 2)), np.ones((1, 2), dtype=bool), touching) == len(touching)).all()


def test_contacts_are_those_that_analysis_finds_afterwards() -> None:
    random = np.random.default_rng(5)
    shape = (40, 6)
    start = Motion(
        random.uniform(0.0, 40.0, shape), random.uniform(0.0, 25.0, shape),
        random.uniform(-np.pi, np.pi, shape), random.uniform(0.0, 12.0, shape),
    )  # fmt: skip
    states = ahead(start, random.normal(0.0, 2.0, (*shape, 5)), random.normal(0.0, 0.2, (*shape, 5)))
    people, there = users(shape), random.random(shape) < 0.9
    first = first_contacts(people, there, states)
    x, y, heading = (np.stack([getattr(each, name) for each in states], -1) for name in ("x", "y", "heading"))
    bodies = forecast_rates.Bodies(
        x, y, heading, people.length, people.width, people.front - 0.5 * people.length,
        np.repeat(there[..., None], len(states), -1),
    )  # fmt: skip
    found = forecast_rates.first_contacts(bodies)
    assert (np.minimum(found, len(states)) == first).all()
    assert 20 < (first < len(states)).sum() < first.size / 2, "there are contacts, and not everywhere"


@pytest.mark.parametrize(
    ("shown", "speed", "before", "wanted"),
    [
        ("red", 10.0, 3.1, 4),  # 3.1 m at 10 m/s: beyond the line after 0.4 s
        ("red amber", 10.0, 3.1, 4),
        ("green", 10.0, 3.1, 11),
        ("amber", 10.0, 3.1, 11),
        ("red", 10.0, 26.0, 11),  # too far for one and a half seconds
        ("red", 10.0, 12.0, 9),  # after 1.3 s, the state at 1.3 s
        ("red", 0.0, 0.5, 11),
        ("red", 10.0, -0.5, 11),  # has passed already
    ],
)
def test_who_comes_to_a_red_light_is_found(shown: str, speed: float, before: float, wanted: int) -> None:
    built = scenario("""
        road: {kind: town, length: 300 m, junction: {at: 150 m, control: signals}}
        ego: {lane: 1, speed: 10 m/s}
        stop: {time: 1 s}
        """)
    pool = Pool([Roads(built.network).corridor(route_of(built.users[0]))])
    station, column = float(pool.lights[0, 0, 0]), int(pool.lights[0, 0, 1])
    signals = np.full((1, len(list(built.network.signals()))), ASPECT_GROUPS["green"], dtype=np.int8)
    signals[0, column] = ASPECT_GROUPS[shown]
    people = users((1, 1))
    people = Users(np.zeros((1, 1), dtype=int), *(getattr(people, f) for f in Users.__slots__[1:]))
    lane = Lane(people.corridor, np.full((1, 1), MIDDLE), np.array([[station - before - 3.5]]))
    states = ahead(motion([0.0], [speed]), *nothing(1))
    assert first_red(pool, people, lane, signals, states).tolist() == [[wanted]]
    assert first_red(pool, people, lane, signals[:, :0], states).tolist() == [[len(states)]]


@pytest.mark.parametrize(
    ("kind", "left", "turning", "wanted"),
    [
        (0, 0.0, 0.0, 11),
        (0, -1.8, 0.0, 11),  # 0.18 m outside of lanes 3.25 m wide: forgiven
        (0, -1.0, -0.09, 10),  # beyond the edge at the end of what is looked at
        (0, -1.7, -0.2, 5),  # at the end of the chunk
        (0, 1.7, 0.2, 11),  # into the lane beside
        (3, -1.7, -0.2, 11),  # a bicycle may
        (0, -2.5, -0.2, 11),  # is off the road already
    ],
)
def test_who_leaves_the_road_is_found(kind: int, left: float, turning: float, wanted: int) -> None:
    built = scenario("""
        road: {lanes: 2, length: 300 m}
        ego: {lane: 1, speed: 10 m/s}
        stop: {time: 1 s}
        """)
    pool = Pool([Roads(built.network).corridor(route_of(built.users[0]))])
    here = pool.xy[50, MIDDLE]
    full = [np.full((1, 1), value) for value in (4.5, 1.8, 3.5, 5.0)]
    someone = np.zeros((1, 1), dtype=int)
    people = Users(someone, np.full((1, 1), kind), *full, np.zeros((1, 1, 1, 4), np.float32))
    lane = Lane(someone, np.full((1, 1), MIDDLE), np.array([[50.0]]))
    _, yaw_rate = nothing(1)
    states = ahead(
        motion([float(here[0])], [10.0], [float(here[1]) + left]), *(np.zeros((1, 1, 5)), yaw_rate + turning)
    )
    assert len(states) == 11
    assert first_off(pool, people, lane, states).tolist() == [[wanted]]


def test_the_end_of_a_lane_is_the_end_of_the_road_and_the_end_of_the_way_is_not() -> None:
    built = scenario("""
        road: {lanes: 2, kind: motorway, length: 500 m, ramp: {at: 150 m, length: 100 m}}
        ego: {lane: 1, speed: 20 m/s}
        stop: {time: 1 s}
        """)
    pool = Pool([Roads(built.network).corridor(route_of(built.users[0]))])
    beside = np.flatnonzero(pool.exists[:, MIDDLE - 1])
    assert len(beside), "there is a lane to the right for a while"
    last = int(beside[-1])

    def found(sample: int, column: int) -> int:
        full = [np.full((1, 1), value) for value in (4.5, 1.8, 3.5, 5.0)]
        someone = np.zeros((1, 1), dtype=int)
        people = Users(someone, someone, *full, np.zeros((1, 1, 1, 4), np.float32))
        x, y = pool.xy[sample, column].tolist()
        states = ahead(motion([x], [20.0], [y]), *nothing(1))
        lane = Lane(someone, np.full((1, 1), column), np.array([[float(sample)]]))
        return int(first_off(pool, people, lane, states)[0, 0])

    assert found(last - 60, MIDDLE - 1) == 11
    assert found(last - 6, MIDDLE - 1) == 5
    assert found(int(pool.end[0]) - 6, MIDDLE) == 11
